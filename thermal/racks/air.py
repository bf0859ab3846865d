"""The air side of the racks: each blows out what its front draws in, warmer by its heat to air."""

from __future__ import annotations

import numpy as np

from thermal.flow.domain import Domain, at_least_one
from thermal.state import State


class RackAir:
    """Outlet temperatures of all racks, kept on the device.

    outlet = flow-weighted mean over the front's faces + rise, rise = air_power / (rho c_p flow)
    """

    def __init__(self, domain: Domain, state: State) -> None:
        backend = domain.backend
        self.domain, self.state = domain, state
        racks, air = domain.racks, domain.placement.case.air
        self.count = len(racks)
        self.rise = np.array([rack.air_power / (air.density * air.heat_capacity * rack.flow) for rack in racks])
        self.rise_ = backend.upload(at_least_one(self.rise, float), np.float64)  # K; an ideal gas renews it
        self.reference_rise_ = backend.upload(at_least_one(self.rise, float), np.float64)  # K, at the reference density
        self.capacity_rate = np.array([air.density * air.heat_capacity * rack.flow for rack in racks])  # W/K
        if not self.count:
            return
        start, cells, flows = [0], [], []
        by_rack = {patch.object.name: patch for patch in domain.placement.patches if patch.kind == "front"}
        for rack in racks:
            front = by_rack[rack.name]
            mine = domain.within(front.cell)
            cells.append(domain.flat(front.cell[mine]))
            flows.append(rack.flow * front.area[mine] / front.area.sum())
            start.append(start[-1] + int(mine.sum()))
        self.sums_ = backend.zeros((2 * self.count,), np.float64)
        self.outlet_ = backend.zeros((self.count,), np.float64)
        self._fronts = backend.bind(
            "rack_fronts", self.count, backend.upload(np.array(start), np.int32),
            backend.upload(at_least_one(np.concatenate(cells), np.int64), np.int64),
            backend.upload(at_least_one(np.concatenate(flows), float), np.float64),
            state.T, self.sums_,
        )  # fmt: skip
        self._backs = backend.bind("rack_backs", self.count, self.sums_, self.rise_, self.outlet_)
        self._carry = [
            backend.bind(
                "inflow_change", len(faces), faces.cell_, faces.area_, state.velocity[faces.axis], faces.normal_offset,
                float(faces.sign),
                faces.rack_, self.outlet_, faces.temperature_, state.inverse, state.rhs,
            )
            for faces in domain.lists
            if (faces.rack >= 0).any()
        ]  # fmt: skip

    def set_heat(self, heat: np.ndarray) -> None:
        """Give the air other heat from now on, W (racks,): what liquid does not take."""
        if self.count:
            self.rise = heat / self.capacity_rate
            for array in (self.rise_, self.reference_rise_):
                self.domain.backend.store(self.rise, array)

    def _outlets(self) -> None:
        self._fronts()
        if self.domain.comm.size > 1:
            backend = self.domain.backend
            total = self.domain.comm.sum(backend.download(self.sums_))
            backend.store(total, self.sums_)
        self._backs()

    def renew(self) -> None:
        """Outlet temperatures from the present fronts, before rows are assembled."""
        self.carry()  # what it adds to the right side is overwritten by the assembly

    def carry(self) -> None:
        """Outlet temperatures from the present fronts, their change carried into the finished rows."""
        if self.count:
            self._outlets()
            for launch in self._carry:
                launch()

    def outlets(self) -> np.ndarray:
        """K above reference (racks,): temperature that each rack blows out now."""
        return self.domain.backend.download(self.outlet_) if self.count else np.zeros(0)
