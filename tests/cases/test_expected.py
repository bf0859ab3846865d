"""Every shipped case reaches the numbers of its expected.toml: the small one always, the halls among the slow tests."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import thermal
from tests.cases.expected import Expectation, lookup, read_expectations, runs_of, with_settings

CASES = Path(__file__).resolve().parents[2] / "cases"
FAST = {("tiny-hall", "as shipped")}  # within the budget of the default run


def shipped_runs() -> list:
    """(folder, settings, rows) of every run that an expected.toml speaks of."""
    found = []
    for folder in sorted(path.parent for path in CASES.glob("*/case.toml")):  # liquid networks: test_liquid_networks.py
        for settings, rows in runs_of(read_expectations(folder)):
            label = ", ".join(f"{key} {value}" for key, value in settings.items()) or "as shipped"
            marks = () if (folder.name, label) in FAST else (pytest.mark.slow, pytest.mark.timeout(3600))
            found.append(pytest.param(folder, settings, rows, id=f"{folder.name}, {label}", marks=marks))
    return found


@pytest.mark.parametrize(("folder", "settings", "rows"), shipped_runs())
def test_a_shipped_case_reaches_its_expected_values(folder, settings, rows, tmp_path) -> None:
    case = with_settings(thermal.load(folder), settings)
    result = thermal.run(case, out=tmp_path / "record")
    assert result.summary["verdict"] in ("steady", "unsteady", "complete"), result.summary.get("verdict_text")
    complaints = [line for row in rows for line in row.complaints(result.summary)]
    assert not complaints, "\n".join(complaints)


SUMMARY = {
    "verdict": "steady",
    "racks": [{"name": "A1", "inlet": 20.0, "outlet": 32.0}, {"name": "B1", "inlet": 21.0, "outlet": 33.5}],
    "balance": {"heat": math.nan},
}


@pytest.mark.parametrize(
    ("row", "count"),
    [
        (Expectation("racks.*.inlet", 20.0, 0.5, "degC", "t"), 1),
        (Expectation("racks.A?.inlet", 20.0, 0.0, "degC", "t"), 0),
        (Expectation("racks.*.inlet", 20.5, 0.0, "degC", "t", "mean"), 0),
        (Expectation("racks.*.inlet", 41.0, 0.0, "degC", "t", "sum"), 0),
        (Expectation("racks.*.outlet - racks.*.inlet", 12.0, 0.1, "K", "t"), 1),
        (Expectation("racks.A1.inlet - racks.*.inlet", 0.0, 9.0, "K", "t"), 1),
        (Expectation("racks.C1.inlet", 20.0, 9.0, "degC", "t"), 1),
        (Expectation("balance.heat", 0.0, 9.0, "-", "t"), 1),
        (Expectation("verdict", "steady", 0, "-", "t"), 0),
        (Expectation("verdict", "unsteady", 0, "-", "t"), 1),
    ],
)
def test_expectations_find_what_is_wrong(row: Expectation, count: int) -> None:
    assert len(row.complaints(SUMMARY)) == count


def test_lookup_names_what_it_found() -> None:
    assert [name for name, _ in lookup(SUMMARY, "racks.*.inlet")] == ["racks.A1.inlet", "racks.B1.inlet"]


def test_a_row_may_belong_to_a_disturbed_run_in_time() -> None:
    case = with_settings(
        thermal.load("tiny-hall"), {"end": "290 s", "average_from": "170 s", "idle": "rack.A*", "scheme": "upwind"}
    )
    assert case.time is not None and case.flow.velocity_scheme == "upwind"
    assert (case.time.start, case.time.end, case.time.average_from) == ("rest", 290.0, 170.0)
    power = case.racks[0].power
    assert [(one.object, one.quantity, one.value) for one in case.events] == [
        ("rack.A*", "power", 0.0),
        ("rack.A*", "power", power),
    ]
    with pytest.raises(KeyError, match="idle"):
        with_settings(thermal.load("tiny-hall"), {"idle": "rack.A*"})
