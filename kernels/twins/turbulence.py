"""Twins of src/turbulence.cu: eddy viscosity laws and the production of turbulence energy.

Legend: u v w face velocities; nut eddy viscosity; y distance to the nearest wall; k_ eps turbulence energy and its dissipation;
G production of k, m2/s3; S rate of strain; AU A_s U* of realizable k-epsilon, 1/s; T temperature; o_* 1 where the face on that
side (w e s n b t) is open; r_* reciprocal centre distance.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import INTERIOR, at, fluid, line, mixing, opened, unpack_metrics

SHIFTS = ({"i": 1}, {"j": 1}, {"k": 1})


def viscosity_chen_xu(nx, ny, nz, u, v, w, y, mask, nut, A):
    """nut = A |V| y (Chen & Xu 1998, A = 0.03874)."""
    um, vm, wm = (0.5 * (at(q) + at(q, **shift)) for q, shift in zip((u, v, w), SHIFTS, strict=True))
    nut[INTERIOR] = fluid(mask, nut.dtype) * A * at(y) * np.sqrt(um * um + vm * vm + wm * wm)


def viscosity_k_epsilon(nx, ny, nz, k_, eps, mask, nut, C_mu, most):
    """nut = C_mu k^2 / eps (Launder & Spalding 1974), not above `most`."""
    value = C_mu * at(k_) * at(k_) / at(eps)
    nut[INTERIOR] = fluid(mask, nut.dtype) * np.where(value < most, value, most)


def keep_above(nx, ny, nz, q, least):
    """q = max(q, least)."""
    here = q[INTERIOR]
    q[INTERIOR] = np.where(here > least, here, least)


def _negated(shift):
    return {name: -step for name, step in shift.items()}


def _slope(q, along, faces, mixed, distances, at_wall=0):
    """Mean of the two one-sided differences of centre values along an axis.

    faces, mixed: where the low face is open, and where air mixes through it (a sheet stops eddies).
    q: callable (i, j, k shifts) -> values at the centres of interior cells, shifted. At a closed side q is zero on the face, and
    at_wall is the reciprocal distance of the face; at_wall 0: such a side counts as no difference.
    """
    forth, back = SHIFTS[along], _negated(SHIFTS[along])
    low, mid, high = q(**back), q(), q(**forth)
    r_lo, r_hi = 1 / line(distances[along], along), 1 / line(distances[along], along, 1)
    o_lo, o_hi = at(faces[along]), at(faces[along], **forth)
    m_lo, m_hi = at(mixed[along]), at(mixed[along], **forth)
    below = m_lo * (mid - low) * r_lo + (1 - o_lo) * mid * at_wall
    above = m_hi * (high - mid) * r_hi - (1 - o_hi) * mid * at_wall
    return 0.5 * (below + above)


def _centred(q, axis):
    """Callable for `_slope`: twice the velocity along `axis` at cell centres."""

    def value(i=0, j=0, k=0):
        far = [i, j, k]
        far[axis] += 1
        return at(q, i, j, k) + at(q, *far)

    return value


def gradients_at(u, v, w, T, mask, metrics, n, dtype):
    """((ux, uy, uz), (vx, vy, vz), (wx, wy, wz)), dT/dz at the centres of interior cells.

    The velocity along a closed side is zero there, except in cells at openings where air leaves (bit 4 of the mask).
    """
    widths, distances = unpack_metrics(metrics, *n)
    faces, mixed = ([bit(mask, axis, dtype) for axis in range(3)] for bit in (opened, mixing))
    (ux, vy, wz) = (
        (at(q, **shift) - at(q)) * (1 / line(widths[axis], axis))
        for axis, (q, shift) in enumerate(zip((u, v, w), SHIFTS, strict=True))
    )
    stick = np.where(at(mask) & 16, dtype.type(0), dtype.type(2))
    at_wall = [stick / line(widths[axis], axis) for axis in range(3)]
    um, vm, wm = _centred(u, 0), _centred(v, 1), _centred(w, 2)
    uy, uz = (0.5 * _slope(um, along, faces, mixed, distances, at_wall[along]) for along in (1, 2))
    vx, vz = (0.5 * _slope(vm, along, faces, mixed, distances, at_wall[along]) for along in (0, 2))
    wx, wy = (0.5 * _slope(wm, along, faces, mixed, distances, at_wall[along]) for along in (0, 1))
    lapse = _slope(lambda i=0, j=0, k=0: at(T, i, j, k), 2, faces, mixed, distances)
    return ((ux, uy, uz), (vx, vy, vz), (wx, wy, wz)), lapse


def strain_squared(g):
    """2 S_ij S_ij."""
    (ux, uy, uz), (vx, vy, vz), (wx, wy, wz) = g
    shear = (uy + vx) * (uy + vx) + (uz + wx) * (uz + wx) + (vz + wy) * (vz + wy)
    return 2 * (ux * ux + vy * vy + wz * wz) + shear


def production(nx, ny, nz, u, v, w, T, nut, mask, metrics, G, gain):
    """G = nut (2 S_ij S_ij - gain dT/dz), not below 0; gain = g beta / sigma of simple gradient diffusion, or 0."""
    g, lapse = gradients_at(u, v, w, T, mask, metrics, (nx, ny, nz), G.dtype)
    G[INTERIOR] = np.maximum(at(nut) * (strain_squared(g) - gain * lapse), 0)


def production_strain(nx, ny, nz, u, v, w, T, nut, mask, metrics, G, S, gain):
    """The same, and S = sqrt(2 S_ij S_ij)."""
    g, lapse = gradients_at(u, v, w, T, mask, metrics, (nx, ny, nz), G.dtype)
    strain = strain_squared(g)
    G[INTERIOR] = np.maximum(at(nut) * (strain - gain * lapse), 0)
    S[INTERIOR] = np.sqrt(strain)


def production_realizable(nx, ny, nz, u, v, w, T, nut, mask, metrics, G, S, AU, gain):
    """The same, S, and AU = A_s U* (Shih et al. 1995, Comput. Fluids 24:227).

    U* = sqrt(S_ij S_ij + W_ij W_ij); A_s = sqrt6 cos(arccos(x)/3), x = sqrt6 S_ij S_jk S_ki/(S_ij S_ij)^1.5 of the strain without
    its trace; cos(arccos(x)/3) by a polynomial of y = sqrt((1 + x)/2), wrong by at most 8.4e-6.
    """
    g, lapse = gradients_at(u, v, w, T, mask, metrics, (nx, ny, nz), G.dtype)
    strain = strain_squared(g)
    G[INTERIOR] = np.maximum(at(nut) * (strain - gain * lapse), 0)
    S[INTERIOR] = np.sqrt(strain)
    inverse = 1 / (np.sqrt(strain) + G.dtype.type(1e-15))
    (ux, uy, uz), (vx, vy, vz), (wx, wy, wz) = g
    third = (ux + vy + wz) / 3
    a, b, d = ((diagonal - third) * inverse for diagonal in (ux, vy, wz))
    e, f, h = (0.5 * side * inverse for side in (uy + vx, uz + wx, vz + wy))
    determinant = a * (b * d - h * h) - e * (e * d - h * f) + f * (e * h - b * f)
    y = np.sqrt(np.clip(0.5 + 0.5 * (20.784609690826528 * determinant), 0, 1))
    cosine = 0.50000833 + y * (0.57688288 + y * (-0.10683911 + y * (0.03889825 - 0.00895866 * y)))
    rotation = (uy - vx) * (uy - vx) + (uz - wx) * (uz - wx) + (vz - wy) * (vz - wy)
    AU[INTERIOR] = 2.449489742783178 * cosine * np.sqrt(0.5 * (strain + rotation))


def viscosity_realizable(nx, ny, nz, k_, eps, AU, mask, nut, A_0, most):
    """nut = C_mu k^2/eps with C_mu = 1/(A_0 + AU k/eps) (Shih et al. 1995), not above `most`."""
    value = at(k_) * at(k_) / (A_0 * at(eps) + at(AU) * at(k_))
    nut[INTERIOR] = fluid(mask, nut.dtype) * np.where(value < most, value, most)
