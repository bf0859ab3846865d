"""Standard k-epsilon with wall functions (Launder & Spalding 1974), and what all models of that family share.

    nut = C_mu k^2/eps,  C_mu 0.09,  C1 1.44,  C2 1.92,  sigma_k 1.0,  sigma_eps 1.3
In a wall cell epsilon is set and G replaced by the log law's values, averaged over the cell's walls; k has no flux through a
wall. Below the y+ where the log law meets the linear one, a wall cell makes no k and loses 2 nu k/y^2.
In an ideal gas every term is one of rho/rho0 times what it is here: the eddy viscosity in rows is r nut, production comes from
true velocities, and what kernels lack of a density in the sources of k and epsilon is added before their rows are made.
Buoyancy production is off by default; "sgdh" adds -g beta nut/Pr_t dT/dz to G in both equations (simple gradient diffusion).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from thermal.flow.domain import Domain, expansion, inflow_turbulence
from thermal.flow.history import History
from thermal.flow.relaxation import sweeps
from thermal.flow.scales import find_scales
from thermal.flow.sweeps import Sweeps
from thermal.flow.turbulence.walls import C_MU, head, laminar_limit, moving, tangents
from thermal.movers.wake import bind_wakes
from thermal.state import State

if TYPE_CHECKING:
    from thermal.flow.boundary import Boundary

C_1, C_2, SIGMA_K, SIGMA_EPSILON = 1.44, 1.92, 1.0, 1.3
SWEEPS = 2  # at least
STREAM, EDDY = 0.05, 0.05  # start of a stream that nothing enters: intensity, and eddy size over the gap
MOST = 1e5  # eddy over molecular viscosity: above it a cell has lost its epsilon in the first iterations
LEAST_K, LEAST_EPSILON = 1e-10, 1e-12

Launch = Callable[[], Any]


class KEpsilon:
    """k and epsilon of one block, and the eddy viscosity they give.

    Another model of the family says in `_bind_production`, `_bind_dissipation`, `_bind_thin_dissipation` and `_bind_viscosity`
    what it does otherwise.
    """

    fields = ("k", "epsilon")
    sigma_k = SIGMA_K

    def __init__(self, domain: Domain, state: State, boundary: Boundary) -> None:
        backend, case = domain.backend, domain.placement.case
        t, air = case.flow.turbulence, case.air
        self.domain, self.state = domain, state
        s = state
        self.most = MOST * air.kinematic_viscosity
        # arguments that tell kernels the density of an ideal gas
        self.gas: tuple[Any, ...] = (s.lift, 1.0 / air.reference_temperature) if case.flow.density == "ideal-gas" else ()
        count = max(len(domain.wall_cells), 1)
        cells = domain.wall_cells if len(domain.wall_cells) else np.zeros(1, np.int64)
        self.wall_count = len(domain.wall_cells)
        self.wall_cells_ = backend.upload(cells, np.int64)
        self.wall_production, self.wall_dissipation = backend.zeros((count,)), backend.zeros((count,))
        self._produce = self._bind_production(
            air.gravity * expansion(case) / t.turbulent_prandtl if t.buoyancy_production == "sgdh" else 0.0
        )
        self._viscosity = self._bind_viscosity()
        constants = (air.kinematic_viscosity, t.kappa, t.roughness_e, laminar_limit(t.kappa, t.roughness_e), C_MU)
        self._walls = [
            backend.bind(
                f"wall_k_epsilon{'_gas' if self.gas else moving(f)[0]}", *head(s, f), *tangents(domain, s.true_velocity, f),
                *moving(f)[1], s.eddy_viscosity, s.k, f.slot_, f.weight_, self.wall_production, self.wall_dissipation, f.shear_,
                *constants, *self.gas,
            )
            for f in domain.lists
        ]  # fmt: skip
        at_walls = (self.wall_count, self.wall_cells_)
        self._to_cells = [
            backend.bind("scatter", *at_walls, self.wall_production, self.state.production),
            backend.bind("scatter", *at_walls, self.wall_dissipation, s.epsilon), *self._bind_wall_cells(),
        ]  # fmt: skip
        self._fix = backend.bind("fix_rows", *at_walls, self.wall_dissipation, *s.rows, s.rhs)
        self._wakes = bind_wakes(domain, s)
        self._inflow_k = boundary.inflows([f.energy_ for f in domain.lists])
        self._inflow_epsilon = boundary.inflows([f.dissipation_ for f in domain.lists])
        self._sweep_k, self._sweep_epsilon = Sweeps(domain, s, s.k), Sweeps(domain, s, s.epsilon)
        self._keep = [
            backend.bind("keep_above", *domain.n, s.k, LEAST_K), backend.bind("keep_above", *domain.n, s.epsilon, LEAST_EPSILON),
        ]  # fmt: skip
        self._thin: tuple[list[Launch], list[Launch]] = ([], [])  # of k, of epsilon
        if self.gas:
            lift, per_kelvin = self.gas
            self._dilute = backend.bind("times_density", *domain.n, lift, s.eddy_viscosity, per_kelvin)
            self._thin = ([self._bind_destruction(1.0)], [self._bind_thin_dissipation()])

    # -- what makes a model -----------------------------------------------------------------------------------------
    def _bind_production(self, gain: float) -> Launch:
        """The launch that renews G, and what else the model takes from the velocity gradients; `gain` is g beta/Pr_t or 0."""
        return self.domain.backend.bind("production", *self._flow(), self.state.production, gain)

    def _bind_wall_cells(self) -> list[Launch]:
        """Launches after those that set G and epsilon in wall cells."""
        return []

    def _bind_dissipation(self, common: tuple[Any, ...], inverse: float, inverse_step: float) -> Launch:
        """The launch that makes the rows of epsilon; `common` are the arguments that all row kernels share."""
        s, nu = self.state, self.domain.placement.case.air.kinematic_viscosity
        return self.domain.backend.bind(
            "dissipation_rows", *self.domain.n, s.epsilon, s.k, self.state.production, *common, nu, 1.0 / SIGMA_EPSILON,
            C_1, C_2, inverse, inverse_step,
        )  # fmt: skip

    def _bind_destruction(self, factor: float) -> Launch:
        """The launch that adds (r - 1) factor eps/k to the rows in hand: what an ideal gas destroys more or less."""
        s, domain = self.state, self.domain
        lift, per_kelvin = self.gas
        return domain.backend.bind(
            "gas_destruction", *domain.n, s.k, s.epsilon, lift, domain.metrics, s.extra, factor, per_kelvin
        )

    def _bind_thin_dissipation(self) -> Launch:
        """The launch that adds r - 1 times the model's sources of epsilon, those from G excepted, which holds r already."""
        return self._bind_destruction(C_2)

    def _bind_viscosity(self) -> Launch:
        """The launch that renews the eddy viscosity."""
        s, domain = self.state, self.domain
        return domain.backend.bind(
            "viscosity_k_epsilon", *domain.n, s.k, s.epsilon, domain.mask, s.eddy_viscosity, C_MU, self.most
        )

    def _flow(self) -> tuple[Any, ...]:
        """Leading arguments of the kernels that make G."""
        s, domain = self.state, self.domain
        return (*domain.n, *s.true_velocity, s.lift, s.eddy_viscosity, domain.mask, domain.metrics)

    # -- the verbs of a turbulence model ----------------------------------------------------------------------------
    def begin(self) -> None:
        """Start from the flow-weighted k and epsilon of what enters through the openings."""
        domain = self.domain
        patches = domain.placement.patches
        entering = [
            (f, *inflow_turbulence(p, f)) for p, f in zip(patches, domain.patch_flow, strict=True) if p.kind == "supply" and f
        ]
        total = sum(f for f, _, _ in entering)
        k = sum(f * k for f, k, _ in entering) / total if total else 1e-4
        epsilon = sum(f * e for f, _, e in entering) / total if total else 1e-5
        if not total and domain.placement.case.flow.periodic:
            scales = find_scales(domain.placement)
            k = 1.5 * (STREAM * scales.velocity) ** 2
            epsilon = C_MU**0.75 * k**1.5 / (EDDY * scales.length)
        self.fill(k, epsilon)
        self._renew_viscosity()
        domain.comm.exchange([self.state.eddy_viscosity])

    def fill(self, k: float, epsilon: float) -> None:
        """The same k (m2/s2) and epsilon (m2/s3) everywhere."""
        self.domain.backend.fill(self.state.k, k)
        self.domain.backend.fill(self.state.epsilon, epsilon)

    def bind(self, relaxation: float, step: float, history: History | None = None) -> None:
        """Fix relaxation factor (0..1), that of the momentum, and pseudo-time step (s). With a history, `step` is 1/m of a step
        in time, and nothing relaxes."""
        s, domain, backend = self.state, self.domain, self.domain.backend
        nu = domain.placement.case.air.kinematic_viscosity
        common = (*s.velocity, s.eddy_viscosity, domain.mask, domain.metrics, s.extra, s.source, *s.rows, s.rhs, s.inverse)
        inverse = 1.0 if history else 1.0 / relaxation
        self._count = history.sweeps["turbulence"] if history else sweeps(relaxation, SWEEPS)
        self._past = [[history.rows(name)] if history else [] for name in ("k", "epsilon")]
        self._rows_epsilon = self._bind_dissipation(common, inverse, 1.0 / step)
        self._rows_k = backend.bind(
            "energy_rows", *domain.n, s.k, s.epsilon, self.state.production, *common, nu, 1.0 / self.sigma_k, inverse, 1.0 / step,
        )  # fmt: skip

    def walls(self) -> None:
        """Wall shear, production and dissipation from the present k and velocities."""
        self.domain.backend.fill(self.wall_production, 0.0)
        self.domain.backend.fill(self.wall_dissipation, 0.0)
        for launch in self._walls:
            launch()

    def update(self, measure: bool) -> None:
        """One relaxed step of epsilon, then of k, then the eddy viscosity and the wall shear that go with them."""
        exchange = self.domain.comm.exchange
        self._produce()
        self.walls()
        for launch in self._to_cells:
            launch()
        self._solve(self._inflow_epsilon, self._rows_epsilon, self._sweep_epsilon, 1, [self._fix, *self._wakes[0]])
        self._solve(self._inflow_k, self._rows_k, self._sweep_k, 0, self._wakes[1])
        self._renew_viscosity()
        exchange([self.state.eddy_viscosity])

    def _renew_viscosity(self) -> None:
        self._viscosity()
        if self.gas:
            self._dilute()

    def _solve(self, inflow, rows, sweeps, index, fix) -> None:
        backend = self.domain.backend
        backend.fill(self.state.extra, 0.0)
        backend.fill(self.state.source, 0.0)
        for launch in (*inflow, *self._thin[index]):
            launch()
        rows()
        for launch in (*self._past[index], *fix):
            launch()
        sweeps.run(self._count)
        self._keep[index]()
        self.domain.comm.exchange([sweeps.field])
