"""What tables say beyond pipes: curves, chips, stores, tanks, vessels and coolers, each against a rating or a closed form."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import thermal
from tests.loop.test_tables import write
from thermal.cli import main
from thermal.errors import CaseErrors
from thermal.fluids.liquids import read_liquid
from thermal.loop.apparatus import ChillerDuty, CoolerDuty, TowerDuty
from thermal.loop.columns import LINK_COLUMNS
from thermal.loop.components.chiller import published_chillers
from thermal.loop.components.cold_plate import ocp_module
from thermal.loop.components.store import BufferStore
from thermal.loop.links import ColdPlate, Pump, Valve
from thermal.loop.march import March
from thermal.loop.network import Network, Node, Region, Vessel, build
from thermal.loop.steady import Answer, solve
from thermal.loop.tables import read_network

HEAD = ",".join(LINK_COLUMNS)
THROUGH = "node,region,fixed_p_Pa,inflow_m3s,inflow_degC\na,r,,{flow},{celsius}\nb,r,0,,\n"
WATER = {"fluid": "water"}
RATED = {"dp_Pa": "5e4", "flow_m3s": "0.01", "air_m3s": "20", "fan_W": "9e3", "rated_W": "400e3"}
DRY = (
    {"kind": "dry-cooler", "rated_in_degC": "46", "rated_out_degC": "36", "rated_air_degC": "30", "dry_bulb_degC": "30"}
    | RATED
    | {"air_m3s": "40"}
)
WET = {"kind": "cooling-tower", "rated_in_degC": "36", "rated_out_degC": "28", "rated_air_degC": "32",
       "rated_wet_bulb_degC": "21", "dry_bulb_degC": "32", "wet_bulb_degC": "21"} | RATED  # fmt: skip


def network_of(folder: Path, row: dict[str, str], flow: float = 1e-3, celsius: float = 40.0) -> Network:
    """One link from an inflow to a held pressure."""
    nodes = THROUGH.format(flow=repr(flow), celsius=repr(celsius))
    return read_network(*write(folder, [{"link": "x"} | WATER | row], nodes, HEAD))


def answer_of(folder: Path, row: dict[str, str], flow: float = 1e-3, celsius: float = 40.0) -> Answer:
    return solve(network_of(folder, row, flow, celsius))


def capacity(celsius: float = 20.0) -> float:
    """J/(m3 K) of a region of water, which stands at 20 degC until something says otherwise."""
    water = read_liquid("water")
    return float(water.density(celsius + 273.15) * water.heat_capacity(celsius + 273.15))


def test_curves_efficiency_and_stroke_arrive(tmp_path: Path) -> None:
    points = "0:3e5 0.01:2.5e5 0.02:1e5"
    rows = [
        {"link": "p", "kind": "pump", "points": points, "efficiency": "0.005:0.5 0.015:0.7", "inertia_J": "900", "running": "2"},
        {"link": "c", "kind": "cold-plate", "points": "0.01:1e4 0.02:3.6e4"},
        {"link": "v", "kind": "valve", "kv_m3h": "9", "stroke_s": "60", "rangeability": "30"},
    ]
    links = read_network(*write(tmp_path, rows, head=HEAD)).links
    curve = ((0.0, 3e5), (0.01, 2.5e5), (0.02, 1e5))
    assert links["p"].law == Pump(3e5, 0.0, curve, running=2, efficiency=((0.005, 0.5), (0.015, 0.7)), inertia=900.0)
    assert links["c"].law == ColdPlate(points=((0.01, 1e4), (0.02, 3.6e4)))
    assert links["v"].law == Valve(9.0, rangeability=30.0, stroke_time=60.0)
    march = March(thermal.read_network(*write(tmp_path, [rows[2] | WATER], THROUGH.format(flow="1e-3", celsius="20"), HEAD)))
    march.open_valve("v", 0.0)
    march.step(15.0)
    assert march.links["v"].law.opening == pytest.approx(0.75)  # type: ignore[attr-defined]


def test_chips_stand_over_their_coolant(tmp_path: Path) -> None:
    """The published plate at 1 L/min a plate: case = inlet + 0.0245 K/W x 1 kW; junction = case + 0.015 K/W x 1 kW."""
    row = {"kind": "cold-plate", "dp_Pa": "9e4", "flow_m3s": "1e-3", "heat_W": "60e3", "case_R_K_W": "ocp", "plates": "60",
           "junction_K_W": "0.015", "case_J_K": "200", "junction_J_K": "20"}  # fmt: skip
    answer = answer_of(tmp_path, row)
    assert answer.case["x"] == pytest.approx(313.15 + 24.5, abs=1e-6)
    assert answer.junction["x"] == pytest.approx(313.15 + 24.5 + 15.0, abs=1e-6)
    points = " ".join(f"{q!r}:{r!r}" for q, r in zip(ocp_module().flows, ocp_module().resistances, strict=True))
    same = answer_of(tmp_path, row | {"case_R_K_W": points})
    assert same.case == answer.case


def test_a_bath_is_as_warm_as_what_leaves_it(tmp_path: Path) -> None:
    """T = (P + m c T_in + U T_room)/(m c + U); in time the boards' capacity counts beside the bath's."""
    row = {"kind": "immersion-tank", "dp_Pa": "2e4", "flow_m3s": "1e-3", "heat_W": "50e3", "loss_W_K": "12", "ambient_degC": "24",
           "volume_m3": "0.7", "solids_J_K": "250e3", "surface_K_W": "1e-4"}  # fmt: skip
    answer = answer_of(tmp_path, row)
    rate = 1e-3 * capacity()
    bath = (50e3 + rate * 313.15 + 12.0 * 297.15) / (rate + 12.0)
    assert answer.outlet["x"] == pytest.approx(bath, rel=1e-12)
    assert answer.surface["x"] == pytest.approx(bath + 5.0, rel=1e-12)
    march = March(network_of(tmp_path, row))
    start, whole = float(march.heat.cells[0]), 0.7 * capacity() + 250e3
    for _ in range(400):
        march.step(1.0)
        assert march.heat.ledger.defect < 1e-10
    wanted = bath + (start - bath) * math.exp(-400.0 * (rate + 12.0) / whole)
    assert float(march.heat.cells[0]) == pytest.approx(wanted, abs=0.02)


def test_a_store_loses_heat_along_its_layers(tmp_path: Path) -> None:
    """Upwind layers: each divides the excess over the room by 1 + U/(n m c)."""
    row = {
        "kind": "store",
        "diam_m": "0.05",
        "volume_m3": "2",
        "height_m": "2",
        "cells": "8",
        "loss_W_K": "80",
        "ambient_degC": "15",
    }
    answer = answer_of(tmp_path, row)
    assert answer.outlet["x"] - 288.15 == pytest.approx(25.0 / (1.0 + 80.0 / 8.0 / (1e-3 * capacity())) ** 8, rel=1e-9)


@pytest.mark.parametrize("start", [320.0, 293.15])
def test_layers_of_a_store_in_time_are_those_of_the_component(tmp_path: Path, start: float) -> None:
    """Warm water onto cold layers keeps its front; cold water under a warm lid turns over; no joule is lost either way."""
    row = {"kind": "store", "diam_m": "0.05", "volume_m3": "0.5", "height_m": "2", "cells": "8"}
    march = March(network_of(tmp_path, row, 1e-3, 30.0))
    march.heat.cells[:] = np.linspace(start + 4.0, start, 8)
    alone = BufferStore(0.5, 2.0, 8, read_liquid("water"), 293.15)
    layers = march.heat.cells[::-1].copy()
    mass = 1e-3 * float(read_liquid("water").density(293.15))
    for _ in range(60):
        march.step(5.0)
        assert march.heat.ledger.defect < 1e-10
        layers = alone.advance(layers, 5.0, mass, 303.15, 293.15).layers
        assert (np.diff(march.heat.cells) <= 1e-9).all()  # warm on top
    assert march.heat.cells[::-1] == pytest.approx(layers, abs=2e-3)  # conduction apart from flow: first order in the step
    state = march.state()
    march.step(5.0)
    after = march.heat.cells.copy()
    march.restore(state)
    march.step(5.0)
    assert (march.heat.cells == after).all()


def test_a_vessel_follows_boyle() -> None:
    """5 m3 of water from 10 to 50 degC in a vessel of 0.4 m3: IAPWS-95 999.70 and 988.03 kg/m3."""
    water = read_liquid("water")
    nodes = [Node("a", "r", pressure=1.5e5, temperature=323.15, volume=5.0, vessel=Vessel(0.4, 1e5)), Node("b", "r")]
    from thermal.loop.links import Pipe
    from thermal.loop.network import Link

    network = build([Region("r", water, 293.15)], nodes, [Link("l", "a", "b", Pipe(1.0, 0.05), loss=1e-9)])
    answer = solve(network)
    gas = 0.4 * 201325.0 / 251325.0 - 5.0 * (999.70 / 988.03 - 1.0)
    assert answer.vessels["a"].pressure == pytest.approx(201325.0 * 0.4 / gas - 101325.0, rel=2e-3)
    assert answer.pressure["a"] == answer.pressure["b"] == pytest.approx(answer.vessels["a"].pressure)
    small = build([Region("r", water, 293.15)], [Node("a", "r", pressure=1.5e5, temperature=323.15, volume=5.0,
                  vessel=Vessel(0.05, 1e5)), Node("b", "r")], [Link("l", "a", "b", Pipe(1.0, 0.05), loss=1e-9)])  # fmt: skip
    assert any("a: the expansion vessel is full" in note for note in solve(small).notes)


def test_a_dry_cooler_gives_its_rating_and_holds_its_outlet(tmp_path: Path) -> None:
    """BAC TDFS1238N-C60ET40B of the components' test, through a table: 2931 kW, 46.11 to 40.55 degC in 35 degC air, 117.68 kW."""
    flow = 2931e3 / (5.56 * capacity())
    row = DRY | {"rated_W": "2931e3", "rated_in_degC": "46.11", "rated_out_degC": "40.55", "rated_air_degC": "35",
                 "dry_bulb_degC": "35", "air_m3s": "400", "fan_W": "117.68e3"}  # fmt: skip
    answer = answer_of(tmp_path, row, flow, 46.11)
    assert answer.machines["x"]["heat_W"] == pytest.approx(2931e3, rel=1e-6)
    assert answer.outlet["x"] == pytest.approx(313.70, abs=1e-6)
    held = answer_of(tmp_path, row | {"outlet_degC": "43"}, flow, 46.11)
    assert held.outlet["x"] == pytest.approx(316.15, abs=1e-9) and held.balance["defect"] < 1e-12
    speed = held.machines["x"]["fan_speed"]
    assert 0.1 < speed < 0.8 and held.machines["x"]["fan_W"] == pytest.approx(117.68e3 * speed**3)
    cold = answer_of(tmp_path, row | {"outlet_degC": "60"}, flow, 46.11)
    assert 0.0 < cold.machines["x"]["heat_W"] < 0.25 * 2931e3  # what the draught takes
    pads = answer_of(tmp_path, row | {"pads": "0.85", "wet_bulb_degC": "22"}, flow, 46.11)
    assert pads.machines["x"]["air_K"] == pytest.approx(308.15 - 0.85 * 13.0) and pads.machines["x"]["water_kg_s"] > 0.1


def test_a_tower_gives_its_rating_and_holds_its_outlet(tmp_path: Path) -> None:
    row = WET | {"rated_W": repr(1e-2 * capacity() * 8.0)}
    answer = answer_of(tmp_path, row, 1e-2, 36.0)
    assert answer.outlet["x"] - 273.15 == pytest.approx(28.0, abs=1e-3) and answer.machines["x"]["fan_speed"] == 1.0
    assert answer.machines["x"]["heat_W"] == pytest.approx(1e-2 * capacity() * 8.0, rel=1e-4)
    half = answer_of(tmp_path, row | {"rated_W": repr(0.5e-2 * capacity() * 8.0), "count": "2", "outlet_degC": "31"}, 1e-2, 36.0)
    assert half.outlet["x"] - 273.15 == pytest.approx(31.0, abs=1e-6) and half.balance["defect"] < 1e-12
    assert 0.2 < half.machines["x"]["fan_speed"] < 0.8 and half.machines["x"]["water_kg_s"] > 0.0


def test_a_chiller_holds_its_outlet_as_far_as_it_can(tmp_path: Path) -> None:
    row = {
        "kind": "chiller",
        "model": "Trane CGAM110",
        "outlet_degC": "8",
        "dry_bulb_degC": "25",
        "dp_Pa": "4e4",
        "flow_m3s": "0.01",
    }
    flow = 200e3 / (6.0 * capacity())
    answer = answer_of(tmp_path, row, flow, 14.0)
    machine = next(one for name, one in published_chillers().items() if name.startswith("Trane"))
    point = machine.operate(200e3, 281.15, 298.15)
    assert answer.outlet["x"] == pytest.approx(281.15, abs=1e-9)
    assert answer.machines["x"]["power_W"] == pytest.approx(point.power, rel=1e-9)
    most = answer_of(tmp_path, row, 10.0 * flow, 14.0)
    assert most.machines["x"]["heat_W"] == pytest.approx(machine.available(281.15, 298.15), rel=1e-9)
    assert most.outlet["x"] > 282.0 and most.balance["defect"] < 1e-12


@pytest.mark.parametrize("entering", [285.0, 303.0, 308.0, 330.0])
def test_heat_of_coolers_rises_with_what_enters(tmp_path: Path, entering: float) -> None:
    """A slope above zero would let two answers be; it is never one."""
    duties = [network_of(tmp_path, row | {"outlet_degC": "30"}).links["x"].duty for row in (DRY, WET)]
    assert isinstance(duties[0], CoolerDuty) and isinstance(duties[1], TowerDuty)
    duties.append(ChillerDuty(published_chillers()[next(iter(published_chillers()))], 280.0, 300.0))
    for duty in duties:
        heat, slope = duty(4e4, entering)  # type: ignore[misc]
        assert slope <= 0.0 and duty(4e4, entering + 0.5)[0] <= heat + 1e-6  # type: ignore[misc]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"kind": "pump", "points": "0:3e5"}, "two pairs or more"),
        ({"kind": "pump", "points": "0:3e5 0.01"}, "is no pair of numbers"),
        ({"kind": "pump", "points": "0:3e5 0.01:3.1e5"}, "points out of order"),
        ({"kind": "pump", "points": "0:3e5 0.01:1e5", "pump_A_Pa": "3e5"}, "points beside pump_A_Pa"),
        ({"kind": "cold-plate", "dp_Pa": "1", "flow_m3s": "1", "plates": "4"}, "without its cold plate"),
        ({"kind": "cold-plate", "dp_Pa": "1", "flow_m3s": "1", "case_R_K_W": "1e-5:0.02 2e-5:0.03"}, "resistances fall"),
        ({"kind": "store", "diam_m": "0.1", "volume_m3": "1"}, "height_m: is empty"),
        ({"kind": "immersion-tank", "dp_Pa": "1", "flow_m3s": "1"}, "volume_m3: is empty"),
        ({"kind": "pipe", "length_m": "1", "diam_m": "1", "height_m": "1"}, "a pipe has none"),
        (WET | {"wet_bulb_degC": ""}, "a tower or wet pads need it"),
        (WET | {"wet_bulb_degC": "40"}, "the wet bulb is above"),
        (WET | {"rated_out_degC": "20"}, "not cooled towards the wet bulb"),
        (WET | {"air_m3s": "2"}, "no counterflow tower"),
        (WET | {"cycles": "1"}, "cycles of concentration"),
        (DRY | {"air_m3s": "5"}, "out of reach"),
        (DRY | {"rated_out_degC": "29"}, "rated air < out < in"),
        (DRY | {"speed": "2"}, "a speed outside"),
        ({"kind": "chiller", "model": "x", "dp_Pa": "1", "flow_m3s": "1", "outlet_degC": "8"}, "no published chiller"),
        ({"kind": "chiller", "model": "Trane CGAM110", "dp_Pa": "1", "flow_m3s": "1"}, "the temperature that the chiller holds"),
    ],
)  # fmt: skip
def test_mistakes_are_told_by_line(tmp_path: Path, row: dict[str, str], words: str) -> None:
    with pytest.raises(CaseErrors) as found:
        network_of(tmp_path, row)
    assert words in str(found.value) and "links.csv:2" in str(found.value)


def test_vessels_need_a_held_pressure(tmp_path: Path) -> None:
    nodes = "node,region,fixed_p_Pa,vessel_m3,precharge_Pa\na,r,,0.2,1e5\nb,r,1e5,0.2,2e5\n"
    with pytest.raises(CaseErrors) as found:
        read_network(*write(tmp_path, [{"link": "x", "kind": "pipe", "length_m": "1", "diam_m": "0.1"} | WATER], nodes, HEAD))
    assert "without a held pressure" in str(found.value) and "at most the filling's" in str(found.value)


def test_the_immersion_network_by_hand(capsys) -> None:
    """Baths by their flows, the tower takes what is left, the page and the terminal show them."""
    folder = Path(__file__).resolve().parents[2] / "cases" / "loop-immersion"
    network = read_network(folder / "links.csv", folder / "nodes.csv")
    answer, oil = solve(network), read_liquid("HFE-7100")
    heat_capacity = float(oil.density(293.15) * oil.heat_capacity(293.15))
    left = 0.0
    for n, power in enumerate((100e3, 100e3, 80e3, 80e3), 1):
        rate = answer.flow[f"TANK{n}"] * heat_capacity
        bath = (power + rate * answer.temperature["t_s"] + 12.0 * 297.15) / (rate + 12.0)
        assert answer.outlet[f"TANK{n}"] == pytest.approx(bath, abs=1e-6)
        left += power - 12.0 * (bath - 297.15)
    assert answer.machines["TOWER"]["heat_W"] == pytest.approx(left - 10.0 * 9.998, abs=1.0)
    assert main(["loop", "loop-immersion"]) == 0
    printed = capsys.readouterr().out
    assert "cooler TOWER" in printed and "vessel w_suc" in printed and "tank TANK4" in printed and "cooling-tower" in printed
