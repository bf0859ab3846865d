"""Twins of src/movers.cu: fans on their curves in momentum rows, and the heat of the tubes of through-bodies.

Legend: n face of a fan plane, or the tube behind it; law its law; s +1 if fans blow along +axis; Q flow of the whole law as if
all of it went like this face; start q p m knots of the curves (flow, kinematic pressure rise, slope); c p(0)/q_end^2 beyond them;
K resistance; chord least slope of the linear row; speed of each mover, own mover of a law; rise pressure rise of the fan over
density; F flow of a tube; H heat of a tube, K m3/s; r rho/rho0 of a face.
"""

from __future__ import annotations

import numpy as np


def _take(array, cell):
    """Values at flat positions."""
    return array.reshape(-1)[cell]


def _fan_curve(law, curve, c, n, Q):
    """Rise and slope of each face's law at flow Q and speed n."""
    start, q, p, m = curve
    y, dy = -c * Q * np.abs(Q), -2 * c * np.abs(Q)
    for i, l in enumerate(law):  # noqa: E741
        first, last = start[l], start[l + 1] - 1
        if last < first:
            y[i] = dy[i] = 0
        elif n[i] > 1e-6:
            x = Q[i] / n[i]
            if x <= q[first]:
                d = x - q[first]
                y[i], dy[i] = p[first] + m[first] * d + c[i] * d * d, m[first] + 2 * c[i] * d
            elif x >= q[last]:
                d = x - q[last]
                y[i], dy[i] = p[last] + m[last] * d - c[i] * d * d, m[last] - 2 * c[i] * d
            else:
                k = first + int(np.searchsorted(q[first : last + 1], x, side="right")) - 1
                h = q[k + 1] - q[k]
                t = (x - q[k]) / h
                ma, mb, step = m[k] * h, m[k + 1] * h, p[k + 1] - p[k]
                e, g = 3 * step - 2 * ma - mb, ma + mb - 2 * step
                y[i], dy[i] = p[k] + t * (ma + t * (e + t * g)), (ma + t * (2 * e + 3 * t * g)) / h
            y[i], dy[i] = n[i] ** 2 * y[i], n[i] * dy[i]
    return y, dy


def _fan_rows(law, curve, c, K, chord, A_law, own, speed, s, u, A, w):
    """Rise, diagonal and force of each face by Newton; w is 1 or rho/rho0."""
    n, Q = speed[own[law]], s * u * A_law[law]
    y, dy = _fan_curve(law, curve, c[law], n, Q)
    sigma = np.maximum(2 * K[law] * np.abs(Q) - dy, n * chord[law])
    return y, w * sigma * A_law[law] * A, s * w * A * (y - K[law] * Q * np.abs(Q) + sigma * Q)


def fan_push(count, cell, law, place, start, q, p, m, c, K, chord, A_law, own, speed, s, area, un, sp, push, rise):
    """Fan faces of one axis: sp += slope, push = the force with which the row goes on."""
    cell, l = cell[:count], law[:count]  # noqa: E741
    u = _take(un, cell).astype(np.float64)
    y, diagonal, force = _fan_rows(l, (start, q, p, m), c, K, chord, A_law, own, speed, s[:count], u, area[:count], 1.0)
    sp.reshape(-1)[cell] += diagonal.astype(sp.dtype)
    push[:count] = force
    rise[place[:count]] = y


def fan_push_gas(count, cell, law, place, start, q, p, m, c, K, chord, A_law, own, speed, s, area, un, r, sp, push, rise):
    """The same in an ideal gas: un is the true velocity, curve and resistance follow the density r of the face."""
    cell, l = cell[:count], law[:count]  # noqa: E741
    u, w = _take(un, cell).astype(np.float64), _take(r, cell).astype(np.float64)
    y, diagonal, force = _fan_rows(l, (start, q, p, m), c, K, chord, A_law, own, speed, s[:count], u, area[:count], w)
    sp.reshape(-1)[cell] += diagonal.astype(sp.dtype)
    push[:count] = force
    rise[place[:count]] = y


def collect(count, cell, place, a, value):
    """value[place] = a[cell]: what a block sees of tubes that all blocks know."""
    value[place[:count]] = _take(a, cell[:count])


def tube_streams(count, s, area, velocity, ends, at_head, at_tail, H, F, enter, leave):
    """Flow of each tube, temperature of what enters and of what leaves; ends = T before, in the first cell, the last, behind."""
    flow = s[:count] * velocity[:count] * area[:count]
    before, head, tail, behind = ends[: 4 * count].reshape(4, count)
    size, back = np.abs(flow), flow < 0
    inside = np.where(back, at_tail[:count], at_head[:count])
    F[:count] = flow
    enter[:count] = np.where(back, behind, before) - np.where(size > 1e-12, H[:count] * inside / np.where(size > 0, size, 1), 0)
    leave[:count] = np.where(back, head, tail)


def mover_sums(count, start, F, enter, leave, rise, inlet, sums):
    """Sums over the tubes of each mover: F, |F|, |F| enter, |F| leave, rise F, inflow of inlets, that x enter, backward flow."""
    for n in range(count):
        t = slice(start[n], start[n + 1])
        size = np.abs(F[t]) + 1e-9
        drawn = np.where(inlet[t] != 0, np.maximum(F[t], 0) + 1e-9, 0)
        sums[8 * n : 8 * n + 8] = (
            F[t].sum(), size.sum(), (size * enter[t]).sum(), (size * leave[t]).sum(), (rise[t] * F[t]).sum(), drawn.sum(),
            (drawn * enter[t]).sum(), np.maximum(-F[t], 0).sum(),
        )  # fmt: skip


def _effectiveness(UA, C_air, C_water, is_cross):
    """Of a coil by number of transfer units: counter flow, or cross flow with both streams unmixed (Incropera & DeWitt 2002)."""
    least, most = min(C_air, C_water), max(C_air, C_water)
    N, ratio = UA / (least + 1e-30), least / (most + 1e-30)
    if is_cross:
        some, unlike = max(N, 1e-9), max(ratio, 1e-9)
        return 1 - np.exp(some**0.22 / unlike * (np.exp(-unlike * some**0.78) - 1))
    left = np.exp(-N * (1 - ratio))
    return (1 - left) / (1 - ratio * left) if ratio < 0.9999 else N / (1 + N)


def mover_respond(count, sums, settings, first, T_knot, n_knot, speed, trim, out, gain):
    """Speed of each mover's fans, heat of its coil, heat of its fans; `settings` and `out` as in the kernel."""
    for n in range(count):
        g = settings[16 * n : 16 * n + 16]
        net, F, warm_in, warm_out, work, drawn, warm_drawn, _ = sums[8 * n : 8 * n + 8]
        T_in, T_out = warm_in / F, warm_out / F
        a, b = first[n], first[n + 1]
        if b > a:
            wanted = np.interp(warm_drawn / drawn if drawn > 0 else T_in, T_knot[a:b], n_knot[a:b])
            speed[n] += gain * (wanted - speed[n])
        power = max(work, 0.0) * g[10] if g[10] > 0 else speed[n] ** 3 * g[11]
        heat = g[12] * power
        warm = heat / max(F, heat / 20 + 1e-30) if 20 * F > heat else heat / (heat / 20 + 1e-30)
        span = T_in - g[3]
        UA = g[1] * (max(F / (g[9] + 1e-30), 1e-3) ** g[8] if g[8] > 0 else 1.0)
        C_air = F * (1 - g[4])
        full = _effectiveness(UA, C_air, g[2], g[5] > 0) * min(C_air, g[2]) * span if g[0] > 0 else 0.0
        valve = 1.0
        if g[6] == 1:
            wanted = F * (T_in - g[7]) + F * warm + trim[n]
            valve = min(max(wanted / full, 0.0), 1.0) if full > 0 else 0.0
            bound = 0.2 * full if full > 0 else 0.0
            miss = T_out - g[7]
            waits = (valve >= 1 and miss > 0) or (valve <= 0 and miss < 0)
            moved = trim[n] + (0.0 if waits else gain * F * miss)
            trim[n] = min(max(moved, -bound), bound)
        if g[6] == 2:
            step = (T_in - g[7]) / (full / F if full > 1e-3 * F else 1e-3)
            trim[n] = valve = min(max(trim[n] + 0.1 * gain * min(max(step, -1.0), 1.0), 0.0), 1.0)
        Q = valve * full if g[0] > 0 else 0.0
        out[8 * n : 8 * n + 8] = Q / (F * (span if abs(span) > 1e-9 else 1e-9)), g[3], warm, valve, Q, full, power, T_in


def tube_heat(count, mover, F, enter, power, most, out, H, change):
    """New heat of each tube and its change: servers' power within |F| most, fans' heat, less what the coil takes."""
    g = out.reshape(-1, 8)[mover[:count]]
    size = np.abs(F[:count])
    fresh = np.minimum(power[:count], size * most[:count]) + size * (g[:, 2] - g[:, 0] * (enter[:count] - g[:, 1]))
    change[:count] = fresh - H[:count]
    H[:count] = fresh


def body_heat(count, cell, tube, H, su):
    """Heat of tubes into the sources of their heated cells."""
    su.reshape(-1)[cell[:count]] += H[tube[:count]].astype(su.dtype)


def body_heat_change(count, cell, tube, change, rd, rhs):
    """A change of that heat between sweeps, carried into the finished rows."""
    cell = cell[:count]
    rhs.reshape(-1)[cell] += change[tube[:count]].astype(rhs.dtype) * _take(rd, cell)
