"""Observed orders of accuracy between two grids: operators alone and the whole step, even and stretched, compiled and NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from kernels import Backend, BackendUnavailable, open_backend

pytest.importorskip("sympy")

from benchmarks.validation.manufactured import FAST, OPERATORS, whole_step  # noqa: E402
from benchmarks.validation.manufactured_flow import PLACES, Manufactured, closed_room, duct, orders  # noqa: E402

GRIDS = pytest.mark.parametrize("stretched", [False, True], ids=["even", "stretched"])


@pytest.fixture(scope="module")
def device() -> Backend:
    """One thread, float64."""
    try:
        return open_backend("host", "double", threads=1)
    except BackendUnavailable:
        return open_backend("numpy", "double")


def order(device: Backend, solution, stretched: bool, solve, scheme: str = "second-order") -> dict[str, float]:  # noqa: ANN001
    """Order of each field's mean error from 8 to 16 cells a side."""
    coarse, fine = (solve(Manufactured(solution, n, stretched, scheme, device)) for n in (8, 16))
    return {name: orders([coarse[name][0], fine[name][0]])[0] for name in coarse}


@GRIDS
@pytest.mark.parametrize("number", range(len(OPERATORS)), ids=[title for title, _, _ in OPERATORS])
def test_an_operator_alone_is_of_second_order(device: Backend, number: int, stretched: bool) -> None:
    """Everything else is exact."""
    _, solution, solve = OPERATORS[number]
    found = order(device, solution(FAST), stretched, solve)
    assert min(found.values()) > 1.9, found


@GRIDS
def test_the_whole_step_is_of_second_order(device: Backend, stretched: bool) -> None:
    """Momentum, pressure and temperature of a closed room with sources."""
    found = order(device, closed_room(), stretched, lambda m: whole_step(m, 1e-7))
    assert min(found.values()) > 1.9, found


def test_upwind_is_of_first_order(device: Backend) -> None:
    """On its way there: 0.9 is reached on finer grids than these."""
    found = order(device, duct(), False, OPERATORS[4][2], "upwind")
    assert 0.8 < min(found.values()) < 1.2, found


@GRIDS
def test_numpy_and_compiled_kernels_find_the_same_flow(device: Backend, stretched: bool) -> None:
    """Through a duct, openings and sources included."""
    both = [Manufactured(duct(), 6, stretched, "second-order", one) for one in (device, open_backend("numpy", "double"))]
    for m in both:
        for _ in range(30):
            m.flow.iterate(False)
    for name in "uvwpT":
        one, other = (m.flow.whole_field(getattr(m.state, name), PLACES[name]) for m in both)
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-10)
