"""Networks from CSV: what is read, and that mistakes come all at once, with file and line, and never as a traceback."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import thermal
from thermal.cli import main
from thermal.errors import CaseErrors
from thermal.fluids.liquids import Liquid
from thermal.loop.columns import FOR_KINDS, LINK_COLUMNS
from thermal.loop.links import CheckValve, ColdPlate, Coupler, Filter, Fitting, Pipe, Pump, Regulator, Valve
from thermal.loop.table_links import KINDS
from thermal.loop.tables import read_network

NODES = """node,region,fixed_p_Pa,elevation_m,inflow_m3s,inflow_degC,fixed_degC,volume_m3
a,r,1e5,0,,,20,
b,r,,3,,,,0.5
c,w,0,,,,10,
d,w,,,1e-3,15,,
"""
HEAD = (
    "link,kind,from,to,fluid,length_m,diam_m,rough_m,K,kv_m3h,opening,characteristic,fouling,flow_m3s,dp_Pa,exponent,pump_A_Pa,"
    "pump_B_Pa_per_m6s2,speed,running,check_valve,heat_W,loss_W_K,ambient_degC,volume_m3,cells,open,exchanger,UA_W_K"
)
ROWS = [
    {"link": "p", "kind": "pump", "pump_A_Pa": "3e5", "pump_B_Pa_per_m6s2": "1e9", "speed": "0.9", "running": "2",
     "check_valve": "yes"},
    {"link": "l", "kind": "pipe", "from": "b", "to": "a", "length_m": "12.5", "diam_m": "0.05", "K": "2", "heat_W": "1e4",
     "cells": "3", "loss_W_K": "5", "ambient_degC": "24", "exchanger": "hx"},
    {"link": "f", "kind": "fitting", "K": "3", "diam_m": "0.04", "open": "no"},
    {"link": "k", "kind": "coupler", "kv_m3h": "8"},
    {"link": "v", "kind": "valve", "kv_m3h": "9", "opening": "0.5", "characteristic": "linear"},
    {"link": "r", "kind": "regulator", "kv_m3h": "9", "flow_m3s": "1e-3"},
    {"link": "z", "kind": "check-valve", "kv_m3h": "9"},
    {"link": "s", "kind": "filter", "kv_m3h": "9", "fouling": "0.2"},
    {"link": "x", "kind": "cold-plate", "dp_Pa": "5e4", "flow_m3s": "2e-3", "exponent": "1.8", "volume_m3": "1e-3"},
    {"link": "w", "kind": "coupler", "kv_m3h": "8", "from": "d", "to": "c", "fluid": "water", "exchanger": "hx", "UA_W_K": "2e3"},
]  # fmt: skip


def write(folder: Path, rows: list[dict[str, str]] = ROWS, nodes: str = NODES, head: str = HEAD) -> tuple[Path, Path]:
    """Both tables; a row's missing cells are empty, its ends a and b, its fluid PG25."""
    links, places = folder / "links.csv", folder / "nodes.csv"
    with open(links, "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, head.split(","), restval="", extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows([{"from": "a", "to": "b", "fluid": "PG25"} | row for row in rows])
    places.write_text(nodes, encoding="utf-8")
    return links, places


def test_every_column_arrives(tmp_path: Path) -> None:
    network = read_network(*write(tmp_path))
    links = network.links
    assert links["p"].law == Pump(3e5, 1e9, speed=0.9, running=2, one_way=True)
    assert links["l"].law == Pipe(12.5, 0.05, 4.5e-5, 2.0) and links["l"].cells == 3
    assert (links["l"].heat, links["l"].loss, links["l"].ambient) == (1e4, 5.0, 297.15)
    assert links["f"].law == Fitting(3.0, 0.04) and not links["f"].open and links["k"].open
    assert [links[n].law for n in "kvrzsx"] == [
        Coupler(8.0), Valve(9.0, 0.5, "linear"), Regulator(1e-3, 9.0), CheckValve(9.0), Filter(9.0, 0.2),
        ColdPlate(5e4, 2e-3, 1.8),
    ]  # fmt: skip
    assert links["x"].volume == 1e-3
    node = network.nodes
    assert (node["a"].pressure, node["a"].temperature, node["b"].elevation, node["b"].volume) == (1e5, 293.15, 3.0, 0.5)
    assert (node["d"].inflow, node["d"].inflow_temperature) == (1e-3, 288.15)
    assert (network.exchangers["hx"].first, network.exchangers["hx"].second) == ("l", "w")
    assert isinstance(network.regions["r"].fluid, Liquid) and network.regions["r"].fluid.name == "PG25"
    answer = thermal.solve_network(network)
    assert answer.flow["w"] == pytest.approx(1e-3, rel=1e-12) and answer.balance["defect"] < 1e-10


def test_the_table_of_columns_covers_every_kind() -> None:
    assert {kind for kinds in FOR_KINDS.values() for kind in kinds} == set(KINDS) and set(FOR_KINDS) < set(LINK_COLUMNS)


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"kind": "pip"}, ("links.csv:2  kind", 'did you mean pipe')),
        ({"link": "two words"}, ("links.csv:2  link", "is no name")),
        ({"link": "\x1b[31m"}, ("links.csv:2  link", "is no name")),
        ({"from": "nowhere"}, ("links.csv:2", 'no node "nowhere"')),
        ({"to": "c"}, ("joins two regions, r and w",)),
        ({"length_m": "12 m"}, ("links.csv:2  length_m", '"12 m" is no number', "without a unit")),
        ({"length_m": "nan"}, ("is no number",)),
        ({"length_m": "1_0"}, ("is no number",)),
        ({"length_m": "1e999"}, ("is no number",)),
        ({"length_m": ""}, ("links.csv:2  length_m: is empty",)),
        ({"length_m": "-1"}, ("length is -1.0", "above zero")),
        ({"diam_m": "0.0001"}, ("roughness", "0.05 of the diameter")),
        ({"kv_m3h": "3"}, ("a pipe has none", "coupler, valve")),
        ({"cells": "2.5"}, ("is no whole number",)),
        ({"open": "perhaps"}, ("yes or no",)),
        ({"fluid": "PG 250"}, ("fluid",)),
        ({"exchanger": "alone"}, ("has 1 links",)),
        ({"UA_W_K": "5"}, ("without an exchanger",)),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path: Path, change: dict[str, str], parts: tuple[str, ...], capsys) -> None:
    row = {"link": "l", "kind": "pipe", "length_m": "12", "diam_m": "0.05"} | change
    tables = write(tmp_path, [row])
    with pytest.raises(CaseErrors) as found:
        read_network(*tables)
    for part in parts:
        assert part in str(found.value)
    assert "\x1b" not in str(found.value)
    assert main(["loop", *map(str, tables)]) == 2
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err and parts[-1] in printed.err


def test_mistakes_of_both_files_come_together(tmp_path: Path) -> None:
    tables = write(tmp_path, [{"link": "l", "kind": "pipe"}, {"link": "l", "kind": "fan"}], "node,region,fixed_p\na,r,x\n")
    with pytest.raises(CaseErrors) as found:
        read_network(*tables)
    text = str(found.value)
    for part in ("links.csv:2  length_m", "links.csv:2  diam_m", "links.csv:3  kind", 'nodes.csv:1  "fixed_p": unknown column',
                 "did you mean fixed_p_Pa"):  # fmt: skip
        assert part in text


def test_two_fluids_in_one_region_are_named(tmp_path: Path) -> None:
    pipe = {"kind": "pipe", "length_m": "1", "diam_m": "0.05"}
    tables = write(tmp_path, [{"link": "x", "fluid": "water"} | pipe, {"link": "y", "fluid": "PG25"} | pipe])
    with pytest.raises(
        CaseErrors, match='links.csv:3  fluid: "PG25" in region "r"; accepted: "water", as on line 2: one fluid a region'
    ):
        read_network(*tables)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (b"", "is empty"), (b"\xff\xfe\x00", "no UTF-8"), (b"node\nx\n", "no column region"),
        (b'node,region\n"a,r\n', "no comma-separated"),
        (b"node,region\na,r,9\n", "3 cells"), (b"node,node,region\na,b,r\n", "there twice"),
        (b"node,region\n" + b"!,?\n" * 90, "mistakes more"),
    ],
)  # fmt: skip
def test_files_that_are_no_tables(tmp_path: Path, text: bytes, part: str) -> None:
    links, nodes = write(tmp_path)
    nodes.write_bytes(text)
    with pytest.raises(CaseErrors) as found:
        read_network(links, nodes)
    assert part in str(found.value) and len(found.value.errors) <= 51


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.binary(max_size=400) | st.text(alphabet="abr,\n\"'=-1e. \x00é", max_size=200).map(lambda text: text.encode()))
def test_whatever_stands_in_a_file_ends_in_words(tmp_path_factory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    links, nodes = write(folder)
    links.write_bytes(HEAD.encode() + b"\n" + content)
    try:
        read_network(links, nodes)
    except CaseErrors as found:
        assert str(found).isprintable() or "\n" in str(found)


def test_missing_files_and_bad_words(tmp_path: Path, capsys) -> None:
    assert main(["loop", str(tmp_path / "no.csv"), str(tmp_path)]) == 2
    assert "no.csv: cannot be read" in capsys.readouterr().err
    links, nodes = write(tmp_path)
    assert main(["loop", str(links), str(nodes), "--out", str(tmp_path / "a.txt")]) == 2
    assert "ends in .html, .json or .csv" in capsys.readouterr().err


def test_the_command_prints_and_writes(tmp_path: Path, capsys) -> None:
    links, nodes = write(tmp_path)
    out = [str(tmp_path / name) for name in ("answer.json", "answer.csv")]
    assert main(["loop", str(links), str(nodes), "--friction", "swamee-jain", "--out", out[0], "--out", out[1]]) == 0
    printed = capsys.readouterr().out
    assert "heat to fluid" in printed and "friction swamee-jain" in printed and "pump p:" in printed
    whole = json.loads(Path(out[0]).read_text())
    flows = {row["name"]: row["flow_m3_s"] for row in whole["links"]}
    with open(out[1], encoding="utf-8", newline="") as file:
        assert {row["name"]: float(row["flow_m3_s"]) for row in csv.DictReader(file)} == flows
    with open(tmp_path / "answer-nodes.csv", encoding="utf-8", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["a", "b", "c", "d"]
    assert sorted(path.name for path in tmp_path.iterdir() if "answer" in path.name) == [
        "answer-nodes.csv",
        "answer.csv",
        "answer.json",
    ]
