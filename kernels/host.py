"""The kernels compiled by the host compiler: OpenMP threads over rows, SIMD along x, called through ctypes."""

from __future__ import annotations

import ctypes
import math
import os
import time
from collections.abc import Sequence
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from kernels.backend import Launch
from kernels.compile import FLAGS, Cache, build_library, find_compiler
from kernels.geometry import check_partials
from kernels.numpy_backend import NumpyBackend, find_kernel, run_all
from kernels.processors import default_threads, last_level_cache
from kernels.signature import SOURCES, Parameter, convert

# Loops below this many cells run on the calling thread: with src/team.cpp a second thread pays from there on (a V-cycle of 50
# calls, finest level 118k cells: 106 microseconds with 1000 to 4000, 135 with 20000, 213 on one thread).
ALONE = 3000
# Arrays up to the first share of the last-level cache are taken to stay in it. Passes over larger ones follow each other from
# layer to layer, hold the second share (other processes have theirs) and advance by so many cells a thread at a time. Sweeps of
# 675 000, 1 047 000, 3 240 000 cells, two threads, 32 MB, nothing else at work: 0.9, 1.4, 2.0 times as fast as one by one
# (python -m benchmarks.passes); beside other work, seen once, 1.7, 2.4, 1.6.
FITS, KEPT, WORTH = 0.6, 0.5, 12_000

_C_TYPES = {
    "float": ctypes.c_float,
    "double": ctypes.c_double,
    "int": ctypes.c_int,
    "long long": ctypes.c_longlong,
    "unsigned char": ctypes.c_ubyte,
}


class HostBackend(NumpyBackend):
    """Compiled kernels on NumPy arrays. Arrays and copies are those of the NumPy backend; only launches differ."""

    name = "host"

    def __init__(
        self,
        precision: str = "single",
        threads: int | None = None,
        reason: str = "asked for",
        *,
        folder: Path = SOURCES,
        files: Sequence[str] | None = None,
        flags: Sequence[str] = FLAGS,
        cache: Cache | None = None,
    ):
        """Compile (or find in the cache) and load. `threads` defaults to what this process may use.

        Raises BackendUnavailable if no compiler works, CompileError if a kernel file does not compile.
        """
        super().__init__(precision, reason, folder=folder, files=files)
        self.threads = default_threads() if threads is None else threads
        if self.threads < 1:
            raise ValueError(f"threads must be at least 1, got {self.threads}")
        start = time.perf_counter()
        cache = cache or Cache()
        self.compiler = find_compiler()
        self.library_path = build_library(precision, cache, folder=folder, files=files, flags=flags, compiler=self.compiler)
        with _openmp_waiting():
            self._library = ctypes.CDLL(str(self.library_path))
        self.compile_seconds = time.perf_counter() - start
        self.reason += f"; {self.compiler.version}" + (f"; {cache.note}" if cache.note else "")
        ctypes.c_int.in_dll(self._library, "fv_threads").value = self.threads
        ctypes.c_longlong.in_dll(self._library, "fv_alone").value = ALONE
        self._cache = cache  # a temporary folder lives as long as its library

    def bind(self, kernel: str, *arguments: Any) -> Launch:
        """A launch whose arguments are C values already: the call is one ctypes call and releases Python's lock."""
        signature = find_kernel(self.kernels, kernel)
        converted = convert(signature, arguments, self.real, np.ndarray)
        check_partials(signature, converted, cuda=False)
        function = getattr(self._library, kernel)
        function.restype = None
        values = [self._value(p, a) for p, a in zip(signature.parameters, converted, strict=True)]
        launch = partial(function, *values)
        launch.arrays = converted  # type: ignore[attr-defined]  # keeps the memory alive that the addresses point to
        launch.call = self._call(kernel, values)  # type: ignore[attr-defined]
        launch.kernel = signature  # type: ignore[attr-defined]
        return launch

    def program(self, steps: Sequence[Launch]) -> Launch:
        """One call for many: launches that follow each other become one call of the library."""
        parts: list[Launch] = []
        for bound, group in groupby(steps, lambda step: hasattr(step, "call")):
            launches = list(group)
            parts += [self._together(launches)] if bound and len(launches) > 1 else launches
        return parts[0] if len(parts) == 1 else partial(run_all, tuple(parts))

    def passes(self, launches: Sequence[Any], count: int) -> Launch:
        """One call for `count` rounds of launches; where their arrays are larger than the cache, as a wave through the layers."""
        kernel, arrays = launches[0].kernel, launches[0].arrays
        layers = int(arrays[kernel.position("high")])
        fields = [array for array in arrays if isinstance(array, np.ndarray) and array.ndim == 3]
        layer, cache = sum(field[0].nbytes for field in fields), last_level_cache()
        slab = math.ceil(WORTH * self.threads / fields[0][0].size)
        depth = max(2, int(KEPT * cache / layer) - slab)
        if layer * layers <= FITS * cache or slab + depth >= layers:
            return self._together(list(launches) * count)
        numbers = (len(arrays), kernel.position("low"), kernel.position("high"), layers, slab, depth)
        function = self._library.fv_passes
        function.restype = None
        wave = partial(function, len(launches) * count, len(launches), *_tables(launches), *numbers)
        wave.launches = tuple(launches)  # type: ignore[attr-defined]  # keeps arrays, scalars and tables alive
        return wave

    def _call(self, kernel: str, values: Sequence[Any]) -> tuple[Any, Any]:
        """Function and arguments of a launch as `fv_program` takes them: addresses of scalars, pointers as they are."""
        places = [v.value if isinstance(v, ctypes.c_void_p) else ctypes.addressof(v) for v in values]
        table = (ctypes.c_void_p * max(len(places), 1))(*places)
        return ctypes.cast(getattr(self._library, f"fv_call_{kernel}"), ctypes.c_void_p).value, table

    def _together(self, launches: Sequence[Any]) -> Launch:
        function = self._library.fv_program
        function.restype = None
        together = partial(function, ctypes.c_longlong(len(launches)), *_tables(launches))
        together.launches = tuple(launches)  # type: ignore[attr-defined]  # keeps arrays, scalars and tables alive
        return together

    def _value(self, parameter: Parameter, argument: Any) -> Any:
        if parameter.pointer:
            return ctypes.c_void_p(argument.ctypes.data)
        name = {"real": "float" if self.precision == "single" else "double"}.get(parameter.type, parameter.type)
        return _C_TYPES[name](argument.item())


def _tables(launches: Sequence[Any]) -> tuple[Any, Any]:
    """Functions of the launches, and their arguments."""
    calls = (ctypes.c_void_p * len(launches))(*(launch.call[0] for launch in launches))
    return calls, (ctypes.c_void_p * len(launches))(*(ctypes.addressof(launch.call[1]) for launch in launches))


@contextmanager
def _openmp_waiting():
    """For clang's OpenMP run-time library: waiting threads sleep, which a busy machine forgives (see src/team.cpp).

    It reads the variable once, when it is loaded; a user's own setting wins, and the environment is left as it was.
    """
    wanted = {} if "OMP_WAIT_POLICY" in os.environ else {"OMP_WAIT_POLICY": "PASSIVE"}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name in wanted:
            os.environ.pop(name, None)
