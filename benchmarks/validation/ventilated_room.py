"""Ventilated room (Restivo 1979; two-dimensional test case of IEA Annex 20, Nielsen 1990): a wall jet under the ceiling.

The room is 9 x 3 x 3 m, air enters through a slot of 0.168 m under the ceiling and leaves through one of 0.48 m above the floor
of the opposite wall, both of full width; isothermal, Re 5000 of the slot. Measured at mid-span.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.validation.reference import columns
from benchmarks.validation.settled import Fields, Settled, graded, grid_of, settle
from benchmarks.validation.sheet import Sheet
from kernels import open_backend
from meshes import Grid
from thermal.case.build import case_from_text
from thermal.case.model import Case

STUDY = "ventilated-room"
LENGTH, WIDTH, HEIGHT, SLOT, OUTLET, SPEED = 9.0, 3.0, 3.0, 0.168, 0.48, 0.455
RE = 5000.0
SOURCE = "Restivo 1979, LDA"
MODELS = ("zero-equation", "k-epsilon", "realizable-k-epsilon", "rng-k-epsilon")
MEASURED = (0.787, 0.629, -0.338)  # u/U0: peaks at x = H and 2H, floor return
QUANTITIES = ("peak u/U0 at x = H", "peak u/U0 at x = 2H", "strongest return u/U0 at z = h/2 above the floor")
STANDS = 2e-4  # u/U0

CASE = f"""
[case]
title = "Ventilated room of Annex 20"
[air]
density = "1.2 kg/m3"
kinematic_viscosity = "{SPEED * SLOT / RE} m2/s"
[room]
size = ["{LENGTH} m", "{WIDTH} m", "{HEIGHT} m"]
[mesh]
cell = "0.3 m"
[flow]
buoyancy = false
initial_temperature = "20 degC"
[[supply]]
name = "slot"
on = "x-"
from = ["0 m", "{HEIGHT - SLOT} m"]
to = ["{WIDTH} m", "{HEIGHT} m"]
flow = "{SPEED * SLOT * WIDTH} m3/s"
temperature = "20 degC"
turbulence_intensity = "4 %"
turbulence_length = "{0.09**0.75 * SLOT / 10} m"  # so that epsilon = k^1.5/(h/10), Nielsen 1990
[[return]]
name = "outlet"
on = "x+"
from = ["0 m", "0 m"]
to = ["{WIDTH} m", "{OUTLET} m"]
"""


def case(model: str, flat: bool = False, scheme: str = "second-order") -> Case:
    """The room with a turbulence model; flat: without side walls."""
    room = case_from_text(CASE)
    turbulence = replace(room.flow.turbulence, model=model)
    flow = replace(room.flow, turbulence=turbulence, velocity_scheme=scheme, temperature_scheme=scheme, periodic=(1,) if flat else ())
    return replace(room, flow=flow)


def grid(splits: int, flat: bool = False) -> Grid:
    """Two cells a split in the slot, five in the outlet, cells of 0.15 m along the room and 0.3 m across it; flat: one across."""
    floor = np.linspace(0.0, OUTLET, 6)
    middle = graded(OUTLET, HEIGHT - SLOT, 0.096, 0.084, 1.2, 0.2)
    slot = np.linspace(HEIGHT - SLOT, HEIGHT, 3)
    along = np.linspace(0.0, LENGTH, 61)
    upward = np.concatenate([floor, middle[1:-1], slot])
    if flat:
        return grid_of(along, np.array([0.0, WIDTH]), upward, (splits, 1, splits))
    return grid_of(along, np.linspace(0.0, WIDTH, 11), upward, (splits, splits, splits))


@dataclass(frozen=True)
class Profiles:
    """u/U0 at mid-span: over z/H at x = H and 2H, over x/H at h/2 above the floor and below the ceiling."""

    z: np.ndarray
    at_h: np.ndarray
    at_2h: np.ndarray
    x: np.ndarray
    floor: np.ndarray
    ceiling: np.ndarray

    @property
    def figures(self) -> np.ndarray:
        """QUANTITIES."""
        return np.array([_peak(self.z, self.at_h), _peak(self.z, self.at_2h), -_peak(self.x, -self.floor)])


def profiles(grid: Grid, fields: Fields) -> Profiles:
    """Profiles in the middle of the room."""
    y, z = grid.centres(1), grid.centres(2)
    u = fields["u"] / SPEED
    middle = 0.5 * (u[:, (len(y) - 1) // 2] + u[:, len(y) // 2])  # [z, x plane]
    at = [middle[:, grid.nearest_plane(0, n * HEIGHT)] for n in (1, 2)]
    floor, ceiling = (
        np.array([np.interp(height, z, column) for column in middle.T]) for height in (0.5 * SLOT, HEIGHT - 0.5 * SLOT)
    )
    return Profiles(z / HEIGHT, at[0], at[1], grid.x / HEIGHT, floor, ceiling)


def _peak(place: np.ndarray, value: np.ndarray) -> float:
    """The largest value, by the parabola through the largest and its neighbours."""
    top = int(np.argmax(value))
    if top in (0, len(value) - 1):
        return float(value[top])
    near = slice(top - 1, top + 2)
    a, b, c = np.polyfit(place[near] - place[top], value[near], 2)
    return float(c - b * b / (4.0 * a))


def figures(grid: Grid, fields: Fields) -> np.ndarray:
    """What must stand still."""
    return profiles(grid, fields).figures


def solve(model: str, splits: int, backend: Any, flat: bool = False, most: int = 3000) -> Settled:
    """The room on a grid."""
    return settle(case(model, flat), grid(splits, flat), backend, figures, STANDS, most)


def main() -> None:
    import sys, time
    be = open_backend("auto", "single", threads=1)
    for splits in map(int, sys.argv[1].split(",")):
        for m in sys.argv[2].split(","):
            t=time.time(); r = solve(m, splits, be, len(sys.argv)>3); print(splits, m, r.grid.n, r.iterations, r.change, r.watched.round(4), round(time.time()-t), flush=True)

if __name__ == "__main__":
    main()
