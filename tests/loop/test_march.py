"""Loops in time: what has a closed form, what controls bring about, and that a checkpoint goes on bit for bit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thermal.errors import UsageError
from thermal.fluids.liquids import read_liquid
from thermal.loop.links import Coupler, Pipe, Pump, Valve
from thermal.loop.march import March
from thermal.loop.network import Chip, ConstantFluid, Exchanger, Link, Network, Node, Region, build
from thermal.loop.pi_control import PiControl

WATER = ConstantFluid("water", 1000.0, 4000.0, 1.0e-3)


def rack_loop(fluid=WATER, inertia: float = 0.0, stroke: float = 0.0) -> Network:
    """A pump, a valve, a rack with chips, a pipe that loses some heat, and an exchanger to water of 290 K."""
    nodes = [
        Node("s", "r", pressure=1e5), Node("d", "r"), Node("e", "r"), Node("f", "r", volume=0.02), Node("g", "r"),
        Node("in", "w", pressure=5e4, temperature=290.0), Node("out", "w", pressure=0.0, temperature=290.0),
    ]  # fmt: skip
    chip = Chip(lambda q: 1e-4 * (2e-3 / q) ** 0.5, to_case=5e-5, junction=2e4, case=5e4)
    links = [
        Link("pump", "s", "d", Pump(2e5, 1e9, inertia=inertia)), Link("valve", "d", "e", Valve(20.0, 0.8, stroke_time=stroke)),
        Link("rack", "e", "f", Coupler(20.0), heat=1e5, chip=chip, volume=5e-3),
        Link("pipe", "f", "g", Pipe(20.0, 0.05), loss=20.0),
        Link("hot", "g", "s", Coupler(30.0)), Link("cold", "in", "out", Coupler(15.0)),
    ]  # fmt: skip
    pair = Exchanger("hx", "hot", "cold", lambda a, b: 0.5)
    return build([Region("r", fluid, 300.0), Region("w", WATER, 290.0)], nodes, links, [pair])


def test_a_long_march_ends_where_the_network_rests() -> None:
    resting, marching = March(rack_loop()), March(rack_loop())
    resting.settle()
    for _ in range(300):
        marching.step(60.0)
        assert marching.heat.ledger.defect < 1e-10
    np.testing.assert_allclose(marching.heat.temperature, resting.heat.temperature, atol=1e-6)
    np.testing.assert_allclose(marching.heat.chips.junction, resting.heat.chips.junction, atol=1e-6)
    assert marching.solutions == 1 and marching.time == 18000.0


def test_a_pump_runs_down_as_its_inertia_lets_it() -> None:
    """Against a quadratic load P = P0 w^3, so J dw^2/dt = -P0 w^3 gives w = 1/(1 + P0 t/(2 J)), whatever the step."""
    errors = []
    for step in (0.1, 0.05):
        march = March(rack_loop(inertia=2000.0))
        flow, pump = march.hydraulics.flow[0], march.links["pump"].law
        power = pump.power(float(flow), -float(march.hydraulics.falls()[0]))
        march.trip_pump("pump")
        for _ in range(round(5.0 / step)):
            march.step(step)
        wanted = 1.0 / (1.0 + power * 5.0 / (2.0 * 2000.0))
        errors.append(march.links["pump"].law.speed - wanted)
        assert march.hydraulics.flow[0] == pytest.approx(
            flow * march.links["pump"].law.speed, rel=1e-2
        )  # pipes are not quite quadratic
    assert max(map(abs, errors)) < 1e-3 and abs(errors[0] - errors[1]) < 1e-5  # the load's pipe is not quite quadratic
    stopping = March(rack_loop())
    stopping.trip_pump("pump")
    stopping.step(1.0)
    assert stopping.links["pump"].law.speed == 0.0 and stopping.hydraulics.flow[0] == pytest.approx(0.0, abs=1e-12)
    case = stopping.heat.chips.case[0]
    stopping.step(10.0)  # without flow the chips keep their heat: J of both capacities
    gained = stopping.heat.chips.stored[0]
    stopping.step(10.0)
    assert stopping.heat.chips.stored[0] - gained == pytest.approx(1e6, rel=1e-9) and stopping.heat.chips.case[0] > case


def test_a_valve_takes_its_stroke_and_flows_follow() -> None:
    march = March(rack_loop(stroke=60.0))
    before = march.hydraulics.flow[0]
    march.open_valve("valve", 0.3)
    openings = []
    for _ in range(40):
        march.step(1.0)
        openings.append(march.links["valve"].law.opening)
    assert openings[0] == pytest.approx(0.8 - 1 / 60) and openings[29] == pytest.approx(0.3) and openings[-1] == 0.3
    assert march.hydraulics.flow[0] < before and march.solutions == 31


def test_controls_hold_what_they_are_told_to() -> None:
    wanted = {"dp": 8e4, "supply": 303.0}
    controls = [
        PiControl("dp", "pump", "pressure-difference", "d", wanted["dp"], 0.3, 5.0, to="s", span=1e5, lowest=0.2),
        PiControl("flow", "valve", "flow", "rack", 1.5e-3, 0.1, 5.0, span=1e-3, lowest=0.05),
    ]
    march = March(rack_loop(), controls=controls)
    for _ in range(600):
        march.step(2.0)
    h = march.hydraulics
    assert h.pressure[h.node_number["d"]] - h.pressure[h.node_number["s"]] == pytest.approx(wanted["dp"], rel=5e-3)
    assert h.flow[h.number["rack"]] == pytest.approx(1.5e-3, rel=5e-3)
    with pytest.raises(ValueError, match="accepted: temperature"):
        PiControl("x", "valve", "colour", "d", 1.0, 1.0, 1.0)
    with pytest.raises(UsageError, match='"rack" is no valve'):
        march.open_valve("rack", 1.0)


def test_viscosity_is_followed() -> None:
    """PG25 that warms up gets thinner: more flows at the end than at the start, and at rest as much as the steady answer has."""
    march = March(rack_loop(read_liquid("PG25")))
    first = march.hydraulics.flow[0]
    for _ in range(200):
        march.step(60.0)
    resting = March(rack_loop(read_liquid("PG25")))
    resting.settle()
    assert march.hydraulics.flow[0] > first * 1.0005 and 2 <= march.solutions < 30
    assert march.hydraulics.flow[0] == pytest.approx(resting.hydraulics.flow[0], rel=2e-4)


def test_a_checkpoint_goes_on_bit_for_bit() -> None:
    def begin() -> March:
        control = PiControl("dp", "pump", "pressure-difference", "d", 8e4, 0.3, 5.0, to="s", span=1e5, lowest=0.2)
        return March(rack_loop(read_liquid("PG25"), stroke=120.0), controls=[control])

    whole = begin()
    whole.open_valve("valve", 0.4)
    for _ in range(20):
        whole.step(2.0)
    state = whole.state()
    assert all(array.dtype == np.float64 for array in state.values())
    again = begin()
    again.restore(state)
    for march in (whole, again):
        for _ in range(30):
            march.step(2.0)
    for name, array in whole.state().items():
        np.testing.assert_array_equal(array, again.state()[name], err_msg=name)


def test_answers_by_name() -> None:
    march = March(rack_loop())
    march.settle()
    answer = march.answer()
    assert answer.junction["rack"] - answer.case["rack"] == pytest.approx(5.0, rel=1e-9)
    assert answer.power["pump"] > 0 and math.isfinite(answer.temperature["g"]) and answer.balance["defect"] < 1e-10
