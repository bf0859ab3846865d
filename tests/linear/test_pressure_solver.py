"""The pressure solver: right answers, symmetry of the preconditioner, regions without a fixed pressure, no allocation."""

from __future__ import annotations

import numpy as np
import pytest

from kernels import Backend, open_backend
from tests.linear.systems import AISLE, INSIDE, RACKS, SCREENS, Hall, System, stretched
from thermal.linear.regions import _cut

N = (19, 13, 8)
MIXED = Hall(N, widths=stretched(N, 4.0), solids=RACKS, sheets=SCREENS, factor=1e-2)


def test_answer_satisfies_the_equation(double: Backend) -> None:
    """The residual computed by NumPy is as small as the solver says."""
    system = MIXED.system()
    solver, x, b = system.solver(double)
    norms = solver.solve_to(x, b, 1e-10)
    residual = system.residual(double.download(x))
    assert np.linalg.norm(residual) == pytest.approx(norms[-1], rel=1e-3)
    assert norms[-1] <= 1e-10 * norms[0]


def test_solid_cells_stay_zero(double: Backend) -> None:
    """Solids have no equation and no value."""
    system = MIXED.system()
    solver, x, b = system.solver(double)
    solver.solve(x, b)
    assert (double.download(x)[INSIDE][system.regions == 0] == 0).all()


def test_fixed_number_of_steps_equals_steps_to_a_tolerance(double: Backend) -> None:
    """`solve` with n steps is what `solve_to` gives when stopped after n steps; so is its residual norm."""
    system = MIXED.system()
    solver, x, b = system.solver(double, iterations=3)
    solver.solve(x, b)
    norm = solver.residual_norm()
    fixed = double.download(x)
    norms = solver.solve_to(x, b, 0.0, 3)
    assert len(norms) == 4
    assert norm == pytest.approx(norms[-1], rel=1e-10)
    assert norm == pytest.approx(solver.residual_norm(), rel=1e-12)
    np.testing.assert_allclose(double.download(x), fixed, rtol=0, atol=1e-12 * abs(fixed).max())


def test_the_number_of_steps_can_change(double: Backend) -> None:
    """More steps leave less; back at the old number the answer is the old one to the last bit."""
    system = MIXED.system()
    solver, x, b = system.solver(double, iterations=2)
    solver.solve(x, b)
    first, norms = double.download(x), [solver.residual_norm()]
    solver.take_steps(5)
    solver.solve(x, b)
    norms.append(solver.residual_norm())
    solver.take_steps(2)
    solver.solve(x, b)
    np.testing.assert_array_equal(double.download(x), first)
    assert norms[1] < 0.05 * norms[0]
    with pytest.raises(ValueError, match="at least 1"):
        solver.take_steps(0)


@pytest.mark.parametrize("sweeps", [(1,), (2, 2, 3, 4)])
def test_the_cycle_is_symmetric_and_positive(double: Backend, sweeps: tuple[int, ...]) -> None:
    """v M^-1 w = w M^-1 v and v M^-1 v > 0 for random vectors, with every kind of face in the hall."""
    system = MIXED.system()
    multigrid = system.multigrid(double, sweeps=sweeps)
    multigrid.setup(*(double.upload(g) for g in system.operator))
    random = np.random.default_rng(3)
    fluid = np.pad(system.regions > 0, 2)
    vectors = [random.standard_normal(fluid.shape) * fluid for _ in range(2)]
    images = []
    for vector in vectors:
        double.copy(double.upload(vector), multigrid.finest.right_side)
        multigrid.precondition()
        images.append(double.download(multigrid.finest.unknown))
    cross = [(vectors[0] * images[1])[INSIDE].sum(), (vectors[1] * images[0])[INSIDE].sum()]
    assert cross[0] == pytest.approx(cross[1], rel=1e-10, abs=1e-12 * abs((vectors[0] * images[0]).sum()))
    assert (vectors[0] * images[0])[INSIDE].sum() > 0


def closed_aisle(opening: bool) -> System:
    """Two regions: the aisle between the racks, sealed, and the rest of the room, with or without an opening."""
    box = (0.3, 0.7, 0.1, 0.25, 1.0, 1.0) if opening else None
    return Hall((30, 24, 10), solids=RACKS, sheets=AISLE, factor=0.0, opening=box).system()


@pytest.mark.parametrize("opening", [False, True])
def test_regions_without_opening_have_mean_zero(double: Backend, opening: bool) -> None:
    """A surplus in a sealed region is taken out with its mean; a held region keeps its right side."""
    system = closed_aisle(opening)
    assert system.regions.max() == 2
    sealed = [region for region in (1, 2) if system.operator[3][INSIDE][system.regions == region].sum() == 0]
    assert len(sealed) == (1 if opening else 2)
    spoiled = system.b.copy()
    for region in sealed:
        spoiled[INSIDE][system.regions == region] += 5.0
        system.b[INSIDE][system.regions == region] -= system.b[INSIDE][system.regions == region].mean()
    solver, x, _ = system.solver(double)
    norms = solver.solve_to(x, double.upload(spoiled), 1e-10)
    assert norms[-1] <= 1e-10 * norms[0]
    answer = double.download(x)
    assert np.linalg.norm(system.residual(answer)) <= 1e-8 * norms[0]
    for region in sealed:
        assert abs(answer[INSIDE][system.regions == region].mean()) <= 1e-12 * abs(answer).max()


def test_a_region_may_gain_an_opening_later(double: Backend) -> None:
    """Which regions are held is found anew at every set-up."""
    system = closed_aisle(False)
    solver, x, b = system.solver(double)
    solver.solve(x, b)
    fixed = system.operator[3].copy()
    cell = tuple(np.argwhere(system.regions == 2)[0] + 2)
    fixed[cell] = 1.0
    system.operator = (*system.operator[:3], fixed)
    system.b[INSIDE] += 1.0 * (system.regions == 2)
    solver.setup(*(double.upload(g) for g in system.operator))
    norms = solver.solve_to(x, double.upload(system.b), 1e-10)
    assert norms[-1] <= 1e-10 * norms[0]
    assert np.linalg.norm(system.residual(double.download(x))) <= 1e-8 * norms[0]


def test_a_failed_answer_leaves_no_trace(double: Backend) -> None:
    """NaN in one right side does not reach the next solution."""
    system = MIXED.system()
    solver, x, b = system.solver(double)
    solver.solve(x, b)
    clean = double.download(x)
    double.copy(double.upload(np.full(system.b.shape, np.nan)), b)
    solver.solve(x, b)
    double.copy(double.upload(system.b), b)
    solver.solve(x, b)
    np.testing.assert_array_equal(double.download(x)[INSIDE], clean[INSIDE])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_diverged_operator_gives_no_answer_but_no_error(double: Backend, value: float) -> None:
    """The solver of the flow finds NaN and says so; this is not the place to stop a run. The next set-up is clean again."""
    system = MIXED.system()
    solver, x, b = system.solver(double)
    solver.solve(x, b)
    clean = double.download(x)
    spoiled = [g.copy() for g in system.operator]
    spoiled[0][3, 3, 4:8] = value
    with np.errstate(all="ignore"):
        solver.setup(*(double.upload(g) for g in spoiled))
        solver.solve(x, b)
    assert not np.isfinite(double.download(x)).all()
    solver.setup(*(double.upload(g) for g in system.operator))
    solver.solve(x, b)
    np.testing.assert_array_equal(double.download(x)[INSIDE], clean[INSIDE])


@pytest.mark.parametrize("hold", [1e-30, 1e-14, 1e-6])
def test_a_very_weak_opening(double: Backend, hold: float) -> None:
    """A room that leaks next to nothing is solved up to a level that the leak alone decides."""
    system = Hall((30, 24, 10), solids=RACKS, opening=None).system()
    system.operator[3][2, 2, 2] = hold
    norms = system.norms(double, 6)
    assert norms[-1] <= 1e-3 * norms[0]


def test_a_zero_right_side_gives_zero(single: Backend) -> None:
    """Nothing to do is no division by nothing."""
    system = closed_aisle(True)
    solver, x, b = system.solver(single)
    single.fill(b, 0.0)
    solver.solve(x, b)
    assert (single.download(x) == 0).all()


def test_two_runs_agree_bit_for_bit(single: Backend) -> None:
    """Sums have a fixed order."""
    answers = []
    for _ in range(2):
        solver, x, b = MIXED.system().solver(single)
        solver.solve(x, b)
        answers.append(single.download(x))
    np.testing.assert_array_equal(*answers)


@pytest.mark.parametrize(("precision", "tolerance"), [("single", 2e-4), ("double", 1e-12)])
def test_compiled_and_numpy_solvers_agree(single: Backend, double: Backend, precision: str, tolerance: float) -> None:
    """Two steps give the same iterate on the twins."""
    answers = []
    for backend in (single if precision == "single" else double, open_backend("numpy", precision)):
        solver, x, b = MIXED.system().solver(backend)
        solver.solve(x, b)
        answers.append(backend.download(x))
    np.testing.assert_allclose(answers[0], answers[1], rtol=0, atol=tolerance * abs(answers[1]).max())


def test_solving_allocates_no_device_arrays(double: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first solution only the coarsest inverse is uploaded anew."""
    system = MIXED.system()
    solver, x, b = system.solver(double)
    operator = solver._operator
    solver.solve(x, b)
    for name in ("zeros", "empty", "bind"):
        monkeypatch.setattr(type(double), name, _refuse)
    solver.solve(x, b)
    del operator


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("a solution asked for memory or a new launch")


def test_regions_are_cut_into_pieces_that_no_thread_adds_long() -> None:
    """Every run in one piece, every piece in one region, pieces and their number about as long as the other."""
    for lengths in ([10_000], [1], [5000, 3, 0, 4997], [], [0]):
        first = np.cumsum([0, *lengths])
        pieces, groups = _cut(first)
        assert pieces[0] == 0 and pieces[-1] == first[-1] and groups[-1] == len(pieces) - 1
        assert [int(pieces[group]) for group in groups] == first.tolist()
        assert np.diff(pieces).max(initial=0) <= 100 and len(pieces) <= 110
