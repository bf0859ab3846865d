"""A run in time on one block: from a start to the end, step by step, with what is followed on the way.

The steady run (steady.py) gives the start where one is wanted. Everything that the next step needs lies in the declared fields,
the past of thermal/flow/history.py, the clock, the means and the series: a checkpoint of them goes on bit for bit.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from thermal.case.model import Case
from thermal.case.timeline import TimeSpan
from thermal.couple import Coupling, Uncoupled
from thermal.flow.averages import PLACES
from thermal.flow.eddies import Eddies
from thermal.flow.events import Events
from thermal.flow.means import Means
from thermal.flow.monitor import Monitor
from thermal.flow.pace import Clock, Pace
from thermal.flow.probes import Probes
from thermal.flow.series import Series
from thermal.flow.solver import Flow
from thermal.flow.stepper import Instant, Stepper
from thermal.flow.turbulence.subgrid import SUBGRID
from thermal.loop.watch import LoopWatch

RECORDS = 24  # of the fields, where a case does not say


@dataclass
class March:
    """What a run in time leaves, on every block alike.

    verdict    complete | unfinished | diverged; text says why in a sentence
    series     thermal/flow/series.py            records    times in s of the records of the fields
    fields     global arrays by name of state.FIELDS: of the last instant, or means
    instant    of the last step                  means      None, or those of the span's average_from
    present    objects that events changed, as they are at the end, by (kind, name)
    balance    heat: |integral of stored - entered| over that of the heat; mass: mean in time
    worst_interval   the largest heat balance of an interval between two records
    """

    verdict: str
    text: str
    series: Series
    clock: Clock
    fields: dict[str, np.ndarray]
    instant: Instant | None
    means: Means | None
    present: dict[tuple[str, str], Any]
    records: list[float]
    balance: dict[str, float]
    worst_interval: float
    span: TimeSpan

    def as_it_is(self, case: Case) -> Case:
        """The case with its objects as events have left them."""

        def now(kind: str, item: Any) -> Any:
            return self.present.get((kind, item.name), item)

        return replace(
            case, racks=tuple(rack if rack.is_through else now("rack", rack) for rack in case.racks),
            walls=tuple(now("wall", wall) for wall in case.walls),
            openings=tuple(now(opening.kind, opening) for opening in case.openings),
            bodies=tuple(now(body.kind, body) for body in case.bodies),
        )  # fmt: skip


class TransientRun:
    """Steps a flow from its present fields to the end of a span."""

    def __init__(self, flow: Flow, span: TimeSpan, monitor: Monitor, coupling: Coupling | Uncoupled | None = None) -> None:
        """`coupling`: loops that go along in a case with a [time], and keep their heat in the means of a restless hall."""
        self.flow, self.span, self.monitor = flow, span, monitor
        self.coupling = coupling or Uncoupled()
        goes_along = flow.domain.placement.case.time is not None
        flow.loops = self.coupling.operation if goes_along else None
        self.loops = LoopWatch(flow.loops)
        self.comm = flow.domain.comm
        self.events = Events(flow)
        self.stepper = Stepper(flow)
        self.stepper.objects.append(self.events.apply)
        self._end = 0.0  # s, of the step in hand
        if flow.model in SUBGRID:
            self.stepper.objects.append(Eddies(flow, lambda: self._end).apply)
        self.probes = Probes(flow.domain, flow.state)
        self.series = Series(flow.domain.placement, [*self.probes.names, *self.loops.names])
        self.clock = Clock()
        every = span.record_every or span.end / RECORDS
        self.due = [n * every for n in range(math.ceil(span.end / every - 1e-9))] + [span.end]
        marks = [*self.due[1:], *self.events.breaks(), *([span.average_from] if span.average_from else [])]
        self.pace = Pace(span, self.clock, marks, self.events.jumps(), self.events.breaks())
        self.means: Means | None = None
        self.records: list[float] = []
        self.origin: dict[str, Any] = {}  # of the run that gave the start, for checkpoints
        self.started = self.saved = time.monotonic()

    def begin(self) -> None:
        """Take the present fields of the flow as the start."""
        flow, clock = self.flow, self.clock
        flow.domain.comm.exchange([getattr(flow.state, name) for name in flow.state.names])
        self.stepper.begin()
        first = self._look(0.0)
        self.pace.begin(first.courant)
        self.series.add(clock, first, self._follow(first))
        self._record()

    def _look(self, step: float) -> Instant:
        """The present instant before any step: its Courant number is that of a step of 1 s."""
        self.stepper.history.step, self.stepper.history.ratio = 1.0, 0.0
        instant = self.stepper.measure()
        instant.stored = instant.entered
        return instant

    def run(self) -> March:
        """Step to the end, or until somebody asks to stop."""
        clock, span = self.clock, self.span
        instant = None
        verdict, text = "complete", ""
        while clock.time < span.end * (1.0 - 1e-12):
            step, ratio, end = self.pace.next()
            self.stepper.bind(step, ratio, clock.counted, clock.projections)
            self._end = end
            self.events.set(end)
            self.stepper.advance()
            instant = self.stepper.measure()
            self.pace.took(step, end, instant)
            self._take(step, instant)
            if self._is_broken(instant):
                verdict, text = "diverged", f"the flow is no longer one of sensible numbers after {clock.time:.4g} s"
                break
            if clock.time < span.end and self._asked_to_stop():
                verdict, text = "unfinished", f"stopped at {clock.time:.4g} s of {span.end:.4g} s"
                self.save()
                break
        return self._close(verdict, text or self._words(), instant)

    def _take(self, step: float, instant: Instant) -> None:
        clock, span = self.clock, self.span
        if self.flow.loops is not None:
            self.coupling.march(self.flow, instant.inlets, step)
        self.series.add(clock, instant, self._follow(instant))
        if span.average_from is not None and clock.time > span.average_from * (1.0 + 1e-12):
            if self.means is None:
                self.means = Means(self.flow)
            self.means.add(step, instant.sample, instant.movers)
        while clock.records < len(self.due) and clock.time >= self.due[clock.records] * (1.0 - 1e-12):
            self._record()
        self._tell(instant)

    def _follow(self, instant: Instant) -> np.ndarray:
        return np.concatenate([self.probes.read(instant.sample), self.loops.read()])

    def _words(self) -> str:
        clock, span = self.clock, self.span
        text = f"ran to its end at {span.end:.4g} s in {clock.count} steps"
        if self.means is not None:
            return f"{text}; results are means from {span.average_from:.4g} s on"
        return f"{text}; results are those of the last instant"

    def _close(self, verdict: str, text: str, instant: Instant | None) -> March:
        means = self.means if verdict == "complete" else None
        return March(
            verdict, text, self.series, self.clock, means.fields() if means else self.fields(), instant, means,
            self.events.present(self.clock.time), self.records, self.series.balance(), self.series.worst_interval(self.records),
            self.span,
        )  # fmt: skip

    def extend(self, end: float) -> None:
        """Go on to a later end."""
        self.span = self.pace.span = replace(self.span, end=end)
        self.pace.marks = sorted({*self.pace.marks, end})
        self.due.append(end)

    def fields(self) -> dict[str, np.ndarray]:
        """All declared fields as global arrays."""
        flow = self.flow
        return {name: flow.whole_field(getattr(flow.state, name), PLACES.get(name)) for name in flow.state.names}

    def _record(self) -> None:
        number = self.clock.records
        self.clock.records += 1
        self.records.append(self.clock.time)
        if self.monitor.record:
            fields = self.fields()
            if self.comm.rank == 0:
                self.monitor.record(number, self.clock.time, fields)

    def _is_broken(self, instant: Instant) -> bool:
        numbers = (instant.mass, instant.stored, instant.courant, instant.bend)
        return not all(map(math.isfinite, numbers)) or instant.bend > 1e3

    # -- telling, stopping, saving --------------------------------------------------------------------------------
    def _tell(self, instant: Instant) -> None:
        if self.comm.rank:
            return
        case, clock = self.flow.domain.placement.case, self.clock
        hottest = None
        if instant.inlets.size:
            rack = int(np.argmax(instant.inlets))
            kelvin = case.air.reference_temperature + float(instant.inlets[rack])
            hottest = (case.racks[rack].name, kelvin - 273.15)
        elapsed = time.monotonic() - self.started
        done = clock.time / self.span.end
        self.monitor.step(
            {
                "iteration": clock.count, "level": 0, "time": clock.time, "step": clock.step, "courant": instant.courant,
                "residuals": {"mass": instant.mass}, "hottest": hottest, "elapsed": elapsed,
                "eta": elapsed * (1.0 - done) / done if done > 0.02 else None,
            }
        )  # fmt: skip

    def _asked_to_stop(self) -> bool:
        now = time.monotonic()
        wishes = [
            float(self.monitor.stopped() or now > self.monitor.deadline), float(now - self.saved > self.monitor.save_every),
        ]  # fmt: skip
        stop, due = self.comm.max(np.array(wishes))
        if due and not stop:
            self.save()
        return bool(stop)

    def save(self) -> None:
        """Write a checkpoint."""
        self.saved = time.monotonic()
        flow = self.flow
        arrays = {f"fields/{name}": values for name, values in self.fields().items()}
        for name, array in self.stepper.history.old.items():
            arrays[f"past/{name}"] = flow.whole_field(array, PLACES.get(name))
        arrays |= {f"movers/{name}": values for name, values in flow.movers.arrays().items()}
        arrays |= {f"coupling/{name}": values for name, values in self.coupling.arrays().items()}
        arrays["series/rows"] = self.series.rows()
        arrays["series/records"] = np.array(self.records)
        if self.means is not None:
            arrays |= {f"means/{name}": values for name, values in self.means.arrays().items()}
        if self.comm.rank == 0 and self.monitor.save:
            self.monitor.save(arrays, {"clock": vars(self.clock), "force": list(flow.drive.force), **self.origin})

    def restore(self, arrays: dict[str, np.ndarray], attributes: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        flow, domain = self.flow, self.flow.domain
        for name, value in attributes["clock"].items():
            setattr(self.clock, name, value)
        flow.drive.force = tuple(attributes["force"])
        groups: dict[str, dict[str, np.ndarray]] = {}
        for name, values in arrays.items():
            group, _, rest = name.partition("/")
            groups.setdefault(group, {})[rest] = values
        for name, values in groups["fields"].items():  # as they are: events may have changed what openings blow
            domain.backend.store(domain.local(values), getattr(flow.state, name))
        for name, values in groups["past"].items():
            domain.backend.store(domain.local(values), self.stepper.history.old[name])
        flow.movers.restore(groups.get("movers", {}))
        self.events.set(self.clock.time)
        self.series.restore(groups["series"]["rows"])
        self.records = list(groups["series"]["records"])
        if "means" in groups:
            self.means = Means(flow)
            self.means.restore(groups["means"])
