"""The loops drawn: coolers, facility loop, CDUs and racks with flows, pressures and temperatures, from the rows of a summary.

Not to scale: one band a CDU, supply above, return below, racks between them in the order of their manifold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from thermal.output.coil_band import coil_band

RACK_WIDTH, RACK_GAP, MOST_RACKS = 64.0, 8.0, 12  # of a band; of more, the first and last are drawn
BAND, TOP = 176.0, 40.0
COOLER_X, FACILITY_X, CDU_X, RACKS_X = 8.0, 196.0, 300.0, 486.0
BOX = 132.0


def loop_diagrams(liquid: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, SVG) of each facility loop of summary["liquid"]."""
    return [(str(row["name"]), _diagram(liquid, row)) for row in liquid["facility_loops"]]


class _Paper:
    """Marks on a page of points; text is escaped here and nowhere else."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def line(self, kind: str, *points: tuple[float, float]) -> None:
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline class="pipe {kind}" points="{way}"/>')

    def box(self, x: float, y: float, width: float, height: float, tip: str = "") -> None:
        note = f"<title>{escape(tip)}</title>" if tip else ""
        place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="4"'
        self.parts.append(f'<rect class="machine" {place}>{note}</rect>')

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "middle", size: float = 11.0) -> None:
        named = f' class="{kind}"' if kind else ""
        self.parts.append(
            f'<text{named} x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}">{escape(words)}</text>'
        )

    def lines(self, x: float, y: float, rows: Sequence[str], first: str = "name") -> None:
        for number, words in enumerate(rows):
            self.text(x, y + 14.0 * number, words, first if number == 0 else "value", size=12.0 if number == 0 else 10.5)

    def svg(self, width: float, height: float, title: str, description: str) -> str:
        return (
            f'<svg class="drawing loops" role="img" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">'
            f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(self.parts)}</svg>"
        )


def _diagram(liquid: Mapping[str, Any], facility: Mapping[str, Any]) -> str:
    paper, name = _Paper(), facility["name"]
    cdus = [row for row in liquid["cdus"] if row["facility"] == name]
    coolers = [row for row in [*liquid["coolers"], *liquid.get("towers", [])] if row["facility"] == name]
    chillers = [row for row in liquid["chillers"] if row["facility"] == name]
    coils = [row for row in liquid.get("coils", []) if row["loop"] == name]
    count = len(cdus) + (1 if coils else 0)
    bands = [TOP + BAND * number for number in range(count)]
    supply_x, return_x = FACILITY_X + 20.0, FACILITY_X + 64.0
    first, last = (bands[0], bands[-1]) if bands else (TOP, TOP)
    boxes = _cooler_boxes(coolers, chillers)
    top = first + 28.0
    bottom = max(last + 112.0, top + sum(_tall(rows) + 14.0 for rows in boxes))  # below the last box of the column
    height = max(TOP + BAND * max(count, 1) - 24.0, bottom + 24.0)
    paper.line("supply", (supply_x, top), (supply_x, last + 28.0))
    paper.line("return", (return_x, first + 112.0), (return_x, bottom))
    _coolers(paper, f"outdoor {liquid['outdoor']['dry_bulb_degC']:.1f} °C", boxes, (supply_x, return_x), (top, bottom))
    widest = RACKS_X
    if coils:
        widest = max(widest, coil_band(paper, coils, bands[-1], (supply_x, return_x)))
    for band, row in zip(bands, cdus, strict=False):
        widest = max(widest, _band(paper, liquid, row, band, (supply_x, return_x)))
    paper.text(supply_x - 4.0, top - 8.0, f"{facility['supply_degC']:.1f} °C", "cold", "end")
    paper.text(COOLER_X + 0.5 * BOX + 8.0, bottom + 16.0, f"{facility['return_degC']:.1f} °C", "hot", "start")
    pumps = f"{facility['head_kPa']:.0f} kPa at speed {facility['speed']:.2f}"
    words = f"{facility['flow_L_min']:.0f} L/min of {facility['fluid']}, {pumps}"
    paper.text(COOLER_X, 16.0, f"Facility loop {name}: {words}", "name", "start", 12.0)
    total = sum(row["heat_kW"] for row in [*cdus, *coils])
    givers = [f"{len(rows)} {word}" for rows, word in ((cdus, "CDUs"), (coils, "coils")) if rows]
    description = f"{' and '.join(givers)} pass {total:.0f} kW to facility loop {name}; {words}."
    return paper.svg(widest + 12.0, height, f"Loops on {name}", description)


def _cooler_boxes(coolers: Sequence[Mapping[str, Any]], chillers: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Lines of each box in the column of coolers, towers and chillers."""
    boxes = []
    for row in coolers:
        fans = f"fans {100 * row['fan_speed']:.0f} %, {row['fan_kW']:.0f} kW"
        rows = [_named(row), f"{row['heat_kW']:.0f} kW", fans, f"approach {row['approach_K']:.1f} K"]
        boxes.append(rows + ([f"water {row['water_L_h']:.0f} L/h"] if row["water_L_h"] > 0.0 else []))
    for row in chillers:
        boxes.append([_named(row), f"{row['heat_kW']:.0f} kW", f"{row['power_kW']:.0f} kW electric, COP {row['cop']:.1f}"])
    return boxes


def _named(row: Mapping[str, Any]) -> str:
    return f"{row['count']} × {row['name']}" if row["count"] > 1 else str(row["name"])


def _tall(rows: Sequence[str]) -> float:
    return 14.0 * len(rows) + 10.0


def _coolers(
    paper: _Paper, outdoor: str, boxes: Sequence[Sequence[str]], columns: tuple[float, float], ends: tuple[float, float]
) -> None:
    """Coolers and chillers in a column on the left, between the facility's return and its supply."""
    y = ends[0] - 14.0
    paper.text(COOLER_X + 0.5 * BOX, y, outdoor, "value", size=10.5)
    for rows in boxes:
        paper.box(COOLER_X, y + 8.0, BOX, _tall(rows))
        paper.lines(COOLER_X + 0.5 * BOX, y + 23.0, rows)
        y += _tall(rows) + 14.0
    paper.line("supply", (COOLER_X + BOX, ends[0] + 6.0), (columns[0], ends[0] + 6.0), (columns[0], ends[0]))
    paper.line("return", (columns[1], ends[1]), (COOLER_X + 0.5 * BOX, ends[1]), (COOLER_X + 0.5 * BOX, y - 6.0))


def _band(paper: _Paper, liquid: Mapping[str, Any], row: Mapping[str, Any], band: float, columns: tuple[float, float]) -> float:
    """One CDU with its racks; returns the right edge."""
    high, low = band + 28.0, band + 112.0
    paper.line("supply", (columns[0], high), (CDU_X, high))
    paper.line("return", (CDU_X, low), (columns[1], low))
    paper.box(CDU_X, band + 12.0, BOX, 116.0, f"CDU {row['name']}")
    model = f"{row['name']} ({row['model']})" if row["model"] else row["name"]
    rows = [model, f"{row['heat_kW']:.0f} of {row['rated_heat_kW']:.0f} kW", f"approach {row['approach_K']:.1f} K",
            f"valve {row['facility_flow_L_min']:.0f} L/min", f"pumps {100 * row['speed']:.0f} %, {row['head_kPa']:.0f} kPa",
            f"{row['pump_kW']:.1f} kW electric"]  # fmt: skip
    paper.lines(CDU_X + 0.5 * BOX, band + 32.0, rows)
    racks = [one for one in liquid["racks"] if one["cdu"] == row["name"]]
    tanks = [one for one in liquid.get("tanks", []) if one["cdu"] == row["name"]]  # a bath is as warm as what leaves it
    racks += [{**one, "return_degC": one["bath_degC"]} for one in tanks]
    shown: list[Mapping[str, Any] | None] = list(racks)
    if len(racks) > MOST_RACKS:
        shown = [*racks[: MOST_RACKS - 2], None, racks[-1]]
    end = RACKS_X + (RACK_WIDTH + RACK_GAP) * len(shown)
    paper.line("supply", (CDU_X + BOX, high), (end - RACK_GAP, high))
    paper.line("return", (end - RACK_GAP, low), (CDU_X + BOX, low))
    paper.text(CDU_X + BOX + 6.0, high - 6.0, f"{row['supply_degC']:.1f} °C", "cold", "start")
    paper.text(CDU_X + BOX + 6.0, low + 16.0, f"{row['return_degC']:.1f} °C", "hot", "start")
    pressures = [liquid["nodes"][f"{row['name']}.{node}"]["pressure_kPa"] for node in ("supply", "suction")]
    paper.text(RACKS_X + 4.0, high - 6.0, f"{row['flow_L_min']:.0f} L/min, {pressures[0]:.0f} kPa", "value", "start")
    paper.text(RACKS_X + 4.0, low + 16.0, f"{pressures[1]:.0f} kPa", "value", "start")
    for number, rack in enumerate(shown):
        x = RACKS_X + (RACK_WIDTH + RACK_GAP) * number
        if rack is None:
            paper.text(x + 0.5 * RACK_WIDTH, 0.5 * (high + low) + 4.0, f"… {len(racks) - MOST_RACKS + 1} more", "value")
            continue
        middle = x + 0.5 * RACK_WIDTH
        paper.line("supply", (middle, high), (middle, high + 12.0))
        paper.line("return", (middle, low - 12.0), (middle, low))
        paper.box(
            x, high + 12.0, RACK_WIDTH, low - high - 24.0, f"rack {rack['name']}: {rack['heat_to_liquid_kW']:.1f} kW to liquid"
        )
        rows = [rack["name"], f"{rack['flow_L_min']:.0f} L/min", f"{rack['dp_kPa']:.0f} kPa", f"{rack['return_degC']:.1f} °C"]
        paper.lines(middle, high + 25.0, rows)
    return end


def curve_picture(row: Mapping[str, Any]) -> str:
    """The pumps of a CDU on their curve: full speed, present speed, rated and working point."""
    width, height, left, low, gap = 300.0, 190.0, 46.0, 160.0, 10.0
    most_flow = _round_up(1.02 * max(max(point[0] for point in row["full_curve"]), row["flow_L_min"]))
    most_head = _round_up(1.02 * max(point[1] for point in row["full_curve"]))

    def place(flow: float, head: float) -> tuple[float, float]:
        return left + (width - left - gap) * flow / most_flow, low - (low - gap) * head / most_head

    paper = _Paper()
    paper.parts.append(f'<rect class="frame" x="{left}" y="{gap}" width="{width - left - gap}" height="{low - gap}"/>')
    for key, kind in (("full_curve", "full"), ("curve", "now")):
        paper.line(f"curve {kind}", *(place(q, h) for q, h in row[key]))
    for flow, head, kind, tip in (
        (row["rated_flow_L_min"], row["rated_head_kPa"], "rated", "rated point"),
        (row["flow_L_min"], row["head_kPa"], "point", "working point"),
    ):
        x, y = place(flow, head)
        paper.parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"><title>{tip}</title></circle>')
    for share in (0.0, 0.5, 1.0):
        x, _ = place(share * most_flow, 0.0)
        _, y = place(0.0, share * most_head)
        paper.text(x, low + 14.0, f"{share * most_flow:.0f}", "tick", "middle" if share < 1.0 else "end", 10)
        paper.text(left - 5.0, y + 3.5, f"{share * most_head:.0f}", "tick", "end", 10)
    paper.text(left + 0.5 * (width - left), low + 27.0, "L/min", "tick", size=10)
    paper.text(left + 6.0, gap + 13.0, "kPa", "tick", "start", 10)
    words = f"Pumps of {row['name']}: {row['flow_L_min']:.0f} L/min at {row['head_kPa']:.0f} kPa, speed {row['speed']:.2f}."
    return paper.svg(width, height, f"Pumps of {row['name']}", words)


def _round_up(value: float) -> float:
    """The next round number of two digits whose half is one too."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return 2.0 * step * math.ceil(value / (2.0 * step))
