"""Planes of one axis: exact break points, mergers by priority, counts, bounded stretching."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshes.axis import (
    MERGE_SHARE,
    OPENING,
    RATIO_SLACK,
    REFINEMENT,
    SAME_PLACE,
    SOLID,
    BreakPoint,
    GridError,
    build_axis,
    merge_break_points,
)

points_strategy = st.lists(st.builds(BreakPoint, st.floats(0.0, 5.0), st.sampled_from([OPENING, SOLID, REFINEMENT])), max_size=12)


def largest_ratio(planes):
    widths = np.diff(planes)
    return max(1.0, (widths[1:] / widths[:-1]).max(), (widths[:-1] / widths[1:]).max()) if len(widths) > 1 else 1.0


def test_without_break_points_the_axis_is_uniform():
    axis = build_axis(6.0, [], 0.1)
    assert len(axis.planes) == 61
    np.testing.assert_allclose(np.diff(axis.planes), 0.1, rtol=1e-12)
    assert axis.is_break.nonzero()[0].tolist() == [0, 60]


@pytest.mark.parametrize(
    ("length", "cell", "count"), [(0.6, 0.1, 6), (0.15, 0.1, 2), (0.9, 0.2, 5), (0.04, 0.1, 1), (0.3, 0.2, 2)]
)
def test_cells_of_a_segment_are_rounded_half_up_and_at_least_one(length, cell, count):
    assert len(build_axis(length, [], cell).planes) - 1 == count


def test_the_higher_priority_stays_exactly():
    wanted = [BreakPoint(1.0, SOLID), BreakPoint(1.02, OPENING), BreakPoint(2.0, SOLID)]
    assert merge_break_points(3.0, [BreakPoint(0.0, 4), BreakPoint(3.0, 4), *wanted], 0.1) == [0.0, 1.02, 2.0, 3.0]


def test_planes_a_quarter_cell_apart_stay_and_closer_ones_merge():
    assert len(merge_break_points(3.0, [BreakPoint(1.0, SOLID), BreakPoint(1.025, SOLID)], 0.1)) == 2
    assert len(merge_break_points(3.0, [BreakPoint(1.0, SOLID), BreakPoint(1.0249, SOLID)], 0.1)) == 1


def test_the_place_of_more_objects_wins_among_equals():
    assert merge_break_points(3.0, [BreakPoint(1.0, SOLID), BreakPoint(1.01, SOLID), BreakPoint(1.01, SOLID)], 0.1) == [1.01]


def test_round_off_is_no_second_plane():
    assert len(build_axis(3.0, [BreakPoint(0.1 + 0.2, OPENING), BreakPoint(0.3, SOLID)], 0.1).planes) == 31


def test_refinement_is_dense_inside_and_coarse_outside():
    axis = build_axis(4.0, [], 0.2, [(1.0, 2.0, 0.05)])
    centres = 0.5 * (axis.planes[1:] + axis.planes[:-1])
    inside = (centres > 1.0) & (centres < 2.0)
    np.testing.assert_allclose(np.diff(axis.planes)[inside], 0.05)
    np.testing.assert_allclose(np.diff(axis.planes)[~inside], 0.2)


def test_refinement_makes_thin_gaps_possible():
    points = [BreakPoint(1.0, SOLID), BreakPoint(1.01, SOLID)]
    assert len(merge_break_points(4.0, points, 0.1, [(0.9, 1.1, 0.02)])) == 2


@pytest.mark.parametrize("ratio", [1.05, 1.1, 1.2, 1.5])
def test_stretching_bounds_the_ratio_of_neighbours(ratio):
    axis = build_axis(6.0, [BreakPoint(2.2, OPENING), BreakPoint(3.33, SOLID)], 0.2, [(1.0, 1.4, 0.02)], ratio)
    assert largest_ratio(axis.planes) <= ratio * (1.0 + RATIO_SLACK)
    uniform = build_axis(6.0, [BreakPoint(2.2, OPENING), BreakPoint(3.33, SOLID)], 0.2, [(1.0, 1.4, 0.02)])
    assert set(np.round(uniform.planes[uniform.is_break], 9)) <= set(np.round(axis.planes, 9))
    assert np.diff(axis.planes).max() <= np.diff(uniform.planes).max() * (1.0 + 1e-6)


def test_stretching_changes_nothing_where_nothing_is_refined():
    points = [BreakPoint(1.8, OPENING), BreakPoint(4.2, OPENING)]
    np.testing.assert_array_equal(build_axis(6.0, points, 0.1).planes, build_axis(6.0, points, 0.1, stretching=1.2).planes)


def test_stretching_is_mirror_symmetric():
    planes = build_axis(4.0, [], 0.2, [(1.8, 2.2, 0.02)], 1.2).planes
    np.testing.assert_allclose(planes, 4.0 - planes[::-1], atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(points_strategy, st.sampled_from([0.05, 0.1, 0.37]), st.sampled_from([1.0, 1.15, 1.4]))
def test_any_break_points_give_a_rising_axis_whose_sizes_hold(points, cell, ratio):
    axis = build_axis(5.0, points, cell, stretching=ratio)
    widths = np.diff(axis.planes)
    assert axis.planes[0] == 0.0
    assert axis.planes[-1] == 5.0
    assert (widths > 0.0).all()
    assert widths.max() <= 1.5 * cell * (1.0 + 1e-6)
    breaks = axis.planes[axis.is_break]
    assert np.diff(breaks).min(initial=np.inf) >= MERGE_SHARE * cell - 2 * SAME_PLACE
    for point in points:  # every wanted plane is met to within a quarter cell
        assert np.abs(breaks - point.position).min() <= MERGE_SHARE * cell + SAME_PLACE
    if ratio > 1.0:
        assert largest_ratio(axis.planes) <= ratio * (1.0 + 2 * RATIO_SLACK)


@pytest.mark.parametrize("cell", [0.0, -1.0, float("nan"), float("inf")])
def test_a_size_no_cell_can_have_is_refused(cell):
    with pytest.raises(GridError, match="cell"):
        build_axis(1.0, [], cell)


def test_an_absurd_number_of_cells_is_refused_before_memory_is_asked_for():
    with pytest.raises(GridError, match=r"1e\+09 cells"):
        build_axis(1.0, [], 1e-9)


def test_stretching_below_one_is_refused():
    with pytest.raises(GridError, match="stretching"):
        build_axis(1.0, [], 0.1, stretching=0.9)
