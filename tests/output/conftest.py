"""One small record for all tests of the window."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import tiny_hall
from tests.output.synthetic import MadeUp, made_up
from thermal.output.record import write

HOSTILE = "<script>alert(1)</script> [/x] =cmd()|' /C calc'!A0 \"&amp; {{ 7*7 }}"


@pytest.fixture(scope="session")
def result() -> MadeUp:
    """A made-up run of the tiny hall with a hostile title."""
    case = tiny_hall(
        title=HOSTILE, text=f"# {HOSTILE}\n", resolved={"case": {"title": HOSTILE}, "room": {"size": [2.4, 4.2, 2.8]}}
    )
    return made_up(case)


@pytest.fixture()
def folder(result: MadeUp, tmp_path: Path) -> Path:
    """A fresh folder with its record."""
    return write(tmp_path / "results", result)
