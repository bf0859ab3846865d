"""A fan in a duct: its curve meets the system's, whatever it meets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.flow.halls import start
from tests.movers.ducts import SIZE, device, duct, fan_body, flow_of, rise_of, settled, sheet_resistance
from thermal.case.model import Box
from thermal.movers.curve import quadratic_curve, table_curve

BOX = Box((0.6, 0.0, 0.0), (1.4, SIZE[1], SIZE[2]))
FAN = quadratic_curve(120.0, 3.0)
STANDARD = 1.19 / 1.2  # the ducts' air over standard air: pressures that outside air makes follow density, as fans do


@pytest.mark.parametrize("loss", [0.0, 2.0, 30.0, 400.0, 1e5])
def test_the_curve_meets_the_system(loss: float) -> None:
    """Within 0.01 %, from free blowing to next to nothing: the system is the sheet and the head that air from rest costs."""
    flow, iterations = settled(duct(fan_body(FAN, BOX), loss))
    assert flow_of(flow) == pytest.approx(FAN.meets(sheet_resistance(loss + 1.0, 1.2)), rel=1e-4)
    assert iterations <= 160


def test_a_table_at_reduced_speed_with_a_resistance_of_its_own() -> None:
    curve = table_curve((0.0, 0.5, 1.0, 1.6, 2.2), (160.0, 150.0, 120.0, 60.0, 0.0))
    flow, _ = settled(duct(fan_body(curve, BOX, resistance=20.0, speed=0.7), 5.0))
    assert flow_of(flow) == pytest.approx(curve.meets(20.0 + sheet_resistance(6.0, 1.2), 0.7), rel=1e-4)


def test_a_fan_that_blows_against_its_shutoff_pressure_is_dead_headed() -> None:
    flow, iterations = settled(duct(fan_body(FAN, BOX), 5.0, (0.0, 120.0 * STANDARD)))
    assert abs(flow_of(flow)) < 1e-4 * FAN.flows[-1]
    assert rise_of(flow) == pytest.approx(120.0, rel=1e-6)
    assert iterations <= 60


@pytest.mark.parametrize("against", [121.0, 300.0])
def test_a_fan_that_meets_more_runs_backwards(against: float) -> None:
    """p0 + c q^2 + (K + 1) rho q^2/(2 A^2) = the outside's pressure, q backwards."""
    flow, _ = settled(duct(fan_body(FAN, BOX), 5.0, (0.0, against * STANDARD)))
    resistance = FAN.resistance + sheet_resistance(6.0, 1.2)
    assert flow_of(flow) == pytest.approx(-(((against - 120.0) / resistance) ** 0.5), rel=1e-3)


def test_a_fan_that_is_blown_through_holds_back() -> None:
    flow, _ = settled(duct(fan_body(FAN, BOX), 5.0, (300.0 * STANDARD, 0.0)))
    resistance = FAN.resistance + sheet_resistance(6.0, 1.2)
    assert flow_of(flow) == pytest.approx((420.0 / resistance) ** 0.5, rel=1e-4)
    assert (rise_of(flow) < 0.0).all()


def test_turned_round_it_blows_the_other_way() -> None:
    there, _ = settled(duct(fan_body(FAN, BOX), 0.0))
    back, _ = settled(duct(fan_body(FAN, BOX, sign=-1), 0.0))
    assert flow_of(back) == pytest.approx(flow_of(there), rel=1e-5)
    assert back.whole_field(back.state.u, 0).mean() < 0.0


def test_an_ideal_gas_of_one_temperature_moves_like_boussinesq_air() -> None:
    case = duct(fan_body(FAN, BOX), 5.0)
    cold = replace(case.flow, initial_temperature=case.air.reference_temperature)
    openings = tuple(replace(opening, temperature=case.air.reference_temperature) for opening in case.openings)
    found = [
        flow_of(settled(replace(case, openings=openings, flow=replace(cold, density=density)))[0])
        for density in ("boussinesq", "ideal-gas")
    ]
    assert found[1] == pytest.approx(found[0], rel=1e-6)


def test_a_warm_ideal_gas_flows_as_many_cubic_metres() -> None:
    """Fan, loss and head all follow density, so the m3/s stay; mass flow is less by the density."""
    case = duct(fan_body(FAN, BOX), 5.0)
    warm = case.air.reference_temperature * 1.1
    openings = tuple(replace(opening, temperature=warm) for opening in case.openings)
    gas = replace(case, openings=openings, flow=replace(case.flow, density="ideal-gas", initial_temperature=warm))
    flow, _ = settled(gas)
    assert flow_of(flow) * 1.1 == pytest.approx(FAN.meets(sheet_resistance(6.0, 1.2)), rel=1e-3)


def test_the_same_bits_come_again() -> None:
    first, _ = settled(duct(fan_body(FAN, BOX), 5.0))
    second, _ = settled(duct(fan_body(FAN, BOX), 5.0))
    np.testing.assert_array_equal(first.whole_field(first.state.u, 0), second.whole_field(second.state.u, 0))


def test_a_blocked_fan_is_refused() -> None:
    from thermal.errors import CaseErrors

    case = duct(fan_body(FAN, BOX), 0.0)
    walled = replace(case, room=(1.4, SIZE[1], SIZE[2]), openings=case.openings[:1])
    with pytest.raises(CaseErrors, match="no air where it blows"):
        start(walled, device())
