"""Rectilinear grids: planes, boxes snapped to them, connected regions, quality. Knows boxes and cells, not fluids."""

from __future__ import annotations

from meshes.axis import OPENING, REFINEMENT, SOLID, WALL, BreakPoint, GridError
from meshes.grid import Grid, build_grid, coarsen_grid, refine_grid
from meshes.quality import available_memory, check_memory, measure_quality, memory_estimate
from meshes.regions import IndexBox, SnapRow, label_regions, snap_box

__all__ = [
    "OPENING",
    "REFINEMENT",
    "SOLID",
    "WALL",
    "BreakPoint",
    "Grid",
    "GridError",
    "IndexBox",
    "SnapRow",
    "available_memory",
    "build_grid",
    "check_memory",
    "coarsen_grid",
    "refine_grid",
    "label_regions",
    "measure_quality",
    "memory_estimate",
    "snap_box",
]
