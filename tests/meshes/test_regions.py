"""Boxes snapped to a grid, the rows that report it, and flood fill against a slow search."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from meshes import OPENING, SOLID, BreakPoint, SnapRow, build_grid, label_regions, snap_box
from meshes.regions import compare_box


def search(fluid, opens):
    """Labels by breadth-first search, cell by cell."""
    labels = np.zeros(fluid.shape, np.int32)
    count = 0
    for start in zip(*np.nonzero(fluid), strict=True):
        if labels[start]:
            continue
        count += 1
        labels[start] = count
        queue = deque([start])
        while queue:
            cell = queue.popleft()
            for axis in range(3):
                for step in (-1, 1):
                    other = list(cell)
                    other[axis] += step
                    if not 0 <= other[axis] < fluid.shape[axis]:
                        continue
                    face = tuple(other) if step > 0 else cell
                    other = tuple(other)
                    if fluid[other] and opens[2 - axis][face] and not labels[other]:
                        labels[other] = count
                        queue.append(other)
    return labels, count


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_flood_fill_equals_a_search(data):
    shape = data.draw(st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(1, 7)))
    fluid = data.draw(arrays(bool, shape))
    opens = [data.draw(arrays(bool, shape)) for _ in range(3)]
    labels, count = label_regions(fluid, *opens)
    expected, expected_count = search(fluid, opens)
    assert count == expected_count
    np.testing.assert_array_equal(labels, expected)


def test_a_long_snake_is_one_region():
    fluid = np.ones((20, 30, 40), bool)
    open_y, open_z = np.zeros_like(fluid), np.zeros_like(fluid)
    open_y[:, 1::2, 0] = open_y[:, 2::2, -1] = True
    open_z[1::2, -1, -1] = open_z[2::2, 0, 0] = True
    labels, count = label_regions(fluid, fluid, open_y, open_z)
    assert count == 1
    assert (labels == 1).all()


def test_no_fluid_is_no_region():
    solid = np.zeros((2, 3, 4), bool)
    labels, count = label_regions(solid, solid, solid, solid)
    assert count == 0
    assert not labels.any()


def test_an_exact_box_needs_no_row():
    grid = build_grid((2.0, 2.0, 2.0), ([BreakPoint(0.33, OPENING), BreakPoint(1.0, OPENING)], [], []), 0.1)
    box = snap_box(grid, (0.33, 0.5, 0.0), (1.0, 1.5, 2.0))
    assert compare_box(grid, "rack.A1", (0.33, 0.5, 0.0), (1.0, 1.5, 2.0), box) is None


def test_a_changed_area_says_asked_and_got():
    points = [BreakPoint(0.0, OPENING), BreakPoint(1.19, OPENING), BreakPoint(1.2, SOLID)]
    grid = build_grid((2.0, 2.0, 2.0), (points, [], []), 0.1)
    low, high = (0.0, 0.0, 0.0), (1.2, 1.0, 0.0)
    row = compare_box(grid, "supply.tiles", low, high, snap_box(grid, low, high))
    assert row.text == "supply.tiles: area asked 1.20 m2, got 1.19 m2"
    assert str(row) == row.text


def test_a_moved_box_says_how_far():
    grid = build_grid((2.0, 2.0, 2.0), ([], [], []), 0.1)
    low, high = (0.51, 0.0, 0.0), (1.01, 1.0, 1.0)
    row = compare_box(grid, "obstacle.desk", low, high, snap_box(grid, low, high))
    assert row.quantity == "position"
    assert row.got == pytest.approx(0.01)
    assert "moved by up to 0.01 m" in row.text


def test_a_note_follows_the_figures():
    row = SnapRow("rack.A1.front", "area", 1.32, 1.1, "m2", "partly blocked by obstacle.desk")
    assert row.text == "rack.A1.front: area asked 1.32 m2, got 1.10 m2; partly blocked by obstacle.desk"
