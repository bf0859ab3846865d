"""Solids in the temperature equation: their rows, and their contact with the air by the wall law in force.

The rows of solid cells stand in the same arrays as the air's and are relaxed by the same sweeps, so a solid costs a few launches
over its cells and its skin; a case without conducting solids has no object of this file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thermal.flow.domain import WALL, Domain, FaceList
from thermal.flow.turbulence.walls import bind_heat
from thermal.solids import Contact, Solids
from thermal.state import State

Launch = Callable[[], Any]


class Conduction:
    """The conducting solids of one block."""

    def __init__(self, domain: Domain, state: State, solids: Solids) -> None:
        self.domain = domain
        air = domain.placement.case.air
        self.heat_capacity = air.density * air.heat_capacity
        self.conductivity = domain.local(solids.conductivity)
        self._cell = np.argwhere(solids.conductivity > 0.0)
        self._cell = self._cell[domain.within(self._cell)]
        self._skins = [skin for faces in domain.lists if (skin := Skin(domain, state, faces, self)).count]
        self._contacts = [Touch(domain, state, contact, self) for contact in solids.contacts]
        self._rows = self._bind_rows(state, solids)
        self._close: list[Launch] = []
        if len(self._cell):
            flat_ = domain.backend.upload(domain.flat(self._cell), np.int64)
            rows = (*state.rows, state.rhs, state.inverse)
            self._close = [domain.backend.bind("close_rows", len(self._cell), flat_, state.T, *rows)]

    def add(self) -> None:
        """Add the air's loss to solids to `extra`, before its rows are assembled; it depends on the present flow."""
        for skin in self._skins:
            skin.add()

    def join(self, stores: Sequence[Launch] = ()) -> None:
        """Bring the solids into the assembled rows of the air, and make their own.

        stores   launches that add to diagonals and right sides what solids keep in a step in time
        """
        for launch in self._rows:
            launch()
        for skin in self._skins:
            skin.join()
        for launch in (*stores, *self._close):
            launch()

    def read(self, sums: np.ndarray) -> None:
        """Add by patch what walls do to solids: row 0 heat, K m3/s; row 1 area, m2; row 2 area x surface temperature, K m2."""
        for contact in self._contacts:
            contact.read(sums)

    def half_resistance(self, flat: np.ndarray, width: np.ndarray, area: np.ndarray) -> np.ndarray:
        """s/m3 from the centre of solid cells, by position in local arrays, to their faces."""
        return 0.5 * width / (self.conductivity.reshape(-1)[flat] * area) * self.heat_capacity

    def widths(self, cell: np.ndarray, axis: int) -> np.ndarray:
        """m along an axis of global cells (n, 3)."""
        return np.asarray(self.domain.placement.grid.widths(axis))[cell[:, 2 - axis]]

    def _bind_rows(self, state: State, solids: Solids) -> list[Launch]:
        """The launch that makes the solids' rows from what does not change: conduction, their power, walls behind them."""
        domain, cell = self.domain, self._cell
        if not len(cell):
            return []
        backend, flat = domain.backend, domain.flat(cell)
        sides = []
        for axis in range(3):
            area = np.broadcast_to(domain.placement.grid.face_areas(axis), domain.placement.grid.shape)[tuple(cell.T)]
            own = self.half_resistance(flat, self.widths(cell, axis), area)
            padded = domain.widths[axis]
            for step in (-1, 1):
                beside = flat + step * domain.stride[axis]
                k = self.conductivity.reshape(-1)[beside]
                width = padded[cell[:, 2 - axis] - domain.range[axis][0] + 2 + step]
                with np.errstate(divide="ignore"):
                    other = 0.5 * width / (k * area) * self.heat_capacity
                sides.append(np.where(k > 0.0, 1.0 / (own + np.where(k > 0.0, other, 0.0)), 0.0))
        outside, source = np.zeros(len(cell)), solids.power[tuple(cell.T)] / self.heat_capacity
        place = {int(position): n for n, position in enumerate(flat)}
        for contact in self._contacts:
            for n, conductance, given in zip(contact.flat, contact.conductance, contact.given, strict=True):
                outside[place[int(n)]] += conductance
                source[place[int(n)]] += given
        arrays = [backend.upload(values, backend.real) for values in (*sides, outside, source)]
        rows = (*state.rows, state.rhs, state.inverse)
        return [backend.bind("solid_rows", len(cell), backend.upload(flat, np.int64), *arrays, *rows)]


class Skin:
    """The faces of one boundary list behind which a solid conducts.

    Those of the first halo layer count: a solid of this block may meet air of another.
    """

    def __init__(self, domain: Domain, state: State, faces: FaceList, conduction: Conduction) -> None:
        backend = domain.backend
        behind = faces.cell - faces.sign * domain.stride[faces.axis]
        inside = (behind >= 0) & (behind < conduction.conductivity.size)
        k = np.where(inside, conduction.conductivity.reshape(-1)[np.where(inside, behind, 0)], 0.0)
        place = np.flatnonzero((faces.kind == WALL) & (k > 0.0))
        self.count = len(place)
        if not self.count:
            return
        solid, area = behind[place], faces.area[place]
        along = solid // domain.stride[faces.axis] % domain.shape[2 - faces.axis]
        resistance = conduction.half_resistance(solid, domain.widths[faces.axis][along], area)
        cell_, none_ = backend.upload(faces.cell[place], np.int64), backend.upload(np.zeros(self.count), np.uint8)
        area_, zero_ = backend.upload(area, backend.real), backend.upload(np.zeros(self.count), backend.real)
        distance_ = backend.upload(backend.download(faces.distance_)[place], backend.real)
        conductance_, series_ = backend.zeros((self.count,)), backend.zeros((self.count,))
        head = (self.count, cell_, area_, distance_, none_, zero_)  # a flux of nothing: the law alone is wanted
        law = bind_heat(
            domain, state, faces, backend.upload(place, np.int32), head, (conductance_, state.extra, state.source)
        )  # fmt: skip
        couple = backend.bind(
            "couple", self.count, cell_, conductance_, backend.upload(resistance, backend.real), none_, zero_, series_,
            state.extra, state.source,
        )  # fmt: skip
        self._add = [law, couple]
        low, high = 2 * faces.axis, 2 * faces.axis + 1
        to_solid, to_air = (low, high) if faces.sign > 0 else (high, low)
        self._join = [backend.bind("join_air", self.count, cell_, series_, state.inverse, state.rows[to_solid])]
        self._join.append(
            backend.bind(
                "join_solid", self.count, backend.upload(solid, np.int64), series_, state.rows[to_air], state.inverse
            )
        )  # fmt: skip

    def add(self) -> None:
        """Conductances from the present flow, into the air's diagonals."""
        for launch in self._add:
            launch()

    def join(self) -> None:
        """Each side's temperature into the other's rows."""
        for launch in self._join:
            launch()


class Touch:
    """A [[wall]] behind solid cells: kept at a temperature, or giving a flux."""

    def __init__(self, domain: Domain, state: State, contact: Contact, conduction: Conduction) -> None:
        self.backend = backend = domain.backend
        wall, air = contact.wall, domain.placement.case.air
        mine = domain.within(contact.cell)
        cell, area = contact.cell[mine], contact.area[mine]
        self.flat = domain.flat(cell)
        capacity, self.area = conduction.heat_capacity, area
        self.half = conduction.half_resistance(self.flat, conduction.widths(cell, contact.axis), area)
        if wall.temperature is not None:
            self.conductance = 1.0 / (self.half + wall.resistance / area * capacity)
            self.given = self.conductance * (wall.temperature - air.reference_temperature)
        else:
            self.conductance = np.zeros(len(area))
            self.given = (wall.heat_flux or 0.0) * area / capacity
        patches = domain.placement.patches
        self._patch = next(n for n, patch in enumerate(patches) if patch.object is wall)
        self._temperature_ = backend.zeros((max(len(area), 1),))
        self._gather = None
        if len(area):
            flat_ = backend.upload(self.flat, np.int64)
            self._gather = backend.bind("gather", len(area), flat_, 0, state.T, self._temperature_)

    def read(self, sums: np.ndarray) -> None:
        """See Conduction.read."""
        if self._gather is None:
            return
        self._gather()
        solid = self.backend.download(self._temperature_).astype(np.float64)
        heat = self.given - self.conductance * solid
        surface = solid + heat * self.half
        for row, values in enumerate((heat, self.area, self.area * surface)):
            sums[row, self._patch] += float(values.sum())
