"""Models without a transport equation: laminar, constant eddy viscosity, and the zero-equation law of Chen & Xu."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thermal.flow.domain import Domain
from thermal.flow.history import History
from thermal.flow.turbulence.walls import bind_log, bind_viscous
from thermal.state import State
from thermal.wall_distance import distance_to_sides

if TYPE_CHECKING:
    from thermal.flow.boundary import Boundary

CHEN_XU = 0.03874  # Chen & Xu 1998, Energy and Buildings 28:137


class Laminar:
    """No eddy viscosity; walls by the viscous law."""

    fields: tuple[str, ...] = ()

    def __init__(self, domain: Domain, state: State, boundary: Boundary) -> None:
        self.domain, self.state = domain, state
        self._walls = bind_viscous(domain, state)

    def begin(self) -> None:
        """Set the start: no eddy viscosity."""

    def bind(self, relaxation: float, step: float, history: History | None = None) -> None:
        """Nothing to relax."""

    def update(self, measure: bool) -> None:
        """Renew the wall shear."""
        for launch in self._walls:
            launch()


class Constant(Laminar):
    """A constant eddy viscosity in every fluid cell, constant times rho0 in an ideal gas; walls by the viscous law with it."""

    def begin(self) -> None:
        """Set the eddy viscosity."""
        domain = self.domain
        value = domain.placement.case.flow.turbulence.constant_viscosity
        field = np.where(domain.mask_host & 1, value, 0.0)
        domain.backend.store(field, self.state.eddy_viscosity)


class ZeroEquation(Laminar):
    """nut = 0.03874 |V| y with y the distance to the nearest wall (Chen & Xu 1998); wall shear by the log law.

    Made for rooms with mixed convection on coarse grids; no history of turbulence is carried, so jets mix by their speed and
    distance from walls alone. With wall_distance = "room" the sides of the room alone count as walls. Of mass velocities the law
    gives r nut, which is what the rows of an ideal gas want.
    """

    def __init__(self, domain: Domain, state: State, boundary: Boundary) -> None:
        backend = domain.backend
        self.domain, self.state = domain, state
        placement = domain.placement
        if placement.case.flow.turbulence.wall_distance == "room":
            distance = distance_to_sides(placement.grid, placement.fluid, placement.case.flow.periodic)
        else:
            distance = placement.wall_distance
        self._distance = backend.upload(domain.local(distance), backend.real)
        self._viscosity = backend.bind(
            "viscosity_chen_xu",
            *domain.n,
            *state.velocity,
            self._distance,
            domain.mask,
            state.eddy_viscosity,
            CHEN_XU,
        )
        self._walls = bind_log(domain, state)

    def update(self, measure: bool) -> None:
        """Renew eddy viscosity and wall shear."""
        self._viscosity()
        self.domain.comm.exchange([self.state.eddy_viscosity])
        for launch in self._walls:
            launch()
