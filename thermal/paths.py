"""Air paths laid on a grid: slabs between a plenum and the room, and what passes air through them.

Order: holes (tiles, grilles, cut-outs, doors, mouths of chimneys) take sheets away where they lie; leaks take the faces of
their rectangle that are left; slabs close the rest. So a tile needs no hole drawn into its floor, and no air leaks up into a rack
that stands on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshes.regions import IndexBox, SnapRow
from thermal.case.model import HOLES, Plate
from thermal.laying import area_ratio, no_effect, refuse_thin
from thermal.painting import Painter
from thermal.patches import Sheet

Path = tuple[Plate, IndexBox, int]  # a porous piece, its box, its number among the painter's plates


def paint_paths(painter: Painter, plates: Sequence[Plate]) -> list[Path]:
    """Cut holes, lay leaks, close slabs; returns the porous pieces, whose faces are known once everything lies."""
    painted: list[Path] = []
    order = {**dict.fromkeys(HOLES, 0), "leak": 1}
    for plate in sorted(plates, key=lambda plate: order.get(plate.kind, 2)):
        axis = plate.box.thin_axis
        if axis is None:
            painter.refuse(plate.source, f"{path_name(plate)} must be thin in exactly one axis")
            continue
        box = painter.snap(path_name(plate), plate.source, plate.box)
        if box is None:
            continue
        if len(box.thin_axes) > 1:
            refuse_thin(painter, path_name(plate), plate.source, plate.box.low, plate.box.high, box, spare=axis)
            continue
        closed = not np.isfinite(plate.loss_coefficient)
        if plate.kind in HOLES:
            painter.cut_hole(axis, box)
            painter.paint_plate(path_name(plate), plate.source, axis, box, closed)
            number = len(painter.plates)
        else:
            number = painter.fill_plate(path_name(plate), axis, box, closed)
        if not closed:
            painted.append((plate, box, number))
    return painted


def make_path(painter: Painter, plate: Plate, box: IndexBox, number: int) -> Sheet | None:
    """The faces of a porous piece between fluid cells; None (reported) when there are none.

    A hole keeps its loss at the same m3/s and its open m2; a leak is so much for each square metre of what is left.
    """
    axis = plate.box.thin_axis
    if axis is None:
        raise ValueError(f"{plate.name} is no sheet")  # paint_paths lets no such plate through
    face, area = painter.faces_of(axis, box, number)
    if len(area) == 0:
        painter.snapping.append(no_effect(path_name(plate), plate, axis))
        return None
    if plate.kind == "leak":
        return Sheet(path_name(plate), axis, face, area, plate, plate.loss_coefficient, plate.open_fraction)
    ratio = area_ratio(painter, plate.box.low, plate.box.high, axis, box)
    whole = float(np.prod([plate.box.high[a] - plate.box.low[a] for a in range(3) if a != axis])) * ratio
    if area.sum() < whole * (1.0 - 1e-6):
        note = "partly covered by what stands on or lies under it"
        painter.snapping.append(SnapRow(path_name(plate), "area", whole, float(area.sum()), "m2", note))
    loss, open_fraction = plate.loss_coefficient * ratio**2, min(1.0, plate.open_fraction / ratio)
    return Sheet(path_name(plate), axis, face, area, plate, loss, open_fraction)


def path_name(plate: Plate) -> str:
    """ "tile.T1": how messages and reports call a piece."""
    return f"{plate.kind}.{plate.name}"
