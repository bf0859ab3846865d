"""The shipped cases, data only: one folder each with case.toml, README.md and expected.toml.

>>> "tiny-hall" in names()
True
"""

from __future__ import annotations

from pathlib import Path

CASE_FILE = "case.toml"


def names() -> list[str]:
    """Names of the shipped cases, in alphabetical order."""
    return sorted(folder.name for folder in Path(__file__).parent.iterdir() if (folder / CASE_FILE).is_file())


def path(name: str) -> Path:
    """The case file of a shipped case.

    Raises   KeyError for a name that is not in `names()`; nothing outside this folder can be reached.
    """
    if name not in names():
        raise KeyError(name)
    return Path(__file__).parent / name / CASE_FILE
