"""Moist air as a mixture of two ideal gases: saturation, humidity ratio, dew point, wet bulb, enthalpy, density.

Temperatures are in K, pressures in Pa, humidity ratios in kg of vapour per kg of dry air, relative humidities are fractions.
Every function takes numbers or arrays that broadcast, and returns the like. The real mixture holds a little more vapour
(enhancement factor 1.004 at 20 degC and 1 atm; Hyland & Wexler 1983), which is left out, as in ASHRAE's equations.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.fluids.air import GAS_CONSTANT, HEAT_CAPACITY
from thermal.units import ZERO_CELSIUS

TRIPLE_POINT = 273.16  # K; below it vapour saturates over ice
MASS_RATIO = 0.621945  # molar mass of water over that of dry air; ASHRAE Handbook Fundamentals (2017), ch. 1
VAPOUR_HEAT_CAPACITY = 1860.0  # J/(kg K); ASHRAE Handbook Fundamentals (2017), ch. 1, h_g = 2501 + 1.86 t
LATENT_HEAT = 2.501e6  # J/kg, evaporation at 0 degC; ASHRAE Handbook Fundamentals (2017), ch. 1
COLDEST, HOTTEST = 173.15, 473.15  # K, where the saturation formulae hold
# ln p = C/T + sum c_n T^n + L ln T; Hyland & Wexler 1983, coefficients as in ASHRAE Handbook Fundamentals (2017), ch. 1, eq. 5, 6
ICE = (-5.6745359e3, (6.3925247, -9.6778430e-3, 6.2215701e-7, 2.0747825e-9, -9.4840240e-13), 4.1635019)
WATER = (-5.8002206e3, (1.3914993, -4.8640239e-2, 4.1764768e-5, -1.4452093e-8), 6.5459673)


def _log_pressure(temperature: Any, coefficients: tuple[float, tuple[float, ...], float]) -> Any:
    """ln(p/Pa) over ice or water at K, and its derivative in 1/T, K."""
    over, powers, log = coefficients
    value = over / temperature + log * np.log(temperature)
    slope = over - log * temperature
    for n, c in enumerate(powers):
        value = value + c * temperature**n
        slope = slope - n * c * temperature ** (n + 1)
    return value, slope


def saturation_pressure(temperature: Any) -> Any:
    """Pressure of saturated vapour, over ice below 273.16 K and over liquid water above.

    temperature   K, 173.15 ... 473.15; outside, the value at the nearest end
    Returns       Pa
    Source        Hyland & Wexler 1983, ASHRAE Trans. 89(2A):500; ASHRAE Handbook Fundamentals (2017), ch. 1, eq. 5 and 6.
    Example       >>> round(float(saturation_pressure(293.15)), 1)
                  2338.8
    """
    within = np.clip(temperature, COLDEST, HOTTEST)
    return np.exp(np.where(within < TRIPLE_POINT, _log_pressure(within, ICE)[0], _log_pressure(within, WATER)[0]))[()]


def saturation_temperature(vapour_pressure: Any) -> Any:
    """Temperature at which vapour of a pressure is saturated: the dew point, below 273.16 K the frost point.

    By Newton's method on ln p as a function of 1/T, in which it is nearly a line.

    vapour_pressure   Pa, 1.4e-3 ... 1.55e6; outside, the temperature at the nearest end (dry air: 173.15 K)
    Returns           K
    Example           >>> round(float(saturation_temperature(2338.8)), 2)
                      293.15
    """
    bounds = saturation_pressure(np.array([COLDEST, HOTTEST]))
    pressure = np.clip(vapour_pressure, bounds[0], bounds[1])
    log = np.log(pressure)
    over_ice = pressure < saturation_pressure(TRIPLE_POINT)
    inverse = np.full(np.shape(pressure), 1.0 / TRIPLE_POINT)
    for _ in range(8):  # the error squares each time; four are enough from anywhere in the range
        guess = np.clip(1.0 / inverse, COLDEST, HOTTEST)
        ice, water = _log_pressure(guess, ICE), _log_pressure(guess, WATER)
        value, slope = np.where(over_ice, ice[0], water[0]), np.where(over_ice, ice[1], water[1])
        inverse = 1.0 / guess + (log - value) / slope
    return np.clip(1.0 / inverse, COLDEST, HOTTEST)[()]


def humidity_ratio(vapour_pressure: Any, pressure: Any) -> Any:
    """W = 0.621945 p_w/(p - p_w), kg/kg.

    vapour_pressure, pressure   Pa; pressure of the moist air, above that of the vapour
    Source     ASHRAE Handbook Fundamentals (2017), ch. 1, eq. 20.
    """
    return MASS_RATIO * vapour_pressure / (pressure - vapour_pressure)


def vapour_pressure(humidity_ratio: Any, pressure: Any) -> Any:
    """p_w = p W/(0.621945 + W), Pa; the inverse of `humidity_ratio`."""
    return pressure * humidity_ratio / (MASS_RATIO + humidity_ratio)


def saturated_humidity_ratio(temperature: Any, pressure: Any) -> Any:
    """Humidity ratio of saturated air, kg/kg. temperature in K, below the boiling point at `pressure` in Pa."""
    return humidity_ratio(saturation_pressure(temperature), pressure)


def humidity_ratio_of_relative(relative_humidity: Any, temperature: Any, pressure: Any) -> Any:
    """Humidity ratio of air at a relative humidity p_w/p_ws (fraction 0 ... 1) and a temperature (K), kg/kg.

    Source     ASHRAE Handbook Fundamentals (2017), ch. 1, eq. 12 and 20.
    Example    >>> round(float(humidity_ratio_of_relative(0.5, 293.15, 101325.0)), 5)
               0.00726
    """
    return humidity_ratio(relative_humidity * saturation_pressure(temperature), pressure)


def relative_humidity(humidity_ratio: Any, temperature: Any, pressure: Any) -> Any:
    """p_w/p_ws as a fraction; above 1 the air cannot hold its vapour. temperature in K, pressure in Pa."""
    return vapour_pressure(humidity_ratio, pressure) / saturation_pressure(temperature)


def dew_point(humidity_ratio: Any, pressure: Any) -> Any:
    """Temperature (K) at which air of a humidity ratio begins to condense at its pressure (Pa); below 273.16 K to frost.

    Example    >>> round(float(dew_point(0.0072617, 101325.0)) - 273.15, 2)
               9.27
    """
    return saturation_temperature(vapour_pressure(humidity_ratio, pressure))


def humidity_ratio_of_dew_point(dew_point: Any, pressure: Any) -> Any:
    """Humidity ratio (kg/kg) of air with a dew point (K) at a pressure (Pa)."""
    return saturated_humidity_ratio(dew_point, pressure)


def humidity_ratio_of_wet_bulb(wet_bulb: Any, temperature: Any, pressure: Any) -> Any:
    """Humidity ratio (kg/kg) of air at a temperature (K) that adiabatic saturation brings to a wet bulb (K).

    The water that evaporates is liquid, below 273.16 K ice. Negative where no air is as dry as that.

    Source     ASHRAE Handbook Fundamentals (2017), ch. 1, eq. 33 and 35.
    """
    saturated = saturated_humidity_ratio(wet_bulb, pressure)
    t, bulb = np.asarray(temperature) - ZERO_CELSIUS, np.asarray(wet_bulb) - ZERO_CELSIUS
    lost = HEAT_CAPACITY * (t - bulb)
    water = ((LATENT_HEAT - 2326.0 * bulb) * saturated - lost) / (LATENT_HEAT + VAPOUR_HEAT_CAPACITY * t - 4186.0 * bulb)
    ice = ((2.83e6 - 240.0 * bulb) * saturated - lost) / (2.83e6 + VAPOUR_HEAT_CAPACITY * t - 2100.0 * bulb)
    return np.where(np.asarray(wet_bulb) < TRIPLE_POINT, ice, water)[()]


def wet_bulb(humidity_ratio: Any, temperature: Any, pressure: Any) -> Any:
    """Thermodynamic wet-bulb temperature (K) by bisection between the coldest of the formulae and the dry bulb, to 1e-9 K.

    Example    >>> round(float(wet_bulb(0.0072617, 293.15, 101325.0)) - 273.15, 2)
               13.78
    """
    ratio, dry_bulb, p = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (humidity_ratio, temperature, pressure)))
    low, high = np.full(ratio.shape, COLDEST), dry_bulb.copy()
    for _ in range(40):
        middle = 0.5 * (low + high)
        is_above = humidity_ratio_of_wet_bulb(middle, dry_bulb, p) > ratio
        low, high = np.where(is_above, low, middle), np.where(is_above, middle, high)
    return (0.5 * (low + high))[()]


def enthalpy(temperature: Any, humidity_ratio: Any) -> Any:
    """J per kg of dry air, zero for dry air and liquid water at 0 degC: c_p t + W (2501 kJ/kg + 1.86 kJ/(kg K) t).

    temperature   K, 223 ... 383
    Source        ASHRAE Handbook Fundamentals (2017), ch. 1, eq. 30.
    Example       >>> round(float(enthalpy(293.15, 0.0072617)))
                  38552
    """
    t = temperature - ZERO_CELSIUS
    return HEAT_CAPACITY * t + humidity_ratio * (LATENT_HEAT + VAPOUR_HEAT_CAPACITY * t)


def temperature_of_enthalpy(enthalpy: Any, humidity_ratio: Any) -> Any:
    """Temperature (K) of air with an enthalpy (J per kg of dry air) and a humidity ratio; the inverse of `enthalpy`."""
    return ZERO_CELSIUS + (enthalpy - LATENT_HEAT * humidity_ratio) / (HEAT_CAPACITY + VAPOUR_HEAT_CAPACITY * humidity_ratio)


def density(temperature: Any, humidity_ratio: Any, pressure: Any) -> Any:
    """kg of moist air per m3: (1 + W) p/(R T (1 + W/0.621945)), R of dry air.

    Source     ASHRAE Handbook Fundamentals (2017), ch. 1, eq. 26 (there with 1/0.621945 = 1.607858).
    Example    >>> round(float(density(293.15, 0.0072617, 101325.0)), 4)
               1.1988
    """
    return dry_density(temperature, humidity_ratio, pressure) * (1.0 + humidity_ratio)


def dry_density(temperature: Any, humidity_ratio: Any, pressure: Any) -> Any:
    """kg of dry air per m3 of moist air, which a humidity ratio is counted by: p/(R T (1 + W/0.621945))."""
    return pressure / (GAS_CONSTANT * temperature * (1.0 + humidity_ratio / MASS_RATIO))
