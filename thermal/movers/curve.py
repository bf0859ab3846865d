"""Fan curves: pressure rise against flow, continued beyond both ends, at any speed.

Between the points of a table the curve is the monotone cubic of Fritsch and Butland: it passes through every point and never
rises where the points fall. Two points with the slopes 0 and -2 p0/q0 make the parabola p0 (1 - (q/q0)^2), exactly.
Beyond the last point and below no flow the curve goes on with its slope and -/+ c times the square of the distance, with
c = p(0)/q_end^2: what flows backwards through a fan, or faster than it blows, meets a fan's worth of resistance.
At speed n the affinity laws hold: p = n^2 p(q/n). A fan at rest is left as the resistance c q|q|.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

BISECTIONS = 60  # to round-off
STANDARD_DENSITY = 1.2  # kg/m3 of the air that fan data are given for (ISO 5801:2017, standard air)


@dataclass(frozen=True)
class FanCurve:
    """Pressure rise over flow at full speed and standard density; pressures fall from point to point.

    flows      m3/s, rising, at least two; the first is 0      pressures   Pa, static pressure rise, falling, the first > 0
    slopes     Pa/(m3/s) at the points, none > 0
    """

    flows: tuple[float, ...]
    pressures: tuple[float, ...]
    slopes: tuple[float, ...]

    @property
    def shutoff_pressure(self) -> float:
        """Pa at no flow and full speed."""
        return self.pressures[0]

    @property
    def resistance(self) -> float:
        """Pa/(m3/s)^2: c of the module's text."""
        return self.pressures[0] / self.flows[-1] ** 2

    def scaled(self, count: float) -> FanCurve:
        """The curve of so many equal fans side by side."""
        flows, slopes = tuple(count * q for q in self.flows), tuple(m / count for m in self.slopes)
        return FanCurve(flows, self.pressures, slopes)

    def at_speed(self, speed: float) -> FanCurve:
        """The curve of the same fans at another speed, > 0, called full."""
        flows, slopes = tuple(speed * q for q in self.flows), tuple(speed * m for m in self.slopes)
        return FanCurve(flows, tuple(speed**2 * p for p in self.pressures), slopes)

    def rise(self, flow: float, speed: float = 1.0) -> tuple[float, float]:
        """Pressure rise in Pa and its slope in Pa/(m3/s) at a flow in m3/s (either sign) and a speed (1 = full)."""
        c = self.resistance
        if speed <= 1e-6:
            return -c * flow * abs(flow), -2.0 * c * abs(flow)
        pressure, slope = self._at(flow / speed)
        return speed**2 * pressure, speed * slope

    def _at(self, q: float) -> tuple[float, float]:
        flows, pressures, slopes, c = self.flows, self.pressures, self.slopes, self.resistance
        if q <= flows[0]:
            d = q - flows[0]
            return pressures[0] + slopes[0] * d + c * d * d, slopes[0] + 2.0 * c * d
        if q >= flows[-1]:
            d = q - flows[-1]
            return pressures[-1] + slopes[-1] * d - c * d * d, slopes[-1] - 2.0 * c * d
        k = bisect_right(flows, q) - 1
        h = flows[k + 1] - flows[k]
        t = (q - flows[k]) / h
        a, b = pressures[k], pressures[k + 1]
        ma, mb = slopes[k] * h, slopes[k + 1] * h
        # a + t (ma + t (3 (b - a) - 2 ma - mb + t (2 (a - b) + ma + mb)))
        e, g = 3.0 * (b - a) - 2.0 * ma - mb, 2.0 * (a - b) + ma + mb
        return a + t * (ma + t * (e + t * g)), (ma + t * (2.0 * e + 3.0 * t * g)) / h

    @lru_cache(maxsize=4096)  # noqa: B019  (frozen, and asked for again and again)
    def meets(self, resistance: float, speed: float = 1.0) -> float:
        """Flow in m3/s at which the curve meets the system p = resistance q|q| (Pa/(m3/s)^2): bisection, to round-off."""
        low, high = 0.0, max(speed, 1e-9) * self.flows[-1]
        while self.rise(high, speed)[0] > resistance * high * high:
            high *= 2.0
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            if self.rise(middle, speed)[0] > resistance * middle * abs(middle):
                low = middle
            else:
                high = middle
        return 0.5 * (low + high)


def quadratic_curve(shutoff_pressure: float, free_flow: float) -> FanCurve:
    """p = shutoff_pressure (1 - (q/free_flow)^2).

    Example     >>> quadratic_curve(400.0, 2.0).rise(1.0)
                (300.0, -200.0)
    """
    return FanCurve((0.0, free_flow), (shutoff_pressure, 0.0), (0.0, -2.0 * shutoff_pressure / free_flow))


def table_curve(flows: Sequence[float], pressures: Sequence[float]) -> FanCurve:
    """The monotone cubic through points of a data sheet.

    Slopes: the harmonic mean of both sides weighted by their lengths inside, three-point formulas cut to keep the shape at the
    ends (Fritsch & Butland 1984, SIAM J. Sci. Stat. Comput. 5:300; ends as Moler 2004, Numerical Computing with MATLAB, 3.4).
    flows       m3/s, rising from 0, at least two      pressures   Pa, falling, the first > 0
    Raises      ValueError for anything else: a curve that rises has no single flow for a pressure
    """
    q, p = np.asarray(flows, float), np.asarray(pressures, float)
    if len(q) != len(p) or len(q) < 2 or q[0] != 0.0 or not (np.diff(q) > 0.0).all():
        raise ValueError("flows must begin at 0 and rise, one for each pressure")
    if not p[0] > 0.0 or not (np.diff(p) < 0.0).all():
        raise ValueError("pressures must begin above 0 and fall")
    h, s = np.diff(q), np.diff(p) / np.diff(q)
    if len(q) == 2:
        slopes = np.array([s[0], s[0]])
    else:
        w1, w2 = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
        inner = (w1 + w2) / (w1 / s[:-1] + w2 / s[1:])
        slopes = np.array([_end(h[0], h[1], s[0], s[1]), *inner, _end(h[-1], h[-2], s[-1], s[-2])])
    return FanCurve(tuple(q.tolist()), tuple(p.tolist()), tuple(slopes.tolist()))


def _end(h0: float, h1: float, s0: float, s1: float) -> float:
    """Slope at an end of falling points: the three-point formula, between 0 and three times the first chord."""
    slope = ((2.0 * h0 + h1) * s0 - h0 * s1) / (h0 + h1)
    return float(min(max(slope, 3.0 * s0), 0.0))


@dataclass(frozen=True)
class Law:
    """A fan (or none) and a resistance q|q| in series: what a part does to the air. Pa/(m3/s)^2 of standard air."""

    fan: FanCurve | None
    resistance: float

    def rise(self, flow: float) -> float:
        """Pa at full speed."""
        own = self.fan.rise(flow)[0] if self.fan else 0.0
        return own - self.resistance * flow * abs(flow)

    def flow(self, rise: float) -> float:
        """m3/s at which it makes a pressure rise in Pa; laws fall, so there is one."""
        reach = 1.0
        while self.rise(reach) > rise:
            reach *= 2.0
        low = -1.0
        while self.rise(low) < rise:
            low *= 2.0
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + reach)
            low, reach = (middle, reach) if self.rise(middle) > rise else (low, middle)
        return 0.5 * (low + reach)


POINTS = 25  # of the table of several laws together: within 0.2 % of them


@lru_cache(maxsize=4096)  # racks of one type on one grid have the same rows
def side_by_side(laws: tuple[tuple[Law, float], ...]) -> Law:
    """Several laws between the same two rooms as one: at a pressure their flows add up.

    laws   (law, count): so many of each, a fraction where a slot lies partly in a row of cells. A law obeys the affinity laws,
           its resistance included, so their sum does too, and one table at full speed serves all speeds.
    """
    first = laws[0][0]
    total = sum(count for _, count in laws)
    if all(law == first for law, _ in laws):
        return Law(first.fan.scaled(total) if first.fan else None, first.resistance / total**2)
    shutoff = max(law.fan.shutoff_pressure if law.fan else 0.0 for law, _ in laws)
    if shutoff == 0.0:
        return Law(None, sum(count / law.resistance**0.5 for law, count in laws) ** -2)
    # p at no net flow: the stronger fans blow back through the weaker ones
    low, high = 0.0, shutoff
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if sum(count * law.flow(middle) for law, count in laws) > 0.0 else (low, middle)
    rises = 0.5 * (low + high) * (1.0 - 2.0 * np.linspace(0.0, 1.0, POINTS) ** 2)  # denser where the curve is steep in q
    flows = [0.0, *(sum(count * law.flow(float(rise)) for law, count in laws) for rise in rises[1:])]
    return Law(table_curve(flows, rises.tolist()), 0.0)
