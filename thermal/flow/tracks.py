"""What must stand still before a run may call itself steady: rack inlets, or in a room without racks its heat and its motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thermal.case.model import Opening, Wall
from thermal.flow.boundary import Sample
from thermal.flow.domain import Domain
from thermal.flow.scales import Scales
from thermal.movers.air import Reading
from thermal.state import State

# Share of its own scale that counts like 1 K of a rack's inlet: gates of 0.015 and 0.03 K are then gates of 0.05 and 0.1 %.
PER_KELVIN = 1.0 / 30.0
# Share of the free-fall energy below which a room's motion is measured no finer: laminar cavities of Rayleigh number 1e3 to 1e8
# hold 3e-3 to 7e-4 of it.
CALM = 1e-4


@dataclass(frozen=True)
class Track:
    """One number that is watched. unit: of the values; empty where gates are shares of the track's own scale."""

    object: str
    quantity: str
    unit: str


class Tracks:
    """The watched numbers of a placed case on one block.

    With racks: the mean temperature of each front, K. Without: the heat of each wall of a kept temperature and of each opening,
    the surface temperature of each wall of a given flux, the flow of each pressure opening, and the kinetic energy of the room.
    """

    def __init__(self, domain: Domain, state: State, scales: Scales) -> None:
        placement, case = domain.placement, domain.placement.case
        self.domain, self.scales = domain, scales
        self.tracks: list[Track] = [Track(rack.name, "inlet", "K") for rack in case.racks]
        self.fronts = [
            next((i for i, p in enumerate(placement.patches) if p.kind == "front" and p.object is rack), -1)
            for rack in case.racks
        ]
        bodies = {body.name: number for number, body in enumerate(case.bodies) if body.kind == "rack"}
        self.bodies = [bodies.get(rack.name, -1) for rack in case.racks]
        self._heat: list[int] = []
        self._flow: list[int] = []
        self._surface: list[int] = []
        if case.racks:
            return
        for index, patch in enumerate(placement.patches):
            if isinstance(patch.object, Opening) or (isinstance(patch.object, Wall) and patch.object.temperature is not None):
                self._heat.append(index)
            if isinstance(patch.object, Wall) and patch.object.heat_flux is not None:
                self._surface.append(index)
            if isinstance(patch.object, Opening) and patch.object.flow is None:
                self._flow.append(index)
        for quantity, members in (("heat", self._heat), ("flow", self._flow), ("temperature", self._surface)):
            self.tracks += [Track(placement.patches[index].object.name, quantity, "") for index in members]
        if not scales.velocity:  # nothing drives the air: the residuals say when it rests
            return
        self.tracks.append(Track("hall", "kinetic energy", ""))
        backend = domain.backend
        self._partial = backend.partials(*domain.n)
        self._motion = backend.bind("kinetic_energy", *domain.n, *state.velocity, domain.mask, domain.metrics, self._partial)
        fluid = placement.grid.volumes()[(placement.mask & 1).astype(bool)].sum()
        self._least = CALM * 0.5 * scales.pace**2 * float(fluid)

    def inlets(self, sample: Sample, movers: Reading | None) -> np.ndarray:
        """K above reference (racks,): flow-weighted mean of what each draws in, through its front or, in depth, its slots."""
        if movers is None:
            return sample.mixed[self.fronts] if self.fronts else np.zeros(0)
        drawn = movers.sums[:, 6] / np.where(movers.sums[:, 5] > 0.0, movers.sums[:, 5], 1.0)
        chosen = [drawn[body] if body >= 0 else sample.mixed[front] for front, body in zip(self.fronts, self.bodies, strict=True)]
        return np.array(chosen, float)

    def hottest(self, sample: Sample, movers: Reading | None) -> np.ndarray:
        """K above reference (racks,): the warmest cell that each draws from."""
        found = np.array([sample.hottest[front] if front >= 0 else -np.inf for front in self.fronts], float)
        for rack, body in enumerate(self.bodies):
            if movers is not None and body >= 0:
                mine = slice(movers.starts[body], movers.starts[body + 1])
                drawn = movers.is_inlet[mine] & (movers.flow[mine] > 0.0)
                enter = movers.enter[mine]
                found[rack] = enter[drawn if drawn.any() else movers.is_inlet[mine]].max()
        return found

    def read(self, sample: Sample, inlets: np.ndarray, warmth: float) -> tuple[np.ndarray, np.ndarray]:
        """Values of the tracks, and what 1 K of the watch's gates means for each. Waits for the device in a room without racks.

        sample   what crosses each patch now      inlets   K (racks,)      warmth   K m3/s that heat is measured against
        """
        if self.domain.placement.case.racks:
            return inlets, np.ones(len(inlets))
        scales = self.scales
        values = [*sample.heat[self._heat], *sample.inflow[self._flow], *sample.surface[self._surface]]
        heat, flow, surface = (
            len(self._heat) * [warmth],
            len(self._flow) * [scales.supply],
            len(self._surface) * [scales.contrast],
        )
        spans = [*heat, *flow, *surface]
        if scales.velocity:
            self._motion()
            energy = self.domain.comm.sum(np.array([float(self.domain.backend.download(self._partial).sum())]))[0]
            values.append(energy)
            spans.append(2.0 * max(energy, self._least))  # twice: 1 % of a speed is 2 % of its square
        return np.array(values, float), PER_KELVIN * np.array(spans, float)
