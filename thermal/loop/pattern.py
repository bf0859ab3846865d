"""Which entries a sparse symmetric matrix and its factor have, found once: minimum degree, then elimination on paper."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Pattern:
    """The lower factor L of a matrix over a graph, unknowns in the order of elimination.

    order    (unknowns,) which vertex is eliminated when;   place   (vertices,) its inverse, -1 for vertices that are known
    column   (unknowns + 1,) where the entries of each column of L begin;   row   (entries,) their rows, rising in a column
    target   where each product of two entries of a column goes, `unknowns` + an entry: column by column, the entries k in
             order and with each the entries i before k
    """

    order: Ints
    place: Ints
    column: Ints
    row: Ints
    target: Ints

    @property
    def unknowns(self) -> int:
        """Rows."""
        return len(self.order)

    @property
    def entries(self) -> int:
        """Entries of L below the diagonal."""
        return len(self.row)

    def slot(self, a: int, b: int) -> int:
        """The entry of L that belongs to two vertices, -1 if one of them is known."""
        i, j = int(self.place[a]), int(self.place[b])
        return -1 if min(i, j) < 0 else self.between(i, j)

    def between(self, i: int, j: int) -> int:
        """The entry of L in two rows, of the later one in the column of the earlier one."""
        i, j = min(i, j), max(i, j)
        begin, end = self.column[i], self.column[i + 1]
        return int(begin + np.searchsorted(self.row[begin:end], j))


def find_pattern(vertices: int, edges: Sequence[tuple[int, int]], known: Sequence[bool]) -> Pattern:
    """The pattern of a matrix with an entry for each edge between unknown vertices.

    The next vertex is always one of least degree, the first of them: with elimination graphs kept as sets. Source: George and
    Liu, The evolution of the minimum degree ordering algorithm, SIAM Review 31 (1989), section 2.
    """
    around: list[set[int]] = [set() for _ in range(vertices)]
    for a, b in edges:
        if a != b and not known[a] and not known[b]:
            around[a].add(b)
            around[b].add(a)
    heap = [(len(around[v]), v) for v in range(vertices) if not known[v]]
    heapq.heapify(heap)
    place = np.full(vertices, -1, np.int32)
    order: list[int] = []
    columns: list[list[int]] = []
    while heap:
        degree, v = heapq.heappop(heap)
        if place[v] >= 0 or degree != len(around[v]):
            continue  # an entry of before its degree changed
        place[v] = len(order)
        order.append(v)
        columns.append(list(around[v]))
        for a in around[v]:
            around[a] |= around[v]
            around[a] -= {a, v}
            heapq.heappush(heap, (len(around[a]), a))
    rows = [sorted(int(place[v]) for v in column) for column in columns]
    column = np.concatenate([[0], np.cumsum([len(one) for one in rows])]).astype(np.int32)
    row = np.array([r for one in rows for r in one], np.int32)
    where = [{r: int(column[j]) + k for k, r in enumerate(one)} for j, one in enumerate(rows)]
    target = [len(order) + where[one[i]][one[k]] for one in rows for k in range(len(one)) for i in range(k)]
    return Pattern(np.array(order, np.int32), place, column, row, np.array(target, np.int32))
