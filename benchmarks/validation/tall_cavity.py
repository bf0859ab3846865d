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
STANDS = 1e-3  # of the difference of the plates
CENTRE = (MEAN - 273.15) / (HOT - COLD)

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


def case(model: str, flat: bool = False, scheme: str = "second-order") -> Case:
    """The cavity with a turbulence model; flat: without side walls."""
    cavity = case_from_text(CASE)
    turbulence = replace(cavity.flow.turbulence, model=model)
    flow = replace(cavity.flow, turbulence=turbulence, velocity_scheme=scheme, temperature_scheme=scheme)
    return replace(cavity, flow=replace(flow, periodic=(1,) if flat else ()))


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


def solve(model: str, splits: int, backend: Any, flat: bool = False, scheme: str = "second-order", most: int = 3000) -> Settled:
    """The cavity on a grid."""
    return settle(case(model, flat, scheme), grid(splits, flat), backend, figures, STANDS, most)


def misses(grid: Grid, fields: Fields) -> tuple[float, float]:
    """RMS distance of temperature (K) and vertical velocity (m/s) from the measured points at all heights."""
    return _miss(grid, fields, "temperature", "T_C", (COLD, HOT)), _miss(grid, fields, "velocity", "v_m_s", (0.0, 0.0))


def _miss(grid: Grid, fields: Fields, name: str, what: str, walls: tuple[float, float]) -> float:
    data, x = columns(f"betts2000_ra0p86e6_{name}"), np.concatenate([[0.0], grid.centres(0), [WIDTH]]) * 1e3
    apart = []
    for height in HEIGHTS:
        here = data["y_over_H"] == height
        values = READ[name](grid, fields, height)
        apart.append(np.interp(data["x_mm"][here], x, [walls[0], *values, walls[1]]) - data[what][here])
    return float(np.sqrt(np.mean(np.concatenate(apart) ** 2)))


READ = {"temperature": temperature, "velocity": velocity}
# Grids of each model, as splits of the coarsest: flat, and with side walls.
FLAT = {"k-epsilon": (1, 2, 4), "realizable-k-epsilon": (1, 2, 4), "rng-k-epsilon": (1, 2, 4)}
DEEP = {"laminar": (1,), "zero-equation": (1,), "k-epsilon": (1, 2), "realizable-k-epsilon": (1, 2), "rng-k-epsilon": (1, 2)}


def run(sheet: Sheet) -> None:
    """RMS distance of each model from the measured profiles; the same model in OpenFOAM on the same cells."""
    sheet.note(
        STUDY,
        "Turbulent natural convection between plates of 15.0 and 34.6 degC, 76 mm apart and 2.18 m high; side walls, floor and "
        "ceiling adiabatic (the experiment's floor and ceiling conducted a little). RMS over all measured points at seven "
        "heights, 343 of temperature and 202 of velocity. The first cell centres lie at y+ 0.5 to 4: the wall laws are in their "
        "linear branch there, and the models, made for high Reynolds numbers, have no damping in the cells that follow. Without "
        "one of them the flow does not come to rest; means of the last 200 iterations are read.",
    )
    backend = open_backend("auto", "single")
    finest: dict[str, Settled] = {}
    for flat, models in ((False, DEEP), (True, FLAT)):
        for model, splits in models.items():
            runs = [solve(model, count, backend, flat) for count in splits]
            if not flat:
                finest[model] = runs[-1]
            rms = np.array([misses(one.grid, one.fields) for one in runs])
            for number, (quantity, unit) in enumerate((("temperature", "K"), ("vertical velocity", "m/s"))):
                cells = " -> ".join(
                    f"{'x'.join(map(str, one.grid.n))}: {r[number]:.3g}" for one, r in zip(runs, rms, strict=True)
                )
                sheet.add(
                    STUDY, f"{model}, {'2-D' if flat else '3-D'}: RMS distance of {quantity}", f"{rms[-1, number]:.3g} {unit}",
                    "measured points", SOURCE, grid=cells,
                )  # fmt: skip
    compare(sheet, backend)
    sheet.draw(
        STUDY, "tall-cavity", "Temperature (above) and vertical velocity (below) across the cavity at mid-span, at 0.1, 0.5 and "
        "0.9 of its height: points measured, lines by model, 3-D.", lambda figure: _plot(figure, finest), size=(11, 7),
    )  # fmt: skip


def compare(sheet: Sheet, backend: Any) -> None:
    """The same model on the same cells in OpenFOAM: temperatures at mid-width within 5 % of the plates' difference."""
    data = columns("openfoam_rooms")
    rows = [row for row in zip(*data.values(), strict=True) if row[0] == STUDY]
    for model, scheme, splits in dict.fromkeys((row[1], row[2], int(row[3])) for row in rows):
        found = solve(model, splits, backend, True, "upwind" if scheme == "upwind" else "second-order")
        others = [next(r[6] for r in rows if (r[1], r[2], int(r[3]), r[5]) == (model, scheme, splits, q)) for q in QUANTITIES]
        apart = np.abs(found.watched - others)
        worst = int(np.argmax(apart))
        sheet.add(
            STUDY, f"{model}, 2-D, {scheme}: (T - T_mean)/dT at mid-width, where it differs most ({HEIGHTS[worst]:g} H)",
            f"{found.watched[worst] - CENTRE:.3f}", f"{others[worst] - CENTRE:.3f}", "OpenFOAM v1912, same model, same cells",
            "0.05", "x".join(map(str, found.grid.n)), apart[worst] <= 0.05,
        )  # fmt: skip


def _plot(figure: Any, finest: dict[str, Settled]) -> None:
    colours = dict(zip(MODELS, ("tab:orange", "tab:grey", "tab:blue", "tab:red", "tab:green"), strict=True))
    panels = figure.subplots(2, 3, sharex=True, sharey="row")
    for row, (name, what, label) in enumerate((("temperature", "T_C", "degC"), ("velocity", "v_m_s", "m/s"))):
        data = columns(f"betts2000_ra0p86e6_{name}")
        for axes, height in zip(panels[row], (0.1, 0.5, 0.9), strict=True):
            here = data["y_over_H"] == height
            axes.plot(data["x_mm"][here], data[what][here], "ko", mfc="none", ms=3, label=SOURCE)
            for model, one in finest.items():
                axes.plot(
                    1e3 * one.grid.centres(0), READ[name](one.grid, one.fields, height), color=colours[model], lw=1.2, label=model
                )
            axes.set(title=f"{height:g} H" if row == 0 else "", xlabel="mm from the cold plate" if row else "")
            axes.grid(alpha=0.3)
        panels[row][0].set_ylabel(label)
    panels[0][0].legend(fontsize=7)
