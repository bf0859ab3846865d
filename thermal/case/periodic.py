"""Rooms that repeat themselves along an axis: what drives their air, and what cannot be told of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thermal.case import model
from thermal.case.load import Tables

AXES = "xyz"
Streams = tuple[tuple[int, ...], model.Point, model.Point | None]
STILL = (0.0, 0.0, 0.0)


def read_streams(tables: Tables, table: Any) -> Streams:
    """Periodic axes, body force (m/s2) and bulk velocity (m/s, None without one) of [flow]; mistakes are noted."""
    axes = tuple(sorted({AXES.index(name) for name in table.periodic}))
    force, bulk = table.body_force, table.bulk_velocity
    if force is not None and bulk is not None:
        what = "body_force and bulk_velocity together"
        tables.report(("flow", "bulk_velocity"), what, "one of them: the force of a bulk velocity is an outcome")
    for key, vector in (("body_force", force), ("bulk_velocity", bulk)):
        stray = [AXES[axis] for axis in range(3) if vector is not None and vector[axis] != 0.0 and axis not in axes]
        if stray:
            fix = "periodic = [" + ", ".join(f'"{name}"' for name in AXES if name in stray or AXES.index(name) in axes) + "]"
            tables.report(("flow", key), f"{key} along {' and '.join(stray)}, which is not periodic", "periodic axes", fix)
    if bulk is not None and sum(speed != 0.0 for speed in bulk) != 1:
        tables.report(("flow", "bulk_velocity"), "bulk_velocity is not along one axis", 'such as ["1 m/s", "0 m/s", "0 m/s"]')
    if 2 in axes and table.buoyancy:
        what = "warm air would rise for ever in a room that repeats itself along z"
        tables.report(("flow", "periodic"), what, 'periodic in "x" and "y"', "or buoyancy = false")
    if table.temperature_gradient != 0.0 and bulk is None:
        what = "a temperature gradient along a stream, but no bulk_velocity"
        tables.report(("flow", "temperature_gradient"), what, "with bulk_velocity", "leave it out")
    return axes, _point(force) or STILL, _point(bulk)


def check_streams(
    tables: Tables, flow: model.Flow | None, openings: Sequence[model.Opening], walls: Sequence[model.Wall],
    room: model.Point | None, surfaces: int,
) -> None:  # fmt: skip
    """Note openings and walls on joined ends, a gradient that no wall holds, and a room in which nothing has a surface.

    surfaces   number of racks, obstacles and sheets
    """
    if flow is None or room is None or not flow.periodic:
        return
    for key, things in (("supply", openings), ("return", openings), ("wall", walls)):
        for path, table in tables.lists[key]:
            for thing in things:
                is_end = thing.axis in flow.periodic and thing.box.low[thing.axis] in (0.0, room[thing.axis])
                if thing.source == tables.source(path) and is_end:
                    what = f"{key} {table.name} lies on an end that is joined to the other: {AXES[thing.axis]} is periodic"
                    tables.report((*path, "on"), what, "surfaces across the other axes")
    if flow.temperature_gradient and not any(wall.temperature is not None for wall in walls) and tables.is_whole("wall"):
        what = "a temperature gradient, but no wall with a temperature to follow it"
        tables.report(("flow", "temperature_gradient"), what, "a [[wall]] with a temperature", "leave it out")
    if len(flow.periodic) == 3 and not surfaces:
        tables.report(
            ("flow", "periodic"), "a room without any surface: nothing slows its air", "at most two axes, or an obstacle"
        )


def _point(vector: Sequence[float] | None) -> model.Point | None:
    return (vector[0], vector[1], vector[2]) if vector is not None else None
