"""What a grid costs and how good it is: counts, aspect ratio, stretching, memory; refusal of what cannot fit."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from meshes.axis import GridError
from meshes.grid import Grid

BYTES_PER_CELL = {"single": 250.0, "double": 500.0}  # the budget of fields, masks and multigrid levels
BASE_BYTES = 150e6  # the process itself: interpreter, libraries, report
SHARE_OF_AVAILABLE = 0.9  # the rest is left to the machine
CGROUP = Path("/sys/fs/cgroup")
MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True)
class Quality:
    """Figures of a grid. Widths in m; aspect_ratio is the worst cell's, stretching the worst ratio of neighbours."""

    cells: int
    counts: tuple[int, int, int]
    smallest: float
    largest: float
    aspect_ratio: float
    stretching: float


def measure_quality(grid: Grid) -> Quality:
    """Quality of a grid. The worst cell's sides are found exactly: the largest width of one axis over the smallest of another."""
    widths = [grid.widths(axis) for axis in range(3)]
    ratios = [widths[a].max() / widths[b].min() for a in range(3) for b in range(3) if a != b]
    steps = [max((w[1:] / w[:-1]).max(), (w[:-1] / w[1:]).max()) for w in widths if len(w) > 1]
    return Quality(
        grid.cells,
        grid.n,
        float(min(w.min() for w in widths)),
        float(max(w.max() for w in widths)),
        float(max(ratios)),
        float(max(steps, default=1.0)),
    )


def memory_estimate(cells: int, precision: str = "single") -> float:
    """Bytes a run on `cells` cells needs. precision "single" or "double"."""
    return BASE_BYTES + BYTES_PER_CELL[precision] * cells


def available_memory(cgroup: Path = CGROUP, meminfo: Path = MEMINFO) -> float | None:
    """Bytes this process may still take: the least of the machine's available memory and the container's limit.

    None where neither can be read (then nothing is refused). File cache a container can drop counts as available.
    """
    found = [
        _machine_memory(meminfo),
        _container_memory(cgroup / "memory.max", cgroup / "memory.current", cgroup / "memory.stat", "inactive_file"),
        _container_memory(
            cgroup / "memory/memory.limit_in_bytes",
            cgroup / "memory/memory.usage_in_bytes",
            cgroup / "memory/memory.stat",
            "total_inactive_file",
        ),
    ]
    known = [value for value in found if value is not None]
    return min(known) if known else None


def check_memory(grid: Grid, precision: str = "single", available: float | None = None, parts: int = 1) -> float:
    """Estimated bytes, or GridError when they do not fit into `available` bytes (default: what this machine has now).

    parts   the cells are going to be cut into so many along each axis
    """
    cells, (nx, ny, nz) = grid.cells * parts**3, (parts * n for n in grid.n)
    needed = memory_estimate(cells, precision)
    room = available_memory() if available is None else available
    if room is not None and needed > SHARE_OF_AVAILABLE * room:
        fitting = max(SHARE_OF_AVAILABLE * room - BASE_BYTES, 0.0) / BYTES_PER_CELL[precision]
        advice = (
            f"about {fitting:.2g} cells fit: a cell {(cells / fitting) ** (1 / 3):.2g} times as large would"
            if fitting > 1000.0
            else "free memory first"
        )
        raise GridError(
            f"{cells:.4g} cells ({nx} x {ny} x {nz}) need about {_gigabytes(needed)} in {precision} "
            f"precision; {_gigabytes(room)} are available; {advice}"
        )
    return needed


def _machine_memory(meminfo: Path) -> float | None:
    try:
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024.0
    except (OSError, ValueError, IndexError):
        pass  # not Linux: ask the system below
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return None


def _container_memory(limit: Path, usage: Path, stat: Path, cache_key: str) -> float | None:
    try:
        text = limit.read_text().strip()
        if text == "max":
            return None
        free = float(text) - float(usage.read_text())
    except (OSError, ValueError):
        return None
    try:
        for line in stat.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == cache_key:
                free += float(value)
    except (OSError, ValueError):
        pass  # without it the estimate is only more careful
    return max(free, 0.0)


def _gigabytes(count: float) -> str:
    return f"{count / 1e9:.3g} GB" if np.isfinite(count) else "unbounded memory"
