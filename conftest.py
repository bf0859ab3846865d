"""Workers of `pytest -n`: each keeps to its own share of the processors, and finds the kernels compiled.

Without it every worker would run the kernels on as many threads as the machine has, and they would fight over them; and with a
cold cache one worker would compile on its own share while the others waited for it. What a test starts in a process of its own
inherits the share.
"""

from __future__ import annotations

import os
from contextlib import suppress

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Compile before there are workers; take this worker's processors. Nothing to do in a run without workers."""
    worker, count = os.environ.get("PYTEST_XDIST_WORKER", ""), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if worker:
        take_share(int(worker.removeprefix("gw")), count)
    elif getattr(config.option, "numprocesses", None) and not config.option.collectonly:
        compile_kernels()


def take_share(number: int, count: int) -> None:
    """Keep to every `count`-th processor, where processors can be chosen."""
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, set(allowed[number::count]) or {allowed[number % len(allowed)]})


def compile_kernels() -> None:
    """Fill the compile cache on all processors, both precisions. What goes wrong is left for the tests to tell."""
    from kernels import BackendUnavailable, CompileError
    from kernels.compile import Cache, build_library

    cache = Cache()
    if cache.note:  # a temporary folder, which no worker would find
        return
    with suppress(BackendUnavailable, CompileError):
        for precision in ("single", "double"):
            build_library(precision, cache)
