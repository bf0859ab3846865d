"""Indices against numbers worked by hand from the papers' formulas."""

from __future__ import annotations

import numpy as np
import pytest

from tests.output.synthetic import MadeUp
from thermal.output.ashrae import CLASSES
from thermal.output.fields import Front
from thermal.output.indices import (
    rack_cooling_index_high,
    rack_cooling_index_low,
    return_heat_index,
    return_temperature_index,
    supply_heat_index,
)
from thermal.output.summary import index_row, rack_row


def test_rack_cooling_index_by_hand() -> None:
    a1, a2, h1 = CLASSES["A1"], CLASSES["A2"], CLASSES["H1"]
    assert rack_cooling_index_high([20.0, 27.0], a2) == 100.0
    # Every intake at the allowable maximum: the definition's zero point.
    assert rack_cooling_index_high([32.0, 32.0, 32.0], a1) == pytest.approx(0.0)
    assert rack_cooling_index_low([10.0, 10.0], a2) == pytest.approx(0.0)
    # One of four 2 K over, range 8 K: 1 - 2/(8 * 4).
    assert rack_cooling_index_high([22.0, 24.0, 26.0, 29.0], a2) == pytest.approx(93.75)
    # H1: recommended to 22, allowable to 25: 1 - (1 + 2)/(3 * 3).
    assert rack_cooling_index_high([20.0, 23.0, 24.0], h1) == pytest.approx(100.0 * (1 - 3 / 9))
    # Below 18, allowable from 5: 1 - 1/(13 * 2).
    assert rack_cooling_index_low([17.0, 20.0], h1) == pytest.approx(100.0 * (1 - 1 / 26))


def test_supply_heat_by_hand() -> None:
    # Two racks, the second with twice the flow: (1*1 + 2*3)/(1*13 + 2*13).
    assert supply_heat_index([21.0, 23.0], [33.0, 33.0], [1.0, 2.0], 20.0) == pytest.approx(7 / 39)
    assert return_heat_index([21.0, 23.0], [33.0, 33.0], [1.0, 2.0], 20.0) == pytest.approx(32 / 39)
    assert supply_heat_index([20.0], [32.0], [1.0], 20.0) == 0.0


def test_return_temperature_by_hand() -> None:
    assert return_temperature_index(20.0, 32.0, 12.0) == pytest.approx(100.0)
    assert return_temperature_index(20.0, 29.6, 12.0) == pytest.approx(80.0)  # a fifth of the air bypasses
    assert return_temperature_index(20.0, 35.0, 12.0) == pytest.approx(125.0)  # recirculation


@pytest.mark.parametrize("call", [
    lambda: rack_cooling_index_high([], CLASSES["A1"]),
    lambda: rack_cooling_index_low([np.nan], CLASSES["A1"]),
    lambda: return_temperature_index(20.0, 30.0, 0.0),
    lambda: supply_heat_index([20.0], [20.0], [1.0], 20.0),
])  # fmt: skip
def test_meaningless_input_is_refused(call: object) -> None:
    with pytest.raises(ValueError):
        call()  # type: ignore[operator]


def test_altitude_lowers_the_allowable_maximum() -> None:
    assert CLASSES["A2"].allowable_high_at(900.0) == 35.0
    assert CLASSES["A2"].allowable_high_at(1500.0) == pytest.approx(33.0)
    assert CLASSES["A3"].allowable_high_at(1250.0) == pytest.approx(38.0)


def test_rack_row_weights_by_area(result: MadeUp) -> None:
    rack = result.case.racks[0]
    x, y = 0.9, 1.8
    front = Front(
        np.array([[x, y, 0.2], [x, y, 1.1], [x, y, 2.1]]), np.array([1.0, 1.0, 2.0]), np.array([293.15, 295.15, 299.15])
    )
    row = rack_row(rack, front, 310.15, 0.3)
    assert row["inlet_mean_degC"] == pytest.approx((20 + 22 + 52) / 4)
    assert (row["inlet_bottom_degC"], row["inlet_middle_degC"], row["inlet_top_degC"]) == pytest.approx((20.0, 22.0, 26.0))
    assert row["inlet_max_degC"] == pytest.approx(26.0) and row["outlet_mean_degC"] == pytest.approx(37.0)


def test_indices_without_meaning_are_none() -> None:
    assert set(index_row([], [], "A2").values()) == {"A2", None}
