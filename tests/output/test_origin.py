"""The report of a run with tracers and humidity: every part, hostile names, one supply and several, very many racks."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.builders import supply, tiny_hall
from thermal.case.model import Tracers
from thermal.output.origin import MOST_RACKS, followed, origin_picture, origin_words
from thermal.output.record import read
from thermal.output.report import render
from thermal.run import simulate

pytestmark = pytest.mark.xdist_group("output.origin")  # one worker solves for all of them


def summary_of(count: int, **shares: float) -> dict[str, Any]:
    racks = [
        {"name": f"A{n}<b>", "recirculated_percent": 10.0 + 0.1 * n, "shares_percent": dict(shares), "capture_cold_percent": 80.0}
        for n in range(count)
    ]
    return {"racks": racks, "tracers": {"age_of_air": None, "is_closed": True, "balance": 1e-8, "worst": "x", "openings": []}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = tiny_hall()
    flow = 0.5 * (case.openings[0].flow or 0.0)
    openings = (
        supply("west", (0.6, 0.6, 0.0), (1.2, 1.8, 0.0), 2, +1, flow, humidity_ratio=0.006),
        supply("east", (1.2, 0.6, 0.0), (1.8, 1.8, 0.0), 2, +1, flow, humidity_ratio=0.009),
        replace(case.openings[1], humidity_ratio=0.007),
    )
    out = tmp_path_factory.mktemp("origin") / "out"
    simulate(replace(case, openings=openings, tracers=Tracers(solve=True)), backend="host", threads=1, out=out)
    return out


def test_page_tells_where_air_comes_from(folder: Path) -> None:
    record = read(folder)
    page = render(record)
    for part in (
        "Where the air comes from", "Cold-aisle capture", "supply.west", "supply.east", "Humidity", "Dew point, plan",
        "Age of air, plan", "recirculated (narrow bars)",
    ):  # fmt: skip
        assert part in page, part
    assert {"humidity_ratio", "relative_humidity", "dew_point", "age_of_air"} <= set(record.names)
    assert record.summary["tracers"]["is_closed"]
    for rack in record.summary["racks"]:
        assert sum(rack["shares_percent"].values()) == pytest.approx(100.0, abs=1e-4)


def test_page_without_tracers_says_nothing_of_them(folder: Path) -> None:
    record = read(folder)
    bare = {key: value for key, value in record.summary.items() if key not in ("tracers", "humidity")}
    bare["racks"] = [{k: v for k, v in rack.items() if "percent" not in k and k != "humidity_range"} for rack in bare["racks"]]
    page = render(replace(record, summary=bare))
    assert "Where the air comes from" not in page
    assert 'id="humidity"' not in page


@pytest.mark.parametrize("shares", [{"supply.a": 100.0}, {f"supply.<i>{n}": 10.0 for n in range(10)}])
def test_bars_are_drawn_and_escaped(shares: dict[str, float]) -> None:
    picture = origin_picture(summary_of(3, **shares))
    assert "<b>" not in picture and "<i>" not in picture
    ElementTree.fromstring(picture)


def test_of_very_many_racks_the_worst_are_drawn() -> None:
    summary = summary_of(300, **{"supply.a": 100.0})
    picture = origin_picture(summary)
    assert f"{MOST_RACKS} of 300 racks" in picture
    assert "A299" in picture and "A0&lt;b&gt;: " not in picture
    assert "A299" in origin_words(summary)


def test_nothing_to_draw() -> None:
    assert followed({"racks": []}) == []
    assert origin_picture({"racks": [{"name": "A1"}]}) == ""
