"""Bytes that one launch of a kernel must move, from its signature, its arguments and what its twin does with them.

ideal   each array is read once and written once, no neighbour is fetched twice
moved   what a processor's caches make of it: a line is fetched before it is written, even where nothing reads it

A kernel of one colour touches every second cell but every cache line, so its arrays count whole. What a kernel takes but does
not look at (the temperature in the rows of u) counts nothing; the twin is asked, on a small hall.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kernels.geometry import loop_extent
from kernels.numpy_backend import find_twin
from kernels.samples import Hall, arguments
from kernels.signature import Kernel

LINE = 64  # bytes of a cache line
PROBE = (9, 8, 6)  # cells of the hall on which twins are asked


@dataclass(frozen=True)
class Traffic:
    """One launch: cells (or entries of a list) it passes over, and bytes."""

    items: int
    ideal: int
    moved: int


@functools.cache
def reads(kernel: Kernel) -> frozenset[str]:
    """Arrays over cells whose old values matter: they change what the kernel leaves, or outlast it in part.

    Tried, not parsed: the twin runs on a hall with one array turned round at a time.
    """
    twin, sample = find_twin(kernel), arguments(kernel, Hall(PROBE, np.dtype(np.float64)))
    before = _run(twin, sample)
    found = set()
    for number, parameter in enumerate(kernel.parameters):
        array = sample[number]
        if not parameter.pointer:
            continue
        if array.ndim != 3:
            found |= {parameter.name} if parameter.constant else set()
            continue
        turned = list(sample)
        turned[number] = np.ascontiguousarray(array[::-1, ::-1, ::-1])
        after = _run(twin, turned)
        for other, written in enumerate(kernel.parameters):
            if written.pointer and not written.constant:
                inside = (slice(2, -2),) * 3 if before[other].ndim == 3 else (slice(None),)
                if not np.array_equal(before[other][inside], after[other][inside], equal_nan=True):
                    found.add(parameter.name)
    return frozenset(found)


def _run(twin: Any, sample: Sequence[Any]) -> list[Any]:
    """Arguments after a run of the twin on copies of them."""
    values = [np.array(value) if isinstance(value, np.ndarray) else value for value in sample]
    with np.errstate(all="ignore"):
        twin(*values)
    return values


def traffic(kernel: Kernel, values: Sequence[Any]) -> Traffic:
    """Bytes of one launch with these arguments (arrays of any device, as given to `bind`)."""
    extent = loop_extent(kernel, values)
    items = max(0, int(np.prod(extent, dtype=np.int64)))
    if not items:
        return Traffic(0, 0, 0)
    sought = reads(kernel)
    names = {parameter.name: value for parameter, value in zip(kernel.parameters, values, strict=True)}
    ideal = moved = 0
    for parameter, array in zip(kernel.parameters, values, strict=True):
        if not parameter.pointer:
            continue
        useful, fetched = _size(kernel, parameter.name, array, items, names)
        read, written = parameter.name in sought or kernel.macro == "FV_LIST", not parameter.constant
        if kernel.macro == "FV_LIST" and array.ndim != 3:
            read = parameter.constant
        ideal += useful * (read + written)
        moved += fetched * ((read or written) + written)
    return Traffic(items, ideal, moved)


def _size(kernel: Kernel, name: str, array: Any, items: int, names: dict[str, Any]) -> tuple[int, int]:
    """Bytes of one array that a launch looks at, and bytes of the cache lines that hold them."""
    if array.ndim != 3:
        return array.nbytes, array.nbytes
    if kernel.macro == "FV_LIST" and "nx" not in names:  # cells by their positions
        entries = min(items, array.size)
        if type(names.get("cell")) is np.ndarray:  # a device keeps its positions to itself
            lines = len(np.unique(names["cell"] * array.itemsize // LINE))
            return entries * array.itemsize, lines * LINE
        return entries * array.itemsize, entries * array.itemsize
    if kernel.macro in ("FV_BOX", "FV_LAYERS") and array.shape == tuple(names[name] + 4 for name in ("nz", "ny", "nx")):
        return items * array.itemsize, items * array.itemsize
    size = int(np.prod([max(n - 4, 0) for n in array.shape], dtype=np.int64)) * array.itemsize
    return size, size
