"""Containment: single roofs, doors and panels, and whole aisles closed between two rows of racks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from thermal.case import model
from thermal.case.fields import tidy
from thermal.case.lines import Path
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.case.objects import Containment
from thermal.errors import quote

_GAP = 1e-6  # m; narrower gaps between racks are arithmetic, not openings


def perforated_plate_loss(open_fraction: float) -> float:
    """Loss coefficient K of dp = K rho U^2/2 of a thin sharp-edged perforated plate, U the velocity on the whole plate.

    K = (0.707 (1 - f)^0.375 + 1 - f)^2 / f^2

    open_fraction   f, open area/plate area, 0 < f <= 1
    Returns         -; inf for f = 0
    Valid           Re of a hole >= 1e5, thickness/hole diameter <= 0.015. Slots and brushes of real containment leak at
                    smaller Re and with rounder edges; give loss_coefficient where it was measured.
    Source          I. E. Idelchik, Handbook of Hydraulic Resistance, 3rd ed., 1994, diagram 4-14 (p. 221).
    Example         >>> round(perforated_plate_loss(0.25), 1)
                    30.7
    """
    if open_fraction <= 0.0:
        return math.inf
    closed = 1.0 - open_fraction
    return float((0.707 * closed**0.375 + closed) ** 2 / open_fraction**2)


@dataclass
class Pieces:
    """What containment and obstacles become: sheets, and solid boxes."""

    plates: list[model.Plate]
    solids: list[model.Obstacle]


def build_containment(tables: Tables, rows: dict[str, list[model.Rack]], room: model.Point | None) -> Pieces:
    """Sheets and blocks of every [[containment]]; mistakes are noted in the tables."""
    pieces = Pieces([], [])
    for path, table in tables.lists["containment"]:
        is_aisle = table.kind in ("cold-aisle", "hot-aisle")
        misplaced = ("from", "to") if is_aisle else ("rows", "height", "doors")
        for key in misplaced:
            if getattr(table, "start" if key == "from" else key) is not None:
                what = f"{key} does not belong to a {table.kind}"
                tables.report((*path, key), what, "rows, height, doors" if is_aisle else "from, to", "leave it out")
        if is_aisle:
            if room is not None:
                _build_aisle(tables, path, table, rows, room, pieces)
        else:
            _build_piece(tables, path, table, pieces)
    return pieces


def _sheet(table: Containment, name: str, box: model.Box, source: str) -> model.Plate:
    loss = table.loss_coefficient if table.loss_coefficient is not None else perforated_plate_loss(table.leakage)
    open_fraction = table.leakage
    if table.loss_coefficient is not None and table.leakage == 0.0:
        open_fraction = 1.0  # a loss without an area: no jets to resolve
    return model.Plate(name=name, box=box, open_fraction=open_fraction, loss_coefficient=loss, source=source)


def corners(tables: Tables, path: Path, name: str, start: list[float] | None, to: list[float] | None) -> model.Box | None:
    """A box from two corners; None with the mistake noted when a corner is missing, reversed, or the box is only a line."""
    if start is None or to is None:
        tables.report(path, f"{name} needs from and to", 'from = ["1 m", "0 m", "0 m"], to = ["1 m", "2 m", "2.2 m"]')
        return None
    low, high = [tidy(x) for x in start], [tidy(x) for x in to]
    for axis in range(3):
        if low[axis] > high[axis]:
            tables.report(
                (*path, "from"), f"{name}: from lies above to in {'xyz'[axis]}", "the low corner", "swap the two values"
            )
            return None
    thin = [axis for axis in range(3) if low[axis] == high[axis]]
    if len(thin) > 1:
        tables.report(
            (*path, "to"), f"{name} has no extent in {' and '.join('xyz'[axis] for axis in thin)}", "a sheet is thin in one axis"
        )
        return None
    return model.Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))


def _build_piece(tables: Tables, path: Path, table: Containment, pieces: Pieces) -> None:
    box = corners(tables, path, f"{table.kind} {table.name}", table.start, table.to)
    if box is None:
        tables.broken["containment"].add(table.name)
        return
    source = tables.source(path)
    if box.thin_axis is not None:
        pieces.plates.append(_sheet(table, table.name, box, source))
    elif table.leakage or table.loss_coefficient is not None:
        tables.report(path, f"{table.kind} {table.name} has a volume and cannot leak", "a sheet: equal from and to in one axis")
    else:
        pieces.solids.append(model.Obstacle(name=table.name, box=box, source=source))


def _build_aisle(
    tables: Tables, path: Path, table: Containment, rows: dict[str, list[model.Rack]], room: model.Point, pieces: Pieces
) -> None:
    if table.rows is None:
        tables.report(
            path, f"{table.kind} {table.name} needs its rows", f'rows = ["A", "B"] of {listed(rows) or "the [[rack_row]]s"}'
        )
        return
    pair = _find_rows(tables, path, table, rows)
    if pair is None:
        return
    near, far = pair
    across = near[0].axis
    along = 1 - across
    gap = (near[0].box.high[across], far[0].box.low[across])
    ends = (min(r.box.low[along] for r in near + far), max(r.box.high[along] for r in near + far))
    top = max(r.box.high[2] for r in near + far)
    height = tidy(table.height) if table.height is not None else top
    if height < top or height > room[2] + 1e-9:
        tables.report(
            (*path, "height"), f"a roof at {height:g} m", f"from {top:g} m, the racks' top, up to {room[2]:g} m, the ceiling"
        )
        return
    source = tables.source(path)

    def add(name: str, box: model.Box) -> None:
        pieces.plates.append(_sheet(table, f"{table.name}.{name}", box, source))

    def box_of(in_along: tuple[float, float], in_across: tuple[float, float], in_z: tuple[float, float]) -> model.Box:
        low, high = [0.0, 0.0, in_z[0]], [0.0, 0.0, in_z[1]]
        (low[along], high[along]), (low[across], high[across]) = in_along, in_across
        return model.Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))

    if height < room[2] - 1e-9:
        add("roof", box_of(ends, gap, (height, height)))
    letter = "xy"[along]
    doors = table.doors if table.doors is not None else [f"{letter}-", f"{letter}+"]
    for door in doors:
        if door[0] != letter:
            tables.report((*path, "doors"), f"door {door} is not at an end of the aisle", f"{letter}-, {letter}+")
            continue
        place = ends[0] if door[1] == "-" else ends[1]
        if 1e-9 < place < room[along] - 1e-9:  # an aisle that ends at a wall needs no door there
            add("door-low" if door[1] == "-" else "door-high", box_of((place, place), gap, (0.0, height)))
    for racks, plane in ((near, gap[0]), (far, gap[1])):
        for number, (span, levels) in enumerate(_openings_beside(racks, along, ends, height), 1):
            add(f"panel-{racks[0].row}-{number}", box_of(span, (plane, plane), levels))


def _openings_beside(
    racks: list[model.Rack], along: int, ends: tuple[float, float], height: float
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """What a row leaves open on its side of an aisle, as (span along the row, levels): gaps, and above and below the racks."""
    bottom, top = racks[0].box.low[2], racks[0].box.high[2]
    spans = []
    group: tuple[float, float] | None = None  # racks side by side
    reached = ends[0]
    for low, high in [*sorted((rack.box.low[along], rack.box.high[along]) for rack in racks), (ends[1], ends[1])]:
        if low - reached > _GAP:
            spans.append(((reached, low), (0.0, height)))
        if group is not None and low - group[1] <= _GAP and high > low:
            group = (group[0], high)
        else:
            if group is not None:
                spans += _above_and_below(group, bottom, top, height)
            group = (low, high)
        reached = high
    return spans


def _above_and_below(
    span: tuple[float, float], bottom: float, top: float, height: float
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    levels = [(top, height)] if height - top > _GAP else []
    if bottom > _GAP:
        levels.append((0.0, bottom))
    return [(span, level) for level in levels]


def _find_rows(
    tables: Tables, path: Path, table: Containment, rows: dict[str, list[model.Rack]]
) -> tuple[list[model.Rack], list[model.Rack]] | None:
    """The two rows of an aisle, the lower one first; None with the mistake noted when they do not face each other."""
    names = table.rows or []
    place = (*path, "rows")
    for name in names:
        if name not in rows and name not in tables.broken["rack_row"] and tables.is_whole("rack_table"):
            tables.report(place, f"no rack row {quote(name)}", listed(rows), nearest(name, rows))
    if not all(rows.get(name) for name in names):
        return None
    if names[0] == names[1]:
        tables.report(place, f"twice the row {names[0]}", "two rows")
        return None
    first, second = (rows[name] for name in names)
    across = first[0].axis
    if second[0].axis != across:
        tables.report(place, f"rows {names[0]} and {names[1]} are not parallel", "two parallel rows")
        return None
    near, far = (first, second) if first[0].box.low[across] < second[0].box.low[across] else (second, first)
    if near[0].box.high[across] >= far[0].box.low[across]:
        tables.report(place, f"no aisle between rows {names[0]} and {names[1]}", "two rows with a gap between them")
        return None
    front_faces = near[0].sign == 1, far[0].sign == -1
    wanted = table.kind == "cold-aisle"
    if front_faces != (wanted, wanted):
        side = "fronts" if wanted else "backs"
        tables.report(place, f"not both rows turn their {side} to the aisle", f"a {table.kind} between {side}")
        return None
    return near, far
