"""The GPU branch of the kernels, built by the host compiler and run block by block, thread by thread.

Launches may run in reversed order of blocks and threads: a kernel whose result then differs has a race. Built with
AddressSanitizer (see sanitize.py), an access outside an array ends the process with a report.
"""

from __future__ import annotations

import ctypes
import hashlib
import tempfile
from pathlib import Path

import numpy as np

from kernels.compile import Cache, build_library
from kernels.signature import Kernel, parse

FLAGS = ("-O1", "-std=gnu++17", "-fPIC", "-w", "-ffp-contract=off")
SANITIZE = ("-O1", "-g", "-std=gnu++17", "-fPIC", "-w", "-ffp-contract=off", "-fsanitize=address", "-fno-omit-frame-pointer")

# What NVRTC has built in, for g++. Thread-local, because the blocks of a hall launch from threads of their own.
PRELUDE = """
#include <cmath>
using std::sqrt; using std::fabs; using std::log; using std::exp; using std::pow;
#define __CUDACC__ 1
#define __global__
#define __device__
#define __forceinline__ inline
struct Index { unsigned x, y, z; };
static thread_local Index threadIdx, blockIdx, blockDim, gridDim;
static Index place(long long n, const Index& size)
{
    return {(unsigned)(n % size.x), (unsigned)(n / size.x % size.y), (unsigned)(n / size.x / size.y)};
}
template <class Thread> static void run_grid(const int* geometry, const Thread& thread)
{
    gridDim = {(unsigned)geometry[0], (unsigned)geometry[1], (unsigned)geometry[2]};
    blockDim = {(unsigned)geometry[3], (unsigned)geometry[4], (unsigned)geometry[5]};
    const long long blocks = (long long)gridDim.x * gridDim.y * gridDim.z;
    const long long threads = (long long)blockDim.x * blockDim.y * blockDim.z;
    for (long long b = 0; b < blocks; ++b) {
        blockIdx = place(geometry[6] ? blocks - 1 - b : b, gridDim);
        for (long long t = 0; t < threads; ++t) {
            threadIdx = place(geometry[6] ? threads - 1 - t : t, blockDim);
            thread();
        }
    }
}
"""

C_SCALARS = {
    "float": ctypes.c_float,
    "double": ctypes.c_double,
    "int": ctypes.c_int,
    "long long": ctypes.c_longlong,
    "unsigned char": ctypes.c_ubyte,
}


class EmulatedModule:
    """One flattened kernel text with its launchers."""

    def __init__(self, text: str, precision: str, flags: tuple[str, ...] = FLAGS):
        self.precision = precision
        self.kernels = {kernel.name: kernel for kernel in parse(text, "emulated")}
        with tempfile.TemporaryDirectory(prefix="hallflow-") as folder:
            path = Path(folder, f"emulated-{hashlib.sha256(text.encode()).hexdigest()[:12]}.cu")
            path.write_text(text)
            self._cache = Cache()
            library = build_library(precision, self._cache, folder=Path(folder), flags=flags, dress=self._dress)
            self._library = ctypes.CDLL(str(library))

    def launch(self, name: str, grid: tuple, block: tuple, arguments: tuple, backwards: bool) -> None:
        """Run every thread of every block, in forward or backward order."""
        kernel = self.kernels[name]
        geometry = (ctypes.c_int * 7)(*grid, *block, int(backwards))
        values = [geometry]
        for parameter, argument in zip(kernel.parameters, arguments, strict=True):
            if parameter.pointer:
                values.append(ctypes.c_void_p(argument.ctypes.data))
            else:
                assert isinstance(argument, np.generic), f"{name}: {parameter.name} must be a NumPy scalar for a GPU launch"
                c_type = {"real": "float" if self.precision == "single" else "double"}.get(parameter.type, parameter.type)
                assert argument.dtype == np.dtype(C_SCALARS[c_type]), f"{name}: {parameter.name} has type {argument.dtype}"
                values.append(C_SCALARS[c_type](argument.item()))
        function = getattr(self._library, f"launch_{name}")
        function.restype = None
        function(*values)

    def _dress(self, stem: str, text: str) -> str:
        return "\n".join([PRELUDE, text, *(_launcher(kernel) for kernel in self.kernels.values())])


def _launcher(kernel: Kernel) -> str:
    declared = ", ".join(f"{p.type}{'*' if p.pointer else ''} {p.name}" for p in kernel.parameters)
    names = ", ".join(p.name for p in kernel.parameters)
    call = f"run_grid(geometry_, [&] {{ {kernel.name}({names}); }});"
    return f'extern "C" void launch_{kernel.name}(const int* geometry_, {declared}) {{ {call} }}'
