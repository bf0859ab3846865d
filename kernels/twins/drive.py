"""Twins of src/drive.cu: what drives the air of a room that repeats itself along a periodic axis, and the heat carried off there.

Legend: axis 0, 1, 2 for x, y, z; u velocity along it; e distance of the two centres, A area of its face; g SIMPLEC conductance;
rd 1/diagonal of the row, 0 at closed faces; force, change m/s2.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import INTERIOR, at, fluid, line, unpack_metrics


def _distance_and_area(metrics, nx, ny, nz, axis):
    """Of the low faces along an axis, shaped to spread over interior cells."""
    widths, distances = unpack_metrics(metrics, nx, ny, nz)
    first, second = (line(widths[other], other) for other in range(3) if other != axis)
    return line(distances[axis], axis), first * second


def bulk_flow(nx, ny, nz, axis, u, metrics, partial):
    """Partial sums of u e A, one per row."""
    e, A = _distance_and_area(metrics, nx, ny, nz, axis)
    partial[: ny * nz] = ((at(u) * e).astype(np.float64) * A).sum(axis=2).ravel()


def bulk_response(nx, ny, nz, axis, g, metrics, partial):
    """Partial sums of g e^2, one per row."""
    e, _ = _distance_and_area(metrics, nx, ny, nz, axis)
    partial[: ny * nz] = ((at(g) * e).astype(np.float64) * e).sum(axis=2).ravel()


def adjust_force(count, flow, response, wanted, force, change):
    """The change of force that makes up for the flow that is missing, and the force that it leads to."""
    have, gain = flow[:count].sum(), response[:count].sum()
    change[0] = (wanted - have) / gain if gain > 0 else 0.0
    force[0] += change[0]


def push_faces(nx, ny, nz, axis, change, g, metrics, u):
    """u += change e g/A."""
    e, A = _distance_and_area(metrics, nx, ny, nz, axis)
    u[INTERIOR] += u.dtype.type(change[0]) * e * at(g) / A


def push_rows(nx, ny, nz, axis, force, metrics, rd, rhs):
    """rhs += force e A rd."""
    e, A = _distance_and_area(metrics, nx, ny, nz, axis)
    rhs[INTERIOR] += rhs.dtype.type(force[0]) * e * A * at(rd)


def carry_off(nx, ny, nz, axis, gradient, u, mask, metrics, su):
    """su -= gradient u V, u at the cell centre."""
    widths, _ = unpack_metrics(metrics, nx, ny, nz)
    volume = line(widths[0], 0) * line(widths[1], 1) * line(widths[2], 2)
    shift = ({"i": 1}, {"j": 1}, {"k": 1})[axis]
    su[INTERIOR] -= fluid(mask, su.dtype) * gradient * 0.5 * (at(u) + at(u, **shift)) * volume
