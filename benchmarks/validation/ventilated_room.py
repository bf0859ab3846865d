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
    flow = replace(room.flow, turbulence=turbulence, velocity_scheme=scheme, temperature_scheme=scheme)
    return replace(room, flow=replace(flow, periodic=(1,) if flat else ()))


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


def solve(model: str, splits: int, backend: Any, flat: bool = False, scheme: str = "second-order", most: int = 3000) -> Settled:
    """The room on a grid."""
    return settle(case(model, flat, scheme), grid(splits, flat), backend, figures, STANDS, most)


# Grids of each model, as splits of the coarsest: flat, and with side walls.
FLAT = {"zero-equation": (1, 2), "k-epsilon": (1, 2, 4), "realizable-k-epsilon": (1, 2), "rng-k-epsilon": (1, 2)}
DEEP = {"zero-equation": (1,), "k-epsilon": (1, 2), "realizable-k-epsilon": (1, 2), "rng-k-epsilon": (1,)}


def run(sheet: Sheet) -> None:
    """Every model with and without side walls, beside the experiment and beside OpenFOAM with the same model."""
    sheet.note(
        STUDY,
        "Wall jet in a room of 9 x 3 x 3 m, isothermal, Re 5000. 2-D has no side walls (a periodic axis), 3-D is the room of the "
        "experiment at mid-span. The measured u adds up to 0.0927 m2/s over the height at x = H and to 0.0479 at 2H, a plane "
        "flow has the 0.0764 of the slot: no run is graded on the profiles, the distance is stated. No constant was touched. "
        "OpenFOAM's second-order rows are linearUpwind: on the coarsest cells it leaves van Leer's peak at x = H by 7 %, in "
        "OpenFOAM too, on cells half as wide by 1 %. From rest its realizable model ends without turbulence outside the jet; the "
        "row here was started from its k-epsilon answer, and ours gets there from rest.",
    )
    sheet.note(
        STUDY,
        "The return along the floor is 2 to 5 % weaker than OpenFOAM's on these cells, and on cells half as wide (upwind "
        "-0.324 against -0.340). The cause: OpenFOAM's stress has a transposed part, div(nu_t (grad u)^T), which vanishes "
        "only where the eddy viscosity is even, and ours leaves it out. In a trial with it, in a copy of the kernels (no "
        "command repeats it), the three upwind rows came to -0.3, -0.4 and -0.8 %. In the same trial `openfoam-h0` and "
        "`hall-30kw-contained` moved by 0.03 K at most, but `openfoam-h1` (upwind, 0.2 m), which agrees with OpenFOAM within "
        "0.2 K without it, by up to 1.7 K away from it, in 490 iterations for 112, whichever way the part ends at openings "
        "and corners. Why is open, so it is not in.",
    )
    backend = open_backend("auto", "single")
    finest: dict[tuple[str, bool], Profiles] = {}
    for flat, models in ((True, FLAT), (False, DEEP)):
        for model, splits in models.items():
            runs = [solve(model, count, backend, flat) for count in splits]
            finest[model, flat] = profiles(runs[-1].grid, runs[-1].fields)
            _add(sheet, f"{model}, {'2-D' if flat else '3-D'}", runs)
    compare(sheet, backend)
    sheet.draw(
        STUDY, "ventilated-room", "u/U0 at mid-span, at x = H and x = 2H: points measured (Restivo 1979), lines by model, 3-D "
        "solid, 2-D dashed.", lambda figure: _plot(figure, finest), size=(10, 6),
    )  # fmt: skip


def _add(sheet: Sheet, name: str, runs: list[Settled]) -> None:
    """A row for each figure of a model: the finest grid's value, and those of the coarser ones."""
    last = runs[-1]
    for number, quantity in enumerate(QUANTITIES):
        value, measured = last.watched[number], MEASURED[number]
        cells = " -> ".join(f"{'x'.join(map(str, one.grid.n))}: {one.watched[number]:.3f}" for one in runs)
        swing = f", swings by {last.swing[number]:.3f}" if last.swing[number] > 10 * STANDS else ""
        sheet.add(
            STUDY, f"{name}: {quantity}", f"{value:.3f} ({100 * (value / measured - 1):+.0f} %)", f"{measured:.3f}", SOURCE,
            grid=cells + swing,
        )  # fmt: skip


def compare(sheet: Sheet, backend: Any) -> None:
    """The same model on the same cells in OpenFOAM: within 5 %."""
    data = columns("openfoam_rooms")
    rows = [row for row in zip(*data.values(), strict=True) if row[0] == STUDY]
    for model, scheme, splits in dict.fromkeys((row[1], row[2], int(row[3])) for row in rows):
        found = solve(model, splits, backend, True, "upwind" if scheme == "upwind" else "second-order")
        for quantity, value in zip(QUANTITIES, found.watched, strict=True):
            other = next(row[6] for row in rows if (row[1], row[2], int(row[3]), row[5]) == (model, scheme, splits, quantity))
            sheet.add(
                STUDY, f"{model}, 2-D, {scheme}: {quantity}", f"{value:.3f} ({100 * (value / other - 1):+.1f} %)", f"{other:.3f}",
                "OpenFOAM v1912, same model, same cells", "5 %", "x".join(map(str, found.grid.n)), abs(value / other - 1) <= 0.05,
            )  # fmt: skip


def _plot(figure: Any, finest: dict[tuple[str, bool], Profiles]) -> None:
    data = columns("restivo1979_annex20")
    colours = dict(zip(MODELS, ("tab:grey", "tab:blue", "tab:red", "tab:green"), strict=True))
    for axes, line, name in zip(figure.subplots(1, 2, sharey=True), ("x=H", "x=2H"), ("at_h", "at_2h"), strict=True):
        here = data["line"] == line
        axes.plot(data["u_over_U0"][here], data["coord_over_H"][here], "ko", mfc="none", ms=4, label=SOURCE)
        for (model, flat), one in finest.items():
            axes.plot(
                getattr(one, name), one.z, color=colours[model], ls="--" if flat else "-", lw=1.2, label="" if flat else model
            )
        axes.set(xlabel="u/U0", title=line.replace("=", " = "), xlim=(-0.6, 1.1), ylim=(0, 1))
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("z/H")
    figure.axes[0].legend(fontsize=8, loc="lower right")
