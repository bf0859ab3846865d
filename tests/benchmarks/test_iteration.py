"""What one iteration asks of a device is counted whole, on any backend, and its parts add up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import hot, iteration, kernels
from benchmarks.variants import Variant
from tests.kernels.stand_in import cupy_stand_in
from thermal.gridding import make_grid
from thermal.place import Placement, place

SUMS = ("dot", "new_direction", "step_length", "direction_factor", "fold_partials")  # backends cut sums in other pieces
PARTS = {"momentum", "temperature", "turbulence", "pressure, set-up", "pressure, solve", "boundary lists"}


@pytest.fixture(scope="module")
def placement() -> Placement:
    """The smallest shipped hall, coarse."""
    case = Variant("tiny-hall", cell=0.3).load()
    return place(case, make_grid(case))


def test_counts_do_not_depend_on_the_backend(placement: Placement) -> None:
    """The GPU path launches the same kernels on the same arrays; only lines fetched for nothing differ."""
    host = iteration.record(placement, "host", "single", 1)
    with cupy_stand_in() as cp:
        cuda = iteration.record(placement, "cuda", "single", None)
        assert cp.counts.kernels > 0
    assert [(s.part, s.kernel, s.grid) for s in host.order] == [(s.part, s.kernel, s.grid) for s in cuda.order]
    assert cuda.waits == host.waits == 1
    for name, one in host.by_kernel().items():
        if name not in SUMS:
            other = cuda.by_kernel()[name]
            assert other.moved == other.ideal == one.ideal <= one.moved, name


def test_shares_of_time_are_those_of_one_iteration(placement: Placement) -> None:
    """Every kernel of an iteration, no other, and together all of it."""
    found = hot.shares(placement)
    assert set(found) == set(iteration.record(placement, "host", "single", 1).by_kernel())
    assert sum(found.values()) == pytest.approx(1.0) and min(found.values()) > 0


def test_parts_and_kernels_are_the_same_whole(placement: Placement) -> None:
    recorder = iteration.record(placement, "host", "single", 1)
    total = recorder.total()
    for groups in (recorder.by_part(), recorder.by_kernel()):
        assert sum(one.launches for one in groups.values()) == total.launches == len(recorder.order)
        assert sum(one.moved for one in groups.values()) == total.moved
    assert set(recorder.by_part()) >= PARTS
    sweeps = recorder.by_kernel()["sweep"]
    nx, ny, nz = placement.grid.n
    assert sweeps.ideal == sweeps.launches * 36 * nx * ny * nz  # nine words a cell and colour


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.json"
    assert iteration.main(["tiny-hall", "--cell", "0.3", "--threads", "1", "--json", str(path)]) == 0
    one = json.loads(path.read_text())
    assert one["share"] == pytest.approx(one["moved"] / one["seconds"] / one["triad"])
    assert "of the triad" in capsys.readouterr().out


def test_the_page_of_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns are those of `hallflow bench`; whole iterations stand below."""
    monkeypatch.setattr(kernels, "HALLS", (Variant("tiny-hall", cell=0.3),))
    page = tmp_path / "kernels.md"
    words = ["--precision", "single", "--threads", "1", "--cells", "3000", "--write", str(page)]
    assert kernels.main([*words, "--only", "axpy", "gather"]) == 0
    assert "| vector | axpy | 0.3% | 12.0 | 12.0 |" in page.read_text() and "Whole iterations" not in page.read_text()
    monkeypatch.setattr(kernels, "time_kernels", lambda *_: iter(()))
    assert kernels.main(words) == 0
    assert "| tiny-hall, 0.3 m | " in page.read_text()
