"""Twins of src/tracer_cycle.cu: damped passes over upwind rows of tracers, and the way to a coarser level and back.

Legend: x b unknowns and right sides, `columns` fields one after the other; W E S N B T rows, divided by their diagonal; dg
diagonal, 0 where there is no air; rd its reciprocal on the coarse level; r what the rows lack, times the diagonal; e correction
on the coarse level; starts first child of each coarse cell per axis; parents parent of each fine plane, and a side that is not
read; fx fy fz cells of the finer level, mx my mz of the coarser one.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import INTERIOR, at
from kernels.twins.tracers import _fields, _neighbours


def tracer_pass(nx, ny, nz, columns, x, W, E, S, N, B, T, b, damping, fresh):
    """One damped Jacobi pass."""
    parts = (_fields(a, nx, ny, nz, columns) for a in (x, b, fresh))
    for q, side, out in zip(*parts, strict=True):
        out[INTERIOR] = at(q) + q.dtype.type(damping) * (at(side) + _neighbours(q, (W, E, S, N, B, T)) - at(q))


def tracer_defect(nx, ny, nz, columns, x, W, E, S, N, B, T, b, dg, r):
    """r = diagonal x (b + sum of rows x neighbours - x)."""
    parts = (_fields(a, nx, ny, nz, columns) for a in (x, b, r))
    for q, side, out in zip(*parts, strict=True):
        out[INTERIOR] = at(dg) * (at(side) + _neighbours(q, (W, E, S, N, B, T)) - at(q))


def _firsts(starts, n):
    """First child of each coarse cell, per axis x, y, z."""
    begins = np.cumsum([0, *(count + 3 for count in n)])
    return [starts[begin + 1 : begin + count + 1] for begin, count in zip(begins[:-1], n, strict=True)]


def tracer_gather(nx, ny, nz, columns, fx, fy, fz, starts, r, rd, b):
    """Right side of a coarse level: (sum of r over its children)/diagonal."""
    sx, sy, sz = _firsts(starts, (nx, ny, nz))
    for q, side in zip(_fields(r, fx, fy, fz, columns), _fields(b, nx, ny, nz, columns), strict=True):
        total = np.add.reduceat(np.add.reduceat(np.add.reduceat(at(q), sz, axis=0), sy, axis=1), sx, axis=2)
        side[INTERIOR] = at(rd) * total


def tracer_spread(nx, ny, nz, columns, mx, my, mz, parents, e, dg, x, fresh):
    """The correction back into the children that hold air."""
    begins = np.cumsum([0, 2 * (nx + 4), 2 * (ny + 4)])
    px, py, pz = (parents[begin + 2 : begin + 2 + n] for begin, n in zip(begins, (nx, ny, nz), strict=True))
    parts = (_fields(e, mx, my, mz, columns), _fields(x, nx, ny, nz, columns), _fields(fresh, nx, ny, nz, columns))
    for add, q, out in zip(*parts, strict=True):
        out[INTERIOR] = at(q) + np.where(at(dg) > 0, at(add)[np.ix_(pz, py, px)], 0)
