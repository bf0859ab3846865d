"""Air and loops together in time: a trip by an event, limits of the chips, the balance of the run, checkpoints, mistakes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.flow import test_march
from tests.flow.test_march import Watcher, march
from tests.loop.halls import HALL, hall
from tests.movers.ducts import device
from thermal.case.build import case_from_text
from thermal.case.model import Case
from thermal.errors import CaseErrors
from thermal.flow.steady import Outcome
from thermal.output.checkpoint import read_checkpoint
from thermal.output.liquid_words import hottest_chips, margin_words
from thermal.output.loops_in_time import loop_limits
from thermal.place import place_case
from thermal.run import make_result
from thermal.scalars.left_out import left_out

COARSE = ('cell = "0.2 m"', 'cell = "0.6 m"')
LIMITS = (
    'loss = "60 kPa"',
    'loss = "60 kPa"\njunction_resistance = "0.015 K/W"\ncase_limit = "75 degC"\njunction_limit = "95 degC"',
)
TIME = '[time]\nend = "40 s"\nrecord_every = "10 s"\n'
TRIP = '[[event]]\nname = "trip"\nat = "10 s"\nobject = "cdu.*"\nspeed = 0\n'
BACK = '[[event]]\nname = "back"\nat = "22 s"\nobject = "cdu.cdu"\nspeed = "100 %"\nramp = "3 s"\n'
ASSERT = '[[assert]]\nname = "warm"\nwhat = "liquid.cdu.*.supply"\nmax = "41 degC"\n'


def in_time(more: str = TRIP + BACK) -> Case:
    """The small hall in time on coarse cells."""
    return hall(COARSE, LIMITS, more=TIME + more + ASSERT)


@pytest.fixture(scope="module")
def tripped() -> tuple[Case, Outcome]:
    """The hall whose pumps trip and come back."""
    case = in_time()
    return case, march(case, device())


def test_chips_meet_their_limits_when_their_heat_over_their_capacity_says(tripped: tuple[Case, Outcome]) -> None:
    """Summary: seconds until the limits of case and junction, extremes in time, and limits judged on the worst moment."""
    case, outcome = tripped
    assert outcome.march is not None and outcome.verdict == "complete"
    series = outcome.march.series
    start = {name: series.column(f"{name}.A1")[0] for name in ("case", "junction")}
    summary = make_result(case, place_case(case), outcome, device(), "double", (1, 1, 1)).summary
    slope, lag = 0.85 * 130e3 / (112 * 420.0), 0.015 * 20.0  # K/s; s by which a junction lags behind its case
    reached = {row["limit"]: row["reached_s"] for row in summary["time"]["loop_limits"] if row["rack"] == "A1"}
    assert reached["case limit"] == pytest.approx(10.0 + (75.0 + 273.15 - start["case"]) / slope, abs=0.05)
    assert reached["junction limit"] == pytest.approx(10.0 + lag + (95.0 + 273.15 - start["junction"]) / slope, abs=0.05)
    (row,) = (row for row in summary["liquid"]["racks"] if row["name"] == "A1")
    assert row["time_to_limit_s"] == reached["case limit"] and row["limit_reached"]
    assert row["in_time"]["margin_K"][0] == pytest.approx(75.0 - row["in_time"]["case_degC"][1])
    (limit,) = (row for row in summary["asserts"] if row["name"] == "warm")
    assert not limit["passed"] and limit["value"] == pytest.approx(summary["liquid"]["cdus"][0]["in_time"]["supply_degC"][1])
    assert summary["liquid"]["balance"]["run"] < 1e-10 and summary["liquid"]["balance"]["whole"] < 1e-9
    assert any("pass a limit on the way" in words for words in summary["liquid"]["warnings"])
    worst = hottest_chips(summary["liquid"])
    assert worst is not None and worst["margin_K"] < 0.0 and "ABOVE its limit at the worst moment" in margin_words(worst)
    flow = series.column("loop_flow.cdu")
    time = series.column("time")
    assert abs(flow[(time > 10.0) & (time <= 22.0)]).max() < 1e-9 and flow[-1] > 0.5 * flow[0] > 0.0


def test_a_run_goes_on_to_the_last_bit(tripped: tuple[Case, Outcome], tmp_path: Path) -> None:
    case, straight = tripped
    assert straight.march is not None
    broken = march(case, device(), Watcher(tmp_path / "c.h5", int(0.8 * straight.march.clock.count)))
    assert broken.verdict == "unfinished" and broken.march is not None and broken.march.clock.time > 22.0
    resumed = march(case, device(), Watcher(), read_checkpoint(tmp_path / "c.h5"))
    test_march.TestGoingOn.assert_same(straight, resumed)


def test_blocks_go_like_the_whole() -> None:
    """To round-off, over a trip."""
    case = in_time(TRIP.replace('"10 s"', '"1 s"'))
    case = replace(case, time=replace(case.time, end=3.0, step=0.25))  # type: ignore[type-var]
    whole, parts = march(case, device()).march, march(case, device(), blocks=(2, 1, 1)).march
    assert whole is not None and parts is not None
    for name in ("inlet.A1", "junction.A1", "loop_return.cdu", "loop_supply.fws"):
        np.testing.assert_allclose(parts.series.column(name), whole.series.column(name), rtol=1e-6, err_msg=name)


def test_without_an_event_nothing_moves() -> None:
    """Neither in the loops nor at the racks."""
    case = in_time("")
    done = march(replace(case, time=replace(case.time, end=10.0)), device()).march  # type: ignore[type-var]
    assert done is not None
    for name in ("loop_supply.cdu", "loop_return.cdu", "loop_return.fws", "case.A4", "loop_flow.fws"):
        column = done.series.column(name)
        assert np.ptp(column) < 1e-6 * column[0], name


def test_racks_that_work_less_warm_air_and_liquid_less() -> None:
    """Half of the power from 5 s on: half of the rise of the air at once, plates follow within their time; all is counted."""
    case = in_time('[[event]]\nname = "night"\nat = "5 s"\nobject = "rack.*"\npower = "65 kW"\n')
    outcome = march(replace(case, time=replace(case.time, end=25.0)), device())  # type: ignore[type-var]
    summary = make_result(case, place_case(case), outcome, device(), "double", (1, 1, 1)).summary
    liquid = summary["liquid"]
    assert liquid["balance"]["it_kW"] == pytest.approx(4 * 65.0) and liquid["balance"]["run"] < 1e-10
    assert liquid["balance"]["whole"] < 1e-9
    for row, air in zip(liquid["racks"], summary["racks"], strict=True):
        assert row["junction_degC"] - row["case_degC"] == pytest.approx(0.015 * 0.85 * 65e3 / 112, rel=0.01)
        assert air["power_kW"] == 65.0 and air["outlet_mean_degC"] - air["inlet_mean_degC"] == pytest.approx(6.0, rel=1e-6)


MISTAKES: dict[str, tuple[str, tuple[str, ...]]] = {
    "another CDU": (TRIP.replace("cdu.*", "cdu.b"), ('no cdu "b"', "cdu")),
    "no such kind": (TRIP.replace("cdu.*", "pump.cdu"), ('no kind of object "pump"', "facility_loop.NAME", "dry_cooler.NAME")),
    "a flow of a CDU": (TRIP.replace("speed = 0", 'flow = "1 L/s"'), ("a cdu has no flow to change", "speed")),
    "flow of a rack": (
        TRIP.replace("cdu.*", "rack.A1").replace("speed = 0", 'flow = "2 m3/s"'),
        ("hall with loops", "liquid_share"),
    ),
}


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_a_mistake_is_told(mistake: str) -> None:
    more, words = MISTAKES[mistake]
    with pytest.raises(CaseErrors) as caught:
        place_case(in_time(more))
    assert all(word in str(caught.value) for word in ("case.toml:", *words)), str(caught.value)


def test_limits_come_from_plates_and_asserts() -> None:
    limits: list[dict[str, Any]] = loop_limits(in_time(), ["A1", "A2"])
    assert [(one["name"], one["name_of"]) for one in limits] == [
        ("case limit", "A1"), ("case limit", "A2"), ("junction limit", "A1"), ("junction limit", "A2"), ("warm", "cdu"),
    ]  # fmt: skip


def test_scalars_that_are_not_solved_in_time_are_named() -> None:
    humid = HALL.replace('temperature = "25 degC"', 'temperature = "25 degC"\nhumidity = "50 %"')
    text = humid.replace('cell = "0.2 m"', 'cell = "0.6 m"') + "[tracers]\nsolve = true\n"
    assert left_out(case_from_text(text + TIME)).startswith("humidity and tracers of this case")
    assert left_out(case_from_text(text)) == "" and left_out(in_time()) == ""
