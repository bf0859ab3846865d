"""Twins of src/krylov.cu: flexible conjugate gradients for the pressure equation, and its sums over regions.

Legend: x unknown, b right side, r residual, z preconditioned residual, p direction, q = A p, d reciprocal diagonal; gx gy gz
conductance of each LOW face, gd conductance to a fixed pressure; runs [i | j | k | length] of row pieces within one region.
"""

from __future__ import annotations

import numpy as np

INTERIOR = (slice(2, -2),) * 3


def begin_gradients(nx, ny, nz, b, x, r, p, q):
    """x = 0, r = -b, p = q = 0."""
    x[INTERIOR] = p[INTERIOR] = q[INTERIOR] = 0
    r[INTERIOR] = -b[INTERIOR]


def new_direction(nx, ny, nz, z, gx, gy, gz, gd, beta, p, q, partial):
    """p = z + beta p, q = A z + beta q, partial sums of p q."""
    here = z[INTERIOR]
    az = gd[INTERIOR] * here
    for g, axis in ((gx, 2), (gy, 1), (gz, 0)):
        low, high = list(INTERIOR), list(INTERIOR)
        low[axis], high[axis] = slice(1, -3), slice(3, -1)
        az = az + g[INTERIOR] * (here - z[tuple(low)]) + g[tuple(high)] * (here - z[tuple(high)])
    s = p.dtype.type(beta[0])
    p[INTERIOR] = here + s * p[INTERIOR]
    q[INTERIOR] = az + s * q[INTERIOR]
    partial[: ny * nz] = (p[INTERIOR] * q[INTERIOR]).astype(np.float64).sum(axis=2).ravel()


def step_gradients(nx, ny, nz, alpha, p, q, d, x, r, z):
    """x += alpha p, r -= alpha q, z = d r."""
    s = x.dtype.type(alpha[0])
    x[INTERIOR] += s * p[INTERIOR]
    r[INTERIOR] -= s * q[INTERIOR]
    z[INTERIOR] = d[INTERIOR] * r[INTERIOR]


def direction_factor(count, zq_partial, pq, beta):
    """beta = - z q / p q, 0 where the system is solved."""
    beta[0] = -zq_partial[:count].sum() / pq[0] if pq[0] > 0 else 0.0


def step_length(count, zr_partial, pq_partial, pq, alpha):
    """alpha = z r / p q, 0 where the system is solved."""
    pq[0] = pq_partial[:count].sum()
    alpha[0] = zr_partial[:count].sum() / pq[0] if pq[0] > 0 else 0.0


def _runs(nx, ny, runs, count):
    """Flat positions of all cells of the runs, and the run each belongs to."""
    i, j, k, length = runs.reshape(4, count)
    start = ((k.astype(np.int64) + 2) * (ny + 4) + j + 2) * (nx + 4) + i + 2
    run = np.repeat(np.arange(count), length)
    before = np.cumsum(length) - length
    return start[run] + np.arange(len(run)) - before[run], run


def sum_runs(nx, ny, nz, count, runs, x, partial):
    """Sum of x over each run."""
    cell, run = _runs(nx, ny, runs, count)
    partial[:count] = np.bincount(run, x.reshape(-1)[cell].astype(np.float64), minlength=count)


def sum_regions(regions, first, partial, sums):
    """Sum over the runs of each region."""
    for n in range(regions):
        sums[n] = partial[first[n] : first[n + 1]].sum()


def subtract_means(nx, ny, nz, count, runs, region, sums, fixed, cells, x):
    """Subtract the mean of each region that no fixed pressure holds, in place."""
    cell, run = _runs(nx, ny, runs, count)
    mean = np.where(fixed > 0, 0.0, sums / cells)[region[run]]
    x.reshape(-1)[cell] -= mean.astype(x.dtype)
