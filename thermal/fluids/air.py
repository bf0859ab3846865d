"""Dry air at a site: standard-atmosphere pressure, ideal-gas density, Sutherland viscosity."""

from __future__ import annotations

from typing import Any

GAS_CONSTANT = 287.05287  # J/(kg K), dry air; ICAO Doc 7488/3 (1993), table A
SEA_LEVEL_PRESSURE = 101325.0  # Pa; ICAO Doc 7488/3
SEA_LEVEL_TEMPERATURE = 288.15  # K; ICAO Doc 7488/3
LAPSE_RATE = 0.0065  # K/m below 11 km; ICAO Doc 7488/3
STANDARD_GRAVITY = 9.80665  # m/s2; ICAO Doc 7488/3
HEAT_CAPACITY = 1006.0  # J/(kg K), dry air near 20 degC; ASHRAE Handbook Fundamentals (2017), ch. 1, h = 1.006 t
PRANDTL = 0.71  # -; Incropera & DeWitt (2002), table A.4: 0.720 at 250 K, 0.707 at 300 K; within 1 % from 270 to 310 K


def site_pressure(altitude: float) -> float:
    """Static pressure of the standard atmosphere.

    p = p0 (1 - L h / T0)^(g / (R L))

    altitude   m above sea level, -500 ... 11 000
    Returns    Pa
    Source     ICAO Doc 7488/3, Manual of the ICAO Standard Atmosphere, 1993, eq. 12.
    Example    >>> round(site_pressure(0.0)), round(site_pressure(1500.0))
               (101325, 84556)
    """
    ratio = 1.0 - LAPSE_RATE * altitude / SEA_LEVEL_TEMPERATURE
    return SEA_LEVEL_PRESSURE * float(ratio ** (STANDARD_GRAVITY / (GAS_CONSTANT * LAPSE_RATE)))


def density(temperature: float, pressure: float) -> float:
    """Density of dry air as an ideal gas, rho = p / (R T).

    temperature   K, > 0;  pressure   Pa
    Returns       kg/m3; within 0.1 % of the real gas at hall conditions (compressibility factor 0.9996 at 20 degC, 1 atm).
    Source        ICAO Doc 7488/3 for R.
    Example       >>> round(density(293.15, 101325.0), 3)
                  1.204
    """
    return pressure / (GAS_CONSTANT * temperature)


def density_ratio(above: Any, reference: float, pressure_ratio: float = 1.0) -> Any:
    """Density of an ideal gas over its density at the reference temperature and the site's pressure, P T_ref/(T_ref + above).

    above           K above the reference temperature, a number or an array;  reference   K
    pressure_ratio  thermodynamic pressure over the site's
    Example     >>> round(density_ratio(12.0, 293.15), 4)
                0.9607
    """
    return pressure_ratio * reference / (reference + above)


def dynamic_viscosity(temperature: float) -> float:
    """Viscosity of air by Sutherland's law, mu = b T^1.5 / (T + S), b = 1.458e-6 kg/(m s K^0.5), S = 110.4 K.

    temperature   K, 100 ... 1900
    Returns       Pa s
    Source        U.S. Standard Atmosphere, 1976, NOAA-S/T 76-1562, eq. 51.
    Example       >>> round(dynamic_viscosity(293.15) * 1e6, 2)
                  18.13
    """
    return 1.458e-6 * float(temperature**1.5) / (temperature + 110.4)


def kinematic_viscosity(temperature: float, air_density: float) -> float:
    """nu = mu(T) / rho in m2/s; temperature in K, air_density in kg/m3. Source of mu: dynamic_viscosity."""
    return dynamic_viscosity(temperature) / air_density
