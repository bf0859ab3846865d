"""Steps in time: order in time and space on flows known exactly, heat that closes, blocks, precisions, no allocations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kernels import Backend, open_backend
from meshes import Grid
from tests.builders import empty_room, tiny_hall, warm_wall
from tests.flow.halls import fields, hall_of_everything, modelled, start
from tests.flow.test_exact import observed_rate, planes
from tests.kernels.stand_in import cupy_stand_in
from thermal.case.model import Case, Mesh
from thermal.case.timeline import TimeSpan
from thermal.flow.domain import Domain
from thermal.flow.solver import Flow
from thermal.flow.stepper import Stepper
from thermal.parallel import Serial, cut, run_blocks
from thermal.place import Placement, place_case

WAVE = 2.0 * np.pi  # 1/m
FOREVER = TimeSpan(end=1e3, start="rest")


def round_all_axes(viscosity: float) -> Case:
    """A cube of 1 m that repeats itself along every axis, laminar, without buoyancy, second order in space."""
    case = modelled(empty_room((1.0, 1.0, 1.0), 1.0), "laminar", "second-order")
    flow = replace(case.flow, buoyancy=False, periodic=(0, 1, 2))
    return replace(case, flow=flow, air=replace(case.air, kinematic_viscosity=viscosity))


def taylor_green(grid: Grid, viscosity: float, time: float, drift: float) -> tuple[np.ndarray, np.ndarray]:
    """u and v on their faces of the decaying vortices (Taylor & Green 1937, Proc. R. Soc. A 158:499) that drift along x."""
    x, y, xc, yc = grid.planes(0), grid.planes(1), grid.centres(0), grid.centres(1)
    decay = np.exp(-2.0 * viscosity * WAVE**2 * time)
    u = drift + decay * np.sin(WAVE * (x[None, None, :] - drift * time)) * np.cos(WAVE * yc[None, :, None])
    v = -decay * np.cos(WAVE * (xc[None, None, :] - drift * time)) * np.sin(WAVE * y[None, :, None])
    return u, v


def decayed(backend: Backend, cells: int, steps: int, drift: float) -> tuple[dict[str, np.ndarray], float]:
    """Fields after 0.5 s of steps, the first three of changing length, and the mean error of u."""
    viscosity, end = 0.01, 0.5
    flow = start(round_all_axes(viscosity), backend, grid=planes((1.0, cells), (1.0, cells), (1.0, 1)))
    grid = flow.domain.placement.grid
    for array, values, axis in zip(flow.state.velocity[:2], taylor_green(grid, viscosity, 0.0, drift), (0, 1), strict=True):
        flow.set_field(array, values, axis)
    flow.domain.comm.exchange(list(flow.state.velocity))
    stepper = Stepper(flow)
    stepper.begin()
    step = end / steps
    for length, ratio in ((0.75, 0.0), (1.25, 5.0 / 3.0), (1.0, 0.8), *[(1.0, 1.0)] * (steps - 3)):
        stepper.bind(length * step, ratio)
        stepper.advance()
    found = fields(flow)
    return found, float(np.abs(found["u"] - taylor_green(grid, viscosity, end, drift)[0]).mean())


class TestTaylorGreen:
    """Order 1.9 or better in time and in space, of vortices that stand and of some that are carried along."""

    rate = 1.9

    @pytest.mark.parametrize("drift", [0.0, 0.5])
    def test_in_time(self, one_thread: Backend, drift: float) -> None:
        """Against the same grid with steps ten times shorter; pressure as well as velocity."""
        finest, _ = decayed(one_thread, 16, 400, drift)
        velocity, pressure = [], []
        for steps in (30, 60):
            found, _ = decayed(one_thread, 16, steps, drift)
            velocity.append(float(np.abs(found["u"] - finest["u"]).mean()))
            off = found["p"] - finest["p"]
            pressure.append(float(np.abs(off - off.mean()).mean()))
        assert observed_rate(velocity) > self.rate, velocity
        assert observed_rate(pressure) > self.rate - 0.1, pressure

    @pytest.mark.parametrize("drift", [0.0, 0.5])
    def test_in_space(self, one_thread: Backend, drift: float) -> None:
        """Against the exact flow, the step in proportion to the cell."""
        errors = [decayed(one_thread, cells, steps, drift)[1] for cells, steps in ((16, 60), (32, 120))]
        assert observed_rate(errors) > self.rate, errors


def carried(backend: Backend, cells: int, steps: int) -> tuple[np.ndarray, float]:
    """A wave of temperature carried by a uniform stream while it spreads: the field after 0.5 s, and its mean error."""
    viscosity, speed, end = 0.01, 0.7, 0.5
    flow = start(round_all_axes(viscosity), backend, grid=planes((1.0, cells), (1.0, 1), (1.0, 1)))
    grid = flow.domain.placement.grid
    diffusivity = viscosity / flow.domain.placement.case.air.prandtl
    shape = flow.whole_field(flow.state.u, 0).shape
    flow.set_field(flow.state.u, np.full(shape, speed), 0)

    def wave(time: float) -> np.ndarray:
        x = grid.centres(0)[None, None, :]
        return np.exp(-diffusivity * WAVE**2 * time) * np.sin(WAVE * (x - speed * time))

    flow.set_field(flow.state.T, wave(0.0))
    flow.domain.comm.exchange([*flow.state.velocity, flow.state.T])
    stepper = Stepper(flow)
    stepper.begin()
    for number in range(steps):
        stepper.bind(end / steps, float(number > 0))
        stepper.advance()
    found = flow.whole_field(flow.state.T)
    return found, float(np.abs(found - wave(end)).mean())


def test_a_carried_scalar_is_second_order(one_thread: Backend) -> None:
    """The whole step of the temperature, in time and in space."""
    finest, _ = carried(one_thread, 32, 320)
    in_time = [float(np.abs(carried(one_thread, 32, steps)[0] - finest).mean()) for steps in (32, 64)]
    in_space = [carried(one_thread, cells, 2 * cells)[1] for cells in (32, 64)]
    assert observed_rate(in_time) > 1.9, in_time
    assert observed_rate(in_space) > 1.9, in_space


def started(backend: Backend, cells: int, steps: int) -> tuple[np.ndarray, float]:
    """u between two plates at rest, 0.1 s after a force of 12 m/s2 sets in (nu 1 m2/s, 1 m apart), and its mean error."""
    case = modelled(empty_room((1.0, 1.0, 1.0), 1.0), "laminar", "second-order")
    flow_ = replace(case.flow, buoyancy=False, periodic=(0, 1), body_force=(12.0, 0.0, 0.0))
    case = replace(case, flow=flow_, air=replace(case.air, kinematic_viscosity=1.0))
    stepper = Stepper(start(case, backend, grid=planes((1.0, 1), (1.0, 1), (1.0, cells))))
    stepper.begin()
    for number in range(steps):
        stepper.bind(0.1 / steps, float(number > 0), 30.0)
        stepper.advance()
    u, z = fields(stepper.flow)["u"][:, 0, 0], stepper.flow.domain.placement.grid.centres(2)
    odd = np.arange(1, 60, 2)[:, None] * np.pi
    exact = 6.0 * z * (1.0 - z) - (48.0 / odd**3 * np.exp(-(odd**2) * 0.1) * np.sin(odd * z)).sum(axis=0)
    return u, float(np.abs(u - exact).mean())


def test_a_channel_that_starts_is_second_order(one_thread: Backend) -> None:
    """A force, walls and nothing periodic across: the series of the start between plates (Batchelor 1967, 4.3)."""
    finest, _ = started(one_thread, 16, 320)
    in_time = [float(np.abs(started(one_thread, 16, steps)[0] - finest).mean()) for steps in (20, 40)]
    in_space = [started(one_thread, cells, 8 * cells)[1] for cells in (8, 16)]
    assert observed_rate(in_time) > 1.9, in_time
    assert observed_rate(in_space) > 1.9, in_space


def stepped(
    case: Case | Placement, backend: Backend, steps: int, comm: Any = None, planes_: Any = None, step: float = 0.2
) -> Stepper:
    """A hall after some steps from rest."""
    stepper = Stepper(start(case, backend, comm, planes_))
    stepper.begin()
    for number in range(steps):
        if number < 2:
            stepper.bind(step, float(number > 0), 2.0, 6 if number == 0 else 2)
        stepper.advance()
    return stepper


def adiabatic(case: Case) -> Case:
    """The case without its openings: its racks warm the air that is there."""
    return replace(case, openings=())


def test_heat_of_racks_in_a_closed_room_stays_there(one_thread: Backend) -> None:
    """The mean temperature climbs by the racks' heat over the heat capacity of the air, step by step."""
    placement = place_case(replace(adiabatic(modelled(tiny_hall(0.2), "k-epsilon", "second-order")), time=FOREVER))
    stepper = stepped(placement, one_thread, 20)
    case = placement.case
    volume = stepper.volume
    heat = sum(rack.air_power for rack in case.racks) / (case.air.density * case.air.heat_capacity)
    before = mean_temperature(stepper)
    for _ in range(10):
        stepper.advance()
        instant = stepper.measure()
        assert instant.stored == pytest.approx(heat, rel=2e-3)
        assert instant.entered == pytest.approx(heat, rel=2e-3)
    slope = (mean_temperature(stepper) - before) / (10 * stepper.history.step)
    assert slope == pytest.approx(heat / volume, rel=2e-3)


def test_a_thermal_mass_takes_its_part(one_thread: Backend) -> None:
    """Cells that hold as much heat again as their air halve the climb, and the ledger counts both."""
    case = modelled(empty_room((0.8, 0.8, 0.8), 0.2), "constant", constant_viscosity=0.05)
    case = replace(case, walls=(warm_wall("warm", "floor", (0.8, 0.8, 0.8), heat_flux=100.0),), time=FOREVER)
    case = replace(case, flow=replace(case.flow, buoyancy=False))
    stepper = Stepper(start(place_case(case), one_thread))
    domain = stepper.flow.domain
    cells = np.argwhere(domain.placement.mask & 1)
    stepper.history.add_store(domain.flat(cells), np.full(len(cells), 0.2**3))
    stepper.begin()
    for number in range(12):
        if number < 2:
            stepper.bind(0.2, float(number > 0), 3.0)
        stepper.advance()
    instant = stepper.measure()
    before = mean_temperature(stepper)
    stepper.advance()
    heat = 100.0 * 0.8**2 / (case.air.density * case.air.heat_capacity)
    assert instant.stored == pytest.approx(heat, rel=1e-3)
    assert mean_temperature(stepper) - before == pytest.approx(0.5 * 0.2 * heat / stepper.volume, rel=1e-3)


def mean_temperature(stepper: Stepper) -> float:
    """K above reference, of the air."""
    placement = stepper.flow.domain.placement
    fluid = placement.fluid
    return float(np.average(stepper.flow.whole_field(stepper.flow.state.T)[fluid], weights=placement.grid.volumes()[fluid]))


def test_blocks_step_like_the_whole(one_thread: Backend) -> None:
    """Pressure openings, sheets, a heated obstacle: the same to round-off in four blocks."""
    case = modelled(hall_of_everything(), "k-epsilon", "second-order")
    whole = stepped(case, one_thread, 4)
    expected, seen = fields(whole.flow), whole.measure()

    def work(comm: Any) -> Any:
        stepper = stepped(case, one_thread, 4, comm, [[5], [11], []])
        return fields(stepper.flow), stepper.measure()

    for found, instant in run_blocks(2, 2, 1, work):
        for name, values in expected.items():
            assert np.abs(found[name] - values).max() < 1e-9 * np.abs(values).max(), name
        assert instant.stored == pytest.approx(seen.stored, rel=1e-9)
        assert instant.courant == pytest.approx(seen.courant, rel=1e-9)
        assert instant.bend == pytest.approx(seen.bend, rel=1e-9)


def test_the_twins_step_like_the_compiled_kernels(one_thread: Backend) -> None:
    """To round-off, on a hall of everything."""
    case = replace(modelled(hall_of_everything(), "k-epsilon", "second-order"), mesh=Mesh(0.4))
    found = [fields(stepped(case, backend, 3).flow) for backend in (one_thread, open_backend("numpy", "double"))]
    for name, values in found[0].items():
        assert np.abs(values - found[1][name]).max() < 1e-9 * np.abs(values).max(), name


def test_single_precision_steps_like_double(one_thread: Backend) -> None:
    case = modelled(tiny_hall(0.2), "k-epsilon", "second-order")
    inlets = [
        stepped(case, backend, 50, step=0.1).measure().inlets
        for backend in (one_thread, open_backend("host", "single", threads=1))
    ]
    assert np.abs(inlets[0] - inlets[1]).max() < 0.01


def test_a_step_allocates_nothing_on_the_device() -> None:
    """Nor do steps of another length, nor their measure."""
    with cupy_stand_in() as cp:
        placement = place_case(modelled(tiny_hall(0.3), "k-epsilon", "second-order"))
        flow = Flow(Domain(placement, open_backend("cuda"), Serial(), cut(Serial(), placement.grid.n)))
        flow.bind(0.7)
        flow.begin()
        stepper = Stepper(flow)
        stepper.begin()
        for number in range(4):
            stepper.bind(0.2, float(number > 0))
            stepper.advance()
            stepper.measure()
        before = dict(vars(cp.counts))
        stepper.advance()
        stepper.measure()
        stepper.bind(0.3, 1.5, 3.0, 2)
        stepper.advance()
        stepper.measure()
        spent = {name: value - before[name] for name, value in vars(cp.counts).items()}
        assert spent["allocations"] == 0 and spent["uploads"] == 0, spent
