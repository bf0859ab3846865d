"""Blocks of one hall that run the same code: what a block may ask of the others, and blocks as threads of one process.

A block holds its cells and two halo layers, like a whole hall. Every read of a neighbour goes through `exchange`, every sum
over the hall through `sum`. In-process blocks need no MPI; they prove the halos in tests and use the cores of one machine.

Along a periodic axis the hall's two ends are neighbours: halos beyond one end hold the cells of the other. `joined` makes the
communicator that knows so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

HALO = 2
Result = TypeVar("Result")


@dataclass(frozen=True)
class Range:
    """The cells low <= cell < high per axis (x, y, z), in whole-hall indices."""

    low: tuple[int, int, int]
    high: tuple[int, int, int]

    @property
    def n(self) -> tuple[int, int, int]:
        """Own cells per axis (nx, ny, nz)."""
        return (self.high[0] - self.low[0], self.high[1] - self.low[1], self.high[2] - self.low[2])

    @property
    def parity(self) -> int:
        """0 or 1: what local i + j + k lacks of the global sum. Red-black colours are `colour ^ parity`."""
        return sum(self.low) & 1

    @property
    def window(self) -> tuple[slice, slice, slice]:
        """The range's part of a whole-hall [k, j, i] array."""
        return (slice(self.low[2], self.high[2]), slice(self.low[1], self.high[1]), slice(self.low[0], self.high[0]))


@dataclass(frozen=True)
class Block(Range):
    """The cells that one block owns, out of `whole` cells per axis."""

    whole: tuple[int, int, int]


class Communicator(Protocol):
    """What a block asks of the others. Every block calls the same methods in the same order."""

    rank: int
    size: int
    parts: tuple[int, int, int]  # blocks per axis x, y, z; x fastest in `rank`
    periodic: tuple[int, ...]  # axes whose two ends are joined

    @property
    def fills_halos(self) -> bool:
        """Whether `exchange` has anything to do."""
        ...

    def joined(self, axes: Sequence[int], backend: Any) -> Communicator:
        """The same block in a hall whose two ends are joined along `axes`; its arrays will be those of the backend."""
        ...

    def exchange(self, arrays: Sequence[Any]) -> None:
        """Fill the two halo layers of [k, j, i] device arrays from the neighbours, edges and corners included."""
        ...

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Sum of a float64 vector over all blocks, added in the order of ranks."""
        ...

    def max(self, values: np.ndarray) -> np.ndarray:
        """Largest of each element of a float64 vector over all blocks."""
        ...


class Serial:
    """The communicator of a hall that is not cut; `periodic`: axes whose two ends are joined."""

    rank = 0
    size = 1
    parts = (1, 1, 1)

    def __init__(self, periodic: Sequence[int] = (), backend: Any = None) -> None:
        """backend: whose arrays will be exchanged; None: NumPy arrays."""
        self.periodic = tuple(periodic)
        self._backend = backend
        self._launches: dict[int, list[Callable[[], Any]]] = {}  # by array; a launch keeps its array alive

    @property
    def fills_halos(self) -> bool:
        """Whether `exchange` has anything to do."""
        return bool(self.periodic)

    def joined(self, axes: Sequence[int], backend: Any) -> Serial:
        """The same hall with its two ends joined along `axes`; its arrays will be those of the backend."""
        return Serial(axes, backend) if axes else self

    def exchange(self, arrays: Sequence[Any]) -> None:
        """Fill the halos beyond each joined end from the other end, axis by axis so that edges and corners follow; other halos
        have no neighbour."""
        for array in arrays:
            if self._backend is None:
                for axis in self.periodic:
                    wrap(array, axis)
            elif self.periodic:
                if id(array) not in self._launches:
                    self._launches[id(array)] = [_bind_wrap(self._backend, array, axis) for axis in self.periodic]
                for launch in self._launches[id(array)]:
                    launch()

    def sum(self, values: np.ndarray) -> np.ndarray:
        """The values themselves."""
        return values

    def max(self, values: np.ndarray) -> np.ndarray:
        """The values themselves."""
        return values


class Threads:
    """The communicator of one block among threads of this process; made by `run_blocks`."""

    def __init__(self, rank: int, parts: tuple[int, int, int], board: _Board, periodic: Sequence[int] = ()):
        self.rank = rank
        self.parts = parts
        self.periodic = tuple(periodic)
        self.size = parts[0] * parts[1] * parts[2]
        self._board = board
        here = position(rank, parts)
        self._neighbours = [[_step(here, parts, axis, way, axis in self.periodic) for way in (-1, 1)] for axis in range(3)]

    @property
    def fills_halos(self) -> bool:
        """Whether `exchange` has anything to do."""
        return self.size > 1 or bool(self.periodic)

    def joined(self, axes: Sequence[int], backend: Any) -> Threads:
        """The same block in a hall whose two ends are joined along `axes`."""
        return Threads(self.rank, self.parts, self._board, axes) if axes else self

    def exchange(self, arrays: Sequence[Any]) -> None:
        """Copy the neighbours' outer two layers into the halos, axis by axis so that edges and corners follow.

        Raises ValueError if a block has fewer than two cells along a cut axis, and passes on what another block raised.
        """
        if not self.fills_halos:
            return
        self._board.show(self.rank, list(arrays))
        for axis, (below, above) in enumerate(self._neighbours):
            if self.parts[axis] == 1:
                if axis in self.periodic:
                    for array in arrays:
                        wrap(array, axis)
                    self._board.wait()  # the next axis reads these halos
                continue
            for number, array in enumerate(arrays):
                cells = array.shape[2 - axis] - 2 * HALO
                if cells < HALO:
                    raise ValueError(f"a block of {cells} cells along axis {axis} cannot fill its neighbour's halo")
                if below is not None:
                    last = _layer(axis, -2 * HALO, -HALO)
                    array[_layer(axis, 0, HALO)] = self._board.shown(below)[number][last]
                if above is not None:
                    array[_layer(axis, -HALO, None)] = self._board.shown(above)[number][_layer(axis, HALO, 2 * HALO)]
            self._board.wait()

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Sum of a float64 vector over all blocks, added in the order of ranks."""
        return np.add.reduce(self._gather(values), axis=0)

    def max(self, values: np.ndarray) -> np.ndarray:
        """Largest of each element of a float64 vector over all blocks."""
        return np.maximum.reduce(self._gather(values), axis=0)

    def _gather(self, values: np.ndarray) -> np.ndarray:
        if self.size == 1:
            return np.array(values, np.float64)[None]
        self._board.show(self.rank, np.array(values, np.float64))
        rows = np.stack([self._board.shown(rank) for rank in range(self.size)])
        self._board.wait()
        return rows


class _Board:
    """Where threads lay out what the others may read, with barriers between laying out and reading."""

    def __init__(self, size: int):
        self._shown: list[Any] = [None] * size
        self._barrier = threading.Barrier(size)

    def show(self, rank: int, thing: Any) -> None:
        self._shown[rank] = thing
        self.wait()

    def shown(self, rank: int) -> Any:
        return self._shown[rank]

    def wait(self) -> None:
        self._barrier.wait()

    def abandon(self) -> None:
        self._barrier.abort()


def run_blocks(px: int, py: int, pz: int, function: Callable[[Threads], Result]) -> list[Result]:
    """Run function(communicator) once per block, each in a thread of its own; the results in the order of ranks.

    Raises what the first failing block raised; the others are released.
    """
    parts = (px, py, pz)
    size = px * py * pz
    board = _Board(size)
    results: list[Any] = [None] * size
    failures: list[tuple[int, BaseException]] = []

    def work(rank: int) -> None:
        try:
            results[rank] = function(Threads(rank, parts, board))
        except threading.BrokenBarrierError:
            pass  # another block failed first and is reported instead
        except BaseException as failure:
            failures.append((rank, failure))
            board.abandon()

    threads = [threading.Thread(target=work, args=(rank,), name=f"block {rank}") for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise min(failures, key=lambda entry: entry[0])[1]
    return results


def cut(communicator: Communicator, whole: tuple[int, int, int], planes: Sequence[Sequence[int]] | None = None) -> Block:
    """The block of a rank in a hall of `whole` cells (nx, ny, nz).

    planes   per axis the first cell of each block but the first; even shares by default
    Raises   ValueError if a block would have fewer than two cells along a cut axis.
    """
    low, high = [], []
    here = position(communicator.rank, communicator.parts)
    for axis, (cells, parts) in enumerate(zip(whole, communicator.parts, strict=True)):
        inner = [cells * part // parts for part in range(1, parts)] if planes is None else list(planes[axis])
        edges = [0, *inner, cells]
        if len(edges) != parts + 1 or (parts > 1 and min(np.diff(edges)) < HALO):
            raise ValueError(f"axis {axis}: {cells} cells cannot be cut into {parts} blocks of at least {HALO} cells at {inner}")
        low.append(edges[here[axis]])
        high.append(edges[here[axis] + 1])
    return Block((low[0], low[1], low[2]), (high[0], high[1], high[2]), whole)


def position(rank: int, parts: tuple[int, int, int]) -> tuple[int, int, int]:
    """Place of a rank in the grid of blocks (x, y, z)."""
    return (rank % parts[0], rank // parts[0] % parts[1], rank // (parts[0] * parts[1]))


def wrap(array: Any, axis: int) -> None:
    """Fill the two halo layers at both ends of an axis (x, y, z: 0, 1, 2) of a [k, j, i] array from its own other end.

    An axis of a single cell gets that cell in all four layers.
    """
    last = array.shape[2 - axis] - 2 * HALO
    if last == 0:
        return
    reach = min(HALO, last)  # the source of one cell is spread over both layers
    array[_layer(axis, 0, HALO)] = array[_layer(axis, HALO + last - reach, HALO + last)]
    array[_layer(axis, -HALO, None)] = array[_layer(axis, HALO, HALO + reach)]


def _bind_wrap(backend: Any, array: Any, axis: int) -> Callable[[], Any]:
    """The launch that does what `wrap` does, on the array's device."""
    n = [size - 2 * HALO for size in reversed(array.shape)]
    spans = [(-HALO, cells + HALO) for cells in n]
    spans[axis] = (0, 2 * HALO)
    return backend.bind("wrap", *n, axis, array, *(bound for span in spans for bound in span))


def _step(here: tuple[int, int, int], parts: tuple[int, int, int], axis: int, way: int, is_periodic: bool) -> int | None:
    """Rank of the neighbour along an axis, None at the end of the hall; of a periodic axis the block at the other end."""
    there = list(here)
    there[axis] += way
    if is_periodic:
        there[axis] %= parts[axis]
    if not 0 <= there[axis] < parts[axis]:
        return None
    return there[0] + parts[0] * (there[1] + parts[1] * there[2])


def _layer(axis: int, start: int, stop: int | None) -> tuple[slice, ...]:
    """Layers start..stop along x, y or z (axis 0, 1, 2) of a [k, j, i] array."""
    index = [slice(None)] * 3
    index[2 - axis] = slice(start, stop)
    return tuple(index)
