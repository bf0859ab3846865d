"""What a kernel file declares: names, parameters, and the loop macro that decides the launch geometry.

A small parser for the one shape kernels have (see kernels/README.md), not for C++. Every backend checks the arguments of a
launch against it, because a wrong pointer in a compiled call would otherwise end the process without a word.
"""

from __future__ import annotations

import numbers
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kernels.errors import KernelError

TYPES = ("real", "float", "double", "int", "long long", "unsigned char")
MACROS = ("FV_CELLS", "FV_LAYERS", "FV_PICK", "FV_COLOUR", "FV_HALF", "FV_BOX", "FV_EACH", "FV_LIST", "FV_SUM")
SOURCES = Path(__file__).parent / "src"

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
_HEAD = re.compile(r"\bKERNEL\s+void\s+(\w+)\s*\(([^)]*)\)\s*\{")
_PARAMETER = re.compile(
    r"^(?P<const>const\s+)?(?P<type>" + "|".join(TYPES) + r")\s*(?P<pointer>\*)?\s*(const\s+)?(__restrict__\s+)?(?P<name>\w+)$"
)
_MACRO = re.compile(r"\b(" + "|".join(MACROS) + r")\s*\(")


@dataclass(frozen=True)
class Parameter:
    """One parameter: its C type without const, whether it is an array, and whether the kernel only reads it."""

    name: str
    type: str
    pointer: bool
    constant: bool

    def dtype(self, real: Any) -> np.dtype:
        """The NumPy type of the value or of the array's elements; `real` is that of the backend's precision."""
        names = {"real": real, "float": np.float32, "double": np.float64, "int": np.int32}
        return np.dtype({**names, "long long": np.int64, "unsigned char": np.uint8}[self.type])


@dataclass(frozen=True)
class Kernel:
    """One kernel: where it stands, what it takes, and the loop macro with the macro's arguments as written."""

    name: str
    file: str
    parameters: tuple[Parameter, ...]
    macro: str
    macro_arguments: tuple[str, ...]
    body: str = field(repr=False, default="")

    def position(self, name: str) -> int:
        """Position of the parameter of that name. Raises KernelError if the kernel has none."""
        for index, parameter in enumerate(self.parameters):
            if parameter.name == name:
                return index
        raise KernelError(f"kernel {self.name} ({self.file}.cu) has no parameter {name}, which {self.macro} needs")


def parse(text: str, file: str) -> list[Kernel]:
    """The kernels of one source text. `file` is the name to use in messages, without folder and ending.

    Raises KernelError on a parameter it cannot read, or when a kernel does not hold exactly one FV_ macro.
    """
    plain = _COMMENT.sub("", text)
    kernels = []
    for head in _HEAD.finditer(plain):
        name = head[1]
        parameters = tuple(_parameter(part, name, file) for part in head[2].split(",") if part.strip() not in ("", "void"))
        body = plain[head.end() : _closing(plain, head.end() - 1, "{}")]
        macros = list(_MACRO.finditer(body))
        if len(macros) != 1:
            found = ", ".join(macro[1] for macro in macros) or "none"
            raise KernelError(f"kernel {name} ({file}.cu) must hold exactly one of {', '.join(MACROS)}; found {found}")
        start = macros[0].end()
        arguments = _split(body[start : _closing(body, start - 1, "()")])
        kernels.append(Kernel(name, file, parameters, macros[0][1], arguments, body))
    return kernels


def read_kernels(folder: Path = SOURCES, files: Sequence[str] | None = None) -> dict[str, Kernel]:
    """All kernels of a folder's .cu files by name; `files` (stems) restricts it to some of them.

    Raises KernelError if two kernels share a name, or a file asked for does not exist.
    """
    found: dict[str, Kernel] = {}
    for path in source_files(folder, files):
        for kernel in parse(path.read_text(encoding="utf-8"), path.stem):
            if kernel.name in found:
                raise KernelError(f"kernel {kernel.name} stands in both {found[kernel.name].file}.cu and {kernel.file}.cu")
            found[kernel.name] = kernel
    return found


def source_files(folder: Path = SOURCES, files: Sequence[str] | None = None) -> list[Path]:
    """The .cu files of a folder in alphabetical order, or those whose stems are given."""
    if files is None:
        return sorted(folder.glob("*.cu"))
    paths = [folder / f"{stem}.cu" for stem in sorted(files)]
    for path in paths:
        if not path.is_file():
            raise KernelError(f"no kernel file {path}")
    return paths


def convert(kernel: Kernel, arguments: Sequence[Any], real: Any, array_type: Any) -> list[Any]:
    """The arguments of one launch, scalars as NumPy scalars of the declared type, arrays as they are.

    Raises KernelError naming the kernel and the parameter: wrong number of arguments, a scalar for an array or the other
    way round, another element type, an array that is not contiguous, a read-only array that the kernel writes to.
    """
    if len(arguments) != len(kernel.parameters):
        names = ", ".join(parameter.name for parameter in kernel.parameters)
        raise KernelError(f"kernel {kernel.name} takes {len(kernel.parameters)} arguments ({names}), got {len(arguments)}")
    converted = []
    for parameter, argument in zip(kernel.parameters, arguments, strict=True):
        where = f"kernel {kernel.name}, parameter {parameter.name}"
        dtype = parameter.dtype(real)
        if parameter.pointer:
            _check_array(where, argument, dtype, array_type, writes=not parameter.constant)
            converted.append(argument)
        else:
            converted.append(_scalar(where, argument, dtype, array_type))
    _check_shapes(kernel, converted, array_type)
    return converted


def partial_count(nx: int, ny: int, nz: int, cuda: bool) -> int:
    """Length of the `partial` array of an FV_SUM kernel.

    CPU and NumPy: one a row. GPU: one a thread; 64 blocks of 256 threads fill a large card, and fewer where there are fewer
    cells. A function of the grid only, so that reruns add in the same order.
    """
    if not cuda:
        return ny * nz
    return 256 * max(1, min(64, -(-nx * ny * nz // 1024)))


def _check_array(where: str, argument: Any, dtype: np.dtype, array_type: Any, writes: bool) -> None:
    if not isinstance(argument, array_type):
        raise KernelError(f"{where}: expected an array of this backend ({array_type.__name__}), got {type(argument).__name__}")
    if argument.dtype != dtype:
        raise KernelError(f"{where}: expected elements of type {dtype}, got {argument.dtype}")
    if not argument.flags.c_contiguous:
        raise KernelError(f"{where}: the array must be contiguous (a slice was given; pass the whole array and ranges)")
    if writes and isinstance(argument, np.ndarray) and not argument.flags.writeable:
        raise KernelError(f"{where}: the kernel writes to it, but the array is read-only")


def _scalar(where: str, argument: Any, dtype: np.dtype, array_type: Any) -> Any:
    if isinstance(argument, array_type) or np.ndim(argument) != 0:
        raise KernelError(f"{where}: expected one value, got an array")
    if not isinstance(argument, (numbers.Real, np.generic, np.ndarray)):  # NumPy would make NaN of None and read strings
        raise KernelError(f"{where}: expected a value of type {dtype}, got {argument!r:.80}")
    try:
        value = dtype.type(argument)
        exact = dtype.kind == "f" or bool(value == argument)
    except (TypeError, ValueError, OverflowError):
        raise KernelError(f"{where}: expected a value of type {dtype}, got {argument!r:.80}") from None
    if not exact:
        raise KernelError(f"{where}: {argument!r:.80} is not a value of type {dtype}")
    return value


def _check_shapes(kernel: Kernel, arguments: Sequence[Any], array_type: Any) -> None:
    """At least one 3-D array must have the shape nx, ny, nz announce (others may belong to another grid level)."""
    sizes = {p.name: int(a) for p, a in zip(kernel.parameters, arguments, strict=True) if p.name in ("nx", "ny", "nz")}
    boxes = [a for a in arguments if isinstance(a, array_type) and a.ndim == 3]
    if len(sizes) < 3 or not boxes:
        return
    expected = (sizes["nz"] + 4, sizes["ny"] + 4, sizes["nx"] + 4)
    if not any(tuple(box.shape) == expected for box in boxes):
        shapes = ", ".join(str(tuple(box.shape)) for box in boxes)
        raise KernelError(f"kernel {kernel.name}: nx, ny, nz announce arrays of shape {expected}, got {shapes}")


def _parameter(text: str, kernel: str, file: str) -> Parameter:
    match = _PARAMETER.match(" ".join(text.split()))
    if not match:
        accepted = ", ".join(TYPES)
        raise KernelError(f"kernel {kernel} ({file}.cu): cannot read parameter '{text.strip():.80}'; types: {accepted}")
    return Parameter(match["name"], match["type"], bool(match["pointer"]), bool(match["const"]))


def _closing(text: str, start: int, pair: str) -> int:
    """Position of the bracket that closes the one at `start`."""
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] == pair[0]) - (text[position] == pair[1])
        if depth == 0:
            return position
    raise KernelError(f"unbalanced {pair} after: {text[start : start + 60]!r}")


def _split(text: str) -> tuple[str, ...]:
    """Macro arguments at commas outside brackets."""
    parts, depth, current = [], 0, ""
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += letter
    return (*parts, current.strip())
