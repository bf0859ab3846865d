"""Sweeps as a wave through the layers beside the same sweeps one by one, on grids around and beyond the cache.

    python -m benchmarks.passes      half a minute

The wave is what `Backend.passes` makes where the arrays are larger than the last-level cache holds (kernels/host.py); elsewhere
both columns are the same launches. Best of some rounds, in turn: what neighbours on the machine leave of the cache decides much.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.table import machine
from kernels import open_backend
from kernels.bench import best_time

SIZES = ((180, 96, 24), (150, 150, 30), (220, 140, 34), (360, 180, 50))  # cells along x, y, z
SWEEPS, ROUNDS, BUDGET = 4, 3, 0.3  # of two passes each; s a round


def measure(be: Any, size: Sequence[int]) -> tuple[float, float]:
    """Cells and passes a second: one by one, and in one call of `passes`."""
    shape, random = tuple(n + 4 for n in reversed(size)), np.random.default_rng(1)
    q, other, rhs = (be.upload(random.random(shape)) for _ in range(3))
    rows = [be.upload(random.random(shape) / 6.0) for _ in range(6)]
    both = [be.bind("sweep", *size, 0, size[2], a, *rows, rhs, b) for a, b in ((q, other), (other, q))]

    def apart() -> None:
        for _ in range(SWEEPS):
            for launch in both:
                launch()

    together, done = be.passes(both, SWEEPS), 2 * SWEEPS * float(np.prod(size))
    seconds = [(best_time(be, apart, BUDGET), best_time(be, together, BUDGET)) for _ in range(ROUNDS)]
    return done / min(one for one, _ in seconds), done / min(two for _, two in seconds)


def main() -> int:
    """The command."""
    be = open_backend("auto", "single", None)
    print("\n".join(machine(be)))
    print("| cells | one by one, Mcells/s | passes | ratio |\n|---|---|---|---|")
    for size in SIZES:
        one, other = measure(be, size)
        print(f"| {np.prod(size)} | {one / 1e6:.0f} | {other / 1e6:.0f} | {other / one:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
