"""Solids that carry heat: composite walls, fins, blocks; exact where the scheme must be exact, and closed balances."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kernels import Backend
from tests.builders import AIR, empty_room, outlet, supply
from tests.flow.halls import fields, modelled, solve, start
from tests.flow.test_exact import planes
from thermal.case.model import Box, Case, Material, Obstacle, Wall
from thermal.errors import CaseErrors
from thermal.parallel import run_blocks
from thermal.place import place_case

STEEL, WOOL, CONCRETE = Material(50.0, 7800.0, 500.0), Material(0.04, 30.0, 1000.0), Material(2.0, 2400.0, 1000.0)
REFERENCE = AIR.reference_temperature


def solid(name: str, low: tuple, high: tuple, material: Material, power: float = 0.0) -> Obstacle:
    """A box that conducts."""
    return Obstacle(name, Box(low, high), power, f"case.toml:{name}", material=material)


def wall(name: str, axis: int, sign: int, size: tuple, **more: Any) -> Wall:
    """A whole surface of a room."""
    low, high = [0.0] * 3, list(size)
    low[axis] = high[axis] = 0.0 if sign > 0 else size[axis]
    return Wall(name, Box(tuple(low), tuple(high)), axis, sign, source=f"case.toml:{name}", **more)


def still(case: Case) -> Case:
    """Air that only conducts."""
    return replace(modelled(case, "laminar"), flow=replace(modelled(case, "laminar").flow, buoyancy=False))


def settle(case: Case, backend: Backend, grid: Any, iterations: int) -> Any:
    """The flow after so many iterations."""
    flow = start(case, backend, grid=grid)
    for _ in range(iterations):
        flow.iterate(False)
    return flow


def test_a_composite_wall_is_exact(one_thread: Backend) -> None:
    """Concrete, wool and still air in series between two kept faces: harmonic means make piecewise straight lines exact, whatever
    the widths of the cells."""
    size = (1.0, 0.2, 0.2)
    layers = (solid("c", (0.0, 0.0, 0.0), (0.3, 0.2, 0.2), CONCRETE), solid("w", (0.3, 0.0, 0.0), (0.5, 0.2, 0.2), WOOL))
    faces = (wall("hot", 0, +1, size, temperature=313.15), wall("cold", 0, -1, size, temperature=283.15))
    case = still(empty_room(size, 0.1, obstacles=layers, walls=faces))
    case = replace(case, air=replace(case.air, kinematic_viscosity=1e-3))
    flow = settle(case, one_thread, planes((1.0, 10), (0.2, 1), (0.2, 1)), 120)
    conducts = AIR.density * AIR.heat_capacity * 1e-3 / AIR.prandtl
    resistance = 0.3 / 2.0 + 0.2 / 0.04 + 0.5 / conducts
    flux = 30.0 / resistance
    x = np.arange(10) * 0.1 + 0.05
    expected = 20.0 - flux * np.where(x < 0.3, x / 2.0, np.where(x < 0.5, 0.15 + (x - 0.3) / 0.04, 5.15 + (x - 0.5) / conducts))
    np.testing.assert_allclose(fields(flow)["T"][0, 0], expected, atol=1e-8)
    heat = flow.boundary.sample().heat * AIR.density * AIR.heat_capacity
    np.testing.assert_allclose(heat, [flux * 0.04, -flux * 0.04], rtol=1e-8)
    np.testing.assert_allclose(flow.boundary.sample().surface + REFERENCE, [313.15, 283.15], atol=1e-6)


@pytest.mark.parametrize("kept", [True, False])
def test_a_wall_of_layers_is_their_sum(one_thread: Backend, kept: bool) -> None:
    """Outside temperature behind a resistance, against still air; the surface lies between. A flux on a solid passes whole."""
    size = (0.4, 0.2, 0.2)
    far = wall("far", 0, -1, size, temperature=273.15, resistance=2.54)
    near = wall("near", 0, +1, size, temperature=303.15) if kept else wall("near", 0, +1, size, heat_flux=8.0)
    block = (solid("slab", (0.0, 0.0, 0.0), (0.1, 0.2, 0.2), CONCRETE),)
    case = still(empty_room(size, 0.1, obstacles=block, walls=(near, far)))
    case = replace(case, air=replace(case.air, kinematic_viscosity=1e-3))
    flow = settle(case, one_thread, planes((0.4, 4), (0.2, 1), (0.2, 1)), 250)
    conducts = AIR.density * AIR.heat_capacity * 1e-3 / AIR.prandtl
    flux = 30.0 / (0.1 / 2.0 + 0.3 / conducts + 2.54) if kept else 8.0
    sample = flow.boundary.sample()
    heat = sample.heat * AIR.density * AIR.heat_capacity / 0.04
    np.testing.assert_allclose(heat, [flux, -flux], rtol=1e-6)
    assert sample.surface[1] + REFERENCE == pytest.approx(273.15 + 2.54 * flux, abs=1e-5)


def test_a_fin_follows_its_closed_form(one_thread: Backend) -> None:
    """A steel bar with a kept root and films on two sides: T = cosh(m (L - x))/cosh(m L), m2 = 2 h/(k d); second order.

    The film is that of a [[wall]] with outside temperature; the bar's half thickness stands in series with it.
    """
    errors = []
    for cells in (20, 40):
        size, length, thick, film = (1.2, 0.02, 0.02), 1.0, 0.02, 20.0
        bar = (solid("bar", (0.0, 0.0, 0.0), (length, thick, 0.02), STEEL),)
        sides = tuple(
            Wall(name, Box((0.0, y, 0.0), (length, y, 0.02)), 1, sign, 293.15, source="case.toml:1", resistance=1.0 / film)
            for name, y, sign in (("low", 0.0, +1), ("high", thick, -1))
        )
        stopper = (Obstacle("stopper", Box((length, 0.0, 0.0), (1.1, thick, 0.02)), source="case.toml:2"),)
        case = still(
            empty_room(size, 0.1, obstacles=bar + stopper, walls=(wall("root", 0, +1, size, temperature=343.15), *sides))
        )
        flow = settle(case, one_thread, planes((1.2, 12 * cells // 10), (thick, 1), (0.02, 1)), 3 * cells)
        x = (np.arange(cells) + 0.5) * length / cells
        through = 1.0 / (1.0 / film + 0.5 * thick / STEEL.conductivity)
        m = math.sqrt(2.0 * through / (STEEL.conductivity * thick))
        exact = 50.0 * np.cosh(m * (length - x)) / math.cosh(m * length)
        errors.append(np.abs(fields(flow)["T"][0, 0, :cells] - exact).max())
    assert errors[0] < 2.0
    assert math.log2(errors[0] / errors[1]) > 1.7


def hot_block(material: Material = CONCRETE) -> Case:
    """A block of 500 W on the floor of a ventilated room."""
    openings = (
        supply("in", (0.0, 0.4, 0.2), (0.0, 1.2, 0.8), 0, +1, 0.15),
        outlet("out", (3.2, 0.4, 1.2), (3.2, 1.2, 1.6), 0, -1),
    )
    block = (solid("block", (1.2, 0.4, 0.0), (1.8, 1.2, 0.6), material, 500.0),)
    return modelled(empty_room((3.2, 1.6, 2.0), 0.2, openings=openings, obstacles=block), "k-epsilon", "second-order")


def test_all_heat_of_a_block_leaves_with_the_air(one_thread: Backend) -> None:
    """The verdict's balance counts the solid; the block is hotter inside than its skin, that hotter than the air."""
    outcome = solve(hot_block(), one_thread)
    assert outcome.verdict == "steady"
    assert abs(outcome.balance["heat"]) < 1e-3
    inside = outcome.fields["T"][:3, 2:6, 6:9]
    assert inside.min() > 2.0
    assert inside[1, 1:3, 1].mean() > inside[:, 0].mean() > outcome.measure.sample.mixed[1]


def test_blocks_agree_about_a_solid(one_thread: Backend) -> None:
    """Cut through the solid, and between solid and air."""

    def iterated(comm: Any = None, cuts: Any = None) -> dict[str, np.ndarray]:
        flow = start(hot_block(), one_thread, comm, cuts)
        for _ in range(5):
            flow.iterate(False)
        return fields(flow)

    whole = iterated()["T"]
    for cuts in (([7], [], []), ([6], [], []), ([], [4], []), ([], [], [3])):
        parts = tuple(len(cut) + 1 for cut in cuts)
        found = run_blocks(*parts, lambda comm, cuts=cuts: iterated(comm, cuts))[0]["T"]
        np.testing.assert_allclose(found, whole, atol=1e-9 * np.abs(whole).max())


def test_power_without_a_way_out_is_refused() -> None:
    """A block inside another that carries no heat."""
    case = empty_room(
        obstacles=(
            Obstacle("shell", Box((0.4, 0.4, 0.4), (1.6, 1.6, 1.6)), source="case.toml:1"),
            solid("core", (0.8, 0.8, 0.8), (1.2, 1.2, 1.2), STEEL, 100.0),
        )
    )
    with pytest.raises(CaseErrors) as caught:
        place_case(case)
    assert "obstacle.core gives off 100 W that has no way out" in str(caught.value.errors[0])
