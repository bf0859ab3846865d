"""Twins of src/solids.cu: conduction in solids, as rows of the temperature equation.

Legend: cell position of an air cell, or of a solid one; h conductance of the wall law at a face, m3/s; r resistance behind the
face, s/m3; G both in series; held the far end is kept at `value` K; gw ge gs gn gb gt conductances between solid cells; go, qo
conductance to outside and what comes in, K m3/s; W E S N B T rhs rd rows, right side and 1/diagonal; row one of W ... T; q
temperature. All conductances are over rho0 c_p of the air.
"""

from __future__ import annotations

import numpy as np


def couple(count, cell, h, r, held, value, G, sp, su):
    """Conductance from the air to what lies behind a wall face, into the diagonal; a kept far end also into the right side."""
    cell = cell[:count]
    series = h[:count] / (1 + h[:count] * r[:count])
    G[:count] = series
    sp.reshape(-1)[cell] += series
    su.reshape(-1)[cell] += np.where(held[:count] != 0, series * value[:count], 0)


def join_air(count, cell, G, rd, row):
    """The solid's temperature in the air's assembled rows."""
    cell = cell[:count]
    row.reshape(-1)[cell] += G[:count] * rd.reshape(-1)[cell]


def solid_rows(count, cell, gw, ge, gs, gn, gb, gt, go, qo, W, E, S, N, B, T, rhs, rd):
    """Rows of solid cells, not yet divided by their diagonal, which stands in rd."""
    cell = cell[:count]
    sides = [g[:count] for g in (gw, ge, gs, gn, gb, gt)]
    for row, g in zip((W, E, S, N, B, T), sides, strict=True):
        row.reshape(-1)[cell] = g
    rhs.reshape(-1)[cell] = qo[:count]
    rd.reshape(-1)[cell] = sides[0] + sides[1] + sides[2] + sides[3] + sides[4] + sides[5] + go[:count]


def join_solid(count, cell, G, row, rd):
    """The air's temperature in the rows of solid cells."""
    cell = cell[:count]
    row.reshape(-1)[cell] += G[:count]
    rd.reshape(-1)[cell] += G[:count]


def close_rows(count, cell, q, W, E, S, N, B, T, rhs, rd):
    """Rows of solid cells divided by their diagonals. A cell that touches nothing keeps its temperature."""
    cell = cell[:count]
    diagonal = rd.reshape(-1)[cell]
    touches = diagonal > 0
    scale = np.where(touches, 1 / np.where(touches, diagonal, 1), 0).astype(rd.dtype)
    for row in (W, E, S, N, B, T):
        row.reshape(-1)[cell] *= scale
    right = rhs.reshape(-1)
    right[cell] = np.where(touches, right[cell] * scale, q.reshape(-1)[cell])
    rd.reshape(-1)[cell] = scale
