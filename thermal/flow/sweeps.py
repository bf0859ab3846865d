"""Red-black Gauss-Seidel over the rows in hand, and the sum of their defects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thermal.flow.domain import Domain
from thermal.state import State


class Sweeps:
    """Bound launches that relax one field with the state's shared rows.

    field    device array to relax; count  sweeps (both colours) a call
    """

    def __init__(self, domain: Domain, state: State, field: Any) -> None:
        backend, n = domain.backend, domain.n
        self.exchange: Callable[[list], None] = domain.comm.exchange
        self.field = field
        self.colours = [backend.bind("sweep", *n, field, *state.rows, state.rhs, colour ^ domain.parity) for colour in (0, 1)]
        self.partial = backend.partials(*n)
        self.look = backend.bind("row_defect", *n, field, *state.rows, state.rhs, state.inverse, self.partial)
        self.domain = domain

    def run(self, count: int) -> None:
        """Relax `count` times."""
        for _ in range(count):
            for colour in self.colours:
                colour()
                self.exchange([self.field])

    def defect(self) -> float:
        """Sum over the hall of |row residual| x diagonal at the last `look`, which is a launch, in the unit of the field times
        m3/s. Waits for the device.
        """
        total = float(self.domain.backend.download(self.partial).sum())
        return float(self.domain.comm.sum(np.array([total]))[0])
