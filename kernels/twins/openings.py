"""Twins of src/openings.cu: what passes through pressure openings and porous sheets.

Legend: cell position of the fluid cell in a flat array, or of the cell whose low face a sheet lies on; un velocity normal to the
face, at cell + n_off; s +1 if the inward normal is +a; y distance of the cell centre from the face; area of the face; p pressure
/ rho0, p_out outside; loss coefficient K; g, gd conductance of the face; q pressure correction.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import positive


def _take(array, cell):
    """Values at flat positions."""
    return array.reshape(-1)[cell]


def outlet(count, cell, area, y, p_out, loss, un, n_off, in_off, s, p, g, gd, inv_alpha, inv_dt):
    """Face velocity and conductance of pressure openings: half a cell of momentum, driven by p_cell - p_out.

    Air that enters comes from rest, so its dynamic head is lost.
    """
    cell, A, y, K = cell[:count], area[:count], y[:count], loss[:count]
    velocity = un.reshape(-1)
    out, up = -s * velocity[cell + n_off], -s * velocity[cell + in_off]  # both along the outward normal
    a_up = positive(0.5 * (out + up) * A)
    drag = 0.5 * A * np.where(out > 0, K * out, -(K + 1) * out)
    own = a_up + drag
    full = (own + 0.02 * A * np.sqrt(out * out + un.dtype.type(1e-6))) * inv_alpha + y * A * inv_dt
    fresh = (a_up * up + (full - own) * out + (_take(p, cell) - p_out[:count]) * A) / full
    velocity[cell + n_off] = -s * fresh
    g[:count] = A * A / (full - a_up + un.dtype.type(1e-30))
    gd.reshape(-1)[cell] += g[:count]


def outlet_gas(count, cell, area, y, p_out, loss, un, fn, r, n_off, in_off, s, p, g, gd, inv_alpha, inv_dt):
    """`outlet` in an ideal gas: velocity un carried by the mass velocity fn = r un; loss and head are K rho u^2/2."""
    cell, A, y, K = cell[:count], area[:count], y[:count], loss[:count]
    velocity, mass = un.reshape(-1), fn.reshape(-1)
    rn = _take(r, cell + n_off)
    out, up = -s * velocity[cell + n_off], -s * velocity[cell + in_off]  # both along the outward normal
    f_out, f_up = -s * mass[cell + n_off], -s * mass[cell + in_off]
    a_up = positive(0.5 * (f_out + f_up) * A)
    own = a_up + 0.5 * A * np.where(f_out > 0, K * f_out, -(K + 1) * f_out)
    full = (own + 0.02 * A * rn * np.sqrt(out * out + un.dtype.type(1e-6))) * inv_alpha + y * A * inv_dt
    fresh = (a_up * up + (full - own) * out + (_take(p, cell) - p_out[:count]) * A) / full
    velocity[cell + n_off] = -s * fresh
    mass[cell + n_off] = -s * rn * fresh
    g[:count] = rn * A * A / (full - a_up + un.dtype.type(1e-30))
    gd.reshape(-1)[cell] += g[:count]


def outlet_correct(count, cell, area, g, un, n_off, s, q):
    """The opening's share of a pressure correction q: outward velocity grows by g/A q."""
    cell = cell[:count]
    un.reshape(-1)[cell + n_off] -= s * g[:count] / area[:count] * _take(q, cell)


def sheet_loss(count, cell, area, loss, un, sp):
    """Porous sheets: loss K of the superficial velocity, K |u| area / 2 on the diagonal of the face's velocity."""
    cell = cell[:count]
    sp.reshape(-1)[cell] += 0.5 * loss[:count] * np.abs(_take(un, cell)) * area[:count]
