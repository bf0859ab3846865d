"""Coils on a loop that marches with the air: at rest it stays there; a pump that stops leaves the room its heat."""

from __future__ import annotations

import pytest

import thermal
from tests.loop.coil_halls import room
from thermal.run import Result

TIME = '[time]\nend = "20 s"\nstart = "steady"\n'
STOP = '[[event]]\nname = "trip"\nat = "2 s"\nobject = "facility_loop.chilled"\nspeed = "0 %"\nramp = "2 s"\n'


@pytest.fixture(scope="module")
def stopped(tmp_path_factory) -> Result:
    """Twenty seconds in which the pump of the chilled water stops."""
    return thermal.run(room(('cell = "0.2 m"', 'cell = "0.4 m"'), more=TIME + STOP), out=tmp_path_factory.mktemp("stopped"))


def test_a_room_at_rest_stays_there(tmp_path) -> None:
    case = room(('cell = "0.2 m"', 'cell = "0.4 m"'), more=TIME)
    summary = thermal.run(case, out=tmp_path).summary
    coils, fans = summary["liquid"]["coils"], sum(row["fan_power_kW"] for row in summary["devices"])
    assert summary["liquid"]["balance"]["run"] < 1e-9
    assert sum(coil["heat_kW"] for coil in coils) == pytest.approx(32.0 + fans, rel=0.01)
    assert [coil["supply_degC"] for coil in coils] == pytest.approx([10.0, 10.0], abs=0.05)


def test_without_its_pump_the_water_takes_nothing(stopped: Result) -> None:
    rows = stopped.summary["liquid"]
    assert rows["balance"]["run"] < 1e-9  # all the heat of the run is found again, in water and outdoors
    for coil in rows["coils"]:
        assert coil["heat_kW"] < 0.5
        assert coil["flow_L_min"] < 1.0


def test_the_room_warms_by_what_its_coils_no_longer_take(stopped: Result) -> None:
    before, after = stopped.summary["time"], stopped.summary["racks"]
    assert before["worst_interval_heat"] < 1e-3
    assert min(rack["outlet_mean_degC"] for rack in after) > 33.0
