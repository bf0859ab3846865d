"""How far one iteration goes: relaxation from scheme, model and grid, and the sweeps it asks for; never a case's business.

A factor alpha is a local time step of alpha/(1 - alpha) cells, for momentum, k and epsilon alike. That number grows with the
cells along an axis, so that the step in seconds, and with it the number of iterations, does not depend on the cell. Of what a
Jacobi pass finds it leaves alpha, so a longer step needs more sweeps, or they shorten it again. With five sweeps of the momentum
on every grid, and k and epsilon relaxed by 0.6 in two, hall-30kw-contained (415 000 cells) took 166 iterations for 116 and
openfoam-h0 (307 000 cells) 102 for 64.
"""

from __future__ import annotations

import math

from thermal.place import Placement

# Factors of a grid of up to COARSE_CELLS cells; the second-order scheme needs the lower one where no k-epsilon model smooths the
# flow.
SMOOTH, SHARP = 0.8, 0.7
COARSE_CELLS = 17_500
LEFT = 0.22  # share of what the sweeps find that they may leave
MOST = 10  # sweeps: grids of half a million cells ask for so many; beyond, they would cost more than the iterations they save


def relaxation(placement: Placement) -> float:
    """Relaxation factor (0..1) of the momentum for a case on a grid."""
    flow = placement.case.flow
    return refined(SMOOTH if flow.velocity_scheme == "upwind" or "k-epsilon" in flow.turbulence.model else SHARP, placement)


def refined(alpha: float, placement: Placement) -> float:
    """The factor (0..1) that goes as far in seconds on a grid as `alpha` does on one of COARSE_CELLS cells."""
    steps = alpha / (1.0 - alpha) * max(placement.grid.cells / COARSE_CELLS, 1.0) ** (1.0 / 3.0)
    return steps / (1.0 + steps)


def sweeps(alpha: float, least: int) -> int:
    """Jacobi sweeps of two passes, at least so many, after which rows relaxed by `alpha` (0..1) have no more than LEFT to go, and
    never more than MOST; rows that are not relaxed ask for no number."""
    if alpha >= 1.0:
        return least
    return max(least, min(MOST, math.ceil(0.5 * math.log(LEFT) / math.log(alpha))))
