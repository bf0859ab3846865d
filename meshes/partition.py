"""A grid cut into blocks px x py x pz, at any planes: the global cells each one owns and who lies beyond each side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshes.axis import GridError

HALO = 2  # layers a block borrows from its neighbours; a block must hold at least as many cells to lend


@dataclass(frozen=True)
class Block:
    """One block: cells low[axis] <= index < high[axis] of the whole grid.

    neighbours   {(axis, side): rank or None}, side -1 low, +1 high; None where the grid ends
    position     (px, py, pz) of the block among the blocks
    """

    rank: int
    position: tuple[int, int, int]
    low: tuple[int, int, int]
    high: tuple[int, int, int]
    neighbours: dict[tuple[int, int], int | None]

    @property
    def n(self) -> tuple[int, int, int]:
        """Own cells along x, y, z."""
        return tuple(self.high[axis] - self.low[axis] for axis in range(3))  # type: ignore[return-value]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Own cells as an array shape (nz, ny, nx)."""
        nx, ny, nz = self.n
        return nz, ny, nx

    @property
    def parity(self) -> int:
        """Parity of the global index of the first own cell: what to add to a local colour."""
        return sum(self.low) % 2

    def cells(self) -> tuple[slice, slice, slice]:
        """Slices [k, j, i] of the own cells in an array of the whole grid."""
        return tuple(slice(self.low[axis], self.high[axis]) for axis in (2, 1, 0))  # type: ignore[return-value]


@dataclass(frozen=True)
class Partition:
    """All blocks, by rank (x fastest), and the cuts: plane indices (p+1) along each axis, ends included."""

    cuts: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    blocks: tuple[Block, ...]

    @property
    def counts(self) -> tuple[int, int, int]:
        """Blocks along x, y, z."""
        return tuple(len(row) - 1 for row in self.cuts)  # type: ignore[return-value]


def split_grid(
    n: Sequence[int], counts: Sequence[int] = (1, 1, 1), cuts: Sequence[Sequence[int] | None] = (None, None, None)
) -> Partition:
    """Blocks of a grid of n = (nx, ny, nz) cells.

    counts   blocks along x, y, z, of as equal size as whole cells allow
    cuts     for an axis the inner plane indices instead of a count, at any offset: (7, 12) cuts 20 cells to 7, 5 and 8
    Raises   GridError when a block of a cut axis has fewer than HALO cells
    """
    rows = tuple(_cut_row(n[axis], counts[axis], cuts[axis], "xyz"[axis]) for axis in range(3))
    px, py, pz = (len(row) - 1 for row in rows)
    blocks = []
    for rank in range(px * py * pz):
        position = (rank % px, rank // px % py, rank // (px * py))
        blocks.append(
            Block(
                rank,
                position,
                tuple(rows[axis][position[axis]] for axis in range(3)),  # type: ignore[arg-type]
                tuple(rows[axis][position[axis] + 1] for axis in range(3)),  # type: ignore[arg-type]
                _neighbours(rank, position, (px, py, pz)),
            )
        )
    return Partition(rows, tuple(blocks))  # type: ignore[arg-type]


def choose_counts(n: Sequence[int], blocks: int) -> tuple[int, int, int]:
    """The px x py x pz = `blocks` whose cuts have the fewest faces, for a grid of n cells. Raises GridError when none fits."""
    best: tuple[float, tuple[int, int, int]] | None = None
    for px in _divisors(blocks):
        for py in _divisors(blocks // px):
            counts = (px, py, blocks // (px * py))
            if any(counts[axis] > 1 and n[axis] // counts[axis] < HALO for axis in range(3)):
                continue
            faces = sum((counts[axis] - 1) * n[axis - 1] * n[axis - 2] for axis in range(3))
            if best is None or faces < best[0]:
                best = faces, counts
    if best is None:
        raise GridError(f"{n[0]} x {n[1]} x {n[2]} cells cannot be cut into {blocks} blocks of at least {HALO} cells a side")
    return best[1]


def _cut_row(cells: int, count: int, cuts: Sequence[int] | None, name: str) -> tuple[int, ...]:
    if cuts is None:
        if count < 1:
            raise GridError(f"{name}: {count} blocks asked for; at least 1")
        row = tuple(cells * part // count for part in range(count + 1))
    else:
        row = (0, *cuts, cells)
    if len(row) > 2 and any(high - low < HALO for low, high in zip(row, row[1:], strict=False)):
        raise GridError(f"{name}: cuts at {row[1:-1]} of {cells} cells leave a block of fewer than {HALO} cells")
    return row


def _neighbours(rank: int, position: tuple[int, int, int], counts: tuple[int, int, int]) -> dict[tuple[int, int], int | None]:
    strides = (1, counts[0], counts[0] * counts[1])
    found: dict[tuple[int, int], int | None] = {}
    for axis in range(3):
        for side in (-1, 1):
            inside = 0 <= position[axis] + side < counts[axis]
            found[axis, side] = rank + side * strides[axis] if inside else None
    return found


def _divisors(number: int) -> list[int]:
    return [part for part in range(1, number + 1) if number % part == 0]
