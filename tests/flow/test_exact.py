"""Flows and temperatures whose exact form is known; each test's `rate` is the order of its error in the cell size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kernels import Backend, open_backend
from meshes import Grid
from tests.builders import empty_room, obstacle, outlet, plate, supply, tiny_hall
from tests.flow.halls import fields, hall_of_everything, modelled, speed, start
from thermal.case.model import Case
from thermal.flow.solver import Flow

INSULATING = 1e12  # Prandtl number of air that conducts next to nothing


def planes(*counts: tuple[float, int]) -> Grid:
    """A grid of (length, cells) along x, y, z."""
    axes = [np.linspace(0.0, length, cells + 1) for length, cells in counts]
    return Grid(*axes, breaks=tuple(np.ones(len(axis), bool) for axis in axes))  # type: ignore[arg-type]


def observed_rate(errors: list[float]) -> float:
    """Order from the two finest of three grids, each twice as fine as the one before."""
    return float(np.log2(errors[-2] / errors[-1]))


class TestPlanePoiseuille:
    """Laminar flow at Reynolds number 1 between two plates, u = 6 U z (1 - z); one cell in y, too wide for its walls to drag."""

    rate = 1.9
    cells = (8, 16, 32)
    length, width = 4.0, 1e3

    def channel(self, backend: Backend, across: int, driven: str) -> tuple[Flow, dict[str, np.ndarray]]:
        """The developed flow on `across` cells: blown in, or driven by the pressures of its two ends."""
        case = empty_room((self.length, self.width, 1.0), 1.0)
        air = replace(case.air, kinematic_viscosity=1.0)
        low, high = (0.0, 0.0, 0.0), (0.0, self.width, 1.0)
        blown = supply("in", low, high, 0, +1, self.width)
        held = outlet("in", low, high, 0, +1, pressure=12.0 * self.length * air.density)
        end = outlet("out", (self.length, 0.0, 0.0), (self.length, self.width, 1.0), 0, -1)
        openings = (blown if driven == "blown" else held, end)
        case = replace(case, air=air, openings=openings, flow=replace(case.flow, buoyancy=False))
        grid = planes((self.length, 16), (self.width, 1), (1.0, across))
        flow = start(modelled(case, "laminar", "second-order"), backend, grid=grid, relaxation=0.95)
        for iteration in range(1500):
            measure = flow.iterate(iteration % 25 == 24)
            if measure and measure.momentum < 1e-6 and measure.mass < 1e-6:
                return flow, fields(flow)
        raise AssertionError(f"not converged: momentum {measure.momentum if measure else None}")

    @pytest.mark.parametrize("driven", ["blown", "held"])
    def test_profile_and_pressure_gradient(self, one_thread: Backend, driven: str) -> None:
        """The profile half way, and the gradient 12 nu U / H2 that it takes."""
        profiles, gradients = [], []
        for across in self.cells:
            flow, found = self.channel(one_thread, across, driven)
            z = flow.domain.placement.grid.centres(2)
            u, p = found["u"][:, 0, 8], found["p"][:, 0, :].mean(axis=0)
            mean = u.mean()
            profiles.append(float(np.abs(u / mean - 6.0 * z * (1.0 - z)).mean()))
            gradients.append(abs((p[6] - p[9]) / 0.75 / (12.0 * mean) - 1.0))
        assert profiles[-1] < 2e-3 and gradients[-1] < 5e-3
        assert observed_rate(profiles) > self.rate, profiles
        assert observed_rate(gradients) > self.rate, gradients

    def test_it_is_developed(self, one_thread: Backend) -> None:
        """Half way the profile changes no more along the channel, and nothing flows across."""
        _, found = self.channel(one_thread, 8, "blown")
        assert np.abs(found["u"][:, 0, 8] - found["u"][:, 0, 9]).max() < 1e-4
        assert np.abs(found["w"][:, 0, 8]).max() < 1e-4
        assert np.abs(found["v"]).max() < 1e-12


def settle(flow: Flow, rounds: int = 400, change: float = 1e-12) -> np.ndarray:
    """The temperature once it changes no more, K, on velocities that stand."""
    before = fields(flow)["T"]
    for _ in range(rounds):
        for _ in range(5):
            flow.energy.solve(20, 20, False)
        now = fields(flow)["T"]
        if np.abs(now - before).max() < change:
            return now
        before = now
    raise AssertionError("not converged")


class TestHeatAgainstTheStream:
    """Heat let into a stream spreads upstream by conduction alone: T ~ exp(U x / D) before the heater, constant behind it."""

    rates = {"upwind": 0.85, "second-order": 1.9}
    speed, diffusivity = 0.5, 0.125
    heater = (1.0, 1.5)

    def exact(self, x: np.ndarray, rise: float) -> np.ndarray:
        """K: the flux U T - D T' is nothing at the inlet and grows linearly along the heater."""
        a, b = self.heater
        p = self.speed / self.diffusivity
        per_metre = rise / (b - a)
        inside = per_metre * ((x - a) + (1.0 - np.exp(p * (x - b))) / p)
        before = per_metre / p * (1.0 - np.exp(-p * (b - a))) * np.exp(p * (x - a))
        return np.where(x < a, before, np.where(x < b, inside, rise))

    @pytest.mark.parametrize("scheme", rates)
    def test_temperature(self, one_thread: Backend, scheme: str) -> None:
        """Along a duct one cell high over a floor of solids, one of which heats."""
        a, b = self.heater
        errors = []
        for cells in (16, 32, 64):
            openings = (
                supply("in", (0.0, 0.0, 1.0), (0.0, 1.0, 2.0), 0, +1, self.speed),
                outlet("out", (2.0, 0.0, 1.0), (2.0, 1.0, 2.0), 0, -1, self.speed),
            )
            solids = (
                obstacle("before", (0.0, 0.0, 0.0), (a, 1.0, 1.0)),
                obstacle("heater", (a, 0.0, 0.0), (b, 1.0, 1.0), 1200.0),
                obstacle("behind", (b, 0.0, 0.0), (2.0, 1.0, 1.0)),
            )
            case = empty_room((2.0, 1.0, 2.0), 1.0, openings=openings, obstacles=solids)
            air = replace(case.air, prandtl=case.air.kinematic_viscosity / self.diffusivity)
            case = replace(case, air=air, flow=replace(case.flow, initial_temperature=air.reference_temperature))
            grid = planes((2.0, cells), (1.0, 1), (2.0, 2))
            flow = start(modelled(case, "laminar", scheme), one_thread, grid=grid, step=1e3)
            flow.set_field(flow.state.velocity[0], np.full((2, 1, cells + 1), self.speed), 0)
            rise = 1200.0 / (air.density * air.heat_capacity * self.speed)
            found = settle(flow)[1, 0]
            assert found[-1] == pytest.approx(rise, rel=1e-9)
            errors.append(float(np.abs(found - self.exact(grid.centres(0), rise)).mean() / rise))
        assert observed_rate(errors) > self.rates[scheme], errors


class TestObliqueStream:
    """A smooth profile carried across the grid by a uniform stream without conduction: T = f(y - 0.6 x), an extremum within."""

    rates = {"upwind": 0.85, "second-order": 1.8}  # in the mean of the error's modulus
    slope = 0.6

    def carried(
        self, backend: Backend, scheme: str, cells: int, profile: Callable[[Any], Any], change: float = 1e-12
    ) -> tuple[np.ndarray, np.ndarray]:
        """What becomes of f = `profile` on cells x cells, and what it should be, K."""
        flow_x, flow_y = 1.0, self.slope
        openings = (
            supply("west", (0.0, 0.0, 0.0), (0.0, 1.0, 1.0), 0, +1, flow_x),
            supply("south", (0.0, 0.0, 0.0), (1.0, 0.0, 1.0), 1, +1, flow_y),
            outlet("east", (1.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0, -1, flow_x),
            outlet("north", (0.0, 1.0, 0.0), (1.0, 1.0, 1.0), 1, -1, flow_y),
        )
        case = empty_room((1.0, 1.0, 1.0), 1.0, openings=openings)
        case = replace(case, air=replace(case.air, prandtl=INSULATING))
        grid = planes((1.0, cells), (1.0, cells), (1.0, 1))
        flow = start(modelled(case, "laminar", scheme), backend, grid=grid, step=1e3)
        flow.set_field(flow.state.velocity[0], np.full((1, cells, cells + 1), flow_x), 0)
        flow.set_field(flow.state.velocity[1], np.full((1, cells + 1, cells), flow_y), 1)
        centres = grid.centres(0)
        for faces in flow.domain.lists:
            if faces.sign > 0 and faces.axis < 2:  # what enters varies along the opening
                i, j = faces.cell % flow.domain.shape[2] - 2, faces.cell // flow.domain.shape[2] % flow.domain.shape[1] - 2
                entering = profile(centres[j] if faces.axis == 0 else -self.slope * centres[i])
                backend.copy(backend.upload(entering, backend.real), faces.temperature_)
        expected = profile(centres[:, None] - self.slope * centres[None, :])
        flow.set_field(flow.state.T, expected[None])  # type: ignore[attr-defined]
        return settle(flow, change=change)[0], expected

    @pytest.mark.parametrize("scheme", rates)
    def test_order_of_the_scheme(self, one_thread: Backend, scheme: str) -> None:
        """On 16, 32 and 64 cells."""
        errors = []
        for cells in (16, 32, 64):
            found, expected = self.carried(one_thread, scheme, cells, lambda s: 5.0 * np.sin(2.0 * s))
            errors.append(float(np.abs(found - expected).mean()))
        assert observed_rate(errors) > self.rates[scheme], errors

    def test_a_step_stays_between_its_values(self, one_thread: Backend) -> None:
        """The limiter makes no new extremum, and keeps a step sharper than upwind does."""
        smeared = {}
        for scheme in self.rates:
            found, expected = self.carried(one_thread, scheme, 32, lambda s: np.where(s > 0.2, 1.0, 0.0), change=1e-4)
            assert found.min() > -1e-3 and found.max() < 1.0 + 1e-3
            smeared[scheme] = float(np.abs(found - expected).mean())
        assert smeared["second-order"] < 0.5 * smeared["upwind"]


@pytest.mark.parametrize("scheme", ["upwind", "second-order"])
@pytest.mark.parametrize("model", ["zero-equation", "k-epsilon"])
@pytest.mark.parametrize("precision", ["single", "double"])
def test_one_temperature_stays_one(request: pytest.FixtureRequest, precision: str, model: str, scheme: str) -> None:
    """Air of one temperature, blown about by an unconverged flow without heat, makes neither heat nor cold."""
    backend = request.getfixturevalue(precision)
    case = hall_of_everything()
    warm = case.air.reference_temperature + 7.0
    openings = tuple(replace(opening, temperature=warm) for opening in case.openings)
    racks = tuple(replace(rack, power=0.0) for rack in case.racks)
    case = replace(case, openings=openings, racks=racks, obstacles=(), flow=replace(case.flow, initial_temperature=warm))
    flow = start(modelled(case, model, scheme), backend)
    for _ in range(10):
        flow.iterate(False)
    assert speed(fields(flow)) > 0.1
    fluid = flow.domain.placement.fluid
    assert np.abs(fields(flow)["T"][fluid] - 7.0).max() < 7.0 * 200 * np.finfo(backend.real).eps


class TestStableLayers:
    """Air at rest in a closed room with plates, warmer above: nothing moves, and the pressure is the integral of its buoyancy."""

    lapse = 4.0  # K/m

    def room(self) -> Case:
        """Insulating air, so that the layers stay as they are."""
        case = empty_room(
            (1.2, 1.0, 1.6), 0.2,
            plates=(
                plate("shelf", (0.2, 0.2, 0.8), (0.8, 0.8, 0.8)), plate("screen", (0.6, 0.0, 0.0), (0.6, 0.6, 1.2)),
            ),
            obstacles=(obstacle("box", (0.8, 0.4, 0.4), (1.2, 0.8, 1.0)),),
        )  # fmt: skip
        return replace(case, air=replace(case.air, prandtl=INSULATING))

    def layered(self, backend: Backend, model: str, scheme: str) -> tuple[Flow, np.ndarray]:
        """The flow begun in layers, and the pressure that holds them, m2/s2, zero in the lowest cell."""
        flow = start(modelled(self.room(), model, scheme, turbulent_prandtl=INSULATING), backend)
        grid, case = flow.domain.placement.grid, flow.domain.placement.case
        z = grid.centres(2)
        layers = np.broadcast_to((self.lapse * z)[:, None, None], grid.shape)
        flow.set_field(flow.state.T, layers)  # type: ignore[attr-defined]
        pressure = 0.5 * case.air.gravity * case.air.expansion * self.lapse * (z**2 - z[0] ** 2)
        return flow, np.broadcast_to(pressure[:, None, None], grid.shape)

    @pytest.mark.parametrize("scheme", ["upwind", "second-order"])
    @pytest.mark.parametrize("model", ["laminar", "zero-equation", "k-epsilon"])
    @pytest.mark.parametrize("precision", ["single", "double"])
    def test_at_rest_stays_at_rest(self, request: pytest.FixtureRequest, precision: str, model: str, scheme: str) -> None:
        """To round-off, from the pressure that belongs to it."""
        backend = request.getfixturevalue(precision)
        flow, pressure = self.layered(backend, model, scheme)
        flow.set_field(flow.state.p, pressure)  # type: ignore[attr-defined]
        for _ in range(20):
            flow.iterate(False)
        assert speed(fields(flow)) < 500 * np.finfo(backend.real).eps

    @pytest.mark.parametrize("reference", [0.0, 25.0], ids=["near", "far"])
    @pytest.mark.parametrize("profile", ["linear", "in steps"])
    @pytest.mark.parametrize("kind", ["compiled", "numpy"])
    @pytest.mark.parametrize("precision", ["single", "double"])
    def test_baffles_do_not_stir(
        self, request: pytest.FixtureRequest, precision: str, kind: str, profile: str, reference: float
    ) -> None:
        """Porous sheets level and upright, solids and closed plates in layers of two kinds, the reference temperature within them
        or 25 K off: at rest to round-off, on compiled kernels and on NumPy."""
        backend = request.getfixturevalue(precision) if kind == "compiled" else open_backend("numpy", precision)
        room = self.room()
        sheets = (
            plate("level", (0.0, 0.0, 0.6), (0.6, 1.0, 0.6), 0.3, 12.0),
            plate("upright", (0.4, 0.0, 0.8), (0.4, 1.0, 1.4), 0.5, 3.0),
        )  # fmt: skip
        case = modelled(replace(room, plates=(*room.plates, *sheets)), "laminar", "second-order")
        flow = start(case, backend, relaxation=0.7)
        grid, air = flow.domain.placement.grid, case.air
        z, dz = grid.centres(2), grid.widths(2)
        layers = self.lapse * z if profile == "linear" else np.where(z < 0.7, -2.0, np.where(z < 1.1, 1.0, 4.0))
        layers = layers + reference
        # the solver's own hydrostatics: each half cell weighs with its temperature
        steps = air.gravity * air.expansion * 0.5 * (dz[:-1] * layers[:-1] + dz[1:] * layers[1:])
        pressure = np.concatenate([[0.0], np.cumsum(steps)])
        for name, values in (("T", layers), ("p", pressure)):
            flow.set_field(getattr(flow.state, name), np.broadcast_to(values[:, None, None], grid.shape))  # type: ignore[arg-type]
        for _ in range(20):
            flow.iterate(False)
        found = fields(flow)
        largest = np.abs(pressure).max()  # what round-off is a share of
        assert speed(found) < 500 * np.finfo(backend.real).eps * max(1.0, largest)
        carried = 2e4 * np.finfo(backend.real).eps * max(1.0, largest)  # by such speeds in 20 steps of 50 s, 4 K/m
        assert np.abs(found["T"] - layers[:, None, None])[flow.domain.placement.fluid].max() < carried

    def test_the_pressure_is_found(self, double: Backend) -> None:
        """From no pressure at all the flow comes to rest, held by the pressure that hydrostatics asks for."""
        flow, pressure = self.layered(double, "laminar", "second-order")
        flow.bind(0.7, 0.1)
        for _ in range(60):
            flow.iterate(False)
        found, fluid = fields(flow), flow.domain.placement.fluid
        apart = (found["p"] - pressure)[fluid]
        assert speed(found) < 1e-4
        assert np.ptp(apart) < 1e-3 * np.ptp(pressure)


def test_unheated_racks_move_air_only(double: Backend) -> None:
    """A rack without power blows out what it draws in."""
    case = tiny_hall()
    racks = tuple(replace(rack, power=0.0) for rack in case.racks)
    flow = start(modelled(replace(case, racks=racks), "zero-equation"), double)
    for _ in range(30):
        measure = flow.iterate(True)
    assert measure is not None
    np.testing.assert_allclose(flow.racks.outlets(), measure.inlets, atol=0.05)
    assert np.abs(fields(flow)["T"]).max() <= 4.0 + 1e-9
