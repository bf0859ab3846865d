"""Every kernel and whole iterations beside a STREAM triad, as a page.

    python -m benchmarks.kernels --write docs/kernels.md      about two minutes
    python -m benchmarks.kernels --only momentum scalar       some kernels; no iterations

The first table is that of `hallflow bench`: both precisions, in and out of cache. The second is that of `benchmarks.streams`, the
third that of `benchmarks.iteration`.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.iteration import Iteration, measure, record
from benchmarks.streams import LIKE
from benchmarks.streams import measure as time_streams
from benchmarks.streams import rows as stream_rows
from benchmarks.table import load, machine
from benchmarks.variants import Variant
from kernels import open_backend
from kernels.bench import GOOD, HOT, Timing, is_field, is_hot, iteration_shares, summary
from kernels.bench import measure as time_kernels
from thermal.gridding import make_grid
from thermal.place import place

HALLS = (Variant("openfoam-h0", "second-order", 0.1), Variant("hall-30kw-contained", "second-order", 0.1, "k-epsilon"))
WHOLE = 0.6  # share of the triad that a whole iteration is to reach


def kernel_rows(timings: Sequence[Timing]) -> list[str]:
    """Markdown rows: hot kernels first, then others over whole fields, then lists; share of time, bytes of single precision,
    Mcells/s and share of the triad by column."""
    columns = list(dict.fromkeys((t.precision, t.place) for t in timings))
    found = {(t.kernel, t.precision, t.place): t for t in timings}
    heads = " | ".join(f"{precision}, {place}: Mcells/s | share" for precision, place in columns)
    rows = [f"| file | kernel | of time | B/cell ideal | moved | {heads} |", "|---|---|---|---|---|" + "---|---|" * len(columns)]
    firsts = {t.kernel: t for t in reversed(timings)}
    for t in sorted(firsts.values(), key=lambda t: (not is_hot(t), not is_field(t), t.file, t.kernel)):
        cells = []
        for key in columns:
            one = found[t.kernel, *key]
            share = (
                f"**{one.share:.0%}**" if is_hot(one) and one.share < GOOD and key[1] == "out of cache" else f"{one.share:.0%}"
            )
            cells.append(f"{one.rate / 1e6:.0f} | {share}")
        part = iteration_shares().get(t.kernel, 0.0)
        rows.append(
            f"| {t.file} | {t.kernel} | {f'{part:.1%}' if part else ''} | {t.ideal:.1f} | {t.moved:.1f} | "
            + " | ".join(cells)
            + " |"
        )
    return rows


def slow_by_arithmetic(timings: Sequence[Timing]) -> list[str]:
    """Lines on hot kernels below the target out of cache: those whose arithmetic alone takes too long, as their rate in cache
    says, and those whose does not."""
    rates = {(t.kernel, t.precision): t.rate for t in timings if t.place == "in cache"}
    lines = []
    for precision in dict.fromkeys(t.precision for t in timings):
        words: dict[bool, list[str]] = {True: [], False: []}
        for t in timings:
            if t.precision == precision and t.place == "out of cache" and is_hot(t) and t.share < GOOD:
                needed, found = GOOD * t.triad / t.moved, rates.get((t.kernel, precision), 0.0)
                words[found < needed].append(f"{t.kernel} ({found / 1e6:.0f} of {needed / 1e6:.0f})")
        for is_slow, said in ((True, "their arithmetic is too slow"), (False, "their arithmetic would do, the memory does not")):
            if words[is_slow]:
                lines.append(f"- {precision}, {said}: {', '.join(words[is_slow])}")
    return lines


def iteration_rows(ones: Sequence[tuple[str, Iteration]]) -> list[str]:
    """Markdown rows of whole iterations."""
    rows = [
        "| hall | cells | launches | B/cell ideal | moved | ns a cell | GB/s | triad | share |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, one in ones:
        mark = "" if one.share >= WHOLE else " **missed**"
        rows.append(
            f"| {name} | {one.cells} | {one.launches} | {one.ideal / one.cells:.0f} | {one.moved / one.cells:.0f} | "
            f"{one.seconds / one.cells * 1e9:.0f} | {one.bandwidth / 1e9:.1f} | {one.triad / 1e9:.1f} | {one.share:.0%}{mark} |"
        )
    return rows


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="benchmarks.kernels", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="kernels or kernel files")
    parser.add_argument("--precision", nargs="+", choices=("single", "double"), default=("single", "double"))
    parser.add_argument("--cells", type=int, metavar="N", help="one grid of about N cells")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--write", type=Path, metavar="FILE.md")
    options = parser.parse_args(arguments)
    notes = machine(open_backend(options.backend, "single", options.threads))
    print("\n".join(notes), flush=True)
    timings: list[Timing] = []
    for precision in options.precision:
        timings += time_kernels(open_backend(options.backend, precision, options.threads), options.only, options.cells)
    ones: list[tuple[str, Iteration]] = []
    for variant in () if options.only else HALLS:
        case = variant.load()
        placement, where = place(case, make_grid(case)), (options.backend, "single", options.threads)
        ones.append((str(variant), measure(placement, record(placement, *where), *where)))
    notes.append(f"load average {load():.1f} at the end; shares hold better than rates on a busy machine, and neither well")
    given = shlex.join(["python", "-m", "benchmarks.kernels", *(sys.argv[1:] if arguments is None else arguments)])
    lines = ["# Kernels beside a STREAM triad", "", f"Made by `{given}`; shares in bold miss {GOOD:.0%}.", ""]
    lines += [
        f"Hot kernels come first: those that take {HOT:.0%} or more of an iteration's time on a shipped hall of about 400 000 "
        "cells (`of time`: the largest share that `python -m benchmarks.hot` found). The target is theirs. Then come the other "
        "loops over whole fields, then lists.",
        "",
    ]
    lines += [
        *(f"- {note}" for note in notes),
        "",
        *kernel_rows(timings),
        "",
        *(f"- {row}" for row in summary(timings).split("\n")),
    ]
    if not options.only and not options.cells and timings and options.backend in ("auto", "host"):
        lines += ["", "## Below the target, and why", ""]
        lines += [
            f"Mcells/s in cache, of those that {GOOD:.0%} of the triad asks for out of it:",
            "",
            *slow_by_arithmetic(timings),
            "",
        ]
        lines += [
            "Loops that only add up what they read, out of cache, single precision: what the memory gives to so many arrays.",
            "",
        ]
        lines += stream_rows([time_streams(*pair, threads=options.threads) for pair in LIKE])
    if ones:
        lines += ["", f"## Whole iterations, target {WHOLE:.0%}", "", *iteration_rows(ones)]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
