"""The file or text of a [[rack_table]]: where it may lie, and how it is read."""

from __future__ import annotations

import stat
from pathlib import Path as FilePath

from thermal.case.lines import Path
from thermal.case.load import Tables
from thermal.case.rack_table import RackTable
from thermal.case.spreadsheet import Sheet, decode_list, read_csv
from thermal.case.workbook import LARGEST_BOOK, read_workbook
from thermal.errors import CaseError, CaseErrors, clean, quote

ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")


def read_list(tables: Tables, path: Path, table: RackTable) -> Sheet:
    """The list of a [[rack_table]] that gives a file or a text. Raises CaseErrors that name the file, or the key."""
    if table.text is not None:
        source = tables.source((*path, "text"))
        name, _, line = source.rpartition(":")
        if line.isdigit():  # a text of several lines begins in the line after its key
            return read_csv(table.text, name, int(line))
        return read_csv(table.text, source)
    file = find_list(tables, path, table.file or "")
    data = _bytes(tables, path, file)
    shown = quote(table.file or "")[1:-1]
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0" or file.suffix.lower() in (".xlsx", ".xlsm"):
        return read_workbook(data, shown, table.sheet, table.decimal)
    return read_csv(decode_list(data, shown), shown)


def find_list(tables: Tables, path: Path, name: str) -> FilePath:
    """The file that a case names: in its own folder or below. Raises CaseErrors."""
    where = tables.where((*path, "file"))
    folder = tables.folder_of((*path, "file"))
    if folder is None:
        raise CaseErrors([CaseError(where, "a case that is no file cannot name files", "the list as text")])
    given = FilePath(name)
    if given.suffix.lower() not in ENDINGS:
        hint = "save it as .xlsx or CSV" if given.suffix.lower() in (".xls", ".ods") else ""
        raise CaseErrors([CaseError(where, f"{quote(name)} is no list that is read", ", ".join(ENDINGS), hint)])
    try:
        file = (folder / given).resolve()
        is_below = file.is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # a name too long, a NUL byte, links in a circle
        raise CaseErrors([CaseError(where, f"{quote(name)} is no file name")]) from None
    if given.is_absolute() or not is_below:
        what = f"{quote(name)} lies outside the folder of the case"
        raise CaseErrors([CaseError(where, what, "a file in that folder or below it", "copy it there")])
    return file


def _bytes(tables: Tables, path: Path, file: FilePath) -> bytes:
    where = tables.where((*path, "file"))
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise CaseErrors([CaseError(where, f"{quote(file.name)} is not a regular file", "a list of racks")])
        with file.open("rb") as stream:
            return stream.read(LARGEST_BOOK + 1)
    except FileNotFoundError:
        near = _near(file)
        raise CaseErrors([CaseError(where, f"no file {quote(file.name)} beside the case", "", near)]) from None
    except OSError as error:
        reason = error.strerror or clean(str(error))[:80]
        raise CaseErrors([CaseError(where, f"{quote(file.name)} cannot be read: {reason}")]) from None


def _near(file: FilePath) -> str:
    from thermal.case.messages import nearest

    try:
        names = [other.name for other in file.parent.iterdir() if other.suffix.lower() in ENDINGS]
    except OSError:
        return ""
    return nearest(file.name, names[:1000])
