"""Types of libraries: every shipped one makes a case, keys of the table win, the user's file comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from thermal.case.build import case_from_text, load_case
from thermal.case.library import SHIPPED, read_library
from thermal.case.model import Case
from thermal.errors import CaseErrors

ROOM = '[room]\nsize = ["9 m", "6 m", "3 m"]\n[mesh]\ncell = "0.2 m"\n'
WATER = 'coil = { water_temperature = "12 degC", water_flow = "2 L/s" }\n'
CRAH = (
    '[[crah]]\nname = "west"\ntype = "generic-100kw"\nfrom = ["0 m", "1 m", "0 m"]\nto = ["1 m", "3 m", "2 m"]\n'
    'blows_to = "y-"\nsetpoint = "20 degC"\n' + WATER
)
ROW = '[[rack_row]]\nname = "A"\ntype = "{}"\ncount = 1\nat = ["4 m", "2 m"]\nalong = "+x"\nfront = "-y"\n'
ENTRIES = [(kind, name) for kind, entries in read_library(SHIPPED).items() for name in entries if kind != "fan"]


def made(kind: str, name: str) -> Case:
    """A case with one object of a type."""
    if kind == "rack":
        return case_from_text(ROOM + ROW.format(name))
    corners = 'from = ["6 m", "1 m", "0 m"]\nto = ["7 m", "2 m", "2 m"]\n'
    control = "" if kind in ("rdhx", "fan_wall") else 'setpoint = "20 degC"\n'
    head = f'[[{kind}]]\nname = "one"\ntype = "{name}"\n{control}' + ("" if kind == "fan_wall" else WATER)
    if kind == "rdhx":
        return case_from_text(ROOM + ROW.format("generic-15kw") + head + 'row = "A"\n')
    return case_from_text(ROOM + head + corners + ('blows_to = "y+"\n' if kind != "crah" else ""))


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_every_shipped_type_makes_a_case_with_an_operating_point(kind: str, name: str) -> None:
    bodies = [body for body in made(kind, name).bodies if kind == "rack" or body.kind == kind]
    assert len(bodies) == 1
    if any(part.fan for part in bodies[0].parts):
        assert bodies[0].design_flow > 0.1
    assert bodies[0].type in (name, "")


def test_every_shipped_type_has_its_source_and_generic_ones_say_so() -> None:
    for entries in read_library(SHIPPED).values():
        for name, entry in entries.items():
            assert ("Generic" in entry["source"]) == name.startswith("generic")


@pytest.mark.parametrize(
    ("name", "flow", "air", "water", "capacity"),
    [("generic-100kw", 6.0, 36.0, 10.0, 100e3), ("generic-30kw", 2.2, 30.0, 10.0, 30e3)],
)
def test_a_cooler_gives_its_rated_capacity_at_its_rated_point(
    name: str, flow: float, air: float, water: float, capacity: float
) -> None:
    from dataclasses import replace

    from thermal.movers.coil import WATER_CAPACITY, coil_heat

    (body,) = case_from_text(ROOM + CRAH.replace("generic-100kw", name)).bodies
    assert body.coil is not None
    rated_water = {"generic-100kw": 4e-3, "generic-30kw": 1.4e-3}[name] * WATER_CAPACITY
    coil = replace(body.coil, water_temperature=water + 273.15, water_capacity=rated_water)
    assert coil_heat(coil, 1.2 * 1006.0 * flow, flow, air + 273.15) == pytest.approx(capacity, rel=1e-6)


def test_keys_of_the_table_win_inside_fan_and_coil_too() -> None:
    (body,) = case_from_text(ROOM + CRAH + "fan = { count = 2, speed = 0.8 }\n").bodies
    assert body.speed == 0.8
    assert body.parts[0].fan is not None
    assert body.parts[0].fan.flows[-1] == pytest.approx(2 * 3.2)
    assert body.type == "generic-100kw"


def test_a_fan_may_have_a_type_of_its_own() -> None:
    fan = 'fan = { type = "generic-axial-900mm", count = 2 }\n'
    wall = '[[fan_wall]]\nname = "bank"\nfrom = ["2 m", "0 m", "0 m"]\nto = ["2.4 m", "6 m", "3 m"]\nblows_to = "x+"\n'
    (body,) = case_from_text(ROOM + wall + fan).bodies
    assert body.parts[0].fan is not None
    assert body.parts[0].fan.flows[-1] == pytest.approx(9.0)
    with pytest.raises(CaseErrors, match=r"fan_wall\[0\]\.fan\.type.*no fan type"):
        case_from_text(ROOM + wall + fan.replace("axial", "axal"))


def test_a_file_of_the_user_comes_before_the_shipped_library(tmp_path: Path) -> None:
    mine = '[rack.generic-6kw]\nsource = "our own"\nsize = ["0.8 m", "1 m", "2 m"]\npower = "5 kW"\ndelta_t = "10 K"\n'
    (tmp_path / "mine.toml").write_text(mine)
    (tmp_path / "case.toml").write_text('[library]\nfiles = ["mine.toml"]\n' + ROOM + ROW.format("generic-6kw"))
    (rack,) = load_case(tmp_path).racks
    assert rack.power == 5e3
    assert not rack.is_through


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CRAH.replace("generic-100kw", "generic-100"), ("crah[0].type", "no crah type", 'did you mean "generic-100kw"?')),
        (ROW.format("generic-7kw"), ("rack_row[0].type", "no rack type")),
        ('[library]\nfiles = ["../x.toml"]\n', ("library.files", "outside the case's folder")),
        ('[library]\nfiles = ["none.toml"]\n', ("no library file",)),
        ('[library]\nfiles = ["bad.toml"]\n', ("cannot be read",)),
        ('[library]\nfiles = ["bare.toml"]\n', ("[rack.x] has no source",)),
        ("[library]\nfiles = [3]\n", ("library.files",)),
    ],
)
def test_mistakes_name_the_line_and_the_fix(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    (tmp_path / "bad.toml").write_text("[rack\n")
    (tmp_path / "bare.toml").write_text('[rack.x]\npower = "1 kW"\n')
    (tmp_path / "case.toml").write_text(text + ROOM if text.startswith("[library]") else ROOM + text)
    with pytest.raises(CaseErrors) as caught:
        load_case(tmp_path)
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert "case.toml:" in message
