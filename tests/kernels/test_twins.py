"""Every kernel does what its twin says: compiled for the CPU, and its GPU branch launched by kernels/cuda.py on an emulated grid,
forward and backward."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from kernels import open_backend
from kernels.backend import REAL
from kernels.samples import SIZES, Hall, MissingRecipe, arguments
from kernels.signature import read_kernels
from tests.kernels.stand_in import cupy_stand_in

# The compilers contract a*b+c and NumPy does not; a row has some 30 operations on values of order 1.
TOLERANCE = {"single": 5e-6, "double": 1e-14}
KERNELS = read_kernels()


@functools.cache
def backend(name: str, precision: str) -> Any:
    """Backends are opened once: "numpy", "host", "forward" and "backward" (the CUDA backend on the stand-in)."""
    if name in ("forward", "backward"):
        with cupy_stand_in(backwards=name == "backward"):
            return open_backend("cuda", precision)
    return open_backend(name, precision, threads=2 if name == "host" else None)


def outputs(name: str, precision: str, kernel: str, size: tuple[int, int, int]) -> dict[str, np.ndarray]:
    """What the kernel has written, by parameter. Sums count as a whole: backends cut them differently."""
    be = backend(name, precision)
    signature = KERNELS[kernel]
    values = arguments(signature, Hall(size, REAL[precision]))
    values = [
        be.upload(value, parameter.dtype(be.real)) if parameter.pointer else value
        for parameter, value in zip(signature.parameters, values, strict=True)
    ]
    be.run(kernel, *values)
    be.synchronize()
    written = {}
    for parameter, value in zip(signature.parameters, values, strict=True):
        if parameter.pointer and not parameter.constant:
            whole = signature.macro == "FV_SUM" and parameter.name == signature.macro_arguments[3]
            written[parameter.name] = np.atleast_1d(be.download(value).sum()) if whole else be.download(value)
    return written


@pytest.mark.parametrize("precision", list(REAL))
@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_kernel_equals_its_twin(kernel: str, precision: str) -> None:
    for size in SIZES:
        try:
            expected = outputs("numpy", precision, kernel, size)
        except MissingRecipe as missing:
            pytest.fail(str(missing))
        assert all(np.isfinite(array).all() for array in expected.values()), f"{kernel}: the twin gives NaN on {size}"
        for name in ("host", "forward", "backward"):
            for parameter, array in outputs(name, precision, kernel, size).items():
                twin = expected[parameter]
                allowed = TOLERANCE[precision] * (np.abs(twin).max() + np.abs(twin))
                worst = np.max(np.abs(array.astype(float) - twin.astype(float)) - allowed)
                assert worst <= 0, f"{kernel}, {parameter}, {name}, {size}: off by {worst + np.max(allowed):.1e}"


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_order_of_threads_does_not_matter(kernel: str) -> None:
    """Bit for bit: a kernel that reads what another cell of the same launch writes differs here."""
    for size in SIZES:
        forward = outputs("forward", "single", kernel, size)
        backward = outputs("backward", "single", kernel, size)
        for parameter, array in forward.items():
            np.testing.assert_array_equal(array, backward[parameter], err_msg=f"{kernel}, {parameter}, {size}: a race")
