"""Convergence as two line charts: residuals on a logarithmic scale, rack inlets on a plain one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from thermal.output.colour import nice_range
from thermal.output.drawing import number, tick_text
from thermal.output.pictures import Picture
from thermal.units import ZERO_CELSIUS

# Okabe & Ito, Color universal design, 2008: eight colours that colour-blind readers tell apart; yellow and black left out.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
INLET = "inlet."  # prefix of history columns with a rack's inlet mean in K
APART = ("iteration", "seconds", "cell", "level", "stage", "time")  # columns that are no residuals
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860.0, 260.0, 46.0, 12.0, 120.0, 34.0
POINTS = 500  # of one line; more cannot be seen
MOST_LINES = 24
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def convergence(history: Sequence[dict[str, Any]]) -> list[Picture]:
    """Charts of a history: rows with "iteration", residual columns, and "inlet.<rack>" in K; "cell" or "level" marks grids.

    Returns    no, one or two pictures, by what the history holds.
    """
    rows = [row for row in history if _number(row.get("iteration")) is not None]
    if len(rows) < 2:
        return []
    names = list(dict.fromkeys(key for row in rows for key in row))
    others = [n for n in names if n not in APART and not n.startswith(INLET)]
    residuals = [n for n in others if any(_number(row.get(n)) for row in rows)]
    inlets = [n for n in names if n.startswith(INLET)]
    x = _running(rows)
    marks = [
        x[n] for n in range(1, len(rows)) if any(rows[n].get(key) != rows[n - 1].get(key) for key in ("cell", "level", "stage"))
    ]
    made = []
    if residuals:
        lines = {n: [_log(r.get(n)) for r in rows] for n in residuals[:MOST_LINES]}
        svg = _chart(lines, x, marks, "Residuals against iterations", logarithmic=True)
        made.append(Picture("residuals", "Residuals", "Dotted lines mark the change to a finer grid.", svg))
    if inlets:
        shown = inlets if len(inlets) <= MOST_LINES else inlets[:: math.ceil(len(inlets) / MOST_LINES)]
        lines = {n[len(INLET) :]: [_celsius(r.get(n)) for r in rows] for n in shown}
        left_out = "." if shown == inlets else f"; {len(shown)} of {len(inlets)} racks are drawn."
        svg = _chart(lines, x, marks, "Rack inlet means against iterations", logarithmic=False)
        made.append(Picture("inlets", "Rack inlets", "Inlet mean of each rack in °C" + left_out, svg))
    return made


def _running(rows: list[dict[str, Any]]) -> list[float]:
    """Iterations since the start of the run: a row's own count starts again on every grid."""
    running, before, last = [], 0.0, 0.0
    for row in rows:
        if row["iteration"] < last:
            before += last
        last = row["iteration"]
        running.append(before + last)
    return running


def _chart(lines: dict[str, list[float | None]], x: list[float], marks: list[float], title: str, *, logarithmic: bool) -> str:
    """One chart: frame, grid lines, a line each with its name at the end."""
    values = [value for line in lines.values() for value in line if value is not None]
    if not values:
        values = [0.0, 1.0]
    if logarithmic:
        low, high = float(math.floor(min(values))), float(math.ceil(max(values)))
        high = high if high > low else low + 1.0
        step = float(max(1, math.ceil((high - low) / 8)))
    else:
        # The start of a run says little and would flatten the end: the scale follows the last four fifths.
        tail = [v for line in lines.values() for v in line[len(line) // 5 :] if v is not None] or values
        low, high, step = nice_range(min(tail), max(tail), smallest=1.0)
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(at: float, value: float) -> tuple[float, float]:
        share = min(max((value - low) / (high - low), -0.02), 1.02)
        return LEFT + wide * at / max(x[-1], 1.0), TOP + tall * (1.0 - share)

    parts = [f'<rect class="frame" x="{LEFT:g}" y="{TOP:g}" width="{wide:g}" height="{tall:g}"/>']
    mark_at = low
    while mark_at <= high + 1e-6 * step:
        y = place(0, mark_at)[1]
        words = "10" + str(round(mark_at)).translate(SUPERSCRIPT) if logarithmic else tick_text(mark_at, step)
        parts.append(f'<line class="rule" x1="{LEFT:g}" x2="{LEFT + wide:g}" y1="{number(y)}" y2="{number(y)}"/>')
        parts.append(tick(LEFT - 6, y + 3.5, "end", words))
        mark_at += step
    _, end, every = nice_range(0.0, x[-1], smallest=2.0)
    for n in range(0, int(min(end, x[-1])) + 1, max(int(every), 1)):
        parts.append(tick(place(n, low)[0], HEIGHT - BOTTOM + 14, "middle", str(n)))
    parts.append(tick(LEFT + wide / 2, HEIGHT - 6, "middle", "iterations"))
    for mark in marks:
        at = number(place(mark, low)[0])
        parts.append(f'<line class="gridchange" x1="{at}" x2="{at}" y1="{TOP:g}" y2="{TOP + tall:g}"/>')
    ends = []
    stride = max(1, len(x) // POINTS)
    for n, (name, line) in enumerate(lines.items()):
        colour = COLOURS[n % len(COLOURS)]
        dash = ("", ' stroke-dasharray="5 3"', ' stroke-dasharray="2 2"', ' stroke-dasharray="8 3 2 3"')[(n // len(COLOURS)) % 4]
        data, pen = [], "M"
        for step_at in [*range(0, len(x), stride), len(x) - 1]:
            value = line[step_at]
            if value is None:
                pen = "M"
                continue
            px, py = place(x[step_at], value)
            data.append(f"{pen}{number(px)} {number(py)}")
            pen = "L"
        parts.append(f'<path class="line" stroke="{colour}"{dash} d="{"".join(data)}"><title>{escape(name)}</title></path>')
        last = next((value for value in reversed(line) if value is not None), None)
        if last is not None:
            ends.append((place(0, last)[1], name, f'stroke="{colour}"{dash}'))
    parts += end_names(ends, LEFT + wide + 8, TOP, TOP + tall)
    return (
        f'<svg class="drawing" role="img" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" style="max-width:{WIDTH * 1.15:g}px">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def tick(x: float, y: float, anchor: str, words: str) -> str:
    """The words at a tick."""
    return f'<text class="tick" x="{number(x)}" y="{number(y)}" font-size="10" text-anchor="{anchor}">{words}</text>'


def end_names(ends: list[tuple[float, str, str]], x: float, top: float, bottom: float) -> list[str]:
    """Names at the right end of their lines, pushed apart until they can be read."""
    ends = sorted(ends)
    gap = min(12.0, (bottom - top) / max(len(ends), 1))
    places = [y for y, _, _ in ends]
    for n in range(1, len(places)):
        places[n] = max(places[n], places[n - 1] + gap)
    over = (places[-1] - bottom) if places else 0.0
    if over > 0.0:
        places[-1] = bottom
        for n in range(len(places) - 2, -1, -1):
            places[n] = min(places[n], places[n + 1] - gap)
    size = min(10.0, gap)
    return [
        f'<line class="line" {stroke} x1="{x:g}" x2="{x + 14:g}" y1="{number(y)}" y2="{number(y)}"/>'
        f'<text x="{x + 18:g}" y="{number(y + 3)}" font-size="{number(size)}" class="linename">{escape(name[:20])}</text>'
        for y, (_, name, stroke) in zip(places, ends, strict=True)
    ]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _log(value: Any) -> float | None:
    plain = _number(value)
    return math.log10(abs(plain)) if plain else None


def _celsius(value: Any) -> float | None:
    plain = _number(value)
    return None if plain is None else plain - ZERO_CELSIUS
