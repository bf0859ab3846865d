"""Line charts of what a run in time followed: rack inlets with their limits, probes, openings, the heat that the air stores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from thermal.output.colour import nice_range
from thermal.output.convergence import BOTTOM, COLOURS, HEIGHT, LEFT, MOST_LINES, POINTS, RIGHT, TOP, WIDTH, end_names, tick
from thermal.output.drawing import number, tick_text
from thermal.output.pictures import Picture
from thermal.units import ZERO_CELSIUS

DASHES = ("", ' stroke-dasharray="5 3"', ' stroke-dasharray="2 2"', ' stroke-dasharray="8 3 2 3"')
Lines = dict[str, list[float | None]]


def charts_in_time(series: Sequence[Mapping[str, Any]], time: Mapping[str, Any]) -> list[Picture]:
    """Charts of the rows of series.csv. time: the table of that name of summary.json."""
    if len(series) < 2:
        return []
    times = [float(row["time"]) for row in series]
    marks = {event["at_s"]: str(event["name"]) for event in reversed(time["events"])}
    made = []

    def chart(key: str, title: str, caption: str, lines: Lines, unit: str, rules: dict[str, float], smallest: float) -> None:
        lines = {name: line for name, line in lines.items() if any(value is not None for value in line)}
        if lines:
            shown = dict(list(lines.items())[:: math.ceil(len(lines) / MOST_LINES)])
            left_out = "" if len(shown) == len(lines) else f" {len(shown)} of {len(lines)} are drawn."
            svg = _chart(shown, times, marks, f"{title} in time, {unit}", rules, smallest)
            made.append(Picture(key, f"{title}, {unit}", caption + left_out, svg))

    limits = rules_of(time["limits"])
    vertical = " Vertical lines: events." if marks else ""
    words = f"Hottest face of each rack's front; horizontal lines are limits.{vertical}"
    chart("inlets", "Rack inlets", words, _columns(series, "inlet_max.", ZERO_CELSIUS), "°C", limits, 2.0)
    for what, title, unit, smallest in PROBES:
        names = {f"probe.{probe['name']}": probe["name"] for probe in time["probes"] if probe["what"] == what}
        lines = _named(series, names, ZERO_CELSIUS if what == "temperature" else 0.0)
        chart(f"probes-{what}", title, "", lines, unit, {}, smallest)
    words = f"Hottest junction of each rack on cold plates; horizontal lines are limits.{vertical}"
    of_chips = rules_of([row for row in time.get("loop_limits", []) if row["of"].startswith("junction")])
    chart("junctions", "Chips", words, _columns(series, "junction.", ZERO_CELSIUS), "°C", of_chips, 2.0)
    loops = {name: f"{name.partition('.')[2]} {name[5:].partition('.')[0]}" for name in series[0]
             if name.startswith(("loop_supply.", "loop_return."))}  # fmt: skip
    chart("loops", "Loops", "What each sends out and what comes back.", _named(series, loops, ZERO_CELSIUS), "°C", {}, 2.0)
    streams = {name: [None if q is None else 60e3 * q for q in line] for name, line in _columns(series, "loop_flow.").items()}
    chart("streams", "Flow of the loops", "", streams, "L/min", {}, 1.0)
    words = "Mean temperature of what passes each opening."
    chart("openings", "Openings", words, _columns(series, "temperature.", ZERO_CELSIUS), "°C", {}, 2.0)
    chart("flows", "Air through openings", "In the opening's own sense.", _columns(series, "flow."), "m³/s", {}, 0.1)
    ledger = {"given to the air": _kilowatts(series, "entered"), "stored in the air": _kilowatts(series, "stored")}
    words = "What racks, walls and openings together give to the air of the hall, and what the air keeps: the two lines are one."
    chart("stored", "Heat stored", words, ledger, "kW", {}, 1.0)
    return made


PROBES = (
    ("temperature", "Probes: temperature", "°C", 1.0), ("velocity", "Probes: air speed", "m/s", 0.1),
    ("pressure", "Probes: pressure", "Pa", 0.1), ("flow", "Probes: air flow", "m³/s", 0.1),
)  # fmt: skip


def _columns(series: Sequence[Mapping[str, Any]], prefix: str, shift: float = 0.0) -> Lines:
    """Columns of a prefix by the names of their objects; "supply." and "return." are left out, as openings share no names."""
    names = {name: name[len(prefix) :] for name in series[0] if name.startswith(prefix)}
    return _named(series, {name: words.removeprefix("supply.").removeprefix("return.") for name, words in names.items()}, shift)


def _named(series: Sequence[Mapping[str, Any]], names: Mapping[str, str], shift: float) -> Lines:
    return {words: [_plain(row.get(name), shift) for row in series] for name, words in names.items()}


def _kilowatts(series: Sequence[Mapping[str, Any]], name: str) -> list[float | None]:
    return [None if row["step"] == 0 else _plain(row[name], 0.0, 1e-3) for row in series]


def _plain(value: Any, shift: float, factor: float = 1.0) -> float | None:
    return factor * (float(value) - shift) if isinstance(value, int | float) and math.isfinite(value) else None


def rules_of(limits: list[dict[str, Any]]) -> dict[str, float]:
    """Words beside each level of limits, and the level in degC; limits of one level share their line.

    >>> rules_of([{"limit": "recommended", "limit_degC": 27.0}, {"limit": "inlets", "limit_degC": 27.0}])
    {'recommended, inlets 27 °C': 27.0}
    """
    named: dict[float, list[str]] = {}
    for row in limits:
        names = named.setdefault(row["limit_degC"], [])
        if row["limit"] not in names:
            names.append(row["limit"])
    return {f"{', '.join(names)} {level:.4g} °C": level for level, names in named.items()}


def _chart(
    lines: Lines, times: list[float], marks: Mapping[float, str], title: str, rules: Mapping[str, float], smallest: float
) -> str:
    """One chart: frame, grid lines, limits, events, and a line each with its name at the end."""
    values = [value for line in lines.values() for value in line if value is not None]
    low, high, step = nice_range(min(values), max(values), smallest)
    wide, tall, end = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM, max(times[-1], 1e-9)

    def place(at: float, value: float) -> tuple[float, float]:
        share = min(max((value - low) / (high - low), -0.02), 1.02)
        return LEFT + wide * at / end, TOP + tall * (1.0 - share)

    parts = [f'<rect class="frame" x="{LEFT:g}" y="{TOP:g}" width="{wide:g}" height="{tall:g}"/>']
    for n in range(round((high - low) / step) + 1):
        y = place(0.0, low + n * step)[1]
        parts.append(f'<line class="rule" x1="{LEFT:g}" x2="{LEFT + wide:g}" y1="{number(y)}" y2="{number(y)}"/>')
        parts.append(tick(LEFT - 6, y + 3.5, "end", tick_text(low + n * step, step)))
    scale, unit = (60.0, "min") if end > 600.0 else (1.0, "s")
    _, most, every = nice_range(0.0, end / scale, smallest=1e-6)
    for n in range(int(most / every) + 1):
        if n * every * scale <= end * (1.0 + 1e-9):
            parts.append(tick(place(n * every * scale, low)[0], HEIGHT - BOTTOM + 14, "middle", tick_text(n * every, every)))
    parts.append(tick(LEFT + wide / 2, HEIGHT - 6, "middle", unit))
    for at, words in marks.items():
        across = number(place(at, low)[0])
        parts.append(f'<line class="gridchange" x1="{across}" x2="{across}" y1="{TOP:g}" y2="{TOP + tall:g}"/>')
        parts.append(f'<text class="tick" x="{across}" dx="4" y="{TOP + 11:g}" font-size="10">{escape(words[:40])}</text>')
    for words, value in rules.items():
        if low <= value <= high:
            up = number(place(0.0, value)[1])
            parts.append(f'<line class="limit" x1="{LEFT:g}" x2="{LEFT + wide:g}" y1="{up}" y2="{up}"/>')
            parts.append(
                f'<text class="tick" x="{LEFT + 4:g}" y="{up}" dy="-3" font-size="10">{escape(words[:60])}</text>'
            )  # fmt: skip
    ends = []
    stride = max(1, len(times) // POINTS)
    for n, (name, line) in enumerate(lines.items()):
        stroke = f'stroke="{COLOURS[n % len(COLOURS)]}"{DASHES[n // len(COLOURS) % len(DASHES)]}'
        data, pen = [], "M"
        for at in [*range(0, len(times), stride), len(times) - 1]:
            value = line[at]
            if value is None:
                pen = "M"
                continue
            x, y = place(times[at], value)
            data.append(f"{pen}{number(x)} {number(y)}")
            pen = "L"
        parts.append(f'<path class="line" {stroke} d="{"".join(data)}"><title>{escape(name)}</title></path>')
        last = next((value for value in reversed(line) if value is not None), None)
        if last is not None:
            ends.append((place(0.0, last)[1], name, stroke))
    parts += end_names(ends, LEFT + wide + 8, TOP, TOP + tall)
    return (
        f'<svg class="drawing" role="img" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" style="max-width:{WIDTH * 1.15:g}px">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
