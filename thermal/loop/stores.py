"""Buffer stores of a network between two steps: heat conducted from layer to layer, and warm layers that rise through cold ones.

A store is a link with a height: its cells are the layers, its `start` is on top. Flow through it is the upwind scheme of every
link; what flow does not do is done here, without a joule gained or lost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from thermal.loop.components.store import settled
from thermal.loop.network import Link, Network

Floats = NDArray[np.float64]
CONDUCTIVITY = 0.63  # W/(m K), of a fluid that states none: water at 40 degC, IAPWS 2011


class Stores:
    """The stores of a network; false where it has none.

    `settle` lets the layers of all of them conduct and turn over for a step.
    """

    def __init__(
        self, links: Sequence[Link], first: NDArray[np.int32], capacity: Floats, volume: Floats, network: Network
    ) -> None:
        """first (links + 1,) where each link's cells begin;   capacity (links,) J/K of one cell;   volume (links,) m3."""
        self._columns: list[tuple[slice, float, float]] = []  # cells, J/K of a layer, W/K between two
        for n, link in enumerate(links):
            count = int(first[n + 1] - first[n])
            if link.height > 0.0 and count > 1 and volume[n] > 0.0:
                region = network.regions[network.nodes[link.start].region]
                law = getattr(region.fluid, "conductivity", None)
                conductivity = CONDUCTIVITY if law is None else float(law(region.temperature))
                between = conductivity * (float(volume[n]) / link.height) / (link.height / count)
                self._columns.append((slice(int(first[n]), int(first[n + 1])), float(capacity[n]), between))

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._columns)

    def settle(self, cells: Floats, seconds: float) -> None:
        """Conduct (implicit in time) and turn over, in place. cells: K of all cells of the network."""
        for where, capacity, between in self._columns:
            layers = cells[where]
            n, share = len(layers), between * seconds / capacity
            matrix = np.diag(np.full(n, 1.0 + 2.0 * share)) - share * (np.eye(n, k=1) + np.eye(n, k=-1))
            matrix[0, 0] = matrix[-1, -1] = 1.0 + share
            cells[where] = settled(np.linalg.solve(matrix, layers)[::-1])[::-1]  # `settled` counts from the bottom
