"""One iteration of the steady solver on a shipped hall: the bytes it must move, and how fast it moves them beside a STREAM triad.

    python -m benchmarks.iteration openfoam-h0 --cell 0.1
    python -m benchmarks.iteration hall-30kw-contained --cell 0.05 --turbulence k-epsilon --scheme second-order

Bytes are counted launch by launch on a solver whose every launch is watched (kernels/traffic.py: each array read or written once
a launch, cache lines that are only written fetched all the same). Time is that of the best iteration of another solver that
nobody watches. The triad y = y + a x runs before and after, in this process, on as many bytes as the solver's arrays hold.
Small grids fit the caches and coarse levels always do: their share may pass 100 %.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.recorded import Recorder
from benchmarks.solving import Scales
from benchmarks.table import load, machine
from benchmarks.variants import Variant
from kernels import open_backend
from kernels.bench import OUT_OF_CACHE, Triad
from kernels.processors import last_level_cache
from thermal.flow.domain import Domain
from thermal.flow.relaxation import relaxation
from thermal.flow.solver import Flow
from thermal.gridding import make_grid
from thermal.parallel import Serial, cut
from thermal.place import Placement, place

WARM = 6  # iterations before anything is counted or timed


@dataclass(frozen=True)
class Iteration:
    """One iteration without measures. Cells are those of the grid, solids included; bytes and launches are of the whole.

    launches   on the device, fills and copies included     waits   for which the host stops
    seconds    of the best iteration; triad B/s; memory B of all device arrays
    """

    case: str
    cells: int
    launches: int
    waits: int
    ideal: int
    moved: int
    seconds: float
    triad: float
    memory: int

    @property
    def bandwidth(self) -> float:
        """B/s of the bytes moved."""
        return self.moved / self.seconds

    @property
    def share(self) -> float:
        """Bandwidth over that of the triad."""
        return self.bandwidth / self.triad


def open_flow(placement: Placement, device: Any) -> Flow:
    """A solver on a grid, at rest, with the relaxation that a run begins with."""
    flow = Flow(Domain(placement, device, Serial(), cut(Serial(), placement.grid.n)))
    flow.bind(relaxation(placement))
    flow.begin()
    return flow


def record(
    placement: Placement, backend: str, precision: str, threads: int | None, measured: bool = False, dry: bool = False
) -> Recorder:
    """One iteration counted launch by launch; `dry`: counted only, nothing is computed."""
    recorder = Recorder(open_backend(backend, precision, threads), dry)
    flow = open_flow(placement, recorder.device)
    recorder.name_parts(flow)
    for number in range(1 if dry else WARM):
        flow.iterate(number % 2 == 1)
    with recorder.watching():
        flow.iterate(measured)
    return recorder


def measure(
    placement: Placement, recorder: Recorder, backend: str, precision: str, threads: int | None, budget: float = 3.0
) -> Iteration:
    """Time iterations for so many seconds between two triads; bytes are the recorder's."""
    device = open_backend(backend, precision, threads)
    scales = Scales(device)
    flow = open_flow(placement, device)
    memory = scales.total
    for _ in range(WARM):
        flow.iterate(False)
    triad = Triad(device, min(float(memory), OUT_OF_CACHE * last_level_cache()))
    rate, best, begun = triad.measure(), float("inf"), time.perf_counter()
    while time.perf_counter() - begun < budget or best == float("inf"):
        device.synchronize()
        start = time.perf_counter()
        flow.iterate(False)
        device.synchronize()
        best = min(best, time.perf_counter() - start)
    rate = max(rate, triad.measure())
    total, cells = recorder.total(), placement.grid.cells
    return Iteration(
        str(placement.case.name), cells, total.launches, recorder.waits, total.ideal, total.moved, best, rate, memory
    )


def report(recorder: Recorder, one: Iteration) -> str:
    """Tables by kernel and by part, and the whole."""
    lines = [f"{'kernel':<24} {'launches':>8} {'B/cell ideal':>12} {'moved':>8} {'of bytes':>8} {'of time':>8}"]
    total, n = recorder.total(), one.cells
    for groups in (recorder.by_kernel(), recorder.by_part()):
        for name, s in groups.items():
            shares = f"{s.moved / total.moved:>8.1%} {s.seconds / total.seconds:>8.1%}"
            lines.append(f"{name:<24} {s.launches:>8} {s.ideal / n:>12.1f} {s.moved / n:>8.1f} {shares}")
        lines.append("")
    lines += [
        f"{one.case}, {n} cells: {one.launches} launches, {one.waits} waits, {one.ideal / n:.0f} B/cell ideal, "
        f"{one.moved / n:.0f} B/cell moved, arrays {one.memory / n:.0f} B/cell",
        f"{one.seconds * 1e3:.2f} ms an iteration, {one.seconds / n * 1e9:.1f} ns a cell; {one.bandwidth / 1e9:.1f} GB/s, "
        f"{one.share:.0%} of the triad ({one.triad / 1e9:.1f} GB/s)",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="benchmarks.iteration", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("case", help="a shipped case")
    parser.add_argument("--cell", type=float, help="m")
    parser.add_argument("--scheme", choices=("upwind", "second-order"))
    parser.add_argument("--turbulence")
    parser.add_argument("--precision", choices=("single", "double"), default="single")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--json", type=Path, metavar="FILE", help="the whole as JSON")
    options = parser.parse_args(arguments)
    where = (options.backend, options.precision, options.threads)
    case = Variant(options.case, options.scheme, options.cell, options.turbulence).load()
    print("\n".join(machine(open_backend(*where))), flush=True)
    placement = place(case, make_grid(case))
    recorder = record(placement, *where)
    one = measure(placement, recorder, *where)
    print(report(recorder, one))
    print(f"load average {load():.1f}")
    if options.json:
        derived = {"bandwidth": one.bandwidth, "share": one.share}
        options.json.write_text(json.dumps(asdict(one) | derived, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
