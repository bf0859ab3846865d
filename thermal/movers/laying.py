"""Through-bodies on a grid: which cells they take, which faces close them, which plane carries their fans.

A part is a channel along its axis: closed sides, open ends, no walls to rub on, so that the whole loss of a part is the
resistance that its data give. The plane behind its first cells carries fans and resistance; each face of it, with the row of
cells before and behind, is a tube. What a tube gives to the air goes in right behind that plane. A tube that is blocked at
either end is filled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from meshes.regions import IndexBox, SnapRow, snap_box
from thermal.case.bodies import COOLERS, Body, Part
from thermal.case.model import Case, Rack
from thermal.movers.rows import slot_rows
from thermal.painting import Painter, join_names
from thermal.patches import Patch

OPENS_PLATES = ("crah", "fan_wall", "in_row")  # kinds that stand in a hole of whatever plate they pass


TRAY = 0.4  # m between two trays of a level body


def is_alike(one: Part, other: Part) -> bool:
    """Whether no tray is wanted between two parts: both move air, or neither, and the same way."""
    return (one.kind == "empty", one.axis, one.sign) == (other.kind == "empty", other.axis, other.sign)


@dataclass(frozen=True, eq=False)
class LaidPart:
    """Tubes of a part, global indices (k, j, i).

    face   int64 (n, 3): cell whose LOW face along the axis is on the fan plane       area   float64 (n,) m2
    cells  int64 (n, length, 3): along the flow that the fans make, first cell first
    before, behind   int64 (n, 3): the cell outside each end, or the tube's own end cell where no air cell lies there
    """

    body: Body
    part: Part
    face: np.ndarray
    area: np.ndarray
    cells: np.ndarray
    before: np.ndarray
    behind: np.ndarray

    @property
    def total_area(self) -> float:
        """m2 of open tubes."""
        return float(self.area.sum())

    @property
    def heated(self) -> int:
        """Number along a tube of the cell that its heat goes into: the first behind the fans."""
        return min(1, self.cells.shape[1] - 1)


class Channels:
    """Bodies laid one after the other on a painter.

    inside   int32 (nz, ny, nx): 0, or 1 + the number of the part (of all bodies) whose tube, or the body whose chamber, it is
    """

    def __init__(self, painter: Painter, case: Case) -> None:
        self.painter, self.case = painter, case
        self.inside = np.zeros(painter.grid.shape, np.int32)
        self.names: list[str] = []
        self._tubes: list[tuple[Body, Part, IndexBox]] = []
        self._rack_axes = {f"rack.{rack.name}": rack.axis for rack in case.racks}

    def paint(self, bodies: tuple[Body, ...]) -> None:
        """Casings and tubes, before patches look for free faces; blocked tubes become solid."""
        for body in bodies:
            self._paint_body(body)
        self._tubes = [entry for entry in self._tubes if self._fill_blocked(*entry)]

    def laid(self) -> list[LaidPart]:
        """The tubes of every part, once all is painted."""
        return [part for entry in self._tubes if (part := self._lay(*entry))]

    # -- casings --------------------------------------------------------------------------------------------------
    def _paint_body(self, body: Body) -> None:
        painter, name = self.painter, body.label
        parts, boxes = self._boxes(body)
        if not boxes:
            return
        chamber = painter.snap(f"{name}.chamber", body.source, body.chamber.box) if body.chamber else None
        for box in [*boxes, *([chamber] if chamber else [])]:
            if not self._is_free(name, body.source, box):
                return
            self.names.append(name)
            self.inside[box.cells()] = len(self.names)
        self._fill_rest(body, boxes)
        for part, box in zip(parts, boxes, strict=True):
            if body.kind in OPENS_PLATES:
                self._open(part.axis, box)
            self._tubes.append((body, part, box))
        self._partition(name, body.source, list(zip(parts, boxes, strict=True)))
        if chamber and body.chamber:
            self._case_chamber(body, body.chamber.side, chamber, parts[0])

    def _boxes(self, body: Body) -> tuple[list[Part], list[IndexBox]]:
        """Parts and their boxes on the grid, slots of a rack as rows of cells; none (reported) where they have no place."""
        painter, name, slots = self.painter, body.label, body.kind == "rack" and body.parts[0].name != "whole"
        whole = body.box if slots else body.parts[0].box
        box = painter.snap(name, body.source, whole, facing=body.parts[0].axis)
        if box is not None and box.thin_axes:
            painter.refuse(body.source, f"{name} is too thin for the grid", fix="refine the mesh around it")
            box = None
        if box is None:
            return [], []
        rows = slot_rows(painter, body, box) if slots else [(body.parts[0], box)]
        return [part for part, _ in rows], [row for _, row in rows]

    def _fill_rest(self, body: Body, boxes: list[IndexBox]) -> None:
        """What slots leave of a rack is solid."""
        if body.kind != "rack":
            return
        whole = snap_box(self.painter.grid, body.box.low, body.box.high)
        rows = np.ones(whole.high[2] - whole.low[2], bool)
        for box in boxes:
            rows[box.low[2] - whole.low[2] : box.high[2] - whole.low[2]] = False
        if rows.any():
            self.painter.solids.append(f"{body.label} (blanked)")
            self.painter.owner[whole.cells()][rows] = len(self.painter.solids)

    def _partition(self, name: str, source: str, rows: list[tuple[Part, IndexBox]]) -> None:
        """Close the sides of a body's parts, and the trays between them.

        Trays lie where the kind of a part changes and about every TRAY above the bottom of a level body: without them warm air
        would rise inside a rack by metres; a tray on every plane would keep coarse grids from joining cells (with it the pressure
        equation took a factor of 0.61 a step on the 86 000 cells of a hall where now it takes 0.25).
        """
        below: tuple[Part, int] | None = None  # the row under the one in hand, and the plane of the last tray
        for part, box in sorted(rows, key=lambda row: row[1].low[2]):
            for axis in range(2 if part.axis < 2 else 3):
                if axis != part.axis:
                    self._close(name, source, axis, box.low[axis], box)
                    self._close(name, source, axis, box.high[axis], box)
            if part.axis == 2:
                continue
            joins = below is not None and is_alike(below[0], part) and self._meets(rows, box)
            last = below[1] if joins and below is not None else box.low[2]
            if not joins:
                self._close(name, source, 2, box.low[2], box)
            planes = self.painter.grid.planes(2)
            for plane in range(box.low[2], box.high[2]):
                if planes[plane] - planes[last] > TRAY - 1e-6:
                    self._close(name, source, 2, plane, box)
                    last = plane
            self._close_top(name, source, rows, part, box)
            below = part, last

    @staticmethod
    def _meets(rows: list[tuple[Part, IndexBox]], box: IndexBox) -> bool:
        """Whether another part of the body ends where this one begins."""
        return any(other.high[2] == box.low[2] for _, other in rows)

    def _close_top(self, name: str, source: str, rows: list[tuple[Part, IndexBox]], part: Part, box: IndexBox) -> None:
        above = [other for other, at in rows if at.low[2] == box.high[2]]
        if not above or not is_alike(above[0], part):
            self._close(name, source, 2, box.high[2], box)

    def _is_free(self, name: str, source: str, box: IndexBox) -> bool:
        painter = self.painter
        rivals = [painter.solids[number - 1] for number in np.unique(painter.owner[box.cells()]) if number]
        rivals += [self.names[number - 1] for number in np.unique(self.inside[box.cells()]) if number]
        rivals = [rival for rival in rivals if rival != name]
        if rivals:
            painter.refuse(source, f"{name} overlaps {join_names(rivals)}", fix="move one of them")
        return not rivals

    def _close(self, name: str, source: str, axis: int, plane: int, box: IndexBox) -> None:
        low, high = list(box.low), list(box.high)
        low[axis] = high[axis] = plane
        flat = IndexBox((low[0], low[1], low[2]), (high[0], high[1], high[2]))
        self.painter.paint_plate(name, source, axis, flat, closed=True)

    def _open(self, axis: int, box: IndexBox) -> None:
        """Cut a hole into the plates that a body passes, closed and porous ones."""
        rows = [slice(box.low[other], box.high[other]) for other in (2, 1, 0) if other != axis]
        for plane in range(box.low[axis], box.high[axis] + 1):
            empty = np.zeros(np.delete(self.painter.owner.shape, 2 - axis), bool)
            self.painter.cut.setdefault((axis, plane), empty)[rows[0], rows[1]] = True
        for (normal, plane), layer in self.painter.closed.items():
            if normal == axis and box.low[axis] <= plane <= box.high[axis]:
                layer[rows[0], rows[1]] = 0

    def _case_chamber(self, body: Body, side: tuple[int, int], box: IndexBox, part: Part) -> None:
        """Close a chamber but for its open side and where it meets the tubes."""
        tubes_above = part.box.low[part.axis] >= body.chamber.box.low[part.axis] + 1e-9  # type: ignore[union-attr]
        for axis in range(3):
            for end, sign in ((box.low[axis], -1), (box.high[axis], 1)):
                meets = axis == part.axis and (sign > 0) == tubes_above
                if (axis, sign) != side and not meets:
                    self._close(body.label, body.source, axis, end, box)

    # -- tubes ----------------------------------------------------------------------------------------------------
    def _ends(self, part: Part, box: IndexBox) -> tuple[np.ndarray, np.ndarray]:
        """Whether air can pass the low and the high end of each tube, bool arrays over the cross-section."""
        return self._passes(part.axis, box, box.low[part.axis], -1), self._passes(part.axis, box, box.high[part.axis], 1)

    def _passes(self, axis: int, box: IndexBox, plane: int, side: int) -> np.ndarray:
        painter = self.painter
        layer = painter.layers(axis, plane)[side > 0]
        rows = [slice(box.low[other], box.high[other]) for other in (2, 1, 0) if other != axis]
        if not 0 <= layer < painter.grid.n[axis]:
            return self._opening_behind(axis, side, box)
        owner = np.squeeze(painter.owner[box.layer(axis, layer)], axis=2 - axis)
        backs = [number + 1 for number, solid in enumerate(painter.solids) if self._rack_axes.get(solid) == axis]
        free = (owner == 0) | np.isin(owner, backs)
        closed = painter.closed.get((axis, plane))
        return free & (closed[rows[0], rows[1]] == 0) if closed is not None else free

    def _opening_behind(self, axis: int, side: int, box: IndexBox) -> np.ndarray:
        """At a wall of the room: tubes whose centre lies before an opening."""
        grid = self.painter.grid
        others = [other for other in (2, 1, 0) if other != axis]
        found = np.zeros([box.high[other] - box.low[other] for other in others], bool)
        for opening in self.case.openings:
            end = 0.0 if side < 0 else grid.size[axis]
            if opening.axis != axis or abs(opening.box.low[axis] - end) > 1e-6:
                continue
            rows = [grid.centres(other)[box.low[other] : box.high[other]] for other in others]
            held = [(row > opening.box.low[o]) & (row < opening.box.high[o]) for row, o in zip(rows, others, strict=True)]
            found |= held[0][:, None] & held[1][None, :]
        return found

    def _fill_blocked(self, body: Body, part: Part, box: IndexBox) -> bool:
        painter = self.painter
        low, high = self._ends(part, box)
        blocked = ~(low & high)
        if blocked.all():
            end = "draws" if not (low if part.sign > 0 else high).any() else "blows"
            name = body.label if len(body.parts) == 1 else f"{body.label}, {part.name},"
            painter.refuse(body.source, f"{name} has no air where it {end}", fix="leave air before both ends, or turn it")
            return False
        if blocked.any():
            others = [other for other in (2, 1, 0) if other != part.axis]
            widths = [painter.grid.widths(o)[box.low[o] : box.high[o]] for o in others]
            areas = widths[0][:, None] * widths[1][None, :]
            got = float(areas[~blocked].sum())
            note = "the rest is blocked at an end and filled"
            painter.snapping.append(SnapRow(f"{body.label}.{part.name}", "area", float(areas.sum()), got, "m2", note))
            painter.solids.append(f"{body.label} (blocked)")
            cells = painter.owner[box.cells()]
            cells[np.broadcast_to(np.expand_dims(blocked, 2 - part.axis), cells.shape)] = len(painter.solids)
            inside = self.inside[box.cells()]
            inside[np.broadcast_to(np.expand_dims(blocked, 2 - part.axis), inside.shape)] = 0
        return True

    def _lay(self, body: Body, part: Part, box: IndexBox) -> LaidPart | None:
        painter, axis, place = self.painter, part.axis, 2 - part.axis
        low, high = box.low[axis], box.high[axis]
        if high - low > 1:  # behind the first cell; in a body one cell long, where the air leaves
            plane = low + 1 if part.sign > 0 else high - 1
        else:
            plane = high if part.sign > 0 else low
        across = np.argwhere(np.squeeze(painter.owner[box.layer(axis, low)], axis=place) == 0)
        if not len(across):
            return None
        others = [other for other in range(3) if other != place]
        base = np.zeros((len(across), 3), np.int64)
        for column, other in enumerate(others):
            base[:, other] = across[:, column] + box.low[2 - other]
        order = np.arange(low, high) if part.sign > 0 else np.arange(high - 1, low - 1, -1)
        cells = np.repeat(base[:, None, :], len(order), axis=1)
        cells[:, :, place] = order[None, :]
        face = base.copy()
        face[:, place] = plane
        widths = [painter.grid.widths(2 - other)[base[:, other]] for other in others]
        before, behind = self._outside(cells[:, 0], axis, -part.sign), self._outside(cells[:, -1], axis, part.sign)
        return LaidPart(body, part, face, widths[0] * widths[1], cells, before, behind)

    def _outside(self, cells: np.ndarray, axis: int, side: int) -> np.ndarray:
        """The air cell beyond each end cell; the end cell itself where there is none."""
        painter, place = self.painter, 2 - axis
        beyond = cells.copy()
        beyond[:, place] += side
        n = painter.grid.n[axis]
        if axis in painter.periodic:
            beyond[:, place] %= n
        valid = (beyond[:, place] >= 0) & (beyond[:, place] < n)
        clipped = beyond.copy()
        clipped[:, place] = np.clip(clipped[:, place], 0, n - 1)
        air = valid & (painter.owner[tuple(clipped.T)] == 0)
        return np.where(air[:, None], clipped, cells)


def intakes(parts: list[LaidPart], racks: tuple[Rack, ...]) -> list[Patch]:
    """Faces through which racks' inlet air enters tubes, like the "front" patches of solid racks; nothing is fixed there."""
    by_name = {rack.name: rack for rack in racks}
    return [
        Patch(
            f"{laid.body.label}.front", "front", laid.part.axis, -laid.part.sign, laid.before, laid.area, by_name[laid.body.name]
        )
        for laid in parts
        if laid.part.is_inlet
    ]


def is_cooled(parts: list[LaidPart], region: np.ndarray) -> dict[int, list[str]]:
    """Regions (numbers as in Placement.region) whose air a coil can cool or heat, with the names of what stands there."""
    found: dict[int, list[str]] = {}
    for laid in parts:
        for number in np.unique(region[tuple(laid.face.T)]):
            found.setdefault(int(number), []).append(laid.body.label)
    return {number: names for number, names in found.items() if any(name.split(".")[0] in COOLERS for name in names)}
