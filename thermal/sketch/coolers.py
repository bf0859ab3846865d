"""Cooling units of a sketch: how many a hall needs, where they stand, and their tables, all of generic types of the library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from thermal.case.model import Rack
from thermal.errors import UsageError
from thermal.sketch.layout import STEP, SURPLUS, Band

AIR = 1206.0  # J/(m3 K) of air at 20 degC
RESERVE = 1.1  # capacity of all coils over the heat of the racks
FULL = 0.95  # highest speed of fans that is drawn: some is left for when a unit stops


@dataclass(frozen=True)
class Unit:
    """A type of the library as a sketch uses it.

    size      m: width along its wall or row, depth, height          flow      m3/s at `speed` against its own loss
    conductance     W a K between entering air and water, at its rated point        colder    K of the water under the supply
    """

    type: str
    size: tuple[float, float, float]
    flow: float
    speed: float
    conductance: float
    colder: float
    water_flow: str

    def number(self, flow: float, rise: float) -> int:
        """Units for `flow` m3/s of air that comes back warmer by `rise` K: enough air, and enough coil."""
        heat = AIR * flow * rise / SURPLUS
        return max(
            math.ceil(flow / self.flow - 1e-6), math.ceil(RESERVE * heat / (self.conductance * (rise + self.colder)) - 1e-6), 1
        )


SMALL = Unit("generic-50kw", (1.8, 1.0, 2.0), 3.2, 0.75, 50e3 / 20.0, 10.0, "2.4 L/s")
LARGE = Unit("generic-100kw", (2.4, 1.0, 2.0), 4.9, 0.75, 100e3 / 26.0, 10.0, "4 L/s")
BETWEEN = Unit("generic-30kw", (0.6, 1.2, 2.2), 1.5, 0.91, 30e3 / 23.0, 8.0, "1.4 L/s")  # racks

APART = 0.4  # m between two room coolers, for service


def in_row_count(flow: float, rise: float) -> int:
    """Coolers that a row of racks needs between them. flow   m3/s that the racks draw."""
    return BETWEEN.number(SURPLUS * flow, rise)


def seats(racks: int, coolers: int) -> list[int]:
    """Coolers that stand before each rack of a row, spread evenly and none at an end where racks can stand.

    >>> seats(6, 2)
    [0, 0, 1, 0, 1, 0]
    """
    before = [0] * racks
    for number in range(coolers):
        before[min(racks - 1, max(1, round((number + 1) * racks / (coolers + 1)))) if racks > 1 else 0] += 1
    return before


@dataclass(frozen=True)
class Walls:
    """Room coolers of a hall: their type, and how many stand at the low and at the high end of the rows."""

    unit: Unit
    low: int
    high: int
    speed: float


def room_units(flow: float, rise: float, across: float) -> Walls:
    """Room coolers for `flow` m3/s along walls of `across` m. Raises UsageError where both walls are too short."""
    flow *= SURPLUS
    for unit, most in ((SMALL, 1), (LARGE, 1), (LARGE, 2)):
        places = int((across - APART + 1e-6) / (unit.size[0] + APART))
        number = unit.number(flow, rise)
        if number <= most * places:
            low = number if most == 1 else (number + 1) // 2
            return Walls(unit, low, number - low, unit.speed * flow / (number * unit.flow))
    raise UsageError(
        f"both walls at the ends of the rows have place for {2 * places} room coolers, and {flow:.0f} m3/s need {number}: "
        "use --cooling in-row or fan-wall, shorter rows (--rows), or a larger --delta-t or --liquid-share"
    )


def crah_tables(walls: Walls, supply: float, axis: int, across: float, along: float) -> str:
    """[[crah]] tables. supply   degC;  across, along   size of the room, m"""
    text, unit = "", walls.unit
    width, depth, height = unit.size
    for wall, number in ((0, walls.low), (1, walls.high)):
        start = 0.0 if wall == 0 else along - depth
        for place in range(number):
            middle = (place + 0.5) * across / number
            low = STEP * round((middle - 0.5 * width) / STEP)
            begin, end = (start, low, 0.0), (start + depth, low + width, height)
            if axis == 0:
                begin, end = (begin[1], begin[0], 0.0), (end[1], end[0], height)
            name = f"{'low' if wall == 0 else 'high'}-{place + 1}"
            note = "as above" if text else "in at the top, through fan and coil, down into the plenum"
            text += f"""
[[crah]]                              # {note}
name = "{name}"
type = "{unit.type}"
from = {lengths(begin)}
to = {lengths(end)}
{_fan_and_coil(unit, walls.speed, supply)}"""
    return text


def gaps_in_row(racks: Sequence[Rack], row: str, axis: int) -> list[tuple[float, float]]:
    """Places between neighbours of a row that hold a cooler each, along the row, m."""
    other, found = 1 - axis, []
    mine = sorted((rack for rack in racks if rack.row == row), key=lambda rack: rack.box.low[other])
    for one, following in zip(mine[:-1], mine[1:], strict=True):
        low, high = one.box.high[other], following.box.low[other]
        number = int((high - low + 1e-6) / BETWEEN.size[0])
        found += [(low + n * (high - low) / number, low + (n + 1) * (high - low) / number) for n in range(number)]
    return found


def in_row_tables(bands: Sequence[Band], racks: Sequence[Rack], axis: int, rise: float, supply: float) -> str:
    """[[in_row]] tables, in every gap between racks. Raises UsageError for rows with too few gaps."""
    text = ""
    for band in bands:
        for row in band.names:
            mine = [rack for rack in racks if rack.row == row]
            flow = sum(rack.flow for rack in mine)
            places, need = gaps_in_row(racks, row, axis), in_row_count(flow, rise)
            if len(places) < need:
                raise UsageError(
                    f"row {row} needs {need} in-row coolers and has {len(places)} gaps of {BETWEEN.size[0]:g} m between "
                    "its racks: leave gaps, or give no places (columns x and y) and let hallflow set the racks"
                )
            speed = BETWEEN.speed * SURPLUS * flow / (len(places) * BETWEEN.flow)
            for number, (start, end) in enumerate(places, 1):
                begin, far = (start, band.low, 0.0), (end, band.high, max(rack.box.high[2] for rack in mine))
                if axis == 0:
                    begin, far = (begin[1], begin[0], 0.0), (far[1], far[0], far[2])
                note = "as above" if text else "from the hot aisle, through fan and coil, into the cold one"
                text += f"""
[[in_row]]                            # {note}
name = "{row}-{number}"
type = "{BETWEEN.type}"
from = {lengths(begin)}
to = {lengths(far)}
blows_to = "{"xy"[axis]}{"+" if band.sign > 0 else "-"}"
{_fan_and_coil(BETWEEN, speed, supply)}"""
    return text


def _fan_and_coil(unit: Unit, speed: float, supply: float) -> str:
    """Keys that all units share. Raises UsageError for fans that cannot."""
    if speed > FULL:
        raise UsageError(f"the fans of {unit.type} would have to run at {100 * speed:.0f} % speed")
    water = f'coil = {{ water_temperature = "{supply - unit.colder:g} degC", water_flow = "{unit.water_flow}" }}'
    return f"""{f"fan = {{ speed = {speed:.3g} }}".ljust(38)}# of full; the flow follows from curve and hall
{water}
{f'setpoint = "{supply:g} degC"'.ljust(38)}# of the air that it blows
"""


def lengths(values: Sequence[float]) -> str:
    """Lengths in m as a list of a case file."""
    return "[" + ", ".join(f'"{round(value, 4):g} m"' for value in values) + "]"
