"""RNG k-epsilon (Yakhot, Orszag, Thangam, Gatski & Speziale 1992, Phys. Fluids A 4:1510) with wall functions.

    nut = C_mu k^2/eps,  C_mu 0.0845,  C1 1.42,  C2 1.68,  sigma_k = sigma_eps = 1/1.39 (their value at high Reynolds number)
    destruction of epsilon C2 eps^2/k + C_mu eta^3 (1 - eta/eta_0)/(1 + beta eta^3) eps^2/k,  eta_0 4.38,  beta 0.012
    eta = S k/eps,  S = sqrt(2 S_ij S_ij)
Where the strain is strong (eta above eta_0) the added term makes epsilon, and less viscosity is left than in the standard
model.
"""

from __future__ import annotations

from typing import Any

from thermal.flow.turbulence.k_epsilon import KEpsilon, Launch

C_MU, C_1, C_2, ETA_0, BETA, SIGMA = 0.0845, 1.42, 1.68, 4.38, 0.012, 1.0 / 1.39


class RngKEpsilon(KEpsilon):
    """k and epsilon of one block, epsilon answering to the rate of strain."""

    sigma_k = SIGMA

    def _bind_production(self, gain: float) -> Launch:
        return self.domain.backend.bind("production_strain", *self._flow(), self.state.production, self.state.strain, gain)

    def _bind_dissipation(self, common: tuple[Any, ...], inverse: float, inverse_step: float) -> Launch:
        s, nu = self.state, self.domain.placement.case.air.kinematic_viscosity
        return self.domain.backend.bind(
            "dissipation_rng", *self.domain.n, s.epsilon, s.k, self.state.production, self.state.strain, *common, nu, 1.0 / SIGMA,
            C_1, C_2, C_MU, ETA_0, BETA, inverse, inverse_step,
        )  # fmt: skip

    def _bind_thin_dissipation(self) -> Launch:
        s, domain = self.state, self.domain
        lift, per_kelvin = self.gas
        return domain.backend.bind(
            "gas_rng", *domain.n, s.epsilon, s.k, self.state.strain, lift, domain.metrics, s.extra, s.source,
            C_2, C_MU, ETA_0, BETA, per_kelvin,
        )  # fmt: skip

    def _bind_viscosity(self) -> Launch:
        s, domain = self.state, self.domain
        return domain.backend.bind(
            "viscosity_k_epsilon", *domain.n, s.k, s.epsilon, domain.mask, s.eddy_viscosity, C_MU, self.most
        )
