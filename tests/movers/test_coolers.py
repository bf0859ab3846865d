"""Coolers in ducts and rooms: heat of air and water, control that keeps or misses its setpoint, doors on racks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.flow.halls import start
from tests.movers.ducts import SIZE, device, duct, fan_body
from thermal.case.bodies import Coil, stopped
from thermal.case.build import case_from_text
from thermal.case.model import Box, Case
from thermal.flow.solver import Flow
from thermal.movers.coil import coil_heat
from thermal.movers.curve import quadratic_curve
from thermal.movers.points import device_rows
from thermal.place import place_case

BOX = Box((0.6, 0.0, 0.0), (1.4, SIZE[1], SIZE[2]))
FAN = quadratic_curve(300.0, 3.0)
COIL = Coil(6e3, 2.0, 12e3, 283.15)
WARM = 303.15


def cooled(coil: Coil | None = COIL, density: str = "boussinesq", **more: Any) -> Case:
    """A duct that draws warm air through a fan and a coil."""
    case = duct(fan_body(FAN, BOX, resistance=40.0, coil=coil, efficiency=0.5, **more), 5.0)
    openings = tuple(replace(opening, temperature=WARM) for opening in case.openings)
    return replace(case, openings=openings, flow=replace(case.flow, density=density))


def settled(case: Case, iterations: int = 120) -> tuple[Flow, dict[str, Any], float]:
    """The flow, the row of its one device, and the heat in W that openings bring in, net."""
    flow = start(case, device())
    for number in range(iterations):
        flow.iterate(number == iterations - 1)
    flow.polish(12)
    for _ in range(10):
        flow.energy.solve(10, 3, False)
    measure = flow.measure(0.0)
    capacity = case.air.density * case.air.heat_capacity
    return flow, device_rows(case, measure.movers)[0], capacity * float(measure.sample.heat.sum())


@pytest.mark.parametrize("density", ["boussinesq", "ideal-gas"])
def test_heat_that_leaves_the_air_is_heat_given_to_the_water(density: str) -> None:
    """From the face fluxes of the openings: coil less fan, to 1e-6; and the coil's heat is the closed form's."""
    case = cooled(density=density)
    _, row, entering = settled(case)
    taken = 1e3 * (row["heat_kW"] - row["fan_power_kW"])
    assert entering == pytest.approx(taken, rel=1e-6)
    air = case.air.density * case.air.heat_capacity * row["flow_m3_s"]
    assert 1e3 * row["heat_kW"] == pytest.approx(coil_heat(COIL, air, row["flow_m3_s"], WARM), rel=1e-5)
    water = 12e3 * (row["water_out_degC"] - row["water_in_degC"])
    assert water == pytest.approx(1e3 * row["heat_kW"], rel=1e-9)
    assert row["air_in_degC"] == pytest.approx(WARM - 273.15, abs=0.05)


def test_electric_power_is_pressure_times_flow_over_efficiency() -> None:
    _, row, _ = settled(cooled())
    assert 1e3 * row["fan_power_kW"] == pytest.approx(row["pressure_Pa"] * row["flow_m3_s"] / 0.5, rel=1e-9)


def test_half_speed_takes_an_eighth_of_the_rated_power_and_moves_half() -> None:
    """Affinity laws, on a system that is quadratic but for the walls' friction."""
    full, half = (settled(_rated(speed))[1] for speed in (1.0, 0.5))
    assert half["flow_m3_s"] == pytest.approx(0.5 * full["flow_m3_s"], rel=1e-3)
    assert half["pressure_Pa"] == pytest.approx(0.25 * full["pressure_Pa"], rel=2e-3)
    assert (full["fan_power_kW"], half["fan_power_kW"]) == pytest.approx((2.0, 0.25))


def _rated(speed: float) -> Case:
    case = cooled(speed=speed)
    body = replace(case.bodies[0], efficiency=None, fan_power=2e3)
    return replace(case, bodies=(body,))


def test_supply_control_keeps_its_setpoint_and_says_so() -> None:
    _, row, _ = settled(cooled(control="supply", setpoint=295.15))
    assert row["air_out_degC"] == pytest.approx(22.0, abs=0.02)
    assert row["is_met"]
    assert 0.0 < row["valve"] < 1.0
    assert row["warnings"] == []


def test_supply_control_that_saturates_names_itself() -> None:
    _, row, _ = settled(cooled(coil=replace(COIL, conductance=1500.0), control="supply", setpoint=285.15))
    assert row["valve"] == 1.0
    assert not row["is_met"]
    assert row["miss_K"] > 1.0
    assert any("fan_wall fan misses its setpoint" in text and "valve is open" in text for text in row["warnings"])


def test_a_valve_closes_where_the_air_is_cold_enough() -> None:
    _, row, _ = settled(cooled(control="supply", setpoint=310.15))
    assert row["valve"] == 0.0
    assert row["heat_kW"] == 0.0
    assert any("valve is closed" in text for text in row["warnings"])


def test_bypassed_air_costs_capacity() -> None:
    whole, some = settled(cooled())[1], settled(cooled(coil=replace(COIL, bypass=0.4)))[1]
    assert some["heat_kW"] < 0.9 * whole["heat_kW"]


def test_a_reversed_cooler_is_named() -> None:
    case = cooled()
    blown = replace(case, openings=(case.openings[0], replace(case.openings[1], pressure=900.0)))
    _, row, _ = settled(blown)
    assert row["flow_m3_s"] < 0.0
    assert any("fan_wall fan is reversed" in text for text in row["warnings"])
    assert row["air_in_degC"] == pytest.approx(WARM - 273.15, abs=0.05)


ROOM = """
[room]
size = ["4.8 m", "4.2 m", "2.8 m"]
[mesh]
cell = "0.2 m"
[flow]
turbulence = "zero-equation"
scheme = "upwind"
[rack.srv]
size = ["0.6 m", "1.2 m", "2 m"]
power = "8 kW"
delta_t = "12 K"
[[rack_row]]
name = "A"
type = "srv"
count = 2
at = ["1.8 m", "1.4 m"]
along = "+x"
front = "-y"
[[supply]]
name = "in"
on = "y-"
temperature = "20 degC"
flow_ratio = 1.0
[[return]]
name = "out"
on = "y+"
[[rdhx]]
name = "door"
row = "A"
depth = "0.2 m"
loss = { flow = "0.6 m3/s", pressure = "12 Pa" }
coil = { ua = "1.2 kW/K", water_temperature = "16 degC", water_flow = "0.4 L/s" }
"""


def run(text: str | Case, iterations: int = 100) -> tuple[Flow, list[dict[str, Any]]]:
    """The flow of a case or its text after so many iterations, and its device rows."""
    case = case_from_text(text) if isinstance(text, str) else text
    flow = start(case, device())
    for number in range(iterations):
        flow.iterate(number == iterations - 1)
    flow.polish(8)
    return flow, device_rows(case, flow.measure(0.0).movers)


def test_a_passive_door_cools_what_a_solid_rack_blows() -> None:
    """Flow is the rack's, heat that of the coil between the rack's outlet and the water."""
    flow, rows = run(ROOM)
    case = flow.domain.placement.case
    air = case.air.density * case.air.heat_capacity * case.racks[0].flow
    for row, rack, blown in zip(rows, case.racks, flow.racks.outlets(), strict=True):
        assert row["air_in_degC"] == pytest.approx(blown + case.air.reference_temperature - 273.15, abs=0.05)
        assert row["name"] == f"door-{rack.name}"
        assert row["flow_m3_s"] == pytest.approx(rack.flow, rel=1e-5)
        expected = coil_heat(case.bodies[0].coil, air, rack.flow, row["air_in_degC"] + 273.15)  # type: ignore[arg-type]
        assert 1e3 * row["heat_kW"] == pytest.approx(expected, rel=1e-3)
        assert row["air_out_degC"] == pytest.approx(row["air_in_degC"] - expected / air, abs=1e-2)
        assert row["speed"] is None


def test_an_active_door_helps_a_rack_on_its_curve() -> None:
    curve = 'fan = { shutoff_pressure = "150 Pa", free_flow = "1.2 m3/s" }\nloss = { flow = "0.6 m3/s", pressure = "90 Pa" }'
    deep = ROOM.replace('delta_t = "12 K"', curve).replace("flow_ratio = 1.0", 'pressure = "0 Pa"')
    _, passive = run(deep)
    active_door = 'row = "A"\nfan = { shutoff_pressure = "60 Pa", free_flow = "1.5 m3/s", efficiency = 0.4 }'
    _, active = run(deep.replace('row = "A"', active_door))
    moved = [{row["name"]: row["flow_m3_s"] for row in rows} for rows in (passive, active)]
    assert moved[1]["A1"] > 1.05 * moved[0]["A1"]
    assert moved[0]["door-A1"] == pytest.approx(moved[0]["A1"], rel=1e-3)  # the door takes all that the rack blows
    assert all(row["fan_power_kW"] > 0.0 for row in active if row["kind"] == "rdhx")


PLENUM = """
[room]
size = ["3.6 m", "2.4 m", "3 m"]
[mesh]
cell = "0.2 m"
[flow]
turbulence = "zero-equation"
scheme = "upwind"
[[containment]]
name = "floor"
kind = "panel"
from = ["0 m", "0 m", "0.6 m"]
to = ["2.4 m", "2.4 m", "0.6 m"]
[[containment]]
name = "tiles"
kind = "panel"
from = ["2.4 m", "0 m", "0.6 m"]
to = ["3.6 m", "2.4 m", "0.6 m"]
leakage = 0.25
[[obstacle]]
name = "load"
from = ["2 m", "1 m", "0.6 m"]
to = ["2.4 m", "1.4 m", "1.6 m"]
power = "8 kW"
[[crah]]
name = "unit"
type = "generic-30kw"
from = ["0 m", "0.6 m", "0.6 m"]
to = ["0.8 m", "1.8 m", "2.4 m"]
coil = { water_temperature = "10 degC", water_flow = "1.4 L/s" }
setpoint = "18 degC"
"""


def test_a_crah_blows_into_the_plenum_it_stands_on() -> None:
    """All of its air rises through the tiles, against their loss; the plenum is as cold as its supply."""
    flow, (row,) = run(PLENUM, 160)
    placement = flow.domain.placement
    w = flow.whole_field(flow.state.w, 2).astype(float)
    plane = int(placement.grid.nearest_plane(2, 0.6))
    area = placement.grid.widths(1)[:, None] * placement.grid.widths(0)[None, :]
    up = w[plane] * area
    assert row["flow_m3_s"] > 1.0
    assert up[:, 12:].sum() == pytest.approx(row["flow_m3_s"], rel=1e-3)
    assert up[:, :12].sum() == pytest.approx(-row["flow_m3_s"], rel=1e-3)
    assert row["is_met"]
    assert 1e3 * row["air_heat_kW"] == pytest.approx(-8e3, rel=0.02)  # fan heat included: the load is all there is
    below = flow.whole_field(flow.state.T)[0].mean() + placement.case.air.reference_temperature - 273.15
    assert below == pytest.approx(18.0, abs=0.3)


def test_an_in_row_cooler_draws_from_one_aisle_and_blows_into_the_other() -> None:
    """Its curve meets its own loss, and little else, in the open."""
    text = PLENUM[: PLENUM.index("[[containment]]")] + (
        '[[obstacle]]\nname = "load"\nfrom = ["2 m", "1 m", "0 m"]\nto = ["2.4 m", "1.4 m", "1 m"]\npower = "8 kW"\n'
        '[[in_row]]\nname = "north"\ntype = "generic-30kw"\nfrom = ["0.6 m", "0.8 m", "0 m"]\nto = ["1.2 m", "1.8 m", "2 m"]\n'
        'blows_to = "y-"\ncoil = { water_temperature = "12 degC", water_flow = "1.4 L/s" }\nsetpoint = "20 degC"\n'
    )
    flow, (row,) = run(text, 160)
    assert row["flow_m3_s"] == pytest.approx(flow.domain.placement.case.bodies[0].design_flow, rel=0.03)
    assert row["air_out_degC"] == pytest.approx(20.0, abs=0.3)
    assert (row["kind"], row["control"], row["warnings"]) == ("in_row", "supply", [])


def test_return_control_keeps_what_comes_back() -> None:
    text = PLENUM.replace('setpoint = "18 degC"', 'control = "return"\nsetpoint = "24 degC"')
    _, (row,) = run(text, 320)
    assert row["air_in_degC"] == pytest.approx(24.0, abs=0.3)
    assert row["is_met"]
    assert 0.0 < row["valve"] < 1.0


TWO = PLENUM.replace('to = ["0.8 m", "1.8 m", "2.4 m"]', 'to = ["0.8 m", "1.2 m", "2.4 m"]') + (
    PLENUM[PLENUM.index("[[crah]]") :]
    .replace('"unit"', '"spare"')
    .replace('from = ["0 m", "0.6 m", "0.6 m"]', 'from = ["0 m", "1.4 m", "0.6 m"]')
    .replace('to = ["0.8 m", "1.8 m", "2.4 m"]', 'to = ["0.8 m", "2 m", "2.4 m"]')
)


@pytest.mark.parametrize("damper", [True, False])
def test_one_of_two_coolers_stops(damper: bool) -> None:
    """Behind its damper nothing passes; without one the other's air runs back through it, and both are named."""
    text = TWO.replace('setpoint = "18 degC"', f'setpoint = "18 degC"\ndamper = {str(damper).lower()}')
    case = stopped(case_from_text(text), "crah.spare")
    flow, rows = run(case, 160)
    by_name = {row["name"]: row for row in rows}
    assert any("crah spare stands still" in text for text in by_name["spare"]["warnings"])
    if damper:
        assert abs(by_name["spare"]["flow_m3_s"]) < 1e-3 * by_name["unit"]["flow_m3_s"]
    else:
        assert by_name["spare"]["flow_m3_s"] < -0.1 * by_name["unit"]["flow_m3_s"]
        assert any("run back through it" in text for text in by_name["spare"]["warnings"])
    with pytest.raises(KeyError):
        stopped(case, "crah.none")


def test_fans_stop_and_water_warms_while_it_runs() -> None:
    """What events in time and a liquid loop ask for: the other cooler takes over; the heat is that of the water it is given."""
    flow, rows = run(TWO, 160)
    before = flow.movers.terminals()["crah.unit"]
    assert before.heat == pytest.approx(1e3 * next(row["heat_kW"] for row in rows if row["name"] == "unit"), rel=1e-3)
    flow.movers.set_speed("crah.spare", 0.0)
    flow.movers.set_water("crah.unit", before.flow, 287.15)
    for _ in range(160):
        flow.iterate(False)
    after = flow.movers.terminals()
    assert after["crah.unit"].entering == pytest.approx(287.15)
    assert abs(after["crah.spare"].heat) < 0.02 * after["crah.unit"].heat
    assert after["crah.unit"].heat > 1.5 * before.heat
    with pytest.raises(KeyError, match=r"crah\.unit"):
        flow.movers.set_speed("crah.none", 1.0)


def test_a_crah_stands_in_a_hole_of_a_leaking_floor_too() -> None:
    """Closed or porous, the plate that it stands on does not lie before its mouth."""
    leaking = PLENUM.replace('to = ["2.4 m", "2.4 m", "0.6 m"]', 'to = ["2.4 m", "2.4 m", "0.6 m"]\nleakage = 0.01')
    found = [place_case(case_from_text(text)) for text in (PLENUM, leaking)]
    mouth = [laid.cells[:, -1] for laid in found[1].tubes]
    floor = next(sheet for sheet in found[1].sheets if sheet.name == "plate.floor")
    assert not (set(map(tuple, mouth[0].tolist())) & set(map(tuple, floor.face.tolist())))
    for placement in found:
        below = placement.tubes[0].cells[:, -1]
        assert (placement.mask[tuple(below.T)] & 8).all()  # its low face is open
