"""One level of a multigrid hierarchy as one block sees it: its cells, its arrays, and the maps to the next coarser level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from kernels import Backend
from thermal.linear.coarsening import Axis
from thermal.parallel import Range

Take = Callable[[], Any]


def coarser(fine: Range, axes: tuple[Axis, Axis, Axis]) -> Range:
    """The cells of the next level whose first fine cell lies in a range of this one."""
    low = [int(np.searchsorted(axis.starts[:-1], first)) for axis, first in zip(axes, fine.low, strict=True)]
    high = [int(np.searchsorted(axis.starts[:-1], last)) for axis, last in zip(axes, fine.high, strict=True)]
    return Range((low[0], low[1], low[2]), (high[0], high[1], high[2]))


class Level:
    """Arrays of one level on one block: unknown, right side, residual, operator, weights. The finest level has no operator
    of its own: it uses the caller's conductances."""

    def __init__(
        self, backend: Backend, axes: tuple[Axis, Axis, Axis], own: Range, finest: bool, coarsest: bool,
        periodic: Sequence[int] = (), take: Take | None = None,
    ):  # fmt: skip
        """periodic: axes along which the hall repeats; take: gives an array of this level that may hold anything, new ones by
        default.
        """
        self.axes = axes
        self.own = own
        self.n = own.n
        self.colours = (own.parity, 1 - own.parity)  # local numbers of the first and the second global colour
        shape = tuple(n + 4 for n in reversed(self.n))
        take = take or partial(backend.zeros, shape)
        self.unknown, self.right_side, self.inverse_diagonal = take(), take(), take()
        self.conductances: tuple[Any, ...] = () if finest else tuple(backend.zeros(shape) for _ in range(4))
        if not coarsest:
            self.residual = take()
            self.weights = (take(), take(), take())
            self.below = coarser(own, axes)
            # of the residual, on the way down: fine rows, packed along x to one entry a coarse cell
            packed = (*shape[:2], self.below.n[0] + 4)
            self.shares = tuple(backend.zeros(packed) for _ in range(4))
            spans = list(enumerate(zip(axes, own.low, own.high, self.below.low, self.below.high, strict=True)))
            starts = [local_starts(a.starts, f, c, d, axis in periodic) for axis, (a, f, _, c, d) in spans]
            parents = [local_parents(a.starts, f, g, c, axis in periodic) for axis, (a, f, g, c, _) in spans]
            self.starts, self.parents = backend.upload(np.concatenate(starts)), backend.upload(np.concatenate(parents))

    def lines(self, coarse: Sequence[int]) -> list[Any]:
        """Three arrays of fine cells along x and the `coarse` cells (nx, ny, nz) along y and z, in memory that the set-up of this
        level fills later, and of which nobody reads what lies beyond its cells.
        """
        shape = (coarse[2] + 4, coarse[1] + 4, self.n[0] + 4)
        size = shape[0] * shape[1] * shape[2]
        return [array.reshape(-1)[:size].reshape(shape) for array in (self.right_side, self.inverse_diagonal, self.weights[0])]


def local_starts(starts: np.ndarray, fine_low: int, low: int, high: int, is_joined: bool = False) -> np.ndarray:
    """First fine plane of the coarse cells low - 1 .. high + 1, in indices of the block, int32 (high - low + 3,).

    is_joined   the axis is periodic: beyond an end follow the cells of the other; else cells of one plane each
    """
    count = len(starts) - 1
    coarse = np.arange(low - 1, high + 2)
    if is_joined:
        return (starts[coarse % count] + coarse // count * starts[-1] - fine_low).astype(np.int32)
    inside = starts[np.clip(coarse, 0, count)] + np.minimum(coarse, 0) + np.maximum(coarse - count, 0)
    return (inside - fine_low).astype(np.int32)


def local_parents(starts: np.ndarray, fine_low: int, fine_high: int, low: int, is_joined: bool = False) -> np.ndarray:
    """Parent and side of the fine planes of a block with two halo planes per end, int32 (2 (n + 4),), see multigrid.cu.

    is_joined   the axis is periodic, see local_starts
    """
    counts = np.diff(starts)
    parent = np.repeat(np.arange(len(counts)), counts) - low
    side = np.zeros(starts[-1], np.int64)
    pairs = starts[:-1][counts == 2]
    side[pairs] = -1
    side[pairs + 1] = 1
    planes = np.arange(fine_low - 2, fine_high + 2)
    if is_joined:
        around, own = planes // starts[-1], planes % starts[-1]
        return np.concatenate([parent[own] + around * len(counts), side[own]]).astype(np.int32)
    inside = (planes >= 0) & (planes < starts[-1])
    planes = np.clip(planes, 0, starts[-1] - 1)
    return np.concatenate([np.where(inside, parent[planes], 0), np.where(inside, side[planes], 0)]).astype(np.int32)
