"""Blocks cover the grid once, know their neighbours, and may be cut anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshes import GridError, split_grid
from meshes.partition import HALO, choose_counts


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_blocks_cover_every_cell_once_and_neighbours_agree(data):
    n = data.draw(st.tuples(*[st.integers(4, 20)] * 3))
    counts = tuple(data.draw(st.integers(1, size // HALO)) for size in n)
    partition = split_grid(n, counts)
    seen = np.zeros(tuple(reversed(n)), int)
    for rank, block in enumerate(partition.blocks):
        assert block.rank == rank
        seen[block.cells()] += 1
        assert seen[block.cells()].shape == block.shape
        for (axis, side), other in block.neighbours.items():
            edge = block.high[axis] if side > 0 else block.low[axis]
            if other is None:
                assert edge in (0, n[axis])
                continue
            beyond = partition.blocks[other]
            assert (beyond.low if side > 0 else beyond.high)[axis] == edge
            assert beyond.neighbours[axis, -side] == rank
            assert all(beyond.low[a] == block.low[a] and beyond.high[a] == block.high[a] for a in range(3) if a != axis)
    assert (seen == 1).all()
    assert partition.counts == counts


def test_cuts_at_any_offset():
    partition = split_grid((20, 9, 5), (1, 2, 1), ((7, 12), None, None))
    assert partition.counts == (3, 2, 1)
    assert [block.n for block in partition.blocks[:3]] == [(7, 4, 5), (5, 4, 5), (8, 4, 5)]
    assert [block.parity for block in partition.blocks] == [0, 1, 0, 0, 1, 0]


def test_one_block_is_the_whole_grid():
    (block,) = split_grid((3, 1, 2)).blocks
    assert block.n == (3, 1, 2)
    assert set(block.neighbours.values()) == {None}


@pytest.mark.parametrize(
    "arguments", [((5, 5, 5), (3, 1, 1)), ((20, 5, 5), (1, 1, 1), ((7, 8), None, None)), ((5, 5, 5), (0, 1, 1))]
)
def test_blocks_thinner_than_the_halo_are_refused(arguments):
    with pytest.raises(GridError, match="^x: "):
        split_grid(*arguments)


def test_the_choice_cuts_the_fewest_faces():
    assert choose_counts((120, 96, 36), 2) == (2, 1, 1)
    assert choose_counts((120, 96, 36), 4) == (2, 2, 1)
    with pytest.raises(GridError, match="cannot be cut"):
        choose_counts((3, 3, 3), 5)
