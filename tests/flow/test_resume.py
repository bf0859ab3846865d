"""A run that was stopped goes on from its checkpoint as if nothing had happened."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import thermal
from kernels import Backend
from tests.builders import tiny_hall
from tests.flow.halls import hall_of_everything, modelled, stopping_at
from thermal.case.model import Case
from thermal.errors import RecordError
from thermal.flow import sequence, steady, watch
from thermal.flow.monitor import Monitor
from thermal.flow.sequence import place_sequence
from thermal.flow.steady import Outcome, SteadyRun
from thermal.gridding import make_grid
from thermal.output.checkpoint import read_checkpoint, write_checkpoint
from thermal.parallel import Serial, run_blocks
from thermal.progress import SilentProgress

Checkpoint = tuple[dict[str, np.ndarray], dict[str, Any]]
WHOLE = (1, 1, 1)


@dataclass
class Stopper:
    """Asks a run to stop after some iterations, and keeps what it saves in a file."""

    path: Path
    iteration: int = 10**9
    level: int = 0  # grid on which iterations count; 0 is the finest
    after: str = ""  # text of a message after which they count
    asked: threading.Event = field(default_factory=threading.Event)
    told: int = 0

    def monitor(self) -> Monitor:
        """For SteadyRun."""
        return Monitor(step=self.step, message=self.message, save=self.save, stopped=self.asked.is_set)

    def message(self, text: str) -> None:
        """A line of the run."""
        if self.after and self.after in text:
            self.after = ""

    def step(self, row: dict[str, Any]) -> None:
        """A row of the run."""
        if row["level"] == self.level and not self.after:
            self.told += steady.EVERY
            if self.told >= self.iteration:
                self.asked.set()

    def save(self, arrays: dict[str, np.ndarray], attributes: dict[str, Any]) -> None:
        """A checkpoint of the run, through the file that a real run writes."""
        write_checkpoint(self.path, arrays, attributes)


def run(
    case: Case, backend: Backend, stopper: Stopper, blocks: tuple[int, int, int] = WHOLE, checkpoint: Checkpoint | None = None
) -> Outcome:
    """The case on its sequence of grids, from the start or from a checkpoint."""
    placements = place_sequence(case, make_grid(case))

    def work(comm: Any) -> Outcome:
        return SteadyRun(placements, backend, comm, case.stop.iterations, stopper.monitor()).run(checkpoint)

    return work(Serial()) if blocks == WHOLE else run_blocks(*blocks, work)[0]


def straight_and_resumed(
    case: Case,
    backend: Backend,
    path: Path,
    blocks: tuple[int, int, int] = WHOLE,
    later: tuple[int, int, int] | None = None,
    **stop: Any,
) -> tuple[Outcome, Outcome]:
    """The outcome of a run left alone, and of one stopped on the way and gone on with (in `later` blocks)."""
    straight = run(case, backend, Stopper(path / "unused.h5"), blocks)
    broken = run(case, backend, Stopper(path / "checkpoint.h5", **stop), blocks)
    assert (broken.verdict, broken.text) == ("unfinished", "stopped before an answer was reached")
    resumed = run(case, backend, Stopper(path / "unused.h5"), later or blocks, read_checkpoint(path / "checkpoint.h5"))
    return straight, resumed


def assert_same_bits(one: Outcome, other: Outcome) -> None:
    """Two outcomes tell the same to the last bit."""
    for name, values in one.fields.items():
        np.testing.assert_array_equal(values, other.fields[name], err_msg=name)
    np.testing.assert_array_equal(one.inlets, other.inlets)
    np.testing.assert_array_equal(one.measure.sample.mixed, other.measure.sample.mixed)
    np.testing.assert_array_equal(np.array(one.swing, float), np.array(other.swing, float))
    assert (one.verdict, one.text, one.worst) == (other.verdict, other.text, other.worst)
    assert (one.iterations, one.level_iterations, one.balance) == (other.iterations, other.level_iterations, other.balance)
    assert one.history == other.history


@pytest.mark.parametrize("iteration", [2, 18])
@pytest.mark.parametrize(("model", "scheme"), [("k-epsilon", "second-order"), ("zero-equation", "upwind")])
def test_resumed_equals_uninterrupted(single: Backend, tmp_path: Path, model: str, scheme: str, iteration: int) -> None:
    """To the verdict and to the last bit, with every kind of object in the hall."""
    case = modelled(hall_of_everything(), model, scheme)
    straight, resumed = straight_and_resumed(case, single, tmp_path, iteration=iteration)
    assert straight.verdict == "steady"
    assert_same_bits(straight, resumed)


def test_resumed_realizable(single: Backend, tmp_path: Path) -> None:
    """Strain and rotation are found again from the velocities."""
    case = modelled(tiny_hall(), "realizable-k-epsilon", "second-order")
    straight, resumed = straight_and_resumed(case, single, tmp_path, iteration=18)
    assert straight.verdict == "steady"
    assert_same_bits(straight, resumed)


def test_resumed_at_the_limit(single: Backend, tmp_path: Path) -> None:
    """A run that met its limit goes on under a higher one."""
    case = modelled(tiny_hall(), "k-epsilon", "second-order")
    first = Stopper(tmp_path / "checkpoint.h5")
    short = run(stopping_at(case, 20), single, first)
    assert short.verdict == "unfinished" and short.iterations == 20
    straight = run(stopping_at(case, 30), single, Stopper(tmp_path / "unused.h5"))
    resumed = run(stopping_at(case, 30), single, Stopper(tmp_path / "unused.h5"), checkpoint=read_checkpoint(first.path))
    assert straight.verdict == "unfinished" and straight.iterations == 30
    assert_same_bits(straight, resumed)


@pytest.mark.parametrize(("grids", "worth", "level"), [(2, 1000, 1), (2, 1000, 0), (3, 300, 1)])
def test_resumed_on_a_coarser_grid(
    single: Backend, tmp_path: Path, grids: int, worth: int, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place in the sequence of grids is kept, and on a grid between two others what the next one's start is taken from."""
    monkeypatch.setattr(sequence, "WORTH", worth)
    case = modelled(tiny_hall(), "k-epsilon", "second-order")
    assert len(place_sequence(case, make_grid(case))) == grids
    straight, resumed = straight_and_resumed(case, single, tmp_path, iteration=8, level=level)
    assert len(straight.level_iterations) == grids
    assert_same_bits(straight, resumed)


def test_resumed_on_a_grid_that_does_not_settle(single: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after its fields first would do: they come from the checkpoint when the grid is left."""
    monkeypatch.setattr(sequence, "WORTH", 300)
    monkeypatch.setattr(steady, "COARSE_ITERATIONS", 28)  # it would take 34
    straight, resumed = straight_and_resumed(modelled(tiny_hall(), "zero-equation"), single, tmp_path, iteration=22, level=1)
    arrays, _ = read_checkpoint(tmp_path / "checkpoint.h5")
    assert any(name.startswith("passable/") for name in arrays)
    assert straight.level_iterations[:2] == [28, 28]
    assert_same_bits(straight, resumed)


@pytest.fixture
def never_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run swings without end, so that it is averaged after a few iterations."""
    monkeypatch.setattr(watch.Watch, "shortfalls", lambda self: [(2.0, "swing", 0, 1.0, 0.5)])
    monkeypatch.setattr(watch.Watch, "plateau", lambda self, lowered=False: 1.0 if len(self.tracks) >= 6 else None)
    monkeypatch.setattr(steady, "AVERAGED", 24)


@pytest.mark.parametrize("after", ["relaxation lowered", "averaging"])
def test_resumed_while_unsteady(single: Backend, tmp_path: Path, after: str, never_settling: None) -> None:
    """After the relaxation was lowered, and among the iterations that are averaged."""
    case = modelled(tiny_hall(), "k-epsilon", "second-order")
    straight, resumed = straight_and_resumed(case, single, tmp_path, iteration=8, after=after)
    assert straight.verdict == "unsteady" and straight.iterations == 12 + 12 + 24
    assert_same_bits(straight, resumed)


def test_saved_at_a_turn(single: Backend, tmp_path: Path, never_settling: None) -> None:
    """At the very look at which relaxation is lowered, or averaging begins, there are no rows yet to keep."""
    case = modelled(tiny_hall(), "zero-equation")
    placements = place_sequence(case, make_grid(case))
    turns: list[Path] = []

    def save(arrays: dict[str, np.ndarray], attributes: dict[str, Any]) -> None:
        if not len(arrays["watch/tracks"]):
            turns.append(tmp_path / f"turn-{len(turns)}.h5")
            write_checkpoint(turns[-1], arrays, attributes)

    limit = case.stop.iterations
    straight = SteadyRun(placements, single, Serial(), limit, Monitor(save=save, save_every=0.0)).run()
    assert len(turns) == 2
    for turn in turns:
        assert_same_bits(straight, run(case, single, Stopper(tmp_path / "unused.h5"), checkpoint=read_checkpoint(turn)))


def test_resumed_in_the_same_blocks(single: Backend, tmp_path: Path) -> None:
    """Blocks too go on bit for bit."""
    case = stopping_at(modelled(hall_of_everything(), "k-epsilon", "second-order"), 20)
    assert_same_bits(*straight_and_resumed(case, single, tmp_path, (2, 2, 1), iteration=8))


@pytest.mark.parametrize(("before", "after"), [(WHOLE, (2, 2, 1)), ((2, 1, 1), WHOLE)])
def test_resumed_in_other_blocks(one_thread: Backend, tmp_path: Path, before: Any, after: Any) -> None:
    """A checkpoint knows nothing of blocks: another number of them agrees to round-off."""
    case = stopping_at(modelled(hall_of_everything(), "k-epsilon", "second-order"), 16)
    straight, resumed = straight_and_resumed(case, one_thread, tmp_path, before, after, iteration=8)
    for name, values in straight.fields.items():
        np.testing.assert_allclose(resumed.fields[name], values, rtol=0, atol=1e-12 * np.abs(values).max(), err_msg=name)


def test_resumed_after_its_end(single: Backend, tmp_path: Path) -> None:
    """Nothing is left to iterate: the run says so and keeps its fields."""
    case = stopping_at(modelled(tiny_hall(), "zero-equation"), 8)
    stopper = Stopper(tmp_path / "checkpoint.h5")
    first = run(case, single, stopper)
    again = run(case, single, Stopper(tmp_path / "unused.h5"), checkpoint=read_checkpoint(stopper.path))
    assert (again.verdict, again.iterations, again.worst) == ("unfinished", 8, first.worst)
    np.testing.assert_array_equal(again.inlets, first.inlets)
    np.testing.assert_array_equal(again.fields["T"], first.fields["T"])


def test_saved_by_the_clock(single: Backend, tmp_path: Path) -> None:
    """A checkpoint on the way disturbs nothing, and is one to go on from."""
    case = stopping_at(modelled(tiny_hall(), "k-epsilon"), 16)
    kept: list[int] = []
    stopper = Stopper(tmp_path / "checkpoint.h5")

    def save(arrays: dict[str, np.ndarray], attributes: dict[str, Any]) -> None:
        kept.append(attributes["phase"]["iteration"])
        if kept[-1] <= 10:
            stopper.save(arrays, attributes)

    placements = place_sequence(case, make_grid(case))
    often = SteadyRun(placements, single, Serial(), 16, Monitor(save=save, save_every=0.0)).run()
    assert len(kept) > 6
    assert_same_bits(run(case, single, Stopper(tmp_path / "unused.h5")), often)
    resumed = run(case, single, Stopper(tmp_path / "unused.h5"), checkpoint=read_checkpoint(stopper.path))
    assert_same_bits(often, resumed)


# -- through the door -------------------------------------------------------------------------------------------------
class StopAt(SilentProgress):
    """Progress of a run that is asked to stop at an iteration."""

    def __init__(self, iteration: int) -> None:
        self.iteration, self.asked = iteration, threading.Event()

    def step(self, row: dict[str, Any]) -> None:
        """A row of the run."""
        if row["iteration"] >= self.iteration:
            self.asked.set()


def test_resumed_run_of_a_shipped_case(tmp_path: Path) -> None:
    """thermal.run from a stopped record: racks, fields and history as if never stopped; then the checkpoint is gone."""
    from thermal.run import simulate

    case = thermal.load("tiny-hall")
    stop = StopAt(20)
    broken = simulate(case, out=tmp_path / "two", progress=stop, stop=stop.asked)
    assert broken.summary["verdict"] == "unfinished" and (tmp_path / "two" / "checkpoint.h5").exists()
    resumed = thermal.run(case, out=tmp_path / "two", resume=tmp_path / "two")
    straight = simulate(case)
    assert resumed.summary["verdict"] == straight.summary["verdict"] == "steady"
    assert resumed.racks == straight.racks
    assert resumed.history == straight.history
    for name, values in straight.fields.items():
        np.testing.assert_array_equal(resumed.field(name), values, err_msg=name)
    assert not (tmp_path / "two" / "checkpoint.h5").exists()


def test_a_run_stopped_on_a_coarser_grid_leaves_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is, on the grid it is on; resumed, it ends as if never stopped. Another cell size is refused."""
    from thermal.run import simulate

    monkeypatch.setattr(sequence, "WORTH", 1000)
    case = thermal.load("tiny-hall")
    stop = StopAt(4)
    broken = simulate(case, out=tmp_path / "two", progress=stop, stop=stop.asked)
    assert broken.summary["verdict"] == "unfinished"
    assert broken.field("temperature").shape == broken.grid.shape != make_grid(case).shape
    with pytest.raises(RecordError, match="another grid"):
        thermal.run(case, out=tmp_path / "two", resume=tmp_path / "two", cell=0.3)
    resumed, straight = simulate(case, resume=tmp_path / "two"), simulate(case)
    assert resumed.racks == straight.racks and resumed.history == straight.history


def test_another_case_is_refused(tmp_path: Path) -> None:
    """A checkpoint belongs to one text of a case."""
    from dataclasses import replace

    from thermal.run import simulate

    case = thermal.load("tiny-hall")
    write_checkpoint(tmp_path / "checkpoint.h5", {}, {"case_text": case.text + "\n# changed\n"})
    with pytest.raises(RecordError, match="belongs to another text of the case"):
        simulate(case, resume=tmp_path)
    with pytest.raises(RecordError, match="no checkpoint there"):
        simulate(replace(case), resume=tmp_path / "nowhere")
