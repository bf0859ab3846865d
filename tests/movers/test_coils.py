"""Coils: effectiveness in closed form, the rated point of a data sheet, valves; the kernel and the host agree."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kernels import open_backend
from thermal.case.bodies import Coil
from thermal.movers.coil import WATER_CAPACITY, Terminal, coil_heat, effectiveness, rated_conductance, valve_share


@pytest.mark.parametrize("ratio", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("units", [0.5, 1.0, 3.0])
def test_counter_flow_is_that_of_the_log_mean_difference(units: float, ratio: float) -> None:
    """Q = UA x LMTD between the ends that the effectiveness gives (Incropera & DeWitt 2002, eq. 11.14, 11.15)."""
    least, most = 1000.0, 1000.0 / ratio
    heat = effectiveness(units * least, least, most) * least * 20.0
    hot, cold = 20.0 - heat / least, heat / most
    one, other = 20.0 - cold, hot
    mean = one if abs(one - other) < 1e-9 else (one - other) / math.log(one / other)
    assert heat == pytest.approx(units * least * mean, rel=1e-6)


@pytest.mark.parametrize(("units", "ratio", "published"), [(1.0, 1.0, 0.476), (2.0, 0.5, 0.730), (3.0, 0.25, 0.887)])
def test_cross_flow_lies_between_its_bounds(units: float, ratio: float, published: float) -> None:
    """Below counter flow, above parallel flow; values of the formula itself, to three digits."""
    found = effectiveness(units, 1.0, 1.0 / ratio, "cross-flow")
    parallel = (1.0 - math.exp(-units * (1.0 + ratio))) / (1.0 + ratio)
    assert parallel < found < effectiveness(units, 1.0, 1.0 / ratio)
    assert found == pytest.approx(published, abs=0.02)


@pytest.mark.parametrize("arrangement", ["counter-flow", "cross-flow"])
def test_a_rated_point_comes_back(arrangement: str) -> None:
    air, water = 1.2 * 1006.0 * 6.0, WATER_CAPACITY * 4e-3
    conductance = rated_conductance(110e3, air, water, 25.0, arrangement)
    coil = Coil(conductance, 6.0, water, 283.15, arrangement=arrangement)
    assert coil_heat(coil, air, 6.0, 308.15) == pytest.approx(110e3, rel=1e-9)


def test_more_than_the_streams_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        rated_conductance(30e3, 1000.0, 2000.0, 25.0)


def test_air_that_passes_beside_the_coil_is_not_cooled() -> None:
    whole, half = (Coil(5e3, 4.0, 12e3, 283.15, bypass=share) for share in (0.0, 0.5))
    air = 1.2 * 1006.0 * 4.0
    assert coil_heat(half, air, 4.0, 303.15) == pytest.approx(coil_heat(whole, 0.5 * air, 4.0, 303.15))


def test_a_two_way_valve_lets_through_what_the_heat_takes() -> None:
    coil, air = Coil(8e3, 4.0, 14e3, 283.15), 1.2 * 1006.0 * 4.0
    most = coil_heat(coil, air, 4.0, 303.15)
    share = valve_share(coil, air, 4.0, 303.15, 0.6 * most)
    assert coil_heat(coil, air, 4.0, 303.15, share * coil.water_capacity) == pytest.approx(0.6 * most, rel=1e-6)
    assert 0.0 < share < 0.6
    assert valve_share(coil, air, 4.0, 303.15, most) == 1.0


def test_a_terminal_s_water_takes_the_heat() -> None:
    terminal = Terminal("west", 3e-3, 285.15, 25e3)
    assert (terminal.leaving - terminal.entering) * WATER_CAPACITY * terminal.flow == pytest.approx(25e3)


@pytest.mark.parametrize("cross", [0.0, 1.0])
@pytest.mark.parametrize("exponent", [0.0, 0.5])
def test_the_kernel_s_coil_is_the_host_s(cross: float, exponent: float) -> None:
    """Valve open: what mover_respond gives for one mover against coil_heat."""
    rho_cp = 1.2 * 1006.0
    coil = Coil(7e3, 5.0, 13e3, 285.15, 0.1, "cross-flow" if cross else "counter-flow", exponent)
    flow, entering = 4.2, 306.15
    settings = np.zeros(16)
    settings[:6] = 1.0, coil.conductance / rho_cp, coil.water_capacity / rho_cp, coil.water_temperature - 293.15, 0.1, cross
    settings[8:10] = exponent, coil.rated_flow
    sums = np.array([flow, flow, flow * (entering - 293.15), 0.0, 0.0, 0.0, 0.0, 0.0])
    backend = open_backend("numpy", "double")
    out, one = np.zeros(8), np.ones(1)
    backend.run("mover_respond", 1, sums, settings, np.zeros(2, np.int32), one, one, one.copy(), np.zeros(1), out, 0.3)
    assert rho_cp * out[4] == pytest.approx(coil_heat(coil, rho_cp * flow, flow, entering), rel=1e-12)
    assert out[0] * rho_cp * flow * (entering - coil.water_temperature) == pytest.approx(rho_cp * out[4], rel=1e-12)


@pytest.mark.parametrize(("sees", "moves"), [(-2.0, -1), (2.0, 0)])
def test_an_open_valve_that_overcools_comes_back(sees: float, moves: int) -> None:
    """What control added before the valve was at its end falls once the air is colder than its setpoint, and only then."""
    settings = np.zeros(16)
    settings[:8] = 1.0, 1.0, 10.0, -8.0, 0.0, 0.0, 1.0, 0.0  # supply control, setpoint at the reference
    flow, trim, one, out = 2.0, np.array([2.0]), np.ones(1), np.zeros(8)
    sums = np.array([flow, flow, flow * 12.0, flow * sees, 0.0, 0.0, 0.0, 0.0])
    backend = open_backend("numpy", "double")
    backend.run("mover_respond", 1, sums, settings, np.zeros(2, np.int32), one, one, one.copy(), trim, out, 0.3)
    assert out[3] == 1.0
    assert np.sign(round(trim[0] - 2.0, 9)) == moves
