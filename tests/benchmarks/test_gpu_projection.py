"""The projection counts what a run launches, says what it assumes, and names itself a projection."""

from __future__ import annotations

import pytest

from benchmarks import gpu_projection, iteration
from benchmarks.gpu_projection import Assumed, alone, project, seconds
from benchmarks.recorded import Step
from benchmarks.variants import Variant
from kernels.signature import read_kernels
from kernels.traffic import Traffic
from thermal.gridding import make_grid
from thermal.place import place


def test_a_launch_costs_its_floor_and_its_bytes_or_its_longest_thread() -> None:
    assumed = Assumed(share=0.5)
    stream = Step("momentum", "sweep", Traffic(10**6, 36 * 10**6, 36 * 10**6), None)
    assert seconds(stream, assumed, 2e-6) == pytest.approx(2e-6 + 36e6 / 1.5e12)
    lonely = Step("pressure, solve", "sum_regions", Traffic(1, 80_000, 80_000), None)  # one thread adds 10 000 words
    assert seconds(lonely, assumed, 2e-6) == pytest.approx(2e-6 + 10_000 * assumed.word)
    assert alone(read_kernels()["sweep"], stream.traffic) == 0.0


def test_a_dry_count_is_that_of_a_run() -> None:
    """Counting alone, with no memory and no arithmetic, finds the launches and bytes of a real iteration."""
    case = Variant("tiny-hall", "second-order", 0.3, "k-epsilon").load()
    placement = place(case, make_grid(case))
    wet, dry = (iteration.record(placement, "host", "single", 1, dry=dry) for dry in (False, True))
    assert wet.order == dry.order and wet.waits == dry.waits and len(dry.order) > 100
    one = project(dry, placement.grid.cells, 1e-3, Assumed())
    assert one.bytes == dry.total().ideal and one.plain > one.graph > one.floors > 0
    assert one.whole == pytest.approx(one.graph + 1e-3 + Assumed().wait)


def test_the_page_names_itself(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(gpu_projection, "HALL", "tiny-hall")
    monkeypatch.setattr(gpu_projection, "prove", lambda *_: [])
    assert gpu_projection.main(["--cells", "0.3"]) == 0
    page = capsys.readouterr().out
    assert "# Hallflow on an H100: a PROJECTION" in page and "No number below was measured on a GPU" in page
    assert page.count("| momentum | momentum_x_second |") == 1
