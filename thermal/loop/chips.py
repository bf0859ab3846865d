"""Chips behind cold plates: junction - case - coolant, two capacities and two resistances each, implicit in time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from thermal.loop.network import Chip, Link

Floats = NDArray[np.float64]


class Chips:
    """The groups of chips of a network. `case` and `junction` are K, (chips,); `link` the number of each one's link."""

    def __init__(self, links: Sequence[Link], temperature: Floats) -> None:
        """`temperature` of each link's fluid, K: where they begin."""
        self.link = np.array([n for n, one in enumerate(links) if one.chip is not None], np.int64)
        self._chips: list[Chip] = [links[n].chip for n in self.link]  # type: ignore[misc]
        self._to_case = np.array([one.to_case for one in self._chips])
        self._of_junction = np.array([one.junction for one in self._chips])
        self._of_case = np.array([one.case for one in self._chips])
        self.case = np.array(temperature, float)[self.link]
        self.junction = self.case.copy()
        self.conductance = np.zeros(len(self.link))
        self._step: tuple[Floats, ...] = ()

    def set_flow(self, flow: Floats, capacity_rate: Floats) -> None:
        """Resistances at the flows (m3/s) and capacity rates (W/K) of all links.

        A case is no colder than the fluid that leaves it: the conductance is at most the capacity rate, and none without flow.
        """
        through, most = np.abs(flow[self.link]), np.abs(capacity_rate[self.link])
        self.conductance = np.zeros(len(self.link))
        for n, (chip, one) in enumerate(zip(self._chips, through, strict=True)):
            if one > 0.0:
                resistance = float(chip.to_coolant(one))
                self.conductance[n] = min(1.0 / resistance, most[n]) if resistance > 0.0 else most[n]

    def response(self, power: Floats, seconds: float) -> tuple[Floats, Floats]:
        """Heat to the coolant over a step as (a, b): a + b T of the entering coolant, W and W/K, from W into each junction.

        Backward Euler; `seconds` may be infinite. A chip without a resistance to its case is one with it.
        """
        per_second = 1.0 / seconds
        joined = self._to_case <= 0.0
        link = np.where(joined, 0.0, 1.0 / np.where(joined, 1.0, self._to_case))
        store_j = np.where(joined, 0.0, self._of_junction) * per_second
        store_c = (self._of_case + np.where(joined, self._of_junction, 0.0)) * per_second
        given = power + store_j * self.junction
        share = np.where(joined, 1.0, link / np.where(joined, 1.0, store_j + link))
        known = store_c * self.case + share * given
        g = self.conductance
        own = store_c + link - share * link * ~joined + g
        divisor = np.where(own > 0.0, own, 1.0)
        self._step = (known, own, divisor, given, store_j, link)
        return g * known / divisor, g * (g / divisor - 1.0)

    def advance(self, entering: Floats) -> None:
        """Take on the temperatures at the end of the step, from those of the entering coolant, (chips,) K."""
        known, own, divisor, given, store_j, link = self._step
        self.case = np.where(own > 0.0, (known + self.conductance * entering) / divisor, self.case)
        joined = self._to_case <= 0.0
        alone = (given + link * self.case) / np.where(joined, 1.0, store_j + link)
        self.junction = np.where(joined, self.case, alone)

    @property
    def stored(self) -> Floats:
        """J above 0 K in each."""
        return self._of_case * self.case + self._of_junction * self.junction
