"""Solids that carry their temperature, on a grid: conductivity and heat capacity cell by cell, power, and walls they touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from meshes.regions import snap_box
from thermal.case.model import Case, Obstacle, Wall
from thermal.errors import CaseError
from thermal.painting import Painter


@dataclass(frozen=True, eq=False)
class Contact:
    """A [[wall]] behind solid cells: cell (n, 3) k, j, i; area (n,) m2; sign as of the wall, +1 at the low end of the axis."""

    wall: Wall
    axis: int
    sign: int
    cell: np.ndarray
    area: np.ndarray


@dataclass(frozen=True, eq=False)
class Solids:
    """Conducting cells of a placement.

    conductivity   float64 (nz, ny, nx) W/(m K), 0 where no heat passes
    capacity       float64 (nz, ny, nx) J/(m3 K), density x heat capacity, 0 likewise: what a solve in time needs
    power          float64 (nz, ny, nx) W in each cell
    obstacles      those that conduct, each with its cells, bool (nz, ny, nx)
    """

    conductivity: np.ndarray
    capacity: np.ndarray
    power: np.ndarray
    obstacles: list[tuple[Obstacle, np.ndarray]]
    contacts: list[Contact]


def lay_solids(painter: Painter, case: Case) -> Solids | None:
    """The conducting obstacles of a case; None when there are none, so that nothing is spent on them.

    Mistakes are noted: power in a body that touches neither air nor anything that carries heat away.
    """
    conducting = [obstacle for obstacle in case.obstacles if obstacle.material is not None]
    if not conducting:
        return None
    shape = painter.grid.shape
    conductivity, capacity, power = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    volumes, members = painter.grid.volumes(), []
    for obstacle in conducting:
        own = painter.cells_of(f"obstacle.{obstacle.name}")
        material = obstacle.material
        if material is None or not own.any():
            continue
        conductivity[own] = material.conductivity
        capacity[own] = material.density * material.heat_capacity
        power[own] += obstacle.power * volumes[own] / volumes[own].sum()
        members.append((obstacle, own))
    contacts = [contact for wall in case.walls if wall.is_thermal and (contact := _contact(painter, wall, conductivity))]
    solids = Solids(conductivity, capacity, power, members, contacts)
    _check_ways_out(painter, solids)
    return solids


def _contact(painter: Painter, wall: Wall, conductivity: np.ndarray) -> Contact | None:
    """The faces of solid cells on the room's surface that a wall covers."""
    box = snap_box(painter.grid, wall.box.low, wall.box.high)
    if len(box.thin_axes) > 1:
        return None  # add_wall says so
    plane = box.low[wall.axis]
    layer = plane if wall.sign > 0 else plane - 1
    if not 0 <= layer < painter.grid.n[wall.axis] or not painter.is_backed(wall.axis, wall.sign, plane, box):
        return None
    touched = np.zeros(painter.grid.shape, bool)
    touched[box.layer(wall.axis, layer)] = True
    cell = np.argwhere(touched & (conductivity > 0.0)).astype(np.int64)
    if not len(cell):
        return None
    area = np.broadcast_to(painter.grid.face_areas(wall.axis), painter.grid.shape)[tuple(cell.T)]
    return Contact(wall, wall.axis, wall.sign, cell, np.ascontiguousarray(area))


def _check_ways_out(painter: Painter, solids: Solids) -> None:
    """Note bodies with power all of whose neighbours are solids that carry no heat. Bodies in touch share their ways."""
    conducts = solids.conductivity > 0.0
    reaches = np.zeros(conducts.shape, bool)
    air = painter.owner == 0
    for axis in range(3):
        for shift in (1, -1):
            beside = np.roll(air, shift, axis)
            if 2 - axis not in painter.periodic:
                edge = [slice(None)] * 3
                edge[axis] = slice(0, 1) if shift > 0 else slice(-1, None)
                beside[tuple(edge)] = False
            reaches |= conducts & beside
    for contact in solids.contacts:
        reaches[tuple(contact.cell.T)] = True
    known = np.zeros(conducts.shape, bool)
    while not np.array_equal(known, reaches):
        known = reaches.copy()
        for axis in range(3):
            low, high = [slice(None)] * 3, [slice(None)] * 3
            low[axis], high[axis] = slice(None, -1), slice(1, None)
            reaches[tuple(high)] |= known[tuple(low)] & conducts[tuple(high)]
            reaches[tuple(low)] |= known[tuple(high)] & conducts[tuple(low)]
    for obstacle, own in solids.obstacles:
        if obstacle.power > 0.0 and not reaches[own].any():
            painter.errors.append(
                CaseError(
                    obstacle.source, f"obstacle.{obstacle.name} gives off {obstacle.power:.4g} W that has no way out",
                    "a face that meets air, or a [[wall]] on it",
                )
            )  # fmt: skip


def heated_regions(solids: Solids, region: np.ndarray, count: int) -> Sequence[float]:
    """W that conducting bodies bring to each region (by number, 0 unused): all of a body's to the first region beside any."""
    heat = np.zeros(count + 1)
    if not solids.power.any() or count == 0:
        return heat.tolist()
    conducts, best = solids.conductivity > 0.0, 1
    for axis in range(3):
        low, high = [slice(None)] * 3, [slice(None)] * 3
        low[axis], high[axis] = slice(None, -1), slice(1, None)
        for here, there in ((low, high), (high, low)):
            beside = region[tuple(there)][conducts[tuple(here)]]
            beside = beside[beside > 0]
            if len(beside):
                best = int(np.bincount(beside).argmax())
    heat[best] = float(solids.power.sum())
    return heat.tolist()


def contact_area(solids: Solids | None, wall: Wall) -> float:
    """m2 of conducting solids that a wall touches."""
    return sum(float(contact.area.sum()) for contact in solids.contacts if contact.wall is wall) if solids else 0.0
