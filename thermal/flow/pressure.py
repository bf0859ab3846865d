"""Continuity: the pressure correction that takes the mass defect out of the predicted velocities."""

from __future__ import annotations

import numpy as np

from thermal.flow.boundary import Boundary
from thermal.flow.domain import Domain
from thermal.linear.multigrid import Multigrid
from thermal.linear.pcg import PressureSolver
from thermal.state import State

TOGETHER = 8  # steps of one projection where nothing is predicted in between


class Pressure:
    """Pressure correction on one block: flexible PCG, each step preconditioned by one multigrid V-cycle."""

    def __init__(self, domain: Domain, state: State, boundary: Boundary, iterations: int = 2) -> None:
        backend, n = domain.backend, domain.n
        placement = domain.placement
        self.domain, self.state, self.boundary = domain, state, boundary
        grid = placement.grid
        self.solver = PressureSolver(
            Multigrid(
                backend, (grid.x, grid.y, grid.z), placement.feature_planes, placement.region, domain.comm, domain.block,
                scratch=state.scratch, held=_held(domain),
            ),
            iterations=iterations,
        )  # fmt: skip
        self.defect = state.rhs  # free between the momentum and the temperature rows
        self._divergence = backend.bind("divergence", *n, *state.velocity, domain.mask, domain.metrics, self.defect)
        self._correct = backend.bind(
            "correct", *n, *state.velocity, state.p, state.correction, *state.conductance, domain.metrics,
        )  # fmt: skip
        self.partial = backend.partials(*n)
        self._sum = backend.bind("defect_sum", *n, self.defect, self.partial)

    def project(self) -> None:
        """Solve for the correction and apply it to velocities, openings and pressure."""
        self.prepare()
        self.solver.invert_coarsest()
        self.apply()

    def prepare(self) -> None:
        """The part of `project` before the host has to wait: the defect, and a new preconditioner but for its coarsest level."""
        state = self.state
        self.domain.comm.exchange(list(state.velocity))
        self._divergence()
        self.solver.renew(*state.conductance, state.opening_conductance)

    def apply(self) -> None:
        """The part of `project` after it."""
        self.solver.solve(self.state.correction, self.defect)
        self.correct()

    def correct(self) -> None:
        """Apply what State.correction holds to velocities, openings and pressure."""
        state, exchange = self.state, self.domain.comm.exchange
        exchange([state.correction])
        self._correct()
        self.boundary.correct_openings()
        exchange([*state.velocity, state.p])

    def close(self, rounds: int) -> None:
        """Project again and again without predicting, until next to no mass defect is left.

        Conjugate gradients take as many steps as in so many rounds, but TOGETHER at a time: the equation stays the same, and what
        they have learnt of it is worth keeping (container-edge at 0.5 m: 24 steps leave 1e-8 of the supply by twos, 3e-12 so).
        """
        usual = self.solver.iterations
        self.solver.take_steps(TOGETHER)
        for _ in range(-(-rounds * usual // TOGETHER)):
            self.project()
        self.solver.take_steps(usual)

    def look(self) -> None:
        """Take the mass defect of the velocities as they stand."""
        self._divergence()
        self._sum()

    def mass_defect(self) -> float:
        """Sum over the hall's cells of |net outflow|, m3/s, of the velocities as they stand. Waits for the device."""
        self.look()
        return self.seen()

    def seen(self) -> float:
        """The mass defect at the last look, m3/s. Waits for the device."""
        total = float(self.domain.backend.download(self.partial).sum())
        return float(self.domain.comm.sum(np.array([total]))[0])


def _held(domain: Domain) -> np.ndarray:
    """Whole-hall bool (nz, ny, nx): cells at pressure openings."""
    held = np.zeros(domain.placement.grid.shape, bool)
    for patch, flow in zip(domain.placement.patches, domain.patch_flow, strict=True):
        if flow is None:
            held[tuple(patch.cell.T)] = True
    return held
