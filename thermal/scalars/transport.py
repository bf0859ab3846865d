"""Tracers on a standing flow: second-order rows of many columns, solved to a residual that closes their balances.

Residuals are those of the second-order scheme in float64; corrections come from upwind rows in the fields' precision (deferred
correction and iterative refinement in one). Columns of one family share the limiter of each face, the least of theirs: so the
scheme is linear among them, and shares that add up to one on the boundary do so in every cell. After FREE rounds limiters stand,
and the rounds that follow converge like those of a linear scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thermal.flow.domain import Domain
from thermal.parallel import wrap
from thermal.scalars.flows import StandingFlow, is_passed_on
from thermal.scalars.krylov import Batch, Links

AT_ONCE = 4  # columns whose Krylov arrays are held at one time: about what the flow's own fields took
FREE = 8  # rounds in which limiters follow the columns
ROUNDS = 80  # of residual and correction, at most
REDUCTION = 0.1  # of each correction
TOLERANCE = 1e-7  # sum of |residual| over (supply x scale) at which a column is done; its balance then closes to that
NOISE = 1e-4  # of a column's scale: differences between cells that limit nothing


@dataclass
class Column:
    """One passive scalar.

    family    columns of one family share their limiters;  scale   its range, in its unit
    entering  (patches,): what air that enters through each patch brings; through a rack, what is added to its intake's mean
    link      1 where a rack passes on the mean of its intake, 0 where it does not
    rate      sources, m3/s (of reference density) times the unit, whole-hall float64 (nz, ny, nx), or None
    start     first guess
    """

    name: str
    family: str
    entering: np.ndarray
    link: float = 1.0
    rate: np.ndarray | None = None
    scale: float = 1.0
    start: float = 0.0


@dataclass
class Solution:
    """Solved columns, by name.

    inflow_mean   unit (patches,) flow-weighted mean of what enters each patch, NaN where nothing does; outflow_mean likewise
    residual      sum of |residual|/(supply x scale);  balance  |in + made - out|/(supply x scale);  rounds, steps  what it took
    fields        whole-hall arrays, NaN where no air from outside comes
    """

    inflow_mean: dict[str, np.ndarray] = field(default_factory=dict)
    outflow_mean: dict[str, np.ndarray] = field(default_factory=dict)
    residual: dict[str, float] = field(default_factory=dict)
    balance: dict[str, float] = field(default_factory=dict)
    fields: dict[str, np.ndarray] = field(default_factory=dict)
    rounds: int = 0
    steps: int = 0


class Transport:
    """The tracers of one block.

    flow      that carries them;  columns  in the order of their families
    second    whether convection is of second order, or upwind
    """

    def __init__(self, flow: StandingFlow, columns: Sequence[Column], second: bool = True) -> None:
        self.flow, self.domain, self.second = flow, flow.domain, second
        self.columns = sorted(columns, key=lambda one: one.family)
        domain, backend = self.domain, self.domain.backend
        self.count, self.fields = len(columns), int(np.prod(domain.shape))
        case = domain.placement.case
        real = [domain.zeros() for _ in range(3 + 7 + 1)]
        self.conductances, self.rows, self.inverse, entering = real[:3], real[3:9], real[9], real[10]
        diffusivity = case.air.kinematic_viscosity / case.air.prandtl
        turbulent = 1.0 / case.flow.turbulence.turbulent_prandtl
        n = domain.n
        backend.run("face_conductance", *n, flow.mixing, flow.mask_, domain.metrics, *self.conductances, diffusivity, turbulent)
        backend.store(self._entering(), entering)
        backend.run(
            "tracer_rows", *n, *flow.flows, *self.conductances, entering, flow.mask_, *self.rows, self.inverse
        )
        self.links = self._links()
        self.batch = Batch(domain, self.rows, self.inverse, flow.mask_, self.links, min(AT_ONCE, self.count))
        self.values = backend.zeros((self.count, *domain.shape), np.float64)
        self.residual_ = backend.zeros((self.batch.columns, *domain.shape), np.float64)
        self.partial = backend.partials(*n)
        self.limiters: dict[str, list[Any]] = {
            family: [domain.zeros() for _ in range(3)] for family in dict.fromkeys(one.family for one in self.columns)
        }
        self.noise_ = backend.upload(np.array([NOISE * one.scale for one in self.columns]), np.float64)
        self._intake = _Means(domain, *self._faces_by(self._rack_of_patch(), -1.0, self.racks))
        patches = np.arange(len(domain.placement.patches))
        self._out = _Means(domain, *self._faces_by(patches, -1.0, len(patches)))
        self._lists = [
            (len(one.patch[one.inflow > 0.0]), backend.upload(one.cell[one.inflow > 0.0], np.int64),
             backend.upload(one.inflow[one.inflow > 0.0], np.float64), backend.upload(one.patch[one.inflow > 0.0], np.int32))
            for one in flow.crossings if (one.inflow > 0.0).any()
        ]  # fmt: skip
        self._rates = {
            m: backend.upload(domain.local(np.where(flow.reached, one.rate, 0.0)), np.float64)
            for m, one in enumerate(self.columns)
            if one.rate is not None
        }
        wet = domain.local(flow.reached).astype(np.float64)
        for m, one in enumerate(self.columns):
            backend.store(one.start * wet, self.values[m])

    # -- the boundary ---------------------------------------------------------------------------------------------
    @property
    def racks(self) -> int:
        """Number of objects that pass air on."""
        return len(self.domain.racks)

    def _rack_of_patch(self) -> np.ndarray:
        """Number of the rack each patch belongs to, -1 of others."""
        number = {id(rack): n for n, rack in enumerate(self.domain.racks)}
        return np.array(
            [number[id(p.object)] if is_passed_on(p) else -1 for p in self.domain.placement.patches] or [-1], np.int64
        )

    def _entering(self) -> np.ndarray:
        """Sum over the openings of each cell of what enters, m3/s, a local array."""
        total = np.zeros(self.fields)
        for one in self.flow.crossings:
            np.add.at(total, one.cell, np.maximum(one.inflow, 0.0))
        return total.reshape(self.domain.shape)

    def _faces_by(self, group_of_patch: np.ndarray, sign: float, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Faces through which air goes one way (sign -1: out of the room), sorted by group: start, cell, m3/s."""
        crossings = self.flow.crossings
        if not crossings:
            return np.zeros(groups + 1, np.int32), np.zeros(0, np.int64), np.zeros(0)
        cell = np.concatenate([one.cell for one in crossings])
        flow = sign * np.concatenate([one.inflow for one in crossings])
        group = group_of_patch[np.concatenate([one.patch for one in crossings])]
        chosen = np.flatnonzero((flow > 0.0) & (group >= 0))
        chosen = chosen[np.argsort(group[chosen], kind="stable")]
        start = np.searchsorted(group[chosen], np.arange(groups + 1)).astype(np.int32)
        return start, cell[chosen], flow[chosen]

    def _links(self) -> Links:
        start, cell, flow = self._faces_by(self._rack_of_patch(), -1.0, self.racks)
        drawn = self._drawn = self.domain.comm.sum(np.add.reduceat(np.append(flow, 0.0), start[:-1]) * (np.diff(start) > 0))
        weight = flow / np.repeat(np.where(drawn > 0.0, drawn, 1.0), np.diff(start))
        rack_of = self._rack_of_patch()
        faces = []
        for one in self.flow.crossings:
            chosen = (rack_of[one.patch] >= 0) & (one.inflow > 0.0)
            if chosen.any():
                faces.append((one.cell[chosen], one.inflow[chosen], rack_of[one.patch[chosen]]))
        return Links(start, cell, weight, faces)

    def _given(self, columns: slice) -> np.ndarray:
        """What enters through each patch (patches, columns): as told, and what racks pass on."""
        given = np.array([one.entering for one in self.columns[columns]]).T.copy()
        if self.racks:
            sums = self._intake.read(self.values[columns])
            means = sums / np.where(self._drawn > 0.0, self._drawn, 1.0)[:, None]
            rack = self._rack_of_patch()
            link = np.array([one.link for one in self.columns[columns]])
            given[rack >= 0] += link * means[rack[rack >= 0]]
        return given

    # -- the solution ---------------------------------------------------------------------------------------------
    def solve(self, tolerance: float = TOLERANCE) -> Solution:
        """Rounds of residual and correction until every column's residual lies below the tolerance."""
        solution = Solution()
        chunks = self._chunks()
        last = {one.name: np.inf for one in self.columns}
        for solution.rounds in range(1, ROUNDS + 1):
            if self.second and solution.rounds <= FREE:
                self._limit()
            open_ = False
            for chunk in chunks:
                norms = self._residual(chunk)
                for one, norm in zip(self.columns[chunk], norms, strict=True):
                    last[one.name] = norm
                if (norms > tolerance).any() or (self.second and solution.rounds <= 2):
                    open_ = True
                    solution.steps += self._correct(chunk)
            if not open_ or not all(np.isfinite(norm) for norm in last.values()):
                break
        solution.residual = last
        self._close(solution, chunks)
        return solution

    def _chunks(self) -> list[slice]:
        """Runs of columns of one family, no longer than the batch."""
        chunks = []
        begin = 0
        for m in range(1, self.count + 1):
            if m == self.count or self.columns[m].family != self.columns[begin].family or m - begin == self.batch.columns:
                chunks.append(slice(begin, m))
                begin = m
        return chunks

    def _exchange(self, columns: slice) -> None:
        comm = self.domain.comm
        for values in self.values[columns]:
            if comm.size > 1:
                comm.exchange([values])
            else:
                for axis in comm.periodic:
                    wrap(values, axis)

    def _limit(self) -> None:
        """New limiters from the present columns."""
        domain, backend = self.domain, self.domain.backend
        self._exchange(slice(None))
        for family, shares in self.limiters.items():
            members = [m for m, one in enumerate(self.columns) if one.family == family]
            backend.run(
                "tracer_limiter", *domain.n, members[0], members[-1] + 1, self.values, *self.flow.flows, self.flow.mask_,
                domain.metrics, self.noise_, *shares,
            )  # fmt: skip

    def _residual(self, columns: slice) -> np.ndarray:
        """Residuals of some columns into residual_; sum of |residual|/(supply x scale) of each."""
        domain, backend, n = self.domain, self.domain.backend, self.domain.n
        values, count = self.values[columns], columns.stop - columns.start
        residual = self.residual_[:count]
        self._exchange(columns)
        shares = self.limiters[self.columns[columns.start].family]
        backend.run(
            "tracer_residual", *n, count, values, *self.flow.flows, *self.conductances, *shares, self.flow.mask_, domain.metrics,
            residual,
        )  # fmt: skip
        given = backend.upload(np.ascontiguousarray(self._given(columns)).ravel(), np.float64)
        for number, cell_, inflow_, patch_ in self._lists:
            backend.run("tracer_entering", number, count, self.fields, cell_, inflow_, patch_, given, values, residual)
        norms = np.zeros(count)
        for m in range(count):
            if columns.start + m in self._rates:
                backend.run("tracer_source", *n, self._rates[columns.start + m], residual[m])
            backend.run("residual_sum", *n, residual[m], self.partial)
            norms[m] = backend.download(self.partial).sum()
        scales = np.array([one.scale for one in self.columns[columns]]) * max(self.flow.supply, 1e-30)
        return self.domain.comm.sum(norms) / scales

    def _correct(self, columns: slice) -> int:
        """Solve for the correction of some columns and add it; the steps it took."""
        backend, n = self.domain.backend, self.domain.n
        count = columns.stop - columns.start
        backend.run("tracer_right_side", *n, count, self.residual_[:count], self.inverse, self.batch.right_side)
        link = np.array([one.link for one in self.columns[columns]])
        steps, _ = self.batch.solve(link, REDUCTION)
        backend.run("tracer_take", *n, count, self.batch.answer, self.values[columns])
        return steps

    def _close(self, solution: Solution, chunks: Sequence[slice]) -> None:
        """Means at the patches, balances and fields of the answer."""
        flow, domain = self.flow, self.domain
        rack = self._rack_of_patch()
        for chunk in chunks:
            given = self._given(chunk)
            out = self._out.read(self.values[chunk])
            for m, one in enumerate(self.columns[chunk]):
                with np.errstate(invalid="ignore", divide="ignore"):
                    solution.outflow_mean[one.name] = np.where(flow.outflow > 0.0, out[:, m] / flow.outflow, np.nan)
                solution.inflow_mean[one.name] = np.where(flow.inflow > 0.0, given[:, m], np.nan)
                made = float(np.where(flow.reached, one.rate, 0.0).sum()) if one.rate is not None else 0.0
                lost = 0.0 if one.link else float(out[rack >= 0, m].sum())
                net = float((flow.inflow * given[:, m]).sum() - out[:, m].sum()) + made
                solution.balance[one.name] = abs(net) / (max(flow.supply, 1e-30) * one.scale)
                solution.fields[one.name] = self._whole(self.values[chunk][m])
                del lost
        del domain

    def _whole(self, field_: Any) -> np.ndarray:
        """A column over the whole hall, float64, NaN where no air comes."""
        domain = self.domain
        local = domain.backend.download(field_)[2:-2, 2:-2, 2:-2]
        whole = np.zeros(domain.placement.grid.shape)
        whole[domain.block.window] = local
        if domain.comm.size > 1:
            whole = domain.comm.sum(whole.ravel()).reshape(whole.shape)
        return np.where(self.flow.reached, whole, np.nan)


class _Means:
    """Sums over groups of faces of flow x column."""

    def __init__(self, domain: Domain, start: np.ndarray, cell: np.ndarray, flow: np.ndarray) -> None:
        backend = domain.backend
        self.domain, self.groups = domain, len(start) - 1
        self._start_ = backend.upload(start, np.int32)
        self._cell_ = backend.upload(cell if len(cell) else np.zeros(1, np.int64), np.int64)
        self._flow_ = backend.upload(flow if len(flow) else np.zeros(1), np.float64)

    def read(self, values: Any) -> np.ndarray:
        """(groups, columns), over the whole hall. Waits for the device."""
        backend, columns = self.domain.backend, values.shape[0]
        if not self.groups:
            return np.zeros((0, columns))
        sums_ = backend.zeros((self.groups * columns,), np.float64)
        fields = int(np.prod(self.domain.shape))
        backend.run("tracer_means", self.groups, columns, fields, self._start_, self._cell_, self._flow_, values, sums_)
        return self.domain.comm.sum(backend.download(sums_)).reshape(self.groups, columns)
