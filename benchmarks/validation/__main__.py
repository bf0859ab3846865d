"""python -m benchmarks.validation: every study, and the page they make."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.table import machine
from benchmarks.validation import STUDIES
from benchmarks.validation.sheet import Sheet
from benchmarks.validation.study import study
from kernels import open_backend


def main(words: list[str] | None = None) -> int:
    """Run the studies; 0 whatever they find: a missed target is a row, not an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validation", description=__doc__)
    parser.add_argument("--only", metavar="STUDY", action="append", choices=sorted(STUDIES), help=", ".join(STUDIES))
    parser.add_argument("--write", type=Path, metavar="FILE", help="Markdown page to write")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="folder for pictures")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="studies at a time, each in a process of its own")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="finished studies are kept there, and read instead of run again")
    options = parser.parse_args(words)
    about = machine(open_backend("auto", "double", None))
    sheet = Sheet(options.pictures)
    names = options.only or list(STUDIES)
    if options.jobs == 1:
        for name in names:
            sheet.join(study(name, options.pictures, options.keep))
    else:  # processes, not threads: a study keeps one processor busy, and some of it is Python
        with ProcessPoolExecutor(options.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
            for done in pool.map(study, names, [options.pictures] * len(names), [options.keep] * len(names)):
                sheet.join(done)
    if options.write:
        command = "python -m benchmarks.validation " + " ".join(words if words is not None else sys.argv[1:])
        temporary = options.write.with_suffix(".new")
        temporary.write_text(sheet.markdown(command, about, options.write), encoding="utf-8")
        temporary.replace(options.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
