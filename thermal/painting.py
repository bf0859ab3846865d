"""Objects laid on a grid one after the other: solid cells, closed and porous faces, patches; mistakes and changes are collected.

The order matters and is fixed by thermal.place: solids, plates, then the patches that must find free faces. Flat arrays over one
plane are [k, j], [k, i] or [j, i] for faces normal to x, y or z.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshes.grid import Grid
from meshes.regions import IndexBox, SnapRow, compare_box, snap_box
from thermal.case.model import Box, Obstacle, Wall
from thermal.errors import CaseError
from thermal.patches import Object, Patch

_OUTSIDE = 1e-6  # m; an object may stick out of the room by round-off


class Painter:
    """The state of a placement in the making. errors and snapping are lists that grow."""

    def __init__(self, grid: Grid, periodic: Sequence[int] = ()) -> None:
        """periodic: axes along which the last cells of the grid neighbour the first."""
        self.grid, self.periodic = grid, tuple(periodic)
        self.errors: list[CaseError] = []
        self.snapping: list[SnapRow] = []
        self.patches: list[Patch] = []
        self.owner = np.zeros(grid.shape, np.int32)  # 0 fluid, n: solids[n - 1]
        self.solids: list[str] = []
        self.closed: dict[tuple[int, int], np.ndarray] = {}  # (axis, plane) -> number in plates, 0 none
        self.porous: dict[tuple[int, int], np.ndarray] = {}
        self.holes: dict[tuple[int, int], np.ndarray] = {}  # faces that belong to no plate
        self.plates: list[str] = []
        self.cut: dict[tuple[int, int], np.ndarray] = {}  # (axis, plane) -> bool: a body stands in a hole of plates
        self._taken: dict[tuple[int, int, int], np.ndarray] = {}  # (axis, plane, sign) -> number in patch names
        self._patch_names: list[str] = []

    def refuse(self, source: str, what: str, accepted: str = "", fix: str = "") -> None:
        """Note a mistake."""
        self.errors.append(CaseError(source, what, accepted, fix))

    def snap(self, name: str, source: str, box: Box, facing: int | None = None) -> IndexBox | None:
        """The box on the grid, reported (see meshes.regions.compare_box); None and an error when it sticks out of the room."""
        for axis in range(3):
            low, high = self.grid.planes(axis)[[0, -1]]
            if box.low[axis] < low - _OUTSIDE or box.high[axis] > high + _OUTSIDE:
                span = f"{box.low[axis]:.4g} to {box.high[axis]:.4g} m"
                self.refuse(source, f"{name} reaches outside the room: {'xyz'[axis]} {span}", f"{low:.4g} to {high:.4g} m")
                return None
        snapped = snap_box(self.grid, box.low, box.high)
        row = compare_box(self.grid, name, box.low, box.high, snapped, facing)
        if row is not None:
            self.snapping.append(row)
        return snapped

    def paint_solid(self, name: str, source: str, box: IndexBox, overlap_allowed: Sequence[str] = ()) -> None:
        """Make the cells of a box solid. Overlap is an error unless the other's name begins with one of `overlap_allowed`."""
        part = self.owner[box.cells()]
        for number in np.unique(part[part > 0]):
            other = self.solids[number - 1]
            if not other.startswith(tuple(overlap_allowed)):
                self.refuse(source, f"{name} overlaps {other}", fix="move one of them")
        self.solids.append(name)
        part[...] = len(self.solids)

    def paint_cells(self, name: str, source: str, box: IndexBox, chosen: np.ndarray, overlap_allowed: Sequence[str] = ()) -> None:
        """Make the chosen cells (bool over the box) solid; overlap as in paint_solid."""
        part = self.owner[box.cells()]
        for number in np.unique(part[chosen & (part > 0)]):
            other = self.solids[number - 1]
            if not other.startswith(tuple(overlap_allowed)):
                self.refuse(source, f"{name} overlaps {other}", fix="move one of them")
        self.solids.append(name)
        part[chosen] = len(self.solids)

    def cells_of(self, name: str) -> np.ndarray:
        """bool (nz, ny, nx): cells that a solid of a name holds; those of a later one that overlaps it are not its own."""
        numbers = [number for number, other in enumerate(self.solids, 1) if other == name]
        return np.isin(self.owner, numbers)

    def add_cell_skins(self, name: str, solid: str, item: Obstacle) -> bool:
        """Take all faces between the cells of a solid and the air; whether there is one."""
        own, found = self.cells_of(solid), False
        for axis in range(3):
            for sign in (-1, +1):
                # a skin of sign +1 lies on the low side of its air cell
                behind = np.roll(own, sign, 2 - axis)
                edge = [slice(None)] * 3
                edge[2 - axis] = slice(0, 1) if sign > 0 else slice(-1, None)
                if axis not in self.periodic:
                    behind[tuple(edge)] = False
                cell = np.argwhere(behind & (self.owner == 0)).astype(np.int64)
                if len(cell):
                    area = np.broadcast_to(self.grid.face_areas(axis), self.grid.shape)[tuple(cell.T)]
                    self.patches.append(Patch(name, "skin", axis, sign, cell, np.ascontiguousarray(area), item))
                    found = True
        return found

    def paint_plate(self, name: str, source: str, axis: int, box: IndexBox, closed: bool) -> None:
        """Lay a plate on the faces of a plane, normal to `axis`. Two porous plates on one face are an error."""
        plane = self._canonical(axis, box.low[axis])
        layers = self.closed if closed else self.porous
        layer = layers.setdefault((axis, plane), np.zeros(np.delete(self.owner.shape, 2 - axis), np.int32))
        part = layer[self._flat(box, axis)]
        if not closed:
            for number in np.unique(part[part > 0]):
                self.refuse(source, f"{name} lies on {self.plates[number - 1]}", fix="give one plate their sum of losses")
        self.plates.append(name)
        part[...] = len(self.plates)

    def add_patch(
        self,
        name: str,
        kind: str,
        source: str,
        axis: int,
        sign: int,
        plane: int,
        box: IndexBox,
        item: Object,
        loss_coefficient: float = 0.0,
        open_fraction: float = 1.0,
    ) -> None:
        """Take the faces of a box on a plane that touch fluid cells on side `sign`.

        Faces before a solid or under a closed plate are lost (reported); a patch without any left, or on another's faces, is
        an error.
        """
        where = self._flat(box, axis)
        layer = plane if sign > 0 else plane - 1
        if not 0 <= layer < self.grid.n[axis]:
            self.refuse(source, f"{name} is blocked by the wall of the room", fix="leave air before it")
            return
        blockers = self._layer(axis, layer, box)
        free = blockers == 0
        names = [self.solids[number - 1] for number in np.unique(blockers[~free])]
        if (axis, plane) in self.closed:
            plates = self.closed[axis, plane][where]
            names += [self.plates[number - 1] for number in np.unique(plates[free & (plates > 0)])]
            free &= plates == 0
        taken = self._taken.setdefault((axis, plane, sign), np.zeros(np.delete(self.owner.shape, 2 - axis), np.int32))[where]
        if not free.any():
            self.refuse(source, f"{name} is blocked by {join_names(names)}", fix="leave air before it")
            return
        rivals = [self._patch_names[number - 1] for number in np.unique(taken[free & (taken > 0)])]
        if rivals:
            self.refuse(source, f"{name} overlaps {join_names(rivals)}", fix="move one of them")
            return
        self._patch_names.append(name)
        taken[free] = len(self._patch_names)
        areas = self._flat_areas(axis)[where]
        if names:
            note = f"partly blocked by {join_names(names)}"
            self.snapping.append(SnapRow(name, "area", float(areas.sum()), float(areas[free].sum()), "m2", note))
        cell = self._cells(axis, layer, where, free)
        self.patches.append(Patch(name, kind, axis, sign, cell, areas[free], item, loss_coefficient, open_fraction))

    def add_skin(self, name: str, axis: int, sign: int, plane: int, box: IndexBox, item: Obstacle | Wall) -> float:
        """Take the faces of an obstacle's side, or of a wall, that touch fluid and belong to no other patch; their area in m2."""
        layer = self.layers(axis, plane)[sign > 0]
        if not 0 <= layer < self.grid.n[axis]:
            return 0.0
        where = self._flat(box, axis)
        flat = box.on_plane(axis, plane)
        free = (self._layer(axis, layer, box) == 0) & ~self.open_faces(axis, flat)  # no wall where a floor has a tile
        taken = self._taken.setdefault((axis, plane, sign), np.zeros(np.delete(self.owner.shape, 2 - axis), np.int32))[where]
        free &= taken == 0
        if not free.any():
            return 0.0
        self._patch_names.append(name)
        taken[free] = len(self._patch_names)
        area = self._flat_areas(axis)[where][free]
        self.patches.append(Patch(name, "skin", axis, sign, self._cells(axis, layer, where, free), area, item))
        return float(area.sum())

    def is_backed(self, axis: int, sign: int, plane: int, box: IndexBox) -> bool:
        """Whether a wall or solid cells lie behind every face of a box on a plane, seen from side `sign`."""
        behind = plane - 1 if sign > 0 else plane
        if not 0 <= behind < self.grid.n[axis]:
            return True
        return bool((self._layer(axis, behind, box) > 0).all())

    def open_faces(self, axis: int, box: IndexBox) -> np.ndarray:
        """bool: faces of a box on its plane between two fluid cells and under no closed plate, flat over the box."""
        below, above = self.layers(axis, box.low[axis])
        where = self._flat(box, axis)
        if below < 0 or above >= self.grid.n[axis]:
            return np.zeros([part.stop - part.start for part in where], bool)
        free = (self._layer(axis, above, box) == 0) & (self._layer(axis, below, box) == 0)
        closed = self.closed.get((axis, self._canonical(axis, box.low[axis])))
        return free if closed is None else free & (closed[where] == 0)

    def cut_hole(self, axis: int, box: IndexBox) -> None:
        """Take plates, closed or porous, away from the faces of a box on its plane; other holes stay."""
        key, where = (axis, self._canonical(axis, box.low[axis])), self._flat(box, axis)
        if key in self.closed:
            self.closed[key][where] = 0
        if key in self.porous:
            part = self.porous[key][where]
            sheets = [number for number, name in enumerate(self.plates, 1) if name.startswith("plate.")]
            part[np.isin(part, sheets)] = 0
        holes = self.holes.setdefault(key, np.zeros(np.delete(self.owner.shape, 2 - axis), bool))
        holes[where] = True

    def fill_plate(self, name: str, axis: int, box: IndexBox, closed: bool) -> int:
        """Lay a plate on those faces of a box that are open and carry no porous plate; its number, for `faces_of`."""
        plane = self._canonical(axis, box.low[axis])
        where = self._flat(box, axis)
        free = self.open_faces(axis, box)
        porous = self.porous.get((axis, plane))
        if porous is not None:
            free &= porous[where] == 0
        layers = self.closed if closed else self.porous
        layer = layers.setdefault((axis, plane), np.zeros(np.delete(self.owner.shape, 2 - axis), np.int32))
        self.plates.append(name)
        layer[where][free] = len(self.plates)
        return len(self.plates)

    def faces_of(self, axis: int, box: IndexBox, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Open faces (n, 3) of the porous plate of a number in a box, and their areas (n,); none where a body stands."""
        plane = self._canonical(axis, box.low[axis])
        where = self._flat(box, axis)
        own = self.open_faces(axis, box) & (self.porous[axis, plane][where] == number)
        if (axis, plane) in self.cut:
            own &= ~self.cut[axis, plane][where]
        return self._cells(axis, plane, where, own), self._flat_areas(axis)[where][own]

    def sheet_faces(self, axis: int, plane: int, box: IndexBox) -> tuple[np.ndarray, np.ndarray]:
        """Faces (n, 3) of a box on a plane that lie between two fluid cells and under no closed plate, and their areas (n,)."""
        below, above = self.layers(axis, plane)
        if below < 0 or above >= self.grid.n[axis]:
            return np.zeros((0, 3), np.int64), np.zeros(0)
        plane = self._canonical(axis, plane)
        where = self._flat(box, axis)
        free = (self._layer(axis, above, box) == 0) & (self._layer(axis, below, box) == 0)
        if (axis, plane) in self.cut:
            free &= ~self.cut[axis, plane][where]
        if (axis, plane) in self.closed:
            free &= self.closed[axis, plane][where] == 0
        if (axis, plane) in self.holes:
            free &= ~self.holes[axis, plane][where]
        return self._cells(axis, plane, where, free), self._flat_areas(axis)[where][free]

    def layers(self, axis: int, plane: int) -> tuple[int, int]:
        """Layers of cells below and above a plane; at the end of an axis that is not periodic one of them is -1 or n."""
        if axis in self.periodic:
            return (plane - 1) % self.grid.n[axis], plane % self.grid.n[axis]
        return plane - 1, plane

    def _canonical(self, axis: int, plane: int) -> int:
        """The plane's number; of the two names of a periodic axis' seam the lower."""
        return plane % self.grid.n[axis] if axis in self.periodic else plane

    def _layer(self, axis: int, index: int, box: IndexBox) -> np.ndarray:
        return np.squeeze(self.owner[box.layer(axis, index)], axis=2 - axis)

    def _flat(self, box: IndexBox, axis: int) -> tuple[slice, slice]:
        rows = [slice(box.low[other], box.high[other]) for other in (2, 1, 0) if other != axis]
        return rows[0], rows[1]

    def _flat_areas(self, axis: int) -> np.ndarray:
        return np.squeeze(self.grid.face_areas(axis), axis=2 - axis)

    def _cells(self, axis: int, layer: int, where: tuple[slice, slice], free: np.ndarray) -> np.ndarray:
        flat = np.argwhere(free) + np.array([where[0].start, where[1].start])
        return np.insert(flat, 2 - axis, layer, axis=1).astype(np.int64)


def join_names(names: Sequence[str], most: int = 4) -> str:
    """ "a, b and 3 more": at most `most` names."""
    if len(names) <= most:
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "nothing"
    return f"{', '.join(names[:most])} and {len(names) - most} more"
