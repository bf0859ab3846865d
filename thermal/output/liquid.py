"""The liquid side of a result: rows of summary.json on racks, CDUs, coolers, pumps, the balance, and warnings by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from thermal.case.liquid_model import running_pumps
from thermal.couple import Coupling, Uncoupled
from thermal.loop.assembly import CduPlace, CoolerPlace, RackPlace
from thermal.loop.operation import Operation
from thermal.loop.vessels import vessel_points, with_vessels
from thermal.output.dew_points import UNTOLD
from thermal.output.liquid_coils import coil_rows, coil_warnings
from thermal.output.plant_rows import plant_rows, plant_warnings
from thermal.units import ZERO_CELSIUS

CLOSE = 0.05  # K: a supply farther than this from its setting is named
FREEZING_MARGIN = 3.0  # K between the outdoor air and a liquid's freezing point; below, it is named
LPM = 60e3  # L/min of 1 m3/s
NOTHING: Mapping[str, float] = MappingProxyType({})


def liquid_rows(coupling: Coupling | Uncoupled, taken: Mapping[str, float] = NOTHING) -> dict[str, Any]:
    """{"liquid": ...} for the summary, or nothing for a hall without loops.

    taken   W that each coil takes from its air, by label of its body; as its loop has it where it is not told
    """
    if isinstance(coupling, Uncoupled):
        return {}
    operation = coupling.operation
    racks = [rack_row(operation, place) for place in operation.assembly.racks]
    cdus = [cdu_row(operation, place) for place in operation.assembly.cdus]
    coolers = [cooler_row(operation, place) for place in operation.assembly.coolers]
    facilities = [facility_row(operation, facility.name) for facility in operation.plant.facilities]
    rows = {
        "outdoor": {
            "dry_bulb_degC": operation.plant.dry_bulb - ZERO_CELSIUS,
            "wet_bulb_degC": None if operation.plant.wet_bulb is None else operation.plant.wet_bulb - ZERO_CELSIUS,
        },
        "balance": balance(coupling, taken), "racks": racks, "cdus": cdus, "facility_loops": facilities, "coolers": coolers,
        "chillers": chiller_rows(operation), "coils": coil_rows(operation), **plant_rows(operation),
        "exchanges": coupling.exchanges,
        "nodes": {name: {"pressure_kPa": p / 1e3, "temperature_degC": t - ZERO_CELSIUS} for name, p, t in _nodes(operation)},
        "links": {name: {"flow_L_min": flow * LPM, "fall_kPa": fall / 1e3} for name, flow, fall in _links(operation)},
    }  # fmt: skip
    return {"liquid": rows | {"warnings": warnings(operation, rows)}}


def rack_row(operation: Operation, place: RackPlace) -> dict[str, Any]:
    """One rack: flow, pressures, temperatures from coolant to junction, margins to its limits."""
    rack, chips = place.rack, operation.settings.chips[place.rack.name]
    plate, link = operation.plant.plates[rack.type], operation.links[place.link]
    start, end = operation.branch_ends(place)
    flow = operation.through(place.link)
    case, junction = chips.state.case, chips.state.junction
    margins = [
        limit - value for limit, value in ((plate.case_limit, case), (plate.junction_limit, junction)) if limit is not None
    ]
    return {
        "name": rack.name, "cdu": place.cdu, "manifold": place.manifold.name, "flow_L_min": flow * LPM,
        "flow_L_min_kW": flow * LPM / (chips.to_coolant / 1e3) if chips.to_coolant > 0.0 else None,
        "dp_kPa": operation.fall(start, end) / 1e3, "plates_dp_kPa": operation.fall(link.start, link.end) / 1e3,
        "supply_degC": operation.at(link.start) - ZERO_CELSIUS, "return_degC": operation.at(link.end) - ZERO_CELSIUS,
        "case_degC": case - ZERO_CELSIUS, "junction_degC": junction - ZERO_CELSIUS, "margin_K": min(margins) if margins else None,
        "heat_to_liquid_kW": chips.to_coolant / 1e3, "chips_to_air_kW": chips.to_air / 1e3,
        "pipes_to_air_kW": operation.settings.lost[rack.name] / 1e3,
        "least_flow_L_min": plate.least_flow * plate.plates * LPM if plate.least_flow else None,
        **UNTOLD,
    }  # fmt: skip


def cdu_row(operation: Operation, place: CduPlace) -> dict[str, Any]:
    """One CDU: both sides, its approach, its pumps on their curve, its dew-point margin."""
    name, table, unit = place.table.name, place.table, place.unit
    flow, facility = operation.through(f"{name}.pump"), operation.through(f"{name}.valve")
    supply, entering = operation.at(f"{name}.supply"), operation.at(f"{name}.facility-in")
    speed, dew_point = _speed(operation, name), operation.plant.dew_point_at(table)
    part = running_pumps(table) / table.pumps  # of the group's flow at full speed
    hydraulic = operation.pump_heat(name)
    return {
        "name": name, "model": table.model, "facility": table.facility, "fluid": table.fluid,
        "heat_kW": -operation.gained(f"{name}.plates") / 1e3, "flow_L_min": flow * LPM, "facility_flow_L_min": facility * LPM,
        "supply_degC": supply - ZERO_CELSIUS, "set_degC": operation.plant.guarded_supply(table) - ZERO_CELSIUS,
        "return_degC": operation.at(f"{name}.suction") - ZERO_CELSIUS, "facility_supply_degC": entering - ZERO_CELSIUS,
        "facility_return_degC": operation.at(f"{name}.facility-out") - ZERO_CELSIUS, "approach_K": supply - entering,
        "head_kPa": -operation.fall(f"{name}.suction", f"{name}.discharge") / 1e3, "speed": speed,
        "pump_hydraulic_kW": hydraulic / 1e3, "pump_kW": hydraulic / table.efficiency / 1e3,
        "valve_open_share": min(1.0, facility / unit.facility_loss.flow), "rated_heat_kW": unit.rating.heat / 1e3,
        "rated_flow_L_min": unit.curve.flows[-1] * LPM, "rated_head_kPa": unit.rating.head / 1e3,
        "pumps": table.pumps, "pumps_running": running_pumps(table),
        "dew_point_margin_K": None if dew_point is None else supply - dew_point,
        "curve": [[q * part * speed * LPM, speed**2 * h / 1e3] for q, h in zip(unit.curve.flows, unit.curve.heads, strict=True)],
        "full_curve": [[q * LPM, h / 1e3] for q, h in zip(unit.curve.flows, unit.curve.heads, strict=True)],
    }  # fmt: skip


def facility_row(operation: Operation, name: str) -> dict[str, Any]:
    """One facility loop."""
    table = next(one for one in operation.plant.facilities if one.name == name)
    hydraulic = operation.pump_heat(name)
    return {
        "name": name, "fluid": table.fluid, "flow_L_min": operation.through(f"{name}.pump") * LPM,
        "supply_degC": operation.at(f"{name}.supply") - ZERO_CELSIUS, "set_degC": table.supply - ZERO_CELSIUS,
        "return_degC": operation.at(f"{name}.suction") - ZERO_CELSIUS,
        "head_kPa": -operation.fall(f"{name}.suction", f"{name}.discharge") / 1e3, "speed": _speed(operation, name),
        "pump_hydraulic_kW": hydraulic / 1e3, "pump_kW": hydraulic / table.efficiency / 1e3,
        "rated_flow_L_min": table.flow * LPM, "pumps": table.pumps, "pumps_running": running_pumps(table),
    }  # fmt: skip


def cooler_row(operation: Operation, place: CoolerPlace) -> dict[str, Any]:
    """Dry coolers of one table together; their approach counts from the air at the coil, behind the pads where they are wet."""
    table, machine, link = place.table, place.machine, place.links[0]
    speed, pad = operation.settings.fans[table.name], operation.settings.pads[table.name]
    heat = -sum(operation.gained(one) for one in place.links)
    outlet = operation.at(operation.links[link].start) - heat / len(place.links) / max(operation.rate(link), 1e-9)
    return {
        "name": table.name, "facility": table.facility, "count": table.count, "heat_kW": heat / 1e3, "fan_speed": speed,
        "fan_kW": machine.fans(speed) * table.count / 1e3 if speed > 0.03 else 0.0,
        "liquid_inlet_degC": operation.at(operation.links[link].start) - ZERO_CELSIUS,
        "liquid_outlet_degC": outlet - ZERO_CELSIUS,
        "air_inlet_degC": pad.temperature - ZERO_CELSIUS, "approach_K": outlet - pad.temperature,
        "water_L_h": pad.water * table.count * 3600.0, "rated_heat_kW": table.heat * table.count / 1e3,
    }  # fmt: skip


def chiller_rows(operation: Operation) -> list[dict[str, Any]]:
    """Chillers of each table together."""
    rows = []
    for table in operation.assembly.chillers:
        point = operation.settings.chillers[table.name]
        rows.append({
            "name": table.name, "facility": table.facility, "model": table.model, "count": table.count,
            "heat_kW": point.heat * table.count / 1e3,
            "power_kW": point.power * table.count / 1e3, "cop": point.cop, "part_load": point.part_load,
            "rejected_kW": point.rejected * table.count / 1e3, "is_in_range": point.is_in_range,
        })  # fmt: skip
    return rows


def balance(coupling: Coupling, taken: Mapping[str, float] = NOTHING) -> dict[str, float]:
    """One balance over air, loops and environment, kW: what comes from the chips and pumps, where it goes, what is left over.

    loops       |into the liquid - out of it|/into the liquid, of all loops together
    interface   largest difference between what leaves a rack or the air at a coil and what enters its loop, over the rack's
                power or the coil's heat
    coils       W from the room's air into the loops through coils
    """
    operation = coupling.operation
    tanks = [place.table for place in operation.assembly.tanks]
    baths = sum(table.power - table.room_heat for table in tanks)
    power = sum(operation.power_of(rack) for rack in coupling.case.racks) + sum(table.power for table in tanks)
    to_liquid = sum(chips.to_coolant for chips in operation.settings.chips.values()) + baths
    pipes = sum(operation.settings.lost.values())
    names = [one.table.name for one in operation.assembly.cdus] + [one.name for one in operation.plant.facilities]
    pumps = sum(max(0.0, operation.pump_heat(name)) for name in names) + sum(operation.single_pumps().values())
    singles = sum(link.heat for link in operation.plant.links)
    sinks = [one for place in operation.assembly.coolers for one in place.links]
    sinks += [one.name for one in operation.assembly.chillers] + [place.link for place in operation.assembly.towers]
    outdoors = operation.lost_by_stores() - sum(operation.gained(name) for name in sinks)
    coils = [
        (taken.get(one.body.label, operation.gained(one.link)), operation.gained(one.link)) for one in operation.assembly.coils
    ]
    from_air = sum(air for air, _ in coils)
    entering = sum(operation.gained(place.link) for place in operation.assembly.racks) + sum(loop for _, loop in coils) + baths
    interface = max(
        (abs(operation.settings.chips[place.rack.name].to_coolant - operation.gained(place.link)) / place.rack.power
         for place in operation.assembly.racks), default=0.0,
    )  # fmt: skip
    most = max((abs(loop) for _, loop in coils), default=0.0)
    interface = max([interface, *(abs(air - loop) / max(abs(loop), 1e-3 * most, 1.0) for air, loop in coils)])
    left = entering + pumps + singles - pipes - outdoors - operation.stored
    to_air = float(coupling.heat_to_air.sum()) + sum(table.room_heat for table in tanks)
    whole = power + pumps + singles + from_air - to_air - outdoors - operation.stored - operation.chips_stored
    return {
        "it_kW": power / 1e3, "to_liquid_kW": to_liquid / 1e3, "to_air_kW": to_air / 1e3, "pipes_to_air_kW": pipes / 1e3,
        "pumps_to_liquid_kW": pumps / 1e3, "outdoors_kW": outdoors / 1e3, "coils_kW": from_air / 1e3,
        "loops": abs(left) / max(abs(entering), 1.0), "stored_kW": (operation.stored + operation.chips_stored) / 1e3,
        "interface": interface, "solver": operation.heat.ledger.defect, "whole": abs(whole) / max(power, 1.0),
    }  # fmt: skip


def warnings(operation: Operation, rows: dict[str, Any]) -> list[str]:
    """What an engineer must know, by name."""
    found = []
    for row in rows["cdus"]:
        if abs(row["supply_degC"] - row["set_degC"]) > CLOSE:
            word = "above" if row["supply_degC"] > row["set_degC"] else "below"
            found.append(
                f"CDU {row['name']}: supply {row['supply_degC']:.1f} °C is {word} its setting of {row['set_degC']:.1f} °C"
            )
        if row["heat_kW"] > 1.001 * row["rated_heat_kW"]:
            found.append(f"CDU {row['name']}: {row['heat_kW']:.0f} kW is more than its rated {row['rated_heat_kW']:.0f} kW")
        last = row["speed"] * row["rated_flow_L_min"] * row["pumps_running"] / row["pumps"]
        if row["flow_L_min"] > 1.001 * last:
            found.append(f"CDU {row['name']}: its pumps run beyond their curve, which ends at {last:.0f} L/min at this speed")
        margin = row["dew_point_margin_K"]
        if margin is not None and margin < 0.0:
            found.append(f"CDU {row['name']}: supply lies {-margin:.1f} K below the room's dew point")
    for row in rows["facility_loops"]:
        if row["flow_L_min"] > 1.001 * row["speed"] * row["rated_flow_L_min"] * row["pumps_running"] / row["pumps"]:
            found.append(f"facility loop {row['name']}: its pumps run beyond their curve at this speed")
    for name, control in operation.settings.speed.items():
        if control.is_at_its_limit:
            found.append(f"{name}: pumps at full speed do not reach {control.wanted / 1e3:.0f} kPa of differential pressure")
    for row in rows["racks"]:
        if row["margin_K"] is not None and row["margin_K"] < 0.0:
            found.append(f"rack {row['name']}: chips are {-row['margin_K']:.1f} K above their limit")
        if row["least_flow_L_min"] is not None and row["flow_L_min"] < 0.999 * row["least_flow_L_min"]:
            found.append(
                f"rack {row['name']}: {row['flow_L_min']:.0f} L/min is below its least flow {row['least_flow_L_min']:.0f} L/min"
            )
    for row in rows["facility_loops"]:
        if row["supply_degC"] > row["set_degC"] + CLOSE:
            words = f"supply {row['supply_degC']:.1f} °C, its coolers do not reach {row['set_degC']:.1f} °C"
            found.append(f"facility loop {row['name']}: {words}")
    found += coil_warnings(operation, rows["coils"])
    for row in rows["chillers"]:
        if not row["is_in_range"] and row["heat_kW"] > 0.0:
            found.append(f"chiller {row['name']}: outside the temperatures of its published curves")
    for region in operation.assembly.network.regions.values():
        freezing = getattr(region.fluid, "freezing_point", None)
        outside = any(one.name == region.name for one in operation.plant.facilities)
        if outside and freezing is not None and operation.plant.dry_bulb < freezing + FREEZING_MARGIN:
            found.append(f"facility loop {region.name}: its liquid freezes at {freezing - ZERO_CELSIUS:.1f} °C")
    if operation.moved > 1e-6:
        found.append(f"loops: controls did not come to rest, the last round moved one by {100.0 * operation.moved:.2g} %")
    return found + plant_warnings(operation, rows) + list(operation.hydraulics.notes)


def _speed(operation: Operation, name: str) -> float:
    return operation.links[f"{name}.pump"].law.speed  # type: ignore[attr-defined]


def _nodes(operation: Operation) -> list[tuple[str, float, float]]:
    pressure = with_vessels(operation.heat, operation.pressure, vessel_points(operation.heat))
    return [(name, float(pressure[n]), float(operation.temperature[n])) for name, n in operation.node.items()]


def _links(operation: Operation) -> list[tuple[str, float, float]]:
    falls = operation.hydraulics.falls()
    return [(name, float(operation.flow[n]), float(falls[n])) for name, n in operation.number.items()]
