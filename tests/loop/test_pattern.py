"""The factor's pattern: the same solution as a dense matrix, and no more entries than a tree needs."""

from __future__ import annotations

import numpy as np
import pytest

from thermal.loop.pattern import find_pattern
from thermal.loop.plan import batches, layout, pieces, real


@pytest.mark.parametrize("seed", range(12))
def test_elimination_by_the_pattern_is_that_of_a_dense_matrix(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = int(random.integers(2, 30))
    edges = [(int(random.integers(0, n)), n) for n in range(1, count)]
    edges += [tuple(sorted(random.choice(count, 2, replace=False).tolist())) for _ in range(int(random.integers(0, 2 * count)))]
    known = random.random(count) < 0.2
    known[0] = True
    pattern = find_pattern(count, edges, known.tolist())
    dense = np.zeros((count, count))
    for a, b in edges:
        y = random.uniform(0.5, 2.0)
        dense[[a, b, a, b], [a, b, b, a]] += y, y, -y, -y
    inside = dense[np.ix_(pattern.order, pattern.order)]
    rhs = random.uniform(-1.0, 1.0, pattern.unknowns)
    diagonal, lower, x = inside.diagonal().copy(), np.zeros(pattern.entries), rhs.copy()
    for a, b in edges:
        if pattern.slot(a, b) >= 0:
            i, j = pattern.place[a], pattern.place[b]
            lower[pattern.slot(a, b)] = inside[i, j]
    values, next = np.concatenate([diagonal, lower]), 0
    for j in range(pattern.unknowns):
        own = range(pattern.column[j], pattern.column[j + 1])
        for k in own:
            off = values[pattern.unknowns + k] / values[j]
            x[pattern.row[k]] -= off * x[j]
            values[pattern.row[k]] -= off * values[pattern.unknowns + k]
            for i in range(pattern.column[j], k):
                values[pattern.target[next]] -= off * values[pattern.unknowns + i]
                next += 1
    assert next == len(pattern.target)
    for j in reversed(range(pattern.unknowns)):
        for k in range(pattern.column[j], pattern.column[j + 1]):
            x[j] -= values[pattern.unknowns + k] * x[pattern.row[k]]
        x[j] /= values[j]
    np.testing.assert_allclose(x, np.linalg.solve(inside, rhs), rtol=1e-9, atol=1e-12)


def test_a_tree_needs_no_fill_and_a_ring_one_entry_a_node() -> None:
    random = np.random.default_rng(1)
    tree = [(int(random.integers(0, n)), n) for n in range(1, 500)]
    assert find_pattern(500, tree, [False] * 500).entries == 499
    ring = [(n, (n + 1) % 500) for n in range(500)]
    assert find_pattern(500, ring, [False] * 500).entries == 2 * 500 - 3


def test_pieces_of_one_topology_share_a_batch() -> None:
    ends = np.array([[0, 1], [1, 2], [3, 4], [4, 5], [6, 7]])
    held = [True, False, False, True, False, False, True, False]
    assert pieces(8, ends.tolist()).tolist() == [0, 0, 0, 1, 1, 1, 2, 2]
    found = batches(ends, [], held)
    assert [one.loops for one in found] == [2, 1]
    assert found[0].links.tolist() == [[0, 2], [1, 3]]
    assert layout(found[0].links, 2).tolist() == [0, 2, 1, 3] and layout(found[0].links, 1).tolist() == [0, 1, 2, 3]
    assert layout(np.array([[0, 2, 4], [1, 3, 5]], np.int32), 2).tolist() == [0, 2, 1, 3, 4, 4, 5, 5]
    assert real(2, 3, 2).tolist() == [True, True, True, True, True, False, True, False]
