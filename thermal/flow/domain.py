"""The part of a hall that one block holds, on the device: metrics, mask and the compact lists of boundary faces.

A list holds the faces of one orientation and one side, so that no two of its entries touch the same cell or velocity and
kernels may add without atomics. Faces of the block's own cells come first; those of the first halo layer follow, because
their shear acts on velocities that this block owns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kernels.metrics import with_reciprocals
from thermal.case.model import Case, Opening, Rack, Wall
from thermal.fluids.air import density_ratio
from thermal.movers.laying import LaidPart
from thermal.parallel import HALO, Block, Communicator
from thermal.place import Patch, Placement

PASSES, SHEET = 16, 32  # bits of the mask
STRAY = 0.1  # m/s
WALL, FIXED, PRESSURE = 0, 1, 2  # kinds of a boundary face, as kernels/src/boundary.cu reads them


@dataclass
class FaceList:
    """Boundary faces of one axis and side. Arrays whose name ends in `_` live on the device.

    own       number of faces that belong to the block's own cells; they come first
    sign      +1: faces on the low side of their cell (inward normal +axis), -1: on the high side
    patch     int (n,), index into Placement.patches, -1 for a wall
    slide_    velocity along x, y, z of the walls, m/s; None where all of them stand
    """

    axis: int
    sign: int
    own: int
    cell: np.ndarray
    area: np.ndarray
    kind: np.ndarray
    patch: np.ndarray
    rack: np.ndarray
    slot: np.ndarray
    cell_: Any
    area_: Any
    distance_: Any
    kind_: Any
    rack_: Any
    slot_: Any
    weight_: Any
    shear_: Any
    temperature: np.ndarray  # K above reference, of what enters
    temperature_: Any
    energy_: Any
    dissipation_: Any
    normal_offset: int
    inner_offset: int
    slide_: tuple[Any, Any, Any] | None = None

    def __len__(self) -> int:
        return len(self.cell)


def mark_tubes(mask: np.ndarray, tubes: list[LaidPart]) -> None:
    """Set the sheet's bit on every face along the flow of all tubes, both ends included: nothing mixes or diffuses along them."""
    for laid in tubes:
        axis, place = laid.part.axis, 2 - laid.part.axis
        mask[tuple(laid.cells.reshape(-1, 3).T)] |= SHEET << axis
        last = laid.cells[:, -1 if laid.part.sign > 0 else 0].copy()
        last[:, place] = (last[:, place] + 1) % mask.shape[place]
        mask[tuple(last.T)] |= SHEET << axis


class Domain:
    """One block of a placed hall.

    placement   the whole hall on its grid
    backend     an open kernels backend
    comm        communicator of the block (thermal.parallel)
    block       the cells that this block owns; None: the whole hall
    """

    def __init__(self, placement: Placement, backend: Any, comm: Communicator, block: Block | None = None) -> None:
        self.periodic = placement.case.flow.periodic
        self.placement, self.backend, self.comm = placement, backend, comm.joined(self.periodic, backend)
        grid = placement.grid
        self.block = block or Block((0, 0, 0), grid.n, grid.n)
        self.range = tuple(zip(self.block.low, self.block.high, strict=True))
        self.n = self.block.n
        self.shape = tuple(n + 2 * HALO for n in reversed(self.n))
        self.stride = (1, self.shape[2], self.shape[2] * self.shape[1])
        self.widths = tuple(self._padded_widths(grid, axis) for axis in range(3))
        self.metrics = backend.upload(with_reciprocals(self._metrics(), backend.real), backend.real)
        self.mask_host = self.local(self._marked_mask())
        self.mask = backend.upload(self.mask_host, np.int32)  # bytes would make compilers vectorise 64 cells at once and spill
        self.patch_flow = [patch_flow(patch) for patch in placement.patches]
        self.racks = [rack for rack in placement.case.racks if not rack.is_through]
        self.lists, self.wall_cells = self._face_lists()

    def _marked_mask(self) -> np.ndarray:
        """The placement's mask with bit 4 at cells where air leaves through an opening, its tangential velocity unchanged,
        and bits 5
        to 7 where the low x, y, z face carries a porous sheet."""
        mask = self.placement.mask.copy()
        for patch in self.placement.patches:
            flow = patch_flow(patch)
            if flow is None or flow < 0.0:
                mask[tuple(patch.cell.T)] |= PASSES
        for sheet in self.placement.sheets:
            if sheet.plate.kind == "sheet" or sheet.loss_coefficient > 0.0:  # a mere hole lets eddies pass
                mask[tuple(sheet.face.T)] |= SHEET << sheet.axis
        mark_tubes(mask, self.placement.tubes)
        return mask

    # -- geometry -------------------------------------------------------------------------------------------------
    def _padded_widths(self, grid: Any, axis: int) -> np.ndarray:
        low, high = self.range[axis]
        mode: Any = "wrap" if axis in self.periodic else "edge"
        widths = np.pad(np.asarray(grid.widths(axis), dtype=np.float64), HALO, mode=mode)
        return widths[low : high + 2 * HALO]

    def _metrics(self) -> np.ndarray:
        parts = list(self.widths)
        for widths in self.widths:
            spacing = np.empty_like(widths)
            spacing[1:] = 0.5 * (widths[1:] + widths[:-1])
            spacing[0] = spacing[1]
            parts.append(spacing)
        return np.concatenate(parts)

    def local(self, whole: np.ndarray) -> np.ndarray:
        """The block's part of a global [k, j, i] array with its two halo layers; beyond the hall stands zero, beyond the ends of
        a periodic axis what stands at the other end."""
        for axis in self.periodic:
            low, high = self.range[axis]
            around = np.arange(low - HALO, high + HALO) % self.placement.grid.n[axis]
            whole = np.take(whole, around, axis=2 - axis)
        out = np.zeros(self.shape, whole.dtype)
        source, target = [], []
        for axis in (2, 1, 0):
            low, high = self.range[axis]
            size = whole.shape[2 - axis]
            if axis in self.periodic:
                source.append(slice(None))
                target.append(slice(None))
                continue
            first, last = max(low - HALO, 0), min(high + HALO, size)
            source.append(slice(first, last))
            target.append(slice(first - low + HALO, last - low + HALO))
        out[tuple(target)] = whole[tuple(source)]
        return out

    def zeros(self, dtype: Any = None) -> Any:
        """A field with halos on the device, zero."""
        return self.backend.zeros(self.shape, dtype or self.backend.real)

    def flat(self, cell: np.ndarray) -> np.ndarray:
        """Position in a local array of global cells (n, 3) given as (k, j, i)."""
        local = [cell[:, 2 - axis] - self.range[axis][0] + HALO for axis in range(3)]
        return (local[2] * self.shape[1] + local[1]) * self.shape[2] + local[0]

    def within(self, cell: np.ndarray, margin: int = 0) -> np.ndarray:
        """Which of the global cells (n, 3) lie in the block, or up to `margin` cells outside it."""
        inside = np.ones(len(cell), bool)
        for axis in range(3):
            low, high = self.range[axis]
            inside &= (cell[:, 2 - axis] >= low - margin) & (cell[:, 2 - axis] < high + margin)
        return inside

    def images(self, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Global cells (n, 3) in the block or its first halo layer, repeats of periodic axes included.

        Returns   number of each in `cell`, and its place, which lies outside the hall where it is a repeat
        """
        number = np.arange(len(cell))
        for axis in self.periodic:
            step = np.zeros(3, np.int64)
            step[2 - axis] = self.placement.grid.n[axis]
            cell = np.concatenate([cell, cell - step, cell + step])
            number = np.tile(number, 3)
        near = self.within(cell, 1)
        return number[near], cell[near]

    # -- lists ----------------------------------------------------------------------------------------------------
    def _face_lists(self) -> tuple[list[FaceList], np.ndarray]:
        placement = self.placement
        walls = placement.wall_faces()
        cells, axes, signs = [walls["cell"]], [walls["axis"]], [-np.asarray(walls["side"])]
        areas, kinds = [walls["area"]], [np.zeros(len(walls["cell"]), np.uint8)]
        patches = [np.full(len(walls["cell"]), -1)]
        for index, patch in enumerate(placement.patches):
            if patch.kind == "skin":
                continue
            count = len(patch.cell)
            cells.append(patch.cell)
            axes.append(np.full(count, patch.axis))
            signs.append(np.full(count, patch.sign))
            areas.append(patch.area)
            kinds.append(np.full(count, PRESSURE if self.patch_flow[index] is None else FIXED, np.uint8))
            patches.append(np.full(count, index))
        cell = np.concatenate(cells).astype(np.int64)
        axis, sign = np.concatenate(axes), np.concatenate(signs)
        area, kind, patch_of = np.concatenate(areas), np.concatenate(kinds), np.concatenate(patches)
        slide = np.zeros((len(cell), 3))
        for patch in placement.patches:
            if isinstance(patch.object, Wall) and any(patch.object.velocity):
                here = (kind == WALL) & (axis == patch.axis) & (sign == patch.sign)
                here[here] = np.isin(placement.flat(cell[here]), placement.flat(patch.cell))
                slide[here] = patch.object.velocity

        near, cell = self.images(cell)
        axis, sign, area, kind, patch_of, slide = (a[near] for a in (axis, sign, area, kind, patch_of, slide))
        own, flat = self.within(cell), self.flat(cell)
        wall_cells, slot_of_wall, shares = np.unique(flat[kind == WALL], return_inverse=True, return_counts=True)
        slot = np.full(len(cell), -1, np.int32)
        weight = np.zeros(len(cell))
        slot[kind == WALL] = slot_of_wall
        weight[kind == WALL] = 1.0 / shares[slot_of_wall]
        rack_number = {rack.name: n for n, rack in enumerate(self.racks)}
        rack_of_patch = np.array(
            [rack_number[p.object.name] if p.kind == "back" else -1 for p in placement.patches] + [-1], np.int32
        )
        lists = []
        for a in range(3):
            for s in (1, -1):
                members = np.flatnonzero((axis == a) & (sign == s))
                if not len(members):
                    continue
                members = members[np.lexsort((flat[members], ~own[members]))]
                faces = self._face_list(a, s, members, own, cell, flat, area, kind, patch_of, rack_of_patch, slot, weight)
                if slide[members].any():
                    faces.slide_ = tuple(self.backend.upload(speed, self.backend.real) for speed in slide[members].T)
                lists.append(faces)
        return lists, wall_cells

    def _face_list(self, axis, sign, members, own, cell, flat, area, kind, patch_of, rack_of_patch, slot, weight) -> FaceList:
        backend, count = self.backend, len(members)
        reference = self.placement.case.air.reference_temperature
        width = self.widths[axis][cell[members, 2 - axis] - self.range[axis][0] + HALO]
        of = patch_of[members]
        turbulence = [inflow_turbulence(p, f) for p, f in zip(self.placement.patches, self.patch_flow, strict=True)] + [
            (0.0, 1.0)
        ]
        openings = [p.object if isinstance(p.object, Opening) else None for p in self.placement.patches]
        entering = np.array([o.temperature - reference if o else 0.0 for o in openings] + [0.0])
        real = backend.real
        high = sign < 0
        return FaceList(
            axis=axis,
            sign=sign,
            own=int(own[members].sum()),
            cell=flat[members],
            area=area[members],
            kind=kind[members],
            patch=of,
            rack=rack_of_patch[of],
            slot=slot[members],
            cell_=backend.upload(flat[members], np.int64),
            area_=backend.upload(area[members], real),
            distance_=backend.upload(0.5 * width, real),
            kind_=backend.upload(kind[members], np.uint8),
            rack_=backend.upload(rack_of_patch[of], np.int32),
            slot_=backend.upload(slot[members], np.int32),
            weight_=backend.upload(weight[members], real),
            shear_=backend.zeros((count,), real),
            temperature=entering[of],
            temperature_=backend.upload(entering[of], real),
            energy_=backend.upload(np.array([t[0] for t in turbulence])[of], real),
            dissipation_=backend.upload(np.array([t[1] for t in turbulence])[of], real),
            normal_offset=self.stride[axis] if high else 0,
            inner_offset=0 if high else self.stride[axis],
        )


def at_least_one(values: np.ndarray, dtype: Any) -> np.ndarray:
    """At least one entry: a block may hold no front at all, and a device array of no length has no address."""
    return values.astype(dtype) if len(values) else np.zeros(1, dtype)


def expansion(case: Case) -> float:
    """1/K: what buoyancy multiplies a K of State.lift by; the case's own in Boussinesq air, 1/T_ref of an ideal gas."""
    return case.air.expansion if case.flow.density == "boussinesq" else 1.0 / case.air.reference_temperature


def supply_density(case: Case, patch: Patch) -> float:
    """Density over the reference one of what a supply blows; 1 in Boussinesq air, and for all whose air comes from the room."""
    if case.flow.density == "boussinesq" or patch.kind != "supply" or not isinstance(patch.object, Opening):
        return 1.0
    return density_ratio(patch.object.temperature - case.air.reference_temperature, case.air.reference_temperature)


def patch_flow(patch: Patch) -> float | None:
    """Flow into the room through a patch, m3/s of its own inlet density; None for a pressure opening."""
    item = patch.object
    if isinstance(item, Rack):
        return item.flow if patch.kind == "back" else -item.flow
    if isinstance(item, Opening):
        return item.flow if patch.kind == "supply" or item.flow is None else -item.flow
    return 0.0  # a skin


def inflow_turbulence(patch: Patch, flow: float | None) -> tuple[float, float]:
    """k (m2/s2) and epsilon (m2/s3) of what enters through a patch.

    k = 1.5 (I U)^2, epsilon = C_mu^0.75 k^1.5 / l with C_mu = 0.09 and U the superficial speed (a tile: of its open
    area); what flows back through a pressure opening enters as if at STRAY.
    """
    item = patch.object
    if not isinstance(item, Opening | Rack):
        return 0.0, 1.0
    speed = abs(flow) / float(patch.area.sum()) / patch.open_fraction if flow else STRAY
    k = 1.5 * (item.turbulence_intensity * speed) ** 2
    return k, 0.09**0.75 * k**1.5 / item.turbulence_length
