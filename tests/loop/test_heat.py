"""Temperatures of small networks in closed form: losses along pipes, mixing, exchangers, chips, a front that travels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thermal.errors import CaseErrors, HallflowError
from thermal.loop.heat import Heat
from thermal.loop.hydraulics import Hydraulics
from thermal.loop.links import Coupler, Pipe, Pump, Valve
from thermal.loop.network import Chip, ConstantFluid, Exchanger, Link, Network, Node, Region, build
from thermal.loop.steady import solve
from thermal.loop.tables import Counterflow

WATER = ConstantFluid("water", 1000.0, 4000.0, 1.0e-3)
C = 4000.0  # W/K of 1e-3 m3/s


def through(*links: Link, temperature: float = 320.0, flow: float = 1e-3, nodes: tuple[Node, ...] = ()) -> Network:
    """A flow enters at "in", leaves at "out"."""
    ends = (Node("in", "r", inflow=flow, inflow_temperature=temperature), Node("out", "r", pressure=0.0, temperature=None))
    return build([Region("r", WATER)], [*ends, *nodes], links)


def test_loss_along_a_pipe_converges_to_the_exponential_in_first_order() -> None:
    """T = Ta + (T0 - Ta) exp(-UA/C); upwind volumes of first order."""
    wanted, errors = 300.0 + 20.0 * math.exp(-0.5), []
    for cells in (10, 20, 40, 80):
        answer = solve(through(Link("p", "in", "out", Pipe(10.0, 0.05), loss=0.5 * C, ambient=300.0, cells=cells)))
        errors.append(answer.outlet["p"] - wanted)
        assert answer.balance["defect"] < 1e-10
        assert answer.balance["lost_W"] == pytest.approx(C * (320.0 - answer.outlet["p"]), rel=1e-10)
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert (np.abs(orders - 1.0) < 0.1).all() and abs(errors[-1]) < 0.03


def test_streams_mix_by_their_capacity_rates() -> None:
    nodes = (Node("b", "r", inflow=3e-3, inflow_temperature=300.0), Node("m", "r"))
    net = through(Link("x", "in", "m"), Link("y", "b", "m"), Link("z", "m", "out", heat=8e3), nodes=nodes)
    answer = solve(net)
    assert answer.temperature["m"] == pytest.approx((320.0 + 3 * 300.0) / 4, abs=1e-9)
    assert answer.outlet["z"] == pytest.approx(305.0 + 8e3 / (4 * C), abs=1e-9)
    assert answer.balance["carried_W"] == pytest.approx(8e3, rel=1e-9)


@pytest.mark.parametrize("ratio", [0.25, 1.0, 4.0])
def test_an_exchanger_gives_what_its_effectiveness_says(ratio: float) -> None:
    """Counterflow, Kays & London: eps = (1 - E)/(1 - R E), E = exp(-NTU (1 - R)); 0.8244 at NTU 2 and R 0.25, 2/3 at R 1."""
    nodes = [
        Node("a", "r", inflow=1e-3, inflow_temperature=320.0), Node("b", "r", pressure=0.0),
        Node("c", "s", inflow=1e-3 * ratio, inflow_temperature=290.0), Node("d", "s", pressure=0.0),
    ]  # fmt: skip
    least = C * min(1.0, ratio)
    pair = Exchanger("hx", "hot", "cold", Counterflow(2.0 * least))
    net = build([Region("r", WATER), Region("s", WATER)], nodes, [Link("hot", "a", "b"), Link("cold", "c", "d")], [pair])
    answer, small = solve(net), min(ratio, 1 / ratio)
    e = math.exp(-2.0 * (1.0 - small))
    wanted = 2.0 / 3.0 if ratio == 1.0 else (1.0 - e) / (1.0 - small * e)
    heat = wanted * least * 30.0
    assert answer.outlet["hot"] == pytest.approx(320.0 - heat / C, abs=1e-7)
    assert answer.outlet["cold"] == pytest.approx(290.0 + heat / (C * ratio), abs=1e-7)
    assert answer.balance["exchanged_W"] == pytest.approx(heat, rel=1e-8) and answer.balance["defect"] < 1e-12


@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True), (True, True)])
def test_two_loops_and_their_exchanger_close_whatever_the_direction(turned: tuple[bool, bool]) -> None:
    """A heated loop cooled by a second one: the matrix couples both; the answer does not ask which end a link is named from."""

    def link(name: str, a: str, b: str, back: bool) -> Link:
        return Link(name, b, a, Pipe(1.0, 0.05)) if back else Link(name, a, b, Pipe(1.0, 0.05))

    nodes = [Node("s", "r", pressure=0.0), Node("d", "r"), Node("e", "r"), Node("in", "w", pressure=1e5, temperature=290.0)]
    nodes.append(Node("out", "w", pressure=0.0, temperature=290.0))
    links = [
        Link("pump", "s", "d", Pump(1e5, 1e9)), Link("rack", "d", "e", Coupler(20.0), heat=5e4),
        link("hot", "e", "s", turned[0]), link("cold", "in", "out", turned[1]),
    ]  # fmt: skip
    net = build([Region("r", WATER), Region("w", WATER)], nodes, links, [Exchanger("hx", "hot", "cold", lambda a, b: 0.6)])
    answer = solve(net)
    least = min(abs(answer.flow["hot"]), abs(answer.flow["cold"])) * 4e6
    assert answer.temperature["e"] == pytest.approx(290.0 + 5e4 / (0.6 * least), rel=1e-9)
    assert answer.balance["defect"] < 1e-10


def test_chips_stand_above_their_coolant() -> None:
    chip = Chip(lambda q: 2e-3 * (1e-3 / q) ** 0.5, to_case=1e-3, junction=100.0, case=400.0)
    answer = solve(through(Link("rack", "in", "out", heat=1e4, chip=chip)))
    assert answer.case["rack"] == pytest.approx(340.0, abs=1e-9) and answer.junction["rack"] == pytest.approx(350.0, abs=1e-9)
    assert answer.outlet["rack"] == pytest.approx(322.5, abs=1e-9)


def test_chips_warm_up_in_the_time_of_their_capacities() -> None:
    """With one capacity T = T1 + P R (1 - exp(-t/RC)); implicit Euler in first order, and every joule is kept."""
    errors = []
    for steps in (50, 100):
        hydraulics = Hydraulics(through(Link("rack", "in", "out", volume=0.0, heat=1e4, chip=Chip(lambda q: 2e-3, case=5e3))))
        hydraulics.solve()
        heat = Heat(hydraulics)
        heat.chips.case[:] = 320.0
        given, before = 0.0, heat.chips.stored.sum()
        for _ in range(steps):
            heat.step(10.0 / steps)
            given += heat.ledger.to_fluid * 10.0 / steps
        assert heat.chips.stored.sum() - before + given == pytest.approx(1e4 * 10.0, rel=1e-10)
        errors.append(heat.chips.case[0] - (320.0 + 20.0 * (1.0 - math.exp(-1.0))))
    assert 0.9 < math.log2(errors[0] / errors[1]) < 1.1 and abs(errors[1]) < 0.05


def test_a_front_travels_with_the_flow_and_no_joule_is_lost() -> None:
    """Water of 340 K enters a pipe of 300 K: half way up after the time of its volume; the pipe takes what entered."""
    pipe = Pipe(20.0, 0.05)
    net = through(Link("p", "in", "out", pipe, cells=400), temperature=340.0)
    hydraulics = Hydraulics(build([Region("r", WATER, 300.0)], list(net.nodes.values()), list(net.links.values())))
    hydraulics.solve()
    heat = Heat(hydraulics)
    seconds, stored = pipe.bore / 1e-3, 0.0
    for step in range(400):
        heat.step(seconds / 400)
        stored += heat.ledger.stored * seconds / 400
        assert heat.ledger.defect < 1e-10
        if step == 199:
            assert heat.cells[100] > 339.0 and heat.cells[300] < 301.0
    assert heat.outlet()[0] == pytest.approx(320.0, abs=1.0)
    assert stored == pytest.approx(4e6 * pipe.bore * np.mean(heat.cells - 300.0), rel=1e-9)


def test_reversal_and_rest_in_time() -> None:
    """A valve shuts: what stands still keeps its heat, what flows back comes back warm."""
    nodes = [Node("a", "r", pressure=1e4, temperature=300.0), Node("b", "r", pressure=0.0, temperature=300.0), Node("m", "r")]
    links = [Link("p", "a", "m", Pipe(5.0, 0.05), heat=2e4), Link("v", "m", "b", Valve(20.0))]
    net = build([Region("r", WATER, 300.0)], nodes, links)
    hydraulics = Hydraulics(net)
    hydraulics.solve()
    heat = Heat(hydraulics)
    heat.solve()
    warm = heat.outlet()[0]
    assert warm == pytest.approx(300.0 + 2e4 / (hydraulics.flow[0] * 4e6), rel=1e-12)
    hydraulics.change(Link("v", "m", "b", Valve(20.0, 0.0)))
    hydraulics.solve()
    heat.heat[:] = 0.0
    before = heat.cells.copy()
    heat.step(60.0)
    np.testing.assert_allclose(heat.cells, before, rtol=1e-14)
    assert heat.ledger.defect < 1e-10
    heat.heat[:] = 2e4, 0.0
    heat.step(60.0)
    assert np.mean(heat.cells[:-1] - before[:-1]) == pytest.approx(2e4 * 60 / (4e6 * Pipe(5.0, 0.05).bore), rel=1e-9)


def test_apparatus_answers_to_what_enters_it() -> None:
    """A cooler that takes 500 W/K above 280 K: the loop settles where it takes the rack's heat."""
    nodes = [Node("s", "r", pressure=0.0), Node("d", "r"), Node("e", "r")]

    def cooler(rate: float, entering: float) -> tuple[float, float]:
        return -500.0 * (entering - 280.0), -500.0

    links = [
        Link("pump", "s", "d", Pump(1e5, 1e9)), Link("rack", "d", "e", Coupler(20.0), heat=1e4),
        Link("cooler", "e", "s", Coupler(20.0), duty=cooler),
    ]  # fmt: skip
    answer = solve(build([Region("r", WATER)], nodes, links))
    assert answer.temperature["e"] == pytest.approx(300.0, abs=1e-7) and answer.balance["defect"] < 1e-10


def test_heat_without_a_way_out_is_named() -> None:
    nodes = [Node("s", "r", pressure=0.0, temperature=300.0), Node("d", "r"), Node("x", "r"), Node("y", "r")]
    ring = [Link("pump", "s", "d", Pump(1e5, 1e9)), Link("load", "d", "s", Coupler(20.0), heat=1e3)]
    still = Link("rack", "d", "x", Valve(opening=0.0), heat=1e5)
    with pytest.raises(CaseErrors, match="rack: 100000 W and no flow"):
        solve(build([Region("r", WATER)], nodes[:3], [*ring, still]))
    island = [Link("gate", "d", "x", Valve(opening=0.0)), Link("own", "x", "y", Pump(1e5, 1e9))]
    with pytest.raises(HallflowError, match="rack: 100000 W and nothing takes its heat away"):
        solve(build([Region("r", WATER)], nodes, [*ring, *island, Link("rack", "y", "x", Coupler(5.0), heat=1e5)]))
    quiet = solve(build([Region("r", WATER, 295.0)], nodes, [*ring, *island, Link("rack", "y", "x", Coupler(5.0))]))
    assert quiet.temperature["x"] == pytest.approx(295.0, abs=1e-9) and quiet.balance["defect"] < 1e-10
    with pytest.raises(CaseErrors, match="in: fluid enters here from outside"):
        solve(
            build([Region("r", WATER)], [Node("in", "r", inflow=1e-3), Node("out", "r", pressure=0.0)], [Link("p", "in", "out")])
        )


def test_a_loop_that_nothing_cools_has_flows_but_no_temperatures() -> None:
    nodes = [Node("s", "r", pressure=0.0), Node("d", "r")]
    answer = solve(build([Region("r", WATER)], nodes, [Link("pump", "s", "d", Pump(1e5, 1e9)), Link("l", "d", "s", heat=1e3)]))
    assert answer.flow["l"] > 0 and math.isnan(answer.temperature["d"]) and "no temperatures around s" in answer.notes[0]


def test_in_time_such_a_loop_warms_up_by_what_it_is_given() -> None:
    nodes = [Node("s", "r", pressure=0.0), Node("d", "r", volume=0.1)]
    net = build([Region("r", WATER, 300.0)], nodes, [Link("pump", "s", "d", Pump(1e5, 1e9)), Link("l", "d", "s", heat=1e4)])
    hydraulics = Hydraulics(net)
    hydraulics.solve()
    heat = Heat(hydraulics)
    heat.solve()
    assert np.isnan(heat.temperature).all()
    for _ in range(10):
        heat.step(60.0)
        assert heat.ledger.defect < 1e-10
    stored = 4e6 * (0.1 * (heat.temperature[1] - 300.0) + Pipe().bore * (heat.cells[1] - 300.0))
    assert stored == pytest.approx(1e4 * 600.0, rel=1e-9)
