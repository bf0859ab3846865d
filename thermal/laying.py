"""Racks, obstacles, plates and openings laid on a grid by a Painter: what each kind of object becomes there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshes.regions import IndexBox, SnapRow
from thermal.bodies import choose_cells, compare_body, cover, fill_cells
from thermal.case.model import Obstacle, Opening, Plate, Point, Rack, Shape, Wall
from thermal.painting import Painter
from thermal.patches import Patch, Sheet
from thermal.solids import Solids


def paint_racks(painter: Painter, racks: tuple[Rack, ...]) -> list[tuple[Rack, IndexBox]]:
    """Racks become solid cells; returns those that have a place."""
    placed = []
    for rack in racks:
        if rack.is_through:
            continue
        box = painter.snap(f"rack.{rack.name}", rack.source, rack.box, facing=rack.axis)
        if box is None:
            continue
        if box.thin_axes:
            refuse_thin(painter, f"rack.{rack.name}", rack.source, rack.box.low, rack.box.high, box)
            continue
        painter.paint_solid(f"rack.{rack.name}", rack.source, box)
        placed.append((rack, box))
    return placed


def paint_obstacles(painter: Painter, obstacles: tuple[Obstacle, ...]) -> list[tuple[Obstacle, IndexBox]]:
    """Obstacles become solid cells, or a closed plate where too thin for a cell; returns those that have a place.

    They may overlap each other (an L is two boxes), never a rack.
    """
    placed = []
    for obstacle in obstacles:
        name = f"obstacle.{obstacle.name}"
        if obstacle.body is not None:
            _paint_body(painter, obstacle, obstacle.body)
            continue
        before = len(painter.snapping)
        box = painter.snap(name, obstacle.source, obstacle.box)
        if box is None:
            continue
        if len(box.thin_axes) > 1:
            refuse_thin(painter, name, obstacle.source, obstacle.box.low, obstacle.box.high, box)
            continue
        if box.thin_axes:
            axis = box.thin_axes[0]
            thickness = obstacle.box.high[axis] - obstacle.box.low[axis]
            position = painter.grid.planes(axis)[box.low[axis]]
            del painter.snapping[before:]  # its volume is gone by intent; the row below says so
            note = f"became a closed plate at {'xyz'[axis]} = {position:.4g} m"
            painter.snapping.append(SnapRow(name, "thickness", thickness, 0.0, "m", note))
            painter.paint_plate(name, obstacle.source, axis, box, closed=True)
        else:
            painter.paint_solid(name, obstacle.source, box, overlap_allowed=("obstacle.",))
        placed.append((obstacle, box))
    return placed


def _paint_body(painter: Painter, obstacle: Obstacle, body: Shape) -> None:
    """A round body or one of triangles becomes whole cells, see thermal.bodies; one that is too thin has none."""
    name = f"obstacle.{obstacle.name}"
    before = len(painter.snapping)
    if painter.snap(name, obstacle.source, obstacle.box) is None:
        return
    del painter.snapping[before:]  # of its bounding box; the rows of the body itself follow
    box = cover(painter.grid, obstacle.box)
    filled = fill_cells(painter.grid, body, obstacle.box, box)
    chosen = choose_cells(painter.grid, filled, box)
    painter.snapping += compare_body(painter.grid, name, filled, chosen, box, body, obstacle.box)
    painter.paint_cells(name, obstacle.source, box, chosen, overlap_allowed=("obstacle.",))


def paint_plates(painter: Painter, plates: Sequence[Plate]) -> list[tuple[Plate, IndexBox]]:
    """Closed plates close faces; returns the porous ones, whose faces are known once every closed one lies."""
    porous = []
    for plate in plates:
        name = f"plate.{plate.name}"
        axis = plate.box.thin_axis
        if axis is None:
            painter.refuse(plate.source, f"{name} must be thin in exactly one axis")
            continue
        box = painter.snap(name, plate.source, plate.box)
        if box is None:
            continue
        if len(box.thin_axes) > 1:
            refuse_thin(painter, name, plate.source, plate.box.low, plate.box.high, box, spare=axis)
            continue
        closed = not np.isfinite(plate.loss_coefficient)
        painter.paint_plate(name, plate.source, axis, box, closed)
        if not closed:
            porous.append((plate, box))
        elif not _between_fluid(painter, axis, box):
            painter.snapping.append(no_effect(name, plate, axis))
    return porous


def _between_fluid(painter: Painter, axis: int, box: IndexBox) -> bool:
    low, high = painter.layers(axis, box.low[axis])
    if low < 0 or high >= painter.grid.n[axis]:
        return False
    below, above = painter.owner[box.layer(axis, low)], painter.owner[box.layer(axis, high)]
    return bool(((below == 0) & (above == 0)).any())


def no_effect(name: str, plate: Plate, axis: int) -> SnapRow:
    """Row of the snapping report for a plate that closes or passes nothing."""
    area = float(np.prod([plate.box.high[a] - plate.box.low[a] for a in range(3) if a != axis]))
    return SnapRow(name, "area", area, 0.0, "m2", "lies wholly on walls or solids: no effect")


def make_sheet(painter: Painter, plate: Plate, box: IndexBox) -> Sheet | None:
    """A porous plate's faces between fluid cells; None (reported) when there are none."""
    axis = plate.box.thin_axis
    if axis is None:
        raise ValueError(f"{plate.name} is no sheet")  # paint_plates lets no such plate through
    face, area = painter.sheet_faces(axis, box.low[axis], box)
    if len(area) == 0:
        painter.snapping.append(no_effect(f"plate.{plate.name}", plate, axis))
        return None
    loss = plate.loss_coefficient * area_ratio(painter, plate.box.low, plate.box.high, axis, box) ** 2
    return Sheet(f"plate.{plate.name}", axis, face, area, plate, loss)


def add_rack_patches(painter: Painter, rack: Rack, box: IndexBox) -> None:
    """The front of a rack and what it blows out through, its back or its top: each the whole face, less what is blocked."""
    back = (2, +1) if rack.exhaust == "top" else (rack.axis, -rack.sign)
    for kind, (axis, sign) in (("front", (rack.axis, rack.sign)), ("back", back)):
        plane = box.high[axis] if sign > 0 else box.low[axis]
        painter.add_patch(f"rack.{rack.name}.{kind}", kind, rack.source, axis, sign, plane, box, rack)


def add_opening(painter: Painter, opening: Opening) -> None:
    """An opening's faces; an error when nothing solid lies behind it."""
    name = f"{opening.kind}.{opening.name}"
    box = painter.snap(name, opening.source, opening.box)
    if box is None:
        return
    axis, plane = opening.axis, box.low[opening.axis]
    if len(box.thin_axes) > 1:
        refuse_thin(painter, name, opening.source, opening.box.low, opening.box.high, box, spare=axis)
        return
    if not painter.is_backed(axis, opening.sign, plane, box):
        painter.refuse(
            opening.source,
            f"{name} hangs in the air at {'xyz'[axis]} = {opening.box.low[axis]:.4g} m",
            "a wall, floor or ceiling of the room, or the face of an obstacle",
        )
        return
    ratio = area_ratio(painter, opening.box.low, opening.box.high, axis, box)
    painter.add_patch(
        name,
        opening.kind,
        opening.source,
        axis,
        opening.sign,
        plane,
        box,
        opening,
        loss_coefficient=opening.loss_coefficient * ratio**2,  # K/A2 kept: the same loss at the same m3/s
        open_fraction=min(1.0, opening.open_fraction / ratio),  # open m2 kept: the same jet speed
    )


def add_skins(painter: Painter, obstacle: Obstacle, box: IndexBox) -> None:
    """The faces through which an obstacle heats the air: all that touch air and are no opening."""
    total = 0.0
    for axis in range(3):
        if box.thin_axes and axis not in box.thin_axes:
            continue  # a plate has no edges
        for sign in (-1, +1):
            plane = box.high[axis] if sign > 0 else box.low[axis]
            total += painter.add_skin(f"obstacle.{obstacle.name}.skin", axis, sign, plane, box, obstacle)
    if total == 0.0:
        painter.refuse(obstacle.source, f"obstacle.{obstacle.name} gives off {obstacle.power:.4g} W but no face of it meets air")


def add_body_skins(painter: Painter, obstacle: Obstacle) -> None:
    """The faces through which a body that is no box heats the air: all that touch air."""
    if not painter.add_cell_skins(f"obstacle.{obstacle.name}.skin", f"obstacle.{obstacle.name}", obstacle):
        painter.refuse(obstacle.source, f"obstacle.{obstacle.name} gives off {obstacle.power:.4g} W but no face of it meets air")


def add_wall(painter: Painter, wall: Wall, solids: Solids | None) -> None:
    """The faces of a wall that heats or cools: all in its rectangle that touch air and are no opening. One that touches
    conducting solids alone has a patch without faces, for its heat.
    """
    name = f"wall.{wall.name}"
    box = painter.snap(name, wall.source, wall.box)
    if box is None:
        return
    if len(box.thin_axes) > 1:
        refuse_thin(painter, name, wall.source, wall.box.low, wall.box.high, box, spare=wall.axis)
    elif painter.add_skin(name, wall.axis, wall.sign, box.low[wall.axis], box, wall) > 0.0:
        return
    elif solids is not None and any(contact.wall is wall for contact in solids.contacts):
        painter.patches.append(Patch(name, "skin", wall.axis, wall.sign, np.zeros((0, 3), np.int64), np.zeros(0), wall))
    else:
        painter.refuse(wall.source, f"{name}: no face of it meets air")


def area_ratio(painter: Painter, low: Point, high: Point, axis: int, box: IndexBox) -> float:
    """Area on the grid over area asked for."""
    ratio = 1.0
    for other in range(3):
        if other != axis:
            planes = painter.grid.planes(other)
            ratio *= (planes[box.high[other]] - planes[box.low[other]]) / (high[other] - low[other])
    return float(ratio)


def refuse_thin(
    painter: Painter, name: str, source: str, low: Point, high: Point, box: IndexBox, spare: int | None = None
) -> None:
    """Note that a box vanishes between two planes; `spare` is the axis in which it may."""
    axes = [axis for axis in box.thin_axes if axis != spare]
    sizes = ", ".join(f"{'xyz'[axis]} {high[axis] - low[axis]:.3g} m" for axis in axes)
    painter.refuse(source, f"{name} is too thin for the grid: {sizes} vanish between two planes", fix="refine the mesh around it")
