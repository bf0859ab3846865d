"""How fast a hall is stepped in time: simulated seconds by the second of the clock, and what longer steps do to the means.

    python -m benchmarks.transient openfoam-h1 --cell 0.12 --end 60 --average-from 20 --courants 10 5 2
    python -m benchmarks.transient openfoam-h1 --cell 0.12 --end 60 --average-from 20 --courants 5 --peer 1 --run of

From rest, single precision, the solver alone (no compiling, no report). With --peer, buoyantBoussinesqPimpleFoam runs the same
cells from rest to the same end at that Courant number on one core, and the means of both stand beside each other with their
standard errors: compare the speeds only where these errors are alike.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.peers.mesh import UnsupportedError
from benchmarks.peers.pimple import Stepping, read, solve, write
from benchmarks.table import load
from benchmarks.variants import Variant
from kernels import open_backend
from thermal.case.timeline import TimeSpan
from thermal.flow.monitor import Monitor
from thermal.flow.statistics import Statistics, statistics
from thermal.flow.steady import SteadyRun
from thermal.flow.timed import inlet_statistics, run_in_time
from thermal.gridding import make_grid
from thermal.parallel import Serial
from thermal.place import place


@dataclass
class Stepped:
    """A run in time: speed (simulated seconds by second), steps, projections of a step, means of the inlets in degC."""

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


def ours(variant: Variant, span: TimeSpan, threads: int) -> Stepped:
    """Our run."""
    case = replace(variant.load(), time=span)
    device = open_backend("auto", "single", threads)
    placement = place(case, make_grid(case))
    run = SteadyRun([placement], device, Serial(), 1, Monitor())
    begun = time.perf_counter()
    outcome = run_in_time(run, None)
    seconds = time.perf_counter() - begun
    if outcome.verdict != "complete":
        raise RuntimeError(f"{variant}: {outcome.verdict}, {outcome.text}")
    found = inlet_statistics(outcome.march, [rack.name for rack in case.racks])
    means = replace(found, mean=found.mean - 273.15)
    projections = float(outcome.march.series.column("projections")[1:].mean())
    label = f"Hallflow, Courant number up to {span.largest_cfl:g}, {placement.fluid_cells} cells, {device.threads} threads"
    return Stepped(label, span.end / seconds, outcome.march.clock.count, projections, means)


def peer(variant: Variant, span: TimeSpan, courant: float, folder: Path) -> Stepped:
    """OpenFOAM's run; one that is finished in the folder is read again."""
    if not (folder / "seconds").is_file():
        write(variant, Stepping(span.end, courant), folder)
        solve(folder)
    course = read(variant, folder)
    steps = np.diff(course.times, prepend=0.0)
    kept = course.times > (span.average_from or 0.0)
    means = statistics(steps[kept], course.inlets[kept])
    return Stepped(f"OpenFOAM, Courant number up to {courant:g}, 1 core", span.end / course.seconds, course.steps, 0.0, means)


def main(arguments: list[str] | None = None) -> int:
    """The command; exit code 2 where a program is missing or a case has something that the bridge does not know."""
    parser = argparse.ArgumentParser(prog="benchmarks.transient", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("case", help="a shipped case")
    parser.add_argument("--cell", type=float, help="m")
    parser.add_argument("--scheme", choices=("upwind", "second-order"), default="second-order")
    parser.add_argument("--turbulence", default="k-epsilon")
    parser.add_argument("--end", type=float, default=60.0, help="s")
    parser.add_argument("--average-from", type=float, default=20.0, help="s")
    parser.add_argument(
        "--courants", type=float, nargs="+", default=[5.0], help="largest Courant numbers of ours, the sharpest last"
    )
    parser.add_argument("--tolerance", type=float, default=TimeSpan.tolerance)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peer", type=float, metavar="COURANT", help="run OpenFOAM as well, at this Courant number")
    parser.add_argument("--run", type=Path, metavar="DIR", help="folder of the OpenFOAM case, kept")
    options = parser.parse_args(arguments)
    variant = Variant(options.case, options.scheme, options.cell, options.turbulence)
    span = TimeSpan(options.end, "rest", None, 5.0, options.tolerance, options.end, options.average_from)
    print(f"{variant}, {options.end:g} s from rest, means from {options.average_from:g} s; load average {load():.1f}")
    runs = [ours(variant, replace(span, largest_cfl=courant), options.threads) for courant in options.courants]
    for one in runs:
        print(one.line(runs[-1].means if one is not runs[-1] else None), flush=True)
    if options.peer:
        try:
            with tempfile.TemporaryDirectory() as place_:
                other = peer(variant, span, options.peer, options.run or Path(place_) / "openfoam")
        except (UnsupportedError, FileNotFoundError, RuntimeError) as error:
            print(f"{variant}: {error}", file=sys.stderr)
            return 2
        print(other.line(runs[-1].means))
        print(f"ratio of the speeds {runs[-1].speed / other.speed:.3g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
