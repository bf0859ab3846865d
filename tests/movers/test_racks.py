"""Racks in depth: slots keep their power and fans on any grid, speed follows the inlet, gaps leak, too little air throttles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.flow.halls import start
from tests.movers.ducts import device
from thermal.case.build import case_from_text
from thermal.case.model import Case
from thermal.flow.solver import Flow
from thermal.movers.curve import Law, quadratic_curve, side_by_side, table_curve
from thermal.movers.points import device_rows
from thermal.place import place_case

HALL = """
[room]
size = ["3.2 m", "4.4 m", "2.8 m"]
[mesh]
cell = "0.2 m"
[flow]
turbulence = "zero-equation"
scheme = "upwind"
[rack.deep]
size = ["0.8 m", "1.2 m", "2.2 m"]
power = "12 kW"
delta_t = "12 K"
thermal_mass = "200 kJ/K"
[[rack.deep.slots]]
from = 1
height = 20
[[rack.deep.slots]]
from = 21
height = 8
kind = "empty"
open_fraction = 0.5
[[rack.deep.slots]]
from = 29
height = 10
power = "2 kW"
[[rack_row]]
name = "A"
type = "deep"
count = 1
at = ["1.2 m", "1.6 m"]
along = "+x"
front = "-y"
[[supply]]
name = "in"
on = "y-"
temperature = "20 degC"
pressure = "0 Pa"
[[return]]
name = "out"
on = "y+"
"""
SCREEN = (
    '\n[[containment]]\nname = "west"\nkind = "panel"\nfrom = ["0 m", "2.2 m", "0 m"]\nto = ["1.2 m", "2.2 m", "2.8 m"]\n'
    + (
        '[[containment]]\nname = "east"\nkind = "panel"\nfrom = ["2 m", "2.2 m", "0 m"]\nto = ["3.2 m", "2.2 m", "2.8 m"]\n'
        '[[containment]]\nname = "over"\nkind = "panel"\nfrom = ["1.2 m", "2.2 m", "2.2 m"]\nto = ["2 m", "2.2 m", "2.8 m"]\n'
    )
)


def run(case: Case | str, iterations: int = 80) -> tuple[Flow, dict[str, Any]]:
    """The flow after so many iterations, and the row of the first device."""
    case = case_from_text(case) if isinstance(case, str) else case
    flow = start(case, device())
    for number in range(iterations):
        flow.iterate(number == iterations - 1)
    flow.polish(10)
    return flow, device_rows(case, flow.measure(0.0).movers)[0]


@pytest.mark.parametrize("cell", [0.4, 0.2, 0.15, 0.1, 0.05])
def test_power_fans_and_gaps_keep_their_sums_on_any_grid(cell: float) -> None:
    case = case_from_text(HALL.replace('cell = "0.2 m"', f'cell = "{cell} m"'))
    tubes = place_case(case).tubes
    assert sum(laid.part.power for laid in tubes) == pytest.approx(12e3)
    moved = sum(Law(laid.part.fan, laid.part.resistance).flow(0.0) for laid in tubes if laid.part.fan)
    assert moved == pytest.approx(case.racks[0].flow, rel=5e-3)
    assert {laid.part.kind for laid in tubes} <= {"server", "empty"}
    if cell <= 0.2:
        assert any(laid.part.kind == "empty" for laid in tubes)


def test_between_equal_pressures_slots_move_what_they_are_given() -> None:
    """The flow of delta_t, within the head that air from the room costs."""
    flow, row = run(HALL.replace('kind = "empty"\nopen_fraction = 0.5', 'power = "1 kW"'))
    case = flow.domain.placement.case
    assert row["flow_m3_s"] == pytest.approx(case.racks[0].flow, rel=0.02)
    assert row["air_out_degC"] - row["air_in_degC"] == pytest.approx(12.0, rel=0.03)
    assert row["air_heat_kW"] == pytest.approx(12.0, rel=1e-4)


def test_a_contained_rack_leaks_back_through_its_gap() -> None:
    """A containment that lets nothing pass but the rack: what its fans press into the hot side runs back through the gap."""
    blocked = HALL.replace('on = "y+"', 'on = "y+"\nloss_coefficient = 20000')
    flow, row = run(blocked + SCREEN)
    assert row["backward_m3_s"] > 0.05 * row["forward_m3_s"]
    reading = flow.movers.read()
    assert reading is not None
    gap = [laid for laid in flow.movers.tubes if laid.part.kind == "empty"]
    hot = [reading.leave[flow.movers.first[id(laid)]] for laid in gap]
    assert min(hot) > 3.0  # K above the supply: the front sees it
    assert any("run backwards through a part" in text for text in row["warnings"])


def test_speed_follows_the_inlet_temperature() -> None:
    rule = '\n[rack.deep.speed_rule]\ntemperature = ["18 degC", "28 degC"]\nspeed = [0.4, 1.0]\n'
    text = HALL.replace('thermal_mass = "200 kJ/K"\n', "").replace("[[rack_row]]", rule + "[[rack_row]]")
    text = text.replace('kind = "empty"\nopen_fraction = 0.5', 'power = "1 kW"')
    flow, row = run(text)
    assert row["speed"] == pytest.approx(0.4 + 0.06 * (row["air_in_degC"] - 18.0), abs=2e-3)
    assert row["flow_m3_s"] == pytest.approx(row["speed"] * flow.domain.placement.case.racks[0].flow, rel=0.03)
    warm = run(text.replace('temperature = "20 degC"', 'temperature = "26 degC"'))[1]
    assert warm["speed"] > row["speed"] + 0.3


def test_a_switch_breathes_from_its_side() -> None:
    """A rack alone in the room: air comes in at its left, seen from the front (which looks to -y), and leaves at its right."""
    flow, _ = run(HALL.replace("from = 29\nheight = 10", 'from = 29\nheight = 10\nkind = "switch"\nbreathes = "left-to-right"'))
    side = [laid for laid in flow.movers.tubes if laid.part.axis == 0]
    assert side
    assert {laid.part.sign for laid in side} == {1}
    reading = flow.movers.read()
    assert reading is not None
    for laid in side:
        first = flow.movers.first[id(laid)]
        assert (reading.flow[first : first + len(laid.area)] > 0.0).all()
        assert set(laid.before[:, 2]) == {laid.cells[:, 0, 2].min() - 1}


def test_a_rack_against_its_fans_throttles_and_says_so() -> None:
    blocked = HALL.replace('on = "y+"', 'on = "y+"\npressure = "197 Pa"').replace(
        'kind = "empty"\nopen_fraction = 0.5', 'power = "1 kW"'
    )
    _, row = run(blocked + SCREEN)
    assert any("rack A1 throttles" in text for text in row["warnings"])
    assert row["air_heat_kW"] < 11.9
    assert row["air_out_degC"] - row["air_in_degC"] <= 60.0 + 0.1


def test_thermal_mass_stands_in_the_rack_s_cells() -> None:
    placement = place_case(case_from_text(HALL))
    assert placement.thermal_mass.sum() == pytest.approx(200e3)
    inside = np.zeros(placement.grid.shape, bool)
    for laid in placement.tubes:
        inside[tuple(laid.cells.reshape(-1, 3).T)] = True
    assert (placement.thermal_mass[~inside] == 0.0).all()


@pytest.mark.parametrize("power", [500.0, 200e3])
def test_from_half_a_kilowatt_to_two_hundred(power: float) -> None:
    text = HALL.replace('power = "12 kW"', f'power = "{power} W"').replace('power = "2 kW"', f'power = "{power / 6} W"')
    _, row = run(text)
    assert row["air_heat_kW"] == pytest.approx(power / 1e3, rel=1e-3)


def test_a_rack_with_one_fan_curve_meets_its_system() -> None:
    """Curve against its own loss; the room costs it a few per cent of the fan's pressure, no more."""
    start_ = HALL.index("delta_t")
    fan = 'fan = { shutoff_pressure = "250 Pa", free_flow = "2 m3/s" }\nloss = { flow = "1 m3/s", pressure = "120 Pa" }\n'
    _, row = run(HALL[:start_] + fan + HALL[HALL.index("[[rack_row]]") :])
    expected = quadratic_curve(250.0, 2.0).meets(120.0)
    assert row["flow_m3_s"] == pytest.approx(expected, rel=0.02)


def test_laws_side_by_side_add_their_flows() -> None:
    laws = [(Law(quadratic_curve(200.0, 0.5), 300.0), 2.0), (Law(table_curve((0.0, 0.2, 0.6), (150.0, 130.0, 0.0)), 80.0), 1.0)]
    gaps = [(Law(None, 5e3), 1.0), (Law(None, 400.0), 3.0)]
    for some in (laws, gaps):
        together = side_by_side(tuple(some))
        for rise in (90.0, 40.0, 0.0, -60.0):
            assert together.flow(rise) == pytest.approx(sum(count * law.flow(rise) for law, count in some), rel=3e-3, abs=1e-6)


def test_a_rack_that_cannot_breathe_is_refused() -> None:
    from thermal.errors import CaseErrors

    walled = HALL.replace('at = ["1.2 m"', 'at = ["0 m"').replace(
        "from = 29\nheight = 10", 'from = 29\nheight = 10\nbreathes = "left-to-right"'
    )
    with pytest.raises(CaseErrors, match="has no air where it draws"):
        place_case(case_from_text(walled))


def test_the_case_s_other_racks_stay_solid() -> None:
    case = case_from_text(HALL)
    assert case.racks[0].is_through
    assert replace(case.racks[0], is_through=False).air_power == 12e3
