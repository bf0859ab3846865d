"""What a run in time follows at every step: rack inlets, probes, openings, and the ledger of the heat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thermal.case.model import Opening
from thermal.flow.pace import Clock
from thermal.flow.stepper import Instant
from thermal.place import Placement

STILL = 1e-4  # of the largest flow of an opening
LEDGER = ("time", "step", "courant", "bend", "mass", "entered", "stored", "heat", "projections")


class Series:
    """Rows of numbers in SI, one a step, the start included (with a step of 0 s).

    Columns: LEDGER (s, s, -, -, share of the supply, W, W, W, -), then inlet.RACK and inlet_max.RACK in K, flow.OPENING in m3/s
    in the opening's own sense, temperature.OPENING in K, probe.NAME.
    """

    def __init__(self, placement: Placement, probes: Sequence[str]) -> None:
        case = placement.case
        self._capacity = case.air.density * case.air.heat_capacity
        self._reference = case.air.reference_temperature
        patches = placement.patches
        self._openings = [
            (next(i for i, p in enumerate(patches) if p.object is item), 1.0 if item.kind == "supply" else -1.0)
            for item in case.openings
        ]
        self.names = list(LEDGER)
        self.names += [f"inlet.{rack.name}" for rack in case.racks] + [f"inlet_max.{rack.name}" for rack in case.racks]
        self.names += [f"flow.{label(item)}" for item in case.openings] + [f"temperature.{label(item)}" for item in case.openings]
        self.names += probes
        self._rows: list[np.ndarray] = []

    def add(self, clock: Clock, instant: Instant, probes: np.ndarray) -> None:
        """Take the instant that a step ended at."""
        sample = instant.sample
        ledger = [
            clock.time, clock.step, instant.courant if clock.count else np.nan, instant.bend, instant.mass,
            *(self._capacity * watts for watts in (instant.entered, instant.stored, instant.heat)), clock.projections,
        ]  # fmt: skip
        inlets, hottest = self._reference + instant.inlets, self._reference + instant.hottest
        flows = [sign * sample.inflow[index] for index, sign in self._openings]
        least = STILL * max(map(abs, flows), default=0.0)  # what comes and goes alike has no temperature of its own
        temperatures = [
            self._reference + sample.mixed[index] if abs(flow) > least else np.nan
            for (index, _), flow in zip(self._openings, flows, strict=True)
        ]
        self._rows.append(np.concatenate([ledger, inlets, hottest, flows, temperatures, probes]).astype(float))

    def rows(self) -> np.ndarray:
        """All rows, float64 (n, columns)."""
        return np.array(self._rows).reshape(-1, len(self.names))

    def restore(self, rows: np.ndarray) -> None:
        """Take the rows of a checkpoint."""
        self._rows = list(rows)

    def column(self, name: str) -> np.ndarray:
        """All values of one column. Raises ValueError for an unknown name."""
        return self.rows()[:, self.names.index(name)]

    def as_rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries, a number a column."""
        return [dict(zip(self.names, map(float, row), strict=True)) for row in self.rows()]

    def balance(self) -> dict[str, float]:
        """heat: what was stored against what entered, over the heat given, all integrated in time; mass: mean in time."""
        rows = self.rows()
        steps, mass = rows[1:, LEDGER.index("step")], rows[1:, LEDGER.index("mass")]
        return {"heat": abs(self._closing(rows)), "mass": float(np.average(mass, weights=steps)) if len(steps) else 0.0}

    def worst_interval(self, times: Sequence[float]) -> float:
        """The largest heat balance of an interval between two of the times."""
        rows = self.rows()
        time = rows[:, 0]
        pieces = [rows[(time > a * (1 + 1e-12)) & (time <= b * (1 + 1e-12))] for a, b in zip(times[:-1], times[1:], strict=True)]
        return max((abs(self._closing(piece)) for piece in pieces if len(piece)), default=0.0)

    def _closing(self, rows: np.ndarray) -> float:
        step, entered, stored, heat = (rows[:, LEDGER.index(name)] for name in ("step", "entered", "stored", "heat"))
        given = float(step @ heat)
        return float(step @ (stored - entered)) / given if given > 0.0 else 0.0


def label(item: Opening) -> str:
    """Name of an opening among supplies and returns, which may share names."""
    return f"{item.kind}.{item.name}"
