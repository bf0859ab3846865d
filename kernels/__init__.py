"""Kernels written once, run on a GPU, on CPU threads, or as NumPy: `open_backend("auto")`.

Knows arrays, not racks. Depends on NumPy only; the C++ compiler and CuPy are looked for at run time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kernels.backend import REAL, Backend
from kernels.errors import BackendUnavailable, CompileError, KernelError
from kernels.signature import SOURCES

__all__ = ["BACKENDS", "HALLFLOW", "Backend", "BackendUnavailable", "CompileError", "KernelError", "open_backend"]

# The import name `kernels` also belongs to an unrelated package on PyPI; `thermal` looks for this mark and explains.
HALLFLOW = "hallflow kernels"

BACKENDS = ("auto", "cuda", "host", "numpy")


def open_backend(
    name: str = "auto",
    precision: str = "single",
    threads: int | None = None,
    *,
    folder: Path = SOURCES,
    files: Sequence[str] | None = None,
) -> Backend:
    """Open a backend by name; "auto" takes the best that works here: cuda, host, numpy, in that order.

    precision  "single" or "double": the element type of the 3-D fields
    threads    CPU threads of the host backend; default: what the process may use
    folder, files   kernel sources, and the stems of those wanted (all by default)
    Raises     ValueError for an unknown name, BackendUnavailable if the backend asked for cannot work here,
               CompileError if a kernel file does not compile.
    """
    if name not in BACKENDS:
        raise ValueError(f"unknown backend {name!r}; backends: {', '.join(BACKENDS)}")
    if precision not in REAL:
        raise ValueError(f"unknown precision {precision!r}; accepted: {', '.join(REAL)}")
    sources: dict[str, Any] = {"folder": folder, "files": files}
    refusals: list[str] = []
    for candidate in BACKENDS[1:] if name == "auto" else (name,):
        chosen = "asked for" if name != "auto" else f"best that works here{''.join(refusals)}"
        try:
            return _open(candidate, precision, threads, chosen, sources)
        except BackendUnavailable as unavailable:
            if name != "auto":
                raise
            refusals.append(f"; no {candidate}: {unavailable}")
    raise BackendUnavailable("".join(refusals))


def _open(name: str, precision: str, threads: int | None, reason: str, sources: dict[str, Any]) -> Backend:
    if name == "cuda":
        from kernels.cuda import CudaBackend

        return CudaBackend(precision, reason, **sources)
    if name == "host":
        from kernels.host import HostBackend

        return HostBackend(precision, threads, reason, **sources)
    from kernels.numpy_backend import NumpyBackend

    return NumpyBackend(precision, reason, **sources)
