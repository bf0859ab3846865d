"""The table [[rack_table]]: racks from a list that a spreadsheet wrote. What the list may hold: thermal/case/headings.py."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from thermal.case.fields import Name, Table, setting
from thermal.case.objects import Direction

FileName = Annotated[str, Field(strict=True, min_length=1, max_length=200)]
ListText = Annotated[str, Field(strict=True, max_length=1 << 20)]
HeadingText = Annotated[str, Field(strict=True, max_length=200)]


class RackTable(Table):
    """Racks from a list with one line for each, as CSV or an Excel workbook. Give file or text.

    The list says which mark stands between its cells, and units stand in its headings or behind its numbers.
    """

    name: Name | None = setting(None, "Name in messages, and for case.remove and variants.", shown="none")
    file: FileName | None = setting(None, "A .csv, .txt or .xlsx file in the case's folder or below it.", shown="none")
    text: ListText | None = setting(None, "The list itself, as CSV text.", shown="none")
    sheet: HeadingText | None = setting(
        None, "Name of the workbook's sheet that holds the list.", shown="the only one with headings of racks"
    )
    decimal: Literal[".", ","] | None = setting(
        None, "Decimal mark of the list's numbers; without it, a number like 1,234 that can be two is a mistake.", shown="none"
    )
    type: Name | None = setting(None, "Rack type of the lines that name none.", shown="none")
    front: Direction | None = setting(None, "Where the fronts look that have no entry of their own.", shown="none")
    position: Literal["corner", "centre"] = setting(
        "corner", "What x and y of a rack are: the corner of its footprint with the lowest x and y, or the middle of it."
    )
    ignore: list[HeadingText] = setting([], 'Headings of columns that mean nothing here; ["*"] stands for all unknown ones.')
