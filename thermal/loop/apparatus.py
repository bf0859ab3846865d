"""Coolers as duties of a link: what leaves its liquid, by what enters it, the weather and the setting of fans or compressors.

Each is a `thermal.loop.network.Duty`: called with W/K of capacity rate and K of the entering liquid, it gives W into the liquid
and its slope. With `outlet` it holds that temperature as far as it can; without one it works at its full setting. `numbers` says
what it takes to do so. What is colder than the setting is answered with the slope that the setting has: too steep a slope makes
careful steps, and none at all would send the next guess of a temperature anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thermal.loop.components.adiabatic_cooler import PadAir
from thermal.loop.components.chiller import Chiller
from thermal.loop.components.cooling_tower import WATER_HEAT_CAPACITY, CoolingTower
from thermal.loop.components.dry_cooler import DryCooler
from thermal.loop.controls import setting_for

DRAUGHT = 0.02  # of the full air flow that a dry cooler passes with its fans at rest
STEP = 1e-3  # K, over which the slope of a tower's heat is taken


@dataclass(frozen=True)
class CoolerDuty:
    """Equal dry or adiabatic coolers in parallel on one link.

    machine   one of them;   count;   air   what its coil draws: the outdoor air, or that behind its pads at full speed
    speed     of the fans, at most;   outlet   K that fans hold, None: they run at `speed`;   pressure   Pa of the air
    """

    kind: ClassVar[str] = "dry-cooler"
    machine: DryCooler
    air: PadAir
    count: int = 1
    speed: float = 1.0
    outlet: float | None = None
    pressure: float = 101325.0

    def setting(self, capacity_rate: float, entering: float) -> float:
        """Speed of the fans."""
        if self.outlet is None:
            return self.speed
        each, air = capacity_rate / self.count, self.air.temperature
        return min(self.speed, self.machine.speed_for(self.outlet, entering, each, air, self.pressure, DRAUGHT))

    def __call__(self, capacity_rate: float, entering: float) -> tuple[float, float]:
        """W into the liquid and its slope, W/K."""
        speed = self.setting(capacity_rate, entering)
        across = self.machine.conductance_between_inlets(speed, self.air.temperature, capacity_rate / self.count, self.pressure)
        heat = -self.count * across * (entering - self.air.temperature)
        if self.outlet is not None and speed < self.speed:  # it holds its outlet whatever enters, or would
            return heat, -capacity_rate
        return heat, -self.count * across

    def numbers(self, capacity_rate: float, entering: float) -> dict[str, float]:
        """Heat taken W, fan speed, fans W, water kg/s, K of the air at the coil."""
        speed = self.setting(capacity_rate, entering)
        return {
            "heat_W": -self(capacity_rate, entering)[0], "fan_speed": speed, "fan_W": self.count * self.machine.fans(speed),
            "water_kg_s": self.count * self.air.water * speed, "air_K": self.air.temperature,
        }  # fmt: skip


@dataclass(frozen=True)
class TowerDuty:
    """Equal open cooling towers in parallel on one link; its liquid is water.

    machine   one of them;   air   kg/s of dry air of one at full speed;   fan_power   W of one
    dry_bulb, wet_bulb   K;   others as CoolerDuty
    """

    kind: ClassVar[str] = "cooling-tower"
    machine: CoolingTower
    air: float
    fan_power: float
    dry_bulb: float
    wet_bulb: float
    count: int = 1
    speed: float = 1.0
    outlet: float | None = None
    pressure: float = 101325.0

    def taken(self, capacity_rate: float, entering: float, speed: float) -> float:
        """W that leave the water of all at a fan speed."""
        water = capacity_rate / WATER_HEAT_CAPACITY / self.count
        one = self.machine.heat(water, entering, self.air * speed, self.dry_bulb, self.wet_bulb, self.pressure)
        return self.count * one

    def setting(self, capacity_rate: float, entering: float) -> float:
        """Speed of the fans."""
        if self.outlet is None:
            return self.speed
        wanted = capacity_rate * (entering - self.outlet)
        return setting_for(wanted, lambda speed: self.taken(capacity_rate, entering, speed), DRAUGHT * self.speed, self.speed)

    def __call__(self, capacity_rate: float, entering: float) -> tuple[float, float]:
        """W into the water and its slope, W/K."""
        speed = self.setting(capacity_rate, entering)
        heat = self.taken(capacity_rate, entering, speed)
        if self.outlet is not None and speed < self.speed:
            return -heat, -capacity_rate
        slope = (self.taken(capacity_rate, entering + STEP, speed) - heat) / STEP
        return -heat, -max(slope, 0.0)

    def water(self, capacity_rate: float, entering: float, speed: float) -> float:
        """kg/s of fresh water at a fan speed: evaporated, drained, blown out."""
        flow = capacity_rate / WATER_HEAT_CAPACITY / self.count
        point = self.machine.operate(flow, entering, self.air * speed, self.dry_bulb, self.wet_bulb, self.pressure)
        return self.count * (point.evaporated + point.drained)

    def numbers(self, capacity_rate: float, entering: float) -> dict[str, float]:
        """Heat taken W, fan speed, fans W, water kg/s."""
        speed = self.setting(capacity_rate, entering)
        return {
            "heat_W": self.taken(capacity_rate, entering, speed), "fan_speed": speed,
            "fan_W": self.count * self.fan_power * speed**3,
            "water_kg_s": self.water(capacity_rate, entering, speed),
        }  # fmt: skip


@dataclass(frozen=True)
class ChillerDuty:
    """Equal chillers on one link that hold its outlet (K) as far as they can. condenser   K, of its air or water entering."""

    kind: ClassVar[str] = "chiller"
    machine: Chiller
    outlet: float
    condenser: float
    count: int = 1

    def __call__(self, capacity_rate: float, entering: float) -> tuple[float, float]:
        """W into the liquid and its slope, W/K."""
        wanted = max(0.0, capacity_rate * (entering - self.outlet))
        heat = self.count * self.machine.operate(wanted / self.count, self.outlet, self.condenser).heat
        return -heat, -capacity_rate if wanted <= heat * (1.0 + 1e-12) else 0.0

    def numbers(self, capacity_rate: float, entering: float) -> dict[str, float]:
        """Heat taken W, compressors W, part load, coefficient of performance."""
        wanted = max(0.0, capacity_rate * (entering - self.outlet)) / self.count
        point = self.machine.operate(wanted, self.outlet, self.condenser)
        return {
            "heat_W": self.count * point.heat, "power_W": self.count * point.power, "part_load": point.part_load,
            "cop": point.cop,
        }  # fmt: skip
