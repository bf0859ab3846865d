"""The verbs every backend has. Callers hold a Backend and never ask which one it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

Array = Any  # numpy.ndarray on the CPU backends, cupy.ndarray on the GPU; passed around, never looked into
Launch = Callable[[], Any]

REAL: dict[str, np.dtype[Any]] = {"single": np.dtype(np.float32), "double": np.dtype(np.float64)}


class Backend(Protocol):
    """Arrays on a device and bound kernel launches."""

    name: str  # "cuda", "host" or "numpy"
    precision: str  # "single" or "double"
    real: np.dtype  # element type of the 3-D fields
    reason: str  # why this backend was chosen, and anything a user should know about it
    threads: int  # CPU threads a large kernel uses; 1 where it does not apply
    compile_seconds: float  # time spent compiling at opening, 0 from a warm cache

    def empty(self, shape: Any, dtype: Any = None) -> Array:
        """A device array without initial values; `dtype` defaults to `real`."""
        ...

    def zeros(self, shape: Any, dtype: Any = None) -> Array:
        """A device array of zeros; `dtype` defaults to `real`."""
        ...

    def upload(self, array: Any, dtype: Any = None) -> Array:
        """A device copy of a NumPy array or sequence; floating-point input becomes `real` unless `dtype` says otherwise."""
        ...

    def download(self, array: Array) -> np.ndarray:
        """A NumPy copy of a device array."""
        ...

    def copy(self, source: Array, target: Array) -> None:
        """Copy a whole device array into another of the same shape and type."""
        ...

    def store(self, source: Any, target: Array) -> None:
        """Copy a NumPy array into a device array of the same shape, converted to its type; allocates nothing on the device."""
        ...

    def fill(self, array: Array, value: float) -> None:
        """Set every element of a device array, halos included."""
        ...

    def synchronize(self) -> None:
        """Wait until the device has done everything asked of it."""
        ...

    def partials(self, nx: int, ny: int, nz: int) -> Array:
        """A float64 array of the length that the FV_SUM kernels of a grid of that size write to."""
        ...

    def bind(self, kernel: str, *arguments: Any) -> Launch:
        """A launch without arguments. Arguments are checked and converted once; arrays are kept alive by the launch.

        Raises KernelError naming the kernel and the parameter.
        """
        ...

    def program(self, steps: Sequence[Launch]) -> Launch:
        """One call for many launches, fills and copies, done in this order each time.

        Steps may call others of their kind; they neither allocate nor move anything between host and device, because a GPU
        records them once and repeats the record. Where it refuses to, they run one by one.
        """
        ...

    def passes(self, launches: Sequence[Launch], count: int) -> Launch:
        """One call for `count` rounds of launches of one kernel with layers `low`, `high`, each over all of them.

        A launch reads what the one before wrote, in its own layer and the two beside it, and writes what only the one before
        read; so a processor may let them follow each other from layer to layer, to find in its cache what they share.
        """
        ...

    def run(self, kernel: str, *arguments: Any) -> None:
        """Bind and launch once."""
        ...


def target_dtype(array: np.ndarray, dtype: Any, real: np.dtype) -> np.dtype:
    """Element type of an upload: what is asked for, else `real` for floating-point input and the input's own for the rest."""
    if dtype is not None:
        return np.dtype(dtype)
    return real if array.dtype.kind == "f" else array.dtype
