"""Fan curves: through every point, falling everywhere, affinity laws, and the flow at which they meet a system."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thermal.movers.curve import FanCurve, quadratic_curve, table_curve

TABLE = ((0.0, 0.5, 1.0, 1.6, 2.2), (400.0, 380.0, 300.0, 150.0, 0.0))


def test_a_table_is_met_at_its_points_and_falls_between_and_beyond() -> None:
    curve = table_curve(*TABLE)
    for flow, pressure in zip(*TABLE, strict=True):
        assert curve.rise(flow)[0] == pytest.approx(pressure, abs=1e-9)
    rises = [curve.rise(q)[0] for q in np.linspace(-2.0, 4.0, 1201)]
    assert (np.diff(rises) < 0.0).all()


def test_the_slope_is_that_of_the_rise() -> None:
    curve, step = table_curve(*TABLE), 1e-6
    for q in (-1.0, 0.2, 0.7, 1.3, 2.0, 3.0):
        for speed in (1.0, 0.6):
            measured = (curve.rise(q + step, speed)[0] - curve.rise(q - step, speed)[0]) / (2.0 * step)
            assert curve.rise(q, speed)[1] == pytest.approx(measured, rel=1e-6)


def test_two_points_make_the_parabola() -> None:
    curve = quadratic_curve(400.0, 2.0)
    for q in (0.3, 1.1, 2.0, 2.6):
        assert curve.rise(q)[0] == pytest.approx(400.0 * (1.0 - (q / 2.0) ** 2), abs=1e-9)


@pytest.mark.parametrize("speed", [0.4, 0.8, 1.2])
def test_affinity_laws(speed: float) -> None:
    """Flow follows speed, pressure its square (ISO 5801; AMCA 201)."""
    for curve in (table_curve(*TABLE), quadratic_curve(400.0, 2.0)):
        for q in (-0.5, 0.4, 1.2, 2.4):
            assert curve.rise(speed * q, speed)[0] == pytest.approx(speed**2 * curve.rise(q)[0], rel=1e-12)


def test_a_stopped_fan_is_a_resistance_without_a_step() -> None:
    curve = quadratic_curve(400.0, 2.0)
    assert curve.rise(1.0, 0.0)[0] == pytest.approx(-100.0)
    assert curve.rise(1.0, 1e-3)[0] == pytest.approx(-100.0, rel=1e-4)


def test_fans_side_by_side_add_their_flows() -> None:
    one, three = table_curve(*TABLE), table_curve(*TABLE).scaled(3.0)
    assert three.rise(3.0 * 0.8)[0] == pytest.approx(one.rise(0.8)[0])
    assert three.rise(3.0 * 0.8)[1] == pytest.approx(one.rise(0.8)[1] / 3.0)


def test_a_parabola_meets_a_quadratic_system_in_closed_form() -> None:
    """p0 (1 - q^2/q0^2) = K q^2."""
    for speed in (1.0, 0.5):
        expected = speed * math.sqrt(400.0 / (50.0 + 400.0 / 4.0))
        assert quadratic_curve(400.0, 2.0).meets(50.0, speed) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("flows", "pressures"),
    [((0.0, 1.0), (100.0, 120.0)), ((0.1, 1.0), (100.0, 0.0)), ((0.0, 1.0, 1.0), (9.0, 5.0, 1.0)), ((0.0,), (100.0,))],
)
def test_curves_that_name_no_single_flow_are_refused(flows: tuple[float, ...], pressures: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="fall|rise"):
        table_curve(flows, pressures)


def test_a_curve_is_frozen() -> None:
    assert hash(quadratic_curve(1.0, 1.0)) == hash(FanCurve((0.0, 1.0), (1.0, 0.0), (0.0, -2.0)))
