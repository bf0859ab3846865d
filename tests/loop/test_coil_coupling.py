"""Coils, loops and air in one run: one balance, no more iterations than with given water, the same answer from a restart."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.loop.coil_halls import ROOM
from tests.loop.halls import HALL
from thermal.case.build import case_from_text
from thermal.run import simulate

COARSE = ROOM.replace('cell = "0.2 m"', 'cell = "0.4 m"')
GIVEN = COARSE[: COARSE.index("[[facility_loop]]")].replace('loop = "chilled"', 'water_temperature = "10 degC"')
GIVEN = GIVEN.replace(', water_loss = "40 kPa"', "")


@pytest.fixture(scope="module")
def coupled():
    return simulate(case_from_text(COARSE), backend="host", precision="double")


def test_what_leaves_the_air_enters_the_loop_and_goes_outdoors(coupled) -> None:
    liquid, devices = coupled.summary["liquid"], coupled.summary["devices"]
    balance = liquid["balance"]
    assert coupled.summary["verdict"] == "steady" and liquid["warnings"] == []
    assert balance["interface"] < 1e-6 and balance["loops"] < 1e-10 and balance["whole"] < 1e-6
    fans = sum(row["fan_power_kW"] for row in devices)
    assert balance["coils_kW"] == pytest.approx(32.0 + fans, rel=1e-3)  # what 4 racks of 8 kW and the fans give
    for device, coil in zip(devices, liquid["coils"], strict=True):
        assert device["heat_kW"] == pytest.approx(coil["heat_kW"], rel=1e-6)
        assert device["air_out_degC"] == pytest.approx(18.0, abs=0.02)
        assert (device["loop"], device["water_out_degC"]) == ("chilled", coil["return_degC"])


def test_effectiveness_is_that_of_the_reported_flows(coupled) -> None:
    """Counter flow, Incropera & DeWitt 2002, eq. 11.29a, with water of 4.196 MJ/(m3 K)."""
    air = coupled.case.air
    for row in coupled.summary["liquid"]["coils"]:
        streams = air.density * air.heat_capacity * row["air_flow_m3_s"], 4.196e6 * row["flow_L_min"] / 60e3
        least, most = min(streams), max(streams)
        left = math.exp(-4e3 / least * (1.0 - least / most))
        heat = (1.0 - left) / (1.0 - least / most * left) * least * (row["air_in_degC"] - row["supply_degC"])
        assert row["heat_kW"] == pytest.approx(heat / 1e3, rel=2e-3)


def test_loops_take_no_more_iterations_than_given_water(coupled) -> None:
    alone = simulate(case_from_text(GIVEN), backend="host", precision="double")
    assert coupled.summary["iterations"] <= 1.3 * alone.summary["iterations"]
    for one, other in zip(coupled.summary["devices"], alone.summary["devices"], strict=True):
        assert one["heat_kW"] == pytest.approx(other["heat_kW"], rel=1e-3)


def test_a_stopped_run_goes_on_with_its_coils(coupled, tmp_path: Path) -> None:
    class After:
        """Asks to stop after some looks."""

        looks = 15

        def is_set(self) -> bool:
            self.looks -= 1
            return self.looks < 0

    case = case_from_text(COARSE)
    stopped = simulate(case, backend="host", precision="double", out=tmp_path / "run", stop=After())
    assert stopped.summary["verdict"] == "unfinished"
    resumed = simulate(case, backend="host", precision="double", resume=tmp_path / "run")
    for one, other in zip(coupled.summary["liquid"]["coils"], resumed.summary["liquid"]["coils"], strict=True):
        assert one["heat_kW"] == pytest.approx(other["heat_kW"], rel=1e-6)


HUMID = HALL.replace('cell = "0.2 m"', 'cell = "0.4 m"').replace(
    'temperature = "25 degC"\n', 'temperature = "25 degC"\nhumidity = "12 g/kg"\n'
)
STEAM = '[[humidifier]]\nname = "steam"\nmoisture = "{rate} kg/h"\nsupply = "cold"\n'


@pytest.fixture(scope="module", params=[0.0, 900.0])
def humid(request):
    """Dew point 16.8 degC from the supply, and far above the coolant with 900 kg/h of steam in it."""
    more = STEAM.format(rate=request.param) if request.param else ""
    return request.param, simulate(case_from_text(HUMID + more), backend="host", precision="double")


def test_computed_humidity_guards_the_supply(humid) -> None:
    """By hand: w = 12 g/kg + steam/(rho q), dew point of it after ASHRAE; the CDU keeps 2 K above it."""
    from thermal.fluids import moist_air

    steam, result = humid
    cdu, racks = result.summary["liquid"]["cdus"][0], result.summary["liquid"]["racks"]
    air = result.case.air
    flow = next(row["flow_m3_s"] for row in result.summary["openings"] if row["name"] == "cold")
    ratio = 0.012 + steam / 3600.0 / (air.density * flow)
    dew_point = float(moist_air.dew_point(ratio, air.pressure)) - 273.15
    for rack in racks:
        assert rack["dew_point_from"] == "humidity field"
        assert rack["dew_point_degC"] == pytest.approx(dew_point, abs=0.05)
        assert rack["dew_point_margin_K"] == pytest.approx(rack["supply_degC"] - rack["dew_point_degC"], abs=1e-9)
    assert cdu["supply_degC"] == pytest.approx(max(40.0, dew_point + 2.0), abs=0.06)
    assert cdu["dew_point_margin_K"] > 1.95
    balance = result.summary["liquid"]["balance"]
    assert balance["loops"] < 1e-10 and balance["whole"] < 1e-6
