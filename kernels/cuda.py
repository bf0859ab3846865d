"""The kernels on an NVIDIA GPU: the same text through NVRTC, arrays and launches through CuPy.

The only file that imports CuPy, and only when the backend is opened.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from kernels.backend import REAL, Array, Launch, target_dtype
from kernels.compile import C_REAL, flatten
from kernels.errors import BackendUnavailable, CompileError, KernelError
from kernels.geometry import check_partials, launch_geometry
from kernels.numpy_backend import find_kernel, run_all
from kernels.signature import SOURCES, convert, partial_count, read_kernels, source_files

# Division and square root stay exact (NVRTC's default); the only licence taken is fused multiply-add, as on the CPU.
OPTIONS = ("--std=c++17", "--fmad=true")
MEND_CUPY = "pip install 'hallflow[gpu12]' (CUDA 12 driver) or 'hallflow[gpu13]' (CUDA 13)"


class CudaBackend:
    """Runs the kernels on the current CUDA device. Launches return at once; `synchronize` and `download` wait."""

    name = "cuda"

    def __init__(
        self,
        precision: str = "single",
        reason: str = "asked for",
        *,
        folder: Path = SOURCES,
        files: Sequence[str] | None = None,
    ):
        """Compile every kernel file for the current device. Raises BackendUnavailable or CompileError."""
        self._cupy = load_cupy()
        self.precision = precision
        self.real = REAL[precision]
        self.threads = 1
        self.kernels = read_kernels(folder, files)
        start = time.perf_counter()
        self._modules = {path.stem: self._compile(path) for path in source_files(folder, files)}
        self._functions = {name: self._modules[kernel.file].get_function(name) for name, kernel in self.kernels.items()}
        self.compile_seconds = time.perf_counter() - start
        self.reason = f"{reason}; {device_name(self._cupy)}"

    def empty(self, shape: Any, dtype: Any = None) -> Array:
        """A device array without initial values; `dtype` defaults to `real`."""
        return self._cupy.empty(shape, self.real if dtype is None else dtype)

    def zeros(self, shape: Any, dtype: Any = None) -> Array:
        """A device array of zeros; `dtype` defaults to `real`."""
        return self._cupy.zeros(shape, self.real if dtype is None else dtype)

    def upload(self, array: Any, dtype: Any = None) -> Array:
        """A device copy of a NumPy array; floating-point input becomes `real` unless `dtype` says otherwise."""
        source = np.asarray(array)
        return self._cupy.array(np.ascontiguousarray(source, target_dtype(source, dtype, self.real)))

    def download(self, array: Array) -> np.ndarray:
        """A NumPy copy of a device array; waits for the kernels before it."""
        return self._cupy.asnumpy(array)

    def copy(self, source: Array, target: Array) -> None:
        """Copy a whole device array into another of the same shape and type."""
        if source.shape != target.shape or source.dtype != target.dtype:
            raise KernelError(f"copy: {source.dtype}{source.shape} into {target.dtype}{target.shape}")
        self._cupy.copyto(target, source)

    def store(self, source: Any, target: Array) -> None:
        """Copy a NumPy array into a device array of the same shape, converted to its type; allocates nothing on the device."""
        if np.shape(source) != target.shape:
            raise KernelError(f"store: {np.shape(source)} into {target.shape}")
        target.set(np.ascontiguousarray(source, target.dtype))

    def fill(self, array: Array, value: float) -> None:
        """Set every element, halos included."""
        array.fill(value)

    def synchronize(self) -> None:
        """Wait until the device has done everything asked of it."""
        self._cupy.cuda.runtime.deviceSynchronize()

    def partials(self, nx: int, ny: int, nz: int) -> Array:
        """A float64 array, one element a thread of an FV_SUM kernel."""
        return self.zeros(partial_count(nx, ny, nz, cuda=True), np.float64)

    def bind(self, kernel: str, *arguments: Any) -> Launch:
        """A launch with checked arguments and its geometry; an empty loop launches nothing."""
        signature = find_kernel(self.kernels, kernel)
        converted = convert(signature, arguments, self.real, self._cupy.ndarray)
        check_partials(signature, converted, cuda=True)
        geometry = launch_geometry(signature, converted)
        if geometry is None:
            return _nothing
        grid, block = geometry
        return partial(self._functions[kernel], grid, block, tuple(converted))

    def program(self, steps: Sequence[Launch]) -> Launch:
        """One call for many launches, fills and copies: a CUDA graph from the second call on, where CuPy can record one."""
        return Program(self._cupy, steps)

    def passes(self, launches: Sequence[Launch], count: int) -> Launch:
        """One call for `count` rounds of launches, done in this order each time."""
        return partial(run_all, tuple(launches) * count)

    def run(self, kernel: str, *arguments: Any) -> None:
        """Bind and launch once."""
        self.bind(kernel, *arguments)()

    def _compile(self, path: Path) -> Any:
        options = (*OPTIONS, f"-Dreal={C_REAL[self.precision]}")
        try:
            module = self._cupy.RawModule(code=flatten(path), options=options, backend="nvrtc")
            module.compile()
        except Exception as error:
            if type(error).__name__ == "CompileException":
                raise CompileError(f"{path.name} does not compile for the GPU:\n{error}") from error
            raise BackendUnavailable(f"the GPU compiler does not work: {_line(error)}; {MEND_CUPY}") from error
        return module


class Program:
    """Steps that become a CUDA graph: run one by one at the first call (whatever must be compiled is compiled then), recorded at
    the second, repeated from there on. `refusal` says why there is no graph, "" if there is or may yet be one.
    """

    recording = False  # a program that runs while another one is recorded is part of it

    def __init__(self, cupy: Any, steps: Sequence[Launch]):
        self._cupy = cupy
        self._steps = tuple(steps)
        self._graph: Any = None
        self._calls = 0
        self.refusal = ""

    def __call__(self) -> None:
        """Do all steps; returns before the device has."""
        if Program.recording:
            run_all(self._steps)
            return
        self._calls += 1
        if self._graph is not None:
            self._graph.launch()
        elif self._calls != 2 or not self._record():
            run_all(self._steps)

    def _record(self) -> bool:
        """Record the steps and launch them; False if the device refused, and nothing was done."""
        Program.recording = True
        try:
            stream = self._cupy.cuda.Stream(non_blocking=True)
            with stream:
                stream.begin_capture()
                try:
                    run_all(self._steps)
                finally:
                    graph = stream.end_capture()
            graph.launch()  # makes it executable, which may fail too
            self._graph = graph
        except Exception as error:  # CuPy's and the driver's own kinds; steps that were recorded have not been done
            self.refusal = _line(error)
        finally:
            Program.recording = False
        return self._graph is not None


def load_cupy() -> Any:
    """The cupy module, if it and a device work. Raises BackendUnavailable with the reason and what mends it."""
    try:
        import cupy
    except ImportError as error:
        raise BackendUnavailable(f"CuPy is not installed ({_line(error)}); {MEND_CUPY}") from error
    try:
        available = cupy.cuda.is_available()
    except Exception as error:  # CuPy's own kinds of error, and those of the libraries it loads
        raise BackendUnavailable(f"CuPy cannot ask for a GPU: {_line(error)}; {MEND_CUPY}") from error
    if not available:
        raise BackendUnavailable("no NVIDIA GPU that CuPy can use; check `nvidia-smi` and the driver")
    return cupy


def device_name(cupy: Any) -> str:
    """Name of the current CUDA device."""
    name = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.runtime.getDevice())["name"]
    return name.decode() if isinstance(name, bytes) else str(name)


def _nothing() -> None:
    """Launch of an empty loop: a grid of zero blocks would be an error."""


def _line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:160] or type(error).__name__
