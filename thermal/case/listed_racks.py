"""Racks from lists: every [[rack_table]] read, its columns told apart, each line made a rack, every mistake with its cell."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from thermal.case import model
from thermal.case.fields import NAME_PATTERN, NAME_RULE, Quantity
from thermal.case.headings import BY_KEY, COLUMNS, WORDS, Column, plain, read_heading
from thermal.case.lines import Path
from thermal.case.lists import read_list
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.case.numerals import has_decimal_comma, split_numeral
from thermal.case.objects import MOST_RACKS, RackRow, RackType
from thermal.case.rack_table import RackTable
from thermal.case.rows import DIRECTIONS, racks_of
from thermal.case.spreadsheet import Cell, Sheet
from thermal.errors import CaseError, CaseErrors, quote
from thermal.units import UnitError, accepted_units

SHOWN = 5  # mistakes of one kind in one column; the rest are counted
SUMS = {"total", "totaux", "totals", "somme", "sum", "sous total", "subtotal", "moyenne", "average", "mean"}
FRONTS = {
    **{name: name for name in DIRECTIONS}, **{f"{name[1]}{name[0]}": name for name in DIRECTIONS},
    "east": "+x", "est": "+x", "e": "+x", "west": "-x", "ouest": "-x", "w": "-x", "o": "-x",
    "north": "+y", "nord": "+y", "n": "+y", "south": "-y", "sud": "-y", "s": "-y",
}  # fmt: skip
UNTYPED = "listed"  # type of a rack that the list alone describes


@dataclass
class _Found:
    """A known column of a list: its number, the unit in its heading, and whether a missing unit was reported already."""

    column: Column
    number: int
    unit: str
    told: bool = False


def build_listed_racks(tables: Tables, air: model.Air | None, rows: dict[str, list[model.Rack]]) -> dict[str, list[model.Rack]]:
    """The racks of every [[rack_table]] by row. Mistakes are noted in the tables, and their lines left out.

    rows   racks that [[rack_row]]s have made already
    """
    made: dict[str, list[model.Rack]] = {}
    for path, table in tables.lists["rack_table"]:
        sheet = _sheet(tables, path, table)
        if sheet is None:
            tables.broken["rack_table"].add(table.name or "")
            continue
        tables.sheets[path] = sheet
        if air is not None:
            for row, racks in _racks_of_sheet(tables, path, table, sheet, air).items():
                if row in rows or row in made:
                    first = racks[0].source
                    tables.errors.append(
                        (0, CaseError(first, f"a second row {quote(row)}", "each row in one [[rack_row]] or [[rack_table]]"))
                    )
                else:
                    made[row] = racks
        if sheet.errors:
            tables.broken["rack_table"].add(table.name or "")
            tables.errors += [(_line(error), error) for error in _folded(sheet.errors)]
    if sum(map(len, [*rows.values(), *made.values()])) > MOST_RACKS:
        tables.report(("rack_table",), f"more than {MOST_RACKS} racks in one hall", f"up to {MOST_RACKS}")
    return made


def check_aisle_rows(tables: Tables, rows: dict[str, list[model.Rack]]) -> None:
    """Note containment between rows whose racks do not stand in one line with one front: a list allows such rows."""
    for path, table in tables.lists["containment"]:
        for name in table.rows or []:
            racks = rows.get(name) or []
            lines = {(r.axis, r.sign, r.box.low[r.axis], r.box.high[r.axis]) for r in racks}
            if len(lines) > 1:
                other = next(r for r in racks if (r.axis, r.sign, r.box.low[r.axis], r.box.high[r.axis]) != _plane(racks[0]))
                what = (
                    f"row {name} is no straight line: {racks[0].name} and {other.name} ({other.source}) differ in front or depth"
                )
                tables.report((*path, "rows"), what, "racks with their fronts in one plane", "give them a row of their own")


def _plane(rack: model.Rack) -> tuple[int, int, float, float]:
    return rack.axis, rack.sign, rack.box.low[rack.axis], rack.box.high[rack.axis]


def _line(error: CaseError) -> int:
    match = re.search(r":(\d+)", error.where)
    return int(match.group(1)) if match else 0


def _folded(errors: list[CaseError]) -> list[CaseError]:
    """In file order, of each kind of mistake in each column the first ones, the last of them with the number of the rest."""
    ordered = sorted(errors, key=_line)

    def kind(error: CaseError) -> tuple[str, str]:
        column = re.search(r":\d+:([A-Z]+)", error.where)
        return column.group(1) if column else "", re.sub(r'"[^"]*"|\d+', "", error.what)

    total = Counter(map(kind, ordered))
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for error in ordered:
        one = kind(error)
        seen[one] += 1
        if seen[one] < SHOWN or total[one] == SHOWN == seen[one]:
            kept.append(error)
        elif seen[one] == SHOWN:
            kept.append(replace(error, what=f"{error.what}, and {total[one] - SHOWN} more like it below"))
    return kept


def _sheet(tables: Tables, path: Path, table: RackTable) -> Sheet | None:
    if (table.file is None) == (table.text is None):
        what = "neither file nor text" if table.file is None else "file and text together"
        tables.report(
            path, what, 'file = "racks.csv", or the list as text', "" if table.file else "hallflow new --table writes one"
        )
        return None
    try:
        return read_list(tables, path, table)
    except CaseErrors as found:
        tables.errors += [(_line(error), error) for error in found.errors]
        return None


def _columns(sheet: Sheet, table: RackTable) -> dict[str, _Found]:
    """The known columns by key; unknown, double and missing ones are noted."""
    found: dict[str, _Found] = {}
    unknown: dict[int, str] = {}
    ignored = {plain(word) for word in table.ignore}
    for number, text in sheet.headings.items():
        heading = read_heading(text)
        if plain(text) in ignored and plain(text):
            continue
        if heading is None:
            if "*" not in table.ignore:
                unknown[number] = text
        elif heading.column.key in found:
            other = sheet.headings[found[heading.column.key].number]
            sheet.report(sheet.heading_line, number, f"{quote(text)} means the same as {quote(other)}", "one column of a kind")
        else:
            found[heading.column.key] = _Found(heading.column, number, heading.unit)
    if unknown:
        number, text = next(iter(unknown.items()))
        hint = next((hint for text in unknown.values() if (hint := nearest(plain(text), WORDS))), "")
        names = ", ".join(quote(text) for text in unknown.values())
        word = "column" if len(unknown) == 1 else "columns"
        known = listed(column.english[0] for column in COLUMNS)
        fix = (f"{hint} " if hint else "") + f"If nothing here hangs on it, say ignore = [{names}] in [[rack_table]]"
        sheet.report(sheet.heading_line, number, f"unknown {word} {names}", known, fix)
    missing = [key for key in ("name", "x", "y") if key not in found]
    if "front" not in found and table.front is None:
        missing.append("front")
    if "type" not in found and table.type is None:
        missing += [key for key in ("power", "width", "depth", "height") if key not in found]
        if "flow" not in found and "delta_t" not in found:
            missing.append("delta_t")
    for key in missing:
        column = BY_KEY[key]
        words = " or ".join(quote(words[0]) for words in (column.english, column.french))
        fix = {"front": 'or say front = "+y" in [[rack_table]]'}.get(key, "")
        if key in ("power", "width", "depth", "height", "delta_t"):
            fix = 'or say type = "NAME" of a [rack.NAME] in [[rack_table]]'
        sheet.report(sheet.heading_line, None, f"no column for the {column.meaning.split(';')[0]}", f"a heading {words}", fix)
    return {} if missing else found


def _racks_of_sheet(
    tables: Tables, path: Path, table: RackTable, sheet: Sheet, air: model.Air
) -> dict[str, list[model.Rack]]:  # fmt: skip
    columns = _columns(sheet, table)
    if not columns:
        return {}
    if not sheet.lines:
        sheet.report(sheet.heading_line, None, "a list without racks", "a line for each rack below the headings")
    commas = any(has_decimal_comma(cell) for cell in _written_numbers(sheet, columns))
    rows: dict[str, list[model.Rack]] = {}
    for line, cells in sheet.lines:
        before = len(sheet.errors)
        reader = _Line(sheet, table, columns, line, cells, commas)
        name = reader.name("name")
        if name is not None and plain(name) in SUMS:
            sheet.report(line, columns["name"].number, f"{quote(name)}: a line of sums", "a line for each rack", "delete it")
            continue
        values = reader.values()
        kind = _kind(tables, table, reader, values)
        row = reader.name("row") if "row" in columns and columns["row"].number in cells else _row_of(name, table)
        if len(sheet.errors) > before or reader.unusable or name is None or kind is None or row is None:
            continue
        rack = _rack(tables, path, reader, values, kind, row, air)
        if rack is not None:
            rows.setdefault(row, []).append(replace(rack, name=name, row=row, source=sheet.where(line)))
    return rows


def _written_numbers(sheet: Sheet, columns: dict[str, _Found]) -> Iterator[str]:
    numbers = {found.number for found in columns.values() if found.column.quantities}
    for _, cells in sheet.lines:
        yield from (cell for number, cell in cells.items() if number in numbers and isinstance(cell, str))


def _row_of(name: str | None, table: RackTable) -> str | None:
    """The row of a rack that names none: "B12" stands in row "B"."""
    if name is None:
        return None
    return name.rstrip("0123456789").rstrip("_.-") or table.name or "racks"


@dataclass
class _Line:
    """One line of a list, cell by cell; mistakes are noted in the sheet."""

    sheet: Sheet
    table: RackTable
    columns: dict[str, _Found]
    line: int
    cells: dict[int, Cell]
    commas: bool
    unusable: bool = False  # a mistake of the heading, reported there, spoils this line

    def cell(self, key: str) -> Cell | None:
        """The cell of a column, None where there is none."""
        found = self.columns.get(key)
        return self.cells.get(found.number) if found else None

    def report(self, key: str, error: UnitError) -> None:
        """Note a mistake at the column's cell."""
        self.sheet.report(self.line, self.columns[key].number, error.what, error.accepted, error.fix)

    def name(self, key: str) -> str | None:
        """A name: whole numbers are taken as text, spaces and slashes become "-", accents go."""
        cell = self.cell(key)
        if cell is None:
            if key == "name":
                self.report(key, UnitError("no name", NAME_RULE))
            return None
        text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        bare = re.sub(r"[\s/]+", "-", bare)
        if not re.fullmatch(NAME_PATTERN, bare):
            self.report(key, UnitError(f"{quote(text)} cannot be a name", NAME_RULE))
            return None
        return bare

    def values(self) -> dict[str, Any]:
        """Every quantity of the line in SI by key, and "front"; what is not there is left out."""
        values: dict[str, Any] = {}
        for key, found in self.columns.items():
            cell = self.cells.get(found.number)
            if found.column.quantities and cell is not None:
                try:
                    name, value = self._quantity(found, cell)
                    values[name] = value
                except UnitError as error:
                    self.report(key, error)
        for key in ("x", "y"):
            if self.columns[key].number not in self.cells:
                self.report(key, UnitError(f"no {key}", "a length"))
        front = self.cell("front")
        values["front"] = self.table.front
        if front is not None:
            values["front"] = FRONTS.get(str(front).strip().lower())
            if values["front"] is None:
                self.report("front", UnitError(f"{quote(front)} is no direction", "x+, x-, y+, y-, east, west, north, south"))
        elif self.table.front is None:
            self.report("front", UnitError("no front", "x+, x-, y+, y-", 'or say front = "+y" in [[rack_table]]'))
        return values

    def _quantity(self, found: _Found, cell: Cell) -> tuple[str, float]:
        """(key, SI value) of a number; an air flow for each kW has the key "airflow"."""
        unit = found.unit
        if isinstance(cell, str):
            number, behind = split_numeral(cell, self.table.decimal, self.commas)
            unit = behind or unit
        else:
            number = float(cell)
        first = found.column.quantities[0]
        if not unit and first.dimension.needs_unit:
            if not found.told:
                found.told = True
                heading = self.sheet.headings[found.number]
                self.sheet.report(
                    self.sheet.heading_line, found.number, f"{quote(heading)}: no unit", accepted_units(first.dimension),
                    f'write the heading with its unit: "{heading[:60]} ({first.dimension.usual})"',
                )  # fmt: skip
            self.unusable = True
            return found.column.key, 1.0
        quantity = next((one for one in found.column.quantities if _fits(one, unit)), first)
        try:
            value = quantity.read(f"{repr(number).removesuffix('.0')} {unit}".strip())
        except UnitError as error:
            fix = error.fix
            if not unit and not first.dimension.needs_unit and 1.0 < number <= 100.0:
                fix = f'write the heading with its unit: "{self.sheet.headings[found.number][:60]} (%)"'
            raise UnitError(error.what, error.accepted, fix) from None
        return ("airflow" if quantity is not first else found.column.key), value


def _fits(quantity: Quantity, unit: str) -> bool:
    try:
        replace(quantity, low=None, high=None, above=None, below=None).read(f"1 {unit}".strip())
    except UnitError:
        return False
    return True


def _kind(tables: Tables, table: RackTable, reader: _Line, values: dict[str, Any]) -> RackType | None:
    """The rack type of a line with what the line changes in it; None with the mistake noted."""
    given = reader.cell("type")
    flows = [key for key in ("flow", "airflow", "delta_t") if key in values]
    if len(flows) > 1:
        reader.report("delta_t", UnitError("a flow and a rise together", "one of them in each line"))
        return None
    if given is None and table.type is None:
        missing = [key for key in ("power", "width", "depth", "height") if key not in values]
        for key in missing:
            if key in reader.columns and reader.columns[key].number not in reader.cells:
                reader.report(key, UnitError(f"no {key}, and no type that has one", "a value, or a type"))
        if not flows and ("flow" in reader.columns or "delta_t" in reader.columns):
            key = "delta_t" if "delta_t" in reader.columns else "flow"
            if reader.columns[key].number not in reader.cells:
                reader.report(key, UnitError("no air flow, and no type that has one", "a value, or a type"))
        if missing or not flows:
            return None
        size = [f"{values[key]!r} m" for key in ("width", "depth", "height")]
        kind = RackType.model_validate({"size": size, "power": f"{values['power']!r} W", "delta_t": "10 K"})
    else:
        name = reader.name("type") if given is not None else table.type
        if name is None:
            return None
        if name not in tables.types:
            if name not in tables.broken["rack"]:
                known = set(tables.types) | tables.broken["rack"]
                error = UnitError(f"no rack type {quote(name)}", listed(known) or f"add [rack.{name}]", nearest(name, known))
                if given is not None:
                    reader.report("type", error)
                else:
                    reader.sheet.report(reader.line, None, error.what, error.accepted, error.fix)
            return None
        kind = tables.types[name]
        values["type"] = name
    size = [values.get(key, kind.size[axis]) for axis, key in enumerate(("width", "depth", "height"))]
    changes: dict[str, Any] = {"size": size} | {key: values[key] for key in ("power", "liquid_share") if key in values}
    if flows:
        changes |= {key: values.get(key) for key in ("flow", "airflow", "delta_t")}
    return kind.model_copy(update=changes)


def _rack(
    tables: Tables, path: Path, reader: _Line, values: dict[str, Any], kind: RackType, row: str, air: model.Air
) -> model.Rack | None:  # fmt: skip
    """The rack of a line: a row of one."""
    axis, _ = DIRECTIONS[values["front"]]
    footprint = (kind.size[0], kind.size[1]) if axis == 1 else (kind.size[1], kind.size[0])
    corner = [values["x"], values["y"]]
    if reader.table.position == "centre":
        corner = [middle - 0.5 * size for middle, size in zip(corner, footprint, strict=True)]
    if kind.power * (1.0 - kind.liquid_share) <= 0.0 and kind.flow is None:
        key = next((key for key in ("power", "liquid_share") if key in values), "name")
        what = "this rack gives the air no heat and so would have no air flow"
        reader.report(key, UnitError(what, "", "give it a flow, or leave it out of the list"))
        return None
    one = RackRow.model_validate(
        {"name": row, "type": values.get("type", UNTYPED), "count": 1, "along": "+x" if axis == 1 else "+y",
         "front": values["front"], "at": [f"{place!r} m" for place in (*corner, values.get("z", 0.0))]}
    )  # fmt: skip
    racks = racks_of(tables, path, one, kind, air)
    return racks[0] if racks else None
