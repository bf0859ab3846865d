"""Racks in depth: types with a fan curve or slots into through-bodies of the same name.

A rack without slots is one bundle of tubes over its whole front. With slots each gets the height units it stands in; units
without an entry are closed, and so is what the units leave of the height, half of it below them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import floor

from thermal.case import model
from thermal.case.aisle import perforated_plate_loss
from thermal.case.bodies import Body, Part
from thermal.case.devices import build_fan, build_speed_rule, resistance_of, rule_points
from thermal.case.load import Tables
from thermal.case.movers import Slot
from thermal.case.objects import RackType
from thermal.movers.curve import STANDARD_DENSITY, FanCurve, quadratic_curve
from thermal.units import POWER, show_quantity

UNIT = 0.04445  # m, height of a rack unit (IEC 60297-3-100, EIA-310-E)
FRAME = 0.12  # m of a rack's height that its frame and feet take at least, where the case does not say how many units it has
# Free flow over the flow a slot is given, of the parabola that stands for fans of which only the flow is known
REACH = 1.5
CLOSED = 1e9  # Pa/(m3/s)^2 of a slot whose fans stand still: as good as closed


def is_through(kind: RackType) -> bool:
    """Whether air flows through racks of this type, moved by their fans' curves, rather than at a fixed rate."""
    return kind.fan is not None or bool(kind.slots)


def rack_units(kind: RackType) -> int:
    """Height units of a rack type: given, or as many as its height holds in a frame."""
    return kind.units if kind.units is not None else max(1, floor((kind.size[2] - FRAME) / UNIT + 1e-9))


def check_slots(tables: Tables, name: str, kind: RackType) -> bool:
    """Whether the slots of a type make sense together; mistakes are noted at its path."""
    before, path = len(tables.errors), ("rack", name)
    units = rack_units(kind)
    if kind.slots and kind.fan is not None:
        tables.report((*path, "fan"), "a fan and slots together", "one fan for the rack, or one for each slot")
    if units * UNIT > kind.size[2] + 1e-9:
        tables.report((*path, "units"), f"{units} units are {units * UNIT:.3g} m high", f"up to {floor(kind.size[2] / UNIT)}")
    taken: dict[int, int] = {}
    for number, slot in enumerate(kind.slots):
        place = (*path, "slots", number)
        span = range(slot.start, slot.start + slot.height)
        if span[-1] > units:
            tables.report((*place, "height"), f"units {span[0]} to {span[-1]} of a rack of {units}", f"1 to {units}")
        rivals = sorted({taken[unit] for unit in span if unit in taken})
        if rivals:
            tables.report((*place, "from"), f"unit {max(span[0], 1)} is taken by slot {rivals[0] + 1} of the list", "free units")
        taken |= dict.fromkeys(span, number)
        if slot.kind == "empty":
            idle = [key for key in ("power", "flow", "fan", "loss") if getattr(slot, key) is not None]
            if idle:
                tables.report((*place, idle[0]), f"an empty slot with {' and '.join(idle)}", 'kind = "server", or none of them')
        elif "open_fraction" in slot.model_fields_set:
            tables.report((*place, "open_fraction"), f"an open fraction of a {slot.kind}", 'kind = "empty"', "give it a loss")
        if slot.flow is not None and slot.fan is not None:
            tables.report((*place, "flow"), "flow and fan together", "one of them")
        if slot.loss is not None and slot.fan is None:
            tables.report((*place, "loss"), "a loss of a slot without a fan curve", "fan beside it, or flow alone")
        build_fan(tables, (*place, "fan"), slot.fan)
        for key in ("speed_rule", "efficiency", "power") if slot.fan is not None else ():
            if getattr(slot.fan, key) is not None:
                fix = "speed_rule of the rack" if key == "speed_rule" else "leave it out: the rack's power holds its fans"
                tables.report((*place, "fan", key), f"{key} changes nothing in a slot", "", fix)
    if kind.slots and not any(slot.kind != "empty" for slot in kind.slots):
        tables.report((*path, "slots"), "nothing but empty slots", "a server or a switch")
    given = sum(slot.power or 0.0 for slot in kind.slots)
    rest = [slot for slot in kind.slots if slot.kind != "empty" and slot.power is None]
    if kind.slots and (given > kind.power * (1 + 1e-6) or (not rest and given < kind.power * (1 - 1e-6))):
        what = f"the slots add up to {show_quantity(given, POWER)}, the rack has {show_quantity(kind.power, POWER)}"
        tables.report((*path, "power"), what, "the sum of the slots")
    rule_points(tables, (*path, "speed_rule"), kind.speed_rule)
    if kind.fan is not None:
        build_fan(tables, (*path, "fan"), kind.fan)
        build_speed_rule(tables, (*path, "fan"), kind.fan)
    elif kind.loss is not None:
        tables.report((*path, "loss"), "a loss of racks without a fan curve", "fan beside it")
    return len(tables.errors) == before


def design_flow(kind: RackType, power: float, air: model.Air) -> float:
    """m3/s of a rack of `power` W between rooms of equal pressure."""
    return sum(_flow_of(part) for part in _parts(kind, model.Box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), 1, 1, power, air))


def build_bodies(tables: Tables, racks: Sequence[model.Rack], air: model.Air | None) -> list[Body]:
    """Bodies of all racks that air flows through, in the order of the racks."""
    if air is None:
        return []
    return [_body(tables, tables.types[rack.type], rack, air) for rack in racks if rack.is_through]


def _body(tables: Tables, kind: RackType, rack: model.Rack, air: model.Air) -> Body:
    parts = _parts(kind, rack.box, rack.axis, rack.sign, rack.power, air)
    fan = kind.fan
    quiet = Tables(tables.file, tables.text, tables.lines)  # the type's mistakes are noted once, by check_slots
    return Body(
        name=rack.name, kind="rack", box=rack.box, parts=tuple(parts), speed=fan.speed if fan else 1.0,
        speed_rule=build_speed_rule(quiet, (), fan) or _slot_rule(kind), efficiency=fan.efficiency if fan else None,
        fan_power=(fan.power or 0.0) * fan.count if fan else 0.0, is_fan_heat=False, thermal_mass=kind.thermal_mass,
        most_rise=kind.most_rise, turbulence_intensity=kind.turbulence_intensity, turbulence_length=kind.turbulence_length,
        row=rack.row, type=rack.type, source=rack.source,
    )  # fmt: skip


def _slot_rule(kind: RackType) -> tuple[tuple[float, float], ...]:
    """The speed rule of a type with slots: `speed_rule` of the rack."""
    return rule_points(Tables("", "", {}), (), kind.speed_rule)


def _parts(kind: RackType, box: model.Box, axis: int, sign: int, power: float, air: model.Air) -> list[Part]:
    """Parts of a rack in `box` whose front looks to (axis, sign): the whole rack, or one for each slot."""
    air_power = power * (1.0 - kind.liquid_share)
    quiet = Tables("", "", {})
    if not kind.slots:
        curve = build_fan(quiet, (), kind.fan)
        return [Part("whole", "server", box, axis, -sign, curve, resistance_of(kind.loss), air_power, True)]
    shares = _powers(kind, air_power)
    floor_ = 0.5 * (box.high[2] - box.low[2] - rack_units(kind) * UNIT)
    parts = []
    for slot, share in zip(kind.slots, shares, strict=True):
        bottom = box.low[2] + floor_ + (slot.start - 1) * UNIT
        low, high = (*box.low[:2], bottom), (*box.high[:2], bottom + slot.height * UNIT)
        way, towards = _way(slot, axis, sign)
        name = f"u{slot.start}" if slot.height == 1 else f"u{slot.start}-{slot.start + slot.height - 1}"
        part = Part(name, slot.kind, model.Box(low, high), way, towards, None, 0.0, share, slot.kind != "empty")
        parts.append(_with_law(part, slot, kind, share, air, kind.size[0]))
    return parts


def _way(slot: Slot, axis: int, sign: int) -> tuple[int, int]:
    """(axis, sign) of the air's way through a slot of a rack whose front looks to (axis, sign)."""
    if slot.breathes in ("front-to-back", "back-to-front"):
        return axis, -sign if slot.breathes == "front-to-back" else sign
    # seen from the front the rack's left is: front -y: -x; front +y: +x; front +x: -y; front -x: +y
    left = {(1, -1): (0, -1), (1, 1): (0, 1), (0, 1): (1, -1), (0, -1): (1, 1)}[axis, sign]
    return left[0], -left[1] if slot.breathes == "left-to-right" else left[1]


def _with_law(part: Part, slot: Slot, kind: RackType, share: float, air: model.Air, width: float) -> Part:
    """The part with its fan and resistance, or the resistance of an open gap."""
    if slot.kind == "empty":
        loss, area = perforated_plate_loss(slot.open_fraction), width * slot.height * UNIT
        return replace(part, resistance=0.5 * STANDARD_DENSITY * loss / area**2)
    if slot.fan is not None:
        curve = build_fan(Tables("", "", {}), (), slot.fan)
        return replace(part, fan=curve.at_speed(slot.fan.speed) if curve else None, resistance=resistance_of(slot.loss))
    flow = slot.flow if slot.flow is not None else _flow_for(kind, share, air)
    if flow <= 0.0:  # an idle slot of a type whose flow follows power
        return replace(part, resistance=CLOSED)
    curve = given_flow(flow, kind.shutoff_pressure)
    return replace(part, fan=curve, resistance=curve.rise(flow)[0] / flow**2)


def given_flow(flow: float, shutoff_pressure: float) -> FanCurve:
    """A parabola for fans of which only the flow is known, to be used with the resistance that takes its rise at that flow.

    How far pressure moves such a fan depends on its shut-off pressure alone: dq/q = dp/(2 shutoff_pressure) near the given flow.
    """
    return quadratic_curve(shutoff_pressure, REACH * flow)


def _flow_for(kind: RackType, share: float, air: model.Air) -> float:
    """m3/s of a slot that gives the air `share` W, by the type's delta_t or airflow; of the slot's part of its flow."""
    if kind.delta_t is not None:
        return share / (air.density * air.heat_capacity * kind.delta_t)
    if kind.airflow is not None:
        return share * kind.airflow
    return (kind.flow or 0.0) * share / max(kind.power * (1.0 - kind.liquid_share), 1e-30)


def _powers(kind: RackType, air_power: float) -> list[float]:
    """W that each slot gives to the air: given powers, and the rest by height; all in proportion to the rack's own power."""
    given = sum(slot.power or 0.0 for slot in kind.slots)
    units = sum(slot.height for slot in kind.slots if slot.kind != "empty" and slot.power is None)
    rest = (kind.power - given) / units if units else 0.0
    powers = [slot.power if slot.power is not None else rest * slot.height * (slot.kind != "empty") for slot in kind.slots]
    return [air_power * power / kind.power if kind.power else 0.0 for power in powers]


def _flow_of(part: Part) -> float:
    return part.fan.meets(part.resistance) if part.fan else 0.0


def flows_are_known(kind: RackType) -> Sequence[str]:
    """Slots that move air by no rule: neither a flow nor a fan of their own, in a type without delta_t, airflow or flow."""
    if kind.delta_t is not None or kind.airflow is not None or kind.flow is not None:
        return []
    return [f"slot from {slot.start}" for slot in kind.slots if slot.kind != "empty" and slot.flow is None and slot.fan is None]
