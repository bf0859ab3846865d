"""The table of halls: exponents, rows that are kept, and one small hall all the way."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks import halls
from benchmarks.halls import HallRun, exponent, markdown, merge


def row(cells: int, iterations: int, case: str = "openfoam-h0", size: str = "50k") -> HallRun:
    """A run with these cells and iterations."""
    shares = dict.fromkeys((*halls.PARTS, "rest"), 0.1)
    return HallRun(
        case, "k-epsilon, upwind", size, 0.1, cells, "steady", [9, iterations], [1.0, 2.0], 3.0, shares, 210, 0.2, 0.1, ""
    )


def test_exponent_is_that_of_the_power_law() -> None:
    assert exponent([row(1000, 30), row(8000, 60), row(64000, 120)]) == pytest.approx(1 / 3)
    assert exponent([row(1000, 30)]) is None


def test_new_rows_take_the_place_of_old_ones() -> None:
    old = [asdict(row(1000, 30)), asdict(row(9000, 40, size="400k"))]
    rows = merge(old, [row(1000, 35), row(500, 5, "hall-130kw-hybrid")])
    assert [(r.case, r.cells, r.iterations[-1]) for r in rows] == [
        ("openfoam-h0", 1000, 35),
        ("openfoam-h0", 9000, 40),
        ("hall-130kw-hybrid", 500, 5),
    ]
    page = markdown(rows, ["a note"], "a command")
    assert "p = +0.06 (met)" in page and "| openfoam-h0, k-epsilon, upwind, 0.1 m | 1000 | steady | 9 + 35 |" in page


def test_a_hall_is_run_weighed_and_profiled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, page = tmp_path / "rows.json", tmp_path / "page.md"
    words = ["--cases", "openfoam-h0", "--cell", "0.3", "--threads", "1", "--iterations", "12"]
    assert halls.main([*words, "--rows", str(rows), "--write", str(page)]) == 0
    (kept,) = json.loads(rows.read_text())
    assert kept["verdict"] == "unfinished" and kept["iterations"][-1] == 12 and 100 < kept["memory"] < 400
    assert 0.0 < kept["factor"] < 0.5
    assert sum(kept["shares"].values()) == pytest.approx(1.0)
    assert all(kept["shares"][part] > 0 for part in halls.PARTS)
    assert kept["seconds"] >= sum(kept["level_seconds"]) * 0.9
    assert "ns a cell" in capsys.readouterr().out and "openfoam-h0" in page.read_text()
