"""Standard k-epsilon with wall functions (Launder & Spalding 1974).

    nut = C_mu k^2/eps,  C_mu 0.09,  C1 1.44,  C2 1.92,  sigma_k 1.0,  sigma_eps 1.3
In a wall cell epsilon is set and G replaced by the log law's values, averaged over the cell's walls; k has no flux through a
wall.
Buoyancy production is off by default; "sgdh" adds -g beta nut/Pr_t dT/dz to G in both equations (simple gradient diffusion).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thermal.flow.domain import Domain, inflow_turbulence
from thermal.flow.sweeps import Sweeps
from thermal.flow.turbulence.walls import C_MU, head, laminar_limit, tangents
from thermal.state import State

if TYPE_CHECKING:
    from thermal.flow.boundary import Boundary

C_1, C_2, SIGMA_K, SIGMA_EPSILON = 1.44, 1.92, 1.0, 1.3
SWEEPS = 2
RELAXATION = 0.6
MOST = 1e5  # eddy over molecular viscosity: above it a cell has lost its epsilon in the first iterations
LEAST_K, LEAST_EPSILON = 1e-10, 1e-12


class KEpsilon:
    """k and epsilon of one block, and the eddy viscosity they give."""

    def __init__(self, domain: Domain, state: State, boundary: Boundary) -> None:
        backend, case = domain.backend, domain.placement.case
        t, air = case.flow.turbulence, case.air
        self.domain, self.state = domain, state
        s = state
        self.production = domain.zeros()
        count = max(len(domain.wall_cells), 1)
        cells = domain.wall_cells if len(domain.wall_cells) else np.zeros(1, np.int64)
        self._wall_production, self._wall_dissipation = backend.zeros((count,)), backend.zeros((count,))
        wall_count = len(domain.wall_cells)
        cells_ = backend.upload(cells, np.int64)
        gain = air.gravity * air.expansion / t.turbulent_prandtl if t.buoyancy_production == "sgdh" else 0.0
        self._production = backend.bind(
            "production",
            *domain.n,
            *s.velocity,
            s.T,
            s.eddy_viscosity,
            domain.mask,
            domain.metrics,
            self.production,
            gain,
        )
        constants = (air.kinematic_viscosity, t.kappa, t.roughness_e, laminar_limit(t.kappa, t.roughness_e), C_MU)
        self._walls = [
            backend.bind(
                "wall_k_epsilon", *head(s, f), *tangents(domain, s, f), s.eddy_viscosity, s.k, f.slot_, f.weight_,
                self._wall_production, self._wall_dissipation, f.shear_, *constants,
            )
            for f in domain.lists
        ]  # fmt: skip
        self._scatter_production = backend.bind("scatter", wall_count, cells_, self._wall_production, self.production)
        self._scatter_dissipation = backend.bind("scatter", wall_count, cells_, self._wall_dissipation, s.epsilon)
        self._fix = backend.bind("fix_rows", wall_count, cells_, self._wall_dissipation, *s.rows, s.rhs)
        self._inflow_k = boundary.inflows([f.energy_ for f in domain.lists])
        self._inflow_epsilon = boundary.inflows([f.dissipation_ for f in domain.lists])
        self._sweep_k, self._sweep_epsilon = Sweeps(domain, s, s.k), Sweeps(domain, s, s.epsilon)
        self._keep = [
            backend.bind("keep_above", *domain.n, s.k, LEAST_K), backend.bind("keep_above", *domain.n, s.epsilon, LEAST_EPSILON),
        ]  # fmt: skip
        self._viscosity = backend.bind(
            "viscosity_k_epsilon",
            *domain.n,
            s.k,
            s.epsilon,
            domain.mask,
            s.eddy_viscosity,
            C_MU,
            MOST * air.kinematic_viscosity,
        )

    def begin(self) -> None:
        """Start from the flow-weighted k and epsilon of what enters through the openings."""
        domain, backend = self.domain, self.domain.backend
        patches = domain.placement.patches
        entering = [
            (f, *inflow_turbulence(p, f)) for p, f in zip(patches, domain.patch_flow, strict=True) if p.kind == "supply" and f
        ]
        total = sum(f for f, _, _ in entering)
        k = sum(f * k for f, k, _ in entering) / total if total else 1e-4
        epsilon = sum(f * e for f, _, e in entering) / total if total else 1e-5
        backend.fill(self.state.k, k)
        backend.fill(self.state.epsilon, epsilon)
        self._viscosity()
        domain.comm.exchange([self.state.eddy_viscosity])

    def bind(self, relaxation: float, step: float) -> None:
        """Fix the pseudo-time step (s); `relaxation` is that of the momentum, k and epsilon keep at or below it."""
        s, domain, backend = self.state, self.domain, self.domain.backend
        nu = domain.placement.case.air.kinematic_viscosity
        common = (*s.velocity, s.eddy_viscosity, domain.mask, domain.metrics, s.extra, s.source, *s.rows, s.rhs, s.inverse)
        inverse = 1.0 / min(RELAXATION, relaxation)
        self._rows_epsilon = backend.bind(
            "dissipation_rows", *domain.n, s.epsilon, s.k, self.production, *common, nu, 1.0 / SIGMA_EPSILON,
            C_1, C_2, inverse, 1.0 / step,
        )  # fmt: skip
        self._rows_k = backend.bind(
            "energy_rows", *domain.n, s.k, s.epsilon, self.production, *common, nu, 1.0 / SIGMA_K, inverse, 1.0 / step,
        )  # fmt: skip

    def walls(self) -> None:
        """Wall shear, production and dissipation from the present k and velocities."""
        self.domain.backend.fill(self._wall_production, 0.0)
        self.domain.backend.fill(self._wall_dissipation, 0.0)
        for launch in self._walls:
            launch()

    def update(self, measure: bool) -> None:
        """One relaxed step of epsilon, then of k, then the eddy viscosity and the wall shear that go with them."""
        exchange = self.domain.comm.exchange
        self._production()
        self.walls()
        self._scatter_production()
        self._scatter_dissipation()
        self._solve(self._inflow_epsilon, self._rows_epsilon, self._sweep_epsilon, 1, fixed=True)
        self._solve(self._inflow_k, self._rows_k, self._sweep_k, 0, fixed=False)
        self._viscosity()
        exchange([self.state.eddy_viscosity])

    def _solve(self, inflow, rows, sweeps, index, fixed) -> None:
        backend = self.domain.backend
        backend.fill(self.state.extra, 0.0)
        backend.fill(self.state.source, 0.0)
        for launch in inflow:
            launch()
        rows()
        if fixed:
            self._fix()
        sweeps.run(SWEEPS)
        self._keep[index]()
        self.domain.comm.exchange([sweeps.field])
