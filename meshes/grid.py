"""The rectilinear grid: three rows of planes, nothing more. Fields on it are [k, j, i], x fastest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from meshes.axis import Axis, BreakPoint, GridError, build_axis

Point = tuple[float, float, float]
Zone = tuple[Point, Point, float]  # low corner, high corner, cell size in m


@dataclass(frozen=True, eq=False)
class Grid:
    """Plane positions (m, rising, float64): x (nx+1,), y (ny+1,), z (nz+1,).

    breaks holds for each axis a bool (n+1,): the planes objects asked for, which a coarser grid of the sequence keeps.
    """

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    breaks: tuple[np.ndarray, np.ndarray, np.ndarray]

    @property
    def n(self) -> tuple[int, int, int]:
        """Cells along x, y, z."""
        return len(self.x) - 1, len(self.y) - 1, len(self.z) - 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape (nz, ny, nx) of a field at the centres."""
        nx, ny, nz = self.n
        return nz, ny, nx

    @property
    def cells(self) -> int:
        """Cells in all, solid ones too."""
        nx, ny, nz = self.n
        return nx * ny * nz

    @property
    def size(self) -> Point:
        """Extent in m along x, y, z."""
        return tuple(float(self.planes(axis)[-1] - self.planes(axis)[0]) for axis in range(3))  # type: ignore[return-value]

    def planes(self, axis: int) -> np.ndarray:
        """Plane positions (n+1,) of axis 0, 1, 2 in m."""
        return (self.x, self.y, self.z)[axis]

    def widths(self, axis: int) -> np.ndarray:
        """Cell widths (n,) of an axis in m."""
        return np.diff(self.planes(axis))

    def centres(self, axis: int) -> np.ndarray:
        """Cell centres (n,) of an axis in m."""
        planes = self.planes(axis)
        return 0.5 * (planes[1:] + planes[:-1])

    def nearest_plane(self, axis: int, position: float) -> int:
        """Index of the plane nearest to `position` (m); of two equally near ones the lower."""
        return int(np.argmin(np.abs(self.planes(axis) - position)))

    def volumes(self) -> np.ndarray:
        """Cell volumes (nz, ny, nx) in m3."""
        dx, dy, dz = (self.widths(axis) for axis in range(3))
        return dz[:, None, None] * dy[None, :, None] * dx[None, None, :]

    def face_areas(self, axis: int) -> np.ndarray:
        """Areas in m2 of faces normal to `axis`, broadcastable to (nz, ny, nx): they do not vary along the axis."""
        dx, dy, dz = (self.widths(other) for other in range(3))
        if axis == 0:
            return dz[:, None, None] * dy[None, :, None]
        if axis == 1:
            return dz[:, None, None] * dx[None, None, :]
        return dy[None, :, None] * dx[None, None, :]


def build_grid(
    size: Point,
    break_points: Sequence[Sequence[BreakPoint]],
    cell: float,
    refinements: Sequence[Zone] = (),
    stretching: float = 1.0,
    periodic: Sequence[int] = (),
) -> Grid:
    """Grid of a room with its low corner at the origin.

    size          m along x, y, z            break_points  one sequence for each axis
    cell          m, wanted width            refinements   boxes with denser planes; the density runs through the room
    stretching    largest ratio of neighbouring widths, 1 = uniform between break points
    periodic      axes whose ends are joined, see build_axis
    Raises        GridError naming the axis
    """
    axes: list[Axis] = []
    for axis, name in enumerate("xyz"):
        zones = [(low[axis], high[axis], fine) for low, high, fine in refinements]
        try:
            axes.append(build_axis(size[axis], break_points[axis], cell, zones, stretching, axis in periodic))
        except GridError as error:
            raise GridError(f"{name}: {error}") from None
    x, y, z = axes
    return Grid(x.planes, y.planes, z.planes, (x.is_break, y.is_break, z.is_break))


def coarsen_grid(grid: Grid, keep: Sequence[np.ndarray] | None = None) -> Grid:
    """The next coarser grid of a sequence: neighbours merge in pairs between kept planes.

    keep   for each axis bool (n+1,), default grid.breaks; the two ends are always kept
    Every plane of the result is a plane of `grid`; kept planes stay, so objects keep their places and areas.
    """
    kept = grid.breaks if keep is None else keep
    rows, flags = [], []
    for axis in range(3):
        stay = coarse_planes(np.asarray(kept[axis], bool))
        rows.append(grid.planes(axis)[stay])
        flags.append(np.asarray(kept[axis], bool)[stay] | grid.breaks[axis][stay])
    return Grid(rows[0], rows[1], rows[2], (flags[0], flags[1], flags[2]))


def coarse_planes(kept: np.ndarray) -> np.ndarray:
    """Indices of the planes that stay when cells merge in pairs between kept planes (bool (n+1,)).

    A symmetric hall stays symmetric: the middle cell of an odd segment stays alone (5 -> 2 1 2) or takes both neighbours
    (7 -> 2 3 2). Three cells become two, the single one away from the middle of the axis, and one in the very middle.
    """
    ends = np.flatnonzero(kept | (np.arange(len(kept)) == 0) | (np.arange(len(kept)) == len(kept) - 1))
    stay = [ends[:1]]
    for low, high in zip(ends, ends[1:], strict=False):
        count = high - low
        if count % 2 == 0:
            widths = [2] * (count // 2)
        elif count == 3:
            offset = low + high - (len(kept) - 1)  # twice the distance of the segment's middle from the axis' middle
            widths = [1, 2] if offset < 0 else [2, 1] if offset > 0 else [3]
        else:
            pairs = count // 4
            widths = [2] * pairs + [count - 4 * pairs] + [2] * pairs
        stay.append(low + np.cumsum(widths))
    return np.concatenate(stay)
