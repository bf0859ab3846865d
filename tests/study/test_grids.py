"""Grids of a study: similar to each other, with the objects of the case in their places on all of them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from meshes import GridError, refine_grid
from tests.builders import hall_h0, tiny_hall
from tests.flow.halls import hall_of_everything
from thermal.case.model import Box, Mesh, Refinement
from thermal.errors import CaseErrors, UsageError
from thermal.gridding import make_grid, similar_grids
from thermal.place import place
from thermal.study.factors import FACTORS, check_factors


def stretched():
    """A hall with a refined corner and graded cells."""
    zone = Refinement("corner", Box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), 0.05)
    return replace(hall_of_everything(), mesh=Mesh(0.2, (zone,), 1.3))


@pytest.mark.parametrize("case", [tiny_hall(), hall_h0(0.15), hall_of_everything(), stretched()], ids=lambda case: case.name)
@pytest.mark.parametrize("factors", [(1, 2, 3), (1, 2, 4), (2, 3, 4)])
def test_grids_are_similar(case, factors) -> None:
    """Every cell of the one grid is cut alike, so cell sizes stand in the ratio of the factors everywhere, and planes stay."""
    grids = similar_grids(case, factors)
    base = refine_grid(grids[0], 1) if factors[0] == 1 else None
    for factor, grid in zip(factors, grids, strict=True):
        for axis in range(3):
            widths = grid.widths(axis).reshape(-1, factor)
            np.testing.assert_allclose(widths, np.repeat(widths[:, :1], factor, axis=1), rtol=1e-9)
            if base:
                np.testing.assert_allclose(widths.sum(axis=1), base.widths(axis), rtol=1e-12)
    kept = [[grid.planes(axis)[grid.breaks[axis]] for axis in range(3)] for grid in grids]
    for other in kept[1:]:
        for ours, theirs in zip(kept[0], other, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("case", [tiny_hall(), hall_h0(0.15), hall_of_everything()], ids=lambda case: case.name)
def test_objects_keep_their_planes(case) -> None:
    """Areas of all patches and sheets, and the air's volume, are those of a plain run on each grid of a study."""
    plain = place(case, make_grid(case))
    volume = plain.grid.volumes()[plain.fluid].sum()
    for grid in similar_grids(case, FACTORS):
        placement = place(case, grid)
        assert not placement.snapping
        assert placement.grid.volumes()[placement.fluid].sum() == pytest.approx(volume, rel=1e-12)
        assert [patch.name for patch in placement.patches] == [patch.name for patch in plain.patches]
        np.testing.assert_allclose([p.total_area for p in placement.patches], [p.total_area for p in plain.patches], rtol=1e-12)


def test_thin_things_do_not_merge_on_the_coarse_grid() -> None:
    """Two planes 0.1 m apart stand on cells of 0.6 m: planes merge by the case's cell, not by the coarse one."""
    case = tiny_hall(0.2, obstacles=(replace(hall_of_everything().obstacles[0], box=Box((1.0, 3.2, 0.0), (1.1, 3.6, 0.8))),))
    coarse = similar_grids(case, FACTORS)[0]
    for position in (1.0, 1.1):
        assert np.abs(coarse.x - position).min() < 1e-12


def test_the_finest_grid_has_the_cells_of_the_case() -> None:
    """Or close to it: a multiple of three between break points."""
    for case in (tiny_hall(0.1), hall_h0(0.1)):
        fine, plain = similar_grids(case, FACTORS)[-1], make_grid(case)
        assert 0.7 < fine.cells / plain.cells < 1.5


def test_a_study_that_no_memory_holds_is_refused_by_its_finest_grid() -> None:
    """Before any of its grids is made."""
    coarse = similar_grids(hall_h0(0.1), FACTORS)[0].cells
    with pytest.raises(CaseErrors, match=re.escape(f"{27 * coarse:.4g} cells")):
        similar_grids(hall_h0(0.1), FACTORS, available=150e6 + 250.0 * 26 * coarse)
    assert len(similar_grids(hall_h0(0.1), FACTORS, available=(150e6 + 250.0 * 28 * coarse) / 0.9)) == 3


@pytest.mark.parametrize("factors", [(1, 2), (1, 2, 3, 4), (3, 2, 1), (4, 5, 6), (0, 1, 2), (1, 1, 2), (1.5, 2, 3)])
def test_factors_that_make_no_study(factors) -> None:
    with pytest.raises(UsageError, match="1:2:3"):
        check_factors(factors)


def test_a_cell_is_cut_into_something() -> None:
    with pytest.raises(GridError, match="one or more parts"):
        refine_grid(make_grid(tiny_hall()), 0)
