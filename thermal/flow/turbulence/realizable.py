"""Realizable k-epsilon (Shih, Liou, Shabbir, Yang & Zhu 1995, Comput. Fluids 24:227) with wall functions.

    nut = C_mu k^2/eps,  C_mu = 1/(A_0 + A_s U* k/eps),  A_0 4.04,  A_s = sqrt6 cos(arccos(sqrt6 W)/3),
    W = S_ij S_jk S_ki/(S_ij S_ij)^1.5,  U* = sqrt(S_ij S_ij + W_ij W_ij) of strain and rotation
    production of epsilon C1 S eps,  C1 = max(0.43, eta/(eta + 5)),  eta = S k/eps,  S = sqrt(2 S_ij S_ij)
    destruction of epsilon C2 eps^2/(k + sqrt(nu eps)),  C2 1.9,  sigma_k 1.0,  sigma_eps 1.2
C_mu falls where the strain is strong, so that normal stresses stay positive; round jets and stagnating streams spread less than
with the standard model. A_0 = 4.04 gives C_mu = 0.09 in the equilibrium of the log law, where S k/eps = 3.33 (programs with 4.0
get 0.0903). In a wall cell the gradient is that of the wall law, not of a difference across a coarse cell, so C_mu is 0.09 there.
Buoyancy production ("sgdh") acts on k alone: the production of epsilon does not hold G.
"""

from __future__ import annotations

from typing import Any

from thermal.flow.turbulence.k_epsilon import KEpsilon, Launch
from thermal.flow.turbulence.walls import C_MU

A_0, C_2, SIGMA_EPSILON = 4.04, 1.9, 1.2


class RealizableKEpsilon(KEpsilon):
    """k and epsilon of one block, and the eddy viscosity that strain and rotation leave of them."""

    def _bind_production(self, gain: float) -> Launch:
        return self.domain.backend.bind(
            "production_realizable", *self._flow(), self.state.production, self.state.strain, self.state.turning, gain
        )

    def _bind_wall_cells(self) -> list[Launch]:
        s = self.state
        return [
            self.domain.backend.bind(
                "wall_realizable", self.wall_count, self.wall_cells_, self.wall_dissipation, s.k, self.state.turning, A_0, C_MU
            )
        ]

    def _bind_dissipation(self, common: tuple[Any, ...], inverse: float, inverse_step: float) -> Launch:
        s, nu = self.state, self.domain.placement.case.air.kinematic_viscosity
        return self.domain.backend.bind(
            "dissipation_realizable", *self.domain.n, s.epsilon, s.k, self.state.strain, *common, nu, 1.0 / SIGMA_EPSILON, C_2,
            inverse, inverse_step,
        )  # fmt: skip

    def _bind_thin_dissipation(self) -> Launch:
        s, domain = self.state, self.domain
        lift, per_kelvin = self.gas
        return domain.backend.bind(
            "gas_realizable", *domain.n, s.epsilon, s.k, self.state.strain, lift, domain.metrics, s.extra, s.source,
            domain.placement.case.air.kinematic_viscosity, C_2, per_kelvin,
        )  # fmt: skip

    def _bind_viscosity(self) -> Launch:
        s, domain = self.state, self.domain
        return domain.backend.bind(
            "viscosity_realizable", *domain.n, s.k, s.epsilon, self.state.turning, domain.mask, s.eddy_viscosity, A_0, self.most
        )

    def fill(self, k: float, epsilon: float) -> None:
        """The same k (m2/s2) and epsilon (m2/s3) everywhere, in the equilibrium of a log law."""
        super().fill(k, epsilon)
        n = self.domain.n  # inside alone: the array becomes a conductance, which is 0 beyond the room
        self.domain.backend.run("fill_box", *n, self.state.turning, (1.0 / C_MU - A_0) * epsilon / k, 0, n[0], 0, n[1], 0, n[2])
