"""From a case to its grid: every face of every object becomes a break point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from meshes import OPENING, SOLID, BreakPoint, Grid, GridError, build_grid, check_memory, refine_grid
from thermal.case.model import Box, Case, Point
from thermal.errors import CaseError, CaseErrors


def make_grid(case: Case, precision: str = "single", available: float | None = None) -> Grid:
    """The grid of a case at its [mesh] cell size.

    precision   of the run, "single" or "double": a grid that cannot fit into memory is refused
    available   bytes; default: what this machine has
    Raises      CaseErrors for sizes no grid can have, or a grid too large
    """
    return similar_grids(case, (1,), precision, available)[0]


def similar_grids(case: Case, parts: Sequence[int], precision: str = "single", available: float | None = None) -> list[Grid]:
    """Geometrically similar grids of a case, coarsest first; the last has about the case's [mesh] cell size.

    parts   rising; the cells of one coarse grid are cut into so many along each axis. Between its break points every grid has a
            multiple of these, so the last one may differ a little from `make_grid`'s; objects have the same planes on all of them
    Raises  as make_grid, before any of them but the coarse one is made
    """
    zones = [(zone.box.low, zone.box.high, zone.cell) for zone in case.mesh.refinements]
    try:
        joined = case.flow.periodic
        base = _from_low_corner(case, zones, parts[-1], joined)
        check_memory(base, precision, available, parts[-1])
    except GridError as error:
        where = f"{case.path.name}  mesh" if case.path else "mesh"
        raise CaseErrors([CaseError(where, str(error), fix="give a larger [mesh] cell or coarser refinements")]) from None
    return [refine_grid(base, count) if count > 1 else base for count in parts]


def _from_low_corner(case: Case, zones: Sequence[tuple[Point, Point, float]], widening: int, joined: Sequence[int]) -> Grid:
    """The grid of a case. `build_grid` begins at zero: with a plenum under the floor all heights are shifted there and back."""
    points, size, depth = break_points(case), case.high, case.under_floor
    if depth:
        size = (size[0], size[1], size[2] + depth)
        points = (points[0], points[1], [replace(point, position=point.position + depth) for point in points[2]])
        zones = [((*low[:2], low[2] + depth), (*high[:2], high[2] + depth), cell) for low, high, cell in zones]
    grid = build_grid(size, points, case.mesh.cell, zones, case.mesh.stretching, widening, joined)
    return replace(grid, z=grid.z - depth) if depth else grid


def break_points(case: Case) -> tuple[list[BreakPoint], list[BreakPoint], list[BreakPoint]]:
    """Wanted planes along x, y, z. Racks and openings outrank obstacles and plates: air flow and power hang on their areas."""
    boxes: list[tuple[Box, int]] = [(rack.box, OPENING) for rack in case.racks]
    boxes += [(opening.box, OPENING) for opening in case.openings]
    boxes += [(body.box, OPENING) for body in case.bodies]
    boxes += [(part.box, SOLID) for body in case.bodies for part in body.parts if len(body.parts) > 1 or body.chamber]
    boxes += [(obstacle.box, SOLID) for obstacle in case.obstacles]
    boxes += [(plate.box, SOLID) for plate in case.plates]
    boxes += [(zone.box, SOLID) for zone in case.zones]
    boxes += [(wall.box, SOLID) for wall in case.walls]
    points: tuple[list[BreakPoint], list[BreakPoint], list[BreakPoint]] = ([], [], [])
    for box, priority in boxes:
        for axis in range(3):
            for position in sorted({box.low[axis], box.high[axis]}):
                points[axis].append(BreakPoint(position, priority))
    return points
