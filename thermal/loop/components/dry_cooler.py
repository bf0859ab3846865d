"""Dry coolers: a finned coil and fans between the facility water and the outdoor air, through the rated point of a data sheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from thermal.fluids.air import GAS_CONSTANT, HEAT_CAPACITY
from thermal.fluids.liquids import Liquid
from thermal.loop.components.coil import AirCoil
from thermal.loop.controls import setting_for


@dataclass(frozen=True)
class DryCooler:
    """A dry cooler by its rating: heat, air, liquid and fans.

    heat            W;   air_inlet  K, dry bulb;   liquid_inlet, liquid_outlet  K;   air_flow  m3/s at the inlet's density
    fan_power       W of all fans at full speed;   liquid  None where nobody asks for its mass flow
    pressure        Pa, of the air at the rating
    Laws            air flow ~ speed, fan power ~ speed^3 (affinity), UA as coil.AirCoil
    Source          affinity laws: ISO 5801; coil: Wetter 1999, LBNL-42355.
    """

    heat: float
    air_inlet: float
    liquid_inlet: float
    liquid_outlet: float
    air_flow: float
    fan_power: float
    liquid: Liquid | None
    pressure: float = 101325.0

    @property
    def liquid_flow(self) -> float:
        """kg/s, rated, by heat and temperatures. Raises ValueError without a liquid."""
        if self.liquid is None:
            raise ValueError("the mass flow of a cooler whose liquid is not stated")
        mean = 0.5 * (self.liquid_inlet + self.liquid_outlet)
        return self.heat / (float(self.liquid.heat_capacity(mean)) * (self.liquid_inlet - self.liquid_outlet))

    @property
    def approach(self) -> float:
        """K, rated, liquid outlet above the dry bulb."""
        return self.liquid_outlet - self.air_inlet

    @cached_property
    def coil(self) -> AirCoil:
        """The coil of the rated point; its air is the cold stream. Raises ValueError if no coil can do it."""
        warm = self.heat / (self.liquid_inlet - self.liquid_outlet)
        air = self.air_capacity_rate(1.0, self.air_inlet, self.pressure)
        return AirCoil(self.heat, warm, air, self.liquid_inlet - self.air_inlet, air_is_warm=False)

    def air_capacity_rate(self, speed: float, air_inlet: float, pressure: float) -> float:
        """W/K of the air at a fan speed (1 is full), inlet temperature K and pressure Pa: fans move volume, not mass."""
        return self.air_flow * speed * pressure / (GAS_CONSTANT * air_inlet) * HEAT_CAPACITY

    def conductance_between_inlets(self, speed: float, air_inlet: float, liquid_rate: float, pressure: float) -> float:
        """W/K of heat over (liquid inlet - air inlet) at a fan speed; liquid_rate in W/K. Zero when fans or liquid stand."""
        if speed <= 0.0:
            return 0.0
        air = self.air_capacity_rate(speed, air_inlet, pressure)
        return float(self.coil.conductance_between_inlets(air, liquid_rate))

    def fans(self, speed: float) -> float:
        """W of the fans at a speed (1 is full)."""
        return self.fan_power * speed**3

    def speed_for(
        self, outlet: float, liquid_inlet: float, liquid_rate: float, air_inlet: float, pressure: float, least: float = 0.0,
        last: float = 0.0,
    ) -> float:  # fmt: skip
        """Fan speed that brings the liquid to an outlet temperature (K): 1 when even that is not enough, `least` when too much.

        liquid_inlet, air_inlet   K;   liquid_rate  W/K;   least  lowest speed of the fans, 0 ... 1;   last  one near the answer
        """
        wanted = (liquid_inlet - outlet) * abs(liquid_rate)
        difference = liquid_inlet - air_inlet
        if wanted <= 0.0:
            return least
        if difference <= 0.0:  # the air would warm it
            return least

        def heat(speed: float) -> float:
            return self.conductance_between_inlets(speed, air_inlet, liquid_rate, pressure) * difference

        return setting_for(wanted, heat, least, 1.0, last)
