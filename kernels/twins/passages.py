"""Twins of src/passages.cu: tiles, grilles and other perforated pieces that blow jets, and zones that resist the air all through.

Legend: cell position of the cell whose low face it is; un velocity normal to the face, fn the same times rho/rho0; stride to the
next face along the normal; loss K of the superficial velocity; jet 1/open fraction, 0 where no jets are made; sp, rd, rhs what
lists add to the diagonal, 1/diagonal and right side of the rows of un; lo, hi coefficients of a tangential velocity's rows along
the sheet's axis; ut1, ut2 the other two velocities, t1, t2 their strides, sa that of the normal; C, D quadratic (1/m) and linear
(1/s) resistance of a zone; part m of the row's length inside it.
"""

from __future__ import annotations

import numpy as np


def _take(array, cell):
    """Values at flat positions."""
    return array.reshape(-1)[cell]


def tile_share(count, cell, area, loss, jet, fn, stride, sp):
    """What a perforated piece adds to diagonals: Newton's K |u|, and the implicit part of the jets' momentum downstream."""
    cell, area, loss, jet = cell[:count], area[:count], loss[:count], jet[:count]
    m, diagonal = _take(fn, cell), sp.reshape(-1)
    flow = np.abs(m) * area
    diagonal[cell] += loss * flow
    diagonal[cell + np.where(m > 0, stride, -stride)] += np.where(jet > 0, m.dtype.type(0.5) * flow, 0)


def tile_push(count, cell, area, loss, jet, un, fn, stride, rd, rhs):
    """What it adds to the right sides of assembled rows: the rest of Newton's loss, and U^2 A (1/f - 1/2) of the jets."""
    cell, area, loss, jet = cell[:count], area[:count], loss[:count], jet[:count]
    m, right, half = _take(fn, cell), rhs.reshape(-1), un.dtype.type(0.5)
    target = cell + np.where(m > 0, stride, -stride)
    momentum = np.abs(m) * _take(un, cell) * area
    right[cell] += half * loss * momentum * _take(rd, cell)
    right[target] += np.where(jet > 0, (jet - half) * momentum * _take(rd, target), 0)


def zone_drag(count, cell, area, part, C, D, fn, sa, ut1, t1, ut2, t2, sp):
    """A zone's resistance on the diagonal of a face's velocity: (D + C |V|/2) of the length inside it."""
    cell, quarter = cell[:count], fn.dtype.type(0.25)
    low, m = cell - sa, _take(fn, cell)
    a = quarter * (_take(ut1, cell) + _take(ut1, cell + t1) + _take(ut1, low) + _take(ut1, low + t1))
    b = quarter * (_take(ut2, cell) + _take(ut2, cell + t2) + _take(ut2, low) + _take(ut2, low + t2))
    speed = np.sqrt(m * m + a * a + b * b)
    drag = (D[:count] + fn.dtype.type(0.5) * C[:count] * speed) * part[:count] * area[:count]
    sp.reshape(-1)[cell] += drag


def tile_square(count, cell, area, fn, stride, offset, rd, lo, hi):
    """Inflow through a sheet brings no tangential momentum: it leaves the neighbour's coefficient and stays in the diagonal."""
    cell, m = cell[:count], _take(fn, cell[:count])
    row = np.where(m > 0, cell, cell - stride) + offset
    part = m.dtype.type(0.5) * np.abs(m) * area[:count] * _take(rd, row)
    for coefficients, here in ((lo, m > 0), (hi, ~(m > 0))):
        flat = coefficients.reshape(-1)
        flat[row] = np.maximum(flat[row] - np.where(here, part, 0), 0)
