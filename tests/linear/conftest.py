"""The compiled backend where there is a compiler, the NumPy one where not; opened once for all tests of this folder."""

from __future__ import annotations

import pytest

from kernels import Backend, BackendUnavailable, open_backend
from kernels.processors import default_threads


def _best(precision: str) -> Backend:
    try:
        return open_backend("host", precision, threads=min(2, default_threads()))
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
