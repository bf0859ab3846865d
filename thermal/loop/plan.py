"""A network in numbers: links and nodes by index, its separate pieces, and pieces of equal topology side by side in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermal.loop.pattern import Pattern, find_pattern

Ints = NDArray[np.int32]
BLOCK = 64  # loops of a batch on a processor: their numbers then stay in its second-level cache


@dataclass(frozen=True)
class Batch:
    """Pieces of one topology. Nodes are numbered in the order of elimination, held ones last.

    links   (links, loops) number of each link in the network;   nodes   (nodes, loops) of each node
    start, end   (links,) nodes of a piece;   slot   (links,) entry of the factor, -1 at a held node
    """

    pattern: Pattern
    links: Ints
    nodes: Ints
    start: Ints
    end: Ints
    slot: Ints

    @property
    def loops(self) -> int:
        """How many pieces."""
        return self.links.shape[1]


def pieces(vertices: int, edges: Sequence[tuple[int, int]]) -> Ints:
    """(vertices,) number of the connected piece of each vertex, in the order of their first vertices."""
    parent = list(range(vertices))

    def root(v: int) -> int:
        while parent[v] != v:
            parent[v] = parent[parent[v]]
            v = parent[v]
        return v

    for a, b in edges:
        ra, rb = root(a), root(b)
        parent[max(ra, rb)] = min(ra, rb)
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(root(v), len(numbers)) for v in range(vertices)], np.int32)


def batches(ends: NDArray, extra: Sequence[tuple[int, int]], held: Sequence[bool], most: int = BLOCK) -> list[Batch]:
    """The pieces of a graph in batches of equal topology, at most `most` in one.

    ends    (links, 2) nodes of each link;   extra   pairs of nodes that belong together though no link joins them
    held    for each node, whether its value is known
    """
    edges = [(int(a), int(b)) for a, b in ends]
    label = pieces(len(held), [*edges, *extra])
    count = int(label.max()) + 1 if len(held) else 0
    nodes: list[list[int]] = [[] for _ in range(count)]
    local = np.empty(len(held), np.int64)
    for node, piece in enumerate(label):
        local[node] = len(nodes[piece])
        nodes[piece].append(node)
    links: list[list[int]] = [[] for _ in range(count)]
    for link, (a, _) in enumerate(edges):
        links[label[a]].append(link)
    more: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for a, b in extra:
        more[label[a]].append((int(local[a]), int(local[b])))
    alike: dict[tuple, list[int]] = {}
    for piece in range(count):
        inside = tuple((int(local[edges[m][0]]), int(local[edges[m][1]])) for m in links[piece])
        key = (inside, tuple(more[piece]), tuple(bool(held[v]) for v in nodes[piece]))
        alike.setdefault(key, []).append(piece)
    found = []
    for (inside, others, known), same in alike.items():
        pattern = find_pattern(len(known), [*inside, *others], known)
        order = np.concatenate([pattern.order, np.flatnonzero(known)]).astype(np.int64)
        place = np.empty(len(known), np.int64)
        place[order] = np.arange(len(known))
        pairs = np.array(inside, np.int64).reshape(-1, 2)
        slot = np.array([pattern.slot(a, b) for a, b in inside], np.int32)
        for begin in range(0, len(same), most):
            some = same[begin : begin + most]
            numbers = np.array([links[one] for one in some], np.int32).reshape(len(some), len(inside)).T
            places = np.array([nodes[one] for one in some], np.int64)[:, order].T.astype(np.int32)
            ends_here = place[pairs].astype(np.int32)
            found.append(
                Batch(
                    pattern,
                    np.ascontiguousarray(numbers),
                    np.ascontiguousarray(places),
                    np.ascontiguousarray(ends_here[:, 0]),
                    np.ascontiguousarray(ends_here[:, 1]),
                    slot,
                )
            )
    return found


def real(items: int, loops: int, lanes: int) -> NDArray[np.bool_]:
    """Which entries of a `layout` belong to a loop, and do not fill the last lanes."""
    place = np.arange(-(-loops // lanes) * lanes * items)
    return place // (items * lanes) * lanes + place % lanes < loops


def layout(numbers: Ints, lanes: int) -> Ints:
    """(items, loops) as one list in the order of kernels/src/hydraulics.cu; the last loop is repeated to fill its lanes."""
    items, loops = numbers.shape
    full = -(-loops // lanes) * lanes
    padded = np.concatenate([numbers, np.repeat(numbers[:, -1:], full - loops, axis=1)], axis=1)
    return np.ascontiguousarray(padded.reshape(items, full // lanes, lanes).transpose(1, 0, 2).ravel())
