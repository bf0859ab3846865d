"""NVIDIA's run-time compiler through its C interface: compiles for a GPU on a machine that has none.

Needs the `nvidia-cuda-nvrtc-cu12` wheel (or an installed CUDA toolkit), not CuPy and no driver. Each kernel file gives a
program for one architecture, and the assembler's report of registers and spills for each kernel in it.
"""

from __future__ import annotations

import ctypes
import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kernels.errors import BackendUnavailable, CompileError

MEND_NVRTC = "pip install nvidia-cuda-nvrtc-cu12"

_ENTRY = re.compile(r"Compiling entry function '(?P<name>\w+)'")
_SPILL = re.compile(r"(?P<stack>\d+) bytes stack frame, (?P<stores>\d+) bytes spill stores, (?P<loads>\d+) bytes spill loads")
_REGISTERS = re.compile(r"Used (?P<registers>\d+) registers")


@dataclass(frozen=True)
class Resources:
    """What one kernel takes of a GPU thread: registers, and bytes that did not fit into them."""

    kernel: str
    registers: int
    stack: int  # bytes of local memory
    spill: int  # bytes, the larger of spill stores and spill loads


class Nvrtc:
    """The compiler's library, loaded once."""

    def __init__(self, library: Path | str | None = None):
        """`library` defaults to the wheel's, then the system's. Raises BackendUnavailable if there is none."""
        self._library = _load(library)
        self._library.nvrtcGetErrorString.restype = ctypes.c_char_p

    @property
    def version(self) -> tuple[int, int]:
        """Major and minor version, e.g. (12, 9)."""
        major, minor = ctypes.c_int(), ctypes.c_int()
        self._check(self._library.nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)))
        return major.value, minor.value

    def architectures(self) -> list[int]:
        """Compute capabilities it can compile for, e.g. [50, 52, ..., 120]."""
        count = ctypes.c_int()
        self._check(self._library.nvrtcGetNumSupportedArchs(ctypes.byref(count)))
        numbers = (ctypes.c_int * count.value)()
        self._check(self._library.nvrtcGetSupportedArchs(numbers))
        return sorted(set(numbers))

    def compile(self, text: str, name: str, architecture: int, options: Sequence[str] = ()) -> list[Resources]:
        """Compile one text to machine code and return what its kernels take. Raises CompileError naming the file."""
        program = ctypes.c_void_p()
        source, label = text.encode(), name.encode()
        self._check(self._library.nvrtcCreateProgram(ctypes.byref(program), source, label, 0, None, None))
        try:
            flags = [f"--gpu-architecture=sm_{architecture}", "--ptxas-options=-v", *options]
            array = (ctypes.c_char_p * len(flags))(*(flag.encode() for flag in flags))
            failed = self._library.nvrtcCompileProgram(program, len(flags), array)
            log = self._log(program)
            if failed:
                raise CompileError(f"{name} does not compile for sm_{architecture}:\n{log.strip()[:2000]}")
            size = ctypes.c_size_t()
            self._check(self._library.nvrtcGetCUBINSize(program, ctypes.byref(size)))
            if size.value == 0:
                raise CompileError(f"{name} gave no machine code for sm_{architecture}")
            return parse_report(log)
        finally:
            self._library.nvrtcDestroyProgram(ctypes.byref(program))

    def _log(self, program: ctypes.c_void_p) -> str:
        size = ctypes.c_size_t()
        self._check(self._library.nvrtcGetProgramLogSize(program, ctypes.byref(size)))
        log = ctypes.create_string_buffer(size.value)
        self._check(self._library.nvrtcGetProgramLog(program, log))
        return log.value.decode(errors="replace")

    def _check(self, code: int) -> None:
        if code:
            raise CompileError(f"NVRTC: {self._library.nvrtcGetErrorString(code).decode()}")


def parse_report(log: str) -> list[Resources]:
    """Registers and spills of each kernel from the assembler's verbose report."""
    found = []
    name, stack, spill = "", 0, 0
    for line in log.splitlines():
        if entry := _ENTRY.search(line):
            name, stack, spill = entry["name"], 0, 0
        elif amount := _SPILL.search(line):
            stack, spill = int(amount["stack"]), max(int(amount["stores"]), int(amount["loads"]))
        elif (registers := _REGISTERS.search(line)) and name:
            found.append(Resources(name, int(registers["registers"]), stack, spill))
            name = ""
    return found


def _load(library: Path | str | None) -> ctypes.CDLL:
    candidates = [str(library)] if library else [*_wheel_libraries(), "libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12"]
    for candidate in candidates:
        try:
            return ctypes.CDLL(candidate)
        except OSError:
            continue
    raise BackendUnavailable(f"no NVRTC library (tried {', '.join(candidates)}); {MEND_NVRTC}")


def _wheel_libraries() -> list[str]:
    try:
        spec = importlib.util.find_spec("nvidia")
    except ValueError:
        return []
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = [path for folder in folders for path in sorted(Path(folder).glob("*/lib/libnvrtc.so*"))]
    return [str(path) for path in found]
