"""Geometry that is wrong on any grid: things outside the room, inside each other, or without air in front of them.

What depends on the grid (a rack thinner than a cell, a region that no air can leave) is checked when the case is placed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from thermal.case import model
from thermal.errors import CaseError

TOLERANCE = 1e-6  # m; closer planes are the same plane
MOST_CELLS = 1e10  # 100 times the largest hall that anybody has asked for; beyond it the cell size is a typing error
BYTES_PER_CELL = 250.0  # single precision, as measured for the steady solver's fields
MOST_OVERLAPS = 1000  # pairs; more come from one mistake


def _inside(box: model.Box, low: model.Point, high: model.Point) -> bool:
    return all(box.low[a] >= low[a] - TOLERANCE and box.high[a] <= high[a] + TOLERANCE for a in range(3))


def _folded(found: Iterable[tuple[Hashable, CaseError]]) -> list[CaseError]:
    """One message for each key, the first, with the number of others: a row in the wrong place is one mistake, not forty."""
    first: dict[Hashable, CaseError] = {}
    count: Counter[Hashable] = Counter()
    for key, error in found:
        first.setdefault(key, error)
        count[key] += 1
    return [
        replace(error, what=error.what + f", and {count[key] - 1} more like it" * (count[key] > 1))
        for key, error in first.items()
    ]


def _outside_text(box: model.Box, low: model.Point, room: model.Point) -> str:
    parts = []
    for axis in range(3):
        if box.low[axis] < low[axis] - TOLERANCE or box.high[axis] > room[axis] + TOLERANCE:
            parts.append(f"{'xyz'[axis]} {box.low[axis]:g} m to {box.high[axis]:g} m, the room ends at {room[axis]:g} m")
    return "; ".join(parts)


def check_outside(
    things: Iterable[tuple[str, str, model.Box]], room: model.Point, low: model.Point = (0.0, 0.0, 0.0)
) -> list[CaseError]:
    """Things (label, source, box) that stand partly or wholly outside the room; its corners include its plenums."""
    return _folded(
        (
            source,
            CaseError(
                source,
                f"{label} lies outside the room: {_outside_text(box, low, room)}",
                "0 m up to the room's size in each axis",
            ),
        )
        for label, source, box in things
        if not _inside(box, low, room)
    )


def check_overlaps(solids: Sequence[tuple[str, str, model.Box, bool]]) -> list[CaseError]:
    """Solids (label, source, box, may join others that may) that fill the same space, in the order of the list."""
    overlaps: list[tuple[Hashable, CaseError]] = []
    if not solids:
        return []
    low, high = _corner_arrays([solid[2] for solid in solids])
    joins = np.array([solid[3] for solid in solids])
    for number, (label, source, _, may_join) in enumerate(solids):
        shared = np.minimum(high[number], high[:number]) - np.maximum(low[number], low[:number])
        found = (shared > TOLERANCE).all(axis=1)
        if may_join:
            found &= ~joins[:number]
        for other in np.flatnonzero(found).tolist():
            other_label, other_source = solids[other][:2]
            error = CaseError(source, f"{label} overlaps {other_label} ({other_source})", "", "move one of them")
            overlaps.append(((source, other_source), error))
            if len(overlaps) >= MOST_OVERLAPS:
                return _folded(overlaps)
    return _folded(overlaps)


def _corner_arrays(boxes: Sequence[model.Box]) -> tuple[np.ndarray, np.ndarray]:
    """Low and high corners, each float64 (n, 3) in m."""
    return np.array([box.low for box in boxes]), np.array([box.high for box in boxes])


def _side(rack: model.Rack, is_front: bool) -> tuple[float, int]:
    """Plane of a rack's front or back, and the sign of its outward normal."""
    sign = rack.sign if is_front else -rack.sign
    return (rack.box.high if sign > 0 else rack.box.low)[rack.axis], sign


def _covers(box: model.Box, axis: int, plane: float, sign: int, patch: model.Box) -> bool:
    """Whether a solid box touches the plane from the side that sign points to, and hides the whole patch there."""
    touching = box.low[axis] if sign > 0 else box.high[axis]
    if abs(touching - plane) > TOLERANCE:
        return False
    others = [a for a in range(3) if a != axis]
    return all(box.low[a] <= patch.low[a] + TOLERANCE and box.high[a] >= patch.high[a] - TOLERANCE for a in others)


def check_racks(
    racks: Sequence[model.Rack], obstacles: Sequence[model.Obstacle], plates: Sequence[model.Plate], room: model.Point
) -> list[CaseError]:
    """Racks whose front or back has no air: flat against a wall, another solid, or a closed sheet."""
    found: list[tuple[Hashable, CaseError]] = []
    boxes = [(f"rack {r.name}", r.box) for r in racks] + [(f"obstacle {o.name}", o.box) for o in obstacles]
    boxes += [(f"sheet {p.name}", p.box) for p in plates if math.isinf(p.loss_coefficient)]
    facing = _facing(boxes)
    for rack in racks:
        for is_front in (True, False):
            plane, sign = _side(rack, is_front)
            side = "front" if is_front else "back"
            wall = room[rack.axis] if sign > 0 else 0.0
            if abs(plane - wall) <= TOLERANCE:
                what = f"rack {rack.name}: the {side} is flat against the wall {'xyz'[rack.axis]}{'+' if sign > 0 else '-'}"
                error = CaseError(rack.source, what, "room for the air on both sides", "move the row or turn its front")
                found.append(((rack.source, side, "wall"), error))
            elif (rack.axis, sign, round(plane, 5)) in facing:
                labels, low, high = facing[rack.axis, sign, round(plane, 5)]
                others = [a for a in range(3) if a != rack.axis]
                rack_low, rack_high = np.array(rack.box.low)[others], np.array(rack.box.high)[others]
                hidden = ((low[:, others] <= rack_low + TOLERANCE) & (high[:, others] >= rack_high - TOLERANCE)).all(axis=1)
                if hidden.any():
                    what = f"rack {rack.name}: the {side} is closed by {labels[int(hidden.argmax())]}"
                    error = CaseError(rack.source, what, "room for the air on both sides", "move one of them")
                    found.append(((rack.source, side, "solid"), error))
    return _folded(found)


def _facing(boxes: Sequence[tuple[str, model.Box]]) -> dict[tuple[int, int, float], tuple[list[str], np.ndarray, np.ndarray]]:
    """Boxes by the faces they turn to a plane: (axis, sign, plane) -> labels, corners of what lies on the side of sign."""
    groups: dict[tuple[int, int, float], list[tuple[str, model.Box]]] = {}
    for label, box in boxes:
        for axis in (0, 1):
            groups.setdefault((axis, 1, round(box.low[axis], 5)), []).append((label, box))
            groups.setdefault((axis, -1, round(box.high[axis], 5)), []).append((label, box))
    return {key: ([label for label, _ in group], *_corner_arrays([box for _, box in group])) for key, group in groups.items()}


def check_openings(openings: Sequence[model.Opening], solids: Iterable[tuple[str, model.Box]]) -> list[CaseError]:
    """Openings that share area, or that a solid standing on them hides whole."""
    errors = []
    boxes = list(solids)
    for number, opening in enumerate(openings):
        plane = opening.box.low[opening.axis]
        for other in openings[:number]:
            if _share_area(opening, other):
                what = f"{opening.kind} {opening.name} overlaps {other.kind} {other.name} ({other.source})"
                errors.append(CaseError(opening.source, what, "", "move one of them"))
        for label, box in boxes:
            if _covers(box, opening.axis, plane, opening.sign, opening.box):
                errors.append(
                    CaseError(opening.source, f"{opening.kind} {opening.name} is hidden whole by {label}", "", "move one of them")
                )
                break
    return errors


def check_walls(walls: Sequence[model.Wall]) -> list[CaseError]:
    """Walls that share area: no face can have two temperatures."""
    return [
        CaseError(wall.source, f"wall {wall.name} overlaps wall {other.name} ({other.source})", "", "move one of them")
        for number, wall in enumerate(walls)
        for other in walls[:number]
        if _share_area(wall, other)
    ]


def _share_area(one: model.Opening | model.Wall, other: model.Opening | model.Wall) -> bool:
    """Whether two patches lie in one plane, seen from the same side, and overlap there."""
    apart = abs(other.box.low[other.axis] - one.box.low[one.axis])
    return (
        (other.axis, other.sign) == (one.axis, one.sign)
        and apart <= TOLERANCE
        and all(
            min(one.box.high[a], other.box.high[a]) - max(one.box.low[a], other.box.low[a]) > TOLERANCE
            for a in range(3)
            if a != one.axis
        )
    )


def estimate_cells(mesh: model.Mesh, room: model.Point) -> float:
    """Number of grid cells to expect: along each axis the densest wanted size at every place, as there are no hanging nodes."""
    total = 1.0
    for axis in range(3):
        planes = sorted(
            {
                0.0,
                room[axis],
                *(min(max(x, 0.0), room[axis]) for r in mesh.refinements for x in (r.box.low[axis], r.box.high[axis])),
            }
        )
        count = 0.0
        for low, high in zip(planes, planes[1:], strict=False):
            middle = 0.5 * (low + high)
            sizes = [r.cell for r in mesh.refinements if r.box.low[axis] <= middle <= r.box.high[axis]]
            count += max(1.0, (high - low) / min([mesh.cell, *sizes]))
        total *= count
    return total


def check_size(mesh: model.Mesh, room: model.Point, source: str) -> list[CaseError]:
    """A cell size that no machine can hold, or that leaves no cell in the room."""
    cells = estimate_cells(mesh, room)
    if cells > MOST_CELLS:
        terabytes = cells * BYTES_PER_CELL / 1e12
        what = f"about {cells:.0e} cells ({terabytes:.0f} TB)"
        return [CaseError(source, what, f"up to {MOST_CELLS:.0e} cells", 'a larger [mesh] cell, such as "0.1 m"')]
    if mesh.cell > min(room) + TOLERANCE:
        what = f"cells of {mesh.cell:g} m in a room only {min(room):g} m across"
        return [CaseError(source, what, f"up to {min(room):g} m", 'a smaller [mesh] cell, such as "0.1 m"')]
    return []


def check_names(things: Iterable[tuple[str, str, str]]) -> list[CaseError]:
    """Things (label, name, source) of one kind that share a name."""
    errors = []
    seen: dict[str, tuple[str, str]] = {}
    for label, name, source in things:
        if name in seen:
            errors.append(
                CaseError(source, f"{label} {name} has the name of {seen[name][0]} {name} ({seen[name][1]})", "each its own name")
            )
        else:
            seen[name] = (label, source)
    return errors
