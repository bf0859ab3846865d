"""The steady solver: coarse to fine, iterate, watch, decide. One function of one block; all blocks decide alike.

SIMPLEC with local time steps, segregated. Relaxation comes from the table below, is lowered once where a run swings, and is never
the case's business. What the run leaves is an Outcome.
"""

from __future__ import annotations

import gc
import math
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thermal.couple import Coupling, Uncoupled, couple
from thermal.flow.averages import PLACES, Averages, amount
from thermal.flow.domain import Domain
from thermal.flow.monitor import Monitor
from thermal.flow.relaxation import relaxation
from thermal.flow.remaining import iterations_left
from thermal.flow.sequence import Answer, Climb, refine
from thermal.flow.solver import Flow, Measure
from thermal.flow.tracks import PER_KELVIN
from thermal.flow.watch import COARSE, FINE, PASSABLE, ROOM, Gates, Watch
from thermal.parallel import Communicator, cut
from thermal.place import Placement

LOWERED = 0.6  # factor on the relaxation of a run that swings, once
SHRUNK = 0.7  # an amplitude below this share of the one before lowering is still on its way down
TILT = 0.02  # of the case's temperature scale
EVERY = 2  # iterations between two looks at the residuals
COARSE_ITERATIONS = 120
AVERAGED, MOST_AVERAGED = 200, 800  # iterations of the means of an unsteady run: until they are precise, at most
FLUTTERED = 120  # iterations of the means of a flow that flutters where no rack feels it
LEFT = 6.0  # a settled inlet goes on by up to so many times what the hall's most restless one last moved (measured: 5.5)
NEAR = 2.0  # standard errors of a mean within which its true value lies, at about 95 per cent
POLISH = 12  # rounds of projection and temperature that close the balances of a steady answer


@dataclass
class Outcome:
    """How a run ended, on every block alike.

    verdict    steady | unsteady | unfinished | diverged; text says why in a sentence
    worst      what kept it from being steady: {object, quantity, value, gate}, or None
    inlets     K above reference (racks,): last values, or window means; swing K (racks,) half range in that window, None if
    steady
    error      K (racks,): what the iterations leave open: two standard errors where inlets are means, else LEFT times the most
               that any inlet last moved, as slow modes are those of the whole hall
    balance    heat (signed share of the heat to air) and mass (share of the supply), of the last iterate or window
    pressure_ratio  thermodynamic pressure over that of the site
    fields     global arrays by name of state.FIELDS (face velocities on faces), means where unsteady
    """

    verdict: str
    text: str
    worst: dict[str, Any] | None
    iterations: int
    level_iterations: list[int]
    inlets: np.ndarray
    swing: np.ndarray | None
    error: np.ndarray
    balance: dict[str, float]
    measure: Measure
    history: list[dict[str, Any]]
    fields: dict[str, np.ndarray]
    pressure_ratio: float
    flow: Any = field(repr=False)  # the Flow it ended with
    coupling: Coupling | Uncoupled = field(repr=False, default_factory=Uncoupled)  # the loops, at rest with the racks' air
    periodic: dict[str, Any] = field(default_factory=dict)  # row of the summary of a room that repeats itself
    march: Any = None  # thermal.flow.transient.March of a run in time
    scalars: Any = None  # thermal.scalars.answer.Scalars of a run with an answer


@dataclass
class _Phase:
    """Where a run stands; a checkpoint holds all of it."""

    level: int = 0
    iteration: int = 0
    relaxation: float = 0.0
    swing_before: float = -1.0  # K, amplitude before the relaxation was lowered; < 0: not lowered
    averaging: str = ""  # what the means are taken for: "", "steady", "unsteady"
    level_iterations: list[int] = field(default_factory=list)
    force: tuple[float, float, float] | None = None  # m/s2, found along periodic axes


class SteadyRun:
    """A run of one block through the sequence of grids.

    placements   coarsest first      cuts   per grid None or, per axis, the first cells of the blocks (thermal.parallel.cut)
    limit        iterations on the finest grid
    gates        what a steady answer may leave open on the finest grid; default FINE, ROOM without racks
    """

    def __init__(
        self,
        placements: list[Placement],
        backend: Any,
        comm: Communicator,
        limit: int,
        monitor: Monitor,
        cuts: list | None = None,
        gates: Gates | None = None,
    ) -> None:
        self.placements, self.backend, self.comm = placements, backend, comm
        self.limit, self.monitor = limit, monitor
        self.cuts = cuts or [None] * len(placements)
        self.case = placements[-1].case
        self.gates = gates or (FINE if self.case.racks else ROOM)
        self.phase = _Phase()
        self.history: list[dict[str, Any]] = []
        self.started = self.saved = time.monotonic()
        self.averages: Averages | None = None
        self.coupling = couple(self.case)
        self.climb = Climb(self.case.flow.velocity_scheme)
        self.flow: Flow
        self.watch: Watch

    # -- the run --------------------------------------------------------------------------------------------------
    def run(
        self,
        checkpoint: tuple[dict[str, np.ndarray], dict[str, Any]] | None = None,
        start: Answer | None = None,
    ) -> Outcome:
        """Go from the coarsest grid, or from a checkpoint, to an outcome.

        start   another grid and the fields of an Outcome on it, from which the coarsest grid begins, in place of rest
        """
        if checkpoint:
            self._restore(*checkpoint)
        else:
            self._enter(0, start)
        while True:
            ending = self._level()
            if ending or self.phase.level == len(self.placements) - 1:
                return self._close(*(ending or ("unfinished", "")))
            self.phase.force = self.flow.drive.force
            self.phase.level_iterations.append(self.phase.iteration)
            grid = self.placements[self.phase.level].grid
            start, movers = self.climb.leave(grid, self.fields(), self.flow.movers.arrays())
            self._enter(self.phase.level + 1, start)
            self.flow.movers.restore(movers)

    def _level(self) -> tuple[str, str] | None:
        """Iterate on the present grid; returns (verdict, text) if the run ends here, None if the next grid may begin."""
        finest = self.phase.level == len(self.placements) - 1
        most = self.limit if finest else COARSE_ITERATIONS
        while self.phase.iteration < most + (MOST_AVERAGED if self.averages is not None else 0):
            self.phase.iteration += 1
            looks = self.phase.iteration % EVERY == 0 or self.phase.iteration == most
            measure = self.flow.iterate(looks)
            if measure is None:
                continue
            self.coupling.attend(self.flow, measure.inlets, self.phase.iteration)
            ending = self._look(measure, finest)
            if ending == "next":
                return None
            if isinstance(ending, tuple):
                return ending
            if self._asked_to_stop():
                return "unfinished", "stopped before an answer was reached"
        return ("unfinished", f"not settled after {most} iterations") if finest else None

    def _look(self, measure: Measure, finest: bool) -> tuple[str, str] | str | None:
        self.watch.add(measure)
        shortfalls = self.watch.shortfalls()
        self._tell(measure, shortfalls)
        if self.watch.is_broken(self._hottest()):
            return "diverged", "a residual or an inlet temperature is no longer a sensible number"
        if not finest:
            self.climb.settled = not shortfalls
            if self.climb.passable is None and not self.watch.shortfalls(PASSABLE):
                self.climb.passable = self.fields(), self.flow.movers.arrays()
            return None if shortfalls else "next"
        if self.averages is not None:
            self.averages.add(measure, self.flow)
            return self._averaged(self.averages)
        if not shortfalls:
            return "steady", f"{self._watched()} stand still"
        swing = self.watch.flutter()
        if swing is not None:
            self.averages, self.phase.averaging = Averages(self.flow.tracks.tracks), "steady"
            still = "every rack inlet stands" if self.case.racks else "heat and motion stand"
            self._say(f"{still} still within {self._amount(swing)} while the flow flutters elsewhere: averaging")
        else:
            self._swings()
        return None

    def _watched(self) -> str:
        return "every rack inlet, mass, momentum and heat" if self.case.racks else "heat, motion, mass and momentum of the room"

    def _swinging(self) -> str:
        return "inlets" if self.case.racks else "heat and motion"

    def _amount(self, swing: float) -> str:
        return amount(self.flow.tracks.tracks[0], swing)

    def _averaged(self, averages: Averages) -> tuple[str, str] | None:
        """Whether the means are long enough, and what they are means of."""
        iterations = averages.count * EVERY
        if self.phase.averaging == "steady":
            return ("steady", averages.flutter_text()) if iterations >= FLUTTERED else None
        if (iterations >= AVERAGED and averages.is_precise()) or iterations >= MOST_AVERAGED:
            return "unsteady", averages.text()
        return None

    def _swings(self) -> None:
        """A plateau: lower the relaxation once; if the amplitude does not shrink, average."""
        amplitude = self.watch.plateau(self.phase.swing_before >= 0.0)
        if amplitude is None:
            return
        phase = self.phase
        if phase.swing_before < 0.0:
            phase.relaxation *= LOWERED
            self.flow.bind(phase.relaxation)
            self._say(f"{self._swinging()} swing by {self._amount(amplitude)} and no longer settle: relaxation lowered")
        elif amplitude > SHRUNK * phase.swing_before:
            self.averages, self.phase.averaging = Averages(self.flow.tracks.tracks), "unsteady"
            words = f"{self._swinging()} still swing by {self._amount(amplitude)}"
            self._say(f"{words}: the flow has no steady state, averaging from here on")
        phase.swing_before = amplitude
        self.watch = Watch(self.gates, EVERY)

    def _close(self, verdict: str, text: str) -> Outcome:
        flow, phase = self.flow, self.phase
        shortfalls = self.watch.shortfalls() if self.watch.tracks else []
        means = self.averages if verdict in ("steady", "unsteady") else None
        if means:  # the mean flow, made to close: its mass defect is that of no iterate
            self._set_fields(means.fields())
            flow.density.renew()
            flow.pressure.close(POLISH)
        elif verdict == "steady":
            flow.polish(POLISH)
        self.coupling.close(flow, means.inlets() if means else None, verdict == "steady")
        measure = flow.measure(flow.pressure.mass_defect())
        inlets, swing, balance = measure.inlets, None, {"heat": measure.balance, "mass": measure.mass}
        error = np.full(inlets.shape, LEFT * self.watch.restlessness().max(initial=0.0))
        if means:
            inlets, swing, balance["heat"] = means.inlets(), means.swing(), means.balance()
            error = NEAR * means.standard_error()
        if verdict == "unfinished":
            self._save()
        worst = None
        if verdict not in ("steady", "unsteady") and shortfalls:
            worst = self._worst(*shortfalls[0][1:])
        return Outcome(
            verdict, text, worst, phase.iteration, [*phase.level_iterations, phase.iteration], inlets, swing, error, balance,
            measure, self.history, self.fields(), flow.density.pressure_ratio(), flow,
            coupling=self.coupling,
        )  # fmt: skip

    def _worst(self, quantity: str, index: int, value: float, gate: float) -> dict[str, Any]:
        """What kept the run from being steady, with its object; of a track without racks the values are shares of its scale."""
        name = "hall"
        if index >= 0:
            track = self.flow.tracks.tracks[index]
            name = track.object
            if not track.unit:
                quantity, value, gate = f"{quantity} of {track.quantity}", value * PER_KELVIN, gate * PER_KELVIN
        return {"object": name, "quantity": quantity, "value": value, "gate": gate}

    # -- grids ----------------------------------------------------------------------------------------------------
    def enter_finest(self) -> Flow:
        """The flow of the finest grid at rest, for whoever goes on from there."""
        self._enter(len(self.placements) - 1, None)
        return self.flow

    def _enter(self, level: int, before: Answer | None) -> None:
        """Set up a grid of the sequence, from rest or from the fields of a coarser one."""
        self._build(level)
        self.phase.level, self.phase.iteration = level, 0
        self.phase.relaxation = relaxation(self.placements[level])
        self.flow.bind(self.phase.relaxation)
        self.flow.begin()
        if before is not None:
            self._set_force()
            self._set_fields(refine(before, self.placements[level].grid))
        self._tilt()

    def _tilt(self) -> None:
        """Warm one side a little. A hall drawn in perfect symmetry may have no stable symmetric flow; from a symmetric start only
        round-off would find that out, hundreds of iterations after everything stood still.
        """
        flow, grid = self.flow, self.placements[self.phase.level].grid
        x, y, z = (grid.centres(axis) / grid.size[axis] for axis in range(3))
        wave = np.sin(2.3 * x + 0.7)[None, None, :] * np.sin(2.6 * y + 0.4)[None, :, None] * np.sin(1.9 * z + 0.5)[:, None, None]
        whole = flow.whole_field(flow.state.T)
        tilted = whole + TILT * flow.scales.temperature * (wave - wave.mean())
        flow.set_field(flow.state.T, tilted.astype(whole.dtype))

    def _build(self, level: int) -> None:
        placement = self.placements[level]
        block = cut(self.comm, placement.grid.n, self.cuts[level])
        if hasattr(self, "flow"):  # the arrays of the coarser grid go before the finer one needs memory
            del self.flow
            gc.collect()
        self.flow = Flow(Domain(placement, self.backend, self.comm, block))
        self.coupling.begin(self.flow)
        self.watch = Watch(self.gates if level == len(self.placements) - 1 else COARSE, EVERY)

    def fields(self) -> dict[str, np.ndarray]:
        """All declared fields as global arrays."""
        state = self.flow.state
        return {name: self.flow.whole_field(getattr(state, name), PLACES.get(name)) for name in state.names}

    def _set_force(self) -> None:
        if self.phase.force is not None:
            self.flow.drive.force = self.phase.force

    def _set_fields(self, fields: dict[str, np.ndarray]) -> None:
        for name, values in fields.items():
            self.flow.set_field(getattr(self.flow.state, name), values, PLACES.get(name))

    # -- telling, stopping, saving --------------------------------------------------------------------------------
    def _hottest(self) -> float:
        """K above reference that no inlet can pass: all heat in a thousandth of the smallest flow would not do it."""
        return 1e3 * max(self.flow.scales.temperature, 1.0) if self.case.racks else math.inf

    def _say(self, text: str) -> None:
        if self.comm.rank == 0:
            self.monitor.message(text)

    def _tell(self, measure: Measure, shortfalls: list) -> None:
        reference = self.case.air.reference_temperature
        row: dict[str, Any] = {
            "iteration": self.phase.iteration, "level": len(self.placements) - 1 - self.phase.level, "mass": measure.mass,
            "momentum": measure.momentum, "heat": measure.heat, "balance": measure.balance,
        }  # fmt: skip
        row |= {f"inlet.{rack.name}": reference + value for rack, value in zip(self.case.racks, measure.inlets, strict=True)}
        self.history.append(row)
        if self.comm.rank:
            return
        hottest = None
        if measure.inlets.size and np.isfinite(measure.inlets).all():
            rack = int(np.argmax(measure.inlets))
            hottest = (self.case.racks[rack].name, reference + float(measure.inlets[rack]) - 273.15)
        self.monitor.step(
            {
                "iteration": self.phase.iteration, "level": row["level"],
                "residuals": {"mass": measure.mass, "momentum": measure.momentum, "heat": measure.heat}, "hottest": hottest,
                "balance": measure.balance, "elapsed": time.monotonic() - self.started, "eta": self._time_left(shortfalls),
            }
        )  # fmt: skip

    def _time_left(self, shortfalls: list) -> float | None:
        """Seconds to the verdict; None where nobody can tell."""
        elapsed, phase = time.monotonic() - self.started, self.phase
        if self.averages is not None:
            done = max(self.averages.count * EVERY, 1)
            more = AVERAGED - done  # until the means are precise, which nobody can tell
            return more * elapsed / max(sum(phase.level_iterations) + phase.iteration, 1) if more > 0 else None
        left = iterations_left(self.watch.residuals, shortfalls, EVERY)
        return None if left is None else left * elapsed / max(phase.iteration, 1)

    def _asked_to_stop(self) -> bool:
        """Whether any block was asked to end; also writes the checkpoint that is due."""
        now = time.monotonic()
        wishes = [
            float(self.monitor.stopped() or now > self.monitor.deadline), float(now - self.saved > self.monitor.save_every),
        ]  # fmt: skip
        stop, due = self.comm.max(np.array(wishes))
        if due and not stop:
            self._save()
        return bool(stop)

    def _save(self) -> None:
        self.saved = time.monotonic()
        arrays = {f"fields/{name}": values for name, values in self.fields().items()}
        arrays |= {f"movers/{name}": values for name, values in self.flow.movers.arrays().items()}
        arrays |= {f"coupling/{name}": values for name, values in self.coupling.arrays().items()}
        arrays |= {f"watch/{name}": values for name, values in self.watch.arrays().items()}
        if self.phase.level < len(self.placements) - 1:
            arrays |= self.climb.arrays()
        if self.averages is not None:
            arrays |= {f"averages/{name}": values for name, values in self.averages.arrays().items()}
        self.phase.force = self.flow.drive.force
        attributes = {"phase": vars(self.phase), "history": self.history}
        if self.comm.rank == 0 and self.monitor.save:
            self.monitor.save(arrays, attributes)

    def _restore(self, arrays: dict[str, np.ndarray], attributes: dict[str, Any]) -> None:
        self.phase = _Phase(**attributes["phase"])
        self.history = list(attributes["history"])
        phase = self.phase
        self.coupling.restore({k.split("/")[1]: values for k, values in arrays.items() if k.startswith("coupling/")})
        self._build(phase.level)
        self.flow.bind(phase.relaxation)
        self.flow.begin()
        self._set_force()
        self._set_fields({name.split("/")[1]: values for name, values in arrays.items() if name.startswith("fields/")})
        self.flow.movers.restore({n.split("/")[1]: values for n, values in arrays.items() if n.startswith("movers/")})
        self.climb.restore(arrays, self.placements[phase.level - 1].grid if phase.level else None)
        self.watch.restore({name: arrays[f"watch/{name}"] for name in ("tracks", "spans", "residuals")})
        if phase.averaging:
            self.averages = Averages(self.flow.tracks.tracks)
            self.averages.restore({name.split("/")[1]: values for name, values in arrays.items() if name.startswith("averages/")})
