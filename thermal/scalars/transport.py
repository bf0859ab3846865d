"""Tracers on a standing flow: second-order rows of many columns, solved to a residual that closes their balances.

Residuals are taken in float64, corrections found in the fields' precision (iterative refinement). Columns of one family share
the limiter of each face, the least of theirs: so the scheme is linear among them, and shares that add up to one where they
enter do so in every cell. After FREE rounds limiters stand still, and what is left is a linear system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thermal.parallel import wrap
from thermal.scalars.cycle import Cycle, Faces, whole_hall
from thermal.scalars.edges import Edges
from thermal.scalars.flows import StandingFlow
from thermal.scalars.krylov import Batch
from thermal.scalars.launches import Launches, field_of

AT_ONCE = 4  # columns whose Krylov arrays are held at one time: about what the flow's own fields took
FREE = 4  # rounds in which limiters follow the columns
ROUNDS = 40  # of residual and correction, at most
REDUCTION = (0.3, 0.02)  # of a round's residual while limiters follow, and later
TOLERANCE = 2e-7  # sum of |residual| over (supply x scale) at which a column is done; its balance then closes to that
NOISE = 1e-4  # of a column's scale: differences between cells that limit nothing


@dataclass
class Column:
    """One passive scalar.

    family    columns of one family share their limiters;  scale   its range, in its unit
    entering  (patches,): what air that enters through each patch brings; through a rack, what is added to its intake's mean
    link      1 where a rack passes on the mean of its intake, 0 where it does not;  through  the same of coolers in the room
    rate      sources, m3/s (of reference density) times the unit, whole-hall float64 (nz, ny, nx), or None
    start     first guess
    """

    name: str
    family: str
    entering: np.ndarray
    link: float = 1.0
    through: float = 0.0
    rate: np.ndarray | None = None
    scale: float = 1.0
    start: float = 0.0


@dataclass
class Solution:
    """Solved columns, by name.

    inflow_mean   unit (patches,) flow-weighted mean of what enters each patch, NaN where nothing does; outflow_mean likewise
    residual      sum of |residual|/(supply x scale);  balance  |in + made - out|/(supply x scale);  rounds, steps  what it took
    fields        whole-hall float64 arrays, NaN where no air from outside comes
    """

    inflow_mean: dict[str, np.ndarray] = field(default_factory=dict)
    outflow_mean: dict[str, np.ndarray] = field(default_factory=dict)
    residual: dict[str, float] = field(default_factory=dict)
    balance: dict[str, float] = field(default_factory=dict)
    fields: dict[str, np.ndarray] = field(default_factory=dict)
    rounds: int = 0
    steps: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether every balance closes to what is promised."""
        return all(value <= 1e-6 for value in self.balance.values())


@dataclass
class _Chunk:
    """Some columns of one family, treated at one time."""

    numbers: range
    columns: list[Column]
    values: Any
    residual: Any
    entering: np.ndarray
    link: np.ndarray
    scale: np.ndarray


class Transport:
    """The tracers of one block.

    flow      that carries them;  second    whether convection is of second order, or upwind
    """

    def __init__(self, flow: StandingFlow, columns: Sequence[Column], second: bool = True) -> None:
        self.flow, self.domain, self.second = flow, flow.domain, second
        domain, backend, n = self.domain, self.domain.backend, self.domain.n
        case = domain.placement.case
        self.run = Launches(backend)
        self.edges = Edges(flow, self.run)
        columns = sorted(columns, key=lambda one: one.family)
        self.conductances = [domain.zeros() for _ in range(3)]
        rows = [domain.zeros() for _ in range(6)]
        inverse, entering = domain.zeros(), domain.zeros()
        molecular, turbulent = case.air.kinematic_viscosity / case.air.prandtl, 1.0 / case.flow.turbulence.turbulent_prandtl
        self.run("face_conductance", *n, flow.mixing, flow.mask_, domain.metrics, *self.conductances, molecular, turbulent)
        backend.store(self.edges.inflow_of_cells(), entering)
        self.run("tracer_rows", *n, *flow.flows, *self.conductances, entering, flow.mask_, *rows, inverse)
        self.inverse = inverse
        at_once = min(AT_ONCE, len(columns))
        cycle = self._cycle(rows, at_once)
        self.batch = Batch(domain, rows, inverse, flow.mask_, self.edges.links, cycle, at_once)
        self.values = backend.zeros((len(columns), *domain.shape), np.float64)
        self.residual_ = backend.zeros((self.batch.columns, *domain.shape), np.float64)
        self.partial = backend.partials(*n)
        self.factors = {one.family: [domain.zeros() for _ in range(3)] for one in columns}
        self.chunks = self._chunks(columns)
        wet = domain.local(flow.reached).astype(np.float64)
        self._fields = [field_of(self.values, m) for m in range(len(columns))]
        self._residuals = [field_of(self.residual_, m) for m in range(self.batch.columns)]
        self._rates: dict[int, Any] = {}
        for m, one in enumerate(columns):
            backend.store(one.start * wet, self._fields[m])
            if one.rate is not None:
                self._rates[m] = backend.upload(domain.local(np.where(flow.reached, one.rate, 0.0)), np.float64)

    def _cycle(self, rows: Sequence[Any], columns: int) -> Cycle:
        """The preconditioner, from the flows and conductances of the finest level."""
        backend = self.domain.backend
        faces = []
        for axis, both in enumerate(zip(self.flow.flows, self.conductances, strict=True)):
            flow, mixing = (whole_hall(self.domain, backend.download(one).astype(np.float32), axis) for one in both)
            faces.append(Faces(np.maximum(flow, 0.0), np.maximum(-flow, 0.0), mixing))
        entering = whole_hall(self.domain, self.edges.inflow_of_cells())
        inverse = backend.download(self.inverse)
        diagonal = backend.upload(np.where(inverse > 0.0, 1.0 / np.where(inverse > 0.0, inverse, 1.0), 0.0), backend.real)
        return Cycle(self.domain, faces, entering, (*rows, diagonal, self.inverse), columns)

    def _chunks(self, columns: Sequence[Column]) -> list[_Chunk]:
        """Runs of columns of one family, no longer than the batch."""
        chunks, begin = [], 0
        for m in range(1, len(columns) + 1):
            if m == len(columns) or columns[m].family != columns[begin].family or m - begin == self.batch.columns:
                some = list(columns[begin:m])
                chunks.append(
                    _Chunk(
                        range(begin, m), some, self.values[begin:m], self.residual_[: m - begin],
                        np.array([one.entering for one in some]).T.reshape(-1, m - begin), self._link(some),
                        np.array([one.scale for one in some]) * max(self.flow.supply, 1e-30),
                    )
                )  # fmt: skip
                begin = m
        return chunks

    def _link(self, columns: Sequence[Column]) -> np.ndarray:
        """What each rack and cooler passes on of each column (racks and coolers, columns)."""
        rows = np.empty((self.edges.links.racks, len(columns)))
        rows[: self.edges.racks] = [one.link for one in columns]
        rows[self.edges.racks :] = [one.through for one in columns]
        return rows

    def solve(self, tolerance: float = TOLERANCE) -> Solution:
        """Rounds of residual and correction until every column's residual lies below the tolerance."""
        solution = Solution()
        for solution.rounds in range(1, ROUNDS + 1):
            following = self.second and solution.rounds <= FREE + 1
            if following and solution.rounds > 1:  # the first round is upwind: a first guess has no slopes worth limiting
                self._limit()
            left = []
            for chunk in self.chunks:
                norms = self._residual(chunk)
                solution.residual |= {one.name: float(norm) for one, norm in zip(chunk.columns, norms, strict=True)}
                if following or (norms > tolerance).any():
                    left.append(norms.max())
                    solution.steps += self._correct(chunk, REDUCTION[not following])
            if not left or not np.isfinite(left).all():
                break
        for chunk in self.chunks:
            self._close(solution, chunk)
        return solution

    # -- a round --------------------------------------------------------------------------------------------------
    def _exchange(self, numbers: range) -> None:
        comm = self.domain.comm
        if comm.size > 1:
            comm.exchange([self._fields[m] for m in numbers])
        else:
            for axis in comm.periodic:
                for m in numbers:
                    wrap(self._fields[m], axis)

    def _limit(self) -> None:
        """New limiters from the present columns."""
        domain, backend, n = self.domain, self.domain.backend, self.domain.n
        for factors in self.factors.values():
            for factor in factors:
                backend.fill(factor, 1.0)
        for chunk in self.chunks:
            self._exchange(chunk.numbers)
            for m, one in zip(chunk.numbers, chunk.columns, strict=True):
                self.run(
                    "tracer_limiter", *n, self._fields[m], *self.flow.flows, domain.metrics, NOISE * one.scale,
                    *self.factors[one.family],
                )  # fmt: skip
        for factors in self.factors.values():
            self.run("second_factors", *n, *self.flow.flows, self.flow.mask_, domain.metrics, *factors)

    def _residual(self, chunk: _Chunk) -> np.ndarray:
        """Residuals of a chunk; sum of |residual|/(supply x scale) of each column."""
        domain, n, count = self.domain, self.domain.n, len(chunk.columns)
        self._exchange(chunk.numbers)
        self.run(
            "tracer_residual", *n, count, chunk.values, *self.flow.flows, *self.conductances,
            *self.factors[chunk.columns[0].family], domain.metrics, chunk.residual,
        )  # fmt: skip
        given = self.edges.given(chunk.entering, chunk.link, chunk.values)
        self.edges.add_entering(given, chunk.values, chunk.residual)
        norms = np.zeros(count)
        for place, m in enumerate(chunk.numbers):
            if m in self._rates:
                self.run("tracer_source", *n, self._rates[m], self._residuals[place])
            self.run("residual_sum", *n, self._residuals[place], self.partial)
            norms[place] = domain.backend.download(self.partial).sum()
        return domain.comm.sum(norms) / chunk.scale

    def _correct(self, chunk: _Chunk, reduction: float) -> int:
        """Solve for the correction of a chunk and add it; the steps it took."""
        n, count = self.domain.n, len(chunk.columns)
        self.run("tracer_right_side", *n, count, chunk.residual, self.inverse, self.batch.right_side)
        steps = self.batch.solve(self.factors[chunk.columns[0].family], chunk.link, reduction)
        self.run("tracer_take", *n, count, self.batch.answer, chunk.values)
        return steps

    # -- the answer -----------------------------------------------------------------------------------------------
    def _close(self, solution: Solution, chunk: _Chunk) -> None:
        """Means at the patches, balances and fields of a chunk's answer."""
        flow = self.flow
        given = self.edges.given(chunk.entering, chunk.link, chunk.values)
        out = self.edges.leaving(chunk.values)
        for place, (m, one) in enumerate(zip(chunk.numbers, chunk.columns, strict=True)):
            with np.errstate(invalid="ignore", divide="ignore"):
                solution.outflow_mean[one.name] = np.where(flow.outflow > 0.0, out[:, place] / flow.outflow, np.nan)
            solution.inflow_mean[one.name] = np.where(flow.inflow > 0.0, given[:, place], np.nan)
            made = float(np.where(flow.reached, one.rate, 0.0).sum()) if one.rate is not None else 0.0
            net = float((flow.inflow * given[:, place]).sum() - out[:, place].sum()) + made
            solution.balance[one.name] = abs(net) / float(chunk.scale[place])
            solution.fields[one.name] = self._whole(self._fields[m])

    def _whole(self, values: Any) -> np.ndarray:
        """A column over the whole hall, NaN where no air comes."""
        domain = self.domain
        whole = np.zeros(domain.placement.grid.shape)
        whole[domain.block.window] = domain.backend.download(values)[2:-2, 2:-2, 2:-2]
        if domain.comm.size > 1:
            whole = domain.comm.sum(whole.ravel()).reshape(whole.shape)
        return np.where(self.flow.reached, whole, np.nan)
