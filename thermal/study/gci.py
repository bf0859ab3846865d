"""From one number on three grids to its uncertainty: observed order, extrapolated value, grid convergence index.

The index is Roache's (1994, J. Fluids Eng. 116:405; 1998, Verification and Validation in Computational Science and Engineering),
by the steps of Celik et al. (2008, J. Fluids Eng. 130:078001), here in the number's own unit, not in per cent of it: a share of
a temperature in degC means nothing. Where the three values do not behave as the theory wants, the band says so and widens:

monotone     the order lies between 0.5 and the scheme's own (and a tenth more): the index, safety factor 1.25
fast         the order is higher than the scheme allows, so it is chance
slow         the order is below 0.5, so an extrapolation would be a leap, and the end may lie beyond any band told from here
oscillatory  the finer difference has the other sign and is the smaller one; the band is at least half the range of the values
             (Stern, Wilson, Coleman & Paterson 2001, J. Fluids Eng. 123:793)
divergent    the finer difference is the larger one, whatever its sign: three times the range of the values, data range and factor
             in the manner of Eca & Hoekstra (2014, J. Comput. Phys. 262:104); no other kind gets more
settled      the two finer grids differ by less than their iterations leave open: that counts as their difference

Fast, slow, oscillatory and settled numbers have the safety factor 3, Roache's where an order cannot be believed (2011, J. Fluids
Eng. 133:115501), and an order between 0.5 and 1: whatever the scheme, walls, openings and plates are of first order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

TRUSTED, DOUBTED = 1.25, 3.0  # safety factors
LEAST_ORDER, PLAIN_ORDER = 0.5, 1.0  # between which an order that is not believed is taken
HIGHER = 1.1  # times the scheme's order: an observed one may scatter that far above it
ASYMPTOTIC = 0.25  # share of the scheme's order within which an observed one counts as it
ROUNDS, CLOSE = 200, 1e-12  # of the fixed-point iteration
KINDS = ("monotone", "fast", "slow", "oscillatory", "divergent", "settled")


@dataclass(frozen=True)
class Convergence:
    """What three grids say of one number; values and bands in its own unit.

    kind           one of KINDS, see above
    order          observed; None where it has no meaning (divergent, settled)
    order_used     the one in the index; None where the range was used
    safety         factor of the index
    extrapolated   value on cells of no size; None where the kind says nothing of it
    grid           band that the grid leaves, iteration   band that the iterations of the finest grid leave
    band           both together: the true value of the model lies within value +- band, at about 95 per cent
    asymptotic     the observed order is that of the scheme: the grids are fine enough for the theory
    """

    kind: str
    order: float | None
    order_used: float | None
    safety: float
    extrapolated: float | None
    grid: float
    iteration: float
    band: float
    asymptotic: bool


def observed_order(differences: tuple[float, float], ratios: tuple[float, float]) -> float:
    """Observed order p of three values, by the fixed-point iteration of Celik et al. (2008), their equation (3).

    differences   e21 = medium - fine, e32 = coarse - medium, neither zero
    ratios        r21 and r32 of the cell sizes, each above 1
    Returns       p; negative where the values move apart. NaN where the iteration finds none.

    Example     >>> round(observed_order((5.972 - 6.063, 5.863 - 5.972), (1.5, 1.333)), 2)  # their table 1
                1.53
    """
    e21, e32 = differences
    r21, r32 = ratios
    sign = math.copysign(1.0, e32 / e21)
    plain = math.log(abs(e32 / e21))

    def step(p: float) -> float:
        inner = (r21**p - sign) / (r32**p - sign)
        return (plain + math.log(inner)) / math.log(r21) if inner > 0.0 else math.nan

    if abs(r21 - r32) < 1e-9:
        return plain / math.log(r21)
    # p = |ln|e32/e21| + q(p)| / ln r21 there; without the outer bars, so that values which move apart get a negative order
    order = plain / math.log(math.sqrt(r21 * r32)) or 1e-6
    for _ in range(ROUNDS):
        following = step(order)
        if not math.isfinite(following):
            return math.nan
        if abs(following - order) < CLOSE:
            return following
        order = 0.5 * (order + following) or 1e-6
    return order


def convergence(
    values: Sequence[float], sizes: Sequence[float], scheme_order: float, iteration: Sequence[float] = (0.0, 0.0, 0.0)
) -> Convergence:
    """Judge one number on three grids, fine to coarse.

    values         of the number        sizes   of the cells, any unit, rising by a factor of 1.1 at least
    scheme_order   that the scheme has where everything is smooth
    iteration      what the iterations of each grid leave open, at about 95 per cent, in the number's unit
    Raises         ValueError for other than three finite values or sizes that do not rise
    """
    if not (len(values) == len(sizes) == len(iteration) == 3 and all(map(math.isfinite, (*values, *sizes, *iteration)))):
        raise ValueError("three finite values, cell sizes and iteration errors are needed")
    r21, r32 = sizes[1] / sizes[0], sizes[2] / sizes[1]
    if min(r21, r32) < 1.1:
        raise ValueError(f"cell sizes {sizes} do not rise by a tenth from grid to grid")
    e21, e32 = values[1] - values[0], values[2] - values[1]
    spread = max(values) - min(values)
    open_ends = math.hypot(iteration[0], iteration[1])
    if abs(e21) <= open_ends or e21 == 0.0:
        grid = DOUBTED * max(abs(e21), open_ends) / (r21**PLAIN_ORDER - 1.0)
        return _closed("settled", None, PLAIN_ORDER, DOUBTED, None, grid, iteration[0])
    order = observed_order((e21, e32), (r21, r32)) if e32 else -math.inf
    if not order > 0.0:
        return _closed("divergent", None, None, DOUBTED, None, DOUBTED * spread, iteration[0])
    used = min(max(order, LEAST_ORDER), PLAIN_ORDER)
    doubted = min(DOUBTED * abs(e21) / (r21**used - 1.0), DOUBTED * spread)
    if e21 * e32 < 0.0:
        return _closed("oscillatory", order, used, DOUBTED, None, max(doubted, 0.5 * spread), iteration[0])
    if order > HIGHER * scheme_order:
        return _closed("fast", order, used, DOUBTED, values[0] - e21 / (r21**used - 1.0), doubted, iteration[0])
    if order < LEAST_ORDER:
        return _closed("slow", order, used, DOUBTED, None, doubted, iteration[0])
    rest = e21 / (r21**order - 1.0)
    asymptotic = abs(order - scheme_order) <= ASYMPTOTIC * scheme_order
    return _closed("monotone", order, order, TRUSTED, values[0] - rest, TRUSTED * abs(rest), iteration[0], asymptotic)


def _closed(
    kind: str, order: float | None, used: float | None, safety: float, extrapolated: float | None, grid: float, iteration: float,
    asymptotic: bool = False,
) -> Convergence:  # fmt: skip
    """The two bands are independent of each other: they add as squares."""
    return Convergence(kind, order, used, safety, extrapolated, grid, iteration, math.hypot(grid, iteration), asymptotic)
