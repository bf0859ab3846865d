"""What a case cannot ask of an ideal gas."""

from __future__ import annotations

from typing import Any

from thermal.case.load import Tables

LAMINAR = ("laminar", "constant")
BOUSSINESQ = 'density = "boussinesq"'


def check_density(tables: Tables, table: Any) -> None:
    """Note what does not go with [flow] density = "ideal-gas": an expansion of its own, a driven periodic stream, and a moving
    wall under a wall law, which sees the speed relative to the wall."""
    if table.density != "ideal-gas":
        return
    air = tables.single["air"]
    if air is not None and air.expansion is not None:
        what = 'expansion changes nothing with density = "ideal-gas": it is 1/T'
        tables.report(("air", "expansion"), what, BOUSSINESQ, "leave it out")
    for key in ("body_force", "bulk_velocity"):
        if getattr(table, key) is not None:
            tables.report(("flow", key), f'{key} drives air of one density, not density = "ideal-gas"', BOUSSINESQ)
    if table.turbulence not in LAMINAR:
        for path, wall in tables.lists["wall"]:
            if wall.velocity is not None:
                what = f'wall {wall.name} moves under the wall law of turbulence = "{table.turbulence}" in an ideal gas'
                tables.report((*path, "velocity"), what, f'{BOUSSINESQ}, or turbulence = "laminar" or "constant"')
