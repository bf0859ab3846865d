"""Stores, baths and vessels: plug flow, conduction, Boyle; every joule counted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thermal.fluids.liquids import read_liquid
from thermal.loop.components.expansion import ExpansionVessel, least_vessel_volume
from thermal.loop.components.immersion import ImmersionTank
from thermal.loop.components.store import BufferStore

WATER, OIL = read_liquid("water"), read_liquid("HFE-7100")


@pytest.mark.parametrize("layers", [1, 2, 10])
@pytest.mark.parametrize("flow", [3.0, 0.0, -3.0])
def test_a_store_counts_every_joule(layers: int, flow: float) -> None:
    store = BufferStore(2.0, 2.0, layers, WATER, 313.15, loss_conductance=4.0)
    capacity = float(WATER.heat_capacity(313.15))
    now = np.random.default_rng(3).uniform(290.0, 330.0, layers)  # upside down in places
    for _ in range(5):
        after = store.advance(now, 60.0, flow, 325.0, 295.0)
        stored = store.layer_capacity * (after.layers.sum() - now.sum())
        assert stored == pytest.approx(60.0 * (abs(flow) * capacity * (325.0 - after.outlet) - after.lost), rel=1e-9, abs=1e-3)
        assert (np.diff(after.layers) >= -1e-9).all()
        now = after.layers


def test_a_mixed_store_follows_its_exponential() -> None:
    """One layer: T - T_in falls as exp(-m t/M)."""
    store = BufferStore(1.0, 1.0, 1, WATER, 313.15)
    mass = 1.0 * float(WATER.density(313.15))
    now, steps = np.array([333.15]), 2000
    for _ in range(steps):
        now = store.advance(now, mass / 2.0 / steps, 2.0, 313.15, 300.0).layers
    assert now[0] == pytest.approx(313.15 + 20.0 * math.exp(-1.0), abs=0.01)


def test_layers_keep_the_front_of_a_filling_sharper() -> None:
    """Half the volume replaced from the top: what still leaves at the bottom is the colder, the more layers there are."""
    outlets = []
    for layers in (1, 4, 16, 64):
        store = BufferStore(1.0, 2.0, layers, WATER, 313.15)
        now, mass = np.full(layers, 293.15), float(WATER.density(313.15))
        for _ in range(100):
            step = store.advance(now, mass / 200.0, 1.0, 333.15, 293.15)
            now = step.layers
        outlets.append(step.outlet)
    assert outlets == sorted(outlets, reverse=True) and outlets[-1] < 293.15 + 0.5


def test_conduction_settles_as_its_slowest_mode() -> None:
    """Insulated column: the first cosine decays as exp(-pi^2 a t/H^2)."""
    store = BufferStore(0.5, 1.0, 40, WATER, 313.15)
    middle = (np.arange(40) + 0.5) / 40.0
    now = 313.15 - 5.0 * np.cos(math.pi * middle)  # warm above
    diffusivity = float(WATER.conductivity(313.15) / (WATER.density(313.15) * WATER.heat_capacity(313.15)))
    span = 0.05 / diffusivity
    for _ in range(200):
        now = store.advance(now, span / 200.0, 0.0, 300.0, 300.0).layers
    assert now[-1] - now[0] == pytest.approx(10.0 * math.cos(math.pi / 80.0) * math.exp(-(math.pi**2) * 0.05), rel=5e-3)


def test_a_bath_rests_where_its_heat_leaves_and_counts_joules() -> None:
    tank = ImmersionTank(0.8, OIL, 313.15, surface_resistance=2e-4, boards_capacity=1e5, loss_conductance=10.0)
    rest = tank.steady(50e3, 305.15, 9.0, 297.15)
    assert rest.to_stream + rest.to_room == pytest.approx(50e3)
    assert rest.to_stream == pytest.approx(9.0 * float(OIL.heat_capacity(313.15)) * (rest.bath - 305.15))
    assert tank.surface(rest.bath, 50e3) == pytest.approx(rest.bath + 10.0)
    bath = 300.0
    for _ in range(300):
        step = tank.advance(bath, 20.0, 50e3, 305.15, 9.0, 297.15)
        assert tank.capacity * (step.bath - bath) == pytest.approx(20.0 * (50e3 - step.to_stream - step.to_room), abs=1e-3)
        bath = step.bath
    assert bath == pytest.approx(rest.bath, abs=1e-6)
    with pytest.raises(ValueError, match="without a way out"):
        ImmersionTank(0.8, OIL, 313.15, 0.0).steady(1.0, 300.0, 0.0, 300.0)


def test_a_vessel_holds_boyles_law() -> None:
    vessel = ExpansionVessel(0.2, 2.0e5, 2.5e5, 5.0, WATER, 293.15)
    assert vessel.pressure(293.15) == pytest.approx(2.5e5)
    # IAPWS at 3 bar: 998.298 kg/m3 at 20 degC, 988.122 at 50 degC
    assert vessel.expansion(323.15) == pytest.approx(5.0 * (998.298 / 988.122 - 1.0), rel=2e-4)
    gas = 0.2 * 2.0 / 2.5 - vessel.expansion(323.15)
    assert vessel.pressure(323.15) == pytest.approx(2.0e5 * 0.2 / gas)
    size = least_vessel_volume(vessel.expansion(323.15), vessel.reserve, 2.0e5, vessel.pressure(323.15))
    assert size == pytest.approx(0.2, rel=1e-9)
    with pytest.raises(ValueError, match="full"):
        vessel.pressure(372.0)
    with pytest.raises(ValueError, match="empty"):
        ExpansionVessel(0.2, 2.0e5, 2.0e5, 5.0, WATER, 293.15).pressure(278.0)
