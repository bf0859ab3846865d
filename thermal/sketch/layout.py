"""Where rows stand and where air comes and goes: aisles between the rows, what they need, and the room about them.

Rows run along one axis ("along"), and are passed one after the other across it. Between them lie gaps; a gap is cold where fronts
look into it, hot where backs do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thermal.case.model import Rack
from thermal.errors import UsageError

AISLE = 1.2  # m, the narrowest aisle that is laid out: two floor tiles
HOT_AISLE = 1.2  # m
ENDS = 1.8  # m from the rows to the walls at their ends
BEFORE_UNITS = 3.0  # m from a wall with room coolers to the rows
BEFORE_FANS = 2.4  # m from a fan wall to the rows: a jet that widens before it meets the first racks
WIDEST_STRIP = 1.8  # m of ceiling that returns take behind a row
STRIP = 1.2  # m of floor before a row that faces no other
FASTEST_TILE = 2.0  # m/s over the tiles; beyond it no floor grille is sold, and the jet passes the lower servers
FASTEST_FAN = 3.5  # m/s over a fan wall
SURPLUS = 1.05  # air supplied over what the racks draw
FAN_LOW, FAN_HIGH = 0.4, 3.0  # m, a fan wall's lower and upper edge
RAISED = ("raised-floor", "crah")  # coolings that bring the air through floor tiles
STEP = 0.2  # m, to which widths are rounded: the cell of the sketch


@dataclass(frozen=True)
class Band:
    """Rows in one line: their names, extent across and along, the side that their fronts look to, and what air they draw."""

    names: tuple[str, ...]
    low: float
    high: float
    start: float
    end: float
    sign: int
    top: float
    flow: float


@dataclass(frozen=True)
class Gap:
    """The space between two bands, or a band and a wall. `before` and `after` are its bands; kind is cold, hot or mixed."""

    low: float
    high: float
    before: Band | None
    after: Band | None

    @property
    def fronts(self) -> list[Band]:
        """Bands whose fronts look into the gap."""
        return [b for b, sign in ((self.before, 1), (self.after, -1)) if b is not None and b.sign == sign]

    @property
    def backs(self) -> list[Band]:
        """Bands that blow into the gap."""
        return [b for b, sign in ((self.before, 1), (self.after, -1)) if b is not None and b.sign != sign]

    @property
    def is_aisle(self) -> bool:
        """Whether two single rows turn the same side to it, so that it can be contained."""
        return max(len(self.fronts), len(self.backs)) == 2 and all(len(b.names) == 1 for b in (*self.fronts, *self.backs))


@dataclass(frozen=True)
class Patch:
    """A rectangle in the plane of floor or ceiling: across and along, and whom it serves."""

    low: float
    high: float
    start: float
    end: float
    flow: float

    @property
    def area(self) -> float:
        """m2."""
        return (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True)
class Place:
    """Where a rack stands: low corner, and the sign of its front along y."""

    x: float
    y: float
    sign: int


def stand(
    counts: Sequence[int],
    flows: Sequence[float],
    size: tuple[float, float, float],
    cooling: str,
    gaps: Sequence[Sequence[float]] = (),
) -> list[list[Place]]:
    """Places of racks in rows along x, in pairs about an aisle: fronts inward over a raised floor, outward else.

    counts   racks in each row        flows   m3/s that each row draws
    gaps     m that stay free before each rack of each row; none by default
    """
    inward = cooling in RAISED
    x = {"raised-floor": ENDS, "crah": BEFORE_UNITS, "in-row": ENDS, "fan-wall": BEFORE_FANS}[cooling]
    before, between, beside = _widths(counts, flows, size, cooling)
    places = []
    y = before
    for number, count in enumerate(counts):
        is_first = number % 2 == 0
        sign = 1 if is_first == inward else -1
        free = np.cumsum(gaps[number]) if gaps else np.zeros(count)
        places.append([Place(round(x + size[0] * n + float(free[n]), 4), round(y, 4), sign) for n in range(count)])
        y += size[1] + (between if is_first else beside)
    return places


def _widths(
    counts: Sequence[int], flows: Sequence[float], size: tuple[float, float, float], cooling: str
) -> tuple[float, float, float]:
    """Width of the aisle before the first row, within a pair, and between pairs."""
    if cooling in RAISED:
        need = max(SURPLUS * (flows[n] + (flows[n + 1] if n + 1 < len(flows) else 0.0)) / (max(counts) * size[0] * FASTEST_TILE)
                   for n in range(0, len(flows), 2))  # fmt: skip
        cold = max(AISLE, 0.6 * math.ceil(need / 0.6 - 1e-9))
        return HOT_AISLE, cold, 2.0 * HOT_AISLE
    if cooling == "in-row":
        return AISLE, HOT_AISLE, 2.0 * AISLE
    # the mouth of each aisle is narrower than the aisle by a step on either side
    area = SURPLUS * max(flows) / FASTEST_FAN / (FAN_HIGH - FAN_LOW)
    outer = max(AISLE, STEP * math.ceil(area / STEP + 2.0 - 1e-9))
    return outer, HOT_AISLE + 0.6, 2.0 * outer


def bands_of(racks: Sequence[Rack]) -> tuple[int, list[Band]]:
    """The axis across the rows, and their bands in order. Raises UsageError for rows that are not parallel or face both ways."""
    if len({rack.axis for rack in racks}) > 1:
        raise UsageError("rows of this list look along x and along y; `hallflow new` draws air paths for parallel rows only")
    axis = racks[0].axis
    rows: dict[str, list[Rack]] = {}
    for rack in racks:
        rows.setdefault(rack.row, []).append(rack)
    found: list[Band] = []
    for name, members in rows.items():
        if len({rack.sign for rack in members}) > 1:
            raise UsageError(f"row {name} of this list has fronts on both sides; give each side a row of its own")
        found.append(
            Band(
                (name,), min(r.box.low[axis] for r in members), max(r.box.high[axis] for r in members),
                min(r.box.low[1 - axis] for r in members), max(r.box.high[1 - axis] for r in members), members[0].sign,
                max(r.box.high[2] for r in members), sum(r.flow for r in members),
            )
        )  # fmt: skip
    found.sort(key=lambda band: band.low)
    bands = [found[0]]
    for band in found[1:]:
        last = bands[-1]
        if band.low >= last.high - 1e-6:
            bands.append(band)
        elif band.sign != last.sign:
            raise UsageError(
                f"rows {last.names[0]} and {band.names[0]} stand in one line and look to two sides: no aisle between"
            )
        else:
            bands[-1] = Band(
                (*last.names, *band.names), min(last.low, band.low), max(last.high, band.high), min(last.start, band.start),
                max(last.end, band.end), last.sign, max(last.top, band.top), last.flow + band.flow,
            )  # fmt: skip
    return axis, bands


def across_of(bands: Sequence[Band]) -> float:
    """Length of the room across the rows, m."""
    return _rounded(bands[-1].high + max(bands[0].low, AISLE))


def room_of(bands: Sequence[Band], axis: int, cooling: str, behind: float = ENDS) -> tuple[float, float, float]:
    """Size of a room about the rows: their own distance from the origin again on the other sides, as much as aisles need.

    behind   m that stay free beyond the high ends of the rows
    """
    across = across_of(bands)
    along = max(band.end for band in bands) + behind
    height = max(max(band.top for band in bands) + 1.0, 3.6 if cooling == "fan-wall" else 3.2)
    sizes = [across, _rounded(along)]
    return (*(sizes if axis == 0 else sizes[::-1]), _rounded(height))  # type: ignore[return-value]


def _rounded(length: float) -> float:
    return round(STEP * math.ceil(length / STEP - 1e-6), 4)


def gaps_of(bands: Sequence[Band], across: float) -> list[Gap]:
    """Every gap from wall to wall that is wider than a cell."""
    edges = [(0.0, None), *((band.high, band) for band in bands)]
    after = [*((band.low, band) for band in bands), (across, None)]
    gaps = [Gap(low, high, before, behind) for (low, before), (high, behind) in zip(edges, after, strict=True)]
    return [gap for gap in gaps if gap.high - gap.low > 0.5 * STEP]


def tiles(gaps: Sequence[Gap]) -> list[Patch]:
    """Floor before every front: a whole aisle between two rows, else a strip. Raises UsageError where it would blow too fast."""
    found = []
    for gap in gaps:
        if gap.is_aisle and gap.fronts:
            found.append(_patch(gap.low, gap.high, gap.fronts))
        else:
            found += [_strip(gap, band, STRIP) for band in gap.fronts]
    if not found:
        raise UsageError("no row of this hall has floor before its fronts; move the rows from the walls")
    speed = max(SURPLUS * patch.flow / patch.area for patch in found)
    if speed > FASTEST_TILE * 1.01:
        raise UsageError(
            f"tiles would have to blow {speed:.1f} m/s, more than {FASTEST_TILE:g} m/s, and the lower servers would starve: "
            "use --cooling fan-wall, a wider aisle, or a larger --delta-t"
        )
    return found


def returns(gaps: Sequence[Gap]) -> list[Patch]:
    """Ceiling behind every back: a whole aisle between two rows, else a strip."""
    found = []
    for gap in gaps:
        if len(gap.backs) == 2 and gap.high - gap.low <= 2.0 * WIDEST_STRIP:
            found.append(_patch(gap.low, gap.high, gap.backs))
        else:
            found += [_strip(gap, band, WIDEST_STRIP) for band in gap.backs]
    if not found:
        raise UsageError("no row of this hall has room behind its backs; move the rows from the walls")
    return found


def mouths(gaps: Sequence[Gap], room_height: float) -> list[Patch]:
    """Parts of a fan wall, one before every cold aisle (start and end are heights). Raises UsageError where it blows too fast."""
    top = min(FAN_HIGH, room_height - FAN_LOW)
    found = []
    for gap in gaps:
        if gap.fronts:
            flow = sum(band.flow for band in gap.fronts)
            margin = STEP if gap.high - gap.low > 3.0 * STEP else 0.0
            found.append(Patch(round(gap.low + margin, 4), round(gap.high - margin, 4), FAN_LOW, top, flow))
    if not found:
        raise UsageError("no row of this hall has an aisle before its fronts; move the rows from the walls")
    speed = SURPLUS * sum(patch.flow for patch in found) / sum(patch.area for patch in found)
    if speed > FASTEST_FAN * 1.3:
        raise UsageError(
            f"the fan wall would have to blow {speed:.1f} m/s, more than {FASTEST_FAN * 1.3:.2g} m/s: wider cold aisles, "
            "shorter rows (--rows), or a larger --delta-t or --liquid-share need less"
        )
    return found


def _patch(low: float, high: float, bands: Sequence[Band]) -> Patch:
    start, end = min(band.start for band in bands), max(band.end for band in bands)
    return Patch(round(low, 4), round(high, 4), round(start, 4), round(end, 4), sum(band.flow for band in bands))


def _strip(gap: Gap, band: Band, width: float) -> Patch:
    """A strip along one side of a gap, no wider than half of what two share."""
    shared = len(gap.fronts) + len(gap.backs) > 1
    wide = min(width, (gap.high - gap.low) * (0.5 if shared else 1.0))
    low = gap.low if band is gap.before else gap.high - wide
    return _patch(low, low + wide, [band])
