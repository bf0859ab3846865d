"""Cavities with a hot and a cold wall: case, stretched grids, a run to its verdict and on to its end, and what is read off.

The cavity is x by z. A slab one cell thick, periodic in y, stands for two dimensions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kernels import Backend
from meshes import Grid
from thermal.case.build import case_from_text
from thermal.case.model import Case
from thermal.flow.monitor import Monitor
from thermal.flow.sequence import place_sequence
from thermal.flow.steady import Outcome, SteadyRun
from thermal.parallel import Serial

PRANDTL = 0.71
GRAVITY, EXPANSION = 9.81, 1.0 / 300.0
MIDDLE = 20.0  # degC, reference temperature


def cavity(rayleigh: float, side: float = 1.0, difference: float = 10.0, width: float | None = None) -> Case:
    """An air-filled cavity of `side` m between walls `difference` K apart; the viscosity makes the Rayleigh number.

    width   m along y between two adiabatic walls; None: two dimensions
    """
    periodic = 'periodic = ["y"]' if width is None else ""
    viscosity = math.sqrt(PRANDTL * GRAVITY * EXPANSION * difference * side**3 / rayleigh)
    return case_from_text(
        f"""
[room]
size = ["{side} m", "{width or side} m", "{side} m"]
[mesh]
cell = "{side} m"
[air]
reference_temperature = "{MIDDLE} degC"
density = "1.2 kg/m3"
kinematic_viscosity = "{viscosity!r} m2/s"
prandtl = {PRANDTL}
expansion = "{EXPANSION!r} 1/K"
gravity = "{GRAVITY} m/s2"
[flow]
turbulence = "laminar"
{periodic}
initial_temperature = "{MIDDLE} degC"
[solve]
iterations = 4000
[[wall]]
name = "hot"
on = "x-"
temperature = "{MIDDLE + difference / 2.0!r} degC"
[[wall]]
name = "cold"
on = "x+"
temperature = "{MIDDLE - difference / 2.0!r} degC"
""",
        name="cavity",
    )


def planes(length: float, cells: int, stretch: float) -> np.ndarray:
    """Planes of an axis, finer towards both ends: x = L/2 (1 + tanh(s xi)/tanh(s)), xi even from -1 to 1; s = 0 is uniform."""
    even = np.linspace(-1.0, 1.0, cells + 1)
    placed = np.tanh(stretch * even) / np.tanh(stretch) if stretch else even
    placed = 0.5 * length * (1.0 + placed)
    placed[[0, -1]] = 0.0, length
    return placed


def grid_of(case: Case, cells: int, stretch: float, across: int = 1) -> Grid:
    """`cells` x `cells` planes in x and z, `across` along y; the coarser grids of the sequence keep the ends alone."""
    axes = [planes(length, n, stretch if n > 1 else 0.0) for length, n in zip(case.room, (cells, across, cells), strict=True)]
    x, y, z = axes
    ends = [np.isin(np.arange(len(axis)), (0, len(axis) - 1)) for axis in axes]
    return Grid(x, y, z, breaks=(ends[0], ends[1], ends[2]))


@dataclass
class Found:
    """A cavity's answer. Nusselt numbers of the hot wall; speeds over alpha/L; places over L.

    nusselt    mean, once it stands           told       mean at the verdict
    u, v       largest horizontal velocity on x = L/2 with its height, largest vertical one on z = L/2 with its x (y = W/2)
    highest, lowest    of the hot wall along its height, with their heights
    """

    cells: int
    outcome: Outcome
    iterations: int
    told: float
    nusselt: float
    u: tuple[float, float]
    v: tuple[float, float]
    highest: tuple[float, float]
    lowest: tuple[float, float]


def peak(at: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """Largest value and its place, by the parabola through the largest of the points and its neighbours."""
    n = int(np.clip(np.argmax(values), 1, len(values) - 2))
    a, b, c = np.polyfit(at[n - 1 : n + 2] - at[n], values[n - 1 : n + 2], 2)
    place = -b / (2.0 * a) if a < 0.0 else 0.0
    if not at[n - 1] <= at[n] + place <= at[n + 1]:  # the largest lies at the end of the line
        place = 0.0
    return float(np.polyval((a, b, c), place)), float(at[n] + place)


def solve(case: Case, grid: Grid, device: Backend, settled: float = 1e-5, most: int = 8000) -> Found:
    """Run to the verdict, then on until the Nusselt number changes by less than `settled` of itself in 50 iterations."""
    run = SteadyRun(place_sequence(case, grid), device, Serial(), case.stop.iterations, Monitor())
    outcome = run.run()
    flow, measure = outcome.flow, outcome.measure
    told = nusselt(case, outcome.measure.sample.heat[0])
    before, iterations = told, outcome.iterations
    while iterations < most:
        for number in range(50):
            measure = flow.iterate(number == 49)
        iterations += 50
        now = nusselt(case, measure.sample.heat[0])
        if abs(now - before) < settled * now:
            break
        before = now
    fields = {
        name: flow.whole_field(getattr(flow.state, name), axis).astype(float) for name, axis in (("u", 0), ("w", 2), ("T", None))
    }
    air, side = case.air, case.room[0]
    slow = air.kinematic_viscosity / air.prandtl / side
    x, z = grid.centres(0) / side, grid.centres(2) / side
    half_i, half_k, half_j = len(x) // 2, len(z) // 2, grid.n[1] // 2
    middle = [half_j] if grid.n[1] % 2 else [half_j - 1, half_j]
    u, w = fields["u"][:, middle, half_i].mean(axis=1) / slow, fields["w"][half_k][middle].mean(axis=0) / slow
    difference = case.walls[0].temperature - case.walls[1].temperature  # type: ignore[operator]
    gap = case.walls[0].temperature - air.reference_temperature - fields["T"][:, middle, 0].mean(axis=1)  # type: ignore[operator]
    local = gap / (0.5 * grid.widths(0)[0]) / (difference / side)
    low, where = peak(z, -local)
    return Found(
        len(x),
        outcome,
        iterations,
        told,
        nusselt(case, measure.sample.heat[0]),
        peak(z, u),
        peak(x, w),
        peak(z, local),
        (-low, where),
    )


def nusselt(case: Case, heat: float) -> float:
    """Mean Nusselt number of a wall that gives `heat`, K m3/s."""
    hot, cold = (wall.temperature for wall in case.walls)
    side, width, height = case.room
    conducted = case.air.kinematic_viscosity / case.air.prandtl * (hot - cold) * width * height / side  # type: ignore[operator]
    return float(heat / conducted)


def richardson(values: Sequence[float]) -> tuple[float, float]:
    """(limit, observed order) of three values on grids each twice as fine as the one before.

    Where they do not approach a limit evenly (Roache 1997, Annu. Rev. Fluid Mech. 29:123), or with an order outside 1 to 3, the
    limit is taken with order 2 and the order is NaN.
    """
    coarse, middle, fine = values
    ratio = (coarse - middle) / (middle - fine) if middle != fine else math.nan
    order = math.log2(ratio) if ratio > 0.0 else math.nan
    if not 1.0 <= order <= 3.0:
        return fine + (fine - middle) / 3.0, math.nan
    return fine + (fine - middle) / (2.0**order - 1.0), order
