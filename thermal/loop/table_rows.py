"""A table of comma-separated values as rows of named cells, and what is wrong with them by file and line."""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from thermal.case.fields import NAME_PATTERN
from thermal.errors import CaseError, quote
from thermal.loop.columns import LINK_COLUMNS, NODE_COLUMNS
from thermal.units import ZERO_CELSIUS

MOST_BYTES = 64 * 2**20  # of a table; a thousand racks take 1 MiB


@dataclass
class Row:
    """One line of a table: its cells by column, and what is wrong with them."""

    file: str
    line: int
    cells: dict[str, str]
    errors: list[CaseError]

    @property
    def place(self) -> str:
        """file:line."""
        return f"{self.file}:{self.line}"

    def wrong(self, column: str, what: str, accepted: str = "") -> None:
        """Note a mistake in a cell."""
        self.errors.append(CaseError(f"{self.place}  {column}", what, accepted))

    def text(self, column: str) -> str:
        """A cell; an empty one is an empty text."""
        return self.cells.get(column, "")

    def name(self, column: str) -> str:
        """A cell that must hold a name."""
        text = self.text(column)
        if not re.fullmatch(NAME_PATTERN, text):
            self.wrong(
                column,
                f"{quote(text)} is no name" if text else "is empty",
                "letters, digits, . _ - (64 at most), a letter or digit first",
            )
        return text

    def number(self, column: str, default: float | None = None) -> float:
        """A cell with a number; it must hold one if there is no default."""
        text = self.text(column)
        if not text:
            if default is None:
                self.wrong(column, "is empty", f"a number: {(LINK_COLUMNS | NODE_COLUMNS)[column]}")
                return math.nan
            return default
        value = read_float(text)
        if value is None:
            self.wrong(column, f"{quote(text)} is no number", "a number such as 0.0525 or 1.2e-3, without a unit")
            return math.nan
        return value

    def optional(self, column: str) -> float | None:
        """A number, None for an empty cell."""
        return self.number(column) if self.text(column) else None

    def celsius(self, column: str) -> float | None:
        """K of a cell in degC, None for an empty one."""
        value = self.optional(column)
        return None if value is None else value + ZERO_CELSIUS

    def whole(self, column: str, default: int) -> int:
        """A whole number."""
        value = self.number(column, float(default))
        if math.isfinite(value) and value != int(value):
            self.wrong(column, f"{quote(self.text(column))} is no whole number", "a whole number")
        return int(value) if math.isfinite(value) else default

    def points(self, column: str, pair: str) -> tuple[tuple[float, float], ...]:
        """Pairs of numbers, "0:3e5 0.01:2.5e5"; () for an empty cell. pair: what they are, for a message."""
        found = []
        for word in self.text(column).split():
            first, _, second = word.partition(":")
            one, other = read_float(first), read_float(second)
            if one is None or other is None:
                self.wrong(column, f"{quote(word)} is no pair of numbers", f"{pair}, such as 0:3e5 0.01:2.5e5 0.02:1e5")
                return ()
            found.append((one, other))
        if len(found) == 1:
            self.wrong(column, "one pair", f"two pairs or more: {pair}")
            return ()
        return tuple(found)

    def yes(self, column: str, default: bool) -> bool:
        """A cell with yes or no."""
        text = self.text(column).lower()
        if text not in ("", "yes", "no"):
            self.wrong(column, f"{quote(text)}", "yes or no")
        return default if not text else text == "yes"


def read_rows(path: Path, columns: Mapping[str, str], needed: tuple[str, ...], errors: list[CaseError]) -> list[Row]:
    """The lines of a table below its head; lines that are empty or begin with # are passed over."""
    file = quote(path.name)[1:-1]
    try:
        if path.stat().st_size > MOST_BYTES:
            errors.append(CaseError(file, f"larger than {MOST_BYTES >> 20} MiB", "a table of links or nodes"))
            return []
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or ("no UTF-8 text" if isinstance(error, UnicodeDecodeError) else "no path")
        errors.append(CaseError(file, f"cannot be read: {reason}", "a CSV file"))
        return []
    rows: list[Row] = []
    head: list[str] | None = None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if head is None:
                head = cells
                _check_head(f"{file}:{reader.line_num}", head, columns, needed, errors)
                continue
            row = Row(file, reader.line_num, dict(zip(head, cells, strict=False)), errors)
            if len(cells) != len(head):
                errors.append(CaseError(row.place, f"{len(cells)} cells", f"{len(head)}, as in the first line"))
                continue
            rows.append(row)
    except csv.Error as error:
        errors.append(CaseError(f"{file}:{reader.line_num}", f"no comma-separated values: {error}"))
        return []
    if head is None:
        errors.append(CaseError(file, "is empty", f"a first line with the columns {', '.join(needed)} and others"))
    return rows if head is not None and set(needed) <= set(head) else []


def _check_head(
    place: str, head: list[str], columns: Mapping[str, str], needed: tuple[str, ...], errors: list[CaseError]
) -> None:
    for name in dict.fromkeys(head):
        if name not in columns:
            near = difflib.get_close_matches(name, columns, n=1, cutoff=0.6)
            fix = f"did you mean {near[0]}?" if near else ""
            errors.append(CaseError(f"{place}  {quote(name)}", "unknown column", ", ".join(columns), fix))
        if head.count(name) > 1:
            errors.append(CaseError(f"{place}  {quote(name)}", "a column that is there twice"))
    for name in needed:
        if name not in head:
            errors.append(CaseError(place, f"no column {name}", ", ".join(columns)))


def read_float(text: str) -> float | None:
    """A finite number, None for anything else; no underscores, no words."""
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None
