"""Wet cooling towers in counterflow by Merkel's assumptions in effectiveness form, and the water that they take."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from thermal.fluids import moist_air
from thermal.loop.components.exchanger import counterflow

WATER_HEAT_CAPACITY = 4186.0  # J/(kg K), as in moist_air's wet bulb (ASHRAE Handbook Fundamentals 2017, ch. 1)


@dataclass(frozen=True)
class TowerPoint:
    """Where a tower works: heat W, outlet K of the water, kg/s evaporated and drained, enthalpy J/kg and kg/kg of the air out."""

    heat: float
    outlet: float
    evaporated: float
    drained: float
    air_enthalpy: float
    air_humidity: float


@dataclass(frozen=True)
class CoolingTower:
    """A counterflow tower, NTU = c (m_w/m_a)^(1 + n).

    heat = e m_a (h_s(T_w,in) - h_a,in), e the counterflow effectiveness of NTU at m* = m_a c_s/(m_w c_pw), with the slope of the
    saturated enthalpy c_s = (h_s(T_w,in) - h_s(T_w,out))/(T_w,in - T_w,out)

    constant     c;   exponent  n, negative; -0.6 stands in the middle of what is published for fills (no second source was found)
    cycles       of concentration, > 1;   drift  part of the water that is blown out (0.002 % with eliminators)
    Valid        water flow as stated (its loss by evaporation does not change it, Merkel); Lewis number 1.
    Source       Braun, Klein & Mitchell 1989, Effectiveness models for cooling towers and cooling coils, ASHRAE Trans. 95(2):164.
    """

    constant: float
    exponent: float = -0.6
    cycles: float = 3.0
    drift: float = 2e-5

    def operate(self, water: float, inlet: float, air: float, dry_bulb: float, wet_bulb: float, pressure: float) -> TowerPoint:
        """Where the tower comes to rest.

        water    kg/s, >= 0;   inlet  K;   air  kg/s of dry air, >= 0;   dry_bulb, wet_bulb  K;   pressure  Pa
        Returns  TowerPoint. Without water or air nothing is cooled; water colder than the air's wet bulb is warmed.
        """
        before = float(moist_air.humidity_ratio_of_wet_bulb(wet_bulb, dry_bulb, pressure))
        enthalpy = float(moist_air.enthalpy(dry_bulb, before))
        if water <= 0.0 or air <= 0.0:
            return TowerPoint(0.0, inlet, 0.0, 0.0, enthalpy, before)
        ntu = self.constant * (water / air) ** (1.0 + self.exponent)
        heat, outlet = self._heat(water, inlet, air, ntu, enthalpy, wet_bulb, pressure)
        after = enthalpy + heat / air
        evaporated = air * (self._air_humidity(ntu, enthalpy, after, before, pressure) - before)
        drained = max(0.0, evaporated) / (self.cycles - 1.0)
        return TowerPoint(heat, outlet, evaporated, drained + self.drift * water, after, before + evaporated / air)

    def heat(self, water: float, inlet: float, air: float, dry_bulb: float, wet_bulb: float, pressure: float) -> float:
        """W that leave the water, as `operate` without what becomes of the air."""
        if water <= 0.0 or air <= 0.0:
            return 0.0
        before = float(moist_air.humidity_ratio_of_wet_bulb(wet_bulb, dry_bulb, pressure))
        ntu = self.constant * (water / air) ** (1.0 + self.exponent)
        return self._heat(water, inlet, air, ntu, float(moist_air.enthalpy(dry_bulb, before)), wet_bulb, pressure)[0]

    @staticmethod
    def _heat(
        water: float, inlet: float, air: float, ntu: float, enthalpy: float, wet_bulb: float, pressure: float
    ) -> tuple[float, float]:
        """W and K of the leaving water: the outlet with whose mean slope it is reached, by secants."""
        rate, saturated = water * WATER_HEAT_CAPACITY, _saturated(inlet, pressure)

        def given(outlet: float) -> float:
            if abs(inlet - outlet) < 1e-4:
                slope = _saturated_slope(inlet, outlet, pressure)
            else:
                slope = (saturated - _saturated(outlet, pressure)) / (inlet - outlet)
            ratio = air * slope / rate
            if ratio <= 1.0:  # the air is the stream of the smaller rate
                effectiveness = float(counterflow(ntu, ratio))
            else:  # NTU counts in the air's rate: the same formula, its streams changed over
                effectiveness = float(counterflow(ntu * ratio, 1.0 / ratio)) / ratio
            return effectiveness * air * (saturated - enthalpy)

        before = 0.5 * (inlet + wet_bulb)
        heat = given(before)
        off_before, outlet = inlet - heat / rate - before, inlet - heat / rate
        for _ in range(60):
            heat = given(outlet)
            off = inlet - heat / rate - outlet
            if abs(off) < 1e-10 or off == off_before:
                break
            before, outlet, off_before = outlet, outlet - off * (outlet - before) / (off - off_before), off
        return heat, inlet - heat / rate

    @staticmethod
    def _air_humidity(ntu: float, enthalpy: float, after: float, before: float, pressure: float) -> float:
        """kg/kg of the leaving air: along the line to one effective saturated surface (Braun et al. 1989, eqs. 17 to 19)."""
        surface = enthalpy + (after - enthalpy) / -math.expm1(-ntu)
        low, high = 213.15, 363.15
        for _ in range(60):  # saturated enthalpy rises with temperature
            middle = 0.5 * (low + high)
            low, high = (middle, high) if _saturated(middle, pressure) < surface else (low, middle)
        saturated = float(moist_air.saturated_humidity_ratio(0.5 * (low + high), pressure))
        return saturated + (before - saturated) * math.exp(-ntu)


def rate_tower(
    water: float,
    inlet: float,
    outlet: float,
    air: float,
    dry_bulb: float,
    wet_bulb: float,
    pressure: float,
    exponent: float = -0.6,
) -> CoolingTower:
    """The tower that does a rated duty.

    water     kg/s;   inlet, outlet  K of the water;   air  kg/s of dry air;   dry_bulb, wet_bulb  K;   pressure  Pa
    Raises    ValueError when no tower with this air flow can do it.
    """
    low, high = 0.0, 50.0

    def reached(constant: float) -> float:
        return CoolingTower(constant, exponent).operate(water, inlet, air, dry_bulb, wet_bulb, pressure).outlet

    if not (wet_bulb < outlet < inlet) or reached(high) > outlet:
        raise ValueError("no counterflow tower reaches this outlet: more air, a higher outlet or a lower wet bulb is needed")
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if reached(middle) > outlet else (low, middle)
    return CoolingTower(0.5 * (low + high), exponent)


def rate_by_air(
    heat: float,
    inlet: float,
    outlet: float,
    dry_bulb: float,
    wet_bulb: float,
    air_flow: float,
    pressure: float,
    cycles: float = 3.0,
) -> tuple[CoolingTower, float]:
    """The tower of a data sheet that states heat and the fans' air, and its kg/s of dry air at full speed.

    heat      W;   inlet, outlet  K of the water;   dry_bulb, wet_bulb  K;   air_flow  m3/s of moist air at its inlet
    pressure  Pa
    Raises    ValueError when no tower with this air flow can do it, or for cycles of concentration of 1 or less.
    """
    if not cycles > 1.0:
        raise ValueError("cycles of concentration of 1 or less: all water would be drained")
    ratio = float(moist_air.humidity_ratio_of_wet_bulb(wet_bulb, dry_bulb, pressure))
    air = air_flow * float(moist_air.dry_density(dry_bulb, ratio, pressure))
    water = heat / (WATER_HEAT_CAPACITY * (inlet - outlet))
    return replace(rate_tower(water, inlet, outlet, air, dry_bulb, wet_bulb, pressure), cycles=cycles), air


def _saturated(temperature: float, pressure: float) -> float:
    """J per kg of dry air of saturated air at K and Pa."""
    return float(moist_air.enthalpy(temperature, moist_air.saturated_humidity_ratio(temperature, pressure)))


def _saturated_slope(first: float, second: float, pressure: float) -> float:
    """J/(kg K): mean slope of the saturated enthalpy between two temperatures; their tangent where they meet."""
    if abs(first - second) < 1e-4:
        first, second = first + 1e-3, first - 1e-3
    return (_saturated(first, pressure) - _saturated(second, pressure)) / (first - second)
