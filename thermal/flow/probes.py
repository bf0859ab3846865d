"""Probes of a run in time: values of cells, and what crosses surfaces."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.case.timeline import Probe
from thermal.errors import CaseError, CaseErrors
from thermal.flow.boundary import Sample
from thermal.flow.domain import Domain
from thermal.place import Placement
from thermal.state import State

UNITS = {"temperature": "K", "velocity": "m/s", "pressure": "Pa", "flow": "m3/s"}


def cell_of(placement: Placement, probe: Probe) -> np.ndarray:
    """(k, j, i) of the fluid cell that a probe's point lies in, or of the nearest one where snapping made a solid of it.

    Raises CaseErrors where no air is within two cells.
    """
    grid = placement.grid
    at = probe.at or (0.0, 0.0, 0.0)
    index = [int(np.clip(np.searchsorted(grid.planes(a), at[a], side="right") - 1, 0, grid.n[a] - 1)) for a in range(3)]
    here = np.array(index[::-1])
    fluid = np.argwhere(placement.fluid)
    distance = np.abs(fluid - here).sum(axis=1)
    nearest = int(np.argmin(distance))
    if distance[nearest] > 2:
        raise CaseErrors([CaseError(probe.source, f"probe {probe.name} lies in no air on this grid", "a point in the air")])
    return fluid[nearest]


class Probes:
    """The probes of one block."""

    def __init__(self, domain: Domain, state: State) -> None:
        case, backend = domain.placement.case, domain.backend
        self.domain = domain
        self.probes = case.probes
        self.names = [f"probe.{probe.name}" for probe in self.probes]
        self.units = [UNITS[probe.what] for probe in self.probes]
        self._points = [number for number, probe in enumerate(self.probes) if probe.at is not None]
        self._density, self._reference = case.air.density, case.air.reference_temperature
        cells = np.array([cell_of(domain.placement, self.probes[n]) for n in self._points]).reshape(-1, 3)
        self._mine = domain.within(cells)
        count = int(self._mine.sum())
        self._launches: list[Any] = []
        self._seen = backend.zeros((max(8 * count, 1),))
        self._count = count
        if count:
            cell_ = backend.upload(domain.flat(cells[self._mine]), np.int64)
            places = [(state.T, 0), (state.p, 0)]
            places += [(u, offset) for u, s in zip(state.velocity, domain.stride, strict=True) for offset in (0, s)]
            for n, (array, offset) in enumerate(places):
                piece = self._seen[n * count : (n + 1) * count]
                self._launches.append(backend.bind("gather", count, cell_, offset, array, piece))
        self._surfaces = {}
        for number, probe in enumerate(self.probes):
            if probe.at is None:
                kind, _, name = probe.surface.partition(".")
                kind = "front" if kind == "rack" else kind
                patches = enumerate(domain.placement.patches)
                self._surfaces[number] = next(i for i, p in patches if p.kind == kind and p.object.name == name)

    def read(self, sample: Sample) -> np.ndarray:
        """Values (probes,): K, m/s, Pa, m3/s. Waits for the device. sample: what crosses each patch now."""
        values = np.zeros(len(self.probes))
        if self._points:
            for launch in self._launches:
                launch()
            found = np.zeros((8, len(self._points)))
            if self._count:
                seen = self.domain.backend.download(self._seen).astype(np.float64)
                found[:, self._mine] = seen.reshape(8, self._count)
            found = self.domain.comm.sum(found.ravel()).reshape(found.shape)
            speeds = np.sqrt(sum((0.5 * (found[n] + found[n + 1])) ** 2 for n in (2, 4, 6)))
            for column, number in enumerate(self._points):
                what = self.probes[number].what
                values[number] = {
                    "temperature": self._reference + found[0, column], "pressure": self._density * found[1, column],
                    "velocity": speeds[column],
                }[what]  # fmt: skip
        for number, patch in self._surfaces.items():
            what = self.probes[number].what
            flow = abs(float(sample.inflow[patch]))
            area = float(self.domain.placement.patches[patch].area.sum())
            mixed = self._reference + float(sample.mixed[patch])
            values[number] = {"temperature": mixed, "velocity": flow / area, "flow": flow}[what]
        return values
