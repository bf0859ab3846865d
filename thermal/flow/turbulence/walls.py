"""Wall laws bound to the boundary lists of a block.

Smooth-wall log law u+ = ln(E y+)/kappa, linear below the y+ at which the two meet (Launder & Spalding 1974, Comput. Methods Appl.
Mech. Eng. 3:269). Valid for 30 < y+ < 0.1 of the boundary layer; hall cells of 0.1-0.2 m lie at y+ 90-2600. Heat takes the law's
friction velocity and the sublayer's resistance of Jayatilleke.
"""

from __future__ import annotations

import math
from typing import Any

from thermal.flow.domain import Domain, FaceList
from thermal.state import State

C_MU = 0.09  # of k-epsilon, Launder & Spalding 1974


def laminar_limit(kappa: float, roughness_e: float) -> float:
    """y+ where the linear and the logarithmic profile meet: y+ = ln(E y+)/kappa, about 11.5 for kappa 0.41, E 9.8.

    >>> round(laminar_limit(0.41, 9.8), 2)
    11.53
    """
    limit = 11.0
    for _ in range(50):
        limit = math.log(max(roughness_e * limit, 1.0)) / kappa
    return limit


def sublayer_resistance(ratio: float) -> float:
    """P of T+ = Pr_t (u+ + P) at a smooth wall, from ratio = Pr/Pr_t (Jayatilleke 1969, Prog. Heat Mass Transfer 1:193).

    >>> sublayer_resistance(1.0), round(sublayer_resistance(0.71 / 0.9), 2)
    (0.0, -1.92)
    """
    return 9.24 * (ratio**0.75 - 1.0) * (1.0 + 0.28 * math.exp(-0.007 * ratio))


def conductive_limit(ratio: float, kappa: float, roughness_e: float) -> float:
    """y+ below which a wall's heat passes by conduction: Pr y+ = Pr_t (u+ + P); `ratio` is Pr/Pr_t.

    >>> round(conductive_limit(1.0, 0.41, 9.8), 2), round(conductive_limit(0.71 / 0.9, 0.41, 9.8), 2)
    (11.53, 12.4)
    """
    limit = 1e6 / ratio  # from above: the larger of the two crossings that small Prandtl numbers have
    for _ in range(100):
        limit = (math.log(max(roughness_e * limit, 1.0)) / kappa + sublayer_resistance(ratio)) / ratio
    return limit


def tangents(domain: Domain, state: State, faces: FaceList) -> tuple[Any, int, Any, int]:
    """The two velocities along a list's faces, each with its stride, as the wall kernels take them."""
    first, second = (axis for axis in range(3) if axis != faces.axis)
    return state.velocity[first], domain.stride[first], state.velocity[second], domain.stride[second]


def moving(faces: FaceList) -> tuple[str, tuple[Any, ...]]:
    """What a wall kernel's name ends in, and the velocities of the walls that it then takes after the tangential ones."""
    if faces.slide_ is None:
        return "", ()
    return "_moving", tuple(faces.slide_[axis] for axis in range(3) if axis != faces.axis)


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
    launches = []
    for f in domain.lists:
        ending, slide = moving(f)
        arguments = (*head(state, f), *tangents(domain, state, f), *slide, state.eddy_viscosity, f.shear_, *constants)
        launches.append(domain.backend.bind(f"wall_log{ending}", *arguments))
    return launches


def bind_heat(domain: Domain, state: State, faces: FaceList, place_: Any, head: tuple[Any, ...], rows: tuple[Any, ...]) -> Any:
    """The launch that gives a list of warm walls its conductances by the wall law in force, and adds their heat to the rows.

    place_   place of each entry in `faces`       head, rows   leading arguments and outputs of the wall_heat kernels
    """
    case, backend = domain.placement.case, domain.backend
    air, t = case.air, case.flow.turbulence
    if t.model in ("laminar", "constant") or t.thermal_wall_function == "none":
        diffusivities = (air.kinematic_viscosity / air.prandtl, 1.0 / t.turbulent_prandtl)
        return backend.bind("wall_heat_viscous", *head, state.eddy_viscosity, *rows, *diffusivities)
    ratio = air.prandtl / t.turbulent_prandtl
    constants = (
        air.kinematic_viscosity, air.prandtl, t.turbulent_prandtl, t.kappa, t.roughness_e, sublayer_resistance(ratio),
        conductive_limit(ratio, t.kappa, t.roughness_e),
    )  # fmt: skip
    if t.model == "k-epsilon":
        return backend.bind("wall_heat_k_epsilon", *head, state.k, *rows, *constants, C_MU)
    ending, slide = moving(faces)
    along = (*tangents(domain, state, faces), *slide)
    return backend.bind(f"wall_heat_log{ending}", *head, place_, faces.shear_, *along, *rows, *constants)
