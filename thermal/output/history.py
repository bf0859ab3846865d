"""history.csv: one row an iteration, one column a residual or a rack inlet; safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Any

# A spreadsheet runs a cell that starts with one of these as a formula (tab and return: after trimming).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> str:
    """One CSV cell: numbers as they read back exactly, text that a spreadsheet would run quoted by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, int | float):
        return repr(value) if math.isfinite(value) else ""
    text = str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def history_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """The rows as UTF-8 CSV; columns are the union of keys in order of first sight, missing or not finite values empty."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([safe_cell(column) for column in columns])
    writer.writerows([safe_cell(row.get(column)) for column in columns] for row in rows)
    return stream.getvalue().encode()


def read_history(text: str) -> list[dict[str, Any]]:
    """Rows of `history_csv` back: numbers as float, empty cells as None, quoted text without its apostrophe."""

    def plain(cell: str) -> Any:
        if cell == "":
            return None
        try:
            return float(cell)
        except ValueError:
            return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell

    rows = csv.reader(io.StringIO(text))
    columns = [str(plain(cell)) for cell in next(rows, [])]
    return [dict(zip(columns, map(plain, row), strict=False)) for row in rows]
