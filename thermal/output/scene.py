"""The hall in three dimensions: what report/scene.js draws with WebGL, as plain numbers.

The page draws the scene itself, so it needs neither a visualisation library nor OpenGL where the report is made. The
pictures' own rasters serve as textures of slices and rack fronts; they are in the page once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.output.colour import hex_colour
from thermal.output.pictures import Picture, inlet_scale
from thermal.output.record import Record
from thermal.units import ZERO_CELSIUS

FLAT = {"tile": "supply", "grille": "return", "cutout": "supply", "mouth": "return"}  # pieces of slabs, drawn like openings
MOST_FRONT_TEXTURES = 400  # more racks are coloured as a whole: one texture each would take seconds to load


def scene(record: Record, pictures: list[Picture]) -> dict[str, Any]:
    """Boxes, faces and slices of the hall with their colours, as JSON values.

    Returns    room (m); low and high, corners of all air; boxes [{name, words, low, high, colour, front}], where front is
               {axis, sign, flip, raster} of a rack;
               faces (openings) and sheets (plates) [{name, low, high, kind}]; slices [{key, axis, position}];
               scale {low, high, colours}
    """
    scale = inlet_scale(record)
    geometry = record.geometry
    boxes = [_keys(item, "name", "low", "high") | {"words": f"obstacle {item['name']}"} for item in geometry["obstacles"]]
    boxes += [_rack(rack, record, scale.low, scale.high) for rack in geometry["racks"]]
    boxes += [
        _keys(item, "name", "low", "high") | {"words": f"{item['kind'].replace('_', ' ')} {item['name']}"}
        for item in geometry.get("devices", ())
    ]
    flat = [plate for plate in geometry["plates"] if plate.get("kind") in FLAT]
    upright = [plate for plate in geometry["plates"] if plate.get("kind", "sheet") in ("sheet", "door")]
    slices = [
        {"key": picture.key.removesuffix("-temperature"), "axis": picture.plane[0], "position": picture.plane[1]}
        for picture in pictures
        if picture.plane is not None and picture.key.endswith("-temperature")
    ]
    return {
        "room": geometry["room"],
        "low": [float(planes[0]) for planes in record.planes],
        "high": [float(planes[-1]) for planes in record.planes],
        "boxes": boxes,
        "faces": [_keys(opening, "name", "kind", "axis", "low", "high") for opening in geometry["openings"]]
        + [_keys(piece, "name", "low", "high") | {"kind": FLAT[piece["kind"]], "axis": 2} for piece in flat],
        "sheets": [_keys(plate, "name", "low", "high") | {"open": plate["open_fraction"]} for plate in upright],
        "slices": slices,
        "scale": {"low": scale.low, "high": scale.high, "colours": [hex_colour("temperature", n / 8) for n in range(9)]},
    }


def _keys(item: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: item[key] for key in keys}


def _rack(rack: dict[str, Any], record: Record, low: float, high: float) -> dict[str, Any]:
    """A rack coloured by the hottest air that enters it."""
    front = record.fronts.get(rack["name"])
    box: dict[str, Any] = {"name": rack["name"], "words": rack["name"], "low": rack["low"], "high": rack["high"]}
    if front is None or not np.isfinite(front.temperature).any():
        return box
    hottest = float(np.nanmax(front.temperature)) - ZERO_CELSIUS
    mean = float(np.average(front.temperature, weights=front.area)) - ZERO_CELSIUS
    box["words"] = f"{rack['name']}: {rack['power'] / 1e3:g} kW, inlet mean {mean:.1f} °C, hottest {hottest:.1f} °C"
    box["colour"] = hex_colour("temperature", (hottest - low) / (high - low))
    textured = len(record.fronts) <= MOST_FRONT_TEXTURES and rack["axis"] < 2
    box["front"] = {
        "axis": rack["axis"],
        "sign": rack["sign"],
        "flip": (rack["sign"] > 0) == (rack["axis"] == 1),
        "raster": f"front-{rack['name']}" if textured else None,
    }
    return box
