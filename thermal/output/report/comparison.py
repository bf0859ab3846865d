"""The page of a comparison: one file that fetches nothing, its pictures on one colour scale side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from thermal.output.comparison import Run, compare, comparison_json, racks_csv
from thermal.output.pictures import Picture, front_pictures, plan_pictures
from thermal.output.stage import write_whole
from thermal.output.wording import fixed, shown
from thermal.version import __version__

FOLDER = Path(__file__).parent
PAGE, DATA, TABLE = "comparison.html", "comparison.json", "racks.csv"
STATES = {
    "holds": ("good", "holds"),
    "fails": ("bad", "fails"),
    "uncertain": ("fair", "not certain"),
    "unset": ("none", "not set"),
}
CHANGES = {
    "lost": ("bad", "lost"),
    "passed": ("good", "now holds"),
    "unset": ("bad", "no longer set"),
    "new": ("none", "new"),
    "moved": ("fair", "moved"),
}
NOTABLE = 0.5  # K: smaller changes of an inlet are not coloured; sensors in racks are no better


def write_comparison(folder: Path, runs: Sequence[Run]) -> dict[str, Any]:
    """Write comparison.html, comparison.json and racks.csv, each whole, into a folder. Returns the comparison.

    Raises OutputError when the folder cannot be written.
    """
    comparison = compare(runs)
    write_whole(folder / DATA, comparison_json(comparison))
    write_whole(folder / TABLE, racks_csv(comparison))
    write_whole(folder / PAGE, render_comparison(runs, comparison).encode("utf-8", "replace"))
    return comparison


def render_comparison(runs: Sequence[Run], comparison: Mapping[str, Any]) -> str:
    """The page as text; everything that comes from a case is escaped."""
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"fixed": number_words, "shown": shown, "change": change_words, "mood": mood}
    return environment.get_template("comparison.html.j2").render(
        comparison=comparison,
        banner=banner(comparison),
        names=[run.label for run in runs],
        states=STATES,
        changes=CHANGES,
        pictures=_pictures(runs),
        without=[run.label for run in runs if run.record is None],
        classes=sorted({str(run.summary["indices"].get("class")) for run in runs}),
        style=Markup((FOLDER / "style.css").read_text(encoding="utf-8")),
        version=__version__,
    )


def banner(comparison: Mapping[str, Any]) -> dict[str, str]:
    """The first words: limits lost against the first run, or passed, or none of both."""
    lost, passed = comparison["lost"], comparison["passed"]
    first = comparison["runs"][0]["label"]
    detail = [f"{row['limit']} in {row['run']}" for row in lost[:4]] + ([f"{len(lost) - 4} more"] if len(lost) > 4 else [])
    now = [f"{row['limit']} in {row['run']}" for row in passed[:4]]
    gained = f"Now holding: {', '.join(now)}." if now else ""
    if lost:
        words = f"{_count(len(lost), 'limit')} lost against {first}"
        return {"mood": "bad", "mark": "✕", "words": words, "detail": f"{', '.join(detail)}. {gained}"}
    if passed:
        return {"mood": "good", "mark": "✓", "words": f"No limit lost against {first}", "detail": gained}
    still = any(state == "fails" for row in comparison["limits"] for state in row["states"])
    words = f"No limit changed against {first}"
    return {
        "mood": "none" if still else "good",
        "mark": "=",
        "words": words,
        "detail": "Some fail, before and after." if still else "",
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def number_words(value: Any, digits: int = 1) -> str:
    """A number with a fixed number of decimals; what rounds to nothing has no sign.

    >>> number_words(-0.00001, 3), number_words(-1.26), number_words(None)
    ('0.000', '-1.3', '–')
    """
    text = fixed(value, digits)
    return text if text.strip("-0.") else text.lstrip("-")


def change_words(value: Any, digits: int = 1) -> str:
    """A change with its sign; what rounds to nothing is "0".

    >>> change_words(1.26), change_words(-0.04), change_words(None)
    ('+1.3', '0', '–')
    """
    if not isinstance(value, int | float):
        return "–"
    text = f"{value:+.{digits}f}"
    return "0" if not text.strip("+-0.") else text.replace("-", "−")


def mood(value: Any) -> str:
    """warm or cool for a change of an inlet worth a colour."""
    if not isinstance(value, int | float) or abs(value) < NOTABLE:
        return ""
    return "warm" if value > 0 else "cool"


def _pictures(runs: Sequence[Run]) -> list[tuple[str, str, list[tuple[str, Picture]]]]:
    """(title, caption, pictures with their run's label) of each kind; none where no fields are there."""
    drawn = [(run.label, run.record) for run in runs if run.record is not None]
    if len(drawn) < 2:
        return []
    records = [record for _, record in drawn]
    labels = [label for label, _ in drawn]
    plans, speeds = plan_pictures(records)
    groups = [
        ("Temperature in plan", "", plans),
        ("Air speed in plan", "Arrows show the direction of the air in this plane.", speeds),
        ("Air that enters the racks", "The number on a rack is its hottest inlet face in °C.", front_pictures(records)),
    ]
    return [(title, caption, list(zip(labels, made, strict=True))) for title, caption, made in groups if any(p.svg for p in made)]
