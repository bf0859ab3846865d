"""How fast the pressure equation converges: the mean factor per step of PCG over ten steps, on every kind of hall.

The bounds are the product's promise: 0.25 with racks, one-cell plates and perforated sheets up to an aspect ratio of 4, 0.45
at 10; they must not grow with the number of cells.
"""

from __future__ import annotations

import numpy as np
import pytest

from kernels import Backend
from tests.linear.systems import AISLE, RACKS, SCREENS, Hall, flat, stretched, thin_plates
from thermal.linear.multigrid import SWEEPS

N = (60, 48, 18)


def factor(norms: np.ndarray) -> float:
    """Mean reduction per step."""
    return float((norms[-1] / norms[0]) ** (1.0 / (len(norms) - 1)))


HALLS = {
    "open box": Hall(N),
    "racks": Hall(N, solids=RACKS),
    "one-cell plates": Hall(N, solids=RACKS + thin_plates(N)),
    "plates without thickness": Hall(N, solids=RACKS, sheets=SCREENS),
    "perforated 1e-1": Hall(N, solids=RACKS, sheets=SCREENS, factor=1e-1),
    "perforated 1e-2": Hall(N, solids=RACKS, sheets=SCREENS, factor=1e-2),
    "perforated 1e-4": Hall(N, solids=RACKS, sheets=SCREENS, factor=1e-4),
    "leaking aisle 1e-3": Hall(N, solids=RACKS, sheets=AISLE, factor=1e-3),
    "leaking aisle 1e-6": Hall(N, solids=RACKS, sheets=AISLE, factor=1e-6),
    "closed aisle, no opening": Hall(N, solids=RACKS, sheets=AISLE, factor=0.0, opening=None),
    "no opening": Hall(N, solids=RACKS, opening=None),
    "flat cells 4": Hall(N, widths=flat(N, 4.0), solids=RACKS),
    "stretched 4": Hall(N, widths=stretched(N, 4.0), solids=RACKS + thin_plates(N)),
    "perforated, stretched 4": Hall(N, widths=stretched(N, 4.0), solids=RACKS, sheets=SCREENS, factor=1e-3),
    "plates, flat cells 4": Hall(N, widths=flat(N, 4.0), solids=RACKS, sheets=SCREENS),
}
STRETCHED_HALLS = {
    "flat cells 10": Hall(N, widths=flat(N, 10.0), solids=RACKS),
    "stretched 10": Hall(N, widths=stretched(N, 10.0), solids=RACKS + thin_plates(N)),
    "perforated, stretched 10": Hall(N, widths=stretched(N, 10.0), solids=RACKS, sheets=SCREENS, factor=1e-3),
    "plates, flat cells 10": Hall(N, widths=flat(N, 10.0), solids=RACKS, sheets=SCREENS),
    "coefficients over two decades": Hall(N, solids=RACKS, jump=1.0),
}


@pytest.mark.parametrize("sweeps", [SWEEPS, (1, 2, 3, 4)])
@pytest.mark.parametrize("name", HALLS)
def test_factor_of_halls(double: Backend, name: str, sweeps: tuple[int, ...]) -> None:
    """At most 0.25 per step, also with one sweep on the finest level."""
    assert factor(HALLS[name].system().norms(double, sweeps=sweeps)) <= 0.25


@pytest.mark.parametrize("sweeps", [SWEEPS, (1, 2, 3, 4)])
@pytest.mark.parametrize("name", STRETCHED_HALLS)
def test_factor_of_stretched_halls(double: Backend, name: str, sweeps: tuple[int, ...]) -> None:
    """At most 0.45 per step."""
    assert factor(STRETCHED_HALLS[name].system().norms(double, sweeps=sweeps)) <= 0.45


@pytest.mark.parametrize(("weak", "bound"), [(0.5, 0.25), (0.25, 0.25), (0.1, 0.45)])
def test_factor_with_weak_vertical_coupling(double: Backend, weak: float, bound: float) -> None:
    """Stratified air: vertical conductances a fraction of the horizontal ones, which no plan of planes knows of."""
    system = Hall(N, solids=RACKS).system()
    gx, gy, gz, gd = system.operator
    system.operator = (gx, gy, weak * gz, weak * gd)
    assert factor(system.norms(double)) <= bound


def test_factor_does_not_grow_with_the_hall(double: Backend) -> None:
    """From 6 thousand to 400 thousand cells the factor stays where it is."""
    factors = []
    for n in ((30, 24, 9), (60, 48, 18), (120, 96, 36)):
        factors.append(factor(Hall(n, solids=RACKS, sheets=SCREENS, factor=1e-2).system().norms(double)))
    assert max(factors) <= 0.25
    assert factors[2] - factors[0] <= 0.06


@pytest.mark.parametrize("n", [(17, 5, 3), (1, 9, 4), (33, 1, 1), (2, 2, 2), (5, 4, 3), (40, 3, 1)])
def test_small_and_odd_grids(double: Backend, n: tuple[int, int, int]) -> None:
    """Grids without room for many levels are solved as well."""
    assert factor(Hall(n).system().norms(double)) <= 0.25


def test_single_precision_keeps_the_factor(single: Backend, double: Backend) -> None:
    """Float32 converges like float64 until its round-off."""
    system = Hall(N, solids=RACKS, sheets=SCREENS, factor=1e-3).system()
    assert factor(system.norms(single, 5)) <= factor(system.norms(double, 5)) + 0.02
