"""Dew points where surfaces are cold: at each coil and each rack on a loop, from the solved humidity there or from what is given.

The coldest surface of a coil or rack is where its liquid comes in. A margin below zero means that water condenses on it; neither
that water nor its heat is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from thermal.fluids import moist_air
from thermal.scalars.humidity import HUMIDITY
from thermal.units import ZERO_CELSIUS

FIELD = "dew_point"  # K, of the record
UNTOLD: Mapping[str, None] = MappingProxyType(dict.fromkeys(("dew_point_degC", "dew_point_from", "dew_point_margin_K")))


def dew_points_at_cdus(placement: Any, scalars: Any) -> dict[str, float]:
    """K by CDU: the highest dew point before the racks that it feeds; empty where humidity was not solved.

    scalars   thermal.scalars.answer.Scalars of the answer, or None
    """
    case = placement.case
    if case.liquid is None or scalars is None or HUMIDITY not in scalars.fields:
        return {}
    field = moist_air.dew_point(scalars.fields[HUMIDITY], case.air.pressure)
    fed = {manifold.row: manifold.cdu for manifold in case.liquid.manifolds}
    found: dict[str, float] = {}
    for patch in placement.patches:
        if patch.kind != "front" or patch.object.row not in fed:
            continue
        highest = _highest(field, patch.cell)
        cdu = fed[patch.object.row]
        if highest is not None:
            found[cdu] = max(found.get(cdu, highest), highest)
    return found


def add_dew_points(placement: Any, fields: Mapping[str, np.ndarray], summary: dict[str, Any]) -> None:
    """Put dew points and margins into the rows of racks and coils on loops, and their warnings, in place."""
    liquid, plant = summary.get("liquid"), placement.case.liquid
    if liquid is None or plant is None:
        return
    field = fields.get(FIELD)
    fronts = {patch.object.name: patch.cell for patch in placement.patches if patch.kind == "front"}
    mouths: dict[str, list[np.ndarray]] = {}
    for laid in placement.tubes:
        mouths.setdefault(laid.body.name, []).append(laid.before)
    tables = {one.name: plant.dew_point_at(one) for one in plant.cdus}
    tables |= {one.name: plant.dew_point if one.room_dew_point is None else one.room_dew_point for one in plant.facilities}
    for row in liquid["racks"]:
        _note(row, _highest(field, fronts.get(row["name"])), tables.get(row["cdu"]))
    for row in liquid["coils"]:
        cells = mouths.get(row["name"])
        _note(row, _highest(field, np.concatenate(cells)) if cells else None, tables.get(row["loop"]))
    for kind, rows in (("rack", liquid["racks"]), ("", liquid["coils"])):
        for row in rows:
            margin = row["dew_point_margin_K"]
            if margin is not None and margin < 0.0:
                name = f"{kind or row['kind']} {row['name']}"
                words = f"its liquid comes {-margin:.1f} K below the dew point of its air, {row['dew_point_degC']:.1f} °C"
                liquid["warnings"].append(f"{name}: {words}: water condenses there, which is not computed")


def _note(row: dict[str, Any], computed: float | None, given: float | None) -> None:
    """Dew point (K, computed before given) and margin of the liquid that comes in, in a row."""
    dew_point = given if computed is None else computed
    row["dew_point_degC"] = None if dew_point is None else dew_point - ZERO_CELSIUS
    row["dew_point_from"] = "humidity field" if computed is not None else "given" if given is not None else None
    row["dew_point_margin_K"] = None if dew_point is None else row["supply_degC"] - (dew_point - ZERO_CELSIUS)


def _highest(field: np.ndarray | None, cell: np.ndarray | None) -> float | None:
    """The highest finite value of a field in some cells (n, 3), k, j, i; None without one."""
    if field is None or cell is None or not len(cell):
        return None
    values = field[tuple(np.asarray(cell).T)]
    values = values[np.isfinite(values)]
    return float(values.max()) if values.size else None
