"""Whatever is drawn: networks with an answer get it, mass and energy closed; the others are refused by the culprit's name."""

from __future__ import annotations

import functools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.backend import Backend
from tests.loop.random_networks import draw
from thermal.errors import HallflowError
from thermal.loop.heat import Heat
from thermal.loop.hydraulics import Hydraulics, open_loops

MOST_ROUNDS = 120  # of 1500 networks drawn the slowest took 87


@functools.cache
def backend() -> Backend:
    """Opened once."""
    return open_loops("host")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_random_networks(seed: int) -> None:
    drawn = draw(seed)
    hydraulics = Hydraulics(drawn.network, "colebrook", backend())
    assert hydraulics.solve() <= MOST_ROUNDS
    assert np.abs(hydraulics.mass_defect()).max() < 1e-10
    heat = Heat(hydraulics)
    if drawn.culprit is None:
        heat.solve()
        assert heat.ledger.defect < 1e-10
        assert np.isfinite(heat.temperature).all()
        heat.temperature += 5.0  # and in time, with stores that turn over
        for seconds in (1.0, 60.0):
            heat.step(seconds)
            assert heat.ledger.defect < 1e-10
        return
    try:
        heat.solve()
    except HallflowError as refused:
        assert drawn.culprit in str(refused) and "\n" not in str(refused)
    else:
        raise AssertionError(f"{drawn.culprit} was not refused")


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_the_start_does_not_matter(seed: int) -> None:
    """From no flow, from flows the wrong way round and far too large: the same answer as from the guess."""
    drawn = draw(seed)
    hydraulics = Hydraulics(drawn.network, "colebrook", backend())
    hydraulics.solve()
    first, scale = hydraulics.flow.copy(), np.abs(hydraulics.flow).max() + 1e-6
    pressure = np.array([one.pressure or 0.0 for one in drawn.network.nodes.values()])
    for start in (np.zeros(len(first)), -10.0 * first - 0.1):
        again = Hydraulics(drawn.network, "colebrook", backend())
        again.pressure[:] = pressure
        again.solve(start)
        assert np.abs(again.flow - first).max() < 1e-6 * scale


def test_at_least_ninety_five_of_a_hundred_can_be_solved() -> None:
    assert np.mean([draw(seed).culprit is None for seed in range(400)]) >= 0.95


def test_refused_networks_are_among_them() -> None:
    culprits = [seed for seed in range(200) if draw(seed).culprit]
    assert len(culprits) >= 3
    for seed in culprits:
        hydraulics = Hydraulics(draw(seed).network, "colebrook", backend())
        hydraulics.solve()
        try:
            Heat(hydraulics).solve()
        except HallflowError as refused:
            assert "culprit: 100000 W and no flow" in str(refused)
        else:
            raise AssertionError(seed)
