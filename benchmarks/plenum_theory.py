"""Plenums of several depths under floors of several open areas, against the one-dimensional theory of dividing manifolds.

python -m benchmarks.plenum_theory           about a minute on one core

A strip of raised floor, fed at one end, whose whole floor lets air through. The theory is two ordinary equations, solved here by
themselves: H dU/dx = -v along the plenum, and along it dp = -beta rho U dU - f rho U2/(2 D) dx, with p = K rho v2/2 through the
floor. Sources: Bajura & Jones 1976, J. Fluids Eng. 98:654 (flow in the header and pressure difference as two first-order
equations; beta of their momentum balance is 1 where the air that leaves takes the speed of the plenum along); Karki & Patankar
2006, Build. Environ. 41:734, who use such equations for perforated tiles. f is Haaland's for smooth walls (J. Fluids Eng. 105
(1983) 89).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kernels import open_backend
from thermal.case.build import case_from_text
from thermal.flow.monitor import Monitor
from thermal.flow.sequence import place_sequence
from thermal.flow.steady import SteadyRun
from thermal.gridding import make_grid
from thermal.parallel import Serial

LENGTH, WIDTH, ROOM = 6.0, 1.2, 2.0  # m
SPEED = 0.5  # m/s, mean over the floor
NEAR = 1.0  # m from the supply, where its jet has not yet turned up towards the floor, which one dimension cannot know
STRIPS = ((0.9, 0.25), (1.2, 0.25), (1.5, 0.25), (0.45, 0.15), (0.6, 0.15), (0.9, 0.15), (0.3, 0.10), (0.45, 0.10), (0.6, 0.10))

CASE = """
[room]
size = ["{length:g} m", "{width:g} m", "{room:g} m"]
[mesh]
cell = "{cell:g} m"
[flow]
turbulence = "k-epsilon"
buoyancy = false
[raised_floor]
height = "{depth:g} m"
leakage = {open_fraction:g}
[[supply]]
name = "end"
on = "raised_floor.x-"
temperature = "20 degC"
flow = "{flow:g} m3/s"
[[return]]
name = "ceiling"
on = "ceiling"
"""


@dataclass(frozen=True)
class Strip:
    """Velocity through the floor over its mean along the plenum, away from the supply: found, and by the theory."""

    x: np.ndarray
    found: np.ndarray
    theory: np.ndarray
    loss: float

    @property
    def spreads(self) -> tuple[float, float]:
        """Standard deviation over mean, found and by the theory."""
        return float(self.found.std()), float(self.theory.std())

    @property
    def deviation(self) -> float:
        """Largest difference between both, over the mean."""
        return float(np.abs(self.found - self.theory).max())


def manifold(x: np.ndarray, length: float, depth: float, loss: float, friction: float, beta: float = 1.0) -> np.ndarray:
    """Velocity through the floor at some places over that at the closed end, by the two equations.

    x         m from the supply          loss       K of p = K rho v2/2
    friction  f/D, 1/m                   beta       of the momentum balance: 1 without, 2 with all of it recovered as pressure
    """
    steps = 2000
    h = length / steps

    def slopes(state: np.ndarray) -> np.ndarray:  # against x, from the closed end: U and p over rho
        speed, pressure = state
        through = math.sqrt(max(2.0 * pressure / loss, 0.0))
        return np.array([through / depth, -beta * speed * through / depth + 0.5 * friction * speed * speed])

    state, found = np.array([0.0, 0.5 * loss]), [1.0]
    for _ in range(steps):
        a = slopes(state)
        b = slopes(state + 0.5 * h * a)
        c = slopes(state + 0.5 * h * b)
        d = slopes(state + h * c)
        state = state + h / 6.0 * (a + 2.0 * b + 2.0 * c + d)
        found.append(math.sqrt(max(2.0 * state[1] / loss, 0.0)))
    return np.interp(length - x, np.linspace(0.0, length, steps + 1), found)


def smooth_friction(speed: float, depth: float, viscosity: float) -> float:
    """f/D, 1/m, of a smooth plenum of WIDTH x depth (Haaland 1983)."""
    diameter = 2.0 * WIDTH * depth / (WIDTH + depth)
    factor = (1.8 * math.log10(speed * diameter / viscosity / 6.9)) ** -2
    return factor / diameter


def strip(depth: float, open_fraction: float, cell: float = 0.1, threads: int | None = None) -> Strip:
    """Run one strip."""
    text = CASE.format(
        length=LENGTH, width=WIDTH, room=ROOM, cell=cell, depth=depth, open_fraction=open_fraction, flow=SPEED * LENGTH * WIDTH
    )
    case = case_from_text(text, name="strip")
    placements = place_sequence(case, make_grid(case, "single"))
    placement, grid = placements[-1], placements[-1].grid
    run = SteadyRun(placements, open_backend("auto", "single", threads), Serial(), case.stop.iterations, Monitor())
    outcome = run.run()
    if outcome.verdict != "steady":
        raise RuntimeError(f"depth {depth:g} m, open area {open_fraction:g}: {outcome.verdict}")
    (floor,) = (sheet for sheet in placement.sheets if sheet.plate.kind == "leak")
    through = np.asarray(outcome.fields["w"], float)[tuple(floor.face.T)] * floor.area
    column = np.bincount(floor.face[:, 2], through) / np.bincount(floor.face[:, 2], floor.area)
    x = grid.centres(0)
    far = x > NEAR
    inlet = SPEED * LENGTH / depth
    friction = smooth_friction(0.5 * inlet, depth, case.air.kinematic_viscosity)
    loss = floor.loss_coefficient + 1.0  # from air at rest: a seam's is told without the head that the air takes to reach it
    theory = manifold(x[far], LENGTH, depth, loss, friction)
    return Strip(x[far], column[far] / column[far].mean(), theory / theory.mean(), loss)


def main() -> None:
    """Print a Markdown table."""
    print("| depth m | open area % | K | standard deviation of the flow, % of its mean | by the theory | largest difference |")
    print("|---|---|---|---|---|---|")
    for depth, open_fraction in STRIPS:
        one = strip(depth, open_fraction)
        found, theory = one.spreads
        print(f"| {depth:g} | {100 * open_fraction:g} | {one.loss:.0f} | {100 * found:.1f} | {100 * theory:.1f} | "
              f"{100 * one.deviation:.1f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
