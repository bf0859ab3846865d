"""Twins of src/vector.cu: vector operations of the Krylov solver, and the sums of every other kernel.

Legend: x, y vectors over interior cells of arrays with halos; a scalar born on the device; partial float64 partial sums.
"""

from __future__ import annotations

import numpy as np

INTERIOR = (slice(2, -2),) * 3


def copy(nx, ny, nz, x, y):
    """y = x over interior cells."""
    y[INTERIOR] = x[INTERIOR]


def axpy(nx, ny, nz, a, sign, x, y):
    """y = y + sign a x over interior cells, a float64 (1,)."""
    y[INTERIOR] += sign * y.dtype.type(a[0]) * x[INTERIOR]


def scale(nx, ny, nz, s, x, y):
    """y = s x over interior cells."""
    y[INTERIOR] = s * x[INTERIOR]


def fill_box(nx, ny, nz, x, value, i0, i1, j0, j1, k0, k1):
    """x = value in the half-open box, which may reach into the halo."""
    x[k0 + 2 : k1 + 2, j0 + 2 : j1 + 2, i0 + 2 : i1 + 2] = value


def copy_box(nx, ny, nz, x, y, i0, i1, j0, j1, k0, k1):
    """y = x in the half-open box, which may reach into the halo."""
    box = (slice(k0 + 2, k1 + 2), slice(j0 + 2, j1 + 2), slice(i0 + 2, i1 + 2))
    y[box] = x[box]


def dot(nx, ny, nz, x, y, partial):
    """Partial sums of x y, one per row."""
    product = x[INTERIOR].astype(np.float64) * y[INTERIOR].astype(np.float64)
    partial[: ny * nz] = product.sum(axis=2).ravel()


def fold_partials(count, ways, partial, few):
    """few[n] = partial[n] + partial[n + ways] + ..."""
    for n in range(ways):
        few[n] = partial[n:count:ways].sum()


def sum_partials(count, partial, result):
    """result[0] = the sum of all partials."""
    result[0] = partial[:count].sum()


def divide(top, bottom, quotient):
    """quotient[0] = top[0] / bottom[0], 0 where bottom is 0."""
    quotient[0] = top[0] / bottom[0] if bottom[0] != 0.0 else 0.0


def wrap(nx, ny, nz, axis, q, i0, i1, j0, j1, k0, k1):
    """Halo layers at both ends of an axis = the other end, as round a ring; the box spans 0..4 along the axis."""
    n = (nx, ny, nz)[axis]
    box = [slice(low + 2, high + 2) for low, high in ((k0, k1), (j0, j1), (i0, i1))]
    source, target = list(box), list(box)
    layers = np.arange((i0, j0, k0)[axis], (i1, j1, k1)[axis])
    here = np.where(layers < 2, layers - 2, n + layers - 2)
    for cell in here:
        target[2 - axis], source[2 - axis] = cell + 2, cell % n + 2
        q[tuple(target)] = q[tuple(source)]
