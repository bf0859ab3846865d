"""A case on a grid: which cells are solid, which faces are open, where air and heat come and go, which cells hang together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from meshes.grid import Grid
from meshes.regions import SnapRow, label_regions
from thermal.balance import RegionBalance, add_zone_heat, balance_regions, check_balances
from thermal.case.model import Case, Zone
from thermal.errors import CaseErrors
from thermal.gridding import make_grid
from thermal.laying import (
    add_body_skins,
    add_opening,
    add_rack_patches,
    add_skins,
    add_wall,
    make_sheet,
    paint_obstacles,
    paint_plates,
    paint_racks,
)
from thermal.movers.laying import Channels, LaidPart, intakes, is_cooled
from thermal.painting import Painter
from thermal.patches import Patch, Sheet, ZoneFaces
from thermal.paths import make_path, paint_paths
from thermal.solids import Solids, heated_regions, lay_solids
from thermal.wall_distance import wall_distance
from thermal.zoning import lay_zones

__all__ = ["FLUID", "Patch", "Placement", "Sheet", "make_grid", "open_bit", "place", "place_case"]

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
    zones: list[ZoneFaces] = field(default_factory=list)
    warmed: list[tuple[Zone, np.ndarray]] = field(default_factory=list)  # zones with power, and their cells (n, 3)
    intakes: list[Patch] = field(default_factory=list)  # of racks that air flows through, see movers.laying.intakes
    tubes: list[LaidPart] = field(default_factory=list)
    inside: np.ndarray = field(default_factory=lambda: np.zeros((1, 1, 1), np.int32))  # see movers.laying.Channels
    solids: Solids | None = None  # those that conduct

    @property
    def fluid(self) -> np.ndarray:
        """bool (nz, ny, nx)."""
        return (self.mask & FLUID).astype(bool)

    @cached_property
    def fluid_cells(self) -> int:
        """Number of fluid cells."""
        return int(np.count_nonzero(self.mask & FLUID))

    def flat(self, cell: np.ndarray) -> np.ndarray:
        """Position (n,) of cells (n, 3) k, j, i in a raveled [k, j, i] array."""
        nz, ny, nx = self.grid.shape
        return (cell[:, 0] * ny + cell[:, 1]) * nx + cell[:, 2]

    def closed_faces(self, axis: int, side: int) -> np.ndarray:
        """bool (nz, ny, nx): fluid cells whose low (side -1) or high (+1) face along `axis` is not open; patches are not open."""
        fluid = self.fluid
        is_open = (self.mask & open_bit(axis)).astype(bool)
        if side < 0:
            return fluid & ~is_open
        beyond = np.zeros_like(is_open)
        low, high = _shifted(axis)
        beyond[low] = is_open[high]
        if axis in self.case.flow.periodic:
            first, last = _ends(axis)
            beyond[last] = is_open[first]
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
                wall &= self.inside == 0  # tubes of a through-body have no friction of their own
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
            for laid in self.tubes:
                if laid.part.axis == axis:
                    row[laid.face[:, 2 - axis]] = True
            rows.append(row)
        return rows[0], rows[1], rows[2]

    @cached_property
    def thermal_mass(self) -> np.ndarray:
        """float64 (nz, ny, nx): J/K of what stands in each cell beside its air, at the air's temperature; of racks in depth,
        spread evenly over the volume of their tubes. Only runs in time feel it."""
        mass, volume = np.zeros(self.grid.shape), self.grid.volumes()
        cells: dict[int, list[np.ndarray]] = {}
        for laid in self.tubes:
            cells.setdefault(id(laid.body), []).append(laid.cells.reshape(-1, 3))
        for body in self.case.bodies:
            mine = cells.get(id(body))
            if body.thermal_mass > 0.0 and mine:
                where = tuple(np.concatenate(mine).T)
                mass[where] = body.thermal_mass * volume[where] / volume[where].sum()
        return mass

    @cached_property
    def wall_distance(self) -> np.ndarray:
        """float64 (nz, ny, nx): m from each fluid cell's centre to the nearest wall, see thermal.wall_distance."""
        faces = self.wall_faces()
        periodic = self.case.flow.periodic
        return wall_distance(self.grid, self.fluid, faces["cell"], faces["axis"], faces["side"], periodic)


def place(case: Case, grid: Grid) -> Placement:
    """Put a case on a grid (of make_grid, or a coarser one of the sequence).

    Raises   CaseErrors with every mistake found: objects outside the room, too thin for the grid, overlapping or blocked; regions
             whose fixed flows do not balance, or that are heated without a way out for the heat
    """
    periodic = case.flow.periodic
    painter = Painter(grid, periodic)
    rack_boxes = paint_racks(painter, case.racks)
    obstacle_boxes = paint_obstacles(painter, case.obstacles)
    porous = paint_plates(painter, [plate for plate in case.plates if plate.kind == "sheet"])
    paths = paint_paths(painter, [plate for plate in case.plates if plate.kind != "sheet"])
    channels = Channels(painter, case)
    channels.paint(case.bodies)
    for rack, box in rack_boxes:
        add_rack_patches(painter, rack, box)
    for opening in case.openings:
        add_opening(painter, opening)
    for obstacle, box in obstacle_boxes:
        if obstacle.power > 0.0 and obstacle.material is None:
            add_skins(painter, obstacle, box)
    for obstacle in case.obstacles:
        if obstacle.power > 0.0 and obstacle.material is None and obstacle.body is not None:
            add_body_skins(painter, obstacle)
    solids = lay_solids(painter, case)
    for wall in case.walls:
        add_wall(painter, wall, solids)
    sheets = [sheet for plate, box in porous if (sheet := make_sheet(painter, plate, box))]
    sheets += [sheet for path in paths if (sheet := make_path(painter, *path))]
    mask = _make_mask(painter)
    fluid = (mask & FLUID).astype(bool)
    open_x, open_y, open_z = ((mask & open_bit(axis)).astype(bool) for axis in range(3))
    region, count = label_regions(fluid, open_x, open_y, open_z, periodic)
    zones, warmed = lay_zones(painter, case.zones, mask)
    balances = balance_regions(grid, region, count, painter.patches)
    tubes = channels.laid()
    add_zone_heat(grid, region, balances, warmed)
    if solids is not None:
        for number, heat in enumerate(heated_regions(solids, region, count)[1:]):
            balances[number].heat += heat
    if not painter.errors:  # a blocked rack would only repeat itself as an unbalanced region
        painter.errors += check_balances(case, balances, painter.patches, region, is_cooled(tubes, region))
        if case.events:
            from thermal.flow.events import check_events  # which needs placements itself

            relieved = [bool(balance.pressure_openings) for balance in balances]
            painter.errors += check_events(case, relieved, painter.patches, region)
    if painter.errors:
        raise CaseErrors(painter.errors)
    return Placement(
        case, grid, mask, painter.patches, sheets, region, count, painter.snapping, balances, zones, warmed,
        intakes(tubes, case.racks), tubes, channels.inside, solids,
    )  # fmt: skip


def place_case(case: Case, precision: str = "single") -> Placement:
    """Put a case on the grid of its own [mesh] table. Raises CaseErrors, see make_grid and place."""
    return place(case, make_grid(case, precision))


def _shifted(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    low, high = [slice(None)] * 3, [slice(None)] * 3
    low[2 - axis], high[2 - axis] = slice(None, -1), slice(1, None)
    return tuple(low), tuple(high)


def _ends(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    first, last = [slice(None)] * 3, [slice(None)] * 3
    first[2 - axis], last[2 - axis] = slice(0, 1), slice(-1, None)
    return tuple(first), tuple(last)


def _make_mask(painter: Painter) -> np.ndarray:
    fluid = painter.owner == 0
    mask = fluid.astype(np.uint8)
    for axis in range(3):
        low, high = _shifted(axis)
        mask[high] |= np.where(fluid[high] & fluid[low], np.uint8(open_bit(axis)), np.uint8(0))
        if axis in painter.periodic:
            first, last = _ends(axis)
            mask[first] |= np.where(fluid[first] & fluid[last], np.uint8(open_bit(axis)), np.uint8(0))
    for (axis, plane), plates in painter.closed.items():
        if plane < painter.grid.n[axis]:
            layer = np.moveaxis(mask, 2 - axis, 0)[plane]
            layer[plates > 0] &= np.uint8(0xFF ^ open_bit(axis))
    return mask
