"""Passive scalars in the summary and the record: tracers' numbers in their racks' rows, humidity judged by ASHRAE's classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thermal.fluids import moist_air
from thermal.output.ashrae import (
    ALLOWABLE_DEW_LOW,
    ALLOWABLE_RELATIVE_LOW,
    CLASSES,
    RECOMMENDED_DEW,
    RECOMMENDED_RELATIVE,
    AirClass,
)
from thermal.units import ZERO_CELSIUS

HUMIDITY = "humidity_ratio"


def add_scalars(placement: Any, fields: dict[str, np.ndarray], summary: dict[str, Any], scalars: Any) -> None:
    """Put the scalars of a run (thermal.scalars.answer.Scalars, or None) into its fields and its summary, in place."""
    if scalars is None:
        return
    fields |= scalars.fields
    for row in summary["racks"]:
        row |= scalars.racks.get(row["name"], {})
    summary |= scalars.summary
    if HUMIDITY not in fields:
        return
    pressure = placement.case.air.pressure
    ratio, temperature = fields[HUMIDITY], fields["temperature"]
    fields["relative_humidity"] = moist_air.relative_humidity(ratio, temperature, pressure)
    fields["dew_point"] = moist_air.dew_point(ratio, pressure)
    air_class = CLASSES[placement.case.ashrae_class]
    counts = dict.fromkeys(("recommended", "allowable", "outside"), 0)
    for row in summary["racks"]:
        at, area = front_cells(placement, row["name"])
        row |= inlet_humidity(temperature[at], ratio[at], area, pressure)
        row["humidity_range"] = humidity_range(row, air_class)
        counts[row["humidity_range"]] += 1
    most = float(np.nanmax(fields["relative_humidity"]))
    summary["humidity"] |= {
        "class": air_class.name, "pressure_Pa": pressure, "racks": counts, "relative_humidity_max_percent": 100.0 * most,
        "is_saturated": most > 1.0,
    }  # fmt: skip


def front_cells(placement: Any, rack: str) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Cells (k, j, i) before a rack's front and the m2 of each, (n,); a rack in depth has a front for each of its parts."""
    fronts = [p for p in [*placement.patches, *placement.intakes] if p.kind == "front" and p.object.name == rack]
    cells = np.concatenate([np.asarray(front.cell).reshape(-1, 3) for front in fronts])
    return tuple(cells.T), np.concatenate([front.area for front in fronts])


def humidity_range(row: Mapping[str, Any], air_class: AirClass) -> str:
    """Where a rack's inlet humidity lies: recommended, allowable or outside, by its driest and dampest face.

    row   with inlet_dew_point_min_degC, _max_degC, inlet_rh_min_percent, _max_percent
    """
    dew_low, dew_high = row["inlet_dew_point_min_degC"], row["inlet_dew_point_max_degC"]
    low, high = row["inlet_rh_min_percent"], row["inlet_rh_max_percent"]
    if not all(np.isfinite([dew_low, dew_high, low, high])):
        return "outside"
    if dew_low >= RECOMMENDED_DEW[0] and dew_high <= RECOMMENDED_DEW[1] and high <= RECOMMENDED_RELATIVE:
        return "recommended"
    dry = dew_low < ALLOWABLE_DEW_LOW or low < ALLOWABLE_RELATIVE_LOW
    damp = dew_high > air_class.dew_high or high > air_class.relative_high
    return "outside" if dry or damp else "allowable"


def inlet_humidity(temperature: np.ndarray, ratio: np.ndarray, area: np.ndarray, pressure: float) -> dict[str, float]:
    """Numbers of a rack's inlet from its faces: temperature K, humidity ratio kg/kg and area m2, each (n,).

    The air that enters a face has the temperature and the vapour of the cell before it; the fans draw evenly.
    """
    relative = 100.0 * moist_air.relative_humidity(ratio, temperature, pressure)
    dew = moist_air.dew_point(ratio, pressure) - ZERO_CELSIUS
    mean = float(np.average(ratio, weights=area))
    mean_temperature = float(np.average(temperature, weights=area))
    return {
        "inlet_humidity_g_kg": 1e3 * mean,
        "inlet_dew_point_degC": float(moist_air.dew_point(mean, pressure)) - ZERO_CELSIUS,
        "inlet_dew_point_min_degC": float(dew.min()),
        "inlet_dew_point_max_degC": float(dew.max()),
        "inlet_rh_percent": 100.0 * float(moist_air.relative_humidity(mean, mean_temperature, pressure)),
        "inlet_rh_min_percent": float(relative.min()),
        "inlet_rh_max_percent": float(relative.max()),
    }


def humidity_words(summary: Mapping[str, Any], air_class: AirClass) -> str:
    """What the report says of humidity, in a few sentences; empty where it was not solved."""
    table = summary.get("humidity")
    if not table:
        return ""
    counts = table["racks"]
    words = (
        f"ASHRAE class {air_class.name}: recommended dew point {RECOMMENDED_DEW[0]:g} to {RECOMMENDED_DEW[1]:g} °C and at most "
        f"{RECOMMENDED_RELATIVE:g} % relative humidity; allowable from {ALLOWABLE_DEW_LOW:g} °C dew point and "
        f"{ALLOWABLE_RELATIVE_LOW:g} % up to {air_class.dew_high:g} °C and {air_class.relative_high:g} % (Thermal Guidelines, "
        f"5th edition, 2021). {counts['recommended']} racks lie in the recommended range, {counts['allowable']} in the "
        f"allowable one, {counts['outside']} outside."
    )
    if table["is_saturated"]:
        words += (
            f" Somewhere the air would hold {table['relative_humidity_max_percent']:.0f} % of what it can: it condenses there, "
            "which is not computed."
        )
    if not table["is_closed"]:
        words += f" The balance of vapour does not close: {table['balance']:.1e} of the supply."
    return words
