"""A command as a process of its own: its time by the clock and on the processors, and the most memory it held."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """How a process went: exit code, seconds by the clock, seconds of processor time, peak resident memory in bytes."""

    code: int
    wall: float
    processor: float
    peak: int
    output: str


def run(
    command: Sequence[str], *, folder: Path | None = None, environment: dict[str, str] | None = None, log: Path | None = None
) -> Run:
    """Run a command to its end; its output goes to `log` or is returned."""
    begun = time.monotonic()
    sink = log.open("wb") if log else subprocess.PIPE
    surroundings = os.environ | (environment or {})
    process = subprocess.Popen(
        list(command), cwd=folder, env=surroundings, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT
    )
    output = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begun
    if log:
        sink.close()  # type: ignore[union-attr]
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Run(process.returncode, wall, usage.ru_utime + usage.ru_stime, peak, output.decode(errors="replace"))


def hallflow(*arguments: str, cache: Path | None = None, threads: int = 2) -> Run:
    """Run the command `hallflow` of this Python; `cache` is a compile cache to use in place of the user's.

    Raises RuntimeError with its last lines if it ends in anything but an answer (exit codes 0 and 1).
    """
    environment = {"OMP_NUM_THREADS": str(threads), "PYTHONPATH": str(Path(__file__).parents[1])}
    if cache:
        environment["XDG_CACHE_HOME"] = str(cache)
    done = run([sys.executable, "-m", "thermal.cli", *arguments], environment=environment)
    if done.code not in (0, 1):
        raise RuntimeError(f"hallflow {' '.join(arguments)} ended with {done.code}:\n{done.output[-1500:]}")
    return done
