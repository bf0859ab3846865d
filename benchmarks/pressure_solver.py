"""Cost of the pressure solver: time per cell and step of PCG with one multigrid cycle, of a set-up, and how fast it converges.

    python benchmarks/pressure_solver.py [--cell 0.1] [--precision single] [--threads 2] [--backend host]

A hall of 12 x 9.6 x 3.6 m with two rows of racks. `stream` is y = y + a x in the same process on arrays that no cache holds;
small halls do better than that. Bytes are those of whole arrays moved on the finest level.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable

import numpy as np

from kernels import Backend, open_backend
from tests.linear.systems import RACKS, Hall
from thermal.linear.multigrid import SWEEPS
from thermal.linear.pcg import PressureSolver

ROOM = (12.0, 9.6, 3.6)
# arrays read or written: a half sweep 7 (the one from zero is part of the step), residual 7, shares 10, correction 5,
# direction 9, three dot products 6, step 9
ARRAYS = 7 * (4 * SWEEPS[0] - 1) + 7 + 10 + 5 + 9 + 6 + 9


def best_time(work: Callable[[], object], wait: Callable[[], None], repeats: int = 30) -> float:
    """Shortest of several runs, s."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        wait()
        times.append(time.perf_counter() - start)
    return min(times[1:])


def stream(backend: Backend, n: int = 200) -> float:
    """Bandwidth of y = y + a x over n^3 cells, more than caches hold, B/s."""
    x, y = (backend.zeros((n + 4, n + 4, n + 4)) for _ in range(2))
    launch = backend.bind("axpy", n, n, n, backend.zeros(1, np.float64), 1.0, x, y)
    return 3 * backend.real.itemsize * n**3 / best_time(launch, backend.synchronize)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cell", type=float, default=0.1, help="cell size, m")
    parser.add_argument("--precision", choices=("single", "double"), default="single")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    backend = open_backend(options.backend, options.precision, options.threads)
    nx, ny, nz = (round(length / options.cell) for length in ROOM)
    system = Hall((nx, ny, nz), solids=RACKS).system()
    cells = nx * ny * nz
    operator = [backend.upload(g) for g in system.operator]
    x, b = backend.zeros(system.b.shape), backend.upload(system.b)
    multigrid = system.multigrid(backend)
    times = []
    for iterations in (2, 6):
        solver = PressureSolver(multigrid, iterations)
        solver.setup(*operator)
        times.append(best_time(lambda solver=solver: solver.solve(x, b), backend.synchronize))  # type: ignore[misc]
    setup = best_time(lambda: solver.setup(*operator), backend.synchronize)
    norms = solver.solve_to(x, b, 0.0, 5)
    bandwidth = stream(backend)
    step = (times[1] - times[0]) / 4
    moved = ARRAYS * backend.real.itemsize
    rate = moved * cells / step
    print(f"{platform.machine()}, {backend.name}, {backend.precision}, {backend.threads} threads, {cells} cells")
    print(f"levels   {multigrid.sizes}")
    print(f"step     {step / cells * 1e9:7.2f} ns/cell   {moved} bytes/cell on the finest level")
    print(f"         {rate / 1e9:7.1f} GB/s, {rate / bandwidth:.0%} of stream ({bandwidth / 1e9:.1f} GB/s)")
    print(f"solve(2) {times[0] / cells * 1e9:7.2f} ns/cell   set-up {setup / cells * 1e9:.2f} ns/cell")
    print(f"factor   {(norms[-1] / norms[0]) ** 0.2:.3f} per step over five steps")


if __name__ == "__main__":
    main()
