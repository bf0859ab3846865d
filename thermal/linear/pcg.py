"""The pressure equation by flexible conjugate gradients, each step preconditioned by one multigrid cycle.

Flexible: the new direction is made A-orthogonal to the last one explicitly, so that round-off in the cycle does no harm.
Y. Notay, SIAM J. Sci. Comput. 22 (2000) 1444. Step lengths stay on the device; the host waits for nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.linear.multigrid import Multigrid, Step
from thermal.linear.regions import RegionMeans

FOLD = 128  # partial sums are folded to this many before one thread adds them


class PressureSolver:
    """Solves sum over faces of g (p_nb - p_P) - gd p_P = b_P with a fixed number of steps or to a tolerance.

    In regions without a fixed pressure the mean of the right side is taken out first (check the balance of fixed flows before:
    this would hide a wrong case) and the answer has mean zero.
    """

    def __init__(self, multigrid: Multigrid, iterations: int = 2):
        """iterations: steps of `solve`, at least 1."""
        if iterations < 1:
            raise ValueError(f"iterations must be at least 1, got {iterations}")
        self.iterations = iterations
        self._multigrid = multigrid
        backend = self._backend = multigrid.backend
        self._comm = multigrid.comm
        self._means = RegionMeans(backend, multigrid.regions, multigrid.comm)
        top = multigrid.finest
        self._n = top.n
        self._direction, self._image = multigrid.take(), multigrid.take()
        self._zq, self._zr, self._pq = (backend.partials(*self._n) for _ in range(3))
        self._totals = tuple(backend.zeros(1, np.float64) for _ in range(3))
        self._few = tuple(backend.zeros(FOLD, np.float64) for _ in range(2))
        self._curvature, self._alpha, self._beta, self._zero = (backend.zeros(1, np.float64) for _ in range(4))
        self._norm_partial = backend.partials(*self._n)
        self._operator: tuple[Any, ...] = ()
        self._bound: tuple[Any, ...] = ()
        self._program: tuple[list[Step], list[Step], list[Step], list[Step]] = ([], [], [], [])
        self._setup: list[Step] = []
        self._steps: list[Step] = []
        self._last: Step = lambda: None
        self._chosen: dict[int, list[Step]] = {}  # of `solve`, by its iterations
        self._residual_is_old = False

    def take_steps(self, iterations: int) -> None:
        """From now on `solve` takes so many steps, at least 1."""
        if iterations < 1:
            raise ValueError(f"iterations must be at least 1, got {iterations}")
        if iterations != self.iterations:
            self.iterations = iterations
            if self._bound:
                self._choose()

    def setup(self, gx: Any, gy: Any, gz: Any, gd: Any) -> None:
        """Take new conductances (see Multigrid.setup) and renew the preconditioner."""
        self.renew(gx, gy, gz, gd)
        self._multigrid.invert_coarsest()

    def renew(self, gx: Any, gy: Any, gz: Any, gd: Any) -> None:
        """The part of `setup` that the device does alone; `invert_coarsest` is the rest, for which the host waits."""
        given = (gx, gy, gz, gd)
        if len(self._operator) != 4 or any(a is not b for a, b in zip(given, self._operator, strict=True)):
            self._operator = given
            self._bound = ()
            self._setup = self._means.bind_setup(gd)
        self._multigrid.renew(*given)
        for step in self._setup:
            step()

    def invert_coarsest(self) -> None:
        """See `renew`."""
        self._multigrid.invert_coarsest()

    def solve(self, x: Any, b: Any) -> None:
        """x = the answer after `iterations` steps from zero; b the right side; device arrays with halos, cut halos not filled."""
        self._bind(x, b)
        for step in self._steps:
            step()
        self._residual_is_old = True

    def solve_to(self, x: Any, b: Any, tolerance: float, limit: int = 50) -> list[float]:
        """Like `solve`, until the residual norm fell by `tolerance` or `limit` steps are done; the norms of all steps."""
        self._bind(x, b)
        begin, first, later, end = self._program
        _run(begin)
        norms = [self._norm()]
        while len(norms) <= limit and norms[-1] > tolerance * norms[0]:
            _run(first if len(norms) == 1 else later)
            norms.append(self._norm())
        _run(end)
        self._residual_is_old = False
        return norms

    def residual_norm(self) -> float:
        """Root of the sum of squared residuals after the last `solve` or `solve_to`; waits for the device."""
        if self._residual_is_old:
            self._backend.run("axpy", *self._n, self._alpha, -1.0, self._image, self._multigrid.finest.right_side)
            self._residual_is_old = False
        return self._norm()

    def _norm(self) -> float:
        residual = self._multigrid.finest.right_side
        self._backend.run("dot", *self._n, residual, residual, self._norm_partial)
        total = np.array([self._backend.download(self._norm_partial).sum()])
        return float(np.sqrt(self._comm.sum(total)[0]))

    def _bind(self, x: Any, b: Any) -> None:
        if self._bound and self._bound[0] is x and self._bound[1] is b:
            return
        self._bound = (x, b)
        bind, n = self._backend.bind, self._n
        top = self._multigrid.finest
        r, z, d = top.right_side, top.unknown, top.inverse_diagonal
        p, q = self._direction, self._image
        begin = [bind("begin_gradients", *n, b, x, r, p, q), *self._means.bind(r), bind("relax_from_zero", *n, z, r, d)]
        cycle = list(self._multigrid.cycle_steps)
        if self._comm.fills_halos:
            cycle.append(lambda: self._comm.exchange([z]))
        turn = [bind("dot", *n, z, q, self._zq), *self._factor()]
        step = bind("step_gradients", *n, self._alpha, p, q, d, x, r, z)
        first = [*cycle, *self._line(self._zero), step]
        later = [*cycle, *turn, *self._line(self._beta), step]
        end = self._means.bind(x)
        self._program = (begin, first, later, end)
        self._last = bind("axpy", *n, self._alpha, 1.0, p, x)  # the last step needs the answer only
        self._chosen = {}
        self._choose()

    def _choose(self) -> None:
        """The steps of `solve` for the number of iterations, made once for each number."""
        if self.iterations not in self._chosen:
            begin, first, later, end = self._program
            steps = [*first, *(later * (self.iterations - 1))]
            whole = [*begin, *steps[:-1], self._last, *end]
            self._chosen[self.iterations] = [self._backend.program(whole)] if self._comm.size == 1 else whole
        self._steps = self._chosen[self.iterations]

    def _line(self, beta: Any) -> list[Step]:
        """New direction and the step length along it."""
        bind, top = self._backend.bind, self._multigrid.finest
        turn = (top.unknown, *self._operator, beta, self._direction, self._image, self._pq)
        steps = [bind("new_direction", *self._n, *turn), bind("dot", *self._n, top.unknown, top.right_side, self._zr)]
        add, (zr, pq) = self._sums((self._zr, self._pq))
        return [*steps, *add, bind("step_length", len(zr), zr, pq, self._curvature, self._alpha)]

    def _factor(self) -> list[Step]:
        """Factor of the old direction in the new one."""
        add, (zq,) = self._sums((self._zq,))
        return [*add, self._backend.bind("direction_factor", len(zq), zq, self._curvature, self._beta)]

    def _sums(self, partials: tuple[Any, ...]) -> tuple[list[Step], tuple[Any, ...]]:
        """Launches that add the partials of all blocks, and the arrays whose sums are the totals."""
        if self._comm.size == 1:
            if len(partials[0]) <= 8 * FOLD:
                return [], partials
            few = self._few[: len(partials)]
            pairs = zip(partials, few, strict=True)
            return [self._backend.bind("fold_partials", len(many), FOLD, many, one) for many, one in pairs], few
        totals = self._totals[: len(partials)]

        def add() -> None:
            values = self._comm.sum(np.array([self._backend.download(partial).sum() for partial in partials]))
            for value, total in zip(values, totals, strict=True):
                self._backend.fill(total, value)

        return [add], totals


def _run(steps: list[Step]) -> None:
    for step in steps:
        step()
