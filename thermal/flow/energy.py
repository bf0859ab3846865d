"""Temperature, with what the racks blow out refreshed between the sweeps."""

from __future__ import annotations

import numpy as np

from thermal.case.model import Obstacle
from thermal.flow.boundary import Boundary
from thermal.flow.domain import Domain
from thermal.flow.drive import Drive
from thermal.flow.history import History
from thermal.flow.sweeps import Sweeps
from thermal.movers.air import Movers
from thermal.racks.air import RackAir
from thermal.state import State


class Energy:
    """Rows of the temperature on one block."""

    def __init__(self, domain: Domain, state: State, boundary: Boundary, racks: RackAir, drive: Drive, movers: Movers) -> None:
        backend = domain.backend
        self.domain, self.state, self.racks, self.movers = domain, state, racks, movers
        self.sweeps = Sweeps(domain, state, state.T)
        self._walls, self._drive, self._conduction = boundary.walls, drive, boundary.conduction
        self._inflow = boundary.inflows([faces.temperature_ for faces in domain.lists])
        air = domain.placement.case.air
        heat: dict[int, float] = {}
        for patch in domain.placement.patches:
            if isinstance(patch.object, Obstacle) and patch.object.material is None:
                share = patch.object.power / (air.density * air.heat_capacity) * patch.area / _skin_area(domain, patch.object)
                mine = domain.within(patch.cell)
                for cell, value in zip(domain.flat(patch.cell[mine]), share[mine], strict=True):
                    heat[int(cell)] = heat.get(int(cell), 0.0) + float(value)
        for zone, cell in domain.placement.warmed:
            volume = domain.placement.grid.volumes()[tuple(cell.T)]
            mine = domain.within(cell)
            share = zone.power / (air.density * air.heat_capacity) * volume / volume.sum()
            for place, value in zip(domain.flat(cell[mine]), share[mine], strict=True):
                heat[int(place)] = heat.get(int(place), 0.0) + float(value)
        self._heat = None
        if heat:
            cells = backend.upload(np.array(list(heat)), np.int64)
            values = backend.upload(np.array(list(heat.values())), backend.real)
            self._heat = backend.bind("scatter_add", len(heat), cells, values, 1.0, state.source)

    def bind(self, relaxation: float, step: float, history: History | None = None) -> None:
        """Fix relaxation factor (0..1) and pseudo-time step (s) until the next call; with a history, 1/m of a step in time."""
        case, state, backend = self.domain.placement.case, self.state, self.domain.backend
        air, turbulence = case.air, case.flow.turbulence
        scheme = {"upwind": "scalar_upwind", "second-order": "scalar_second"}[case.flow.temperature_scheme]
        self._stores = history.stores if history else []
        self._past = [history.rows("T")] if history else []
        self._solids = history.solid_stores if history else []
        self._assemble = backend.bind(
            scheme, *self.domain.n, state.T, *state.velocity, state.eddy_viscosity, self.domain.mask, self.domain.metrics,
            state.extra, state.source, *state.rows, state.rhs, state.inverse, air.kinematic_viscosity / air.prandtl,
            1.0 / turbulence.turbulent_prandtl, 1.0 / relaxation, 1.0 / step,
        )  # fmt: skip

    def solve(self, sweeps: int, refresh: int, measure: bool) -> None:
        """Relax the temperature: `sweeps` sweeps, the racks' outlets renewed every `refresh`. With `measure`, look at the
        defect on the way.
        """
        backend, state = self.domain.backend, self.state
        backend.fill(state.extra, 0.0)
        backend.fill(state.source, 0.0)
        self.racks.renew()
        for launch in self._inflow:
            launch()
        if self._heat:
            self._heat()
        self.movers.renew()
        self._walls.add()
        if self._conduction:
            self._conduction.add()
        self._drive.carry()
        for launch in self._stores:
            launch()
        self._assemble()
        for launch in self._past:
            launch()
        if self._conduction:
            self._conduction.join(self._solids)
        if measure:
            self.sweeps.look()
        done = 0
        while done < sweeps:
            self.sweeps.run(min(refresh, sweeps - done))
            done += refresh
            if done < sweeps:
                self.racks.carry()
                self.movers.carry()

    def defect(self) -> float:
        """Of the temperature rows at the last look, K m3/s. Waits for the device."""
        return self.sweeps.defect()


def _skin_area(domain: Domain, obstacle: object) -> float:
    return float(sum(p.area.sum() for p in domain.placement.patches if p.kind == "skin" and p.object is obstacle))
