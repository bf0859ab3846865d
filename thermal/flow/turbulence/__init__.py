"""Turbulence models: one file each, one line here.

A model has `fields` it carries, `begin()` to set its start, `bind(relaxation, step)`, and `update(measure)`, which
renews the eddy viscosity and the wall shear from the present velocities.
"""

from thermal.flow.turbulence.algebraic import Constant, Laminar, ZeroEquation
from thermal.flow.turbulence.k_epsilon import KEpsilon

MODELS = {"laminar": Laminar, "constant": Constant, "zero-equation": ZeroEquation, "k-epsilon": KEpsilon}

__all__ = ["MODELS", "Constant", "KEpsilon", "Laminar", "ZeroEquation"]
