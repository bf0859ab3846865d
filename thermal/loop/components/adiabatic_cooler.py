"""Adiabatic coolers: a dry cooler behind wetted pads, and the water that they take."""

from __future__ import annotations

from dataclasses import dataclass

from thermal.fluids import moist_air
from thermal.loop.components.dry_cooler import DryCooler


@dataclass(frozen=True)
class PadAir:
    """Air behind a pad: K, kg/kg, and water in kg/s, evaporated and drained so that salts stay below their limit."""

    temperature: float
    humidity_ratio: float
    evaporated: float
    drained: float

    @property
    def water(self) -> float:
        """kg/s of fresh water."""
        return self.evaporated + self.drained


@dataclass(frozen=True)
class WettedPad:
    """A pad that brings air towards its wet bulb at constant wet bulb, T = T_db - e (T_db - T_wb).

    effectiveness    e, 0 ... 1 (data sheets of cellulose pads: 0.75 to 0.95)
    cycles           of concentration, > 1: drained = evaporated/(cycles - 1)
    Source           direct evaporative cooling, ASHRAE Handbook HVAC Systems and Equipment 2020, ch. 41; drain: salts' balance.
    """

    effectiveness: float = 0.85
    cycles: float = 3.0

    def pass_air(self, volume_flow: float, dry_bulb: float, wet_bulb: float, pressure: float) -> PadAir:
        """Air behind the pad.

        volume_flow   m3/s of moist air at its inlet;   dry_bulb, wet_bulb  K (wet_bulb <= dry_bulb);   pressure  Pa
        """
        before = float(moist_air.humidity_ratio_of_wet_bulb(wet_bulb, dry_bulb, pressure))
        temperature = dry_bulb - self.effectiveness * (dry_bulb - wet_bulb)
        after = float(moist_air.humidity_ratio_of_wet_bulb(wet_bulb, temperature, pressure))
        dry_air = volume_flow * float(moist_air.dry_density(dry_bulb, before, pressure))
        evaporated = max(0.0, dry_air * (after - before))
        return PadAir(temperature, after, evaporated, evaporated / (self.cycles - 1.0))


@dataclass(frozen=True)
class AdiabaticCooler:
    """A dry cooler whose air passes wetted pads while the dry bulb is above `wet_above` (K)."""

    cooler: DryCooler
    pad: WettedPad = WettedPad()
    wet_above: float = 298.15

    def air(self, speed: float, dry_bulb: float, wet_bulb: float, pressure: float) -> PadAir:
        """Air that the coil draws at a fan speed (1 is full): behind wet pads, or the outdoor air as it is."""
        if dry_bulb <= self.wet_above:
            return PadAir(dry_bulb, float(moist_air.humidity_ratio_of_wet_bulb(wet_bulb, dry_bulb, pressure)), 0.0, 0.0)
        return self.pad.pass_air(self.cooler.air_flow * speed, dry_bulb, wet_bulb, pressure)
