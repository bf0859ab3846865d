"""Coolant distribution units from data sheets: a plate exchanger between facility and racks, and the pumps of the racks' side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermal.fluids.liquids import Liquid
from thermal.loop.components.films import RatedLoss
from thermal.loop.components.plate import PlateExchanger, rate_by_approach


@dataclass(frozen=True)
class HeadCurve:
    """Pressure that pumps give outside the unit, at full speed, against flow: points joined smoothly, monotone.

    flows   m3/s, ascending from 0;   heads  Pa, descending
    Laws    at speed n: head = n^2 H(q/n) (affinity). Beyond the last point the last slope goes on.
    Source  interpolation: Fritsch & Carlson 1980, SIAM J. Numer. Anal. 17:238 (monotone cubic).
    """

    flows: tuple[float, ...]
    heads: tuple[float, ...]

    def __post_init__(self) -> None:
        """Raises ValueError unless there are two points or more, from zero flow on, flows ascending and heads descending."""
        flows, heads = np.asarray(self.flows), np.asarray(self.heads)
        if len(flows) != len(heads) or len(flows) < 2 or flows[0] != 0.0:
            raise ValueError("a head curve needs two points or more, the first at zero flow")
        if not ((np.diff(flows) > 0.0).all() and (np.diff(heads) < 0.0).all()):
            raise ValueError("the flows of a head curve must ascend and its heads descend")

    def head(self, flow: ArrayLike, speed: float = 1.0) -> NDArray[np.float64]:
        """Pa outside the unit at m3/s and a speed (1 is full, > 0)."""
        q = np.asarray(flow, float) / speed
        x, y, slopes = np.asarray(self.flows), np.asarray(self.heads), self._slopes
        place = np.clip(np.searchsorted(x, q, side="right") - 1, 0, len(x) - 2)
        width = x[place + 1] - x[place]
        t = (q - x[place]) / width
        inside = (
            y[place] * (1.0 + 2.0 * t) * (1.0 - t) ** 2 + y[place + 1] * t * t * (3.0 - 2.0 * t)
            + width * (slopes[place] * t * (1.0 - t) ** 2 - slopes[place + 1] * t * t * (1.0 - t))
        )  # fmt: skip
        low, high = y[0] + slopes[0] * q, y[-1] + slopes[-1] * (q - x[-1])
        return speed**2 * np.where(q < 0.0, low, np.where(q > x[-1], high, inside))

    @cached_property
    def _slopes(self) -> NDArray[np.float64]:
        """Slopes at the points: harmonic means inside, one-sided and limited at the ends."""
        x, y = np.asarray(self.flows), np.asarray(self.heads)
        step, secant = np.diff(x), np.diff(y) / np.diff(x)
        slopes = np.empty_like(y)
        if len(x) == 2:
            return np.full_like(y, secant[0])
        first, second = 2.0 * step[1:] + step[:-1], step[1:] + 2.0 * step[:-1]
        slopes[1:-1] = (first + second) / (first / secant[:-1] + second / secant[1:])
        for end, near, one, two in ((0, 0, 0, 1), (-1, -1, -1, -2)):
            slope = ((2.0 * step[one] + step[two]) * secant[one] - step[one] * secant[two]) / (step[one] + step[two])
            slopes[end] = min(max(slope, 3.0 * secant[near]), 0.0)
        return slopes


@dataclass(frozen=True)
class CduRating:
    """The numbers of a data sheet.

    heat, approach           W and K: racks' supply above facility supply
    flow, facility_flow      kg/s of the racks' and of the facility's side
    head                     Pa that the pumps leave for racks and pipes at the rated flow
    facility_loss            Pa of the facility's side at its rated flow
    head_ratios              head/rated head at evenly spaced flows from 0 to the rated one
    """

    name: str
    heat: float
    approach: float
    flow: float
    facility_flow: float
    head: float
    facility_loss: float
    head_ratios: tuple[float, ...]
    source: str


# As recorded in the Modelica Buildings library (data-centre liquid-cooling records).
XDU1350 = CduRating(
    "XDU1350", 1368e3, 4.0, 20.6, 20.6, 500e3, 84e3, (3.846, 3.676, 3.231, 2.538, 1.0),
    source="Vertiv Liebert XDU 1350 data sheet SL-70799 (R10/25)",
)  # fmt: skip
PUBLISHED = {XDU1350.name: XDU1350}


@dataclass(frozen=True)
class Cdu:
    """A unit at work: its exchanger, its pumps' curve outside the unit, its facility side's loss."""

    rating: CduRating
    exchanger: PlateExchanger
    curve: HeadCurve
    facility_loss: RatedLoss


def rate_cdu(rating: CduRating, liquid: Liquid, facility: Liquid, supply: float) -> Cdu:
    """The unit of a data sheet, its rated point at a supply temperature to the racks (K).

    Raises   ValueError when the numbers contradict each other.
    """
    exchanger = rate_by_approach(
        rating.heat, rating.approach, supply, (liquid, rating.flow, 0.0), (facility, rating.facility_flow, rating.facility_loss)
    )
    rated = rating.flow / float(liquid.density(supply))
    flows = np.linspace(0.0, rated, len(rating.head_ratios))
    curve = HeadCurve(tuple(flows.tolist()), tuple(rating.head * ratio for ratio in rating.head_ratios))
    return Cdu(rating, exchanger, curve, exchanger.losses()[1])
