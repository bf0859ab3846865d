"""A shipped hall in time against its steady answer: seconds of the hall by second of the clock, and how far the means lie apart.

    python -m benchmarks.real_time room-6kw --end 300 --average-from 150

Two runs of the command `hallflow run`, from the shell to the written report: the case as shipped, and the same with a [time] that
starts from rest, so that nothing of the steady answer is in it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.process import Run, hallflow
from benchmarks.table import load
from benchmarks.variants import Variant


def in_time(text: str, end: float, average_from: float) -> str:
    """A case file's text with a span from rest to `end` s and means from `average_from` s on."""
    return f'{text}\n[time]\nend = "{end:g} s"\nstart = "rest"\naverage_from = "{average_from:g} s"\n'


def run_case(path: Path, threads: int) -> tuple[Run, dict]:
    """Run a case file: how the process went, and its summary."""
    out = path.parent / "record"
    done = hallflow("run", str(path), "--out", str(out), "--threads", str(threads), threads=threads)
    return done, json.loads((out / "summary.json").read_text(encoding="utf-8"))


def _seconds(done: Run) -> str:
    return f"{done.wall:.1f} s by the clock ({done.processor:.1f} s of the processor)"


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="benchmarks.real_time", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("case", help="a shipped case without a [time]")
    parser.add_argument("--cell", type=float, help="m")
    parser.add_argument("--end", type=float, default=300.0, help="s")
    parser.add_argument("--average-from", type=float, default=150.0, help="s")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    variant = Variant(options.case, cell=options.cell)
    print(f"{variant}, {options.threads} threads; load average {load():.1f}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = variant.write(Path(folder) / "steady")
        done, steady = run_case(path, options.threads)
        print(f"steady run: {steady['verdict']}, {_seconds(done)}", flush=True)
        later = Path(folder) / "time" / options.case / "case.toml"
        later.parent.mkdir(parents=True)
        later.write_text(in_time(path.read_text(encoding="utf-8"), options.end, options.average_from), encoding="utf-8")
        done, timed = run_case(later, options.threads)
    print(f"run in time: {options.end:g} s of the hall in {_seconds(done)}; {options.end / done.wall:.2f} times real time")
    rows = [
        (abs(one["inlet_mean_degC"] - other["inlet_mean_degC"]), one["name"], one["inlet_error_K"])
        for one, other in zip(timed["racks"], steady["racks"], strict=True)
    ]
    apart, name, error = max(rows)
    words = f"{apart:.2f} K ({name}, standard error {error:.2f} K)"
    print(f"means from {options.average_from:g} s on: largest distance of an inlet {words}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
