"""Launch geometry on a GPU, from the loop macro a kernel holds and the values of its parameters."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from kernels.errors import KernelError
from kernels.signature import Kernel, partial_count

Size = tuple[int, int, int]

BLOCK: Size = (32, 4, 2)  # threads along x, y, z: a warp along x reads whole cache lines
ROW: Size = (256, 1, 1)  # threads of one-dimensional loops; partial_count counts in these


def launch_geometry(kernel: Kernel, arguments: Sequence[Any]) -> tuple[Size, Size] | None:
    """(grid, block) of one launch, None if the loop is empty.

    Raises KernelError if the macro's arguments are not sums and products of the kernel's integer parameters.
    """
    nx, ny, nz = loop_extent(kernel, arguments)
    if kernel.macro == "FV_LIST":
        return _blocks((nx, 1, 1), ROW)
    if kernel.macro == "FV_SUM":
        return _blocks((partial_count(nx, ny, nz, cuda=True), 1, 1), ROW)
    return _blocks(((nx + 1) // 2 if kernel.macro in ("FV_COLOUR", "FV_HALF") else nx, ny, nz), BLOCK)


def loop_extent(kernel: Kernel, arguments: Sequence[Any]) -> Size:
    """Cells along x, y, z that the loop of one launch passes over; entries, 1, 1 of a list. Raises as launch_geometry."""
    values = {
        parameter.name: int(argument)
        for parameter, argument in zip(kernel.parameters, arguments, strict=True)
        if not parameter.pointer and parameter.type in ("int", "long long", "unsigned char")
    }
    if kernel.macro == "FV_LIST":
        return _evaluate(kernel, kernel.macro_arguments[1], values), 1, 1
    if kernel.macro == "FV_BOX":
        i0, i1, j0, j1, k0, k1 = (_evaluate(kernel, text, values) for text in kernel.macro_arguments[3:9])
        return i1 - i0, j1 - j0, k1 - k0
    nx, ny, nz = (_evaluate(kernel, name, values) for name in ("nx", "ny", "nz"))
    if kernel.macro == "FV_LAYERS":
        k0, k1 = (_evaluate(kernel, text, values) for text in kernel.macro_arguments[3:5])
        return nx, ny, k1 - k0
    return nx, ny, nz


def check_partials(kernel: Kernel, arguments: Sequence[Any], cuda: bool) -> None:
    """An FV_SUM kernel writes as many partials as the backend decides. Raises KernelError if the array is shorter."""
    if kernel.macro != "FV_SUM":
        return
    array = arguments[kernel.position(kernel.macro_arguments[3])]
    nx, ny, nz = (int(arguments[kernel.position(name)]) for name in ("nx", "ny", "nz"))
    needed = partial_count(nx, ny, nz, cuda)
    if array.size < needed:
        raise KernelError(
            f"kernel {kernel.name}, parameter {kernel.macro_arguments[3]}: {array.size} elements, needs {needed} (see partials())"
        )


def _blocks(extent: Size, block: Size) -> tuple[Size, Size] | None:
    if min(extent) <= 0:
        return None
    nx, ny, nz = (-(-size // threads) for size, threads in zip(extent, block, strict=True))
    return (nx, ny, nz), block


def _evaluate(kernel: Kernel, text: str, values: Mapping[str, int]) -> int:
    try:
        return _value(ast.parse(text, mode="eval").body, values)
    except (KeyError, SyntaxError, TypeError):
        needs = f"{kernel.macro} needs sums and products of integer parameters"
        raise KernelError(f"kernel {kernel.name} ({kernel.file}.cu): {needs}, got '{text:.60}'") from None


def _value(node: ast.expr, values: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _value(left, values) + _value(right, values)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _value(left, values) - _value(right, values)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _value(left, values) * _value(right, values)
    raise TypeError
