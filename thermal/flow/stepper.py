"""One step in time: the equations of a steady pass, each with its time derivative, and how well the step went.

    carry every field ahead along its straight line -> objects as they are at the new time -> turbulence -> momentum
    -> pressure increment -> temperature on the projected flow, racks' outlets following their inlets

Incremental projection (van Kan 1986, SIAM J. Sci. Stat. Comput. 7:870) with the backward formula of thermal/flow/history.py: the
momentum rows hold the last pressure, and the correction that takes their mass defect out is the pressure's change. The change of
the step before comes first, as a guess, so that less is left to conjugate gradients.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from thermal.flow.boundary import Sample
from thermal.flow.domain import Domain
from thermal.flow.history import History
from thermal.flow.solver import Flow
from thermal.movers.air import Reading

FIELDS_OF_BEND = ("u", "v", "w", "T")


@dataclass
class Instant:
    """What a step left.

    sample    what crosses each patch, as thermal/flow/boundary.py        inlets   K above reference (racks,)
    hottest   K above reference (racks,), warmest cell that each draws from    movers   what movers do, None without any
    mass      sum over cells of |net outflow|/supply                      rows     sum of |defect| of the temperature rows/heat
    entered   K m3/s that all patches and walls gave to the air           stored   K m3/s that the air and what is in it kept
    heat      K m3/s that the two are measured against                    courant  largest Courant number
    bend      what velocity and temperature left their straight line by: root mean square over the room, over their scale
    """

    sample: Sample
    inlets: np.ndarray
    hottest: np.ndarray
    movers: Reading | None
    mass: float
    rows: float
    entered: float
    stored: float
    heat: float
    courant: float
    bend: float


class Stepper:
    """Steps of a Flow in time. `objects` are called at the start of each step, once the fields went ahead."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.history = History(flow.domain, flow.state)
        add_stores(self.history, flow.domain)
        domain, backend = flow.domain, flow.domain.backend
        self.objects: list[Callable[[], Any]] = []
        grid = domain.placement.grid
        self.volume = float(grid.volumes()[(domain.placement.mask & 1).astype(bool)].sum())
        length = len(backend.partials(*domain.n))
        rows = domain.n[1] * domain.n[2]
        # all that the host looks at lies in one piece, so that it waits once
        self._seen = backend.zeros((5 * length + rows,), np.float64)
        self._pieces = [self._seen[n * length : (n + 1) * length] for n in range(5)]
        self._rates = self._seen[5 * length :]
        self._rate = backend.bind("largest_rate", *domain.n, rows, *flow.state.velocity, domain.mask, domain.metrics, self._rates)
        self._looks: list[Callable[[], Any]] = []
        self._programs: tuple[Any, Any] | None = None
        self._bound: tuple[Any, ...] = ()

    def begin(self) -> None:
        """Take the present fields as the start. The first step must have the ratio 0."""
        self.history.begin()

    def bind(self, step: float, ratio: float, courant: float = 1.0, projections: int = 2) -> None:
        """Fix the next steps.

        step      s      ratio         of the next step to the last one (0: the last one counts no more)
        courant   largest Courant number to expect, by which the number of sweeps goes
        projections   steps of conjugate gradients of each projection
        """
        history, flow = self.history, self.flow
        history.choose_sweeps(courant)
        wanted = (step, ratio, projections, *history.sweeps.values())
        if wanted == self._bound:
            return
        self._bound = wanted
        history.bind(step, ratio)
        flow.pressure.solver.take_steps(projections)
        flow.movers.bind(step)
        local = 1.0 / history.rate
        flow.momentum.bind(1.0, local, history)
        flow.energy.bind(1.0, local, history)
        flow.turbulence.bind(1.0, local, history)
        bends = [history.bend(name, piece) for name, piece in zip(FIELDS_OF_BEND, self._pieces[:4], strict=True)]
        self._looks = [*bends, history.stored(self._pieces[4])]
        self._programs = None

    def advance(self) -> None:
        """One step."""
        self.history.advance()
        for launch in self.objects:
            launch()
        if self._programs is None:
            self._programs = self._make()
        before, after = self._programs
        before()
        self.flow.pressure.solver.invert_coarsest()
        after()

    def _make(self) -> tuple[Any, Any]:
        flow, history = self.flow, self.history
        before = (
            flow.density.renew, partial(flow.turbulence.update, False), partial(flow.momentum.predict, False), history.guess,
            flow.pressure.correct, flow.pressure.prepare,
        )  # fmt: skip
        after = (
            flow.pressure.apply,
            partial(flow.energy.solve, history.sweeps["temperature"], 2, False),
            flow.energy.sweeps.look,
            *self._looks,
        )
        if flow.domain.comm.size > 1:
            return partial(_run, before), partial(_run, after)
        return flow.domain.backend.program(before), flow.domain.backend.program(after)

    def measure(self) -> Instant:
        """How the last step went. Waits for the device."""
        flow, domain = self.flow, self.flow.domain
        scales = flow.scales
        rows = flow.energy.defect()
        mass = flow.pressure.mass_defect()
        self._rate()
        sample = flow.boundary.sample()
        seen = domain.backend.download(self._seen)
        length = len(self._pieces[0])
        sums = [float(seen[n * length : (n + 1) * length].sum()) for n in range(5)]
        sums.append(self.history.stored_elsewhere())
        totals = domain.comm.sum(np.array(sums))
        fastest = float(domain.comm.max(np.array([seen[5 * length :].max(initial=0.0)]))[0])
        heat = scales.warmth(sample.heat[flow.kept])
        movers = flow.movers.read()
        inlets, hottest = flow.tracks.inlets(sample, movers), flow.tracks.hottest(sample, movers)
        speeds = math.sqrt(max(float(totals[:3].sum()), 0.0) / self.volume) / scales.pace
        temperature = math.sqrt(max(float(totals[3]), 0.0) / self.volume) / scales.contrast
        given = scales.skins + (movers.total_heat if movers else 0.0)
        entered = float(sample.heat.sum()) + given - flow.drive.carried()
        return Instant(
            sample, inlets, hottest, movers, mass / scales.supply, rows / heat, entered, float(totals[4] + totals[5]), heat,
            fastest * self.history.step, max(speeds, temperature),
        )  # fmt: skip


def add_stores(history: History, domain: Domain) -> None:
    """Tell a history what holds heat beside the air: what stands in racks in depth, and conducting solids."""
    placement, air = domain.placement, domain.placement.case.air
    capacity = air.density * air.heat_capacity

    def own(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        cell = np.argwhere(values > 0.0)
        cell = cell[domain.within(cell)]
        return domain.flat(cell), values[tuple(cell.T)] / capacity

    history.add_store(*own(placement.thermal_mass))
    if placement.solids is not None:
        history.add_solids(*own(placement.solids.capacity * placement.grid.volumes()))


def _run(steps: Sequence[Callable[[], Any]]) -> None:
    for step in steps:
        step()
