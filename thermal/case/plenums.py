"""Plenums and air paths: from tables to sheets of the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from thermal.case import model
from thermal.case.aisle import corners, perforated_plate_loss
from thermal.case.lines import Path
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.case.openings import find_plenums
from thermal.case.rows import DIRECTIONS, tidy
from thermal.errors import quote

THINNEST = 0.5  # of a cell: two planes that lie closer may become one
ON = {"floor": ("raised_floor", "[raised_floor]"), "ceiling": ("ceiling_plenum", "[ceiling_plenum]")}


@dataclass
class Paths:
    """What the tables of air paths become.

    under, over   m, depth of the plenum under the floor and height of the one over the ceiling; 0: none
    exhausts      names of racks that blow out through their top
    """

    under: float = 0.0
    over: float = 0.0
    plates: list[model.Plate] = field(default_factory=list)
    exhausts: set[str] = field(default_factory=set)


def tile_loss(open_fraction: float) -> float:
    """Loss coefficient K of dp = K rho U^2/2 of a perforated tile from still air to still air, U on the whole tile.

    K = (1 + 0.5 (1 - f)^0.75 + 1.414 (1 - f)^0.375)/f^2

    open_fraction   f, open area/tile area, 0 < f <= 1
    Returns         -
    Valid           turbulent holes of a thin sheet; deep grates and tiles with dampers have data sheets
    Source          E. Fried & I. E. Idelchik, Flow Resistance, 1989, as used by Karki, Radmehr & Patankar 2003, HVAC&R Research
                    9:153-166.
    Example         >>> round(tile_loss(0.25), 1)
                    42.8
    """
    closed = 1.0 - open_fraction
    return (1.0 + 0.5 * closed**0.75 + 1.414 * closed**0.375) / open_fraction**2


def build_paths(tables: Tables, room: model.Point | None, rows: dict[str, list[model.Rack]], density: float | None) -> Paths:
    """Plenums, tiles, grilles, cut-outs, leaks, doors and chimneys; mistakes are noted in the tables.

    density   kg/m3, at which data sheets tell their pressure drop; None when the air is wrong
    """
    paths = Paths()
    if room is None:
        return paths
    plenums = find_plenums(tables, room)
    for surface, (key, heading) in ON.items():
        table = tables.single[key]
        if table is not None and table.model_fields_set and table.height is None:
            tables.report((key,), f"{heading} has no height", 'height = "0.6 m"')
        elif table is not None and table.height is not None:
            _slab(tables, paths, surface, key, room, table)
    paths.under = -plenums["raised_floor"].low[2] if "raised_floor" in plenums else 0.0
    paths.over = tidy(plenums["ceiling_plenum"].high[2] - room[2]) if "ceiling_plenum" in plenums else 0.0
    for key in ("tile", "grille"):
        for path, table in tables.lists[key]:
            if _has_plenum(tables, path, key, "floor" if key == "tile" else "ceiling"):
                _row_of_tiles(tables, paths, path, key, table, room, density or 1.2)
    for path, table in tables.lists["cutout"]:
        if _has_plenum(tables, path, "cutout", table.on):
            box = _flat(tables, path, f"cutout {table.name}", table, table.on, room)
            if box is not None:
                area = (box.high[0] - box.low[0]) * (box.high[1] - box.low[1])
                loss = _loss(tables, path, f"cutout {table.name}", table, area, density or 1.2)
                paths.plates.append(_plate(tables, path, table.name, box, "cutout", table.open_fraction, loss))
    for path, table in tables.lists["leak"]:
        box = _flat(tables, path, f"leak {table.name}", table, table.on, room)
        if _has_plenum(tables, path, "leak", table.on) and box is not None:
            loss = perforated_plate_loss(table.area)
            paths.plates.append(_plate(tables, path, table.name, box, "leak", table.area, loss))
    for path, table in tables.lists["door"]:
        _door(tables, paths, path, table)
    for path, table in tables.lists["chimney"]:
        _chimney(tables, paths, path, table, room, rows)
    return paths


def refuse_floor_openings(tables: Tables) -> None:
    """Note supplies and returns on a raised floor or false ceiling: nothing is behind them but another air."""
    for surface, (key, heading) in ON.items():
        table = tables.single[key]
        if table is None or table.height is None:
            continue
        for kind in ("supply", "return"):
            for path, opening in tables.lists[kind]:
                if opening.on == surface:
                    piece = "[[tile]]" if surface == "floor" else "[[grille]]"
                    what = f"{kind} {opening.name} on the {surface}, behind which {heading} has a plenum"
                    tables.report((*path, "on"), what, f'{piece}, or a {kind} of the plenum itself: on = "{key}.x-"')


def chimney_racks(rows: dict[str, list[model.Rack]], exhausts: Iterable[str]) -> dict[str, list[model.Rack]]:
    """The rows with the racks that have a chimney blowing out through their top."""
    names = set(exhausts)
    return {row: [replace(rack, exhaust="top") if rack.name in names else rack for rack in racks] for row, racks in rows.items()}


def _slab(tables: Tables, paths: Paths, surface: str, key: str, room: model.Point, table: Any) -> None:
    level = 0.0 if surface == "floor" else room[2]
    box = model.Box((0.0, 0.0, level), (room[0], room[1], level))
    mesh = tables.single["mesh"]
    if mesh is not None and table.height < THINNEST * min([mesh.cell, *(refine.cell for refine in mesh.refine)]):
        what = f"a plenum of {table.height:g} m is lost between cells of {mesh.cell:g} m"
        tables.report(
            (key, "height"), what, "at least half a cell, better three", "a smaller [mesh] cell, or [[mesh.refine]] in it"
        )
    if table.leakage > 0.0:
        loss = perforated_plate_loss(table.leakage)
        paths.plates.append(_plate(tables, (key,), surface, box, "leak", table.leakage, loss))
    paths.plates.append(model.Plate(name=surface, box=box, source=tables.source((key,)), kind=surface))


def _has_plenum(tables: Tables, path: Path, kind: str, surface: str) -> bool:
    key, heading = ON[surface]
    table = tables.single[key]
    if table is not None and table.height is None and not table.model_fields_set:
        tables.report(path, f"a {kind} in the {surface}, but no plenum behind it", f'{heading} with its height = "0.6 m"')
    return table is not None and table.height is not None


def _plate(tables: Tables, path: Path, name: str, box: model.Box, kind: str, open_fraction: float, loss: float) -> model.Plate:
    return model.Plate(
        name=name, box=box, open_fraction=open_fraction, loss_coefficient=loss, source=tables.source(path), kind=kind
    )


def _loss(tables: Tables, path: Path, label: str, table: Any, area: float, density: float) -> float:
    """The loss of a piece: as given, from its data sheet, or by the law of its open area."""
    pair = [key for key in ("pressure_drop", "at_flow") if getattr(table, key) is not None]
    if len(pair) == 1:
        other = "at_flow" if pair[0] == "pressure_drop" else "pressure_drop"
        tables.report((*path, pair[0]), f"{label} has a {pair[0]} but no {other}", "a point of the data sheet needs both")
        return 1.0
    if pair and table.loss_coefficient is not None:
        tables.report((*path, pair[0]), f"{label} has a loss_coefficient and a {pair[0]}", "one of them", "leave one out")
    if pair:
        return float(table.pressure_drop / (0.5 * density * (table.at_flow / area) ** 2))
    if table.loss_coefficient is not None:
        return float(table.loss_coefficient)
    return tile_loss(table.open_fraction)


def _row_of_tiles(tables: Tables, paths: Paths, path: Path, key: str, table: Any, room: model.Point, density: float) -> None:
    axis, step = DIRECTIONS[table.along]
    pitch = table.pitch if table.pitch is not None else table.size[axis]
    if pitch < table.size[axis] - 1e-9:
        what = f"a pitch of {pitch:g} m overlaps pieces {table.size[axis]:g} m long"
        tables.report((*path, "pitch"), what, f"from {table.size[axis]:g} m")
        return
    loss = _loss(tables, path, f"{key} {table.name}", table, table.size[0] * table.size[1], density)
    level = 0.0 if key == "tile" else room[2]
    for number in range(table.count):
        low = [table.at[0], table.at[1], level]
        low[axis] += step * pitch * number
        high = [low[0] + table.size[0], low[1] + table.size[1], level]
        low, high = [tidy(x) for x in low], [tidy(x) for x in high]
        name = f"{table.name}{number + 1}" if table.count > 1 else table.name
        if min(low[:2]) < -1e-9 or any(high[a] > room[a] + 1e-9 for a in (0, 1)):
            spans = " and ".join(f"{'xy'[a]} {low[a]:g} m to {high[a]:g} m" for a in (0, 1))
            tables.report(
                (*path, "at"), f"{key} {name} reaches outside the room: {spans}", f"0 m to {room[0]:g} m, {room[1]:g} m"
            )
            return
        box = model.Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))
        paths.plates.append(_plate(tables, path, name, box, key, table.open_fraction, loss))


def _flat(tables: Tables, path: Path, label: str, table: Any, surface: str, room: model.Point) -> model.Box | None:
    """A rectangle of the floor or ceiling, whole without corners; None with the mistake noted."""
    level = 0.0 if surface == "floor" else room[2]
    start = table.start if table.start is not None else [0.0, 0.0]
    to = table.to if table.to is not None else list(room[:2])
    for axis in (0, 1):
        low, high = tidy(start[axis]), tidy(to[axis])
        if not (-1e-9 <= low < high <= room[axis] + 1e-9):
            key = "to" if table.to is not None else "from"
            what = f"{label}: {low:g} m to {high:g} m in {'xy'[axis]}"
            tables.report((*path, key), what, f"rising, from 0 m to {room[axis]:g} m")
            return None
    return model.Box((tidy(start[0]), tidy(start[1]), level), (tidy(to[0]), tidy(to[1]), level))


def _door(tables: Tables, paths: Paths, path: Path, table: Any) -> None:
    box = corners(tables, path, f"door {table.name}", table.start, table.to)
    if box is None:
        return
    if box.thin_axis is None:
        tables.report((*path, "to"), f"door {table.name} has a volume", "a sheet: equal from and to in one axis")
        return
    width = min(box.high[a] - box.low[a] for a in range(3) if a != box.thin_axis)
    if (table.state == "ajar") != (table.gap is not None):
        what = (
            f"door {table.name} is ajar without a gap" if table.gap is None else f"a gap, but door {table.name} is {table.state}"
        )
        tables.report((*path, *(("gap",) if table.gap is not None else ())), what, 'state = "ajar" and gap = "0.1 m" together')
        return
    if table.gap is not None and table.gap >= width:
        tables.report((*path, "gap"), f"a gap of {table.gap:g} m in a door {width:g} m wide", f"< {width:g} m", 'state = "open"')
        return
    if table.leakage and table.state != "closed":
        tables.report((*path, "leakage"), f"leakage, but door {table.name} is {table.state}", "of a closed door", "leave it out")
    open_fraction = {"closed": table.leakage, "open": 1.0, "ajar": (table.gap or 0.0) / width}[table.state]
    loss = 0.0 if table.state == "open" else perforated_plate_loss(open_fraction)
    paths.plates.append(_plate(tables, path, table.name, box, "door", open_fraction, loss))


def _chimney(tables: Tables, paths: Paths, path: Path, table: Any, room: model.Point, rows: dict[str, list[model.Rack]]) -> None:
    if not _has_plenum(tables, path, "chimney", "ceiling"):
        return
    rectangle = [key for key, value in (("from", table.start), ("to", table.to), ("bottom", table.bottom)) if value is not None]
    if (table.racks is None) != (len(rectangle) == 3) or (table.racks is not None and rectangle):
        what = f"chimney {table.name} stands over {'racks and a rectangle' if table.racks else 'nothing that is whole'}"
        tables.report(path, what, 'racks = ["A"], or from, to and bottom')
        return
    if table.racks is None:
        box = _flat(tables, path, f"chimney {table.name}", table, "ceiling", room)
        if box is None:
            return
        if table.bottom >= room[2] - 1e-9:
            tables.report((*path, "bottom"), f"a chimney from {table.bottom:g} m", f"< {room[2]:g} m, the false ceiling")
            return
        _duct(tables, paths, path, table.name, box, tidy(table.bottom))
        floor = model.Box((*box.low[:2], tidy(table.bottom)), (*box.high[:2], tidy(table.bottom)))
        paths.plates.append(_plate(tables, path, table.name, floor, "foot", 1.0, 0.0))
        return
    known = {rack.name: rack for racks in rows.values() for rack in racks}
    for name in table.racks:
        members: Sequence[model.Rack] = rows[name] if name in rows else [known[name]] if name in known else []
        if not members:
            if name not in tables.broken["rack_row"]:
                tables.report((*path, "racks"), f"no rack or row {quote(name)}", listed([*rows, *known]), nearest(name, known))
            continue
        for rack in members:
            if rack.name in paths.exhausts:
                tables.report((*path, "racks"), f"rack {rack.name} has a second chimney", "one chimney a rack")
                continue
            if rack.box.high[2] >= room[2] - 1e-9:
                tables.report((*path, "racks"), f"rack {rack.name} reaches the ceiling at {room[2]:g} m", "room for a chimney")
                continue
            paths.exhausts.add(rack.name)
            _duct(tables, paths, path, f"{table.name}.{rack.name}", rack.box, rack.box.high[2])


def _duct(tables: Tables, paths: Paths, path: Path, name: str, over: model.Box, bottom: float) -> None:
    """Four closed sheets from `bottom` to the false ceiling round a rectangle, and the hole in the ceiling."""
    top = tables.single["room"].size[2]
    x, y = (over.low[0], over.high[0]), (over.low[1], over.high[1])
    for side, low, high in (
        ("x-", (x[0], y[0]), (x[0], y[1])), ("x+", (x[1], y[0]), (x[1], y[1])),
        ("y-", (x[0], y[0]), (x[1], y[0])), ("y+", (x[0], y[1]), (x[1], y[1])),
    ):  # fmt: skip
        box = model.Box((*low, bottom), (*high, tidy(top)))
        paths.plates.append(model.Plate(name=f"{name}.{side}", box=box, source=tables.source(path)))
    mouth = model.Box((x[0], y[0], tidy(top)), (x[1], y[1], tidy(top)))
    paths.plates.append(_plate(tables, path, name, mouth, "mouth", 1.0, 0.0))
