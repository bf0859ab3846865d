"""What tracers cost: columns, rounds and steps, and their share of the time of a run, for some shipped halls.

python -m benchmarks.tracers [CASE ...]
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

from kernels import open_backend
from thermal.case.build import load_case
from thermal.case.model import Tracers
from thermal.flow.monitor import Monitor
from thermal.flow.sequence import place_sequence
from thermal.flow.steady import SteadyRun
from thermal.gridding import make_grid
from thermal.movers.cuts import body_cuts
from thermal.parallel import Serial
from thermal.scalars.answer import solve_scalars
from thermal.shipped import find_case

HALLS = ("tiny-hall", "openfoam-h0", "hall-30kw-contained")


def main(names: list[str]) -> int:
    """Print a row a hall."""
    device = open_backend("auto", "single")
    heads = (
        ("cells", 9),
        ("run s", 8),
        ("tracers s", 10),
        ("share", 7),
        ("columns", 8),
        ("rounds", 7),
        ("steps", 6),
        ("balance", 9),
    )
    print(f"{'case':24} " + " ".join(f"{word:>{width}}" for word, width in heads))
    for name in names or HALLS:
        case = replace(load_case(find_case(name)), tracers=Tracers(solve=True))
        placements = place_sequence(case, make_grid(case, "single"))
        begun = time.perf_counter()
        outcome = SteadyRun(placements, device, Serial(), case.stop.iterations, Monitor()).run()
        seconds = time.perf_counter() - begun
        scalars = solve_scalars(outcome.flow.domain, outcome.fields, outcome.pressure_ratio, body_cuts(placements[-1]))
        found = scalars.summary["tracers"] if scalars else None
        if not found:
            print(f"{name:24} no tracers")
            continue
        share = found["seconds"] / seconds
        print(
            f"{name:24} {placements[-1].fluid_cells:9d} {seconds:8.2f} {found['seconds']:10.2f} {share:7.0%} "
            f"{found['columns']:8d} {found['rounds']:7d} {found['steps']:6d} {found['balance']:9.1e}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
