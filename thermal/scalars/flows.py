"""Face flows of a solved flow in float64, projected again until mass closes, and what crosses each opening and rack.

A run leaves its mass velocities in the precision of its fields; tracers that are to close to 1e-6 need flows that close better.
The correction is that of least squares: F -= g (p_P - p_L) with g of area/distance, a potential flow of parts in a million.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermal.case.model import Rack
from thermal.flow.domain import PRESSURE, Domain, FaceList
from thermal.linear.multigrid import Multigrid
from thermal.linear.pcg import PressureSolver
from thermal.patches import Patch
from thermal.place import open_bit

CLOSED = 1e-9  # sum of |net outflow of a cell|/supply at which flows are done; promised: 1e-8
ROUNDS = 60  # of projection, at most
PLAIN = 31  # bits of the mask without those of porous sheets


@dataclass
class Crossing:
    """Faces of one boundary list, or of one side of a cut, that air crosses. Arrays are of the block's own cells.

    patch   int (n,), index into StandingFlow.patches;  cell   int64 (n,), position in a local array
    inflow  m3/s (n,) of reference density, into the room
    """

    patch: np.ndarray
    cell: np.ndarray
    inflow: np.ndarray


@dataclass(frozen=True, eq=False)
class Cut:
    """Faces between cells through which all air of a cooler within the room passes, or that of a row of a rack in depth.

    What passes leaves the room's air on one side and comes back on the other: as the cooler's own, with tracers that begin anew
    and vapour that is handed on; or through servers, as it was drawn in.

    axis   of the faces;  face  int64 (n, 3), k, j, i of the cell whose LOW face along `axis` it is;  area  m2 (n,)
    object what it belongs to: a Body that cools, or a Rack
    stream cuts of one stream mix what they draw; the object where None: two cuts of one cooler are one
    """

    name: str
    axis: int
    face: np.ndarray
    area: np.ndarray
    object: Any
    stream: Any = None

    def sides(self) -> tuple[Patch, Patch]:
        """The patches of the low and of the high side, as of a return and a supply."""
        below = self.face.copy()
        below[:, 2 - self.axis] -= 1
        return (
            Patch(self.name, "cut", self.axis, -1, below, self.area, self.object),
            Patch(self.name, "cut", self.axis, +1, self.face, self.area, self.object),
        )


@dataclass
class StandingFlow:
    """A flow that stands, on one block; all arrays are the block's own, with halos where they are fields.

    flows     float64 device arrays of the volume flow through low x, y, z faces between cells, m3/s of reference density; 0 on
              closed ones, openings among them
    crossings what passes openings, rack fronts and rack backs
    inflow    m3/s (patches,), into the room through each patch, of faces where it enters alone; outflow likewise, >= 0
    mixing    real device array: eddy viscosity, m2/s
    reached   whole-hall bool (nz, ny, nx): cells that air from outside reaches, by way of racks too
    mask_     the domain's mask where air is reached, 0 elsewhere
    defect    sum of |net outflow of a cell|/supply
    patches   those of the placement, then both sides of the cuts;  cuts  of coolers within the room
    """

    domain: Domain
    flows: tuple[Any, Any, Any]
    crossings: list[Crossing]
    inflow: np.ndarray
    outflow: np.ndarray
    mixing: Any
    reached: np.ndarray
    mask_: Any
    defect: float
    patches: list[Patch]
    cuts: tuple[Cut, ...] = ()

    def streams(self) -> list[Any]:
        """For each patch: what hands on air that leaves the room's there, a rack or the stream of a cut; None at openings."""
        own = len(self.patches) - 2 * len(self.cuts)
        passing = [patch.object if is_passed_on(patch) else None for patch in self.patches[:own]]
        return passing + [cut.object if cut.stream is None else cut.stream for cut in self.cuts for _ in range(2)]

    @property
    def supply(self) -> float:
        """m3/s of reference density that come from outside, or from coolers within the room."""
        outside = [not is_passed_on(patch) for patch in self.patches]
        return float(self.inflow[outside].sum())

    def reversed(self) -> StandingFlow:
        """The same air going back the way it came: what a return drew in, it now blows out."""
        backend = self.domain.backend
        flows = [backend.upload(-backend.download(flow), np.float64) for flow in self.flows]
        crossings = [Crossing(one.patch, one.cell, -one.inflow) for one in self.crossings]
        return StandingFlow(
            self.domain, (flows[0], flows[1], flows[2]), crossings, self.outflow, self.inflow, self.mixing, self.reached,
            self.mask_, self.defect, self.patches, self.cuts,
        )  # fmt: skip


def is_passed_on(patch: Patch) -> bool:
    """Whether what leaves the room's air here comes back to it through the same object: racks."""
    return isinstance(patch.object, Rack)


def stand(domain: Domain, fields: Mapping[str, np.ndarray], cuts: Sequence[Cut] = ()) -> StandingFlow:
    """The standing flow of a run.

    cuts     of coolers within the room
    fields   of an Outcome: whole-hall u, v, w (mass velocities over reference density, on faces) and eddy_viscosity
    """
    whole = _balanced(domain, fields)
    backend = domain.backend
    flows = tuple(backend.upload(domain.local(one), np.float64) for one in whole)
    defect = _project(domain, flows)
    patches = [*domain.placement.patches, *(side for cut in cuts for side in cut.sides())]
    crossings = [*_crossings(domain, flows), *_cut_crossings(domain, flows, patches)]
    count = len(patches)
    sums = np.zeros((2, count))
    for one in crossings:
        sums[0] += np.bincount(one.patch, np.maximum(one.inflow, 0.0), minlength=count)
        sums[1] += np.bincount(one.patch, np.maximum(-one.inflow, 0.0), minlength=count)
    inflow, outflow = domain.comm.sum(sums.ravel()).reshape(2, count)
    reached = _reached(domain, patches, inflow)
    closed = np.zeros(domain.placement.grid.shape, domain.mask_host.dtype)
    for cut in cuts:
        closed[tuple(cut.face.T)] |= open_bit(cut.axis)
    mask = np.where(domain.local(reached), domain.mask_host & ~domain.local(closed), 0)
    for axis, flow in enumerate(flows):
        backend.store(backend.download(flow) * ((mask & open_bit(axis)) > 0), flow)
    mask_, mixing = backend.upload(mask, np.int32), backend.upload(domain.local(fields["eddy_viscosity"]), backend.real)
    return StandingFlow(
        domain, (flows[0], flows[1], flows[2]), crossings, inflow, outflow, mixing, reached, mask_, defect,
        patches, tuple(cuts),
    )  # fmt: skip


def _balanced(domain: Domain, fields: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Whole-hall face flows, m3/s, whose sums over the patches close: what a rack draws it blows out, and what enters a region
    without a pressure opening leaves it. Fields in single precision miss both by some 1e-7, which no projection can mend: the
    flow of each object is scaled, by as little as does it (least squares).
    """
    placement, grid = domain.placement, domain.placement.grid
    widths = [np.asarray(grid.widths(axis), np.float64) for axis in range(3)]
    dx, dy, dz = widths[0][None, None, :], widths[1][None, :, None], widths[2][:, None, None]
    whole = [fields[name].astype(np.float64) * area for name, area in (("u", dy * dz), ("v", dx * dz), ("w", dx * dy))]
    objects: list[Any] = []
    rows: list[np.ndarray] = []
    region_count = placement.region_count
    free = np.zeros(region_count + 1, bool)  # regions that a pressure opening balances
    free[0] = True
    for patch, given in zip(placement.patches, domain.patch_flow, strict=True):
        if patch.kind == "skin":
            continue
        region = placement.region[tuple(patch.cell.T)]
        if given is None:
            free[np.unique(region)] = True
            continue
        number = next((n for n, item in enumerate(objects) if item is patch.object), len(objects))
        if number == len(objects):
            objects.append(patch.object)
            rows.append(np.zeros(region_count + 1))
        inflow = patch.sign * whole[patch.axis][tuple(patch.face.T)]
        rows[number] += np.bincount(region, inflow, minlength=region_count + 1)
    for rack in domain.racks:
        _match_rack(domain, rack, whole)
    matrix = np.array(rows).T[~free] if rows else np.zeros((0, 0))
    surplus = matrix.sum(axis=1)
    if surplus.any():
        change = np.linalg.lstsq(matrix, -surplus, rcond=1e-10)[0]
        for patch in placement.patches:
            for item, factor in zip(objects, change, strict=True):
                if item is patch.object and patch.kind != "skin":
                    whole[patch.axis][tuple(patch.face.T)] *= 1.0 + factor
    return whole


def _match_rack(domain: Domain, rack: Rack, whole: list[np.ndarray]) -> None:
    """Make a rack's two sides move the same: their mean."""
    sides = [patch for patch in domain.placement.patches if patch.object is rack]
    sums = [patch.sign * float(whole[patch.axis][tuple(patch.face.T)].sum()) for patch in sides]
    size = 0.5 * sum(abs(one) for one in sums)
    for patch, one in zip(sides, sums, strict=True):
        if one:
            whole[patch.axis][tuple(patch.face.T)] *= size / abs(one)


def _project(domain: Domain, flows: tuple[Any, ...]) -> float:
    """Correct the flows in place until mass closes; the defect that is left, as a share of the supply."""
    backend, n = domain.backend, domain.n
    placement, grid = domain.placement, domain.placement.grid
    held = np.zeros(grid.shape, bool)
    for patch, given in zip(placement.patches, domain.patch_flow, strict=True):
        if given is None:
            held[tuple(patch.cell.T)] = True
    solver = PressureSolver(
        Multigrid(
            backend, (grid.x, grid.y, grid.z), placement.feature_planes, placement.region, domain.comm, domain.block, held=held
        ),
        iterations=4,
    )
    conductances = tuple(domain.zeros() for _ in range(3))
    plain_ = backend.upload(domain.mask_host & PLAIN, np.int32)
    defect, p, outside = (domain.zeros() for _ in range(3))
    backend.run("face_conductance", *n, defect, plain_, domain.metrics, *conductances, 1.0, 0.0)
    corrections = [one for faces in domain.lists if (one := _opening(domain, faces, flows, outside, p))]
    look = backend.bind("flow_defect", *n, *flows, domain.mask, defect)
    partial = backend.partials(*n)
    add = backend.bind("defect_sum", *n, defect, partial)
    correct = backend.bind("flow_correct", *n, *flows, p, *conductances)
    solver.setup(conductances[0], conductances[1], conductances[2], outside)
    scale = _scale(domain, flows)
    history: list[float] = []
    while True:
        look()
        add()
        total = float(domain.comm.sum(np.array([backend.download(partial).sum()]))[0]) / scale
        stalled = len(history) > 4 and total > 0.9 * history[-4]
        history.append(total)
        if total < CLOSED or stalled or len(history) > ROUNDS or not np.isfinite(total):
            return total
        solver.solve(p, defect)
        domain.comm.exchange([p])
        correct()
        for launch in corrections:
            launch()


def _opening(domain: Domain, faces: FaceList, flows: tuple[Any, ...], outside: Any, p: Any) -> Callable[[], Any] | None:
    """The launch that corrects the pressure openings of a list, whose conductance joins `outside`; None without any."""
    backend = domain.backend
    chosen = np.flatnonzero(faces.kind[: faces.own] == PRESSURE)
    if not len(chosen):
        return None
    cell_ = backend.upload(faces.cell[chosen], np.int64)
    g_ = backend.upload(faces.area[chosen] / backend.download(faces.distance_)[chosen], backend.real)
    backend.run("scatter_add", len(chosen), cell_, g_, 1.0, outside)
    flow = flows[faces.axis]
    return backend.bind("opening_correct", len(chosen), cell_, g_, flow, faces.normal_offset, float(faces.sign), p)


def _scale(domain: Domain, flows: tuple[Any, ...]) -> float:
    """m3/s that enter the room through all patches; tiny where nothing does."""
    total = sum(float(np.maximum(one.inflow, 0.0).sum()) for one in _crossings(domain, flows))
    return max(float(domain.comm.sum(np.array([total]))[0]), 1e-30)


def _crossings(domain: Domain, flows: tuple[Any, ...]) -> list[Crossing]:
    """What crosses the patches of each boundary list."""
    local = [domain.backend.download(flow).ravel() for flow in flows]
    found = []
    for faces in domain.lists:
        chosen = np.flatnonzero(faces.patch[: faces.own] >= 0)
        cell = faces.cell[chosen]
        if len(chosen):
            inflow = faces.sign * local[faces.axis][cell + faces.normal_offset]
            found.append(Crossing(faces.patch[chosen], cell, inflow))
    return found


def _cut_crossings(domain: Domain, flows: tuple[Any, ...], patches: Sequence[Patch]) -> list[Crossing]:
    """What crosses both sides of the cuts."""
    local = [domain.backend.download(flow).ravel() for flow in flows]
    found = []
    for index, patch in enumerate(patches):
        mine = domain.within(patch.cell)
        if patch.kind == "cut" and mine.any():
            cell = domain.flat(patch.cell[mine])
            inflow = patch.sign * local[patch.axis][cell + (0 if patch.sign > 0 else domain.stride[patch.axis])]
            found.append(Crossing(np.full(len(cell), index), cell, inflow))
    return found


def _reached(domain: Domain, patches: Sequence[Patch], inflow: np.ndarray) -> np.ndarray:
    """Whole-hall bool: cells of regions that air from outside enters, directly or through racks."""
    placement = domain.placement
    entered = np.zeros(placement.region_count + 1, bool)
    passed: dict[int, list[np.ndarray]] = {}
    tiny = 1e-9 * max(float(inflow.sum()), 1e-30)
    for index, patch in enumerate(patches):
        if patch.kind == "skin":
            continue
        region = np.unique(placement.region[tuple(patch.cell.T)])
        if is_passed_on(patch):
            passed.setdefault(id(patch.object), []).append(region)
        elif inflow[index] > tiny:
            entered[region] = True
    links = [np.concatenate(regions) for regions in passed.values()]
    before = -1
    while before != entered.sum():
        before = int(entered.sum())
        for regions in links:
            entered[regions] |= entered[regions].any()
    return entered[placement.region] & placement.fluid
