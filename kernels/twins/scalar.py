"""Twins of src/scalar.cu: transport of a cell-centred scalar in implicit upwind rows, its deferred correction, and the sweeps.

Legend: q the scalar; u v w face velocities; F volume flow through a face; D diffusive conductance; gl + gt nut diffusivity of a
cell; sp, su what lists and sources add to diagonal and right side; W E S N B T row coefficients towards low/high x, y, z, divided
by the diagonal; rd 1/diagonal (0 in solids); k_, eps, G turbulence energy, its dissipation, its production.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import INTERIOR, at, fluid, line, mixing, opened, positive, unpack_metrics
from kernels.twins.slopes import face_correction

SHIFTS = ("i", "j", "k")


def _volume(nx, ny, nz, metrics):
    """Volumes of interior cells."""
    (dx, dy, dz), _ = unpack_metrics(metrics, nx, ny, nz)
    return line(dx, 0) * line(dy, 1) * line(dz, 2)


def _second_order(q, flows, faces, widths, distances):
    """Net outflow of q by the second-order part of the face values, which is absent from the matrix."""
    total = 0
    for axis, (F_lo, F_hi) in enumerate(flows):
        q_mm, q_m, q0, q_p, q_pp = (at(q, **{SHIFTS[axis]: n}) for n in range(-2, 3))
        o_m, o_lo, o_hi, o_p = (at(faces[axis], **{SHIFTS[axis]: n}) for n in range(-1, 3))
        r_m, r_lo, r_hi, r_p = (1 / line(distances[axis], axis, n) for n in range(-1, 3))
        h_m, h_0, h_p = (0.5 * line(widths[axis], axis, n) for n in range(-1, 2))
        total = total + face_correction(F_hi, q_m, q0, q_p, q_pp, r_lo, r_hi, r_p, h_0, h_p, o_lo, o_p)
        total = total - face_correction(F_lo, q_mm, q_m, q0, q_p, r_m, r_lo, r_hi, h_m, h_0, o_m, o_hi)
    return total


def _rows(second, n, q, u, v, w, nut, mask, metrics, extra, source, rows, rhs, rd, gl, gt, inv_alpha, inv_dt):
    """Assemble normalised rows; extra and source are added to the diagonal and to the right side."""
    widths, distances = unpack_metrics(metrics, *n)
    faces = [opened(mask, axis, q.dtype) for axis in range(3)]
    dx, dy, dz = (line(widths[axis], axis) for axis in range(3))
    here = gl + 0.5 * gt * at(nut)
    coefficients, flows = [], []
    for axis, (velocity, area) in enumerate(((u, dy * dz), (v, dx * dz), (w, dx * dy))):
        forth, back = {SHIFTS[axis]: 1}, {SHIFTS[axis]: -1}
        o_lo, o_hi = at(faces[axis]), at(faces[axis], **forth)
        mixed = mixing(mask, axis, q.dtype)
        F_lo, F_hi = o_lo * at(velocity) * area, o_hi * at(velocity, **forth) * area
        D_lo = at(mixed) * (here + 0.5 * gt * at(nut, **back)) * area / line(distances[axis], axis)
        D_hi = at(mixed, **forth) * (here + 0.5 * gt * at(nut, **forth)) * area / line(distances[axis], axis, 1)
        coefficients += [D_lo + positive(F_lo), D_hi + positive(-F_hi)]
        flows.append((F_lo, F_hi))
    if second:
        source = source - _second_order(q, flows, faces, widths, distances)
    diagonal = sum(coefficients[1:], coefficients[0]) + extra
    full = diagonal * inv_alpha + dx * dy * dz * inv_dt
    scale = fluid(mask, q.dtype) / (full + q.dtype.type(1e-30))
    for row, coefficient in zip(rows, coefficients, strict=True):
        row[INTERIOR] = coefficient * scale
    rhs[INTERIOR] = (source + (full - diagonal) * at(q)) * scale
    rd[INTERIOR] = scale


def scalar_upwind(
    nx, ny, nz, q, u, v, w, nut, mask, metrics, sp, su, W, E, S, N, B, T, rhs, rd, gl, gt, inv_alpha, inv_dt
):  # fmt: skip
    """Upwind rows of temperature or any passive scalar: sources come from lists alone."""
    rows = (W, E, S, N, B, T)
    _rows(False, (nx, ny, nz), q, u, v, w, nut, mask, metrics, at(sp), at(su), rows, rhs, rd, gl, gt, inv_alpha, inv_dt)


def scalar_second(
    nx, ny, nz, q, u, v, w, nut, mask, metrics, sp, su, W, E, S, N, B, T, rhs, rd, gl, gt, inv_alpha, inv_dt
):  # fmt: skip
    """Bounded second-order rows of temperature or any passive scalar: sources come from lists alone."""
    rows = (W, E, S, N, B, T)
    _rows(True, (nx, ny, nz), q, u, v, w, nut, mask, metrics, at(sp), at(su), rows, rhs, rd, gl, gt, inv_alpha, inv_dt)


def dissipation_rows(
    nx, ny, nz, eps, k_, G, u, v, w, nut, mask, metrics, sp, su, W, E, S, N, B, T, rhs, rd, gl, gt, C1, C2, inv_alpha, inv_dt
):  # fmt: skip
    """Rows of dissipation: production C1 G eps/k explicit, destruction C2 eps^2/k implicit (Launder & Spalding 1974)."""
    rate = _volume(nx, ny, nz, metrics) * at(eps) / at(k_)
    extra, source, rows = at(sp) + C2 * rate, at(su) + C1 * at(G) * rate, (W, E, S, N, B, T)
    _rows(False, (nx, ny, nz), eps, u, v, w, nut, mask, metrics, extra, source, rows, rhs, rd, gl, gt, inv_alpha, inv_dt)


def dissipation_realizable(
    nx, ny, nz, eps, k_, S_, u, v, w, nut, mask, metrics, sp, su, W, E, S, N, B, T, rhs, rd, gl, gt, C2, inv_alpha, inv_dt
):  # fmt: skip
    """Rows of realizable dissipation: C1 S eps explicit, C1 = max(0.43, eta/(eta + 5)), C2 eps^2/(k + sqrt(nu eps)) implicit."""
    volume, rows = _volume(nx, ny, nz, metrics), (W, E, S, N, B, T)
    stretch = at(S_) * at(k_) / (at(S_) * at(k_) + 5 * at(eps))
    made = volume * np.where(stretch > 0.43, stretch, stretch.dtype.type(0.43)) * at(S_) * at(eps)
    extra = at(sp) + volume * C2 * at(eps) / (at(k_) + np.sqrt(gl * at(eps)))
    _rows(False, (nx, ny, nz), eps, u, v, w, nut, mask, metrics, extra, at(su) + made, rows, rhs, rd, gl, gt, inv_alpha, inv_dt)


def dissipation_rng(
    nx, ny, nz, eps, k_, G, S_, u, v, w, nut, mask, metrics, sp, su, W, E, S, N, B, T, rhs, rd, gl, gt, C1, C2, C_mu, eta_0, beta,
    inv_alpha, inv_dt
):  # fmt: skip
    """Rows of RNG dissipation: the standard ones and C_mu eta^3 (1 - eta/eta_0)/(1 + beta eta^3) eps^2/k, eta = S k/eps."""
    rate, rows = _volume(nx, ny, nz, metrics) * at(eps) / at(k_), (W, E, S, N, B, T)
    eta = at(S_) * at(k_) / at(eps)
    R = C_mu * (1 - eta / eta_0) / (1 / (eta * eta * eta + eta.dtype.type(1e-30)) + beta)
    extra = at(sp) + (C2 + np.maximum(R, 0)) * rate
    source = at(su) + (C1 * at(G) - np.minimum(R, 0) * at(eps)) * rate
    _rows(False, (nx, ny, nz), eps, u, v, w, nut, mask, metrics, extra, source, rows, rhs, rd, gl, gt, inv_alpha, inv_dt)


def energy_rows(
    nx, ny, nz, k_, eps, G, u, v, w, nut, mask, metrics, sp, su, W, E, S, N, B, T, rhs, rd, gl, gt, inv_alpha, inv_dt
):  # fmt: skip
    """Rows of turbulence energy: production G explicit, destruction eps implicit as (eps/k) k."""
    volume = _volume(nx, ny, nz, metrics)
    extra, source, rows = at(sp) + volume * at(eps) / at(k_), at(su) + volume * at(G), (W, E, S, N, B, T)
    _rows(False, (nx, ny, nz), k_, u, v, w, nut, mask, metrics, extra, source, rows, rhs, rd, gl, gt, inv_alpha, inv_dt)


def _neighbour_sum(q, W, E, S, N, B, T):
    """Sum of row coefficients times neighbours."""
    west_to_north = at(W) * at(q, i=-1) + at(E) * at(q, i=1) + at(S) * at(q, j=-1) + at(N) * at(q, j=1)
    return west_to_north + at(B) * at(q, k=-1) + at(T) * at(q, k=1)


def sweep(nx, ny, nz, low, high, q, W, E, S, N, B, T, rhs, fresh):
    """One Jacobi pass over normalised rows, from q to `fresh`, in the layers low <= k < high."""
    fresh[INTERIOR][low:high] = (at(rhs) + _neighbour_sum(q, W, E, S, N, B, T))[low:high]


def row_defect(nx, ny, nz, q, W, E, S, N, B, T, rhs, rd, partial):
    """Partial sums of |row residual| times diagonal, one per row of cells; solids count nothing."""
    residual = np.abs(at(rhs) - at(q) + _neighbour_sum(q, W, E, S, N, B, T))
    held = at(rd) > 0
    defects = np.where(held, residual / np.where(held, at(rd), 1), 0)
    partial[: ny * nz] = defects.astype(np.float64).sum(axis=2).ravel()
