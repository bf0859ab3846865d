"""Rooms cut to a slab of few cells along periodic axes, on grids that a study gives, and iterated until their defects are gone.

A case without racks is called steady by its residuals alone, and those gates are made for halls. A study that measures errors of
discretisation iterates on, and says which verdict it had before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kernels import open_backend
from meshes import Grid
from thermal.case.build import case_from_text
from thermal.case.model import Case
from thermal.flow.averages import PLACES
from thermal.flow.monitor import Monitor
from thermal.flow.solver import Flow
from thermal.flow.steady import SteadyRun
from thermal.parallel import Serial
from thermal.place import place

LOOK = 20  # iterations between two looks
LIMIT = 20_000  # iterations after which a study gives up


@dataclass
class Settled:
    """A flow whose defects are gone: its verdict by the product's own gates, iterations on the finest grid to that and in all."""

    case: Case
    flow: Flow
    verdict: str
    iterations: int
    total: int
    momentum: float
    heat: float
    is_settled: bool  # whether the defects fell below the study's gate

    def field(self, name: str) -> np.ndarray:
        """A declared field [k, j, i] in double precision; velocities on faces."""
        return self.flow.whole_field(getattr(self.flow.state, name), PLACES.get(name))

    @property
    def words(self) -> str:
        """Verdict and how far it was iterated."""
        end = "" if self.is_settled else ", does not settle"
        total = f"iterated to {self.total}: momentum defect {self.momentum:.0e}"
        return f"{self.verdict} after {self.iterations} iterations, {total}{end}"


def even_grid(size: Sequence[float], counts: Sequence[int]) -> Grid:
    """Equal cells, `counts` along x, y, z, in a room of `size` m."""
    x, y, z = (np.linspace(0.0, length, count + 1) for length, count in zip(size, counts, strict=True))
    return Grid(x, y, z, (_ends(x), _ends(y), _ends(z)))


def _ends(planes: np.ndarray) -> np.ndarray:
    flags = np.zeros(len(planes), bool)
    flags[[0, -1]] = True
    return flags


def settle(
    text: str, counts: Sequence[Sequence[int]], gate: float = 1e-7, relaxation: float | None = None, limit: int = LIMIT
) -> Settled:
    """Run a case to its verdict, then on until momentum, mass and heat lie below `gate`, for `limit` iterations at most.

    text         of the case file; its [mesh] only bounds the cells       counts   cells along x, y, z, coarsest grid first
    relaxation   from the verdict on; None: the case's own
    """
    case = case_from_text(text)
    device: Any = open_backend("auto", "double", 1)
    placements = [place(case, even_grid(case.room, count)) for count in counts]
    outcome = SteadyRun(placements, device, Serial(), case.stop.iterations, Monitor()).run()
    flow: Flow = outcome.flow
    if relaxation:
        flow.bind(relaxation)
    measure, number, is_settled = outcome.measure, 0, False
    while not is_settled and number < limit:
        for _ in range(LOOK - 1):
            flow.iterate(False)
        measure = flow.iterate(True) or measure
        number += LOOK
        is_settled = max(measure.momentum, measure.mass, _of_heat(case, measure.heat)) < gate
    total = outcome.iterations + number
    return Settled(case, flow, outcome.verdict, outcome.iterations, total, measure.momentum, measure.heat, is_settled)


def _of_heat(case: Case, defect: float) -> float:
    """The defect of heat where a wall has a temperature, else none: a uniform room is measured against nothing."""
    return defect if any(wall.is_thermal for wall in case.walls) else 0.0


def at(positions: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Values at `wanted` by the cubic through the four nearest of rising `positions`."""
    first = np.clip(np.searchsorted(positions, wanted) - 2, 0, len(positions) - 4)
    picks = first[:, None] + np.arange(4)
    x, y = positions[picks], values[picks]
    result = np.zeros(len(wanted))
    for n in range(4):
        others = [m for m in range(4) if m != n]
        result += y[:, n] * np.prod([(wanted - x[:, m]) / (x[:, n] - x[:, m]) for m in others], axis=0)
    return result
