"""How far one iteration goes: the relaxation factor of the momentum, from scheme, model and grid; never a case's business."""

from __future__ import annotations

from thermal.place import Placement

# Factors of a grid of up to COARSE_CELLS cells; the second-order scheme needs the lower one where no k-epsilon model smooths the
# flow. A factor alpha is a local time step of alpha/(1 - alpha) cells. That number grows with the cells along an axis, so that
# the step in seconds, and with it the number of iterations, does not depend on the cell: with 0.8 on all grids
# hall-30kw-contained (415 000 cells, k-epsilon) took 224 iterations where it now takes 130, hall-130kw-hybrid 102 for 50.
SMOOTH, SHARP = 0.8, 0.7
COARSE_CELLS = 17_500


def relaxation(placement: Placement) -> float:
    """Relaxation factor (0..1) of the momentum for a case on a grid."""
    flow = placement.case.flow
    alpha = SMOOTH if flow.velocity_scheme == "upwind" or "k-epsilon" in flow.turbulence.model else SHARP
    steps = alpha / (1.0 - alpha) * max(placement.grid.cells / COARSE_CELLS, 1.0) ** (1.0 / 3.0)
    return steps / (1.0 + steps)
