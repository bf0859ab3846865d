"""Cold plates: thermal resistance against flow as a table or a fit, and their pressure loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermal.loop.components.films import RatedLoss

Array = NDArray[np.float64]


class Resistance(Protocol):
    """Thermal resistance of one cold plate, (T_case - T_coolant at its inlet)/heat, against its flow."""

    def at(self, flow: ArrayLike) -> Array:
        """K/W at m3/s through one plate; infinite without flow."""
        ...


@dataclass(frozen=True)
class FittedResistance:
    """R = a + b q^-n.

    a   K/W at endless flow;   b  K/W (m3/s)^n;   n  > 0
    Valid    within the flows of its data; outside it goes on by the same law, which tends to a and to infinity.
    """

    a: float
    b: float
    n: float

    def at(self, flow: ArrayLike) -> Array:
        """K/W at m3/s through one plate; infinite without flow."""
        q = np.abs(np.asarray(flow, float))
        return np.where(q > 0.0, self.a + self.b * np.where(q > 0.0, q, 1.0) ** -self.n, np.inf)


@dataclass(frozen=True)
class TabledResistance:
    """Points (flow m3/s, R K/W) joined by power laws; both ascend in flow, R falls.

    Beyond the first point the first power law goes on (heat makes slow coolant hot); beyond the last, its value stands.
    """

    flows: tuple[float, ...]
    resistances: tuple[float, ...]

    def __post_init__(self) -> None:
        """Raises ValueError unless there are two points or more, flows ascend and resistances fall, all above zero."""
        flows, values = np.asarray(self.flows), np.asarray(self.resistances)
        if len(flows) != len(values) or len(flows) < 2:
            raise ValueError("a table of resistances needs two points or more, each a flow and a resistance")
        if not ((np.diff(flows) > 0.0).all() and (np.diff(values) < 0.0).all() and flows[0] > 0.0 and values[-1] > 0.0):
            raise ValueError("flows must ascend and resistances fall, all above zero")

    def at(self, flow: ArrayLike) -> Array:
        """K/W at m3/s through one plate; infinite without flow."""
        q = np.abs(np.asarray(flow, float))
        known, values = np.log(self.flows), np.log(self.resistances)
        moving = q > 0.0
        place = np.log(np.where(moving, q, 1.0))
        slope = (values[1] - values[0]) / (known[1] - known[0])
        inside = np.interp(place, known, values)
        return np.where(moving, np.exp(np.where(place < known[0], values[0] + slope * (place - known[0]), inside)), np.inf)


def fit_resistance(flows: Sequence[float], resistances: Sequence[float]) -> FittedResistance:
    """a, b, n of R = a + b q^-n with the smallest sum of squared relative errors.

    flows, resistances   m3/s and K/W, three points or more
    Raises               ValueError for fewer points or a table whose best fit falls below zero.
    Source               least squares in a and b, golden section in n over 0.2 ... 4.
    """
    q, r = np.asarray(flows, float), np.asarray(resistances, float)
    if len(q) < 3 or len(q) != len(r) or not ((q > 0.0).all() and (r > 0.0).all()):
        raise ValueError("a fit needs three points or more, flows and resistances above zero")
    scale = np.exp(np.log(q).mean())

    def solved(n: float) -> tuple[float, NDArray[np.float64]]:
        rows = np.stack([1.0 / r, (q / scale) ** -n / r], axis=1)
        factors = np.linalg.lstsq(rows, np.ones_like(r), rcond=None)[0]
        return float(((rows @ factors - 1.0) ** 2).sum()), factors

    low, high, part = 0.2, 4.0, 0.5 * (5.0**0.5 - 1.0)
    for _ in range(60):
        left, right = high - part * (high - low), low + part * (high - low)
        low, high = (low, right) if solved(left)[0] < solved(right)[0] else (left, high)
    n = 0.5 * (low + high)
    a, b = solved(n)[1]
    if a < 0.0 or b < 0.0:
        raise ValueError("these points do not fall with flow towards a lowest resistance")
    return FittedResistance(float(a), float(b * scale**n), n)


@dataclass(frozen=True)
class ColdPlate:
    """One cold plate: resistance from case to the coolant's inlet, and pressure loss, both against its own flow."""

    resistance: Resistance
    loss: RatedLoss

    def heat(self, case: ArrayLike, inlet: ArrayLike, flow: ArrayLike) -> Array:
        """W into the coolant at case and coolant inlet temperature (K) and flow (m3/s)."""
        return (np.asarray(case, float) - np.asarray(inlet, float)) / self.resistance.at(flow)


# Chen et al. 2023, OCP OAI System Liquid Cooling Guidelines, fig. 7: one cold plate of a 1 kW accelerator module, PG25; as
# digitised in the Modelica Buildings library (OCP_1kW_OAM_PG25): L/min, K/W from case to the coolant's inlet.
OCP_MODULE_FLOW = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.4)
OCP_MODULE_RESISTANCE = (
    0.0389, 0.0325, 0.03, 0.028, 0.0265, 0.0255, 0.0245, 0.023, 0.022, 0.0214, 0.0209, 0.0204, 0.02, 0.0197,
)  # fmt: skip


def ocp_module() -> TabledResistance:
    """Resistance of the cold plate of a 1 kW OCP accelerator module with PG25.

    Valid    0.4 to 2.4 L/min a plate.    Source   Chen et al. 2023, fig. 7.
    """
    return TabledResistance(tuple(flow / 60e3 for flow in OCP_MODULE_FLOW), OCP_MODULE_RESISTANCE)
