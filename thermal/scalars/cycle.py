"""A multigrid cycle for many tracers at once: about the inverse of their upwind rows, at the price of a few passes.

Cells merge pairwise between planes that carry solids or sheets. A coarse cell is a finite volume like any other: what flows
through its faces is the sum of what flows through those of its children, each way for itself, and its diffusion is that of its
own distances. So rows stay those of an upwind scheme, a constant stays a solution, and one pass carries a tracer over one coarse
cell where the finest level would take many. Corrections go down as they are.
Aggregation for convection and diffusion: Notay 2012, SIAM J. Sci. Comput. 34:A2288, who chooses his pairs by the matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from thermal.flow.domain import Domain
from thermal.linear.coarsening import Axis, plan_levels
from thermal.linear.level import local_parents, local_starts
from thermal.scalars.launches import field_of

Step = Callable[[], Any]

BEFORE, AFTER = 2, 2  # passes before and after the correction, the first from zero
DAMPING = 0.9  # of each pass: undamped, two colours of cells would swap errors where diffusion rules
LAST = 24  # passes on the coarsest level


@dataclass
class Faces:
    """Transport through the low faces of one axis, the face beyond the last cell included. m3/s, [k, j, i] without halos.

    forth   flow towards the high side;  back   towards the low side, both >= 0;  mixing   diffusive conductance
    """

    forth: np.ndarray
    back: np.ndarray
    mixing: np.ndarray

    def merged(self, axis: int, axes: tuple[Axis, Axis, Axis], widths: Sequence[np.ndarray]) -> Faces:
        """Of the coarser level. widths   of the fine cells along `axis`, m, and of the coarse ones."""
        chosen = axes[axis].starts
        fine, coarse = (_distances(w) for w in widths)
        scale = fine[chosen] / coarse
        shape = tuple(-1 if place == 2 - axis else 1 for place in range(3))
        parts = []
        for values in (self.forth, self.back, self.mixing):
            values = np.take(values, chosen, axis=2 - axis)
            for other in range(3):
                if other != axis:
                    values = np.add.reduceat(values, axes[other].starts[:-1], axis=2 - other)
            parts.append(values)
        return Faces(parts[0], parts[1], parts[2] * scale.reshape(shape))


def _distances(widths: np.ndarray) -> np.ndarray:
    """Between the centres on both sides of each plane; at the ends the width of the end cell."""
    padded = np.concatenate([widths[:1], widths, widths[-1:]])
    return 0.5 * (padded[1:] + padded[:-1])


@dataclass
class _Level:
    """Cells, rows and arrays of one level; `starts` and `parents` are its maps from and to the finer one."""

    n: tuple[int, int, int]
    rows: tuple[Any, ...]
    diagonal: Any
    inverse: Any
    starts: Any
    parents: Any
    b: Any
    x: Any
    other: Any


class Cycle:
    """The finest level of one block, and all coarser ones of the whole hall: blocks hold these alike and get the same answer.

    What the finest level lacks is added up over the blocks on the host.
    """

    def __init__(self, domain: Domain, faces: Sequence[Faces], entering: np.ndarray, fine: tuple[Any, ...], columns: int) -> None:
        """faces     of the whole hall, per axis;  entering  m3/s through openings into each cell, [k, j, i] without halos
        fine      device arrays of the block: six rows, diagonal, reciprocal diagonal
        """
        backend, grid = domain.backend, domain.placement.grid
        self.domain = domain
        plan = plan_levels((grid.x, grid.y, grid.z), domain.placement.feature_planes)
        *rows, diagonal, inverse = fine
        work = [backend.zeros((columns, *domain.shape)) for _ in range(2)]
        self.levels = [_Level(domain.n, tuple(rows), diagonal, inverse, None, None, None, work[0], work[1])]
        self._programs: dict[tuple[int, int], tuple[list[Step], Any, Any]] = {}
        for axes, next_axes in zip(plan[:-1], plan[1:], strict=True):
            faces = [
                one.merged(axis, axes, (axes[axis].widths, next_axes[axis].widths)) for axis, one in enumerate(faces)
            ]  # fmt: skip
            for axis in range(3):
                entering = np.add.reduceat(entering, axes[axis].starts[:-1], axis=2 - axis)
            first = (domain.block.low, domain.block.high) if len(self.levels) == 1 else ((0, 0, 0), tuple(a.n for a in axes))
            self.levels.append(_coarse_level(backend, axes, faces, entering, columns, first))
        self._lacking: Any = None
        if domain.comm.size > 1 and len(plan) > 1:
            self._lacking = backend.zeros((columns, *(n + 4 for n in grid.shape)))

    def __call__(self, b: Any, count: int) -> Any:
        """An array with about the solution of the first `count` columns for right sides `b`, which stay; valid until the next."""
        key = id(b), count
        if key not in self._programs:  # with b: an identity must stay that of its array
            steps: list[Step] = []
            answer = self._bind(steps, 0, b, count)
            alone = not self.domain.comm.fills_halos
            self._programs[key] = [self.domain.backend.program(steps)] if alone else steps, answer, b
        steps, answer, _ = self._programs[key]
        for step in steps:
            step()
        return answer

    def _bind_exchange(self, steps: list[Step], number: int, array: Any, count: int) -> None:
        """Halos of a batch of the finest level."""
        comm = self.domain.comm
        if number == 0 and comm.fills_halos:
            steps.append(partial(comm.exchange, [field_of(array, m) for m in range(count)]))

    def _bind_passes(self, steps: list[Step], number: int, times: int, start: Any, b: Any, count: int) -> Any:
        """Damped passes from `start`; the array they end in, one of the level's two."""
        level = self.levels[number]
        for _ in range(times):
            target = level.other if start is level.x else level.x
            self._bind_exchange(steps, number, start, count)
            steps.append(
                self.domain.backend.bind("tracer_pass", *level.n, count, start, *level.rows, b, DAMPING, target)
            )  # fmt: skip
            start = target
        return start

    def _bind(self, steps: list[Step], number: int, b: Any, count: int) -> Any:
        """Steps of a level and all below it; the array with their answer."""
        bind, level = self.domain.backend.bind, self.levels[number]
        if number == len(self.levels) - 1:
            return self._bind_passes(steps, number, LAST, b, b, count)
        x = self._bind_passes(steps, number, BEFORE - 1, b, b, count)  # the first pass from zero is b itself
        free = level.other if x is level.x else level.x
        below = self.levels[number + 1]
        self._bind_exchange(steps, number, x, count)
        steps.append(bind("tracer_defect", *level.n, count, x, *level.rows, b, level.diagonal, free))
        source, n = free, level.n
        if number == 0 and self._lacking is not None:
            steps.append(partial(self._collect, free, count))
            source, n = self._lacking, self.domain.placement.grid.n
        steps.append(bind("tracer_gather", *below.n, count, *n, below.starts, source, below.inverse, below.b))
        e = self._bind(steps, number + 1, below.b, count)
        steps.append(bind("tracer_spread", *level.n, count, *below.n, below.parents, e, level.diagonal, x, free))
        return self._bind_passes(steps, number, AFTER, free, b, count)

    def _collect(self, local: Any, count: int) -> None:
        """What each block's cells lack, of the whole hall on every block."""
        backend = self.domain.backend
        whole = np.zeros(self._lacking.shape)
        inner = whole[(slice(0, count), *(slice(2, -2),) * 3)]
        inner[(slice(None), *self.domain.block.window)] = backend.download(local)[:count, 2:-2, 2:-2, 2:-2]
        inner[...] = self.domain.comm.sum(inner.ravel()).reshape(inner.shape)
        backend.store(whole.astype(backend.real), self._lacking)


def whole_hall(domain: Domain, local: np.ndarray, axis: int | None = None) -> np.ndarray:
    """A field of a block, [k, j, i] with halos, over the whole hall without; of low faces along `axis`, the end face included."""
    if domain.comm.size == 1:
        return local[tuple(slice(2, -1 if axis is not None and place == 2 - axis else -2) for place in range(3))]
    grid, block = domain.placement.grid, domain.block
    shape, target, source = list(grid.shape), [], []
    for place in range(3):
        a = 2 - place
        more = int(a == axis and block.high[a] == grid.n[a])
        shape[place] += int(a == axis)
        target.append(slice(block.low[a], block.high[a] + more))
        source.append(slice(2, 2 + block.high[a] - block.low[a] + more))
    whole = np.zeros(shape)
    whole[tuple(target)] = local[tuple(source)]
    return domain.comm.sum(whole.ravel()).reshape(shape)


def _coarse_level(
    backend: Any, axes: tuple[Axis, Axis, Axis], faces: Sequence[Faces], entering: np.ndarray, columns: int,
    finer: tuple[Sequence[int], Sequence[int]],
) -> _Level:  # fmt: skip
    """A level from its faces; `axes` and `finer` (cells of this block there, first and end) are of the level above it."""
    shape = entering.shape
    coefficients = []
    for axis, one in enumerate(faces):
        low = [slice(0, -1) if place == 2 - axis else slice(None) for place in range(3)]
        high = [slice(1, None) if place == 2 - axis else slice(None) for place in range(3)]
        coefficients += [(one.mixing + one.forth)[tuple(low)], (one.mixing + one.back)[tuple(high)]]
    diagonal = sum(coefficients) + entering
    inverse = np.where(diagonal > 0.0, 1.0 / np.where(diagonal > 0.0, diagonal, 1.0), 0.0)

    def upload(values: np.ndarray) -> Any:
        return backend.upload(np.pad(values, 2), backend.real)

    starts = np.concatenate([local_starts(a.starts, 0, 0, len(a.starts) - 1) for a in axes])
    parents = np.concatenate([local_parents(a.starts, low, high, 0) for a, low, high in zip(axes, *finer, strict=True)])
    padded = tuple(n + 4 for n in shape)
    return _Level(
        shape[::-1], tuple(upload(c * inverse) for c in coefficients), upload(diagonal), upload(inverse),
        backend.upload(starts, np.int32), backend.upload(parents, np.int32),
        *(backend.zeros((columns, *padded)) for _ in range(3)),
    )  # fmt: skip
