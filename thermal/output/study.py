"""The grid study of a record: its words, its rows and its picture of every rack's inlet on three grids with the band."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from thermal.output.colour import nice_range
from thermal.output.drawing import number, tick_text

WIDTH, LEFT, TOP, RIGHT, BELOW, BELOW_TURNED = 860.0, 46.0, 30.0, 14.0, 22.0, 76.0
MOST_RACKS = 64  # of the picture: more cannot be told apart
NAMES = ("coarse", "medium", "fine")


def study_words(study: Mapping[str, Any]) -> str:
    """What the study found, in two or three sentences."""
    if not study["answer"]:
        return f"The study tells no band: {study['reason']}."
    racks = study["racks"]
    if not racks:
        return "The hall has no racks, so there is no inlet whose band could be told."
    worst = max(racks, key=lambda rack: rack["inlet_mean"]["band_K"])
    kinds = ", ".join(f"{count} {kind}" for kind, count in study["kinds"].items())
    asymptotic = sum(rack["inlet_mean"]["asymptotic"] for rack in racks)
    near = f"{asymptotic or 'none'} at the scheme's order of {study['scheme_order']:g}"
    return (
        f"Three similar grids, the cells of one base grid cut into {_joined(study['factors'])} along each axis; this record is "
        f"that of the fine one. "
        f"The inlet means of {len(racks)} racks: {kinds}; {near}. "
        f"The widest band of an inlet mean is ± {worst['inlet_mean']['band_K']:.2f} K (rack {worst['name']})."
    )


def _joined(factors: list[int]) -> str:
    return ", ".join(map(str, factors[:-1])) + f" and {factors[-1]}"


def study_rows(summary: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The racks of the study; none where it has no answer."""
    study = summary.get("grid_study") or {}
    return list(study.get("racks") or []) if study.get("answer") else []


def study_picture(summary: Mapping[str, Any]) -> str:
    """SVG: for every rack its inlet mean on the coarse, medium and fine grid from left to right, the band round the fine one and
    the extrapolated value; empty without a study. Beyond MOST_RACKS those with the widest bands are drawn."""
    rows = study_rows(summary)
    if not rows:
        return ""
    every = len(rows)
    if every > MOST_RACKS:
        widest = sorted(rows, key=lambda rack: -rack["inlet_mean"]["band_K"])[:MOST_RACKS]
        rows = [rack for rack in rows if any(rack is one for one in widest)]
    marks = [rack["inlet_mean"] for rack in rows]
    ends = [mark["values_degC"][-1] + sign * mark["band_K"] for mark in marks for sign in (-1.0, 1.0)]
    ends += [value for mark in marks for value in mark["values_degC"]]
    low, high, step = nice_range(min(ends), max(ends), smallest=0.5)
    wide, tall = WIDTH - LEFT - RIGHT, 204.0
    pitch = wide / len(rows)
    turned = pitch < 26.0  # names of racks stand upright below a crowded frame
    height = TOP + tall + (BELOW_TURNED if turned else BELOW)
    reach = min(0.3 * pitch, 16.0)

    def y(value: float) -> float:
        return TOP + tall * (high - value) / (high - low)

    parts = [f'<rect class="frame" x="{LEFT:g}" y="{TOP:g}" width="{wide:g}" height="{tall:g}"/>']
    for n in range(int((high - low) / step + 1.5)):
        at, words = number(y(low + n * step)), tick_text(low + n * step, step)
        parts.append(f'<line class="rule" x1="{LEFT:g}" x2="{LEFT + wide:g}" y1="{at}" y2="{at}"/>')
        parts.append(_text(LEFT - 6, y(low + n * step) + 3.5, words, "end"))
    for n, (rack, mark) in enumerate(zip(rows, marks, strict=True)):
        middle = LEFT + (n + 0.5) * pitch
        places = [middle + (m - 1) * reach for m in range(3)]
        values = mark["values_degC"]
        tip = f"{rack['name']}: {values[-1]:.2f} ± {mark['band_K']:.2f} °C, {mark['kind']}"
        track = "L".join(f"{number(x)} {number(y(value))}" for x, value in zip(places, values, strict=True))
        top, bottom = y(values[-1] + mark["band_K"]), y(values[-1] - mark["band_K"])
        parts.append(f"<g><title>{escape(tip)}</title>")
        half = max(0.4 * reach, 1.5)
        parts.append(
            f'<rect class="band {"trusted" if mark["kind"] == "monotone" else "doubted"}" x="{number(places[2] - half)}" '
            f'y="{number(top)}" width="{number(2 * half)}" height="{number(max(bottom - top, 1.0))}"/>'
        )
        parts.append(f'<path class="track" d="M{track}"/>')
        if mark["extrapolated_degC"] is not None:
            parts.append(_diamond(places[2], y(mark["extrapolated_degC"])))
        for m, (x, value) in enumerate(zip(places, values, strict=True)):
            parts.append(
                f'<circle class="grid-{NAMES[m]}" cx="{number(x)}" cy="{number(y(value))}" r="{number(2.4 + 0.5 * m)}"/>'
            )
        parts.append("</g>")
        parts.append(
            _text(
                middle + (3.5 if turned else 0),
                TOP + tall + (6 if turned else 15),
                rack["name"][:12],
                "end" if turned else "middle",
                turned,
            )
        )
    parts += _legend()
    parts.append(
        _text(
            LEFT + wide,
            TOP - 12,
            "inlet means, °C" + ("" if len(rows) == every else f", {len(rows)} of {every}"),
            "end",
        )
    )
    return (
        f'<svg class="drawing" role="img" viewBox="0 0 {WIDTH:g} {height:g}" style="max-width:{WIDTH * 1.15:g}px">'
        f"<title>Rack inlet means on three grids, with their bands</title>{''.join(parts)}</svg>"
    )


def _legend() -> list[str]:
    """What the marks mean, above the frame."""
    at, parts = LEFT, []
    for name, radius in zip(NAMES, (2.4, 2.9, 3.4), strict=True):
        parts.append(f'<circle class="grid-{name}" cx="{at + 4:g}" cy="{TOP - 15.5:g}" r="{radius:g}"/>')
        parts.append(_text(at + 12, TOP - 12, f"{name} grid", "start"))
        at += 86.0
    for kind, words in (("trusted", "band, order believed"), ("doubted", "band, order not believed")):
        parts.append(f'<rect class="band {kind}" x="{at:g}" y="{TOP - 21:g}" width="8" height="11"/>')
        parts.append(_text(at + 13, TOP - 12, words, "start"))
        at += 152.0
    parts += [_diamond(at + 4, TOP - 15.5), _text(at + 13, TOP - 12, "extrapolated", "start")]
    return parts


def _diamond(x: float, y: float) -> str:
    return f'<path class="extrapolated" d="M{number(x - 3.5)} {number(y)}l3.5 -3.5l3.5 3.5l-3.5 3.5z"/>'


def _text(x: float, y: float, words: str, anchor: str, turned: bool = False) -> str:
    turn = f' transform="rotate(-90 {number(x)} {number(y)})"' if turned else ""
    return (
        f'<text class="tick" x="{number(x)}" y="{number(y)}" font-size="10" text-anchor="{anchor}"{turn}>{escape(words)}</text>'
    )
