"""Which kernels are hot: the share that each takes of an iteration's time, on shipped halls of about 400 000 cells.

    python -m benchmarks.hot                             as a table
    python -m benchmarks.hot --write kernels/shares.csv  what `hallflow bench` prints and judges by

Every launch of an iteration is timed, the least of several iterations counts; a kernel's share is the sum of its launches over
that of all (fills and copies with them), the largest of the halls. Schemes and models are those of the case files. One thread of
the host backend, and the seconds that the processor gives it: a machine that does other things as well changes little.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.iteration import open_flow
from benchmarks.recorded import Recorder
from benchmarks.variants import Variant
from kernels import open_backend
from kernels.bench import HOT
from thermal.gridding import make_grid
from thermal.place import Placement, place

HALLS = (
    *(Variant("openfoam-h0", cell=0.07), Variant("hall-30kw-contained", cell=0.1), Variant("hall-30kw-fan-wall", cell=0.1)),
    *(Variant("hall-130kw-hybrid", cell=0.1), Variant("room-6kw", cell=0.1), Variant("container-edge", cell=0.14)),
)
WARM, WATCHED = 4, 10  # iterations before any is timed, and those timed


def shares(placement: Placement) -> dict[str, float]:
    """Each kernel's share of the time of one iteration, 0..1."""
    recorder = Recorder(open_backend("host", "single", 1), now=time.process_time)
    flow = open_flow(placement, recorder.device)
    for _ in range(WARM):
        flow.iterate(False)
    rounds = []
    for _ in range(WATCHED):
        with recorder.watching():
            flow.iterate(False)
        rounds.append(list(recorder.order))
    sums: dict[str, float] = defaultdict(float)
    for steps in zip(*rounds, strict=True):  # the same launch of every iteration
        sums[steps[0].kernel] += min(step.seconds for step in steps)
    total = sum(sums.values())
    return {name: seconds / total for name, seconds in sums.items()}


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="benchmarks.hot", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", type=Path, metavar="FILE.csv")
    options = parser.parse_args(arguments)
    largest: dict[str, float] = defaultdict(float)
    for variant in HALLS:
        case = variant.load()
        placement = place(case, make_grid(case))
        found = shares(placement)
        print(
            f"{variant}: {placement.grid.cells} cells, {sum(share >= HOT for share in found.values())} at {HOT:.0%} and more",
            flush=True,
        )
        for name, share in found.items():
            largest[name] = max(largest[name], share)
    rows = sorted(((name, share) for name, share in largest.items() if share >= 0.0005), key=lambda row: -row[1])
    text = "".join(f"{name},{share:.3f}\n" for name, share in rows)
    print(text, end="")
    if options.write:
        halls = "; ".join(str(variant) for variant in HALLS)
        head = f"# largest share of an iteration's time on: {halls}\n# made by python -m benchmarks.hot --write {options.write}\n"
        options.write.write_text(head + "kernel,share\n" + text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
