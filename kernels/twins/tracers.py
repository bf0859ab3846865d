"""Twins of src/tracers.cu: transport of tracers on a flow that stands, the correction of its face flows, the solver's steps.

Legend: q d tracers and their correction, `columns` fields one after the other; r residual, p direction, y = A x; F G H volume flow
through each LOW face along x, y, z; gx gy gz conductance of each LOW face; fx fy fz share of the second-order part that passes
each LOW face; W E S N B T rows, divided by their diagonal; rd 1/diagonal; entering sum of what comes in through openings.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import INTERIOR, at, fluid, line, mixing, opened, positive, unpack_metrics

SHIFTS = ("i", "j", "k")
EACH = (slice(None), *INTERIOR)


def _box(q, axis=0, shift=0):
    """View of the cells 0 .. n of each axis, the plane beyond the last cell included, `shift` away along an axis."""
    return q[
        tuple(slice(2 + (shift if 2 - a == axis else 0), n - 1 + (shift if 2 - a == axis else 0)) for a, n in enumerate(q.shape))
    ]


def _reach(d, axis, shift=0):
    """A 1-D metric of the cells 0 .. n, `shift` away, shaped to run along its axis."""
    return d[2 + shift : len(d) - 1 + shift].reshape((-1,) + (1,) * axis)


def _fields(q, nx, ny, nz, columns):
    """The batch as [m, k, j, i]."""
    return q.reshape(columns, nz + 4, ny + 4, nx + 4)


def face_conductance(nx, ny, nz, nut, mask, metrics, gx, gy, gz, gl, gt):
    """Diffusive conductance of low faces: (gl + gt nut) A/distance where air mixes."""
    widths, distances = unpack_metrics(metrics, nx, ny, nz)
    dx, dy, dz = (_reach(widths[axis], axis) for axis in range(3))
    for axis, (g, area) in enumerate(((gx, dy * dz), (gy, dx * dz), (gz, dx * dy))):
        both = _box(nut) + _box(nut, axis, -1)
        _box(g)[...] = _box(mixing(mask, axis, nut.dtype)) * (gl + 0.5 * gt * both) * area / _reach(distances[axis], axis)


def flow_defect(nx, ny, nz, F, G, H, mask, defect):
    """Net outflow of each cell that holds air."""
    out = (at(F, i=1) - at(F)) + (at(G, j=1) - at(G)) + (at(H, k=1) - at(H))
    defect[INTERIOR] = np.where(fluid(mask, bool), out, 0)


def flow_correct(nx, ny, nz, F, G, H, p, gx, gy, gz):
    """F -= g (p_P - p_L) on every low face, that of the next block included."""
    p = p.astype(np.float64)
    for axis, (flow, g) in enumerate(((F, gx), (G, gy), (H, gz))):
        _box(flow)[...] -= _box(g) * (_box(p) - _box(p, axis, -1))


def opening_correct(count, cell, g, un, n_off, s, p):
    """The same through the faces of pressure openings: outflow grows by g p."""
    cell = cell[:count]
    un.reshape(-1)[cell + n_off] -= s * g[:count].astype(np.float64) * p.reshape(-1)[cell]


def tracer_rows(nx, ny, nz, F, G, H, gx, gy, gz, entering, mask, W, E, S, N, B, T, rd):
    """Upwind rows of all tracers."""
    coefficients = []
    for axis, (flow, g) in enumerate(((F, gx), (G, gy), (H, gz))):
        forth, is_open = {SHIFTS[axis]: 1}, opened(mask, axis, g.dtype)
        coefficients.append(at(g) + at(is_open) * positive(at(flow).astype(g.dtype)))
        coefficients.append(at(g, **forth) + at(is_open, **forth) * positive(-at(flow, **forth).astype(g.dtype)))
    scale = fluid(mask, rd.dtype) / (sum(coefficients) + at(entering) + rd.dtype.type(1e-30))
    for row, coefficient in zip((W, E, S, N, B, T), coefficients, strict=True):
        row[INTERIOR] = coefficient * scale
    rd[INTERIOR] = scale


def _slope_share(a, b, noise):
    """4ab/(a + b)^2 of one-sided slopes that agree in sign, 0 of others, 1 where both are below the noise."""
    product, total = a * b, a + b
    agree = product > 0
    share = np.where(agree, 4 * product / np.where(agree, total * total, 1), 0)
    return np.where(np.abs(a) + np.abs(b) < noise, 1, share)


def tracer_limiter(nx, ny, nz, first, last, q, F, G, H, mask, metrics, noise, fx, fy, fz):
    """Shares of the second-order part on all low faces, the smallest over the columns first .. last."""
    _, distances = unpack_metrics(metrics, nx, ny, nz)
    batch = _fields(q, nx, ny, nz, -1)
    for axis, (flow, share) in enumerate(((F, fx), (G, fy), (H, fz))):
        along = _box(flow) > 0
        r_lo, r_here, r_hi = (1.0 / _reach(distances[axis], axis, shift).astype(np.float64) for shift in (-1, 0, 1))
        is_open = opened(mask, axis, share.dtype)
        far_open = np.where(along, _box(is_open, axis, -1), _box(is_open, axis, 1))
        least = np.ones(along.shape)
        for m in range(first, last):
            x = batch[m]
            near = (_box(x) - _box(x, axis, -1)) * r_here
            far = np.where(along, (_box(x, axis, -1) - _box(x, axis, -2)) * r_lo, (_box(x, axis, 1) - _box(x)) * r_hi)
            least = np.minimum(least, _slope_share(far, near, noise[m] * r_here))
        _box(share)[...] = _box(is_open) * far_open * least


def tracer_residual(nx, ny, nz, columns, q, F, G, H, gx, gy, gz, fx, fy, fz, mask, metrics, r):
    """Residual of the second-order rows of all tracers; what openings bring is added by lists."""
    widths, distances = unpack_metrics(metrics.astype(np.float64), nx, ny, nz)
    for x, out in zip(_fields(q, nx, ny, nz, columns), _fields(r, nx, ny, nz, columns), strict=True):
        total = 0
        for axis, (flow, g, share) in enumerate(((F, gx, fx), (G, gy, fy), (H, gz, fz))):
            forth, is_open = {SHIFTS[axis]: 1}, opened(mask, axis, np.float64)
            f_lo, f_hi = at(is_open) * at(flow), at(is_open, **forth) * at(flow, **forth)
            q_mm, q_m, q0, q_p, q_pp = (at(x, **{SHIFTS[axis]: n}) for n in range(-2, 3))
            r_m, r_lo, r_hi, r_p = (1 / line(distances[axis], axis, n) for n in range(-1, 3))
            h_m, h_0, h_p = (0.5 * line(widths[axis], axis, n) for n in range(-1, 2))
            total = total + (at(g) + positive(f_lo)) * (q_m - q0) + (at(g, **forth) + positive(-f_hi)) * (q_p - q0)
            total = total + _second_part(f_lo, at(share), q_mm, q_m, q0, q_p, r_m, r_lo, r_hi, h_m, h_0)
            total = total - _second_part(f_hi, at(share, **forth), q_m, q0, q_p, q_pp, r_lo, r_hi, r_p, h_0, h_p)
        out[INTERIOR] = np.where(fluid(mask, bool), total, 0)


def _second_part(f, share, qm, q0, q1, q2, rm, r0, rp, h0, h1):
    """What passes the face between rows 0 and 1 beyond the upwind value."""
    slope = 0.5 * ((q1 - q0) * r0 + np.where(f > 0, (q0 - qm) * rm, (q2 - q1) * rp))
    return f * share * slope * np.where(f > 0, h0, -h1)


def tracer_entering(count, columns, fields, cell, flow, tag, value, q, r):
    """Openings of one list: r += flow (what enters - own value)."""
    cell, values = cell[:count], value.reshape(-1, columns)[tag[:count]]
    inside, out = q.reshape(-1)[: columns * fields].reshape(columns, fields), r.reshape(-1)[: columns * fields]
    out.reshape(columns, fields)[:, cell] += flow[:count] * (values.T - inside[:, cell])


def tracer_source(nx, ny, nz, rate, r):
    """r += rate."""
    r[INTERIOR] += rate[INTERIOR]


def tracer_means(count, columns, fields, start, cell, weight, q, sums):
    """Sum of weight x q over the faces of each rack."""
    faces = slice(start[0], start[count])
    rack = np.repeat(np.arange(count), np.diff(start[: count + 1]))
    batch = q.reshape(-1)[: columns * fields].reshape(columns, fields)
    for m in range(columns):
        part = weight[faces] * batch[m][cell[faces]].astype(np.float64)
        sums[m : count * columns : columns] = np.bincount(rack, part, minlength=count)


def correction_means(count, columns, fields, start, cell, weight, d, sums):
    """The same for fields of the solver's precision."""
    tracer_means(count, columns, fields, start, cell, weight, d, sums)


def rack_links(count, columns, fields, cell, flow, rack, link, sums, rd, y):
    """y -= flow/diagonal x link of the column x mean of the rack's intake."""
    cell = cell[:count]
    batch = y.reshape(-1)[: columns * fields].reshape(columns, fields)
    for m in range(columns):
        given = (flow[:count] * link[m] * sums[rack[:count].astype(np.int64) * columns + m]).astype(y.dtype)
        batch[m][cell] -= given * rd.reshape(-1)[cell]


def tracer_right_side(nx, ny, nz, columns, r, rd, b):
    """b = r/diagonal."""
    _fields(b, nx, ny, nz, columns)[EACH] = _fields(r, nx, ny, nz, columns)[EACH].astype(b.dtype) * at(rd)


def _neighbours(x, rows):
    """Sum of row coefficients times neighbours, of one field."""
    W, E, S, N, B, T = (at(row) for row in rows)
    west_to_north = W * at(x, i=-1) + E * at(x, i=1) + S * at(x, j=-1) + N * at(x, j=1)
    return west_to_north + B * at(x, k=-1) + T * at(x, k=1)


def tracer_product(nx, ny, nz, columns, d, W, E, S, N, B, T, mask, y):
    """y = A d, rows divided by their diagonal."""
    for x, out in zip(_fields(d, nx, ny, nz, columns), _fields(y, nx, ny, nz, columns), strict=True):
        out[INTERIOR] = fluid(mask, d.dtype) * (at(x) - _neighbours(x, (W, E, S, N, B, T)))


def tracer_sweep(nx, ny, nz, columns, d, W, E, S, N, B, T, b, fresh):
    """One Jacobi pass of all tracers."""
    parts = (_fields(a, nx, ny, nz, columns) for a in (d, b, fresh))
    for x, side, out in zip(*parts, strict=True):
        out[INTERIOR] = at(side) + _neighbours(x, (W, E, S, N, B, T))


def _factor(values, columns, dtype):
    return values[:columns].astype(dtype).reshape(-1, 1, 1, 1)


def tracer_direction(nx, ny, nz, columns, beta, omega, r, v, p):
    """p = r + beta (p - omega v)."""
    r, v, p = (_fields(a, nx, ny, nz, columns)[EACH] for a in (r, v, p))
    p[...] = r + _factor(beta, columns, p.dtype) * (p - _factor(omega, columns, p.dtype) * v)


def tracer_add(nx, ny, nz, columns, factor, x, y):
    """y += factor x."""
    _fields(y, nx, ny, nz, columns)[EACH] += _factor(factor, columns, y.dtype) * _fields(x, nx, ny, nz, columns)[EACH]


def tracer_take(nx, ny, nz, columns, d, q):
    """q += d."""
    _fields(q, nx, ny, nz, columns)[EACH] += _fields(d, nx, ny, nz, columns)[EACH]


def residual_sum(nx, ny, nz, r, partial):
    """Sum of |r|."""
    partial[: ny * nz] = np.abs(at(r)).sum(axis=2).ravel()
