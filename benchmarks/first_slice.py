"""Every figure that Hallflow promises, measured here and now, next to its target.

    python -m benchmarks.first_slice                    all of it, about 20 minutes on two quiet cores
    python -m benchmarks.first_slice --quick            coarser and fewer, about two minutes
    python -m benchmarks.first_slice --only e f         some sections
    python -m benchmarks.first_slice --write FILE.md    the table as a page

Nothing here fails a build: figures that miss their target are marked so.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import accuracy, cost, pressure
from benchmarks.table import Table, load, machine
from kernels import open_backend

SECTIONS: dict[str, Callable[[Table, bool], None]] = {
    "a": accuracy.hall_h0,
    "b": lambda table, quick: accuracy.hall_h1(table),
    "c": accuracy.hall_contained,
    "d": accuracy.continuation,
    "e": cost.times,
    "f": cost.weights,
    "g": pressure.factors,
    "h": lambda table, quick: cost.numpy_backend(table),
}


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="benchmarks.first_slice", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="coarser cells, fewer cases, one timing each")
    every = list(SECTIONS)
    parser.add_argument("--only", nargs="+", choices=every, default=every, metavar="SECTION", help="a to h, see README.md")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the table as Markdown")
    options = parser.parse_args(arguments)
    begun = time.monotonic()
    notes = machine(open_backend("auto", "single", 2))
    print("\n".join(notes), flush=True)
    table = Table()
    for section in options.only:
        SECTIONS[section](table, options.quick)
    notes.append(f"load average {load():.1f} at the end, {(time.monotonic() - begun) / 60:.0f} minutes in all")
    given = sys.argv[1:] if arguments is None else arguments
    command = shlex.join(["python", "-m", "benchmarks.first_slice", *given])
    text = table.markdown("Measured", command, notes)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
        print(f"written: {options.write}")
    missed = [row for row in table.rows if row.met is False]
    print(f"{sum(row.met is True for row in table.rows)} targets met, {len(missed)} missed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
