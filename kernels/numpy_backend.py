"""The twins as a backend: slow, needs no compiler, and is what the other backends are compared with."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from kernels.backend import REAL, Launch, target_dtype
from kernels.errors import KernelError
from kernels.geometry import check_partials
from kernels.signature import SOURCES, Kernel, convert, partial_count, read_kernels

LINE, PAGE = 64, 4096  # bytes
STAGGERED = 8 * PAGE  # bytes; smaller arrays begin where they happen to
STAGGER = 7 * LINE  # bytes between the places where arrays made one after another begin
_arrays = count()


class NumpyBackend:
    """Runs the NumPy twin of each kernel."""

    name = "numpy"

    def __init__(
        self,
        precision: str = "double",
        reason: str = "asked for",
        *,
        folder: Path = SOURCES,
        files: Sequence[str] | None = None,
        twins: Mapping[str, Any] | None = None,
    ):
        """`folder` and `files` choose the kernel sources; `twins` (kernel name -> function) replaces kernels/twins."""
        self.precision = precision
        self.real = REAL[precision]
        self.reason = reason
        self.threads = 1
        self.compile_seconds = 0.0
        self.kernels = read_kernels(folder, files)
        self._twins = twins

    def empty(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """An array without initial values, aligned to a cache line."""
        return aligned_empty(shape, self.real if dtype is None else dtype)

    def zeros(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """An array of zeros, aligned to a cache line."""
        array = self.empty(shape, dtype)
        array.fill(0)
        return array

    def upload(self, array: Any, dtype: Any = None) -> np.ndarray:
        """An aligned copy of an array; floating-point input becomes `real` unless `dtype` says otherwise."""
        source = np.asarray(array)
        target = aligned_empty(source.shape, target_dtype(source, dtype, self.real))
        target[...] = source
        return target

    def download(self, array: np.ndarray) -> np.ndarray:
        """A copy of an array."""
        return np.array(array)

    def copy(self, source: np.ndarray, target: np.ndarray) -> None:
        """Copy a whole array into another of the same shape and type."""
        if source.shape != target.shape or source.dtype != target.dtype:
            raise KernelError(f"copy: {source.dtype}{source.shape} into {target.dtype}{target.shape}")
        np.copyto(target, source)

    def store(self, source: Any, target: np.ndarray) -> None:
        """Copy a NumPy array into an array of the same shape, converted to its type."""
        if np.shape(source) != target.shape:
            raise KernelError(f"store: {np.shape(source)} into {target.shape}")
        target[...] = source

    def fill(self, array: np.ndarray, value: float) -> None:
        """Set every element, halos included."""
        array.fill(value)

    def synchronize(self) -> None:
        """Nothing to wait for: calls return when they are done."""

    def partials(self, nx: int, ny: int, nz: int) -> np.ndarray:
        """A float64 array, one element a row."""
        return self.zeros(partial_count(nx, ny, nz, cuda=False), np.float64)

    def bind(self, kernel: str, *arguments: Any) -> Launch:
        """A launch of the twin with checked arguments."""
        signature = find_kernel(self.kernels, kernel)
        converted = convert(signature, arguments, self.real, np.ndarray)
        check_partials(signature, converted, cuda=False)
        return partial(find_twin(signature, self._twins), *converted)

    def program(self, steps: Sequence[Launch]) -> Launch:
        """One call for many launches, done in this order each time."""
        return partial(run_all, tuple(steps))

    def passes(self, launches: Sequence[Launch], count: int) -> Launch:
        """One call for `count` rounds of launches, done in this order each time."""
        return partial(run_all, tuple(launches) * count)

    def run(self, kernel: str, *arguments: Any) -> None:
        """Bind and launch once."""
        self.bind(kernel, *arguments)()


def run_all(steps: Sequence[Launch]) -> None:
    """Call one after the other."""
    for step in steps:
        step()


def aligned_empty(shape: Any, dtype: Any) -> np.ndarray:
    """An array whose first element starts a 64-byte cache line, so that SIMD rows do not straddle lines by accident.

    Large arrays begin at different places of a 4096-byte page. The system hands out whole pages; were all arrays to begin alike,
    a processor would take a load from one for a store to another whose address ends in the same 12 bits, and wait.
    """
    dtype = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if size < STAGGERED:
        memory = np.empty(size + LINE, np.uint8)
        start = -memory.ctypes.data % LINE
    else:
        memory = np.empty(size + PAGE, np.uint8)
        start = (next(_arrays) * STAGGER - memory.ctypes.data) % PAGE
    return memory[start : start + size].view(dtype).reshape(shape)


def find_kernel(kernels: Mapping[str, Kernel], name: str) -> Kernel:
    """The kernel of that name. Raises KernelError listing the names that exist."""
    if name not in kernels:
        raise KernelError(f"no kernel {name}; kernels: {', '.join(sorted(kernels))}")
    return kernels[name]


def find_twin(kernel: Kernel, twins: Mapping[str, Any] | None = None) -> Any:
    """The NumPy function that states what a kernel does. Raises KernelError if there is none."""
    if twins is not None:
        twin = twins.get(kernel.name)
    else:
        try:
            twin = getattr(importlib.import_module(f"kernels.twins.{kernel.file}"), kernel.name, None)
        except ModuleNotFoundError:
            twin = None
    if twin is None:
        raise KernelError(f"kernel {kernel.name} has no twin in kernels/twins/{kernel.file}.py")
    return twin
