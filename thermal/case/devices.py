"""Tables of coolers and fan walls into through-bodies: boxes, directions, fan curves, coils, doors on racks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thermal.case import model
from thermal.case.aisle import corners
from thermal.case.bodies import Body, Chamber, Coil, Part
from thermal.case.coil_loops import coil_water
from thermal.case.fields import tidy
from thermal.case.lines import Path
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.case.movers import CoilTable, Crah, Fan, Mover, RearDoor, Resistance, SpeedRule
from thermal.errors import quote
from thermal.movers.coil import WATER_CAPACITY, rated_conductance
from thermal.movers.curve import STANDARD_DENSITY, FanCurve, quadratic_curve, table_curve

SIDES = {"x-": (0, -1), "x+": (0, 1), "y-": (1, -1), "y+": (1, 1), "bottom": (2, -1), "top": (2, 1)}
OPPOSITE = {"x-": "x+", "x+": "x-", "y-": "y+", "y+": "y-", "bottom": "top", "top": "bottom"}
KINDS = ("crah", "fan_wall", "in_row")


def build_devices(tables: Tables, rows: Mapping[str, Sequence[model.Rack]], air: model.Air | None) -> list[Body]:
    """Bodies of [[crah]], [[fan_wall]], [[in_row]] and [[rdhx]] in the order of the file. Mistakes are noted in the tables.

    rows   racks by row, for the doors
    """
    bodies: list[Body] = []
    if air is None:
        return bodies
    for kind in KINDS:
        for path, table in tables.lists[kind]:
            body = _cooler(tables, kind, path, table, air)
            if body is None:
                tables.broken[kind].add(table.name)
            else:
                bodies.append(body)
    for path, table in tables.lists["rdhx"]:
        bodies += _doors(tables, path, table, rows, air)
    return bodies


def build_fan(tables: Tables, path: Path, fan: Fan | None) -> FanCurve | None:
    """The curve of a fan table, of all its fans together; None without one, or with the mistakes noted."""
    if fan is None:
        return None
    given = [key for key in ("flow", "pressure", "shutoff_pressure", "free_flow") if getattr(fan, key) is not None]
    accepted = "flow and pressure lists, or shutoff_pressure and free_flow"
    if fan.shutoff_pressure is not None and fan.free_flow is not None and len(given) == 2:
        return quadratic_curve(fan.shutoff_pressure, fan.free_flow).scaled(fan.count)
    if fan.flow is None or fan.pressure is None or len(given) != 2:
        tables.report(path, f"a fan with {' and '.join(given) or 'no curve'}", accepted)
        return None
    try:
        return table_curve(fan.flow, fan.pressure).scaled(fan.count)
    except ValueError as error:
        tables.report((*path, "pressure" if "pressures" in str(error) else "flow"), f"no fan curve: {error}", accepted)
        return None


def build_speed_rule(tables: Tables, path: Path, fan: Fan | None) -> tuple[tuple[float, float], ...]:
    """Points (K, speed) of a fan's speed rule; none without one."""
    if fan is None or fan.speed_rule is None:
        return ()
    if "speed" in fan.model_fields_set:
        tables.report((*path, "speed"), "speed and speed_rule together", "one of them")
    return rule_points(tables, (*path, "speed_rule"), fan.speed_rule)


def rule_points(tables: Tables, place: Path, rule: SpeedRule | None) -> tuple[tuple[float, float], ...]:
    """Points (K, speed) of a speed rule; none without one, or with the mistakes noted."""
    if rule is None:
        return ()
    if len(rule.temperature) != len(rule.speed):
        tables.report(place, f"{len(rule.temperature)} temperatures and {len(rule.speed)} speeds", "one speed for each")
        return ()
    if any(b <= a for a, b in zip(rule.temperature, rule.temperature[1:], strict=False)):
        tables.report((*place, "temperature"), "temperatures that do not rise", "each above the one before")
        return ()
    return tuple(zip(rule.temperature, rule.speed, strict=True))


def resistance_of(loss: Resistance | None) -> float:
    """Pa/(m3/s)^2 of a loss table."""
    return loss.pressure / loss.flow**2 if loss else 0.0


def build_coil(tables: Tables, path: Path, table: CoilTable | None, air: model.Air, row: str | None = None) -> Coil | None:
    """The coil of a table; None without one, or with the mistakes noted. `row` whose racks have it as a door."""
    if table is None:
        return None
    water = coil_water(tables, path, table, row)
    if water is None:
        return None
    rated = ("rated_capacity", "rated_air_flow", "rated_air_temperature", "rated_water_temperature")
    missing = [key for key in rated if getattr(table, key) is None]
    through = water.liquid_capacity * table.water_flow
    common = (
        through, water.temperature, table.bypass, table.arrangement, table.air_exponent, water.liquid_capacity, water.branch,
    )  # fmt: skip
    if table.ua is not None:
        if table.rated_capacity is not None:
            tables.report((*path, "ua"), "ua and rated_capacity together", "one of them")
            return None
        if table.air_exponent and table.rated_air_flow is None:
            tables.report((*path, "air_exponent"), "an exponent on no rated air flow", "rated_air_flow beside it")
            return None
        return Coil(table.ua, table.rated_air_flow or 1.0, *common)
    if missing:
        tables.report(path, f"a coil without {' and '.join(missing)}", f"ua, or all of {', '.join(rated)}")
        return None
    capacity, flow = float(table.rated_capacity or 0.0), float(table.rated_air_flow or 0.0)
    difference = float(table.rated_air_temperature or 0.0) - float(table.rated_water_temperature or 0.0)
    rated_water = WATER_CAPACITY * (table.rated_water_flow or table.water_flow)
    try:
        conductance = rated_conductance(
            capacity, STANDARD_DENSITY * air.heat_capacity * flow, rated_water, difference, table.arrangement
        )
    except ValueError as error:
        what = f"no coil has this rated point: {error} that its air and water could exchange"
        tables.report((*path, "rated_capacity"), what, "a capacity below min(air, water) x difference of entering temperatures")
        return None
    return Coil(conductance, flow, *common)


def _cooler(tables: Tables, kind: str, path: Path, table: Any, air: model.Air) -> Body | None:
    before = len(tables.errors)
    box = corners(tables, path, f"{kind} {table.name}", table.start, table.to)
    if box is not None and box.thin_axis is not None:
        tables.report((*path, "to"), f"{kind} {table.name} has no volume", "a box")
        box = None
    draws = table.draws_from if isinstance(table, Crah) else OPPOSITE[table.blows_to]
    if draws == table.blows_to:
        tables.report((*path, "blows_to"), f"{kind} {table.name} draws and blows on one side, {draws}", "two sides")
    common = _common(tables, kind, path, table, air)
    if box is None or len(tables.errors) > before:
        return None
    tubes, chamber = box, None
    axis, sign = SIDES[table.blows_to]
    if draws != OPPOSITE[table.blows_to]:
        vertical = [side for side in (draws, table.blows_to) if SIDES[side][0] == 2]
        if not vertical:
            tables.report(
                (*path, "blows_to"), f"{kind} {table.name} turns level, from {draws} to {table.blows_to}", "top or bottom"
            )
            return None
        tubes, chamber = _turned(tables, path, table, box, draws)
        axis, sign = 2, SIDES[table.blows_to][1] if table.blows_to in vertical else -SIDES[draws][1]
        if chamber is None:
            return None
    part = Part("tubes", "cooler", tubes, axis, sign, common.pop("curve"), common.pop("resistance"))
    return Body(table.name, kind, box, (part,), chamber, type=table.type or "", source=tables.source(path), **common)


def _turned(tables: Tables, path: Path, table: Crah, box: model.Box, draws: str) -> tuple[model.Box, Chamber | None]:
    """Upright tubes and the chamber below (or above) them in which the air turns to or from a wall of the box."""
    height = box.high[2] - box.low[2]
    depth = table.chamber if table.chamber is not None else height / 3.0
    if depth >= height:
        tables.report((*path, "chamber"), f"a chamber of {depth:g} m in a box {height:g} m high", f"below {height:g} m")
        return box, None
    is_level = SIDES[draws][0] != 2
    side = draws if is_level else table.blows_to
    upright = table.blows_to if is_level else draws
    low, high = box.low[2], box.high[2]
    # air that comes in at a wall and leaves at the top turns below the tubes; so does air from the top that leaves at a wall
    low, high, depth = tidy(low), tidy(high), tidy(depth)
    cut = tidy(low + depth) if upright == "top" else tidy(high - depth)
    tubes = model.Box((*box.low[:2], cut if upright == "top" else low), (*box.high[:2], high if upright == "top" else cut))
    rest = model.Box((*box.low[:2], low if upright == "top" else cut), (*box.high[:2], cut if upright == "top" else high))
    return tubes, Chamber(rest, SIDES[side])


def _common(tables: Tables, kind: str, path: Path, table: Mover, air: model.Air) -> dict[str, Any]:
    """What all kinds read alike: curve, resistance, speed, power, coil and control."""
    fan = table.fan
    curve = build_fan(tables, (*path, "fan"), fan)
    coil = build_coil(tables, (*path, "coil"), table.coil, air, getattr(table, "row", None))
    label = f"{kind} {table.name}"
    if fan is None and kind != "rdhx":
        tables.report(path, f"{label} has no fan", "fan = { flow = [...], pressure = [...] }")
    if table.coil is None and kind != "fan_wall":
        tables.report(path, f"{label} has no coil", "coil = { ua = ..., water_flow = ..., and water_temperature or loop }")
    if (table.control != "none") != (table.setpoint is not None):
        what = f"{label} has a control without a setpoint" if table.setpoint is None else f"{label} has a setpoint but no control"
        tables.report(
            (*path, "control" if table.setpoint is None else "setpoint"), what, 'control = "supply" or "return" and setpoint'
        )
    if table.control != "none" and table.coil is None and kind == "fan_wall":
        tables.report((*path, "control"), f"{label} controls a coil that it has not", "a coil, or no control")
    if fan is not None and fan.efficiency is not None and fan.power is not None:
        tables.report((*path, "fan", "power"), "efficiency and power together", "one of them")
    return {
        "curve": curve, "resistance": resistance_of(table.loss), "speed": fan.speed if fan else 1.0,
        "speed_rule": build_speed_rule(tables, (*path, "fan"), fan), "efficiency": fan.efficiency if fan else None,
        "fan_power": fan.power * fan.count if fan and fan.power else 0.0, "coil": coil, "control": table.control,
        "setpoint": table.setpoint or 0.0, "damper": table.damper, "valve": table.coil.valve if table.coil else "three-way",
    }  # fmt: skip


def _doors(tables: Tables, path: Path, table: RearDoor, rows: Mapping[str, Sequence[model.Rack]], air: model.Air) -> list[Body]:
    before = len(tables.errors)
    common = _common(tables, "rdhx", path, table, air)
    racks = rows.get(table.row, ())
    if table.row not in rows and table.row not in tables.broken["rack_row"]:
        tables.report((*path, "row"), f"no row {quote(table.row)}", listed(rows), nearest(table.row, rows))
    numbers = table.racks or range(1, len(racks) + 1)
    wrong = [number for number in numbers if not 1 <= number <= len(racks)]
    if wrong and racks:
        tables.report((*path, "racks"), f"no rack {wrong[0]} in row {table.row}", f"1 to {len(racks)}")
    if len(tables.errors) > before:
        tables.broken["rdhx"].add(table.name)
        return []
    curve, resistance = common.pop("curve"), common.pop("resistance")
    bodies = []
    for number in numbers:
        rack = racks[number - 1]
        low, high = list(rack.box.low), list(rack.box.high)
        if rack.sign > 0:  # the front looks to +axis, the back to -axis
            high[rack.axis], low[rack.axis] = low[rack.axis], low[rack.axis] - table.depth
        else:
            low[rack.axis], high[rack.axis] = high[rack.axis], high[rack.axis] + table.depth
        box = model.Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))
        part = Part("tubes", "cooler", box, rack.axis, -rack.sign, curve, resistance)
        name = f"{table.name}-{rack.name}"
        bodies.append(
            Body(name, "rdhx", box, (part,), row=table.row, type=table.type or "", source=tables.source(path), **common)
        )
    return bodies
