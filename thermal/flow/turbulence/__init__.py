"""Turbulence models: one file each, one line here.

A model has `fields`, the names of those of state.FIELDS that it carries, `begin()` to set its start, `bind(relaxation, step)`,
and `update(measure)`, which renews the eddy viscosity and the wall shear from the present velocities.
"""

from typing import Any

from thermal.flow.turbulence.algebraic import Constant, Laminar, ZeroEquation
from thermal.flow.turbulence.k_epsilon import KEpsilon
from thermal.flow.turbulence.realizable import RealizableKEpsilon
from thermal.flow.turbulence.rng import RngKEpsilon
from thermal.flow.turbulence.subgrid import SUBGRID

MODELS: dict[str, Any] = {
    "laminar": Laminar,
    "constant": Constant,
    "zero-equation": ZeroEquation,
    "k-epsilon": KEpsilon,
    "realizable-k-epsilon": RealizableKEpsilon,
    "rng-k-epsilon": RngKEpsilon,
    **SUBGRID,
}

__all__ = ["MODELS", "Constant", "KEpsilon", "Laminar", "RealizableKEpsilon", "RngKEpsilon", "ZeroEquation"]
