"""The grid of three axes, its measures, and the coarser grids of a sequence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshes import OPENING, BreakPoint, GridError, build_grid, coarsen_grid
from meshes.grid import coarse_planes


def points(*positions):
    return [BreakPoint(position, OPENING) for position in positions]


@pytest.fixture
def grid():
    return build_grid((3.0, 2.0, 1.0), (points(0.7, 2.2), points(0.5), []), 0.1)


def test_measures_add_up(grid):
    assert grid.n == (30, 20, 10)
    assert grid.shape == (10, 20, 30)
    assert grid.cells == 6000
    assert grid.size == (3.0, 2.0, 1.0)
    assert grid.volumes().sum() == pytest.approx(6.0)
    for axis, area in enumerate((2.0, 3.0, 6.0)):
        face = grid.face_areas(axis)
        assert face.sum() == pytest.approx(area)
        assert np.broadcast_to(face, grid.shape).shape == grid.shape
        np.testing.assert_allclose(grid.widths(axis), np.diff(grid.planes(axis)))
        np.testing.assert_allclose(grid.centres(axis) - 0.5 * grid.widths(axis), grid.planes(axis)[:-1])


def test_the_nearest_plane_of_a_tie_is_the_lower_one():
    grid = build_grid((1.0, 1.0, 1.0), ([], [], []), 0.5)
    assert grid.nearest_plane(0, 0.25) == 0
    assert grid.nearest_plane(0, 0.26) == 1


def test_a_grid_error_names_its_axis():
    with pytest.raises(GridError, match="^y: "):
        build_grid((1.0, float("nan"), 1.0), ([], [], []), 0.1)


@pytest.mark.parametrize(
    ("count", "widths"), [(1, [1]), (2, [2]), (4, [2, 2]), (5, [2, 1, 2]), (6, [2, 2, 2]), (7, [2, 3, 2]), (9, [2, 2, 1, 2, 2])]
)
def test_pairs_merge_and_odd_segments_stay_symmetric(count, widths):
    assert np.diff(coarse_planes(np.zeros(count + 1, bool))).tolist() == widths


def test_coarsening_keeps_a_mirrored_axis_mirrored():
    kept = np.zeros(28, bool)
    kept[[0, 3, 6, 12, 15, 21, 24, 27]] = True
    widths = np.diff(coarse_planes(kept))
    assert widths.tolist() == widths[::-1].tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=2, max_size=60))
def test_coarse_planes_keep_what_must_stay_and_never_grow_beyond_three(kept):
    kept = np.array(kept)
    stay = coarse_planes(kept)
    assert (np.diff(stay) > 0).all()
    assert set(np.flatnonzero(kept)) | {0, len(kept) - 1} <= set(stay)
    assert np.diff(stay).max() <= 3
    if not kept[1:-1].any() and len(kept) > 5:
        assert len(stay) - 1 <= 0.75 * (len(kept) - 1)


def test_coarser_grids_are_nested_and_keep_break_points_exactly(grid):
    coarse = coarsen_grid(grid)
    assert coarse.n == (14, 10, 5)
    for axis in range(3):
        assert set(coarse.planes(axis)) <= set(grid.planes(axis))
        assert set(grid.planes(axis)[grid.breaks[axis]]) == set(coarse.planes(axis)[coarse.breaks[axis]])
    coarsest = coarsen_grid(coarsen_grid(coarsen_grid(coarsen_grid(coarse))))
    assert coarsest.n == (3, 2, 1)
    assert coarsen_grid(coarsest).n == (3, 2, 1)


def test_other_planes_can_be_kept(grid):
    keep = [np.zeros(n + 1, bool) for n in grid.n]
    keep[2][3] = True
    coarse = coarsen_grid(grid, keep)
    assert coarse.n[0] == 15
    assert grid.z[3] in coarse.z
