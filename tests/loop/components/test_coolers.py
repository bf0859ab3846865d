"""Coils and dry coolers: ratings come out again; a published dry cooler; what fans and flows do."""

from __future__ import annotations

import math

import pytest

from thermal.fluids.liquids import read_liquid
from thermal.loop.components.coil import AirCoil
from thermal.loop.components.dry_cooler import DryCooler
from thermal.units import ZERO_CELSIUS

PRESSURE = 101325.0


def trillium() -> DryCooler:
    """BAC TDFS1238N-C60ET40B (Modelica Buildings library): 2931 kW, 46.11 to 40.55 degC in 35 degC air, 117.68 kW of fans.

    The record has no air flow; 250 m3/s warms its air to 45.2 degC.
    """
    at = [celsius + ZERO_CELSIUS for celsius in (35.0, 46.11, 40.55)]
    return DryCooler(2931e3, *at, 250.0, 117.68e3, read_liquid("water"))


def test_the_published_dry_cooler_comes_out_of_its_rating() -> None:
    one = trillium()
    assert one.approach == pytest.approx(5.55) and one.fans(1.0) / one.heat == pytest.approx(0.04015, rel=1e-3)
    rate = one.liquid_flow * float(read_liquid("water").heat_capacity(43.33 + ZERO_CELSIUS))
    heat = one.conductance_between_inlets(1.0, one.air_inlet, rate, PRESSURE) * (one.liquid_inlet - one.air_inlet)
    assert heat == pytest.approx(2931e3, rel=1e-9)
    assert one.liquid_inlet - heat / rate == pytest.approx(one.liquid_outlet, abs=1e-6)


def test_the_air_cannot_leave_warmer_than_the_liquid_enters() -> None:
    with pytest.raises(ValueError, match="out of reach"):
        DryCooler(2931e3, 308.15, 319.26, 313.70, 220.0, 117e3, read_liquid("water")).coil.rated_conductance  # noqa: B018


def test_fans_slow_down_until_the_outlet_is_met() -> None:
    one, air = trillium(), 20.0 + ZERO_CELSIUS
    rate = one.heat / (one.liquid_inlet - one.liquid_outlet)
    speed = one.speed_for(one.liquid_outlet, one.liquid_inlet, rate, air, PRESSURE)
    heat = one.conductance_between_inlets(speed, air, rate, PRESSURE) * (one.liquid_inlet - air)
    assert 0.1 < speed < 0.5 and heat == pytest.approx(2931e3, rel=1e-9)
    assert one.fans(speed) < 0.125 * one.fan_power
    assert one.speed_for(one.liquid_outlet - 1.0, one.liquid_inlet, rate, one.air_inlet, PRESSURE) == 1.0
    assert one.speed_for(one.liquid_inlet + 1.0, one.liquid_inlet, rate, air, PRESSURE, least=0.2) == 0.2
    assert one.conductance_between_inlets(0.0, air, rate, PRESSURE) == 0.0


def test_thin_air_cools_less() -> None:
    one = trillium()
    low, high = (one.conductance_between_inlets(1.0, 308.15, 5e5, p) for p in (80e3, PRESSURE))
    assert 0.75 < low / high < 0.95


def test_a_rear_door_gives_its_rating_and_scales_as_its_films() -> None:
    """30 kW from 1.9 m3/s of 35 degC air into 1.1 kg/s of 20 degC water."""
    air, water = 1.9 * 1.146 * 1006.0, 1.1 * 4182.0
    door = AirCoil(30e3, air, water, 15.0)
    assert door.heat_from_air(air, water, 308.15, 293.15) == pytest.approx(30e3, rel=1e-9)
    assert door.heat_from_air(air, water, 293.15, 308.15) == pytest.approx(-30e3, rel=1e-9)
    assert door.films.at(0.5, 1.0) / door.films.rated == pytest.approx(1.0 / (2.0 / 3.0 * 2.0**0.8 + 1.0 / 3.0), rel=1e-12)
    assert door.heat_from_air(0.0, water, 308.15, 293.15) == 0.0 == door.heat_from_air(air, 0.0, 308.15, 293.15)
    assert math.isfinite(float(door.heat_from_air(air, 1e9, 308.15, 293.15)))
