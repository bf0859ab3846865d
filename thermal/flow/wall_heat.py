"""Heat between the air and the walls of [[wall]]: kept at a temperature, or giving a flux."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thermal.case.model import Wall
from thermal.flow.domain import Domain, FaceList
from thermal.flow.turbulence.walls import bind_heat
from thermal.state import State


class WallHeat:
    """The warm and cold walls of one block; nothing at all where a case has none."""

    def __init__(self, domain: Domain, state: State) -> None:
        lists = [WallList(domain, state, faces, layered) for faces in domain.lists for layered in (False, True)]
        self._lists = [walls for walls in lists if walls.count]

    def add(self) -> None:
        """Add conductances to `extra`, and heat to `source`, of the temperature rows in hand; it depends on the present flow."""
        for walls in self._lists:
            walls.launch()

    def change(self, patch: int, value: float, per_area: bool) -> None:
        """From now on a wall has another temperature (K above reference), or with `per_area` gives another flux (K m/s)."""
        for walls in self._lists:
            here = walls.patch == patch
            walls.value[here] = value * walls.area[here] if per_area else value
            walls.backend.store(walls.value, walls.value_)

    def read(self, sums: np.ndarray) -> None:
        """Add by patch: row 0 heat into the air, K m3/s; row 1 area, m2; row 2 area x surface temperature, K m2."""
        for walls in self._lists:
            walls.read(sums)


class WallList:
    """The faces of one boundary list that belong to walls with heat, on their own surface or behind layers."""

    def __init__(self, domain: Domain, state: State, faces: FaceList, layered: bool) -> None:
        backend = self.backend = domain.backend
        air = domain.placement.case.air
        places, patches, held, values, behind = [], [], [], [], []
        for index, patch in enumerate(domain.placement.patches):
            wall = patch.object
            if not isinstance(wall, Wall) or not wall.is_thermal or (patch.axis, patch.sign) != (faces.axis, faces.sign):
                continue
            if (wall.resistance > 0.0) != layered:
                continue
            mine = domain.within(patch.cell)
            place = np.searchsorted(faces.cell[: faces.own], domain.flat(patch.cell[mine]))
            behind.append(wall.resistance * air.density * air.heat_capacity / faces.area[place])
            places.append(place)
            patches.append(np.full(len(place), index))
            held.append(np.full(len(place), wall.temperature is not None))
            if wall.temperature is not None:
                values.append(np.full(len(place), wall.temperature - air.reference_temperature))
            else:
                values.append((wall.heat_flux or 0.0) / (air.density * air.heat_capacity) * faces.area[place])
        self.count = sum(map(len, places))
        if not self.count:
            return
        place = np.concatenate(places)
        self.patch, self.held, self.value = np.concatenate(patches), np.concatenate(held), np.concatenate(values)
        self.area, self.layered = faces.area[place], layered
        cell_ = backend.upload(faces.cell[place], np.int64)
        self.conductance_, self.temperature_ = backend.zeros((self.count,)), backend.zeros((self.count,))
        self.value_ = backend.upload(self.value, backend.real)
        kept = (backend.upload(self.held, np.uint8), self.value_)
        # behind layers the law alone is wanted here: a flux of nothing
        seen = (backend.upload(0 * self.held, np.uint8), backend.upload(0.0 * self.value, backend.real)) if layered else kept
        head = (
            self.count, cell_, backend.upload(self.area, backend.real),
            backend.upload(backend.download(faces.distance_)[place], backend.real), *seen,
        )  # fmt: skip
        rows = (self.conductance_, state.extra, state.source)
        self._launches: list[Callable[[], Any]] = [bind_heat(domain, state, faces, backend.upload(place, np.int32), head, rows)]
        self.series_ = self.conductance_
        if layered:
            self.series_, resistance_ = backend.zeros((self.count,)), backend.upload(np.concatenate(behind), backend.real)
            arguments = (self.count, cell_, self.conductance_, resistance_, *kept, self.series_, state.extra, state.source)
            self._launches.append(backend.bind("couple", *arguments))
        self._gather = backend.bind("gather", self.count, cell_, 0, state.T, self.temperature_)

    def launch(self) -> None:
        """See WallHeat.add."""
        for launch in self._launches:
            launch()

    def read(self, sums: np.ndarray) -> None:
        """See WallHeat.read. The conductance is that of the last rows, so the heat is what their cells received."""
        self._gather()
        conductance = self.backend.download(self.conductance_).astype(np.float64)
        cell = self.backend.download(self.temperature_).astype(np.float64)
        series = self.backend.download(self.series_).astype(np.float64)
        heat = np.where(self.held, series * (self.value - cell), self.value)
        with np.errstate(invalid="ignore", divide="ignore"):  # nothing is known of a flux wall before the first rows
            inner = cell + heat / conductance
        surface = np.where(self.held & (not self.layered), self.value, inner)
        for row, weight in enumerate((heat, self.area, self.area * surface)):
            sums[row] += np.bincount(self.patch, weight, minlength=sums.shape[1])
