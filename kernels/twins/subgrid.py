"""Twins of src/subgrid.cu: eddy viscosity of what the grid of a large-eddy simulation does not resolve.

Legend: u v w face velocities; l length of the model, its constant times the filter width; nut eddy viscosity.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import INTERIOR, at, fluid
from kernels.twins.turbulence import gradients_at, strain_squared


def viscosity_smagorinsky(nx, ny, nz, u, v, w, T, l, mask, metrics, nut):  # noqa: E741
    """nut = l^2 sqrt(2 S_ij S_ij) (Smagorinsky 1963)."""
    g, _ = gradients_at(u, v, w, T, mask, metrics, (nx, ny, nz), nut.dtype)
    nut[INTERIOR] = fluid(mask, nut.dtype) * at(l) * at(l) * np.sqrt(strain_squared(g))


def viscosity_wale(nx, ny, nz, u, v, w, T, l, mask, metrics, nut):  # noqa: E741
    """nut = l^2 (d:d)^(3/2)/((S:S)^(5/2) + (d:d)^(5/4)), d the traceless symmetric part of the squared velocity gradient."""
    g, _ = gradients_at(u, v, w, T, mask, metrics, (nx, ny, nz), nut.dtype)
    square = [[sum(g[a][c] * g[c][b] for c in range(3)) for b in range(3)] for a in range(3)]
    third = (square[0][0] + square[1][1] + square[2][2]) / 3
    dd = sum((square[a][a] - third) ** 2 for a in range(3))
    dd = dd + 2 * sum((0.5 * (square[a][b] + square[b][a])) ** 2 for a, b in ((0, 1), (0, 2), (1, 2)))
    SS = 0.5 * strain_squared(g)
    root = np.sqrt(dd)
    bottom = SS * SS * np.sqrt(SS) + dd * np.sqrt(root)
    nut[INTERIOR] = fluid(mask, nut.dtype) * at(l) * at(l) * (dd * root / (bottom + nut.dtype.type(1e-30)))
