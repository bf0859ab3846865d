"""Loops and air in one run: one balance, one answer for any blocks, hardly more iterations, a restart that goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loop.halls import HALL, hall
from thermal.case.build import case_from_text
from thermal.run import simulate

pytestmark = pytest.mark.xdist_group("loop.coupling")  # one worker solves for all of them
LEAKY = (("plates = 112\n", 'plates = 112\nair_conductance = "1 W/K"\n'), ('row = "A"\n', 'row = "A"\nheat_loss = "2 W/(m K)"\n'))


@pytest.fixture(scope="module")
def coupled():
    return simulate(hall(*LEAKY), backend="host", precision="double")


def test_one_balance_over_air_loops_and_outdoors(coupled) -> None:
    liquid = coupled.summary["liquid"]
    balance = liquid["balance"]
    assert coupled.summary["verdict"] == "steady" and liquid["warnings"] == []
    assert balance["loops"] < 1e-10 and balance["interface"] < 1e-10 and balance["whole"] < 1e-10
    assert coupled.summary["balance"]["heat"] < 2e-3
    for rack, row in zip(coupled.racks, liquid["racks"], strict=True):
        left = rack["air_kW"] - (130.0 - row["heat_to_liquid_kW"] + row["pipes_to_air_kW"])
        assert abs(left) < 1e-6 * 130.0
        assert rack["outlet_mean_degC"] - rack["inlet_mean_degC"] == pytest.approx(12.0 * rack["air_kW"] / 19.5, rel=1e-6)
        assert rack["air_kW"] > 19.5 + 2.0  # 112 plates of 1 W/K, some 30 K above the air
    returned = next(row for row in coupled.summary["openings"] if row["name"] == "warm")
    assert returned["temperature_degC"] == pytest.approx(
        25.0 + sum(r["air_kW"] for r in coupled.racks) / (4 * 19.5) * 12.0 / 1.05, abs=0.1
    )


def test_air_and_loops_take_hardly_more_iterations_than_air_alone(coupled) -> None:
    """The same air: its racks give it the heat that the coupled ones end with."""
    alone = HALL[: HALL.index("[[cold_plate]]")] + HALL[HALL.index("[[supply]]") :]
    rack = coupled.racks[0]
    share = 1.0 - sum(row["air_kW"] for row in coupled.racks) / 4 / 130.0
    alone = alone.replace("liquid_share = 0.85", f"liquid_share = {share:.6f}")
    alone = alone.replace('delta_t = "12 K"', f'flow = "{rack["air_flow_m3_s"]:.9f} m3/s"')
    air = simulate(case_from_text(alone), backend="host", precision="double")
    assert coupled.summary["iterations"] <= 1.3 * air.summary["iterations"]


def test_blocks_give_the_same_answer(coupled) -> None:
    cut = simulate(hall(*LEAKY), backend="host", precision="double", blocks=(2, 1, 1))
    for one, other in zip(coupled.racks, cut.racks, strict=True):
        assert one["air_kW"] == pytest.approx(other["air_kW"], rel=1e-6)
        assert one["inlet_mean_degC"] == pytest.approx(other["inlet_mean_degC"], abs=5e-3)


def test_a_stopped_run_goes_on_with_its_loops(coupled, tmp_path: Path) -> None:
    class After:
        """Asks to stop after some looks."""

        def __init__(self, looks: int) -> None:
            self.looks = looks

        def is_set(self) -> bool:
            self.looks -= 1
            return self.looks < 0

    stopped = simulate(hall(*LEAKY), backend="host", precision="double", out=tmp_path / "run", stop=After(20))
    assert stopped.summary["verdict"] == "unfinished"
    resumed = simulate(hall(*LEAKY), backend="host", precision="double", resume=tmp_path / "run")
    assert resumed.summary["verdict"] == "steady"
    for one, other in zip(coupled.racks, resumed.racks, strict=True):
        assert one["air_kW"] == pytest.approx(other["air_kW"], rel=1e-6)
