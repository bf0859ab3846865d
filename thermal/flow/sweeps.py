"""Jacobi passes over the rows in hand, and the sum of their defects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thermal.flow.domain import Domain
from thermal.state import State


class Sweeps:
    """Bound launches that relax one field with the state's shared rows.

    field    device array to relax; axis  of a velocity: openings keep theirs on the hall's high faces, beyond the last cell
    """

    def __init__(self, domain: Domain, state: State, field: Any, axis: int | None = None) -> None:
        backend, n = domain.backend, domain.n
        self.exchange: Callable[[list], None] = domain.comm.exchange
        self.field, self.other = field, state.other
        there = backend.bind("sweep", *n, 0, n[2], field, *state.rows, state.rhs, state.other)
        back = backend.bind("sweep", *n, 0, n[2], state.other, *state.rows, state.rhs, field)
        self.passes = ((there, [state.other]), (back, [field]))
        self._rounds: dict[int, Callable[[], None]] = {}  # passes in one call, by the sweeps they make
        self._begin = None
        if axis is not None:
            box = [bound for other in range(3) for bound in ((n[axis], n[axis] + 1) if other == axis else (0, n[other]))]
            self._begin = backend.bind("copy_box", *n, field, state.other, *box)
        self.partial = backend.partials(*n)
        self.look = backend.bind("row_defect", *n, field, *state.rows, state.rhs, state.inverse, self.partial)
        self.domain = domain

    def run(self, count: int) -> None:
        """Relax `count` times: two passes each."""
        if self._begin:
            self._begin()
        if not self.domain.comm.fills_halos:
            if count not in self._rounds:
                self._rounds[count] = self.domain.backend.passes([launch for launch, _ in self.passes], count)
            self._rounds[count]()
            return
        for _ in range(count):
            for launch, written in self.passes:
                launch()
                self.exchange(written)

    def defect(self) -> float:
        """Sum over the hall of |row residual| x diagonal at the last `look`, which is a launch, in the unit of the field times
        m3/s. Waits for the device.
        """
        total = float(self.domain.backend.download(self.partial).sum())
        return float(self.domain.comm.sum(np.array([total]))[0])
