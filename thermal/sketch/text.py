"""A sketch as the text of a case file, with a comment wherever a newcomer would ask."""

from __future__ import annotations

from collections.abc import Sequence

from thermal.case.model import Rack
from thermal.sketch.coolers import crah_tables, in_row_tables, lengths, room_units
from thermal.sketch.layout import SURPLUS, Gap, Patch, Place, bands_of, mouths, returns, tiles
from thermal.sketch.wish import RACK_SIZE, Wish, row_name

Room = tuple[float, float, float]
TITLES = {
    "raised-floor": "raised floor", "fan-wall": "fan wall", "crah": "room coolers on a raised floor", "in-row": "in-row coolers",
}  # fmt: skip
TILE = 0.6  # m


def head(wish: Wish, room: Room, racks: int, power: float) -> str:
    """Everything before the racks. power   W, of all racks."""
    title = f"{racks} {'rack' if racks == 1 else 'racks'}, {power / 1e3:.6g} kW, {TITLES[wish.cooling]}"
    return f"""\
# {title}. A sketch by `hallflow new`: change what you know better, then
#   hallflow check {wish.name}      every mistake with its line, in a second
#   hallflow run {wish.name}        to a verdict and a report
# What a key means: hallflow explain KEY, for example hallflow explain rack.power. Lengths are from a corner of the room, z is up.

[case]
title = "{title}"

[site]
altitude = "0 m"                      # thinner air carries less heat

[room]
size = {lengths(room)}   # inner length along x, y, z

[mesh]
cell = "0.2 m"                        # for first looks; "0.1 m" resolves rack inlets and takes about ten times as long

[flow]
turbulence = "k-epsilon"
scheme = "upwind"                     # robust; "second-order" keeps jets sharper

[limits]
class = "A2"                          # ASHRAE class of the equipment, for the indices of the report
"""


def rack_type(name: str, power: float, liquid_share: float, delta_t: float | None, size: Sequence[float] = RACK_SIZE) -> str:
    """A [rack.NAME] table."""
    share = f"liquid_share = {liquid_share:g}".ljust(38) + "# part of the power that liquid takes away\n" if liquid_share else ""
    rise = f"{delta_t or 12.0:g} K"
    note_of_power = "# IT power of one rack" if power else "# the list says the power of every rack"
    note = "# rise of the air from front to back; sets the air flow"
    return f"""
[rack.{name}]
size = {lengths(size)}   # width, depth, height
{f'power = "{power / 1e3:.6g} kW"'.ljust(38)}{note_of_power}
{share}{f'delta_t = "{rise}"'.ljust(38)}{note}
"""


def rack_rows(places: Sequence[Sequence[Place]], type_name: str) -> str:
    """[[rack_row]] tables."""
    text = ""
    for number, row in enumerate(places):
        name = row_name(number)
        note = f"# racks {name}1 to {name}{len(row)}" if len(row) > 1 else f"# rack {name}1"
        count = f"count = {len(row)}".ljust(38) + note
        text += f"""
[[rack_row]]
name = "{name}"
type = "{type_name}"
{count}
at = {lengths((row[0].x, row[0].y))}
along = "+x"
front = "{"+y" if row[0].sign > 0 else "-y"}"
"""
    return text


def rack_table(file: str, type_name: str | None, front: str | None, ignore: Sequence[str]) -> str:
    """A [[rack_table]] table."""
    lines = [
        "",
        "[[rack_table]]",
        f'file = "{file}"'.ljust(38) + "# one line for each rack; edit it with any spreadsheet program",
    ]
    if type_name:
        lines.append(f'type = "{type_name}"'.ljust(38) + "# what the list does not say of a rack comes from here")
    if front:
        lines.append(f'front = "{front}"')
    if ignore:
        words = ", ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in ignore)
        lines.append(f"ignore = [{words}]".ljust(38) + "# columns that mean nothing here")
    return "\n".join(lines) + "\n"


def raised_floor(wish: Wish, gaps: Sequence[Gap], axis: int, room: Room, racks: Sequence[Rack]) -> str:
    """Tiles before the fronts, contained cold aisles, returns in the ceiling behind the backs."""
    text = ""
    for number, patch in enumerate(tiles(gaps), 1):
        text += f"""
[[supply]]                            # perforated tiles of a raised floor
name = "tiles-{number}"
on = "floor"
{_from_to(patch, axis)}
temperature = "{wish.supply - 273.15:g} degC"
{f"flow_ratio = {SURPLUS}".ljust(38)}# air over what all racks draw, shared by area among the supplies
open_fraction = 0.56                  # a floor grille
"""
    return text + _ceiling(gaps, axis) + _aisles(gaps, "cold-aisle", None)


def fan_wall(wish: Wish, gaps: Sequence[Gap], axis: int, room: Room, racks: Sequence[Rack]) -> str:
    """A fan wall at the low end of the rows, hot aisles closed up to the ceiling, returns over them."""
    text = ""
    for number, patch in enumerate(mouths(gaps, room[2]), 1):
        text += f"""
[[supply]]                            # fans before a cold aisle
name = "fans-{number}"
on = "{"y-" if axis == 0 else "x-"}"
from = {lengths((patch.low, patch.start))}   # {"x" if axis == 0 else "y"}, z
to = {lengths((patch.high, patch.end))}
temperature = "{wish.supply - 273.15:g} degC"
{f"flow_ratio = {SURPLUS}".ljust(38)}# air over what all racks draw, shared by area among the supplies
turbulence_intensity = "10 %"
"""
    return text + _ceiling(gaps, axis) + _aisles(gaps, "hot-aisle", room[2])


def crah(wish: Wish, gaps: Sequence[Gap], axis: int, room: Room, racks: Sequence[Rack]) -> str:
    """A plenum under the floor with room coolers on it, rows of tiles before the fronts, contained cold aisles."""
    text = f"""
[raised_floor]
height = "0.6 m"                      # of the plenum below z = 0
{'leakage = "0.2 %"'.ljust(38)}# seams: 20 cm2 for each m2 of floor
"""
    walls = room_units(sum(rack.flow for rack in racks), wish.delta_t, room[axis])
    text += crah_tables(walls, wish.supply - 273.15, axis, room[axis], room[1 - axis])
    for number, patch in enumerate(tiles(gaps), 1):
        count, lines = int((patch.end - patch.start + 1e-6) / TILE), max(1, int((patch.high - patch.low + 1e-6) / TILE))
        start = patch.start + 0.5 * (patch.end - patch.start - count * TILE)
        for line in range(lines):
            corner = (patch.low + 0.5 * (patch.high - patch.low - lines * TILE) + line * TILE, start)
            text += f"""
[[tile]]
name = "aisle{number}{"abcdefgh"[line % 8]}-"
at = {lengths(corner[::-1] if axis == 1 else corner)}
count = {count}
along = "{"+y" if axis == 0 else "+x"}"
{"open_fraction = 0.56".ljust(38)}# a floor grille; the flow of each tile is an outcome
"""
    return text + _aisles(gaps, "cold-aisle", None)


def in_row(wish: Wish, gaps: Sequence[Gap], axis: int, room: Room, racks: Sequence[Rack]) -> str:
    """Coolers in the gaps between racks, hot aisles closed up to the ceiling."""
    bands = bands_of(racks)[1]
    return in_row_tables(bands, racks, axis, wish.delta_t, wish.supply - 273.15) + _aisles(gaps, "hot-aisle", room[2])


PATHS = {"raised-floor": raised_floor, "fan-wall": fan_wall, "crah": crah, "in-row": in_row}


def _ceiling(gaps: Sequence[Gap], axis: int) -> str:
    text = ""
    for number, patch in enumerate(returns(gaps), 1):
        text += f"""
[[return]]                            # without a flow: it takes what comes
name = "return-{number}"
on = "ceiling"
{_from_to(patch, axis)}
"""
    return text


def _aisles(gaps: Sequence[Gap], kind: str, height: float | None) -> str:
    """Containment of every aisle between two rows."""
    text, number = "", 0
    for gap in gaps:
        sides = gap.fronts if kind == "cold-aisle" else gap.backs
        if not gap.is_aisle or len(sides) < 2:
            continue
        number += 1
        top = f'height = "{height:g} m"'.ljust(38) + "# up to the ceiling\n" if height else ""
        text += f"""
[[containment]]
name = "{kind}-{number}"
kind = "{kind}"
rows = ["{sides[0].names[0]}", "{sides[1].names[0]}"]
{top}{'leakage = "2 %"'.ljust(38)}# what the racks do not draw passes here
"""
    return text


def limits(wish: Wish) -> str:
    """The limits that a start should set."""
    units = {"crah": "crah", "in-row": "in_row"}.get(wish.cooling)
    met = f"""
[[assert]]
name = "units"
what = "{units}.*.air_out"
{f'max = "{wish.supply - 272.65:g} degC"'.ljust(38)}# half a kelvin over the setpoint: no valve is at its end
"""
    return (
        (met if units else "")
        + """
[[assert]]                            # a limit that fails makes `hallflow run` end with exit code 1
name = "inlets"
what = "rack.*.inlet_max"
max = "27 degC"                       # recommended maximum of ASHRAE's classes A1 to A4

[[assert]]
name = "not-too-cold"
what = "rack.*.inlet_min"
min = "18 degC"                       # recommended minimum of the same classes
"""
    )


def _from_to(patch: Patch, axis: int) -> str:
    low, high = (patch.low, patch.start), (patch.high, patch.end)
    if axis == 1:
        low, high = low[::-1], high[::-1]
    return f"from = {lengths(low)}   # x, y\nto = {lengths(high)}"
