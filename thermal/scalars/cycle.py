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
    """Levels of one block. Each block coarsens alone, and halos of coarse levels stay zero: blocks meet on the finest."""

    def __init__(self, domain: Domain, faces: Sequence[Faces], entering: np.ndarray, fine: tuple[Any, ...], columns: int) -> None:
        """faces     of the finest level, per axis;  entering  m3/s through openings into each cell, [k, j, i] without halos
        fine      device arrays of the finest level: six rows, diagonal, reciprocal diagonal
        """
        backend, grid, low, high = domain.backend, domain.placement.grid, domain.block.low, domain.block.high
        self.domain = domain
        planes = [np.asarray(plane)[a : b + 1] for plane, a, b in zip((grid.x, grid.y, grid.z), low, high, strict=True)]
        keep = [np.asarray(kept)[a : b + 1] for kept, a, b in zip(domain.placement.feature_planes, low, high, strict=True)]
        plan = plan_levels(planes, keep)
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
            self.levels.append(_coarse_level(backend, axes, faces, entering, columns))

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
        steps.append(bind("tracer_gather", *below.n, count, *level.n, below.starts, free, below.inverse, below.b))
        e = self._bind(steps, number + 1, below.b, count)
        steps.append(bind("tracer_spread", *level.n, count, *below.n, below.parents, e, level.diagonal, x, free))
        return self._bind_passes(steps, number, AFTER, free, b, count)


def _coarse_level(
    backend: Any, axes: tuple[Axis, Axis, Axis], faces: Sequence[Faces], entering: np.ndarray, columns: int
) -> _Level:
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
    parents = np.concatenate([local_parents(a.starts, 0, a.n, 0) for a in axes])
    padded = tuple(n + 4 for n in shape)
    return _Level(
        shape[::-1], tuple(upload(c * inverse) for c in coefficients), upload(diagonal), upload(inverse),
        backend.upload(starts, np.int32), backend.upload(parents, np.int32),
        *(backend.zeros((columns, *padded)) for _ in range(3)),
    )  # fmt: skip
