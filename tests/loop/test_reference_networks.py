"""L1 and L2 as EPANET and pandapipes have solved them: flows, pressures, and the outlets of racks in closed form."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import thermal
from tests.cases.expected import read_expectations
from thermal.loop.command import summary
from thermal.loop.steady import Answer
from thermal.units import ZERO_CELSIUS

CASES = Path(__file__).resolve().parents[2] / "cases"
FOLDERS = ("loop-one-cdu", "loop-hall")
STILL = 1e-9  # m3/s: links of a symmetric ring that carry nothing but round-off


def answer_of(folder: str, friction: str = "swamee-jain", backend: str = "host") -> Answer:
    """The answer of a shipped network."""
    network = thermal.read_network(CASES / folder / "links.csv", CASES / folder / "nodes.csv")
    return thermal.solve_network(network, friction=friction, backend=backend)


def stored(folder: str, table: str) -> dict[str, float]:
    """Name -> number of a stored answer."""
    with open(CASES / folder / table, encoding="utf-8", newline="") as file:
        return {name: float(value) for name, value in list(csv.reader(file))[1:]}


def farthest(found: dict[str, float], wanted: dict[str, float]) -> float:
    """Largest relative difference of links that carry something."""
    assert set(found) == set(wanted)
    return max(abs(found[name] / q - 1.0) for name, q in wanted.items() if abs(q) > STILL)


@pytest.mark.parametrize("folder", FOLDERS)
def test_flows_and_pressures_of_both_programs(folder: str) -> None:
    answer = answer_of(folder)
    assert farthest(answer.flow, stored(folder, "pandapipes-links.csv")) < 1e-6
    assert farthest(answer.flow, stored(folder, "epanet-links.csv")) < 1e-4
    pressures = stored(folder, "pandapipes-nodes.csv")
    assert max(abs(answer.pressure[name] - p) for name, p in pressures.items()) < 0.01  # Pa of 2e5; the table has four decimals
    assert answer.mass_defect < 1e-10 and answer.balance["defect"] < 1e-10
    assert answer.rounds <= 12


@pytest.mark.parametrize("folder", FOLDERS)
def test_rack_outlets_in_closed_form(folder: str) -> None:
    answer, flows = answer_of(folder), stored(folder, "pandapipes-links.csv")
    racks = [name for name in flows if "RACK" in name]
    assert len(racks) in (8, 80)
    for name in racks:
        wanted = 40.0 + 130000.0 / (1007.74 * flows[name] * 3972.0)
        assert abs(answer.outlet[name] - ZERO_CELSIUS - wanted) < 0.002


@pytest.mark.parametrize("folder", FOLDERS)
def test_expected_values(folder: str) -> None:
    network = thermal.read_network(CASES / folder / "links.csv", CASES / folder / "nodes.csv")
    found = summary(network, answer_of(folder))
    complaints = [line for row in read_expectations(CASES / folder) for line in row.complaints(found)]
    assert not complaints, "\n".join(complaints)


def test_colebrook_moves_flows_by_what_the_reference_says() -> None:
    """An independent solver found 5.7e-5 (L1) and 7.5e-5 (L2) between the two friction laws."""
    for folder, wanted in (("loop-one-cdu", 5.7e-5), ("loop-hall", 7.5e-5)):
        moved = farthest(answer_of(folder, "colebrook").flow, stored(folder, "pandapipes-links.csv"))
        assert moved == pytest.approx(wanted, rel=0.03)


def test_the_twins_give_the_same_answer() -> None:
    host, twin = answer_of("loop-one-cdu"), answer_of("loop-one-cdu", backend="numpy")
    for name in ("flow", "pressure", "temperature", "outlet"):
        a, b = (np.array(list(getattr(one, name).values())) for one in (host, twin))
        np.testing.assert_allclose(a, b, rtol=1e-12)
