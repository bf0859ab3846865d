"""Limits on the loops: paths of two words, names from the liquid tables, the worst object, mistakes told by line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.loop.halls import hall
from thermal.case.asserts import judge
from thermal.case.liquid_asserts import BALANCE, LIQUID
from thermal.case.model import Limit
from thermal.errors import CaseErrors

LOOPS: dict[str, Any] = {
    "liquid": {
        "racks": [{"name": "A1", "margin_K": 12.0}, {"name": "A2", "margin_K": 9.0}],
        "cdus": [{"name": "cdu", "supply_degC": 40.0, "flow_L_min": 900.0}],
        "balance": {"whole": 1e-12},
    }
}

IN_TIME = {"time_to_limit_s", "run"}  # only of runs in time: tests/loop/test_loops_in_time.py


def judged(what: str, low: float | None = None, high: float | None = None, summary: Any = LOOPS) -> dict[str, Any]:
    return judge([Limit("x", what, low, high, "", "case.toml:1")], summary)[0]


def limit(what: str, bound: str) -> str:
    return f'\n[[assert]]\nwhat = "{what}"\n{bound}\n'


def test_the_rack_with_the_least_margin_is_named() -> None:
    row = judged("liquid.rack.*.margin", low=10.0)
    assert not row["passed"] and (row["object"], row["value"], row["limit"], row["unit"]) == ("A2", 9.0, 10.0, "K")
    assert judged("liquid.rack.A1.margin", low=10.0)["passed"]


def test_units_of_a_loop() -> None:
    assert judged("liquid.cdu.cdu.supply", high=313.15)["passed"]
    assert judged("liquid.cdu.*.flow", low=0.015)["passed"] and not judged("liquid.cdu.*.flow", low=0.0151)["passed"]
    assert judged("liquid.balance.whole", high=1e-9)["passed"]


@pytest.mark.parametrize("what", ["liquid.rack.*.margin", "liquid.balance.whole", "liquid.cooler.*.fan_speed"])
def test_a_hall_without_loops_passes_nothing(what: str) -> None:
    assert not judged(what, high=1e9, summary={"racks": []})["passed"]


def test_limits_of_a_case_are_read() -> None:
    limits = hall(
        more=limit("liquid.rack.*.margin", 'min = "5 K"') + limit("liquid.cooler.dry.fan_power", 'max = "40 kW"')
    ).limits
    assert [(one.what, one.low, one.high) for one in limits[-2:]] == [
        ("liquid.rack.*.margin", 5.0, None), ("liquid.cooler.dry.fan_power", None, 40e3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "bound", "words"),
    [
        ("liquid.cdu.cdx.supply", 'max = "41 degC"', 'no liquid.cdu "cdx"'),
        ("liquid.cdu.cdu.suply", 'max = "41 degC"', "liquid.cdu.NAME."),
        ("liquid.pump.cdu.speed", "max = 1", "liquid.rack..."),
        ("liquid", "max = 1", "liquid.rack..."),
        ("liquid.chiller.*.power", 'max = "1 kW"', "this case has no liquid.chiller"),
        ("liquid.rack.*.margin", 'min = "5 degC"', "a temperature difference"),
    ],
)
def test_mistakes_are_told(what: str, bound: str, words: str) -> None:
    with pytest.raises(CaseErrors) as caught:
        hall(more=limit(what, bound))
    assert words in "\n".join(str(error) for error in caught.value.errors)


def test_every_number_is_in_the_result(settled: dict[str, Any]) -> None:
    for key, numbers, _ in LIQUID.values():
        for row in settled[key.removeprefix("liquid.")]:
            assert {number.key for number in numbers.values()} - IN_TIME <= set(row)
    assert {number.key for number in BALANCE.values()} - IN_TIME <= set(settled["balance"])


@pytest.fixture(scope="module")
def settled() -> dict[str, Any]:
    """The loops of a small hall at rest with air of 25 degC."""
    import numpy as np

    from thermal.couple import couple
    from thermal.output.liquid import liquid_rows

    case = hall()
    coupling = couple(case)
    coupling.exchange(np.full(len(case.racks), 298.15 - case.air.reference_temperature))
    return liquid_rows(coupling)["liquid"]
