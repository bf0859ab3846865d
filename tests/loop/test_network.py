"""A network's mistakes are found together and named."""

from __future__ import annotations

import pytest

from thermal.errors import CaseErrors
from thermal.loop.links import LAWS, CheckValve, ColdPlate, Coupler, Filter, Fitting, Pipe, Pump, Regulator, Valve
from thermal.loop.network import ConstantFluid, Exchanger, Link, Node, Region, build

WATER = ConstantFluid("water", 1000.0, 4180.0, 1e-3)


def test_all_mistakes_come_at_once_with_their_places() -> None:
    nodes = [Node("a", "r", pressure=0.0), Node("b", "q"), Node("c", "s"), Node("d", "r", volume=-1.0)]
    links = [
        Link("p", "a", "c"),
        Link("p", "a", "nowhere"),
        Link("loop", "a", "a"),
        Link("bad", "a", "d", Pipe(length=-1.0, diameter=0.1, roughness=0.02), loss=-1.0, cells=0),
    ]
    exchangers = [Exchanger("hx", "p", "gone", lambda a, b: 0.5), Exchanger("one", "loop", "loop", lambda a, b: 0.5)]
    with pytest.raises(CaseErrors) as found:
        build([Region("r", WATER), Region("s", WATER)], nodes, links, exchangers, {"bad": "links.csv:5"})
    lines = str(found.value).splitlines()
    for text in (
        'b: no region "q"', "d: volume below zero", "p: this link is there twice", "joins two regions, r and s",
        'no node "nowhere"', "loop: begins and ends at", "links.csv:5  bad: length is -1.0", "0.05 of the diameter",
        "loss is -1.0",        "bad: 0 cells", 'hx: no link "gone"', "one: both sides are one link",
    ):  # fmt: skip
        assert any(text in line for line in lines), (text, lines)


@pytest.mark.parametrize(
    "law",
    [
        Pipe(diameter=0.0), Fitting(loss=0.0), Coupler(kv=-1.0), Valve(opening=1.2), Valve(characteristic="square"),
        Regulator(flow=0.0), CheckValve(kv=0.0), Filter(fouling=1.0), ColdPlate(exponent=3.0), ColdPlate(points=((1.0, 0.0),)),
        ColdPlate(points=((1.0, 5.0), (2.0, 4.0))), Pump(fall=0.0), Pump(fall=1.0, speed=2.0),
        Pump(points=((0.0, 1.0), (1.0, 2.0))), Pump(fall=1.0, efficiency=1.5), Pump(fall=1.0, efficiency=((0.0, 0.5),)),
    ],
)  # fmt: skip
def test_a_law_says_what_cannot_be(law) -> None:
    assert list(law.mistakes())


def test_each_kind_is_listed_and_its_defaults_are_whole() -> None:
    assert {"pipe", "pump", "valve", "check-valve", "regulator", "cold-plate"} <= set(LAWS)
    for kind, law in LAWS.items():
        one = law(fall=1e8) if kind == "pump" else law()
        assert one.kind == kind and not list(one.mistakes()) and one.bore >= 0.0 and one.terms()


def test_a_valve_moves_no_faster_than_its_stroke() -> None:
    valve = Valve(opening=1.0, stroke_time=60.0)
    assert valve.moved(0.0, 15.0).opening == pytest.approx(0.75)
    assert valve.moved(0.9, 15.0).opening == pytest.approx(0.9)
    assert Valve(opening=0.2).moved(0.7, 1.0).opening == 0.7
    assert Valve(opening=0.0).terms().shut and not Valve(opening=0.01).terms().shut
