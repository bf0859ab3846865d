"""The hall in motion: slices of the temperature at the record times, as a strip for paper and as a film that a script turns.

Every frame is a small PNG on one colour scale; the objects are drawn once. Nothing is fetched and no library is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thermal.output.colour import nice_range
from thermal.output.drawing import Drawing
from thermal.output.pictures import AXES, Scale, cell_at, draw_objects, extent, slice_planes, slice_svg
from thermal.output.raster import png_uri, resample
from thermal.output.record import Record
from thermal.output.steps import STEPS, StepsFile, has_steps
from thermal.units import ZERO_CELSIUS

MOST_FRAMES = 48  # of a film; more records are thinned
STILLS = 6  # of a strip
PIXELS = 320  # of the longer side of a frame


@dataclass(frozen=True)
class Film:
    """One slice in time. `svg` shows the first frame in an image marked data-raster="film-KEY"; `frames` are PNGs of all,
    `times` theirs in s; `strip` are (time in s, svg) of some."""

    key: str
    title: str
    svg: str
    times: list[float]
    frames: list[str]
    strip: list[tuple[float, str]]


def films(record: Record) -> list[Film]:
    """A film of each slice of a record in time: plan, section, aisle (thermal/output/pictures.py); none of a steady record."""
    if "time" not in record.summary or not has_steps(record.path):
        return []
    made = []
    with StepsFile(record.path / STEPS).open() as file:
        if file.record != record.summary["record"] or len(file.times) < 2:
            return []
        chosen = np.unique(np.linspace(0, len(file.times) - 1, min(len(file.times), MOST_FRAMES)).round().astype(int))
        times = [float(file.times[n]) for n in chosen]
        planes = slice_planes(record)[:2]
        layers = [
            [file.slice(int(n), "temperature", axis, cell_at(record.planes[axis], position)) - ZERO_CELSIUS for n in chosen]
            for _, axis, position, _ in planes
        ]
    scale = Scale(*nice_range(*extent([layer for one in layers for layer in one]), smallest=2.0))
    for (key, axis, position, words), frames in zip(planes, layers, strict=True):
        title = f"Temperature, {words} ({AXES[axis]}\u00a0=\u00a0{position:.2f}\u00a0m)"
        svg = slice_svg(record, axis, position, frames[0], "temperature", scale, "°C", title, f"film-{key}", 860.0)
        pictures = [_frame(record, axis, frame, scale) for frame in frames]
        stills = np.unique(np.linspace(0, len(frames) - 1, min(len(frames), STILLS)).round().astype(int))
        strip = [(times[n], _still(record, axis, position, pictures[n])) for n in stills]
        made.append(Film(key, title, svg, times, pictures, strip))
    return made


def _frame(record: Record, axis: int, values: np.ndarray, scale: Scale) -> str:
    columns, rows = (record.planes[other] for other in range(3) if other != axis)
    ratio = PIXELS / max(columns[-1] - columns[0], rows[-1] - rows[0])
    shape = (max(int((rows[-1] - rows[0]) * ratio), 8), max(int((columns[-1] - columns[0]) * ratio), 8))
    return png_uri(resample(values, rows, columns, shape), scale.low, scale.high, "temperature")


def _still(record: Record, axis: int, position: float, frame: str) -> str:
    across, up = [other for other in range(3) if other != axis]
    columns, rows = record.planes[across], record.planes[up]
    drawing = Drawing(columns[0], columns[-1], rows[0], rows[-1], width=260.0, height=220.0)
    drawing.image(frame)
    draw_objects(drawing, record.geometry, axis, position, (across, up), has_labels=False)
    return drawing.svg("Temperature", "")
