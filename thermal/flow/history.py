"""What the fields were one and two steps ago, and the launches that give every equation its time derivative.

The backward formula of second order (BDF2, Gear 1971) with a variable step, r = step/step before:

    dq/dt = m (q - old - lag (old - older)),   m = (1 + 2 r)/((1 + r) step),   lag = r^2/(1 + 2 r);   r = 0 is implicit Euler.

A step begins by carrying each field ahead along the straight line through its last two values. The rows then take from these
what is not implicit (carrying velocity, the second-order part of convection, the eddy viscosity), which is second order as
well, so one pass over the equations is a step. k and epsilon stay above zero on the way (kernels/src/history.cu).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from thermal.flow.domain import Domain
from thermal.state import State

Launch = Callable[[], Any]
POSITIVE = ("k", "epsilon")
AXES = {"u": 0, "v": 1, "w": 2}
# Weight of the semi-implicit buoyancy: with 1 the vertical velocity feels the temperature that it will itself have moved by the
# end of the step, so that a stable layer bounds no step. The other weights of thermal/flow/momentum.py would damp its waves.
STIFFNESS = 1.0
# Share of what the start of a step lacks that the sweeps may leave; the start is off by what the step bends. Heat must close.
LEFT = {"momentum": 0.05, "temperature": 0.01, "turbulence": 0.1}
FEWEST, MOST = 2, 20  # sweeps


class History:
    """The past of one block: arrays `old` and `older` by name of the field, and what rows need of them.

    step, ratio   s and -, as bound last      rate   m above, 1/s      lag   as above
    sweeps        Jacobi sweeps (of two passes) of momentum, temperature, turbulence, see `choose_sweeps`
    """

    stiffness = STIFFNESS

    def __init__(self, domain: Domain, state: State) -> None:
        self.domain, self.state = domain, state
        self.names = [name for name in ("u", "v", "w", "T", *POSITIVE) if name in state.names]
        self.old = {name: domain.zeros() for name in self.names}
        self.older = {name: domain.zeros() for name in self.names}
        self.old["p"] = domain.zeros()  # whose last change is the first guess of the next
        self.sweeps = {"momentum": 3, "temperature": 5, "turbulence": 2}
        self.choose_sweeps(1.0)
        self.step, self.ratio = 1.0, 0.0
        self._stores: list[tuple[Any, ...]] = []
        self._solids: list[tuple[Any, ...]] = []
        self._kept: list[Launch] = []
        self.stores: list[Launch] = []
        self.solid_stores: list[Launch] = []
        self._ahead: list[Launch] = []
        self.guess: Launch = lambda: None  # fills State.correction with the change of pressure to expect

    @property
    def rate(self) -> float:
        """m, 1/s."""
        return (1.0 + 2.0 * self.ratio) / ((1.0 + self.ratio) * self.step)

    @property
    def lag(self) -> float:
        """r^2/(1 + 2 r)."""
        return self.ratio**2 / (1.0 + 2.0 * self.ratio)

    def begin(self) -> None:
        """Forget the past: the present fields are those of one step ago as well. The next step must have the ratio 0."""
        for name in self.old:
            self.domain.backend.copy(getattr(self.state, name), self.old[name])

    def add_store(self, cells: np.ndarray, capacity: np.ndarray) -> None:
        """Cells (n,) of the block (positions as of Domain.flat) that hold more heat than their air: thermal masses.

        capacity   m3 (n,), heat capacity in J/K over that of a m3 of air at the reference density. Each cell at most once a call.
        """
        self._add(self._stores, cells, capacity)

    def add_solids(self, cells: np.ndarray, capacity: np.ndarray) -> None:
        """Cells without air whose rows are made by thermal/flow/conduction.py, and their heat capacity as in `add_store`."""
        self._add(self._solids, cells, capacity)

    def _add(self, group: list[tuple[Any, ...]], cells: np.ndarray, capacity: np.ndarray) -> None:
        backend = self.domain.backend
        if len(cells):
            given = backend.upload(cells, np.int64), backend.upload(capacity.astype(float), backend.real)
            group.append((len(cells), *given, backend.zeros((len(cells),), np.float64)))

    def choose_sweeps(self, courant: float) -> None:
        """As many as steps of a largest Courant number take: a pass leaves up to C/(1 + C) of what it finds."""
        for name, left in LEFT.items():
            passes = math.log(left) / math.log(courant / (1.0 + courant)) if courant > 0.0 else 0.0
            self.sweeps[name] = min(max(math.ceil(0.5 * passes), FEWEST), MOST)

    def bind(self, step: float, ratio: float) -> None:
        """Fix the next step (s) and what it is of the step before (0: no step before, or its past counts no more)."""
        if step <= 0.0 or ratio < 0.0:
            raise ValueError(f"a step is above zero and its ratio to the last one not below, got {step} and {ratio}")
        self.step, self.ratio = step, ratio
        bind, n = self.domain.backend.bind, self.domain.n
        self._ahead = [
            bind(
                "extrapolate_positive" if name in POSITIVE else "extrapolate", *n, getattr(self.state, name), self.old[name],
                self.older[name], ratio,
            )
            for name in self.names
        ]  # fmt: skip
        self.guess = bind("pressure_guess", *n, self.state.p, self.old["p"], self.state.correction, ratio)
        past = (self.old["T"], self.older["T"])
        terms = ((self._stores, (self.state.extra, self.state.source)), (self._solids, (self.state.inverse, self.state.rhs)))
        self.stores, self.solid_stores = (
            [bind("store_heat", *given, *past, *rows, self.rate, self.lag) for *given, _ in group] for group, rows in terms
        )
        self._kept = [
            bind("stored_listed", *given, self.state.T, *past, value_, self.rate, self.lag)
            for *given, value_ in (*self._stores, *self._solids)
        ]

    def advance(self) -> None:
        """Begin a step: every field goes ahead along its straight line."""
        for launch in self._ahead:
            launch()

    def rows(self, name: str) -> Launch:
        """The launch that gives the finished rows of a field what their time term lacks, for the step bound last."""
        s, domain = self.state, self.domain
        given = (getattr(s, name), self.old[name], self.older[name], domain.metrics, s.inverse, s.rhs, self.rate, self.lag)
        if name in AXES:
            return domain.backend.bind("face_history", *domain.n, AXES[name], *given)
        return domain.backend.bind("positive_history" if name in POSITIVE else "centre_history", *domain.n, *given)

    def bend(self, name: str, partial_: Any) -> Launch:
        """The launch that sums the squares of what a field left its straight line by: parts of V (q - line)^2."""
        s, domain = self.state, self.domain
        given = (getattr(s, name), self.old[name], self.older[name], domain.mask, domain.metrics, partial_)
        return domain.backend.bind("bend", *domain.n, *given, self.ratio)

    def stored(self, partial_: Any) -> Launch:
        """The launch that sums what the air stores, K m3/s, in parts."""
        s, domain = self.state, self.domain
        given = (s.T, self.old["T"], self.older["T"], domain.mask, domain.metrics, partial_)
        return domain.backend.bind("stored", *domain.n, *given, self.rate, self.lag)

    def stored_elsewhere(self) -> float:
        """K m3/s that thermal masses and solids of this block store, for the step bound last. Waits for the device."""
        for launch in self._kept:
            launch()
        values = [value_ for *_, value_ in (*self._stores, *self._solids)]
        return sum(float(self.domain.backend.download(value_).sum()) for value_ in values)
