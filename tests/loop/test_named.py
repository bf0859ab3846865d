"""Networks by name: shipped ones, folders, halls by rule, the page; and what is no network is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.expected import read_expectations
from thermal.cli import main
from thermal.errors import CaseErrors
from thermal.loop.command import summary
from thermal.loop.named import find_network, read_rule, shipped_networks
from thermal.loop.steady import solve
from thermal.loop.tables import read_network
from thermal.output.report.loop_page import render_network

CASES = Path(__file__).resolve().parents[2] / "cases"


@pytest.mark.parametrize(("name", "friction"), [("thousand-racks", "swamee-jain"), ("loop-immersion", "colebrook")])
def test_shipped_networks_reach_their_expected_values(name: str, friction: str) -> None:
    network = find_network(name)
    found = summary(network, solve(network, friction))
    complaints = [line for row in read_expectations(CASES / name) for line in row.complaints(found)]
    assert not complaints, "\n".join(complaints)


def test_all_shipped_networks_go_by_name(capsys) -> None:
    assert set(shipped_networks()) >= {"loop-one-cdu", "loop-hall", "loop-immersion", "thousand-racks"}
    assert len(find_network("thousand-racks").links) == 6652
    assert main(["loop", "loop-one-cdu", "--friction", "swamee-jain"]) == 0
    assert "RACK7" in capsys.readouterr().out
    assert main(["cases"]) == 0
    printed = capsys.readouterr().out
    assert "hallflow loop thousand-racks" in printed and "loop-immersion" in printed


def test_a_rule_in_a_folder_and_its_tables(tmp_path: Path, capsys) -> None:
    (tmp_path / "network.toml").write_text("[hall]\ncdus = 2\nracks = 3\n")
    page, tables = tmp_path / "hall.html", tmp_path / "tables"
    assert main(["loop", str(tmp_path), "--out", str(page), "--tables", str(tables)]) == 0
    assert "c1_RACK2" in capsys.readouterr().out
    again = read_network(tables / "links.csv", tables / "nodes.csv")
    assert solve(again).flow == pytest.approx(solve(find_network(tmp_path)).flow, rel=1e-12)
    text = page.read_text()
    assert "<!DOCTYPE html>" in text and "c1_PUMP" in text and "http" not in text.replace("http-equiv", "")


def test_the_page_shows_everything_and_escapes_it() -> None:
    network = find_network("loop-immersion")
    text = render_network(network, solve(network), "<script>alert(1)</script>")
    assert "<script>" not in text and "&lt;script&gt;" in text
    for words in ("TOWER", "w_suc", "TANK4", "T_PUMPS", "cooling-tower", "HFE-7100", "immersion-tank"):
        assert words in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[hall]\ncdus = 0\nracks = 3\n", "hall.cdus: is 0"),
        ("[hall]\ncdus = 3\n", "hall.racks"),
        ("[hall]\ncdus = true\nracks = 1\n", "hall.cdus: is true"),
        ("[hall]\ncdus = 1\nracks = 1\nring = true\n", "unknown key"),
        ('[hall]\ncdus = 1\nracks = 1\nfacility = "yes"\n', "true or false"),
        ("cdus = 3\n", "no table [hall]"),
        ("[hall\n", "cannot be read"),
        ('"\\u001b" = 1\n[hall]\ncdus = 1\nracks = 1\n', "unknown key"),
    ],
)
def test_a_rule_that_is_none_is_told(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "network.toml"
    path.write_text(text)
    with pytest.raises(CaseErrors) as found:
        read_rule(path)
    assert words in str(found.value) and "\x1b" not in str(found.value)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("thousand-rack", "did you mean thousand-racks?"),
        ("links.csv", "one table alone"),
        ("x" * 5000, "no folder and no shipped network"),
        ("a\0b", "no folder and no shipped network"),
    ],
)
def test_what_is_no_network_is_told(argument: str, words: str, capsys) -> None:
    assert main(["loop", argument]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_without_a_network_is_told(tmp_path: Path, capsys) -> None:
    assert main(["loop", str(tmp_path)]) == 2
    assert "holds neither links.csv nor network.toml" in capsys.readouterr().err
