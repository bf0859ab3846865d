"""The liquid side of the page: drawn from the summary alone, escaped, with every rack and every warning on it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.loop.halls import hall
from tests.loop.plants import plant_hall
from thermal.couple import Coupling
from thermal.loop.assembly import assemble
from thermal.output.liquid import liquid_rows
from thermal.output.liquid_words import liquid_facts, liquid_lines
from thermal.output.loop_diagram import curve_picture, loop_diagrams
from thermal.output.record import summary_json


@pytest.fixture(scope="module")
def liquid() -> dict:
    case = hall(('dry_bulb = "30 degC"', 'dry_bulb = "42 degC"'))
    coupling = Coupling(case, assemble(case.liquid, case.racks))
    coupling.exchange(np.full(len(case.racks), 298.15 - case.air.reference_temperature))
    return liquid_rows(coupling)["liquid"]


def test_the_diagram_shows_every_machine_with_its_numbers(liquid: dict) -> None:
    ((name, svg),) = loop_diagrams(liquid)
    assert name == "fws" and svg.count("<svg") == 1
    for words in ("2 × dry", "fans 100 %", ">cdu<", ">A1<", ">A4<", f"{liquid['racks'][0]['flow_L_min']:.0f} L/min"):
        assert words in svg, words
    assert f"{liquid['cdus'][0]['supply_degC']:.1f} °C" in svg


def test_long_rows_are_shortened(liquid: dict) -> None:
    many = [liquid["racks"][0] | {"name": f"R{n}"} for n in range(30)]
    ((_, svg),) = loop_diagrams(liquid | {"racks": many})
    assert "… 19 more" in svg and ">R29<" in svg and ">R15<" not in svg


def test_names_from_a_record_are_escaped(liquid: dict) -> None:
    bad = "<script>alert(1)</script>"
    rows = liquid | {
        "cdus": [liquid["cdus"][0] | {"model": bad, "fluid": bad}],
        "coolers": [liquid["coolers"][0] | {"name": bad}],
    }
    ((_, svg),) = loop_diagrams(rows)
    assert "<script>" not in svg and "&lt;script&gt;" in svg
    assert "<script>" not in curve_picture(liquid["cdus"][0] | {"name": bad})


def test_the_curve_holds_rated_and_working_point(liquid: dict) -> None:
    svg = curve_picture(liquid["cdus"][0])
    assert svg.count("<circle") == 2 and svg.count("<polyline") == 2


def test_rows_are_json(liquid: dict) -> None:
    text = summary_json({"liquid": liquid}).decode()
    assert "NaN" not in text and "Infinity" not in text and '"warnings"' in text


def test_tanks_and_towers_are_on_the_page() -> None:
    case = plant_hall()
    coupling = Coupling(case, assemble(case.liquid, case.racks))
    coupling.exchange(np.full(len(case.racks), 298.15 - case.air.reference_temperature))
    liquid = liquid_rows(coupling)["liquid"]
    ((_, svg),) = loop_diagrams(liquid)
    for words in (">tower<", ">T1<", ">T2<", f"approach {liquid['towers'][0]['approach_K']:.1f} K", "water "):
        assert words in svg, words
    assert any(label == "Immersion tanks" and number == "190 kW" for label, number, _ in liquid_facts(liquid))
    assert any("hottest surface" in line and "in T1" in line for line in liquid_lines(liquid))
    assert b"vessels" in summary_json({"liquid": liquid})
