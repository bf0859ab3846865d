"""Blocks of a hall give the iterates of the whole hall, on every multigrid level; a wrong halo does not."""

from __future__ import annotations

import numpy as np
import pytest

from kernels import Backend, open_backend
from tests.linear.systems import INSIDE, RACKS, SCREENS, Hall, System, stretched
from thermal.linear import multigrid
from thermal.linear.pcg import PressureSolver
from thermal.parallel import Serial, Threads, cut, run_blocks

N = (31, 22, 9)
HALLS = {
    "screens": Hall(N, solids=RACKS, sheets=SCREENS, factor=1e-2),
    "sealed plates, no opening": Hall(N, solids=RACKS, sheets=SCREENS, factor=0.0, opening=None),
    "stretched": Hall(N, widths=stretched(N, 4.0), solids=RACKS),
}
CUTS = {
    "2x2x1": ((2, 2, 1), ((13,), (9,), ())),
    "1x2x2": ((1, 2, 2), ((), (11,), (5,))),
    "3x1x2": ((3, 1, 2), ((7, 16), (), (3,))),
}


def solve_in_blocks(
    system: System, backend: Backend, parts: tuple[int, int, int], planes: tuple[tuple[int, ...], ...]
) -> tuple[np.ndarray, float]:
    """The iterate after four steps put together from its blocks, and the residual norm every block agrees on."""

    def work(comm: Threads) -> tuple[tuple[slice, ...], np.ndarray, float]:
        block = cut(comm, N, planes)
        solver = PressureSolver(system.multigrid(backend, comm, block), 4)

        def part(whole: np.ndarray) -> object:
            own = np.zeros([n + 4 for n in reversed(block.n)])
            own[INSIDE] = whole[INSIDE][block.window]
            return backend.upload(own)

        solver.setup(*(part(g) for g in system.operator))
        x = part(np.zeros_like(system.b))
        solver.solve(x, part(system.b))
        return block.window, backend.download(x)[INSIDE], solver.residual_norm()

    results = run_blocks(*parts, work)
    whole = np.zeros(tuple(reversed(N)))
    for window, x, _ in results:
        whole[window] = x
    assert len({norm for *_, norm in results}) == 1
    return whole, results[0][2]


def solve_whole(system: System, backend: Backend) -> tuple[np.ndarray, float]:
    """The same without blocks."""
    solver, x, b = system.solver(backend, 4)
    solver.solve(x, b)
    return backend.download(x)[INSIDE], solver.residual_norm()


@pytest.mark.parametrize("replicated", [1, 4096])
@pytest.mark.parametrize("pieces", CUTS)
@pytest.mark.parametrize("name", HALLS)
def test_blocks_equal_the_whole(
    double: Backend, name: str, pieces: str, replicated: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Odd offsets, racks and regions across cuts, coarse cells across cuts on as many levels as the blocks have cells for."""
    monkeypatch.setattr(multigrid, "REPLICATED", replicated)
    system = HALLS[name].system()
    whole, norm = solve_whole(system, double)
    blocks, block_norm = solve_in_blocks(system, double, *CUTS[pieces])
    np.testing.assert_allclose(blocks, whole, rtol=0, atol=1e-12 * abs(whole).max())
    assert block_norm == pytest.approx(norm, rel=1e-9)


def test_blocks_equal_the_whole_on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twins keep to their halos as well."""
    monkeypatch.setattr(multigrid, "REPLICATED", 1)
    backend = open_backend("numpy", "double")
    system = HALLS["screens"].system()
    whole, _ = solve_whole(system, backend)
    blocks, _ = solve_in_blocks(system, backend, *CUTS["2x2x1"])
    np.testing.assert_allclose(blocks, whole, rtol=0, atol=1e-12 * abs(whole).max())


@pytest.mark.parametrize("axis", [0, 1])
def test_a_wrong_halo_is_noticed(double: Backend, axis: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison above can fail: one unfilled halo plane moves the iterate by far more than round-off."""
    right = Threads.exchange

    def wrong(self: Threads, arrays: list[np.ndarray]) -> None:
        right(self, arrays)
        for array in arrays:
            array[(slice(None),) * (2 - axis) + (slice(-2, -1),)] = 0.0

    monkeypatch.setattr(multigrid, "REPLICATED", 1)
    system = HALLS["screens"].system()
    whole, _ = solve_whole(system, double)
    monkeypatch.setattr(Threads, "exchange", wrong)
    blocks, _ = solve_in_blocks(system, double, *CUTS["2x2x1"])
    assert abs(blocks - whole).max() > 1e-6 * abs(whole).max()


def test_levels_are_really_cut(double: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing replicated early, blocks hold several levels in parts."""
    monkeypatch.setattr(multigrid, "REPLICATED", 1)
    system = HALLS["screens"].system()

    def work(comm: Threads) -> list[tuple[int, ...]]:
        levels = system.multigrid(double, comm, cut(comm, N, CUTS["2x2x1"][1])).levels
        return [level.n for level in levels]

    sizes = run_blocks(2, 2, 1, work)
    whole = [level.n for level in system.multigrid(double, Serial()).levels]
    assert len(sizes[0]) >= 3
    for number in range(len(sizes[0])):
        total = sum(np.prod(size[number]) for size in sizes)
        assert total == np.prod(whole[number])
