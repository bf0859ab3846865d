"""Arguments of the kernels of liquid loops: as many loops as a hall has entries in a list, all of one small topology.

Five nodes, the last one held, and seven links: a ring with two chords. Laws take every branch, those that are stiff by 1e13
and more on halls of their own, lest they hide the digits of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from kernels.samples import Hall

Recipe = Callable[["Hall"], Any]

START, END, SLOT = [4, 0, 1, 2, 3, 0, 1], [0, 1, 2, 3, 4, 2, 3], [-1, 0, 2, 4, -1, 1, 3]
COLUMN, ROW, TARGET = [0, 2, 4, 5, 5], [1, 2, 2, 3, 3], [6, 8]
LINKS, NODES, UNKNOWNS, ENTRIES = 7, 5, 4, 5


def lanes(hall: Hall) -> int:
    """One or two."""
    return 1 + hall.size[0] % 2 if hall.count > 1 else 1


def padded(hall: Hall) -> int:
    """Loops that fill the last lanes too."""
    return -(-hall.count // lanes(hall)) * lanes(hall)


def whole(values: list[int]) -> Recipe:
    """The same whole numbers for every hall."""
    return lambda hall: np.array(values, np.int32)


def items(each: int, low: float, high: float) -> Recipe:
    """So many numbers a loop."""
    return lambda hall: hall.random.uniform(low, high, each * padded(hall))


def law(hall: Hall) -> np.ndarray:
    """Eleven parts of the laws of all links."""
    count = LINKS * padded(hall)
    share = hall.random.random((11, count))
    parts = np.empty((11, count))
    parts[0] = np.where(share[0] < 0.8, 0.5 + share[1], 0.0)
    parts[1] = 10.0 ** (2.5 + 3.0 * share[1])
    parts[2] = 0.01 * share[2]
    parts[3] = np.where(share[3] < 0.7, share[4], 0.0)
    parts[4] = np.where(share[4] < 0.5, share[5], 0.0)
    parts[5] = 1.0 + share[5]
    parts[6] = 1e-4 * share[6]
    parts[7] = share[7]
    parts[8:10] = 0.5 + share[8:10]
    parts[10] = 0.3 if hall.size[0] == 1 else 1e300
    return parts.ravel()


def search(hall: Hall) -> np.ndarray:
    """Length of the step, slope at its start, ends of the bracket and slopes there, trials, steps."""
    one = hall.random.uniform(0.1, 0.9, (padded(hall), 8))
    one[:, 2], one[:, 3], one[:, 4] = 0.0, 1.0, -one[:, 4]
    one[:, 6], one[:, 7] = hall.random.integers(0, 4, len(one)), hall.random.integers(20, 30, len(one))
    return one.ravel()


def swamee(hall: Hall) -> int:
    """Each friction law in turn."""
    return hall.size[1] % 2


def form(hall: Hall) -> np.ndarray:
    """Links that are shut or open one way, on halls of nine cells along x."""
    highest = 4 if hall.size[0] == 9 else 1
    return hall.random.integers(0, highest, LINKS * padded(hall)).astype(np.int32)


BY_FILE: dict[tuple[str, str], Recipe] = {
    ("hydraulics", "count"): lambda hall: LINKS * padded(hall),
    ("hydraulics", "loops"): lambda hall: hall.count,
    ("hydraulics", "lanes"): lanes,
    ("hydraulics", "links"): lambda hall: LINKS,
    ("hydraulics", "nodes"): lambda hall: NODES,
    ("hydraulics", "unknowns"): lambda hall: UNKNOWNS,
    ("hydraulics", "entries"): lambda hall: ENTRIES,
    ("hydraulics", "swamee"): swamee,
    ("hydraulics", "all"): lambda hall: 5,
    ("hydraulics", "phase"): lambda hall: hall.random.integers(0, 5, padded(hall)).astype(np.int32),
    ("hydraulics", "others"): lambda hall: LINKS * padded(hall),
    ("hydraulics", "which"): lambda hall: hall.random.permutation(LINKS * padded(hall)).astype(np.int32),
    ("hydraulics", "law"): law,
    ("hydraulics", "form"): form,
    ("hydraulics", "curve"): lambda hall: hall.random.integers(-1, 2, LINKS * padded(hall)).astype(np.int32),
    ("hydraulics", "first"): whole([0, 3, 5]),
    ("hydraulics", "knots"): lambda hall: np.array(
        [-0.5, 0.1, 0.6, 0.0, 0.4, -1.0, 0.3, 1.2, 0.0, 2.0, 1.0, 1.5, 2.0, 3.0, 6.0, 0.5, 0.0, 0.7, 0.4, 0.9]
    ),
    **{("hydraulics", name): items(LINKS, -1.0, 1.0) for name in ("t", "q", "d", "h", "lift")},
    ("hydraulics", "y"): items(LINKS, 0.5, 1.5),
    **{("hydraulics", name): items(NODES, -1.0, 1.0) for name in ("p", "b", "inflow")},
    ("hydraulics", "values"): items(UNKNOWNS + ENTRIES, -1.0, 1.0),
    ("hydraulics", "search"): search,
    **{
        ("hydraulics", name): whole(values)
        for name, values in (("start", START), ("end", END), ("slot", SLOT), ("column", COLUMN), ("row", ROW), ("target", TARGET))
    },
}


def whole_layout(each: int) -> Recipe:
    """Numbers of links or nodes of all loops, loop by loop, in the kernel's order."""

    def make(hall: Hall) -> np.ndarray:
        numbers = np.arange(each * padded(hall)).reshape(-1, lanes(hall), each)
        return np.ascontiguousarray(numbers.transpose(0, 2, 1)).ravel().astype(np.int32)

    return make


def of_all(each: list[int]) -> Recipe:
    """Node numbers of all links, from those of one loop."""
    return lambda hall: (np.array(each)[None, :] + NODES * np.arange(padded(hall))[:, None]).ravel().astype(np.int32)


def other(hall: Hall) -> np.ndarray:
    """In each loop the second and the last link exchange heat."""
    across = np.full((padded(hall), LINKS), -1)
    across[:, 1], across[:, 6] = 6, 1
    return np.where(across < 0, -1, across + LINKS * np.arange(padded(hall))[:, None]).ravel().astype(np.int32)


def across(hall: Hall) -> np.ndarray:
    """Places for the pairs of leaving node and node that enters the other link: link 1 is 0-1, link 6 is 1-3.

    Row 1 takes from 1 (itself) or 3, row 0 from 1 or 3; row 3 from 0 or 1, row 1 from 0 or 1. There is no entry (0, 3) in the
    pattern, so that one counts as known.
    """
    ways = np.full((LINKS, 4), -1)
    ways[1] = [-2, 2 * 3 + 1, 2 * 0 + 1, -1]
    ways[6] = [-1, 2 * 3, 2 * 0, -2]
    return ways.ravel().astype(np.int32)


def unequal(hall: Hall) -> np.ndarray:
    """First cell of each link: one to three cells."""
    cells = 1 + np.arange(LINKS * padded(hall)) % 3
    return np.concatenate([[0], np.cumsum(cells)]).astype(np.int32)


def of_cells(hall: Hall) -> np.ndarray:
    """A temperature for each cell."""
    return hall.random.uniform(0.5, 1.5, unequal(hall)[-1])


def capacity(hall: Hall) -> np.ndarray:
    """Capacity rates of both signs, some 0."""
    return hall.random.uniform(-1.0, 1.0, LINKS * padded(hall)) * (hall.random.random(LINKS * padded(hall)) < 0.9)


BY_FILE |= {
    ("loop_heat", "links"): whole_layout(LINKS),
    ("loop_heat", "nodes_"): whole_layout(NODES),
    ("loop_heat", "items"): lambda hall: LINKS,
    **{("loop_heat", name): BY_FILE["hydraulics", name] for name in ("loops", "lanes", "nodes", "unknowns", "entries")},
    **{("loop_heat", name): BY_FILE["hydraulics", name] for name in ("start", "end", "slot", "column", "row", "target")},
    ("loop_heat", "first"): unequal,
    ("loop_heat", "Tc"): of_cells,
    ("loop_heat", "C"): capacity,
    **{("loop_heat", name): items(LINKS, 0.1, 0.5) for name in ("m", "g", "A", "B")},
    **{("loop_heat", name): items(LINKS, 0.5, 1.5) for name in ("Ta", "s")},
    **{("loop_heat", name): items(LINKS, -0.2, 0.2) for name in ("k", "x", "X")},
    **{("loop_heat", name): items(NODES, 0.5, 1.5) for name in ("T", "S", "M", "b")},
    ("loop_heat", "values"): items(2 * (UNKNOWNS + ENTRIES), 0.5, 1.5),
    ("loop_heat", "whole"): lambda hall: np.zeros(padded(hall), np.int32),
    ("loop_heat", "other"): other,
    ("loop_heat", "across"): across,
    ("loop_heat", "other_start"): lambda hall: of_all(START)(hall)[np.maximum(other(hall), 0)],
    ("loop_heat", "other_end"): lambda hall: of_all(END)(hall)[np.maximum(other(hall), 0)],
}
BY_KERNEL: dict[tuple[str, str], Recipe] = {
    **{(kernel, "links"): lambda hall: LINKS * padded(hall) for kernel in ("link_response", "cell_heat")},
    ("cell_heat", "start"): of_all(START),
    ("cell_heat", "end"): of_all(END),
    # factors of well-behaved matrices: a large diagonal
    ("heat_factor", "M"): items(NODES, 2.0, 3.0),
}
