"""Wall laws bound to the boundary lists of a block.

Smooth-wall log law u+ = ln(E y+)/kappa, linear below the y+ at which the two meet (Launder & Spalding 1974, Comput. Methods Appl.
Mech. Eng. 3:269). Valid for 30 < y+ < 0.1 of the boundary layer; hall cells of 0.1-0.2 m lie at y+ 90-2600.
"""

from __future__ import annotations

import math
from typing import Any

from thermal.flow.domain import Domain, FaceList
from thermal.state import State


def laminar_limit(kappa: float, roughness_e: float) -> float:
    """y+ where the linear and the logarithmic profile meet: y+ = ln(E y+)/kappa, about 11.5 for kappa 0.41, E 9.8.

    >>> round(laminar_limit(0.41, 9.8), 2)
    11.53
    """
    limit = 11.0
    for _ in range(50):
        limit = math.log(max(roughness_e * limit, 1.0)) / kappa
    return limit


def tangents(domain: Domain, state: State, faces: FaceList) -> tuple[Any, int, Any, int]:
    """The two velocities along a list's faces, each with its stride, as the wall kernels take them."""
    first, second = (axis for axis in range(3) if axis != faces.axis)
    return state.velocity[first], domain.stride[first], state.velocity[second], domain.stride[second]


def head(state: State, faces: FaceList) -> tuple[Any, ...]:
    """Leading arguments that all wall kernels share."""
    normal = state.velocity[faces.axis]
    return len(faces), faces.cell_, faces.area_, faces.distance_, faces.kind_, normal, faces.normal_offset, float(faces.sign)


def bind_viscous(domain: Domain, state: State) -> list[Any]:
    """Launches that set the shear from molecular plus eddy viscosity of the wall cell."""
    nu = domain.placement.case.air.kinematic_viscosity
    return [domain.backend.bind("wall_viscous", *head(state, f), state.eddy_viscosity, f.shear_, nu) for f in domain.lists]


def bind_log(domain: Domain, state: State) -> list[Any]:
    """Launches that set the shear from the log law and the speed of the wall cell."""
    case = domain.placement.case
    t = case.flow.turbulence
    constants = (case.air.kinematic_viscosity, t.kappa, t.roughness_e, laminar_limit(t.kappa, t.roughness_e))
    return [
        domain.backend.bind(
            "wall_log", *head(state, f), *tangents(domain, state, f), state.eddy_viscosity, f.shear_, *constants,
        )
        for f in domain.lists
    ]  # fmt: skip
