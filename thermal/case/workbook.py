"""An Excel workbook as a list: values only. openpyxl (extra `tables`) is imported here alone, when a workbook is read."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from typing import Any

from thermal.case.headings import read_heading
from thermal.case.spreadsheet import HEADING_WITHIN, MOST_COLUMNS, MOST_LINES, Cell, Sheet, add_line, letter, no_headings
from thermal.errors import CaseError, CaseErrors, quote

LARGEST_BOOK = 8 << 20  # bytes as on the disk
LARGEST_CONTENT = 64 << 20  # bytes of what lies packed in it
SPREAD = ("row", "type", "front")  # columns in which a merged range means its value for each of its lines


def read_workbook(data: bytes, file: str, sheet_name: str | None = None, decimal: str | None = None) -> Sheet:
    """The list in a sheet of an .xlsx workbook.

    data         bytes of the file;  sheet_name   None: the only sheet, or the first one whose first lines have headings
    decimal      mark of the numbers that stand there as text
    Raises       CaseErrors for a file that is no workbook, too large, without such a sheet, or while openpyxl is missing.
    """
    _check_package(data, file)
    try:
        import openpyxl
    except ImportError:
        fix = "pip install 'hallflow[tables]', or save the sheet as CSV"
        raise CaseErrors([CaseError(file, "Excel workbooks are read with openpyxl, which is not installed", "", fix)]) from None
    try:
        values = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
        formulas = openpyxl.load_workbook(io.BytesIO(data), data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parsers do
        what = f"not readable as a workbook ({type(error).__name__})"
        raise CaseErrors([CaseError(file, what, "an .xlsx workbook", "save it again, or as CSV")]) from None
    name = _sheet_name(values, file, sheet_name)
    sheet = _read(values[name], formulas[name], file)
    sheet.text = _as_csv(sheet, decimal or ".")
    return sheet


def _check_package(data: bytes, file: str) -> None:
    """Refuse what is no .xlsx, and what would unpack to more than a list of racks can hold."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise CaseErrors([CaseError(file, "an old .xls workbook, or one with a password", ".xlsx or CSV", "save it as .xlsx")])
    if len(data) > LARGEST_BOOK:
        raise CaseErrors([CaseError(file, f"larger than {LARGEST_BOOK >> 20} MiB", "a list of racks", "save the sheet as CSV")])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            sizes = sum(entry.file_size for entry in package.infolist())
            names = {entry.filename for entry in package.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        raise CaseErrors([CaseError(file, "not an Excel workbook", ".xlsx or CSV")]) from None
    if "xl/workbook.xml" not in names:
        raise CaseErrors([CaseError(file, "not an Excel workbook", ".xlsx or CSV", "save it as .xlsx or CSV")])
    if sizes > LARGEST_CONTENT:
        raise CaseErrors([CaseError(file, f"unpacks to more than {LARGEST_CONTENT >> 20} MiB", "a list of racks")])


def _sheet_name(book: Any, file: str, wanted: str | None) -> str:
    names = [sheet.title for sheet in book.worksheets]
    if wanted is not None:
        if wanted not in names:
            raise CaseErrors([CaseError(file, f"no sheet {quote(wanted)}", ", ".join(quote(name) for name in names[:12]))])
        return wanted
    if len(names) == 1:
        return names[0]
    with_list = [sheet.title for sheet in book.worksheets if _heading_line(sheet) is not None]
    if len(with_list) == 1:
        return with_list[0]
    if not names:
        raise CaseErrors([CaseError(file, "a workbook without a sheet of cells")])
    listed = ", ".join(quote(name) for name in names[:12])
    what = "more than one sheet has headings of racks" if with_list else "no sheet has headings of racks"
    raise CaseErrors([CaseError(file, what, listed, 'say which: sheet = "..." in [[rack_table]]')])


def _heading_line(sheet: Any) -> int | None:
    """The number of the line of headings, None where there is none."""
    for cells in sheet.iter_rows(min_row=1, max_row=min(HEADING_WITHIN, sheet.max_row), max_col=_columns(sheet)):
        if sum(1 for cell in cells if isinstance(cell.value, str) and read_heading(cell.value) is not None) >= 2:
            return int(cells[0].row)
    return None


def _columns(sheet: Any) -> int:
    return min(sheet.max_column, MOST_COLUMNS)


def _read(values: Any, formulas: Any, file: str) -> Sheet:
    begin = _heading_line(values)
    if begin is None:
        raise CaseErrors([no_headings(file, [str(cell.value) for cell in values[1] if cell.value is not None])])
    headings = {
        cell.column - 1: str(cell.value).strip() for cell in values[begin] if cell.value is not None and str(cell.value).strip()
    }
    headings = {column: text for column, text in headings.items() if column < MOST_COLUMNS}
    sheet = Sheet(file, "", headings, begin, [])
    spread = _spread(values, sheet, begin)
    if values.max_row - begin > MOST_LINES:
        sheet.report(values.max_row, None, f"more than {MOST_LINES} lines", "a list of racks")
    last = min(values.max_row, begin + MOST_LINES)
    for cells in values.iter_rows(min_row=begin + 1, max_row=last, max_col=_columns(values)):
        line: dict[int, Cell] = {}
        for cell in cells:
            value = cell.value
            if value is None:
                formula = formulas.cell(cell.row, cell.column).value
                if formula is not None:
                    _report_formula(sheet, cell, formula)
                continue
            read = _cell(sheet, cell, value)
            if read is not None:
                line[cell.column - 1] = read
        if line:
            beside = {column: value for (row, column), value in spread.items() if row == cells[0].row}
            add_line(sheet, cells[0].row, beside | line)
    return sheet


def _report_formula(sheet: Sheet, cell: Any, formula: Any) -> None:
    shown = quote(formula) if isinstance(formula, str) else "a formula"
    what = f"the formula {shown} has no value stored with it"
    sheet.report(cell.row, cell.column - 1, what, "", "open the workbook in Excel and save it, or put the value in its place")


def _spread(sheet: Any, into: Sheet, begin: int) -> dict[tuple[int, int], Any]:
    """Values of merged ranges for the cells below their first, in columns where that can only mean one thing."""
    spread: dict[tuple[int, int], Any] = {}
    for area in sheet.merged_cells.ranges:
        if area.max_row <= begin or area.min_row <= begin or area.max_row - area.min_row > MOST_LINES:
            continue
        value = sheet.cell(area.min_row, area.min_col).value
        if value is None or area.min_row == area.max_row:
            continue
        heading = read_heading(into.headings.get(area.min_col - 1, ""))
        if heading is None:
            continue
        if heading.column.key in SPREAD:
            spread |= {(row, area.min_col - 1): value for row in range(area.min_row + 1, area.max_row + 1)}
        else:
            place = f"{letter(area.min_col - 1)}{area.min_row}:{letter(area.max_col - 1)}{area.max_row}"
            what = f"merged cells {place}: is {quote(value)} that of each line or of all together?"
            into.report(area.min_row, area.min_col - 1, what, "one cell for each rack", "unmerge them and write each value")
    return spread


def _cell(sheet: Sheet, cell: Any, value: Any) -> Cell | None:
    """A value as text or number; None with the mistake noted for what is neither."""
    column = cell.column - 1
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if "%" in str(cell.number_format or ""):
            return f"{value * 100.0:.12g} %"
        return value
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        if column in sheet.headings and read_heading(sheet.headings[column]) is not None:
            fix = "Excel took a number for a date: format the column as a number and write it again"
            sheet.report(cell.row, column, f"a date or time ({value})", "a number or text", fix)
        return None
    text = str(value).strip()
    if cell.data_type == "e" or text in ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"):
        sheet.report(cell.row, column, f"{quote(text)} is an error of the workbook", "a value")
        return None
    return text or None


def _as_csv(sheet: Sheet, mark: str) -> str:
    """The values as CSV, numbers with this decimal mark: what a record keeps of a workbook, on the lines that they have there."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    width = max(sheet.headings) + 1
    rows: dict[int, list[Any]] = {sheet.heading_line: [sheet.headings.get(column, "") for column in range(width)]}
    for number, cells in sheet.lines:
        rows[number] = [number_text(cells.get(column, ""), mark) for column in range(width)]
    for number in range(1, max(rows) + 1):
        writer.writerow(rows.get(number, [""] * width))
    return stream.getvalue()


def number_text(cell: Cell, mark: str) -> str:
    """Numbers with all their digits, never so that 1.234 could be taken for a thousand.

    >>> number_text(1.234, "."), number_text(0.5, ","), number_text(6, ".")
    ('1.2340', '0,5', '6')
    """
    if isinstance(cell, str):
        return " ".join(cell.split())
    whole, point, rest = repr(cell).partition(".")
    digits, power, exponent = rest.partition("e")
    return whole + (point and mark) + digits + ("0" if len(digits) == 3 else "") + power + exponent
