"""What somebody who starts a hall knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from thermal.errors import UsageError

RACK_SIZE = (0.6, 1.2, 2.2)  # m; width, depth, height of a 47U cabinet, EIA-310
COOLING = ("fan-wall", "raised-floor", "crah", "in-row")
LONGEST_ROW = 12  # racks; longer rows are split where nobody says how many rows there are


@dataclass(frozen=True)
class Wish:
    """A hall in a few words; SI.

    racks   number; ignored with `source`     power    W of one rack; None: what the list says
    rows    None: as many as the racks need   source   a list of racks, CSV or .xlsx
    """

    name: str
    racks: int = 40
    power: float | None = 6000.0
    rows: int | None = None
    cooling: str = "raised-floor"
    liquid_share: float = 0.0
    delta_t: float = 12.0
    supply: float = 293.15  # K
    source: Path | None = None

    def row_counts(self) -> list[int]:
        """Racks in each row; rows of equal length but for one rack."""
        rows = self.rows or max(2, 2 * -(-self.racks // (2 * LONGEST_ROW))) if self.racks > 1 else 1
        if rows > self.racks:
            raise UsageError(f"--rows {rows}: more rows than the {self.racks} racks; give up to {self.racks}")
        share, more = divmod(self.racks, rows)
        return [share + (number < more) for number in range(rows)]


def row_name(number: int) -> str:
    """Rows A, B, ... Z, AA, AB, ...

    >>> [row_name(n) for n in (0, 25, 26)]
    ['A', 'Z', 'AA']
    """
    from thermal.case.spreadsheet import letter

    return letter(number)
