"""Coils on loops at rest: flows and heat by hand, valves and ways round, floating supplies, doors on a CDU's loop, mistakes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.loop.coil_halls import air_at, rest, room
from tests.loop.halls import hall
from thermal.couple import Coupling
from thermal.errors import CaseErrors
from thermal.loop.assembly import assemble
from thermal.loop.coils import CoilAirSide
from thermal.loop.hydraulics import Hydraulics
from thermal.loop.links import Pump, Regulator
from thermal.loop.network import ConstantFluid, Link, Node, Region, build
from thermal.output.liquid import liquid_rows
from thermal.place import place_case

WATER = 4.196e6  # J/(m3 K) at 10 degC, Incropera & DeWitt 2002, table A.6: 1000 kg/m3 x 4193 J/(kg K), within 0.1 %
DRY = """
[[dry_cooler]]
name = "dry"
facility = "chilled"
heat = "30 kW"
air_inlet = "20 degC"
liquid_inlet = "30 degC"
liquid_outlet = "25 degC"
air_flow = "6 m3/s"
fan_power = "3 kW"
"""


def by_hand(row: dict, air_rate: float, ua: float, flow: str = "flow_L_min") -> float:
    """kW of a coil in counter flow: epsilon min(C) (T_air - T_water), Incropera & DeWitt 2002, eq. 11.29a."""
    water = WATER * row[flow] / 60e3
    least, most = min(air_rate, water), max(air_rate, water)
    units, ratio = ua / least, least / most
    left = math.exp(-units * (1.0 - ratio))
    return (1.0 - left) / (1.0 - ratio * left) * least * (row["air_in_degC"] - row["supply_degC"]) / 1e3


@pytest.mark.parametrize("valve", ["two-way", "three-way"])
@pytest.mark.parametrize("wanted", [math.inf, 60e3, 25e3, 1e3])
def test_heat_is_that_of_the_flow_through_the_coil(valve: str, wanted: float) -> None:
    case = room(('"two-way"', f'"{valve}"'), everywhere=True)
    sides = air_at(case, wanted=wanted)
    coupling, rows = rest(case, sides)
    side = sides["crah.west"]
    for row in rows["coils"]:
        assert row["heat_kW"] == pytest.approx(by_hand(row, side.flow * side.capacity, 4e3), rel=2e-3)
        most = side.open_heat(coupling.coils[0].coil, coupling.water[f"crah.{row['name']}"][0], 10.0 + 273.15) / 1e3
        assert row["heat_kW"] == pytest.approx(min(wanted / 1e3, most), rel=1e-7)
        assert row["heat_kW"] <= wanted / 1e3 * (1.0 + 1e-9)  # never more than is asked for
        assert row["heat_kW"] == pytest.approx(WATER * row["branch_L_min"] / 60e3 * (row["return_degC"] - 10.0) / 1e3, rel=2e-3)
        assert row["coil_dp_kPa"] == pytest.approx(40.0 * (row["flow_L_min"] / 90.0) ** 1.85, rel=1e-3)
        assert row["supply_degC"] == pytest.approx(10.0, abs=1e-6)
        if valve == "three-way":
            assert row["branch_L_min"] == pytest.approx(90.0, rel=1e-3)
    if valve == "two-way" and wanted < 30e3:
        assert max(row["flow_L_min"] for row in rows["coils"]) < 60.0
        assert rows["facility_loops"][0]["speed"] < 0.7  # the pumps slow down as the valves close
    assert rows["balance"]["loops"] < 1e-10 and rows["balance"]["whole"] < 1e-10
    assert coupling.operation.moved < 1e-10 and coupling.operation.rounds < 30
    chiller = rows["chillers"][0]
    assert chiller["heat_kW"] == pytest.approx(
        sum(r["heat_kW"] for r in rows["coils"]) + rows["balance"]["pumps_to_liquid_kW"], rel=1e-6
    )


def test_an_open_valve_passes_what_the_pumps_press_through_it() -> None:
    """Pumps at 40 % speed: 48 kPa at no flow, and the valve is named with what comes."""
    case = room(('differential_pressure = "80 kPa"\n', "speed = 0.4\n"))
    sides = air_at(case)
    _, rows = rest(case, sides)
    for row in rows["coils"]:
        assert row["is_open"] and 30.0 < row["flow_L_min"] < 60.0
        assert row["valve_dp_kPa"] == pytest.approx(20.0 * (row["flow_L_min"] / 90.0) ** 2, rel=2e-3)
        assert row["heat_kW"] == pytest.approx(by_hand(row, sides["crah.west"].flow * sides["crah.west"].capacity, 4e3), rel=2e-3)
    assert any("crah west: its valve is open" in text for text in rows["warnings"])


def test_without_a_control_nothing_throttles() -> None:
    case = room(('control = "supply"\nsetpoint = "18 degC"\n', ""), everywhere=True)
    coupling, rows = rest(case, air_at(case))
    assert "crah.west.valve" not in coupling.operation.links
    assert all(row["flow_L_min"] > 90.0 and row["valve_dp_kPa"] is None for row in rows["coils"])


def test_return_control_takes_its_share_of_the_open_coil() -> None:
    case = room()
    _, full = rest(case, air_at(case))
    _, half = rest(case, air_at(case, share=0.5))
    assert half["coils"][0]["heat_kW"] == pytest.approx(0.5 * full["coils"][0]["heat_kW"], rel=1e-6)


def test_a_dry_cooler_lets_the_supply_float_and_the_coil_follows() -> None:
    text = (
        '[[chiller]]\nname = "chiller"\nfacility = "chilled"\nmodel = "Trane CGAM110"\nflow = "3 L/s"\nloss = "40 kPa"\n',
        DRY,
    )
    case = room(text, ('supply = "10 degC"', 'supply = "31 degC"'))
    sides = air_at(case, celsius=50.0)
    _, rows = rest(case, sides)
    row = rows["coils"][0]
    assert row["supply_degC"] > 31.5  # 30 degC outdoors, 31 asked for
    assert row["heat_kW"] == pytest.approx(by_hand(row, sides["crah.west"].flow * sides["crah.west"].capacity, 4e3), rel=5e-3)
    assert rows["coolers"][0]["fan_speed"] == 1.0 and rows["balance"]["whole"] < 1e-10
    assert any("coolers do not reach" in text for text in rows["warnings"])


def test_water_warmer_than_the_air_heats_it_only_where_nothing_controls_it() -> None:
    kept = room(('supply = "10 degC"', 'supply = "30 degC"'))
    _, rows = rest(kept, air_at(kept, celsius=25.0, wanted=5e3))
    assert rows["coils"][0]["heat_kW"] == 0.0 and rows["coils"][0]["open_share"] < 1e-3
    free = room(('supply = "10 degC"', 'supply = "30 degC"'), ('control = "supply"\nsetpoint = "18 degC"\n', ""), everywhere=True)
    _, rows = rest(free, air_at(free, celsius=25.0))
    given = sum(row["heat_kW"] for row in rows["coils"])  # nothing warms the loop but its pumps, and the air takes that
    assert given == pytest.approx(-rows["balance"]["pumps_to_liquid_kW"], rel=1e-6) and given < -0.1
    assert any("is warmer than its air" in text for text in rows["warnings"])


def test_doors_hang_on_the_manifold_of_their_row() -> None:
    """22 kW of a rack's air into the CDU's own loop, behind the cold plates' 110 kW: one balance."""
    door = '[[rdhx]]\nname = "door"\nrow = "A"\n'
    door += 'coil = { ua = "3 kW/K", loop = "cdu", water_flow = "40 L/min", water_loss = "15 kPa" }\n'
    case = hall(more=door)
    coupling = Coupling(case, assemble(case.liquid, case.racks, case.bodies))
    capacity = case.air.density * case.air.heat_capacity
    air = {body.label: CoilAirSide(1.5, capacity, 323.15, water=body.coil.water_capacity) for body in case.bodies}
    coupling.exchange(np.full(4, 25.0 + 273.15 - case.air.reference_temperature), air)
    rows = liquid_rows(coupling)["liquid"]
    assert [row["name"] for row in rows["coils"]] == [f"door-A{n}" for n in range(1, 5)]
    for row, rack in zip(rows["coils"], rows["racks"], strict=True):
        assert row["dp_kPa"] == pytest.approx(rack["dp_kPa"], rel=1e-9) and row["supply_degC"] == pytest.approx(40.0, abs=0.01)
        assert row["heat_kW"] > 1.0
    cdu = rows["cdus"][0]
    into = sum(r["heat_kW"] for r in rows["coils"]) + sum(r["heat_to_liquid_kW"] for r in rows["racks"])
    assert cdu["heat_kW"] == pytest.approx(into + cdu["pump_hydraulic_kW"], rel=1e-6)
    assert rows["balance"]["whole"] < 1e-10 and rows["balance"]["interface"] < 1e-10


@pytest.mark.parametrize("flow", [1e-3, 1e-4, 1e-5, 1e-6])
def test_a_regulator_of_a_small_flow_is_not_shut(flow: float) -> None:
    region, nodes = Region("r", ConstantFluid("w", 1000.0, 4186.0, 1e-3)), [Node("a", "r", pressure=0.0), Node("b", "r")]
    links = [Link("pump", "a", "b", Pump(3e5, 1e9)), Link("regulator", "b", "a", Regulator(flow, 10.0))]
    hydraulics = Hydraulics(build([region], nodes, links))
    hydraulics.solve()
    assert hydraulics.flow == pytest.approx([flow, flow], rel=2e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('loop = "chilled"', 'loop = "chiled"'), ('no loop "chiled"', 'did you mean "chilled"')),
        (('loop = "chilled"', 'loop = "chiller"'), ('"chiller" is a [[chiller]] and has no pump', "chilled")),
        (('loop = "chilled"', 'loop = "chilled", water_temperature = "10 degC"'), ("water_temperature and loop together",)),
        (('loop = "chilled", ', ""), ("water_loss without a loop", "neither water_temperature nor loop")),
        (('water_flow = "1.5 L/s", ', ""), ("water_flow",)),
    ],
)  # fmt: skip
def test_mistakes_are_told(change: tuple[str, str], words: tuple[str, ...]) -> None:
    with pytest.raises(CaseErrors) as caught:
        room(change)
    told = "\n".join(str(error) for error in caught.value.errors)
    assert all(word in told for word in words) and "case.toml:" in told, told


def test_a_loop_that_cools_nothing_and_coils_on_a_cdu_are_told() -> None:
    more = '[[facility_loop]]\nname = "idle"\nsupply = "10 degC"\nflow = "1 L/s"\nhead = "1 bar"\ndiameter = "50 mm"\n'
    with pytest.raises(CaseErrors, match="facility loop idle cools nothing"):
        room(more=more)
    crah = (
        '[[in_row]]\nname = "unit"\nfrom = ["4.4 m", "1.8 m", "0 m"]\nto = ["5 m", "3 m", "2 m"]\nblows_to = "y-"\n'
        'fan = { shutoff_pressure = "100 Pa", free_flow = "1 m3/s" }\n'
        'coil = { ua = "1 kW/K", loop = "cdu", water_flow = "1 L/s" }\n'
    )
    with pytest.raises(CaseErrors, match="is a CDU, whose own loop feeds racks"):
        hall(more=crah)


def test_limits_name_coils() -> None:
    limit = '[[assert]]\nwhat = "liquid.coil.{name}.dew_point_margin"\nmin = "1 K"\n'
    assert room(more=limit.format(name="west")).limits[0].what == "liquid.coil.west.dew_point_margin"
    with pytest.raises(CaseErrors, match="no liquid.coil"):
        room(more=limit.format(name="north"))


def test_events_do_not_set_water_that_a_loop_gives() -> None:
    event = '[time]\nend = "10 s"\n[[event]]\nname = "warm"\nat = "2 s"\nobject = "crah.west"\nwater_temperature = "15 degC"\n'
    with pytest.raises(CaseErrors, match=r"crah\.west has no water_temperature to change; accepted: speed, setpoint"):
        place_case(room(more=event))
