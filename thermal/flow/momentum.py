"""Momentum prediction: three velocities, each with its rows assembled, relaxed and swept in turn."""

from __future__ import annotations

from thermal.flow.boundary import Boundary
from thermal.flow.density import Boussinesq, IdealGas
from thermal.flow.domain import Domain, expansion
from thermal.flow.drive import Drive
from thermal.flow.history import History
from thermal.flow.relaxation import sweeps
from thermal.flow.sweeps import Sweeps
from thermal.movers.air import Movers
from thermal.state import State

NAMES = "xyz"
SWEEPS = 5  # at least; hall-30kw-contained at 0.1 m took 244 iterations with 3
# Weight of the semi-implicit buoyancy: N^2 dt_local V on the diagonal of w. The converged answer does not depend on it.
# 5 gave the residuals of 20 on a contained hall of 415 000 cells; no other value was tried.
STIFFNESS = 20.0


class Momentum:
    """Rows of u, v, w on one block."""

    def __init__(self, domain: Domain, state: State, boundary: Boundary, density: Boussinesq | IdealGas, drive: Drive,
                 movers: Movers) -> None:  # fmt: skip
        self.domain, self.state, self.boundary, self.density, self.drive = domain, state, boundary, density, drive
        self.movers = movers
        self.sweeps = [Sweeps(domain, state, velocity, axis) for axis, velocity in enumerate(state.true_velocity)]

    def bind(self, relaxation: float, step: float, history: History | None = None) -> None:
        """Fix relaxation factor (0..1) and pseudo-time step (s) until the next call; with a history, 1/m of a step in time."""
        case, state, backend = self.domain.placement.case, self.state, self.domain.backend
        air, scheme = case.air, {"upwind": "upwind", "second-order": "second"}[case.flow.velocity_scheme]
        buoyancy = air.gravity * expansion(case) if case.flow.buoyancy else 0.0
        stiffness = history.stiffness if history else STIFFNESS
        self._count = history.sweeps["momentum"] if history else sweeps(relaxation, SWEEPS)
        self._past = [[history.rows(name)] if history else [] for name in "uvw"]
        self.assemble = []
        for axis, name in enumerate(NAMES):
            order = [(axis + shift) % 3 for shift in range(3)]
            gas, moved = ("_gas", [state.true_velocity[axis]]) if state.face_density else ("", [])
            self.assemble.append(
                backend.bind(
                    f"momentum_{name}_{scheme}{gas}", *self.domain.n, *moved, *(state.velocity[a] for a in order),
                    state.p, state.lift, state.eddy_viscosity, self.domain.mask, self.domain.metrics, state.extra,
                    *(state.rows[2 * a + side] for a in order for side in (0, 1)), state.rhs, state.inverse,
                    state.conductance[axis],
                    air.kinematic_viscosity, 1.0 / relaxation, 1.0 / step, buoyancy if axis == 2 else 0.0, stiffness,
                )
            )  # fmt: skip
        self.boundary.bind_openings(1.0 / relaxation, 1.0 / step, history)

    def predict(self, measure: bool) -> None:
        """New velocities from the present pressure. With `measure`, look at each equation's defect on the way."""
        for axis in range(3):
            self.boundary.prepare_momentum(axis)
            self.movers.prepare(axis)
            self.assemble[axis]()
            self.boundary.push_jets(axis)
            self.movers.push(axis)
            self.boundary.drag(axis)
            self.drive.push(axis)
            for launch in self._past[axis]:
                launch()
            if measure:
                self.sweeps[axis].look()
            self.sweeps[axis].run(self._count)
            self.density.carry(axis)
        self.drive.adjust()
        self.boundary.predict_openings()

    def defects(self) -> list[float]:
        """Of the three velocities' rows at the last look, m4/s2. Waits for the device."""
        return [sweeps.defect() for sweeps in self.sweeps]
