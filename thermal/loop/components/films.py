"""Two films in series: how an exchanger's conductance and pressure loss move away from their rating."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermal.fluids.liquids import Liquid

Array = NDArray[np.float64]

# Exponents of Reynolds number in the heat transfer of chevron plates: 0.728 + 0.0543 sin(pi beta/45 + 3.7) is 0.70 at a chevron
# angle of 30 degrees, 0.757 at 45, 0.78 at 60; of their friction factor: -(0.2 + 0.0577 sin(pi beta/45 + 2.1)) is -0.15 at 45.
# Muley & Manglik 1999, J. Heat Transfer 121:110, eqs. for Re >= 1000; as in ht and fluids (test_plate.py).
PLATE_EXPONENT = 0.757
PLATE_LOSS_EXPONENT = 1.85


@dataclass(frozen=True)
class RatedLoss:
    """Pressure loss through one rated point, dp = loss |q/flow|^(exponent - 1) q/flow.

    flow        m3/s, rated, > 0;   loss  Pa there;   exponent  1 (laminar) ... 2 (a sharp orifice)
    """

    flow: float
    loss: float
    exponent: float = PLATE_LOSS_EXPONENT

    def at(self, flow: ArrayLike) -> Array:
        """Pa, of the sign of the flow (m3/s, any sign).

        Example   >>> float(RatedLoss(0.02, 84e3, 2.0).at(-0.01))
                  -21000.0
        """
        ratio = np.asarray(flow, float) / self.flow
        return self.loss * np.abs(ratio) ** (self.exponent - 1.0) * ratio

    @property
    def coefficient(self) -> float:
        """c of dp = c |q|^(exponent - 1) q, q in m3/s."""
        return self.loss / self.flow**self.exponent


@dataclass(frozen=True)
class Films:
    """Conductance UA of an exchanger between two streams, 1/UA = (s a^-m + (1 - s) b^-n)/UA_rated.

    a, b are the streams' films over their rated ones: mass flow ratios, times property factors to the power 1/m and 1/n when
    they are known. The wall's resistance is part of the two shares.

    rated         W/K at the rated flows;   first_share  s, part of the rated resistance on the first stream's side
    first_exponent, second_exponent   m, n of h ~ flow^m
    """

    rated: float
    first_exponent: float = PLATE_EXPONENT
    second_exponent: float = PLATE_EXPONENT
    first_share: float = 0.5

    def at(self, first: ArrayLike, second: ArrayLike, first_factor: ArrayLike = 1.0, second_factor: ArrayLike = 1.0) -> Array:
        """W/K at flow ratios (actual/rated mass flow, any sign); zero when either stream stands.

        first_factor, second_factor   property factors of the films (film_factor), 1 at rated conditions
        """
        one = np.abs(np.asarray(first, float)) ** self.first_exponent * first_factor
        two = np.abs(np.asarray(second, float)) ** self.second_exponent * second_factor
        moving = (one > 0.0) & (two > 0.0)
        one, two = np.where(moving, one, 1.0), np.where(moving, two, 1.0)
        return np.where(moving, self.rated / (self.first_share / one + (1.0 - self.first_share) / two), 0.0)


def film_factor(liquid: Liquid, temperature: ArrayLike, rated_temperature: float, exponent: float = PLATE_EXPONENT) -> Array:
    """Heat transfer at equal mass flow over that at a rated temperature, (k/k_r)(mu_r/mu)^m (Pr/Pr_r)^(1/3).

    temperature, rated_temperature   K, of the stream's mean;   exponent  m of Nu ~ Re^m Pr^(1/3)
    Source   form of every turbulent single-phase correlation, e.g. Muley & Manglik 1999 for plates.
    """
    conductivity = liquid.conductivity(temperature) / liquid.conductivity(rated_temperature)
    viscosity = liquid.viscosity(rated_temperature) / liquid.viscosity(temperature)
    return conductivity * viscosity**exponent * (liquid.prandtl(temperature) / liquid.prandtl(rated_temperature)) ** (1.0 / 3.0)
