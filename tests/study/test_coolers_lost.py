"""A hall without each of its coolers: fans at rest behind their dampers, doors without water, and what the others then do."""

from __future__ import annotations

import json

import pytest

from tests.movers.test_coolers import ROOM, run
from thermal.case.bodies import stopped
from thermal.case.build import case_from_text
from thermal.errors import UsageError
from thermal.movers.coil import coil_heat
from thermal.outcome import closing_lines
from thermal.study.losses import losses_of, wanted_kinds
from thermal.study.without import simulate_losses

UNIT = """
[[crah]]
name = "{}"
type = "generic-30kw"
from = ["0 m", "{} m", "0 m"]
to = ["0.9 m", "{} m", "1.8 m"]
coil = {{ water_temperature = "10 degC", water_flow = "1.4 L/s" }}
setpoint = "18 degC"
"""
# Two units over a plenum blow to the tiles before two racks; the room is its own mirror in y = 2.1 m.
HALL = """
[room]
size = ["4.8 m", "4.2 m", "2.7 m"]
[mesh]
cell = "0.2 m"
[flow]
turbulence = "zero-equation"
scheme = "upwind"
[raised_floor]
height = "0.6 m"
[rack.srv]
size = ["0.6 m", "1.2 m", "2.1 m"]
power = "9 kW"
delta_t = "12 K"
[[rack_row]]
name = "A"
type = "srv"
count = 2
at = ["3.3 m", "1.5 m"]
along = "+y"
front = "-x"
[[tile]]
name = "T"
at = ["2.4 m", "1.5 m"]
along = "+y"
count = 2
open_fraction = "25 %"
[[assert]]
name = "inlets"
what = "rack.*.inlet_max"
max = "27 degC"
[[assert]]
name = "supply"
what = "crah.*.air_out"
max = "18.5 degC"
""" + UNIT.format("south", 0.3, 1.5) + UNIT.format("north", 2.7, 3.9)  # fmt: skip

pytestmark = pytest.mark.xdist_group("study.coolers_lost")  # one worker solves for all of them


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The hall without each of its units."""
    hall = case_from_text(HALL, name="two-units")
    losses = losses_of(hall, wanted_kinds("crah"))
    return hall, simulate_losses(hall, losses, out=tmp_path_factory.mktemp("coolers"), threads=1)


def test_the_other_unit_takes_all_the_heat(study) -> None:
    """Closed form: what the racks and its own fans give, at the setpoint; the stopped one passes and takes nothing."""
    hall, result = study
    assert result.summary["verdict"] == "steady"
    table = result.summary["without_each"]
    assert table["finished"] and [row["lost"] for row in table["losses"]] == ["crah.south", "crah.north"]
    for lost, other in (("south", "north"), ("north", "south")):
        left = json.loads((result.path / "without" / f"crah.{lost}" / "summary.json").read_text())
        rows = {row["name"]: row for row in left["devices"]}
        assert left["verdict"] == "steady" and any(f"crah {lost} stands still" in text for text in left["warnings"])
        assert abs(rows[lost]["flow_m3_s"]) < 1e-3 * rows[other]["flow_m3_s"]
        assert abs(rows[lost]["air_heat_kW"]) < 0.01
        assert rows[lost]["is_shut"] and not rows[other]["is_shut"]
        assert rows[lost]["air_in_degC"] is None and rows[lost]["air_out_degC"] is None  # of air that does not pass
        (supply,) = [row for row in left["asserts"] if row["name"] == "supply"]
        assert supply["passed"] and supply["object"] == other  # every unit that blows
        assert rows[other]["heat_kW"] == pytest.approx(18.0 + rows[other]["fan_power_kW"], rel=2e-3)
        assert rows[other]["air_out_degC"] == pytest.approx(18.0, abs=0.05)
        rise = 18e3 / (hall.air.density * hall.air.heat_capacity * rows[other]["flow_m3_s"])
        assert rows[other]["air_in_degC"] == pytest.approx(18.0 + rise, rel=5e-3)


def test_two_units_that_mirror_each_other_are_lost_alike(study) -> None:
    _, result = study
    south, north = result.summary["without_each"]["losses"]
    assert south["hottest_degC"] == pytest.approx(north["hottest_degC"], abs=0.05)
    assert south["rise_K"] > 0.5 and south["limits_lost"] == north["limits_lost"] == ["inlets"]
    assert {south["hottest_rack"], north["hottest_rack"]} == {"A1", "A2"}
    words = "\n".join(closing_lines(result.summary, "x"))
    assert "crah.south" in words and "inlets" in words
    assert "crah.south" in (result.path / "report.html").read_text()


def test_what_stands_still_already_cannot_be_lost() -> None:
    hall = stopped(case_from_text(HALL), "crah.south")
    assert [loss.key for loss in losses_of(hall, wanted_kinds("crah"))] == ["crah.north"]
    with pytest.raises(UsageError, match="has no in_row"):
        losses_of(hall, wanted_kinds("in_row"))


def test_a_lost_door_passes_the_air_and_has_no_water() -> None:
    """Its rack's exhaust comes through as it is; the other door takes what its coil can."""
    whole = case_from_text(ROOM)
    (loss,) = losses_of(whole, wanted_kinds("rdhx.door-A1"))
    _, rows = run(loss.left)
    lost, other = ({row["name"]: row for row in rows}[name] for name in ("door-A1", "door-A2"))
    assert lost["flow_m3_s"] == pytest.approx(whole.racks[0].flow, rel=1e-5)
    assert lost["heat_kW"] is None and lost["air_out_degC"] == pytest.approx(lost["air_in_degC"], abs=1e-6)
    air = whole.air.density * whole.air.heat_capacity * whole.racks[1].flow
    assert whole.bodies[1].coil is not None
    taken = coil_heat(whole.bodies[1].coil, air, whole.racks[1].flow, other["air_in_degC"] + 273.15)
    assert 1e3 * other["heat_kW"] == pytest.approx(taken, rel=1e-3)


def test_a_rack_that_is_off_takes_its_door_along() -> None:
    """Both stand there as boxes; what is left can be placed."""
    whole = case_from_text(ROOM)
    (loss,) = losses_of(whole, wanted_kinds("rack.A1"))
    assert [body.name for body in loss.left.bodies] == ["door-A2"]
    assert [item.name for item in loss.left.obstacles] == ["A1", "door-A1"]
    deep = ROOM.replace('delta_t = "12 K"', 'fan = { shutoff_pressure = "150 Pa", free_flow = "1.2 m3/s" }')
    whole = case_from_text(deep)
    (loss,) = losses_of(whole, wanted_kinds("rack.A2"))
    assert {body.label for body in whole.bodies} - {body.label for body in loss.left.bodies} == {"rack.A2", "rdhx.door-A2"}
