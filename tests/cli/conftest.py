"""Every test here runs in an empty folder, with a stand-in where the solver would be."""

from __future__ import annotations

import sys

import pytest

from tests.cli.halls import StandInSolver, write_case


@pytest.fixture
def solver(monkeypatch) -> StandInSolver:
    """The stand-in, in place of thermal.run."""
    stand_in = StandInSolver()
    monkeypatch.setitem(sys.modules, "thermal.run", stand_in)
    return stand_in


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory that holds small.toml."""
    monkeypatch.chdir(tmp_path)
    write_case(tmp_path)
    return tmp_path
