"""How fast a hall is stepped in time: simulated seconds by second of the processor, and what longer steps do to the means.

    python -m benchmarks.transient openfoam-h1 --cell 0.12 --end 60 --average-from 20 --courants 10 5 2
    python -m benchmarks.transient openfoam-h1 --cell 0.12 --developed 60 --end 10 --average-from 0 --courants 5 --peer 2 --run of

From rest, or from the state that Hallflow reaches `--developed` seconds after rest; single precision, the solver alone (no
compiling, no report). With --peer, buoyantBoussinesqPimpleFoam goes over the same cells from the same state to the same end
at that Courant number, on one core, and the means of both stand beside each other with their standard errors: compare the
speeds only where these errors are alike. Seconds are those that the process has had of the processor, so other work on the
machine does not count.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from benchmarks.peers.mesh import UnsupportedError, make_mesh
from benchmarks.peers.pimple import Stepping, read, solve, write
from benchmarks.peers.states import hand_over, take_over
from benchmarks.table import load
from benchmarks.variants import Variant
from kernels import open_backend
from thermal.case.timeline import Event, TimeSpan
from thermal.flow.averages import PLACES
from thermal.flow.monitor import Monitor
from thermal.flow.statistics import Statistics, statistics
from thermal.flow.steady import SteadyRun
from thermal.flow.timed import inlet_statistics
from thermal.flow.transient import March, TransientRun
from thermal.gridding import make_grid
from thermal.parallel import Serial
from thermal.place import place

Fields = dict[str, np.ndarray]
IDLE = (1.0, 20.0)  # s: long enough that a symmetric hall forgets that it is one


@dataclass
class Stepped:
    """A run in time: speed (simulated seconds by second of the processor), steps, projections of a step, means of the inlets in
    degC."""

    label: str
    speed: float
    steps: int
    projections: float
    means: Statistics

    def line(self, against: Statistics | None) -> str:
        """In words."""
        error = float(np.nan_to_num(self.means.error, nan=np.inf).max())
        words = f"{self.label}: {self.speed:.3g} s by second, {self.steps} steps, standard error of a mean up to {error:.2f} K"
        if self.projections:
            words += f", {self.projections:.1f} steps of conjugate gradients by step"
        if against is not None:
            apart = self.means.mean - against.mean
            rms = np.sqrt(np.mean(apart**2))
            words += f"; means within {np.abs(apart).max():.2f} K (RMS {rms:.2f}) of our last run's"
        return words


def march(
    variant: Variant, span: TimeSpan, threads: int, begin: Fields | None = None, idle: str | None = None
) -> tuple[March, float, str]:
    """Step a variant from rest or from the solver's own fields: what that leaves, seconds of the processor, cells and threads.

    idle   racks that give no heat from IDLE[0] to IDLE[1] s, as an [[event]] names them
    """
    case = replace(variant.load(), time=span)
    if idle:
        power = next(rack.power for rack in case.racks if fnmatchcase(f"rack.{rack.name}", idle))
        events = (Event("off", IDLE[0], idle, "power", 0.0), Event("on", IDLE[1], idle, "power", power))
        case = replace(case, events=events)
    device = open_backend("auto", "single", threads)
    placement = place(case, make_grid(case))
    flow = SteadyRun([placement], device, Serial(), 1, Monitor()).enter_finest()
    for name, values in (begin or {}).items():
        flow.set_field(getattr(flow.state, name), values.astype(device.real), PLACES.get(name))
    run = TransientRun(flow, span, Monitor())
    begun = time.process_time()
    run.begin()
    outcome = run.run()
    seconds = time.process_time() - begun
    if outcome.verdict != "complete":
        raise RuntimeError(f"{variant}: {outcome.verdict}, {outcome.text}")
    return outcome, seconds, f"{placement.fluid_cells} cells, {device.threads} threads"


def ours(variant: Variant, span: TimeSpan, threads: int, begin: Fields | None = None) -> Stepped:
    """Our run."""
    outcome, seconds, words = march(variant, span, threads, begin)
    found = inlet_statistics(outcome, [rack.name for rack in variant.load().racks])
    means = replace(found, mean=found.mean - 273.15)
    projections = float(outcome.series.column("projections")[1:].mean())
    label = f"Hallflow, Courant number up to {span.largest_cfl:g}, {words}"
    return Stepped(label, span.end / seconds, outcome.clock.count, projections, means)


def developed(variant: Variant, span: TimeSpan, threads: int, kept: Path | None, idle: str | None = None) -> Fields:
    """The solver's fields at the end of a span from rest; `kept` holds them from then on, `idle` as of march."""
    if kept and kept.is_file():
        return dict(np.load(kept))
    fields = march(variant, replace(span, average_from=None), threads, idle=idle)[0].fields
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, **fields)  # type: ignore[arg-type]  # names of fields, none of savez's own
    return fields


def peer(variant: Variant, span: TimeSpan, stepping: Stepping, folder: Path, begin: Fields | None = None) -> Stepped:
    """OpenFOAM's run; one that is finished in the folder is read again."""
    if not (folder / "seconds").is_file():
        write(variant, stepping, folder)
        if begin:
            case = variant.load()
            hand_over(make_mesh(place(case, make_grid(case))), begin, folder)
        solve(folder)
    course = read(variant, folder)
    steps = np.diff(course.times, prepend=0.0)
    kept = course.times > (span.average_from or 0.0)
    means = statistics(steps[kept], course.inlets[kept])
    return Stepped(f"OpenFOAM, {stepping}, 1 core", span.end / course.seconds, course.steps, 0.0, means)


def table(racks: list[str], runs: dict[str, Statistics]) -> str:
    """Means and their standard errors of several runs as Markdown, a row each."""
    lines = ["| degC | " + " | ".join(racks) + " |", "|---|" + "---|" * len(racks)]
    for name, one in runs.items():
        cells = [f"{mean:.2f} ± {error:.2f}" for mean, error in zip(one.mean, one.error, strict=True)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """The command; exit code 2 where a program is missing or a case has something that the bridge does not know."""
    parser = argparse.ArgumentParser(prog="benchmarks.transient", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("case", help="a shipped case")
    parser.add_argument("--cell", type=float, help="m")
    parser.add_argument("--scheme", choices=("upwind", "second-order"), default="second-order")
    parser.add_argument("--turbulence", default="k-epsilon")
    parser.add_argument(
        "--developed", type=float, metavar="S", help="begin with the state that Hallflow reaches S seconds after rest"
    )
    parser.add_argument(
        "--idle", metavar="RACKS", help=f"which give no heat from {IDLE[0]:g} to {IDLE[1]:g} s before that: rack.A*"
    )
    parser.add_argument("--taken", type=Path, metavar="INSTANT", help="begin with what OpenFOAM wrote on these cells: of/240")
    parser.add_argument("--end", type=float, default=60.0, help="s from the beginning")
    parser.add_argument("--average-from", type=float, default=20.0, help="s from the beginning")
    parser.add_argument(
        "--courants", type=float, nargs="+", default=[5.0], help="largest Courant numbers of ours, the sharpest last"
    )
    parser.add_argument("--tolerance", type=float, default=TimeSpan.tolerance)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peer", type=float, metavar="COURANT", help="run OpenFOAM as well, at this Courant number")
    parser.add_argument("--peer-scheme", choices=("upwind", "second-order", "van-leer"), help="of OpenFOAM, where it is another")
    parser.add_argument("--outer", type=int, default=1, help="outer iterations of OpenFOAM's step (PIMPLE), 1: PISO")
    parser.add_argument("--run", type=Path, metavar="DIR", help="folder of the OpenFOAM case, kept; a finished run is read again")
    options = parser.parse_args(arguments)
    variant = Variant(options.case, options.scheme, options.cell, options.turbulence)
    span = TimeSpan(options.end, "rest", None, options.courants[-1], options.tolerance, options.end, options.average_from or None)
    begin, start = None, "from rest"
    if options.developed:
        first = replace(span, end=options.developed, record_every=options.developed)
        begin = developed(variant, first, options.threads, options.run and options.run / "begin.npz", options.idle)
        start = f"from the state at {options.developed:g} s"
    if options.taken:
        case = variant.load()
        begin, start = take_over(make_mesh(place(case, make_grid(case))), options.taken), f"from {options.taken}"
    print(f"{variant}, {options.end:g} s {start}, means from {options.average_from:g} s; load average {load():.1f}", flush=True)
    runs = [ours(variant, replace(span, largest_cfl=courant), options.threads, begin) for courant in options.courants]
    for one in runs:
        print(one.line(runs[-1].means if one is not runs[-1] else None), flush=True)
    if options.peer:
        stepping = Stepping(options.end, options.peer, options.outer, scheme=options.peer_scheme)
        try:
            with tempfile.TemporaryDirectory() as place_:
                other = peer(variant, span, stepping, options.run or Path(place_) / "openfoam", begin)
        except (UnsupportedError, FileNotFoundError, RuntimeError) as error:
            print(f"{variant}: {error}", file=sys.stderr)
            return 2
        print(other.line(runs[-1].means))
        print(f"ratio of the speeds {runs[-1].speed / other.speed:.3g}")
        racks = [rack.name for rack in variant.load().racks]
        print("\n" + table(racks, {"OpenFOAM": other.means, "Hallflow": runs[-1].means}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
