"""A plant at rest: hands find its numbers again, controls hold or float by name, every joule is found."""

from __future__ import annotations

import numpy as np
import pytest

from tests.loop.halls import hall, room_air
from thermal.couple import Coupling
from thermal.loop.assembly import assemble
from thermal.loop.controls import SpeedControl, setting_for
from thermal.loop.operation import Operation
from thermal.output.liquid import liquid_rows


def run(*changes: tuple[str, str], more: str = "", celsius: float = 25.0) -> tuple[Operation, dict]:
    case = hall(*changes, more=more)
    coupling = Coupling(case, assemble(case.liquid, case.racks))
    coupling.exchange(np.full(len(case.racks), celsius + 273.15 - case.air.reference_temperature))
    return coupling.operation, liquid_rows(coupling)["liquid"]


def test_setpoints_are_held_and_balances_close() -> None:
    operation, rows = run()
    assert rows["warnings"] == []
    (cdu,), (facility,) = rows["cdus"], rows["facility_loops"]
    assert cdu["supply_degC"] == pytest.approx(40.0, abs=1e-6) and facility["supply_degC"] == pytest.approx(35.0, abs=1e-6)
    assert min(rack["dp_kPa"] for rack in rows["racks"]) == pytest.approx(80.0, rel=1e-9)
    assert rows["balance"]["loops"] < 1e-10 and rows["balance"]["interface"] < 1e-10 and rows["balance"]["whole"] < 1e-10
    assert rows["balance"]["to_liquid_kW"] == pytest.approx(4 * 110.5, rel=1e-12)
    assert operation.rounds < 40 and operation.moved < 1e-10


def test_racks_by_hand() -> None:
    """Case = supply + R(flow) P/n with OCP's points; return = supply + P/(rho cp q) with CoolProp's PG25, 25.7 % by mass."""
    _, rows = run()
    rack = rows["racks"][0]
    each = rack["flow_L_min"] / 112.0
    resistance = np.exp(np.interp(np.log(each), np.log([1.2, 1.4, 1.6, 1.8]), np.log([0.023, 0.022, 0.0214, 0.0209])))
    assert rack["case_degC"] == pytest.approx(40.0 + resistance * 110.5e3 / 112.0, abs=1e-3)
    assert rack["return_degC"] - rack["supply_degC"] == pytest.approx(110.5e3 / (rack["flow_L_min"] / 60e3 * 4.006e6), rel=2e-3)
    assert rack["plates_dp_kPa"] == pytest.approx(60.0 * (each / 1.5) ** 1.85, rel=1e-6)


def test_reverse_return_gives_all_racks_nearly_one_flow() -> None:
    thin = ('diameter = "100 mm"', 'diameter = "65 mm"')
    spread = []
    for arrangement in ("direct", "reverse-return"):
        _, rows = run(thin, ('row = "A"\n', f'row = "A"\narrangement = "{arrangement}"\n'))
        flows = [rack["flow_L_min"] for rack in rows["racks"]]
        spread.append(max(flows) / min(flows) - 1.0)
    assert spread[1] < 0.5 * spread[0]


def test_a_hot_day_lets_temperatures_float_and_says_so() -> None:
    _, rows = run(('dry_bulb = "30 degC"', 'dry_bulb = "42 degC"'))
    (cooler,), (cdu,) = rows["coolers"], rows["cdus"]
    assert cooler["fan_speed"] == 1.0 and cdu["supply_degC"] > 45.0
    assert any("CDU cdu: supply" in text for text in rows["warnings"])
    assert any("coolers do not reach 35.0" in text for text in rows["warnings"])
    assert rows["balance"]["whole"] < 1e-10


def test_pads_win_back_a_hot_day_and_take_water() -> None:
    _, rows = run(('dry_bulb = "30 degC"', 'dry_bulb = "42 degC"'), ("count = 2\n", "count = 2\npads = 0.85\n"))
    (cooler,) = rows["coolers"]
    assert cooler["air_inlet_degC"] == pytest.approx(42.0 - 0.85 * 22.0) and cooler["water_L_h"] > 100.0
    assert rows["warnings"] == [] and cooler["fan_speed"] < 1.0
    assert cooler["approach_K"] == pytest.approx(35.0 - 23.3, abs=1e-4)  # to the air behind the pads, not to 42 degC


CHILLER = """
[[chiller]]
name = "trim"
facility = "fws"
model = "Trane CGAM110"
count = 2
flow = "800 L/min"
"""


def test_chillers_take_what_dry_coolers_leave() -> None:
    cold = (('supply = "35 degC"', 'supply = "10 degC"'), ('supply = "40 degC"', 'supply = "15 degC"'))
    _, rows = run(*cold, ('dry_bulb = "30 degC"', 'dry_bulb = "25 degC"'), more=CHILLER)
    (chiller,), (facility,) = rows["chillers"], rows["facility_loops"]
    assert facility["supply_degC"] == pytest.approx(10.0, abs=1e-4) and chiller["is_in_range"]
    assert chiller["heat_kW"] == pytest.approx(rows["balance"]["outdoors_kW"] - rows["coolers"][0]["heat_kW"], rel=1e-9)
    assert 2.5 < chiller["cop"] < 6.0
    assert rows["balance"]["whole"] < 1e-10


def test_heat_of_plates_and_pipes_reaches_the_air() -> None:
    leaky = (
        ("plates = 112\n", 'plates = 112\nair_conductance = "1 W/K"\n'),
        ('row = "A"\n', 'row = "A"\nheat_loss = "2 W/(m K)"\n'),
    )
    operation, rows = run(*leaky)
    for rack, place in zip(rows["racks"], operation.assembly.racks, strict=True):
        direct = 130e3 * 0.15
        air = 25.0 + 0.5 * direct / (place.rack.flow * 1.2041 * 1006.0)
        assert rack["chips_to_air_kW"] == pytest.approx(112e-3 * (rack["case_degC"] - air), rel=2e-3)
        assert rack["heat_to_liquid_kW"] + rack["chips_to_air_kW"] == pytest.approx(110.5, rel=1e-9)
        assert 0.02 < rack["pipes_to_air_kW"] < 0.3
    assert rows["balance"]["whole"] < 1e-10 and rows["balance"]["loops"] < 1e-10


def test_the_dew_point_lifts_the_supply() -> None:
    dew = 'room_dew_point = "18 degC"\nname = "cdu"'
    cold = (('supply = "40 degC"', 'supply = "17 degC"'), ('supply = "35 degC"', 'supply = "12 degC"'))
    weather = (('dry_bulb = "30 degC"', 'dry_bulb = "7 degC"'), ('wet_bulb = "20 degC"', 'wet_bulb = "5 degC"'))
    _, rows = run(*cold, *weather, ('name = "cdu"', dew))
    assert rows["cdus"][0]["supply_degC"] == pytest.approx(20.0, abs=1e-6)
    assert rows["cdus"][0]["dew_point_margin_K"] == pytest.approx(2.0, abs=1e-6)


def test_the_humidity_of_the_supplies_guards_too() -> None:
    """25 degC and 60 %: a dew point of 16.7 degC (PsychroLib 2.5.0)."""
    plant = hall(('name = "cold"', 'name = "cold"\nhumidity = "60 %"')).liquid
    assert plant.dew_point - 273.15 == pytest.approx(16.69, abs=0.02)
    assert plant.guarded_supply(plant.cdus[0]) == pytest.approx(313.15)


def test_least_flow_of_racks_drives_the_pumps() -> None:
    _, free = run()
    least = max(rack["flow_L_min"] for rack in free["racks"]) / 112.0 * 1.1
    _, rows = run(("plates = 112\n", f'plates = 112\nleast_flow = "{least:.4f} L/min"\n'))
    assert min(rack["flow_L_min"] for rack in rows["racks"]) == pytest.approx(112.0 * least, rel=1e-4)
    assert rows["racks"][0]["dp_kPa"] > 90.0


def test_what_pumps_cannot_do_is_named() -> None:
    _, rows = run(('differential_pressure = "80 kPa"', 'differential_pressure = "300 kPa"'))
    assert any("cdu: pumps at full speed" in text for text in rows["warnings"]) and rows["cdus"][0]["speed"] == 1.0


def test_an_operation_goes_on_from_where_it_stood() -> None:
    case = hall()
    operation = Operation(assemble(case.liquid, case.racks))
    operation.solve(room_air(case))
    flows = operation.flow.copy()
    operation.solve(room_air(case))
    assert operation.rounds <= 3 and np.abs(operation.flow / flows - 1.0).max() < 1e-9


def test_single_links_join_the_network() -> None:
    bypass = '\n[[liquid_link]]\nname = "bypass"\nkind = "valve"\nfrom = "cdu.supply"\nto = "cdu.suction"\nkv = 20\n'
    operation, rows = run(more=bypass)
    assert rows["links"]["bypass"]["flow_L_min"] > 50.0 and rows["balance"]["whole"] < 1e-10
    assert operation.through("cdu.pump") > sum(operation.through(place.link) for place in operation.assembly.racks)


def test_speed_control_finds_its_pressure() -> None:
    control = SpeedControl(1e5, 1.0, 1.0)
    for _ in range(12):
        moved = control.move(3e5 * control.speed**2.3 - 2e4)
    assert moved < 1e-9 and 3e5 * control.speed**2.3 - 2e4 == pytest.approx(1e5)
    assert not control.is_at_its_limit and SpeedControl(1e6, 0.9, 0.9).is_at_its_limit


def test_setting_for_finds_roots_and_ends() -> None:
    assert setting_for(2.0, lambda x: x**3, 0.0, 5.0) == pytest.approx(2.0 ** (1.0 / 3.0), rel=1e-12)
    assert setting_for(-1.0, lambda x: x, 0.1, 5.0) == 0.1 and setting_for(9.0, lambda x: x, 0.1, 5.0) == 5.0
