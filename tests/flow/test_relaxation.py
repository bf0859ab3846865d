"""How far an iteration goes on grids of other cells, and the sweeps that take it there."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.builders import tiny_hall
from tests.flow.halls import modelled
from thermal.case.model import Case, Mesh
from thermal.flow.relaxation import COARSE_CELLS, LEFT, MOST, SMOOTH, refined, relaxation, sweeps
from thermal.place import Placement, place_case


def on_cells(case: Case, cell: float) -> Placement:
    """The case placed on a grid of another cell, m."""
    return place_case(replace(case, mesh=Mesh(cell=cell)))


def test_the_step_in_seconds_does_not_depend_on_the_cell():
    """Half the cell, twice the steps of alpha/(1 - alpha) cells."""
    coarse, fine = (on_cells(tiny_hall(), cell) for cell in (0.1, 0.05))
    assert coarse.grid.cells > COARSE_CELLS
    assert fine.grid.cells == 8 * coarse.grid.cells
    for alpha in (0.6, 0.7, 0.8):
        steps = [refined(alpha, placement) / (1.0 - refined(alpha, placement)) for placement in (coarse, fine)]
        assert steps[1] == pytest.approx(2.0 * steps[0])


def test_a_coarse_grid_has_the_factor_itself():
    """Below COARSE_CELLS nothing grows: there the step is what keeps an iteration stable."""
    assert relaxation(on_cells(modelled(tiny_hall(), "k-epsilon"), 0.2)) == pytest.approx(SMOOTH)


@pytest.mark.parametrize("alpha", [0.5, 0.7, 0.8, 0.92])
def test_the_sweeps_leave_what_they_may_and_are_no_more_than_it_takes(alpha):
    """A pass leaves alpha of what it finds, a sweep is two."""
    count = sweeps(alpha, 1)
    assert alpha ** (2 * count) <= LEFT
    assert count == 1 or alpha ** (2 * (count - 1)) > LEFT


@pytest.mark.parametrize("alpha", [0.96, 0.99])
def test_no_grid_asks_for_more_than_most(alpha):
    """Tens of millions of cells would ask for forty."""
    assert sweeps(alpha, 5) == MOST < math.log(LEFT) / (2.0 * math.log(alpha))


def test_there_are_never_fewer_sweeps_than_asked_for():
    """A lowered relaxation takes none away."""
    assert sweeps(0.3, 5) == 5
