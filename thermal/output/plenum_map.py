"""The pressure map of a plenum: a plan at the middle of its height, with its tiles or grilles and what each lets through."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.output.colour import nice_range
from thermal.output.drawing import Drawing
from thermal.output.pictures import PIXELS, Picture, Scale, cell_at, draw_arrows, draw_objects, extent
from thermal.output.raster import png_uri, resample
from thermal.output.record import Record

TITLES = {"raised_floor": "Under the floor", "ceiling_plenum": "Over the ceiling"}


def plenum_maps(record: Record) -> list[Picture]:
    """One picture for each plenum of a record."""
    depth, height = (float(record.geometry.get(key) or 0.0) for key in ("under_floor", "over_ceiling"))
    room = record.geometry["room"]
    middles = {"raised_floor": -0.5 * depth, "ceiling_plenum": room[2] + 0.5 * height}
    made = []
    for row in record.summary.get("plenums") or []:
        made.append(_map(record, row, middles[row["name"]]))
    return made


def _map(record: Record, row: dict[str, Any], position: float) -> Picture:
    index = cell_at(record.planes[2], position)
    pressure, velocity = record.slices([("pressure", 2, index), ("velocity", 2, index)])
    values = pressure.astype(np.float64) - float(row["room_pressure_Pa"] or 0.0)
    scale = Scale(*nice_range(*extent([values]), smallest=0.5))
    columns, rows = record.planes[0], record.planes[1]
    drawing = Drawing(columns[0], columns[-1], rows[0], rows[-1], width=860.0, height=530.0)
    ratio = PIXELS / max(columns[-1] - columns[0], rows[-1] - rows[0])
    shape = (max(int((rows[-1] - rows[0]) * ratio), 8), max(int((columns[-1] - columns[0]) * ratio), 8))
    drawing.image(png_uri(resample(values, rows, columns, shape), scale.low, scale.high, "speed"))
    speed = np.sqrt((velocity.astype(np.float64)[..., :2] ** 2).sum(axis=-1))
    fastest = Scale(*nice_range(0.0, extent([speed])[1], smallest=0.1))
    draw_arrows(drawing, velocity, rows, columns, speed, fastest)
    draw_objects(drawing, record.geometry, 2, position, (0, 1))
    level = 0.0 if row["name"] == "raised_floor" else record.geometry["room"][2]
    for path in record.summary.get("air_paths") or []:
        if path["on"] == "z" and path["kind"] != "leak" and abs(path["low_m"][2] - level) < 1e-6:
            low, high = (path["low_m"][0], path["low_m"][1]), (path["high_m"][0], path["high_m"][1])
            words = f"{1e3 * path['flow_m3_s']:.0f}" if isinstance(path["flow_m3_s"], int | float) else ""
            drawing.box(low, high, "opening supply", f"{path['kind']} {path['name']}: {words} L/s")
            drawing.label(low, high, words, "name halo")
    drawing.axes("x", "y")
    drawing.colour_bar("speed", scale.low, scale.high, scale.step, "Pa")
    title = f"{TITLES[row['name']]}: static pressure (z = {position:.2f} m)"
    low_value, high_value = extent([values])
    words = f"Values in this plane run from {low_value:.1f} to {high_value:.1f} Pa above the room's mean."
    caption = (
        "Static pressure above the room's mean; arrows show the direction of the air. Dashed: tiles, grilles and cut-outs "
        "with their flow in L/s."
    )
    return Picture(row["name"], title, caption, drawing.svg(title, words), None, True)
