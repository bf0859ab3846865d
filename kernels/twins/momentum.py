"""Twins of src/momentum.cu: one implicit row per staggered velocity, upwind in the matrix, second order as deferred correction.

Legend: u velocity of this row, on the low face of its cell along its own axis a; f, v, w what carries along a, b, d: velocity,
times rho/rho0 where density varies (in a Boussinesq run f is u itself); p pressure / rho0 minus hydrostatic; T temperature minus
T_ref, or what buoyancy counts instead; nut eddy viscosity; F volume flow through a side of the control volume; D diffusive
conductance of a side; sp what boundary lists add to the diagonal; a_lo a_hi b_lo ... row coefficients divided by the diagonal;
rhs right side over diagonal; rd 1/diagonal; g SIMPLEC conductance A^2 / (diagonal - sum of coefficients).
A row along y or z is the row along x of turned arrays: `_rows` sees axes (d, b, a) in place of (z, y, x).
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import INTERIOR, at, line, mixing, opened, positive, unpack_metrics
from kernels.twins.slopes import face_correction

TURN = ((0, 1, 2), (2, 0, 1), (1, 2, 0))  # axes of an array [k, j, i] as (d, b, a) for a = x, y, z
ACROSS = ("j", "k")  # names in `at` of a step along b and d


def _along(u, F_lo, F_hi, own, da):
    """Outflow through the two sides along a by the second-order part of the face values."""
    u_mm, u_m, u_0, u_p, u_pp = (at(u, i=n) for n in range(-2, 3))
    r_mm, r_m, r_0, r_p = (1 / line(da, 0, n) for n in range(-2, 2))
    h_m, h_0 = 0.5 * line(da, 0, -1), 0.5 * line(da, 0)
    out = face_correction(F_hi, u_m, u_0, u_p, u_pp, r_m, r_0, r_p, h_0, h_0, 1, at(own, i=1))
    return out - face_correction(F_lo, u_mm, u_m, u_0, u_p, r_mm, r_m, r_0, h_m, h_m, at(own, i=-1), 1)


def _across(u, F_lo, F_hi, side, place, widths, distances):
    """The same through the two sides along b (place 1) or d (place 2); `side` openness of low faces along that axis."""
    step = ACROSS[place - 1]
    u_mm, u_m, u_0, u_p, u_pp = (at(u, **{step: n}) for n in range(-2, 3))
    o_m, o_lo, o_hi, o_p = (at(side, i=-1, **{step: n}) * at(side, **{step: n}) for n in range(-1, 3))
    r_m, r_lo, r_hi, r_p = (1 / line(distances, place, n) for n in range(-1, 3))
    h_m, h_0, h_p = (0.5 * line(widths, place, n) for n in range(-1, 2))
    out = face_correction(F_hi, u_m, u_0, u_p, u_pp, r_lo, r_hi, r_p, h_0, h_p, o_lo, o_p)
    return out - face_correction(F_lo, u_mm, u_m, u_0, u_p, r_m, r_lo, r_hi, h_m, h_0, o_m, o_hi)


def _sides(velocity, nut, nu, side, mixed, place, h_l, h_p, width, distances):
    """((F, D) of the low side, of the high side) along b or d: each is half in the low cell, half in the high cell."""
    step, sides = ACROSS[place - 1], []
    n_l, n_p = nu + 0.5 * at(nut, i=-1), nu + 0.5 * at(nut)
    for far, shift in ((-1, 0), (1, 1)):
        half_l = at(side, i=-1, **{step: shift}) * h_l
        half_p = at(side, **{step: shift}) * h_p
        F = (half_l * at(velocity, i=-1, **{step: shift}) + half_p * at(velocity, **{step: shift})) * width
        half_l, half_p = at(mixed, i=-1, **{step: shift}) * h_l, at(mixed, **{step: shift}) * h_p
        viscous = half_l * (n_l + 0.5 * at(nut, i=-1, **{step: far})) + half_p * (n_p + 0.5 * at(nut, **{step: far}))
        sides.append((F, viscous * width / line(distances, place, shift)))
    return sides


def _rows(axis, second, n, velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff):
    """Rows of the velocity along `axis` (0 x, 1 y, 2 z)."""
    dtype, tiny = rhs.dtype, rhs.dtype.type(1e-30)
    own, side_b, side_d = (opened(mask, (axis + turn) % 3, dtype).transpose(TURN[axis]) for turn in range(3))
    mixed_b, mixed_d = (mixing(mask, (axis + turn) % 3, dtype).transpose(TURN[axis]) for turn in (1, 2))
    (u, f, v, w), rows = ([q.transpose(TURN[axis]) for q in group] for group in (velocities, rows))
    p, T, nut, sp, rhs, rd, g = (q.transpose(TURN[axis]) for q in (p, T, nut, sp, rhs, rd, g))
    (da, db, dd), (_, eb, ed) = ([part[(axis + turn) % 3] for turn in range(3)] for part in unpack_metrics(metrics, *n))

    h_l, h_p, wb, wd = 0.5 * line(da, 0, -1), 0.5 * line(da, 0), line(db, 1), line(dd, 2)
    area = wb * wd
    volume = (h_l + h_p) * area
    on, u0 = at(own), at(u)
    Fa_lo, Fa_hi = 0.5 * (at(f, i=-1) + at(f)) * area, 0.5 * (at(f) + at(f, i=1)) * area
    Da_lo, Da_hi = (nu + at(nut, i=-1)) * area / line(da, 0, -1), (nu + at(nut)) * area / line(da, 0)
    (Fb_lo, Db_lo), (Fb_hi, Db_hi) = _sides(v, nut, nu, side_b, mixed_b, 1, h_l, h_p, wd, eb)
    (Fd_lo, Dd_lo), (Fd_hi, Dd_hi) = _sides(w, nut, nu, side_d, mixed_d, 2, h_l, h_p, wb, ed)
    coefficients = [Da_lo + positive(Fa_lo), Da_hi + positive(-Fa_hi), Db_lo + positive(Fb_lo), Db_hi + positive(-Fb_hi)]
    coefficients += [Dd_lo + positive(Fd_lo), Dd_hi + positive(-Fd_hi)]

    total = sum(coefficients[1:], coefficients[0])
    diagonal = total + at(sp)
    source, spring = (at(p, i=-1) - at(p)) * area, 0
    if axis == 2:
        source = source + buoyancy * (h_l * at(T, i=-1) + h_p * at(T)) * area
        # N^2 dt, with the local time volume/diagonal: a stable layer answers within the iteration instead of ringing
        N2 = positive(buoyancy * (at(T) - at(T, i=-1)) / (h_l + h_p))
        # volume^2/(diagonal + volume/dt); no division where a row is empty and nothing is stable
        local = np.where(N2 > 0, diagonal + volume * inv_dt, 1)
        spring = stiff * N2 * volume * volume / local
    if second:
        source = source - _along(u, Fa_lo, Fa_hi, own, da)
        source = source - _across(u, Fb_lo, Fb_hi, side_b, 1, db, eb) - _across(u, Fd_lo, Fd_hi, side_d, 2, dd, ed)
    full = diagonal * inv_alpha + volume * inv_dt + spring
    scale = on / (full + tiny)
    for row, coefficient in zip(rows, coefficients, strict=True):
        row[INTERIOR] = coefficient * scale
    rhs[INTERIOR] = np.where(on > 0, (source + (full - diagonal) * u0) * scale, u0)
    rd[INTERIOR] = scale
    g[INTERIOR] = on * area * area / (full - total + tiny)


def momentum_x_upwind(
    nx, ny, nz, u, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Upwind rows of the velocity along x: u is that velocity, v along y, w along z; coefficients in the same order."""
    velocities, rows, numbers = (u, u, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(0, False, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_y_upwind(
    nx, ny, nz, u, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Upwind rows of the velocity along y: u is that velocity, v along z, w along x; coefficients in the same order."""
    velocities, rows, numbers = (u, u, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(1, False, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_z_upwind(
    nx, ny, nz, u, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Upwind rows of the velocity along z: u is that velocity, v along x, w along y; coefficients in the same order."""
    velocities, rows, numbers = (u, u, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(2, False, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_x_second(
    nx, ny, nz, u, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Second-order rows of the velocity along x: u is that velocity, v along y, w along z; coefficients in the same order."""
    velocities, rows, numbers = (u, u, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(0, True, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_y_second(
    nx, ny, nz, u, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Second-order rows of the velocity along y: u is that velocity, v along z, w along x; coefficients in the same order."""
    velocities, rows, numbers = (u, u, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(1, True, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_z_second(
    nx, ny, nz, u, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Second-order rows of the velocity along z: u is that velocity, v along x, w along y; coefficients in the same order."""
    velocities, rows, numbers = (u, u, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(2, True, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_x_upwind_gas(
    nx, ny, nz, u, f, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Upwind rows of an ideal gas along x: u that velocity, f its mass velocity, v along y, w along z."""
    velocities, rows, numbers = (u, f, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(0, False, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_y_upwind_gas(
    nx, ny, nz, u, f, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Upwind rows of an ideal gas along y: u that velocity, f its mass velocity, v along z, w along x."""
    velocities, rows, numbers = (u, f, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(1, False, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_z_upwind_gas(
    nx, ny, nz, u, f, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Upwind rows of an ideal gas along z: u that velocity, f its mass velocity, v along x, w along y."""
    velocities, rows, numbers = (u, f, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(2, False, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_x_second_gas(
    nx, ny, nz, u, f, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Second-order rows of an ideal gas along x: u that velocity, f its mass velocity, v along y, w along z."""
    velocities, rows, numbers = (u, f, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(0, True, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_y_second_gas(
    nx, ny, nz, u, f, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Second-order rows of an ideal gas along y: u that velocity, f its mass velocity, v along z, w along x."""
    velocities, rows, numbers = (u, f, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(1, True, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)


def momentum_z_second_gas(
    nx, ny, nz, u, f, v, w, p, T, nut, mask, metrics, sp, a_lo, a_hi, b_lo, b_hi, d_lo, d_hi, rhs, rd, g,
    nu, inv_alpha, inv_dt, buoyancy, stiff,
):  # fmt: skip
    """Second-order rows of an ideal gas along z: u that velocity, f its mass velocity, v along x, w along y."""
    velocities, rows, numbers = (u, f, v, w), (a_lo, a_hi, b_lo, b_hi, d_lo, d_hi), (nu, inv_alpha, inv_dt, buoyancy, stiff)
    _rows(2, True, (nx, ny, nz), velocities, p, T, nut, mask, metrics, sp, rows, rhs, rd, g, *numbers)
