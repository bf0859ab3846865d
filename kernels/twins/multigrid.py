"""Twins of src/multigrid.cu: smoothing, transfer between levels and coarse operators of the pressure multigrid.

Legend: x unknown, b right side, r residual, e coarse correction, d reciprocal diagonal; gx gy gz conductance of each LOW face,
gd conductance to a fixed pressure, hx hy hz hd the same on the coarse level; tx ty tz weight of the coarse neighbour; starts
first fine plane of each coarse cell, parents parent and side of each fine plane, both packed per axis as in the source.
"""

from __future__ import annotations

import numpy as np

INTERIOR = (slice(2, -2),) * 3


def _neighbour_sum(x, gx, gy, gz):
    """Sum of g x_neighbour over the six faces of interior cells."""
    return (
        gx[2:-2, 2:-2, 2:-2] * x[2:-2, 2:-2, 1:-3]
        + gx[2:-2, 2:-2, 3:-1] * x[2:-2, 2:-2, 3:-1]
        + gy[2:-2, 2:-2, 2:-2] * x[2:-2, 1:-3, 2:-2]
        + gy[2:-2, 3:-1, 2:-2] * x[2:-2, 3:-1, 2:-2]
        + gz[2:-2, 2:-2, 2:-2] * x[1:-3, 2:-2, 2:-2]
        + gz[3:-1, 2:-2, 2:-2] * x[3:-1, 2:-2, 2:-2]
    )


def _coloured(shape, colour, halo=0):
    """True where i + j + k + colour is even; `halo` layers are part of the shape."""
    k, j, i = np.ogrid[: shape[0], : shape[1], : shape[2]]
    return (i + j + k + colour - 3 * halo) % 2 == 0


def relax(nx, ny, nz, x, b, gx, gy, gz, d, colour):
    """One Gauss-Seidel half sweep over the cells of one colour."""
    new = d[INTERIOR] * (b[INTERIOR] + _neighbour_sum(x, gx, gy, gz))
    np.copyto(x[INTERIOR], new, where=_coloured(new.shape, colour))


def relax_from_zero(nx, ny, nz, x, b, d):
    """x = d b: the half sweep from x = 0, over both colours."""
    x[INTERIOR] = d[INTERIOR] * b[INTERIOR]


def residual_of_sweep(nx, ny, nz, x, gx, gy, gz, r, colour):
    """Residual after a whole sweep from x = 0, in cells of its first colour."""
    new = _neighbour_sum(x, gx, gy, gz)
    np.copyto(r[INTERIOR], new, where=_coloured(new.shape, colour))


def residual(nx, ny, nz, x, b, gx, gy, gz, gd, r, colour):
    """Residual in cells of one colour."""
    diagonal = gx[INTERIOR] + gx[2:-2, 2:-2, 3:-1] + gy[INTERIOR] + gy[2:-2, 3:-1, 2:-2] + gz[INTERIOR] + gz[3:-1, 2:-2, 2:-2]
    new = b[INTERIOR] + _neighbour_sum(x, gx, gy, gz) - (diagonal + gd[INTERIOR]) * x[INTERIOR]
    np.copyto(r[INTERIOR], new, where=_coloured(new.shape, colour))


def _unpack(starts, n):
    """First and last child of interior coarse cells, and the number of children of the cell before each."""
    first = starts[1 : n + 1]
    return first, starts[2 : n + 2] - 1, first - starts[:n]


def _children(starts, nx, ny, nz):
    """(first, last, planes of the cell before) for x, y, z."""
    y, z = starts[nx + 3 :], starts[nx + ny + 6 :]
    return _unpack(starts, nx), _unpack(y, ny), _unpack(z, nz)


def _gather(array, k, j, i):
    """Values at interior positions k, j, i (1-D each)."""
    return array[np.ix_(k + 2, j + 2, i + 2)]


def _shares(first, last):
    """(positions, weight) of the first and the second child; the weight of a second child that does not exist is 0."""
    second = np.minimum(first + 1, last)
    return (first, np.ones(len(first))), (second, (last > first).astype(float))


def _sum_children(array, kinds):
    """Sum of an array over children; kinds: per axis (z, y, x) a list of (positions, weight)."""
    total = 0
    for k, wk in kinds[0]:
        for j, wj in kinds[1]:
            for i, wi in kinds[2]:
                weights = wk[:, None, None] * wj[:, None] * wi
                total = total + weights.astype(array.dtype) * _gather(array, k, j, i)
    return total


def share_residual(nx, ny, nz, fx, starts, r, tx, ty, tz, kept, to_x, to_y, to_z, colour, i0, i1, j0, j1, k0, k1):
    """Split the residual of one colour into what parents keep and what goes to their neighbours, packed along x."""
    k, j, coarse = np.ogrid[k0:k1, j0:j1, i0:i1]
    first, last = starts[coarse + 1], starts[coarse + 2] - 1
    i = first + (first + j + k + colour) % 2
    cell = (k + 2, j + 2, np.minimum(i, fx + 1) + 2)
    weights = [t[cell] for t in (tx, ty, tz)]
    residual = np.where(i <= last, r[cell], r.dtype.type(0))
    box = (slice(k0 + 2, k1 + 2), slice(j0 + 2, j1 + 2), slice(i0 + 2, i1 + 2))
    kept[box] = residual * (1 - weights[0] - weights[1] - weights[2])
    for share, weight in zip((to_x, to_y, to_z), weights, strict=True):
        share[box] = residual * weight


def collect_shares(nx, ny, nz, fy, starts, kept, to_x, to_y, to_z, d, b, x, colour):
    """b = restricted residual from its shares, x = d b."""
    (i0, i1, _), (j0, j1, _), (k0, k1, _) = _children(starts, nx, ny, nz)
    coarse = np.arange(nx)
    rows_y, rows_z, own = _shares(j0, j1), _shares(k0, k1), (coarse, np.ones(nx))
    total = _sum_children(kept, (rows_z, rows_y, (own,)))
    total = total + _sum_children(to_y, (rows_z, _outside(j0, j1), (own,)))
    total = total + _sum_children(to_z, (_outside(k0, k1), rows_y, (own,)))
    for k, wk in rows_z:
        for j, wj in rows_y:
            parity = j[:, None] + k[:, None, None] + colour
            rows = (wk[:, None, None] * wj[:, None]).astype(kept.dtype)
            total = total + rows * np.where((i0 + parity) % 2, _gather(to_x, k, j, coarse - 1), 0)
            total = total + rows * np.where((i1 + parity) % 2, _gather(to_x, k, j, coarse + 1), 0)
    b[INTERIOR] = total
    x[INTERIOR] = d[INTERIOR] * total


def _outside(first, last):
    """The planes on both sides of a coarse cell's children."""
    ones = np.ones(len(first))
    return (first - 1, ones), (last + 1, ones)


def _parents(parents, nx, ny, nz):
    """(parent, side) with halos for x, y, z."""
    out, start = [], 0
    for n in (nx, ny, nz):
        out.append((parents[start : start + n + 4], parents[start + n + 4 : start + 2 * n + 8]))
        start += 2 * n + 8
    return out


def prolong(nx, ny, nz, mx, my, mz, parents, x, e, tx, ty, tz, colour):
    """x += P e in cells of one colour."""
    (px, sx), (py, sy), (pz, sz) = ((p[2:-2], s[2:-2]) for p, s in _parents(parents, nx, ny, nz))
    own = _gather(e, pz, py, px)
    correction = own + tx[INTERIOR] * (_gather(e, pz, py, px + sx) - own)
    correction += ty[INTERIOR] * (_gather(e, pz, py + sy, px) - own)
    correction += tz[INTERIOR] * (_gather(e, pz + sz, py, px) - own)
    np.add(x[INTERIOR], correction, out=x[INTERIOR], where=_coloured(own.shape, colour))


def _half_resistance(g):
    """0.5 / g, and 0 across a closed face."""
    return np.where(g > 0, g.dtype.type(0.5) / np.where(g > 0, g, g.dtype.type(1)), g.dtype.type(0))


def _axis_weight(g, side, axis):
    """Weight of the coarse neighbour along one axis."""
    g = np.moveaxis(g, axis, -1)[2:-2, 2:-2]
    n = g.shape[-1] - 4
    low, here, high, far = (g[..., 2 + s : 2 + s + n] for s in (-1, 0, 1, 2))
    before, own, after = (side[2 + s : 2 + s + n] for s in (-1, 0, 1))
    first = own < 0
    inner, outer = np.where(first, high, here), np.where(first, here, high)
    zero = g.dtype.type(0)
    beyond = np.where(first, np.where(before > 0, low, zero), np.where(after < 0, far, zero))
    half = _half_resistance(inner)
    whole = half + 2 * _half_resistance(outer) + _half_resistance(beyond)
    joined = (inner > 0) & (outer > 0) & (own != 0)
    return np.moveaxis(np.where(joined, half / np.where(joined, whole, g.dtype.type(1)), zero), -1, axis)


def _sister(g, side, axis):
    """Conductance to the sister of a child whose outer face is closed, else 0."""
    g = np.moveaxis(g, axis, -1)[2:-2, 2:-2]
    own = side[2:-2]
    inner, outer = np.where(own < 0, g[..., 3:-1], g[..., 2:-2]), np.where(own < 0, g[..., 2:-2], g[..., 3:-1])
    return np.moveaxis(np.where((own != 0) & (outer == 0), inner, g.dtype.type(0)), -1, axis)


def prepare_level(nx, ny, nz, parents, gx, gy, gz, gd, tx, ty, tz, d):
    """Prolongation weights and reciprocal diagonal of a level."""
    sides = [side for _, side in _parents(parents, nx, ny, nz)]
    weights = [_axis_weight(g, side, axis) for g, side, axis in zip((gx, gy, gz), sides, (2, 1, 0), strict=True)]
    sisters = [_sister(g, side, axis) for g, side, axis in zip((gx, gy, gz), sides, (2, 1, 0), strict=True)]
    best = np.maximum(np.maximum(sisters[0], sisters[1]), sisters[2])
    held = (best > 0) & (gd[INTERIOR] > 0)
    half = _half_resistance(best)
    fixed = np.where(held, half / np.where(held, half + 2 * _half_resistance(gd[INTERIOR]), gd.dtype.type(1)), gd.dtype.type(0))
    for axis, sister in enumerate(sisters):
        weights[axis] = np.where(held & (sister == best), fixed, weights[axis])
        held &= sister != best
    total = weights[0] + weights[1] + weights[2]
    scale = np.where(total > 1, 1 / np.where(total > 1, total, total.dtype.type(1)), total.dtype.type(1))
    for t, weight in zip((tx, ty, tz), weights, strict=True):
        t[INTERIOR] = scale * weight
    diagonal = gx[INTERIOR] + gx[2:-2, 2:-2, 3:-1] + gy[INTERIOR] + gy[2:-2, 3:-1, 2:-2] + gz[INTERIOR] + gz[3:-1, 2:-2, 2:-2]
    diagonal = diagonal + gd[INTERIOR]
    d[INTERIOR] = np.where(diagonal > 0, 1 / np.where(diagonal > 0, diagonal, diagonal.dtype.type(1)), diagonal.dtype.type(0))


def _series(g, k, j, i, axis, left, pair):
    """Conductance between two coarse cells along lines of fine cells that start at k, j, i."""
    step = [0, 0, 0]
    step[axis] = 1
    shape = [1, 1, 1]
    shape[axis] = -1
    here = _gather(g, k, j, i)
    before = _half_resistance(_gather(g, k - step[0], j - step[1], i - step[2]))
    after = _half_resistance(_gather(g, k + step[0], j + step[1], i + step[2]))
    resistance = np.where(left.reshape(shape), before, 0) + np.where(pair.reshape(shape), after, 0)
    return here / (1 + here * resistance.astype(g.dtype))


def line_conductances(nx, ny, nz, fy, parents, starts, mx, gx, gy, gz, sx, sy, sz):
    """Series along each axis, added up over the children along y and z; nx fine cells along x, ny, nz coarse ones."""
    (j0, j1, before_j), (k0, k1, before_k) = (_unpack(starts[mx + 3 + skip :], n) for skip, n in ((0, ny), (ny + 3, nz)))
    side = parents[nx + 4 : 2 * nx + 8]
    every = np.arange(nx + 1)  # the second child of the last coarse cell may lie beyond a cut
    rows_y, rows_z = _shares(j0, j1), _shares(k0, k1)
    pairs = {0: (before_k > 1, k1 > k0), 1: (before_j > 1, j1 > j0), 2: (side[1:-2] != 0, side[2:-1] != 0)}
    firsts = {0: ((k0, np.ones(nz)),), 1: ((j0, np.ones(ny)),), 2: ((every, np.ones(nx + 1)),)}
    for axis, g, s in ((2, gx, sx), (1, gy, sy), (0, gz, sz)):
        kinds = [rows_z, rows_y, firsts[2]]
        kinds[axis] = firsts[axis]
        total = 0
        for k, wk in kinds[0]:
            for j, wj in kinds[1]:
                for i, _ in kinds[2]:
                    weight = (wk[:, None, None] * wj[:, None]).astype(g.dtype)
                    total = total + weight * _series(g, k, j, i, axis, *pairs[axis])
        s[2:-2, 2:-2, 2:-1] = total


def coarsen_conductances(nx, ny, nz, fx, starts, sx, sy, sz, hx, hy, hz):
    """The first child of each pair along x, and the sum of both."""
    first, last, _ = _unpack(starts, nx)
    (one, _), (two, weight) = _shares(first, last)
    hx[INTERIOR] = sx[2:-2, 2:-2, one + 2]
    for s, h in ((sy, hy), (sz, hz)):
        h[INTERIOR] = s[2:-2, 2:-2, one + 2] + weight.astype(s.dtype) * s[2:-2, 2:-2, two + 2]


def coarsen_fixed(count, cells, nx, ny, nz, fx, fy, fz, starts, gx, gy, gz, gd, hd):
    """Conductance to a fixed pressure of the listed coarse cells: that of their children, each in series with its way there."""
    spans = _children(starts, nx, ny, nz)[::-1]
    pairs = [last > first for first, last, _ in spans]
    kinds = [_shares(first, last) for first, last, _ in spans]
    total = np.zeros((nz, ny, nx), gd.dtype)
    for c, (k, wk) in enumerate(kinds[0]):
        for b, (j, wj) in enumerate(kinds[1]):
            for a, (i, wi) in enumerate(kinds[2]):
                weight = (wk[:, None, None] * wj[:, None] * wi).astype(gd.dtype)
                best = _best_inner((gz, gy, gx), (k, j, i), (c, b, a), pairs)
                own = _gather(gd, k, j, i)
                total = total + weight * own / (1 + own * _half_resistance(best))
    i, j, k = cells[: 3 * count].reshape(3, count)
    hd[INTERIOR][k, j, i] = total[k, j, i]


def _best_inner(conductances, position, child, pairs):
    """Largest conductance between a child and its sister among the axes whose outer face is closed."""
    best = np.zeros([len(p) for p in position], conductances[0].dtype)
    for axis, g in enumerate(conductances):
        high = [p + (1 if a == axis else 0) for a, p in enumerate(position)]
        low_face, high_face = _gather(g, *position), _gather(g, *high)
        inner, outer = (low_face, high_face) if child[axis] else (high_face, low_face)
        shape = [1, 1, 1]
        shape[axis] = -1
        best = np.where(pairs[axis].reshape(shape) & (outer == 0) & (inner > best), inner, best)
    return best


def solve_coarsest(count, inverse, cells, b, x):
    """x = inverse b on the coarsest level; cells: flat positions of its cells in the arrays."""
    x.reshape(-1)[cells] = inverse.reshape(count, count) @ b.reshape(-1)[cells].astype(np.float64)
