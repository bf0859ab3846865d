"""Figures of a grid, and the refusal of one that cannot fit."""

from __future__ import annotations

import pytest

from meshes import GridError, available_memory, build_grid, check_memory, measure_quality, memory_estimate


def test_a_uniform_grid_is_perfect():
    quality = measure_quality(build_grid((1.0, 2.0, 3.0), ([], [], []), 0.1))
    assert quality.cells == 6000
    assert quality.counts == (10, 20, 30)
    assert quality.aspect_ratio == pytest.approx(1.0)
    assert quality.stretching == pytest.approx(1.0)


def test_refinement_shows_in_aspect_ratio_and_stretching():
    quality = measure_quality(build_grid((1.0, 1.0, 1.0), ([], [], []), 0.2, [((0.2, 0.0, 0.0), (0.4, 1.0, 1.0), 0.2)]))
    assert quality.stretching == pytest.approx(1.0)
    zone = ((0.4, 0.0, 0.0), (0.6, 0.0, 0.0), 0.05)
    quality = measure_quality(build_grid((1.0, 1.0, 1.0), ([], [], []), 0.2, [zone]))
    assert quality.smallest == pytest.approx(0.05)
    assert quality.aspect_ratio == pytest.approx(4.0)
    assert quality.stretching == pytest.approx(4.0)


def test_memory_grows_with_cells_and_precision():
    assert memory_estimate(4_000_000) - memory_estimate(3_000_000) == pytest.approx(250e6)
    assert memory_estimate(1000, "double") > memory_estimate(1000)


def test_a_grid_too_large_is_refused_with_the_size_that_fits():
    grid = build_grid((100.0, 100.0, 100.0), ([], [], []), 0.01)
    with pytest.raises(GridError, match=r"1e\+12 cells .*8 GB are available.* a cell 33 times as large"):
        check_memory(grid, available=8e9)
    assert check_memory(build_grid((1.0, 1.0, 1.0), ([], [], []), 0.1), available=8e9) > 0.0


def test_memory_is_the_least_of_machine_and_container(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 16000000 kB\nMemAvailable: 8000000 kB\n")
    assert available_memory(tmp_path, meminfo) == 8000000 * 1024
    (tmp_path / "memory.max").write_text("2000000000\n")
    (tmp_path / "memory.current").write_text("1500000000\n")
    assert available_memory(tmp_path, meminfo) == 5e8
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 300000000\n")
    assert available_memory(tmp_path, meminfo) == 8e8
    (tmp_path / "memory.max").write_text("max\n")
    assert available_memory(tmp_path, meminfo) == 8000000 * 1024


def test_the_older_layout_of_container_limits_is_read(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemAvailable: 8000000 kB\n")
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory/memory.limit_in_bytes").write_text("3000000000")
    (tmp_path / "memory/memory.usage_in_bytes").write_text("1000000000")
    assert available_memory(tmp_path, meminfo) == 2e9
