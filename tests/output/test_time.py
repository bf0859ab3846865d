"""The record of a run in time: series, steps, the table of the summary, the page."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import h5py
import numpy as np
import pytest

import thermal
from tests.cli.halls import SMALL
from thermal.case.asserts import judge
from thermal.case.build import case_from_text
from thermal.outcome import closing_lines, exit_code
from thermal.output.history import read_history
from thermal.output.report import rebuild
from thermal.output.steps import StepsWriter
from thermal.progress import SilentProgress
from thermal.run import simulate

pytestmark = pytest.mark.xdist_group("output.time")  # one worker solves for all of them
TEXT = (
    SMALL.replace("27 degC", "31 degC")
    + """\
name = "inlets"
[[assert]]
name = "holds"
what = "rack.*.time_to_limit"
min = "15 s"
[time]
end = "20 s"
record_every = "5 s"
[[probe]]
name = "aisle"
at = ["1.2 m", "1.2 m", "1 m"]
[[event]]
name = "failure-<b>"
at = "5 s"
object = "supply.tiles"
temperature = "36 degC"
ramp = "1 s"
""".replace("failure-<b>", "failure")
)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hall whose supply turns hot after five seconds."""
    result = thermal.run(case_from_text(TEXT, name="small"), out=tmp_path_factory.mktemp("time") / "record", backend="host")
    assert result.path is not None
    return result.path


@pytest.fixture(scope="module")
def summary(record: Path) -> dict:
    """Its summary."""
    return json.loads((record / "summary.json").read_text())


def test_the_summary_tells_the_run_in_time(summary: dict) -> None:
    time = summary["time"]
    assert summary["verdict"] == "complete" and time["end_s"] == 20.0 and time["start"] == "steady"
    assert time["records_s"] == pytest.approx([0.0, 5.0, 10.0, 15.0, 20.0])
    assert time["worst_interval_heat"] < 1e-3
    assert [probe["name"] for probe in time["probes"]] == ["aisle"]
    assert time["probes"][0]["low"] < 21.0 and time["probes"][0]["high"] > 35.0
    assert time["events"][0] | {"ramp_s": 1.0} == time["events"][0]


def test_limits_are_judged_on_the_worst_moment_and_told_with_their_time(summary: dict) -> None:
    """The inlets pass 31 degC soon after the supply does; the allowable 35 degC a little later."""
    rows = {row["name"]: row for row in summary["asserts"]}
    assert not rows["inlets"]["passed"] and rows["inlets"]["value"] == pytest.approx(
        max(rack["in_time"]["inlet_max_degC"][1] for rack in summary["racks"])
    )
    reached = [row["reached_s"] for row in summary["time"]["limits"] if row["limit"] == "inlets"]
    assert len(reached) == 2 and all(5.0 < time < 15.0 for time in reached)
    assert rows["holds"]["value"] == pytest.approx(min(rack["time_to_limit_s"] for rack in summary["racks"]))
    assert exit_code(summary) == 1
    lines = "\n".join(closing_lines(summary, "x"))
    assert "inlets 31 degC (hottest inlet face): passed by 2 of 2 racks, first" in lines
    assert "from 5 s, failure: supply.tiles temperature goes to 36 degC within 1 s" in lines


def test_a_minimum_is_judged_on_the_coldest_moment(summary: dict) -> None:
    """A range in time has two ends: a max looks at the hot one, a min at the cold one."""
    case = case_from_text(TEXT.replace('max = "31 degC"', 'min = "20 degC"\nmax = "90 degC"'))
    rows = judge(case.limits, summary)
    coldest = min(rack["in_time"]["inlet_max_degC"][0] for rack in summary["racks"])
    assert rows[1]["bound"] == "min" and rows[1]["value"] == pytest.approx(coldest)


def test_series_hold_every_step(record: Path, summary: dict) -> None:
    rows = read_history((record / "series.csv").read_text())
    assert len(rows) == summary["time"]["steps"] + 1
    assert rows[0]["time"] == 0.0 and rows[-1]["time"] == 20.0
    assert {"inlet.A1", "inlet_max.A2", "flow.supply.tiles", "temperature.return.ceiling", "probe.aisle"} <= set(rows[0])
    heat = sum(row["step"] * (row["stored"] - row["entered"]) for row in rows) / sum(row["step"] * row["heat"] for row in rows)
    assert abs(heat) == pytest.approx(summary["balance"]["heat"], rel=1e-6, abs=1e-12)


def test_steps_are_a_record_in_time(record: Path, summary: dict) -> None:
    """As VTKHDF wants it, and of this very run; the last step is the last instant."""
    with h5py.File(record / "steps.vtkhdf") as file, h5py.File(record / "fields.vtkhdf") as last:
        assert file.attrs["record"] == summary["record"]
        steps, cells = file["VTKHDF/Steps"], file["VTKHDF/CellData"]
        assert int(steps.attrs["NSteps"]) == 5 and list(steps["CellDataOffsets/temperature"]) == [0, 1, 2, 3, 4]
        assert list(steps["CellDataOffsets/vtkGhostType"]) == [0] * 5
        temperature = cells["temperature"][-1]
        assert np.nanmax(np.abs(temperature - last["VTKHDF/CellData/temperature"][()])) <= 1.0 / 128.0 + 1e-4
        assert cells["velocity"].shape == (5, *temperature.shape, 3)


def test_a_step_that_was_not_finished_does_not_count(tmp_path: Path) -> None:
    """The count is written last; a run that goes on writes over what it does not count."""
    planes = tuple(np.linspace(0.0, 1.0, n) for n in (3, 4, 5))
    fluid = np.ones((4, 3, 2), bool)
    fields = {"temperature": np.full(fluid.shape, 300.0), "velocity": np.zeros((*fluid.shape, 3))}
    writer = StepsWriter(tmp_path, planes, fluid)
    for number in range(3):
        writer.add(number, float(number), fields)
    again = StepsWriter(tmp_path, planes, fluid, kept=2)
    again.add(2, 2.5, {**fields, "temperature": np.full(fluid.shape, 310.0)})
    with h5py.File(tmp_path / ".steps.vtkhdf") as file:
        assert list(file["VTKHDF/Steps/Values"]) == [0.0, 1.0, 2.5] and file["VTKHDF/CellData/temperature"][2].max() == 310.0


def test_the_page_shows_the_hall_in_motion(record: Path) -> None:
    """Charts, times until limits, a film whose frames lie in the page, a strip; and nothing fetched."""
    page = rebuild(record).read_text()
    for words in ("Rack inlets", "Time until each rack meets its limits", "The hall in motion", "Heat stored", "failure"):
        assert words in page, words
    data = re.search(r'<script type="application/json" id="film-data">(.*?)</script>', page, re.S)
    assert data
    films = json.loads(data[1])
    assert [film["key"] for film in films] == ["plan", "section"]
    assert all(len(film["frames"]) == 5 and film["frames"][0].startswith("data:image/png;base64,") for film in films)
    assert len({frame for frame in films[0]["frames"]}) > 2
    assert page.count('class="strip"') == 2 and not re.search(r'(?:src|href)="https?:', page)


def test_a_steady_record_takes_the_place_of_one_in_time(record: Path, tmp_path: Path) -> None:
    """No series of an older run stays behind."""
    text = TEXT[: TEXT.index("[time]")]
    folder = tmp_path / "again"
    thermal.run(case_from_text(TEXT.replace('end = "20 s"', 'end = "6 s"'), name="small"), out=folder, backend="host")
    assert (folder / "series.csv").is_file() and not (folder / ".steps.vtkhdf").exists()
    thermal.run(case_from_text(text, name="small"), out=folder, backend="host")
    assert not (folder / "series.csv").exists() and not (folder / "steps.vtkhdf").exists()


class Impatient(SilentProgress):
    """Asks to stop after some steps in time."""

    def __init__(self, steps: int) -> None:
        self.left, self.asked = steps, threading.Event()

    def step(self, row: dict) -> None:
        """Counts."""
        self.left -= "time" in row
        if self.left <= 0:
            self.asked.set()


def test_a_stopped_run_keeps_a_checkpoint_and_goes_on(tmp_path: Path) -> None:
    """As Ctrl-C does: unfinished, with a record of what there is; resumed, the same record as in one go."""
    case = case_from_text(TEXT, name="small")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    simulate(case, backend="host", threads=1, out=whole)
    impatient = Impatient(25)
    stopped = simulate(case, backend="host", threads=1, out=broken, progress=impatient, stop=impatient.asked)
    assert stopped.summary["verdict"] == "unfinished" and "stopped at" in stopped.summary["verdict_text"]
    assert exit_code(stopped.summary) == 3 and (broken / "checkpoint.h5").is_file()
    rebuild(broken)
    resumed = simulate(case, backend="host", threads=1, out=broken, resume=broken)
    assert resumed.summary["verdict"] == "complete" and not (broken / "checkpoint.h5").exists()
    assert (broken / "series.csv").read_bytes() == (whole / "series.csv").read_bytes()
    with h5py.File(broken / "steps.vtkhdf") as one, h5py.File(whole / "steps.vtkhdf") as other:
        for name in ("Steps/Values", "CellData/temperature", "CellData/velocity"):
            np.testing.assert_array_equal(one[f"VTKHDF/{name}"][()], other[f"VTKHDF/{name}"][()])
