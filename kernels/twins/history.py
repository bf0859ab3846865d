"""Twins of src/history.cu: what fields were one and two steps ago, and the second-order time derivative.

Legend: q a field, at centres or on low faces; old, older its values one and two steps ago; r step over the step before; lag
r^2/(1 + 2 r) and m = (1 + 2 r)/((1 + r) step) of the backward formula dq/dt = m (q - old - lag (old - older)); axis 0, 1, 2: q
lies on faces across x, y, z; rd 1/diagonal of rows that hold m V and m V q already; C heat capacity beyond that of air, m3.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import INTERIOR, at, fluid, line, positive, unpack_metrics


def _volumes(metrics, nx, ny, nz, axis=None):
    """Of cells, or of the cells of the velocity along an axis."""
    widths, distances = unpack_metrics(metrics, nx, ny, nz)
    x, y, z = (line((distances if a == axis else widths)[a], a) for a in range(3))
    return x * y * z


def extrapolate(nx, ny, nz, q, old, older, r):
    """old and older move on, and q goes ahead along the straight line through both. The halo goes along."""
    older[...] = old
    old[...] = q
    q[...] = old + r * (old - older)


def extrapolate_positive(nx, ny, nz, q, old, older, r):
    """The same for what must stay above zero: a falling q goes ahead along the straight line of 1/q."""
    older[...] = old
    old[...] = q
    with np.errstate(divide="ignore", invalid="ignore"):
        down = np.where(older > old, (older - old) / older, 0).astype(q.dtype)
    q[...] = np.where(old > older, old + r * (old - older), old / (1 + r * down))


def face_history(nx, ny, nz, axis, q, old, older, metrics, rd, rhs, m, lag):
    """Finished rows of a velocity receive m V (history - q): what their time term m V (new - q) lacks."""
    missing = (at(old) - at(q)) + lag * (at(old) - at(older))
    rhs[INTERIOR] += m * _volumes(metrics, nx, ny, nz, axis) * at(rd) * missing


def centre_history(nx, ny, nz, q, old, older, metrics, rd, rhs, m, lag):
    """The same for rows at centres."""
    missing = (at(old) - at(q)) + lag * (at(old) - at(older))
    rhs[INTERIOR] += m * _volumes(metrics, nx, ny, nz) * at(rd) * missing


def positive_history(nx, ny, nz, q, old, older, metrics, rd, rhs, m, lag):
    """The same for what must stay above zero: its history falls to no less than half of what was there a step ago."""
    change = np.maximum(lag * (at(old) - at(older)), q.dtype.type(-0.5) * at(old))
    rhs[INTERIOR] += m * _volumes(metrics, nx, ny, nz) * at(rd) * ((at(old) - at(q)) + change)


def opening_history(count, cell, y, un, old, older, n_off, s, base, p_out, m, lag):
    """Pressure openings: what the half cell behind the face keeps of its history, as a pressure outside."""
    un, old, older = (a.reshape(-1)[cell[:count] + n_off] for a in (un, old, older))
    p_out[:count] = base[:count] + s * y[:count] * m * ((old - un) + lag * (old - older))


def store_heat(count, cell, C, old, older, sp, su, m, lag):
    """Rows to come of cells that hold more heat than their air: sp += m C, su += m C history."""
    cell, C = cell[:count], C[:count]
    old, older = (a.reshape(-1)[cell] for a in (old, older))
    sp.reshape(-1)[cell] += m * C
    su.reshape(-1)[cell] += m * C * (old + lag * (old - older))


def bend(nx, ny, nz, q, old, older, mask, metrics, partial, r):
    """Partial sums of V (q - line)^2 over fluid cells, where line is the straight line through the two steps before."""
    off = (at(q) - at(old)) - r * (at(old) - at(older))
    squares = fluid(mask, q.dtype) * _volumes(metrics, nx, ny, nz) * off * off
    partial[: ny * nz] = squares.astype(np.float64).sum(axis=2).ravel()


def stored(nx, ny, nz, q, old, older, mask, metrics, partial, m, lag):
    """Partial sums of V dq/dt over fluid cells."""
    rate = m * ((at(q) - at(old)) - lag * (at(old) - at(older)))
    volume = (fluid(mask, q.dtype) * _volumes(metrics, nx, ny, nz)).astype(np.float64)
    partial[: ny * nz] = (volume * rate.astype(np.float64)).sum(axis=2).ravel()


def stored_listed(count, cell, C, q, old, older, value, m, lag):
    """The same of a list of cells that hold more heat than their air, one value an entry."""
    q, old, older = (a.reshape(-1)[cell[:count]] for a in (q, old, older))
    value[:count] = C[:count].astype(np.float64) * (m * ((q - old) - lag * (old - older))).astype(np.float64)


def largest_rate(nx, ny, nz, count, u, v, w, mask, metrics, largest):
    """Largest outflow over volume of the fluid cells of each row along x, 1/s."""
    (dx, dy, dz), _ = unpack_metrics(metrics, nx, ny, nz)
    x = (positive(at(u, i=1)) + positive(-at(u))) / line(dx, 0)
    y = (positive(at(v, j=1)) + positive(-at(v))) / line(dy, 1)
    z = (positive(at(w, k=1)) + positive(-at(w))) / line(dz, 2)
    rate = fluid(mask, u.dtype) * (x + y + z)
    largest[:count] = rate.max(axis=2).ravel()[:count].astype(np.float64)


def running_mean(nx, ny, nz, share, q, mean):
    """Running mean of q in time: share is the weight of the newest value over that of all."""
    s = q.dtype.type(share[0])
    mean[INTERIOR] += s * (at(q) - at(mean))


def running_spread(nx, ny, nz, share, q, mean, square):
    """The same, and the mean square about it (West 1979)."""
    s = q.dtype.type(share[0])
    off = at(q) - at(mean)
    mean[INTERIOR] += s * off
    square[INTERIOR] = (1 - s) * (at(square) + s * off * off)


def pressure_guess(nx, ny, nz, p, old, q, r):
    """The change of pressure to expect, from the last one, and the pressure that the next one counts from."""
    q[INTERIOR] = r * (at(p) - at(old))
    old[INTERIOR] = at(p)
