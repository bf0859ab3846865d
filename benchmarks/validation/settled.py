"""Rooms without racks, iterated until the figures that a study reads off stand still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from meshes import Grid
from thermal.case.model import Case
from thermal.flow.averages import PLACES
from thermal.flow.monitor import Monitor
from thermal.flow.sequence import place_sequence
from thermal.flow.steady import SteadyRun
from thermal.parallel import Serial

WINDOW, EVERY = 200, 10  # iterations of a window of means, and between two looks
Fields = dict[str, np.ndarray]


@dataclass(frozen=True)
class Settled:
    """A flow that stands still in its means, or all that was found of one.

    fields       global arrays by name of state.FIELDS, [k, j, i], velocities on faces; means over the last window
    watched      the figures read off the means            swing    half range of each figure within the last window
    change       the largest change of a figure from the window before
    iterations   on the finest grid, windows included
    """

    grid: Grid
    fields: Fields
    watched: np.ndarray
    swing: np.ndarray
    change: float
    iterations: int


def settle(
    case: Case, grid: Grid, backend: Any, read: Callable[[Grid, Fields], np.ndarray], tolerance: float, most: int = 4000
) -> Settled:
    """Run a case on a grid to its verdict, then on until the means of two windows in a row agree.

    read        figures of a grid and its fields             tolerance   the largest change of a figure between two windows
    most        iterations on the finest grid, after which it is left at that
    """
    first = replace(case, stop=replace(case.stop, iterations=most // 2))
    outcome = SteadyRun(place_sequence(first, grid), backend, Serial(), most // 2, Monitor()).run()
    flow, iterations, change = outcome.flow, outcome.iterations, np.inf
    watched = np.full(len(read(grid, _fields(flow))), np.inf)
    while change > tolerance and iterations < most:
        sums, tracks = {name: np.zeros(values.shape) for name, values in _fields(flow).items()}, []
        for _ in range(WINDOW // EVERY):
            for _ in range(EVERY):
                flow.iterate(False)
            now = _fields(flow)
            tracks.append(read(grid, now))
            for name, values in now.items():
                sums[name] += values
        iterations += WINDOW
        means = {name: values / (WINDOW // EVERY) for name, values in sums.items()}
        before, watched = watched, read(grid, means)
        change = float(np.abs(watched - before).max())
    return Settled(grid, means, watched, 0.5 * np.ptp(tracks, axis=0), change, iterations)


def _fields(flow: Any) -> Fields:
    return {name: flow.whole_field(getattr(flow.state, name), PLACES.get(name)) for name in flow.state.names}


def grid_of(x: np.ndarray, y: np.ndarray, z: np.ndarray, splits: tuple[int, int, int] = (1, 1, 1)) -> Grid:
    """A grid with these planes (m), each interval along an axis cut into so many equal cells."""
    parts = [np.concatenate([_cut(planes, count), planes[-1:]]) for planes, count in zip((x, y, z), splits, strict=True)]
    kept = []
    for planes in parts:
        breaks = np.zeros(len(planes), bool)
        breaks[[0, -1]] = True
        kept.append(breaks)
    return Grid(*parts, (kept[0], kept[1], kept[2]))


def _cut(planes: np.ndarray, splits: int) -> np.ndarray:
    shares = np.arange(splits) / splits
    return (planes[:-1, None] + np.diff(planes)[:, None] * shares).ravel()


def graded(start: float, end: float, first: float, last: float, growth: float, largest: float) -> np.ndarray:
    """Planes from `start` to `end`: cells of about `first` and `last` at the ends that grow inwards up to `largest`."""
    for count in range(1, 1000):
        numbers = np.arange(count)
        widths = np.minimum(np.minimum(first * growth**numbers, last * growth ** (count - 1 - numbers)), largest)
        if widths.sum() >= end - start:
            return start + np.concatenate([[0.0], np.cumsum(widths)]) * (end - start) / widths.sum()
    raise ValueError("more than a thousand cells")
