"""Means over the last iterations of a run that has no steady state."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.flow.tracks import PER_KELVIN, Track
from thermal.state import FIELDS

PLACES = {field.name: "xyz".index(field.place) for field in FIELDS if field.place != "centre"}
PRECISE = 0.25  # K
BATCHES = 4  # the standard error of a mean comes from the spread of its batch means


class Averages:
    """Sums of tracks, heat balance and fields over the rows taken; the first `racks` tracks are the rack inlets.

    spans   what 1 K of the watch's gates means for each track
    """

    def __init__(self, tracks: list[Track]) -> None:
        self.names = tracks
        self.racks = sum(track.quantity == "inlet" for track in tracks)
        self.tracks: list[np.ndarray] = []
        self.spans = np.ones(len(tracks))
        self.balances: list[float] = []
        self.sums: dict[str, np.ndarray] = {}

    @property
    def count(self) -> int:
        """Rows taken."""
        return len(self.tracks)

    def add(self, measure: Any, flow: Any) -> None:
        """Take one row and its fields."""
        self.tracks.append(np.asarray(measure.inlets if measure.tracks is None else measure.tracks, float))
        self.spans = np.ones(len(self.tracks[-1])) if measure.spans is None else measure.spans
        self.balances.append(measure.balance)
        for name in flow.state.names:
            values = flow.whole_field(getattr(flow.state, name), PLACES.get(name)).astype(np.float64)
            if name in self.sums:
                self.sums[name] += values
            else:
                self.sums[name] = values

    def inlets(self) -> np.ndarray:
        """K above reference (racks,): means."""
        return self.means()[: self.racks]

    def means(self) -> np.ndarray:
        """Mean of each track in its own unit."""
        return np.mean(self.tracks, axis=0)

    def swing(self) -> np.ndarray:
        """K (racks,): largest distance of an inlet from its mean."""
        return self.swings()[: self.racks]

    def swings(self) -> np.ndarray:
        """Largest distance of each track from its mean, K or what counts like it."""
        return np.abs(np.array(self.tracks) - self.means()).max(axis=0) / self.spans

    def standard_error(self) -> np.ndarray:
        """Standard error of the mean of each track, K or what counts like it, from batch means."""
        batches = np.array_split(np.array(self.tracks) / self.spans, BATCHES)
        return np.std([batch.mean(axis=0) for batch in batches], axis=0, ddof=1) / np.sqrt(BATCHES)

    def is_precise(self) -> bool:
        """Whether no mean has a standard error above PRECISE."""
        return bool(self.standard_error().max(initial=0.0) <= PRECISE)

    def balance(self) -> float:
        """Mean heat balance."""
        return float(np.mean(self.balances))

    def text(self) -> str:
        """What the means say, in a sentence."""
        swing, error = self.swings(), self.standard_error()
        worst = int(np.argmax(swing))
        return (
            f"the flow has no steady state: results are means over {self.count} iterates; {self._name(worst)} swings most, by "
            f"{amount(self.names[worst], swing[worst])} about its mean; largest standard error of a mean "
            f"{amount(self.names[worst], error.max())}"
        )

    def flutter_text(self) -> str:
        """What the means of a settled flow with a flutter say, in a sentence."""
        swing = self.swings()
        worst = int(np.argmax(swing))
        still = "every rack inlet stands" if self.racks else "heat and motion stand"
        return (
            f"{still} still within {amount(self.names[worst], swing[worst])} ({self._name(worst)} moves most) while the flow "
            f"flutters elsewhere in the hall: results are means over {self.count} iterates"
        )

    def _name(self, index: int) -> str:
        track = self.names[index]
        return track.object if track.unit else f"{track.quantity} of {track.object}"

    def fields(self) -> dict[str, np.ndarray]:
        """Mean fields as global arrays."""
        return {name: total / self.count for name, total in self.sums.items()}

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything as arrays, for a checkpoint."""
        rows = {"tracks": np.array(self.tracks).reshape(-1, len(self.names)), "spans": self.spans}
        rows["balances"] = np.array(self.balances)
        return rows | {f"sum_{name}": values for name, values in self.sums.items()}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Take the sums of a checkpoint."""
        self.tracks, self.spans = list(arrays["tracks"]), arrays["spans"]
        self.balances = [float(b) for b in arrays["balances"]]
        self.sums = {name[4:]: values for name, values in arrays.items() if name.startswith("sum_")}


def amount(track: Track, value: float) -> str:
    """A swing in words: in K, or as a share of the track's scale.

    >>> amount(Track("A1", "inlet", "K"), 0.125), amount(Track("hot", "heat", ""), 0.3)
    ('0.12 K', '1.0 %')
    """
    return f"{value:.2f} {track.unit}" if track.unit else f"{100.0 * PER_KELVIN * value:.1f} %"
