"""The one-dimensional theory that plenums are held against, and a coarse plenum beside it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.plenum_theory import LENGTH, manifold, strip


def test_without_friction_it_is_the_closed_form() -> None:
    """v/v_end = cos((L - x)/(H sqrt K)), and with all momentum recovered that of an H smaller by sqrt 2."""
    x = np.linspace(0.0, 6.0, 61)
    for beta in (1.0, 2.0):
        expected = np.cos(math.sqrt(beta) * (6.0 - x) / (1.2 * math.sqrt(31.7)))
        assert np.abs(manifold(x, 6.0, 1.2, 31.7, 0.0, beta) - expected).max() < 1e-6


def test_friction_is_paid_from_the_pressure() -> None:
    """K v2/2 + beta U2/2 falls along the plenum by the integral of f/D U2/2, with U from what has not left yet."""
    x = np.linspace(0.0, 6.0, 6001)
    depth, loss, friction = 0.9, 31.7, 0.05
    v = manifold(x, 6.0, depth, loss, friction)
    step = x[1] - x[0]
    u = np.concatenate([np.cumsum((0.5 * (v[1:] + v[:-1]) * step)[::-1])[::-1], [0.0]]) / depth
    head = 0.5 * loss * v**2 + 0.5 * u**2
    lost = np.concatenate([[0.0], np.cumsum(0.25 * friction * (u[1:] ** 2 + u[:-1] ** 2) * step)])
    assert lost[-1] > 0.01 * head[0]
    np.testing.assert_allclose(head + lost, head[0], rtol=1e-5)


@pytest.mark.parametrize(("depth", "open_fraction"), [(0.9, 0.25), (0.6, 0.15)])
def test_a_coarse_plenum_follows_it(depth: float, open_fraction: float) -> None:
    """The denser floor over the shallower plenum is fed more evenly, as the theory has it."""
    one = strip(depth, open_fraction, cell=0.3, threads=1)
    found, theory = one.spreads
    assert one.x.max() < LENGTH and len(one.x) > 10
    assert found == pytest.approx(theory, rel=0.15)
    assert one.deviation < 0.05
