"""Flows and pressures of liquid loops in NumPy; the legend is in src/hydraulics.cu."""

from __future__ import annotations

import numpy as np

LAMINAR, TURBULENT = 2000.0, 4000.0
TIGHT, HELD, STEEPEST, FREE = 1e17, 1e13, 5e16, 25
LINEAR, LEAST = 1e-4, 1.0


def place(item, items, lanes, n):
    """Where an item of loop n lies."""
    return n // lanes * lanes * items + item * lanes + n % lanes


def turbulent(swamee, Re, e):
    """Friction factor of Darcy and d ln f / d ln Re."""
    if swamee:
        smooth = 5.74 * np.exp(-0.9 * np.log(Re))
        rough = e / 3.7 + smooth
        L = np.log(rough)
        return 1.325474527619599503 / (L * L), 1.8 * smooth / (L * rough)
    A = e * Re * 0.123968186335417556
    B = np.log(Re) - 0.779397488455682028
    F = B - 0.2
    for _ in range(2):
        S = A + F
        E = (np.log(S) + F - B) / (1.0 + S)
        F = F - (1.0 + S + 0.5 * E) * E * S / (1.0 + S + E * (1.0 + E / 3.0))
    return 1.325474527619599503 / (F * F), -2.0 / (1.0 + A + F)


def friction(swamee, Re, e):
    """f(Re) Re and its derivative."""
    f, s = turbulent(swamee, np.maximum(Re, TURBULENT), e)
    w = TURBULENT - LAMINAR
    x = (Re - LAMINAR) / w
    rise, last = f * TURBULENT - 64.0, f * (1.0 + s) * w
    between = 64.0 + x * x * (3.0 * rise - last + x * (last - 2.0 * rise))
    slope = x * (2.0 * (3.0 * rise - last) + 3.0 * x * (last - 2.0 * rise)) / w
    cases = [Re <= LAMINAR, Re >= TURBULENT]
    return np.select(cases, [64.0, f * Re], between), np.select(cases, [0.0, f * (1.0 + s)], slope)


def along(knots, all, begin, end, x):
    """Fall and slope of curves."""
    q, h, s, c = (knots[part * all : (part + 1) * all] for part in range(4))
    m = begin.copy()
    for _ in range(int((end - begin).max()) - 2):
        m = np.where((m < end - 2) & (x >= q[m + 1]), m + 1, m)
    w = q[m + 1] - q[m]
    z, rise, a, b = (x - q[m]) / w, h[m + 1] - h[m], s[m] * w, s[m + 1] * w
    inside = h[m] + z * (a + z * (3.0 * rise - 2.0 * a - b + z * (a + b - 2.0 * rise)))
    slope = (a + z * (2.0 * (3.0 * rise - 2.0 * a - b) + z * 3.0 * (a + b - 2.0 * rise))) / w
    low, high, last = x - q[begin], x - q[end - 1], end - 1
    cases = [low < 0.0, high >= 0.0]
    r = np.select(cases, [h[begin] + low * (s[begin] - c[begin] * low), h[last] + high * (s[last] + c[last] * high)], inside)
    return r, np.select(cases, [s[begin] - 2.0 * c[begin] * low, s[last] + 2.0 * c[last] * high], slope)


def pipe_laws(count, law, t, h, y):
    """h and y of every link as if it were a pipe, friction after Colebrook."""
    _pipe_laws(0, count, law, t, h, y)


def pipe_laws_swamee_jain(count, law, t, h, y):
    """The same, friction after Swamee and Jain."""
    _pipe_laws(1, count, law, t, h, y)


def _pipe_laws(swamee, count, law, t, h, y):
    a, r, e, c, gain = (law[k * count : (k + 1) * count] for k in (0, 1, 2, 3, 7))
    q = t[:count]
    Re = r * np.abs(q)
    g, dg = friction(swamee, Re, e)
    root = np.sqrt(q * q + LINEAR / np.where(c > 0.0, c, 1.0))
    h[:count] = a * g * q + c * q * root - gain
    y[:count] = 1.0 / np.maximum(a * (g + Re * dg) + c * (root + q * q / root), LEAST)


def other_laws(others, count, swamee, all, which, law, form, curve, first, knots, t, h, y):
    """h and y of the links that are more than a pipe."""
    n = which[:others].astype(np.int64)
    part = [law[k * count + n] for k in range(11)]
    against = ((form[n] & 1) != 0) & (t[n] < 0.0)
    q = np.where(against, 0.0, t[n])
    Re = part[1] * np.abs(q)
    g, dg = friction(swamee, Re, part[2])
    fall, slope = part[0] * g * q - part[7], part[0] * (g + Re * dg)
    on = part[3] > 0.0
    c, x = part[3][on], q[on]
    root = np.sqrt(x * x + LINEAR / c)
    fall[on] += c * x * root
    slope[on] += c * (root + x * x / root)
    on = part[4] > 0.0
    z, x = part[5][on] - 1.0, q[on]
    square = x * x + part[6][on]
    c = part[4][on] * np.exp(0.5 * z * np.log(square))
    fall[on] += c * x
    slope[on] += c * (1.0 + z * x * x / square)
    on = curve[n] >= 0
    if on.any():
        k = curve[n][on]
        r, dr = along(knots, all, first[k].astype(np.int64), first[k + 1].astype(np.int64), q[on] / part[9][on])
        fall[on] += part[8][on] * r
        slope[on] += part[8][on] / part[9][on] * dr
    over = q - part[10]
    on = over > 0.0
    held = np.minimum(HELD / part[10][on], STEEPEST)
    fall[on] += held * over[on]
    slope[on] += held
    h[n] = np.where(against, fall + TIGHT * t[n], fall)
    y[n] = np.where(form[n] & 2, 0.0, 1.0 / np.maximum(np.where(against, TIGHT, slope), LEAST))


def flow_round(
    loops, lanes, links, nodes, unknowns, entries, start, end, slot, column, row, target,
    inflow, lift, h, y, phase, search, values, b, p, d, q, t,
):  # fmt: skip
    """Judge the trial flows of each loop; then a shorter step, or the next Newton step."""
    n = np.flatnonzero(phase[:loops] < 4)
    step = search.reshape(-1, 8)
    link = place(np.arange(links)[:, None], links, lanes, n)
    node = place(np.arange(nodes)[:, None], nodes, lanes, n)
    slope = (d[link] * (h[link] - (p[node[start]] - p[node[end]] + lift[link]))).sum(axis=0)
    accept = (np.abs(slope) <= 0.5 * step[n, 1]) | ((slope <= 0.0) & (step[n, 0] >= 1.0)) | (step[n, 6] >= 40.0)
    accept |= (phase[n] != 2) | (step[n, 7] < FREE)
    _shorten(n[~accept], slope[~accept], step)
    back = link[:, ~accept]
    t[back] = q[back] + step[n[~accept], 0] * d[back]
    n, link, node = n[accept], link[:, accept], node[:, accept]
    if len(n) == 0:
        return
    last = phase[n] == 3
    w = np.where(last & (y[link] <= 1.0 / TIGHT), 0.0, y[link])
    q[link] = np.where(last & (w == 0.0), 0.0, t[link])
    r = np.where(last, 0.0, h[link] - (p[node[start]] - p[node[end]] + lift[link]))
    x = q[link] - w * r
    rest, a = inflow[node], np.zeros((unknowns + entries, len(n)))
    for m in range(links):
        rest[start[m]] -= x[m]
        rest[end[m]] += x[m]
        if slot[m] >= 0:
            a[unknowns + slot[m]] += w[m]
        elif min(start[m], end[m]) < unknowns:
            a[min(start[m], end[m])] += w[m]
    _solve(unknowns, column, row, target, a, rest)
    rest[unknowns:] = 0.0
    values[place(np.arange(unknowns + entries)[:, None], unknowns + entries, lanes, n)] = a
    b[node] = rest
    r = r - (rest[start] - rest[end])
    d[link] = -w * r
    t[link] = q[link] + d[link]
    p[node] += np.where(last, 0.0, rest)
    most, height = np.abs(t[link]).max(axis=0), np.abs(p[node]).max(axis=0)
    size = np.abs(d[link])
    done = ((size <= 1e-10 * most + 1e-18) | (size <= 4e-15 * height * y[link])) & (size <= (1e-6 * height + 1e-3) * y[link])
    done = done.all(axis=0) & (phase[n] == 2)
    q[link[:, last]] = t[link[:, last]]
    steps = np.where(phase[n] == 0, 0.0, step[n, 7] + 1.0)
    phase[n] = np.where(last, 4, np.where(done, 3, np.where(phase[n] == 0, 1, 2)))
    s0 = -(d[link] * r).sum(axis=0)
    zero, one = np.zeros(len(n)), np.ones(len(n))
    step[n] = np.stack([one, s0, zero, one, -s0, s0, zero, steps], axis=1)


def _shorten(n, slope, step):
    """A step between the ends of the bracket, by a secant or its middle."""
    for one, s in zip(n, slope, strict=True):
        row = step[one]
        row[3 if s > 0.0 else 2] = row[0]
        row[5 if s > 0.0 else 4] = s
        share = 0.5 if int(row[6]) % 3 == 2 else -row[4] / (row[5] - row[4])
        row[0] = row[2] + min(max(share, 0.02), 0.98) * (row[3] - row[2])
        row[6] += 1.0


def _solve(unknowns, column, row, target, a, x):
    """Conductances a and what flows into nodes x: x becomes pressures, 0 at the last node of a part that is cut off."""
    next = 0
    for j in range(unknowns):
        ground = a[j].copy()
        for k in range(column[j], column[j + 1]):
            a[j] += a[unknowns + k]
        pivot = np.where(a[j] > 0.0, a[j], np.inf)
        for k in range(column[j], column[j + 1]):
            off = a[unknowns + k] / pivot
            x[row[k]] += off * x[j]
            a[row[k]] += off * ground
            for i in range(column[j], k):
                a[target[next]] += off * a[unknowns + i]
                next += 1
    for j in reversed(range(unknowns)):
        for k in range(column[j], column[j + 1]):
            x[j] = x[j] + a[unknowns + k] * x[row[k]]
        x[j] = x[j] / np.where(a[j] > 0.0, a[j], np.inf)
