"""Synthetic pressure equations: halls with racks, plates, sheets, openings, stretched grids and jumping coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kernels import Backend
from thermal.linear.multigrid import SWEEPS, Multigrid
from thermal.linear.pcg import PressureSolver
from thermal.parallel import Block, Communicator, Serial

INSIDE = (slice(2, -2),) * 3
Box = tuple[float, float, float, float, float, float]  # shares of the room: x0, x1, y0, y1, z0, z1


@dataclass
class System:
    """One equation on a whole hall: arrays [k, j, i] with two halo layers, b of mean zero in regions without opening."""

    planes: list[np.ndarray]
    keep: list[np.ndarray]
    regions: np.ndarray
    operator: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    b: np.ndarray
    periodic: tuple[int, ...] = ()

    def multigrid(
        self,
        backend: Backend,
        comm: Communicator | None = None,
        block: Block | None = None,
        sweeps: Sequence[int] = SWEEPS,
    ) -> Multigrid:
        """A hierarchy for this grid."""
        comm = (comm or Serial()).joined(self.periodic, backend)
        return Multigrid(backend, self.planes, self.keep, self.regions, comm, block, sweeps)

    def solver(self, backend: Backend, iterations: int = 2, sweeps: Sequence[int] = SWEEPS) -> tuple[PressureSolver, Any, Any]:
        """A solver that is set up, a device array for the answer, and the right side."""
        solver = PressureSolver(self.multigrid(backend, sweeps=sweeps), iterations)
        solver.setup(*(backend.upload(g) for g in self.operator))
        return solver, backend.zeros(self.b.shape), backend.upload(self.b)

    def norms(self, backend: Backend, steps: int = 10, sweeps: Sequence[int] = SWEEPS) -> np.ndarray:
        """Residual norms of the steps of PCG, down to what the precision holds."""
        solver, x, b = self.solver(backend, sweeps=sweeps)
        return np.array(solver.solve_to(x, b, 1e-11 if backend.precision == "double" else 1e-5, steps))

    def residual(self, x: np.ndarray) -> np.ndarray:
        """b - A x on interior cells, in the sign of `PressureSolver`, float64."""
        x = x.copy()
        gx, gy, gz, gd = (g.astype(np.float64) for g in self.operator)
        Serial(self.periodic).exchange([x, gx, gy, gz])
        total = self.b[INSIDE] + gd[INSIDE] * x[INSIDE]
        for g, axis in ((gx, 2), (gy, 1), (gz, 0)):
            low, high = list(INSIDE), list(INSIDE)
            low[axis], high[axis] = slice(1, -3), slice(3, -1)
            total -= g[INSIDE] * (x[tuple(low)] - x[INSIDE]) + g[tuple(high)] * (x[tuple(high)] - x[INSIDE])
        return total


@dataclass
class Hall:
    """What a system is made of. Positions are shares of the room; sheets are (axis, position, box) with a factor on the
    conductance: 0 a closed plate, else a perforated one."""

    n: tuple[int, int, int] = (30, 24, 10)
    widths: Sequence[np.ndarray] | None = None
    solids: Sequence[Box] = ()
    sheets: Sequence[tuple[int, float, Box]] = ()
    factor: float = 0.0
    opening: Box | None = (0.3, 0.7, 0.1, 0.3, 1.0, 1.0)  # part of the ceiling that is held at p = 0
    jump: float = 0.0  # decades of random coefficient either way
    seed: int = 1
    periodic: tuple[int, ...] = ()
    random: np.random.Generator = field(init=False)

    def system(self) -> System:
        """The equation."""
        self.random = np.random.default_rng(self.seed)
        widths = [np.full(n, 0.1) for n in self.n] if self.widths is None else [np.asarray(w) for w in self.widths]
        planes = [np.concatenate([[0.0], np.cumsum(w)]) for w in widths]
        shape = tuple(reversed(self.n))
        fluid = np.ones(shape, bool)
        for box in self.solids:
            fluid[self._cells(box)] = False
        coefficient = 10.0 ** self.random.uniform(-self.jump, self.jump, shape) if self.jump else np.ones(shape)
        faces = [self._faces(axis, widths, fluid, coefficient) for axis in range(3)]
        keep = []
        for axis in range(3):
            across = tuple(a for a in range(3) if a != 2 - axis)
            lower = np.roll(fluid, 1, 2 - axis)
            walls = (fluid != lower).any(axis=across)
            keep.append(np.concatenate([[True], walls[1:], [True]]))
        for axis, place, box in self.sheets:
            plane = self._index(place, axis)
            cells = list(self._cells(box))
            cells[2 - axis] = slice(plane, plane + 1)
            faces[axis][tuple(cells)] *= self.factor
            keep[axis][plane] = True
        gd = np.zeros(shape)
        if self.opening:
            area = widths[0] * widths[1][:, None]
            top = self._cells((*self.opening[:4], 0.0, 1.0))[1:]
            gd[-1][top] = (2.0 * area / widths[2][-1] * coefficient[-1])[top]
            gd *= fluid
        regions = label(fluid, faces)
        b = self.random.standard_normal(shape) * fluid
        if not self.opening:
            for region in range(1, regions.max() + 1):
                b[regions == region] -= b[regions == region].mean()
        operator = (_pad(faces[0]), _pad(faces[1]), _pad(faces[2]), _pad(gd))
        return System(planes, keep, regions, operator, _pad(b), self.periodic)

    def _index(self, share: float, axis: int) -> int:
        return int(round(share * self.n[axis]))

    def _cells(self, box: Box) -> tuple[slice, slice, slice]:
        spans = []
        for axis in (2, 1, 0):
            first, end = self._index(box[2 * axis], axis), self._index(box[2 * axis + 1], axis)
            spans.append(slice(first, max(end, first + 1)))
        return (spans[0], spans[1], spans[2])

    def _faces(self, axis: int, widths: list[np.ndarray], fluid: np.ndarray, coefficient: np.ndarray) -> np.ndarray:
        """Conductance of the low face of each cell, area / resistance of the two half cells."""
        along = 2 - axis
        shapes = [(1, 1, -1), (1, -1, 1), (-1, 1, 1)]
        area = np.ones(fluid.shape)
        for other in range(3):
            if other != axis:
                area = area * widths[other].reshape(shapes[other])
        half = 0.5 * widths[axis].reshape(shapes[axis]) / coefficient
        g = area / (half + np.roll(half, 1, along)) * (fluid & np.roll(fluid, 1, along))
        first = [slice(None)] * 3
        first[along] = slice(0, 1)
        if axis not in self.periodic:
            g[tuple(first)] = 0.0
        return g


def label(fluid: np.ndarray, faces: Sequence[np.ndarray]) -> np.ndarray:
    """Connected regions over open faces, int32, 0 in solids."""
    mark = np.where(fluid, np.arange(1, fluid.size + 1).reshape(fluid.shape), 0)
    while True:
        before = mark.copy()
        for axis, g in enumerate(faces):
            m, c = np.moveaxis(mark, 2 - axis, 0), np.moveaxis(g, 2 - axis, 0) > 0
            m[0] = np.where(c[0], np.minimum(m[0], m[-1]), m[0])
            m[-1] = np.where(c[0], np.minimum(m[0], m[-1]), m[-1])
            for i in range(1, m.shape[0]):
                m[i] = np.where(c[i], np.minimum(m[i], m[i - 1]), m[i])
            for i in range(m.shape[0] - 1, 0, -1):
                m[i - 1] = np.where(c[i], np.minimum(m[i], m[i - 1]), m[i - 1])
        if np.array_equal(mark, before):
            break
    return np.searchsorted(np.unique(np.append(mark[fluid], 0)), mark).astype(np.int32)


def _pad(array: np.ndarray) -> np.ndarray:
    return np.pad(array, 2)


RACKS: tuple[Box, ...] = ((0.3, 0.7, 0.29, 0.42, 0.0, 0.6), (0.3, 0.7, 0.58, 0.71, 0.0, 0.6))
SCREENS: tuple[tuple[int, float, Box], ...] = (
    (0, 0.1, (0.0, 0.1, 0.1, 0.83, 0.0, 0.83)),
    (0, 0.2, (0.0, 0.1, 0.1, 0.83, 0.0, 0.83)),
    (0, 0.8, (0.0, 0.1, 0.1, 0.83, 0.0, 0.83)),
    (1, 0.08, (0.13, 0.87, 0.0, 0.1, 0.17, 1.0)),
    (1, 0.88, (0.13, 0.87, 0.0, 0.1, 0.17, 1.0)),
    (2, 0.72, (0.08, 0.92, 0.42, 0.58, 0.0, 1.0)),
)
AISLE: tuple[tuple[int, float, Box], ...] = (
    (2, 0.6, (0.3, 0.7, 0.42, 0.58, 0.0, 1.0)),
    (0, 0.3, (0.0, 1.0, 0.42, 0.58, 0.0, 0.6)),
    (0, 0.7, (0.0, 1.0, 0.42, 0.58, 0.0, 0.6)),
)


def thin_plates(n: tuple[int, int, int]) -> tuple[Box, ...]:
    """Solids one cell thick."""
    dx, dy = 1.0 / n[0], 1.0 / n[1]
    across = tuple((x, x + dx, 0.1, 0.83, 0.0, 0.83) for x in (0.1, 0.22, 0.78, 0.9))
    return across + tuple((0.13, 0.87, y, y + dy, 0.17, 1.0) for y in (0.08, 0.88))


def stretched(n: tuple[int, int, int], aspect: float) -> list[np.ndarray]:
    """Cell widths that grow by `aspect` from the middle of each axis to both ends, so that every mixture of widths occurs."""
    return [0.1 * aspect ** np.abs(np.linspace(-1.0, 1.0, count)) / np.sqrt(aspect) for count in n]


def flat(n: tuple[int, int, int], aspect: float) -> list[np.ndarray]:
    """Cells `aspect` times wider than high."""
    return [np.full(n[0], 0.1), np.full(n[1], 0.1), np.full(n[2], 0.1 / aspect)]
