"""The processors that this process may use, by its affinity and by the container's quota, and their cache."""

from __future__ import annotations

import os
from pathlib import Path


def default_threads() -> int:
    """The processors this process may use: its affinity, and the container's quota where there is one."""
    try:
        allowed = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        allowed = os.cpu_count() or 1
    quota = container_quota()
    return max(1, min(allowed, int(quota + 0.5)) if quota else allowed)


def last_level_cache(root: Path = Path("/sys/devices/system/cpu")) -> float:
    """Bytes of the largest cache level, all that this process's processors have of it; 32 MiB where the system does not say."""
    try:
        mine = os.sched_getaffinity(0)
    except AttributeError:
        mine = set(range(os.cpu_count() or 1))
    found: dict[int, dict[str, float]] = {}
    for index in [path for number in mine for path in root.glob(f"cpu{number}/cache/index*")]:
        try:
            level, size = int((index / "level").read_text()), (index / "size").read_text().strip()
            shared = (index / "shared_cpu_list").read_text().strip()
            found.setdefault(level, {})[shared] = float(size[:-1]) * {"K": 2**10, "M": 2**20, "G": 2**30}[size[-1]]
        except (OSError, ValueError, KeyError, IndexError):
            continue
    return sum(found[max(found)].values()) if found else 32 * 2.0**20


def container_quota(root: Path = Path("/sys/fs/cgroup"), membership: Path = Path("/proc/self/cgroup")) -> float | None:
    """Processors' worth of time that the control groups above this process allow, None without a limit.

    Reads version 2 (cpu.max) and version 1 (cpu.cfs_quota_us) of the kernel's interface, on the way up to the root.
    """
    try:
        lines = [line.split(":", 2) for line in membership.read_text().splitlines()]
    except OSError:
        return None
    quotas = []
    for _, controllers, path in (line for line in lines if len(line) == 3):
        if controllers and "cpu" not in controllers.split(","):
            continue
        bases = [root] if not controllers else [root / controllers, root / "cpu"]
        for base in bases:
            group = base / path.lstrip("/")
            for folder in [group, *group.parents]:
                quotas.append(_quota(folder))
                if folder == base:
                    break
    limits = [quota for quota in quotas if quota]
    return min(limits) if limits else None


def _quota(folder: Path) -> float | None:
    try:
        if (folder / "cpu.max").is_file():
            limit, period = (folder / "cpu.max").read_text().split()
        else:
            limit = (folder / "cpu.cfs_quota_us").read_text()
            period = (folder / "cpu.cfs_period_us").read_text()
        return int(limit) / int(period) if int(limit) > 0 and int(period) > 0 else None
    except (OSError, ValueError):  # not there, or "max"
        return None
