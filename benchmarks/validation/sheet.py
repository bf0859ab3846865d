"""What the studies fill in: rows of our value beside its reference, and pictures, as one Markdown page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Row:
    """One figure beside its reference.

    quantity   what is compared, with its unit        ours        our value, as text
    reference  the other value, as text               source      author and year, or the exact solution
    tolerance  what the target allows ("1 %"), empty for a row that only states a distance
    grid       cells of the runs and, where there are several, the extrapolated value and the observed order
    met        None where there is no target
    """

    study: str
    quantity: str
    ours: str
    reference: str
    source: str
    tolerance: str = ""
    grid: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Picture:
    """A picture and the sentence under it."""

    study: str
    path: Path
    caption: str


@dataclass
class Sheet:
    """Rows and pictures in the order they came; each row is printed as it comes.

    pictures   folder that pictures are drawn into; None: none are drawn
    """

    pictures: Path | None = None
    rows: list[Row] = field(default_factory=list)
    drawn: list[Picture] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def add(
        self, study: str, quantity: str, ours: str, reference: str, source: str, tolerance: str = "", grid: str = "",
        met: bool | None = None,
    ) -> None:  # fmt: skip
        """Take a row and print it."""
        row = Row(study, quantity, ours, reference, source, tolerance, grid, None if met is None else bool(met))
        self.rows.append(row)
        mark = {True: "met", False: "MISSED", None: ""}[row.met]
        print(f"[{study}] {quantity}: {ours}, reference {reference} ({source}) {tolerance} {grid} {mark}".rstrip(), flush=True)

    def note(self, study: str, sentence: str) -> None:
        """A sentence that stands above the study's rows: how it was set up, what a missed row is due to."""
        self.notes.setdefault(study, []).append(sentence)

    def draw(self, study: str, name: str, caption: str, plot: Callable[[Any], None], size: tuple[float, float] = (8, 5)) -> None:
        """Draw a picture with matplotlib: `plot` takes a figure. Nothing happens where no folder was given."""
        if self.pictures is None:
            return
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib.figure import Figure

        self.pictures.mkdir(parents=True, exist_ok=True)
        figure = Figure(figsize=size, layout="constrained")
        plot(figure)
        path = self.pictures / f"{name}.png"
        figure.savefig(path, dpi=110)
        self.drawn.append(Picture(study, path, caption))

    def join(self, other: Sheet) -> None:
        """Take over the rows, pictures and notes of another sheet."""
        self.rows += other.rows
        self.drawn += other.drawn
        for study, notes in other.notes.items():
            self.notes.setdefault(study, []).extend(notes)

    def keep(self, path: Path) -> None:
        """Write rows, pictures and notes as JSON, whole or not at all."""
        parts = {"rows": [asdict(row) for row in self.rows], "notes": self.notes}
        parts["drawn"] = [asdict(picture) | {"path": str(picture.path)} for picture in self.drawn]
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(parts, indent=1), encoding="utf-8")
        temporary.replace(path)

    @classmethod
    def read(cls, path: Path) -> Sheet:
        """A sheet that was kept."""
        parts = json.loads(path.read_text(encoding="utf-8"))
        drawn = [Picture(picture["study"], Path(picture["path"]), picture["caption"]) for picture in parts["drawn"]]
        return cls(None, [Row(**row) for row in parts["rows"]], drawn, parts["notes"])

    def markdown(self, command: str, machine: list[str], page: Path) -> str:
        """The whole page; pictures are linked relative to its folder."""
        met, missed = (sum(row.met is value for row in self.rows) for value in (True, False))
        lines = ["# Validation", "", f"Made by `{command}`: {met} targets met, {missed} missed.", ""]
        lines += [f"- {note}" for note in machine]
        for study in dict.fromkeys(row.study for row in self.rows):
            lines += ["", f"## {study}", ""]
            lines += [*self.notes.get(study, []), ""] if study in self.notes else []
            lines += ["| quantity | Hallflow | reference | source | tolerance | grid | |", "|---|---|---|---|---|---|---|"]
            for row in (row for row in self.rows if row.study == study):
                mark = {True: "met", False: "**missed**", None: ""}[row.met]
                parts = (row.quantity, row.ours, row.reference, row.source, row.tolerance, row.grid, mark)
                lines.append("| " + " | ".join(part.replace("|", "/") for part in parts) + " |")
            for picture in (picture for picture in self.drawn if picture.study == study):
                lines += ["", f"![{picture.caption}]({_relative(picture.path, page.parent)})", "", f"*{picture.caption}*"]
        return "\n".join(lines) + "\n"


def _relative(path: Path, folder: Path) -> str:
    import os

    return Path(os.path.relpath(path, folder)).as_posix()
