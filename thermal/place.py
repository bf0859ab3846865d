"""A case on a grid: which cells are solid, which faces are open, where air and heat come and go, which cells hang together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from meshes.grid import Grid
from meshes.regions import IndexBox, SnapRow, label_regions
from thermal.balance import RegionBalance, balance_regions, check_balances
from thermal.case.model import Case, Obstacle, Opening, Plate, Rack
from thermal.errors import CaseErrors
from thermal.gridding import make_grid
from thermal.painting import Painter, Patch, Sheet
from thermal.wall_distance import wall_distance

__all__ = ["FLUID", "Patch", "Placement", "Sheet", "make_grid", "open_bit", "place"]

FLUID = 1  # bit 0 of the mask


def open_bit(axis: int) -> int:
    """Bit of the mask that says a cell's LOW face along `axis` is open."""
    return 2 << axis


@dataclass(eq=False)
class Placement:
    """A case on one grid, global, NumPy.

    mask      uint8 (nz, ny, nx): bit 0 fluid; bits 1, 2, 3 the LOW x, y, z face is open to transport (both sides fluid, no closed
              plate; a porous one counts as open). Faces of the room's walls and of patches are not open.
    region    int32 (nz, ny, nx): 0 solid, 1..region_count connected fluid cells
    snapping  what the grid changed; balances: fixed flows and heat of each region, in order of region number
    """

    case: Case
    grid: Grid
    mask: np.ndarray
    patches: list[Patch]
    sheets: list[Sheet]
    region: np.ndarray
    region_count: int
    snapping: list[SnapRow]
    balances: list[RegionBalance]

    @property
    def fluid(self) -> np.ndarray:
        """bool (nz, ny, nx)."""
        return (self.mask & FLUID).astype(bool)

    @cached_property
    def fluid_cells(self) -> int:
        """Number of fluid cells."""
        return int(np.count_nonzero(self.mask & FLUID))

    def closed_faces(self, axis: int, side: int) -> np.ndarray:
        """bool (nz, ny, nx): fluid cells whose low (side -1) or high (+1) face along `axis` is not open; patches are not open."""
        fluid = self.fluid
        is_open = (self.mask & open_bit(axis)).astype(bool)
        if side < 0:
            return fluid & ~is_open
        beyond = np.zeros_like(is_open)
        low, high = _shifted(axis)
        beyond[low] = is_open[high]
        return fluid & ~beyond

    def wall_faces(self) -> dict[str, np.ndarray]:
        """Every face of a fluid cell that is a wall to the air: neither open nor an opening, rack front or back.

        The room's walls, solids, both sides of closed plates, and the heated skins of obstacles (no slip there, like any wall).
        Returns   cell int64 (n, 3) k, j, i; axis int8 (n,); side int8 (n,) -1 low face, +1 high face; area float64 (n,) m2;
                  distance float64 (n,) m from the cell's centre to the wall
        """
        cells, axes, sides, areas, distances = [], [], [], [], []
        for axis in range(3):
            for side in (-1, 1):
                wall = self.closed_faces(axis, side)
                for patch in self.patches:
                    # a patch of sign +1 lies on the low side of its cell
                    if patch.kind != "skin" and patch.axis == axis and patch.sign == -side:
                        wall[tuple(patch.cell.T)] = False
                found = np.argwhere(wall)
                cells.append(found)
                axes.append(np.full(len(found), axis, np.int8))
                sides.append(np.full(len(found), side, np.int8))
                areas.append(np.broadcast_to(self.grid.face_areas(axis), wall.shape)[wall])
                distances.append(0.5 * self.grid.widths(axis)[found[:, 2 - axis]])
        return {
            "cell": np.concatenate(cells),
            "axis": np.concatenate(axes),
            "side": np.concatenate(sides),
            "area": np.concatenate(areas),
            "distance": np.concatenate(distances),
        }

    @cached_property
    def feature_planes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each axis bool (n+1,): planes that carry a closed face, a patch or a porous sheet. Coarse grids must keep them."""
        rows = []
        for axis in range(3):
            others = tuple(direction for direction in range(3) if direction != 2 - axis)
            row = np.zeros(self.grid.n[axis] + 1, bool)
            row[:-1] |= self.closed_faces(axis, -1).any(axis=others)
            row[1:] |= self.closed_faces(axis, +1).any(axis=others)
            for sheet in self.sheets:
                if sheet.axis == axis:
                    row[sheet.face[:, 2 - axis]] = True
            rows.append(row)
        return rows[0], rows[1], rows[2]

    @cached_property
    def wall_distance(self) -> np.ndarray:
        """float64 (nz, ny, nx): m from each fluid cell's centre to the nearest wall, see thermal.wall_distance."""
        faces = self.wall_faces()
        return wall_distance(self.grid, self.fluid, faces["cell"], faces["axis"], faces["side"])


def place(case: Case, grid: Grid) -> Placement:
    """Put a case on a grid (of make_grid, or a coarser one of the sequence).

    Raises   CaseErrors with every mistake found: objects outside the room, too thin for the grid, overlapping or blocked; regions
             whose fixed flows do not balance, or that are heated without a way out for the heat
    """
    painter = Painter(grid)
    rack_boxes = _paint_racks(painter, case.racks)
    obstacle_boxes = _paint_obstacles(painter, case.obstacles)
    porous = _paint_plates(painter, case.plates)
    for rack, box in rack_boxes:
        _add_rack_patches(painter, rack, box)
    for opening in case.openings:
        _add_opening(painter, opening)
    for obstacle, box in obstacle_boxes:
        if obstacle.power > 0.0:
            _add_skins(painter, obstacle, box)
    sheets = [sheet for plate, box in porous if (sheet := _make_sheet(painter, plate, box))]
    mask = _make_mask(painter)
    fluid = (mask & FLUID).astype(bool)
    region, count = label_regions(fluid, *((mask & open_bit(axis)).astype(bool) for axis in range(3)))
    balances = balance_regions(grid, region, count, painter.patches)
    if not painter.errors:  # a blocked rack would only repeat itself as an unbalanced region
        painter.errors += check_balances(case, balances, painter.patches, region)
    if painter.errors:
        raise CaseErrors(painter.errors)
    return Placement(case, grid, mask, painter.patches, sheets, region, count, painter.snapping, balances)


def _shifted(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    low, high = [slice(None)] * 3, [slice(None)] * 3
    low[2 - axis], high[2 - axis] = slice(None, -1), slice(1, None)
    return tuple(low), tuple(high)


def _make_mask(painter: Painter) -> np.ndarray:
    fluid = painter.owner == 0
    mask = fluid.astype(np.uint8)
    for axis in range(3):
        low, high = _shifted(axis)
        mask[high] |= np.where(fluid[high] & fluid[low], np.uint8(open_bit(axis)), np.uint8(0))
    for (axis, plane), plates in painter.closed.items():
        if plane < painter.grid.n[axis]:
            layer = np.moveaxis(mask, 2 - axis, 0)[plane]
            layer[plates > 0] &= np.uint8(0xFF ^ open_bit(axis))
    return mask


def _paint_racks(painter: Painter, racks: tuple[Rack, ...]) -> list[tuple[Rack, IndexBox]]:
    placed = []
    for rack in racks:
        box = painter.snap(f"rack.{rack.name}", rack.source, rack.box)
        if box is None:
            continue
        if box.thin_axes:
            _refuse_thin(painter, f"rack.{rack.name}", rack.source, rack.box.low, rack.box.high, box)
            continue
        painter.paint_solid(f"rack.{rack.name}", rack.source, box)
        placed.append((rack, box))
    return placed


def _paint_obstacles(painter: Painter, obstacles: tuple[Obstacle, ...]) -> list[tuple[Obstacle, IndexBox]]:
    """Obstacles may overlap each other (an L is two boxes), never a rack. One too thin for a cell becomes a closed plate."""
    placed = []
    for obstacle in obstacles:
        name = f"obstacle.{obstacle.name}"
        before = len(painter.snapping)
        box = painter.snap(name, obstacle.source, obstacle.box)
        if box is None:
            continue
        if len(box.thin_axes) > 1:
            _refuse_thin(painter, name, obstacle.source, obstacle.box.low, obstacle.box.high, box)
            continue
        if box.thin_axes:
            axis = box.thin_axes[0]
            thickness = obstacle.box.high[axis] - obstacle.box.low[axis]
            position = painter.grid.planes(axis)[box.low[axis]]
            del painter.snapping[before:]  # its volume is gone by intent; the row below says so
            note = f"became a closed plate at {'xyz'[axis]} = {position:.4g} m"
            painter.snapping.append(SnapRow(name, "thickness", thickness, 0.0, "m", note))
            painter.paint_plate(name, obstacle.source, axis, box, closed=True)
        else:
            painter.paint_solid(name, obstacle.source, box, overlap_allowed=("obstacle.",))
        placed.append((obstacle, box))
    return placed


def _paint_plates(painter: Painter, plates: tuple[Plate, ...]) -> list[tuple[Plate, IndexBox]]:
    """Lays all plates; returns the porous ones."""
    porous = []
    for plate in plates:
        name = f"plate.{plate.name}"
        axis = plate.box.thin_axis
        if axis is None:
            painter.refuse(plate.source, f"{name} must be thin in exactly one axis")
            continue
        box = painter.snap(name, plate.source, plate.box)
        if box is None:
            continue
        if len(box.thin_axes) > 1:
            _refuse_thin(painter, name, plate.source, plate.box.low, plate.box.high, box, spare=axis)
            continue
        closed = not np.isfinite(plate.loss_coefficient)
        painter.paint_plate(name, plate.source, axis, box, closed)
        if not closed:
            porous.append((plate, box))
        elif len(painter.sheet_faces(axis, box.low[axis], box)[0]) == 0 and not _between_fluid(painter, axis, box):
            painter.snapping.append(_no_effect(name, plate, axis))
    return porous


def _between_fluid(painter: Painter, axis: int, box: IndexBox) -> bool:
    plane = box.low[axis]
    if not 0 < plane < painter.grid.n[axis]:
        return False
    below, above = painter.owner[box.layer(axis, plane - 1)], painter.owner[box.layer(axis, plane)]
    return bool(((below == 0) & (above == 0)).any())


def _no_effect(name: str, plate: Plate, axis: int) -> SnapRow:
    area = float(np.prod([plate.box.high[a] - plate.box.low[a] for a in range(3) if a != axis]))
    return SnapRow(name, "area", area, 0.0, "m2", "lies wholly on walls or solids: no effect")


def _make_sheet(painter: Painter, plate: Plate, box: IndexBox) -> Sheet | None:
    axis = plate.box.thin_axis
    assert axis is not None  # checked when it was laid
    face, area = painter.sheet_faces(axis, box.low[axis], box)
    if len(area) == 0:
        painter.snapping.append(_no_effect(f"plate.{plate.name}", plate, axis))
        return None
    loss = plate.loss_coefficient * _area_ratio(painter, plate.box.low, plate.box.high, axis, box) ** 2
    return Sheet(f"plate.{plate.name}", axis, face, area, plate, loss)


def _add_rack_patches(painter: Painter, rack: Rack, box: IndexBox) -> None:
    for kind, sign in (("front", rack.sign), ("back", -rack.sign)):
        plane = box.high[rack.axis] if sign > 0 else box.low[rack.axis]
        painter.add_patch(f"rack.{rack.name}.{kind}", kind, rack.source, rack.axis, sign, plane, box, rack)


def _add_opening(painter: Painter, opening: Opening) -> None:
    name = f"{opening.kind}.{opening.name}"
    box = painter.snap(name, opening.source, opening.box)
    if box is None:
        return
    axis, plane = opening.axis, box.low[opening.axis]
    if len(box.thin_axes) > 1:
        _refuse_thin(painter, name, opening.source, opening.box.low, opening.box.high, box, spare=axis)
        return
    if not painter.is_backed(axis, opening.sign, plane, box):
        painter.refuse(
            opening.source,
            f"{name} hangs in the air at {'xyz'[axis]} = {opening.box.low[axis]:.4g} m",
            "a wall, floor or ceiling of the room, or the face of an obstacle",
        )
        return
    ratio = _area_ratio(painter, opening.box.low, opening.box.high, axis, box)
    painter.add_patch(
        name,
        opening.kind,
        opening.source,
        axis,
        opening.sign,
        plane,
        box,
        opening,
        loss_coefficient=opening.loss_coefficient * ratio**2,  # K/A2 kept: the same loss at the same m3/s
        open_fraction=min(1.0, opening.open_fraction / ratio),  # open m2 kept: the same jet speed
    )


def _add_skins(painter: Painter, obstacle: Obstacle, box: IndexBox) -> None:
    total = 0.0
    for axis in range(3):
        if box.thin_axes and axis not in box.thin_axes:
            continue  # a plate has no edges
        for sign in (-1, +1):
            plane = box.high[axis] if sign > 0 else box.low[axis]
            total += painter.add_skin(f"obstacle.{obstacle.name}.skin", axis, sign, plane, box, obstacle)
    if total == 0.0:
        painter.refuse(obstacle.source, f"obstacle.{obstacle.name} gives off {obstacle.power:.4g} W but no face of it meets air")


def _area_ratio(painter: Painter, low: tuple, high: tuple, axis: int, box: IndexBox) -> float:
    """Area on the grid over area asked for."""
    ratio = 1.0
    for other in range(3):
        if other != axis:
            planes = painter.grid.planes(other)
            ratio *= (planes[box.high[other]] - planes[box.low[other]]) / (high[other] - low[other])
    return float(ratio)


def _refuse_thin(
    painter: Painter, name: str, source: str, low: tuple, high: tuple, box: IndexBox, spare: int | None = None
) -> None:
    axes = [axis for axis in box.thin_axes if axis != spare]
    sizes = ", ".join(f"{'xyz'[axis]} {high[axis] - low[axis]:.3g} m" for axis in axes)
    painter.refuse(source, f"{name} is too thin for the grid: {sizes} vanish between two planes", fix="refine the mesh around it")
