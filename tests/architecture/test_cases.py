"""Every shipped case is complete, and every file a user needs is in the package."""

from __future__ import annotations

import tomllib

import pytest

from tests.architecture.tree import ROOMS, ROOT, name_of, python_files

FOLDERS = sorted(path.parent for path in (ROOT / "cases").glob("*/case.toml"))
TABLED = sorted(path.parent for path in (ROOT / "cases").glob("*/links.csv"))  # networks of liquid alone: tables, no case file
RULED = sorted(path.parent for path in (ROOT / "cases").glob("*/network.toml"))  # such networks made by rule
LIQUID = [*TABLED, *RULED]
LIQUID_NAMES = {"loop-one-cdu", "loop-hall", "thousand-racks", "loop-immersion"}
NAMES = {"tiny-hall", "openfoam-h0", "openfoam-h1", "hall-30kw-fan-wall", "hall-30kw-contained", "hall-130kw-hybrid"}
NAMES |= {"hall-200kw-next", "retrofit-before", "retrofit-during", "retrofit-after"}
NAMES |= {"room-6kw", "room-6kw-chilled", "container-edge", "hall-immersion", "crah-failure", "pump-failure"}
NAMES |= {"refit-close-coupled"}


def test_the_promised_cases_are_there() -> None:
    assert {folder.name for folder in FOLDERS} >= NAMES
    assert {folder.name for folder in LIQUID} >= LIQUID_NAMES
    assert all((folder / "nodes.csv").is_file() for folder in TABLED)


def test_every_folder_is_a_case_or_a_liquid_network() -> None:
    folders = {path.parent for path in (ROOT / "cases").glob("*/*") if path.parent.name != "__pycache__"}
    assert folders == set(FOLDERS) | set(LIQUID)


@pytest.mark.parametrize("folder", sorted({*FOLDERS, *LIQUID}), ids=lambda folder: folder.name)
def test_a_case_has_its_three_files_and_a_number_that_is_not_ours(folder) -> None:
    assert (folder / "README.md").is_file()
    rows = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))["expect"]
    assert any(row["source"] != "regression" for row in rows)
    for row in rows:
        assert set(row) - {"run", "statistic"} == {"quantity", "value", "tolerance", "unit", "source"}, row


def test_every_folder_with_code_is_a_package() -> None:
    """setuptools packs only folders with an __init__.py."""
    assert not [name_of(path) for path in python_files(*ROOMS) if not (path.parent / "__init__.py").is_file()]


def test_package_data_covers_every_file() -> None:
    """Each file in a room that is no Python matches a pattern of [tool.setuptools.package-data]."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    missed = []
    for room in ROOMS:
        packed = {path for pattern in patterns[room] for path in (ROOT / room).glob(pattern)}
        for path in (ROOT / room).rglob("*"):
            if path.is_file() and path.suffix not in {".py", ".pyc"} and path not in packed:
                missed.append(name_of(path))
    assert not missed, missed


def test_the_readme_lists_every_case() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [folder.name for folder in (*FOLDERS, *LIQUID) if f"`{folder.name}`" not in text]
