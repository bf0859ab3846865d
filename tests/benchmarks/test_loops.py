"""The hall of loops that the benchmarks time: its tables, a short day of it, and a load trace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.loops import day_without_trace, read_trace, time_day, time_flows
from thermal.loop.rule import RACK, loop_hall
from thermal.loop.steady import solve
from thermal.loop.tables import read_network
from thermal.loop.write import write_tables


@pytest.mark.parametrize("facility", [False, True])
def test_tables_of_a_hall_give_the_hall(tmp_path: Path, facility: bool) -> None:
    network = loop_hall(9, 4, facility)
    write_tables(network, tmp_path)
    again = read_network(tmp_path / "links.csv", tmp_path / "nodes.csv")
    assert {name: link.law for name, link in again.links.items()} == {name: link.law for name, link in network.links.items()}
    a, b = solve(network), solve(again)
    np.testing.assert_allclose(list(a.flow.values()), list(b.flow.values()), rtol=1e-13)
    np.testing.assert_allclose(list(a.temperature.values()), list(b.temperature.values()), rtol=1e-9)
    assert a.balance["defect"] < 1e-10


def test_every_cdu_of_a_hall_has_the_same_flows_in_few_rounds() -> None:
    answer = solve(loop_hall(70, 3))  # more than one block of a batch
    pumps = [q for name, q in answer.flow.items() if name.endswith("_PUMP")]
    assert len(pumps) == 70 and max(pumps) == min(pumps)
    assert answer.rounds <= 12
    assert time_flows(loop_hall(2, 2), "colebrook", "host", repeats=1)[1] <= 12


def test_a_hall_with_its_facility_closes_and_gives_all_heat_to_the_coolers() -> None:
    """Ten CDUs on a ring with two pump stations: loops and ring are one system; what the racks give the coolers take."""
    network = loop_hall(10, 3, facility=True)
    answer = solve(network)
    assert answer.balance["defect"] < 1e-10 and answer.mass_defect < 1e-10
    assert answer.balance["taken_W"] == pytest.approx(30 * RACK, rel=1e-9)
    assert answer.balance["exchanged_W"] == pytest.approx(30 * RACK, rel=1e-9)
    assert 304.0 < answer.temperature["c3_S_OUT"] < 320.0
    row = time_day(network, 10, 3, 60.0, 0.5, (np.array([0.0, 86400.0]), np.full((2, 10), 3 * RACK)), "host")
    assert row["defect"] < 1e-10 and row["outlet_degC"] == pytest.approx(max(answer.outlet.values()) - 273.15, abs=1e-6)


def test_an_hour_of_a_trace_keeps_its_heat(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(
        "# kW by CDU\ntime_s,cdu01_kW,cdu02_kW,wet_bulb\n" + "".join(f"{15 * n},{400 + n},{500 - n},5\n" for n in range(300))
    )
    seconds, watts = read_trace(path)
    assert watts.shape == (300, 2) and watts[3].tolist() == [403e3, 497e3] and seconds[1] == 15.0
    row = time_day(loop_hall(3, 4), 3, 4, 60.0, 1.0, (seconds, watts), "host")
    assert row["steps"] == 60 and row["flow_solutions"] == 1 and row["defect"] < 1e-10
    last = {f"c0_RACK{n}": 636e3 / 4 for n in range(4)}  # the first CDU in the last minute, and what that comes to at rest
    resting = solve(loop_hall(3, 4).with_links(heat=last))
    assert row["outlet_degC"] == pytest.approx(max(resting.outlet.values()) - 273.15, abs=0.2)
    assert day_without_trace(3, 4)[1].shape == (144, 3)
