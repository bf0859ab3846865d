"""A stand-in for CuPy: NumPy memory, RawModule by grid emulation. kernels/cuda.py runs on it unchanged.

It refuses what would be slow or wrong with the real one (arithmetic on arrays, reading single elements, host arrays in a
launch) and counts what a step after warm-up must not do: allocate, copy to the host, wait.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np

from tests.kernels.emulation import FLAGS, EmulatedModule


@dataclass
class Counts:
    """What has been asked of the device so far: kernels run, launched one by one or by a graph, and the rest."""

    kernels: int = 0
    launches: int = 0
    allocations: int = 0
    uploads: int = 0
    downloads: int = 0
    synchronizations: int = 0
    graphs: int = 0


class Capture:
    """What a stream has recorded, from begin_capture to end_capture: things to do, none of them done."""

    now: Capture | None = None

    def __init__(self) -> None:
        self.steps: list[Callable[[], Any]] = []

    @classmethod
    def do(cls, step: Callable[[], Any]) -> None:
        """Do a step, or record it."""
        if cls.now is None:
            step()
        else:
            cls.now.steps.append(step)

    @classmethod
    def forbid(cls, what: str) -> None:
        """What waits or allocates ends a capture, as a driver would."""
        if cls.now is not None:
            raise RuntimeError(f"cudaErrorStreamCaptureUnsupported: {what} while a stream is capturing")


class DeviceArray(np.ndarray):
    """Memory of the device: may be passed around, sliced and reshaped, but not computed with or read on the host."""

    __array_ufunc__ = None

    def __getitem__(self, key: Any) -> Any:
        keys = key if isinstance(key, tuple) else (key,)
        if not all(isinstance(part, slice) or part is Ellipsis for part in keys):
            raise TypeError("reading single elements of a device array copies to the host and waits; use download()")
        return super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError("a device array is written by kernels, fill, copy and upload only")

    def __float__(self) -> float:
        raise TypeError("float() of a device array copies to the host and waits; use download()")

    def __array_function__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("NumPy functions do not take device arrays; use download()")

    def fill(self, value: Any) -> None:
        """Set every element."""
        Capture.do(lambda: self.view(np.ndarray).fill(value))

    def set(self, source: np.ndarray) -> None:
        """Copy from the host into memory that is there."""
        Capture.forbid("a copy from the host")
        assert type(source) is np.ndarray and source.dtype == self.dtype and source.shape == self.shape, "set"
        assert self.flags.c_contiguous and source.flags.c_contiguous, "set"
        self.view(np.ndarray)[...] = source


class CupyStandIn(types.ModuleType):
    """The part of CuPy that kernels/cuda.py uses."""

    ndarray = DeviceArray

    def __init__(self, backwards: bool = False, flags: tuple[str, ...] = FLAGS, available: bool = True, captures: bool = True):
        super().__init__("cupy")
        self.counts = Counts()
        self.backwards = backwards
        self.flags = flags
        self.captures = captures
        runtime = types.SimpleNamespace(
            deviceSynchronize=self._synchronize,
            getDevice=lambda: 0,
            getDeviceProperties=lambda device: {"name": b"grid emulation", "major": 9, "minor": 0},
        )
        stream = functools.partial(Stream, self)
        self.cuda = types.SimpleNamespace(is_available=lambda: available, runtime=runtime, Stream=stream)

    def empty(self, shape: Any, dtype: Any = float) -> DeviceArray:
        """Memory filled with NaN (or 255), so that a read before the first write shows."""
        Capture.forbid("an allocation")
        self.counts.allocations += 1
        array = np.empty(shape, dtype)
        array.fill(np.nan if array.dtype.kind == "f" else np.iinfo(array.dtype).max)
        return array.view(DeviceArray)

    def zeros(self, shape: Any, dtype: Any = float) -> DeviceArray:
        """Memory of zeros."""
        array = self.empty(shape, dtype)
        array.view(np.ndarray).fill(0)
        return array

    def array(self, source: Any) -> DeviceArray:
        """A copy of a host array."""
        Capture.forbid("an allocation")
        self.counts.uploads += 1
        self.counts.allocations += 1
        return np.array(source).view(DeviceArray)

    def asnumpy(self, array: DeviceArray) -> np.ndarray:
        """A host copy; waits."""
        assert isinstance(array, DeviceArray), "asnumpy of a host array"
        Capture.forbid("a copy to the host")
        self.counts.downloads += 1
        self.counts.synchronizations += 1
        return np.array(array.view(np.ndarray))

    def copyto(self, target: DeviceArray, source: DeviceArray) -> None:
        """Copy on the device."""
        assert isinstance(target, DeviceArray) and isinstance(source, DeviceArray), "copyto with a host array"
        to, values = target.view(np.ndarray), source.view(np.ndarray)
        Capture.do(lambda: np.copyto(to, values))

    def RawModule(self, *, code: str, options: tuple[str, ...], backend: str) -> RawModule:  # noqa: N802
        """A module of kernels from source."""
        assert backend == "nvrtc"
        return RawModule(self, code, options)

    def _synchronize(self) -> None:
        Capture.forbid("waiting")
        self.counts.synchronizations += 1


class Stream:
    """A stream that can capture."""

    def __init__(self, cupy: CupyStandIn, non_blocking: bool = False):
        assert non_blocking, "the default stream would wait for one that blocks"
        self._cupy = cupy
        self._entered = False

    def __enter__(self) -> Stream:
        self._entered = True
        return self

    def __exit__(self, *_: Any) -> None:
        self._entered = False

    def begin_capture(self) -> None:
        """Record from here on."""
        assert self._entered and Capture.now is None
        if not self._cupy.captures:
            raise RuntimeError("cudaErrorStreamCaptureUnsupported: no captures on this device")
        Capture.now = Capture()

    def end_capture(self) -> Graph:
        """What was recorded."""
        capture, Capture.now = Capture.now, None
        if capture is None:
            raise RuntimeError("cudaErrorIllegalState: no capture has begun")
        return Graph(self._cupy, capture.steps)


class Graph:
    """A record that can be repeated."""

    def __init__(self, cupy: CupyStandIn, steps: list[Callable[[], Any]]):
        self._cupy, self._steps = cupy, steps

    def launch(self) -> None:
        """Do all that was recorded."""
        assert Capture.now is None, "a graph within a capture"
        self._cupy.counts.graphs += 1
        for step in self._steps:
            step()


class RawModule:
    """Kernels of one text; compiled by the host compiler."""

    def __init__(self, cupy: CupyStandIn, code: str, options: tuple[str, ...]):
        self._cupy = cupy
        self._code = code
        self._precision = "double" if "-Dreal=double" in options else "single"
        self._module: EmulatedModule | None = None

    def compile(self) -> None:
        """Build the emulation."""
        self._module = EmulatedModule(self._code, self._precision, self._cupy.flags)

    def get_function(self, name: str) -> Any:
        """A launch (grid, block, arguments), checked as a driver would."""
        module = self._module
        assert module is not None and name in module.kernels, name

        def launch(grid: tuple, block: tuple, arguments: tuple) -> None:
            assert len(grid) == len(block) == 3 and all(type(n) is int for n in (*grid, *block)), (grid, block)
            assert 1 <= grid[0] < 2**31 and 1 <= grid[1] < 65536 and 1 <= grid[2] < 65536, grid
            assert 1 <= block[0] * block[1] * block[2] <= 1024 and block[2] <= 64, block
            for parameter, argument in zip(module.kernels[name].parameters, arguments, strict=True):
                assert isinstance(argument, DeviceArray) == parameter.pointer, f"{name}: {parameter.name}"

            def run() -> None:
                self._cupy.counts.kernels += 1
                module.launch(name, grid, block, arguments, self._cupy.backwards)

            self._cupy.counts.launches += Capture.now is None
            Capture.do(run)

        return launch


@contextmanager
def cupy_stand_in(**settings: Any) -> Iterator[CupyStandIn]:
    """`import cupy` finds the stand-in inside this block. Settings: backwards, flags, available, captures."""
    stand_in = CupyStandIn(**settings)
    with mock.patch.dict("sys.modules", {"cupy": stand_in}):
        yield stand_in
