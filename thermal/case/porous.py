"""Zones of cables and pipes: from their tables to the model."""

from __future__ import annotations

from thermal.case import model
from thermal.case.air_paths import Porous
from thermal.case.aisle import corners
from thermal.case.lines import Path
from thermal.case.load import Tables


def ergun(porosity: float, diameter: float, viscosity: float) -> tuple[float, float]:
    """Resistance of a bed of long cylinders: quadratic C (1/m) and linear D (1/s) of dp/L = rho (D U + C U^2/2).

    C = 3.5 (1 - e)/(e^3 d), D = 150 nu (1 - e)^2/(e^3 d^2), d = 1.5 x diameter

    porosity    e, volume of air/volume      diameter   m, of the cylinders      viscosity   m2/s, kinematic
    Valid       beds of e = 0.36 to 0.5 by the experiments; loose bundles beyond that by extrapolation
    Source      S. Ergun, Fluid flow through packed columns, Chem. Eng. Prog. 48 (1952) 89-94, eq. 12.
    Example     >>> tuple(round(x, 1) for x in ergun(0.5, 0.02, 1.5e-5))
                (466.7, 5.0)
    """
    sphere, solid = 1.5 * diameter, 1.0 - porosity
    return 3.5 * solid / (porosity**3 * sphere), 150.0 * viscosity * solid**2 / (porosity**3 * sphere**2)


def build_zones(tables: Tables, viscosity: float | None) -> list[model.Zone]:
    """The zones that could be built; mistakes are noted.

    viscosity   m2/s, kinematic; None when the air is wrong
    """
    zones = []
    for path, table in tables.lists["porous"]:
        box = corners(tables, path, f"zone {table.name}", table.start, table.to)
        if box is None:
            continue
        if box.thin_axis is not None:
            tables.report((*path, "to"), f"zone {table.name} has no volume", "a box; a thin screen is a [[containment]] panel")
            continue
        resistance = _resistance(tables, path, table, viscosity or 1.5e-5)
        if resistance is not None:
            (x, y, z), linear = resistance
            zones.append(
                model.Zone(
                    name=table.name, box=box, quadratic=(x, y, z), linear=(linear, linear, linear),
                    porosity=table.porosity if table.porosity is not None else 1.0, power=table.power,
                    source=tables.source(path),
                )
            )  # fmt: skip
    return zones


def _resistance(tables: Tables, path: Path, table: Porous, viscosity: float) -> tuple[list[float], float] | None:
    """Quadratic resistance along x, y, z (1/m) and the linear one (1/s); None with the mistake noted."""
    if table.loss_per_length is not None:
        if table.diameter is not None:
            tables.report((*path, "diameter"), "loss_per_length and diameter together", "one of them", "leave one out")
            return None
        return list(table.loss_per_length), 0.0
    if table.porosity is None or table.diameter is None:
        tables.report(path, f"zone {table.name} has no resistance", "loss_per_length, or porosity and diameter")
        return None
    quadratic, linear = ergun(table.porosity, table.diameter, viscosity)
    return [quadratic] * 3, linear
