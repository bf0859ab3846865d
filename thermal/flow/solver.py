"""One grid level of the steady solver: its fields, its equations, and one iteration of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from thermal.flow.boundary import Boundary, Sample
from thermal.flow.density import DENSITIES
from thermal.flow.domain import Domain, patch_flow, supply_density
from thermal.flow.drive import Drive
from thermal.flow.energy import Energy
from thermal.flow.momentum import Momentum
from thermal.flow.pressure import Pressure
from thermal.flow.scales import Scales, find_scales, kept_walls
from thermal.flow.tracks import Tracks
from thermal.flow.turbulence import MODELS
from thermal.movers.air import Movers, Reading
from thermal.racks.air import RackAir
from thermal.state import State

# hall-130kw-hybrid, 468 000 cells: 58 iterations with 10, 3 and 0.98, 38 so; openfoam-h0, 307 000: 64 and 54.
TEMPERATURE_SWEEPS, REFRESH = 20, 4
TEMPERATURE_RELAXATION = 0.995
CLOSED, LOOKED, MOST_POLISHED = 2e-4, 4, 12  # heat balance of a polished answer; rounds between two looks at it, at most; looks


@dataclass
class Measure:
    """How far one iterate is from an answer.

    mass      sum over cells of |net outflow| / supply          momentum  sum of |defect| / (supply x fastest opening)
    heat      sum over cells of |defect of the temperature row| / heat to air
    balance   |heat through all patches and walls| / heat to air, signed: > 0 when more leaves than enters
    inlets    K above reference (racks,), flow-weighted mean of each front
    """

    mass: float
    momentum: float
    heat: float
    balance: float
    inlets: np.ndarray
    sample: Sample
    tracks: np.ndarray | None = None
    spans: np.ndarray | None = None
    movers: Reading | None = None


class Flow:
    """The equations of one block on one grid, and `iterate`, which passes through all of them once."""

    def __init__(self, domain: Domain) -> None:
        case = domain.placement.case
        self.domain, self.model = domain, case.flow.turbulence.model
        self.state = State(domain, MODELS[self.model].fields)
        self.scales: Scales = find_scales(domain.placement)
        self.boundary = Boundary(domain, self.state)
        self.racks = RackAir(domain, self.state)
        self.density = DENSITIES[case.flow.density](domain, self.state, self.racks)
        self.drive = Drive(domain, self.state)
        self.movers = Movers(domain, self.state)
        self.momentum = Momentum(domain, self.state, self.boundary, self.density, self.drive, self.movers)
        self.pressure = Pressure(domain, self.state, self.boundary)
        self.energy = Energy(domain, self.state, self.boundary, self.racks, self.drive, self.movers)
        self.turbulence = MODELS[self.model](domain, self.state, self.boundary)
        self.tracks = Tracks(domain, self.state, self.scales)
        self.kept = list(kept_walls(domain.placement))
        self.loops: Any = None  # the liquid loops of a run in time (thermal/loop/in_time.py), which events change
        self._halves: dict[bool, tuple[Any, Any]] = {}  # of an iteration, by whether it is measured

    def begin(self) -> None:
        """Start from rest at the case's initial temperature, openings and racks blowing."""
        domain, backend = self.domain, self.domain.backend
        case = domain.placement.case
        rest = case.flow.initial_temperature - case.air.reference_temperature
        backend.fill(self.state.T, rest)
        for axis in range(3):
            self.set_field(self.state.velocity[axis], np.zeros(_face_shape(domain, axis)), axis)
        self.density.renew()
        self.turbulence.begin()

    def bind(self, relaxation: float, step: float | None = None) -> None:
        """Fix relaxation (0..1) and pseudo-time step (s; default: the case's own)."""
        step = step or self.scales.step
        self._halves = {}
        self.momentum.bind(relaxation, step)
        self.energy.bind(TEMPERATURE_RELAXATION, 50.0 * step)
        self.turbulence.bind(relaxation, step)

    def iterate(self, measure: bool) -> Measure | None:
        """One pass: density, turbulence, momentum, pressure, temperature; all it needs is in the declared fields, so a
        checkpoint of them goes on bit for bit. Returns how far the iterate was from an answer, if asked."""
        if measure not in self._halves:
            self._halves[measure] = self._programs(measure)
        before, after = self._halves[measure]
        before()
        self.pressure.solver.invert_coarsest()
        after()
        return self.measure(self.pressure.seen()) if measure else None

    def _programs(self, measure: bool) -> tuple[Any, Any]:
        """An iteration as two calls, between which the host inverts the coarsest level of the pressure equation."""
        before = (
            self.density.renew, partial(self.turbulence.update, measure), partial(self.momentum.predict, measure),
            self.pressure.prepare,
        )  # fmt: skip
        look = (self.pressure.look,) if measure else ()
        after = (self.pressure.apply, *look, partial(self.energy.solve, TEMPERATURE_SWEEPS, REFRESH, measure))
        if self.domain.comm.size > 1:  # blocks exchange their halos in between, which is nothing to record
            return partial(_run, before), partial(_run, after)
        return self.domain.backend.program(before), self.domain.backend.program(after)

    def measure(self, mass: float) -> Measure:
        """The distance from an answer, from a mass defect and what the last looks found. Waits for the device."""
        scales, sample = self.scales, self.boundary.sample()
        heat = scales.warmth(sample.heat[self.kept])
        momentum = sum(self.momentum.defects()) / scales.momentum if scales.momentum else 0.0
        movers = self.movers.read()
        inlets = self.tracks.inlets(sample, movers)
        given = scales.skins + (movers.total_heat if movers else 0.0)
        balance = -(float(sample.heat.sum()) + given - self.drive.carried()) / heat
        tracks, spans = self.tracks.read(sample, inlets, heat)
        return Measure(
            mass / scales.supply, momentum, self.energy.defect() / heat, balance, inlets, sample, tracks, spans, movers
        )

    def polish(self, rounds: int) -> None:
        """Close the balances of a settled flow: project without predicting, so many rounds, then relax the temperature on the
        projected flow until the heat balance closes."""
        self.pressure.close(rounds)
        for _ in range(MOST_POLISHED):
            for _ in range(min(rounds, LOOKED)):
                self.energy.solve(TEMPERATURE_SWEEPS, REFRESH, False)
            if abs(self.measure(0.0).balance) < CLOSED:
                break

    # -- whole-hall fields ----------------------------------------------------------------------------------------
    def set_field(self, field: Any, whole: np.ndarray, axis: int | None = None) -> None:
        """Fill a device field from a global [k, j, i] array; a velocity (with its axis) has one more plane and gets its fixed
        faces.
        """
        domain = self.domain
        if axis is not None:
            whole = fix_faces(domain, whole, axis)
        domain.backend.store(domain.local(whole), field)

    def whole_field(self, field: Any, axis: int | None = None) -> np.ndarray:
        """The global [k, j, i] array of a device field in its own precision, on every block."""
        domain = self.domain
        local = domain.backend.download(field)
        shape = domain.placement.grid.shape if axis is None else _face_shape(domain, axis)
        if domain.comm.size == 1:
            return local[tuple(slice(2, 2 + n) for n in shape)].copy()
        out = np.zeros(shape)
        target, source = [], []
        for a in (2, 1, 0):
            low, high = domain.range[a]
            last = high + 1 if a == axis and high == domain.placement.grid.n[a] else high
            target.append(slice(low, last))
            source.append(slice(2, 2 + last - low))
        out[tuple(target)] = local[tuple(source)]
        return domain.comm.sum(out.ravel()).reshape(shape).astype(domain.backend.real)


def _run(steps: Sequence[Callable[[], Any]]) -> None:
    for step in steps:
        step()


def _face_shape(domain: Domain, axis: int) -> tuple[int, int, int]:
    shape = list(domain.placement.grid.shape)
    shape[2 - axis] += 1
    return shape[0], shape[1], shape[2]


def fix_faces(domain: Domain, whole: np.ndarray, axis: int) -> np.ndarray:
    """A global face velocity with closed faces at rest and fixed openings at their speed, inward flow over snapped area."""
    placement = domain.placement
    bit = 2 << axis
    is_open = (placement.mask & bit).astype(bool)
    shape = whole.shape
    fixed = np.zeros(shape)
    low = tuple(slice(0, n) for n in placement.grid.shape)
    fixed[low] = np.where(is_open, whole[low], 0.0)
    for patch in placement.patches:
        if patch.axis != axis or patch.kind == "skin":
            continue
        index = patch.cell.copy()
        if patch.sign < 0:
            index[:, 2 - axis] += 1
        flow = patch_flow(patch)
        where = tuple(index.T)
        density = supply_density(placement.case, patch)
        fixed[where] = whole[where] if flow is None else patch.sign * density * flow / patch.area.sum()
    return fixed
