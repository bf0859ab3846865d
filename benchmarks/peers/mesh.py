"""A placed hall as an OpenFOAM mesh: the very cells and faces that Hallflow computes on, written as a polyMesh.

No block mesh is asked for: cells are the placement's fluid cells in [k, j, i] order, and each patch holds the faces that the
placement lists, so both programs have the same cells, areas and flows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from thermal.case.model import Wall
from thermal.flow.domain import patch_flow
from thermal.place import Patch, Placement

# Corners of a cell's face whose normal points to the high side, as steps from the face's low corner, per axis.
CORNERS = (
    ((0, 0, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1)),
    ((0, 0, 0), (0, 0, 1), (1, 0, 1), (1, 0, 0)),
    ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)),
)


class UnsupportedError(Exception):
    """The hall holds something that this bridge does not translate."""


@dataclass
class FoamPatch:
    """One boundary patch: its faces' cells (k, j, i), their axis and side (+1: the face is on the high side of its cell).

    source     the placement's patch, None for walls that pass no heat
    velocity   m/s, normal to the face, into the room; None where pressure decides
    """

    name: str
    kind: str  # "wall" | "supply" | "return" | "front" | "back" | "empty" (nothing happens along that axis)
    source: Patch | None
    velocity: float | None
    cell: np.ndarray
    axis: np.ndarray
    side: np.ndarray


@dataclass
class FoamMesh:
    """Points, faces and cells, with `cell` the number of each fluid cell on the placement's grid, -1 in solids."""

    placement: Placement
    cell: np.ndarray
    patches: list[FoamPatch]
    quads: np.ndarray
    owner: np.ndarray
    neighbour: np.ndarray
    starts: list[int]

    @property
    def cells(self) -> int:
        """Number of fluid cells."""
        return int(self.cell.max()) + 1

    def on_grid(self, values: np.ndarray) -> np.ndarray:
        """Cell values of OpenFOAM, (cells,) or (cells, 3), on the grid [k, j, i]; nan in solids."""
        out = np.full(self.cell.shape + values.shape[1:], np.nan)
        out[self.cell >= 0] = values
        return out


def patch_name(name: str) -> str:
    """A name that OpenFOAM's dictionaries and expressions read as one word."""
    return name.replace(".", "_").replace("-", "_")


def make_mesh(placement: Placement, flat: int | None = None) -> FoamMesh:
    """Number cells and faces in OpenFOAM's order: interior faces by owner and neighbour, then each patch in a row.

    flat     an axis of one cell along which nothing happens: its two sides are no walls
    Raises UnsupportedError for porous plates and heated obstacles.
    """
    if placement.sheets:
        raise UnsupportedError(f"porous plate {placement.sheets[0].name}: this bridge knows closed plates only")
    fluid = placement.fluid
    number = np.where(fluid, np.cumsum(fluid).reshape(fluid.shape) - 1, -1)
    patches = _patches(placement, flat)
    quads, owner, neighbour = [], [], []
    for axis in range(3):
        cell = np.argwhere(placement.mask & (2 << axis))  # the low face is open
        low = cell.copy()
        low[:, 2 - axis] -= 1
        owner.append(number[tuple(low.T)])
        neighbour.append(number[tuple(cell.T)])
        quads.append(_corners(placement, cell, axis))
    owner_, neighbour_ = np.concatenate(owner), np.concatenate(neighbour)
    order = np.lexsort((neighbour_, owner_))
    owner_, neighbour_, quads_ = owner_[order], neighbour_[order], np.concatenate(quads)[order]
    starts = [len(owner_)]
    for patch in patches:
        rows = np.empty((len(patch.cell), 4), np.int64)
        for axis in range(3):
            for side in (-1, 1):
                chosen = (patch.axis == axis) & (patch.side == side)
                face = patch.cell[chosen].copy()
                if side > 0:
                    face[:, 2 - axis] += 1
                corners = _corners(placement, face, axis)
                rows[chosen] = corners if side > 0 else corners[:, ::-1]  # normals point out of the cell
        quads_ = np.concatenate([quads_, rows])
        owner_ = np.concatenate([owner_, number[tuple(patch.cell.T)]])
        starts.append(len(owner_))
    return FoamMesh(placement, number, patches, quads_, owner_, neighbour_, starts)


def _patches(placement: Placement, flat: int | None) -> list[FoamPatch]:
    walls = placement.wall_faces()
    found = []
    warm = np.zeros(len(walls["cell"]), bool)
    for patch in placement.patches:
        if isinstance(patch.object, Wall):
            mine = (walls["axis"] == patch.axis) & (walls["side"] == -patch.sign)
            mine &= (walls["cell"][:, None] == patch.cell[None]).all(axis=2).any(axis=1) if mine.any() else mine
            found.append(_of_walls(patch_name(patch.name), "wall", patch, walls, mine))
            warm |= mine
            continue
        if patch.kind == "skin":
            raise UnsupportedError(f"heated obstacle {patch.name}: this bridge knows unheated walls only")
        count = len(patch.cell)
        sides = np.full(count, -patch.sign)
        flow = patch_flow(patch)
        speed = None if flow is None else flow / patch.total_area
        axes = np.full(count, patch.axis)
        found.append(FoamPatch(patch_name(patch.name), patch.kind, patch, speed, patch.cell, axes, sides))
    idle = walls["axis"] == (-1 if flat is None else flat)
    if idle.any():
        found.append(_of_walls("sides", "empty", None, walls, idle))
    return [*found, _of_walls("walls", "wall", None, walls, ~idle & ~warm)]


def _of_walls(name: str, kind: str, source: Patch | None, walls: dict[str, np.ndarray], chosen: np.ndarray) -> FoamPatch:
    """A patch of some of the placement's wall faces."""
    axis, side = (walls[key][chosen].astype(int) for key in ("axis", "side"))
    return FoamPatch(name, kind, source, 0.0, walls["cell"][chosen], axis, side)


def _corners(placement: Placement, face: np.ndarray, axis: int) -> np.ndarray:
    """Point numbers (n, 4) of the low faces along `axis` of the cells (k, j, i)."""
    nx, ny, _ = placement.grid.n
    columns = []
    for x, y, z in CORNERS[axis]:
        columns.append(((face[:, 0] + z) * (ny + 1) + face[:, 1] + y) * (nx + 1) + face[:, 2] + x)
    return np.stack(columns, axis=1)


def head(kind: str, name: str, note: str = "") -> str:
    """The header that every OpenFOAM file begins with."""
    line = f'    note "{note}";\n' if note else ""
    return f"FoamFile\n{{\n    version 2.0;\n    format ascii;\n    class {kind};\n{line}    object {name};\n}}\n"


def write_mesh(mesh: FoamMesh, folder: Path) -> None:
    """Write constant/polyMesh: points, faces, owner, neighbour, boundary; only points that carry a face."""
    grid = mesh.placement.grid
    used, quads = np.unique(mesh.quads, return_inverse=True)
    quads = quads.reshape(-1, 4)
    nx, ny, _ = grid.n
    k, rest = np.divmod(used, (nx + 1) * (ny + 1))
    j, i = np.divmod(rest, nx + 1)
    points = np.stack([grid.x[i], grid.y[j], grid.z[k]], axis=1)
    inner = len(mesh.neighbour)
    note = f"nPoints:{len(points)} nCells:{mesh.cells} nFaces:{len(mesh.owner)} nInternalFaces:{inner}"
    folder.mkdir(parents=True, exist_ok=True)
    _write_list(folder / "points", head("vectorField", "points"), ["({:.9g} {:.9g} {:.9g})".format(*point) for point in points])
    _write_list(folder / "faces", head("faceList", "faces"), ["4({} {} {} {})".format(*quad) for quad in quads])
    _write_list(folder / "owner", head("labelList", "owner", note), map(str, mesh.owner.tolist()))
    _write_list(folder / "neighbour", head("labelList", "neighbour", note), map(str, mesh.neighbour.tolist()))
    rows = []
    for patch, start in zip(mesh.patches, mesh.starts, strict=False):
        kind = patch.kind if patch.kind in ("wall", "empty") else "patch"
        rows.append(f"{patch.name}\n{{\n    type {kind};\n    nFaces {len(patch.cell)};\n    startFace {start};\n}}")
    _write_list(folder / "boundary", head("polyBoundaryMesh", "boundary"), rows)


def _write_list(path: Path, header: str, entries: Iterable[str]) -> None:
    rows = list(entries)
    path.write_text(f"{header}{len(rows)}\n(\n" + "\n".join(rows) + "\n)\n")
