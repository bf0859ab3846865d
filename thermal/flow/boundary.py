"""Launches over the boundary lists: shear, inflow, pressure openings, porous sheets, and the sample that ledgers are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermal.flow.conduction import Conduction
from thermal.flow.domain import PRESSURE, Domain, FaceList, supply_density
from thermal.flow.history import History
from thermal.flow.passages import Passages
from thermal.flow.wall_heat import WallHeat
from thermal.state import State

Launch = Callable[[], Any]


@dataclass
class Sample:
    """What crosses each patch, from the solver's own face velocities and upwind temperatures, in float64 over the whole hall.

    inflow       m3/s (patches,) of reference density, into the room, openings' in- and outflow netted
    heat         K m3/s (patches,), sum of inflow x upwind temperature above reference; of a [[wall]], what it gives to the air
    supplied     m3/s of reference density, sum over faces of what enters
    mixed        K (patches,), flow-weighted temperature above reference of what crosses
    hottest      K (patches,), hottest cell at the patch
    surface      K (patches,), mean temperature above reference of the surface of a [[wall]], NaN for others
    """

    inflow: np.ndarray
    heat: np.ndarray
    supplied: float
    mixed: np.ndarray
    hottest: np.ndarray
    surface: np.ndarray


class Boundary:
    """Boundary lists of a block bound to its fields."""

    def __init__(self, domain: Domain, state: State) -> None:
        self.domain, self.state = domain, state
        backend = domain.backend
        self._shear: list[list[Launch]] = [[], [], []]
        self._drag: list[list[Launch]] = [[], [], []]
        for faces in domain.lists:
            for tangent in range(3):
                if tangent == faces.axis:
                    continue
                for offset in (0, domain.stride[tangent]):
                    self._shear[tangent].append(
                        backend.bind("wall_shear", len(faces), faces.cell_, faces.shear_, offset, state.extra)
                    )
                    if faces.slide_ is not None:
                        head = (len(faces), faces.cell_, faces.shear_, faces.slide_[tangent], offset)
                        self._drag[tangent].append(backend.bind("wall_drag", *head, state.inverse, state.rhs))
        self._sheets: list[list[Launch]] = [[], [], []]
        self._steep: list[list[Launch]] = [[], [], []]  # what Newton's linearisation has beyond the secant, see bind_openings
        self._rest: list[list[Launch]] = [[], [], []]
        self._is_newton = False
        for sheet in domain.placement.sheets:
            if sheet.plate.kind != "sheet":
                continue  # an air path, see passages
            cells = sheet.face[domain.within(sheet.face)]
            areas = sheet.area[domain.within(sheet.face)]
            if not len(cells):
                continue
            cell_ = backend.upload(domain.flat(cells), np.int64)
            area_ = backend.upload(areas, backend.real)
            loss_ = backend.upload(np.full(len(cells), sheet.loss_coefficient), backend.real)
            un, stride = state.velocity[sheet.axis], domain.stride[sheet.axis]
            secant = backend.bind("sheet_loss", len(cells), cell_, area_, loss_, un, state.extra)
            self._sheets[sheet.axis].append(secant)
            self._steep[sheet.axis].append(secant)
            given = (len(cells), cell_, area_, loss_, backend.zeros((len(cells),)), un, un, stride, state.inverse, state.rhs)
            self._rest[sheet.axis].append(backend.bind("tile_push", *given))
        self.passages = Passages(domain, state)
        self._tiles: list[tuple[FaceList, np.ndarray, Any, Any]] = []
        self._jets: list[list[Launch]] = [[], [], []]
        self._shares: list[list[Launch]] = [[], [], []]
        for faces in domain.lists:
            push, share = jet_momentum(domain, faces)
            tiles = np.flatnonzero(push)
            if not len(tiles):
                continue
            inner_ = backend.upload(faces.cell[tiles] + faces.inner_offset, np.int64)
            push_, share_ = backend.upload(push[tiles], backend.real), backend.upload(share[tiles], backend.real)
            self._tiles.append((faces, tiles, push_, share_))
            self._jets[faces.axis].append(backend.bind("push_jets", len(tiles), inner_, push_, 0, state.inverse, state.rhs))
            self._shares[faces.axis].append(backend.bind("scatter_add", len(tiles), inner_, share_, 1.0, state.extra))
        self._outlets = [Outlet(domain, state, faces) for faces in domain.lists if (faces.kind[: faces.own] == PRESSURE).any()]
        self.walls = WallHeat(domain, state)
        solids = domain.placement.solids
        self.conduction = Conduction(domain, state, solids) if solids is not None else None
        probed = [faces for faces in domain.lists if (faces.patch[: faces.own] >= 0).any()]
        counts = [int((faces.patch[: faces.own] >= 0).sum()) for faces in probed]
        self._seen = backend.zeros((max(3 * sum(counts), 1),))  # of all probes in one piece: the host waits once
        ends = 3 * np.cumsum([0, *counts])
        pieces = [self._seen[begin:end] for begin, end in zip(ends[:-1], ends[1:], strict=True)]
        self._probes = [Probe(domain, state, faces, piece) for faces, piece in zip(probed, pieces, strict=True)]

    def inflows(self, values: Sequence[Any]) -> list[Launch]:
        """Launches that add each list's entering `values` (device arrays, one a list) to the scalar row in hand."""
        domain, state = self.domain, self.state
        return [
            domain.backend.bind(
                "inflow", len(faces), faces.cell_, faces.area_, state.velocity[faces.axis],
                faces.normal_offset, float(faces.sign), value,
                state.extra, state.source,
            )
            for faces, value in zip(domain.lists, values, strict=True)
            if (faces.patch >= 0).any()
        ]  # fmt: skip

    def prepare_momentum(self, axis: int) -> None:
        """Fill `extra` for the velocity along `axis`: wall shear, porous loss, and what jets carry of their own accord."""
        self.domain.backend.fill(self.state.extra, 0.0)
        for launch in self._shear[axis]:
            launch()
        for launch in self._sheets[axis]:
            launch()
        for launch in self._steep[axis] if self._is_newton else ():
            launch()
        for launch in self._shares[axis]:
            launch()
        self.passages.share(axis)

    def push_jets(self, axis: int) -> None:
        """Add the jets' surplus of momentum to the rows along `axis`, once they are assembled."""
        for launch in self._jets[axis]:
            launch()
        for launch in self._rest[axis] if self._is_newton else ():
            launch()
        self.passages.push(axis)

    def renew_jets(self) -> None:
        """Give the jets the momentum of the flows that the domain's patches have now."""
        for faces, tiles, push_, share_ in self._tiles:
            push, share = jet_momentum(self.domain, faces)
            self.domain.backend.store(push[tiles], push_)
            self.domain.backend.store(share[tiles], share_)

    def set_pressure(self, patch: int, pressure: float) -> None:
        """The static pressure behind a pressure opening from now on, Pa."""
        for outlet in self._outlets:
            outlet.base[outlet.patch == patch] = pressure / self.domain.placement.case.air.density
            self.domain.backend.store(outlet.base, outlet.base_)

    def drag(self, axis: int) -> None:
        """Add the pull of moving walls to the rows along `axis`, once they are assembled."""
        for launch in self._drag[axis]:
            launch()

    def bind_openings(self, inverse_relaxation: float, inverse_step: float, history: History | None = None) -> None:
        """Fix the relaxation of the pressure openings' own momentum, or their step in time.

        Sheets in time have Newton's linearisation: the secant K|u|u/2 taken at a velocity that goes ahead along its straight line
        makes what passes a resistance alone swing from step to step, ever more.
        """
        self._is_newton = history is not None
        for outlet in self._outlets:
            outlet.bind(inverse_relaxation, inverse_step, history)

    def predict_openings(self) -> None:
        """New velocity and conductance of the pressure openings."""
        self.domain.backend.fill(self.state.opening_conductance, 0.0)
        for outlet in self._outlets:
            for launch in outlet.past:
                launch()
            outlet.predict()

    def correct_openings(self) -> None:
        """Add the pressure correction to the velocity of the pressure openings."""
        for outlet in self._outlets:
            outlet.correct()

    def sample(self) -> Sample:
        """What crosses each patch now. Waits for the device."""
        count = len(self.domain.placement.patches)
        sums = np.zeros((7, count + 1))
        hottest = np.full(count + 1, -np.inf)
        for probe in self._probes:
            probe.launch()
        seen, begin = self.domain.backend.download(self._seen), 0
        for probe in self._probes:
            end = begin + 3 * probe.count
            probe.read(seen[begin:end], sums[:4], hottest)
            begin = end
        self.walls.read(sums[4:])
        if self.conduction:
            self.conduction.read(sums[4:])
        totals = self.domain.comm.sum(sums.ravel()).reshape(sums.shape)
        peak = self.domain.comm.max(hottest)
        with np.errstate(invalid="ignore", divide="ignore"):
            mixed, surface = totals[1] / totals[0], totals[6] / totals[5]
        heat = totals[1] + totals[4]
        return Sample(totals[0, :count], heat[:count], float(totals[2].sum()), mixed[:count], peak[:count], surface[:count])


def jet_momentum(domain: Domain, faces: FaceList) -> tuple[np.ndarray, np.ndarray]:
    """What the jets of perforated openings carry above the stream that reaches the next face inward, one entry a face.

    A tile of open fraction f blows U/f through its holes: momentum U^2 A / f, times rho/rho0 (body-force model: Abdelmaksoud,
    Khalifa, Dang, Elhadidi, Schmidt and Iyengar 2010, ITherm). The row of the next velocity inward, u, already receives F U
    with F = (U + u) A / 2 at the centre of the cell: as the jets draw air in from the side, u exceeds U and F U exceeds U^2 A.
    The rest is U^2 A (1/f - 1/2) - U A u / 2; with U^2 A (1/f - 1) alone a tile of 25 % blew a quarter too much.

    Returns     push, m4/s2 along +axis, the first part; share, m3/s, the factor of u in the second
    """
    push, share = np.zeros(len(faces)), np.zeros(len(faces))
    for index, patch in enumerate(domain.placement.patches):
        flow = domain.patch_flow[index]
        if patch.kind == "supply" and flow and patch.open_fraction < 1.0:
            speed = flow / float(patch.area.sum())
            here = faces.patch == index
            density = supply_density(domain.placement.case, patch)
            push[here] = density * faces.sign * speed**2 * faces.area[here] * (1.0 / patch.open_fraction - 0.5)
            share[here] = density * 0.5 * abs(speed) * faces.area[here]
    return push, share


class Outlet:
    """The pressure openings of one list."""

    def __init__(self, domain: Domain, state: State, faces: FaceList) -> None:
        backend = domain.backend
        self.domain, self.state, self.faces = domain, state, faces
        chosen = np.flatnonzero(faces.kind[: faces.own] == PRESSURE)
        patches = [domain.placement.patches[p] for p in faces.patch[chosen]]
        density = domain.placement.case.air.density
        self.count = len(chosen)
        self.cell_ = backend.upload(faces.cell[chosen], np.int64)
        self.area_ = backend.upload(faces.area[chosen], backend.real)
        self.distance_ = backend.upload(backend.download(faces.distance_)[chosen], backend.real)
        self.patch = faces.patch[chosen]
        self.base = np.array([patch.object.pressure / density for patch in patches])
        self.base_, self.pressure_ = backend.upload(self.base, backend.real), backend.upload(self.base, backend.real)
        self.loss_ = backend.upload(np.array([patch.loss_coefficient for patch in patches]), backend.real)
        self.conductance_ = backend.zeros((self.count,), backend.real)
        self.correct = backend.bind(
            "outlet_correct", self.count, self.cell_, self.area_, self.conductance_, state.velocity[faces.axis],
            faces.normal_offset, float(faces.sign), state.correction,
        )  # fmt: skip
        self.predict: Launch = self.correct
        self.past: list[Launch] = []

    def bind(self, inverse_relaxation: float, inverse_step: float, history: History | None = None) -> None:
        """Bind the prediction with its relaxation, or its step in time."""
        faces, state = self.faces, self.state
        self.past = []
        if history:
            name = "uvw"[faces.axis]
            self.past = [
                self.domain.backend.bind(
                    "opening_history", self.count, self.cell_, self.distance_, state.velocity[faces.axis], history.old[name],
                    history.older[name], faces.normal_offset, float(faces.sign), self.base_, self.pressure_, history.rate,
                    history.lag,
                )
            ]  # fmt: skip
        kernel, velocities = "outlet", [state.velocity[faces.axis]]
        if state.face_density:
            velocities = [state.true_velocity[faces.axis], state.velocity[faces.axis], state.face_density[faces.axis]]
            kernel = "outlet_gas"
        self.predict = self.domain.backend.bind(
            kernel, self.count, self.cell_, self.area_, self.distance_, self.pressure_, self.loss_, *velocities,
            faces.normal_offset, faces.inner_offset, float(faces.sign), state.p, self.conductance_,
            state.opening_conductance, inverse_relaxation, inverse_step,
        )  # fmt: skip


class Probe:
    """Looks at velocity, temperature and entering temperature at the patch faces of one list."""

    def __init__(self, domain: Domain, state: State, faces: FaceList, seen: Any) -> None:
        """seen: device array (3 x faces,) that it fills."""
        backend = domain.backend
        self.faces = faces
        self.chosen = np.flatnonzero(faces.patch[: faces.own] >= 0)
        count = self.count = len(self.chosen)
        self.patch, self.area = faces.patch[self.chosen], faces.area[self.chosen]
        cell_ = backend.upload(faces.cell[self.chosen], np.int64)
        chosen_ = backend.upload(self.chosen, np.int64)
        velocity_, temperature_, entering_ = seen[:count], seen[count : 2 * count], seen[2 * count :]
        self._launches = [
            backend.bind("gather", count, cell_, faces.normal_offset, state.velocity[faces.axis], velocity_),
            backend.bind("gather", count, cell_, 0, state.T, temperature_),
            backend.bind("gather", count, chosen_, 0, faces.temperature_, entering_),
        ]

    def launch(self) -> None:
        """Look."""
        for launch in self._launches:
            launch()

    def read(self, seen: np.ndarray, sums: np.ndarray, hottest: np.ndarray) -> None:
        """Add this list's faces to the sums by patch: inflow, inflow x temperature, inflow of entering faces, its heat."""
        velocity, cell, entering = seen.reshape(3, -1).astype(np.float64)
        flow = self.faces.sign * velocity * self.area
        upwind = np.where(flow > 0.0, entering, cell)
        inward = np.maximum(flow, 0.0)
        for row, weight in enumerate((flow, flow * upwind, inward, inward * upwind)):
            sums[row] += np.bincount(self.patch, weight, minlength=sums.shape[1])
        with np.errstate(invalid="ignore"):  # a run that diverges is told of by its verdict
            np.maximum.at(hottest, self.patch, cell)
