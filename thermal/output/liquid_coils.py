"""Coils on loops in a result: their rows under summary["liquid"], what the rows of their devices say, warnings by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thermal.case.coil_loops import on_loops
from thermal.case.model import Case
from thermal.loop.coil_places import CoilPlace
from thermal.loop.operation import Operation
from thermal.movers.coil_sides import taken
from thermal.output.dew_points import UNTOLD
from thermal.units import ZERO_CELSIUS

LPM = 60e3  # L/min of 1 m3/s
SHORT = 0.98  # of its design flow: an open coil with less is named


def coils_taken(case: Case, reading: Any) -> dict[str, float]:
    """W that each coil on a loop takes from its air, by label, from a reading of the movers (None: no movers)."""
    if reading is None:
        return {}
    capacity, labels = case.air.density * case.air.heat_capacity, [body.label for body in case.bodies]
    return {body.label: taken(reading, labels.index(body.label), capacity) for body in on_loops(case.bodies)}


def coil_rows(operation: Operation) -> list[dict[str, Any]]:
    """Rows of all coils on loops."""
    return [coil_row(operation, place) for place in operation.assembly.coils]


def coil_row(operation: Operation, place: CoilPlace) -> dict[str, Any]:
    """One coil: flows, pressures, temperatures in and out, heat, its valve."""
    setting, start = operation.coils.settings[place.name], operation.links[place.link].start
    flow = operation.through(place.link)
    around = operation.through(place.bypass) if place.bypass else 0.0
    rate, heat = operation.rate(place.link), operation.gained(place.link)
    side = operation.coils.sides.get(place.body.label)
    return {
        "name": place.name, "kind": place.body.kind, "loop": place.loop, "flow_L_min": flow * LPM, "bypass_L_min": around * LPM,
        "branch_L_min": (flow + around) * LPM, "design_flow_L_min": place.flow * LPM,
        "dp_kPa": operation.fall(*place.mains) / 1e3, "coil_dp_kPa": operation.fall(start, place.ends[1]) / 1e3,
        "valve_dp_kPa": operation.fall(place.ends[0], start) / 1e3 if place.valve else None,
        "supply_degC": operation.at(start) - ZERO_CELSIUS,
        "coil_out_degC": operation.at(start) + (heat / rate if rate > 0.0 else 0.0) - ZERO_CELSIUS,
        "return_degC": operation.at(place.ends[1]) - ZERO_CELSIUS,
        "heat_kW": heat / 1e3, "open_share": flow / place.flow, "is_open": setting.is_open,
        "air_in_degC": side.inlet - ZERO_CELSIUS if side else None, "air_flow_m3_s": side.flow if side else None,
        **UNTOLD,
    }  # fmt: skip


def mark_devices(summary: dict[str, Any]) -> None:
    """Say in the row of each device on a loop which loop it is and what water it has, as the loop has it, in place."""
    coils = {(row["kind"], row["name"]): row for row in (summary.get("liquid") or {}).get("coils", [])}
    for device in summary["devices"]:
        row = coils.get((device["kind"], device["name"]))
        if row is not None:
            device |= {
                "loop": row["loop"], "water_in_degC": row["supply_degC"], "water_out_degC": row["return_degC"],
                "water_flow_L_s": row["branch_L_min"] / 60.0,
            }  # fmt: skip


def coil_warnings(operation: Operation, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Coils that lack water, or that warm their air."""
    found = []
    for place, row in zip(operation.assembly.coils, rows, strict=True):
        name = f"{row['kind']} {row['name']}"
        if place.valve and row["is_open"] and row["flow_L_min"] < SHORT * row["design_flow_L_min"]:
            words = f"its valve is open and {row['flow_L_min']:.0f} of {row['design_flow_L_min']:.0f} L/min come"
            found.append(f"{name}: {words} from loop {row['loop']}")
        if row["heat_kW"] < -1e-3:
            found.append(f"{name}: loop {row['loop']} is warmer than its air and gives it {-row['heat_kW']:.1f} kW")
    return found
