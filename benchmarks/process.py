"""A command as a process of its own: its time by the clock and on the processors, and the most memory it held.

A process inherits its parent's peak of resident memory when it starts, so a small one stands in between and measures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BETWEEN = """
import json, resource, subprocess, sys, time
begun = time.monotonic()
done = subprocess.run(sys.argv[2:])
wall = time.monotonic() - begun
used = resource.getrusage(resource.RUSAGE_CHILDREN)
scale = 1 if sys.platform == "darwin" else 1024
row = {"code": done.returncode, "wall": wall, "processor": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * scale}
open(sys.argv[1], "w").write(json.dumps(row))
"""

STAMP = """
import subprocess, sys, time
begun = time.monotonic()
child = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
for line in child.stdout:
    if line.startswith(sys.argv[1].encode()):
        line = line.rstrip() + b"   #clock %.3f\\n" % (time.monotonic() - begun)
    sys.stdout.buffer.write(line)
sys.exit(child.wait())
"""


def stamped(start: str, command: Sequence[str]) -> list[str]:
    """A command whose output lines that begin with `start` end in `#clock SECONDS` since it was started."""
    return [sys.executable, "-S", "-c", STAMP, start, *command]


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
    """Run a command to its end; its output is returned, and written to `log`."""
    surroundings = os.environ | (environment or {})
    with tempfile.TemporaryDirectory() as place:
        row = Path(place) / "row.json"
        whole = [sys.executable, "-S", "-c", BETWEEN, str(row), *command]
        none, pipe, both = subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT
        done = subprocess.run(whole, cwd=folder, env=surroundings, stdin=none, stdout=pipe, stderr=both, check=True)
        if log:
            log.write_bytes(done.stdout)
        return Run(output=done.stdout.decode(errors="replace"), **json.loads(row.read_text()))


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
