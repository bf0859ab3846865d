"""The square cavity of de Vahl Davis on small grids, and what a verdict of a room without racks is worth."""

from __future__ import annotations

import pytest

from benchmarks.validation.cavities import Found, cavity, grid_of, solve
from benchmarks.validation.reference import columns
from kernels import Backend, BackendUnavailable, open_backend

PUBLISHED = columns("devahldavis1983_square_cavity")


@pytest.fixture(scope="module")
def device() -> Backend:
    """One thread, float64."""
    try:
        return open_backend("host", "double", threads=1)
    except BackendUnavailable:
        return open_backend("numpy", "double")


def grids(device: Backend, rayleigh: float, cells: tuple[int, int], stretch: float) -> list[Found]:
    """The settled cavity on two grids."""
    case = cavity(rayleigh)
    return [solve(case, grid_of(case, n, stretch), device, settled=1e-4) for n in cells]


@pytest.mark.parametrize(("rayleigh", "cells", "stretch"), [(1e4, (16, 32), 0.0), (1e5, (24, 48), 1.0), (1e6, (32, 64), 1.5)])
def test_published_figures(device: Backend, rayleigh: float, cells: tuple[int, int], stretch: float) -> None:
    """Nusselt number and largest speeds within 1 %, extrapolated from two grids with the scheme's order (1e5: either figure)."""
    coarse, fine = grids(device, rayleigh, cells, stretch)
    row = list(PUBLISHED["Ra"]).index(rayleigh)
    for name, read in (("Nu_avg", lambda f: f.nusselt), ("u_max", lambda f: f.u[0]), ("v_max", lambda f: f.v[0])):
        limit = read(fine) + (read(fine) - read(coarse)) / 3.0
        assert limit == pytest.approx(PUBLISHED[name][row], rel=0.01), name
    assert fine.outcome.verdict == "steady"
    assert fine.told == pytest.approx(fine.nusselt, rel=2e-3)


def test_a_higher_rayleigh_number_is_steady(device: Backend) -> None:
    """1e8 on a coarse stretched grid: laminar, and the run says so."""
    case = cavity(1e8)
    found = solve(case, grid_of(case, 64, 2.5), device, most=0)
    assert found.outcome.verdict == "steady"
    assert found.outcome.iterations < 400


@pytest.mark.parametrize(("side", "difference"), [(100.0, 1e-3), (100.0, 1e-5), (0.01, 10.0)])
def test_iterations_do_not_depend_on_the_size(device: Backend, side: float, difference: float) -> None:
    """The same Rayleigh number 100 times larger, or at a difference of 1e-5 K: the same run in other units."""
    counts, nusselts = [], []
    for case in (cavity(1e5), cavity(1e5, side, difference)):
        found = solve(case, grid_of(case, 24, 1.0), device, most=0)
        counts.append(found.outcome.iterations)
        nusselts.append(found.told)
    assert counts[1] == pytest.approx(counts[0], rel=0.05)
    assert nusselts[1] == pytest.approx(nusselts[0], rel=1e-3)


def test_the_cube(device: Backend) -> None:
    """Four more walls take 8 % off the mean Nusselt number (1e4; a quoted figure of Wakashima & Saitoh 2004)."""
    case = cavity(1e4, width=1.0)
    coarse, fine = (solve(case, grid_of(case, n, 1.0, n), device, settled=1e-4).nusselt for n in (8, 16))
    published = columns("cube_natural_convection")
    assert fine + (fine - coarse) / 3.0 == pytest.approx(published["Nu_avg"][published["Ra"] == 1e4][0], rel=0.01)
