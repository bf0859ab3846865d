"""A list as a spreadsheet program writes it: bytes of CSV or of a workbook into a heading line and lines of cells.

Cells are text or numbers and nothing else; where each one stood is kept for messages: file:row:column, with the column's letter.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from thermal.case.headings import read_heading
from thermal.errors import CaseError, CaseErrors, quote

LARGEST_TEXT = 768 * 1024  # bytes: 10 000 racks of 60 characters, and a case that holds them still fits in a case file's 1 MiB
MOST_LINES = 20_000
MOST_COLUMNS = 64
LONGEST_CELL = 500  # characters
HEADING_WITHIN = 20  # lines: titles and empty lines above the headings
DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab"}

Cell = str | int | float


@dataclass
class Sheet:
    """One list: `headings` by column from 0, `lines` of (number in the file, cells by column; empty cells are left out).

    file      name for messages        offset    added to a line's number where the list is part of another file
    text      the list as CSV text, from which reading again gives the same cells
    """

    file: str
    text: str
    headings: dict[int, str]
    heading_line: int
    lines: list[tuple[int, dict[int, Cell]]]
    offset: int = 0
    errors: list[CaseError] = field(default_factory=list)

    def where(self, line: int, column: int | None = None) -> str:
        """ "racks.csv:12:F  Puissance (kW)"."""
        place = f"{self.file}:{line + self.offset}"
        if column is None:
            return place
        heading = quote(self.headings[column])[1:-1] if column in self.headings and line != self.heading_line else ""
        return f"{place}:{letter(column)}" + (f"  {heading}" if heading else "")

    def report(self, line: int, column: int | None, what: str, accepted: str = "", fix: str = "") -> None:
        """Note a mistake at a cell, or at a line."""
        self.errors.append(CaseError(self.where(line, column), what, accepted, fix))


def letter(column: int) -> str:
    """The letters that spreadsheet programs give a column, counted from 0.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    text = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def decode_list(data: bytes, file: str) -> str:
    """The text of a CSV file: UTF-8, UTF-16 with its mark, else Windows' western code page, which has every accent of French.

    Raises CaseErrors for a file that is too large or no text.
    """
    if len(data) > LARGEST_TEXT:
        raise CaseErrors([CaseError(file, f"larger than {LARGEST_TEXT // 1024} KiB", "a list of racks")])
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(coding)
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            what = f"byte {error.start + 1} is neither UTF-8 nor Windows-1252 text"
            raise CaseErrors([CaseError(f"{file}:{line}", what, "", 'save it as "CSV UTF-8"')]) from None
    if "\0" in text:
        raise CaseErrors([CaseError(file, "a binary file", "CSV text, or an Excel workbook that ends in .xlsx")])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_csv(text: str, file: str, offset: int = 0) -> Sheet:
    """The list in a CSV text, whichever of ; , and tab stands between its cells.

    Raises CaseErrors for a text without a line of headings, or broken beyond reading.
    """
    hint, body, skipped = _separator_line(text)
    readings = {mark: _parsed(body, mark) for mark in ([hint] if hint else DELIMITERS)}
    best = max(readings, key=lambda mark: (_most_known(readings[mark]), _widest(readings[mark])))
    rows = [(number + skipped, cells) for number, cells in readings[best]]
    sheet = _with_headings(rows, text, file, offset)
    if best == ",":
        _check_split_decimals(sheet)
    return sheet


def _separator_line(text: str) -> tuple[str, str, int]:
    """The mark that a first line "sep=;" names, the text behind it, and the number of lines passed."""
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep=") and first.strip().strip('"')[4:] in DELIMITERS:
        return first.strip().strip('"')[4:], rest, 1
    return "", text, 0


def _parsed(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Lines of cells with the number of the line each begins in; stops quietly where a text cannot be parsed on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            rows.append((begins, cells))
            begins = reader.line_num + 1
            if len(rows) > MOST_LINES:
                break
    except csv.Error:  # a cell longer than the reader's own limit: reported with its line
        rows.append((begins, ["x" * (LONGEST_CELL + 1)]))
    return rows


def _most_known(rows: list[tuple[int, list[str]]]) -> int:
    return max((_known(cells) for _, cells in rows[:HEADING_WITHIN]), default=0)


def _known(cells: list[str]) -> int:
    return sum(1 for cell in cells[:MOST_COLUMNS] if read_heading(cell) is not None)


def _widest(rows: list[tuple[int, list[str]]]) -> int:
    return max((len(cells) for _, cells in rows[:HEADING_WITHIN]), default=0)


def _with_headings(rows: list[tuple[int, list[str]]], text: str, file: str, offset: int) -> Sheet:
    """Finds the line of headings and puts the cells below it into their columns."""
    begin = next((n for n, (_, cells) in enumerate(rows[:HEADING_WITHIN]) if _known(cells) >= 2), None)
    if begin is None:
        first = next((cells for _, cells in rows if any(cell.strip() for cell in cells)), [])
        raise CaseErrors([no_headings(file, [cell for cell in first if cell.strip()])])
    number, cells = rows[begin]
    headings = {column: cell.strip() for column, cell in enumerate(cells) if cell.strip()}
    sheet = Sheet(file, text, headings, number, [], offset)
    for number, cells in rows[begin + 1 :]:
        filled: dict[int, Cell] = {column: cell.strip() for column, cell in enumerate(cells) if cell.strip()}
        if filled:
            add_line(sheet, number, filled)
        if len(sheet.lines) > MOST_LINES:
            sheet.report(number, None, f"more than {MOST_LINES} lines", "a list of racks")
            break
    return sheet


def no_headings(file: str, found: list[str]) -> CaseError:
    """The mistake of a list in which no line of headings can be told."""
    seen = ", ".join(quote(cell) for cell in found[:6]) or "nothing"
    return CaseError(
        file, f"no line of headings; its first line holds {seen}", "name, row, type, x, y, front, power, ... in one line",
        "hallflow new --table writes an example",
    )  # fmt: skip


def add_line(sheet: Sheet, number: int, cells: dict[int, Cell]) -> None:
    """Add a line of cells; cells without a heading and cells that are too long are mistakes."""
    for column, cell in cells.items():
        if isinstance(cell, str) and len(cell) > LONGEST_CELL:
            sheet.report(number, column, f"a cell of {len(cell)} characters", f"up to {LONGEST_CELL}")
            cells[column] = ""
    extra = [column for column in cells if column not in sheet.headings]
    if extra:
        column = min(extra)
        sheet.report(number, column, f"{quote(cells[column])} stands under no heading", "as many cells as there are headings")
    sheet.lines.append((number, {column: cell for column, cell in cells.items() if column in sheet.headings}))


def _check_split_decimals(sheet: Sheet) -> None:
    """In a file whose cells are separated by commas a decimal comma tears a number apart: say that, rather than "no heading"."""
    for number, error in enumerate(sheet.errors):
        if "stands under no heading" in error.what:
            fix = "does it write decimal commas? then separate its cells by ; or tab, or put such numbers in double quotes"
            sheet.errors[number] = CaseError(error.where, error.what, error.accepted, fix)
