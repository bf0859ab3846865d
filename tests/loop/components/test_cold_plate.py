"""Cold plates against OCP's points; the chain to the junction against its closed forms, its joules counted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thermal.loop.components.chip import ChipGroup, ChipState
from thermal.loop.components.cold_plate import (
    OCP_MODULE_FLOW,
    OCP_MODULE_RESISTANCE,
    ColdPlate,
    FittedResistance,
    TabledResistance,
    fit_resistance,
    ocp_module,
)  # fmt: skip
from thermal.loop.components.films import RatedLoss

FLOWS = [flow / 60e3 for flow in OCP_MODULE_FLOW]


def test_a_fit_meets_every_point_of_ocps_module_within_three_per_cent() -> None:
    fit = fit_resistance(FLOWS, OCP_MODULE_RESISTANCE)
    assert np.abs(fit.at(FLOWS) / OCP_MODULE_RESISTANCE - 1.0).max() < 0.03
    assert fit.n > 0.8  # and it falls about as the coolant's own rise, 1/(rho cp q), does at low flow


def test_the_table_meets_its_points_and_goes_on_sensibly() -> None:
    table = ocp_module()
    assert table.at(FLOWS) == pytest.approx(OCP_MODULE_RESISTANCE, rel=1e-12)
    between = table.at(0.55 / 60e3)
    assert between == pytest.approx(math.sqrt(0.0325 * 0.03), rel=5e-3)
    assert table.at(10.0 / 60e3) == pytest.approx(0.0197) and table.at(0.2 / 60e3) > 0.06
    assert table.at(0.0) == math.inf and table.at(-FLOWS[3]) == pytest.approx(OCP_MODULE_RESISTANCE[3])


def test_a_fit_finds_the_law_it_was_made_of() -> None:
    law = FittedResistance(0.015, 2e-7, 1.1)
    found = fit_resistance(FLOWS, law.at(FLOWS))
    assert (found.a, found.n) == pytest.approx((law.a, law.n), rel=1e-5)


@pytest.mark.parametrize(
    ("flows", "values"), [((1.0,), (1.0,)), ((2.0, 1.0), (1.0, 0.5)), ((1.0, 2.0), (0.5, 1.0)), ((0.0, 1.0), (1.0, 0.5))]
)
def test_tables_that_make_no_sense_are_refused(flows, values) -> None:
    with pytest.raises(ValueError):
        TabledResistance(flows, values)


def test_heat_and_loss_of_a_plate() -> None:
    plate = ColdPlate(ocp_module(), RatedLoss(1.0 / 60e3, 20e3, 1.85))
    assert plate.heat(330.0, 305.5, 1.0 / 60e3) == pytest.approx(1000.0)
    assert plate.loss.at(2.0 / 60e3) == pytest.approx(20e3 * 2.0**1.85)


def group(**more: float) -> ChipGroup:
    return ChipGroup(
        FittedResistance(0.0245, 0.0, 1.0), 8, junction_resistance=0.02, case_capacity=400.0, junction_capacity=50.0, **more
    )


def test_the_chain_at_rest_is_a_sum_of_resistances() -> None:
    heat = group().steady(8000.0, 313.15, 8.0 / 60e3, 298.15)
    assert heat.to_coolant == 8000.0 and heat.to_air == 0.0
    assert heat.state.case == pytest.approx(313.15 + 24.5) and heat.state.junction == pytest.approx(313.15 + 44.5)
    leaky = group(air_conductance=1.0).steady(8000.0, 313.15, 8.0 / 60e3, 298.15)
    assert leaky.to_air == pytest.approx(8.0 * (leaky.state.case - 298.15)) and leaky.to_coolant + leaky.to_air == 8000.0


def test_without_flow_all_heat_goes_into_the_air_or_is_refused() -> None:
    heat = group(air_conductance=2.0).steady(800.0, 313.15, 0.0, 300.0)
    assert heat.to_coolant == pytest.approx(0.0) and heat.state.case == pytest.approx(300.0 + 50.0)
    with pytest.raises(ValueError, match="without a way out"):
        group().steady(800.0, 313.15, 0.0, 300.0)


def test_steps_end_at_rest_and_count_every_joule() -> None:
    one, state, given = group(air_conductance=0.5), ChipState(313.15, 313.15), 0.0
    for _ in range(400):
        heat = one.advance(state, 2.0, 8000.0, 313.15, 8.0 / 60e3, 298.15)
        stored = 8 * (400.0 * (heat.state.case - state.case) + 50.0 * (heat.state.junction - state.junction))
        assert stored == pytest.approx(2.0 * (8000.0 - heat.to_coolant - heat.to_air), abs=1e-7)
        given, state = given + 2.0 * heat.to_coolant, heat.state
    rest = one.steady(8000.0, 313.15, 8.0 / 60e3, 298.15)
    assert state.case == pytest.approx(rest.state.case) and state.junction == pytest.approx(rest.state.junction)


def test_a_lumped_chip_warms_exponentially() -> None:
    """One capacity, one resistance: T - T_in = P R (1 - exp(-t/RC)), first order in the step."""
    one = ChipGroup(FittedResistance(0.025, 0.0, 1.0), 1, case_capacity=400.0)
    errors = []
    for steps in (100, 200):
        state = ChipState(300.0, 300.0)
        for _ in range(steps):
            state = one.advance(state, 10.0 / steps, 1000.0, 300.0, 1e-5, 300.0).state
        errors.append(abs(state.case - 300.0 - 25.0 * (1.0 - math.exp(-1.0))))
    assert errors[0] < 0.1 and errors[0] / errors[1] == pytest.approx(2.0, rel=0.02)
