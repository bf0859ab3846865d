"""From the history of a run to its verdict: has it settled, does it swing, or is it still on its way?

steady      every track (rack inlets; without racks see thermal.flow.tracks) stands: over two windows its mean moves less than a
            gate, its extrapolated way to the end is below another, it swings less than a third; and mass, momentum and heat are
            below theirs
            or, over two long windows, means repeat and swing less than a gate, with wider gates for the defects: somewhere in the
            hall a jet flutters, and no track feels it
plateau     over two long windows mean and amplitude are the same, but the amplitude is too large to be called steady
diverged    a number is not finite, or an inlet is hotter than any heat in the hall could make it
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from thermal.flow.solver import Measure


@dataclass(frozen=True)
class Gates:
    """What a steady answer may leave open. Tracks in K or what counts like it (thermal.flow.tracks), others as in Measure."""

    window: int = 10  # iterations; the shortest look back
    drift: float = 0.015  # K, mean of a window against that of the one before
    ahead: float = 0.03  # K, geometric extrapolation of the drift
    swing: float = 0.05  # K, half the range within a window
    mass: float = 0.005
    momentum: float = 0.15  # at 0.3 a 400 000-cell hall still had 0.14 K to go: slow layers hide behind still inlets
    heat: float = 0.008
    balance: float = 0.005
    slowest: float = 0.9  # ratio of two drifts that follow each other, at most, in the extrapolation


FINE = Gates()
# On the coarser grids of the sequence only the start of the next grid is wanted: one that can be taken ahead
# (thermal.flow.sequence), as with wider gates two coarse answers differ by what they lack, too; or else one that will do.
COARSE = replace(FINE, window=6)
PASSABLE = Gates(window=6, drift=0.1, ahead=0.3, swing=0.3, mass=0.05, momentum=2.0, heat=0.1, balance=0.05)
# Rooms without racks have no fans that settle them soon: layers of a cavity creep to their end by 2 % a window.
ROOM = Gates(slowest=0.98)
LONG = 60  # iterations of the shortest long window
# A flow that flutters where no rack feels it: gates on the means of long windows.
FLUTTER = Gates(window=LONG, drift=0.04, ahead=0.05, swing=0.1, mass=0.01, momentum=1.5, heat=0.05, balance=0.005)
SWING = 0.3  # K, half range that makes a plateau of the shortest long window; of longer ones, less
SETTLED = 0.4  # share of the amplitude that the means of two plateau windows may differ by


@dataclass
class Watch:
    """Rows of one grid level, one every `every` iterations."""

    gates: Gates
    every: int
    tracks: list[np.ndarray] = field(default_factory=list)
    spans: np.ndarray = field(default_factory=lambda: np.ones(1))  # of the last row: what 1 K of the gates means for each track
    residuals: list[tuple[float, float, float, float]] = field(default_factory=list)  # mass, momentum, heat, balance

    def add(self, measure: Measure) -> None:
        """Take the next row."""
        self.tracks.append(measure.inlets if measure.tracks is None else measure.tracks)
        self.spans = np.ones(len(self.tracks[-1])) if measure.spans is None else measure.spans
        self.residuals.append((measure.mass, measure.momentum, measure.heat, measure.balance))

    def arrays(self) -> dict[str, np.ndarray]:
        """The rows as arrays, for a checkpoint."""
        residuals = np.array(self.residuals, float).reshape(-1, 4)
        return {"tracks": np.array(self.tracks, float), "spans": np.array(self.spans, float), "residuals": residuals}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Take the rows of a checkpoint."""
        self.tracks, self.spans = list(arrays["tracks"]), arrays["spans"]
        self.residuals = [tuple(float(value) for value in row) for row in arrays["residuals"]]  # type: ignore[misc]

    def _points(self, iterations: int) -> int:
        return max(iterations // self.every, 2)

    def is_broken(self, hottest: float) -> bool:
        """Whether the last row is no number, or a track lies `hottest` K (or what counts like it) from zero."""
        numbers = [*self.residuals[-1], *self.tracks[-1]]
        return not np.all(np.isfinite(numbers)) or bool(np.any(np.abs(self.tracks[-1] / self.spans) > hottest))

    def shortfalls(self, gates: Gates | None = None) -> list[tuple[float, str, int, float, float]]:
        """What keeps the run from being steady: (times its gate, quantity, track or -1, value, gate), worst first.

        gates   in place of the watch's own, with the same window
        """
        g = gates or self.gates
        points = self._points(g.window)
        found: list[tuple[float, str, int, float, float]] = []
        if len(self.tracks) < 3 * points:
            return [(np.inf, "iterations", -1, float(len(self.tracks)), 3.0 * points)]
        mass, momentum, heat, _ = self.residuals[-1]
        balance = abs(float(np.mean([row[3] for row in self.residuals[-points:]])))
        for name, value, gate in (
            ("mass", mass, g.mass), ("momentum", momentum, g.momentum), ("heat", heat, g.heat),
            ("heat balance", balance, g.balance),
        ):  # fmt: skip
            if not value <= gate:
                found.append((value / gate, name, -1, value, gate))
        if self.tracks[-1].size:
            named = ("drift", g.drift), ("drift ahead", g.ahead), ("swing", g.swing)
            for (name, gate), values in zip(named, self._movement(), strict=True):
                worst = int(np.argmax(values))
                if not values[worst] <= gate:
                    found.append((float(values[worst] / gate), name, worst, float(values[worst]), gate))
        return sorted(found, key=lambda item: -item[0])

    def _movement(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of each track over its span: drift between the last two windows, its extrapolation, half the range of the last."""
        points = self._points(self.gates.window)
        track = (np.array(self.tracks[-3 * points :]) / self.spans).reshape(3, points, -1)
        means = track.mean(axis=1)
        late, early = np.abs(means[2] - means[1]), np.abs(means[1] - means[0])
        ratio = np.clip(late / np.maximum(early, 1e-9), 0.0, self.gates.slowest)
        return late, late * ratio / (1.0 - ratio), 0.5 * np.ptp(track[2], axis=0)

    def restlessness(self) -> np.ndarray:
        """What each track may still move, over its span (rack inlets: K): largest of drift, drift ahead and swing.

        Infinite before three windows.
        """
        if len(self.tracks) < 3 * self._points(self.gates.window):
            return np.full(self.tracks[-1].shape if self.tracks else 0, np.inf)
        return np.max(self._movement(), axis=0)

    def flutter(self) -> float | None:
        """Largest half range of a track over a long window, K, if everything but a flutter stands still; else None."""
        g = FLUTTER
        for early, late, points in self._long_windows(2, 4):
            means = np.mean(self.residuals[-points:], axis=0)
            swing = 0.5 * max(np.ptp(late, axis=0).max(), np.ptp(early, axis=0).max())
            moved = np.abs(late.mean(axis=0) - early.mean(axis=0)).max()
            quiet = np.all(np.abs(means) <= (g.mass, g.momentum, g.heat, g.balance))
            if quiet and moved <= g.drift and swing <= g.swing:
                return float(swing)
        return None

    def plateau(self, lowered: bool = False) -> float | None:
        """Largest half range of a track over a long window, K, if mean and amplitude repeat those of the window before; else
        None.
        """
        for early, late, points in self._long_windows(*((2, 4) if lowered else (1, 2, 4))):
            before, after = (0.5 * float(np.ptp(track, axis=0).max()) for track in (early, late))
            moved = np.abs(late.mean(axis=0) - early.mean(axis=0)).max()
            least = SWING * self._points(LONG) / points  # what swings slowly and little may still be on its way down
            if after > least and moved <= SETTLED * max(before, after) and 0.5 < after / max(before, 1e-9) < 2.0:
                return after
        return None

    def _long_windows(self, *factors: int) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
        """The tracks of the last two windows and the rows in each, for windows of growing length: slow flows swing slowly."""
        if not self.tracks[-1].size:
            return
        for factor in factors:
            points = self._points(factor * LONG)
            if len(self.tracks) >= 2 * points:
                early, late = (np.array(self.tracks[-2 * points :]) / self.spans).reshape(2, points, -1)
                yield early, late, points
