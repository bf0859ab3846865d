"""Wetted pads and towers: published wet bulbs, Merkel's equation integrated, water by its balance."""

from __future__ import annotations

import math

import pytest

from thermal.fluids import moist_air
from thermal.fluids.liquids import read_liquid
from thermal.loop.components.adiabatic_cooler import AdiabaticCooler, WettedPad
from thermal.loop.components.cooling_tower import WATER_HEAT_CAPACITY, CoolingTower, rate_tower
from thermal.loop.components.dry_cooler import DryCooler
from thermal.units import ZERO_CELSIUS

PRESSURE = 101325.0

# PsychroLib 2.5.0 (ASHRAE Handbook Fundamentals 2017, ch. 1), 101325 Pa: dry bulb, humidity ratio, wet bulb, behind a pad of 85 %
PADS = (
    (20.0, 0.0072617, 13.7834, 14.716), (27.0, 0.0134215, 21.2056, 22.075), (30.0, 0.0079183, 17.9716, 19.776),
    (35.0, 0.0105389, 21.5235, 23.545), (40.0, 0.0091982, 22.0322, 24.727), (42.6, 0.0095015, 22.9707, 25.915),
)  # fmt: skip


@pytest.mark.parametrize(("dry", "ratio", "wet", "behind"), PADS)
def test_air_behind_a_pad(dry: float, ratio: float, wet: float, behind: float) -> None:
    air = WettedPad(0.85, cycles=3.0).pass_air(10.0, dry + ZERO_CELSIUS, wet + ZERO_CELSIUS, PRESSURE)
    assert air.temperature - ZERO_CELSIUS == pytest.approx(behind, abs=2e-3)
    dry_air = 10.0 * float(moist_air.dry_density(dry + ZERO_CELSIUS, ratio, PRESSURE))
    assert air.evaporated == pytest.approx(dry_air * (air.humidity_ratio - ratio), rel=2e-3)
    # along a wet bulb the heat of the air pays for the vapour: within what the water's own enthalpy brings
    sensible = dry_air * (1006.0 + 1860.0 * ratio) * (dry - behind)
    assert air.evaporated == pytest.approx(sensible / (2.501e6 - 2326.0 * wet), rel=0.02)
    assert air.water == pytest.approx(1.5 * air.evaporated)


def test_pads_are_dry_on_cool_days() -> None:
    cooler = DryCooler(1e6, 308.15, 319.15, 313.15, 100.0, 40e3, read_liquid("PG25"))
    one = AdiabaticCooler(cooler, wet_above=298.15)
    assert one.air(1.0, 297.0, 290.0, PRESSURE).water == 0.0 and one.air(1.0, 297.0, 290.0, PRESSURE).temperature == 297.0
    hot, slow = one.air(1.0, 310.0, 295.0, PRESSURE), one.air(0.5, 310.0, 295.0, PRESSURE)
    assert hot.temperature < 298.0 and slow.water == pytest.approx(0.5 * hot.water)


def merkel(ntu: float, water: float, air: float, outlet: float, enthalpy: float, ratio: float) -> tuple[float, float]:
    """Water inlet (K) and air outlet (kg/kg) when Merkel's equations are marched up the fill from the outlet, midpoint rule.

    m_w c dT = hA (h_s(T) - h) dz,  m_a dh = the same,  m_a dW = hA (W_s(T) - W) dz,  hA = NTU m_a
    """

    def pull(temperature: float, h: float, w: float) -> tuple[float, float]:
        saturated = float(moist_air.saturated_humidity_ratio(min(temperature, 350.0), PRESSURE))
        return float(moist_air.enthalpy(temperature, saturated)) - h, saturated - w

    steps, temperature, h, w = 200, outlet, enthalpy, ratio
    for _ in range(steps):
        heat, vapour = (0.5 * ntu / steps * part for part in pull(temperature, h, w))
        middle = pull(temperature + heat * air / (water * WATER_HEAT_CAPACITY), h + heat, w + vapour)
        heat, vapour = (ntu / steps * part for part in middle)
        temperature, h, w = temperature + heat * air / (water * WATER_HEAT_CAPACITY), h + heat, w + vapour
    return temperature, w


@pytest.mark.parametrize(
    ("inlet", "wet", "flow_ratio", "constant"),
    [(35.0, 24.0, 1.0, 1.2), (32.0, 18.0, 1.4, 1.0), (36.0, 24.0, 1.1, 2.0), (40.0, 22.0, 0.8, 1.6)],
)
def test_the_effectiveness_meets_merkels_equation(inlet: float, wet: float, flow_ratio: float, constant: float) -> None:
    """Braun's effectiveness takes one slope for the saturated enthalpy: range and evaporation within 5 % of Merkel's."""
    water, air, entering = 20.0 * flow_ratio, 20.0, inlet + ZERO_CELSIUS
    dry_bulb, wet_bulb = wet + 6.0 + ZERO_CELSIUS, wet + ZERO_CELSIUS
    point = CoolingTower(constant).operate(water, entering, air, dry_bulb, wet_bulb, PRESSURE)
    ratio = float(moist_air.humidity_ratio_of_wet_bulb(wet_bulb, dry_bulb, PRESSURE))
    enthalpy = float(moist_air.enthalpy(dry_bulb, ratio))
    low, high = wet_bulb, entering
    for _ in range(25):
        middle = 0.5 * (low + high)
        reached, humid = merkel(constant * flow_ratio**0.4, water, air, middle, enthalpy, ratio)
        low, high = (low, middle) if reached > entering else (middle, high)
    assert entering - point.outlet == pytest.approx(entering - middle, rel=0.05)
    assert point.evaporated == pytest.approx(air * (humid - ratio), rel=0.05)


def test_a_tower_gives_its_rating_and_balances() -> None:
    """35 to 29 degC at 24 degC wet bulb, 50 kg/s of water, 45 kg/s of air."""
    rated = (50.0, 308.15, 302.15, 45.0, 305.15, 297.15, PRESSURE)
    tower = rate_tower(*rated)
    point = tower.operate(50.0, 308.15, 45.0, 305.15, 297.15, PRESSURE)
    assert point.outlet == pytest.approx(302.15, abs=1e-6)
    before = float(moist_air.humidity_ratio_of_wet_bulb(297.15, 305.15, PRESSURE))
    assert 45.0 * (point.air_enthalpy - float(moist_air.enthalpy(305.15, before))) == pytest.approx(point.heat, rel=1e-9)
    air_out = float(moist_air.temperature_of_enthalpy(point.air_enthalpy, point.air_humidity))
    assert 297.15 < air_out < 308.15
    assert moist_air.relative_humidity(point.air_humidity, air_out, PRESSURE) == pytest.approx(0.9, abs=0.1)
    assert 0.75 < point.evaporated * 2.45e6 / point.heat < 1.05
    assert point.drained == pytest.approx(point.evaporated / 2.0 + 2e-5 * 50.0)


def test_a_tower_never_cools_below_the_wet_bulb() -> None:
    # saturated air at the wet bulb holds a little more enthalpy than the air that has this wet bulb: 0.05 K
    for constant in (0.5, 5.0, 50.0):
        for water in (1.0, 50.0, 500.0):
            point = CoolingTower(constant).operate(water, 308.15, 45.0, 305.15, 297.15, PRESSURE)
            assert 297.15 - 0.1 <= point.outlet <= 308.15 and math.isfinite(point.evaporated)
    still = CoolingTower(1.0).operate(0.0, 308.15, 45.0, 305.15, 297.15, PRESSURE)
    assert still.heat == 0.0 and CoolingTower(1.0).operate(10.0, 308.15, 0.0, 305.15, 297.15, PRESSURE).outlet == 308.15
    with pytest.raises(ValueError, match="no counterflow tower"):
        rate_tower(50.0, 308.15, 297.2, 10.0, 305.15, 297.15, PRESSURE)
