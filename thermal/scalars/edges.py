"""What crosses the edge of the room's air, ready for tracers: faces by group, what racks pass on, sums of what leaves."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.flow.domain import at_least_one
from thermal.scalars.flows import StandingFlow, is_passed_on
from thermal.scalars.krylov import Links
from thermal.scalars.launches import Launches


class Edges:
    """The openings, fronts and backs of one block.

    rack     int (patches,), number of the rack, row of a rack in depth or cooler of each patch, -1 of others
    racks    how many of these are racks or rows of them; they come first
    drawn    m3/s (racks, rows and coolers,), what each draws in
    """

    def __init__(self, flow: StandingFlow, run: Launches) -> None:
        self.flow, self.domain, self.run = flow, flow.domain, run
        backend, patches = self.domain.backend, flow.patches
        number = {id(rack): n for n, rack in enumerate(self.domain.racks)}
        streams, self.racks = flow.streams(), 0
        for is_rack in (True, False):
            for stream, patch in zip(streams, patches, strict=True):
                if stream is not None and is_passed_on(patch) == is_rack:
                    number.setdefault(id(stream), len(number))
            if is_rack:
                self.racks = len(number)
        self.rack = np.array([-1 if one is None else number[id(one)] for one in streams], np.int64)
        racks, own = len(number), np.arange(len(patches))
        self._leaving = [backend_array for backend_array in self._groups(own, len(patches))]
        start, cell, flow_ = self._groups(self.rack, racks)
        steady = np.array([flow_[a:b].sum() for a, b in zip(start[:-1], start[1:], strict=True)])
        self.drawn = self.domain.comm.sum(steady) if racks else steady
        weight = flow_ / np.repeat(np.where(self.drawn > 0.0, self.drawn, 1.0), np.diff(start))
        blowing = []
        for one in flow.crossings:
            chosen = (self.rack[one.patch] >= 0) & (one.inflow > 0.0)
            if chosen.any():
                blowing.append((one.cell[chosen], one.inflow[chosen], self.rack[one.patch[chosen]]))
        self.links = Links(start, cell, weight, blowing)
        self._means = self._uploaded(start, cell, weight)
        self._sums = self._uploaded(*self._leaving)
        self._entering = [
            (int((one.inflow > 0.0).sum()), *(
                backend.upload(a[one.inflow > 0.0], kind)
                for a, kind in ((one.cell, np.int64), (one.inflow, np.float64), (one.patch, np.int32))
            ))
            for one in flow.crossings if (one.inflow > 0.0).any()
        ]  # fmt: skip
        self._outcome_: dict[tuple[int, int], Any] = {}
        self._given_: dict[int, Any] = {}

    def _groups(self, group_of_patch: np.ndarray, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Faces through which air leaves the room, sorted by group: start of each group, cell, m3/s."""
        crossings = self.flow.crossings
        if not crossings:
            return np.zeros(groups + 1, np.int32), np.zeros(0, np.int64), np.zeros(0)
        cell = np.concatenate([one.cell for one in crossings])
        flow = -np.concatenate([one.inflow for one in crossings])
        group = group_of_patch[np.concatenate([one.patch for one in crossings])]
        chosen = np.flatnonzero((flow > 0.0) & (group >= 0))
        chosen = chosen[np.argsort(group[chosen], kind="stable")]
        start = np.searchsorted(group[chosen], np.arange(groups + 1)).astype(np.int32)
        return start, cell[chosen], flow[chosen]

    def _uploaded(self, start: np.ndarray, cell: np.ndarray, weight: np.ndarray) -> tuple[int, Any, Any, Any]:
        backend = self.domain.backend
        return (
            len(start) - 1, backend.upload(start, np.int32), backend.upload(at_least_one(cell, np.int64), np.int64),
            backend.upload(at_least_one(weight, np.float64), np.float64),
        )  # fmt: skip

    def inflow_of_cells(self) -> np.ndarray:
        """Sum over the openings of each cell of what enters, m3/s, a local array."""
        total = np.zeros(int(np.prod(self.domain.shape)))
        for one in self.flow.crossings:
            np.add.at(total, one.cell, np.maximum(one.inflow, 0.0))
        return total.reshape(self.domain.shape)

    def _read(self, groups: tuple[int, Any, Any, Any], values: Any) -> np.ndarray:
        backend, columns = self.domain.backend, values.shape[0]
        count, start_, cell_, weight_ = groups
        if not count:
            return np.zeros((0, columns))
        sums_ = self._outcome_.setdefault((count, columns), backend.zeros((count * columns,), np.float64))
        fields = int(np.prod(self.domain.shape))
        self.run("tracer_means", count, columns, fields, start_, cell_, weight_, values, sums_)
        return self.domain.comm.sum(backend.download(sums_)).reshape(count, columns)

    def leaving(self, values: Any) -> np.ndarray:
        """Sum of outflow x column of each patch over the hall (patches, columns). Waits for the device."""
        return self._read(self._sums, values)

    def given(self, entering: np.ndarray, link: np.ndarray, values: Any) -> np.ndarray:
        """What enters through each patch (patches, columns): as told, and what racks pass on. Waits for the device.

        entering   (patches, columns) as told; through a rack, what it adds;  link  (racks, columns)
        """
        given = entering.copy()
        passing = self.rack >= 0
        if passing.any():
            given[passing] += (link * self._read(self._means, values))[self.rack[passing]]
        return given

    def add_entering(self, given: np.ndarray, values: Any, residual: Any) -> None:
        """residual += inflow x (what enters - own value)."""
        backend, columns = self.domain.backend, values.shape[0]
        given_ = self._given_.setdefault(columns, backend.zeros((max(given.size, 1),), np.float64))
        if given.size:
            backend.store(given.ravel(), given_)
        fields = int(np.prod(self.domain.shape))
        for count, cell_, inflow_, patch_ in self._entering:
            self.run("tracer_entering", count, columns, fields, cell_, inflow_, patch_, given_, values, residual)
