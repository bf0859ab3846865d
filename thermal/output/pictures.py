"""Pictures of a record: slices of temperature and speed, and the fronts of the racks; SVG with small embedded rasters.

No plotting library: the rasters are resampled by NumPy and the rest is text, which makes all pictures in a fraction of the
time that such a library needs to be imported, and lets them follow the page's light, dark or print colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from thermal.output.ashrae import CLASSES
from thermal.output.colour import nice_range
from thermal.output.drawing import Drawing
from thermal.output.fields import Front
from thermal.output.raster import png_uri, resample
from thermal.output.record import Record
from thermal.units import ZERO_CELSIUS

PLAN_HEIGHT = 1.5  # m above the floor, about the middle of a rack
WIDE_HALL = 14.0  # m: in larger halls a rack would be too small to name in a picture of half the page's width
LONG_ROW = 6.0  # m: the same for a row of fronts
PIXELS = 480  # of the longer side of a raster
ARROWS = 30  # along the longer side of a speed picture
AXES = "xyz"
Pair = tuple[float, float]


@dataclass(frozen=True)
class Picture:
    """One drawing: `key` names it in the page, `svg` is inline SVG, `plane` is (axis, position in m) of a slice."""

    key: str
    title: str
    caption: str
    svg: str
    plane: tuple[int, float] | None = None
    wide: bool = False  # wants the page's whole width


@dataclass(frozen=True)
class Scale:
    """A shared colour scale: low, high and tick step in the shown unit."""

    low: float
    high: float
    step: float


def inlet_scale(record: Record) -> Scale:
    """The scale in degC of everything that shows rack inlets; slices, which hold hot aisles too, have a wider one."""
    return Scale(*nice_range(*extent([front.temperature - ZERO_CELSIUS for front in record.fronts.values()]), smallest=5.0))


def pictures(record: Record) -> list[Picture]:
    """All pictures of a record. Slices of temperature share one scale, slices of speed another, rack fronts a third.

    Plan at 1.5 m, section across the aisles through the rack with the hottest inlet, both in temperature and speed; a section
    along the row just in front of that rack; the fronts of all racks.
    """
    planes = slice_planes(record)
    wanted: list[tuple[str, int, int]] = []
    for _, axis, position, _ in planes:
        index = cell_at(record.planes[axis], position)
        wanted += [("temperature", axis, index), ("velocity", axis, index)]
    layers = record.slices(wanted)
    temperatures = [layer - ZERO_CELSIUS for layer in layers[0::2]]
    velocities = layers[1::2]
    scale = Scale(*nice_range(*extent(temperatures), smallest=2.0))
    speeds = [np.sqrt((velocity.astype(np.float64) ** 2).sum(axis=-1)) for velocity in velocities]
    speed_scale = Scale(*nice_range(0.0, extent(speeds)[1], smallest=0.1))
    made = []
    large = max(record.geometry["room"]) > WIDE_HALL
    for (key, axis, position, words), temperature, speed, velocity in zip(planes, temperatures, speeds, velocities, strict=True):
        where = f"{AXES[axis]}\u00a0=\u00a0{position:.2f}\u00a0m"  # no line break inside
        wide = large or key == "aisle"
        width = 860.0 if wide else 400.0
        title = f"Temperature, {words} ({where})"
        svg = slice_svg(record, axis, position, temperature, "temperature", scale, "°C", title, key, width)
        made.append(Picture(f"{key}-temperature", title, "", svg, (axis, position), wide))
        if key != "aisle":
            title = f"Air speed, {words} ({where})"
            svg = slice_svg(record, axis, position, speed, "speed", speed_scale, "m/s", title, "", width, velocity)
            caption = "Arrows show the direction of the air in this plane."
            made.append(Picture(f"{key}-speed", title, caption, svg, (axis, position), wide))
    made += _scalar_slices(record, planes, large)
    if record.fronts:
        made.append(_front_picture(record, inlet_scale(record)))
    return made


# field of the record -> words, unit shown, what to take off, smallest width of the scale
SCALARS = {"dew_point": ("Dew point", "°C", ZERO_CELSIUS, 1.0), "age_of_air": ("Age of air", "s", 0.0, 10.0)}


def _scalar_slices(record: Record, planes: list[tuple[str, int, float, str]], large: bool) -> list[Picture]:
    """Plan and section of the passive scalars that the record holds."""
    made = []
    for name, (words, unit, zero, smallest) in SCALARS.items():
        if name not in record.names:
            continue
        shown = [plane for plane in planes if plane[0] != "aisle"]
        layers = record.slices([(name, axis, cell_at(record.planes[axis], at)) for _, axis, at, _ in shown])
        layers = [layer - zero for layer in layers]
        scale = Scale(*nice_range(*extent(layers), smallest=smallest))
        for (key, axis, position, where), layer in zip(shown, layers, strict=True):
            title = f"{words}, {where} ({AXES[axis]}\u00a0=\u00a0{position:.2f}\u00a0m)"
            svg = slice_svg(record, axis, position, layer, "speed", scale, unit, title, "", 860.0 if large else 400.0)
            made.append(Picture(f"{key}-{name}", title, "", svg, (axis, position), large))
    return made


def hottest_rack(record: Record) -> dict[str, Any] | None:
    """Geometry of the rack whose hottest inlet face is hottest, None in a hall without racks."""
    by_name = {name: float(np.nanmax(f.temperature)) for name, f in record.fronts.items() if np.isfinite(f.temperature).any()}
    racks = [rack for rack in record.geometry["racks"] if rack["name"] in by_name]
    return max(racks, key=lambda rack: by_name[rack["name"]], default=None)


def slice_planes(record: Record) -> list[tuple[str, int, float, str]]:
    """(key, axis, position, words) of every slice: plan, section, and in a hall with racks aisle."""
    rack = hottest_rack(record)
    room = record.geometry["room"]
    height = min(PLAN_HEIGHT, 0.5 * room[2])
    if rack is None:
        return [("plan", 2, height, "plan"), ("section", 0, 0.5 * room[0], "section through the middle")]
    across = 1 - rack["axis"] if rack["axis"] < 2 else 0
    middle = 0.5 * (rack["low"][across] + rack["high"][across])
    front_axis, front = rack["axis"], rack["high" if rack["sign"] > 0 else "low"][rack["axis"]]
    planes = record.planes[front_axis]
    cell = float(np.median(np.diff(planes)))
    ahead = min(max(front + rack["sign"] * 0.5 * cell, planes[0]), planes[-1])
    return [
        ("plan", 2, height, "plan"),
        ("section", across, middle, f"section through {rack['name']}, the hottest inlet"),
        ("aisle", front_axis, float(ahead), f"in front of {rack['name']}, along its row"),
    ]


def cell_at(planes: np.ndarray, position: float) -> int:
    """Index of the cell of an axis that holds a position (m)."""
    return int(np.clip(np.searchsorted(planes, position, side="right") - 1, 0, len(planes) - 2))


def extent(arrays: list[np.ndarray]) -> Pair:
    """Lowest and highest finite value; (0, 1) where there is none (a run that diverged at once)."""
    found = [array[np.isfinite(array)] for array in arrays]
    found = [array for array in found if array.size]
    return (float(min(a.min() for a in found)), float(max(a.max() for a in found))) if found else (0.0, 1.0)


def slice_svg(
    record: Record, axis: int, position: float, values: np.ndarray, name: str, scale: Scale, unit: str, title: str, raster: str,
    width: float, velocity: np.ndarray | None = None,
) -> str:  # fmt: skip
    """One slice: raster, arrows, objects, openings, colour bar."""
    across, up = [other for other in range(3) if other != axis]
    columns, rows = record.planes[across], record.planes[up]
    height = 480.0 if width < 500.0 else 530.0
    drawing = Drawing(columns[0], columns[-1], rows[0], rows[-1], width=width, height=height)
    ratio = PIXELS / max(columns[-1] - columns[0], rows[-1] - rows[0])
    shape = (max(int((rows[-1] - rows[0]) * ratio), 8), max(int((columns[-1] - columns[0]) * ratio), 8))
    drawing.image(png_uri(resample(values, rows, columns, shape), scale.low, scale.high, name), raster)
    if velocity is not None:
        draw_arrows(drawing, velocity[..., [across, up]], rows, columns, values, scale)
    draw_objects(drawing, record.geometry, axis, position, (across, up))
    drawing.axes(AXES[across], AXES[up])
    drawing.colour_bar(name, scale.low, scale.high, scale.step, unit)
    low, high = extent([values])
    return drawing.svg(title, f"Values in this plane run from {low:.1f} to {high:.1f} {unit}.")


def draw_objects(
    drawing: Drawing, geometry: dict[str, Any], axis: int, position: float, kept: tuple[int, int], has_labels: bool = True
) -> None:
    """Everything the plane cuts; on a plan also the outlines of floor and ceiling openings."""

    def flat(corner: list[float]) -> Pair:
        return corner[kept[0]], corner[kept[1]]

    for item in [*geometry["obstacles"], *geometry["racks"]]:
        if item["low"][axis] <= position <= item["high"][axis]:
            is_rack = "sign" in item
            low, high = flat(item["low"]), flat(item["high"])
            drawing.box(low, high, "body" if item.get("through") else "solid", item["name"])
            if is_rack and item["axis"] != axis:
                side = kept.index(item["axis"])
                face = high[side] if item["sign"] > 0 else low[side]
                ends = [list(low), list(high)]
                ends[0][side] = ends[1][side] = face
                drawing.line((ends[0][0], ends[0][1]), (ends[1][0], ends[1][1]), "front", f"{item['name']}: front (air intake)")
            if has_labels and item.get("through"):
                _body_label(drawing, low, high, item["name"])
            elif has_labels:
                drawing.label(low, high, item["name"])
    for item in geometry.get("devices", ()):
        if item["low"][axis] <= position <= item["high"][axis]:
            low, high = flat(item["low"]), flat(item["high"])
            drawing.box(low, high, "body", f"{item['kind'].replace('_', ' ')} {item['name']}")
            if has_labels:
                _body_label(drawing, low, high, item["name"])
    for plate in geometry["plates"]:
        if plate["low"][axis] <= position <= plate["high"][axis]:
            kind = "plate porous" if plate["open_fraction"] > 0 else "plate"
            drawing.line(flat(plate["low"]), flat(plate["high"]), kind, plate["name"])
    for opening in geometry["openings"]:
        low, high = flat(opening["low"]), flat(opening["high"])
        tip = opening["name"] if opening["kind"] in opening["name"] else f"{opening['kind']} {opening['name']}"
        if opening["axis"] == axis and axis == 2:
            drawing.box(low, high, f"opening {opening['kind']}", tip)
            if has_labels and (high[0] - low[0]) * drawing.scale > 6.4 * len(tip):
                left, top, width, height = drawing.span(low, high)
                drawing.text(left + 5, top + height - 6, tip, "name halo", 10, "start")
        elif opening["axis"] != axis and opening["low"][axis] <= position <= opening["high"][axis]:
            drawing.line(low, high, f"mouth {opening['kind']}", tip)
            if has_labels:
                _mouth_label(drawing, low, high, opening, kept, tip)


def _body_label(drawing: Drawing, low: Pair, high: Pair, name: str) -> None:
    """The name of a body that air flows through, on the map of that air."""
    if (high[0] - low[0]) * drawing.scale > 6.4 * len(name):
        x, y = 0.5 * (drawing.x(low[0]) + drawing.x(high[0])), 0.5 * (drawing.y(low[1]) + drawing.y(high[1]))
        drawing.text(x, y + 4, name, "name halo", 10)


def _mouth_label(drawing: Drawing, low: Pair, high: Pair, opening: dict[str, Any], kept: tuple[int, int], tip: str) -> None:
    """The name of an opening cut by the plane, just inside the room."""
    x, y = 0.5 * (drawing.x(low[0]) + drawing.x(high[0])), 0.5 * (drawing.y(low[1]) + drawing.y(high[1]))
    if opening["axis"] == kept[1]:
        drawing.text(x, y + (-7 if opening["sign"] > 0 else 14), tip, "name halo", 10)
    else:
        drawing.text(x + (12 if opening["sign"] > 0 else -6), y, tip, "name halo", 10, turn=-90.0)


def draw_arrows(
    drawing: Drawing, plane: np.ndarray, rows: np.ndarray, columns: np.ndarray, speed: np.ndarray, scale: Scale
) -> None:
    """Directions at even places: length grows with the root of the speed, so that slow air is seen too."""
    wide, tall = columns[-1] - columns[0], rows[-1] - rows[0]
    gap = max(wide, tall) / ARROWS
    light: list[str] = []
    dark: list[str] = []
    for y in np.arange(rows[0] + 0.5 * gap, rows[-1], gap):
        j = cell_at(rows, float(y))
        for x in np.arange(columns[0] + 0.5 * gap, columns[-1], gap):
            i = cell_at(columns, float(x))
            u, v = float(plane[j, i, 0]), float(plane[j, i, 1])
            size = float(np.hypot(u, v))
            if not size > 0.01 * scale.high:
                continue
            half = 0.46 * gap * drawing.scale * min((size / scale.high) ** 0.5, 1.0) / size
            px, py, dx, dy = drawing.x(float(x)), drawing.y(float(y)), u * half, -v * half
            tip = (px + dx, py + dy)
            (dark if speed[j, i] > 0.62 * scale.high else light).append(
                f"M{px - dx:.1f} {py - dy:.1f}L{tip[0]:.1f} {tip[1]:.1f}"
                f"M{tip[0] - 0.7 * dx - 0.4 * dy:.1f} {tip[1] - 0.7 * dy + 0.4 * dx:.1f}L{tip[0]:.1f} {tip[1]:.1f}"
                f"L{tip[0] - 0.7 * dx + 0.4 * dy:.1f} {tip[1] - 0.7 * dy - 0.4 * dx:.1f}"
            )
    drawing.path("".join(light), "arrow light")
    drawing.path("".join(dark), "arrow dark")


def _front_picture(record: Record, scale: Scale) -> Picture:
    """Elevations of all rows as seen from their aisle: the temperature of the air that enters each rack, face by face."""
    groups: dict[tuple[str, int, int], list[dict[str, Any]]] = {}
    for rack in record.geometry["racks"]:
        if rack["name"] in record.fronts and rack["axis"] < 2:
            groups.setdefault((rack["row"], rack["axis"], rack["sign"]), []).append(rack)
    limit = CLASSES[record.summary["indices"]["class"]].recommended_high
    drawings = []
    for (row, axis, sign), racks in groups.items():
        across = 1 - axis
        # Who looks at a front that faces +y sees x grow to the left; one that faces +x, y grow to the right.
        flip = (sign > 0) == (axis == 1)
        low = min(rack["low"][across] for rack in racks)
        high = max(rack["high"][across] for rack in racks)
        long = high - low > LONG_ROW
        floor, top = min(rack["low"][2] for rack in racks), max(rack["high"][2] for rack in racks)
        drawing = Drawing(low, high, floor, top, width=860.0 if long else 380.0, height=230.0, flip=flip)
        for rack in racks:
            _front(drawing, rack, record.fronts[rack["name"]], across, scale, limit)
        drawing.axes(AXES[across], "z")
        drawing.colour_bar("temperature", scale.low, scale.high, scale.step, "°C")
        title = f"Row {row}: inlet temperature, seen from the aisle"
        picture = drawing.svg(title, "One field a rack, with its name and its hottest face in °C.")
        drawings.append(f'<div class="row-map{" wide" if long else ""}"><h4>{escape(title)}</h4>{picture}</div>')
    caption = f"The number on a rack is its hottest inlet face in °C; a number in a box lies above the recommended {limit:g} °C."
    return Picture("fronts", "Air that enters the racks", caption, "".join(drawings))


def _front(drawing: Drawing, rack: dict[str, Any], front: Front, across: int, scale: Scale, limit: float) -> None:
    """One rack's inlet map with its name and hottest value."""
    columns, at_column = np.unique(np.round(front.position[:, across], 6), return_inverse=True)
    rows, at_row = np.unique(np.round(front.position[:, 2], 6), return_inverse=True)
    values = np.full((len(rows), len(columns)), np.nan)
    values[at_row, at_column] = front.temperature - ZERO_CELSIUS
    low, high = (rack["low"][across], rack["low"][2]), (rack["high"][across], rack["high"][2])
    shape = (min(4 * len(rows), 160), min(6 * len(columns), 120))
    smooth = resample(values, _edges(rows, low[1], high[1]), _edges(columns, low[0], high[0]), shape)
    uri = png_uri(smooth[:, ::-1] if drawing.flip else smooth, scale.low, scale.high, "temperature")
    drawing.image(uri, f"front-{rack['name']}", low, high)
    drawing.box(low, high, "cabinet", rack["name"])
    left, top, width, height = drawing.span(low, high)
    if not np.isfinite(values).any():
        return
    hottest = float(np.nanmax(values))
    words = f"{hottest:.1f}"
    if width > 0.58 * 10 * len(words):
        if hottest > limit:
            drawing.parts.append(
                f'<rect class="over" x="{left + width / 2 - 14:.1f}" y="{top + height - 18:.1f}" width="28" height="14" rx="2"/>'
            )
        drawing.text(left + width / 2, top + height - 7.5, words, "name over" if hottest > limit else "name halo", 10)
    if width > 0.58 * 11 * len(rack["name"]):
        drawing.text(left + width / 2, top + 14, rack["name"], "name halo", 11)


def _edges(centres: np.ndarray, low: float, high: float) -> np.ndarray:
    """Planes between sorted centres, closed by the ends of the face."""
    middle = 0.5 * (centres[1:] + centres[:-1])
    return np.concatenate([[min(low, centres[0] - 1e-6)], middle, [max(high, centres[-1] + 1e-6)]])


def plan_pictures(records: list[Record]) -> tuple[list[Picture], list[Picture]]:
    """Plans of several halls at one height, for each its temperature and its air speed, on one scale each."""
    height = min(PLAN_HEIGHT, *(0.5 * record.geometry["room"][2] for record in records))
    layers = []
    for record in records:
        index = cell_at(record.planes[2], height)
        layers.append(record.slices([("temperature", 2, index), ("velocity", 2, index)]))
    temperatures = [layer[0] - ZERO_CELSIUS for layer in layers]
    speeds = [np.sqrt((layer[1].astype(np.float64) ** 2).sum(axis=-1)) for layer in layers]
    scale = Scale(*nice_range(*extent(temperatures), smallest=2.0))
    speed_scale = Scale(*nice_range(0.0, extent(speeds)[1], smallest=0.1))
    wide = max(max(record.geometry["room"]) for record in records) > WIDE_HALL
    width = 860.0 if wide else 400.0
    warm, fast = [], []
    for record, (_, velocity), temperature, speed in zip(records, layers, temperatures, speeds, strict=True):
        title = f"plan at z\u00a0=\u00a0{height:.2f}\u00a0m"
        svg = slice_svg(record, 2, height, temperature, "temperature", scale, "°C", f"Temperature, {title}", "", width)
        warm.append(Picture("plan-temperature", title, "", svg, (2, height), wide))
        svg = slice_svg(record, 2, height, speed, "speed", speed_scale, "m/s", f"Air speed, {title}", "", width, velocity)
        fast.append(Picture("plan-speed", title, "", svg, (2, height), wide))
    return warm, fast


def front_pictures(records: list[Record]) -> list[Picture]:
    """The rack fronts of several halls on one scale; an empty picture for a hall without racks."""
    found = [front.temperature - ZERO_CELSIUS for record in records for front in record.fronts.values()]
    scale = Scale(*nice_range(*extent(found), smallest=5.0))
    return [_front_picture(record, scale) for record in records]
