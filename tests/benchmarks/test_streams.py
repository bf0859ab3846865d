"""Loops over many arrays: they add up, and are timed beside a triad."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.kernels import slow_by_arithmetic
from benchmarks.streams import measure, rows, text
from kernels import BackendUnavailable
from kernels.bench import Timing
from kernels.host import HostBackend
from kernels.signature import SOURCES


def test_a_loop_stores_the_sum_of_what_it_reads(tmp_path: Path) -> None:
    (tmp_path / "grid.cuh").write_text((SOURCES / "grid.cuh").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "streams.cu").write_text(text(3, 2), encoding="utf-8")
    try:
        device = HostBackend("double", 1, folder=tmp_path)
    except BackendUnavailable as error:
        pytest.skip(str(error))
    arrays = [device.upload(np.full((7, 8, 9), float(n))) for n in range(5)]
    device.run("streams", 5, 4, 3, *arrays)
    assert all(np.all(array[2:-2, 2:-2, 2:-2] == 3.0) for array in arrays[3:])
    assert arrays[4][0, 0, 0] == 4.0


def test_a_loop_is_timed_beside_a_triad() -> None:
    try:
        one = measure(4, 2, threads=1, size=2e5)
    except BackendUnavailable as error:
        pytest.skip(str(error))
    assert one.moved == 32 and one.share > 0.01
    assert rows([one])[2].startswith("| 4 | 2 | 32 | ")


def test_what_keeps_a_hot_kernel_below_its_target() -> None:
    def timing(kernel: str, place: str, rate: float, triad: float = 80e9) -> Timing:
        return Timing(kernel, "scalar", "FV_CELLS", "single", place, 1000, 36.0, 40.0, 1000 / rate, triad)

    both = [
        timing("sweep", "in cache", 4e9), timing("sweep", "out of cache", 1e9),
        timing("relax", "in cache", 1e9), timing("relax", "out of cache", 0.9e9),
    ]  # fmt: skip
    assert slow_by_arithmetic(both) == [
        "- single, their arithmetic is too slow: relax (1000 of 1600)",
        "- single, their arithmetic would do, the memory does not: sweep (4000 of 1600)",
    ]
