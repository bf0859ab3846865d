"""What a run says while it runs: one live block in a terminal, plain lines anywhere else.

`simulate` calls begin once, step after every iteration, message for anything a person should know, end once.
A step's row: iteration, level (0 = finest grid), residuals {mass, momentum, heat}, hottest (rack name, degC) or None,
balance (heat), elapsed (s), eta (s or None); of a run in time also time (s), step (s), courant.
"""

from __future__ import annotations

import math
import sys
import time
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from thermal.errors import clean

if TYPE_CHECKING:
    from thermal.case.model import Case


class Progress(Protocol):
    """The four calls; whoever has them can watch a run."""

    def begin(self, case: Case, grid_levels: int) -> None:
        """A run starts: its case and how many grids it passes, coarse to fine."""

    def step(self, row: dict[str, Any]) -> None:
        """One iteration is done."""

    def message(self, text: str) -> None:
        """Something to know, in one line."""

    def end(self, result: Any) -> None:
        """The run is over."""


class SilentProgress:
    """Says nothing: for use from Python."""

    def begin(self, case: Case, grid_levels: int) -> None:
        """Nothing."""

    def step(self, row: dict[str, Any]) -> None:
        """Nothing."""

    def message(self, text: str) -> None:
        """Nothing."""

    def end(self, result: Any) -> None:
        """Nothing."""


def duration(seconds: float | None) -> str:
    """Seconds for people.

    >>> duration(7.25), duration(754), duration(8000), duration(None)
    ('7.2 s', '12 min 34 s', '2 h 13 min', '-')
    """
    if seconds is None or not math.isfinite(seconds):
        return "-"
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def step_words(row: dict[str, Any]) -> list[tuple[str, str]]:
    """The cells of one step's line: (label, value)."""
    residuals = row.get("residuals") or {}
    words = [("grid", f"{row['level']}" if row.get("level") else "finest"), ("iteration", f"{row['iteration']}")]
    if "time" in row:
        words = [("time", f"{row['time']:.2f} s"), ("step", f"{row['step']:.3g} s"), ("Courant", f"{row['courant']:.1f}")]
    words += [(name, f"{residuals[name]:.1e}") for name in ("mass", "momentum", "heat") if name in residuals]
    if row.get("balance") is not None:
        words.append(("heat balance", f"{100 * row['balance']:.2f} %"))
    if row.get("hottest"):
        name, celsius = row["hottest"]
        words.append(("hottest inlet", f"{clean(name)} {celsius:.2f} degC"))
    words.append(("elapsed", duration(row.get("elapsed"))))
    if row.get("eta") is not None:
        words.append(("left", duration(row["eta"])))
    return words


class PlainProgress:
    """Lines without colour: at most one every `every` seconds, and one for each new grid."""

    def __init__(self, stream: TextIO | None = None, every: float = 5.0) -> None:
        """Stream: where the lines go, standard error by default."""
        self.stream = stream or sys.stderr
        self.every = every
        self._last_time = -math.inf
        self._last_level: int | None = None
        self._pending: dict[str, Any] | None = None

    def begin(self, case: Case, grid_levels: int) -> None:
        """One line: the case and its grids."""
        grids = "1 grid" if grid_levels == 1 else f"{grid_levels} grids, coarse to fine"
        self._line(f"{case.name}: {clean(case.title)} ({grids})")

    def step(self, row: dict[str, Any]) -> None:
        """A line, if it is time for one."""
        now = time.monotonic()
        if row["level"] == self._last_level and now - self._last_time < self.every:
            self._pending = row
            return
        self._last_time, self._last_level, self._pending = now, row["level"], None
        self._line("  ".join(f"{label} {value}" for label, value in step_words(row)))

    def message(self, text: str) -> None:
        """A line."""
        self._line(clean(text))

    def end(self, result: Any) -> None:
        """The last step, if its line was held back."""
        if self._pending is not None:
            self._last_time = -math.inf
            self.step(self._pending)

    def _line(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


class TerminalProgress:
    """A live block at the foot of a terminal, refreshed in place."""

    def __init__(self, console: Any) -> None:
        """Console: a rich Console; it honours NO_COLOR by itself."""
        self.console = console
        self._live: Any = None
        self._row: dict[str, Any] = {}
        self._heading = ""

    def begin(self, case: Case, grid_levels: int) -> None:
        """Opens the block."""
        from rich.live import Live

        self._heading = f"{case.name}: {clean(case.title)}"
        self._live = Live(
            get_renderable=self._render, console=self.console, refresh_per_second=4, vertical_overflow="visible", transient=True
        )
        self._live.start()

    def step(self, row: dict[str, Any]) -> None:
        """Keeps the row; the block draws itself four times a second."""
        self._row = row

    def message(self, text: str) -> None:
        """A line above the block."""
        from rich.text import Text

        self.console.print(Text(clean(text), overflow="fold"))

    def end(self, result: Any) -> None:
        """Closes the block. May be called twice."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _render(self) -> Any:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        table.add_row(Text("case"), Text(self._heading, style="bold", overflow="fold"))
        for label, value in step_words(self._row) if self._row else []:
            table.add_row(Text(label, style="dim"), Text(value, overflow="fold"))
        return table


def open_progress(stream: TextIO | None = None) -> Progress:
    """The live block where standard error is a terminal that can draw one, plain lines elsewhere."""
    stream = stream or sys.stderr
    if not stream.isatty():
        return PlainProgress(stream)
    from rich.console import Console

    console = Console(file=stream, highlight=False, markup=False)
    return TerminalProgress(console) if console.is_terminal and not console.is_dumb_terminal else PlainProgress(stream)
