"""Perforated sheets and tiles: what a sheet costs, where its coefficient comes from, and the momentum that a tile blows."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.validation.reference import columns
from benchmarks.validation.sheet import Sheet
from kernels import Backend, open_backend
from thermal.case.aisle import perforated_plate_loss
from thermal.case.build import case_from_text
from thermal.case.model import Case
from thermal.flow.domain import Domain
from thermal.flow.solver import Flow
from thermal.gridding import make_grid
from thermal.parallel import Serial
from thermal.place import place

STUDY = "losses"
IDELCHIK = "Idelchik 1994, diagram 4-14"
OZAHI = "Özahi 2015, Flow Meas. Instrum. 43:6"
SPEED = 1.5  # m/s through the duct
TILE = 0.6  # m, side of a tile
SHARES = (0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8)


def run(sheet: Sheet) -> None:
    """Every row and picture."""
    device = open_backend("auto", "double", 1)
    sheet.note(
        STUDY,
        "A sheet of open fraction f across a duct: the pressure of the cells beside it against K rho U²/2 of our own K(f), and "
        "K(f) against a diagram and a correlation of measurements (porosity 0.064 to 0.331, Reynolds numbers 2500 to 9500, "
        "mean deviation 12 %). A tile in the floor of a room that is periodic along x and y: momentum flux and pressure force "
        "through "
        "planes above it, less the pressure force on the floor, against U²A/f. The jets draw air in through the sides of the "
        "lowest cells, and the suction that this takes pulls on the tile: against the pressure beside the tile less arrives, and "
        "the less the lower the cells. The force of a tile on a height of its own would not depend on the grid.",
    )
    published = columns("perforated_plate")
    drops = {}
    for share in SHARES:
        loss, drop = perforated_plate_loss(share), pressure_drop(share, device)
        drops[share] = drop
        apart = 100.0 * (drop / loss - 1.0)
        name = f"sheet of open fraction {share:g}: pressure drop over rho U²/2"
        sheet.add(STUDY, name, f"{drop:.5g} ({apart:+.1e} %)", f"{loss:.5g}", "our own K", "0.1 %", "16 cells", abs(apart) <= 0.1)
    for share, loss in zip(published["open_fraction"], published["K_idelchik"], strict=True):
        ours = perforated_plate_loss(float(share))
        apart = 100.0 * (ours / loss - 1.0)
        sheet.add(STUDY, f"K({share:g})", f"{ours:.4g} ({apart:+.2f} %)", f"{loss:g}", IDELCHIK, "1 %", "", abs(apart) <= 1.0)
    for share in (0.064, 0.1, 0.15, 0.2, 0.25, 0.331):
        ours, theirs = perforated_plate_loss(share), measured(share)
        apart = 100.0 * (ours / theirs - 1.0)
        sheet.add(STUDY, f"K({share:g})", f"{ours:.4g} ({apart:+.1f} %)", f"{theirs:.4g}", OZAHI, "12 %", "", abs(apart) <= 12.0)
    for share in (1.0, 0.5, 0.25):
        cells = (0.15, 0.1, 0.06)
        found = [tile_momentum(share, cell, device) for cell in cells]
        total, free, apart = ([run[part] for run in found] for part in range(3))
        grid = f"cells of {', '.join(f'{cell:g}' for cell in cells)} m"
        name = f"tile of open fraction {share:g}: momentum balance of the room above over U²A/f"
        words = f"{grid}: {', '.join(f'{value:.4f}' for value in total)}; planes apart by {100.0 * max(apart):.2f} %"
        sheet.add(STUDY, name, f"{total[-1]:.4f}", "1", "momentum balance", "2 %", words, abs(total[-1] - 1.0) <= 0.02)
        name = f"tile of open fraction {share:g}: the same against the pressure beside the tile"
        sheet.add(STUDY, name, f"{free[-1]:.3f}", "-", "", "", f"{grid}: {', '.join(f'{value:.3f}' for value in free)}")
    sheet.draw(STUDY, "losses", "Loss coefficient of a perforated sheet against its open fraction.", lambda f: draw(f, drops))


def measured(share: float) -> float:
    """K of a perforated plate: 2 Eu with Eu = dp/(rho U²) = 0.67 f^-2.24, 0.064 <= f <= 0.331 (Özahi 2015)."""
    return float(2.0 * 0.67 * share**-2.24)


def pressure_drop(share: float, device: Backend) -> float:
    """Pressure drop over a sheet across a duct without friction, in rho U²/2."""
    case = case_from_text(
        f"""
[room]
size = ["2 m", "1 m", "1 m"]
[mesh]
cell = "0.125 m"
[flow]
turbulence = "laminar"
buoyancy = false
periodic = ["y"]
[[supply]]
name = "in"
on = "x-"
temperature = "20 degC"
flow = "{SPEED} m3/s"
[[return]]
name = "out"
on = "x+"
[[containment]]
name = "sheet"
kind = "panel"
from = ["1 m", "0 m", "0 m"]
to = ["1 m", "1 m", "1 m"]
leakage = {share}
"""
    )
    flow = begun(case, device)
    iterate(flow, 400)
    middle = flow.domain.placement.grid.n[0] // 2
    pressure, speed = (
        flow.whole_field(a, b).astype(float).mean(axis=(0, 1)) for a, b in ((flow.state.p, None), (flow.state.u, 0))
    )
    return float((pressure[middle - 1] - pressure[middle]) / (0.5 * speed[middle] ** 2))


def tile_momentum(share: float, cell: float, device: Backend) -> tuple[float, float, float]:
    """Momentum flux and pressure force through planes above a tile, over U²A/f.

    Returns     less the pressure force on the lowest cells; less that of the pressure beside the tile everywhere; how far planes
                lie apart
    """
    case = case_from_text(
        f"""
[room]
size = ["{2 * TILE} m", "{2 * TILE} m", "2.4 m"]
[mesh]
cell = "{cell} m"
[flow]
turbulence = "constant"
constant_viscosity = "0.01 m2/s"
buoyancy = false
periodic = ["x", "y"]
[[supply]]
name = "tile"
on = "floor"
from = ["{TILE / 2} m", "{TILE / 2} m"]
to = ["{1.5 * TILE} m", "{1.5 * TILE} m"]
temperature = "20 degC"
flow = "{TILE**2} m3/s"
open_fraction = {share}
[[return]]
name = "ceiling"
on = "ceiling"
"""
    )
    flow = begun(case, device)
    iterate(flow, 600)
    w, p = flow.whole_field(flow.state.w, 2).astype(float), flow.whole_field(flow.state.p).astype(float)
    grid = flow.domain.placement.grid
    area = grid.widths(1)[:, None] * grid.widths(0)[None, :]
    flux = (0.5 * (w[1:] + w[:-1])) ** 2  # at the centres of cells
    force = ((p + flux) * area).sum(axis=(1, 2))
    planes = force[len(force) // 4 : -2]
    floor, level = (p[0] * area).sum(), p[0, 0, 0] * area.sum()  # the row of w begins at the centres of the lowest cells
    whole = TILE**2 / share
    return float(planes.mean() - floor) / whole, float(planes.mean() - level) / whole, float(np.ptp(planes)) / whole


def begun(case: Case, device: Backend) -> Flow:
    """The flow of a case on its own grid, at rest."""
    flow = Flow(Domain(place(case, make_grid(case)), device, Serial()))
    flow.bind(0.7)
    flow.begin()
    return flow


def iterate(flow: Flow, most: int) -> None:
    """Until mass and momentum are next to closed; raises ArithmeticError where they are not after `most` iterations."""
    for number in range(1, most + 1):
        measure = flow.iterate(number % 10 == 0)
        if measure and measure.mass < 1e-8 and measure.momentum < 1e-6:
            return
    raise ArithmeticError(f"not settled: mass {measure.mass:.1e}, momentum {measure.momentum:.1e}")  # type: ignore[union-attr]


def draw(figure: Any, drops: dict[float, float]) -> None:
    """K against f: ours, the diagram, the correlation, and what the solver makes of it."""
    axis = figure.subplots()
    share = np.linspace(0.06, 0.95, 200)
    axis.semilogy(share, [perforated_plate_loss(float(f)) for f in share], label="K(f) of the sheets")
    axis.semilogy(list(drops), list(drops.values()), "o", mfc="none", label="pressure drop over a sheet in the solver")
    band = share[share <= 0.331]
    axis.fill_between(
        band, [0.88 * measured(f) for f in band], [1.12 * measured(f) for f in band], alpha=0.3, label=f"{OZAHI}, ±12 %"
    )
    published = columns("perforated_plate")
    axis.semilogy(published["open_fraction"], published["K_idelchik"], "kx", label=IDELCHIK)
    axis.set(xlabel="open fraction f", ylabel="K of dp = K rho U²/2")
    axis.legend()
