"""A variant run to its verdict in this process, with the solver left open: it can be iterated on, looked into, and weighed."""

from __future__ import annotations

import time
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.variants import Variant
from kernels import open_backend
from thermal.case.model import Case
from thermal.flow.monitor import Monitor
from thermal.flow.sequence import place_sequence
from thermal.flow.steady import EVERY, Outcome, SteadyRun
from thermal.gridding import make_grid
from thermal.parallel import Serial
from thermal.place import Placement

BATCHES = 5  # of which the standard error of a mean is made


@dataclass
class Solved:
    """A run's outcome and what it stands on; seconds are those of the solution alone."""

    variant: Variant
    case: Case
    placement: Placement
    device: Any
    outcome: Outcome
    seconds: float

    @property
    def inlets(self) -> np.ndarray:
        """Rack inlets in degC, in the order of case.racks."""
        return celsius(self.case, self.outcome.inlets)

    @property
    def words(self) -> str:
        """Verdict and iterations."""
        return f"{self.outcome.verdict} after {self.outcome.iterations} iterations on the finest grid"

    def rows(self, values: np.ndarray) -> np.ndarray:
        """Means over the rows of racks: values (..., racks) to (..., racks in a row), by number in the row."""
        names = sorted({rack.row for rack in self.case.racks})
        by_row = [values[..., [n for n, rack in enumerate(self.case.racks) if rack.row == name]] for name in names]
        return np.mean(by_row, axis=0)

    def mirrored(self) -> float:
        """K, largest difference of facing racks."""
        half = len(self.case.racks) // 2
        return float(np.abs(self.inlets[:half] - self.inlets[half:]).max())

    def standard_error(self, window: int = 200) -> np.ndarray:
        """K, of the row means over the last `window` iterations, from the spread of the means of BATCHES parts of them."""
        return batch_error(self.rows(inlet_track(self)[-window // EVERY :]))


def batch_error(track: np.ndarray) -> np.ndarray:
    """Standard error of the means of a track (samples, racks), from the spread of BATCHES parts' means; 0 for one sample."""
    if len(track) < BATCHES:
        return np.zeros(track.shape[1])
    parts = [part.mean(axis=0) for part in np.array_split(track, BATCHES)]
    return np.std(parts, axis=0, ddof=1) / np.sqrt(BATCHES)


def celsius(case: Case, above: np.ndarray) -> np.ndarray:
    """degC from K above the case's reference."""
    return np.asarray(above) + case.air.reference_temperature - 273.15


def inlet_track(solved: Solved) -> np.ndarray:
    """Rack inlets in degC at every look at the finest grid, (looks, racks)."""
    names = [f"inlet.{rack.name}" for rack in solved.case.racks]
    return np.array([[row[name] for name in names] for row in solved.outcome.history if row["level"] == 0]) - 273.15


def solve(variant: Variant, device: Any = None, monitor: Monitor | None = None) -> Solved:
    """Run a variant to its verdict; the device defaults to the best of this machine, single precision, two threads."""
    case = variant.load()
    device = device or open_backend("auto", "single", 2)
    placements = place_sequence(case, make_grid(case))
    begun = time.perf_counter()
    outcome = SteadyRun(placements, device, Serial(), case.stop.iterations, monitor or Monitor()).run()
    return Solved(variant, case, placements[-1], device, outcome, time.perf_counter() - begun)


def go_on(solved: Solved, iterations: int) -> np.ndarray:
    """Iterate further from the verdict as if there had been none; rack inlets in degC at every look, (looks, racks)."""
    flow, track = solved.outcome.flow, []
    for number in range(1, iterations + 1):
        measure = flow.iterate(number % EVERY == 0)
        if measure is not None:
            track.append(celsius(solved.case, measure.inlets))
    return np.array(track)


class Scales:
    """Weighs the arrays that a backend has given out and that are still alive. Wraps the backend's verbs while that lives."""

    def __init__(self, device: Any) -> None:
        self.alive: dict[int, tuple[weakref.ref, int]] = {}
        self.peak = 0
        for verb in ("empty", "zeros", "upload", "partials"):
            setattr(device, verb, self._weighed(getattr(device, verb)))

    def _weighed(self, verb: Any) -> Any:
        def give(*arguments: Any, **named: Any) -> Any:
            array = verb(*arguments, **named)
            if id(array) not in self.alive:
                key = id(array)
                self.alive[key] = (weakref.ref(array, lambda _: self.alive.pop(key, None)), int(array.nbytes))
                self.peak = max(self.peak, self.total)
            return array

        return give

    @property
    def total(self) -> int:
        """Bytes alive now."""
        return sum(size for _, size in self.alive.values())
