"""Where the heat of a network goes in one step: the balance of every joule, from the same terms as the equations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from thermal.loop.heat import Heat

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ledger:
    """W of the last step.

    to_fluid   from heat, chips and apparatus;   lost   to the ambient of pipes;   stored   in fluid that warms up
    taken      at nodes whose temperature is held;   carried   out through the boundary, above what came in
    exchanged  from one side of exchangers to the other, absolute
    """

    to_fluid: float = 0.0
    lost: float = 0.0
    stored: float = 0.0
    taken: float = 0.0
    carried: float = 0.0
    exchanged: float = 0.0
    scale: float = 0.0

    @property
    def defect(self) -> float:
        """What does not add up, over the heat that moves."""
        left = self.to_fluid - self.lost - self.stored - self.taken - self.carried
        return abs(left) / self.scale if self.scale > 0.0 else 0.0

    @classmethod
    def of(cls, heat: Heat) -> Ledger:
        """The terms of the last step."""
        known, rate, seconds = ~heat.unknown, heat.rate, heat.seconds
        before, cells = heat._before
        on = known[heat.hydraulics.start]
        level = float(np.mean(heat.temperature[known])) if known.any() else 0.0
        excess = np.where(known, heat.temperature - level, 0.0)
        link_of = np.repeat(np.arange(len(rate)), np.diff(heat.first))
        live = on[link_of]
        losses = (heat._loss[link_of] * (heat.cells - heat.ambient[link_of]))[live]
        storing = (heat._cell_capacity[link_of] / seconds * (heat.cells - cells))[live]
        mixed = np.where(known, heat._store_rate * (heat.temperature - before), 0.0)
        leaving = np.where(on, np.abs(rate) * (heat.outlet() - level), 0.0)
        arriving, departing = np.zeros(len(excess)), np.zeros(len(excess))
        np.add.at(arriving, heat.down, leaving)
        np.add.at(departing, heat.up, np.abs(rate) * excess[heat.up])
        entering = np.where(heat.inside > 0.0, heat.inside * (np.where(heat.inside > 0.0, heat._entering, level) - level), 0.0)
        going = heat.outside * excess
        held = arriving + entering - departing - going
        given, exchanged = heat.link_heat()[on], heat.exchanged()[on]
        terms = (given, losses, storing, mixed, entering, going)
        return cls(
            to_fluid=float(np.sum(given)),
            lost=float(np.sum(losses)),
            stored=float(np.sum(storing) + np.sum(mixed)),
            taken=float(np.sum(np.where(heat._held & known, held, 0.0))),
            carried=float(np.sum(going) - np.sum(entering)),
            exchanged=0.5 * float(np.sum(np.abs(exchanged))),
            scale=float(sum(np.sum(np.abs(term)) for term in terms)),
        )

    def as_row(self) -> dict[str, Any]:
        """W by name, and the defect."""
        names = ("to_fluid", "lost", "stored", "taken", "carried", "exchanged")
        return {f"{name}_W": getattr(self, name) for name in names} | {"defect": self.defect}
