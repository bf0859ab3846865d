"""A run that begins from the fields of another grid in place of rest, as those of a grid study do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import thermal
from kernels import Backend
from tests.flow.halls import hall_of_everything, modelled
from thermal.case.model import Case, Mesh
from thermal.flow.monitor import Monitor
from thermal.flow.sequence import Climb, look_ahead, place_sequence, refine, refine_centres, refine_faces
from thermal.flow.steady import Outcome, SteadyRun
from thermal.gridding import make_grid, similar_grids
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


def test_a_line_stays_a_line() -> None:
    """Inside; beside the ends, where one slope is missing, the coarse value stays."""
    coarse, fine = similar_grids(replace(hall_of_everything(), mesh=Mesh(0.2)), (1, 2))
    for axis in range(3):
        ramps = [_ramp(grid, axis) for grid in (coarse, fine)]
        inner = tuple(slice(2, -2) if place == 2 - axis else slice(None) for place in range(3))
        np.testing.assert_allclose(refine_centres(ramps[0], coarse, fine)[inner], ramps[1][inner], rtol=1e-12)


def _ramp(grid, axis: int) -> np.ndarray:
    shape = [1, 1, 1]
    shape[2 - axis] = -1
    return np.broadcast_to(grid.centres(axis).reshape(shape), grid.shape)


@pytest.mark.parametrize(("scheme", "order"), [("upwind", 1), ("second-order", 2)])
def test_two_answers_tell_the_next_one(scheme: str, order: int) -> None:
    """Errors of the order of the scheme, in the shape of the answer, so that grids change nothing else: the third answer is
    found exactly. Turbulence stays as it is, and no temperature leaves those of the answer."""
    grids = similar_grids(replace(hall_of_everything(), mesh=Mesh(0.3)), (1, 2, 4))
    places, exact = {"u": 0, "v": 1, "w": 2, "p": None, "T": None, "k": None}, {}
    random = np.random.default_rng(2)
    for name, axis in places.items():
        shape = [n + (axis is not None and 2 - axis == place) for place, n in enumerate(grids[0].shape)]
        exact[name] = random.random(shape)

    def answer(number: int) -> tuple:
        fields = {name: exact[name] * (1.0 + 0.5 ** (order * number)) for name in places}
        for grid_before, grid in zip(grids[:number], grids[1 : number + 1], strict=True):
            fields = refine((grid_before, fields), grid)
        return grids[number], fields

    _, ahead = look_ahead(answer(1), answer(0), scheme)
    found, wanted, middle = refine((grids[1], ahead), grids[2]), answer(2)[1], answer(1)[1]
    for name in "uvwp":
        np.testing.assert_allclose(found[name], wanted[name], rtol=0, atol=1e-12, err_msg=name)
    np.testing.assert_array_equal(ahead["k"], middle["k"])
    factor = (1.0 + 0.25**order) / (1.0 + 0.5**order)
    np.testing.assert_allclose(ahead["T"], np.clip(middle["T"] * factor, middle["T"].min(), middle["T"].max()), rtol=1e-12)


def test_a_grid_that_does_not_settle_gives_its_first_passable_fields() -> None:
    """Not those it wandered to, and nothing is taken ahead from it or to the grid after it; also over a checkpoint."""
    grids = similar_grids(replace(hall_of_everything(), mesh=Mesh(0.3)), (1, 2, 4))
    fields = [{name: np.full(grids[0].shape, 1.0 + n) for name in "pT"} for n in range(3)]
    fields = [f | {"u": np.full((*grids[0].shape[:2], grids[0].n[0] + 1), 2.0), "v": f["p"], "w": f["p"]} for f in fields]
    climb = Climb("upwind", passable=(fields[0], {"speed": np.ones(2)}))
    kept = Climb("upwind")
    kept.restore(climb.arrays() | {"fields/u": np.zeros(1)}, None)
    for one in (climb, kept):
        (grid, start), movers = one.leave(grids[0], fields[1], {"speed": np.zeros(2)})
        assert grid is grids[0] and start["p"][0, 0, 0] == 1.0 and movers["speed"][0] == 1.0
        assert one == Climb("upwind")
        one.settled = True  # the next grid comes to rest: its own fields, as they are
        (_, start), _ = one.leave(grids[1], fields[2], {})
        assert start is fields[2] and one.coarser == (grids[1], fields[2]) and not one.settled


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


def test_the_finest_grid_takes_little_longer_than_the_watch_asks(single: Backend) -> None:
    """hall-130kw-hybrid, 58 500 cells, from two coarser grids: 30 iterations are the fewest that make a verdict. It took 48 when
    coarser grids were solved loosely and nothing was taken ahead."""
    case = thermal.load("hall-130kw-hybrid")
    placements = place_sequence(case, make_grid(case))
    outcome = SteadyRun(placements, single, Serial(), case.stop.iterations, Monitor()).run()
    assert len(placements) == 3 and outcome.verdict == "steady"
    assert outcome.iterations <= 36 and max(outcome.level_iterations) <= 60


def test_what_is_left_open_covers_what_an_inlet_goes_on_to_move(double: Backend) -> None:
    """Iterated four times as long."""
    case = modelled(hall_of_everything(), "k-epsilon")
    outcome = run(case, similar_grids(case, (1,))[0], double)
    assert outcome.error.shape == outcome.inlets.shape and np.ptp(outcome.error) == 0.0
    for _ in range(3 * outcome.iterations):
        measure = outcome.flow.iterate(True)
    assert np.all(np.abs(measure.inlets - outcome.inlets) < outcome.error)
