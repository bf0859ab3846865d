"""Twins of src/gas.cu: air whose density follows its temperature, rho/rho0 = r = P T_ref/(T_ref + T).

Legend: T temperature minus T_ref; P thermodynamic pressure over that of the site; per_K 1/T_ref; lift T_ref (1 - r), what
buoyancy counts in place of T; u, f velocity and mass velocity f = r u on low faces; rx, ry, rz density of low faces over rho0.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import INTERIOR, at, line, unpack_metrics

INNER = (slice(1, None),) * 3  # all but the low outermost layer


def _lift_of(T, T_ref, P):
    """Lift of air at temperature T; below a quarter of T_ref there is no air, only an iterate that has lost its way."""
    t = np.maximum(T, -0.75 * T_ref)
    return T_ref * (t + T.dtype.type(1.0 - P[0]) * T_ref) / (T_ref + t)


def gas_lift(nx, ny, nz, T, P, lift, T_ref):
    """Lift of every cell, halos included."""
    lift[...] = _lift_of(T, T_ref, P)


def gas_faces(nx, ny, nz, lift, metrics, rx, ry, rz, per_K):
    """Density of low faces, linear between the two centres; faces of the outermost halo layer are left alone."""
    for axis, (r, width) in enumerate(zip((rx, ry, rz), unpack_metrics(metrics, nx, ny, nz)[0], strict=True)):
        q, faces = np.moveaxis(lift, 2 - axis, 2), np.moveaxis(r, 2 - axis, 2)
        between = (q[..., :-1] * width[1:] + q[..., 1:] * width[:-1]) / (width[:-1] + width[1:])
        faces[INNER] = 1 - per_K * between[1:, 1:]


def gas_openings(count, cell, fn, n_off, s, value, T, P, r, T_ref):
    """Density of boundary faces: that of the entering `value` where air enters, else that of the cell."""
    cell = cell[:count]
    here = np.where(s * fn.reshape(-1)[cell + n_off] > 0, value[:count], T.reshape(-1)[cell])
    r.reshape(-1)[cell + n_off] = 1 - _lift_of(here, T_ref, P) / T_ref


def true_velocity(nx, ny, nz, f, r, u):
    """u = f / r"""
    u[INNER] = f[INNER] / r[INNER]


def mass_velocity(nx, ny, nz, u, r, mask, bit, f, g):
    """f = r u and g = r g on open faces (bit `bit` of the mask); others keep the mass velocity they were given."""
    is_open = (at(mask) >> bit) & 1
    f[INTERIOR] = np.where(is_open != 0, at(r) * at(u), at(f))
    g[INTERIOR] = at(g) * at(r)


def gas_streams(count, sums, P, rise, density, fresh_rise, heated, T_ref):
    """Density of what fans draw from sums = (sum F T, sum F) of their faces, and the rise of the first `heated`, the racks."""
    FT, F = sums[0 : 2 * count : 2], sums[1 : 2 * count : 2]
    T = np.where(F > 0, FT / np.where(F > 0, F, 1), 0)
    density[:count] = P[0] * T_ref / np.maximum(T_ref + T, 0.25 * T_ref)
    fresh_rise[:heated] = rise[:heated] / density[:heated]


def gas_fans(count, cell, stream, un, density, n_off, fn):
    """Mass velocity of the faces a stream passes: density of the stream x given velocity; stream -1 leaves the face alone."""
    cell, stream = cell[:count], stream[:count]
    flat, known = fn.reshape(-1), stream >= 0
    flat[cell[known] + n_off] = density[stream[known]].astype(fn.dtype) * un[:count][known]


def gas_mass(nx, ny, nz, T, mask, metrics, T_ref, partial):
    """Sum of V / (T_ref + T) over fluid cells, one partial a row."""
    dx, dy, dz = unpack_metrics(metrics, nx, ny, nz)[0]
    volume = line(dx, 0).astype(float) * line(dy, 1).astype(float) * line(dz, 2).astype(float)
    terms = np.where(at(mask) & 1, volume / (float(T_ref) + at(T).astype(float)), 0.0)
    partial[: ny * nz] = terms.sum(axis=2).ravel()


def times_density(nx, ny, nz, lift, q, per_K):
    """q *= r"""
    q[INTERIOR] = at(q) * (1 - per_K * at(lift))


def gas_destruction(nx, ny, nz, k_, eps, lift, metrics, sp, factor, per_K):
    """Destruction of k (factor 1) or eps (C2) is r eps, and the rows have eps: sp += factor (r - 1) V eps/k."""
    dx, dy, dz = unpack_metrics(metrics, nx, ny, nz)[0]
    volume = line(dx, 0) * line(dy, 1) * line(dz, 2)
    sp[INTERIOR] = at(sp) - factor * per_K * at(lift) * volume * at(eps) / at(k_)


def gas_realizable(nx, ny, nz, eps, k_, S_, lift, metrics, sp, su, nu, C2, per_K):
    """The same for realizable k-epsilon: C1 S eps made and C2 eps^2/(k + sqrt(nu eps)) destroyed, both times r, nu = mu/rho."""
    dx, dy, dz = unpack_metrics(metrics, nx, ny, nz)[0]
    volume, less, k, e = line(dx, 0) * line(dy, 1) * line(dz, 2), per_K * at(lift), at(k_), at(eps)
    r, stretch = 1 - less, at(S_) * k / (at(S_) * k + 5 * e)
    sp[INTERIOR] += volume * C2 * e * (r / (k + np.sqrt(nu / r * e)) - 1 / (k + np.sqrt(nu * e)))
    su[INTERIOR] -= less * volume * np.where(stretch > 0.43, stretch, stretch.dtype.type(0.43)) * at(S_) * e


def gas_rng(nx, ny, nz, eps, k_, S_, lift, metrics, sp, su, C2, C_mu, eta_0, beta, per_K):
    """The same for RNG k-epsilon: destruction C2 eps^2/k and R of the strain, see dissipation_rng."""
    dx, dy, dz = unpack_metrics(metrics, nx, ny, nz)[0]
    rate = per_K * at(lift) * line(dx, 0) * line(dy, 1) * line(dz, 2) * at(eps) / at(k_)
    eta = at(S_) * at(k_) / at(eps)
    R = C_mu * (1 - eta / eta_0) / (1 / (eta * eta * eta + eta.dtype.type(1e-30)) + beta)
    sp[INTERIOR] -= (C2 + np.maximum(R, 0)) * rate
    su[INTERIOR] += np.minimum(R, 0) * at(eps) * rate
