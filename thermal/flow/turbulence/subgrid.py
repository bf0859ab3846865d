"""Large-eddy simulation: eddy viscosity of what the grid does not resolve, for runs in time.

Smagorinsky (1963):  nut = l^2 |S|,  l the smaller of C_s D and kappa y;  C_s 0.17 of isotropic turbulence (Lilly 1967, Proc. IBM
Sci. Comput. Symp. Environ. Sci.);  D the cube root of the cell's volume, y the distance to the nearest wall.
WALE (Nicoud & Ducros 1999, Flow Turbul. Combust. 62:183):  l = C_w D with C_w 0.5, and a law that falls with the cube of the
distance from a wall by itself and leaves pure shear alone.
Wall shear follows the log law from the speed of the wall cell, as in the zero-equation model. The bounded scheme damps the
smallest eddies as well: what these models give is a coarse simulation of the large ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thermal.flow.domain import Domain
from thermal.flow.turbulence.algebraic import Laminar
from thermal.flow.turbulence.walls import bind_log
from thermal.state import State

if TYPE_CHECKING:
    from thermal.flow.boundary import Boundary

LILLY, WALE = 0.17, 0.5


class Smagorinsky(Laminar):
    """nut = l^2 |S|."""

    kernel = "viscosity_smagorinsky"

    def __init__(self, domain: Domain, state: State, boundary: Boundary) -> None:
        backend = domain.backend
        self.domain, self.state = domain, state
        self.length_ = backend.upload(domain.local(self.lengths(domain)), backend.real)
        self._viscosity = backend.bind(
            self.kernel, *domain.n, *state.velocity, state.T, self.length_, domain.mask, domain.metrics, state.eddy_viscosity
        )
        self._walls = bind_log(domain, state)

    def lengths(self, domain: Domain) -> np.ndarray:
        """Length of the model in every cell of the hall, m."""
        placement = domain.placement
        kappa = placement.case.flow.turbulence.kappa
        return np.minimum(LILLY * np.cbrt(placement.grid.volumes()), kappa * placement.wall_distance)

    def update(self, measure: bool) -> None:
        """Renew eddy viscosity and wall shear."""
        self._viscosity()
        self.domain.comm.exchange([self.state.eddy_viscosity])
        for launch in self._walls:
            launch()


class Wale(Smagorinsky):
    """nut of the wall-adapting local eddy viscosity."""

    kernel = "viscosity_wale"

    def lengths(self, domain: Domain) -> np.ndarray:
        """Length of the model in every cell of the hall, m."""
        return WALE * np.cbrt(domain.placement.grid.volumes())


SUBGRID: dict[str, Any] = {"smagorinsky": Smagorinsky, "wale": Wale}
