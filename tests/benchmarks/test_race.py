"""The race's criterion, its page, and the stamps on a peer's output; no peer is needed."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from benchmarks.peers import race
from benchmarks.peers.dictionaries import Settings
from benchmarks.peers.openfoam import Peer, first_settled
from benchmarks.peers.race import Process, Track, equal_window, report, track
from benchmarks.process import run, stamped
from benchmarks.variants import Variant


def decay(last: int, rate: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Iterations, inlets of two racks that come down by exp(-rate n), and a heat balance on its way to 1."""
    n = np.arange(2, last + 1, 2)
    fall = np.exp(-rate * n)
    return n, 20.0 + np.stack([3.0 * fall, 1.0 * fall], axis=1), 1.0 - 0.1 * fall


def test_the_criterion_looks_back_over_its_window() -> None:
    """3 exp(-0.02 n) moves less than 0.1 K over 100 iterations from n = 100 + ln(3 (e^2 - 1) / 0.1 / e^2) / 0.02 on."""
    n, inlets, balance = decay(600, 0.02)
    row = first_settled(n, inlets, balance)
    moved = 3.0 * (np.exp(-0.02 * (n - 100)) - np.exp(-0.02 * n))
    assert row is not None and moved[row] <= 0.1 < moved[row - 1]
    assert first_settled(n, inlets, balance + 0.02) is None  # the heat is not in balance
    assert first_settled(n[:60], inlets[:60], balance[:60]) is None
    early = first_settled(n, inlets, balance, 20)
    assert early is not None and early < row


def test_windows_of_equal_local_time() -> None:
    assert equal_window(0.5, 0.5) == 100
    assert equal_window(0.8, 0.3) == 11


def test_lines_are_stamped_as_they_come() -> None:
    lines = "import time\nfor n in (1, 2):\n    print('Time =', n, flush=True)\n    time.sleep(0.2)\nprint('End')\nexit(3)"
    done = run(stamped("Time = ", [sys.executable, "-c", lines]))
    stamps = [float(line.split("#clock")[1]) for line in done.output.splitlines() if "#clock" in line]
    assert done.code == 3 and len(stamps) == 2 and 0.15 < stamps[1] - stamps[0] < 5.0 and "End\n" in done.output


def test_our_track_goes_on_beyond_the_verdict() -> None:
    own = track(Variant("openfoam-h0", "upwind", 0.3), 20)
    assert own.iterations[-1] == own.iterations[own.verdict - 1] + 20
    assert (np.diff(own.clock) > 0).all() and own.inlets.shape == (len(own.iterations), 8)
    assert own.balance[-1] == pytest.approx(1.0, abs=0.02)
    page = report(Variant("openfoam-h0", "upwind", 0.3), Settings(processes=2), *synthetic(own))
    assert "**50.0 ×**" in page and "2 processes" in page and "criterion met" in page
    assert "NOT met within" in page or "beyond its verdict" in page


def synthetic(own: Track) -> tuple[Peer, list[Process], Track]:
    """A peer whose criterion is met after 100 s, and two runs of ours of 2 s."""
    n, inlets, balance = decay(600, 0.02)
    names = ["A1", "B1"]
    row = first_settled(n, inlets, balance)
    assert row is not None
    peer = Peer(names, n, inlets, balance, n * 1.0, n * (100.0 / n[row]), 1000)
    summary = {"verdict": "steady", "iterations": 40, "racks": [{"name": name, "inlet_mean_degC": 20.0} for name in names]}
    return peer, [Process(1.5, summary), Process(2.5, summary)], own


def test_a_race_without_the_peer_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(race, "whole", lambda variant, threads=2: Process(1.0, {}))
    assert race.race(Variant("openfoam-h0", "upwind", 0.3, "k-epsilon"), Settings(), None, None) == 2
    assert "apt-get install openfoam" in capsys.readouterr().err
