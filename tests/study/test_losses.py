"""A hall without each of its movers: what is left, balances that must hold, reruns, and what cannot be computed."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest

import thermal
from tests.cli.halls import SMALL
from thermal.case.build import case_from_text
from thermal.cli import main
from thermal.errors import UsageError
from thermal.outcome import closing_lines, exit_code
from thermal.output.junit import junit_xml
from thermal.output.report.losses import with_losses
from thermal.study.losses import KINDS, losses_of, wanted_kinds
from thermal.study.without import simulate_losses

pytestmark = pytest.mark.xdist_group("study.losses")  # one worker solves for all of them
SECOND = """[[supply]]
name = "second"
on = "floor"
from = ["1.2 m", "0.6 m"]
to = ["1.8 m", "1.8 m"]
temperature = "20 degC"
flow = "0.3 m3/s"
[[return]]"""
TWO = SMALL + '[flow]\nturbulence = "zero-equation"\nscheme = "upwind"\n'
for old, new in (
    ("flow_ratio = 1.05", 'flow = "0.5 m3/s"'),
    ('to = ["1.8 m", "1.8 m"]', 'to = ["1.2 m", "1.8 m"]'),
    ("[[return]]", SECOND),
    ('max = "27 degC"', 'max = "38 degC"'),
):
    TWO = TWO.replace(old, new)
BARE = 'cell = "0.2 m"', 'cell = "0.3 m"'


@pytest.fixture(scope="module")
def hall():
    return case_from_text(TWO.replace(*BARE), name="two")


def test_every_kind_takes_one_away_and_leaves_the_rest(hall) -> None:
    for kind, one in KINDS.items():
        assert one.meaning
        if not one.names(hall):  # coolers: tests/study/test_coolers_lost.py
            continue
        for loss in losses_of(hall, [(kind, "*")]):
            assert loss.name not in one.names(loss.left) and loss.left.room == hall.room
            assert set(one.names(loss.left)) | {loss.name} == set(one.names(hall)) or kind == "rack_row"
    (loss,) = losses_of(hall, [("supply", "second")])
    assert [(o.name, o.flow) for o in loss.left.openings] == [("tiles", 0.5), ("ceiling", None)]
    assert loss.left.title.endswith("without supply second")


def test_a_rack_that_is_off_stands_there(hall) -> None:
    (loss,) = losses_of(hall, [("rack", "A1")])
    assert [rack.name for rack in loss.left.racks] == ["A2"]
    assert (loss.left.obstacles[0].box, loss.left.obstacles[0].power) == (hall.racks[0].box, 0.0)


def test_others_make_up_for_the_flow(hall) -> None:
    for loss in losses_of(hall, [("supply", "*")], make_up=True):
        assert sum(o.flow for o in loss.left.openings if o.kind == "supply") == pytest.approx(0.8, rel=1e-12)
    fixed = replace(hall, openings=tuple(replace(o, flow=0.8) if o.kind == "return" else o for o in hall.openings))
    (alone,) = losses_of(fixed, [("return", "ceiling")], make_up=True)  # nobody is left to take over
    assert [o.kind for o in alone.left.openings] == ["supply", "supply"]


@pytest.mark.parametrize(
    ("words", "make_up", "message"),
    [
        ("crahs", False, "kinds are supply, return, rack, rack_row"),
        ("rack.Z*", False, 'has no rack named "Z*" (it has A1, A2)'),
        ("rack", True, "it goes with supply, return"),
        ("", False, "kinds are"),
    ],
)
def test_what_cannot_be_lost(hall, words, make_up, message) -> None:
    with pytest.raises(UsageError) as caught:
        losses_of(hall, wanted_kinds(words), make_up)
    assert message in str(caught.value)


@pytest.fixture(scope="module")
def study(hall, tmp_path_factory):
    """The hall without each supply, return and rack row, at 0.3 m."""
    folder = tmp_path_factory.mktemp("losses")
    return simulate_losses(hall, losses_of(hall, wanted_kinds("supply,return,rack_row")), out=folder, threads=1)


def test_the_same_from_python(hall, study, tmp_path) -> None:
    result = thermal.without_each(hall, "supply.second", out=tmp_path / "record", threads=1)
    (row,) = result.summary["without_each"]["losses"]
    assert row == next(one for one in study.summary["without_each"]["losses"] if one["lost"] == "supply.second")
    with pytest.raises(UsageError):
        thermal.without_each(hall, "crah", out=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_heat_goes_where_it_must(hall, study) -> None:
    """Closed form: 10 kW into what is still supplied, 20 degC + P/(rho cp V)."""
    table = study.summary["without_each"]
    assert table["finished"] and [row["lost"] for row in table["losses"]] == [
        "supply.tiles", "supply.second", "return.ceiling", "rack_row.A"]  # fmt: skip
    for name, flow in (("supply.tiles", 0.3), ("supply.second", 0.5)):
        left = json.loads((study.path / "without" / name / "summary.json").read_text())
        back = next(row for row in left["openings"] if row["kind"] == "return")
        rise = 10e3 / (hall.air.density * hall.air.heat_capacity * flow)
        assert left["verdict"] == "steady" and back["temperature_degC"] == pytest.approx(20.0 + rise, abs=0.01 * rise)
        assert back["flow_m3_s"] == pytest.approx(flow, rel=1e-3)
        assert (study.path / "without" / name / "report.html").is_file()


def test_the_table_names_rises_and_limits_lost(study) -> None:
    rows = {row["lost"]: row for row in study.summary["without_each"]["losses"]}
    assert rows["supply.tiles"]["rise_K"] > rows["supply.second"]["rise_K"] > 0.0
    assert rows["supply.tiles"]["limits_lost"] == ["limit-1"] and not rows["rack_row.A"]["limits_lost"]
    # nothing is left to judge in a hall without racks: that limit is not lost
    assert rows["rack_row.A"]["hottest_degC"] is None and rows["rack_row.A"]["verdict"] in ("steady", "unsteady")


def test_a_hall_without_its_only_return_is_named_not_crashed(study) -> None:
    row = next(row for row in study.summary["without_each"]["losses"] if row["kind"] == "return")
    assert row["verdict"] == "impossible" and "supply.tiles" in row["reason"] and "too much" in row["reason"]
    words = "\n".join(closing_lines(study.summary, "x"))
    assert "return.ceiling" in words and "impossible" in words and exit_code(study.summary) == 1


def test_the_page_and_junit_tell_it(study) -> None:
    page = (study.path / "report.html").read_text()
    assert (
        'id="without-each"' in page
        and "supply.tiles" in page
        and "Limits are lost without supply.tiles" in page
        and "not judged" not in page
    )
    suite = ElementTree.fromstring(junit_xml([study.summary]))
    names = {test.get("name"): test for test in suite.iter("testcase")}
    assert names["without return.ceiling"].find("failure") is not None and names["without rack_row.A"].find("failure") is None
    assert suite.get("tests") == str(len(names)) and suite.get("failures") == str(len(list(suite.iter("failure"))))


def test_the_record_of_the_whole_hall_is_as_without_a_study(hall, study, tmp_path) -> None:
    alone = thermal.run(hall, out=tmp_path / "alone", threads=1)
    assert alone.summary["racks"] == [
        {key: value for key, value in row.items()} for row in study.summary["racks"]
    ]  # fmt: skip


def test_a_stopped_study_goes_on_where_it_was(hall, study, tmp_path) -> None:
    losses = losses_of(hall, wanted_kinds("supply"))

    class Say:
        said: list[str] = []

        def __getattr__(self, name):
            return (lambda text: self.said.append(text)) if name == "message" else (lambda *words: None)

    looks = 0

    class AfterFirst:
        def is_set(self) -> bool:
            nonlocal looks
            looks += bool((tmp_path / "b" / "without" / "supply.tiles" / "summary.json").exists())
            return looks > 1

    part = simulate_losses(hall, losses, out=tmp_path / "b", threads=1, stop=AfterFirst())
    table = part.summary["without_each"]
    assert not table["finished"] and [row["lost"] for row in table["losses"]] == ["supply.tiles"]
    assert "stopped after 1 of 2" in table["reason"] and exit_code(part.summary) == 3
    assert "Not finished" in (tmp_path / "b" / "report.html").read_text()
    say = Say()
    rest = simulate_losses(hall, losses, out=tmp_path / "b", threads=1, progress=say)
    assert [text for text in say.said if "finished before" in text] == [
        "the whole hall: finished before", "without supply.tiles (1 of 2): finished before"]  # fmt: skip
    supplies = [row for row in study.summary["without_each"]["losses"] if row["kind"] == "supply"]
    assert rest.summary["without_each"]["losses"] == supplies  # bit for bit, as if it had never stopped
    other = case_from_text(TWO.replace(*BARE).replace('"5 kW"', '"4 kW"'), name="two")  # another case begins anew
    say.said.clear()
    simulate_losses(other, losses_of(other, wanted_kinds("supply.tiles")), out=tmp_path / "b", threads=1, progress=say)
    assert not [text for text in say.said if "finished before" in text]


def test_the_banner_warns() -> None:
    good = {"mood": "good", "mark": "✓", "words": "All 3 limits hold", "detail": ""}
    row = {"lost": "supply.a", "limits_lost": ["inlets"], "verdict": "steady"}
    assert with_losses(good, None) == good
    assert with_losses(good, {"losses": [row | {"limits_lost": []}]}) == good
    assert with_losses(good, {"losses": [row]})["mood"] == "bad"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--without-each crahs", "kinds are"),
        ("--without-each crah", "has no crah"),
        ("--without-each supply --grid-study", "two studies"),
        ("--make-up", "goes with --without-each"),
        ("--without-each rack --make-up", "it goes with supply, return"),
    ],
)
def test_words_that_do_not_go_together(words, message, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(SMALL)
    assert main(["run", "small.toml", *words.split()]) == 2
    assert message in capsys.readouterr().err
    assert not Path("small-results").exists()
