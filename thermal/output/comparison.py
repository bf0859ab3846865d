"""Several records side by side: racks by name, limits, numbers of the hall; what changed against the first of them.

A comparison is plain data (`compare`), from which the page, comparison.json and racks.csv are made.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thermal.errors import RecordError, clean
from thermal.output.ashrae import CLASSES
from thermal.output.record import SUMMARY, Record, read
from thermal.output.wording import limit_state
from thermal.version import __version__

ANSWERS = ("steady", "unsteady")
MOST_RUNS = 12  # more cannot be told apart on a page


@dataclass(frozen=True)
class Run:
    """One side of a comparison: its label, its summary, and its record where fields are there to be drawn."""

    label: str
    path: Path
    summary: dict[str, Any]
    record: Record | None


def open_runs(paths: Sequence[Path]) -> list[Run]:
    """The records in folders, or the summaries in JSON files, to be compared; the first is what the others are held against.

    Raises RecordError for what is no record, gives no answer, is there twice, or shares no rack with the first.
    """
    if len(paths) < 2:
        raise RecordError("a comparison needs two records or more: hallflow compare BEFORE AFTER")
    if len(paths) > MOST_RUNS:
        raise RecordError(f"{len(paths)} records are more than one page can show; compare up to {MOST_RUNS} at a time")
    resolved = [path.resolve() for path in paths]
    for number, path in enumerate(resolved):
        if path in resolved[:number]:
            raise RecordError(f"{paths[number]} is named twice; a record compared with itself says nothing")
    runs = [_open(path, label) for path, label in zip(paths, labels(paths), strict=True)]
    first = _names(runs[0])
    for run in runs[1:]:
        if first != _names(run) and not first & _names(run):
            raise RecordError(
                f"{run.path} and {runs[0].path} have no rack of the same name ({_some(_names(run))} against {_some(first)}); "
                "racks are compared by name"
            )
    return runs


def labels(paths: Sequence[Path]) -> list[str]:
    """Short names that tell the paths apart: the last parts that differ, without the "-results" of a default folder.

    >>> labels([Path("a-results"), Path("b-results")]), labels([Path("x/hall"), Path("y/hall")])
    (['a', 'b'], ['x/hall', 'y/hall'])
    """
    for count in range(1, 1 + max(len(path.parts) for path in paths)):
        short = ["/".join(path.parts[-count:]) or "." for path in paths]
        plain = [name.removesuffix(".json").removesuffix("/summary").removesuffix("-results") or name for name in short]
        if len(set(plain)) == len(paths):
            return [clean(name)[:60] for name in plain]
    return [clean(str(path))[:60] for path in paths]


def _open(path: Path, label: str) -> Run:
    record = None
    if path.is_file():
        summary = _summary(path)
    else:
        record = read(path)
        summary = record.summary
    problem = _shortcoming(summary)
    if problem:
        raise RecordError(f"{path}: {problem}")
    if summary["verdict"] not in ANSWERS:
        raise RecordError(
            f"{path}: {clean(str(summary['verdict']))[:40]}, so its numbers are no answer to compare; "
            f"run the case to its end first (hallflow run CASE --resume {path})"
        )
    return Run(label, path, summary, record)


def _summary(path: Path) -> dict[str, Any]:
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: not readable as the {SUMMARY} of a record ({type(error).__name__})") from None
    if not isinstance(summary, dict):
        raise RecordError(f"{path}: not the {SUMMARY} of a record")
    return summary


def _shortcoming(summary: Mapping[str, Any]) -> str:
    """Why a summary cannot be compared, "" when it can."""
    for key, kind in (("case", str), ("verdict", str), ("racks", list), ("openings", list), ("asserts", list), ("indices", dict)):
        if not isinstance(summary.get(key), kind):
            return f"no record of Hallflow, or one of an older version (its summary has no {key}); run the case again"
    rows = [*summary["racks"], *summary["openings"], *summary["asserts"]]
    if not all(isinstance(row, dict) and isinstance(row.get("name"), str) for row in rows):
        return "its summary has rows without a name; run the case again"
    return ""


def _names(run: Run) -> set[str]:
    return {rack["name"] for rack in run.summary["racks"]}


def _some(names: set[str]) -> str:
    return (
        ", ".join(clean(name)[:20] for name in sorted(names)[:3]) + (", ..." if len(names) > 3 else "") if names else "no racks"
    )


def compare(runs: Sequence[Run]) -> dict[str, Any]:
    """The comparison as JSON values; every list of values has one entry for each run, changes are against the first.

    Returns   runs [{label, case, title, verdict, cells, finished}], numbers [{name, unit, values, changes}],
              limits [{name, what, bound, unit, limits, values, states, changes}] with states holds | fails | uncertain | unset
              and changes "" | lost | passed | unset | new | moved, lost and passed [{run, limit}],
              racks [{name, power_kW, inlet_max_degC, inlet_mean_degC, change_K}].
    """
    summaries = [run.summary for run in runs]
    limits = _limits(summaries)
    found: dict[str, list[dict[str, str]]] = {"lost": [], "passed": []}
    for row in limits:
        for run, change in zip(runs, row["changes"], strict=True):
            kind = "lost" if change in ("lost", "unset") else change
            if kind in found:
                found[kind].append({"run": run.label, "limit": row["name"]})
    return {
        "kind": "hallflow comparison",
        "version": __version__,
        "runs": [
            {"label": run.label} | {key: run.summary.get(key) for key in ("case", "title", "verdict", "cells", "finished")}
            for run in runs
        ],
        "numbers": _numbers(summaries),
        "limits": limits,
        "racks": _racks(summaries),
        **found,
    }


def _limits(summaries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    keys = dict.fromkeys((row["name"], str(row.get("bound"))) for summary in summaries for row in summary["asserts"])
    rows = []
    for name, bound in keys:
        each = [
            next((row for row in summary["asserts"] if row["name"] == name and str(row.get("bound")) == bound), None)
            for summary in summaries
        ]
        states = ["unset" if row is None else limit_state(row) for row in each]
        one = next(row for row in each if row is not None)
        rows.append(
            {
                "name": name, "bound": bound, "what": str(one.get("what", "")), "unit": str(one.get("unit", "")),
                "limits": [row and row.get("limit") for row in each], "values": [row and row.get("value") for row in each],
                "objects": ["" if row is None else str(row.get("object", "")) for row in each], "states": states,
                "changes": [_limit_change(each[0], row) for row in each],
            }
        )  # fmt: skip
    return rows


def _limit_change(first: Mapping[str, Any] | None, row: Mapping[str, Any] | None) -> str:
    """What became of a limit of the first run, "" where nothing changed. What holds only because its bound was moved does not
    hold: the first run's bound counts."""
    if first is None:
        return "" if row is None else "new"
    held = limit_state(first) == "holds"
    if row is None:
        return "unset" if held else ""
    holds = limit_state(row) == "holds" and not _is_beyond(row, first)
    if held and not holds:
        return "lost"
    if not held and holds:
        return "passed"
    return "moved" if row.get("limit") != first.get("limit") else ""


def _is_beyond(row: Mapping[str, Any], first: Mapping[str, Any]) -> bool:
    """Whether a value, with its band, lies beyond the bound that the first run sets."""
    value, bound, band = _number(row.get("value")), _number(first.get("limit")), _number(row.get("band")) or 0.0
    if value is None or bound is None:
        return False
    return value + band > bound if first.get("bound") == "max" else value - band < bound


def _racks(summaries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    by_name = [{rack["name"]: rack for rack in summary["racks"]} for summary in summaries]
    rows = []
    for name in dict.fromkeys(name for racks in by_name for name in racks):
        each = [racks.get(name, {}) for racks in by_name]
        values = {key: [_number(rack.get(key)) for rack in each] for key in ("power_kW", "inlet_max_degC", "inlet_mean_degC")}
        hottest = values["inlet_max_degC"]
        rows.append({"name": name, **values, "change_K": [_difference(value, hottest[0]) for value in hottest]})
    return rows


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def _difference(value: float | None, first: float | None) -> float | None:
    return value - first if value is not None and first is not None else None


def _column(rows: Sequence[Mapping[str, Any]], key: str) -> list[float]:
    return [value for row in rows if (value := _number(row.get(key))) is not None]


def _weighted(rows: Sequence[Mapping[str, Any]], value: str, weight: str) -> float | None:
    pairs = [(_number(row.get(value)), _number(row.get(weight))) for row in rows]
    known = [(v, abs(w)) for v, w in pairs if v is not None and w is not None]
    total = sum(w for _, w in known)
    return sum(v * w for v, w in known) / total if total > 0.0 else None


def _openings(summary: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [row for row in summary["openings"] if row.get("kind") == kind]


def _sum(rows: Sequence[Mapping[str, Any]], key: str) -> float | None:
    values = _column(rows, key)
    return sum(values) if values else None


def _beyond(summary: Mapping[str, Any], bound: str) -> float | None:
    """Number of racks whose hottest inlet lies above a bound of the record's own class."""
    air_class = CLASSES.get(str(summary["indices"].get("class")))
    if air_class is None:
        return None
    return float(sum(value > getattr(air_class, bound) for value in _column(summary["racks"], "inlet_max_degC")))


def _fans(summary: Mapping[str, Any]) -> float | None:
    """Electrical power of every fan that the summary knows, kW."""
    rows = [row for value in summary.values() if isinstance(value, list) for row in value if isinstance(row, Mapping)]
    return _sum(rows, "fan_power_kW")


# (name, unit, number of a summary), in the order of the page
NUMBERS: tuple[tuple[str, str, Callable[[Mapping[str, Any]], float | None]], ...] = (
    ("hottest rack inlet", "°C", lambda s: max(_column(s["racks"], "inlet_max_degC"), default=None)),
    ("mean rack inlet, by air flow", "°C", lambda s: _weighted(s["racks"], "inlet_mean_degC", "air_flow_m3_s")),
    ("racks above the recommended inlet", "", lambda s: _beyond(s, "recommended_high")),
    ("racks above the allowable inlet", "", lambda s: _beyond(s, "allowable_high")),
    ("RCI HI", "%", lambda s: _number(s["indices"].get("rci_high_percent"))),
    ("RCI LO", "%", lambda s: _number(s["indices"].get("rci_low_percent"))),
    ("RTI", "%", lambda s: _number(s["indices"].get("rti_percent"))),
    ("SHI", "", lambda s: _number(s["indices"].get("shi"))),
    ("RHI", "", lambda s: _number(s["indices"].get("rhi"))),
    ("IT power", "kW", lambda s: _sum(s["racks"], "power_kW")),
    ("heat to the air", "kW", lambda s: _sum(s["racks"], "air_kW")),
    ("heat to liquid", "kW", lambda s: _sum(s["racks"], "liquid_kW")),
    ("air that the racks draw", "m³/s", lambda s: _sum(s["racks"], "air_flow_m3_s")),
    ("air supplied", "m³/s", lambda s: _sum(_openings(s, "supply"), "flow_m3_s")),
    ("supply temperature", "°C", lambda s: _weighted(_openings(s, "supply"), "temperature_degC", "flow_m3_s")),
    ("return temperature", "°C", lambda s: _weighted(_openings(s, "return"), "temperature_degC", "flow_m3_s")),
    ("electrical power of the fans", "kW", _fans),
)


def _numbers(summaries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for name, unit, number in NUMBERS:
        values = [number(summary) for summary in summaries]
        if any(value is not None for value in values):
            values = [None if value is None else round(value, 9) + 0.0 for value in values]  # no -0.000 of round-off
            changes = [_difference(value, values[0]) for value in values]
            rows.append({"name": name, "unit": unit, "values": values, "changes": changes})
    return rows


def warmer(comparison: Mapping[str, Any], most: float) -> list[tuple[str, str, float]]:
    """(rack, run, rise in K) of every rack whose hottest inlet is more than `most` K above that of the first run."""
    labels_of = [run["label"] for run in comparison["runs"]]
    return [
        (rack["name"], label, change)
        for rack in comparison["racks"]
        for label, change in zip(labels_of, rack["change_K"], strict=True)
        if change is not None and change > most
    ]


def comparison_json(comparison: Mapping[str, Any]) -> bytes:
    """comparison.json."""
    return (json.dumps(comparison, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")


def racks_csv(comparison: Mapping[str, Any]) -> bytes:
    """racks.csv: a line for each rack; temperatures in degC, changes in K. Text that a spreadsheet would compute is quoted."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    names = [run["label"] for run in comparison["runs"]]
    heads = [f"inlet max {name} [degC]" for name in names] + [f"change {name} [K]" for name in names[1:]]
    heads += [f"inlet mean {name} [degC]" for name in names] + [f"power {name} [kW]" for name in names]
    writer.writerow(["rack", *map(_plain, heads)])
    for rack in comparison["racks"]:
        numbers = [*rack["inlet_max_degC"], *rack["change_K"][1:], *rack["inlet_mean_degC"], *rack["power_kW"]]
        writer.writerow([_plain(rack["name"]), *("" if value is None else f"{value:.4f}" for value in numbers)])
    return stream.getvalue().encode("utf-8", "replace")


def _plain(text: str) -> str:
    text = clean(text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
