"""Boxes moved onto a grid, with a report of what that changed, and connected regions by flood fill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from meshes.grid import Grid, Point

NOTICEABLE = 1e-6  # relative; smaller changes are round-off, not worth a row


@dataclass(frozen=True)
class IndexBox:
    """Plane indices of a box: low and high along x, y, z. Equal in an axis where the box is thin."""

    low: tuple[int, int, int]
    high: tuple[int, int, int]

    @property
    def thin_axes(self) -> tuple[int, ...]:
        """Axes in which no cell lies between the two planes."""
        return tuple(axis for axis in range(3) if self.low[axis] == self.high[axis])

    def on_plane(self, axis: int, plane: int) -> IndexBox:
        """The box made thin: its extent in the other two axes, on one plane of an axis."""
        low, high = list(self.low), list(self.high)
        low[axis] = high[axis] = plane
        return IndexBox((low[0], low[1], low[2]), (high[0], high[1], high[2]))

    def cells(self) -> tuple[slice, slice, slice]:
        """Slices [k, j, i] of the cells inside."""
        return tuple(slice(self.low[axis], self.high[axis]) for axis in (2, 1, 0))  # type: ignore[return-value]

    def layer(self, axis: int, index: int) -> tuple[slice, slice, slice]:
        """Slices [k, j, i] of one layer of cells, `index` along `axis`, over the box's extent in the other two axes."""
        spans = [slice(self.low[other], self.high[other]) for other in range(3)]
        spans[axis] = slice(index, index + 1)
        return spans[2], spans[1], spans[0]


@dataclass(frozen=True)
class SnapRow:
    """One line of the snapping report: what an object asked for and what the grid gives it."""

    name: str
    quantity: str  # "area" m2 | "volume" m3 | "position" m (asked 0, got the largest move of a face) | "thickness" m
    asked: float
    got: float
    unit: str
    note: str = ""

    @property
    def text(self) -> str:
        """The row as a sentence."""
        if self.quantity == "position":
            line = f"{self.name}: faces moved by up to {self.got:.3g} {self.unit}"
        else:
            line = f"{self.name}: {self.quantity} asked {_digits(self.asked)} {self.unit}, got {_digits(self.got)} {self.unit}"
        return f"{line}; {self.note}" if self.note else line

    def __str__(self) -> str:
        return self.text


def snap_box(grid: Grid, low: Point, high: Point) -> IndexBox:
    """The box between the planes nearest to each face (m)."""
    return IndexBox(
        tuple(grid.nearest_plane(axis, low[axis]) for axis in range(3)),  # type: ignore[arg-type]
        tuple(grid.nearest_plane(axis, high[axis]) for axis in range(3)),  # type: ignore[arg-type]
    )


def compare_box(grid: Grid, name: str, low: Point, high: Point, box: IndexBox, facing: int | None = None) -> SnapRow | None:
    """A row for a snapped box, None when nothing noticeable changed.

    It compares the area of a thin box, the area normal to axis `facing` where one is given, else the volume; when that did not
    change, how far the faces moved.
    """
    asked = [high[axis] - low[axis] for axis in range(3)]
    placed = [(float(grid.planes(axis)[box.low[axis]]), float(grid.planes(axis)[box.high[axis]])) for axis in range(3)]
    got = [above - below for below, above in placed]
    thin = [axis for axis in range(3) if asked[axis] == 0.0 or axis == facing]
    quantity, unit = ("area", "m2") if thin else ("volume", "m3")
    asked_measure = float(np.prod([asked[axis] for axis in range(3) if axis not in thin]))
    got_measure = float(np.prod([got[axis] for axis in range(3) if axis not in thin]))
    if abs(got_measure - asked_measure) > NOTICEABLE * asked_measure:
        return SnapRow(name, quantity, asked_measure, got_measure, unit)
    moved = max(max(abs(placed[axis][0] - low[axis]), abs(placed[axis][1] - high[axis])) for axis in range(3))
    if moved > NOTICEABLE * max(grid.size):
        return SnapRow(name, "position", 0.0, moved, "m")
    return None


def label_regions(
    fluid: np.ndarray, open_x: np.ndarray, open_y: np.ndarray, open_z: np.ndarray, joined: Sequence[int] = ()
) -> tuple[np.ndarray, int]:
    """Connected regions of fluid cells.

    fluid                   bool (nz, ny, nx)
    open_x, open_y, open_z  bool (nz, ny, nx): the LOW face of a cell along that axis joins it to its neighbour. A face counts
                            as open only where both cells are fluid, so a closed plate is a face that is not open.
    joined                  axes (0, 1, 2 for x, y, z) along which the low face of the first cell joins it to the last one
    Returns                 int32 (nz, ny, nx): 0 outside the fluid, 1..n in the order of each region's first cell; and n.

    Cells of a row are joined to runs first, then runs by repeated hooking to the smaller root and pointer jumping: a few array
    passes whatever the shape (Shiloach & Vishkin, An O(log n) parallel connectivity algorithm, J. Algorithms 3, 1982, p. 57).
    """
    starts = fluid.copy()
    starts[:, :, 1:] &= ~(open_x[:, :, 1:] & fluid[:, :, :-1])
    run = np.cumsum(starts.ravel(), dtype=np.int64).reshape(fluid.shape) - 1  # -1 only before the first run, in solids
    count = int(run.flat[-1]) + 1 if fluid.size else 0
    if count == 0:
        return np.zeros(fluid.shape, np.int32), 0
    joined_y = open_y[:, 1:, :] & fluid[:, 1:, :] & fluid[:, :-1, :]
    joined_z = open_z[1:] & fluid[1:] & fluid[:-1]
    low_y, high_y = _distinct_pairs(run[:, :-1, :][joined_y], run[:, 1:, :][joined_y])
    low_z, high_z = _distinct_pairs(run[:-1][joined_z], run[1:][joined_z])
    low, high = [low_y, low_z], [high_y, high_z]
    for axis in joined:
        first, last = (np.take(run, end, axis=2 - axis) for end in (0, -1))
        is_open, begins, ends = (
            np.take(a, end, axis=2 - axis) for a, end in (((open_x, open_y, open_z)[axis], 0), (fluid, 0), (fluid, -1))
        )
        both = is_open & begins & ends
        low.append(first[both])
        high.append(last[both])
    root = _join(count, np.concatenate(low), np.concatenate(high))
    roots, labels = np.unique(root, return_inverse=True)  # a root is the smallest run, so labels follow the order of first cells
    region = np.where(fluid, labels[np.maximum(run, 0)] + 1, 0).astype(np.int32)
    return region, len(roots)


def _distinct_pairs(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if len(a) == 0:
        return a, b
    new = np.ones(len(a), bool)  # neighbours in a row mostly repeat the pair before them
    new[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return a[new], b[new]


def _join(count: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Root, the smallest member, of each of `count` nodes joined by the edges a-b."""
    root = np.arange(count)
    while len(a):
        low, high = np.minimum(root[a], root[b]), np.maximum(root[a], root[b])
        apart = low != high
        a, b, low, high = a[apart], b[apart], low[apart], high[apart]
        np.minimum.at(root, high, low)
        while True:  # every node to its root
            above = root[root]
            if np.array_equal(above, root):
                break
            root = above
    return root


def _digits(value: float) -> str:
    return f"{value:.2f}" if 0.1 <= abs(value) < 1000.0 else f"{value:.3g}"
