"""The page: complete from the folder alone, offline, and deaf to hostile text."""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.builders import empty_room, hall_h0, plate
from tests.output.conftest import HOSTILE
from tests.output.synthetic import MadeUp, made_up
from thermal.errors import RecordError
from thermal.output.junit import junit_xml, write_junit
from thermal.output.record import read, write
from thermal.output.report import rebuild, render
from thermal.output.report.verdict import headline


class Tags(HTMLParser):
    """Collects tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_page_has_every_part(folder: Path) -> None:
    page = rebuild(folder).read_text()
    words = " ".join(Tags(page).words)
    for part in ("All 3 limits hold", "Steady", "RCI HI", "RTI", "SHI", "A1", "A2", "Convergence", "Snapping", "case.toml"):
        assert part in words or part.lower() in words, part
    for name in ("plan", "section", "aisle", "front-A1", "front-A2"):
        assert f'data-raster="{name}"' in page
    # Verdict before limits before racks.
    assert page.index("All 3 limits hold") < page.index('id="limits"') < page.index('id="racks"')


def test_page_is_made_from_the_folder_alone(folder: Path) -> None:
    first = rebuild(folder).read_text()
    (folder / "report.html").unlink()
    assert rebuild(folder).read_text() == first


def test_page_fetches_nothing(folder: Path) -> None:
    page = rebuild(folder).read_text()
    for tag, name, value in Tags(page).attributes:
        if name in ("src", "href", "action", "poster", "srcset", "xlink:href"):
            assert value.startswith(("data:", "#")), (tag, name, value)
        if name == "style":
            assert "url(" not in value
    assert "http://" not in page and "https://" not in page and "@import" not in page
    script = re.search(r"<script>(.*)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.replace("&#39;", "'")


def test_hostile_text_stays_text(folder: Path) -> None:
    page = rebuild(folder).read_text()
    tags = Tags(page)
    assert tags.tags.count("script") == 2  # the scene's data and the page's own script
    assert "alert(1)" in page and "<script>alert" not in page
    assert HOSTILE in " ".join(tags.words)
    assert "{{ 7*7 }}" in page and " 49" not in "".join(word for word in tags.words if "7*7" in word)
    assert not [name for _, name, _ in tags.attributes if name.startswith("on")]


def test_hostile_names_in_a_record_that_was_changed_by_hand(result: MadeUp, tmp_path: Path) -> None:
    bad = '"><img src=x onerror=alert(2)>'
    summary = {
        **result.summary,
        "racks": [{**row, "row": bad} for row in result.summary["racks"]],
        "asserts": [{"name": bad, "value": None, "limit": bad, "passed": False, "object": bad}],
        "worst": {"object": bad, "quantity": bad, "value": 1.0, "gate": 0.1},
        "verdict_text": bad,
    }
    geometry_hostile = replace(result.case, openings=tuple(replace(o, name=bad) for o in result.case.openings))
    page = rebuild(write(tmp_path, replace(result, summary=summary, case=geometry_hostile))).read_text()
    assert "img" not in Tags(page).tags and "onerror" in page


@pytest.mark.parametrize(("verdict", "words"), [
    ("unfinished", "do not use these numbers"), ("diverged", "the calculation diverged"), ("unsteady", "never comes to rest"),
])  # fmt: skip
def test_no_answer_is_said_loudly(result: MadeUp, tmp_path: Path, verdict: str, words: str) -> None:
    worst = {"object": "rack A2", "quantity": "inlet slope", "value": 0.8, "gate": 0.05}
    summary = {**result.summary, "verdict": verdict, "worst": worst}
    page = rebuild(write(tmp_path, replace(result, summary=summary))).read_text()
    assert words in page
    assert ("Worst: rack A2, inlet slope: 0.8, gate 0.05." in page) == (verdict != "unsteady")
    assert (">recommended<" in page) == (verdict == "unsteady")


def test_failed_limits_are_named(result: MadeUp, tmp_path: Path) -> None:
    asserts = [
        *result.summary["asserts"],
        {
            "name": "hot",
            "what": "rack.*.inlet_max",
            "bound": "max",
            "value": 28.4,
            "limit": 27.0,
            "unit": "degC",
            "passed": False,
            "object": "A2",
            "reason": "1 of 2 beyond the limit",
        },
    ]
    page = rebuild(write(tmp_path, replace(result, summary={**result.summary, "asserts": asserts}))).read_text()
    assert (
        "1 of 4 limits is exceeded" in page and "hot (A2) is 28.4 °C, allowed at most 27 °C" in page and "1 of 2 beyond" in page
    )


def test_fields_full_of_nan_still_make_a_page(result: MadeUp, tmp_path: Path) -> None:
    broken = {name: values * float("nan") for name, values in result.fields.items()}
    summary = {**result.summary, "verdict": "diverged"}
    for row in summary["racks"]:
        assert row["name"]
    summary["racks"] = [{key: None if key.endswith("degC") else value for key, value in row.items()} for row in summary["racks"]]
    page = rebuild(write(tmp_path, replace(result, fields=broken, summary=summary))).read_text()
    assert "the calculation diverged" in page and "nan" not in re.sub(r"data:[^\"]*", "", page).lower().replace("finance", "")


def test_halls_without_racks_and_with_plates(tmp_path: Path) -> None:
    empty = made_up(empty_room())
    assert (
        "The case sets no limits"
        in rebuild(write(tmp_path / "a", replace(empty, summary={**empty.summary, "asserts": []}))).read_text()
    )
    roof = plate("roof", (1.8, 2.7, 2.2), (4.2, 4.5, 2.2))
    door = plate("door", (1.8, 2.7, 0.0), (1.8, 4.5, 2.2), 0.5, 4.0)
    page = rebuild(write(tmp_path / "b", made_up(hall_h0(0.3, plates=(roof, door))))).read_text()
    assert 'class="plate"' in page and 'class="plate porous"' in page and "Containment" in page


def test_report_of_a_folder_without_a_record(tmp_path: Path) -> None:
    with pytest.raises(RecordError):
        rebuild(tmp_path)


def test_render_is_deterministic(folder: Path) -> None:
    assert render(read(folder)) == render(read(folder))


def test_junit(tmp_path: Path, result: MadeUp) -> None:
    hostile = {"name": "]]><x>\x00\x1b[31m", "value": None, "limit": "<27 & >18", "passed": False}
    summary = {**result.summary, "asserts": [*result.summary["asserts"], hostile]}
    other = {**result.summary, "case": "second", "verdict": "unfinished"}
    root = ElementTree.fromstring(junit_xml([summary, other]))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("9", "1", "1")
    assert [suite.get("name") for suite in root] == ["tiny-hall", "second"]
    failure = root.find(".//failure")
    assert failure is not None and "<27 & >18" in (failure.get("message") or "")
    write_junit(tmp_path / "deep" / "junit.xml", [summary])
    assert (tmp_path / "deep" / "junit.xml").stat().st_size > 100


def test_without_limits_of_its_own_a_hot_hall_gets_no_green_banner() -> None:
    balances = [{"name": name, "passed": True} for name in ("heat-balance", "mass-balance")]
    summary = {"verdict": "steady", "verdict_text": "", "asserts": balances, "indices": {"class": "A2"}}
    cool = headline(summary | {"racks": [{"inlet_max_degC": 25.0}]})
    hot = headline(summary | {"racks": [{"inlet_max_degC": 45.0}, {"inlet_max_degC": 25.0}]})
    assert cool["mood"] == "good" and "no limits of its own" in cool["words"]
    assert hot["mood"] == "none" and "1 of 2 racks" in hot["detail"]
