"""Buffer stores: a tank in layers, warm above cold; one layer is a mixed tank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermal.fluids.liquids import Liquid

Array = NDArray[np.float64]


@dataclass(frozen=True)
class StoreStep:
    """What one step gave: layer temperatures K, bottom first; outlet K and heat lost to the room, both means over the step."""

    layers: Array
    outlet: float
    lost: float  # W


@dataclass(frozen=True)
class BufferStore:
    """A standing cylinder of `layers` equal layers, flow along its height, conduction between layers, loss to the room.

    M c dT_i/dt = m c (T_upstream - T_i) + k A/dz (T_i+1 - 2 T_i + T_i-1) - U a (T_i - T_room)

    volume        m3;   height  m;   loss_conductance  W/K of the whole shell
    liquid        its properties are taken at `reference` (K), so that heat and temperature are one
    Laws          implicit upwind in time and space; layers that lie warm under cold are mixed at once, heat conserved.
    Source        multinode model: Duffie & Beckman, Solar Engineering of Thermal Processes, 4th ed. 2013, sec. 8.4.
    """

    volume: float
    height: float
    layers: int
    liquid: Liquid
    reference: float
    loss_conductance: float = 0.0

    @property
    def layer_capacity(self) -> float:
        """J/K of one layer."""
        liquid, at = self.liquid, self.reference
        return self.volume / self.layers * float(liquid.density(at) * liquid.heat_capacity(at))

    @property
    def layer_conductance(self) -> float:
        """W/K between the middles of two layers, by conduction in the liquid at rest."""
        return float(self.liquid.conductivity(self.reference)) * (self.volume / self.height) / (self.height / self.layers)

    def advance(self, temperatures: Array, step: float, flow: float, inlet: float, room: float) -> StoreStep:
        """One implicit step.

        temperatures  K (layers,), bottom first;   step  s;   room  K around the shell
        flow          kg/s; > 0 enters at the top and leaves at the bottom, < 0 the other way;   inlet  K of what enters
        Returns       StoreStep; stored change + lost x step = flow c (inlet - outlet) step to round-off.
        """
        n = self.layers
        capacity = float(self.liquid.heat_capacity(self.reference))
        through, between, shell = abs(flow) * capacity, self.layer_conductance, self.loss_conductance / n
        down = flow >= 0.0
        matrix, right = np.zeros((n, n)), self.layer_capacity / step * temperatures + shell * room
        for i in range(n):
            matrix[i, i] = self.layer_capacity / step + through + shell
            upstream = i + 1 if down else i - 1
            if 0 <= upstream < n:
                matrix[i, upstream] -= through
            else:
                right[i] += through * inlet
            for other in (i - 1, i + 1):
                if 0 <= other < n:
                    matrix[i, i] += between
                    matrix[i, other] -= between
        layers = np.linalg.solve(matrix, right)
        outlet, lost = float(layers[0 if down else -1]), float((shell * (layers - room)).sum())
        return StoreStep(settled(layers), outlet, lost)


def settled(layers: NDArray) -> Array:
    """Layers of equal heat capacity without warm below cold: neighbours that are upside down get their mean (pool-adjacent)."""
    blocks: list[tuple[float, int]] = []
    for value in layers:
        mean, count = float(value), 1
        while blocks and blocks[-1][0] > mean:
            below, size = blocks.pop()
            mean, count = (below * size + mean * count) / (size + count), size + count
        blocks.append((mean, count))
    return np.concatenate([np.full(count, mean) for mean, count in blocks])
