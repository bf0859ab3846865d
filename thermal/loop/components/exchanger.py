"""Heat exchangers by effectiveness and number of transfer units, in every arrangement that loops use.

Symbols of a capacity rate: C = mass flow x heat capacity, W/K; C_min the smaller, C_max the larger of the two streams;
ratio = C_min/C_max; NTU = UA/C_min; effectiveness = heat/(C_min x difference of the two inlet temperatures).
All functions take numbers or arrays that broadcast. Source of all closed forms: Kays & London, Compact Heat Exchangers, 3rd ed.
1984, ch. 2; Incropera et al., Fundamentals of Heat and Mass Transfer, 6th ed. 2007, table 11.3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
MOST_TERMS = 400  # of the cross-flow series; at NTU 100 it needs about 170


def counterflow(ntu: ArrayLike, ratio: ArrayLike) -> Array:
    """Effectiveness of two streams in opposite directions, (1 - E)/(1 - ratio E), E = exp(-NTU (1 - ratio)).

    ntu, ratio   -, ntu >= 0, 0 <= ratio <= 1. Written so that ratio = 1 is no special case.
    Example      >>> round(float(counterflow(2.0, 1.0)), 6)
                 0.666667
    """
    ntu, ratio = np.asarray(ntu, float), np.asarray(ratio, float)
    x = ntu * (1.0 - ratio)
    small = np.abs(x) < 1e-8
    grown = ntu * np.where(small, 1.0 - 0.5 * x, -np.expm1(-x) / np.where(small, 1.0, x))
    return grown / (1.0 + ratio * grown)


def parallel_flow(ntu: ArrayLike, ratio: ArrayLike) -> Array:
    """Effectiveness of two streams in the same direction, (1 - exp(-NTU (1 + ratio)))/(1 + ratio)."""
    ntu, ratio = np.asarray(ntu, float), np.asarray(ratio, float)
    return -np.expm1(-ntu * (1.0 + ratio)) / (1.0 + ratio)


def crossflow_unmixed(ntu: ArrayLike, ratio: ArrayLike) -> Array:
    """Effectiveness of crossing streams that do not mix (finned coils), Mason's exact series.

    eps = 1/(ratio NTU) sum_n [1 - exp(-NTU) sum_m^n NTU^m/m!] [1 - exp(-ratio NTU) sum_m^n (ratio NTU)^m/m!]

    Source   Mason 1955, Proc. 2nd US Nat. Congr. Applied Mechanics, 801; Kays & London 1984. Summed to 1e-15 of the first term.
    """
    ntu, ratio = np.broadcast_arrays(np.asarray(ntu, float), np.asarray(ratio, float))
    a, b = ntu, ratio * ntu
    term_a, term_b = np.exp(-a), np.exp(-b)
    left_a, left_b = -np.expm1(-a), -np.expm1(-b)
    total = left_a * left_b
    for n in range(1, MOST_TERMS):
        term_a, term_b = term_a * a / n, term_b * b / n
        left_a, left_b = np.maximum(left_a - term_a, 0.0), np.maximum(left_b - term_b, 0.0)
        added = left_a * left_b
        total = total + added
        if (added <= 1e-15 * total).all():
            break
    tiny = b < 1e-6  # the series over ratio NTU loses its digits; its limit is that of one constant temperature
    return np.where(tiny, -np.expm1(-a), total / np.where(tiny, 1.0, b))


def crossflow_mixed_max(ntu: ArrayLike, ratio: ArrayLike) -> Array:
    """Effectiveness of crossing streams of which only the one of C_max mixes, (1 - exp(-ratio (1 - exp(-NTU))))/ratio."""
    ntu, ratio = np.asarray(ntu, float), np.asarray(ratio, float)
    inner = -np.expm1(-ntu)
    return np.where(ratio < 1e-9, inner, -np.expm1(-ratio * inner) / np.where(ratio < 1e-9, 1.0, ratio))


def crossflow_mixed_min(ntu: ArrayLike, ratio: ArrayLike) -> Array:
    """Effectiveness of crossing streams of which only the one of C_min mixes, 1 - exp(-(1 - exp(-ratio NTU))/ratio)."""
    ntu, ratio = np.asarray(ntu, float), np.asarray(ratio, float)
    inner = np.where(ratio < 1e-9, ntu, -np.expm1(-ratio * ntu) / np.where(ratio < 1e-9, 1.0, ratio))
    return -np.expm1(-inner)


def shell_and_tube(ntu: ArrayLike, ratio: ArrayLike, shells: int = 1) -> Array:
    """Effectiveness of shells in series, each with two, four, ... tube passes.

    ntu      of all shells together;  shells  >= 1
    Source   one shell: 2/(1 + ratio + g (1 + exp(-n g))/(1 - exp(-n g))), g = sqrt(1 + ratio^2), n = NTU/shells; several:
             Incropera et al. 2007, eqs. 11.30a and 11.31a, the latter written without its 0/0 at ratio = 1.
    """
    ntu, ratio = np.asarray(ntu, float) / shells, np.asarray(ratio, float)
    root = np.sqrt(1.0 + ratio**2)
    grown = -np.expm1(-ntu * root)
    one = 2.0 * grown / ((1.0 + ratio) * grown + root * (2.0 - grown))
    if shells == 1:
        return one
    # ((1 - ratio e)/(1 - e))^n = exp(n log1p((1 - ratio) e/(1 - e))): a counterflow of n log1p(...)/(1 - ratio) units
    x = one / (1.0 - one)
    close = (1.0 - ratio) * x < 1e-9
    units = shells * np.where(close, x, np.log1p((1.0 - ratio) * x) / np.where(close, 1.0, 1.0 - ratio))
    return counterflow(units, ratio)


ARRANGEMENTS: dict[str, Callable[[ArrayLike, ArrayLike], Array]] = {
    "counterflow": counterflow,
    "parallel": parallel_flow,
    "crossflow": crossflow_unmixed,
    "crossflow-mixed-max": crossflow_mixed_max,
    "crossflow-mixed-min": crossflow_mixed_min,
    "shell-and-tube": shell_and_tube,
}


def inlet_conductance(ua: ArrayLike, first: ArrayLike, second: ArrayLike, arrangement: str = "counterflow") -> Array:
    """W/K between the inlets of two streams: heat = this x (inlet temperature of one - inlet temperature of the other).

    ua              W/K, >= 0;   first, second  W/K, capacity rates of the two streams, any sign; either may be zero
    arrangement     a key of ARRANGEMENTS
    Returns         effectiveness x C_min. Zero where a stream stands still: it takes no heat that it could carry away.
    Example         >>> round(float(inlet_conductance(2000.0, 1000.0, 1000.0)), 3)
                    666.667
    """
    first, second = np.abs(np.asarray(first, float)), np.abs(np.asarray(second, float))
    least, most = np.minimum(first, second), np.maximum(first, second)
    moving = least > 0.0
    low = np.where(moving, least, 1.0)
    ntu = np.asarray(ua, float) / low
    return np.where(moving, ARRANGEMENTS[arrangement](ntu, np.where(moving, least / np.where(moving, most, 1.0), 0.0)) * low, 0.0)


def transfer_units(effectiveness: float, ratio: float, arrangement: str = "counterflow") -> float:
    """NTU that gives an effectiveness, by bisection: what a rated duty says of a product.

    effectiveness   -, 0 ... what the arrangement can reach;   ratio   -, 0 ... 1
    Raises          ValueError when no exchanger of this arrangement is that good (NTU 100 is not enough).
    Example         >>> round(transfer_units(0.5, 1.0), 9)
                    1.0
    """
    rule = ARRANGEMENTS[arrangement]
    low, high = 0.0, 100.0
    best = float(rule(high, ratio))
    if not 0.0 < effectiveness < best:
        raise ValueError(
            f"effectiveness {effectiveness:.4g} is out of reach of {arrangement} at ratio {ratio:.3g}: at most {best:.4g}"
        )
    for _ in range(200):
        middle = 0.5 * (low + high)
        if float(rule(middle, ratio)) < effectiveness:
            low = middle
        else:
            high = middle
        if high - low <= 1e-15 * high:
            break
    return 0.5 * (low + high)
