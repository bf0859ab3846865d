"""A grid study from case to record: what it writes, that it can be ended and gone on with, and what it says without an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import thermal
import thermal.study.run as study_run
from benchmarks.grid_study_table import table
from tests.builders import tiny_hall
from tests.flow.halls import modelled, stopping_at
from thermal.case.model import Limit
from thermal.errors import RecordError, UsageError
from thermal.output.record import read
from thermal.output.report import rebuild
from thermal.run import CHECKPOINT, Result

FACTORS = (1, 2, 3)

pytestmark = pytest.mark.xdist_group("study.study")  # one worker solves for all of them


def hall(**more: Any):
    """Two racks, 3 528 cells on the finest grid, with a limit far away and one between value and band."""
    limits = (Limit("inlets", "rack.*.inlet_max", None, 313.15, "max 40 degC", "case.toml:1"),)
    return modelled(replace(tiny_hall(0.2), limits=limits, text="[case]", **more), "zero-equation")


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """One study, written."""
    return study_run.simulate_study(hall(), FACTORS, precision="double", out=tmp_path_factory.mktemp("studied"))


def test_what_a_study_writes(studied: Result) -> None:
    """Three grids of an answer each, coarse to fine, and values of every rack that are those of the racks' rows."""
    summary = read(studied.path).summary
    study = summary["grid_study"]
    assert study["answer"] and study["factors"] == [1, 2, 3] and study["scheme_order"] == 1.0
    assert [grid["verdict"] for grid in study["grids"]] == ["steady"] * 3
    cells = [np.prod(grid["counts"]) for grid in study["grids"]]
    assert cells[1] == 8 * cells[0] and cells[2] == 27 * cells[0]
    assert [grid["cell_m"] / study["grids"][2]["cell_m"] for grid in study["grids"]] == pytest.approx([3.0, 1.5, 1.0])
    assert summary["cells"] == study["grids"][2]["cells"]
    for rack, row in zip(study["racks"], summary["racks"], strict=True):
        assert rack["name"] == row["name"]
        for name in ("inlet_mean", "inlet_max"):
            assert rack[name]["values_degC"][2] == row[f"{name}_degC"]
            assert rack[name]["band_K"] >= rack[name]["iteration_K"] > 0.0
    assert sum(study["kinds"].values()) == 2
    for grid in study["grids"]:
        assert grid["balance"]["heat"] < 1e-3 and grid["balance"]["mass"] < 1e-4


def test_the_table_for_the_page_of_a_case(studied: Result) -> None:
    """A line for each rack, with the numbers of the record."""
    lines = table(read(studied.path).summary).splitlines()
    assert lines[0].count("steady") == 3 and len(lines) == 4 + 2
    assert lines[-1].startswith("| A2 |") and f"{studied.racks[1]['inlet_mean_degC']:.2f}" in lines[-1]


def test_limits_history_and_report_of_a_study(studied: Result) -> None:
    record = read(studied.path)
    (row,) = [row for row in record.summary["asserts"] if row["name"] == "inlets"]
    assert row["passed"] and row["certain"] and row["band"] > 0.0
    assert sorted({row["stage"] for row in record.history}) == [1, 2, 3]
    page = rebuild(studied.path).read_text(encoding="utf-8")
    assert 'id="grid-study"' in page and "Rack inlet means on three grids" in page and "extrapolated" in page
    assert not (studied.path / CHECKPOINT).exists()


def test_the_finest_grid_of_a_study_answers_like_a_run(studied: Result) -> None:
    """On grids that are the same within a multiple of three, by the tighter gates of a study."""
    plain = thermal.run(hall(), precision="double", out=studied.path.parent / "plain")
    for ours, theirs in zip(studied.racks, plain.racks, strict=True):
        assert ours["inlet_mean_degC"] == pytest.approx(theirs["inlet_mean_degC"], abs=0.15)


class Stopper:
    """Is set from the n-th look on."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def is_set(self) -> bool:
        self.left -= 1
        return self.left < 0


def test_a_study_goes_on_where_it_was_ended(studied: Result, tmp_path: Path) -> None:
    """Ended on its second grid: no band, and said so; resumed, it gives the bits of the one that was not."""
    coarse, medium = (grid["iterations"] for grid in studied.summary["grid_study"]["grids"][:2])
    stop = Stopper(coarse // 2 + medium // 4)
    ended = study_run.simulate_study(hall(), FACTORS, precision="double", out=tmp_path, stop=stop)
    assert ended.summary["verdict"] == "unfinished"
    found = ended.summary["grid_study"]
    assert not found["answer"] and found["reason"] == "the study ended with grid 2 of 3" and not found["racks"]
    assert [grid["verdict"] for grid in found["grids"]] == ["steady", "unfinished"]
    resumed = study_run.simulate_study(hall(), FACTORS, precision="double", out=tmp_path, resume=tmp_path)
    assert resumed.racks == studied.racks
    ours, theirs = (one.summary["grid_study"] for one in (resumed, studied))
    assert ours["racks"] == theirs["racks"]
    assert [row["stage"] for row in resumed.history] == [row["stage"] for row in studied.history]


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    """A run does not go on as a study, a study not as a run nor with other grids."""
    study_run.simulate_study(hall(), FACTORS, out=tmp_path / "study", stop=Stopper(5))
    with pytest.raises(RecordError, match="other grids"):
        study_run.simulate_study(hall(), (1, 2, 4), out=tmp_path / "study", resume=tmp_path / "study")
    with pytest.raises(RecordError, match="made on another grid"):
        thermal.run(hall(), out=tmp_path / "study", resume=tmp_path / "study")
    thermal.run(stopping_at(hall(), 4), out=tmp_path / "run")
    with pytest.raises(RecordError, match="without a grid study"):
        study_run.simulate_study(hall(), FACTORS, out=tmp_path / "run", resume=tmp_path / "run")


@pytest.mark.parametrize("verdict", ["unfinished", "diverged"])
def test_a_grid_without_an_answer_leaves_no_band(monkeypatch, tmp_path: Path, verdict: str) -> None:
    """The study says so and goes on to its finest grid, whose numbers stand without a band."""
    genuine, starts = study_run.solve, []

    def solve(*words: Any, **more: Any) -> Any:
        outcome, placement, seconds = genuine(*words, **more)
        starts.append(more["start"] is not None)
        if len(starts) == 1:
            outcome.verdict = verdict
        return outcome, placement, seconds

    monkeypatch.setattr(study_run, "solve", solve)
    result = study_run.simulate_study(hall(), FACTORS, out=tmp_path)
    study = result.summary["grid_study"]
    assert result.summary["verdict"] == "steady"
    assert not study["answer"] and "grid 1 of 3 gave no answer" in study["reason"]
    assert not any("band" in row for row in result.summary["asserts"])
    assert starts == [False, verdict == "unfinished", True]  # nothing begins from what has diverged
    assert "The study tells no band" in rebuild(tmp_path).read_text(encoding="utf-8")


def test_the_facade(monkeypatch, tmp_path: Path) -> None:
    """Wrong factors are refused before a folder is made, and a case that memory cannot hold too."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="1:2:3"):
        thermal.grid_study("tiny-hall", (1, 2))
    assert not list(tmp_path.iterdir())
    result = thermal.grid_study("tiny-hall", cell=0.4, threads=1)
    assert json.loads((result.path / "summary.json").read_text())["grid_study"]["factors"] == [1, 2, 3]
