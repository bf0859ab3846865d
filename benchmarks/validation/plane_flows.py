"""Laminar flows whose exact form is known, between plates and in a square duct: driven by a force, a held velocity or a wall."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.validation.sheet import Sheet
from benchmarks.validation.slabs import Settled, settle

STUDY = "plane-flows"
CELLS = (8, 16, 32)
CASE = """
[room]
size = ["1 m", "1 m", "1 m"]
[mesh]
cell = "1 m"
[air]
kinematic_viscosity = "0.1 m2/s"
prandtl = 0.71
reference_temperature = "20 degC"
[flow]
turbulence = "laminar"
buoyancy = false
initial_temperature = "20 degC"
periodic = {periodic}
{driven}
[solve]
iterations = 3000
"""
FORCE = 'body_force = ["1.2 m/s2", "0 m/s2", "0 m/s2"]'  # 12 nu U / H2 with U = 1 m/s
BULK = 'bulk_velocity = ["1 m/s", "0 m/s", "0 m/s"]'
WALLS = '[[wall]]\nname = "floor"\non = "floor"\n{}\n[[wall]]\nname = "ceiling"\non = "ceiling"\n{}\n'
MOVING = '[[wall]]\nname = "lid"\non = "ceiling"\nvelocity = ["1 m/s", "-0.5 m/s", "0 m/s"]\n'
VISCOSITY, PRANDTL = 0.1, 0.71
PLATES, DUCT = '["x", "y"]', '["x"]'


def grids(periodic: str) -> list[tuple[int, int, int]]:
    """Cells of the runs: one along the stream, and one across it between plates."""
    return [(1, 1 if periodic == PLATES else cells, cells) for cells in CELLS]


def solve(periodic: str, driven: str, more: str = "") -> list[Settled]:
    """The settled flows on all grids."""
    text = CASE.format(periodic=periodic, driven=driven) + more
    return [settle(text, [count], 1e-10, relaxation=0.95) for count in grids(periodic)]


def middles(cells: int) -> np.ndarray:
    """Cell centres over 1 m."""
    return (np.arange(cells) + 0.5) / cells


def duct_velocity(y: np.ndarray, z: np.ndarray, terms: int = 60) -> np.ndarray:
    """u nu/f in a square duct of side 1 m, [z, y]: the series that solves u_yy + u_zz = -f/nu."""
    total = np.zeros((len(z), len(y)))
    for m in range(1, 2 * terms, 2):
        total += (
            4.0 / (math.pi * m) ** 3 * np.sin(m * math.pi * y)[None, :]
            * (1.0 - np.cosh(m * math.pi * (z - 0.5)) / math.cosh(m * math.pi * 0.5))[:, None]
        )  # fmt: skip
    return total


def duct_friction(terms: int = 400) -> float:
    """Fanning friction factor x Reynolds number on the hydraulic diameter of a square duct: f D2/(2 nu U), U of the series."""
    mean = 1.0 / 12.0 - sum(16.0 / (math.pi * m) ** 5 * math.tanh(m * math.pi / 2.0) for m in range(1, 2 * terms, 2))
    return 0.5 / mean


def observed(errors: Sequence[float]) -> float:
    """Order from the two finest grids."""
    return float(np.log2(errors[-2] / errors[-1]))


def _row(sheet: Sheet, what: str, errors: Sequence[float], source: str, found: Settled) -> None:
    order = observed(errors)
    steps = ", ".join(f"{cells}: {error:.1e}" for cells, error in zip(CELLS, errors, strict=True))
    sheet.add(STUDY, what, f"order {order:.2f}", "order 2", source, "1.9 or more", f"{steps}; {found.words}", order >= 1.9)


def run(sheet: Sheet) -> None:
    """All flows on three grids."""
    sheet.note(STUDY, "Errors are means of the modulus over the cells, in units of the mean velocity; one cell along the stream.")
    exact: Callable[[np.ndarray], Any] = lambda z: 6.0 * z * (1.0 - z)  # noqa: E731
    forced = solve(PLATES, FORCE)
    errors = [float(np.abs(f.field("u")[:, 0, 0] - exact(middles(n))).mean()) for f, n in zip(forced, CELLS, strict=True)]
    _row(sheet, "plane Poiseuille by force: velocity", errors, "exact", forced[-1])
    held = solve(PLATES, BULK)
    errors = [float(np.abs(f.field("u")[:, 0, 0] - exact(middles(n))).mean()) for f, n in zip(held, CELLS, strict=True)]
    _row(sheet, "plane Poiseuille by bulk velocity: velocity", errors, "exact", held[-1])
    _row(
        sheet, "plane Poiseuille by bulk velocity: force against 12 nu U/H2",
        [abs(found.flow.drive.force[0] / 1.2 - 1.0) for found in held], "exact", held[-1],
    )  # fmt: skip
    ducts = solve(DUCT, FORCE)
    scale = 1.2 / VISCOSITY
    errors = [
        float(np.abs(f.field("u")[:, :, 0] / scale - duct_velocity(middles(n), middles(n))).mean())
        for f, n in zip(ducts, CELLS, strict=True)
    ]
    _row(sheet, "square duct by force: velocity", errors, "exact series", ducts[-1])
    ducts = solve(DUCT, BULK)
    friction = [found.flow.drive.force[0] / (2.0 * VISCOSITY) for found in ducts]
    _row(
        sheet, f"square duct by bulk velocity: f Re against {duct_friction():.3f}",
        [abs(value / duct_friction() - 1.0) for value in friction], "exact series", ducts[-1],
    )  # fmt: skip
    for found, cells in zip(solve(PLATES, "", MOVING), CELLS, strict=True):
        apart = max(
            float(np.abs(found.field("u")[:, 0, 0] - middles(cells)).max()),
            float(np.abs(found.field("v")[:, 0, 0] + 0.5 * middles(cells)).max()),
        )
        if cells == CELLS[-1]:
            sheet.add(
                STUDY, "Couette by a wall that moves obliquely: largest error", f"{apart:.0e} m/s", "0", "exact",
                "1e-6 m/s", f"{cells} cells; {found.words}", apart < 1e-6,
            )  # fmt: skip
    _heated(sheet)


def _heated(sheet: Sheet) -> None:
    """Both plates give the same flux to the stream: Nusselt number 140/17 on the hydraulic diameter."""
    kept = 'temperature = "20 degC"'
    errors, numbers = [], []
    runs = solve(PLATES, BULK + '\ntemperature_gradient = "1 K/m"', WALLS.format(kept, kept))
    for found in runs:
        u, t = found.field("u")[:, 0, 0], found.field("T")[:, 0, 0]
        bulk = float((u * t).sum() / u.sum())
        numbers.append(1.0 * 0.5 / -bulk * 2.0 * PRANDTL / VISCOSITY)
        errors.append(abs(numbers[-1] / (140.0 / 17.0) - 1.0))
    _row(sheet, "heat of two plates of equal flux: Nusselt number against 140/17", errors, "exact", runs[-1])
