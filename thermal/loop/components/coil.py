"""Air coils on a loop, dry: rear doors and in-row coolers, through the rated point of a data sheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermal.loop.components.exchanger import inlet_conductance, transfer_units
from thermal.loop.components.films import Films

Array = NDArray[np.float64]

# h ~ flow^m of finned coils: air 0.8, water 0.85; the air film holds most of the resistance.
# Wetter 1999, Simulation Model: Finned Water-Air-Coil without Condensation, LBNL-42355; all three figures as in HADryCoil of the
# Modelica Buildings library (n_a 0.8, n_w 0.85, r_nominal 0.5: two thirds of the resistance on the air's side).
AIR_EXPONENT = 0.8
WATER_EXPONENT = 0.85
AIR_SHARE = 2.0 / 3.0


@dataclass(frozen=True)
class AirCoil:
    """A finned coil in cross flow, both streams unmixed.

    heat                     W, rated;   warm, cold  W/K, rated capacity rates of the stream that gives and that takes heat
    difference               K, rated, inlet of the warm stream - inlet of the cold one
    air_is_warm              whether air gives the heat (a rear door) or takes it (a dry cooler)
    air_share                part of the rated resistance on the air's side
    Valid                    dry surfaces; 0.3 to 1.3 of the rated flows.
    Source                   cross flow: Mason 1955; exponents: Wetter 1999, LBNL-42355.
    """

    heat: float
    warm: float
    cold: float
    difference: float
    air_is_warm: bool = True
    air_exponent: float = AIR_EXPONENT
    water_exponent: float = WATER_EXPONENT
    air_share: float = AIR_SHARE

    @cached_property
    def rated_conductance(self) -> float:
        """UA in W/K at the rated point. Raises ValueError when no cross-flow coil gives this heat at this difference."""
        least, most = min(self.warm, self.cold), max(self.warm, self.cold)
        return transfer_units(self.heat / (least * self.difference), least / most, "crossflow") * least

    @cached_property
    def films(self) -> Films:
        """How UA moves with the two flows; the first stream is the air."""
        return Films(self.rated_conductance, self.air_exponent, self.water_exponent, self.air_share)

    def conductance_between_inlets(self, air: ArrayLike, water: ArrayLike) -> Array:
        """W/K, heat over the difference of the two inlet temperatures.

        air, water   W/K, capacity rates (mass flow x heat capacity), any sign; heat capacities are taken as rated
        """
        rated_air, rated_water = (self.warm, self.cold) if self.air_is_warm else (self.cold, self.warm)
        air, water = np.asarray(air, float), np.asarray(water, float)
        return inlet_conductance(self.films.at(air / rated_air, water / rated_water), air, water, "crossflow")

    def heat_from_air(self, air: ArrayLike, water: ArrayLike, air_inlet: ArrayLike, water_inlet: ArrayLike) -> Array:
        """W that the water takes from the air, negative when the water is warmer; capacity rates in W/K, temperatures in K."""
        return self.conductance_between_inlets(air, water) * (np.asarray(air_inlet, float) - np.asarray(water_inlet, float))
