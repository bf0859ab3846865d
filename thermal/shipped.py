"""The cases that come with Hallflow, and how an argument becomes the path of a case file."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from thermal.errors import CaseError, CaseErrors, quote

CASE_FILE = "case.toml"


@dataclass(frozen=True)
class ShippedCase:
    """One folder of `cases`: its name, its title and the path of its case file."""

    name: str
    title: str
    path: Path


def shipped_cases() -> list[ShippedCase]:
    """Every shipped case, the smallest first contact (tiny-hall) first, then by name."""
    found = []
    for folder in Path(str(files("cases"))).iterdir():
        path = folder / CASE_FILE
        if path.is_file():
            title = tomllib.loads(path.read_text(encoding="utf-8")).get("case", {}).get("title", "")
            found.append(ShippedCase(folder.name, title, path))
    return sorted(found, key=lambda case: (case.name != "tiny-hall", case.name))


def find_case(argument: str | Path) -> Path:
    """The case file that an argument means: a file, a folder that holds case.toml, or a shipped name.

    A folder of the working directory wins over a shipped case of the same name, if it holds a case file.
    Raises CaseErrors naming the nearest shipped names.
    """
    text = str(argument)
    path = Path(argument).expanduser()
    try:
        if path.is_file():
            return path
        if (path / CASE_FILE).is_file():
            return path / CASE_FILE
        is_folder = path.is_dir()
    except (OSError, ValueError):  # a name too long for the file system, or with a NUL byte
        is_folder = False
    shipped = {case.name: case.path for case in shipped_cases()}
    if text in shipped:
        return shipped[text]
    quoted = quote(text)
    if is_folder:
        raise CaseErrors([CaseError(quoted, f"this folder holds no {CASE_FILE}", "a case file or a folder that holds one")])
    if "/" in text or text.endswith(".toml"):
        raise CaseErrors([CaseError(quoted, "no such file", "a case file, its folder, or a shipped name", "hallflow cases")])
    near = difflib.get_close_matches(text, shipped, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "hallflow cases lists the shipped ones"
    raise CaseErrors([CaseError(quoted, "no such file and no shipped case", ", ".join(shipped), hint)])
