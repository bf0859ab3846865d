"""What `hallflow bench` counts and how it times: bytes of known kernels, sizes, a table on every backend."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kernels import KernelError, open_backend
from kernels.bench import (
    HOT,
    IN_CACHE,
    LargeHall,
    Timing,
    best_time,
    choose,
    grid,
    iteration_shares,
    measure,
    summary,
)
from kernels.processors import last_level_cache
from kernels.samples import Hall, arguments
from kernels.signature import read_kernels
from kernels.traffic import reads, traffic
from tests.kernels.stand_in import cupy_stand_in
from thermal.cli import main

KERNELS = read_kernels()
SINGLE = np.dtype(np.float32)


def bytes_by_cell(name: str) -> tuple[float, float]:
    """Ideal and moved bytes of a kernel on a hall of single precision."""
    be = open_backend("numpy", "single")
    kernel = KERNELS[name]
    values = arguments(kernel, Hall((24, 20, 16), SINGLE))
    values = [be.upload(v, p.dtype(SINGLE)) if p.pointer else v for p, v in zip(kernel.parameters, values, strict=True)]
    count = traffic(kernel, values)
    assert count.items == 24 * 20 * 16
    return count.ideal / count.items, count.moved / count.items


@pytest.mark.parametrize(
    ("kernel", "ideal", "moved"),
    [
        ("copy", 8, 12),  # y is only written: its lines are fetched all the same
        ("axpy", 12, 12),  # y is read and written
        ("correct", 48, 48),  # u v w p read and written, q gx gy gz read
        ("relax", 28, 28),  # one colour, whole lines: x read and written, five read
        ("relax_from_zero", 12, 16),
        ("divergence", 20, 24),  # u v w mask, defect
        ("scalar_upwind", 64, 96),  # q u v w nut mask sp su read; six coefficients, rhs, rd written
    ],
)
def test_bytes_of_known_kernels(kernel: str, ideal: float, moved: float) -> None:
    found = bytes_by_cell(kernel)
    assert found == pytest.approx((ideal, moved), abs=0.2)  # widths of cells, partial sums


def test_what_a_kernel_takes_but_does_not_look_at_is_not_counted() -> None:
    assert "T" not in reads(KERNELS["momentum_x_second"]) and "T" in reads(KERNELS["momentum_z_second"])
    assert "z" not in reads(KERNELS["step_gradients"]) and "r" in reads(KERNELS["step_gradients"])


def test_lists_count_their_entries_and_the_lines_they_touch() -> None:
    kernel = KERNELS["gather"]
    be = open_backend("numpy", "single")
    field, cells = be.zeros((5, 24, 104)), np.arange(0, 1600, 16)
    launch = [100, be.upload(cells), 0, field, be.zeros(100)]
    count = traffic(kernel, launch)
    assert count.items == 100 and count.ideal == 100 * (8 + 4 + 4)
    assert count.moved == 100 * (8 + 4 + 4) + 100 * 64  # every 16th float32: a line each


@pytest.mark.parametrize("kernel", ["copy", "scalar_second", "gather", "collect_shares"])
def test_grids_hold_the_bytes_asked_for(kernel: str) -> None:
    n = grid(KERNELS[kernel], SINGLE, 2e6)
    sample = arguments(KERNELS[kernel], Hall(n, SINGLE))
    pointers = [(p, a) for p, a in zip(KERNELS[kernel].parameters, sample, strict=True) if p.pointer]
    held = sum(a.size * p.dtype(SINGLE).itemsize for p, a in pointers)
    assert 1.4e6 < held < 3.2e6  # halos of a small hall weigh


def test_loops_over_racks_keep_their_size() -> None:
    assert grid(KERNELS["rack_backs"], SINGLE, 1e9) == grid(KERNELS["rack_backs"], SINGLE, 1e6)


def test_best_time_is_that_of_the_launch() -> None:
    be = open_backend("numpy", "single")
    assert best_time(be, lambda: time.sleep(0.002), 0.01) == pytest.approx(0.002, rel=1.0)


def test_cache_is_read_from_the_system(tmp_path: Path) -> None:
    for cpu, shared in ((0, "0-1"), (1, "0-1")):
        for index, (level, size) in enumerate(((1, "32K"), (3, "8M"))):
            folder = tmp_path / f"cpu{cpu}" / "cache" / f"index{index}"
            folder.mkdir(parents=True)
            (folder / "level").write_text(f"{level}\n")
            (folder / "size").write_text(size + "\n")
            (folder / "shared_cpu_list").write_text(shared + "\n")
    assert last_level_cache(tmp_path) in (8 * 2**20, 32 * 2**20)  # the second where this process may use neither
    assert last_level_cache(tmp_path / "nothing") == 32 * 2**20


@pytest.mark.parametrize("backend", ["host", "cuda", "numpy"])
def test_every_backend_prints_the_same_table(backend: str) -> None:
    words = ["vector", "relax", "gather", "step_length"]
    with cupy_stand_in():
        be = open_backend(backend, "single")
        rows = list(measure(be, words, 600))
    assert [row.kernel for row in rows] == [kernel.name for kernel in choose(words)]
    assert all(row.seconds > 0 and row.triad > 0 and np.isfinite(row.share) for row in rows if row.cells)
    copy = next(row for row in rows if row.kernel == "copy")
    assert copy.moved == pytest.approx(8 if backend == "cuda" else 12)  # no write-allocate on a GPU
    assert copy.share == pytest.approx(copy.moved * copy.cells / copy.seconds / copy.triad)
    assert "hot kernels reach" in summary(rows) and "over whole fields" in summary(rows)


def test_a_slow_kernel_is_named_if_it_is_hot() -> None:
    slow = Timing("sweep", "scalar", "FV_CELLS", "single", "in cache", 1000, 8, 12, 1.0, 1e9)
    assert "0 of 1 hot kernels" in summary([slow]) and "sweep 0%" in summary([slow])
    cold = replace(slow, kernel="scale", file="vector")
    assert (
        "0 of 0 hot kernels" in summary([cold])
        and "0 of 1 over whole fields" in summary([cold])
        and "scale" not in summary([cold])
    )


def test_shares_of_an_iteration_are_those_of_kernels() -> None:
    shares = iteration_shares()
    assert set(shares) - {"fill"} <= set(KERNELS)  # a renamed kernel would no longer be hot
    assert 0.2 < shares["sweep"] < 0.6 and sum(share >= HOT for share in shares.values()) >= 10


def test_unknown_kernels_are_named() -> None:
    with pytest.raises(KernelError, match="no kernel or kernel file momentun"):
        choose(["momentun"])


def test_the_verb_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.json"
    assert main(["bench", "--only", "copy", "--precision", "single", "--json", str(path), "--cells", "4000"]) == 0
    (row,) = json.loads(path.read_text())
    assert row["kernel"] == "copy" and row["rate"] == pytest.approx(row["cells"] / row["seconds"])
    assert "copy" in capsys.readouterr().out
    assert main(["bench", "--only", "nothing"]) == 2


def test_sizes_straddle_the_cache() -> None:
    cache = last_level_cache()
    copy = KERNELS["copy"]
    inside, outside = (np.prod(grid(copy, SINGLE, factor * cache)) * 8 for factor in (IN_CACHE, 4.0))
    assert inside < 0.5 * cache and outside > 3 * cache


def test_cheap_halls_have_the_shapes_of_whole_ones() -> None:
    """Numbers that repeat, arrays as long: a kernel that is timed must not leave them."""
    real = np.dtype(np.float32)
    for kernel in choose():
        cheap, whole = (arguments(kernel, kind((8, 6, 5), real)) for kind in (LargeHall, Hall))
        for parameter, one, other in zip(kernel.parameters, cheap, whole, strict=True):
            if parameter.pointer and np.ndim(one) > 1:
                assert np.shape(one) == np.shape(other), (kernel.name, parameter.name)
