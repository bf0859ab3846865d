"""Both precisions, any number of threads and both backends without a GPU tell the same temperatures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kernels import Backend, open_backend
from tests.builders import hall_h0, tiny_hall
from tests.flow.halls import fields, hall_of_everything, modelled, solve, start
from thermal.case.model import Case

PRECISIONS = 0.02  # K, rack inlets in float32 against float64
BACKENDS = 1e-3  # K, rack inlets of two backends in float64
MODELS = ["zero-equation", "k-epsilon"]


@pytest.mark.parametrize("scheme", ["upwind", "second-order"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("hall", [tiny_hall, hall_of_everything])
def test_single_precision_is_enough(single: Backend, double: Backend, hall: Callable[[], Case], model: str, scheme: str) -> None:
    """Inlets at the verdict."""
    case = modelled(hall(), model, scheme)
    one, other = solve(case, single), solve(case, double)
    assert one.verdict == other.verdict
    np.testing.assert_allclose(one.inlets, other.inlets, rtol=0, atol=PRECISIONS)


def test_single_precision_stays_enough(single: Backend, double: Backend) -> None:
    """Inlets of a flow that is iterated far beyond its verdict: round-off does not add up."""
    case = modelled(hall_h0(0.3), "k-epsilon")
    inlets = []
    for backend in (single, double):
        flow = start(case, backend)
        for _ in range(199):
            flow.iterate(False)
        measure = flow.iterate(True)
        assert measure is not None and measure.mass < 1e-4
        inlets.append(measure.inlets)
    np.testing.assert_allclose(*inlets, rtol=0, atol=1e-3)


@pytest.mark.parametrize("scheme", ["upwind", "second-order"])
@pytest.mark.parametrize("model", MODELS)
def test_numpy_and_compiled_code_iterate_alike(model: str, scheme: str, double: Backend) -> None:
    """Every field after a few iterations on the twins and on the compiled kernels, to round-off."""
    if double.name == "numpy":
        pytest.skip("no compiler here: nothing to compare the twins with")
    case = modelled(hall_of_everything(), model, scheme)
    compiled, twins = start(case, double), start(case, open_backend("numpy", "double"))
    for _ in range(5):
        compiled.iterate(False)
        twins.iterate(False)
    for name, values in fields(compiled).items():
        np.testing.assert_allclose(fields(twins)[name], values, rtol=0, atol=1e-11 * np.abs(values).max(), err_msg=name)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_numpy_tells_the_same_inlets(precision: str, double: Backend) -> None:
    """A run to its verdict on the twins, in either precision, and on the compiled kernels in float64."""
    case = modelled(tiny_hall(), "zero-equation")
    compiled, twins = solve(case, double), solve(case, open_backend("numpy", precision))
    assert compiled.verdict == twins.verdict == "steady"
    np.testing.assert_allclose(compiled.inlets, twins.inlets, rtol=0, atol=PRECISIONS if precision == "single" else BACKENDS)
    assert twins.balance["heat"] == pytest.approx(compiled.balance["heat"], abs=1e-5)


def test_threads_leave_the_bits_alone(one_thread: Backend, double: Backend) -> None:
    """Sums are taken in fixed pieces, so that two threads tell what one tells."""
    case = modelled(hall_of_everything(), "k-epsilon", "second-order")
    flows = [start(case, backend) for backend in (one_thread, double)]
    for _ in range(10):
        measures = [flow.iterate(True) for flow in flows]
    first, second = measures
    assert first is not None and second is not None
    assert (first.mass, first.momentum, first.heat, first.balance) == (second.mass, second.momentum, second.heat, second.balance)
    for name, values in fields(flows[0]).items():
        np.testing.assert_array_equal(values, fields(flows[1])[name], err_msg=name)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_a_rerun_gives_the_same_bits(request: pytest.FixtureRequest, precision: str) -> None:
    """Nothing is left to chance."""
    case = modelled(hall_of_everything(), "k-epsilon", "second-order")
    backend = request.getfixturevalue(precision)
    first, second = solve(case, backend), solve(case, backend)
    assert first.history == second.history
    for name, values in first.fields.items():
        np.testing.assert_array_equal(values, second.fields[name], err_msg=name)
