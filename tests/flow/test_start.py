"""A run that begins from the fields of another grid in place of rest, as those of a grid study do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kernels import Backend
from tests.flow.halls import hall_of_everything, modelled
from thermal.case.model import Case
from thermal.flow.steady import Monitor, Outcome, SteadyRun
from thermal.gridding import similar_grids
from thermal.parallel import Serial
from thermal.place import place
from thermal.study.run import GATES


def run(case: Case, grid, backend: Backend, start=None) -> Outcome:
    """To the verdict on one grid, by the gates of a study."""
    return SteadyRun([place(case, grid)], backend, Serial(), 500, Monitor(), gates=GATES).run(start=start)


@pytest.mark.parametrize("factors", [(1, 2, 4), (2, 3, 4)])
@pytest.mark.parametrize("model", ["zero-equation", "k-epsilon"])
def test_a_run_starts_from_the_fields_of_another_grid(double: Backend, model: str, factors: tuple[int, int, int]) -> None:
    """Whether its planes are among the finer ones or not, it has less left to do and comes to the same."""
    case = modelled(replace(hall_of_everything(), mesh=replace(hall_of_everything().mesh, cell=0.2)), model)
    coarse, fine = similar_grids(case, factors)[1:]
    first = run(case, coarse, double)
    from_rest = run(case, fine, double)
    started = run(case, fine, double, (coarse, first.fields))
    assert first.verdict == from_rest.verdict == started.verdict == "steady"
    assert started.iterations < from_rest.iterations
    np.testing.assert_allclose(started.inlets, from_rest.inlets, rtol=0, atol=0.02)


def test_what_is_left_open_covers_what_an_inlet_goes_on_to_move(double: Backend) -> None:
    """Iterated four times as long."""
    case = modelled(hall_of_everything(), "k-epsilon")
    outcome = run(case, similar_grids(case, (1,))[0], double)
    assert outcome.error.shape == outcome.inlets.shape and np.ptp(outcome.error) == 0.0
    for _ in range(3 * outcome.iterations):
        measure = outcome.flow.iterate(True)
    assert np.all(np.abs(measure.inlets - outcome.inlets) < outcome.error)
