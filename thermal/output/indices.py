"""Indices by which cooling layouts are compared: RCI, RTI, SHI and RHI.

Each is a formula of a few temperatures; where each temperature is taken is said in its docstring. Temperatures in degC
or K (differences only, one scale for all arguments of a call).

Sources [1] M. K. Herrlin, Rack cooling effectiveness in data centers and telecom central offices: the rack cooling index
            (RCI), ASHRAE Transactions 111 (2), 2005, pp. 725-731.
        [2] M. K. Herrlin, Airflow and cooling performance of data centers: two performance metrics, ASHRAE Transactions
            114 (2), 2008, pp. 182-187.
        [3] R. K. Sharma, C. E. Bash, C. D. Patel, Dimensionless parameters for evaluation of thermal design and
            performance of large-scale data centers, 8th AIAA/ASME Joint Thermophysics and Heat Transfer Conference,
            2002, AIAA-2002-3091.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from thermal.output.ashrae import AirClass


def rack_cooling_index_high(inlets: ArrayLike, air_class: AirClass) -> float:
    """RCI_HI: how far intakes stay below the recommended maximum, in %.

    RCI_HI = (1 - sum(T - T_max_rec, over T > T_max_rec) / ((T_max_all - T_max_rec) n)) 100                     [1]

    inlets     degC, (n,), n >= 1: one temperature for each intake
    Returns    %; 100 when no intake is above the recommended range, < 0 when they are, on average, above the allowable.
    Raises     ValueError for no intake or a number that is not finite.
    Example
        >>> from thermal.output.ashrae import CLASSES
        >>> round(rack_cooling_index_high([25.0, 27.0, 28.0, 29.0], CLASSES["A1"]), 6)   # 1 - 3/(5*4)
        85.0
    """
    t = _finite(inlets)
    over = np.maximum(t - air_class.recommended_high, 0.0).sum()
    return float(100.0 * (1.0 - over / ((air_class.allowable_high - air_class.recommended_high) * t.size)))


def rack_cooling_index_low(inlets: ArrayLike, air_class: AirClass) -> float:
    """RCI_LO: how far intakes stay above the recommended minimum, in %; the mirror image of RCI_HI.

    RCI_LO = (1 - sum(T_min_rec - T, over T < T_min_rec) / ((T_min_rec - T_min_all) n)) 100                     [1]

    inlets     degC, (n,), n >= 1
    Returns    %.
    Raises     ValueError for no intake or a number that is not finite.
    Example
        >>> from thermal.output.ashrae import CLASSES
        >>> round(rack_cooling_index_low([16.0, 18.0, 20.0], CLASSES["A2"]), 4)   # 1 - 2/(8*3)
        91.6667
    """
    t = _finite(inlets)
    under = np.maximum(air_class.recommended_low - t, 0.0).sum()
    return float(100.0 * (1.0 - under / ((air_class.recommended_low - air_class.allowable_low) * t.size)))


def return_temperature_index(supply: float, returned: float, rise: float) -> float:
    """RTI: above 100 % air recirculates, below 100 % it bypasses the racks.

    RTI = (T_return - T_supply) / dT_equipment * 100                                                             [2]

    supply     degC, flow-weighted mean of the supplies        returned   degC, flow-weighted mean of the returns
    rise       K, flow-weighted mean rise over the racks, > 0
    Returns    %.
    Raises     ValueError if rise <= 0.
    Example
        >>> round(return_temperature_index(20.0, 31.4, 12.0), 6)
        95.0
    """
    if not rise > 0.0:
        raise ValueError("the temperature rise of the racks must be positive")
    return 100.0 * (returned - supply) / rise


def supply_heat_index(inlets: ArrayLike, outlets: ArrayLike, flows: ArrayLike, supply: float) -> float:
    """SHI: share of the air's total heat that it had gathered before it entered the racks (0 none, 1 all).

    SHI = dQ / (Q + dQ) = sum m (T_in - T_supply) / sum m (T_out - T_supply)                                     [3]

    inlets, outlets  degC, (n,) of each rack     flows  m3/s or kg/s, (n,)     supply  degC
    Returns    -.
    Raises     ValueError if the racks do not heat the air above the supply.
    Example
        >>> round(supply_heat_index([22.0, 24.0], [34.0, 36.0], [1.0, 1.0], 20.0), 6)   # 6 / 30
        0.2
    """
    t_in, t_out, flow = _finite(inlets), _finite(outlets), _finite(flows)
    total = float((flow * (t_out - supply)).sum())
    if not total > 0.0:
        raise ValueError("the racks do not heat the air above the supply temperature")
    return float((flow * (t_in - supply)).sum()) / total


def return_heat_index(inlets: ArrayLike, outlets: ArrayLike, flows: ArrayLike, supply: float) -> float:
    """RHI: share of the air's total heat that the racks added; RHI = Q / (Q + dQ) = 1 - SHI [3].

    Arguments, result and errors as in `supply_heat_index`.
    Example
        >>> round(return_heat_index([22.0, 24.0], [34.0, 36.0], [1.0, 1.0], 20.0), 6)
        0.8
    """
    return 1.0 - supply_heat_index(inlets, outlets, flows, supply)


def _finite(values: ArrayLike) -> np.ndarray:
    """The values as a float64 vector, refused when empty or not finite: an index of NaN would look like a number."""
    vector = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if vector.size == 0 or not np.isfinite(vector).all():
        raise ValueError("an index needs at least one temperature, all finite")
    return vector
