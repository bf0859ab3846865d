"""Expansion vessels: gas behind a membrane takes up what the liquid gains in volume, and holds the loop's pressure."""

from __future__ import annotations

from dataclasses import dataclass

from thermal.fluids.liquids import Liquid


@dataclass(frozen=True)
class ExpansionVessel:
    """A closed vessel with a membrane.

    (p0) V = p (V - V_liquid) at constant gas temperature, absolute pressures

    volume          m3, of the vessel;   precharge  Pa absolute, gas pressure of the empty vessel
    fill            Pa absolute, pressure at which the cold loop was filled, >= precharge
    loop_volume     m3 of liquid in the loop;   liquid, fill_temperature  K of that filling
    Source          EN 12828:2012+A1, annex D (Boyle's law, volume by density ratio).
    """

    volume: float
    precharge: float
    fill: float
    loop_volume: float
    liquid: Liquid
    fill_temperature: float

    def expansion(self, temperature: float) -> float:
        """m3 gained by the loop's liquid since filling, at its mean temperature (K); negative when colder."""
        ratio = float(self.liquid.density(self.fill_temperature) / self.liquid.density(temperature))
        return self.loop_volume * (ratio - 1.0)

    @property
    def reserve(self) -> float:
        """m3 of liquid in the vessel when filled cold."""
        return self.volume * (1.0 - self.precharge / self.fill)

    def pressure(self, temperature: float) -> float:
        """Pa absolute at the vessel's connection when the loop's mean temperature is this (K).

        Raises   ValueError when the vessel would be full, or empty (then the loop sucks air).
        """
        liquid = self.reserve + self.expansion(temperature)
        if liquid >= self.volume:
            raise ValueError(f"the expansion vessel is full: {1e3 * liquid:.1f} L of liquid for {1e3 * self.volume:.1f} L")
        if liquid < 0.0:
            raise ValueError(f"the expansion vessel is empty: the loop lacks {-1e3 * liquid:.1f} L")
        return self.precharge * self.volume / (self.volume - liquid)


def least_vessel_volume(expansion: float, reserve: float, precharge: float, most: float) -> float:
    """m3 of the smallest vessel, (V_expansion + V_reserve) p_e/(p_e - p_0), absolute pressures.

    expansion, reserve   m3;   precharge, most   Pa absolute, p_0 and the final pressure p_e
    Source               EN 12828:2012+A1, annex D: (p_e + 1)/(p_e - p_0) in bar over atmosphere.
    Example              >>> round(least_vessel_volume(0.02, 0.005, 2.0e5, 3.5e5), 4)
                         0.0583
    """
    return (expansion + reserve) * most / (most - precharge)
