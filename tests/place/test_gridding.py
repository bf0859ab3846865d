"""From a case to its grid: refinement, stretching, and grids no machine can hold."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builders import empty_room, hall_h0, hall_h1
from thermal.case.model import Box, Mesh, Refinement
from thermal.errors import CaseErrors
from thermal.place import make_grid, place


def test_a_refinement_box_runs_through_the_room_with_bounded_steps():
    fine = Refinement("aisle", Box((1.8, 2.7, 0.0), (4.2, 4.5, 1.0)), 0.05)
    grid = make_grid(hall_h0(mesh=Mesh(0.1, (fine,), 1.2)))
    x = grid.widths(0)
    inside = (grid.centres(0) > 1.8) & (grid.centres(0) < 4.2)
    np.testing.assert_allclose(x[inside], 0.05)
    assert max((x[1:] / x[:-1]).max(), (x[:-1] / x[1:]).max()) <= 1.2 * 1.002
    assert place(hall_h0(), grid).snapping == []


def test_a_grid_beyond_memory_is_a_mistake_of_the_mesh_table():
    with pytest.raises(CaseErrors, match=r"^mesh: .*are available.*larger \[mesh\] cell"):
        make_grid(hall_h1(0.001))


def test_a_cell_of_a_nanometre_is_refused_at_once():
    with pytest.raises(CaseErrors, match="x: an axis of 2 m would have"):
        make_grid(empty_room(cell=1e-9))


def test_double_precision_needs_more_memory():
    make_grid(hall_h0(), "single", available=210e6)
    with pytest.raises(CaseErrors):
        make_grid(hall_h0(), "double", available=210e6)
