"""Many right-hand sides of one transport matrix at once: BiCGStab with Jacobi passes as its preconditioner.

The matrix is that of upwind convection and diffusion, its rows divided by their diagonal, and what racks pass on from their
intake to their outlet. Every column has its own step lengths; what they share, the rows, is read once.
Source: van der Vorst 1992, SIAM J. Sci. Stat. Comput. 13:631, with the preconditioner on the right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermal.flow.domain import Domain, at_least_one

PASSES = 3  # Jacobi passes of the preconditioner beyond its first term
MOST = 40  # steps of one solution

Launch = Callable[[], Any]


@dataclass
class Links:
    """What racks pass on, on one block: the means of their intakes, and the faces that give them back.

    start    int32 (racks + 1,) into cell and weight: intake faces of each rack, weight their share of its flow
    faces    of each boundary list: cell, inflow (m3/s), rack of the faces that blow
    """

    start: np.ndarray
    cell: np.ndarray
    weight: np.ndarray
    faces: list[tuple[np.ndarray, np.ndarray, np.ndarray]]

    @property
    def racks(self) -> int:
        """Number of racks that move air."""
        return len(self.start) - 1


class Batch:
    """Room for `columns` right-hand sides of one block's matrix.

    rows      six device arrays towards low and high x, y, z, divided by their diagonal;  inverse  1/diagonal, 0 without air
    mask_     of the cells that count
    """

    def __init__(self, domain: Domain, rows: Sequence[Any], inverse: Any, mask_: Any, links: Links, columns: int) -> None:
        backend = domain.backend
        self.domain, self.links, self.columns = domain, links, columns
        shape = (columns, *domain.shape)
        self.right_side, self.answer, self.shadow, self.direction, self.image, self.second, self.smooth, self.other = (
            backend.zeros(shape) for _ in range(8)
        )
        self.rows, self.inverse, self.mask_ = tuple(rows), inverse, mask_
        self.factor_ = [backend.zeros((columns,), np.float64) for _ in range(2)]
        self._views = {id(a): [a[m] for m in range(columns)] for a in (self.direction, self.right_side, self.smooth, self.other)}
        self._partials = [backend.partials(*domain.n) for _ in range(columns)]
        self.sums_ = backend.zeros((max(links.racks, 1) * columns,), np.float64)
        self._upload_links()

    def _upload_links(self) -> None:
        backend, links = self.domain.backend, self.links
        self._start_ = backend.upload(links.start, np.int32)
        self._cell_ = backend.upload(at_least_one(links.cell, np.int64), np.int64)
        self._weight_ = backend.upload(at_least_one(links.weight, np.float64), np.float64)
        self._faces_ = [
            (len(cell), backend.upload(cell, np.int64), backend.upload(inflow, np.float64), backend.upload(rack, np.int32))
            for cell, inflow, rack in links.faces
        ]

    # -- pieces ---------------------------------------------------------------------------------------------------
    def _exchange(self, array: Any, count: int) -> None:
        """Halos of the first `count` fields of one of the arrays that rows are applied to."""
        if self.domain.comm.fills_halos:
            self.domain.comm.exchange(self._views[id(array)][:count])

    def _dots(self, one: Any, other: Any, count: int) -> np.ndarray:
        """Scalar products of the first `count` fields over the hall."""
        backend, n = self.domain.backend, self.domain.n
        for m in range(count):
            backend.run("dot", *n, one[m], other[m], self._partials[m])
        totals = [float(backend.download(self._partials[m]).sum()) for m in range(count)]
        return self.domain.comm.sum(np.array(totals))

    def _factor(self, values: np.ndarray, number: int = 0) -> Any:
        """Device array of one factor a column."""
        padded = np.zeros(self.columns)
        padded[: len(values)] = values
        self.domain.backend.store(padded, self.factor_[number])
        return self.factor_[number]

    def _add(self, values: np.ndarray, x: Any, y: Any, count: int) -> None:
        self.domain.backend.run("tracer_add", *self.domain.n, count, self._factor(values), x, y)

    def _apply(self, x: Any, y: Any, link_: Any, count: int) -> None:
        """y = A x."""
        domain, backend = self.domain, self.domain.backend
        fields = int(np.prod(domain.shape))
        self._exchange(x, count)
        backend.run("tracer_product", *domain.n, count, x, *self.rows, self.mask_, y)
        if link_ is None:
            return
        backend.run(
            "correction_means", self.links.racks, count, fields, self._start_, self._cell_, self._weight_, x, self.sums_
        )  # fmt: skip
        if domain.comm.size > 1:
            backend.store(domain.comm.sum(backend.download(self.sums_)), self.sums_)
        for number, cell_, inflow_, rack_ in self._faces_:
            backend.run("rack_links", number, count, fields, cell_, inflow_, rack_, link_, self.sums_, self.inverse, y)

    def _precondition(self, x: Any, count: int) -> Any:
        """An array with about A^-1 x: x after some Jacobi passes from x itself."""
        backend, n = self.domain.backend, self.domain.n
        source = x
        for number in range(PASSES):
            target = self.smooth if number % 2 == (PASSES - 1) % 2 else self.other
            self._exchange(source, count)
            backend.run("tracer_sweep", *n, count, source, *self.rows, x, target)
            source = target
        return source

    # -- the solution ---------------------------------------------------------------------------------------------
    def solve(self, link: np.ndarray, reduction: float) -> tuple[int, np.ndarray]:
        """answer = A^-1 right_side for as many columns as `link` has; right_side holds the residual afterwards.

        link       share of each column that racks pass on, 0 or 1
        reduction  of the residual's norm at which a column is done
        Returns    steps, and by how much each column's norm fell
        """
        count, backend = len(link), self.domain.backend
        link_ = backend.upload(link, np.float64) if self.links.racks and link.any() else None
        r, p = self.right_side, self.direction
        for array in (self.answer, p, self.image):
            backend.fill(array, 0.0)
        backend.copy(r, self.shadow)
        start = self._dots(r, r, count)
        norm, rho, alpha, omega = start.copy(), np.ones(count), np.ones(count), np.ones(count)
        steps = 0
        live = start > 0.0
        while steps < MOST and live.any():
            steps += 1
            fresh = self._dots(self.shadow, r, count)
            beta = np.where(live & (rho * omega != 0.0), fresh / _safe(rho) * (alpha / _safe(omega)), 0.0)
            rho = fresh
            backend.run(
                "tracer_direction", *self.domain.n, count, self._factor(beta, 0), self._factor(omega, 1), r, self.image, p
            )
            z = self._precondition(p, count)
            self._apply(z, self.image, link_, count)
            bottom = self._dots(self.shadow, self.image, count)
            live &= (np.abs(bottom) > 1e-30) & (rho != 0.0)
            alpha = np.where(live, rho / _safe(bottom), 0.0)
            self._add(alpha, z, self.answer, count)
            self._add(-alpha, self.image, r, count)
            z = self._precondition(r, count)
            self._apply(z, self.second, link_, count)
            square = self._dots(self.second, self.second, count)
            omega = np.where(live & (square > 0.0), self._dots(self.second, r, count) / _safe(square), 0.0)
            self._add(omega, z, self.answer, count)
            self._add(-omega, self.second, r, count)
            norm = self._dots(r, r, count)
            live &= np.isfinite(norm) & (norm > reduction**2 * start) & (omega != 0.0)
        return steps, np.sqrt(norm / _safe(start))


def _safe(values: np.ndarray) -> np.ndarray:
    """The values, 1 where they are 0."""
    return np.where(values == 0.0, 1.0, values)


