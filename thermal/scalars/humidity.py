"""The humidity of a hall: vapour carried by the solved flow, from supplies and humidifiers, without weight or heat of its own.

Humidity ratio is conserved where nothing condenses; where the answer lies above saturation the report says so. Its buoyancy
(1 g/kg more counts like 0.2 K) and the heat of evaporation are left out.
"""

from __future__ import annotations

import numpy as np

from thermal.case.model import Box, Case
from thermal.errors import CaseError, CaseErrors
from thermal.place import Placement
from thermal.scalars.flows import StandingFlow
from thermal.scalars.transport import Column

HUMIDITY = "humidity_ratio"


def is_humid(case: Case) -> bool:
    """Whether the case states the humidity of what it supplies."""
    return any(opening.kind == "supply" and opening.humidity_ratio is not None for opening in case.openings)


def check_humidifiers(placement: Placement) -> None:
    """Raises CaseErrors for humidifiers whose box holds no air."""
    errors = [
        CaseError(one.source, f"humidifier.{one.name}: its box holds no air of the room", "a box outside solids", "move it")
        for one in placement.case.humidifiers
        if one.box is not None and not shares_of_cells(placement, one.box).any()
    ]
    if errors:
        raise CaseErrors(errors)


def shares_of_cells(placement: Placement, box: Box) -> np.ndarray:
    """m3 (nz, ny, nx): volume of each cell of air that lies in a box."""
    parts = []
    for axis in range(3):
        planes = np.asarray(placement.grid.planes(axis))
        low, high = np.maximum(planes[:-1], box.low[axis]), np.minimum(planes[1:], box.high[axis])
        parts.append(np.maximum(high - low, 0.0))
    return parts[2][:, None, None] * parts[1][None, :, None] * parts[0][None, None, :] * placement.fluid


def humidity_column(flow: StandingFlow) -> Column:
    """The humidity ratio as a column."""
    placement = flow.domain.placement
    case, patches = placement.case, placement.patches
    entering = np.array([float(getattr(patch.object, "humidity_ratio", None) or 0.0) for patch in patches])
    rate = np.zeros(placement.grid.shape)
    for one in case.humidifiers:
        stream = one.moisture / case.air.density  # m3/s of reference density times kg/kg
        if one.box is not None:
            shares = shares_of_cells(placement, one.box) * flow.reached
            rate += stream * shares / max(float(shares.sum()), 1e-30)
        else:
            own = [i for i, patch in enumerate(patches) if patch.kind == "supply" and patch.object.name == one.supply]
            total = float(flow.inflow[own].sum())
            entering[own] += stream / total if total > 0.0 else 0.0
    supply = max(flow.supply, 1e-30)
    mean = float((entering * flow.inflow)[[patch.kind in ("supply", "return") for patch in patches]].sum()) + float(rate.sum())
    scale = max(float(entering.max(initial=0.0)), mean / supply, 1e-6)
    return Column(HUMIDITY, HUMIDITY, entering, rate=rate if rate.any() else None, scale=scale, start=mean / supply)
