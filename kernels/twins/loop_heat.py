"""Temperatures of liquid loops in NumPy; the legend is in src/loop_heat.cu."""

from __future__ import annotations

import numpy as np

from kernels.twins.hydraulics import place


def link_response(links, first, C, m, g, Ta, s, k, x, Tc, A, B, X):
    """A, B, X of every link."""
    for n in range(links):
        cells = Tc[first[n] : first[n + 1]][:: -1 if C[n] < 0.0 else 1]
        c, share = abs(C[n]), 1.0 / len(cells)
        D = c + m[n] + g[n]
        a, b, y = 1.0, 0.0, 0.0
        for old in cells:
            a = (c * a + share * k[n]) / D if D > 0.0 else 0.0
            y = (c * y + share * x[n]) / D if D > 0.0 else 0.0
            b = (c * b + m[n] * old + g[n] * Ta[n] + share * s[n]) / D if D > 0.0 else old
        A[n], B[n], X[n] = a, b, y


def cell_heat(links, first, start, end, other, C, m, g, Ta, s, k, x, T, Tc):
    """New temperatures of every cell from those of the nodes."""
    for n in range(links):
        cells = Tc[first[n] : first[n + 1]][:: -1 if C[n] < 0.0 else 1]
        c, o = abs(C[n]), n if other[n] < 0 else other[n]
        D = c + m[n] + g[n]
        up = T[end[n] if C[n] < 0.0 else start[n]]
        across = T[end[o] if C[o] < 0.0 else start[o]]
        given = (s[n] + k[n] * up + x[n] * across) / len(cells)
        for i in range(len(cells)):
            up = (c * up + m[n] * cells[i] + g[n] * Ta[n] + given) / D if D > 0.0 else cells[i]
            cells[i] = up


def heat_factor(
    loops, lanes, items, nodes, unknowns, entries, links, nodes_, start, end, slot, across, column, row, target, other,
    C, M, A, X, values, whole,
):  # fmt: skip
    """The matrix of the nodes and its factors."""
    n = np.arange(loops)
    every = np.arange(2 * unknowns + 2 * entries)[:, None]
    v = np.zeros((len(every), loops))
    v[:unknowns] = M[nodes_[place(np.arange(unknowns)[:, None], nodes, lanes, n)]]
    lower, upper, own = (
        v[unknowns : unknowns + entries],
        v[unknowns + entries : unknowns + 2 * entries],
        v[unknowns + 2 * entries :],
    )
    for i in range(items):
        link = links[place(i, items, lanes, n)]
        for k, one in enumerate(link):
            c, back = abs(C[one]), C[one] < 0.0
            up, down = (end[i], start[i]) if back else (start[i], end[i])
            if down >= unknowns:
                continue
            v[down, k] += c
            if slot[i] >= 0:
                (lower if down > up else upper)[slot[i], k] -= c * A[one]
            if other[one] >= 0:
                way = across[4 * i + 2 * back + (C[other[one]] < 0.0)]
                if way == -2:
                    v[down, k] -= c * X[one]
                elif way >= 0:
                    (upper if way % 2 else lower)[way // 2, k] -= c * X[one]
    own[:] = v[:unknowns]
    v[:unknowns][own == 0.0] = 1.0
    fine, next = np.ones(loops, bool), 0
    for j in range(unknowns):
        lost = ~(v[j] > 1e-11 * own[j])
        v[j], own[j] = np.where(lost, own[j], v[j]), np.where(lost, -own[j], own[j])
        fine &= ~lost
        for p in range(column[j], column[j + 1]):
            lower[p] /= v[j]
            for i in range(column[j], p):
                to = target[next]
                next += 1
                v[to] -= lower[p] * upper[i]
                v[to + entries] -= lower[i] * upper[p]
            v[row[p]] -= lower[p] * upper[p]
    values[place(every, len(every), lanes, n)] = v
    whole[n] = fine


def heat_solve(
    loops, lanes, items, nodes, unknowns, entries, links, nodes_, start, end, slot, across, column, row, other,
    other_start, other_end, C, S, A, B, X, values, b, T,
):  # fmt: skip
    """New temperatures of the nodes."""
    n = np.arange(loops)
    every = np.arange(2 * unknowns + 2 * entries)[:, None]
    v = values[place(every, len(every), lanes, n)]
    number = nodes_[place(np.arange(nodes)[:, None], nodes, lanes, n)]
    z = np.where(v[unknowns + 2 * entries :] == 0.0, T[number[:unknowns]], S[number[:unknowns]])
    for i in range(items):
        for k, one in enumerate(links[place(i, items, lanes, n)]):
            c, back = abs(C[one]), C[one] < 0.0
            up, down = (end[i], start[i]) if back else (start[i], end[i])
            if down >= unknowns or c == 0.0:
                continue
            given = B[one] + (A[one] * T[number[up, k]] if up >= unknowns else 0.0)
            if other[one] >= 0:
                reverse = C[other[one]] < 0.0
                if across[4 * i + 2 * back + reverse] == -1:
                    given += X[one] * T[other_end[one] if reverse else other_start[one]]
            z[down, k] += c * given
    for j in range(unknowns):
        z[j] -= np.minimum(v[unknowns + 2 * entries + j], 0.0) * T[number[j]]
        for p in range(column[j], column[j + 1]):
            z[row[p]] -= v[unknowns + p] * z[j]
    for j in reversed(range(unknowns)):
        for p in range(column[j], column[j + 1]):
            z[j] -= v[unknowns + entries + p] * z[row[p]]
        z[j] /= v[j]
    T[number[:unknowns]] = z
    b[place(np.arange(unknowns)[:, None], nodes, lanes, n)] = z
