"""Which planes of a grid survive on each coarse level: the plan of a multigrid hierarchy, the same for every block.

Pairs of cells merge between planes that carry solids or sheets, never across them, until a level would hardly shrink: thin
plates and perforated sheets then stay exact on every level that resolves them. Pairs also stay apart where the merged cell
would be wider than the level's target, so that coarse cells become cubes even where the fine ones are stretched
(semi-coarsening, decided plane by plane).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SHRINK = 0.6  # a level must have at most this share of the finer level's cells
SLACK = 1.5  # widest merged cell, in units of twice the finer level's target width
GROWTH = 1.26  # a target that does not do is raised by this factor (three steps double it)
COARSEST = 100  # cells that are solved directly


@dataclass(frozen=True)
class Axis:
    """One axis of one level: cell widths, planes to keep, and the first cell of each coarse cell (with the end appended)."""

    widths: np.ndarray
    keep: np.ndarray
    starts: np.ndarray  # empty on the coarsest level

    @property
    def n(self) -> int:
        """Cells along this axis."""
        return len(self.widths)


def plan_levels(
    planes: Sequence[np.ndarray], keep: Sequence[np.ndarray], coarsest: int = COARSEST, periodic: Sequence[int] = ()
) -> list[tuple[Axis, Axis, Axis]]:
    """Levels from fine to coarse, three axes (x, y, z) each.

    planes   positions of the grid planes per axis, (n+1,), m
    keep     planes that carry faces of solids, plates or baffles, bool (n+1,) per axis
    periodic axes whose ends are joined: they keep an even number of cells, so that the two colours alternate across the seam too
    """
    widths = [np.diff(np.asarray(plane, np.float64)) for plane in planes]
    kept = [np.asarray(k, bool).copy() for k in keep]
    target = min(float(np.quantile(width, 0.1)) for width in widths)
    levels = []
    while _size(widths) > coarsest and max(len(width) for width in widths) > 1:
        target, starts = _next_level(widths, kept, target, periodic)
        levels.append(tuple(Axis(w, k, s) for w, k, s in zip(widths, kept, starts, strict=True)))
        widths = [np.add.reduceat(w, s[:-1]) for w, s in zip(widths, starts, strict=True)]
        kept = [k[s] for k, s in zip(kept, starts, strict=True)]
    levels.append(tuple(Axis(w, k, np.zeros(0, np.int64)) for w, k in zip(widths, kept, strict=True)))
    return [(x, y, z) for x, y, z in levels]


def _next_level(
    widths: list[np.ndarray], keep: list[np.ndarray], target: float, periodic: Sequence[int]
) -> tuple[float, list[np.ndarray]]:
    """Target width and first cells of the next level: the smallest target that makes the level shrink enough.

    Kept planes are merged across before the target grows much: along the strong axis that harms less than merging weak ones.
    """
    cells = _size(widths)
    for times in range(0, 120, 3):
        for across in (False, True):
            for more in range(3):
                wider = 2.0 * target * GROWTH ** (times + more)
                starts = [_pair(w, k, SLACK * wider, across) for w, k in zip(widths, keep, strict=True)]
                starts = [_evened(s) if axis in periodic else s for axis, s in enumerate(starts)]
                if np.prod([len(s) - 1 for s in starts]) <= SHRINK * cells:
                    return wider, starts
    return wider, starts  # a row of a few cells: pairs cannot reach the share


def _pair(widths: np.ndarray, keep: np.ndarray, widest: float, across: bool) -> np.ndarray:
    """First cell of each coarse cell along one axis, with the number of cells appended."""
    n = len(widths)
    walls = np.zeros(n + 1, bool) if across else keep
    starts = []
    cell = 0
    while cell < n:
        starts.append(cell)
        joins = cell + 1 < n and not walls[cell + 1] and widths[cell] + widths[cell + 1] <= widest
        cell += 2 if joins else 1
    return np.array([*starts, n])


def _evened(starts: np.ndarray) -> np.ndarray:
    """The same with the last pair left apart, where that makes an odd number of coarse cells (but one) even."""
    count = len(starts) - 1
    pairs = np.flatnonzero(np.diff(starts) == 2)
    if count % 2 == 0 or count == 1 or not len(pairs):
        return starts
    return np.insert(starts, pairs[-1] + 1, starts[pairs[-1]] + 1)


def _size(widths: Sequence[np.ndarray]) -> int:
    return int(np.prod([len(width) for width in widths]))
