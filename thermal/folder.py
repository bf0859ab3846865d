"""The folder of a record: where it lies, and what may be replaced there.

The default is `./<case>-results`. A folder that is missing or empty is taken. One that already holds a Hallflow record
of the same case is taken too: the new record replaces the old one when it is whole, not before. Anything else, a
record of another case or files that are not ours, is refused, so that no run ever deletes what it does not know.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from thermal.errors import UsageError, clean
from thermal.version import __version__

MARKER_FILE = "hallflow.json"
SUMMARY_FILE = "summary.json"


class FolderError(UsageError):
    """A folder that cannot take a record; the text says what is wrong and what would mend it."""


def default_folder(case_name: str) -> Path:
    """Where the record of a case goes when nobody says otherwise."""
    return Path(f"{case_name}-results")


def recorded_case(folder: Path) -> str | None:
    """The name of the case whose record lies in a folder, None when there is no Hallflow record."""
    for name in (MARKER_FILE, SUMMARY_FILE):
        try:
            content = json.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(content, dict) and isinstance(content.get("case"), str) and "version" in content:
            return content["case"]
    return None


def claim_folder(folder: Path, case_name: str) -> Path:
    """Make the folder ready for a record of the case, and mark it as ours. Deletes nothing.

    Returns the folder. Raises FolderError when it holds something else or cannot be written.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise FolderError(f"{folder} is a file, not a folder; name another one with --out")
        if folder.is_dir() and any(folder.iterdir()):
            _check_content(folder, case_name)
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{MARKER_FILE}.{os.getpid()}"
        part.write_text(json.dumps({"case": case_name, "version": __version__}) + "\n", encoding="utf-8")
        os.replace(part, folder / MARKER_FILE)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FolderError(f"cannot write in {folder}: {reason}; name a folder of yours with --out DIR") from error
    return folder


def release_folder(folder: Path) -> None:
    """Give back a claimed folder in which nothing was written: no empty folder stays behind a run that did not begin."""
    try:
        if [path.name for path in folder.iterdir()] == [MARKER_FILE]:
            (folder / MARKER_FILE).unlink()
            folder.rmdir()
    except OSError:  # not there, or not ours to remove: then it stays
        return


def _check_content(folder: Path, case_name: str) -> None:
    recorded = recorded_case(folder)
    if recorded is None:
        raise FolderError(f"{folder} holds files that are no Hallflow record; nothing was touched. Use another folder: --out")
    if recorded != case_name:
        raise FolderError(
            f"{folder} holds the record of case {clean(recorded)[:64]!r}, not of {case_name!r}; nothing was touched. "
            "Name another folder with --out, or delete that one"
        )
