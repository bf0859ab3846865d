"""Where the heat of a network goes in one step: the balance of every joule, from the same terms as the equations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from thermal.loop.heat import Heat

Floats = NDArray[np.float64]


@dataclass
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

    def write(
        self, heat: Heat, rate: Floats, inside: Floats, outside: Floats, before: Floats, cells: Floats, seconds: float
    ) -> None:
        """Take the terms of a step that began with these temperatures of nodes and cells."""
        h = heat.hydraulics
        known = ~heat.unknown
        on = known[h.start]
        level = float(np.mean(heat.temperature[known])) if known.any() else 0.0
        excess = np.where(known, heat.temperature - level, 0.0)
        link_of = np.repeat(np.arange(len(rate)), np.diff(heat.first))
        live = on[link_of]
        losses = (heat._loss[link_of] * (heat.cells - heat.ambient[link_of]))[live]
        storing = (heat._cell_capacity[link_of] / seconds * (heat.cells - cells))[live]
        mixed = np.where(known, heat._store_rate * (heat.temperature - before), 0.0)
        leaving = np.where(on, np.abs(rate) * (heat.outlet() - level), 0.0)
        down, up = np.where(rate < 0.0, h.start, h.end), np.where(rate < 0.0, h.end, h.start)
        arriving, departing = np.zeros(len(excess)), np.zeros(len(excess))
        np.add.at(arriving, down, leaving)
        np.add.at(departing, up, np.abs(rate) * excess[up])
        entering = np.where(inside > 0.0, inside * (np.where(inside > 0.0, heat._entering, level) - level), 0.0)
        going = outside * excess
        held = arriving + entering - departing - going
        given = heat.link_heat[on]
        self.to_fluid, self.lost = float(np.sum(given)), float(np.sum(losses))
        self.stored = float(np.sum(storing) + np.sum(mixed))
        self.taken = float(np.sum(np.where(heat._held & known, held, 0.0)))
        self.carried = float(np.sum(going) - np.sum(entering))
        self.exchanged = 0.5 * float(np.sum(np.abs(heat.exchanged[on])))
        self.scale = float(
            np.sum(np.abs(given)) + np.sum(np.abs(losses)) + np.sum(np.abs(storing)) + np.sum(np.abs(mixed))
            + np.sum(np.abs(entering)) + np.sum(np.abs(going))
        )  # fmt: skip

    def as_row(self) -> dict[str, Any]:
        """W by name, and the defect."""
        names = ("to_fluid", "lost", "stored", "taken", "carried", "exchanged")
        return {f"{name}_W": getattr(self, name) for name in names} | {"defect": self.defect}
