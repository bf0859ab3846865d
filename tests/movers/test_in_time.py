"""Movers in steps in time: events on coolers and racks, heat that closes, checkpoints, mistakes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import thermal
from tests.flow import test_march
from tests.flow.test_march import Watcher, march
from tests.movers.ducts import device
from thermal.case.build import case_from_text
from thermal.case.model import Case
from thermal.case.timeline import TimeSpan
from thermal.errors import CaseErrors
from thermal.movers.points import device_rows
from thermal.output.checkpoint import read_checkpoint
from thermal.overrides import with_overrides
from thermal.place import place_case

TEXT = (Path(__file__).parent / "hall.toml").read_text(encoding="utf-8").replace('cell = "0.2 m"', 'cell = "0.6 m"')
TIME = '\n[time]\nend = "12 s"\nrecord_every = "3 s"\nstart = "rest"\n'


def event(at: str, of: str, change: str, ramp: str = "0 s") -> str:
    """An [[event]]."""
    name = f"e{at[:2].strip()}-{of[:4]}-{len(change)}"
    return f'\n[[event]]\nname = "{name}"\nat = "{at}"\nobject = "{of}"\n{change}\nramp = "{ramp}"\n'


EVENTS = (
    event("4 s", "crah.west", 'speed = "40 %"', "2 s")
    + event("5 s", "rack.A*", "speed = 0.5")
    + event("6 s", "crah.west", 'setpoint = "16 degC"')
    + event("7 s", "crah.west", 'water_temperature = "8 degC"', "2 s")
    + event("7 s", "crah.*", 'water_flow = "2 L/s"')
    + event("10 s", "crah.west", "speed = 0", "1 s")
)


def hall(more: str = EVENTS, means: bool = False) -> Case:
    """The hall of tests/movers in time."""
    return case_from_text(TEXT + TIME + ('average_from = "6 s"\n' if means else "") + more)


def test_events_take_hold_of_movers_and_heat_closes() -> None:
    case = hall()
    outcome = march(case, device())
    assert outcome.verdict == "complete" and outcome.march is not None
    assert outcome.march.worst_interval < 2e-3 and outcome.balance["mass"] < 1e-3
    present = outcome.march.as_it_is(case)
    west = next(body for body in present.bodies if body.kind == "crah")
    assert (west.speed, west.setpoint) == (0.0, pytest.approx(289.15))
    assert west.coil is not None and west.coil.water_temperature == pytest.approx(281.15)
    row, *racks = device_rows(present, outcome.measure.movers)
    assert row["speed"] == 0.0 and abs(row["flow_m3_s"]) < 1e-3 and "stands still" in row["warnings"][0]
    assert row["water_flow_L_s"] == pytest.approx(2.0)
    assert {name["name"]: name["speed"] for name in racks} == {"A1": 0.5, "A2": 0.5, "B1": 1.0, "B2": 1.0}
    inlets = outcome.march.series.column("inlet_max.A1") - outcome.march.series.column("inlet.A1")
    assert (inlets > -1e-6).all()


@pytest.mark.parametrize("means", [False, True])
def test_a_run_goes_on_to_the_last_bit(tmp_path: Path, means: bool) -> None:
    """Speeds, what control has added, heat of tubes, and means of the movers lie in the checkpoint."""
    case = hall(means=means)
    straight = march(case, device())
    assert straight.march is not None
    broken = march(case, device(), Watcher(tmp_path / "c.h5", int(0.7 * straight.march.clock.count)))
    assert broken.verdict == "unfinished"
    resumed = march(case, device(), Watcher(), read_checkpoint(tmp_path / "c.h5"))
    test_march.TestGoingOn.assert_same(straight, resumed)
    for name in ("sums", "speed", "heat", "enter"):
        np.testing.assert_array_equal(getattr(straight.measure.movers, name), getattr(resumed.measure.movers, name))


def test_blocks_step_like_the_whole() -> None:
    """To round-off, with the operating points."""
    case = case_from_text(TEXT + TIME.replace('"12 s"', '"3 s"') + 'step = "0.25 s"\n' + event("1 s", "crah.west", "speed = 0.5"))
    whole, parts = march(case, device()), march(case, device(), blocks=(2, 1, 1))
    assert whole.march is not None and parts.march is not None
    for name in ("entered", "stored", "inlet.A1", "inlet_max.B2"):
        np.testing.assert_allclose(parts.march.series.column(name), whole.march.series.column(name), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(parts.measure.movers.heat, whole.measure.movers.heat, rtol=1e-6, atol=1e-9)


def test_what_leaks_through_a_sheet_does_not_swing() -> None:
    """Leaves of the closed aisle pass 2 %: all resistance, no inertia. Steps stay long against what air takes through a cell."""
    outcome = march(hall(""), device())
    assert outcome.march is not None and outcome.march.clock.count < 100
    assert np.median(outcome.march.series.column("courant")[-20:]) > 1.0


MISTAKES = {
    "power of a rack in depth": ("rack.A1", 'power = "1 kW"', "rack.A1, a rack in depth, has no power to change", "speed"),
    "flow of a cooler": ("crah.west", 'flow = "1 m3/s"', "a crah has no flow to change", "speed, setpoint, water_temperature"),
    "a speed without a number": ("crah.west", 'speed = "3"', "is out of range", "up to 2"),
    "a cooler of another name": ("crah.wset", "speed = 0", 'no crah "wset"', "west"),
    "a kind that is not there": ("in_row.x", "speed = 0", 'no in_row "x"', "this case has no in_row"),
}


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_a_mistake_is_told(mistake: str) -> None:
    of, change, *words = MISTAKES[mistake]
    with pytest.raises(CaseErrors) as caught:
        place_case(hall(event("4 s", of, change)))
    assert all(word in str(caught.value) for word in ("case.toml:", *words)), str(caught.value)


def test_a_speed_that_follows_a_rule_is_not_set() -> None:
    rule = 'fan = { speed_rule = { temperature = ["18 degC", "28 degC"], speed = [0.5, 1.0] }, shutoff_pressure = "450 Pa"'
    text = TEXT.replace('fan = { shutoff_pressure = "450 Pa"', rule)
    with pytest.raises(CaseErrors, match=r"the speed of crah.west follows its inlet temperature"):
        place_case(case_from_text(text + TIME + event("4 s", "crah.west", "speed = 0")))


@pytest.mark.parametrize("cell", [0.6, pytest.param(0.2, marks=(pytest.mark.slow, pytest.mark.timeout(900)))])
def test_the_long_run_of_a_room_with_real_coolers_agrees_with_its_steady_verdict(cell: float, tmp_path) -> None:
    """From rest, so that nothing of the steady answer is in it; means over three changes of the air, after four."""
    case = with_overrides(thermal.load("room-6kw"), cell=cell)
    steady = thermal.run(case, out=tmp_path / "steady")
    span = TimeSpan(end=250.0, start="rest", record_every=250.0, average_from=150.0)
    timed = thermal.run(replace(case, time=span), out=tmp_path / "timed")
    assert (steady.summary["verdict"], timed.summary["verdict"]) == ("steady", "complete")
    for before, after in zip(steady.racks, timed.racks, strict=True):
        error = after["inlet_error_K"]
        assert after["inlet_mean_degC"] == pytest.approx(before["inlet_mean_degC"], abs=0.3), (after["name"], error)
    flows = [[row["flow_m3_s"] for row in run.summary["devices"]] for run in (steady, timed)]
    assert flows[1] == pytest.approx(flows[0], rel=1e-3)
