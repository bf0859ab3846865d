"""Variants by `extends`: what is merged, what is removed, where mistakes lead, and what a record keeps."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.case.texts import VALID
from thermal.case.build import case_from_text, load_case
from thermal.case.merging import merge, removed_paths
from thermal.case.written import to_toml
from thermal.errors import CaseErrors


def project(folder: Path, **texts: str) -> Path:
    """Folders with a case.toml each; returns the one called variant."""
    for name, text in {"base": VALID, **texts}.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "case.toml").write_text(text, encoding="utf-8")
    return folder / "variant"


HEAD = '[case]\ntitle = "Variant"\nextends = "../base/case.toml"\n'


def mistakes(path: Path) -> list[str]:
    with pytest.raises(CaseErrors) as caught:
        load_case(path)
    return [str(error) for error in caught.value.errors]


def test_tables_merge_by_key_and_lists_by_name(tmp_path) -> None:
    text = (
        HEAD
        + """
[mesh]
cell = "0.2 m"
[rack.gpu]
power = "100 kW"
[rack.small]
size = ["0.6 m", "1.0 m", "2.0 m"]
power = "4 kW"
delta_t = "10 K"
[[rack_row]]
name = "B"
type = "small"
[[obstacle]]
name = "second"
from = ["0 m", "0 m", "0 m"]
to = ["0.2 m", "0.2 m", "3 m"]
"""
    )
    case = load_case(project(tmp_path, variant=text))
    assert (case.name, case.title, case.mesh.cell, case.altitude) == ("variant", "Variant", 0.2, 80.0)
    assert {(rack.row, rack.power, rack.type) for rack in case.racks} == {("A", 100e3, "gpu"), ("B", 4e3, "small")}
    assert [obstacle.name for obstacle in case.obstacles] == ["column", "second"]
    assert len(case.racks) == 8 and case.racks[0].source == "../base/case.toml:26"


def test_objects_keys_and_tables_are_removed(tmp_path) -> None:
    words = 'remove = ["rack_row.A", "obstacle", "supply.tiles.flow_ratio", "flow.scheme", "assert.inlets", "containment.roof"]\n'
    text = HEAD + words + '[[supply]]\nname = "tiles"\nflow = "2 m3/s"\n'
    case = load_case(project(tmp_path, variant=text))
    assert {rack.row for rack in case.racks} == {"B"}
    assert not case.obstacles and not case.limits and not case.plates
    assert case.openings[0].flow == 2.0


def test_a_chain_of_three_and_a_variant_beside_its_base_in_one_folder(tmp_path) -> None:
    text = '[case]\nextends = "../middle"\nremove = ["rack_row.A"]\n'
    variant = project(tmp_path, middle=HEAD + '[mesh]\ncell = "0.3 m"\n', variant=text)
    case = load_case(variant)
    assert (case.title, case.mesh.cell, len(case.racks)) == ("Variant", 0.3, 4)
    (variant / "hot.toml").write_text('[case]\nextends = "case.toml"\n[rack.gpu]\ndelta_t = "20 K"\n')
    hot = load_case(variant / "hot.toml")
    assert hot.name == "hot" and hot.racks[0].flow == pytest.approx(case.racks[0].flow * 12 / 20)


def test_mistakes_lead_to_the_file_and_line_that_made_them(tmp_path) -> None:
    text = (
        HEAD
        + '[rack.gpu]\npower = "130 kV"\n[[rack_row]]\nname = "B"\nfront = "+x"\n[[supply]]\nname = "tiles"\nflow = "1 m3/s"\n'
    )
    base = VALID.replace('altitude = "80 m"', 'altitude = "80"').replace('class = "A2"', 'class = "A9"')
    found = mistakes(project(tmp_path, base=base, variant=text))
    wanted = [
        ("case.toml:5  rack.gpu.power", "kV"),
        ("case.toml:8  rack_row[1].front", "looks along the row"),
        (
            "case.toml:11  supply[0].flow:",
            "flow and flow_ratio together; accepted: one of flow, flow_ratio, flow_per_area, pressure; "
            'remove the inherited one: remove = ["supply.tiles.flow_ratio"] in [case]',
        ),
        ("../base/case.toml:5  site.altitude", "no unit"),
        ("../base/case.toml:18  limits.class", "not known"),
    ]
    for start, words in wanted:
        assert any(line.startswith(start) and words in line for line in found), (start, found)
    assert [line.startswith("../base") for line in found] == sorted(line.startswith("../base") for line in found)


def test_a_missing_key_of_an_object_that_two_files_make_leads_to_the_upper_one(tmp_path) -> None:
    text = HEAD + 'remove = ["rack_row.A.type"]\n[[rack_row]]\nname = "A"\ncount = 2\n'
    (line,) = mistakes(project(tmp_path, variant=text))
    assert line.startswith("case.toml:5  rack_row[0].type: missing")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ('extends = "../none/case.toml"', 'case.toml:2  case.extends: "../none/case.toml": no such file'),
        ('extends = "../variant/case.toml"', "a loop: case.toml -> case.toml"),
        ('extends = "case.toml"', "a loop: case.toml -> case.toml"),
        ('extends = "../loop"', "a loop: case.toml -> ../loop/case.toml -> case.toml"),
        ('extends = "../empty"', '"../empty": no such file'),
        ('extends = "../../far/case.toml"', "lies too far away"),
        ('extends = "/etc/passwd"', "lies too far away"),
        ('extends = "../base/notes.txt"', "is no case file"),
        ('extends = "a\\u0000b"', "is no file name"),
        ("extends = 5", "5 is not text"),
        ('extends = ""', 'case.toml:2  case.extends: "" is not accepted here'),
        ('extends = "../broken"', "../broken/case.toml:1: not TOML"),
        ('remove = ["rack_row.A"]', "nothing to remove from"),
        (
            'extends = "../base"\nremove = ["rack_row.Z"]',
            'case.toml:3  case.remove[0]: nothing named "rack_row.Z" to remove; accepted:',
        ),
        ('extends = "../base"\nremove = ["rakc_row.A"]', 'did you mean "rack_row.A"?'),
        ('extends = "../base"\nremove = "rack_row.A"', "is not a list"),
        ('extends = "../base"\nremove = [5]', "5 is not text"),
    ],
)
def test_mistakes_of_the_chain(tmp_path, head, message) -> None:
    variant = project(tmp_path, variant=f"[case]\n{head}\n", loop='[case]\nextends = "../variant"\n', broken="[room\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "base" / "notes.txt").write_text("x")
    found = mistakes(variant)
    assert any(message in line for line in found), found
    assert all(line.isprintable() for line in found)


def test_a_chain_that_is_too_deep(tmp_path) -> None:
    names = [f"c{n}" for n in range(9)]
    texts = {name: f'[case]\nextends = "../{after}"\n' for name, after in zip(names, [*names[1:], "base"], strict=True)}
    project(tmp_path, **texts)
    (line,) = mistakes(tmp_path / "c0")
    assert line.startswith("../c7/case.toml:2  case.extends: a chain of more than 8 files: case.toml -> ../c1/case.toml")
    assert len(load_case(tmp_path / "c2").racks) == 8


def test_the_record_keeps_one_text_that_makes_the_same_case(tmp_path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "racks.csv").write_text("Name,Type,x [m],y [m],Front\nC1,gpu,0.3,5.7,y-\n")
    base = VALID + '[[rack_table]]\nfile = "racks.csv"\n'
    text = HEAD + 'remove = ["rack_row.A"]\n[[rack_row]]\nname = "B"\npower = ["100 kW", "110 kW", "120 kW", "130 kW"]\n'
    case = load_case(project(tmp_path, base=base, variant=text))  # the list lies beside the base
    again = case_from_text(case.text, name="variant")
    for one, other in ((case.racks, again.racks), (case.openings, again.openings), (case.plates, again.plates)):
        assert [replace(item, source="") for item in one] == [replace(item, source="") for item in other]
    assert [rack.name for rack in again.racks] == ["B1", "B2", "B3", "B4", "C1"]
    assert "extends" not in case.text and "remove" not in case.text and again.text == case.text
    assert (case.title, case.mesh, case.flow, case.air) == (again.title, again.mesh, again.flow, again.air)


def test_a_case_that_stands_alone_keeps_its_own_text(tmp_path) -> None:
    project(tmp_path)
    assert load_case(tmp_path / "base").text == VALID


KEYS = st.text(max_size=8)
LEAVES = st.one_of(st.integers(), st.booleans(), st.floats(allow_nan=False), st.text(max_size=20))
DOCUMENTS = st.recursive(
    st.dictionaries(KEYS, LEAVES, max_size=3),
    lambda inner: st.dictionaries(
        KEYS, st.one_of(inner, LEAVES, st.lists(inner, max_size=3), st.lists(st.one_of(LEAVES, inner), max_size=3)), max_size=4
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS)
def test_what_is_written_reads_back_the_same(document: dict) -> None:
    assert tomllib.loads(to_toml(document)) == document


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, DOCUMENTS)
def test_merging_leaves_its_arguments_alone_and_takes_what_the_upper_one_says(low: dict, high: dict) -> None:
    before = repr(low), repr(high)
    merged, _ = merge(low, high, {}, {}, set())
    assert (repr(low), repr(high)) == before
    assert set(merged) == set(low) | set(high)
    assert merge(low, {}, {}, {}, set())[0] == low and merge({}, high, {}, {}, set())[0] == high
    assert all(merged[key] == value for key, value in high.items() if not isinstance(value, dict | list))


def test_names_with_dots_are_found_before_keys() -> None:
    content = {"supply": [{"name": "a.b", "flow": 1}, {"name": "a", "b": 2}], "mesh": {"refine": [{"name": "fine"}]}}
    assert removed_paths(content, "supply.a.b") == {("supply", 0)}
    assert removed_paths(content, "supply.a.b.flow") == {("supply", 0, "flow")}
    assert removed_paths(content, "mesh.refine.fine") == {("mesh", "refine", 0)}
    assert removed_paths(content, "mesh.refine.none") == set()
