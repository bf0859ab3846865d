"""expected.toml: the numbers a shipped case must reach, and how a summary is held against them.

    [[expect]]
    quantity = "racks.A1.inlet_mean_degC"   # path in summary.json; list entries by their name, * and ? stand for any
    value = 21.31
    tolerance = 0.25                        # |found - value| <= tolerance; 0 for words
    unit = "degC"
    source = "OpenFOAM v1912, ..."          # who says so; "regression" marks a value of our own
    statistic = "each"                      # optional, where several match: each (default), mean, sum, least, largest
    run = { cell = "0.2 m", scheme = "upwind" }   # optional: settings of the run that the value belongs to
    # or a run in time from rest with means; `idle` racks give no heat from 1 to 20 s:
    run = { end = "290 s", average_from = "170 s", idle = "rack.A*" }

A quantity may be the difference of two paths, "racks.*.outlet_mean_degC - racks.*.inlet_mean_degC", taken name by name.
A path that matches nothing, or a value that is no number, fails.
"""

from __future__ import annotations

import fnmatch
import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from thermal.case.model import Case
from thermal.case.timeline import Event, TimeSpan
from thermal.units import LENGTH, TIME, read_quantity

STATISTICS: dict[str, Callable[[list[float]], list[float]]] = {
    "each": lambda values: values,
    "mean": lambda values: [math.fsum(values) / len(values)],
    "sum": lambda values: [math.fsum(values)],
    "least": lambda values: [min(values)],
    "largest": lambda values: [max(values)],
}


@dataclass(frozen=True)
class Expectation:
    """One row of expected.toml."""

    quantity: str
    value: float | str
    tolerance: float
    unit: str
    source: str
    statistic: str = "each"
    run: dict[str, str] = field(default_factory=dict)

    def complaints(self, summary: dict[str, Any]) -> list[str]:
        """What does not agree, in words; empty when all does."""
        first, minus, second = self.quantity.partition(" - ")
        found = lookup(summary, first)
        if not found:
            return [f"{self.quantity}: nothing of that name in the summary"]
        if isinstance(self.value, str):
            return [f"{name} is {value!r}, expected {self.value!r}" for name, value in found if value != self.value]
        if minus:
            others = lookup(summary, second)
            if len(others) != len(found):
                return [f"{self.quantity}: {len(found)} values less {len(others)} values"]
            found = [(f"{a} - {b}", _minus(x, y)) for (a, x), (b, y) in zip(found, others, strict=True)]
        bad = [f"{name} is {value!r}, not a finite number" for name, value in found if not _is_finite(value)]
        if bad:
            return bad
        names = [name for name, _ in found] if self.statistic == "each" else [f"{self.statistic} of {self.quantity}"]
        values = STATISTICS[self.statistic]([value for _, value in found])
        return [
            f"{name} = {value:.6g} {self.unit}, expected {self.value:g} +- {self.tolerance:g} ({self.source})"
            for name, value in zip(names, values, strict=True)
            if not abs(value - self.value) <= self.tolerance
        ]


def lookup(summary: Any, path: str) -> list[tuple[str, Any]]:
    """Every value that a path matches, as (full path, value), in the summary's order."""
    places = [("", summary)]
    for step in path.strip().split("."):
        places = [
            (f"{where}.{name}".lstrip("."), value)
            for where, place in places
            for name, value in _entries(place)
            if fnmatch.fnmatchcase(name, step)
        ]
    return places


def _entries(place: Any) -> list[tuple[str, Any]]:
    if isinstance(place, dict):
        return list(place.items())
    if isinstance(place, list):
        return [(entry["name"], entry) for entry in place if isinstance(entry, dict) and "name" in entry]
    return []


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _minus(x: Any, y: Any) -> float:
    return x - y if _is_finite(x) and _is_finite(y) else math.nan


def read_expectations(folder: Path) -> list[Expectation]:
    """The rows of a case folder's expected.toml."""
    return [Expectation(**row) for row in tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))["expect"]]


def runs_of(rows: list[Expectation]) -> list[tuple[dict[str, str], list[Expectation]]]:
    """Rows by the run they belong to; the case as shipped comes first."""
    groups: list[tuple[dict[str, str], list[Expectation]]] = [({}, [])]
    for row in rows:
        for settings, members in groups:
            if settings == row.run:
                members.append(row)
                break
        else:
            groups.append((row.run, [row]))
    return [group for group in groups if group[1]]


def with_settings(case: Case, settings: dict[str, str]) -> Case:
    """The case with a row's `run`: cell, scheme, turbulence; end, average_from and idle of a run in time."""
    if "end" in settings:
        moments = (read_quantity(settings[key], TIME) for key in ("end", "average_from"))
        case = in_time(case, *moments, settings.get("idle"))
    for key, value in settings.items():
        if key == "cell":
            case = replace(case, mesh=replace(case.mesh, cell=read_quantity(value, LENGTH)))
        elif key == "scheme":
            case = replace(case, flow=replace(case.flow, velocity_scheme=value, temperature_scheme=value))
        elif key == "turbulence":
            case = replace(case, flow=replace(case.flow, turbulence=replace(case.flow.turbulence, model=value)))
        elif key not in ("end", "average_from", "idle") or "end" not in settings:
            raise KeyError(key)
    return case


def in_time(case: Case, end: float, average_from: float, idle: str | None) -> Case:
    """The case from rest to `end` s, with means from `average_from` s on; `idle` names racks as an [[event]] does."""
    span = TimeSpan(end=end, start="rest", record_every=end, average_from=average_from)
    if idle is None:
        return replace(case, time=span)
    power = next(rack.power for rack in case.racks if fnmatch.fnmatchcase(f"rack.{rack.name}", idle))
    return replace(case, time=span, events=(Event("off", 1.0, idle, "power", 0.0), Event("on", 20.0, idle, "power", power)))
