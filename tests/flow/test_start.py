"""A run that begins from the fields of another grid in place of rest, as those of a grid study do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kernels import Backend
from tests.flow.halls import hall_of_everything, modelled
from thermal.case.model import Case, Mesh
from thermal.flow.monitor import Monitor
from thermal.flow.sequence import refine_centres, refine_faces
from thermal.flow.steady import Outcome, SteadyRun
from thermal.gridding import similar_grids
from thermal.parallel import Serial
from thermal.place import place
from thermal.study.run import GATES


def run(case: Case, grid, backend: Backend, start=None) -> Outcome:
    """To the verdict on one grid, by the gates of a study."""
    return SteadyRun([place(case, grid)], backend, Serial(), 500, Monitor(), gates=GATES).run(start=start)


@pytest.mark.parametrize("factors", [(1, 2, 3), (2, 3, 4), (1, 2, 4)])
@pytest.mark.parametrize("cell", [0.2, 0.27])
def test_fields_keep_their_sums_and_their_symmetry(factors: tuple[int, int, int], cell: float) -> None:
    """Volume integrals of centre fields and flows through coarse planes; a mirrored field on mirrored grids."""
    coarse, fine = similar_grids(replace(hall_of_everything(), mesh=Mesh(cell)), factors)[1:]
    random = np.random.default_rng(1)
    centres = random.random(coarse.shape)
    refined = refine_centres(centres, coarse, fine)
    assert (refined * fine.volumes()).sum() == pytest.approx((centres * coarse.volumes()).sum(), rel=1e-12)
    assert refined.min() >= centres.min() and refined.max() <= centres.max()
    for axis in range(3):
        shape = [coarse.n[2 - n] + (n == 2 - axis) for n in range(3)]
        faces = random.random(shape)
        through = refine_faces(faces, coarse, fine, axis)
        shared = [np.argmin(np.abs(fine.planes(axis) - plane)) for plane in coarse.planes(axis)[:: factors[1]]]
        kept = np.take(through, shared, axis=2 - axis), np.take(faces, range(0, faces.shape[2 - axis], factors[1]), axis=2 - axis)
        areas = [np.take(grid.face_areas(axis), [0], axis=2 - axis) for grid in (fine, coarse)]
        sums = [
            (layers * area).sum(axis=tuple(n for n in range(3) if n != 2 - axis))
            for layers, area in zip(kept, areas, strict=True)
        ]
        np.testing.assert_allclose(*sums, rtol=1e-12)
        ends = coarse.planes(axis)[0] + coarse.planes(axis)[-1]
        rows = [grid.planes(axis) for grid in (coarse, fine)]
        if all(np.allclose(row, ends - row[::-1], rtol=0, atol=1e-9) for row in rows):
            flipped = refine_centres(np.flip(centres, 2 - axis), coarse, fine)
            np.testing.assert_allclose(np.flip(flipped, 2 - axis), refined, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("model", "factors"), [("zero-equation", (2, 3, 4)), ("k-epsilon", (1, 2, 4))])
def test_a_run_starts_from_the_fields_of_another_grid(double: Backend, model: str, factors: tuple[int, int, int]) -> None:
    """Whether its planes are among the finer ones or not, it comes to the same, and takes no longer by more than a fifth: what
    is left to do is what the coarse grid did not know."""
    case = modelled(replace(hall_of_everything(), mesh=replace(hall_of_everything().mesh, cell=0.2)), model)
    coarse, fine = similar_grids(case, factors)[1:]
    first = run(case, coarse, double)
    from_rest = run(case, fine, double)
    started = run(case, fine, double, (coarse, first.fields))
    assert first.verdict == from_rest.verdict == started.verdict == "steady"
    assert started.iterations < 1.2 * from_rest.iterations
    np.testing.assert_allclose(started.inlets, from_rest.inlets, rtol=0, atol=0.02)


def test_what_is_left_open_covers_what_an_inlet_goes_on_to_move(double: Backend) -> None:
    """Iterated four times as long."""
    case = modelled(hall_of_everything(), "k-epsilon")
    outcome = run(case, similar_grids(case, (1,))[0], double)
    assert outcome.error.shape == outcome.inlets.shape and np.ptp(outcome.error) == 0.0
    for _ in range(3 * outcome.iterations):
        measure = outcome.flow.iterate(True)
    assert np.all(np.abs(measure.inlets - outcome.inlets) < outcome.error)
