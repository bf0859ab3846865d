"""Liquids: within 0.1 % of CoolProp off the table's points, volume fractions, what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from thermal.fluids.liquids import Liquid, mass_fraction_of, read_liquid
from thermal.units import ZERO_CELSIUS

NAMES = {
    "water": "water",
    "hfe-7100": "HFE-7100",
    "propylene-glycol": "PG {:g} % by mass",
    "ethylene-glycol": "EG {:g} % by mass",
}
KEYS = {
    "density": "density_kg_m3",
    "heat_capacity": "heat_capacity_J_kgK",
    "conductivity": "conductivity_W_mK",
    "viscosity": "viscosity_Pa_s",
}


def stored_points() -> list[dict[str, str]]:
    """CoolProp's answers between the points of the tables (benchmarks/liquid_tables.py)."""
    text = (Path(__file__).parent / "coolprop_points.csv").read_text()
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def liquid_of(row: dict[str, str]) -> Liquid:
    return read_liquid(NAMES[row["liquid"]].format(100.0 * float(row["mass_fraction"])))


@pytest.mark.parametrize("quantity", KEYS)
def test_properties_are_within_a_thousandth_of_coolprop(quantity: str) -> None:
    worst: dict[str, float] = {}
    for row in stored_points():
        found = float(getattr(liquid_of(row), quantity)(float(row["temperature_degC"]) + ZERO_CELSIUS))
        error = abs(found / float(row[KEYS[quantity]]) - 1.0)
        worst[row["liquid"]] = max(error, worst.get(row["liquid"], 0.0))
    assert set(worst) == set(NAMES)
    assert max(worst.values()) < 1e-3, worst


def test_coolprop_itself_agrees() -> None:
    properties = pytest.importorskip("CoolProp.CoolProp", reason="extra `peers`: CoolProp is not installed").PropsSI
    for name, fluid in (("PG 25 % by mass", "INCOMP::MPG[0.25]"), ("EG 42 % by mass", "INCOMP::MEG[0.42]"), ("water", "Water")):
        liquid = read_liquid(name)
        for kelvin in np.arange(280.0, 370.0, 7.3):
            for quantity, key in (("density", "D"), ("heat_capacity", "C"), ("conductivity", "L"), ("viscosity", "V")):
                wanted = properties(key, "T", kelvin, "P", 3e5, fluid)
                assert getattr(liquid, quantity)(kelvin) == pytest.approx(wanted, rel=1e-3), (name, quantity, kelvin)


# ASHRAE Handbook Fundamentals 2005, ch. 21, 25 % propylene glycol by volume (mean of the columns 20 and 30 %), as in
# EnergyPlus 25.2 GlycolPropertiesRefData.idf: degC, kg/m3, J/(kg K), Pa s, W/(m K).
ASHRAE_PG25 = (
    (20.0, 1023.5, 3910.5, 0.00254, 0.4685),
    (40.0, 1014.0, 3959.5, 0.0014, 0.4875),
    (60.0, 1002.65, 4009.0, 8.9e-4, 0.502),
)


@pytest.mark.parametrize(("celsius", "density", "capacity", "viscosity", "conductivity"), ASHRAE_PG25)
def test_volume_fractions_agree_with_ashraes_tables(celsius, density, capacity, viscosity, conductivity) -> None:
    """Two collections of data: ASHRAE's and Melinder's differ by half a per cent, in conductivity and viscosity by one."""
    liquid, kelvin = read_liquid("PG25"), celsius + ZERO_CELSIUS
    assert liquid.density(kelvin) == pytest.approx(density, rel=5e-3)
    assert liquid.heat_capacity(kelvin) == pytest.approx(capacity, rel=5e-3)
    assert liquid.conductivity(kelvin) == pytest.approx(conductivity, rel=0.012)
    assert liquid.viscosity(kelvin) == pytest.approx(viscosity, rel=0.02)


def test_freezing_points() -> None:
    """Airedale, DeltaChill manual, p. 53: propylene glycol 20 % -7.1, 25 % -9.6, 30 % -12.7, 40 % -21.1 degC (by mass)."""
    for percent, celsius in ((20, -7.1), (25, -9.6), (30, -12.7), (40, -21.1)):
        assert read_liquid(f"PG {percent} % by mass").freezing_point - ZERO_CELSIUS == pytest.approx(celsius, abs=0.6)
    assert read_liquid("water").freezing_point - ZERO_CELSIUS == pytest.approx(0.0, abs=0.02)


def test_arrays_and_ends() -> None:
    liquid = read_liquid("EG30")
    kelvin = np.array([[250.0, 300.0], [350.0, 400.0]])
    values = liquid.viscosity(kelvin)
    assert values.shape == (2, 2) and (np.diff(values.ravel()) < 0.0).all()
    assert values[0, 0] == pytest.approx(float(liquid.viscosity(liquid.lowest)), rel=1e-12)
    assert values[1, 1] == pytest.approx(float(liquid.viscosity(liquid.highest)), rel=1e-12)
    assert liquid.covers([290.0, 300.0]) and not liquid.covers(kelvin)


def test_spellings_of_one_liquid() -> None:
    same = [
        read_liquid(text)
        for text in ("PG25", "pg 25", "PG 25 % by volume", "propylene glycol 25 %", "propylene-glycol 25 % volume")
    ]
    assert len({(one.kind, one.mass_fraction) for one in same}) == 1
    assert same[0].mass_fraction == mass_fraction_of("propylene-glycol", 0.25)


@pytest.mark.parametrize("text", ["", "brine", "PG", "PG90", "PG2 by mass", "water 20 %", "PG25 by moles", "25", "PG-25-7100"])
def test_what_is_no_liquid_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_liquid(text)
