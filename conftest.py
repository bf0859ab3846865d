"""Workers of `pytest -n`: each keeps to its own share of the processors.

Without it every worker would run the kernels on as many threads as the machine has, and they would fight over them. What a test
starts in a process of its own inherits the share.
"""

from __future__ import annotations

import os


def pytest_configure() -> None:
    """Take this worker's processors; nothing to do in a run without workers or where processors cannot be chosen."""
    worker, count = os.environ.get("PYTEST_XDIST_WORKER", ""), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if not worker or not hasattr(os, "sched_setaffinity"):
        return
    allowed = sorted(os.sched_getaffinity(0))
    number = int(worker.removeprefix("gw"))
    os.sched_setaffinity(0, set(allowed[number::count]) or {allowed[number % len(allowed)]})
