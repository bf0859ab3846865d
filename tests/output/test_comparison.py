"""Records held against each other: what is matched, what is lost, what is refused, and the page."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.builders import tiny_hall
from tests.output.synthetic import made_up
from tests.output.test_report import Tags
from thermal.cli import main
from thermal.errors import RecordError
from thermal.output import record
from thermal.output.comparison import compare, labels, open_runs, racks_csv, warmer
from thermal.output.report.comparison import write_comparison


def rack(name: str, hottest: float, **more) -> dict:
    return {"name": name, "row": "A", "power_kW": 5.0, "air_kW": 5.0, "liquid_kW": 0.0, "air_flow_m3_s": 0.35,
            "inlet_max_degC": hottest, "inlet_mean_degC": hottest - 2.0, "outlet_mean_degC": hottest + 10.0, **more}  # fmt: skip


def limit(name: str, value: float, bound: float = 27.0, kind: str = "max", **more) -> dict:
    passed = value <= bound if kind == "max" else value >= bound
    return {"name": name, "what": "rack.*.inlet_max", "bound": kind, "value": value, "limit": bound, "unit": "degC",
            "passed": passed, "object": "A1", "failed": 0 if passed else 1, "reason": "", **more}  # fmt: skip


def summary(racks: list[dict], asserts: list[dict], **more) -> dict:
    openings = [{"name": "s", "kind": "supply", "flow_m3_s": 2.0, "temperature_degC": 20.0},
                {"name": "r", "kind": "return", "flow_m3_s": 2.0, "temperature_degC": 30.0}]  # fmt: skip
    return {"case": "hall", "title": "Hall", "verdict": "steady", "racks": racks, "openings": openings, "asserts": asserts,
            "indices": {"class": "A2", "rci_high_percent": 100.0}, "cells": 1000} | more  # fmt: skip


def runs(folder: Path, *summaries: dict):
    paths = []
    for number, one in enumerate(summaries):
        paths.append(folder / f"run{number}.json")
        paths[-1].write_text(json.dumps(one))
    return open_runs(paths)


def test_racks_are_matched_by_name_and_numbers_are_subtracted(tmp_path) -> None:
    found = compare(
        runs(tmp_path, summary([rack("A1", 24.0), rack("A2", 25.0)], []), summary([rack("A2", 26.5), rack("B1", 22.0)], []))
    )
    assert {row["name"]: (row["inlet_max_degC"], row["change_K"]) for row in found["racks"]} == {
        "A1": ([24.0, None], [0.0, None]), "A2": ([25.0, 26.5], [0.0, 1.5]), "B1": ([None, 22.0], [None, None])}  # fmt: skip
    by_name = {row["name"]: row for row in found["numbers"]}
    assert by_name["hottest rack inlet"]["values"] == [25.0, 26.5] and by_name["hottest rack inlet"]["changes"] == [0.0, 1.5]
    assert by_name["IT power"]["values"] == [10.0, 10.0] and by_name["air supplied"]["values"] == [2.0, 2.0]
    assert warmer(found, 1.0) == [("A2", "run1", 1.5)] and not warmer(found, 1.5)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (limit("i", 26.0), limit("i", 26.5), ""),
        (limit("i", 26.0), limit("i", 27.5), "lost"),
        (limit("i", 27.5), limit("i", 26.0), "passed"),
        (limit("i", 27.5), limit("i", 28.0), ""),
        (limit("i", 26.0), None, "unset"),
        (limit("i", 28.0), None, ""),
        (None, limit("i", 26.0), "new"),
        (limit("i", 26.0), limit("i", 28.0, 30.0), "lost"),  # holds by a bound that was moved only
        (limit("i", 28.0), limit("i", 28.0, 30.0), "moved"),
        (limit("i", 26.0), limit("i", 26.5, 30.0), "moved"),
        (limit("i", 20.0, 18.0, "min"), limit("i", 16.0, 15.0, "min"), "lost"),
        (limit("i", 26.0), limit("i", 26.8, passed=False, certain=False, band=0.5), "lost"),
    ],
)
def test_what_becomes_of_a_limit(tmp_path, before, after, change) -> None:
    sides = [summary([rack("A1", 25.0)], [row] if row else []) for row in (before, after)]
    found = compare(runs(tmp_path, *sides))
    assert found["limits"][0]["changes"] == ["", change]
    assert bool(found["lost"]) == (change in ("lost", "unset")) and bool(found["passed"]) == (change == "passed")


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (summary([rack("Z1", 20.0)], []), "no rack of the same name (Z1 against A1)"),
        (summary([], []), "no rack of the same name (no racks against A1)"),
        (summary([rack("A1", 20.0)], [], verdict="diverged"), "diverged, so its numbers are no answer"),
        (summary([rack("A1", 20.0)], [], verdict="unfinished"), "--resume"),
        (summary([{"name": 5}], []), "rows without a name"),
        ({"case": "x"}, "no record of Hallflow"),
        ([], "not the summary.json"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(tmp_path, other, message) -> None:
    with pytest.raises(RecordError) as caught:
        runs(tmp_path, summary([rack("A1", 20.0)], []), other)
    assert message in str(caught.value) and "\n" not in str(caught.value) and "run1.json" in str(caught.value)


def test_too_few_too_many_or_twice_the_same(tmp_path) -> None:
    with pytest.raises(RecordError, match="two records or more"):
        open_runs([tmp_path])
    with pytest.raises(RecordError, match="named twice"):
        open_runs([tmp_path / "a", tmp_path / "x" / ".." / "a"])
    with pytest.raises(RecordError, match="up to 12"):
        open_runs([tmp_path / f"{n}" for n in range(13)])
    with pytest.raises(RecordError, match="no such folder"):
        open_runs([tmp_path / "a", tmp_path / "b"])


def test_labels_are_short_and_tell_apart() -> None:
    assert labels([Path("main/summary.json"), Path("topic/summary.json")]) == ["main", "topic"]
    assert labels([Path("x/a-results"), Path("y/a-results")]) == ["x/a", "y/a"]
    assert len(set(labels([Path("."), Path("..")]))) == 2


def test_hostile_names_stay_text(tmp_path) -> None:
    name = '=cmd|"<script>alert(1)</script>'
    sides = runs(tmp_path, *(summary([rack(name, 20.0 + n)], [limit(name, 20.0)]) | {"title": name} for n in range(2)))
    found = write_comparison(tmp_path / "out", sides)
    page = (tmp_path / "out" / "comparison.html").read_text()
    assert "script" not in Tags(page).tags
    row = list(csv.reader(io.StringIO(racks_csv(found).decode())))[1]
    assert row[0].startswith("'=cmd") and row[1:4] == ["20.0000", "21.0000", "1.0000"]
    assert json.loads((tmp_path / "out" / "comparison.json").read_text()) == found


@pytest.fixture(scope="module")
def records(tmp_path_factory) -> tuple[Path, Path]:
    """Two whole records of a made-up hall."""
    folder = tmp_path_factory.mktemp("records")
    for name in ("before", "after"):
        record.write(folder / name, made_up(tiny_hall()))
    return folder / "before", folder / "after"


def test_the_page_has_pictures_on_one_scale_and_fetches_nothing(records, tmp_path) -> None:
    write_comparison(tmp_path, open_runs(list(records)))
    page = (tmp_path / "comparison.html").read_text()
    tags = Tags(page)
    assert tags.tags.count("svg") >= 6 and "script" not in tags.tags
    assert all(value.startswith("data:") for _, name, value in tags.attributes if name in ("src", "href", "xlink:href"))
    words = " ".join(tags.words)
    assert "Temperature in plan" in words and "before" in words and "after" in words
    images = [value for _, name, value in tags.attributes if name == "href"]
    assert len(images) > len(set(images))  # equal fields on one scale are the very same picture


def test_the_verb_and_its_exit_codes(tmp_path, monkeypatch, capsys, records) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("base", 26.0), ("worse", 27.5), ("same", 26.2)):
        Path(f"{name}.json").write_text(json.dumps(summary([rack("A1", value)], [limit("inlets", value)])))
    assert main("compare base.json same.json --fail-on-lost".split()) == 0
    assert main("compare base.json worse.json".split()) == 0
    assert main("compare base.json worse.json --fail-on-lost".split()) == 1
    assert main(["compare", "base.json", "same.json", "--fail-on-warmer", "0.1 K"]) == 1
    out = capsys.readouterr().out
    assert "limit LOST: inlets in worse" in out and "WARMER: A1 in same by 0.20 K, allowed 0.1 K" in out
    assert sorted(path.name for path in Path("comparison").iterdir()) == [
        "comparison.html", "comparison.json", "hallflow.json", "racks.csv"]  # fmt: skip
    assert main("compare base.json none --out other".split()) == 2
    assert not Path("other").exists()
    Path("thesis").mkdir()
    Path("thesis/chapter.tex").write_text("x")
    assert main("compare base.json same.json --out thesis".split()) == 2
    assert "nothing was touched" in capsys.readouterr().err
