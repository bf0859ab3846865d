"""Many right-hand sides of one transport matrix at once: BiCGStab, preconditioned by a multigrid cycle of its upwind rows.

The matrix is that of convection (of second order, with limiters that stand) and diffusion, its rows divided by their diagonal,
and of what racks pass on from intake to outlet. Every column has its own step lengths; the rows are read once for all.
Source: van der Vorst 1992, SIAM J. Sci. Stat. Comput. 13:631, with the preconditioner on the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermal.flow.domain import Domain, at_least_one
from thermal.scalars.cycle import Cycle
from thermal.scalars.launches import Launches, field_of

MOST = 60  # steps of one solution


@dataclass
class Links:
    """What racks (and coolers within the room) pass on, on one block: the means of their intakes, and the faces that give them
    back.

    start    int32 (racks + 1,) into cell and weight: intake faces of each rack, weight their share of its flow
    faces    of each boundary list: cell, inflow (m3/s), rack of the faces that blow
    """

    start: np.ndarray
    cell: np.ndarray
    weight: np.ndarray
    faces: list[tuple[np.ndarray, np.ndarray, np.ndarray]]

    @property
    def racks(self) -> int:
        """Number of racks, those that stand still included."""
        return len(self.start) - 1


class Batch:
    """Room for `columns` right-hand sides of one block's matrix.

    rows      upwind: six device arrays towards low and high x, y, z, divided by their diagonal
    inverse   1/diagonal, 0 without air;  mask_  of the cells that count;  cycle  about the inverse of the rows
    """

    def __init__(
        self, domain: Domain, rows: Sequence[Any], inverse: Any, mask_: Any, links: Links, cycle: Cycle, columns: int
    ) -> None:
        backend = domain.backend
        self.domain, self.links, self.cycle, self.columns = domain, links, cycle, columns
        self.run = Launches(backend)
        shape = (columns, *domain.shape)
        arrays = [backend.zeros(shape) for _ in range(6)]
        self.right_side, self.answer, self._shadow, self._direction, self._image, self._second = arrays
        self._views = {id(array): [field_of(array, m) for m in range(columns)] for array in arrays}
        self.rows, self.inverse, self.mask_ = tuple(rows), inverse, mask_
        self._factor_ = [backend.zeros((columns,), np.float64) for _ in range(2)]
        self._partials = [backend.partials(*domain.n) for _ in range(columns)]
        self._sums_ = backend.zeros((max(links.racks, 1) * columns,), np.float64)
        self._link_ = {m: backend.zeros((max(links.racks, 1) * m,), np.float64) for m in range(1, columns + 1)}
        self._start_ = backend.upload(links.start, np.int32)
        self._cell_ = backend.upload(at_least_one(links.cell, np.int64), np.int64)
        self._weight_ = backend.upload(at_least_one(links.weight, np.float64), np.float64)
        self._faces_ = [
            (len(cell), backend.upload(cell, np.int64), backend.upload(inflow, np.float64), backend.upload(rack, np.int32))
            for cell, inflow, rack in links.faces
        ]

    # -- pieces ---------------------------------------------------------------------------------------------------
    def _exchange(self, array: Any, count: int) -> None:
        """Halos of the first `count` fields of an array."""
        if self.domain.comm.fills_halos:
            if id(array) not in self._views:  # one of the cycle's
                self._views[id(array)] = [field_of(array, m) for m in range(self.columns)]
            self.domain.comm.exchange(self._views[id(array)][:count])

    def _dots(self, pairs: Sequence[tuple[Any, Any]], count: int) -> np.ndarray:
        """Scalar products of the first `count` fields of each pair of arrays over the hall: (pairs, count)."""
        backend, n = self.domain.backend, self.domain.n
        totals = np.zeros((len(pairs), count))
        for row, (one, other) in enumerate(pairs):
            for m in range(count):
                self.run("dot", *n, self._views[id(one)][m], self._views[id(other)][m], self._partials[m])
            totals[row] = [backend.download(self._partials[m]).sum() for m in range(count)]
        return self.domain.comm.sum(totals.ravel()).reshape(totals.shape)

    def _factor(self, values: np.ndarray, number: int = 0) -> Any:
        """Device array of one factor a column."""
        padded = np.zeros(self.columns)
        padded[: len(values)] = values
        self.domain.backend.store(padded, self._factor_[number])
        return self._factor_[number]

    def _add(self, values: np.ndarray, x: Any, y: Any) -> None:
        self.run("tracer_add", *self.domain.n, len(values), self._factor(values), x, y)

    def _apply(self, x: Any, y: Any, factors: Sequence[Any], linked: bool, count: int) -> None:
        """y = A x."""
        domain, backend = self.domain, self.domain.backend
        fields = int(np.prod(domain.shape))
        self._exchange(x, count)
        self.run(
            "tracer_product", *domain.n, count, x, *self.rows, *factors, domain.metrics, self.inverse, self.mask_, y
        )  # fmt: skip
        if not linked:
            return
        self.run("correction_means", self.links.racks, count, fields, self._start_, self._cell_, self._weight_, x, self._sums_)
        if domain.comm.size > 1:
            backend.store(domain.comm.sum(backend.download(self._sums_)), self._sums_)
        for number, cell_, inflow_, rack_ in self._faces_:
            self.run("rack_links", number, count, fields, cell_, inflow_, rack_, self._link_[count], self._sums_, self.inverse, y)

    # -- the solution ---------------------------------------------------------------------------------------------
    def solve(self, factors: Sequence[Any], link: np.ndarray, reduction: float) -> int:
        """answer = A^-1 right_side for as many columns as `link` has; right_side holds the residual afterwards.

        factors    of the second-order part on low x, y, z faces (kernel second_factors)
        link       (racks, columns): what each rack passes on of each column, 0 or 1
        reduction  of the residual's norm at which a column is done
        Returns    steps
        """
        count, backend, n = link.shape[1], self.domain.backend, self.domain.n
        linked = bool(self.links.racks and link.any())
        if linked:
            backend.store(np.ascontiguousarray(link).ravel(), self._link_[count])
        r, p, v, t = self.right_side, self._direction, self._image, self._second
        for array in (self.answer, p, v):
            backend.fill(array, 0.0)
        backend.copy(r, self._shadow)
        start = self._dots([(r, r)], count)[0]
        rho, alpha, omega, fresh = np.ones(count), np.ones(count), np.ones(count), start.copy()
        live = start > 0.0
        steps = 0
        while steps < MOST and live.any():
            steps += 1
            beta = np.where(live, fresh / _safe(rho) * (alpha / _safe(omega)), 0.0)
            rho = fresh
            self.run("tracer_direction", *n, count, self._factor(beta, 0), self._factor(omega, 1), r, v, p)
            z = self.cycle(p, count)
            self._apply(z, v, factors, linked, count)
            bottom = self._dots([(self._shadow, v)], count)[0]
            live &= (np.abs(bottom) > 1e-30) & (rho != 0.0)
            alpha = np.where(live, rho / _safe(bottom), 0.0)
            self._add(alpha, z, self.answer)
            self._add(-alpha, v, r)
            z = self.cycle(r, count)
            self._apply(z, t, factors, linked, count)
            square, along = self._dots([(t, t), (t, r)], count)
            omega = np.where(live & (square > 0.0), along / _safe(square), 0.0)
            self._add(omega, z, self.answer)
            self._add(-omega, t, r)
            norm, fresh = self._dots([(r, r), (self._shadow, r)], count)
            live &= np.isfinite(norm) & (norm > reduction**2 * start) & (omega != 0.0)
        return steps


def _safe(values: np.ndarray) -> np.ndarray:
    """The values, 1 where they are 0."""
    return np.where(values == 0.0, 1.0, values)
