"""Sweeps in one call are timed beside sweeps one by one."""

from __future__ import annotations

import pytest

from benchmarks.passes import measure
from kernels import open_backend


def test_both_ways_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.passes.BUDGET", 1e-3)
    monkeypatch.setattr("benchmarks.passes.ROUNDS", 1)
    one, other = measure(open_backend("auto", "single", 1), (12, 10, 8))
    assert 1e4 < one < 1e12 and 1e4 < other < 1e12
