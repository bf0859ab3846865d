"""Porous zones laid on a grid: the faces whose rows they resist, and the cells they warm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from thermal.case.model import Zone
from thermal.laying import refuse_thin
from thermal.painting import Painter
from thermal.patches import ZoneFaces


def lay_zones(painter: Painter, zones: Sequence[Zone], mask: np.ndarray) -> tuple[list[ZoneFaces], list[tuple[Zone, np.ndarray]]]:
    """The resisting faces of every zone, one list an axis, and the fluid cells (n, 3) of those that give heat.

    mask   of the placement: faces that are not open resist nothing
    """
    laid: list[ZoneFaces] = []
    warmed: list[tuple[Zone, np.ndarray]] = []
    for zone in zones:
        name = f"porous.{zone.name}"
        box = painter.snap(name, zone.source, zone.box)
        if box is None:
            continue
        if box.thin_axes:
            refuse_thin(painter, name, zone.source, zone.box.low, zone.box.high, box)
            continue
        inside = np.zeros(painter.grid.shape, bool)
        inside[box.cells()] = True
        cells = inside & (painter.owner == 0)
        if not cells.any():
            painter.refuse(zone.source, f"{name} holds no air", fix="move it out of solids")
            continue
        if zone.power > 0.0:
            warmed.append((zone, np.argwhere(cells)))
        size = [painter.grid.planes(a)[box.high[a]] - painter.grid.planes(a)[box.low[a]] for a in range(3)]
        asked = [zone.box.high[a] - zone.box.low[a] for a in range(3)]
        for axis in range(3):
            length = asked[axis] / size[axis]
            area = float(np.prod([size[a] / asked[a] for a in range(3) if a != axis]))
            scaled = zone.quadratic[axis] * length * area**2, zone.linear[axis] * length * area
            if scaled != (0.0, 0.0):
                laid.append(_faces(painter, zone, axis, cells, mask, *scaled))
    return laid, warmed


def _faces(
    painter: Painter, zone: Zone, axis: int, cells: np.ndarray, mask: np.ndarray, quadratic: float, linear: float
) -> ZoneFaces:
    """Faces of one axis: each control volume reaches from the centre of the cell below it to that of the cell above."""
    grid = painter.grid
    half = 0.5 * grid.widths(axis)
    shape = [1, 1, 1]
    shape[2 - axis] = -1
    lengths = np.where(cells, half.reshape(shape), 0.0)
    part = lengths.copy()
    if axis in painter.periodic:
        part += np.roll(lengths, 1, 2 - axis)
    else:
        above = [slice(None)] * 3
        below = [slice(None)] * 3
        above[2 - axis], below[2 - axis] = slice(1, None), slice(None, -1)
        part[tuple(above)] += lengths[tuple(below)]
    part[(mask & (2 << axis)) == 0] = 0.0
    face = np.argwhere(part > 0.0).astype(np.int64)
    here = tuple(face.T)
    area = np.broadcast_to(grid.face_areas(axis), grid.shape)[here]
    return ZoneFaces(zone, axis, face, np.ascontiguousarray(area), part[here], quadratic, linear)
