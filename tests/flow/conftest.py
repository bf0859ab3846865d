"""The compiled backend where there is a compiler, the NumPy one where not; opened once for all tests of this folder."""

from __future__ import annotations

import pytest

from kernels import Backend, BackendUnavailable, open_backend
from kernels.processors import default_threads


def _best(precision: str, most: int = 2) -> Backend:
    try:
        return open_backend("host", precision, threads=min(most, default_threads()))
    except BackendUnavailable:
        return open_backend("numpy", precision)


@pytest.fixture(scope="session")
def double() -> Backend:
    """Float64 fields."""
    return _best("double")


@pytest.fixture(scope="session")
def single() -> Backend:
    """Float32 fields."""
    return _best("single")


@pytest.fixture(scope="session")
def one_thread() -> Backend:
    """Float64 fields, one thread a block: blocks are threads themselves."""
    return _best("double", 1)
