"""Walls that heat or cool: against conduction, convection in cavities, turbulent channels, and the balances of ducts."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import thermal
from kernels import Backend
from meshes import Grid
from tests.builders import empty_room, outlet, supply, warm_wall
from tests.flow.halls import fields, hall_of_everything, modelled, solve, start
from tests.flow.test_blocks import assert_equal, in_blocks, iterate
from tests.flow.test_exact import observed_rate, planes, settle
from tests.flow.test_resume import assert_same_bits, straight_and_resumed
from thermal.case.model import Box, Case, Wall
from thermal.flow.solver import Flow
from thermal.parallel import Serial
from thermal.place import place_case

WIDE = 1e3  # m, of rooms one cell across: their side walls rub next to nothing
REFERENCE = 293.15  # K, of the tests' air
DUCT = (3.2, 0.8, 0.8)
TURBULENT = ("zero-equation", "k-epsilon")


def duct(*walls: Wall) -> Case:
    """Air of the reference temperature through a duct with warm or cold sides."""
    openings = (
        supply("in", (0.0, 0.0, 0.0), (0.0, 0.8, 0.8), 0, +1, 0.64),
        outlet("out", (3.2, 0.0, 0.0), (3.2, 0.8, 0.8), 0, -1),
    )
    return empty_room(DUCT, 0.1, name="duct", openings=openings, walls=walls)


def capacity(case: Case) -> float:
    """J/(m3 K)."""
    return case.air.density * case.air.heat_capacity


class TestConduction:
    """Air at rest between two plates, on uneven cells."""

    x = np.array([0.0, 0.02, 0.1, 0.25, 0.3, 0.6, 0.95, 1.0])

    def between(self, backend: Backend, **hot: float) -> tuple[Flow, np.ndarray]:
        """The settled flow, and its temperatures along x."""
        size = (1.0, 1.0, 1.0)
        walls = (warm_wall("hot", "x-", size, **hot), warm_wall("cold", "x+", size, temperature=REFERENCE - 4.0))
        case = empty_room(size, 1.0, walls=walls)
        case = modelled(replace(case, flow=replace(case.flow, buoyancy=False)), "laminar", "second-order")
        ends = np.array([0.0, 1.0])
        breaks = tuple(np.ones(count, bool) for count in (len(self.x), 2, 2))
        flow = start(case, backend, grid=Grid(self.x, ends, ends, breaks=breaks), step=1e6)  # type: ignore[arg-type]
        return flow, settle(flow)[0, 0]

    def test_two_temperatures(self, one_thread: Backend) -> None:
        """T is linear, and alpha A dT/L passes."""
        flow, found = self.between(one_thread, temperature=REFERENCE + 6.0)
        centres = flow.domain.placement.grid.centres(0)
        np.testing.assert_allclose(found, 6.0 - 10.0 * centres, atol=1e-8)
        air, sample = flow.domain.placement.case.air, flow.boundary.sample()
        alpha = air.kinematic_viscosity / air.prandtl
        np.testing.assert_allclose(sample.heat, [10.0 * alpha, -10.0 * alpha], rtol=1e-8)
        np.testing.assert_allclose(sample.surface, [6.0, -4.0], rtol=1e-12)

    def test_a_flux_makes_its_own_temperature(self, one_thread: Backend) -> None:
        """The surface that gives q lies q L/lambda above the other."""
        flux = 0.24
        flow, found = self.between(one_thread, heat_flux=flux)
        case = flow.domain.placement.case
        rise = flux / (capacity(case) * case.air.kinematic_viscosity / case.air.prandtl)
        np.testing.assert_allclose(found, -4.0 + rise * (1.0 - flow.domain.placement.grid.centres(0)), atol=1e-8)
        sample = flow.boundary.sample()
        np.testing.assert_allclose(sample.surface, [rise - 4.0, -4.0], rtol=1e-9)
        np.testing.assert_allclose(sample.heat * capacity(case), [flux, -flux], rtol=1e-7)


class TestSquareCavity:
    """One wall hot, the other cold, floor and ceiling adiabatic: mean Nusselt numbers of de Vahl Davis 1983."""

    nusselt = {1e4: 2.243, 1e5: 4.519}
    difference = 10.0

    def convected(self, backend: Backend, rayleigh: float, cells: int) -> tuple[Flow, float]:
        """The settled flow and its mean Nusselt number."""
        size = (1.0, WIDE, 1.0)
        walls = (
            warm_wall("hot", "x-", size, temperature=REFERENCE + self.difference / 2.0),
            warm_wall("cold", "x+", size, temperature=REFERENCE - self.difference / 2.0),
        )
        case = empty_room(size, 1.0, walls=walls)
        air = case.air
        viscosity = math.sqrt(air.prandtl * air.gravity * air.expansion * self.difference / rayleigh)
        case = replace(
            case, air=replace(air, kinematic_viscosity=viscosity), flow=replace(case.flow, initial_temperature=REFERENCE)
        )
        grid = planes((1.0, cells), (WIDE, 1), (1.0, cells))
        flow = start(modelled(case, "laminar", "second-order"), backend, grid=grid)
        conducted = viscosity / air.prandtl * self.difference * WIDE
        for iteration in range(1000):
            measure = flow.iterate(iteration % 25 == 24)
            if measure and measure.momentum < 1e-3 and measure.heat < 1e-4 and measure.mass < 1e-5:
                assert abs(measure.balance) < 1e-5
                return flow, float(measure.sample.heat[0]) / conducted
        raise AssertionError("not converged")

    @pytest.mark.parametrize(("rayleigh", "cells"), [(1e4, 40), (1e5, 48)])
    def test_nusselt_number(self, double: Backend, rayleigh: float, cells: int) -> None:
        """Within 2 %."""
        flow, found = self.convected(double, rayleigh, cells)
        assert found == pytest.approx(self.nusselt[rayleigh], rel=0.02)
        temperature = fields(flow)["T"][:, 0]
        np.testing.assert_allclose(temperature, -temperature[::-1, ::-1], atol=0.01)  # hot half and cold half are alike

    def test_order(self, one_thread: Backend) -> None:
        """The error against the answer of 48 x 48 cells, extrapolated, falls with the square of the cell."""
        found = [self.convected(one_thread, 1e4, cells)[1] for cells in (12, 24, 48)]
        exact = found[2] + (found[2] - found[1]) / 3.0
        assert exact == pytest.approx(self.nusselt[1e4], rel=3e-3)
        assert observed_rate([abs(found[0] - exact), abs(found[1] - exact)]) > 1.7

    def test_scales(self, double: Backend) -> None:
        """Without openings the speed is that of free fall, and the verdict comes by itself."""
        flow, _ = self.convected(double, 1e4, 12)
        gravity = flow.domain.placement.case.air.gravity * flow.domain.placement.case.air.expansion
        assert flow.scales.velocity == pytest.approx(math.sqrt(gravity * self.difference))
        assert flow.scales.temperature == self.difference and flow.scales.supply > 0.0


class TestTurbulentDuct:
    """Air at Reynolds number 133 000 in a long square duct with four warm sides."""

    side, speed, length, warm = 0.4, 5.0, 12.0, 10.0
    along, across, at = 48, 10, 40

    def test_nusselt_number(self, one_thread: Backend) -> None:
        """As far below Gnielinski's correlation of round pipes (1976, Int. Chem. Eng. 16:359) as the friction is below theirs:
        some 10 %, as is usual of square ducts on the hydraulic diameter."""
        size = (self.length, self.side, self.side)
        area = self.side**2
        openings = (
            supply("in", (0.0, 0.0, 0.0), (0.0, self.side, self.side), 0, +1, self.speed * area),
            outlet("out", (self.length, 0.0, 0.0), size, 0, -1),
        )
        walls = tuple(warm_wall(on, on, size, temperature=REFERENCE + self.warm) for on in ("floor", "ceiling", "y-", "y+"))
        case = empty_room(size, 0.2, openings=openings, walls=walls)
        case = modelled(replace(case, flow=replace(case.flow, buoyancy=False)), "k-epsilon", "second-order")
        grid = planes((self.length, self.along), (self.side, self.across), (self.side, self.across))
        flow = start(case, one_thread, grid=grid, relaxation=0.8)
        for _ in range(300):
            measure = flow.iterate(True)
            if measure and measure.momentum < 3e-4 and measure.heat < 1e-4:
                break
        else:
            raise AssertionError("not converged")
        found, air = fields(flow), case.air
        u = 0.5 * (found["u"][:, :, 1:] + found["u"][:, :, :-1])
        bulk = (u * found["T"]).sum(axis=(0, 1)) / u.sum(axis=(0, 1))
        pressure = found["p"].mean(axis=(0, 1))
        warming, falling = (
            (values[self.at + 2] - values[self.at - 2]) / (4.0 * self.length / self.along) for values in (bulk, -pressure)
        )
        conductivity = air.kinematic_viscosity / air.prandtl
        nusselt = warming * self.speed * area / 4.0 / conductivity / (self.warm - bulk[self.at])
        friction = falling * self.side * 2.0 / self.speed**2
        reynolds = self.speed * self.side / air.kinematic_viscosity
        pipe = (0.79 * math.log(reynolds) - 1.64) ** -2
        expected = pipe / 8.0 * (reynolds - 1000.0) * air.prandtl
        expected /= 1.0 + 12.7 * math.sqrt(pipe / 8.0) * (air.prandtl ** (2.0 / 3.0) - 1.0)
        assert nusselt == pytest.approx(0.9 * expected, rel=0.05)
        assert nusselt / expected == pytest.approx(friction / pipe, rel=0.03)


class TestWallLaw:
    """The conductance of each face, from the fields."""

    def blown(self, backend: Backend, model: str, prandtl: float, turbulent_prandtl: float, law: str) -> tuple[Flow, Any]:
        """A duct some iterations on, its wall law renewed; and the list of its floor."""
        case = duct(warm_wall("floor", "floor", DUCT, temperature=REFERENCE + 10.0))
        case = replace(case, air=replace(case.air, prandtl=prandtl))
        case = modelled(case, model, thermal_wall_function=law, turbulent_prandtl=turbulent_prandtl)
        flow = start(case, backend)
        for _ in range(20):
            flow.iterate(False)
        getattr(flow.turbulence, "walls", lambda: flow.turbulence.update(False))()
        flow.boundary.walls.add()
        return flow, next(faces for faces in flow.domain.lists if (faces.axis, faces.sign) == (2, 1))

    def heat(self, flow: Flow, faces: Any, conductance: np.ndarray) -> float:
        """K m3/s that the floor gives with a conductance."""
        cell = flow.domain.backend.download(flow.state.T).ravel()[faces.cell]
        return float((conductance * (10.0 - cell)).sum())

    @pytest.mark.parametrize("model", TURBULENT)
    def test_heat_is_like_momentum_at_prandtl_one(self, one_thread: Backend, model: str) -> None:
        """Reynolds' analogy: with both Prandtl numbers 1 there is no resistance but that of momentum."""
        flow, faces = self.blown(one_thread, model, 1.0, 1.0, "jayatilleke")
        shear = one_thread.download(faces.shear_)
        assert flow.boundary.sample().heat[2] == pytest.approx(self.heat(flow, faces, shear), rel=1e-9)

    @pytest.mark.parametrize("model", TURBULENT)
    def test_resistance_of_the_sublayer(self, one_thread: Backend, model: str) -> None:
        """T+ = Pr_t (u+ + P) on u+ = ln(E y+)/kappa."""
        flow, faces = self.blown(one_thread, model, 0.71, 0.9, "jayatilleke")
        nu, y = flow.domain.placement.case.air.kinematic_viscosity, 0.05
        if model == "k-epsilon":
            friction = 0.09**0.25 * np.sqrt(one_thread.download(flow.state.k).ravel()[faces.cell])
        else:
            u, v = (one_thread.download(flow.state.velocity[a]).ravel() for a in (0, 1))
            along = [0.5 * (w[faces.cell] + w[faces.cell + flow.domain.stride[a]]) for a, w in enumerate((u, v))]
            friction = np.sqrt(one_thread.download(faces.shear_) / faces.area * np.hypot(*along))
        resistance = 9.24 * ((0.71 / 0.9) ** 0.75 - 1.0) * (1.0 + 0.28 * math.exp(-0.007 * 0.71 / 0.9))
        turbulent = 0.9 * (np.log(9.8 * friction * y / nu) / 0.41 + resistance)
        assert (friction * y / nu > 13.0).all()
        expected = self.heat(flow, faces, friction * faces.area / turbulent)
        assert flow.boundary.sample().heat[2] == pytest.approx(expected, rel=1e-9)

    @pytest.mark.parametrize("model", TURBULENT)
    def test_none_is_diffusion(self, one_thread: Backend, model: str) -> None:
        """nu/Pr + nut/Pr_t over half a cell."""
        flow, faces = self.blown(one_thread, model, 0.71, 0.9, "none")
        eddy = one_thread.download(flow.state.eddy_viscosity).ravel()[faces.cell]
        diffusivity = flow.domain.placement.case.air.kinematic_viscosity / 0.71 + eddy / 0.9
        expected = self.heat(flow, faces, diffusivity * faces.area / 0.05)
        assert flow.boundary.sample().heat[2] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("model", ["laminar", "constant", *TURBULENT])
@pytest.mark.parametrize("precision", ["single", "double"])
def test_a_duct_with_a_warm_floor_and_a_cold_ceiling_closes(request: pytest.FixtureRequest, precision: str, model: str) -> None:
    """What the walls give leaves with the air."""
    walls = (
        warm_wall("floor", "floor", DUCT, temperature=REFERENCE + 15.0),
        warm_wall("ceiling", "ceiling", DUCT, temperature=REFERENCE - 5.0),
    )
    case = modelled(duct(*walls), model, "second-order", constant_viscosity=1e-3 if model == "constant" else 0.0)
    case = replace(case, flow=replace(case.flow, buoyancy=model in TURBULENT))
    outcome = solve(case, request.getfixturevalue(precision))
    assert outcome.verdict == "steady", outcome.text
    sample = outcome.measure.sample
    through, floor, ceiling = sample.heat[1], sample.heat[2], sample.heat[3]
    assert floor > 0.0 > ceiling and sample.heat[0] == 0.0
    assert abs(outcome.balance["heat"]) < 2e-3
    assert through + floor + ceiling == pytest.approx(0.0, abs=2e-3 * floor)


@pytest.mark.parametrize("model", TURBULENT)
def test_a_flux_warms_the_stream_by_all_its_heat(double: Backend, model: str) -> None:
    """Mean outlet temperature of a duct with 200 W/m2 through its floor, and 50 W/m2 out of its ceiling."""
    walls = (warm_wall("floor", "floor", DUCT, heat_flux=200.0), warm_wall("ceiling", "ceiling", DUCT, heat_flux=-50.0))
    outcome = solve(modelled(duct(*walls), model, "second-order"), double)
    assert outcome.verdict == "steady"
    rise = 150.0 * 3.2 * 0.8 / capacity(duct()) / 0.64
    assert outcome.measure.sample.mixed[1] == pytest.approx(rise, rel=2e-3)
    floor, ceiling = outcome.measure.sample.surface[2:]
    assert floor > rise > 0.0 > ceiling


def test_a_closed_room_gives_its_heat_to_a_cold_wall(double: Backend) -> None:
    """A warm floor, a cold wall, no opening: the run comes to a verdict, and what enters leaves."""
    size = (1.6, 1.6, 1.6)
    walls = (warm_wall("floor", "floor", size, heat_flux=20.0), warm_wall("north", "y+", size, temperature=REFERENCE))
    outcome = solve(modelled(empty_room(size, 0.2, walls=walls), "zero-equation"), double)
    assert outcome.verdict == "steady"
    heat = outcome.measure.sample.heat * capacity(empty_room())
    np.testing.assert_allclose(heat, [51.2, -51.2], rtol=6e-3)


def everything_with_walls(model: str) -> Case:
    """The hall of everything with a warm ceiling beside its return, cold floor beside its tiles, and a wall in two parts."""
    case = modelled(hall_of_everything(), model, "second-order")
    size = case.room
    east = warm_wall("", "x+", size)
    walls = (
        warm_wall("roof", "ceiling", size, temperature=REFERENCE + 20.0),
        warm_wall("ground", "floor", size, temperature=REFERENCE - 2.0),
        replace(east, name="south", box=Box((2.4, 0.0, 0.0), (2.4, 2.2, 2.8)), heat_flux=100.0),
        replace(east, name="north", box=Box((2.4, 2.2, 0.0), (2.4, 4.2, 2.8)), temperature=REFERENCE + 1.0),
    )
    return replace(case, walls=walls)


@pytest.mark.parametrize("model", TURBULENT)
def test_blocks_equal_the_whole(one_thread: Backend, model: str) -> None:
    """Walls on and across the cuts."""
    placement = place_case(everything_with_walls(model))
    assert_equal(iterate(placement, one_thread, Serial()), in_blocks(placement, one_thread, "2x2x1"))


def test_resumed_equals_uninterrupted(single: Backend, tmp_path: Path) -> None:
    """To the last bit."""
    straight, resumed = straight_and_resumed(everything_with_walls("k-epsilon"), single, tmp_path, iteration=18)
    assert straight.verdict == "steady"
    assert_same_bits(straight, resumed)
    assert abs(straight.balance["heat"]) < 2e-3


def test_the_record_names_its_walls(tmp_path: Path) -> None:
    """Summary and report of a case with a warm wall, and limits on it."""
    walls = '[[wall]]\nname = "sun"\non = "y+"\nheat_flux = "40 W/m2"\n[[wall]]\nname = "slab"\non = "floor"\n'
    text = f"""
[room]
size = ["3.2 m", "0.8 m", "0.8 m"]
[mesh]
cell = "0.2 m"
[flow]
turbulence = "zero-equation"
[[supply]]
name = "in"
on = "x-"
temperature = "20 degC"
flow = "0.64 m3/s"
[[return]]
name = "out"
on = "x+"
{walls}temperature = "15 degC"
[[assert]]
what = "wall.sun.heat"
min = "100 W"
[[assert]]
what = "wall.slab.temperature"
max = "15.01 degC"
"""
    folder = tmp_path / "warm"
    folder.mkdir()
    (folder / "case.toml").write_text(text)
    result = thermal.run(folder, out=tmp_path / "out", backend="numpy")
    sun, slab = result.summary["walls"]
    assert sun["name"] == "sun" and sun["area_m2"] == pytest.approx(2.56) and sun["heat_kW"] == pytest.approx(0.1024)
    assert slab["heat_kW"] < 0.0 and slab["temperature_degC"] == pytest.approx(15.0) and sun["temperature_degC"] > 20.0
    assert all(row["passed"] for row in result.summary["asserts"])
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Heat to air" in page and ">slab<" in page
