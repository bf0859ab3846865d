"""The planes of one axis: break points with priorities, merged where they lie too close, and cells between them.

Every object's faces are break points, so that no face is a staircase. Two break points closer than a quarter cell would leave a
sliver that costs conditioning and time step for nothing: the one of higher priority stays exactly where it was asked for, the
other moves onto it. Between the kept ones lie max(1, round(length / cell)) equal cells, or, with a bounded stretching, cells that
grow from the finer neighbour by no more than that ratio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WALL, OPENING, SOLID, REFINEMENT = 4, 3, 2, 1  # priorities: racks count as openings, plates and obstacles as solids
MERGE_SHARE = 0.25  # of the local cell size: planes closer than this merge
SAME_PLACE = 1e-6  # m; coordinates closer than this are one coordinate written with round-off
MAX_CELLS_PER_AXIS = 1_000_000  # more is a slip of the pen (a unit), refused before memory is asked for
RATIO_SLACK = 1e-3  # relative; stretching is met to this, the accuracy of the quadrature below
_ROUNDS = 60  # of stretching; each moves the bound on by one segment at least


class GridError(ValueError):
    """A grid that cannot be built or held; the text names the reason and a way out."""


@dataclass(frozen=True)
class BreakPoint:
    """A coordinate (m) where an object wants a plane; higher priority wins a merger."""

    position: float
    priority: int


@dataclass(frozen=True)
class Axis:
    """planes: float64 (n+1,) m, rising; is_break: bool (n+1,), the planes that come from break points."""

    planes: np.ndarray
    is_break: np.ndarray


def build_axis(
    length: float,
    points: Sequence[BreakPoint],
    cell: float,
    zones: Sequence[tuple[float, float, float]] = (),
    stretching: float = 1.0,
    is_periodic: bool = False,
) -> Axis:
    """Planes from 0 to `length` (m).

    points      wanted planes; those outside the axis are ignored (placing the object reports them)
    cell        m, wanted width; zones: (low, high, cell) intervals with another wanted width (the smallest wins)
    stretching  largest ratio of neighbouring widths; 1 = uniform between break points, whatever the ratio
    is_periodic the ends are joined: of an odd number of cells the widest part gets one more (but one cell stays one), because
                red-black solvers like an even number round a ring
    Raises      GridError for a size that is not positive and finite, or more than MAX_CELLS_PER_AXIS cells
    """
    _check_sizes(length, cell, zones, stretching)
    wanted = [BreakPoint(0.0, WALL), BreakPoint(length, WALL), *points]
    for low, high, _ in zones:
        wanted += [BreakPoint(low, REFINEMENT), BreakPoint(high, REFINEMENT)]
    breaks = merge_break_points(length, wanted, cell, zones)
    sizes = [_wanted_cell(0.5 * (a + b), cell, zones) for a, b in zip(breaks, breaks[1:], strict=False)]
    lengths = np.diff(breaks)
    # round half up, as in "0.15 m at 0.1 m: two cells", and blind to the round-off of decimal fractions
    wanted_counts = [np.floor(part / size + 0.5 + 1e-9) for part, size in zip(lengths, sizes, strict=True)]
    total = sum(wanted_counts)
    if total > MAX_CELLS_PER_AXIS:
        raise GridError(f"an axis of {length:g} m would have {total:.3g} cells; at most {MAX_CELLS_PER_AXIS} are held")
    counts = [max(1, int(count)) for count in wanted_counts]
    if is_periodic and sum(counts) % 2 == 1 and sum(counts) > 1:
        counts[int(np.argmax(lengths / np.array(counts)))] += 1
    parts = [np.full(count, part / count) for count, part in zip(counts, lengths, strict=True)]
    if stretching > 1.0:
        parts = _limit_ratios(parts, lengths, sizes, stretching)
    return _assemble(breaks, parts)


def merge_break_points(
    length: float, points: Sequence[BreakPoint], cell: float, zones: Sequence[tuple[float, float, float]] = ()
) -> list[float]:
    """Kept positions (m, rising): by priority, then by how many objects share the place, then from the low end.

    A point closer than MERGE_SHARE of the local cell size to a kept one is dropped; its object snaps to the nearest plane.
    """
    inside = sorted((p for p in points if -SAME_PLACE <= p.position <= length + SAME_PLACE), key=lambda p: p.position)
    places: list[list[BreakPoint]] = []
    for point in inside:
        if places and point.position - places[-1][0].position <= SAME_PLACE:
            places[-1].append(point)
        else:
            places.append([point])
    # among points of one place the one of highest priority, then the first, is the exact coordinate
    ranked = sorted(
        ((max(p.priority for p in place), len(place), max(place, key=lambda p: p.priority).position) for place in places),
        key=lambda rank: (-rank[0], -rank[1], rank[2]),
    )
    kept: list[float] = []
    for _, _, position in ranked:
        gap = MERGE_SHARE * _wanted_cell(position, cell, zones)
        if all(abs(position - other) >= gap - SAME_PLACE for other in kept):
            kept.append(position)
    return sorted(kept)


def _check_sizes(length: float, cell: float, zones: Sequence[tuple[float, float, float]], stretching: float) -> None:
    for name, value in [("room size", length), ("cell", cell), *(("refinement cell", zone[2]) for zone in zones)]:
        if not (np.isfinite(value) and value > 0.0):
            raise GridError(f"{name} must be positive and finite, got {value!r}")
    if not (np.isfinite(stretching) and stretching >= 1.0):
        raise GridError(f"stretching must be at least 1, got {stretching!r}")


def _wanted_cell(position: float, cell: float, zones: Sequence[tuple[float, float, float]]) -> float:
    return min([cell, *(size for low, high, size in zones if low - SAME_PLACE <= position <= high + SAME_PLACE)])


def _limit_ratios(parts: list[np.ndarray], lengths: np.ndarray, sizes: list[float], ratio: float) -> list[np.ndarray]:
    """Widths per segment, with the larger of two neighbours across a break point regraded until `ratio` holds everywhere."""
    limits = np.full((len(parts), 2), np.inf)  # width beyond the low and the high end of each segment that binds it
    bound = ratio * (1.0 + RATIO_SLACK)
    for _ in range(_ROUNDS):
        touched = set()
        for n in range(len(parts) - 1):
            below, above = parts[n][-1], parts[n + 1][0]
            if below > bound * above:
                limits[n, 1] = min(limits[n, 1], above)
                touched.add(n)
            elif above > bound * below:
                limits[n + 1, 0] = min(limits[n + 1, 0], below)
                touched.add(n + 1)
        if not touched:
            break
        for n in touched:
            parts[n] = _graded_widths(lengths[n], sizes[n], limits[n, 0], limits[n, 1], ratio, len(parts[n]))
    return parts


def _graded_widths(length: float, size: float, low: float, high: float, ratio: float, at_least: int) -> np.ndarray:
    """Widths that fill `length`, grow by `ratio` from `low` and `high` (the neighbours' widths) and reach `size` between.

    The wanted width is a function h(x) of place; cells take equal parts of the integral of 1/h. With h = c w0 + ln(r) x and
    c = r ln(r) / (r - 1) the first cell is r w0 wide and each next one r times the one before (by integration).
    """
    growth = np.log(ratio)
    start = ratio * growth / (ratio - 1.0)
    x = np.linspace(0.0, length, 4097)
    h = np.minimum(size, np.minimum(start * low + growth * x, start * high + growth * (length - x)))
    density = 1.0 / h
    integral = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(x))])
    count = max(at_least, int(np.ceil(integral[-1] - 1e-6)))
    planes = np.interp(np.linspace(0.0, integral[-1], count + 1), integral, x)
    return np.diff(planes)


def _assemble(breaks: list[float], parts: list[np.ndarray]) -> Axis:
    planes = [np.array(breaks[:1])]
    is_break = [np.array([True])]
    for low, high, widths in zip(breaks, breaks[1:], parts, strict=False):
        inner = low + np.cumsum(widths)
        inner[-1] = high  # a break point is exact, not a sum of widths
        planes.append(inner)
        flags = np.zeros(len(widths), bool)
        flags[-1] = True
        is_break.append(flags)
    return Axis(np.concatenate(planes), np.concatenate(is_break))
