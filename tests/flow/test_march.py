"""Runs in time: events, means, what goes on from a checkpoint, and the ledger of every interval."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernels import Backend
from tests.builders import tiny_hall
from tests.flow.halls import closed_room, hall_of_everything, modelled
from thermal.case.model import Case, Wall
from thermal.case.timeline import Event, Probe, TimeSpan
from thermal.errors import CaseErrors
from thermal.flow import timed
from thermal.flow.events import courses
from thermal.flow.monitor import Monitor
from thermal.flow.pace import Clock, Pace
from thermal.flow.statistics import first_passage, statistics
from thermal.flow.steady import Outcome, SteadyRun
from thermal.flow.stepper import Instant
from thermal.flow.timed import run_in_time
from thermal.output.checkpoint import read_checkpoint, write_checkpoint
from thermal.parallel import Serial, run_blocks
from thermal.place import place, place_case

REFERENCE = 293.15  # K


@dataclass
class Watcher:
    """Keeps what a run tells, and stops it after some steps."""

    path: Path | None = None
    stop_after: int = 10**9
    steps: int = 0
    asked: threading.Event = field(default_factory=threading.Event)
    records: list[tuple[int, float]] = field(default_factory=list)

    def monitor(self) -> Monitor:
        """For a run."""
        return Monitor(step=self.step, save=self.save, stopped=self.asked.is_set, record=self.record)

    def step(self, row: dict[str, Any]) -> None:
        """A row of the run: only steps in time count."""
        if "time" in row:
            self.steps += 1
            if self.steps >= self.stop_after:
                self.asked.set()

    def save(self, arrays: dict[str, np.ndarray], attributes: dict[str, Any]) -> None:
        """A checkpoint, through the file that a real run writes."""
        if self.path:
            write_checkpoint(self.path, arrays, attributes)

    def record(self, number: int, moment: float, fields: dict[str, np.ndarray]) -> None:
        """Fields of an instant."""
        assert np.isfinite(fields["T"]).all()
        self.records.append((number, moment))


def march(
    case: Case, backend: Backend, watcher: Watcher | None = None, checkpoint: Any = None, blocks: Any = None, means: bool = False
) -> Outcome:
    """The case in time on its own grid."""
    watcher = watcher or Watcher()

    def work(comm: Any) -> Outcome:
        run = SteadyRun([place_case(case)], backend, comm, case.stop.iterations, watcher.monitor())
        return run_in_time(run, checkpoint, means)

    return work(Serial()) if blocks is None else run_blocks(*blocks, work)[0]


def in_time(case: Case, end: float, **more: Any) -> Case:
    """The case from rest to an end."""
    events, probes = more.pop("events", ()), more.pop("probes", ())
    return replace(case, time=TimeSpan(**{"end": end, "start": "rest", **more}), events=events, probes=probes)


def busy() -> Case:
    """Every kind of object, probes of every kind, events with and without ramps, and means."""
    case = modelled(hall_of_everything(), "k-epsilon", "second-order")
    wall = Wall("warm", replace(case.plates[0].box, low=(0.0, 0.0, 0.6), high=(0.0, 4.2, 1.0)), 0, +1, temperature=310.0)
    events = (
        Event("less-air", 1.1, "supply.tiles", "flow", 0.5 * (case.openings[0].flow or 0.0), 0.7),
        Event("warmer", 1.5, "supply.*", "temperature", REFERENCE + 5.0),
        Event("draught", 1.3, "return.relief", "pressure", -0.1),
        Event("load", 1.0, "rack.A?", "power", 6e3, 0.5),
        Event("fans", 1.2, "rack.A1", "flow", 1.2 * case.racks[0].flow, 0.4),
        Event("sun", 1.4, "wall.warm", "temperature", 320.0),
    )
    probes = (
        Probe("point", "temperature", (1.2, 1.0, 1.5)), Probe("wind", "velocity", (1.2, 1.0, 0.3)),
        Probe("push", "pressure", (1.2, 1.0, 0.3)), Probe("front", "temperature", None, "rack.A1"),
        Probe("tiles", "velocity", None, "supply.tiles"), Probe("out", "flow", None, "return.ceiling"),
    )  # fmt: skip
    return in_time(replace(case, walls=(wall,)), 2.5, events=events, probes=probes, average_from=1.6, record_every=0.5)


class TestEvents:
    """What objects do after events, and what the ledger says of it."""

    def test_every_kind_of_event_takes_hold(self, one_thread: Backend) -> None:
        case = busy()
        watcher = Watcher()
        outcome = march(case, one_thread, watcher)
        done = outcome.march
        assert outcome.verdict == "complete" and done.clock.time == 2.5
        flow = case.openings[0].flow or 0.0
        tiles = done.series.column("flow.supply.tiles")
        times = done.series.column("time")
        assert tiles[-1] == pytest.approx(0.5 * flow, rel=1e-9) and tiles[times < 1.1].max() == pytest.approx(flow, rel=1e-9)
        middle = tiles[np.argmin(np.abs(times - 1.45))]
        assert middle == pytest.approx(
            np.interp(times[np.argmin(np.abs(times - 1.45))], [1.1, 1.8], [flow, 0.5 * flow]), rel=1e-9
        )
        assert done.series.column("temperature.supply.tiles")[-1] == pytest.approx(REFERENCE + 5.0, abs=1e-9)
        assert done.series.column("probe.front")[-1] == pytest.approx(done.series.column("inlet.A1")[-1])
        present = done.as_it_is(case)
        assert present.racks[0].power == 6e3 and present.racks[0].flow == pytest.approx(1.2 * case.racks[0].flow)
        assert {1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8} <= set(np.round(times, 12))
        assert [number for number, _ in watcher.records] == list(range(6))
        assert [moment for _, moment in watcher.records] == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0, 2.5])

    def test_heat_closes_in_every_interval(self, one_thread: Backend) -> None:
        """With flows, temperatures and powers that change; a tenth of a percent of the heat given meanwhile."""
        outcome = march(busy(), one_thread)
        assert outcome.march.worst_interval < 1e-3 and outcome.balance["heat"] < 1e-3
        assert outcome.balance["mass"] < 1e-3

    def test_a_course_is_a_straight_line(self) -> None:
        case = in_time(
            tiny_hall(), 10.0,
            events=(Event("b", 5.0, "rack.A1", "power", 0.0), Event("a", 1.0, "rack.A1", "power", 8e3, 2.0)),
        )  # fmt: skip
        (course,) = courses(case)
        assert [course.value(t) for t in (0.0, 1.0, 2.0, 3.0, 5.0, 5.1)] == [4e3, 4e3, 6e3, 8e3, 8e3, 0.0]

    def test_a_flow_needs_somebody_who_takes_the_difference(self) -> None:
        case = tiny_hall()
        fixed = replace(case.openings[1], flow=case.openings[0].flow)
        closed = replace(case, openings=(case.openings[0], fixed))
        events = (Event("stop", 1.0, "supply.tiles", "flow", 0.0, source="case.toml:9"),)
        with pytest.raises(CaseErrors, match=r"case.toml:9.*nothing takes up the difference.*supply.tiles"):
            place_case(in_time(closed, 5.0, events=events))
        events = (Event("push", 1.0, "supply.tiles", "pressure", 3.0, source="case.toml:9"),)
        with pytest.raises(CaseErrors, match="supply.tiles has no pressure to change"):
            place_case(in_time(case, 5.0, events=events))


class TestGoingOn:
    """A run that was stopped goes on from its checkpoint as if nothing had happened."""

    @pytest.mark.parametrize("steps", [3, 20])
    def test_to_the_last_bit(self, single: Backend, tmp_path: Path, steps: int) -> None:
        case = busy()
        straight = march(case, single)
        broken = march(case, single, Watcher(tmp_path / "c.h5", steps))
        assert broken.verdict == "unfinished" and "stopped at" in broken.text
        resumed = march(case, single, Watcher(), read_checkpoint(tmp_path / "c.h5"))
        self.assert_same(straight, resumed)

    def test_in_other_blocks(self, one_thread: Backend, tmp_path: Path) -> None:
        """To round-off."""
        case = busy()
        straight = march(case, one_thread)
        march(case, one_thread, Watcher(tmp_path / "c.h5", 12), blocks=(2, 1, 1))
        resumed = march(case, one_thread, Watcher(), read_checkpoint(tmp_path / "c.h5"), (1, 2, 1))
        assert np.allclose(straight.march.series.rows(), resumed.march.series.rows(), rtol=1e-6, atol=1e-9, equal_nan=True)
        for name, values in straight.fields.items():
            assert np.abs(values - resumed.fields[name]).max() < 1e-6 * max(np.abs(values).max(), 1e-3), name

    @staticmethod
    def assert_same(one: Outcome, other: Outcome) -> None:
        """Two outcomes tell the same to the last bit."""
        np.testing.assert_array_equal(one.march.series.rows(), other.march.series.rows())
        for name, values in one.fields.items():
            np.testing.assert_array_equal(values, other.fields[name], err_msg=name)
        np.testing.assert_array_equal(one.inlets, other.inlets)
        assert (one.verdict, one.text, one.balance) == (other.verdict, other.text, other.balance)
        assert one.march.records == other.march.records and one.march.clock == other.march.clock


class TestMeans:
    """Means in time against the steady answer, and of a hall that has none."""

    def test_the_long_mean_of_a_steady_hall_is_its_steady_answer(self, single: Backend) -> None:
        """Within 0.3 K at every rack, from rest, with the statistics of the time behind it."""
        case = modelled(tiny_hall(), "k-epsilon", "second-order")
        steady = SteadyRun([place_case(case)], single, Serial(), 1000, Monitor()).run()
        assert steady.verdict == "steady"
        outcome = march(in_time(case, 240.0, average_from=120.0), single)
        assert outcome.verdict == "complete"
        assert np.abs(outcome.inlets - steady.inlets).max() < 0.3
        assert (outcome.error < 0.3).all()
        assert outcome.fields["T_rms"].max() < 1.0

    def test_a_start_from_the_steady_answer_stays_there(self, single: Backend) -> None:
        case = modelled(tiny_hall(), "k-epsilon", "second-order")
        outcome = march(in_time(case, 20.0, start="steady"), single)
        inlets = outcome.march.series.column("inlet.A1")
        assert np.ptp(inlets) < 0.05

    def test_a_hall_that_does_not_settle_goes_on_in_time(self, single: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
        """Called unsteady, a hall is stepped in time until its means are known; the verdict keeps its word."""
        plain = SteadyRun.run

        def restless(self: SteadyRun, *given: Any) -> Outcome:
            return replace(plain(self, *given), verdict="unsteady")

        monkeypatch.setattr(SteadyRun, "run", restless)
        case = modelled(tiny_hall(), "zero-equation", "upwind")
        outcome = march(case, single, means=True)
        assert outcome.verdict == "unsteady" and "means over" in outcome.text and "time stepping" in outcome.text
        change = outcome.march.span.end / (timed.FORGOTTEN + timed.AVERAGED)
        assert outcome.march.span.average_from == pytest.approx(change)
        assert outcome.swing is not None and (outcome.swing < 0.2).all()

    def test_means_go_on_to_the_last_bit(self, single: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stopped while they are taken, and gone on with without being asked for again."""
        plain = SteadyRun.run

        def restless(self: SteadyRun, *given: Any) -> Outcome:
            return replace(plain(self, *given), verdict="unsteady")

        monkeypatch.setattr(SteadyRun, "run", restless)
        case = modelled(tiny_hall(), "zero-equation", "upwind")
        straight = march(case, single, means=True)
        broken = march(case, single, Watcher(tmp_path / "c.h5", 60), means=True)
        assert broken.verdict == "unfinished"
        resumed = march(case, single, Watcher(), read_checkpoint(tmp_path / "c.h5"))
        TestGoingOn.assert_same(straight, resumed)

    def test_a_hall_that_settles_does_not(self, single: Backend) -> None:
        outcome = march(modelled(tiny_hall(), "zero-equation", "upwind"), single, means=True)
        assert outcome.verdict == "steady" and outcome.march is None


class TestStatistics:
    """Means of correlated values, and first passages."""

    def test_batch_means_know_the_error_of_a_correlated_signal(self) -> None:
        """An autoregressive series: the error of its mean is that of n (1 - a)/(1 + a) independent values."""
        random, a, n = np.random.default_rng(1), 0.9, 4000
        found = []
        for _ in range(20):
            x = np.zeros(n)
            noise = random.normal(size=n)
            for i in range(1, n):
                x[i] = a * x[i - 1] + noise[i]
            found.append(float(statistics(np.ones(n), x[:, None]).error[0]))
        exact = np.sqrt(1.0 / (1.0 - a * a) * (1.0 + a) / (1.0 - a) / n)
        assert np.mean(found) == pytest.approx(exact, rel=0.15)

    def test_weights_are_the_steps(self) -> None:
        found = statistics(np.array([1.0, 3.0]), np.array([[0.0], [4.0]]))
        assert (found.mean[0], found.low[0], found.high[0]) == (3.0, 0.0, 4.0)
        assert found.rms[0] == pytest.approx(np.sqrt(3.0)) and np.isnan(found.error[0])

    def test_a_limit_that_is_never_passed(self) -> None:
        assert first_passage(np.array([0.0, 1.0]), np.array([20.0, 21.0]), 27.0) is None
        assert first_passage(np.array([0.0, 1.0]), np.array([30.0, 21.0]), 27.0) == 0.0


def instant(courant: float, bend: float, mass: float = 1e-4, rows: float = 1e-5) -> Instant:
    """What a step left."""
    sample: Any = None
    return Instant(sample, np.zeros(0), np.zeros(0), None, mass, rows, 0.0, 0.0, 1.0, courant, bend)


class TestPace:
    """The length of steps."""

    def steps(self, span: TimeSpan, bend_of: Any, rate: float = 1.0) -> list[float]:
        """Lengths of all steps of a run whose bend is a function of the step."""
        clock = Clock()
        pace = Pace(span, clock, [], [])
        pace.begin(rate)
        lengths = []
        while clock.time < span.end:
            step, _, end = pace.next()
            pace.took(step, end, instant(rate * step, bend_of(step)))
            lengths.append(step)
        assert clock.time == span.end and sum(lengths) == pytest.approx(span.end)
        return lengths

    def test_steps_grow_to_the_largest_courant_number(self) -> None:
        lengths = self.steps(TimeSpan(end=200.0, largest_cfl=4.0), lambda step: 0.0)
        assert max(lengths) <= 4.0 + 1e-9 and np.median(lengths) > 3.4

    def test_steps_follow_the_error(self) -> None:
        """The bend of a steady ripple is a step squared."""
        lengths = self.steps(TimeSpan(end=100.0, tolerance=1e-2, largest_cfl=50.0), lambda step: 0.04 * step**2)
        assert np.median(lengths) == pytest.approx(0.5, rel=0.15)

    def test_a_given_step_is_kept(self) -> None:
        lengths = self.steps(TimeSpan(end=10.05, step=0.1), lambda step: 1.0)
        assert lengths[:90] == [0.1] * 90

    def test_marks_are_met(self) -> None:
        clock, met = Clock(), []
        pace = Pace(TimeSpan(end=3.0, step=0.7), clock, [1.0, 2.0], [2.0])
        pace.begin(1.0)
        while clock.time < 3.0:
            step, ratio, end = pace.next()
            met.append((end, ratio))
            pace.took(step, end, instant(step, 0.0))
        ends = [end for end, _ in met]
        assert {1.0, 2.0, 3.0} <= set(ends)
        assert met[0][1] == 0.0 and met[ends.index(2.0) + 1][1] == 0.0  # nothing is known of the past
        assert all(ratio > 0.0 for n, (_, ratio) in enumerate(met) if n not in (0, ends.index(2.0) + 1))

    def test_more_work_where_mass_is_left(self) -> None:
        clock = Clock()
        pace = Pace(TimeSpan(end=10.0, step=0.1), clock, [], [])
        pace.begin(1.0)
        for _ in range(4):
            step, _, end = pace.next()
            pace.took(step, end, instant(0.1, 0.0, mass=1e-2))
        assert clock.projections == 6
        for _ in range(6):
            step, _, end = pace.next()
            pace.took(step, end, instant(0.1, 0.0, mass=1e-6))
        assert clock.projections == 1


def test_a_probe_in_a_wall_finds_the_air_beside_it(one_thread: Backend) -> None:
    """Within two cells; farther off it is a mistake."""
    case = in_time(closed_room(), 1.0, probes=(Probe("p", "temperature", (0.1, 0.1, 0.1)),))
    assert march(case, one_thread).march.series.column("probe.p")[-1] == pytest.approx(case.flow.initial_temperature, abs=1e-3)
    case = in_time(tiny_hall(), 1.0, probes=(Probe("p", "temperature", (1.2, 2.4, 1.0), source="case.toml:7"),))
    with pytest.raises(CaseErrors, match="case.toml:7.*lies in no air"):
        march(case, one_thread)
    place(case, place_case(case).grid)
