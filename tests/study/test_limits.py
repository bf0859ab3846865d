"""Limits are judged with the band of a grid study: passed only where they hold with it, and named where the grid cannot tell."""

from __future__ import annotations

from typing import Any

import pytest

from thermal.case.asserts import judge
from thermal.case.model import Limit
from thermal.outcome import closing_lines, exit_code, limit_line
from thermal.output.junit import junit_xml
from thermal.output.report.verdict import headline
from thermal.output.wording import limit_state


def summary(*racks: tuple[str, float, float], answer: bool = True) -> dict[str, Any]:
    """A run with racks of a given hottest inlet and band."""
    rows = [
        {"name": name, "inlet_max_degC": value, "inlet_mean_degC": value - 1.0, "outlet_mean_degC": value + 11.0}
        for name, value, _ in racks
    ]
    study_racks = [
        {
            "name": name,
            **{
                key: {"band_K": band, "kind": "monotone", "order": 1.0, "values_degC": [25.0, 25.5, value]}
                for key in ("inlet_mean", "inlet_max")
            },
        }
        for name, value, band in racks
    ]
    grids = [{"cells": 100, "cell_m": 0.3, "verdict": "steady", "iterations": 10, "seconds": 0.1}] * 3
    study = {
        "answer": answer,
        "reason": "" if answer else "grid 1 of 3 gave no answer",
        "grids": grids,
        "racks": study_racks if answer else [],
    }
    return {
        "case": "hall", "verdict": "steady", "iterations": 10, "cells": 100, "balance": {"heat": 0.001, "mass": 1e-6},
        "racks": rows, "grid_study": study,
    }  # fmt: skip


def judged(
    given: dict[str, Any], what: str = "rack.*.inlet_max", low: float | None = None, high: float | None = 300.15
) -> dict[str, Any]:
    """The first row of the judgement of one limit, 27 degC at most by default."""
    given["asserts"] = judge([Limit("inlets", what, low, high, "", "case.toml:9")], given)
    return given["asserts"][0]


@pytest.mark.parametrize(
    ("value", "band", "state", "code"),
    [
        (26.0, 0.5, "holds", 0),
        (26.8, 0.5, "uncertain", 1),
        (27.2, 0.5, "uncertain", 1),
        (27.8, 0.5, "fails", 1),
        (26.5, 0.5, "holds", 0),
    ],
)
def test_the_band_decides(value, band, state, code) -> None:
    """Below by more than the band, within it, beyond by less, beyond by more; and just at the limit."""
    given = summary(("A1", value, band), ("A2", 20.0, 0.1))
    row = judged(given)
    assert limit_state(row) == state
    assert (row["object"], row["value"], row["band"]) == ("A1", value, band)
    assert row["passed"] == (state == "holds") and row["certain"] == (state != "uncertain")
    assert exit_code(given) == code


@pytest.mark.parametrize(("value", "state"), [(19.0, "holds"), (18.3, "uncertain"), (17.7, "uncertain"), (17.0, "fails")])
def test_lower_limits_too(value, state) -> None:
    row = judged(summary(("A1", value, 0.5), ("A2", 25.0, 0.1)), low=291.15, high=None)
    assert (limit_state(row), row["object"], row["value"]) == (state, "A1", value)


def test_the_rack_that_surely_fails_is_the_one_that_is_named() -> None:
    """Not the one whose wide band reaches farthest."""
    row = judged(summary(("A1", 26.0, 5.0), ("A2", 27.6, 0.1)))
    assert (row["object"], limit_state(row), row["failed"]) == ("A2", "fails", 2)
    row = judged(summary(("A1", 26.0, 5.0), ("A2", 26.5, 0.1)))
    assert (row["object"], limit_state(row), row["failed"]) == ("A1", "uncertain", 1)
    assert "band" in row["reason"]


def test_swings_and_bands_add() -> None:
    """The worst moment of an unsteady run, and the band beyond it."""
    given = summary(("A1", 26.0, 0.5))
    given["racks"][0]["inlet_swing_K"] = 0.4
    assert judged(given)["value"] == pytest.approx(26.4)
    given["racks"][0]["inlet_swing_K"] = 0.6
    assert limit_state(judged(given)) == "uncertain"


def test_an_outlet_has_the_band_of_its_inlet_and_other_numbers_none() -> None:
    given = summary(("A1", 26.0, 0.5))
    assert judged(given, "rack.*.outlet_mean", high=310.15)["band"] == 0.5
    for what in ("rack.*.air_flow", "balance.heat"):
        given["racks"][0]["air_flow_m3_s"] = 1.0
        assert "band" not in judged(given, what, high=3.0)


def test_without_a_study_nothing_changes() -> None:
    given = summary(("A1", 26.8, 0.5))
    del given["grid_study"]
    row = judged(given)
    assert row["passed"] and "band" not in row and "certain" not in row and exit_code(given) == 0


def test_a_study_without_an_answer_is_no_answer() -> None:
    """Whatever its finest grid says of the limits."""
    given = summary(("A1", 20.0, 0.5), answer=False)
    assert judged(given)["passed"] and exit_code(given) == 3
    assert headline(given)["mood"] == "none" and "grid 1 of 3" in headline(given)["detail"]
    assert "NO BAND: grid 1 of 3 gave no answer" in "\n".join(closing_lines(given, "x"))
    assert 'message="no answer: grid study"' in junit_xml([given]).decode()


def test_every_window_says_that_the_grid_cannot_tell() -> None:
    """Terminal, CI and the report's banner."""
    given = summary(("A1", 26.8, 0.5))
    judged(given)
    assert "limit NOT CERTAIN: inlets is 26.8 +- 0.50 degC at A1, at most 27 degC" in "\n".join(closing_lines(given, "x"))
    assert 'type="grid-uncertainty"' in junit_xml([given]).decode()
    banner = headline(given)
    assert banner["mood"] == "none" and "within the grid's uncertainty" in banner["words"]
    given = summary(("A1", 29.0, 0.5))
    judged(given)
    assert headline(given)["mood"] == "bad" and 'type="limit"' in junit_xml([given]).decode()


def test_a_limit_on_a_loop_says_that_it_has_no_band() -> None:
    """Bands are those of rack inlets: a chip's margin is judged as it is, and everybody is told."""
    run = summary(("A1", 26.0, 0.3)) | {"liquid": {"racks": [{"name": "A1", "margin_K": 8.0}]}}
    limits = [Limit("chips", "liquid.rack.*.margin", 5.0, None, "", "case.toml:1"),
              Limit("inlets", "rack.*.inlet_max", None, 300.15, "", "case.toml:2")]  # fmt: skip
    chips, inlets = judge(limits, run)[:2]
    assert chips["passed"] and "without a band" in chips["note"] and "note" not in inlets
    run["asserts"] = [chips, inlets]
    assert b"<system-out>judged without a band" in junit_xml([run])
    assert "(judged without a band" in limit_line(chips)
    assert "note" not in judge(limits, {key: value for key, value in run.items() if key != "grid_study"})[0]
