"""What holds heat beside the air in steps in time: solids against series and lumped forms, and what stands in racks."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kernels import Backend
from tests.builders import AIR, empty_room
from tests.flow.halls import fields, modelled, start
from tests.flow.test_conduction import CONCRETE, solid, still, wall
from tests.flow.test_exact import planes
from tests.flow.test_transient import FOREVER, mean_temperature
from tests.movers.test_racks import HALL
from thermal.case.build import case_from_text
from thermal.case.model import Case, Material
from thermal.flow.stepper import Stepper
from thermal.parallel import run_blocks
from thermal.place import place_case

REFERENCE = AIR.reference_temperature
CAPACITY = AIR.density * AIR.heat_capacity  # J/(m3 K)


def stepped(stepper: Stepper, count: int, step: float, courant: float) -> None:
    """Steps of one length from rest."""
    stepper.begin()
    for number in range(count):
        if number < 2:
            stepper.bind(step, float(number > 0), courant)
        stepper.advance()


def warmed_slab(backend: Backend, steps: int) -> Stepper:
    """Half a metre of concrete before still air, 6 h after its other face went 20 K up."""
    size = (0.6, 0.1, 0.1)
    face = wall("hot", 0, +1, size, temperature=REFERENCE + 20.0)
    case = still(empty_room(size, 0.1, obstacles=(solid("slab", (0.0, 0.0, 0.0), (0.5, 0.1, 0.1), CONCRETE),), walls=(face,)))
    case = replace(case, time=FOREVER, flow=replace(case.flow, initial_temperature=REFERENCE))
    stepper = Stepper(start(case, backend, grid=planes((0.6, 60), (0.1, 1), (0.1, 1))))
    stepped(stepper, steps, 6 * 3600.0 / steps, 8.0)
    return stepper


def test_a_slab_warms_by_its_series(one_thread: Backend) -> None:
    """One face 20 K warmer, no way out of the other: temperatures, and heat through the face (Carslaw & Jaeger 1959, 3.4)."""
    length, time = 0.5, 6 * 3600.0
    fourier = CONCRETE.conductivity / (CONCRETE.density * CONCRETE.heat_capacity) * time / length**2
    odd = (np.arange(40) + 0.5) * math.pi
    left = np.exp(-(odd**2) * fourier)
    x = 0.005 + 0.01 * np.arange(50)
    exact = 20.0 * (1.0 - (2.0 / odd * left * np.sin(odd * x[:, None] / length)).sum(axis=1))
    stepper = warmed_slab(one_thread, 100)
    assert np.abs(fields(stepper.flow)["T"][0, 0, :50] - exact).max() < 0.001 * 20.0
    instant = stepper.measure()
    flux = 20.0 * CONCRETE.conductivity / length * 2.0 * left.sum() * 0.01
    assert CAPACITY * instant.entered == pytest.approx(flux, rel=0.001)
    assert instant.stored == pytest.approx(instant.entered, rel=1e-3)


def warm_block() -> Case:
    """A closed box of still but well-mixing air round a block of 50 W that holds two thirds of what the air holds."""
    case = modelled(empty_room((0.8, 0.8, 0.8), 0.2), "constant", constant_viscosity=0.05)
    block = solid("block", (0.2, 0.2, 0.2), (0.4, 0.4, 0.4), Material(50.0, 100.0, 500.0), 50.0)
    return replace(case, obstacles=(block,), time=FOREVER, flow=replace(case.flow, buoyancy=False))


def test_a_block_and_its_room_warm_together(one_thread: Backend) -> None:
    """Slope = Q/(rho c_p V + C) of the air and of the solid, and the ledger counts both."""
    stepper = Stepper(start(place_case(warm_block()), one_thread))
    stepped(stepper, 80, 1.0, 5.0)
    before, solid_before = mean_temperature(stepper), fields(stepper.flow)["T"][1, 1, 1]
    for _ in range(10):
        stepper.advance()
    instant = stepper.measure()
    slope = 50.0 / (CAPACITY * (0.8**3 - 0.2**3) + 100.0 * 500.0 * 0.2**3)
    assert (mean_temperature(stepper) - before) / 10.0 == pytest.approx(slope, rel=0.005)
    assert (fields(stepper.flow)["T"][1, 1, 1] - solid_before) / 10.0 == pytest.approx(slope, rel=0.005)
    assert CAPACITY * instant.stored == pytest.approx(50.0, rel=2e-3)
    assert instant.entered == pytest.approx(instant.stored, rel=2e-3)


def test_blocks_of_cells_cut_through_a_solid(one_thread: Backend) -> None:
    """To round-off, with the ledger."""
    whole = Stepper(start(place_case(warm_block()), one_thread))
    stepped(whole, 5, 1.0, 5.0)

    def work(comm: object) -> tuple[np.ndarray, float]:
        stepper = Stepper(start(place_case(warm_block()), one_thread, comm))
        stepped(stepper, 5, 1.0, 5.0)
        return fields(stepper.flow)["T"], stepper.measure().stored

    expected = fields(whole.flow)["T"]
    for found, stored in run_blocks(2, 1, 1, work):
        assert np.abs(found - expected).max() < 1e-9 * np.abs(expected).max()
        assert stored == pytest.approx(whole.measure().stored, rel=1e-9)


def test_what_stands_in_a_rack_slows_the_climb(one_thread: Backend) -> None:
    """A rack in depth alone in a closed room: its power over the heat capacities of the air and of its 60 kJ/K."""
    room = HALL[: HALL.index("[[supply]]")].replace("200 kJ/K", "60 kJ/K") + '\n[time]\nend = "10 min"\nstart = "rest"\n'
    case = case_from_text(room)
    assert not case.openings and case.bodies[0].thermal_mass == 60e3
    stepper = Stepper(start(place_case(case), one_thread))
    stepped(stepper, 240, 2.0, 12.0)
    before, heat = mean_temperature(stepper), sum(part.power for part in case.bodies[0].parts)
    for _ in range(40):
        stepper.advance()
        instant = stepper.measure()
        assert instant.stored == pytest.approx(instant.entered, rel=2e-3)
    air = case.air.density * case.air.heat_capacity
    assert air * instant.entered == pytest.approx(heat, rel=1e-3)
    assert (mean_temperature(stepper) - before) / 80.0 == pytest.approx(heat / (air * stepper.volume + 60e3), rel=0.01)
