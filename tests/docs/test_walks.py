"""Pages that promise to have been tried: their commands are run, and what they show of the output is looked for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from thermal.cli import parser

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
SHELL = f'hallflow() {{ "{sys.executable}" -m thermal.cli "$@"; }}\nset -e\n'


def blocks(page: str) -> list[tuple[str, str, str | None]]:
    """(kind, text, file) of every fenced block of a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [(found["kind"], found["text"], found["file"]) for found in BLOCK.finditer(text)]


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A shell script with the command `hallflow` of this tree."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HALLFLOW": str(ROOT), "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        ["bash", "-c", SHELL + script], cwd=folder, env=environment, capture_output=True, text=True, timeout=280
    )


@pytest.mark.parametrize("page", ["first-hall.md", "ci.md"])
def test_every_command_is_one(page: str) -> None:
    """Its verb and options are known; quick, beside the slow tests that run them."""
    lines = [line for kind, text, _ in blocks(page) if kind == "sh" for line in text.splitlines() if line.startswith("hallflow")]
    assert len(lines) > 2
    for line in lines:
        parser().parse_args(re.sub(r" \|\| true$", "", line).split()[1:])


def test_the_walk_up_to_its_check(tmp_path) -> None:
    """The first two parts of the first hall, word by word."""
    _walk(tmp_path, until="hallflow run")


@pytest.mark.slow
def test_the_whole_walk(tmp_path) -> None:
    _walk(tmp_path)
    for page in ("hall-results/report.html", "comparison/comparison.html", "hall-results/without/supply.tiles-1/report.html"):
        assert (tmp_path / page).is_file()


def _walk(folder: Path, until: str = "never") -> None:
    output, ran = "", 0
    for kind, text, file in blocks("first-hall.md"):
        if file is not None:
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(text)
        elif kind == "sh":
            if until in text:
                break
            done = run(text, folder)
            assert done.returncode == 0, done.stderr
            output, ran = done.stdout + done.stderr, ran + 1
        elif kind == "text":
            for line in text.splitlines():
                assert line in output, (line, output)
    assert ran >= 4


@pytest.mark.slow
def test_the_pipeline(tmp_path) -> None:
    """The steps of ci.md from the second on, with a base that the same hall gives, then with one that was cooler."""
    hall = tmp_path / "halls" / "hall"
    hall.mkdir(parents=True)
    (hall / "case.toml").write_text((ROOT / "cases" / "tiny-hall" / "case.toml").read_text())
    other = tmp_path / "halls" / "other"
    other.mkdir()
    (other / "case.toml").write_text('[case]\nextends = "../hall/case.toml"\n[mesh]\ncell = "0.3 m"\n')
    script = "\n".join(text for kind, text, _ in blocks("ci.md") if kind == "sh" and "venv" not in text)
    before, compare = script.split("hallflow compare")
    done = run(before + "\nmkdir base\ncp results/hall/summary.json base/\nhallflow compare" + compare, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no limit lost" in done.stdout and (tmp_path / "results" / "limits.xml").is_file()
    assert any((tmp_path / ".cache" / "hallflow").iterdir())
    warmer = (hall / "case.toml").read_text().replace('temperature = "20 degC"', 'temperature = "26 degC"')
    (hall / "case.toml").write_text(warmer)
    again = "export XDG_CACHE_HOME=$PWD/.cache\nhallflow run halls/*/case.toml --out results || true\n"
    done = run(f"{again}hallflow compare{compare}", tmp_path)
    assert done.returncode == 1 and "limit LOST: inlets in hall" in done.stdout and "WARMER: A1" in done.stdout
