"""Slots of a rack on a grid: rows of cells take the slots they lie in; power, fans and gaps keep their sums on any cell size.

Slots of one kind that breathe one way are alike. Each row of cells belongs to the kind that fills most of it; a slot's power and
fans are shared among the rows of its kind that it lies in, by height. A slot that fills no row most goes to the nearest row of
its kind, which is reported; so is an open gap that no row belongs to.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import numpy as np

from meshes.regions import IndexBox, SnapRow
from thermal.case.bodies import Body, Part
from thermal.movers.curve import Law, side_by_side
from thermal.painting import Painter


def slot_rows(painter: Painter, body: Body, box: IndexBox) -> list[tuple[Part, IndexBox]]:
    """Parts of a rack on the grid, one for each row of cells that slots fill, with its box. Rows that none fills are left out.

    box   the whole rack on the grid
    """
    planes = painter.grid.planes(2)[box.low[2] : box.high[2] + 1]
    low = np.array([part.box.low[2] for part in body.parts])
    high = np.array([part.box.high[2] for part in body.parts])
    # m of each part in each row
    overlap = np.clip(np.minimum(high[:, None], planes[None, 1:]) - np.maximum(low[:, None], planes[None, :-1]), 0.0, None)
    kinds = [_kind(part) for part in body.parts]
    owners = _owners(overlap, kinds, np.diff(planes))
    share = _shares(painter, body, overlap, kinds, owners, 0.5 * (planes[1:] + planes[:-1]))
    rows = []
    for row, owner in enumerate(owners):
        mine = np.flatnonzero(share[:, row] > 0.0)
        if owner is None or not len(mine):
            continue
        parts = [body.parts[index] for index in mine]
        laws = ((Law(p.fan, p.resistance), round(float(share[i, row]), 12)) for i, p in zip(mine, parts, strict=True))
        law = side_by_side(tuple(laws))
        power = sum(part.power * share[index, row] for index, part in zip(mine, parts, strict=True))
        z = box.low[2] + row
        flat = IndexBox((*box.low[:2], z), (*box.high[:2], z + 1))
        rows.append((replace(parts[0], name=f"row{row + 1}", fan=law.fan, resistance=law.resistance, power=power), flat))
    return rows


def _kind(part: Part) -> Hashable:
    """What makes two slots alike: air of both can share a row of cells."""
    return part.kind == "empty", part.axis, part.sign


def _owners(overlap: np.ndarray, kinds: list[Hashable], heights: np.ndarray) -> list[Hashable | None]:
    """Kind of each row: the one that fills most of it, if slots fill at least half."""
    owners: list[Hashable | None] = []
    for row, height in enumerate(heights):
        filled: dict[Hashable, float] = {}
        for kind, length in zip(kinds, overlap[:, row], strict=True):
            filled[kind] = filled.get(kind, 0.0) + float(length)
        best = max(filled, key=lambda kind: filled[kind])
        owners.append(best if sum(filled.values()) > 0.5 * height - 1e-9 and filled[best] > 0.0 else None)
    return owners


def _shares(
    painter: Painter, body: Body, overlap: np.ndarray, kinds: list[Hashable], owners: list[Hashable | None], centres: np.ndarray
) -> np.ndarray:
    """Part of each slot in each row: by height among the rows of its kind, or whole in the nearest one."""
    share = np.zeros_like(overlap)
    for index, (part, kind) in enumerate(zip(body.parts, kinds, strict=True)):
        mine = np.array([owner == kind for owner in owners])
        inside = np.where(mine, overlap[index], 0.0)
        height = part.box.high[2] - part.box.low[2]
        label = f"{body.label}.{part.name}"
        if inside.sum() > 0.0:
            share[index] = inside / inside.sum()
        elif part.kind == "empty":
            painter.snapping.append(SnapRow(label, "height", height, 0.0, "m", "an open gap too thin for the grid: closed"))
        elif mine.any():
            middle = 0.5 * (part.box.low[2] + part.box.high[2])
            nearest = int(np.flatnonzero(mine)[np.argmin(np.abs(centres[mine] - middle))])
            share[index, nearest] = 1.0
            painter.snapping.append(
                SnapRow(label, "height", height, 0.0, "m", "too thin for the grid: joined to the nearest slots")
            )
        else:
            painter.refuse(body.source, f"{label} is too thin for the grid, and no slot beside it breathes its way",
                           fix="a smaller [mesh] cell, or an [[mesh.refine]] box around the rack")  # fmt: skip
    return share
