"""Plate heat exchangers from the numbers of a data sheet: duty, flows, approach and pressure losses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from thermal.fluids.liquids import Liquid
from thermal.loop.components.exchanger import inlet_conductance, transfer_units
from thermal.loop.components.films import PLATE_EXPONENT, PLATE_LOSS_EXPONENT, Films, RatedLoss, film_factor


@dataclass(frozen=True)
class Rating:
    """One side of an exchanger at its rated point: liquid, mass flow kg/s, inlet and outlet temperature K, pressure loss Pa."""

    liquid: Liquid
    flow: float
    inlet: float
    outlet: float
    loss: float

    @property
    def mean(self) -> float:
        """K, mean of inlet and outlet."""
        return 0.5 * (self.inlet + self.outlet)

    @property
    def capacity_rate(self) -> float:
        """W/K, mass flow x heat capacity at the mean temperature."""
        return self.flow * float(self.liquid.heat_capacity(self.mean))


@dataclass(frozen=True)
class PlateExchanger:
    """A counterflow exchanger through its rated point.

    UA at the rated point follows from duty and temperatures by the counterflow relation; away from it the two films scale with
    flow^0.757 and with the liquids' properties (films.Films), each half of the rated resistance.

    hot, cold   Rating of the two sides (the one that gives and the one that takes heat when rated)
    Valid       single phase, turbulent plates: about 0.2 to 1.3 of the rated flows. Below, real films fall off more slowly.
    Source      counterflow: Kays & London 1984; exponents: Muley & Manglik 1999, J. Heat Transfer 121:110.
    """

    hot: Rating
    cold: Rating
    exponent: float = PLATE_EXPONENT
    loss_exponent: float = PLATE_LOSS_EXPONENT

    @property
    def rated_heat(self) -> float:
        """W, by the hot side's rated flow and temperatures."""
        return self.hot.capacity_rate * (self.hot.inlet - self.hot.outlet)

    @cached_property
    def films(self) -> Films:
        """UA of the rated point and how it moves. Raises ValueError when the rated temperatures cross."""
        hot, cold = self.hot.capacity_rate, self.cold.capacity_rate
        effectiveness = self.rated_heat / (min(hot, cold) * (self.hot.inlet - self.cold.inlet))
        ratio = min(hot, cold) / max(hot, cold)
        return Films(transfer_units(effectiveness, ratio) * min(hot, cold), self.exponent, self.exponent)

    def conductance(self, hot_flow: float, cold_flow: float, hot: float | None = None, cold: float | None = None) -> float:
        """UA in W/K at mass flows (kg/s, any sign); hot, cold: mean temperatures K of the two sides, None: as rated."""
        factors = [
            1.0 if mean is None else float(film_factor(side.liquid, mean, side.mean, self.exponent))
            for side, mean in ((self.hot, hot), (self.cold, cold))
        ]
        return float(self.films.at(hot_flow / self.hot.flow, cold_flow / self.cold.flow, *factors))

    def heat(self, hot_flow: float, cold_flow: float, hot_inlet: float, cold_inlet: float) -> float:
        """W from the hot to the cold side at mass flows (kg/s) and inlet temperatures (K); negative when the cold one is warmer.

        Properties at the streams' mean temperatures, found by repeating the relation until the heat stands to 1e-12.
        """
        hot_mean, cold_mean, heat = hot_inlet, cold_inlet, 0.0
        for _ in range(50):
            one, two = (
                abs(flow) * float(side.liquid.heat_capacity(mean))
                for side, flow, mean in ((self.hot, hot_flow, hot_mean), (self.cold, cold_flow, cold_mean))
            )
            before, ua = heat, self.conductance(hot_flow, cold_flow, hot_mean, cold_mean)
            heat = float(inlet_conductance(ua, one, two)) * (hot_inlet - cold_inlet)
            if heat == 0.0 or abs(heat - before) <= 1e-12 * abs(heat):
                break
            hot_mean, cold_mean = hot_inlet - 0.5 * heat / one, cold_inlet + 0.5 * heat / two
        return heat

    def losses(self) -> tuple[RatedLoss, RatedLoss]:
        """Pressure loss of the hot and of the cold side against volume flow."""
        first, second = (
            RatedLoss(side.flow / float(side.liquid.density(side.mean)), side.loss, self.loss_exponent)
            for side in (self.hot, self.cold)
        )
        return first, second


def rate_by_approach(
    heat: float, approach: float, hot_outlet: float, hot: tuple[Liquid, float, float], cold: tuple[Liquid, float, float]
) -> PlateExchanger:
    """The exchanger of a data sheet that states heat and approach.

    heat         W;   approach  K, hot outlet - cold inlet (a CDU's supply to its racks above the facility water)
    hot_outlet   K;   hot, cold  liquid, mass flow kg/s, pressure loss Pa at that flow
    Raises       ValueError when flows and approach contradict each other (the temperatures would cross).
    """
    cold_inlet = hot_outlet - approach
    hot_inlet = hot_outlet + heat / (hot[1] * _mean_capacity(hot[0], hot_outlet, heat / hot[1]))
    cold_outlet = cold_inlet + heat / (cold[1] * _mean_capacity(cold[0], cold_inlet, heat / cold[1]))
    if approach <= 0.0 or cold_outlet >= hot_inlet:
        raise ValueError(
            f"the cold side would leave at {cold_outlet - hot_inlet:+.2f} K above what the hot side brings; "
            "a larger approach or cold flow is needed"
        )
    return PlateExchanger(
        Rating(hot[0], hot[1], hot_inlet, hot_outlet, hot[2]), Rating(cold[0], cold[1], cold_inlet, cold_outlet, cold[2])
    )


def _mean_capacity(liquid: Liquid, start: float, enthalpy: float) -> float:
    """Heat capacity J/(kg K) at the middle of a change by `enthalpy` J/kg from `start` K."""
    capacity = float(liquid.heat_capacity(start))
    for _ in range(30):
        capacity = float(liquid.heat_capacity(start + 0.5 * enthalpy / capacity))
    return capacity
