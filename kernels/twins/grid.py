"""Twin of src/grid.cuh: how the other twins read arrays with two halo layers and the packed metrics.

Legend: q array [k, j, i] with halos; i j k shifts from -2 to 2; metrics [dx | dy | dz | ex | ey | ez], cell widths and distances
between centres, and after them the reciprocal of each, which the twins make themselves.
"""

from __future__ import annotations

import numpy as np

INTERIOR = (slice(2, -2),) * 3


def at(q, i=0, j=0, k=0):
    """View of the cells that lie i, j, k away from the interior cells, of the interior's shape."""
    nz, ny, nx = q.shape
    return q[2 + k : nz - 2 + k, 2 + j : ny - 2 + j, 2 + i : nx - 2 + i]


def unpack_metrics(metrics, nx, ny, nz):
    """(widths, distances): each 1-D with halos, for x, y, z."""
    ends = np.cumsum([n + 4 for n in (nx, ny, nz)] * 2)[:-1]
    parts = np.split(metrics[: 2 * (nx + ny + nz + 12)], ends)
    return parts[:3], parts[3:]


def line(d, place, shift=0):
    """A 1-D metric of the cells `shift` away, shaped to run along x (place 0), y (1) or z (2) of interior cells."""
    return d[2 + shift : len(d) - 2 + shift].reshape((-1,) + (1,) * place)


def opened(mask, axis, dtype):
    """1 where the low face along an axis (0 x, 1 y, 2 z) is open, else 0, halos included."""
    return ((mask >> (1 + axis)) & 1).astype(dtype)


def mixing(mask, axis, dtype):
    """1 where air mixes through the low face along an axis: open (bit 1 + axis) and without a porous sheet (bit 5 + axis)."""
    return ((mask >> (1 + axis)) & ~(mask >> (5 + axis)) & 1).astype(dtype)


def fluid(mask, dtype):
    """1 in interior cells that hold fluid, else 0."""
    return (mask[INTERIOR] & 1).astype(dtype)


def positive(F):
    """F where it is above 0, else 0."""
    return np.maximum(F, 0)
