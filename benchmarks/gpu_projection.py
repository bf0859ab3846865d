"""A PROJECTION of Hallflow on an H100, from what can be counted without one. Nothing here was measured on a GPU.

    python -m benchmarks.gpu_projection --write docs/gpu.md

Counted: registers and spills of every kernel (NVRTC, machine code for sm_90), bytes that every launch must move, launches of an
iteration on grids of 0.4, 3 and 30 million cells, and what an iteration asks of CuPy (its stand-in). Assumed, and changed by
options: the share of 3.0 TB/s that a kernel over many cells reaches, the time a launch takes beyond its bytes, the time one
thread takes for each word of a loop of its own, and the wait for the host. A launch costs its floor plus the larger of bytes
over bandwidth and the loop of its busiest thread.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.iteration import open_flow, record
from benchmarks.recorded import Recorder, Step
from benchmarks.variants import Variant
from kernels import BackendUnavailable, open_backend
from kernels.bench import LargeHall, choose
from kernels.proof import prove
from kernels.samples import arguments
from kernels.signature import Kernel, read_kernels
from kernels.traffic import Traffic, traffic
from thermal.gridding import make_grid
from thermal.place import Placement, place

BANDWIDTH = 3.0e12  # B/s, a STREAM of an H100 SXM
ARCHITECTURE = 90
HALL, MODEL, SCHEME = "hall-30kw-contained", "k-epsilon", "second-order"
CELLS = (0.1, 0.05, 0.024)  # m: 0.4, 3 and 30 million cells
KERNELS = read_kernels()


@dataclass(frozen=True)
class Assumed:
    """What is not counted: share of the bandwidth; s a launch takes beyond its bytes, in a graph and one by one; s a word of a
    single thread's loop; s of a wait for the host, the copy of a few kilobytes included."""

    share: float = 0.7
    node: float = 2.0e-6
    launch: float = 4.0e-6
    word: float = 20e-9
    wait: float = 30e-6


def seconds(step: Step, assumed: Assumed, floor: float) -> float:
    """Projected time of one launch."""
    stream = step.traffic.ideal / (assumed.share * BANDWIDTH)
    return floor + max(stream, alone(KERNELS.get(step.kernel), step.traffic) * assumed.word)


def alone(kernel: Kernel | None, count: Traffic) -> float:
    """Words that one thread of a launch passes over: of a list, its share of all; of a sum or a loop over cells, next to none."""
    return count.ideal / count.items / 8.0 if kernel and kernel.macro == "FV_LIST" and count.items else 0.0


@dataclass(frozen=True)
class Projection:
    """One iteration on one grid, projected: s with a graph, s launch by launch, s of these spent on floors, host s."""

    cells: int
    steps: list[Step]
    bytes: float
    graph: float
    plain: float
    floors: float
    loops: dict[str, float]
    waits: int
    host: float

    @property
    def whole(self) -> float:
        """Seconds of an iteration with graphs, waits and host included."""
        return self.graph + self.host


def project(recorder: Recorder, cells: int, host: float, assumed: Assumed) -> Projection:
    """Times of a recorded iteration; `host` s of work between the two graphs."""
    steps = list(recorder.order)
    loops: dict[str, float] = defaultdict(float)
    for step in steps:
        longer = seconds(step, assumed, 0.0) - step.traffic.ideal / (assumed.share * BANDWIDTH)
        if longer > 0.0:
            loops[step.kernel] += longer
    graph, plain = (sum(seconds(step, assumed, floor) for step in steps) for floor in (assumed.node, assumed.launch))
    waiting = recorder.waits * assumed.wait + host
    total = float(sum(step.traffic.ideal for step in steps))
    worst = dict(sorted(loops.items(), key=lambda item: -item[1])[:4])
    return Projection(cells, steps, total, graph, plain, len(steps) * assumed.node, worst, recorder.waits, waiting)


def host_work(placement: Placement, rounds: int = 5) -> float:
    """Seconds that this machine's host takes to invert the coarsest level, best of some."""
    device = open_backend("auto", "single", 1)
    flow = open_flow(placement, device)
    flow.iterate(False)
    best = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        flow.pressure.solver.invert_coarsest()
        best = min(best, time.perf_counter() - begun)
    return best


def kernel_table(assumed: Assumed, cells: int = 400_000) -> list[str]:
    """Markdown rows of every kernel: registers, spill, bytes a cell, million cells a second at the share."""
    try:
        found = {proof.resources.kernel: proof.resources for proof in prove((ARCHITECTURE,), ("single",))}
    except BackendUnavailable as missing:
        print(f"no registers and spills: {missing}", file=sys.stderr)
        found = {}
    rows = ["| file | kernel | registers | spill, B | B/cell | Mcells/s |", "|---|---|---|---|---|---|"]
    edge = max(8, round(cells ** (1 / 3)))
    backend = open_backend("numpy", "single")
    for kernel in choose():
        flat = kernel.macro == "FV_LIST" and "nx" not in {p.name for p in kernel.parameters}
        n = (edge, edge, 1) if flat else (edge, edge, edge)
        n = (14, 14, 1) if kernel.name == "solve_coarsest" else n
        values = arguments(kernel, LargeHall(n, backend.real))
        values = [
            np.asarray(v, p.dtype(backend.real)) if p.pointer else v for p, v in zip(kernel.parameters, values, strict=True)
        ]
        count = traffic(kernel, values)
        resources = found.get(kernel.name)
        registers, spill = (resources.registers, resources.spill) if resources else ("", "")
        by_cell = count.ideal / max(count.items, 1)
        bound = kernel.macro != "FV_LIST"
        pace = f"{assumed.share * BANDWIDTH / by_cell / 1e6:.0f}" if bound else "list"
        rows.append(f"| {kernel.file} | {kernel.name} | {registers} | {spill} | {by_cell:.1f} | {pace} |")
    return rows


def level_table(projection: Projection, sizes: Sequence[tuple[int, int, int]], assumed: Assumed) -> list[str]:
    """Markdown rows of the pressure equation's levels: launches and how much of their time is floors."""
    rows = ["| level | cells | launches | us, bytes | us, floors |", "|---|---|---|---|---|"]
    for number, size in enumerate(sizes):
        own = [step for step in projection.steps if step.grid == size and step.part.startswith("pressure")]
        stream = sum(step.traffic.ideal for step in own) / (assumed.share * BANDWIDTH)
        cells = f"{size[0]} x {size[1]} x {size[2]}"
        rows.append(f"| {number} | {cells} | {len(own)} | {stream * 1e6:.1f} | {len(own) * assumed.node * 1e6:.0f} |")
    return rows


def stand_in_table() -> list[str]:
    """Markdown rows of what an iteration of a small hall asks of CuPy, counted on its stand-in."""
    from tests.kernels.stand_in import cupy_stand_in

    case = Variant("tiny-hall", SCHEME, 0.3, MODEL).load()
    rows = [
        "| iteration | kernels | launches one by one | graphs | device allocations | host waits |", "|---|---|---|---|---|---|"
    ]  # fmt: skip
    with cupy_stand_in() as cupy:
        placement = place(case, make_grid(case))
        flow = open_flow(placement, open_backend("cuda", "single"))
        for number in range(4):
            flow.iterate(number % 2 == 1)
        for name, measured in (("not measured", False), ("measured (every second)", True)):
            before = dict(vars(cupy.counts))
            flow.iterate(measured)
            spent = {key: value - before[key] for key, value in vars(cupy.counts).items()}
            rows.append(
                f"| {name} | {spent['kernels']} | {spent['launches']} | {spent['graphs']} | {spent['allocations']} | "
                f"{spent['synchronizations']} |"
            )
    return rows


def page(cells: Sequence[float], assumed: Assumed, command: str) -> str:
    """The whole page."""
    lines = [
        "# Hallflow on an H100: a PROJECTION", "", (__doc__ or "").split("\n\n")[-1].strip(), "",
        f"Made by `{command}`. No number below was measured on a GPU.", "",
        f"Assumed: {assumed.share:.0%} of {BANDWIDTH / 1e12:g} TB/s; {assumed.node * 1e6:g} us a launch within a graph, "
        f"{assumed.launch * 1e6:g} us outside; {assumed.word * 1e9:g} ns a word of one thread's own loop; {assumed.wait * 1e6:g} "
        "us a wait for the host.", "", "## An iteration", "",
    ]  # fmt: skip
    rows = [
        f"{HALL}, {MODEL}, {SCHEME}, single precision, an iteration without measures.", "",
        "| cells | launches | waits | B/cell | ms, bytes alone | ms, floors | ms, one thread's loops | ms, host | "
        "**ms an iteration** | Mcells/s | without graphs, ms |", "|---|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    levels: list[str] = []
    notes: list[str] = []
    host = -1.0
    for cell in cells:
        case = Variant(HALL, SCHEME, cell, MODEL).load()
        placement = place(case, make_grid(case))
        host = host_work(placement) if host < 0 else host
        recorder = record(placement, "host", "single", 1, dry=True)
        one = project(recorder, placement.grid.cells, host, assumed)
        stream = one.bytes / (assumed.share * BANDWIDTH)
        loops = one.graph - one.floors - stream
        rows.append(
            f"| {one.cells} | {len(one.steps)} | {one.waits} | {one.bytes / one.cells:.0f} | {stream * 1e3:.2f} | "
            f"{one.floors * 1e3:.2f} | {loops * 1e3:.2f} | {one.host * 1e3:.2f} | **{one.whole * 1e3:.2f}** | "
            f"{one.cells / one.whole / 1e6:.0f} | {(one.plain + one.host) * 1e3:.2f} |"
        )
        worst = ", ".join(f"{name} {value * 1e3:.2f} ms" for name, value in one.loops.items())
        notes.append(f"- {one.cells} cells: longest loops of single threads: {worst}")
        if not levels:
            levels = level_table(one, recorder.sizes, assumed)
        print(rows[-1], flush=True)
    rows += ["", f"Host: the inverse of the coarsest level took {host * 1e3:.2f} ms where this page was made.", "", *notes]
    sections = {
        "Levels of the pressure equation": ["The smallest grid: set-up and solution. Coarse levels are floors.", "", *levels],
        "What an iteration asks of CuPy": ["On the tests' stand-in, a small hall, after warm-up.", "", *stand_in_table()],
        "Kernels": [
            f"Single precision; registers and spill for sm_{ARCHITECTURE}. Lists are bound by latency, not bytes.", "",
            *kernel_table(assumed),
        ],
    }  # fmt: skip
    for title, text in sections.items():
        rows += ["", f"## {title}", "", *text]
    return "\n".join([*lines, *rows]) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="benchmarks.gpu_projection", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cells", type=float, nargs="+", default=CELLS, metavar="M", help="cell sizes in m")
    parser.add_argument("--share", type=float, default=Assumed.share, help="of the bandwidth")
    parser.add_argument("--node", type=float, default=Assumed.node * 1e6, metavar="US", help="us a launch within a graph")
    parser.add_argument("--launch", type=float, default=Assumed.launch * 1e6, metavar="US", help="us a launch outside one")
    parser.add_argument("--write", type=Path, metavar="FILE.md")
    options = parser.parse_args(arguments)
    assumed = Assumed(options.share, options.node * 1e-6, options.launch * 1e-6)
    given = " ".join(["python -m benchmarks.gpu_projection", *(sys.argv[1:] if arguments is None else arguments)])
    text = page(options.cells, assumed, given)
    print(text)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
