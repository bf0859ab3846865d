"""Limits: paths, units, worst objects, and everything that must not pass by being absent."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.case.texts import VALID, edited
from thermal.case.asserts import judge
from thermal.case.build import case_from_text
from thermal.case.model import Limit


def summary(**changes: Any) -> dict[str, Any]:
    rack = {"power_kW": 5.0, "air_kW": 5.0, "liquid_kW": 0.0, "air_flow_m3_s": 0.35, "outlet_mean_degC": 33.0}
    return {
        "balance": {"heat": 0.002, "mass": 1e-5},
        "cells": 1000,
        "racks": [
            {"name": "A1", "inlet_mean_degC": 21.0, "inlet_max_degC": 22.0, **rack},
            {"name": "A2", "inlet_mean_degC": 23.0, "inlet_max_degC": 26.0, **rack},
            {"name": "B1", "inlet_mean_degC": 21.5, "inlet_max_degC": 23.0, **rack},
        ],
        "openings": [{"name": "tiles", "kind": "supply", "flow_m3_s": 0.75, "temperature_degC": 20.0}],
        "indices": {"rci_high_percent": 96.0, "rti_percent": None},
        "memory_MB": 12.5,
        **changes,
    }


def limit(what: str, low: float | None = None, high: float | None = None) -> Limit:
    return Limit("x", what, low, high, "", "case.toml:1")


def first(what: str, low: float | None = None, high: float | None = None, **changes: Any) -> dict[str, Any]:
    return judge([limit(what, low, high)], summary(**changes))[0]


def test_the_worst_object_is_named() -> None:
    row = first("rack.*.inlet_max", high=300.15)
    assert row["passed"] and row["object"] == "A2" and row["value"] == 26.0 and row["limit"] == 27.0 and row["unit"] == "degC"
    row = first("rack.*.inlet_max", high=295.65)
    assert not row["passed"] and row["object"] == "A2" and row["failed"] == 2


def test_equal_to_the_limit_passes() -> None:
    assert first("rack.*.inlet_max", high=299.15)["passed"]


def test_one_rack_and_one_row() -> None:
    assert first("rack.A1.inlet_mean", high=294.15)["passed"]
    assert first("rack.A*.inlet_max", high=299.15)["object"] == "A2"
    assert first("rack.B*.inlet_max", high=299.15)["object"] == "B1"


def test_lower_limits() -> None:
    row = first("rack.*.inlet_mean", low=294.65)
    assert not row["passed"] and row["object"] == "A1" and row["bound"] == "min"


def test_both_bounds_make_two_rows() -> None:
    rows = judge([limit("rack.*.inlet_mean", 290.0, 300.0)], summary())
    assert [(row["bound"], row["passed"]) for row in rows[:2]] == [("max", True), ("min", True)]


def test_units_of_the_summary() -> None:
    assert first("rack.*.power", high=5e3)["passed"]
    assert first("index.rci_high", low=0.95)["limit"] == 95.0
    assert first("index.rci_high", low=0.95)["passed"]
    assert first("supply.tiles.flow", low=0.7)["passed"]
    assert first("cells", high=1000.0)["passed"]
    assert not first("summary.memory_MB", high=12.0)["passed"]


@pytest.mark.parametrize("bad", [math.nan, math.inf, None, "27", True])
def test_what_is_no_number_fails(bad: Any) -> None:
    racks = [{"name": "A1", "inlet_max_degC": 20.0}, {"name": "A2", "inlet_max_degC": bad}]
    row = first("rack.*.inlet_max", high=300.15, racks=racks)
    assert not row["passed"] and row["object"] == "A2" and row["value"] is None and row["reason"] == "not a finite number"


@pytest.mark.parametrize(
    "what", ["rack.C1.inlet_max", "rack.*.nothing", "nothing", "summary.nothing", "index.rti", "return.*.flow", ""]
)
def test_a_limit_on_nothing_fails(what: str) -> None:
    row = first(what, high=1e9)
    assert not row["passed"] and row["value"] is None


def test_a_limit_without_bounds_fails() -> None:
    assert not first("rack.*.inlet_max")["passed"]


def test_an_unsteady_run_is_judged_at_its_worst() -> None:
    racks = [{"name": "A1", "inlet_mean_degC": 26.0, "inlet_swing_K": 1.5}]
    row = first("rack.*.inlet_mean", high=300.15, racks=racks)
    assert not row["passed"] and row["value"] == 27.5


def test_balances_are_limits_of_every_run() -> None:
    rows = {row["name"]: row for row in judge([], summary())}
    assert rows["heat-balance"]["passed"] and rows["mass-balance"]["passed"]
    rows = {row["name"]: row for row in judge([], summary(balance={"heat": 0.02, "mass": math.nan}))}
    assert not rows["heat-balance"]["passed"] and not rows["mass-balance"]["passed"]
    assert not any(row["passed"] for row in judge([], {}))


def test_from_a_case_file() -> None:
    case = case_from_text(VALID)
    (one,) = case.limits
    assert (one.name, one.what, one.low) == ("inlets", "rack.*.inlet_max", None)
    assert one.high == pytest.approx(300.15) and one.text == "max 27 degC" and one.source == "case.toml:67"
    row = judge(case.limits, summary())[0]
    assert row["limit"] == 27.0


def test_summary_paths_take_bare_numbers() -> None:
    assert case_from_text(edited(('"rack.*.inlet_max"', '"summary.memory_MB"'), ('"27 degC"', "100"))).limits[0].high == 100.0


def test_names_with_dots() -> None:
    text = edited(
        ('name = "tiles"', 'name = "tiles.east"'), ('"rack.*.inlet_max"', '"supply.tiles.east.flow"'), ('"27 degC"', '"5 m3/s"')
    )
    assert judge(case_from_text(text).limits, summary(openings=[{"name": "tiles.east", "kind": "supply", "flow_m3_s": 1.0}]))[0][
        "passed"
    ]
