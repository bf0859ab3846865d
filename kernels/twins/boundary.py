"""Twins of src/boundary.cu: what happens at faces that are not open: walls, supplies, returns, rack fronts and backs.

Legend: cell position of the fluid cell in a flat array, unique within a list; un velocity normal to the face, at cell + n_off;
s +1 if the inward normal is +a; ut1 ut2 the other two velocities, t1 t2 their strides; y distance of the cell centre from the
face; area of the face; kind 0 wall, 1 opening with fixed velocity, 2 pressure opening; cw shear conductance, m3/s; value what
enters through the face; nut k_ eps G as in turbulence.py; slot place of the cell in the wall-cell arrays; h thermal
conductance of a wall face, m3/s; Pr Pr_t Prandtl numbers; s1 s2 velocity of a moving wall along t1, t2.
"""

from __future__ import annotations

import numpy as np

from kernels.twins.grid import positive


def _head(count, cell, area, y, kind):
    """The part of each list that counts."""
    return cell[:count], area[:count], y[:count], kind[:count]


def _take(array, cell):
    """Values at flat positions."""
    return array.reshape(-1)[cell]


def _tangential_speed(ut1, ut2, cell, t1, t2, s1=0, s2=0):
    """Tangential speed at the cell centre relative to the wall."""
    a = 0.5 * (_take(ut1, cell) + _take(ut1, cell + t1)) - s1
    b = 0.5 * (_take(ut2, cell) + _take(ut2, cell + t2)) - s2
    return np.sqrt(a * a + b * b)


def _opening_shear(kind, inflow, viscous):
    """Shear of an opening: inflow brings no tangential momentum, and at a fan or tile (kind 1) rubs as well; outflow is free."""
    return np.where(inflow > 0, inflow + np.where(kind == 1, viscous, 0), 0)


def wall_viscous(count, cell, area, y, kind, un, n_off, s, nut, cw, nu):
    """Viscous wall: laminar flow and constant eddy viscosity."""
    cell, area, y, kind = _head(count, cell, area, y, kind)
    viscous = (nu + _take(nut, cell)) * area / y
    cw[:count] = np.where(kind == 0, viscous, _opening_shear(kind, s * _take(un, cell + n_off) * area, viscous))


def wall_log(count, cell, area, y, kind, un, n_off, s, ut1, t1, ut2, t2, nut, cw, nu, kappa, E, laminar):
    """Smooth-wall log law from the speed: y+ ln(E y+)/kappa = y |u|/nu by Newton, linear below y+ = `laminar`."""
    still = np.zeros(count, cw.dtype)
    wall_log_moving(count, cell, area, y, kind, un, n_off, s, ut1, t1, ut2, t2, still, still, nut, cw, nu, kappa, E, laminar)


def wall_log_moving(
    count, cell, area, y, kind, un, n_off, s, ut1, t1, ut2, t2, s1, s2, nut, cw, nu, kappa, E, laminar
):  # fmt: skip
    """The same for a list in which walls move."""
    cell, area, y, kind = _head(count, cell, area, y, kind)
    Re = y * _tangential_speed(ut1, ut2, cell, t1, t2, s1[:count], s2[:count]) / nu
    yp = np.maximum(laminar, 0.3 * np.sqrt(Re)).astype(cw.dtype)
    for _ in range(5):
        yp = (yp + kappa * Re) / (1 + np.log(E * np.maximum(yp, 1)))
    turbulent = Re > laminar * laminar
    ratio = np.where(turbulent, yp * yp / np.where(turbulent, Re, 1), 1)
    shear = _opening_shear(kind, s * _take(un, cell + n_off) * area, (nu + _take(nut, cell)) * area / y)
    cw[:count] = np.where(kind == 0, nu * ratio * area / y, shear)


def wall_k_epsilon(
    count, cell, area, y, kind, un, n_off, s, ut1, t1, ut2, t2, nut, k_, slot, weight, G_wall, eps_wall, cw,
    nu, kappa, E, laminar, C_mu,
):  # fmt: skip
    """Log law from k: u* = C_mu^1/4 sqrt(k); the wall cell's mean production and dissipation are added up by slot."""
    still = np.zeros(count, cw.dtype)
    wall_k_epsilon_moving(
        count, cell, area, y, kind, un, n_off, s, ut1, t1, ut2, t2, still, still, nut, k_, slot, weight, G_wall, eps_wall, cw,
        nu, kappa, E, laminar, C_mu,
    )  # fmt: skip


def wall_k_epsilon_moving(
    count, cell, area, y, kind, un, n_off, s, ut1, t1, ut2, t2, s1, s2, nut, k_, slot, weight, G_wall, eps_wall, cw,
    nu, kappa, E, laminar, C_mu,
):  # fmt: skip
    """The same for a list in which walls move."""
    cell, area, y, kind = _head(count, cell, area, y, kind)
    k = _take(k_, cell)
    us = np.sqrt(np.sqrt(C_mu) * k)
    yp = us * y / nu
    turbulent = yp > laminar
    nu_w = np.where(turbulent, nu * yp * kappa / np.log(E * np.where(turbulent, yp, laminar)), nu)
    rate = _tangential_speed(ut1, ut2, cell, t1, t2, s1[:count], s2[:count]) / y
    G = np.where(turbulent, weight[:count] * nu_w * rate * us / (kappa * y), 0)
    eps = weight[:count] * np.where(turbulent, us * us * us / (kappa * y), 2 * k * nu / (y * y))
    wall = kind == 0
    at = slot[:count][wall]
    G_wall[at] += G[wall]
    eps_wall[at] += eps[wall]
    shear = _opening_shear(kind, s * _take(un, cell + n_off) * area, (nu + _take(nut, cell)) * area / y)
    cw[:count] = np.where(wall, nu_w * area / y, shear)


def wall_shear(count, cell, cw, offset, sp):
    """sp of a tangential velocity += half the shear conductance; offset: 0 for the cell's low face, its stride for the high"""
    sp.reshape(-1)[cell[:count] + offset] += 0.5 * cw[:count]


def wall_drag(count, cell, cw, slide, offset, rd, rhs):
    """A moving wall's pull: rhs at cell + offset += half the shear conductance times the wall's velocity, over the diagonal."""
    at = cell[:count] + offset
    rhs.reshape(-1)[at] += 0.5 * cw[:count] * slide[:count] * rd.reshape(-1)[at]


def _wall_to_row(cell, held, value, h, sp, su):
    """What a wall gives to a temperature row: held at value K, sp += h and su += h value; else value K m3/s flow in."""
    held = held[: len(cell)] != 0
    sp.reshape(-1)[cell] += np.where(held, h, 0)
    su.reshape(-1)[cell] += np.where(held, h * value[: len(cell)], value[: len(cell)])


def _wall_conductance(us, y, area, nu, Pr, Pr_t, kappa, E, P, crossing):
    """h = us A/T+, T+ = Pr y+ below y+ = `crossing`, Pr_t (u+ + P) above it (Jayatilleke 1969)."""
    yp = us * y / nu
    turbulent = yp > crossing
    thick = np.log(E * np.where(turbulent, yp, crossing)) / kappa + P
    return np.where(turbulent, us * area / (Pr_t * thick), nu / Pr * area / y)


def wall_heat_viscous(count, cell, area, y, held, value, nut, h, sp, su, gl, gt):
    """Heat of walls by diffusion through half a cell, whose diffusivity is gl + gt nut."""
    cell = cell[:count]
    h[:count] = (gl + gt * _take(nut, cell)) * area[:count] / y[:count]
    _wall_to_row(cell, held, value, h[:count], sp, su)


def wall_heat_log(
    count, cell, area, y, held, value, face, cw, ut1, t1, ut2, t2, h, sp, su, nu, Pr, Pr_t, kappa, E, P, crossing,
):  # fmt: skip
    """Heat of walls under the log law from the speed: us^2 = cw |u|/A; `face` places each entry in the list of cw."""
    still = np.zeros_like(cw)
    wall_heat_log_moving(
        count, cell, area, y, held, value, face, cw, ut1, t1, ut2, t2, still, still, h, sp, su, nu, Pr, Pr_t, kappa, E, P,
        crossing,
    )  # fmt: skip


def wall_heat_log_moving(
    count, cell, area, y, held, value, face, cw, ut1, t1, ut2, t2, s1, s2, h, sp, su, nu, Pr, Pr_t, kappa, E, P, crossing,
):  # fmt: skip
    """The same for a list in which walls move; s1, s2 by place in the list of cw."""
    cell, area, face = cell[:count], area[:count], face[:count]
    us = np.sqrt(cw[face] * _tangential_speed(ut1, ut2, cell, t1, t2, s1[face], s2[face]) / area)
    h[:count] = _wall_conductance(us, y[:count], area, nu, Pr, Pr_t, kappa, E, P, crossing)
    _wall_to_row(cell, held, value, h[:count], sp, su)


def wall_heat_k_epsilon(
    count, cell, area, y, held, value, k_, h, sp, su, nu, Pr, Pr_t, kappa, E, P, crossing, C_mu,
):  # fmt: skip
    """Heat of walls under the log law from k: us = C_mu^1/4 sqrt(k)."""
    cell = cell[:count]
    us = np.sqrt(np.sqrt(C_mu) * _take(k_, cell))
    h[:count] = _wall_conductance(us, y[:count], area[:count], nu, Pr, Pr_t, kappa, E, P, crossing)
    _wall_to_row(cell, held, value, h[:count], sp, su)


def push_jets(count, cell, push, offset, rd, rhs):
    """rhs of the velocity at cell + offset += push / diagonal."""
    at = cell[:count] + offset
    rhs.reshape(-1)[at] += push[:count] * rd.reshape(-1)[at]


def scatter(count, cell, value, a):
    """a[cell] = value."""
    a.reshape(-1)[cell[:count]] = value[:count]


def gather(count, cell, offset, a, value):
    """value = a[cell + offset]."""
    value[:count] = _take(a, cell[:count] + offset)


def scatter_add(count, cell, value, factor, a):
    """a[cell] += factor value."""
    a.reshape(-1)[cell[:count]] += factor * value[:count]


def inflow(count, cell, area, un, n_off, s, value, sp, su):
    """Inflow F > 0 of a scalar through openings: sp += F, su += F value. Outflow leaves with the cell's own value."""
    cell = cell[:count]
    F = positive(s * _take(un, cell + n_off) * area[:count])
    sp.reshape(-1)[cell] += F
    su.reshape(-1)[cell] += F * value[:count]


def inflow_change(count, cell, area, un, n_off, s, rack, supplied, value, rd, rhs):
    """The entering value changes between sweeps: carry the change into the finished rows. rack -1: the value stays."""
    cell, own = cell[:count], rack[:count]
    F = positive(s * _take(un, cell + n_off) * area[:count])
    fresh = np.where(own < 0, value[:count], supplied[np.maximum(own, 0)].astype(value.dtype))
    rhs.reshape(-1)[cell] += F * (fresh - value[:count]) * _take(rd, cell)
    value[:count] = fresh


def fix_rows(count, cell, value, W, E, S, N, B, T, rhs):
    """Rows of fixed cell values: dissipation in wall cells."""
    for row in (W, E, S, N, B, T):
        row.reshape(-1)[cell[:count]] = 0
    rhs.reshape(-1)[cell[:count]] = value[:count]


def rack_fronts(count, start, cell, flow, T, sums):
    """sums[2r] = sum of flow times T, sums[2r + 1] = sum of flow, over the front faces start[r] .. start[r + 1] of each rack."""
    faces = slice(start[0], start[count])
    rack = np.repeat(np.arange(count), np.diff(start[: count + 1]))
    sums[: 2 * count : 2] = np.bincount(rack, flow[faces] * _take(T, cell[faces]).astype(np.float64), minlength=count)
    sums[1 : 2 * count : 2] = np.bincount(rack, flow[faces], minlength=count)


def rack_backs(count, sums, rise, supplied):
    """Temperature that each rack blows out: the mean of its front plus its rise."""
    FT, F = sums[: 2 * count : 2], sums[1 : 2 * count : 2]
    supplied[:count] = np.where(F > 0, FT / np.where(F > 0, F, 1), 0) + rise[:count]


def outlet(count, cell, area, y, p_out, loss, un, n_off, in_off, s, p, g, gd, inv_alpha, inv_dt):
    """Face velocity and conductance of pressure openings: half a cell of momentum, driven by p_cell - p_out.

    Air that enters comes from rest, so its dynamic head is lost.
    """
    cell, A, y, K = cell[:count], area[:count], y[:count], loss[:count]
    velocity = un.reshape(-1)
    out, up = -s * velocity[cell + n_off], -s * velocity[cell + in_off]  # both along the outward normal
    a_up = positive(0.5 * (out + up) * A)
    drag = 0.5 * A * np.where(out > 0, K * out, -(K + 1) * out)
    own = a_up + drag
    full = (own + 0.02 * A * np.sqrt(out * out + un.dtype.type(1e-6))) * inv_alpha + y * A * inv_dt
    fresh = (a_up * up + (full - own) * out + (_take(p, cell) - p_out[:count]) * A) / full
    velocity[cell + n_off] = -s * fresh
    g[:count] = A * A / (full - a_up + un.dtype.type(1e-30))
    gd.reshape(-1)[cell] += g[:count]


def outlet_correct(count, cell, area, g, un, n_off, s, q):
    """The opening's share of a pressure correction q: outward velocity grows by g/A q."""
    cell = cell[:count]
    un.reshape(-1)[cell + n_off] -= s * g[:count] / area[:count] * _take(q, cell)


def sheet_loss(count, cell, area, loss, un, sp):
    """Porous sheets: loss K of the superficial velocity, K |u| area / 2 on the diagonal of the face's velocity."""
    cell = cell[:count]
    sp.reshape(-1)[cell] += 0.5 * loss[:count] * np.abs(_take(un, cell)) * area[:count]
