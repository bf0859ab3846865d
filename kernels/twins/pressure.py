"""Twins of src/pressure.cu: mass defect of each cell, and the correction that removes it.

Legend: u v w face velocities; q pressure correction; p pressure / rho0; gx gy gz conductance of each LOW face; defect net outflow
of a cell, m3/s; dx dy dz cell widths.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import INTERIOR, at, line, unpack_metrics


def _face_areas(metrics, nx, ny, nz):
    """Areas of the faces across x, y, z."""
    (dx, dy, dz), _ = unpack_metrics(metrics, nx, ny, nz)
    dx, dy, dz = line(dx, 0), line(dy, 1), line(dz, 2)
    return dy * dz, dx * dz, dx * dy


def divergence(nx, ny, nz, u, v, w, mask, metrics, defect):
    """Net outflow of each fluid cell from all its faces, openings included."""
    ax, ay, az = _face_areas(metrics, nx, ny, nz)
    out = (at(u, i=1) - at(u)) * ax + (at(v, j=1) - at(v)) * ay + (at(w, k=1) - at(w)) * az
    defect[INTERIOR] = np.where(at(mask) & 1, out, 0)


def correct(nx, ny, nz, u, v, w, p, q, gx, gy, gz, metrics):
    """u -= g/A (q_P - q_L) on every open face, p += q. A closed face has g = 0 and keeps its velocity."""
    ax, ay, az = _face_areas(metrics, nx, ny, nz)
    u[INTERIOR] -= at(gx) * (at(q) - at(q, i=-1)) / ax
    v[INTERIOR] -= at(gy) * (at(q) - at(q, j=-1)) / ay
    w[INTERIOR] -= at(gz) * (at(q) - at(q, k=-1)) / az
    p[INTERIOR] += at(q)


def defect_sum(nx, ny, nz, defect, partial):
    """Partial sums of |mass defect|, one per row."""
    partial[: ny * nz] = np.abs(defect[INTERIOR]).astype(np.float64).sum(axis=2).ravel()


def kinetic_energy(nx, ny, nz, u, v, w, mask, metrics, partial):
    """Partial sums, one per row, of volume times half the mean square of the velocities on the six faces of a fluid cell."""
    (dx, dy, dz), _ = unpack_metrics(metrics, nx, ny, nz)
    volume = line(dx, 0) * line(dy, 1) * line(dz, 2)
    squares = at(u) ** 2 + at(u, i=1) ** 2 + at(v) ** 2 + at(v, j=1) ** 2 + at(w) ** 2 + at(w, k=1) ** 2
    energy = np.where(at(mask) & 1, u.dtype.type(0.25) * volume * squares, 0)
    partial[: ny * nz] = energy.astype(np.float64).sum(axis=2).ravel()
