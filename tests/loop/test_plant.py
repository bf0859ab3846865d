"""Towers, tanks, stores, vessels, pump groups and single links of a case: held, balanced, and found again by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.loop.plants import plant_hall
from thermal.case.liquid_model import running_pumps
from thermal.couple import Coupling
from thermal.errors import CaseErrors, UsageError
from thermal.fluids.liquids import read_liquid
from thermal.loop.assembly import assemble
from thermal.loop.components.cooling_tower import rate_by_air
from thermal.loop.operation import Operation
from thermal.output.liquid import liquid_rows
from thermal.study.losses import losses_of


def run(*changes: tuple[str, str], more: str = "") -> tuple[Operation, dict]:
    case = plant_hall(*changes, more=more)
    coupling = Coupling(case, assemble(case.liquid, case.racks))
    coupling.exchange(np.full(len(case.racks), 298.15 - case.air.reference_temperature))
    return coupling.operation, liquid_rows(coupling)["liquid"]


@pytest.fixture(scope="module")
def settled() -> tuple[Operation, dict]:
    return run()


def test_settings_are_held_and_one_balance_closes(settled) -> None:
    operation, rows = settled
    assert rows["warnings"] == []
    assert rows["facility_loops"][0]["supply_degC"] == pytest.approx(33.0, abs=1e-5)
    assert [row["supply_degC"] for row in rows["cdus"]] == pytest.approx([40.0, 38.0], abs=1e-5)
    balance = rows["balance"]
    assert balance["it_kW"] == pytest.approx(4 * 130.0 + 190.0) and balance["to_air_kW"] == pytest.approx(4 * 19.5 + 0.6)
    assert balance["to_liquid_kW"] == pytest.approx(4 * 110.5 + 189.4, rel=1e-12)
    assert balance["loops"] < 1e-10 and balance["whole"] < 1e-10
    assert operation.rounds < 40


def test_a_tower_is_the_one_of_its_rating(settled) -> None:
    """The heat in the row is what the rated tower takes of this water with its fans at this speed."""
    operation, rows = settled
    (row,) = rows["towers"]
    machine, air = rate_by_air(700e3, 313.15, 303.15, 303.15, 293.15, 20.0, 101325.0)
    water = operation.rate("tower") / 4186.0
    point = machine.operate(water, row["liquid_inlet_degC"] + 273.15, air * row["fan_speed"], 303.15, 293.15, 101325.0)
    assert row["heat_kW"] == pytest.approx(point.heat / 1e3, rel=1e-6)
    assert row["water_L_h"] == pytest.approx(3600.0 * (point.evaporated + point.drained), rel=1e-9)
    assert row["approach_K"] == pytest.approx(row["liquid_outlet_degC"] - 20.0)
    assert row["fan_kW"] == pytest.approx(10.0 * row["fan_speed"] ** 3)


def test_a_humid_day_lets_the_supply_float() -> None:
    _, rows = run(('wet_bulb = "20 degC"\n[room]', 'wet_bulb = "29.9 degC"\n[room]'))
    assert rows["towers"][0]["fan_speed"] == 1.0 and any("do not reach 33.0" in words for words in rows["warnings"])
    assert rows["balance"]["whole"] < 1e-9


def test_tanks_by_hand(settled) -> None:
    """Bath = supply + (power - room heat)/(rho c q); surface = bath + R power."""
    operation, rows = settled
    oil = read_liquid("HFE-7100")
    for row, into, power in zip(rows["tanks"], (99.4e3, 90e3), (100.0, 90.0), strict=True):
        rate = row["flow_L_min"] / 60e3 * float(oil.density(311.15) * oil.heat_capacity(311.15))
        assert row["bath_degC"] == pytest.approx(row["supply_degC"] + into / rate, abs=1e-6)
        assert row["surface_degC"] - row["bath_degC"] == pytest.approx(0.08 * power if row["name"] == "T1" else 0.0)
    assert rows["tanks"][0]["margin_K"] == pytest.approx(60.0 - rows["tanks"][0]["surface_degC"])
    boxes = {one.name: one.power for one in plant_hall().obstacles}
    assert boxes == {"T1": 600.0, "T2": 0.0}  # and the room's air gets the first


def test_a_store_and_a_vessel_by_hand(settled) -> None:
    operation, rows = settled
    (store,), (vessel,) = rows["stores"], rows["vessels"]
    excess = (33.0 - 20.0) / (1.0 + 15.0 / 10.0 / operation.rate("store")) ** 10
    assert store["bottom_degC"] - 20.0 == pytest.approx(excess, abs=1e-6)
    assert store["lost_kW"] == pytest.approx(operation.rate("store") * (13.0 - excess) / 1e3, abs=1e-5)
    gas = 300.0 - vessel["liquid_L"]
    assert vessel["pressure_kPa"] + 101.325 == pytest.approx((150.0 + 101.325) * 300.0 / gas, rel=1e-9)
    assert vessel["pressure_kPa"] > 200.0  # warmer than at 10 degC
    assert rows["nodes"]["fws.suction"]["pressure_kPa"] == pytest.approx(vessel["pressure_kPa"])
    assert rows["nodes"]["cdu.suction"]["pressure_kPa"] == pytest.approx(200.0)  # another loop


GROUP = ('head = "90 kPa"\n', 'head = "90 kPa"\npumps = 2\nstandby = 1\n')


def test_n_plus_one(settled) -> None:
    """Two of three run: a third lost changes nothing, a second one halves the group: half the flow at each head."""
    whole = run(GROUP)[1]["cdus"][1]
    assert whole["flow_L_min"] == pytest.approx(settled[1]["cdus"][1]["flow_L_min"], rel=1e-9)
    _, one = run((GROUP[0], GROUP[1] + "pumps_lost = 1\n"))
    assert one["cdus"][1]["flow_L_min"] == pytest.approx(whole["flow_L_min"], rel=1e-12)
    assert one["warnings"] == ["CDU baths: its last pump on standby runs"]
    _, two = run((GROUP[0], GROUP[1] + "pumps_lost = 2\n"), ('flow = "1000 L/min"', 'flow = "1600 L/min"'))
    row = two["cdus"][1]
    assert row["pumps_running"] == 1 and any("1 of its 2 pumps are missing" in words for words in two["warnings"])
    each = np.linspace(0.0, 800.0, 5), [1.5 * 90.0, 1.46875 * 90.0, 1.375 * 90.0, 1.21875 * 90.0, 90.0]
    assert 300.0 < row["flow_L_min"] < 800.0
    assert row["head_kPa"] == pytest.approx(np.interp(row["flow_L_min"], *each), rel=0.01)  # straight between points


IN_LINE = """
[[liquid_link]]
name = "strainer"
kind = "filter"
after = "fws.lead-supply"
kv = 160
fouling = 0.3
[[liquid_link]]
name = "hose"
kind = "coupler"
after = "T1.supply"
kv = 40
[[liquid_link]]
name = "limit"
kind = "regulator"
after = "T2.supply"
kv = 60
flow = "300 L/min"
[[liquid_link]]
name = "check"
kind = "check-valve"
after = "cdu.pump"
kv = 100
[[liquid_link]]
name = "booster"
kind = "pump"
after = "store"
flow = "800 L/min"
head = "20 kPa"
pumps = 2
check_valve = true
"""


def test_links_in_line(settled) -> None:
    """Kv: 1 bar (q/Kv)^2 rho/1000; a fouled filter has (1 - fouling) of it; a regulator lets no more pass than it is set to."""
    operation, rows = run(more=IN_LINE)
    for name, kv, rho in (("strainer", 160.0 * 0.7, read_liquid("water").density(306.15)),
                          ("hose", 40.0, read_liquid("HFE-7100").density(311.15)),
                          ("check", 100.0, read_liquid("PG25").density(313.15))):  # fmt: skip
        flow = rows["links"][name]["flow_L_min"] * 0.06  # m3/h
        assert rows["links"][name]["fall_kPa"] == pytest.approx(100.0 * (flow / kv) ** 2 * float(rho) / 1000.0, rel=1e-7)
    assert rows["links"]["limit"]["flow_L_min"] == pytest.approx(300.0, rel=1e-6)
    assert operation.through("T2.supply") == pytest.approx(operation.through("limit"))
    booster = rows["links"]["booster"]
    assert 20.0 < -booster["fall_kPa"] < 30.0  # on its curve, which falls from 1.5 to 1 times the rated head
    assert operation.single_pumps()["booster"] == pytest.approx(-booster["fall_kPa"] * booster["flow_L_min"] / 60.0, rel=1e-9)
    assert rows["balance"]["whole"] < 1e-10


@pytest.mark.parametrize(
    ("changes", "more", "words"),
    [
        (((
            'fluid = "water"', 'fluid = "PG25"'),), "", "whose liquid is no water"),
        ((('wet_bulb = "20 degC"\n[room]', "[room]"),), "", "tower tower needs the wet bulb outside"),
        ((('liquid_outlet = "30 degC"', 'liquid_outlet = "19 degC"'),), "", "not cooled towards the wet bulb"),
        ((('air_flow = "20 m3/s"', 'air_flow = "2 m3/s"'),), "", "no counterflow tower"),
        ((('precharge = "1.5 bar"', 'precharge = "3 bar"'),), "", "charged above the pressure"),
        ((('loop = "fws"', 'loop = "fwx"'),), "", 'no [[cdu]] or [[facility_loop]] "fwx"'),
        ((('cdu = "baths"\nfrom', 'cdu = "bath"\nfrom'),), "", 'no [[cdu]] "bath"'),
        ((('room_heat = "0.6 kW"', 'room_heat = "600 kW"'),), "", "more than its power"),
        ((GROUP,), '[[immersion_tank]]\nname = "T1"\n', "missing"),
        (((GROUP[0], GROUP[1] + "pumps_lost = 3\n"),), "", "no pump of baths is left"),
        ((), '[[liquid_link]]\nname = "x"\nafter = "nowhere"\n', 'no link "nowhere"'),
        ((), '[[liquid_link]]\nname = "x"\nafter = "T1.supply"\nfrom = "fws.s1"\n', "stands in line"),
        ((), '[[liquid_link]]\nname = "x"\nkind = "filter"\n', "has no way"),
        ((), '[[liquid_link]]\nname = "x"\nkind = "pump"\nafter = "T1.supply"\n', "lacks flow, head"),
        ((), '[[liquid_link]]\nname = "x"\nkind = "filter"\nafter = "T1.supply"\nlength = "2 m"\n', "a filter has no length"),
        ((), '[[buffer_store]]\nname = "y"\nfacility = "fws"\nvolume = "1 m3"\nheight = "1 m"\n', "a second store"),
    ],
)  # fmt: skip
def test_mistakes_are_told(changes, more: str, words: str) -> None:
    with pytest.raises(CaseErrors) as found:
        case = plant_hall(*changes, more="\n" + more)
        assemble(case.liquid, case.racks)  # what only the network knows
    assert words in str(found.value) and "case.toml" in str(found.value)


def test_a_lost_pump_is_a_case_of_its_own() -> None:
    """`--without-each pump`: only groups with more than one; the case that is left has one fewer."""
    hall = plant_hall(GROUP)
    (loss,) = losses_of(hall, [("pump", "*")])
    assert loss.key == "pump.baths" and loss.left.liquid is not None
    left = {one.name: one for one in loss.left.liquid.cdus}
    assert left["baths"].pumps_lost == 1 and left["cdu"].pumps_lost == 0
    (second,) = losses_of(loss.left, [("pump", "baths")])
    assert [running_pumps(one) for one in second.left.liquid.cdus] == [1, 1]
    with pytest.raises(UsageError, match="has no pump"):
        losses_of(second.left, [("pump", "*")])
