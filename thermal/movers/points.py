"""Operating points: what each mover does in an answer, as rows of the summary, and what is wrong with it, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thermal.case.bodies import Body, part_flow
from thermal.case.model import Air, Case
from thermal.movers.air import Reading
from thermal.movers.coil import Terminal, coil_heat, valve_share
from thermal.units import ZERO_CELSIUS

MET = 0.3  # K from its setpoint that a controlled temperature may lie
STILL = 0.02  # of the design flow: below it a fan is dead-headed
BACKWARD = 0.02  # of the flow: more running backwards through a part of a body is told
SERVED = 0.995  # of a rack's power: below it servers throttle


def device_rows(case: Case, reading: Reading | None) -> list[dict[str, Any]]:
    """Rows of all bodies, coolers first: flow, pressure, power, temperatures, heat, warnings."""
    if reading is None:
        return []
    rows = [device_row(body, case.air, _own(reading, n, reading.starts)) for n, body in enumerate(case.bodies)]
    return sorted(rows, key=lambda row: row["kind"] == "rack")


def _own(reading: Reading, number: int, starts: np.ndarray) -> dict[str, Any]:
    """A body's part of a reading."""
    mine = slice(starts[number], starts[number + 1])
    return {
        "sums": reading.sums[number], "response": reading.response[number], "speed": float(reading.speed[number]),
        "heat": reading.heat[mine], "flow": reading.flow[mine], "leave": reading.leave[mine], "rise": reading.rise[mine],
        "blows": reading.blows[mine],
    }  # fmt: skip


def device_row(body: Body, air: Air, own: dict[str, Any]) -> dict[str, Any]:
    """One body's row. Flows are at the reference density; pressures those at the site's.

    The temperature of the air that leaves is read, that of the air that enters follows from it and the heat given in between, so
    that flow, temperatures and heat of a row agree.
    """
    capacity, reference = air.density * air.heat_capacity, air.reference_temperature
    flow, gross, _, warm_out, *_ = own["sums"]
    given = capacity * float(own["heat"].sum())
    leaving = reference + float(warm_out / gross)
    entering = leaving - given / (capacity * float(gross))
    forward, back = np.maximum(own["flow"], 0.0), float(np.maximum(-own["flow"], 0.0).sum())
    blown = float((forward * own["leave"]).sum() / forward.sum()) if forward.sum() > 0.0 else leaving - reference
    fan_power = float(own["response"][6]) * capacity
    known = body.efficiency is not None or body.fan_power > 0.0
    has_fan = any(part.fan is not None for part in body.parts)
    shut = is_shut(body, own["speed"], float(gross))  # what seeps through has no temperature worth a number
    row: dict[str, Any] = {
        "name": body.name, "kind": body.kind, "row": body.row, "type": body.type,
        "is_shut": shut, "flow_m3_s": float(flow), "design_flow_m3_s": body.design_flow, "forward_m3_s": float(forward.sum()),
        "backward_m3_s": back, "blown_degC": None if shut else reference + blown - ZERO_CELSIUS,
        "pressure_Pa": _rise(air, own),
        "speed": own["speed"] if has_fan else None, "fan_power_kW": fan_power / 1e3 if has_fan and known else None,
        "air_in_degC": None if shut else entering - ZERO_CELSIUS, "air_out_degC": None if shut else leaving - ZERO_CELSIUS,
        "air_heat_kW": given / 1e3,
    }  # fmt: skip
    row |= coil_row(body, air, gross, entering, own)
    row["warnings"] = warnings(body, air, own, float(flow), back, row)
    return row


def is_shut(body: Body, speed: float, gross: float) -> bool:
    """Whether the fans of a cooler stand still and next to nothing passes it either way: its damper is shut, or nothing pushes.

    gross   m3/s, of both ways
    """
    return body.kind != "rack" and speed <= 0.0 and gross < STILL * sum(part_flow(part) for part in body.parts)


def _rise(air: Air, own: dict[str, Any]) -> float | None:
    """Pa, pressure rise of the fans weighted by their flow; the mean over their faces where they move nothing; None without fans.

    Of slots with different fans in one row of cells it is that behind their own resistance.
    """
    rise, flow = own["rise"][own["blows"]], own["flow"][own["blows"]]
    if not len(rise):
        return None
    total = float(flow.sum())
    return float(air.density * ((rise * flow).sum() / total if abs(total) > 1e-9 else rise.mean()))


def coil_row(body: Body, air: Air, gross: float, entering: float, own: dict[str, Any]) -> dict[str, Any]:
    """The coil's part of a row; Nones without one. `gross` m3/s of reference density, `entering` K."""
    keys = ("heat_kW", "capacity_kW", "valve", "water_in_degC", "water_out_degC", "water_flow_L_s", "setpoint_degC", "miss_K")
    row: dict[str, Any] = {**dict.fromkeys(keys), "control": body.control, "is_met": None}
    if body.coil is None:
        return row
    capacity = air.density * air.heat_capacity
    heat = capacity * float(own["response"][4])
    terminal = coil_terminal(body, air, gross, entering, heat)
    row |= {
        "heat_kW": heat / 1e3, "capacity_kW": capacity * float(own["response"][5]) / 1e3, "valve": float(own["response"][3]),
        "water_in_degC": terminal.entering - ZERO_CELSIUS, "water_out_degC": terminal.leaving - ZERO_CELSIUS,
        "water_flow_L_s": 1e3 * terminal.flow,
    }  # fmt: skip
    if body.control != "none" and own["speed"] > 0.0:  # what stands still keeps no setpoint, and misses none
        found = entering if body.control == "return" else entering + float(own["heat"].sum()) / gross
        row |= {"setpoint_degC": body.setpoint - ZERO_CELSIUS, "miss_K": float(found - body.setpoint)}
        row["is_met"] = bool(abs(found - body.setpoint) <= MET)
    return row


def coil_terminal(body: Body, air: Air, gross: float, entering: float, heat: float) -> Terminal:
    """What a body shows to a liquid loop: water flow, its entering temperature, heat.

    gross   m3/s of air, of reference density      entering   K, of the air      heat   W
    """
    if body.coil is None:
        raise ValueError(f"{body.label} has no coil")
    coil, flow = body.coil, body.coil.flow
    if body.valve == "two-way" and body.control != "none":
        flow *= valve_share(coil, air.density * air.heat_capacity * gross, gross, entering, heat)
    return Terminal(body.name, flow, coil.water_temperature, heat, coil.liquid_capacity)


def rated_heat(body: Body, air: Air, flow: float, entering: float) -> float:
    """W that the coil of a body takes with its valve open from `flow` m3/s (reference density) of air at `entering` K."""
    return coil_heat(body.coil, air.density * air.heat_capacity * flow, flow, entering) if body.coil else 0.0


def warnings(body: Body, air: Air, own: dict[str, Any], flow: float, back: float, row: dict[str, Any]) -> list[str]:
    """What is wrong with a mover, in words that name it."""
    label, found = f"{body.kind} {body.name}", []
    design = body.design_flow
    if own["speed"] <= 0.0 and row["speed"] is not None:
        found.append(f"{label} stands still: {abs(flow):.2g} m3/s {'run back through' if flow < 0.0 else 'pass'} it")
    elif design > 0.0 and flow < -STILL * design:
        found.append(f"{label} is reversed: {-flow:.3g} m3/s run backwards through its fans")
    elif design > 0.0 and flow < STILL * design:
        found.append(f"{label} is dead-headed: its fans move {flow:.2g} of {design:.3g} m3/s")
    elif back > BACKWARD * abs(flow):
        found.append(f"{label}: {back:.3g} m3/s run backwards through a part of it")
    if own["speed"] > 0.0 and row["pressure_Pa"] is not None and row["pressure_Pa"] < 0.0 < flow:
        found.append(f"{label} is over-blown: more air is pushed through its fans than they move")
    if row["is_met"] is False:
        state = (
            "its valve is open" if row["valve"] >= 1.0 else "its valve is closed" if row["valve"] <= 0.0 else "not yet settled"
        )
        found.append(f"{label} misses its setpoint by {row['miss_K']:+.1f} K: {state}")
    power = sum(part.power for part in body.parts)
    if power > 0.0:
        carried = row["air_heat_kW"] * 1e3
        if carried < SERVED * power:
            shares = f"{carried / 1e3:.3g} of {power / 1e3:.3g} kW"
            found.append(f"{label} throttles: its air carries {shares} at a rise of {body.most_rise:g} K")
    return found


def all_warnings(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Of all devices, in their order."""
    return [text for row in rows for text in row["warnings"]]
