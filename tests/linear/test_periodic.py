"""Halls whose two ends are joined: the same factors, the exact answer across the seam, and blocks equal to the whole."""

from __future__ import annotations

import numpy as np
import pytest

from kernels import Backend, open_backend
from tests.linear.systems import INSIDE, RACKS, SCREENS, Hall, stretched
from tests.linear.test_blocks import CUTS, solve_in_blocks, solve_whole
from tests.linear.test_blocks import N as SMALL
from tests.linear.test_factors import factor
from thermal.linear import multigrid
from thermal.linear.coarsening import plan_levels
from thermal.parallel import Serial, wrap

N = (60, 48, 18)
HALLS = {
    "box round x": Hall(N, opening=None, periodic=(0,)),
    "box round x and y": Hall(N, opening=None, periodic=(0, 1)),
    "box round all axes": Hall(N, opening=None, periodic=(0, 1, 2)),
    "racks round x and y": Hall(N, solids=RACKS, periodic=(0, 1)),
    "screens round y": Hall(N, solids=RACKS, sheets=SCREENS, factor=1e-2, periodic=(1,)),
    "stretched round x": Hall(N, widths=stretched(N, 4.0), solids=RACKS, periodic=(0,)),
    "a slice one cell thick": Hall((64, 1, 64), opening=None, periodic=(1,)),
    "a slice two cells thick": Hall((64, 2, 64), opening=None, periodic=(0, 1)),
    "an odd ring": Hall((63, 48, 18), opening=None, periodic=(0,)),
}


@pytest.mark.parametrize("name", HALLS)
def test_factor(double: Backend, name: str) -> None:
    """At most 0.25 per step, as in halls with ends."""
    assert factor(HALLS[name].system().norms(double)) <= 0.25


@pytest.mark.parametrize("name", ["box round all axes", "racks round x and y", "screens round y", "a slice two cells thick"])
def test_the_answer_solves_the_joined_equation(double: Backend, name: str) -> None:
    """Residual by NumPy with the halos of the joined hall."""
    system = HALLS[name].system()
    solver, x, b = system.solver(double)
    solver.solve_to(x, b, 1e-11)
    assert np.abs(system.residual(double.download(x))).max() < 1e-9


@pytest.mark.parametrize("shift", [2, 5])
def test_shifted_round_the_ring(double: Backend, shift: int) -> None:
    """The same hall begun some cells further on has the same answer, further on: no plane is special."""
    hall = Hall((24, 10, 6), opening=None, solids=((0.2, 0.5, 0.3, 0.6, 0.0, 0.5),), periodic=(0,))
    system, moved = hall.system(), hall.system()

    def roll(array: np.ndarray) -> np.ndarray:
        return np.pad(np.roll(array[INSIDE], shift, axis=2), 2)

    gx, gy, gz, gd = (roll(g) for g in system.operator)
    moved.operator, moved.b = (gx, gy, gz, gd), roll(system.b)
    moved.regions = np.roll(system.regions, shift, axis=2)
    moved.keep[0] = np.append(np.roll(system.keep[0][:-1], shift), True)
    found = []
    for one in (system, moved):
        solver, x, b = one.solver(double)
        solver.solve_to(x, b, 1e-13)
        found.append(double.download(x)[INSIDE])
    np.testing.assert_allclose(found[1], np.roll(found[0], shift, axis=2), atol=1e-10 * np.abs(found[0]).max())


@pytest.mark.parametrize("replicated", [1, 4096])
@pytest.mark.parametrize("pieces", CUTS)
def test_blocks_equal_the_whole(double: Backend, pieces: str, replicated: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Across cuts and seams, cut axes joined and axes joined that are not cut."""
    monkeypatch.setattr(multigrid, "REPLICATED", replicated)
    n = (32, 22, SMALL[2])
    system = Hall(n, solids=RACKS, sheets=SCREENS, factor=1e-2, periodic=(0, 1)).system()
    monkeypatch.setattr("tests.linear.test_blocks.N", n)
    whole, norm = solve_whole(system, double)
    blocks, block_norm = solve_in_blocks(system, double, *CUTS[pieces])
    np.testing.assert_allclose(blocks, whole, rtol=0, atol=1e-12 * abs(whole).max())
    assert block_norm == pytest.approx(norm, rel=1e-9)


def test_twins_wrap_as_well() -> None:
    """The NumPy backend gives the answer of the compiled one."""
    system = Hall((12, 10, 6), opening=None, periodic=(0, 1)).system()
    solver, x, b = system.solver(open_backend("numpy", "double"))
    solver.solve_to(x, b, 1e-11)
    assert np.abs(system.residual(x)).max() < 1e-9


def test_levels_keep_an_even_ring() -> None:
    """Every level of a joined axis has an even number of cells or one."""
    for cells in (10, 12, 22, 60, 63, 100, 198):
        planes = [np.linspace(0.0, 0.1 * n, n + 1) for n in (cells, 40, 40)]
        keep = [np.zeros(len(plane), bool) for plane in planes]
        counts = [x.n for x, _, _ in plan_levels(planes, keep, periodic=(0,))[1:]]
        assert all(count % 2 == 0 or count == 1 for count in counts), counts


@pytest.mark.parametrize("cells", [1, 2, 3, 6])
def test_wrap(cells: int) -> None:
    """Halo layer h holds cell h modulo the number of cells, corners too."""
    array = np.zeros((cells + 4, 6, cells + 4))
    array[INSIDE] = np.arange(cells * 2 * cells).reshape(cells, 2, cells)
    expected = np.take(np.take(array[INSIDE], np.arange(-2, cells + 2) % cells, axis=0), np.arange(-2, cells + 2) % cells, axis=2)
    Serial((0, 2)).exchange([array])
    np.testing.assert_array_equal(array[:, 2:-2], expected)
    assert not array[:, :2].any()
    wrap(np.zeros((4, 4, 4)), 0)  # a block without cells
