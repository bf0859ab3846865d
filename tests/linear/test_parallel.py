"""Blocks as threads: halos, sums, failures."""

from __future__ import annotations

import numpy as np
import pytest

from thermal.parallel import Serial, Threads, cut, run_blocks

WHOLE = (9, 7, 6)
INSIDE = (slice(2, -2),) * 3


def test_exchange_fills_faces_edges_and_corners() -> None:
    """Every halo cell that lies in the hall holds what its owner holds; the others stay as they were."""
    field = np.arange(np.prod(WHOLE), dtype=float).reshape(WHOLE[::-1])
    padded = np.pad(field, 2, constant_values=-1.0)

    def work(comm: Threads) -> bool:
        block = cut(comm, WHOLE, ((5,), (3,), (2,)))
        array = np.full([n + 4 for n in reversed(block.n)], -1.0)
        array[INSIDE] = field[block.window]
        second = -array
        comm.exchange([array, second])
        expected = padded[tuple(slice(low, low + n + 4) for low, n in zip(block.low[::-1], block.n[::-1], strict=True))]
        return bool((array == expected).all() and (second == -expected).all())

    assert all(run_blocks(2, 2, 2, work))


def test_sums_are_the_same_in_every_block() -> None:
    """Added in the order of ranks, so equal to the last bit."""
    values = np.random.default_rng(0).standard_normal((6, 3))

    def work(comm: Threads) -> tuple[bytes, float]:
        return comm.sum(values[comm.rank]).tobytes(), float(comm.max(np.array([comm.rank]))[0])

    results = run_blocks(3, 2, 1, work)
    assert len(set(results)) == 1
    np.testing.assert_allclose(np.frombuffer(results[0][0]), values.sum(axis=0))
    assert results[0][1] == 5.0


def test_a_failing_block_ends_the_others() -> None:
    """Nobody waits for a block that raised."""

    def work(comm: Threads) -> None:
        if comm.rank == 2:
            raise RuntimeError("block 2 has no air")
        comm.sum(np.zeros(1))

    with pytest.raises(RuntimeError, match="block 2 has no air"):
        run_blocks(2, 2, 1, work)


def test_blocks_tile_the_hall_at_any_planes() -> None:
    """Even shares by default; parity counts from the hall's corner."""
    blocks = run_blocks(2, 2, 1, lambda comm: cut(comm, WHOLE))
    owner = np.zeros(WHOLE[::-1], int)
    for block in blocks:
        owner[block.window] += 1
    assert (owner == 1).all()
    assert [block.parity for block in blocks] == [0, 0, 1, 1]
    assert cut(Serial(), WHOLE).n == WHOLE


@pytest.mark.parametrize("planes", [((1,), (), ()), ((8,), (), ()), ((), (), ())])
def test_blocks_thinner_than_a_halo_are_refused(planes: tuple[tuple[int, ...], ...]) -> None:
    """A neighbour needs two layers."""
    with pytest.raises(ValueError, match="cannot be cut"):
        run_blocks(2, 1, 1, lambda comm: cut(comm, WHOLE, planes))
