"""The plan of levels: what merges, what stays apart, where it ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.linear.systems import stretched
from thermal.linear.coarsening import COARSEST, SHRINK, plan_levels
from thermal.linear.level import local_parents, local_starts


def planes(widths: list[np.ndarray]) -> list[np.ndarray]:
    """Plane positions of cell widths."""
    return [np.concatenate([[0.0], np.cumsum(w)]) for w in widths]


def ends_only(n: tuple[int, ...]) -> list[np.ndarray]:
    """No feature planes but the room's own walls."""
    return [np.array([True] + [False] * (count - 1) + [True]) for count in n]


def test_a_plain_box_halves_every_axis() -> None:
    """Uniform cells merge pairwise along all axes at once."""
    levels = plan_levels(planes([np.full(n, 0.1) for n in (32, 16, 8)]), ends_only((32, 16, 8)))
    assert [tuple(axis.n for axis in level) for level in levels] == [(32, 16, 8), (16, 8, 4), (8, 4, 2)]


def test_kept_planes_survive_while_levels_shrink() -> None:
    """A plane with a plate is a plane of the next levels."""
    keep = ends_only((32, 32, 32))
    keep[0][[7, 8, 21]] = True
    levels = plan_levels(planes([np.full(32, 0.1)] * 3), keep)
    for level in levels[:3]:
        positions = np.concatenate([[0.0], np.cumsum(level[0].widths)])
        for plane in (0.7, 0.8, 2.1):
            assert np.abs(positions - plane).min() < 1e-9


def test_strong_axes_merge_first() -> None:
    """Cells ten times wider than high merge upwards until they are cubes, then along all axes."""
    levels = plan_levels(planes([np.full(32, 1.0), np.full(32, 1.0), np.full(32, 0.1)]), ends_only((32, 32, 32)))
    assert [tuple(axis.n for axis in level) for level in levels[:4]] == [(32, 32, 32), (32, 32, 16), (32, 32, 8), (32, 32, 4)]
    assert levels[4][0].n < 32


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40)),
    st.floats(1.0, 10.0),
    st.lists(st.integers(0, 40), max_size=12),
)
def test_every_plan_ends_small_and_keeps_the_room(n: tuple[int, int, int], aspect: float, features: list[int]) -> None:
    """Whatever the planes: levels shrink, cells are one or two finer ones, widths add up, the last level is small."""
    keep = ends_only(n)
    for axis in range(3):
        keep[axis][[feature for feature in features if feature <= n[axis]]] = True
    levels = plan_levels(planes(stretched(n, aspect)), keep)
    sizes = [np.prod([axis.n for axis in level]) for level in levels]
    assert sizes[-1] <= COARSEST or max(n) == 1
    for fine, coarse, before, after in zip(levels, levels[1:], sizes, sizes[1:], strict=False):
        assert after <= SHRINK * before or after <= before // 2 + 1
        for axis, next_axis in zip(fine, coarse, strict=True):
            assert set(np.diff(axis.starts)) <= {1, 2}
            assert next_axis.n == len(axis.starts) - 1
            assert next_axis.widths.sum() == pytest.approx(axis.widths.sum())


def test_local_maps_of_a_cut_axis() -> None:
    """Blocks see the same parents and children as the whole axis, shifted, and past their ends too."""
    starts = np.array([0, 2, 3, 5, 7, 8, 10])  # cells 2 and 7 are only children
    low, high = 4, 8  # a block that begins with the second half of cell 2 (planes 3, 4) and ends on cell 4 (plane 7)
    coarse_low, coarse_high = 3, 5
    np.testing.assert_array_equal(local_starts(starts, low, coarse_low, coarse_high), [-1, 1, 3, 4, 6])
    parent, side = np.split(local_parents(starts, low, high, coarse_low), 2)
    np.testing.assert_array_equal(parent, [-2, -1, -1, 0, 0, 1, 2, 2])
    np.testing.assert_array_equal(side, [0, -1, 1, -1, 1, 0, -1, 1])
