"""What drives the air along periodic axes: a given force per unit mass, or the force that a given mean velocity takes.

The found force follows the flow once an iteration, by the response of the momentum rows themselves (that of SIMPLEC: so they turn
a pressure correction into velocity). It is born on the device and stays there; the host reads it when asked.
Temperature along such a stream may have a mean gradient: fields hold its deviation from that, and the stream carries heat off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thermal.flow.domain import Domain
from thermal.linear.pcg import FOLD
from thermal.state import State

Launch = Callable[[], Any]


class Drive:
    """The driving force of one block; nothing at all where a case has none."""

    def __init__(self, domain: Domain, state: State) -> None:
        backend, n, flow = domain.backend, domain.n, domain.placement.case.flow
        self.domain, self.backend = domain, backend
        size = domain.placement.grid.size
        self.volume = size[0] * size[1] * size[2]
        self.wanted = flow.bulk_velocity
        self._rows: list[list[Launch]] = [[], [], []]
        self._carry: list[Launch] = []
        self._force: dict[int, Any] = {}
        self._sums: dict[int, tuple[Launch, Any]] = {}
        self._adjust: list[Launch] = []
        for axis in range(3):
            is_held = self.wanted is not None and self.wanted[axis] != 0.0
            if not is_held and flow.body_force[axis] == 0.0:
                continue
            force_ = self._force[axis] = backend.zeros(1, np.float64)
            backend.fill(force_, flow.body_force[axis])
            self._rows[axis].append(backend.bind("push_rows", *n, axis, force_, domain.metrics, state.inverse, state.rhs))
            flow_ = backend.partials(*n)
            self._sums[axis] = backend.bind("bulk_flow", *n, axis, state.velocity[axis], domain.metrics, flow_), flow_
            if is_held:
                self._hold(axis, state, force_)
        if flow.temperature_gradient:
            for axis in self._sums:
                along = flow.temperature_gradient * (np.sign(self.wanted[axis]) if self.wanted else 1.0)
                self._carry.append(
                    backend.bind(
                        "carry_off", *n, axis, float(along), state.velocity[axis], domain.mask, domain.metrics, state.source
                    )
                )
        self._gradient = flow.temperature_gradient

    def _hold(self, axis: int, state: State, force_: Any) -> None:
        """Bind what keeps the mean velocity along an axis."""
        backend, n, domain = self.backend, self.domain.n, self.domain
        wanted = self.wanted[axis] * self.volume if self.wanted else 0.0
        measure, flow_ = self._sums[axis]
        response_, change_ = backend.partials(*n), backend.zeros(1, np.float64)
        conductance = state.conductance[axis]
        self._adjust += [measure, backend.bind("bulk_response", *n, axis, conductance, domain.metrics, response_)]
        if domain.comm.size == 1:
            sums: tuple[Any, ...] = (flow_, response_)
            if len(flow_) > 8 * FOLD:  # one thread adds what is left
                few = tuple(backend.zeros(FOLD, np.float64) for _ in sums)
                pairs = zip(sums, few, strict=True)
                self._adjust += [backend.bind("fold_partials", len(many), FOLD, many, one) for many, one in pairs]
                sums = few
            self._adjust.append(backend.bind("adjust_force", len(sums[0]), *sums, wanted, force_, change_))
        else:
            totals = backend.zeros(1, np.float64), backend.zeros(1, np.float64)
            self._adjust.append(lambda: self._add_blocks((flow_, response_), totals))
            self._adjust.append(backend.bind("adjust_force", 1, *totals, wanted, force_, change_))
        self._adjust.append(backend.bind("push_faces", *n, axis, change_, conductance, domain.metrics, state.velocity[axis]))

    def _add_blocks(self, partials: tuple[Any, ...], totals: tuple[Any, ...]) -> None:
        sums = self.domain.comm.sum(np.array([self.backend.download(partial).sum() for partial in partials]))
        for value, total in zip(sums, totals, strict=True):
            self.backend.fill(total, float(value))

    def push(self, axis: int) -> None:
        """Add the force to the rows along `axis`, once they are assembled."""
        for launch in self._rows[axis]:
            launch()

    def adjust(self) -> None:
        """Find the force anew, and give the predicted velocities what its change gives them."""
        for launch in self._adjust:
            launch()

    def carry(self) -> None:
        """Take out of the temperature's sources what the stream carries off along the mean gradient."""
        for launch in self._carry:
            launch()

    @property
    def force(self) -> tuple[float, float, float]:
        """m/s2, along x, y, z. Waits for the device."""
        values = [float(self.backend.download(self._force[axis])[0]) if axis in self._force else 0.0 for axis in range(3)]
        return values[0], values[1], values[2]

    @force.setter
    def force(self, values: tuple[float, float, float]) -> None:
        for axis, force_ in self._force.items():
            self.backend.fill(force_, values[axis])

    @property
    def is_active(self) -> bool:
        """Whether anything drives."""
        return bool(self._force)

    def bulk_velocity(self) -> tuple[float, float, float]:
        """m/s, mean over the whole room, solids included, along the driven axes (others: 0). Waits for the device."""
        means = [0.0, 0.0, 0.0]
        for axis, (measure, flow_) in self._sums.items():
            measure()
            total = self.domain.comm.sum(np.array([self.backend.download(flow_).sum()]))
            means[axis] = float(total[0]) / self.volume
        return means[0], means[1], means[2]

    def carried(self) -> float:
        """K m3/s that the stream carries off now."""
        return self._gradient * self.volume * sum(abs(speed) for speed in self.bulk_velocity()) if self._carry else 0.0
