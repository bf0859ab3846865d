"""Shipped halls from start to verdict, on grids of about 50 000, 400 000 and 3 000 000 cells.

    python -m benchmarks.halls                                          50k and 400k
    python -m benchmarks.halls --sizes 3M --cases hall-30kw-contained
    python -m benchmarks.halls --rows halls.json --write docs/halls.md

The run that is timed is watched by nobody. Where its time goes is found by a second solver that starts from its answer and goes
through a few iterations with every part timed, one measured iteration in two as in a run. Memory is that of the arrays alive on
the device at the worst moment. The multigrid factor is that of one step on the last pressure matrix, in double precision.
`--rows` keeps what was measured before: a hall measured again takes the place of its row, so that a page can grow by days.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.iteration import open_flow
from benchmarks.pressure import factor
from benchmarks.recorded import Recorder
from benchmarks.solving import Scales, Solved, solve
from benchmarks.table import load, machine
from benchmarks.variants import Variant
from kernels import open_backend
from thermal.flow.averages import PLACES
from thermal.flow.monitor import Monitor
from thermal.flow.steady import EVERY

SIZES = ("50k", "400k", "3M")
# Cells in m, by size. Halves of each other, so that planes of objects stay where they are; openfoam-h0 is the smaller hall.
CELLS: dict[str, tuple[float, float, float]] = {
    "openfoam-h0": (0.15, 0.075, 0.0375),
    "hall-30kw-contained": (0.2, 0.1, 0.05),
    "hall-130kw-hybrid": (0.2, 0.1, 0.05),
    "hall-30kw-fan-wall": (0.2, 0.1, 0.05),
    "openfoam-h1": (0.2, 0.1, 0.05),
}
STEADY = ("openfoam-h0", "hall-30kw-contained", "hall-130kw-hybrid")  # the others swing: their length is that of their means
PROFILED = 6  # iterations
GROWTH, BYTES = 0.1, 160.0  # targets: exponent of iterations, B a cell
PARTS = (
    "turbulence", "momentum", "pressure, set-up", "pressure, solve", "pressure, correction", "temperature", "boundary lists",
    "sampling",
)  # fmt: skip


@dataclass(frozen=True)
class HallRun:
    """One hall on one grid. Levels coarsest first; seconds of the solution alone; shares by part; memory B a cell."""

    case: str
    model: str
    size: str
    cell: float
    cells: int
    verdict: str
    iterations: list[int]
    level_seconds: list[float]
    seconds: float
    shares: dict[str, float]
    memory: float
    factor: float | None
    load: float
    day: str
    flutters: bool = False  # results are means: a jet flutters where no rack feels it, and iterations are those that tell so

    @property
    def words(self) -> str:
        """The verdict, with what it rests on."""
        return f"{self.verdict}, means of a flutter" if self.flutters else self.verdict

    @property
    def pace(self) -> float:
        """Nanoseconds a cell and iteration on the finest grid."""
        return self.level_seconds[-1] / max(self.iterations[-1], 1) / self.cells * 1e9


def run_hall(case: str, size: str, cell: float, threads: int | None, variant: Variant | None = None) -> HallRun:
    """Solve, weigh and profile a hall."""
    variant = variant or Variant(case, cell=cell)
    device = open_backend("auto", "single", threads)
    scales = Scales(device)
    ends: dict[int, float] = {}
    monitor = Monitor(step=lambda row: ends.__setitem__(row["level"], row["elapsed"]))
    solved = solve(variant, device, monitor)
    marks = [ends[level] for level in sorted(ends, reverse=True)]
    spans = [marks[0], *np.diff(marks)]
    cells, outcome = solved.placement.grid.cells, solved.outcome
    steps = None if outcome.verdict == "diverged" else factor(solved)[0]
    peak = scales.peak
    shares = profile(solved, threads)
    return HallRun(
        case, f"{solved.case.flow.turbulence.model}, {solved.case.flow.velocity_scheme}", size, cell, cells, outcome.verdict,
        list(outcome.level_iterations), [float(span) for span in spans], solved.seconds, shares, peak / cells, steps, load(),
        time.strftime("%Y-%m-%d"), outcome.verdict == "steady" and outcome.swing is not None,
    )  # fmt: skip


def profile(solved: Solved, threads: int | None, iterations: int = PROFILED) -> dict[str, float]:
    """Shares of time by part over some iterations from the answer, on a solver of its own."""
    recorder = Recorder(open_backend("auto", "single", threads))
    fields = solved.outcome.fields
    solved.outcome.flow = None  # its arrays make room
    flow = open_flow(solved.placement, recorder.device)
    for name, values in fields.items():
        flow.set_field(getattr(flow.state, name), values, PLACES.get(name))
    recorder.name_parts(flow)
    for number in range(2):
        flow.iterate(number % EVERY == 1)
    with recorder.watching():
        begun = time.perf_counter()
        for number in range(iterations):
            flow.iterate(number % EVERY == 1)
        whole = time.perf_counter() - begun
    shares = {part: recorder.clock.get(part, 0.0) / whole for part in PARTS}
    return shares | {"rest": max(0.0, 1.0 - sum(shares.values()))}


def exponent(runs: Sequence[HallRun]) -> float | None:
    """p of iterations = a N^p on the finest grids of one hall, by least squares in the logarithms; None from one grid."""
    points = sorted({run.cells: run.iterations[-1] for run in runs}.items())
    if len(points) < 2:
        return None
    n, iterations = np.log(np.array(points, float)).T
    return float(np.polyfit(n, iterations, 1)[0])


def merge(old: Sequence[dict[str, Any]], new: Sequence[HallRun]) -> list[HallRun]:
    """Rows of both, the newer in place of the older, in the order of cases and cells."""
    rows = {(row["case"], row["size"]): HallRun(**row) for row in old} | {(run.case, run.size): run for run in new}
    return sorted(rows.values(), key=lambda run: (list(CELLS).index(run.case) if run.case in CELLS else 99, run.case, run.cells))


def markdown(runs: Sequence[HallRun], notes: Sequence[str], command: str) -> str:
    """The page."""
    head = (
        "| hall | cells | verdict | iterations, coarse to fine | seconds | of which finest | ns a cell and iteration | "
        "B a cell | multigrid factor |"
    )
    lines = ["# Halls from start to verdict", "", f"Made by `{command}`.", "", *(f"- {note}" for note in notes), ""]
    lines += [head, "|---|---|---|---|---|---|---|---|---|"]
    for run in runs:
        steps = "" if run.factor is None else f"{run.factor:.3f}"
        lines.append(
            f"| {run.case}, {run.model}, {run.cell:g} m | {run.cells} | {run.words} | {' + '.join(map(str, run.iterations))} | "
            f"{run.seconds:.1f} | {run.level_seconds[-1]:.1f} | {run.pace:.0f} | {run.memory:.0f} | {steps} |"
        )
    lines += ["", "Shares of an iteration's time, one in two measured:", ""]
    lines += ["| hall | " + " | ".join((*PARTS, "rest")) + " |", "|---|" + "---|" * (len(PARTS) + 1)]
    for run in runs:
        shares = " | ".join(f"{run.shares.get(part, math.nan):.0%}" for part in (*PARTS, "rest"))
        lines.append(f"| {run.case}, {run.cells} cells | {shares} |")
    lines += ["", f"Iterations on the finest grid against its cells N, as N^p; target p <= {GROWTH:g}:", ""]
    for case in dict.fromkeys(run.case for run in runs):
        its = [run for run in runs if run.case == case]
        p, still = exponent(its), exponent([run for run in its if not run.flutters])
        if p is not None:
            mark = "met" if p <= GROWTH else "**missed**"
            swings = "" if case in STEADY else "; a hall that swings: iterations are those of its means"
            if any(run.flutters for run in its) and still is not None:
                swings += f"; over the grids on which the flow stands {still:+.2f}"
            lines.append(f"- {case}: p = {p:+.2f} ({mark}){swings}")
    lines += ["", f"Load average when each row was taken: {', '.join(f'{run.load:.1f}' for run in runs)}."]
    return "\n".join(lines) + "\n"


def line(run: HallRun) -> str:
    """A row for a terminal."""
    steps = "" if run.factor is None else f", multigrid factor {run.factor:.3f}"
    shares = ", ".join(f"{part} {share:.0%}" for part, share in sorted(run.shares.items(), key=lambda item: -item[1]))
    return (
        f"{run.case}, {run.model}, {run.cell:g} m: {run.cells} cells, {run.words}, iterations "
        f"{' + '.join(map(str, run.iterations))}, {run.seconds:.1f} s, {run.pace:.0f} ns a cell and iteration, "
        f"{run.memory:.0f} B a cell{steps}\n    {shares}"
    )


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="benchmarks.halls", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cases", nargs="+", choices=list(CELLS), default=list(STEADY), metavar="CASE")
    parser.add_argument("--sizes", nargs="*", choices=SIZES, default=list(SIZES[:2]), help="none: the page from kept rows")
    parser.add_argument("--cell", type=float, nargs="+", metavar="M", help="cells in m in place of the table's, for every case")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--iterations", type=int, metavar="N", help="limit on the finest grid")
    parser.add_argument("--rows", type=Path, metavar="FILE.json", help="keep rows here, and those of earlier runs with them")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="the table as a page")
    options = parser.parse_args(arguments)
    notes = machine(open_backend("auto", "single", options.threads))
    print("\n".join(notes), flush=True)
    plan = [
        (case, size, cell)
        for case in options.cases
        for size, cell in (
            [(f"{cell:g} m", cell) for cell in options.cell] if options.cell else zip(SIZES, CELLS[case], strict=True)
        )
        if options.cell or size in options.sizes
    ]
    runs: list[HallRun] = []
    kept = json.loads(options.rows.read_text(encoding="utf-8")) if options.rows and options.rows.is_file() else []
    for case, size, cell in plan:
        run = run_hall(case, size, cell, options.threads, Variant(case, cell=cell, iterations=options.iterations))
        print(line(run), flush=True)
        runs.append(run)
        rows = merge(kept, runs)
        if options.rows:  # after every hall: a long plan may be cut off
            options.rows.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")
    if options.write:
        given = " ".join(["python -m benchmarks.halls", *(sys.argv[1:] if arguments is None else arguments)])
        options.write.write_text(markdown(merge(kept, runs), notes, given), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
