"""Where the air of each rack inlet comes from, as pictures: a bar a rack, and a plan with every rack's capture index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from thermal.output.colour import hex_colour
from thermal.output.drawing import Drawing, number
from thermal.output.record import Record

WIDTH, LEFT, RIGHT, TALL, BELOW, BELOW_TURNED, LINE = 860.0, 46.0, 14.0, 190.0, 22.0, 76.0, 18.0
MOST_RACKS = 64  # of the picture: more cannot be told apart
# Okabe & Ito 2008, told apart by colour-blind readers; the eighth and later ones repeat in lighter tone
COLOURS = ("#0072b2", "#56b4e9", "#009e73", "#f0e442", "#cc79a7", "#e69f00", "#7f8c94")
RECIRCULATED = "#d55e00"
AXES = "xyz"


def followed(summary: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The racks whose air was followed; none where there were no tracers."""
    return [rack for rack in summary.get("racks") or [] if isinstance(rack.get("recirculated_percent"), int | float)]


def origin_words(summary: Mapping[str, Any]) -> str:
    """What the tracers found, in two or three sentences."""
    racks = followed(summary)
    worst = max(racks, key=lambda rack: rack["recirculated_percent"])
    words = (
        f"Tracers on the settled flow. {worst['name']} breathes most air that has been through a rack already: "
        f"{worst['recirculated_percent']:.1f} % of its inlet."
    )
    table = summary.get("tracers") or {}
    age = table.get("age_of_air")
    if age:
        words += (
            f" The air stays {age['nominal_s']:.0f} s in the hall (volume/supply); its mean age is {age['mean_s']:.0f} s, an air "
            f"change efficiency of {age['air_change_efficiency_percent']:.0f} % (50 % when stirred, 100 % like a piston)."
        )
    if table.get("is_closed") is False:
        words += f" The balance of {table.get('worst')} does not close: {table.get('balance'):.1e} of the supply."
    return words


def origin_picture(summary: Mapping[str, Any]) -> str:
    """SVG: a bar for each rack inlet. With one supply: what comes straight from it, and what is recirculated; with several: the
    share of each, and beside it a narrow bar of what is recirculated. Beyond MOST_RACKS those that recirculate most are drawn."""
    racks = followed(summary)
    if not racks:
        return ""
    every = len(racks)
    if every > MOST_RACKS:
        least = sorted((rack["recirculated_percent"] for rack in racks), reverse=True)[MOST_RACKS - 1]
        racks = [rack for rack in racks if rack["recirculated_percent"] >= least][:MOST_RACKS]
    sources = list(dict.fromkeys(name for rack in racks for name in rack.get("shares_percent") or {}))
    several = len(sources) > 1
    legend, lines = _legend(sources if several else [], several)
    top = 8.0 + LINE * lines
    pitch = (WIDTH - LEFT - RIGHT) / len(racks)
    turned = pitch < 26.0
    parts = [*legend]
    for percent in range(0, 101, 25):
        y = top + TALL * (1.0 - percent / 100.0)
        parts.append(f'<line class="rule" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{number(y)}" y2="{number(y)}"/>')
        parts.append(_text(LEFT - 6, y + 3.5, f"{percent} %", "end"))
    for n, rack in enumerate(racks):
        left, wide = LEFT + (n + 0.14) * pitch, 0.72 * pitch
        again = float(rack["recirculated_percent"])
        if several:
            shares = rack.get("shares_percent") or {}
            pieces = [(float(shares.get(name) or 0.0), _colour(m), name) for m, name in enumerate(sources)]
            parts += _stack(rack["name"], left, 0.72 * wide, top, pieces)
            parts += _stack(rack["name"], left + 0.76 * wide, 0.24 * wide, top, [(again, RECIRCULATED, "recirculated")])
        else:
            straight = [(100.0 - again, COLOURS[0], "straight from supplies"), (again, RECIRCULATED, "recirculated")]
            parts += _stack(rack["name"], left, wide, top, straight)
        x, y = LEFT + (n + 0.5) * pitch + (3.5 if turned else 0), top + TALL + (6 if turned else 15)
        parts.append(_text(x, y, str(rack["name"])[:12], "end" if turned else "middle", turned))
    parts.append(f'<rect class="frame" x="{LEFT:g}" y="{top:g}" width="{WIDTH - LEFT - RIGHT:g}" height="{TALL:g}"/>')
    height = top + TALL + (BELOW_TURNED if turned else BELOW)
    words = "Origin of the air in each rack inlet" + ("" if len(racks) == every else f", {len(racks)} of {every} racks")
    return (
        f'<svg class="drawing" role="img" viewBox="0 0 {WIDTH:g} {number(height)}" style="max-width:{WIDTH * 1.15:g}px">'
        f"<title>{escape(words)}</title>{''.join(parts)}</svg>"
    )


def _stack(name: str, left: float, wide: float, top: float, pieces: Sequence[tuple[float, str, str]]) -> list[str]:
    """One bar from the bottom up: (percent, colour, words) each."""
    parts, begun = [], 0.0
    for percent, colour, words in pieces:
        share = min(max(percent, 0.0), 100.0)
        y = top + TALL * (1.0 - (begun + share) / 100.0)
        parts.append(
            f'<rect x="{number(left)}" y="{number(y)}" width="{number(wide)}" height="{number(TALL * share / 100.0)}" '
            f'fill="{colour}"><title>{escape(f"{name}: {percent:.1f} % {words}")}</title></rect>'
        )
        begun += share
    return parts


def _colour(number_: int) -> str:
    return COLOURS[number_ % len(COLOURS)]


def _legend(sources: Sequence[str], several: bool) -> tuple[list[str], int]:
    """Marks above the frame, and the lines they take."""
    items = [(_colour(m), name) for m, name in enumerate(sources)]
    items += [(RECIRCULATED, "recirculated (narrow bars)" if several else "recirculated")]
    items = items if several else [(COLOURS[0], "straight from supplies"), *items]
    parts, x, line = [], LEFT, 0
    for colour, words in items:
        wide = 30.0 + 6.0 * len(words)
        if x + wide > WIDTH - RIGHT and x > LEFT:
            x, line = LEFT, line + 1
        y = 4.0 + LINE * line
        parts.append(f'<rect x="{x:g}" y="{y:g}" width="9" height="11" fill="{colour}"/>')
        parts.append(_text(x + 14, y + 9.5, words, "start"))
        x += wide
    return parts, line + 1


def capture_map(record: Record) -> str:
    """SVG: a plan of the hall with the cold-aisle capture index of every rack as its colour and number."""
    numbers = {
        str(rack["name"]): float(rack["capture_cold_percent"])
        for rack in followed(record.summary)
        if isinstance(rack.get("capture_cold_percent"), int | float)
    }
    if not numbers:
        return ""
    room = record.geometry["room"]
    drawing = Drawing(0.0, room[0], 0.0, room[1], width=760.0, height=460.0)
    low = max(min(25.0 * (min(numbers.values()) // 25.0), 75.0), 0.0)
    for item in record.geometry["obstacles"]:
        drawing.box((item["low"][0], item["low"][1]), (item["high"][0], item["high"][1]), "solid", item["name"])
    for rack in record.geometry["racks"]:
        value = numbers.get(rack["name"])
        corner, other = (rack["low"][0], rack["low"][1]), (rack["high"][0], rack["high"][1])
        if value is None:
            drawing.box(corner, other, "solid", rack["name"])
            continue
        left, top, width, height = drawing.span(corner, other)
        tip = escape(f"{rack['name']}: cold-aisle capture index {value:.1f} %")
        drawing.parts.append(
            f'<rect x="{number(left)}" y="{number(top)}" width="{number(width)}" height="{number(height)}" '
            f'fill="{hex_colour("speed", (value - low) / (100.0 - low))}"><title>{tip}</title></rect>'
        )
        drawing.box(corner, other, "cabinet", f"{rack['name']}: {value:.1f} %")
        _front_line(drawing, rack)
        words = f"{value:.0f}"
        if width > 7.0 * len(words) and height > 12.0:
            drawing.text(left + width / 2, top + height / 2 + 4, words, "name halo", 11)
    for opening in record.geometry["openings"]:
        if opening["axis"] == 2:
            corner, other = (opening["low"][0], opening["low"][1]), (opening["high"][0], opening["high"][1])
            drawing.box(corner, other, f"opening {opening['kind']}", opening["name"])
        else:
            drawing.line(
                (opening["low"][0], opening["low"][1]), (opening["high"][0], opening["high"][1]), f"mouth {opening['kind']}",
                opening["name"],
            )  # fmt: skip
    drawing.axes(AXES[0], AXES[1])
    drawing.colour_bar("speed", low, 100.0, 25.0 if low < 75.0 else 5.0, "%")
    return drawing.svg("Cold-aisle capture index of every rack", "A plan; the number on a rack is its capture index in %.")


def _front_line(drawing: Drawing, rack: Mapping[str, Any]) -> None:
    """The rack's front as a blue edge."""
    if rack["axis"] == 2:
        return
    face = rack["high" if rack["sign"] > 0 else "low"][rack["axis"]]
    ends = [[rack["low"][0], rack["low"][1]], [rack["high"][0], rack["high"][1]]]
    ends[0][rack["axis"]] = ends[1][rack["axis"]] = face
    drawing.line((ends[0][0], ends[0][1]), (ends[1][0], ends[1][1]), "front", f"{rack['name']}: front (air intake)")


def _text(x: float, y: float, words: str, anchor: str, turned: bool = False) -> str:
    turn = f' transform="rotate(-90 {number(x)} {number(y)})"' if turned else ""
    return (
        f'<text class="tick" x="{number(x)}" y="{number(y)}" font-size="10" text-anchor="{anchor}"{turn}>{escape(words)}</text>'
    )
