"""Geometric multigrid V-cycle for the pressure equation, built once for a grid, with an operator renewed at every set-up.

Cells merge pairwise between planes that carry solids or sheets (coarsening.py); coarse conductances are fine ones in series
and parallel; corrections are interpolated by resistances, so that nothing is carried through a closed or throttled face;
residuals go down by the transpose. Red-black Gauss-Seidel sweeps before the correction and in reverse order after it, more of
them on deeper levels, make the cycle symmetric.
Source of operator-dependent interpolation: Alcouffe, Brandt, Dendy and Painter, SIAM J. Sci. Stat. Comput. 2 (1981) 430;
of the smoother: Yavneh, SIAM J. Sci. Comput. 17 (1996) 180.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from kernels import Backend
from thermal.linear.coarsening import Axis, coarsen_marks, plan_levels
from thermal.linear.coarsest import Coarsest
from thermal.linear.level import Level, Take, coarser
from thermal.parallel import HALO, Block, Communicator, Range, Serial

Step = Callable[[], Any]
Plan = list[tuple[Axis, Axis, Axis]]
# Sweeps before and after the correction, finest level first, the last for all others. Two on the finest level: layers of
# stratified air leave cells with weak vertical coupling, where a factor of 0.33 with one sweep falls to 0.16 for a quarter more
# time.
SWEEPS = (2, 2, 3, 4)
REPLICATED = 4096  # levels below this many cells are solved by every block alike: exchanging their halos costs more


class Multigrid:
    """A hierarchy of levels on one block. `setup` renews the operators; `cycle` runs one V-cycle.

    The finest level's arrays are the interface of `cycle`: `finest.right_side` in, `finest.unknown` out, after
    `finest.unknown` was set to inverse diagonal * right side (the first half sweep, which the caller fuses with its own work).
    """

    def __init__(
        self,
        backend: Backend,
        planes: Sequence[np.ndarray],
        keep: Sequence[np.ndarray],
        regions: np.ndarray,
        comm: Communicator | None = None,
        block: Block | None = None,
        sweeps: Sequence[int] = SWEEPS,
        scratch: Sequence[Any] = (),
        held: np.ndarray | None = None,
    ):
        """planes   positions of the whole hall's grid planes per axis x, y, z, (n+1,), m
        keep     planes that carry faces of solids, plates or baffles, bool (n+1,) per axis
        regions  whole-hall int32 (nz, ny, nx): 0 solid, else the number of the connected region
        comm, block   this block's communicator and cells; the whole hall by default
        sweeps   before and after the correction, finest level first, the last for all others
        scratch  arrays of the finest level that nobody else uses between `setup` and the end of a solution; more are made where
                 these do not reach
        held     whole-hall bool (nz, ny, nx): cells that may have a conductance to a fixed pressure; all by default
        """
        self.backend = backend
        self.comm: Communicator = comm or Serial()
        whole = (len(planes[0]) - 1, len(planes[1]) - 1, len(planes[2]) - 1)
        own = Range(block.low, block.high) if block else Range((0, 0, 0), whole)
        self.regions = np.ascontiguousarray(regions[own.window])
        self._shape = tuple(n + 2 * HALO for n in reversed(own.n))
        self._lent = iter(scratch)
        plan = plan_levels(planes, keep, periodic=self.comm.periodic)
        held = np.ones(whole[::-1], bool) if held is None else held
        self._hierarchy = Hierarchy(backend, plan, own, self.comm, tuple(sweeps), held, self.take)
        self.finest = self._hierarchy.levels[0]
        self._setup: list[Step] = []
        self.invert_coarsest: Step = lambda: None  # the rest of `setup`, for which the host waits
        self._conductances: tuple[Any, ...] = ()
        self.cycle_steps: list[Step] = []

    def take(self) -> Any:
        """An array of the finest level to work in, lent or new; it may hold anything."""
        lent = next(self._lent, None)
        return self.backend.zeros(self._shape) if lent is None else lent

    def setup(self, gx: Any, gy: Any, gz: Any, gd: Any) -> None:
        """Renew all operators from the finest conductances (device arrays with halos; halos of cuts are filled here).

        gx, gy, gz   conductance of the low x, y, z face of each cell, 0 at closed faces
        gd           conductance to a fixed pressure, >= 0
        """
        self.renew(gx, gy, gz, gd)
        self.invert_coarsest()

    def renew(self, gx: Any, gy: Any, gz: Any, gd: Any) -> None:
        """The part of `setup` that the device does alone."""
        given = (gx, gy, gz, gd)
        if len(self._conductances) != 4 or any(a is not b for a, b in zip(given, self._conductances, strict=True)):
            self._conductances = given
            *steps, self.invert_coarsest = self._hierarchy.bind_setup(given)
            self._setup = [self.backend.program(steps)] if self.comm.size == 1 else steps
            self.cycle_steps = self._hierarchy.bind_cycle(given)
        for step in self._setup:
            step()

    def cycle(self) -> None:
        """One cycle from zero, after the first half sweep (see the class)."""
        for step in self.cycle_steps:
            step()

    def precondition(self) -> None:
        """finest.unknown = M^-1 finest.right_side, first half sweep included."""
        top = self.finest
        self.backend.run("relax_from_zero", *top.n, top.unknown, top.right_side, top.inverse_diagonal)
        self.cycle()

    @property
    def levels(self) -> list[Level]:
        """This block's levels, finest first, down to the one from which every block holds the whole hall."""
        return self._hierarchy.levels

    @property
    def sizes(self) -> list[tuple[int, int, int]]:
        """Cells per axis of each level of the whole hall."""
        return [(x.n, y.n, z.n) for x, y, z in self._hierarchy.plan]


class Hierarchy:
    """The levels of one block, down to the coarsest, or down to the level from which every block holds the whole hall."""

    def __init__(
        self, backend: Backend, plan: Plan, own: Range, comm: Communicator, sweeps: Sequence[int], held: np.ndarray,
        take: Take | None = None,
    ):  # fmt: skip
        """sweeps: before and after the correction on each level of the plan, the last for all others; held: see Multigrid, cells
        of the plan's first level; take: see Level, finest."""
        self.sweeps = sweeps
        self.backend = backend
        self.plan = plan
        self.comm = comm
        ranges = [own]
        for axes in plan[:-1]:
            ranges.append(coarser(ranges[-1], axes))
        last = len(plan) - 1 if comm.size == 1 else _first_replicated(plan, ranges, comm)
        joined = comm.periodic
        self.levels = [
            Level(backend, plan[n], ranges[n], n == 0, n == last, joined, None if n else take) for n in range(last + 1)
        ]
        self._held = []  # of each level but the finest: [i | j | k] of this block's cells that may be held
        for axes, level in zip(plan, self.levels[1:], strict=False):
            held = coarsen_marks(held, axes)
            self._held.append(np.argwhere(held[level.own.window])[:, ::-1].T.astype(np.int32))
        bottom = self.levels[-1]
        self.bottom: Coarsest | Replica
        if comm.size == 1:
            self.bottom = Coarsest(backend, bottom.n, bottom.right_side, bottom.unknown, joined)
        else:
            self.bottom = Replica(backend, plan[last:], bottom, comm, sweeps[last:] or sweeps[-1:], held)

    def bind_setup(self, given: Sequence[Any]) -> list[Step]:
        """Launches that renew every operator from the finest conductances."""
        bind, steps = self.backend.bind, self._loosen(self.levels[0], given)
        steps += self._exchange(given)
        operator = tuple(given)
        for fine, coarse, held in zip(self.levels, self.levels[1:], self._held, strict=False):
            if min(coarse.n) > 0:
                lines, sizes = fine.lines(coarse.n), (*coarse.n, *fine.n, fine.starts)
                steps.append(
                    bind(
                        "line_conductances",
                        fine.n[0],
                        *coarse.n[1:],
                        fine.n[1],
                        fine.parents,
                        fine.starts,
                        coarse.n[0],
                        *operator[:3],
                        *lines,
                    )  # fmt: skip
                )
                steps.append(bind("coarsen_conductances", *coarse.n, fine.n[0], fine.starts, *lines, *coarse.conductances[:3]))
                if held.size:
                    table = self.backend.upload(held.ravel(), np.int32)
                    steps.append(bind("coarsen_fixed", held.shape[1], table, *sizes, *operator, coarse.conductances[3]))
            steps.append(bind("prepare_level", *fine.n, fine.parents, *operator, *fine.weights, fine.inverse_diagonal))
            steps += self._exchange(fine.weights)
            operator = coarse.conductances
            steps += self._loosen(coarse, operator)
            if coarse is not self.levels[-1]:
                steps += self._exchange(operator)
        return [*steps, partial(self.bottom.setup, *operator)]

    def bind_cycle(self, given: Sequence[Any]) -> list[Step]:
        """Launches of one cycle from zero whose first half sweep on the finest level is done."""
        down: list[Step] = []
        up: list[Step] = []
        for number, (fine, coarse) in enumerate(zip(self.levels, self.levels[1:], strict=False)):
            operator = fine.conductances or tuple(given)
            sweeps = self.sweeps[min(number, len(self.sweeps) - 1)]
            below = coarse is self.levels[-1] and isinstance(self.bottom, Replica)  # which fills the halos itself
            down += self._descend(fine, coarse, operator, sweeps)
            up = [*([] if below else self._exchange((coarse.unknown,))), *self._ascend(fine, coarse, operator, sweeps), *up]
        return [*down, self.bottom.solve, *up]

    def _descend(self, fine: Level, coarse: Level, operator: tuple[Any, ...], sweeps: int) -> list[Step]:
        """Sweeps of a level from zero (first half done), its residual, and the right side of the next."""
        bind, n, (first, second) = self.backend.bind, fine.n, fine.colours
        x, b, d, r = fine.unknown, fine.right_side, fine.inverse_diagonal, fine.residual
        fill = self._exchange((x,))
        half = {colour: bind("relax", *n, x, b, *operator[:3], d, colour) for colour in (first, second)}
        steps = [*fill, half[second], *fill]
        for _ in range(sweeps - 1):
            steps += [half[first], *fill, half[second], *fill]
        if sweeps == 1:
            steps.append(bind("residual_of_sweep", *n, x, *operator[:3], r, first))
        else:
            steps.append(bind("residual", *n, x, b, *operator, r, first))
        steps += self._exchange((r,))
        if min(coarse.n) > 0:
            packed = (coarse.n[0], n[1], n[2])
            # cells of the neighbours send shares across a cut or a seam
            more = 1 if self.comm.fills_halos else 0
            box = [bound for cells, high in zip(packed, (1, 2, 2), strict=True) for bound in (-more, cells + high * more)]
            steps.append(bind("share_residual", *packed, n[0], fine.starts, r, *fine.weights, *fine.shares, first, *box))
            target = (coarse.inverse_diagonal, coarse.right_side, coarse.unknown)
            steps.append(bind("collect_shares", *coarse.n, n[1], fine.starts, *fine.shares, *target, first))
        return steps

    def _ascend(self, fine: Level, coarse: Level, operator: tuple[Any, ...], sweeps: int) -> list[Step]:
        """Correction of a level from the next, and the sweeps in reverse order."""
        bind, n, (first, second) = self.backend.bind, fine.n, fine.colours
        x, b, d = fine.unknown, fine.right_side, fine.inverse_diagonal
        fill = self._exchange((x,))
        steps: list[Step] = [bind("prolong", *n, *coarse.n, fine.parents, x, coarse.unknown, *fine.weights, first)]
        half = {colour: bind("relax", *n, x, b, *operator[:3], d, colour) for colour in (first, second)}
        for _ in range(sweeps):
            steps += [*fill, half[second], *fill, half[first]]
        return steps

    def _exchange(self, arrays: Sequence[Any]) -> list[Step]:
        return [partial(self.comm.exchange, list(arrays))] if self.comm.fills_halos else []

    def _loosen(self, level: Level, operator: Sequence[Any]) -> list[Step]:
        """Take out the coupling of cells with themselves, along periodic axes of one cell: it says nothing but would damp."""
        single = [axis for axis in self.comm.periodic if level.axes[axis].n == 1]
        return [partial(self.backend.fill, operator[axis], 0.0) for axis in single]


class Replica:
    """The coarse levels of a cut hall, held whole by every block: gathered once on the way down, read back on the way up."""

    def __init__(self, backend: Backend, plan: Plan, local: Level, comm: Communicator, sweeps: Sequence[int], held: np.ndarray):
        """held: see Multigrid, cells of the plan's first level."""
        self._backend = backend
        self._local = local
        self._comm = comm
        whole = (plan[0][0].n, plan[0][1].n, plan[0][2].n)
        self._alone = Serial(comm.periodic, backend)
        self._hierarchy = Hierarchy(backend, plan, Range((0, 0, 0), whole), self._alone, sweeps, held)
        self._top = self._hierarchy.levels[0]
        shape = tuple(n + 4 for n in reversed(whole))
        self._whole = tuple(backend.zeros(shape) for _ in range(4))
        top = self._top
        self._setup = self._hierarchy.bind_setup(self._whole)
        self._cycle: list[Step] = [
            backend.bind("relax_from_zero", *top.n, top.unknown, top.right_side, top.inverse_diagonal),
            *self._hierarchy.bind_cycle(self._whole),
        ]

    def setup(self, *operator: Any) -> None:
        """Gather the conductances of all blocks and renew the coarse operators."""
        self._gather(operator, self._whole)
        for step in self._setup:
            step()

    def solve(self) -> None:
        """Gather the right side, run the coarse part of the cycle, keep this block's part of the answer with its halos."""
        self._gather((self._local.right_side,), (self._top.right_side,))
        for step in self._cycle:
            step()
        self._alone.exchange([self._top.unknown])
        low, n = self._local.own.low, self._local.n
        part = tuple(slice(low[axis], low[axis] + n[axis] + 2 * HALO) for axis in (2, 1, 0))
        answer = np.ascontiguousarray(self._backend.download(self._top.unknown)[part])
        self._backend.store(answer, self._local.unknown)

    def _gather(self, parts: Sequence[Any], wholes: Sequence[Any]) -> None:
        inside = (slice(HALO, -HALO),) * 3
        own = self._local.own
        shape = tuple(n + 2 * HALO for n in reversed(self._top.n))
        padded = np.zeros((len(parts), *shape))
        for number, part in enumerate(parts):
            padded[number][inside][own.window] = self._backend.download(part)[inside]
        total = self._comm.sum(padded.ravel()).reshape(padded.shape)
        for values, whole in zip(total, wholes, strict=True):
            self._backend.store(values, whole)


def _first_replicated(plan: Plan, ranges: Sequence[Range], comm: Communicator) -> int:
    """The first level that every block holds whole: the coarsest, a small one, or one with too few cells for some halo."""
    thinnest = [min(n for n, parts in zip(own.n, comm.parts, strict=True) if parts > 1) for own in ranges]
    thinnest_of_all = -comm.max(-np.array(thinnest, np.float64))
    for number, axes in enumerate(plan):
        if number == len(plan) - 1 or thinnest_of_all[number] < HALO or axes[0].n * axes[1].n * axes[2].n <= REPLICATED:
            return number
    return len(plan) - 1
