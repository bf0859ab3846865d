"""Twins of float32 kernels compute in float32: rounding the result at the end would hide a stray float64 constant."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels.numpy_backend import find_twin
from kernels.samples import SIZES, Hall, arguments
from kernels.signature import convert, read_kernels

KERNELS = read_kernels()
SINGLE = sorted(name for name, kernel in KERNELS.items() if all(parameter.type != "double" for parameter in kernel.parameters))


class Watched(np.ndarray):
    """An array that refuses to take part in a float32 operation with a float64 result."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        plain = [np.asarray(value) if isinstance(value, Watched) else value for value in inputs]
        if out is not None:
            options["out"] = tuple(np.asarray(value) for value in out)
        if isinstance(options.get("where"), Watched):
            options["where"] = np.asarray(options["where"])
        result = getattr(ufunc, method)(*plain, **options)
        single = any(getattr(value, "dtype", None) == np.float32 for value in plain)
        assert not (single and result.dtype == np.float64), f"{ufunc.__name__} of float32 values gave float64"
        return out[0] if out is not None else np.asarray(result).view(Watched)


@pytest.mark.parametrize("name", SINGLE)
def test_twin_stays_in_single_precision(name: str) -> None:
    kernel, real = KERNELS[name], np.dtype(np.float32)
    values = arguments(kernel, Hall(SIZES[0], real))
    values = [
        np.ascontiguousarray(value, parameter.dtype(real)) if parameter.pointer else value
        for parameter, value in zip(kernel.parameters, values, strict=True)
    ]
    values = convert(kernel, values, real, np.ndarray)
    values = [value.view(Watched) if isinstance(value, np.ndarray) else value for value in values]
    find_twin(kernel)(*values)


def test_a_stray_constant_is_noticed() -> None:
    with pytest.raises(AssertionError, match="float32 values gave float64"):
        np.ones(3, np.float32).view(Watched) * np.float64(0.5)
