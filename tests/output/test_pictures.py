"""Rasters, scales and drawings."""

from __future__ import annotations

import base64
import struct
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path

import numpy as np
import pytest

from thermal.output.colour import ANCHORS, hex_colour, nice_range, palette
from thermal.output.convergence import convergence
from thermal.output.pictures import pictures
from thermal.output.raster import png_uri, resample
from thermal.output.record import read
from thermal.output.scene import scene


def decode(uri: str) -> np.ndarray:
    """Palette indices of a PNG of ours."""
    data = base64.b64decode(uri.split(",", 1)[1])
    place, body, size = 8, b"", (0, 0)
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        chunk = data[place + 8 : place + 8 + length]
        assert zlib.crc32(kind + chunk) == struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0]
        size = struct.unpack(">II", chunk[:8]) if kind == b"IHDR" else size
        body += chunk if kind == b"IDAT" else b""
        place += 12 + length
    return np.frombuffer(zlib.decompress(body), dtype=np.uint8).reshape(size[1], size[0] + 1)[:, 1:]


def test_resample_is_exact_for_a_linear_field_on_uneven_planes() -> None:
    rows, columns = np.array([0.0, 0.1, 0.3, 0.7, 1.0]), np.array([0.0, 0.5, 0.6, 1.0, 1.2, 2.0])
    row_centres, column_centres = 0.5 * (rows[1:] + rows[:-1]), 0.5 * (columns[1:] + columns[:-1])
    values = 2.0 * row_centres[:, None] - 3.0 * column_centres[None, :]
    fine = resample(values, rows, columns, (50, 100))
    y, x = (np.arange(50) + 0.5) / 50, (np.arange(100) + 0.5) / 50
    inner = np.ix_((y > row_centres[0]) & (y < row_centres[-1]), (x > column_centres[0]) & (x < column_centres[-1]))
    np.testing.assert_allclose(fine[inner], (2.0 * y[:, None] - 3.0 * x[None, :])[inner], atol=1e-12)


def test_solids_neither_show_nor_bleed() -> None:
    values = np.full((4, 4), 20.0)
    values[1:3, 1:3] = np.nan
    planes = np.arange(5.0)
    fine = resample(values, planes, planes, (40, 40))
    assert np.isnan(fine[10:30, 10:30]).all()
    np.testing.assert_allclose(fine[np.isfinite(fine)], 20.0, rtol=1e-14)
    assert np.isfinite(fine).sum() == 1200


def test_one_cell() -> None:
    assert (resample(np.array([[3.0]]), np.array([0.0, 1.0]), np.array([0.0, 1.0]), (3, 3)) == 3.0).all()


def test_png_holds_the_values_bottom_row_last() -> None:
    pixels = decode(png_uri(np.array([[0.0, 1.0, np.nan], [2.0, -5.0, 0.5]]), 0.0, 1.0, "temperature"))
    np.testing.assert_array_equal(pixels, [[255, 1, 128], [1, 255, 0]])


@pytest.mark.parametrize("name", sorted(ANCHORS))
def test_lightness_rises_along_a_map(name: str) -> None:
    linear = (palette(name).astype(float) / 255.0) ** 2.2
    lightness = linear @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness) > -2e-3).all() and lightness[-1] > 0.6 > 0.1 > lightness[0]
    assert hex_colour(name, -1.0) == hex_colour(name, 0.0) != hex_colour(name, 2.0)


@pytest.mark.parametrize(("low", "high"), [(20.1, 33.3), (0.0, 0.0), (-3.0, 900.0), (21.0, 21.01), (float("nan"), 1.0)])
def test_nice_range_holds_both_ends(low: float, high: float) -> None:
    start, end, step = nice_range(low, high, 2.0)
    assert end - start >= 2.0 and 2 <= round((end - start) / step) <= 12
    if low == low:
        assert start <= low + 0.021 * step and end >= high - 0.021 * step


def test_every_drawing_is_whole_xml_with_a_name(folder: Path) -> None:
    record = read(folder)
    made = [*pictures(record), *convergence(record.history)]
    assert [picture.key for picture in made] == [
        *("plan-temperature", "plan-speed", "section-temperature", "section-speed", "aisle-temperature"),
        *("fronts", "residuals", "inlets"),
    ]
    for picture in made:
        root = ElementTree.fromstring(f"<div>{picture.svg}</div>")
        for svg in root.iter("svg"):
            assert svg.get("role") == "img" and svg.find("title") is not None
    plan = made[0].svg
    assert ">A1</text>" in plan and 'class="solid"' in plan and 'class="front"' in plan and "opening supply" in plan


def test_front_seen_from_the_aisle(folder: Path) -> None:
    """A1 and A2 face -y: who looks at them sees x grow to the right."""
    fronts = next(picture for picture in pictures(read(folder)) if picture.key == "fronts").svg
    place = {name: float(fronts.split(f'data-raster="front-{name}" x="')[1].split('"')[0]) for name in ("A1", "A2")}
    assert place["A1"] < place["A2"]


def test_scene_colours_the_racks(folder: Path) -> None:
    record = read(folder)
    made = scene(record, pictures(record))
    racks = [box for box in made["boxes"] if "front" in box]
    assert [rack["name"] for rack in racks] == ["A1", "A2"]
    assert all(rack["colour"].startswith("#") and "inlet mean" in rack["words"] for rack in racks)
    assert [one["key"] for one in made["slices"]] == ["plan", "section", "aisle"]
    assert {face["kind"] for face in made["faces"]} == {"supply", "return"}


def test_convergence_of_short_and_odd_histories() -> None:
    assert convergence([]) == [] and convergence([{"iteration": 1.0, "mass": 1.0}]) == []
    rows = [{"iteration": float(n), "mass": None if n % 2 else 0.0, "inlet.A1": 293.15 + n} for n in range(5)]
    assert [picture.key for picture in convergence(rows)] == ["inlets"]
    many = [{"iteration": float(n), **{f"inlet.R{m}": 293.0 + m for m in range(200)}} for n in range(3)]
    assert "of 200 racks" in convergence(many)[0].caption
