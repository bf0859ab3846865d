"""Developed turbulent flow between two plates, on wall functions: friction, log law and heat, in fine cells and in a hall's.

Friction: Prandtl's law of smooth pipes, 1/sqrt(f) = -2 log10(2.51/(Re_D sqrt(f))) (Colebrook 1939 with no roughness), on the
hydraulic diameter D = 2 H, Darcy f = 4 Cf and Cf = tau/(rho U2/2); and Cf = 0.073 Re^-1/4 with Re = U H/nu on the whole gap H,
fitted to channels of Re 6e3 to 6e5 (Dean 1978, J. Fluids Eng. 100:215). Heat: Gnielinski (1976, Int. Chem. Eng. 16:359),
Nu = (f/8)(Re_D - 1000) Pr/(1 + 12.7 sqrt(f/8)(Pr^2/3 - 1)) with Prandtl's f. Dean's and Gnielinski's formulas were read in the
public code of other programs; reference/colebrook_smooth.csv holds values of the friction law.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.validation.sheet import Sheet
from benchmarks.validation.slabs import Settled, settle

STUDY = "channel"
KAPPA, E, PRANDTL, TURBULENT_PRANDTL = 0.41, 9.8, 0.71, 0.9
# standard k-epsilon with wall functions of another program, Cf/Dean at Re 156 000 on 12 and 24 rows of cells
OTHERS = {12: 0.977, 24: 0.981}
OTHERS_SOURCE = "design record of another finite-volume program, whose name could not be found: not graded"
CASE = """
[room]
size = ["100 m", "1 m", "1 m"]
[mesh]
cell = "1 m"
[air]
kinematic_viscosity = "{viscosity:.17g} m2/s"
prandtl = 0.71
reference_temperature = "20 degC"
[flow]
turbulence = "{model}"
buoyancy = false
turbulent_prandtl = 0.9
initial_temperature = "20 degC"
periodic = ["x", "y"]
bulk_velocity = ["1 m/s", "0 m/s", "0 m/s"]
temperature_gradient = "1 K/m"
[solve]
iterations = 5000
[[wall]]
name = "floor"
on = "floor"
temperature = "20 degC"
[[wall]]
name = "ceiling"
on = "ceiling"
temperature = "20 degC"
"""


def dean(reynolds: float) -> float:
    """Cf of a smooth channel; reynolds on the whole gap, 6e3 to 6e5."""
    return 0.073 * reynolds**-0.25


def prandtl(reynolds: float) -> float:
    """Cf of smooth ducts; reynolds on the gap, which is half the hydraulic diameter."""
    root = 8.0  # 1/sqrt(f)
    for _ in range(50):
        root = -2.0 * math.log10(2.51 * root / (2.0 * reynolds))
    return 0.25 / root**2


def gnielinski(reynolds: float, friction: float) -> float:
    """Nusselt number on the hydraulic diameter from its Reynolds number and the Darcy friction factor."""
    eighth = friction / 8.0
    return eighth * (reynolds - 1000.0) * PRANDTL / (1.0 + 12.7 * math.sqrt(eighth) * (PRANDTL ** (2.0 / 3.0) - 1.0))


@dataclass
class Channel:
    """A developed channel in units of the gap and the mean velocity."""

    reynolds: float  # on the gap
    found: Settled

    @property
    def friction_velocity(self) -> float:
        """sqrt(tau/rho), from the force that drives."""
        return math.sqrt(self.found.flow.drive.force[0] / 2.0)

    @property
    def friction(self) -> float:
        """Cf."""
        return 2.0 * self.friction_velocity**2

    @property
    def velocity(self) -> np.ndarray:
        """Mean velocity at the cell centres."""
        return self.found.field("u")[:, 0, 0]

    @property
    def height(self) -> np.ndarray:
        """y+ of the cell centres."""
        cells = len(self.velocity)
        return (np.arange(cells) + 0.5) / cells * self.friction_velocity * self.reynolds

    @property
    def nusselt(self) -> float:
        """On the hydraulic diameter, from the flux that the gradient asks for and the bulk temperature."""
        u, t = self.velocity, self.found.field("T")[:, 0, 0]
        return 0.5 / -float((u * t).sum() / u.sum()) * 2.0 * PRANDTL * self.reynolds


def channel(model: str, reynolds: float, cells: int) -> Channel:
    """The developed flow on `cells` cells across the gap."""
    return Channel(reynolds, settle(CASE.format(model=model, viscosity=1.0 / reynolds), [(1, 1, cells)], 1e-7))


def log_law(height: np.ndarray) -> np.ndarray:
    """u+ of the smooth wall."""
    return np.log(E * height) / KAPPA


def run(sheet: Sheet) -> None:
    """k-epsilon over wall cells of y+ 30 to 2600; the zero-equation law for information."""
    sheet.note(
        STUDY,
        "Two plates 1 m apart, air held at a mean velocity of 1 m/s, one long cell along the stream; both plates at a "
        "temperature that rises 1 K/m, so that they give a uniform flux. Re on the gap; y+ of the centres of the wall cells. "
        "A hall's cells of 0.1 to 0.2 m lie at y+ 90 to 2600. The eddy viscosity of the zero-equation model grows with the "
        "speed, not with the friction velocity, and mixes a channel too much: it was made for rooms.",
    )
    profiles = []
    for reynolds, counts in ((5e4, (40, 20, 10, 6)), (1.56e5, (24, 12)), (5e5, (48, 24, 12, 6)), (1e6, (12, 6))):
        for cells in counts:
            flow = channel("k-epsilon", reynolds, cells)
            _rows(sheet, "k-epsilon", flow, cells)
            profiles.append((cells, flow))
    for reynolds, cells in ((5e4, 20), (5e5, 24)):
        _rows(sheet, "zero-equation", channel("zero-equation", reynolds, cells), cells)
    sheet.draw(
        STUDY, "channel", "k-epsilon between two plates: all cells of the half gap over the log law of the wall (line).",
        lambda figure: _plot(figure, profiles),
    )  # fmt: skip


def _rows(sheet: Sheet, model: str, flow: Channel, cells: int) -> None:
    """Friction, the wall cell's velocity and heat of one channel."""
    y, u = flow.height, flow.velocity / flow.friction_velocity
    name = f"{model}, Re {flow.reynolds:.3g}, wall cell y+ {y[0]:.0f}"
    grid = f"{cells} cells; {flow.found.words}"
    is_graded = model == "k-epsilon"  # no law of its own is published for the other
    smooth, fit = prandtl(flow.reynolds), dean(flow.reynolds)
    sheet.add(
        STUDY, f"{name}: Cf", f"{flow.friction:.5f}",
        f"{smooth:.5f} ({100 * (flow.friction / smooth - 1):+.1f} %); {fit:.5f} ({100 * (flow.friction / fit - 1):+.1f} %)",
        "Prandtl/Colebrook 1939 on 2 H; Dean 1978" + " (beyond its range)" * (flow.reynolds > 6e5), "", grid,
    )  # fmt: skip
    share = flow.friction / fit
    if is_graded and flow.reynolds == 1.56e5 and cells in OTHERS:
        sheet.add(
            STUDY, f"{name}: Cf/Dean", f"{share:.3f}", f"{OTHERS[cells]:.3f}", OTHERS_SOURCE, "", grid,
        )  # fmt: skip
    law = float(log_law(y[:1])[0])
    sheet.add(
        STUDY, f"{name}: u+ of the wall cell", f"{u[0]:.2f}", f"{law:.2f} ({100 * (u[0] / law - 1):+.1f} %)",
        "log law of kappa 0.41, E 9.8",
        "5 %" if is_graded else "", grid, abs(u[0] / law - 1.0) < 0.05 if is_graded else None,
    )  # fmt: skip
    inner = (y > 30.0) & (np.arange(cells) < cells / 2) & ((np.arange(cells) + 0.5) / cells < 0.1)
    if inner.sum() > 1:
        far = float(np.abs(u[inner] - log_law(y[inner])).max())
        sheet.add(STUDY, f"{name}: largest distance from the log law below 0.1 H", f"{far:.2f} in u+", "0", "log law", "", grid)
    nusselt = gnielinski(2.0 * flow.reynolds, 4.0 * smooth)
    sheet.add(
        STUDY, f"{name}: Nusselt number", f"{flow.nusselt:.0f}", f"{nusselt:.0f} ({100 * (flow.nusselt / nusselt - 1):+.1f} %)",
        "Gnielinski 1976 on 2 H", "", grid,
    )  # fmt: skip


def _plot(figure: Any, profiles: list[tuple[int, Channel]]) -> None:
    axes = figure.subplots()
    for cells, flow in profiles:
        half = slice(0, (cells + 1) // 2)
        label = f"Re {flow.reynolds:.3g}, {cells} cells"
        axes.semilogx(flow.height[half], flow.velocity[half] / flow.friction_velocity, "o", markersize=4, label=label)
    y = np.geomspace(20.0, 2e4, 50)
    axes.semilogx(y, log_law(y), "k-", linewidth=1)
    axes.set(xlabel="y+", ylabel="u+")
    axes.legend(frameon=False, fontsize=8)
