"""Loops in time: at rest they stay, what stops climbs by its heat over its capacity, and every joule is found again."""

from __future__ import annotations

import numpy as np
import pytest

from tests.loop.halls import hall, room_air
from thermal.loop.assembly import assemble
from thermal.loop.in_time import OperationInTime
from thermal.loop.operation import RackAirSide

POWER, PLATES = 0.85 * 130e3, 112  # W on the plates of a rack
STEP = 1.0  # s
JUNCTIONS = ('loss = "60 kPa"', 'loss = "60 kPa"\njunction_resistance = "0.015 K/W"\nair_conductance = "0.2 W/K"')
LOSSY = ('diameter = "100 mm"\n', 'diameter = "100 mm"\nheat_loss = "3 W/(m K)"\n')
CHILLER = '[[chiller]]\nname = "trim"\nfacility = "fws"\nmodel = "Trane CGAM110"\ncount = 2\nflow = "800 L/min"\n'
COLD = (
    ('supply = "35 degC"', 'supply = "10 degC"'), ('supply = "40 degC"', 'supply = "15 degC"'),
    ('dry_bulb = "30 degC"', 'dry_bulb = "25 degC"'),
)  # fmt: skip


def at_rest(*changes: tuple[str, str], more: str = "") -> tuple[OperationInTime, dict[str, RackAirSide]]:
    """The loops of the small hall, at rest with the air at its racks."""
    case = hall(*changes, more=more)
    assert case.liquid is not None
    operation, air = OperationInTime(assemble(case.liquid, case.racks)), room_air(case)
    operation.solve(air)
    return operation, air


def go(operation: OperationInTime, air: dict[str, RackAirSide], seconds: float, step: float = STEP) -> None:
    """Steps over so many s; each closes."""
    for _ in range(round(seconds / step)):
        operation.step(step, air)
        assert operation.flows is not None
        assert abs(operation.flows.left) < 1e-9 * max(operation.flows.chips, abs(operation.flows.stored))


def case_of(operation: OperationInTime, rack: str) -> float:
    """K of a rack's chips at their cases."""
    return operation.settings.chips[rack].state.case


def test_a_plant_at_rest_stays_there() -> None:
    """With plates that warm the air, pipes that lose heat, controls that hold three things."""
    operation, air = at_rest(JUNCTIONS, LOSSY)
    before = operation.state()
    go(operation, air, 30.0)
    after = operation.state()
    for name in ("flow", "temperature", "cells", "setting", "chips", "ambient", "lost", "fans"):
        np.testing.assert_allclose(after[name], before[name], rtol=1e-6, atol=1e-9, err_msg=name)
    assert operation.time == 30.0 and abs(operation.stored) < 1e-3 * POWER


def test_chips_without_flow_climb_by_their_heat_over_their_capacity() -> None:
    """Case and junction alike, at Q/C; the gap between them is R (Q - C_j dT/dt). The other way out, the air, is shut here."""
    operation, air = at_rest(('loss = "60 kPa"', 'loss = "60 kPa"\njunction_resistance = "0.015 K/W"'))
    operation.most["cdu"] = 0.0
    go(operation, air, 2.0)
    start = case_of(operation, "A4")
    go(operation, air, 10.0)
    state = operation.settings.chips["A4"].state
    slope = POWER / (PLATES * 420.0)
    assert case_of(operation, "A4") - start == pytest.approx(10.0 * slope, rel=1e-4)
    assert state.junction - state.case == pytest.approx(0.015 * (POWER / PLATES - 20.0 * slope), rel=1e-3)
    assert abs(operation.through("cdu.pump")) < 1e-9 and operation.settings.chips["A4"].to_coolant == pytest.approx(0.0, abs=1e-3)


def test_a_loop_that_nothing_cools_climbs_as_one() -> None:
    """The facility's pumps stop: the racks' loop goes round, at (Q + pumps)/(liquid + plates) once it is mixed."""
    operation, air = at_rest()
    operation.most["fws"] = 0.0
    go(operation, air, 90.0)
    before, cases = operation.at("cdu.suction"), case_of(operation, "A1")
    go(operation, air, 40.0)
    of_loop = [link for link in operation.links.values() if operation.assembly.network.nodes[link.start].region == "cdu"]
    litres = sum(link.law.bore for link in of_loop)
    capacity = litres * float(operation.heat.capacity[operation.number["cdu.pump"]]) + 4 * PLATES * 420.0
    heat = 4 * POWER + operation.pump_heat("cdu")
    for climbed in (operation.at("cdu.suction") - before, case_of(operation, "A1") - cases):
        assert climbed == pytest.approx(40.0 * heat / capacity, rel=0.01)
    assert operation.through("cdu.pump") > 0.9 * 716.0 / 60e3


def test_pumps_that_start_again_bring_all_back() -> None:
    """Twenty seconds without a CDU's pumps: the valve shuts on the way and opens again, nothing stays behind."""
    operation, air = at_rest()
    before = operation.at("cdu.suction"), case_of(operation, "A4"), operation.through("cdu.valve")
    operation.most["cdu"] = 0.0
    go(operation, air, 20.0)
    assert operation.at("cdu.suction") == before[0]  # what stands keeps its temperature
    assert operation.through("cdu.valve") < 0.7 * before[2] and case_of(operation, "A4") > before[1] + 40.0
    operation.most["cdu"] = 1.0
    go(operation, air, 150.0)
    assert operation.at("cdu.suction") == pytest.approx(before[0], abs=1.0)
    assert case_of(operation, "A4") == pytest.approx(before[1], abs=1.0)
    assert operation.through("cdu.valve") == pytest.approx(before[2], rel=0.15)


@pytest.mark.parametrize("machine", ["dry", "trim"])
def test_a_cooler_that_stops_lets_the_facility_warm_up(machine: str) -> None:
    """Its supply floats up by what the other cannot take, and is back after it has started again."""
    operation, air = at_rest(*COLD, more=CHILLER) if machine == "trim" else at_rest()
    supply = operation.at("fws.supply")
    operation.most[machine] = 0.0
    go(operation, air, 30.0)
    assert operation.at("fws.supply") > supply + 2.0
    operation.most[machine] = 1.0
    go(operation, air, 120.0)
    assert operation.at("fws.supply") == pytest.approx(supply, abs=1.0)


def test_a_plant_goes_on_to_the_last_bit() -> None:
    """From the middle of a restart, between two looks of the controllers, in another object."""
    one, air = at_rest(JUNCTIONS, LOSSY, *COLD, more=CHILLER)
    one.most["cdu"] = 0.0
    go(one, air, 10.5, 0.7)
    one.most["cdu"] = 1.0
    go(one, air, 7.7, 0.7)
    case = hall(JUNCTIONS, LOSSY, *COLD, more=CHILLER)
    assert case.liquid is not None
    other = OperationInTime(assemble(case.liquid, case.racks))
    other.restore(one.state())
    other.most |= one.most
    for operation in (one, other):
        go(operation, air, 8.4, 0.7)
    for name, values in one.state().items():
        np.testing.assert_array_equal(values, other.state()[name], err_msg=name)
