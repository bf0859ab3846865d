"""A list of racks on its way into a sketch: places and types for racks that have none; and an example to start from."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thermal.case.build import case_from_document
from thermal.case.extends import text_document
from thermal.case.headings import plain, read_heading
from thermal.case.listed_racks import SUMS
from thermal.case.model import Rack
from thermal.case.numerals import has_decimal_comma
from thermal.case.spreadsheet import Sheet, decode_list, read_csv
from thermal.case.workbook import LARGEST_BOOK, read_workbook
from thermal.errors import CaseError, CaseErrors, UsageError, path_words, quote
from thermal.sketch.text import rack_table, rack_type
from thermal.sketch.wish import LONGEST_ROW, Wish, row_name

TYPE = "server"  # of racks whose list names none


@dataclass
class RackList:
    """A list with what a sketch adds: the sheet, its columns by key, and new cells by heading and line."""

    sheet: Sheet
    columns: dict[str, int]
    unknown: list[str]
    added: dict[str, dict[int, str]]

    @property
    def has_places(self) -> bool:
        """Whether the list says where its racks stand."""
        return "x" in self.columns and "y" in self.columns

    @property
    def commas(self) -> bool:
        """Whether the list writes decimal commas."""
        return any(isinstance(c, str) and has_decimal_comma(c) for _, cells in self.sheet.lines for c in cells.values())

    def rows(self, wished: int | None) -> list[list[int]]:
        """Line numbers of the racks, row by row: as the list says, else as their names do, else in rows of even length."""
        names: dict[str, list[int]] = {}
        for line, cells in self.sheet.lines:
            named = cells.get(self.columns.get("row", -1))
            name = str(cells.get(self.columns["name"], ""))
            names.setdefault(str(named) if named is not None else name.rstrip("0123456789"), []).append(line)
        groups = list(names.values())
        lines = [line for group in groups for line in group]
        if "row" not in self.columns and (wished or max(map(len, groups)) > 2 * LONGEST_ROW or len(groups) == len(lines) > 1):
            counts = Wish("", racks=len(lines), rows=wished).row_counts()
            ends = [sum(counts[: n + 1]) for n in range(len(counts))]
            groups = [lines[end - count : end] for end, count in zip(ends, counts, strict=True)]
            self.added["Row"] = {line: row_name(n) for n, group in enumerate(groups) for line in group}
        return groups

    def text(self) -> str:
        """The list with its new columns at the end, as CSV."""
        mark = "," if self.commas else "."
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, delimiter=";" if mark == "," else ",", lineterminator="\n")
        width = max(self.sheet.headings) + 1
        writer.writerow([*(self.sheet.headings.get(column, "") for column in range(width)), *self.added])
        for line, cells in self.sheet.lines:
            new = [values.get(line, "").replace(".", mark) for values in self.added.values()]
            old = [_cell(cells.get(column, ""), mark) for column in range(width)]
            idle = [column for column in range(width) if self.sheet.headings.get(column) in self.unknown]
            for column in idle:  # nothing reads them here; a spreadsheet program would compute what begins like a formula
                old[column] = f"'{old[column]}" if old[column][:1] in ("=", "+", "-", "@") else old[column]
            writer.writerow([*old, *new])
        return stream.getvalue()


def _cell(cell: Any, mark: str) -> str:
    from thermal.case.workbook import number_text

    return number_text(cell, mark)


def open_list(path: Path) -> RackList:
    """A list of racks from a CSV file or a workbook. Raises CaseErrors, UsageError for a file that is not there."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_BOOK + 1)
    except OSError as error:
        raise UsageError(f"{path_words(path)}: cannot be read ({error.strerror})") from None
    name = quote(path.name)[1:-1]
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        sheet = read_workbook(data, name)
    else:
        sheet = read_csv(decode_list(data, name), name)
    name_column = next((c for c, text in sheet.headings.items() if (h := read_heading(text)) and h.column.key == "name"), None)
    if name_column is not None:  # a last line with the total is usual
        sheet.lines = [(n, cells) for n, cells in sheet.lines if plain(str(cells.get(name_column, ""))) not in SUMS]
    columns: dict[str, int] = {}
    unknown = []
    for number, text in sheet.headings.items():
        heading = read_heading(text)
        if heading is None:
            unknown.append(text)
        else:
            columns.setdefault(heading.column.key, number)
    if sheet.errors:
        raise CaseErrors(sheet.errors)
    if "name" not in columns:
        raise CaseErrors(
            [CaseError(sheet.where(sheet.heading_line), "no column for the name of the rack", 'a heading "Name" or "Nom"')]
        )
    if not sheet.lines:
        raise CaseErrors([CaseError(sheet.where(sheet.heading_line), "a list without racks", "a line for each rack")])
    return RackList(sheet, columns, unknown, {})


def types_of(racks: RackList, wish: Wish) -> tuple[str, str | None]:
    """Text of the [rack.NAME] tables that the list needs, and the type of lines that name none."""
    if wish.power is None and "power" not in racks.columns:
        raise UsageError(f"{racks.sheet.file} has no column of powers: say how much a rack has, --power 6kW")
    named = [str(cells[racks.columns["type"]]) for _, cells in racks.sheet.lines if racks.columns.get("type", -1) in cells]
    names = list(dict.fromkeys(named))
    needs_own = len(named) < len(racks.sheet.lines)
    text = "".join(rack_type(name, wish.power or 0.0, wish.liquid_share, wish.delta_t) for name in [*names, *[TYPE] * needs_own])
    return text, TYPE if needs_own else None


def read_racks(
    text: str, file: str, types: str, type_name: str | None, front: str | None, unknown: list[str]
) -> tuple[Rack, ...]:
    """The racks of a list as a case would read them. Raises CaseErrors that name the list."""
    case = f'[room]\nsize = ["10000 m", "10000 m", "1000 m"]\n[mesh]\ncell = "100 m"\n{types}'
    case += rack_table(file, type_name, front, unknown)
    document = text_document(case, file)
    entry = document.content["rack_table"][0]
    del entry["file"]
    entry["text"] = text
    document.places = {path: (file, 0) for path in document.places}
    document.places["rack_table", 0, "text"] = (file, 0)
    return case_from_document(document, "sketch", None).racks


EXAMPLES = {
    "en": """\
Name,Row,Type,x [m],y [m],Front,Power [kW],Liquid share [%],Delta T [K]
A1,A,server,1.8,1.2,y+,6,0,12
A2,A,server,2.4,1.2,y+,6.5,0,12
B1,B,server,1.8,3.6,y-,6,0,12
B2,B,server,2.4,3.6,y-,5.5,0,12
""",
    "fr": """\
Nom;Rangée;Type;X (m);Y (m);Face avant;Puissance (kW);Part liquide (%);Écart de température (K)
A1;A;server;1,8;1,2;y+;6;0;12
A2;A;server;2,4;1,2;y+;6,5;0;12
B1;B;server;1,8;3,6;y-;6;0;12
B2;B;server;2,4;3,6;y-;5,5;0;12
""",
}


def example(language: str) -> bytes:
    """An example list as spreadsheet programs of that language write and open it: "en" or "fr"."""
    return EXAMPLES[language].encode("utf-8-sig")
