"""Flows of small networks in closed form, for every kind of link, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thermal.errors import CaseErrors, HallflowError, UsageError
from thermal.loop.hydraulics import Hydraulics
from thermal.loop.links import CheckValve, ColdPlate, Coupler, Filter, Fitting, Law, Pipe, Pump, Regulator, Valve, kv_of_cv
from thermal.loop.network import ConstantFluid, Link, Network, Node, Region, build
from thermal.loop.steady import solve

WATER = ConstantFluid("water", 998.0, 4182.0, 1.0e-3)
BAR = 1e5


def network(links: list[Link], nodes: list[Node]) -> Network:
    """One region of water."""
    return build([Region("r", WATER)], nodes, links)


def between(law: Law, high: float, low: float = 0.0, rise: float = 0.0) -> float:
    """m3/s through one link between two held pressures."""
    nodes = [Node("a", "r", pressure=high), Node("b", "r", rise, pressure=low, temperature=300.0)]
    return solved(network([Link("l", "a", "b", law)], nodes)).flow[0]


def solved(net: Network) -> Hydraulics:
    """Flows found."""
    hydraulics = Hydraulics(net)
    hydraulics.solve()
    assert np.abs(hydraulics.mass_defect()).max() < 1e-10
    return hydraulics


def test_laminar_pipe_is_hagen_poiseuille() -> None:
    wanted = math.pi * 0.01**4 * 20.0 / (128 * 1e-3 * 5.0)
    assert between(Pipe(5.0, 0.01, 0.0), 20.0) == pytest.approx(wanted, rel=1e-9)
    assert between(Pipe(5.0, 0.01, 0.0), 0.0, 20.0) == pytest.approx(-wanted, rel=1e-9)


@pytest.mark.parametrize(
    ("law", "flow"),
    [
        (Fitting(2.0, 0.1), math.pi / 4 * 0.01 * math.sqrt(2 * 0.5 * BAR / (998.0 * 2.0))),
        (Coupler(kv_of_cv(10.0)), 8.65 / 3600 * math.sqrt(0.5 * 1000.0 / 998.0)),
        (Valve(10.0, 1.0), 10.0 / 3600 * math.sqrt(0.5 * 1000.0 / 998.0)),
        (Valve(10.0, 0.5), 10.0 * 50**-0.5 / 3600 * math.sqrt(0.5 * 1000.0 / 998.0)),
        (Valve(10.0, 0.5, "linear"), 10.0 * 0.51 / 3600 * math.sqrt(0.5 * 1000.0 / 998.0)),
        (Valve(10.0, 0.0), 0.0),
        (Filter(10.0, 0.5), 5.0 / 3600 * math.sqrt(0.5 * 1000.0 / 998.0)),
        (CheckValve(10.0), 10.0 / 3600 * math.sqrt(0.5 * 1000.0 / 998.0)),
        (ColdPlate(1e5, 2e-3, 1.85), 2e-3 * 0.5 ** (1 / 1.85)),
        (ColdPlate(points=((1e-3, 0.5 * BAR), (2e-3, 1.8 * BAR))), 1e-3),
        (Regulator(1e-3, 10.0), 1e-3),
        (Regulator(1.0, 10.0), 10.0 / 3600 * math.sqrt(0.5 * 1000.0 / 998.0)),
        (Pump(1e5, 1e9), math.sqrt(1.5 * BAR / 1e9)),
    ],
)
def test_one_link_between_two_pressures(law: Law, flow: float) -> None:
    assert between(law, 0.5 * BAR) == pytest.approx(flow, rel=2e-8, abs=1e-15)


def test_no_link_is_flat_or_dead_around_zero() -> None:
    """A hundredth of a pascal moves fluid through everything that is open, both ways and alike."""
    for law in (Pipe(), Fitting(), Coupler(), Valve(), Filter(), ColdPlate(), ColdPlate(points=((1e-3, 1e4), (2e-3, 4e4)))):
        forth, back = between(law, 0.01), between(law, 0.0, 0.01)
        assert 0.0 < forth == pytest.approx(-back, rel=1e-9)
        assert between(law, 1e-7) > 1e-6 * forth


def test_a_check_valve_and_what_stands_against_its_way() -> None:
    assert between(CheckValve(10.0), 0.0, BAR) == 0.0
    assert between(Pump(1e5, 1e9, one_way=True), 0.0, 2 * BAR) == 0.0
    assert between(Pump(1e5, 1e9), 0.0, 2 * BAR) == pytest.approx(-math.sqrt(BAR / 1e9))
    assert between(Regulator(1e-3, 10.0), 0.0, 0.5 * BAR) == pytest.approx(-10.0 / 3600 * math.sqrt(0.5 * 1000.0 / 998.0))


def test_a_pump_with_a_check_valve_opens_when_it_can() -> None:
    """However the search begins: 2 bar of pump against 1 bar pass, against 3 bar do not."""
    for start in (-1.0, 0.0, 1.0):
        for pump in (Pump(2e5, 1e9, one_way=True), Pump(points=((0.0, 2e5), (0.02, 1e5), (0.03, 0.0)), one_way=True)):
            for against, runs in ((1e5, True), (3e5, False)):
                nodes = [Node("a", "r", pressure=0.0), Node("b", "r", pressure=against), Node("m", "r")]
                hydraulics = Hydraulics(network([Link("l", "a", "m", pump), Link("p", "m", "b")], nodes))
                hydraulics.solve(np.full(2, start))
                assert (hydraulics.flow > 1e-4).all() if runs else (hydraulics.flow == 0.0).all()


def test_height_stands_in_the_pressures() -> None:
    assert between(Pipe(), 998.0 * 9.80665 * 3.0, 0.0, rise=3.0) == pytest.approx(0.0, abs=1e-9)


def test_affinity_and_groups() -> None:
    """Half the speed: half the flow through a quadratic resistance; three pumps of a group: the curve at a third of the flow."""
    ring = [Node("s", "r", pressure=0.0), Node("d", "r")]

    def flow(pump: Pump) -> float:
        return float(solved(network([Link("pump", "s", "d", pump), Link("load", "d", "s", Coupler(20.0))], ring)).flow[0])

    full = flow(Pump(3e5, 1e9))
    assert flow(Pump(3e5, 1e9, speed=0.5)) == pytest.approx(0.5 * full, rel=1e-8)
    load = 1e5 * (3600 / 20.0) ** 2 * 0.998
    assert flow(Pump(3e5, 1e9, running=3)) == pytest.approx(math.sqrt(3e5 / (1e9 / 9 + load)), rel=1e-8)
    assert flow(Pump(3e5, 1e9, running=0)) == 0.0 and flow(Pump(3e5, 1e9, speed=0.0)) == pytest.approx(0.0, abs=1e-15)
    points = tuple((q, 3e5 - 1e9 * q * q) for q in np.linspace(0.0, 0.016, 33).tolist())
    assert flow(Pump(points=points)) == pytest.approx(full, rel=1e-5)
    assert flow(Pump(points=points, speed=0.5)) == pytest.approx(0.5 * full, rel=1e-5)
    assert flow(Pump(points=points, running=3)) == pytest.approx(flow(Pump(3e5, 1e9, running=3)), rel=1e-3)


def test_pumps_side_by_side_and_one_that_stands() -> None:
    """Of two pumps one stands: without a check valve it short-circuits the other, with one it does not."""
    nodes = [Node("s", "r", pressure=0.0), Node("d", "r")]
    load = Link("load", "d", "s", Coupler(20.0))

    def flows(standing: Pump) -> list[float]:
        found = solved(network([Link("a", "s", "d", Pump(3e5, 1e9)), Link("b", "s", "d", standing), load], nodes))
        return found.flow.tolist()

    a, b, through = flows(Pump(3e5, 1e9, speed=0.0))
    assert b < 0.0 and a == pytest.approx(through - b)
    a, b, through = flows(Pump(3e5, 1e9, speed=0.0, one_way=True))
    assert b == 0.0 and a == pytest.approx(math.sqrt(3e5 / (1e9 + 1e5 * 180.0**2 * 0.998)), rel=1e-8)


def test_pump_power() -> None:
    pump = Pump(3e5, 1e9, efficiency=((0.0, 0.2), (0.01, 0.6), (0.02, 0.5)))
    assert pump.power(0.005, 2e5) == pytest.approx(1000.0 / 0.4)
    assert Pump(3e5, 1e9, speed=0.5, efficiency=((0.0, 0.2), (0.01, 0.6))).power(0.005, 5e4) == pytest.approx(250.0 / 0.6)
    assert pump.power(-0.005, 2e5) == 0.0 and Pump(3e5, 1e9, speed=0.0).power(0.005, -10.0) == 0.0


def test_parts_that_are_cut_off_rest_quietly() -> None:
    nodes = [Node(name, "r", pressure=0.0 if name == "s" else None) for name in "sdxyz"]
    links = [
        Link("pump", "s", "d", Pump(3e5, 1e9)), Link("load", "d", "s", Coupler(20.0)),
        Link("shut", "d", "x", Valve(opening=0.0)), Link("far", "x", "y", Pipe()), Link("end", "y", "s", Pipe(), open=False),
        Link("stub", "y", "z", Pipe()),
    ]  # fmt: skip
    found = solved(network(links, nodes))
    assert (found.flow[2:] == 0.0).all() and found.flow[0] > 0.0


def test_what_no_flow_can_satisfy_is_named() -> None:
    nodes = [Node("s", "r", pressure=0.0), Node("d", "r", inflow=1e-3, inflow_temperature=300.0)]
    with pytest.raises(HallflowError, match="d: an inflow has no way"):
        Hydraulics(network([Link("l", "d", "s", open=False)], nodes)).solve()
    with pytest.raises(HallflowError, match="l: shut, one way or regulated"):
        Hydraulics(network([Link("l", "s", "d", CheckValve(5.0))], nodes)).solve()
    with pytest.raises(HallflowError, match="l: shut, one way or regulated"):
        Hydraulics(network([Link("l", "d", "s", Regulator(1e-4, 1.0))], nodes)).solve()
    with pytest.raises(CaseErrors, match="b: 0.001 m3/s enter a part without a held pressure"):
        Hydraulics(network([Link("l", "a", "b")], [Node("a", "r"), Node("b", "r", inflow=1e-3)]))
    with pytest.raises(UsageError, match="accepted: colebrook, swamee-jain"):
        Hydraulics(network([Link("l", "a", "b")], [Node("a", "r"), Node("b", "r")]), "hazen")


def test_a_loop_without_a_held_pressure_says_where_it_measures_from() -> None:
    net = network(
        [Link("pump", "s", "d", Pump(3e5, 1e9)), Link("load", "d", "s", Coupler(20.0))], [Node("s", "r"), Node("d", "r")]
    )
    found = solve(net)
    assert found.pressure["s"] == 0.0 and found.flow["load"] > 0 and "measured from s" in found.notes[0]


def test_a_change_is_solved_from_where_it_stood() -> None:
    nodes = [Node("s", "r", pressure=0.0), Node("d", "r")]
    valve = Link("load", "d", "s", Valve(20.0))
    found = solved(network([Link("pump", "s", "d", Pump(3e5, 1e9)), valve], nodes))
    first = found.flow.copy()
    for opening in (0.6, 0.0, 0.3, 1.0):
        found.change(Link("load", "d", "s", Valve(20.0, opening)))
        found.solve()
        assert (found.flow[0] == 0.0) == (opening == 0.0)
    np.testing.assert_allclose(found.flow, first, rtol=1e-10)
    points = Pump(points=((0.0, 3e5), (0.01, 2e5), (0.017, 1e4)))
    found.change(Link("pump", "s", "d", points))
    found.solve()
    assert found.flow[0] != pytest.approx(first[0], rel=1e-3) and found.flow[0] > 0
