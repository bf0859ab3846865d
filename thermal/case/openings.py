"""Supplies and returns into openings: surfaces, patches, flows."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from thermal.case import model
from thermal.case.fields import tidy
from thermal.case.lines import Path
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.case.objects import Return, Supply, Wall
from thermal.errors import quote

# surface of the room -> axis, whether at its high end, sign of the inward normal
ROOM_SURFACES = {
    "floor": (2, False, 1),
    "ceiling": (2, True, -1),
    "x-": (0, False, 1),
    "x+": (0, True, -1),
    "y-": (1, False, 1),
    "y+": (1, True, -1),
}
# face of an obstacle -> axis, whether at its high end; the air lies outside
OBSTACLE_FACES = {"x-": (0, False), "x+": (0, True), "y-": (1, False), "y+": (1, True), "bottom": (2, False), "top": (2, True)}
AXES = "xyz"


@dataclass(frozen=True)
class Surface:
    """A plane with borders on which a patch may lie."""

    axis: int
    sign: int  # of the normal into the air
    box: model.Box  # thin in axis
    text: str  # for messages


def find_surface(tables: Tables, path: Path, on: str, room: model.Point, obstacles: dict[str, model.Box]) -> Surface | None:
    """The surface that `on` names; None with a mistake noted when there is none."""
    name, dot, face = on.rpartition(".")
    plenums = find_plenums(tables, room)
    if on in ROOM_SURFACES:
        axis, is_high, sign = ROOM_SURFACES[on]
        box, text = model.Box((0.0, 0.0, 0.0), room), f"the {on}" if axis == 2 else f"the wall {on}"
    elif dot and name in plenums and face in OBSTACLE_FACES:
        axis, is_high = OBSTACLE_FACES[face]
        sign = -1 if is_high else 1
        box, text = plenums[name], f"surface {face} of the {name.replace('_', ' ')}"
    elif dot and name in obstacles and face in OBSTACLE_FACES:
        axis, is_high = OBSTACLE_FACES[face]
        sign = 1 if is_high else -1
        box, text = obstacles[name], f"face {face} of obstacle {name}"
    elif dot and name in tables.broken["obstacle"]:
        return None
    else:
        accepted = ", ".join([*ROOM_SURFACES, *(f"{plenum}.FACE" for plenum in plenums)])
        if obstacles:
            accepted += f"; NAME.FACE of an obstacle ({listed(obstacles)}) with FACE {', '.join(OBSTACLE_FACES)}"
        tables.report((*path, "on"), f"no surface {quote(on)}", accepted, nearest(on, ROOM_SURFACES))
        return None
    low, high = list(box.low), list(box.high)
    low[axis] = high[axis] = box.high[axis] if is_high else box.low[axis]
    return Surface(axis, sign, model.Box((low[0], low[1], low[2]), (high[0], high[1], high[2])), text)


def find_plenums(tables: Tables, room: model.Point) -> dict[str, model.Box]:
    """The boxes of air under the raised floor and over the false ceiling, where the case has them."""
    boxes = {}
    floor, ceiling = tables.single.get("raised_floor"), tables.single.get("ceiling_plenum")
    if floor is not None and floor.height is not None:
        boxes["raised_floor"] = model.Box((0.0, 0.0, -tidy(floor.height)), (room[0], room[1], 0.0))
    if ceiling is not None and ceiling.height is not None:
        top = tidy(room[2] + ceiling.height)
        boxes["ceiling_plenum"] = model.Box((0.0, 0.0, room[2]), (room[0], room[1], top))
    return boxes


def find_patch(
    tables: Tables, path: Path, table: Supply | Return | Wall, surface: Surface, label: str = "opening"
) -> model.Box | None:
    """The patch in the surface, whole if no corners are given; None with the mistakes noted."""
    low, high = list(surface.box.low), list(surface.box.high)
    plane = [axis for axis in range(3) if axis != surface.axis]
    fits = True
    for number, axis in enumerate(plane):
        if table.start is not None:
            low[axis] = tidy(table.start[number])
        if table.to is not None:
            high[axis] = tidy(table.to[number])
        border = f"{surface.box.low[axis]:g} m to {surface.box.high[axis]:g} m in {AXES[axis]}"
        if low[axis] >= high[axis]:
            key = "to" if table.to is not None else "from"
            tables.report(
                (*path, key), f"{label} {table.name} has no extent in {AXES[axis]}: {low[axis]:g} m to {high[axis]:g} m", border
            )
            fits = False
        elif low[axis] < surface.box.low[axis] - 1e-9 or high[axis] > surface.box.high[axis] + 1e-9:
            key = "from" if low[axis] < surface.box.low[axis] - 1e-9 else "to"
            what = f"{label} {table.name}, {low[axis]:g} m to {high[axis]:g} m in {AXES[axis]}, lies outside {surface.text}"
            tables.report((*path, key), what, border)
            fits = False
    return model.Box((low[0], low[1], low[2]), (high[0], high[1], high[2])) if fits else None


def patch_area(box: model.Box, axis: int) -> float:
    """Area of a patch in m2."""
    return prod(box.high[a] - box.low[a] for a in range(3) if a != axis)


def build_openings(
    tables: Tables, room: model.Point | None, obstacles: dict[str, model.Box], rack_flow: float | None, initial_temperature: float
) -> list[model.Opening]:
    """Supplies, then returns.

    obstacles             boxes by name, for openings on their faces
    rack_flow             m3/s, of all racks together; None when a rack is wrong (flow_ratio cannot be told then)
    initial_temperature   K, of air that flows back through a return
    """
    placed: list[tuple[Path, Supply | Return, Surface, model.Box]] = []
    for key in ("supply", "return"):
        for path, table in tables.lists[key]:
            _check_flow(tables, path, table)
            surface = find_surface(tables, path, table.on, room, obstacles) if room else None
            box = find_patch(tables, path, table, surface) if surface else None
            if surface is None or box is None:
                tables.broken[key].add(table.name)
            else:
                placed.append((path, table, surface, box))
    shared = sum(
        patch_area(box, surface.axis) for _, table, surface, box in placed if isinstance(table, Supply) and table.flow_ratio
    )
    return [
        _opening(tables, path, table, surface, box, rack_flow, shared, initial_temperature)
        for path, table, surface, box in placed
    ]


def _check_flow(tables: Tables, path: Path, table: Supply | Return) -> None:
    """A supply states its flow or pressure once; a return at most once."""
    keys = (
        ["flow", "flow_ratio", "flow_per_area", "pressure"]
        if isinstance(table, Supply)
        else ["flow", "flow_per_area", "pressure"]
    )
    given = [key for key in keys if getattr(table, key) is not None]
    if len(given) > 1:
        key, fix = tables.clash(path, given)
        tables.report((*path, key), f"{' and '.join(given)} together", f"one of {', '.join(keys)}", fix)
    elif not given and isinstance(table, Supply):
        tables.report(path, f"supply {table.name} has no flow", f"one of {', '.join(keys)}")
    if table.loss_coefficient and given and given != ["pressure"]:
        tables.report((*path, "loss_coefficient"), "a loss changes nothing at a fixed flow", "only with pressure", "leave it out")
    if (
        isinstance(table, Supply)
        and table.flow_ratio is not None
        and not (tables.lists["rack_row"] or tables.lists["rack_table"])
        and tables.is_whole("rack_row", "rack_table")
    ):
        tables.report((*path, "flow_ratio"), "a part of the racks' flow, but there are no racks", "flow, flow_per_area, pressure")


def _opening(
    tables: Tables, path: Path, table: Supply | Return, surface: Surface, box: model.Box, rack_flow: float | None, shared: float,
    initial_temperature: float,
) -> model.Opening:  # fmt: skip
    area = patch_area(box, surface.axis)
    flow = table.flow
    if table.flow_per_area is not None:
        flow = table.flow_per_area * area
    if isinstance(table, Supply) and table.flow_ratio is not None:
        flow = table.flow_ratio * (rack_flow or 0.0) * area / shared
    temperature = table.temperature if table.temperature is not None else initial_temperature
    return model.Opening(
        name=table.name, kind="supply" if isinstance(table, Supply) else "return", box=box, axis=surface.axis, sign=surface.sign,
        flow=flow, temperature=temperature, pressure=table.pressure or 0.0, loss_coefficient=table.loss_coefficient,
        open_fraction=table.open_fraction, turbulence_intensity=table.turbulence_intensity,
        turbulence_length=table.turbulence_length, source=tables.source(path),
    )  # fmt: skip
