"""From a history to its verdict: histories made up, and runs that are brought to each end."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kernels import Backend
from tests.builders import empty_room, hall_h0, tiny_hall, warm_wall
from tests.flow.halls import hall_of_everything, heated_obstacle, modelled, solve, stopping_at
from thermal.case.model import Case
from thermal.flow import steady, watch
from thermal.flow.monitor import Monitor
from thermal.flow.solver import Flow, Measure
from thermal.flow.watch import FINE, LONG, ROOM, Watch
from thermal.parallel import run_blocks
from thermal.place import place_case

EVERY = 2
QUIET = (1e-3, 0.01, 1e-3, 1e-4)  # mass, momentum, heat, balance well below their gates
Track = Callable[[int], list[float]]


def measure(inlets: list[float], residuals: tuple[float, float, float, float] = QUIET) -> Measure:
    """A row of a history."""
    mass, momentum, heat, balance = residuals
    return Measure(mass, momentum, heat, balance, np.array(inlets), None)  # type: ignore[arg-type]


def history(track: Track, iterations: int, residuals: Any = QUIET) -> Watch:
    """A watch that has seen `iterations` iterations of inlets track(iteration)."""
    found = Watch(FINE, EVERY)
    for iteration in range(EVERY, iterations + 1, EVERY):
        row = residuals(iteration) if callable(residuals) else residuals
        found.add(measure(track(iteration), row))
    return found


def worst(found: Watch) -> tuple[str, int]:
    """Quantity and rack of the worst shortfall."""
    _, quantity, rack, _, _ = found.shortfalls()[0]
    return quantity, rack


# -- histories made up ------------------------------------------------------------------------------------------------
def test_inlets_that_stand_are_steady() -> None:
    """Two racks that do not move, residuals below their gates."""
    assert history(lambda n: [2.0, 3.0], 200).shortfalls() == []


def test_a_short_history_says_nothing() -> None:
    """However quiet it is."""
    found = history(lambda n: [2.0, 3.0], 2 * EVERY)
    assert worst(found) == ("iterations", -1) and math.isinf(found.shortfalls()[0][0])
    assert found.plateau() is None


def test_a_drift_names_its_rack() -> None:
    """A rack that warms by 5 mK an iteration is on its way, however small the residuals."""
    found = history(lambda n: [2.0, 3.0 + 0.005 * n, 4.0], 200)
    quantity, rack = worst(found)
    assert quantity.startswith("drift") and rack == 1
    assert found.plateau() is None


def test_a_slow_approach_is_seen_by_its_way_ahead() -> None:
    """An inlet that creeps up to its end with a time constant of 100 iterations, 0.2 K below it."""
    found = history(lambda n: [5.0 - 10.0 * math.exp(-n / 100.0)], 390)
    assert 10.0 * math.exp(-3.9) == pytest.approx(0.2, abs=0.01)
    assert [item for item in found.shortfalls() if item[1].startswith("drift")]
    assert found.plateau() is None


@pytest.mark.parametrize(("position", "quantity"), [(0, "mass"), (1, "momentum"), (2, "heat"), (3, "heat balance")])
def test_a_residual_above_its_gate_is_named(position: int, quantity: str) -> None:
    """One at a time, with racks that stand."""
    residuals = list(QUIET)
    residuals[position] = 50.0
    assert worst(history(lambda n: [2.0], 200, tuple(residuals))) == (quantity, -1)


def test_the_balance_is_judged_by_its_mean() -> None:
    """Single iterates may swing about a closed balance; one that stays open may not."""
    swinging = history(lambda n: [2.0], 200, lambda n: (1e-3, 0.01, 1e-3, 0.03 * (-1) ** (n // EVERY)))
    open_one = history(lambda n: [2.0], 200, (1e-3, 0.01, 1e-3, -0.03))
    points = FINE.window // EVERY
    assert 0.03 / points > FINE.balance or not [item for item in swinging.shortfalls() if item[1] == "heat balance"]
    assert ("heat balance", -1) in [(item[1], item[2]) for item in open_one.shortfalls()]


def test_without_racks_the_residuals_decide() -> None:
    """A room without racks has no inlets to watch."""
    assert history(lambda n: [], 100).shortfalls() == []
    assert worst(history(lambda n: [], 100, (1.0, 0.01, 1e-3, 1e-4))) == ("mass", -1)
    assert history(lambda n: [], 400, (1.0, 0.01, 1e-3, 1e-4)).plateau() is None


def in_a_room(track: Track, spans: list[float], iterations: int, residuals: Any = QUIET) -> Watch:
    """A watch that has seen tracks of a room without racks, whose gates' kelvins mean `spans`."""
    found = Watch(ROOM, EVERY)
    for iteration in range(EVERY, iterations + 1, EVERY):
        row = measure([], residuals)
        row.tracks, row.spans = np.array(track(iteration)), np.array(spans)
        found.add(row)
    return found


def test_tracks_of_a_room_are_judged_on_their_own_scales() -> None:
    """The same drift is much for one track and nothing for another; the worst is named."""
    drifting = lambda n: [500.0 + 0.02 * n, 3.0 + 1e-5 * n]  # noqa: E731
    assert in_a_room(drifting, [500.0, 3.0], 200).shortfalls() == []
    quantity, number = worst(in_a_room(drifting, [500.0, 0.003], 200))
    assert quantity.startswith("drift") and number == 1


def test_a_room_that_creeps_is_seen_by_its_way_ahead() -> None:
    """Each window adds 98 % of the one before: 50 windows are ahead, where a hall's extrapolation would see 10."""
    creeping = lambda n: [1.0 - 0.01 * 0.98 ** (n / 10.0)]  # noqa: E731
    spans = [1.0 / 30.0]
    assert [item[1] for item in in_a_room(creeping, spans, 300).shortfalls()] == ["drift ahead"]
    assert in_a_room(creeping, spans, 1500).shortfalls() == []


def test_a_room_that_swings_is_a_plateau() -> None:
    """1 % of its scale to either side counts like 0.3 K of an inlet."""
    found = in_a_room(lambda n: [7.0 + 0.14 * math.sin(0.3 * n)], [7.0 / 30.0], 2 * LONG, LOUD)
    assert found.plateau() == pytest.approx(0.6, rel=0.1)


LOUD = (5e-3, 5.0, 0.1, 1e-3)  # what a flow that swings leaves open


@pytest.mark.parametrize(("period", "windows"), [(13.0, 2), (24.0, 2), (40.0, 4), (100.0, 8)])
def test_a_swing_of_equal_amplitude_is_a_plateau(period: float, windows: int) -> None:
    """And its amplitude is the largest of all racks; slow swings take longer to know."""
    found = history(lambda n: [2.0, 4.0 + 0.6 * math.sin(2.0 * math.pi * n / period)], windows * LONG, LOUD)
    assert found.shortfalls()
    amplitude = found.plateau()
    assert amplitude == pytest.approx(0.6, rel=0.1)


def test_a_plateau_needs_two_windows() -> None:
    """One window long is not enough to say that amplitude and mean repeat."""
    assert history(lambda n: [4.0 + 0.6 * math.sin(0.3 * n)], 2 * LONG - 2 * EVERY, LOUD).plateau() is None


def test_a_shrinking_swing_is_no_plateau() -> None:
    """It halves every 60 iterations: wait."""
    found = history(lambda n: [4.0 + 3.0 * 0.5 ** (n / 60.0) * math.sin(0.3 * n)], 2 * LONG, LOUD)
    assert found.plateau() is None


def test_a_growing_swing_is_no_plateau() -> None:
    """It doubles every 60 iterations."""
    found = history(lambda n: [4.0 + 0.1 * 2.0 ** (n / 60.0) * math.sin(0.3 * n)], 2 * LONG, LOUD)
    assert found.plateau() is None


def test_a_swing_about_a_drifting_mean_is_no_plateau() -> None:
    """Its mean has to stand."""
    found = history(lambda n: [4.0 + 0.01 * n + 0.6 * math.sin(0.3 * n)], 2 * LONG, LOUD)
    assert found.plateau() is None


@pytest.mark.parametrize("broken", [math.nan, math.inf, 1e6, -1e6])
def test_a_broken_inlet_is_seen(broken: float) -> None:
    """No number, or hotter than any heat in the hall could make it."""
    found = history(lambda n: [2.0, 3.0], 40)
    assert not found.is_broken(1e3)
    found.add(measure([2.0, broken]))
    assert found.is_broken(1e3)


@pytest.mark.parametrize("position", range(4))
def test_a_broken_residual_is_seen(position: int) -> None:
    """Even where all inlets are numbers; and it never passes its gate."""
    residuals = list(QUIET)
    residuals[position] = math.nan
    found = history(lambda n: [2.0], 100)
    found.add(measure([2.0], tuple(residuals)))
    assert found.is_broken(1e3)
    assert found.shortfalls()


def test_the_rows_survive_a_checkpoint() -> None:
    """A restored watch judges as the first one did."""
    found = history(lambda n: [2.0, 3.0 + 0.005 * n], 100, LOUD)
    again = Watch(FINE, EVERY)
    again.restore(found.arrays())
    assert again.shortfalls() == found.shortfalls()
    assert again.residuals == found.residuals


# -- runs -------------------------------------------------------------------------------------------------------------
def test_an_iteration_limit_leaves_it_unfinished_and_names_the_worst(single: Backend) -> None:
    """With the object, the quantity, its value and the gate it misses."""
    case = stopping_at(modelled(hall_h0(0.3), "k-epsilon"), 32)
    outcome = solve(case, single)
    assert (outcome.verdict, outcome.iterations) == ("unfinished", 32)
    assert "32 iterations" in outcome.text
    assert outcome.worst is not None
    assert outcome.worst["object"] in {"hall", *(rack.name for rack in case.racks)}
    assert outcome.worst["value"] > outcome.worst["gate"] > 0.0


def test_a_rack_that_drifts_is_the_worst(single: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a rack keeps a run from its end, the run says which."""
    first = Flow.measure

    def warming(self: Flow, mass: float) -> Measure:
        found = first(self, mass)
        warming.rows += 1  # type: ignore[attr-defined]
        return Measure(*QUIET, found.inlets + np.array([0.0, 0.5 * warming.rows]), found.sample)  # type: ignore[attr-defined]

    warming.rows = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(Flow, "measure", warming)
    outcome = solve(stopping_at(modelled(tiny_hall(), "zero-equation"), 60), single)
    assert outcome.verdict == "unfinished" and outcome.worst is not None
    assert outcome.worst["object"] == "A2" and outcome.worst["quantity"].startswith("drift")


@pytest.mark.parametrize(
    ("hall", "model", "scheme"),
    [
        (hall_of_everything, "zero-equation", "upwind"),
        (hall_of_everything, "k-epsilon", "upwind"),
        (hall_of_everything, "k-epsilon", "second-order"),
        (tiny_hall, "k-epsilon", "upwind"),
    ],
)
def test_a_steady_answer_does_not_depend_on_how_far_one_iterates(
    single: Backend, hall: Callable[[], Case], model: str, scheme: str
) -> None:
    """Ten times the iterations move no inlet by more than a twentieth of a kelvin."""
    outcome = solve(modelled(hall(), model, scheme), single)
    assert outcome.verdict == "steady"
    for _ in range(9 * outcome.iterations):
        outcome.flow.iterate(False)
    later = outcome.flow.iterate(True)
    assert later is not None
    np.testing.assert_allclose(later.inlets, outcome.inlets, rtol=0, atol=0.05)


def test_a_deadline_and_a_request_to_stop(single: Backend) -> None:
    """Both end the run at its next look, with a checkpoint."""
    case = modelled(tiny_hall(), "zero-equation")
    for monitor in (Monitor(deadline=0.0), Monitor(stopped=lambda: True)):
        saved: list[dict[str, Any]] = []
        monitor.save = lambda arrays, attributes, saved=saved: saved.append(attributes)  # type: ignore[misc]
        outcome = solve(case, single, monitor)
        assert (outcome.verdict, outcome.iterations) == ("unfinished", steady.EVERY)
        assert saved and saved[-1]["phase"]["iteration"] == steady.EVERY


@pytest.mark.parametrize("name", ["u", "T", "p"])
def test_a_field_that_breaks_is_divergence(single: Backend, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cell that is no number, in the middle of a run."""
    outcome = solve(modelled(tiny_hall(), "k-epsilon"), single, breaking(name, monkeypatch))
    assert outcome.verdict == "diverged"
    assert 10 <= outcome.iterations <= 14
    assert outcome.history and outcome.history[-1]["iteration"] == outcome.iterations


def breaking(name: str, monkeypatch: pytest.MonkeyPatch) -> Monitor:
    """Puts NaN into a fluid cell of a field after ten iterations."""
    first = Flow.iterate

    def iterate(self: Flow, measured: bool) -> Measure | None:
        iterate.count += 1  # type: ignore[attr-defined]
        if iterate.count == 10:  # type: ignore[attr-defined]
            backend, field = self.domain.backend, getattr(self.state, name)
            values = backend.download(field)
            values[2 + 3, 2 + 5, 2 + 6] = np.nan
            backend.copy(backend.upload(values, backend.real), field)
        return first(self, measured)

    iterate.count = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(Flow, "iterate", iterate)
    return Monitor()


def test_a_room_without_racks_breaks_too(single: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """No inlet tells of it there; a residual does."""
    outcome = solve(modelled(heated_obstacle(), "zero-equation"), single, breaking("T", monkeypatch))
    assert outcome.verdict == "diverged"


def test_all_blocks_tell_the_same_end(one_thread: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verdict, text, iterations and inlets, on every block alike."""
    case = modelled(tiny_hall(), "zero-equation")
    placements = [place_case(case)]

    def work(comm: Any) -> Any:
        return steady.SteadyRun(placements, one_thread, comm, case.stop.iterations, Monitor()).run()

    outcomes = run_blocks(2, 1, 1, work)
    whole = solve(case, one_thread)
    for outcome in outcomes:
        assert (outcome.verdict, outcome.text, outcome.iterations) == (whole.verdict, whole.text, whole.iterations)
        np.testing.assert_allclose(outcome.inlets, whole.inlets, atol=1e-9)


def warm_room() -> Case:
    """A closed room between a warm and a cold wall."""
    size = (1.6, 0.8, 1.6)
    walls = (warm_wall("warm", "x-", size, temperature=303.15), warm_wall("cold", "x+", size, temperature=293.15))
    return modelled(empty_room(size, 0.2, walls=walls), "zero-equation")


def test_a_wall_that_drifts_is_the_worst(double: Backend) -> None:
    """A room without racks that is cut short says which of its objects moved most, as a share of its scale."""
    outcome = solve(stopping_at(warm_room(), 32), double)
    assert outcome.verdict == "unfinished" and outcome.worst is not None
    flow = outcome.flow
    assert [(track.object, track.quantity) for track in flow.tracks.tracks] == [
        ("warm", "heat"), ("cold", "heat"), ("hall", "kinetic energy"),
    ]  # fmt: skip
    assert outcome.worst["object"] in ("warm", "cold", "hall") and outcome.worst["value"] > outcome.worst["gate"] > 0.0


def test_all_blocks_of_a_room_without_racks_tell_the_same_end(one_thread: Backend) -> None:
    """Heat and motion are sums over all blocks."""
    placements = [place_case(warm_room())]

    def work(comm: Any) -> Any:
        return steady.SteadyRun(placements, one_thread, comm, 400, Monitor()).run()

    outcomes = run_blocks(2, 1, 2, work)
    whole = solve(stopping_at(warm_room(), 400), one_thread)
    assert whole.verdict == "steady"
    for outcome in outcomes:
        assert (outcome.verdict, outcome.text, outcome.iterations) == (whole.verdict, whole.text, whole.iterations)
        np.testing.assert_allclose(outcome.measure.tracks, whole.measure.tracks, rtol=1e-9)


def test_a_run_that_swings_is_averaged(single: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relaxation is lowered once; as the swing stays, means and the largest distance from them are told."""
    first = Flow.measure

    def swinging(self: Flow, mass: float) -> Measure:
        found = first(self, mass)
        swinging.rows += 1  # type: ignore[attr-defined]
        shift = 0.5 * math.sin(0.7 * swinging.rows)  # type: ignore[attr-defined]
        return Measure(*LOUD, found.inlets + np.array([0.0, shift]), found.sample)

    swinging.rows = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(Flow, "measure", swinging)
    told: list[str] = []
    outcome = solve(modelled(tiny_hall(), "zero-equation"), single, Monitor(message=told.append))
    assert outcome.verdict == "unsteady"
    assert len(told) == 2 and "lowered" in told[0] and "averaging" in told[1]
    assert outcome.swing is not None
    assert outcome.swing[1] == pytest.approx(0.5, abs=0.1) and outcome.swing[0] < 0.2
    assert "A2 swings most" in outcome.text
    means = [row["inlet.A2"] for row in outcome.history[-steady.AVERAGED // steady.EVERY :]]
    assert outcome.inlets[1] + 293.15 == pytest.approx(np.mean(means), abs=1e-9)
    assert outcome.iterations < 2 * (2 * watch.LONG + 200) + steady.AVERAGED
