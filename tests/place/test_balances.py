"""Regions that are not well posed are named before anything is solved; those that are pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import empty_room, hall_h0, obstacle, outlet, plate, rack, supply, tiny_hall
from thermal.errors import CaseErrors
from thermal.place import place_case

SPLIT = plate("wall", (1.0, 0.0, 0.0), (1.0, 2.0, 2.0))
SUPPLY = supply("in", (0.0, 0.6, 0.6), (0.0, 1.4, 1.4), 0, +1, 0.5)
OUTLET = outlet("out", (2.0, 0.6, 0.6), (2.0, 1.4, 1.4), 0, -1)


def refused(case):
    with pytest.raises(CaseErrors) as caught:
        place_case(case)
    return [str(error) for error in caught.value.errors]


def test_a_surplus_is_named_in_flow_and_percent():
    closed = replace(OUTLET, flow=0.49)
    (message,) = refused(empty_room(openings=(SUPPLY, closed)))
    assert message.startswith(
        "case.toml:in: the air around supply.in and return.out: 0.5 m3/s enter and 0.49 m3/s leave, 0.01 m3/s (2 %) too much"
    )


def test_fixed_flows_that_add_up_need_no_pressure_opening():
    (balance,) = place_case(empty_room(openings=(SUPPLY, replace(OUTLET, flow=0.5)))).balances
    assert balance.surplus == pytest.approx(0.0, abs=1e-12)
    assert balance.pressure_openings == []


def test_a_pressure_opening_takes_any_surplus():
    assert place_case(empty_room(openings=(SUPPLY, OUTLET))).balances[0].surplus == pytest.approx(0.5)


def test_a_wall_between_supply_and_return_is_found():
    messages = refused(empty_room(openings=(SUPPLY, OUTLET), plates=(SPLIT,)))
    assert len(messages) == 1
    assert "the air around supply.in: 0.5 m3/s enter and 0 m3/s leave" in messages[0]


def test_a_leaky_wall_joins_the_regions():
    leaky = plate("wall", (1.0, 0.0, 0.0), (1.0, 2.0, 2.0), 0.02, 500.0)
    placement = place_case(empty_room(openings=(SUPPLY, OUTLET), plates=(leaky,)))
    assert placement.region_count == 1


def test_a_closed_region_without_flow_or_heat_is_allowed():
    placement = place_case(empty_room(plates=(SPLIT,)))
    assert placement.region_count == 2
    assert place_case(empty_room()).region_count == 1


def test_heat_without_a_way_out_is_refused():
    heater = obstacle("heater", (0.4, 0.4, 0.0), (0.8, 0.8, 0.4), 250.0)
    (message,) = refused(empty_room(obstacles=(heater,)))
    assert message.startswith("case.toml:heater: the air around obstacle.heater.skin: 250 W heat air that has no way out")
    assert place_case(empty_room(obstacles=(heater,), openings=(SUPPLY, OUTLET))).region_count == 1


def test_heat_in_the_closed_half_is_refused():
    heater = obstacle("heater", (1.4, 0.4, 0.0), (1.8, 0.8, 0.4), 250.0)
    openings = (SUPPLY, outlet("back", (0.0, 0.6, 1.4), (0.0, 1.4, 1.8), 0, +1))
    assert "250 W heat air" in refused(empty_room(obstacles=(heater,), openings=openings, plates=(SPLIT,)))[0]


def test_racks_alone_in_a_closed_room_are_refused():
    messages = refused(tiny_hall(openings=()))
    assert len(messages) == 1
    assert "8000 W heat air that has no way out" in messages[0]


def test_racks_may_join_two_regions_when_each_balances():
    """A contained cold aisle without leaks: the racks are the only way from supply to return."""
    case = hall_h0()
    flow = sum(one.flow for one in case.racks)
    plates = (
        plate("roof", (1.8, 2.7, 2.2), (4.2, 4.5, 2.2)),
        plate("door-low", (1.8, 2.7, 0.0), (1.8, 4.5, 2.2)),
        plate("door-high", (4.2, 2.7, 0.0), (4.2, 4.5, 2.2)),
    )
    openings = (replace(case.openings[0], flow=flow), *case.openings[1:])
    placement = place_case(hall_h0(plates=plates, openings=openings))
    assert placement.region_count == 2
    hot, cold = placement.balances
    assert cold.inflow == pytest.approx(cold.outflow)
    assert not cold.pressure_openings
    assert cold.volume == pytest.approx(2.4 * 1.8 * 2.2)
    assert (hot.heat, cold.heat) == (pytest.approx(32e3), 0.0)

    (message,) = refused(hall_h0(plates=plates))  # five percent more than the racks draw
    assert "(4.76 %) too much" in message
    assert "supply.floor" in message


def test_a_ring_of_regions_heated_by_racks_without_an_outlet_is_refused():
    """Two closed halves that pass their air round through two racks."""
    racks = (
        rack("A1", (0.8, 0.2, 0.0), +1, 1e3, size=(0.4, 0.6, 1.0), axis=0),
        rack("B1", (0.8, 1.2, 0.0), -1, 1e3, size=(0.4, 0.6, 1.0), axis=0),
    )
    wall = plate("wall", (1.0, 0.0, 0.0), (1.0, 2.0, 2.0))
    (message,) = refused(empty_room(racks=racks, plates=(wall,)))
    assert "2000 W heat air that has no way out" in message
    openings = (
        supply("in", (0.0, 0.8, 1.4), (0.0, 1.2, 1.8), 0, +1, 0.2),
        outlet("out", (0.0, 0.8, 0.4), (0.0, 1.2, 0.8), 0, +1, 0.2),
    )
    assert place_case(empty_room(racks=racks, plates=(wall,), openings=openings)).region_count == 2


def test_a_rack_with_power_but_no_flow_is_refused():
    case = tiny_hall()
    still = replace(case.racks[0], flow=0.0)
    (message,) = refused(tiny_hall(racks=(still, case.racks[1])))
    assert "rack.A1 gives 4000 W to air but moves none" in message


def test_a_fully_liquid_cooled_rack_needs_no_flow():
    case = tiny_hall()
    cold = replace(case.racks[0], flow=0.0, liquid_share=1.0)
    assert place_case(tiny_hall(racks=(cold, case.racks[1]))).balances[0].heat == pytest.approx(4e3)
