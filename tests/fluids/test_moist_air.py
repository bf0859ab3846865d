"""Moist air against psychrolib, which solves ASHRAE's equations, and CoolProp, which has the real mixture.

The figures were made by psychrolib 2.5.0 and CoolProp (water: IAPWS-95; humid air: Herrmann, Kretzschmar & Gatley 2009).
"""

from __future__ import annotations

import numpy as np
import pytest

from thermal.fluids import air, moist_air

ATMOSPHERE = 101325.0
# degC, relative humidity; psychrolib: humidity ratio, dew point, wet bulb (degC), enthalpy (J/kg), density (kg/m3)
PSYCHROLIB = [
    (-20, 0.70, 4.4399394223706013e-4, -23.662645674340624, -20.45917201019871, -19026.087725116333, 1.3940427478198365),
    (-5, 0.80, 1.979139081026242e-3, -7.5852684521305465, -5.883952262502155, -98.57915180691279, 1.3148379689567349),
    (2, 0.90, 3.924518431410635e-3, 0.5345152952912136, 1.3849686993666006, 11841.819805522844, 1.2798848281084996),
    (10, 0.30, 2.2695262445293456e-3, -6.010477792763257, 3.560727330602205, 15778.29832571614, 1.2449652687944215),
    (18, 0.08, 1.0153243831341676e-3, -15.010308707443146, 6.10443182999678, 20681.319342565886, 1.2116765143012516),
    (20, 0.50, 7.261737207462574e-3, 9.272392288187499, 13.783369664318617, 38551.741379981504, 1.1988979666684412),
    (27, 0.60, 1.3421467516722378e-2, 18.57669275678362, 21.205634504109483, 61403.11635801246, 1.1666769411792826),
    (35, 0.40, 1.413165383445261e-2, 19.38464909971421, 23.934202171156727, 71473.23690458885, 1.1359150762242114),
    (45, 0.90, 5.793230995880864e-2, 42.96611163395419, 43.21488557716439, 195007.6415505327, 1.0737880829333624),
]
# degC, relative humidity, Pa; CoolProp: humidity ratio, dew point, wet bulb, enthalpy, kg/m3
COOLPROP = [
    (20, 0.5, ATMOSPHERE, 0.007293697701974733, 9.274425815048403, 13.77646886815148, 38622.838923867734, 1.1993592767723618),
    (35, 0.4, ATMOSPHERE, 0.014200453713552788, 19.391366516958954, 23.93028242307355, 71637.6812866743, 1.13620973303872),
    (25, 0.6, 80000.0, 0.015202438981797177, 16.704113095455455, 19.061773075436633, 63909.95591316874, 0.9266401825495114),
]
# degC, Pa: psychrolib over ice, CoolProp over water
SATURATION = [
    (-40, 12.845249304105623, 1e-9), (-20, 103.26037858050408, 1e-9), (-5, 401.7641224788012, 1e-9), (0, 611.1535708907679, 1e-9),
    (0.02, 612.09937677007, 3e-4), (5, 872.575113905957, 3e-4), (20, 2339.3181834056754, 3e-4), (35, 5629.016106787652, 3e-4),
    (60, 19946.434307886884, 3e-4), (90, 70181.76581517824, 3e-4),
]  # fmt: skip


@pytest.mark.parametrize(("celsius", "pressure", "tolerance"), SATURATION)
def test_saturation_pressure(celsius: float, pressure: float, tolerance: float) -> None:
    """The formulae are those of psychrolib; they follow IAPWS-95 to within 0.03 %."""
    assert moist_air.saturation_pressure(celsius + 273.15) == pytest.approx(pressure, rel=tolerance)


@pytest.mark.parametrize(("celsius", "relative", "ratio", "dew", "bulb", "enthalpy", "density"), PSYCHROLIB)
def test_psychrolib(
    celsius: float, relative: float, ratio: float, dew: float, bulb: float, enthalpy: float, density: float
) -> None:
    """psychrolib iterates to 1e-3 K, and has 287.042 J/(kg K) for dry air where thermal.fluids.air has ICAO's 287.05287."""
    T = celsius + 273.15
    W = moist_air.humidity_ratio_of_relative(relative, T, ATMOSPHERE)
    assert pytest.approx(ratio, rel=1e-9) == W
    assert moist_air.relative_humidity(W, T, ATMOSPHERE) == pytest.approx(relative, rel=1e-12)
    assert moist_air.dew_point(W, ATMOSPHERE) - 273.15 == pytest.approx(dew, abs=2e-3)
    assert moist_air.wet_bulb(W, T, ATMOSPHERE) - 273.15 == pytest.approx(bulb, abs=2e-3)
    assert moist_air.enthalpy(T, W) == pytest.approx(enthalpy, abs=1e-6 * 2.5e6)
    assert moist_air.density(T, W, ATMOSPHERE) == pytest.approx(density, rel=5e-5)


@pytest.mark.parametrize(("celsius", "relative", "pressure", "ratio", "dew", "bulb", "enthalpy", "density"), COOLPROP)
def test_coolprop(
    celsius: float, relative: float, pressure: float, ratio: float, dew: float, bulb: float, enthalpy: float, density: float
) -> None:
    """The real mixture holds up to half a per cent more vapour at a relative humidity (enhancement factor)."""
    T = celsius + 273.15
    W = moist_air.humidity_ratio_of_relative(relative, T, pressure)
    assert pytest.approx(ratio, rel=6e-3) == W
    assert moist_air.dew_point(W, pressure) - 273.15 == pytest.approx(dew, abs=0.02)
    assert moist_air.wet_bulb(W, T, pressure) - 273.15 == pytest.approx(bulb, abs=0.02)
    assert moist_air.enthalpy(T, W) == pytest.approx(enthalpy, rel=4e-3)
    assert moist_air.density(T, W, pressure) == pytest.approx(density, rel=2e-3)


def test_dew_point_inverts_saturation() -> None:
    """From the frost of a cold store to steam, on both sides of the triple point."""
    T = np.array([173.15, 200.0, 233.15, 263.0, 273.1599, 273.1601, 280.0, 300.0, 373.15, 473.0])
    assert np.abs(moist_air.saturation_temperature(moist_air.saturation_pressure(T)) - T).max() < 1e-9


def test_arrays_and_ends() -> None:
    W = np.array([[0.0, 0.005], [0.01, 0.02]])
    dew = moist_air.dew_point(W, ATMOSPHERE)
    assert dew.shape == W.shape
    assert dew[0, 0] == moist_air.COLDEST  # air without vapour has no dew point
    assert (np.diff(dew.ravel()) > 0).all()
    assert moist_air.vapour_pressure(moist_air.humidity_ratio(1500.0, 9e4), 9e4) == pytest.approx(1500.0, rel=1e-14)
    assert moist_air.temperature_of_enthalpy(moist_air.enthalpy(300.0, 0.01), 0.01) == pytest.approx(300.0, rel=1e-14)
    assert moist_air.humidity_ratio_of_wet_bulb(moist_air.wet_bulb(0.008, 300.0, ATMOSPHERE), 300.0, ATMOSPHERE) == pytest.approx(
        0.008, abs=1e-12
    )


def test_dry_air_is_that_of_the_hall() -> None:
    assert moist_air.density(293.15, 0.0, ATMOSPHERE) == air.density(293.15, ATMOSPHERE)
    assert moist_air.enthalpy(283.15, 0.0) == pytest.approx(10.0 * air.HEAT_CAPACITY)
