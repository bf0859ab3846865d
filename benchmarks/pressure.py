"""Section g: how fast the pressure equation converges on the matrices of settled halls."""

from __future__ import annotations

import numpy as np

from benchmarks.solving import Solved, solve
from benchmarks.table import Table
from benchmarks.variants import Variant
from kernels import open_backend
from thermal.linear.multigrid import Multigrid
from thermal.linear.pcg import PressureSolver

BOUND = 0.25  # of the residual that may be left after one step, cells of aspect ratio up to 4
STEPS, DEPTH = 10, 1e-11


def factor(solved: Solved) -> tuple[float, list[tuple[int, int, int]]]:
    """Mean factor of a PCG step on the last pressure matrix of a run, in double precision, random right side; levels' sizes."""
    state, placement = solved.outcome.flow.state, solved.placement
    double = open_backend("auto", "double", 2)
    grid = placement.grid
    multigrid = Multigrid(double, (grid.x, grid.y, grid.z), placement.feature_planes, placement.region)
    solver = PressureSolver(multigrid)
    conductances = [solved.device.download(g) for g in (*state.conductance, state.opening_conductance)]
    solver.setup(*(double.upload(g, np.float64) for g in conductances))
    right = np.zeros(conductances[0].shape)
    inside = (slice(2, -2),) * 3
    right[inside] = np.where(placement.fluid, np.random.default_rng(1).standard_normal(grid.shape), 0.0)
    norms = solver.solve_to(double.zeros(right.shape), double.upload(right), DEPTH, STEPS)
    return float((norms[-1] / norms[0]) ** (1.0 / (len(norms) - 1))), multigrid.sizes


def factors(table: Table, quick: bool) -> None:
    """(g) settled halls: floor supply, fan wall, contained aisle with and without leaks, both schemes."""
    variants = [Variant("openfoam-h0", "upwind", 0.2), Variant("openfoam-h1", "upwind", 0.2, iterations=150)]
    if not quick:
        variants += [
            Variant("openfoam-h0", "second-order", 0.1),
            Variant("hall-30kw-contained", "upwind", 0.1),
            Variant("hall-130kw-hybrid"),
        ]
    for variant in variants:
        solved = solve(variant)
        mean, sizes = factor(solved)
        text = f"{mean:.3f} a step ({len(sizes)} levels, {solved.outcome.verdict})"
        table.add("g", f"{variant}: pressure, factor of PCG", text, f"<= {BOUND:g}", mean <= BOUND)
