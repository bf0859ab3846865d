"""What works on this machine, in plain words: `hallflow doctor` prints what `diagnose` returns.

Everything that could end the process (a GPU driver, a broken GL library) is tried in a process
of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from kernels.compile import MEND_COMPILER, Cache, check_compiler, find_compiler
from kernels.cuda import MEND_CUPY
from kernels.errors import BackendUnavailable, CompileError
from kernels.host import HostBackend
from kernels.nvrtc import MEND_NVRTC, Nvrtc
from kernels.processors import default_threads

TIMEOUT = 90  # s a trial may take; the first import of a large package from a cold disk can take half a minute


class Finding(NamedTuple):
    """One thing that was tried."""

    what: str
    ok: bool
    detail: str  # what was found, and what it is needed for where it is missing
    mend: str  # the command that mends it, "" if it works


def diagnose() -> list[Finding]:
    """Try everything Hallflow can use, the needed first. Takes some seconds; changes nothing but the compile cache."""
    return list(_findings())


def _findings() -> Iterator[Finding]:
    yield Finding("processors", True, f"{default_threads()} threads by default", "")
    yield from _compiler()
    yield _cache()
    yield _host()
    yield from _gpu()
    yield _trial(
        "results (h5py)",
        "import h5py; print('h5py', h5py.__version__, 'with HDF5', h5py.version.hdf5_version)",
        "needed to write results",
        "pip install h5py",
    )
    yield _pictures()


def _compiler() -> Iterator[Finding]:
    try:
        compiler = find_compiler()
    except BackendUnavailable as missing:
        yield Finding("C++ compiler", False, f"{missing}. Without it every run is many times slower", MEND_COMPILER)
        return
    yield Finding("C++ compiler", True, compiler.version, "")
    try:
        check_compiler(compiler)
    except BackendUnavailable as broken:
        mend = MEND_COMPILER if compiler.is_gnu else "apt-get install libomp-dev"
        yield Finding("threads (OpenMP)", False, f"{broken}. Needed by the compiled kernels", mend)
    else:
        yield Finding("threads (OpenMP)", True, "the compiler builds threaded loops", "")


def _cache() -> Finding:
    cache = Cache()
    if cache.note:
        mend = "give the folder to yourself alone: chmod 700 FOLDER (as its owner), or set XDG_CACHE_HOME to a folder of your own"
        return Finding("compile cache", False, f"{cache.note}. Each run then compiles again", mend)
    return Finding("compile cache", True, str(cache.folder), "")


def _host() -> Finding:
    """Compile the smallest kernel file and compare a sum with NumPy's."""
    try:
        backend = HostBackend("double", files=["vector"])
    except (BackendUnavailable, CompileError) as broken:
        return Finding("kernels on the processor", False, str(broken), MEND_COMPILER)
    ones = backend.upload(np.ones((24, 24, 24)))
    partial, result = backend.partials(20, 20, 20), backend.zeros(1, np.float64)
    backend.run("dot", 20, 20, 20, ones, ones, partial)
    backend.run("sum_partials", partial.size, partial, result)
    if result[0] != 8000.0:
        detail = f"a sum of 8000 ones gave {result[0]:g}; the compiler or the cache is broken"
        return Finding("kernels on the processor", False, detail, f"remove {backend.library_path} and run doctor again")
    seconds = f", compiled in {backend.compile_seconds:.1f} s" if backend.compile_seconds > 0.1 else ", from the cache"
    return Finding("kernels on the processor", True, f"compiled and checked{seconds}", "")


def _gpu() -> Iterator[Finding]:
    code = (
        "import cupy; r = cupy.cuda.runtime\n"
        "assert cupy.cuda.is_available(), 'CuPy is installed but finds no NVIDIA GPU or no driver'\n"
        "m = cupy.RawModule(code='extern \"C\" __global__ void one(float* x) { x[0] = 1; }', backend='nvrtc')\n"
        "x = cupy.zeros(1, 'f4'); m.get_function('one')((1,), (1,), (x,)); assert float(x[0]) == 1\n"
        "p = r.getDeviceProperties(0); v = r.driverGetVersion(); c = 'CUDA %d.%d' % (v // 1000, v % 1000 // 10)\n"
        "print(p['name'].decode(), '%.0f GiB' % (p['totalGlobalMem'] / 2**30), 'driver for', c, 'CuPy', cupy.__version__)"
    )
    finding = _trial("GPU (CuPy)", code, "optional: needed only to run on an NVIDIA GPU", MEND_CUPY)
    if finding.ok or "not installed" in finding.detail:
        yield finding
    else:
        yield finding._replace(mend=f"see that nvidia-smi lists the GPU, then that CuPy fits its CUDA version: {MEND_CUPY}")
    try:
        version = ".".join(map(str, Nvrtc().version))
        yield Finding("GPU compiler (NVRTC)", True, f"version {version}", "")
    except (BackendUnavailable, CompileError) as missing:
        detail = f"{str(missing).partition(' (tried')[0]} (optional: needed to run on, or compile for, a GPU)"
        yield Finding("GPU compiler (NVRTC)", False, detail, MEND_NVRTC)


def _pictures() -> Finding:
    """VTK without a usable GL library ends the process, so a picture is drawn in another one."""
    code = (
        "import pyvista, vtk; p = pyvista.Plotter(off_screen=True, window_size=(64, 64)); p.add_mesh(pyvista.Sphere())\n"
        "assert p.screenshot(return_img=True).std() > 1, 'the picture is empty'\n"
        "print('pyvista', pyvista.__version__, 'vtk', vtk.vtkVersion.GetVTKVersion(), 'draws off screen')"
    )
    purpose = "optional: the report and its 3-D scene do without; Result.mesh() needs it"
    finding = _trial("meshes and pictures of your own (pyvista)", code, purpose, "pip install 'hallflow[vis]'")
    if finding.ok or "not installed" in finding.detail:
        return finding
    return finding._replace(mend="apt-get install libegl1 libgl1-mesa-dri (or libosmesa6)")


def _trial(what: str, code: str, purpose: str, mend: str) -> Finding:
    """Run a few lines in another process; what they print is the detail."""
    try:
        quiet = os.environ | {"PYTHONWARNINGS": "ignore"}
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=TIMEOUT, env=quiet)
    except (OSError, subprocess.TimeoutExpired):
        return Finding(what, False, f"did not answer within {TIMEOUT} s ({purpose})", mend)
    if answer.returncode == 0:
        return Finding(what, True, (answer.stdout.strip().splitlines() or ["works"])[-1][:200], "")
    if answer.returncode < 0:
        name = signal.Signals(-answer.returncode).name
        return Finding(what, False, f"ends the process with {name} ({purpose})", mend)
    last = (answer.stderr.strip().splitlines() or ["no message"])[-1]
    if last.startswith("ModuleNotFoundError"):
        return Finding(what, False, f"not installed ({purpose})", mend)
    return Finding(what, False, f"{last.removeprefix('AssertionError: ')[:200]} ({purpose})", mend)
