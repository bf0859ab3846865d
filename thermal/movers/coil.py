"""Chilled-water coils by effectiveness and number of transfer units: conductance from a rated point, water a valve lets through.

The kernel mover_respond holds the same two formulas; a test compares them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from thermal.case.bodies import WATER_CAPACITY, Coil

__all__ = ["ARRANGEMENTS", "WATER_CAPACITY", "Terminal", "coil_heat", "effectiveness", "rated_conductance", "valve_share"]

ARRANGEMENTS = ("counter-flow", "cross-flow")


@dataclass(frozen=True)
class Terminal:
    """What a coil shows to a liquid loop: water that it is given, and the heat that it gives back.

    flow   m3/s        entering   K        heat   W given to the water        liquid_capacity   J/(m3 K) of it
    """

    name: str
    flow: float
    entering: float
    heat: float
    liquid_capacity: float = WATER_CAPACITY

    @property
    def leaving(self) -> float:
        """K, of the water after the coil."""
        return self.entering + (self.heat / (self.liquid_capacity * self.flow) if self.flow > 0.0 else 0.0)


def effectiveness(conductance: float, air: float, water: float, arrangement: str = "counter-flow") -> float:
    """Heat over the most that could pass, min(air, water) x (difference of the entering temperatures).

    Counter flow, or cross flow with both streams unmixed (an approximation, within 3 % of the exact series).
    conductance, air, water   W/K: U A and the capacity flows
    Source      Incropera & DeWitt 2002, Fundamentals of Heat and Mass Transfer, table 11.3
    Example     >>> round(effectiveness(1000.0, 1000.0, 1000.0), 6), round(effectiveness(1000.0, 1000.0, 2000.0), 4)
                (0.5, 0.5647)
    """
    least, most = min(air, water), max(air, water)
    if least <= 0.0 or conductance <= 0.0:
        return 0.0
    units, ratio = conductance / least, least / most
    if arrangement == "cross-flow":
        return 1.0 - math.exp(units**0.22 / ratio * (math.exp(-ratio * units**0.78) - 1.0))
    if ratio > 0.9999:
        return units / (1.0 + units)
    left = math.exp(-units * (1.0 - ratio))
    return (1.0 - left) / (1.0 - ratio * left)


def rated_conductance(capacity: float, air: float, water: float, difference: float, arrangement: str = "counter-flow") -> float:
    """U A in W/K of a coil that carries `capacity` W at its rated point.

    air, water   W/K, capacity flows      difference   K between entering air and entering water
    Raises       ValueError for more than 99.9 % of what the streams could exchange
    Example      >>> round(rated_conductance(5000.0, 1000.0, 1000.0, 10.0), 6)
                 1000.0
    """
    most = min(air, water) * difference
    if not 0.0 < capacity < 0.999 * most:
        raise ValueError(f"{capacity:.6g} W of at most {most:.6g} W")
    wanted, low, high = capacity / most, 0.0, min(air, water)
    while effectiveness(high, air, water, arrangement) < wanted:
        high *= 2.0
        if high > 1e6 * min(air, water):
            raise ValueError(f"{capacity:.6g} W of at most {most:.6g} W")
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effectiveness(middle, air, water, arrangement) < wanted else (low, middle)
    return 0.5 * (low + high)


def coil_heat(coil: Coil, air: float, flow: float, entering: float, water: float | None = None) -> float:
    """W from the air at a flow of it, with the valve open.

    air   W/K, capacity flow of the whole air, its bypass included      flow   m3/s of it, for the coil's conductance
    entering   K, of the air      water   W/K in place of the coil's own
    """
    through = air * (1.0 - coil.bypass)
    given = coil.water_capacity if water is None else water
    conductance = coil.conductance
    if coil.air_exponent > 0.0:
        conductance *= max(flow / coil.rated_flow, 1e-3) ** coil.air_exponent
    return (
        effectiveness(conductance, through, given, coil.arrangement) * min(through, given) * (entering - coil.water_temperature)
    )


def valve_share(coil: Coil, air: float, flow: float, entering: float, heat: float) -> float:
    """Part of the water that a two-way valve lets through for `heat` W; 1 where all of it gives no more.

    The conductance stays that of full water flow, which is what the air side leaves of it.
    """
    if heat >= coil_heat(coil, air, flow, entering) * (1.0 - 1e-9):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        enough = coil_heat(coil, air, flow, entering, middle * coil.water_capacity) > heat
        low, high = (low, middle) if enough else (middle, high)
    return 0.5 * (low + high)
