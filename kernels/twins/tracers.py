"""Twins of src/tracers.cu: transport of tracers on a flow that stands, the correction of its face flows, the solver's steps.

Legend: q d tracers and their correction, `columns` fields one after the other; r residual, p direction, y = A x; F G H flow
through each LOW face along x, y, z; gx gy gz conductance of each LOW face; fx fy fz share of the second-order part that passes
each LOW face, and then its factor with the flow's sign; W E S N B T rows, divided by their diagonal; rd 1/diagonal;
entering sum of what comes in through openings.
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
    """The first `columns` fields as [m, k, j, i]; the array may hold more."""
    return q.reshape(-1, nz + 4, ny + 4, nx + 4)[:columns]


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
    """Upwind rows of all tracers. F G H are 0 on closed faces."""
    coefficients = []
    for axis, (flow, g) in enumerate(((F, gx), (G, gy), (H, gz))):
        forth = {SHIFTS[axis]: 1}
        coefficients.append(at(g) + positive(at(flow).astype(g.dtype)))
        coefficients.append(at(g, **forth) + positive(-at(flow, **forth).astype(g.dtype)))
    scale = fluid(mask, rd.dtype) / (sum(coefficients) + at(entering) + rd.dtype.type(1e-30))
    for row, coefficient in zip((W, E, S, N, B, T), coefficients, strict=True):
        row[INTERIOR] = coefficient * scale
    rd[INTERIOR] = scale


def _slope_share(a, b, noise, least):
    """4ab/(a + b)^2 of one-sided slopes that agree in sign, 0 of others, at most `least`; that where both are below the noise."""
    product, total = a * b, a + b
    share = (4 * np.where(product > 0, product, 0) / (total * total + 1e-300)).astype(least.dtype)
    return np.where((np.abs(a) + np.abs(b) < noise) | (share > least), least, share)


def tracer_limiter(nx, ny, nz, q, F, G, H, metrics, noise, fx, fy, fz):
    """Shares of the second-order part on all low faces: their old values, or what one tracer leaves of them."""
    _, distances = unpack_metrics(metrics, nx, ny, nz)
    for axis, (flow, share) in enumerate(((F, fx), (G, fy), (H, fz))):
        r_lo, r_here, r_hi = (1.0 / _reach(distances[axis], axis, shift).astype(np.float64) for shift in (-1, 0, 1))
        near = (_box(q) - _box(q, axis, -1)) * r_here
        below, above = (_box(q, axis, -1) - _box(q, axis, -2)) * r_lo, (_box(q, axis, 1) - _box(q)) * r_hi
        far = np.where(_box(flow) > 0, below, above)
        _box(share)[...] = _slope_share(far, near, noise * r_here, _box(share).copy())


def second_factors(nx, ny, nz, F, G, H, mask, metrics, fx, fy, fz):
    """From shares of the second-order part to factors of the sum of the two slopes, in place."""
    widths, _ = unpack_metrics(metrics, nx, ny, nz)
    for axis, (flow, share) in enumerate(((F, fx), (G, fy), (H, fz))):
        f, is_open = _box(flow), opened(mask, axis, share.dtype)
        far = np.where(f > 0, _box(is_open, axis, -1), _box(is_open, axis, 1))
        half = np.where(f > 0, 0.5 * _reach(widths[axis], axis, -1), 0.5 * _reach(widths[axis], axis))
        _box(share)[...] = far * 0.5 * f.astype(share.dtype) * _box(share) * half


def _second_outflow(x, factor, distances, axis):
    """Net outflow by the second-order part along one axis, from differences between the planes around each face."""
    forth = {SHIFTS[axis]: 1}
    d0, d1, d2, d3 = (
        (at(x, **{SHIFTS[axis]: n}) - at(x, **{SHIFTS[axis]: n - 1})) / line(distances, axis, n) for n in range(-1, 3)
    )
    lo, hi = at(factor), at(factor, **forth)
    leaving = np.where(hi > 0, hi * (d2 + d1), -hi * (d2 + d3))
    return leaving - np.where(lo > 0, lo * (d1 + d0), -lo * (d1 + d2))


def tracer_residual(nx, ny, nz, columns, q, F, G, H, gx, gy, gz, fx, fy, fz, metrics, r):
    """Residual of the second-order rows of all tracers; what openings bring is added by lists."""
    _, distances = unpack_metrics(metrics.astype(np.float64), nx, ny, nz)
    for x, out in zip(_fields(q, nx, ny, nz, columns), _fields(r, nx, ny, nz, columns), strict=True):
        total = 0
        for axis, (flow, g, factor) in enumerate(((F, gx, fx), (G, gy, fy), (H, gz, fz))):
            forth, back = {SHIFTS[axis]: 1}, {SHIFTS[axis]: -1}
            total = total + (at(g) + positive(at(flow))) * (at(x, **back) - at(x))
            total = total + (at(g, **forth) + positive(-at(flow, **forth))) * (at(x, **forth) - at(x))
            total = total - _second_outflow(x, factor, distances[axis], axis)
        out[INTERIOR] = total


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
    """y -= flow/diagonal x link x mean of the rack's intake; link: of each rack, one a column."""
    cell = cell[:count]
    batch = y.reshape(-1)[: columns * fields].reshape(columns, fields)
    for m in range(columns):
        place = rack[:count].astype(np.int64) * columns + m
        given = (flow[:count] * link[place] * sums[place]).astype(y.dtype)
        batch[m][cell] -= given * rd.reshape(-1)[cell]


def tracer_right_side(nx, ny, nz, columns, r, rd, b):
    """b = r/diagonal."""
    _fields(b, nx, ny, nz, columns)[EACH] = _fields(r, nx, ny, nz, columns)[EACH].astype(b.dtype) * at(rd)


def _neighbours(x, rows):
    """Sum of row coefficients times neighbours, of one field."""
    W, E, S, N, B, T = (at(row) for row in rows)
    west_to_north = W * at(x, i=-1) + E * at(x, i=1) + S * at(x, j=-1) + N * at(x, j=1)
    return west_to_north + B * at(x, k=-1) + T * at(x, k=1)


def tracer_product(nx, ny, nz, columns, d, W, E, S, N, B, T, fx, fy, fz, metrics, rd, mask, y):
    """y = A d with A of second order, rows divided by their diagonal."""
    _, distances = unpack_metrics(metrics, nx, ny, nz)
    for x, out in zip(_fields(d, nx, ny, nz, columns), _fields(y, nx, ny, nz, columns), strict=True):
        second = sum(_second_outflow(x, f, distances[axis], axis) for axis, f in enumerate((fx, fy, fz)))
        out[INTERIOR] = fluid(mask, d.dtype) * (at(x) - _neighbours(x, (W, E, S, N, B, T))) + at(rd) * second


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
