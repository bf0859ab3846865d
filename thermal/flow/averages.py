"""Means over the last iterations of a run that has no steady state."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.case.model import Case
from thermal.state import FIELDS

PLACES = {field.name: "xyz".index(field.place) for field in FIELDS if field.place != "centre"}
PRECISE = 0.25  # K
BATCHES = 4  # the standard error of a mean comes from the spread of its batch means


class Averages:
    """Sums of inlets, heat balance and fields over the rows taken."""

    def __init__(self, racks: int) -> None:
        self.racks = racks
        self.tracks: list[np.ndarray] = []
        self.balances: list[float] = []
        self.sums: dict[str, np.ndarray] = {}

    @property
    def count(self) -> int:
        """Rows taken."""
        return len(self.tracks)

    def add(self, measure: Any, flow: Any) -> None:
        """Take one row and its fields."""
        self.tracks.append(np.asarray(measure.inlets, float))
        self.balances.append(measure.balance)
        for name in flow.state.names:
            values = flow.whole_field(getattr(flow.state, name), PLACES.get(name)).astype(np.float64)
            if name in self.sums:
                self.sums[name] += values
            else:
                self.sums[name] = values

    def inlets(self) -> np.ndarray:
        """K above reference (racks,): means."""
        return np.mean(self.tracks, axis=0)

    def swing(self) -> np.ndarray:
        """K (racks,): largest distance of an inlet from its mean."""
        return np.abs(np.array(self.tracks) - self.inlets()).max(axis=0)

    def standard_error(self) -> np.ndarray:
        """K (racks,): standard error of the means, from batch means."""
        batches = np.array_split(np.array(self.tracks), BATCHES)
        return np.std([batch.mean(axis=0) for batch in batches], axis=0, ddof=1) / np.sqrt(BATCHES)

    def is_precise(self) -> bool:
        """Whether no mean has a standard error above PRECISE."""
        return bool(self.standard_error().max(initial=0.0) <= PRECISE)

    def balance(self) -> float:
        """Mean heat balance."""
        return float(np.mean(self.balances))

    def text(self, case: Case) -> str:
        """What the means say, in a sentence."""
        swing, error = self.swing(), self.standard_error()
        rack = int(np.argmax(swing))
        return (
            f"the flow has no steady state: results are means over {self.count} iterates; {case.racks[rack].name} swings most, "
            f"by {swing[rack]:.2f} K about its mean; largest standard error of a mean {error.max():.2f} K"
        )

    def flutter_text(self, case: Case) -> str:
        """What the means of a settled flow with a flutter say, in a sentence."""
        swing = self.swing()
        rack = int(np.argmax(swing))
        return (
            f"every rack inlet stands still within {swing[rack]:.2f} K ({case.racks[rack].name} moves most) while the flow "
            f"flutters elsewhere in the hall: results are means over {self.count} iterates"
        )

    def fields(self) -> dict[str, np.ndarray]:
        """Mean fields as global arrays."""
        return {name: total / self.count for name, total in self.sums.items()}

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything as arrays, for a checkpoint."""
        return {"tracks": np.array(self.tracks).reshape(-1, self.racks), "balances": np.array(self.balances)} | {
            f"sum_{name}": values for name, values in self.sums.items()
        }

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Take the sums of a checkpoint."""
        self.tracks, self.balances = list(arrays["tracks"]), [float(b) for b in arrays["balances"]]
        self.sums = {name[4:]: values for name, values in arrays.items() if name.startswith("sum_")}
