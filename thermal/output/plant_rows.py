"""Rows of summary.json on towers, immersion tanks, stores and expansion vessels of a hall's loops, and what to warn of."""

from __future__ import annotations

from typing import Any

from thermal.case.liquid_model import running_pumps
from thermal.loop.operation import Operation
from thermal.loop.vessels import vessel_points
from thermal.units import ZERO_CELSIUS

LPM = 60e3  # L/min of 1 m3/s


def plant_rows(operation: Operation) -> dict[str, list[dict[str, Any]]]:
    """towers, tanks, stores and vessels, each a list of rows."""
    return {
        "towers": tower_rows(operation), "tanks": tank_rows(operation), "stores": store_rows(operation),
        "vessels": vessel_rows(operation),
    }  # fmt: skip


def tower_rows(operation: Operation) -> list[dict[str, Any]]:
    """Cooling towers of each table together; their approach counts from the wet bulb outside."""
    rows = []
    for place in operation.assembly.towers:
        table, machine, link = place.table, place.machine, operation.links[place.link]
        inlet, rate, heat = operation.at(link.start), operation.rate(place.link), -operation.gained(place.link)
        speed = operation.settings.fans[table.name]
        outlet = inlet - heat / rate if rate > 0.0 else inlet
        water = machine.water(rate, inlet, speed)
        rows.append({
            "name": table.name, "facility": table.facility, "count": table.count, "heat_kW": heat / 1e3, "fan_speed": speed,
            "fan_kW": table.count * table.fan_power * speed**3 / 1e3,
            "liquid_inlet_degC": inlet - ZERO_CELSIUS, "liquid_outlet_degC": outlet - ZERO_CELSIUS,
            "air_inlet_degC": machine.dry_bulb - ZERO_CELSIUS, "wet_bulb_degC": machine.wet_bulb - ZERO_CELSIUS,
            "approach_K": outlet - machine.wet_bulb, "water_L_h": 3600.0 * water,
            "rated_heat_kW": table.heat * table.count / 1e3,
        })  # fmt: skip
    return rows


def tank_rows(operation: Operation) -> list[dict[str, Any]]:
    """Immersion tanks: bath and hottest surface."""
    rows = []
    for place in operation.assembly.tanks:
        table, link = place.table, operation.links[place.link]
        bath = operation.at(link.start) + operation.gained(place.link) / max(operation.rate(place.link), 1e-9)
        surface = bath + table.power * table.surface_resistance
        rows.append({
            "name": table.name, "cdu": table.cdu, "power_kW": table.power / 1e3, "room_heat_kW": table.room_heat / 1e3,
            "heat_to_liquid_kW": operation.gained(place.link) / 1e3, "flow_L_min": operation.through(place.link) * LPM,
            "dp_kPa": operation.fall(link.start, link.end) / 1e3, "supply_degC": operation.at(link.start) - ZERO_CELSIUS,
            "bath_degC": bath - ZERO_CELSIUS, "surface_degC": surface - ZERO_CELSIUS,
            "margin_K": None if table.surface_limit is None else table.surface_limit - surface,
        })  # fmt: skip
    return rows


def store_rows(operation: Operation) -> list[dict[str, Any]]:
    """Buffer stores: what they hold, where they stand, what they lose."""
    rows = []
    for table in operation.plant.stores:
        number = operation.number[table.name]
        first, last = operation.heat.first[number], operation.heat.first[number + 1] - 1
        cells, flow = operation.heat.cells, operation.through(table.name)
        rows.append({
            "name": table.name, "facility": table.facility, "volume_m3": table.volume, "flow_L_min": flow * LPM,
            "top_degC": float(cells[first]) - ZERO_CELSIUS, "bottom_degC": float(cells[last]) - ZERO_CELSIUS,
            "lost_kW": -operation.gained(table.name) / 1e3, "minutes": table.volume / flow / 60.0 if flow > 0.0 else None,
        })  # fmt: skip
    return rows


def vessel_rows(operation: Operation) -> list[dict[str, Any]]:
    """Expansion vessels: pressure over atmosphere at the pumps' suction, liquid in them."""
    points = vessel_points(operation.heat)
    return [
        {
            "name": table.name, "loop": table.loop, "pressure_kPa": points[f"{table.loop}.suction"].pressure / 1e3,
            "liquid_L": 1e3 * points[f"{table.loop}.suction"].liquid, "volume_L": 1e3 * table.volume,
            "loop_L": 1e3 * points[f"{table.loop}.suction"].loop, "trouble": points[f"{table.loop}.suction"].trouble,
        }
        for table in operation.plant.vessels
    ]  # fmt: skip


def plant_warnings(operation: Operation, rows: dict[str, Any]) -> list[str]:
    """Pump groups of which some are missing, hot tanks, full or empty vessels."""
    found = []
    for kind, tables in (("CDU", operation.plant.cdus), ("facility loop", operation.plant.facilities)):
        for table in tables:
            missing = table.pumps - running_pumps(table)
            if missing > 0:
                found.append(f"{kind} {table.name}: {missing} of its {table.pumps} pumps are missing, nothing on standby is left")
            elif table.pumps_lost and table.pumps + table.standby - table.pumps_lost == table.pumps:
                found.append(f"{kind} {table.name}: its last pump on standby runs")
    for row in rows["tanks"]:
        if row["margin_K"] is not None and row["margin_K"] < 0.0:
            found.append(f"tank {row['name']}: its hottest surface is {-row['margin_K']:.1f} K above its limit")
    for row in rows["vessels"]:
        if row["trouble"]:
            found.append(f"vessel {row['name']}: {row['trouble'].partition(': ')[2]}")
    return found
