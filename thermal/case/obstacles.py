"""Obstacles from tables to the model: boxes and sheets, cylinders, bodies of STL files, and what they are made of."""

from __future__ import annotations

from pathlib import Path as FilePath

import numpy as np

from thermal.case import aisle, model
from thermal.case.lines import Path
from thermal.case.load import Tables
from thermal.case.objects import Obstacle
from thermal.case.rows import tidy
from thermal.case.stl import StlError, read_stl
from thermal.errors import quote

AXES = "xyz"


def build_obstacles(
    tables: Tables, folder: FilePath | None
) -> tuple[list[model.Obstacle], list[model.Plate], dict[str, model.Box]]:
    """Solid obstacles, thin ones as closed sheets, and the boxes of those that are boxes by name, for openings on their faces.

    folder   of the case, for STL files; None for a case that is no file
    """
    solids, sheets = [], []
    for path, table in tables.lists["obstacle"]:
        source = tables.source(path)
        shape = _stl(tables, path, table, folder) if table.stl is not None else _box(tables, path, table)
        if shape is None:
            tables.broken["obstacle"].add(table.name)
            continue
        box, body = shape
        if box.thin_axis is None:
            solids.append(
                model.Obstacle(
                    name=table.name, box=box, power=table.power, source=source, body=body, material=_material(table)
                )
            )  # fmt: skip
        elif table.power > 0.0:
            tables.report((*path, "power"), f"obstacle {table.name} is a sheet and cannot give heat", "a box with a volume")
        elif table.conductivity is not None:
            tables.report((*path, "conductivity"), f"obstacle {table.name} is a sheet and cannot conduct", "a box with a volume")
        else:
            sheets.append(model.Plate(name=table.name, box=box, source=source))
    return solids, sheets, {solid.name: solid.box for solid in solids if solid.body is None}


def _material(table: Obstacle) -> model.Material | None:
    if table.conductivity is None:
        return None
    return model.Material(table.conductivity, table.density, table.heat_capacity)


def _box(tables: Tables, path: Path, table: Obstacle) -> tuple[model.Box, model.Shape | None] | None:
    for key in ("scale", "at"):
        if getattr(table, key) is not None:
            tables.report((*path, key), f"{key} belongs to an stl, and obstacle {table.name} has none", "", "leave it out")
    box = aisle.corners(tables, path, f"obstacle {table.name}", table.start, table.to)
    if box is None or table.round is None:
        return None if box is None else (box, None)
    axis = AXES.index(table.round)
    first, second = (a for a in range(3) if a != axis)
    wide, deep = box.high[first] - box.low[first], box.high[second] - box.low[second]
    if box.thin_axis is not None or abs(wide - deep) > 1e-6:
        what = f"obstacle {table.name} round about {table.round} is {wide:g} m by {deep:g} m across"
        tables.report((*path, "round"), what, "a box with a volume, as wide as deep: its diameter")
        return None
    centre = (0.5 * (box.low[first] + box.high[first]), 0.5 * (box.low[second] + box.high[second]))
    return box, model.Cylinder(axis, centre, 0.5 * wide)


def _stl(tables: Tables, path: Path, table: Obstacle, folder: FilePath | None) -> tuple[model.Box, model.Shape | None] | None:
    misplaced = [key for key, value in (("from", table.start), ("to", table.to), ("round", table.round)) if value is not None]
    if misplaced:
        what = f"{misplaced[0]} beside the stl of obstacle {table.name}, which has its own shape"
        tables.report((*path, misplaced[0]), what, "scale, at", "leave it out")
        return None
    if folder is None:
        tables.report((*path, "stl"), "an STL file beside a case that is no file", "a case in a folder")
        return None
    try:
        triangles = read_stl(folder, table.stl or "")
    except StlError as error:
        tables.report(
            (*path, "stl"), f"{quote(table.stl)} {error}", "a closed surface, binary or ASCII STL, in the case's folder"
        )
        return None
    scale, at = table.scale if table.scale is not None else 1.0, np.array(table.at if table.at is not None else [0.0] * 3)
    placed = scale * triangles + at
    low, high = placed.min((0, 1)), placed.max((0, 1))
    if (high - low).max() > 1e4 or np.abs(placed).max() > 1e4:
        tables.report((*path, "scale"), f"obstacle {table.name} would be {(high - low).max():.3g} m long", "up to 10000 m")
        return None
    corners = [tuple(tidy(float(x)) for x in corner) for corner in (low, high)]
    return model.Box(corners[0], corners[1]), model.Surface(placed)  # type: ignore[arg-type]
