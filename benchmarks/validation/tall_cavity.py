"""Tall cavity (Betts & Bokhari 2000; ERCOFTAC Classic Collection 79): turbulent natural convection between two upright plates.

The cavity is 76 mm wide, 0.52 m deep and 2.18 m high; 19.6 K between its plates make Ra 0.86e6 of the width. Profiles of the
temperature and of the vertical velocity were measured at mid-span at seven heights. Floor, ceiling and side walls are adiabatic
here; in the experiment they conducted a little.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.validation.reference import columns
from benchmarks.validation.settled import Fields, Settled, grid_of, settle
from benchmarks.validation.sheet import Sheet
from kernels import open_backend
from meshes import Grid
from thermal.case.build import case_from_text
from thermal.case.model import Case

STUDY = "tall-cavity"
WIDTH, DEPTH, HEIGHT, COLD, HOT = 0.076, 0.52, 2.18, 15.0, 34.6
RA, PRANDTL, GRAVITY = 0.86e6, 0.71, 9.81
MEAN = 0.5 * (COLD + HOT) + 273.15
VISCOSITY = (PRANDTL * GRAVITY * (HOT - COLD) / MEAN * WIDTH**3 / RA) ** 0.5  # m2/s: 1.53e-5, air's at 25 degC
SOURCE = "Betts & Bokhari 2000"
MODELS = ("laminar", "zero-equation", "k-epsilon", "realizable-k-epsilon", "rng-k-epsilon")
HEIGHTS = (0.1, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9)

CASE = f"""
[case]
title = "Tall cavity"
[air]
density = "1.18 kg/m3"
kinematic_viscosity = "{VISCOSITY} m2/s"
prandtl = {PRANDTL}
expansion = "{1 / MEAN} 1/K"
reference_temperature = "{MEAN - 273.15} degC"
gravity = "{GRAVITY} m/s2"
[room]
size = ["{WIDTH} m", "{DEPTH} m", "{HEIGHT} m"]
[mesh]
cell = "0.02 m"
[flow]
initial_temperature = "{MEAN - 273.15} degC"
[[wall]]
name = "cold"
on = "x-"
temperature = "{COLD} degC"
[[wall]]
name = "hot"
on = "x+"
temperature = "{HOT} degC"
"""


def case(model: str, flat: bool = False) -> Case:
    """The cavity with a turbulence model; flat: without side walls."""
    cavity = case_from_text(CASE)
    turbulence = replace(cavity.flow.turbulence, model=model)
    return replace(cavity, flow=replace(cavity.flow, turbulence=turbulence, periodic=(1,) if flat else ()))


def grid(splits: int, flat: bool = False) -> Grid:
    """19 x 6 x 60 cells a split: the first cell centre lies 2 mm from the plate over the splits; flat: one across."""
    across = np.array([0.0, DEPTH]) if flat else np.linspace(0.0, DEPTH, 7)
    return grid_of(np.linspace(0.0, WIDTH, 20), across, np.linspace(0.0, HEIGHT, 61), (splits, 1 if flat else splits, splits))


def profile(grid: Grid, values: np.ndarray, height: float) -> np.ndarray:
    """A field of cell values at mid-span and a height (share of the whole), linear between cells."""
    y, z = grid.centres(1), grid.centres(2) / HEIGHT
    middle = 0.5 * (values[:, (len(y) - 1) // 2] + values[:, len(y) // 2])
    return np.array([np.interp(height, z, column) for column in middle.T])


def temperature(grid: Grid, fields: Fields, height: float) -> np.ndarray:
    """degC over the cells across the cavity."""
    return profile(grid, fields["T"], height) + MEAN - 273.15


def velocity(grid: Grid, fields: Fields, height: float) -> np.ndarray:
    """Vertical velocity, m/s."""
    w = fields["w"]
    return profile(grid, 0.5 * (w[:-1] + w[1:]), height)


QUANTITIES = tuple(f"T at mid-width, {height:g} H" for height in HEIGHTS)


def figures(grid: Grid, fields: Fields) -> np.ndarray:
    """What must stand still: temperatures at mid-width at all heights over the difference of the plates."""
    return np.array([np.interp(0.5 * WIDTH, grid.centres(0), temperature(grid, fields, h)) for h in HEIGHTS]) / (HOT - COLD)


def solve(model: str, splits: int, backend: Any, flat: bool = False, most: int = 3000) -> Settled:
    """The cavity on a grid."""
    return settle(case(model, flat), grid(splits, flat), backend, figures, 1e-3, most)


def root_mean_square(grid: Grid, fields: Fields) -> tuple[float, float]:
    """RMS distance of temperature (K) and vertical velocity (m/s) from the measured points at all heights."""
    x = np.concatenate([[0.0], grid.centres(0), [WIDTH]]) * 1e3
    misses: list[list[float]] = []
    for name, what, walls, read in (("temperature", "T_C", (COLD, HOT), temperature), ("velocity", "v_m_s", (0.0, 0.0), velocity)):
        data = columns(f"betts2000_ra0p86e6_{name}")
        row = []
        for height in HEIGHTS:
            here = data["y_over_H"] == height
            found = np.interp(data["x_mm"][here], x, [walls[0], *read(grid, fields, height), walls[1]])
            row.extend(found - data[what][here])
        misses.append(row)
    return tuple(float(np.sqrt(np.mean(np.square(row)))) for row in misses)  # type: ignore[return-value]


def main() -> None:
    import sys, time
    be = open_backend("auto", "single", threads=1)
    for splits in map(int, sys.argv[1].split(",")):
        for m in sys.argv[2].split(","):
            t=time.time(); r = solve(m, splits, be, len(sys.argv)>3); print(splits, m, r.grid.n, r.iterations, r.change, r.watched.round(3), root_mean_square(r.grid,r.fields), round(time.time()-t), 'nut/nu', r.fields['eddy_viscosity'].max()/VISCOSITY, 'wmax', r.fields['w'].max(), flush=True)

if __name__ == "__main__":
    main()
