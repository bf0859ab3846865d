"""Air as an ideal gas: the same fields in blocks, on every backend and after a stop; fans move m3/s of their own inlet air; what
pressure openings, sheets, tiles and walls do is right at any density."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernels import Backend
from tests.builders import AIR, empty_room, outlet, plate, supply, tiny_hall, warm_wall
from tests.flow.halls import (
    fields,
    fixed_returns,
    hall_of_everything,
    modelled,
    sealed_aisle,
    solve,
    speed,
    start,
    stopping_at,
    uneven_cells,
)
from tests.flow.test_blocks import assert_equal, in_blocks, iterate
from tests.flow.test_emulated_gpu import hall as small_hall
from tests.flow.test_exact import planes
from tests.flow.test_resume import assert_same_bits, straight_and_resumed
from tests.kernels.stand_in import cupy_stand_in
from thermal.case.model import Case, Opening, Plate
from thermal.errors import CaseErrors
from thermal.flow.solver import Flow
from thermal.fluids.air import density_ratio
from thermal.linear import multigrid
from thermal.parallel import Serial
from thermal.place import place_case
from thermal.run import simulate

REFERENCE = AIR.reference_temperature
HOT = 80.0  # K above reference


def gas(case: Case) -> Case:
    """The case with the density of an ideal gas."""
    return replace(case, flow=replace(case.flow, density="ideal-gas"))


def hot_supply(case: Case, above: float = 60.0) -> Case:
    """The case with supplies far from the reference temperature."""
    openings = tuple(replace(o, temperature=REFERENCE + above) if o.kind == "supply" else o for o in case.openings)
    return replace(case, openings=openings)


# -- the same everywhere ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("pieces", ["2x2x1", "3x1x2"])
@pytest.mark.parametrize(
    ("model", "scheme"), [("zero-equation", "upwind"), ("k-epsilon", "second-order"), ("realizable-k-epsilon", "second-order")]
)
def test_blocks_equal_the_whole(
    one_thread: Backend, pieces: str, model: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fans, pressure openings, sheets, plates, heat and regions on and across cuts."""
    monkeypatch.setattr(multigrid, "REPLICATED", 1)
    placement = place_case(modelled(gas(hot_supply(hall_of_everything())), model, scheme))
    assert_equal(iterate(placement, one_thread, Serial()), in_blocks(placement, one_thread, pieces))


def test_blocks_of_a_closed_room_and_of_uneven_cells(one_thread: Backend) -> None:
    """The pressure of a closed room is that of all blocks, periodic or not; density on faces between cells of unlike widths."""
    walls = (
        warm_wall("hot", "x-", (2.4, 4.2, 2.8), temperature=REFERENCE + HOT),
        warm_wall("cold", "y+", (2.4, 4.2, 2.8), temperature=REFERENCE - 20.0),
    )
    closed = place_case(modelled(gas(empty_room((2.4, 4.2, 2.8), walls=walls)), "laminar", "second-order"))
    whole = iterate(closed, one_thread, Serial())
    assert_equal(whole, in_blocks(closed, one_thread, "2x2x1"))
    joined = replace(closed.case, flow=replace(closed.case.flow, periodic=(0,)), walls=closed.case.walls[1:])
    hot = warm_wall("hot", "y-", (2.4, 4.2, 2.8), temperature=REFERENCE + HOT)
    joined = place_case(replace(joined, walls=(hot, *joined.walls), plates=(plate("fin", (0.6, 0.0, 0.0), (0.6, 1.0, 1.4)),)))
    assert_equal(iterate(joined, one_thread, Serial()), in_blocks(joined, one_thread, "2x2x1"))
    uneven = place_case(modelled(gas(hot_supply(uneven_cells())), "k-epsilon", "second-order"))
    assert_equal(iterate(uneven, one_thread, Serial()), in_blocks(uneven, one_thread, "2x2x1"))


@pytest.mark.parametrize(("model", "scheme"), [("k-epsilon", "second-order"), ("zero-equation", "upwind")])
def test_compiled_and_emulated_kernels_give_the_twins_answer(model: str, scheme: str) -> None:
    """NumPy, the host's compiler and the GPU branch of the text agree on a hall of fans and sheets."""
    case = stopping_at(gas(hot_supply(small_hall(model, scheme), 30.0)), 6)
    host = simulate(case, backend="host", precision="double")
    twin = simulate(case, backend="numpy", precision="double")
    with cupy_stand_in():
        cuda = simulate(case, backend="cuda", precision="double")
    assert {"density"} < set(host.fields)
    for name, values in host.fields.items():
        for other in (twin, cuda):
            assert np.abs(other.fields[name] - values).max() <= 1e-9 * np.abs(values).max(), name


@pytest.mark.parametrize("hall", [tiny_hall, hall_of_everything])
def test_single_precision_is_enough(single: Backend, double: Backend, hall: Callable[[], Case]) -> None:
    """Inlets at the verdict."""
    case = modelled(gas(hall()), "k-epsilon", "second-order")
    rough, fine = solve(case, single), solve(case, double)
    assert rough.verdict == fine.verdict == "steady"
    assert np.abs(rough.inlets - fine.inlets).max() < 0.02


def test_a_resumed_run_is_the_same_run(single: Backend, tmp_path: Path) -> None:
    """Density, fans, outlets and true velocities all follow from what a checkpoint holds."""
    case = modelled(gas(hot_supply(hall_of_everything())), "k-epsilon", "second-order")
    straight, resumed = straight_and_resumed(case, single, tmp_path, iteration=18)
    assert straight.verdict == "steady"
    assert_same_bits(straight, resumed)
    assert abs(straight.balance["heat"]) < 1e-3 and straight.balance["mass"] < 1e-4  # racks, obstacle and openings


# -- fans -------------------------------------------------------------------------------------------------------------
def with_relief(case: Case) -> Case:
    """The case with an opening through which it breathes."""
    return replace(case, openings=(*case.openings, outlet("relief", (0.0, 1.0, 2.2), (0.0, 3.0, 2.6), 0, +1)))


@pytest.mark.parametrize("hall", [tiny_hall, fixed_returns])
def test_fans_move_what_they_draw(double: Backend, hall: Callable[[], Case]) -> None:
    """m3/s of a rack or return at the density of its inlet, as much mass out of a back as into its front, and the rise that
    takes the rack's heat."""
    case = modelled(gas(hot_supply(with_relief(hall()), 40.0)), "zero-equation")
    outcome = solve(case, double)
    assert outcome.verdict == "steady" and abs(outcome.balance["heat"]) < 1e-3 and outcome.balance["mass"] < 1e-9
    patches, sample = place_case(case).patches, outcome.measure.sample
    for index, patch in enumerate(patches):
        item = patch.object
        if patch.kind == "front":
            back = next(i for i, p in enumerate(patches) if p.kind == "back" and p.object is item)
            mass = density_ratio(sample.mixed[index], REFERENCE) * item.flow
            assert sample.inflow[index] == pytest.approx(-mass, rel=1e-4)
            assert sample.inflow[back] == pytest.approx(-sample.inflow[index], rel=1e-12)
            rise = item.air_power / (AIR.density * AIR.heat_capacity * -sample.inflow[index])
            assert sample.mixed[back] - sample.mixed[index] == pytest.approx(rise, rel=1e-3)
        elif patch.kind == "supply":
            assert sample.inflow[index] == pytest.approx(density_ratio(40.0, REFERENCE) * item.flow, rel=1e-12)
        elif patch.kind == "return" and item.flow:
            assert sample.inflow[index] == pytest.approx(-density_ratio(sample.mixed[index], REFERENCE) * item.flow, rel=1e-4)


def test_the_summary_tells_volumes_and_masses() -> None:
    """m3/s at each object's own inlet density, kg/s beside them, and the velocity of the fields is the true one."""
    case = modelled(gas(hot_supply(with_relief(fixed_returns()), 40.0)), "zero-equation")
    result = simulate(case, precision="double")
    rows = {row["name"]: row for row in result.summary["openings"]}
    for opening in case.openings:
        row = rows[opening.name]
        if opening.flow:
            assert row["flow_m3_s"] == pytest.approx(opening.flow, rel=1e-4)
        density = AIR.density * REFERENCE / (row["temperature_degC"] + 273.15)
        assert row["flow_kg_s"] == pytest.approx(density * row["flow_m3_s"], rel=1e-9)
    assert abs(sum(row["flow_kg_s"] * (1.0 if row["kind"] == "supply" else -1.0) for row in rows.values())) < 1e-6
    for rack, row in zip(case.racks, result.racks, strict=True):
        assert row["air_flow_m3_s"] == rack.flow
        rise = rack.air_power / (AIR.heat_capacity * row["air_flow_kg_s"])
        assert row["outlet_mean_degC"] - row["inlet_mean_degC"] == pytest.approx(rise, rel=1e-4)
    tiles = case.openings[0]
    cells = next(p for p in result.placement.patches if p.object is tiles).cell
    assert result.field("velocity")[tuple(cells.T)][:, 2].mean() > 0.8 * tiles.flow / 1.44  # not that x 0.88
    density = AIR.density * REFERENCE / result.field("temperature")
    np.testing.assert_allclose(result.field("density"), density, rtol=1e-12)


# -- well posed -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("hall", [fixed_returns, sealed_aisle])
def test_air_that_cannot_breathe_is_refused(hall: Callable[[], Case]) -> None:
    """Flows in m3/s alone settle no mass balance; the message names them and what would do."""
    place_case(hall())
    with pytest.raises(CaseErrors) as caught:
        place_case(gas(hall()))
    [error] = caught.value.errors
    assert "supply.tiles" in error.what and "mass" in error.what and "pressure opening" in error.accepted
    place_case(gas(with_relief(fixed_returns())))


def test_racks_alone_need_no_opening(double: Backend) -> None:
    """Racks give back the mass they draw: with a cold wall to take their heat a room without openings is well posed."""
    case = tiny_hall()
    size = case.room
    case = replace(case, openings=(), walls=(warm_wall("cold", "ceiling", size, temperature=REFERENCE - 60.0),))
    case = modelled(gas(case), "constant", constant_viscosity=0.05)
    outcome = solve(case, double)
    assert outcome.verdict == "steady" and outcome.balance["mass"] < 1e-9 and abs(outcome.balance["heat"]) < 1e-3
    mean = float(np.mean(1.0 / (outcome.fields["T"][place_case(case).fluid] + REFERENCE)))
    assert outcome.pressure_ratio == pytest.approx(1.0 / (case.flow.initial_temperature * mean), rel=1e-9)


# -- at rest ----------------------------------------------------------------------------------------------------------
def stratified(backend: Backend, scheme: str, viscosity: float = 1.5e-5) -> tuple[Flow, np.ndarray]:
    """A closed room with a plate and a sheet, 40 K from floor to ceiling, and the steps of its hydrostatic pressure, m2/s2."""
    plates = (plate("shelf", (0.4, 0.2, 1.0), (1.2, 0.8, 1.0)), plate("mesh", (0.0, 0.0, 1.4), (0.8, 1.2, 1.4), 0.4, 5.0))
    case = empty_room((1.6, 1.2, 2.0), 0.2, plates=plates)
    air = replace(case.air, prandtl=1e12, kinematic_viscosity=viscosity)
    flow = start(modelled(gas(replace(case, air=air)), "laminar", scheme), backend)
    grid = flow.domain.placement.grid
    above = 20.0 * grid.centres(2)
    flow.set_field(flow.state.T, np.broadcast_to(above[:, None, None], grid.shape).copy())
    flow.density.renew()
    lift = REFERENCE * (1.0 - flow.density.pressure_ratio() * REFERENCE / (REFERENCE + above))
    return flow, AIR.gravity / REFERENCE * 0.1 * (lift[1:] + lift[:-1])


@pytest.mark.parametrize("scheme", ["upwind", "second-order"])
def test_stratified_air_stays_at_rest(double: Backend, scheme: str) -> None:
    """Nothing moves beyond round-off, whatever the density does."""
    flow, steps = stratified(double, scheme)
    shape = flow.domain.placement.grid.shape
    pressure = np.concatenate([[0.0], np.cumsum(steps)])
    flow.set_field(flow.state.p, np.broadcast_to(pressure[:, None, None], shape).copy())
    for _ in range(50):
        flow.iterate(False)
    assert speed(fields(flow)) < 1e-13
    assert abs(flow.density.pressure_ratio() - 1.0) > 0.01


def test_pressure_of_stratified_air_is_found(double: Backend) -> None:
    """From nothing, at this temperature: hydrostatic in every column, and at rest."""
    flow, steps = stratified(double, "upwind", viscosity=0.05)  # which damps what the start sets in motion
    for _ in range(200):
        flow.momentum.predict(False)
        flow.pressure.project()
        flow.density.renew()
    found = fields(flow)
    np.testing.assert_allclose(np.diff(found["p"].mean(axis=(1, 2))), steps, rtol=1e-9)
    assert speed(found) < 1e-9


# -- what openings, sheets and tiles do at any density ----------------------------------------------------------------
LENGTH, CELLS, SPEED = 2.0, 16, 1.5
ENDS: dict[str, tuple[Any, Any]] = {
    "in": ((0.0, 0.0, 0.0), (0.0, 1.0, 1.0)),
    "out": ((LENGTH, 0.0, 0.0), (LENGTH, 1.0, 1.0)),
}
THIN = density_ratio(HOT, REFERENCE)


def settled(backend: Backend, openings: tuple[Opening, ...], plates: tuple[Plate, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """True velocity m/s on the faces along a duct full of hot air, and pressure Pa in its cells, once they stand."""
    case = empty_room((LENGTH, 1.0, 1.0), 1.0, openings=openings, plates=plates)
    air = replace(case.air, kinematic_viscosity=1e-9)
    case = replace(case, air=air, flow=replace(case.flow, buoyancy=False, initial_temperature=REFERENCE + HOT))
    grid = planes((LENGTH, CELLS), (1.0, 1), (1.0, 1))
    flow = start(modelled(gas(case), "laminar", "second-order"), backend, grid=grid)
    for _ in range(400):
        flow.iterate(False)
    measure = flow.iterate(True)
    assert measure is not None and measure.mass < 1e-9 and measure.momentum < 1e-6
    np.testing.assert_allclose(fields(flow)["T"], HOT, rtol=1e-9)
    true = flow.whole_field(flow.state.true_velocity[0], 0)
    np.testing.assert_allclose(fields(flow)["u"], THIN * true, rtol=1e-9)
    return true[0, 0], fields(flow)["p"][0, 0] * AIR.density


def opening(name: str, **more: Any) -> Opening:
    """An opening at one end of the duct; what enters is hot."""
    make = supply if name == "in" else outlet
    flow = more.pop("flow", None)
    made = make(name, *ENDS[name], 0, +1 if name == "in" else -1, flow, **more)
    return replace(made, temperature=REFERENCE + HOT)


@pytest.mark.parametrize(("entry", "across", "exit_"), [(0.0, 0.0, 0.0), (2.0, 0.0, 0.0), (0.0, 5.0, 0.0), (1.0, 2.0, 3.0)])
def test_pressures_drive_what_the_losses_let_through(one_thread: Backend, entry: float, across: float, exit_: float) -> None:
    """u = sqrt(2 dp / (rho (1 + sum of losses))), with the density of the hot air."""
    sheets = (plate("sheet", (1.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0.4, across),) if across else ()
    ends = (opening("in", pressure=3.0, loss_coefficient=entry), opening("out", loss_coefficient=exit_))
    velocity, pressure = settled(one_thread, ends, sheets)
    density = THIN * AIR.density
    np.testing.assert_allclose(velocity, np.sqrt(2.0 * 3.0 / (density * (1.0 + entry + across + exit_))), rtol=1e-6)
    half = CELLS // 2
    assert pressure[half - 1] - pressure[half] == pytest.approx(0.5 * across * density * velocity[half] ** 2, abs=1e-5)


def test_a_tile_blows_the_momentum_of_its_jets(one_thread: Backend) -> None:
    """rho u2 (1/f - 1) above the superficial stream; the duct turns it into pressure."""
    _, pressure = settled(one_thread, (opening("in", flow=SPEED, open_fraction=0.4), opening("out")))
    assert pressure[1] - pressure[0] == pytest.approx(THIN * AIR.density * SPEED**2 * (1.0 / 0.4 - 1.0), rel=1e-6)


# -- turbulence and walls ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("model", ["laminar", "constant", "zero-equation", "k-epsilon", "realizable-k-epsilon", "rng-k-epsilon"])
def test_hot_gas_is_boussinesq_air_of_its_density(double: Backend, model: str) -> None:
    """Everything at one temperature: pass by pass, velocities, pressure, turbulence and what walls give are those of Boussinesq
    air of that density and of the same mu, k and m3/s (and of a pseudo-time step that weighs as much)."""
    case = hall_of_everything()
    size, warmer = case.room, REFERENCE + HOT + 1e-4
    racks = tuple(replace(rack, power=0.0) for rack in case.racks)
    openings = tuple(replace(one, temperature=REFERENCE + HOT) for one in case.openings)
    case = replace(
        case, racks=racks, openings=openings, obstacles=(), walls=(warm_wall("warm", "floor", size, temperature=warmer),)
    )
    case = replace(case, flow=replace(case.flow, buoyancy=False, initial_temperature=REFERENCE + HOT))
    case = modelled(case, model, "upwind", constant_viscosity=0.01)
    thin = replace(case.air, density=THIN * AIR.density, kinematic_viscosity=AIR.kinematic_viscosity / THIN)
    plain = replace(case, air=thin)
    if model == "constant":  # of rho0 nut
        plain = modelled(plain, model, "upwind", constant_viscosity=0.01 / THIN)
    flows = [start(plain, double, step=0.2), start(gas(case), double, step=0.2 / THIN)]
    for flow in flows:
        for _ in range(25):
            flow.iterate(False)
    one, other = (flow.iterate(True) for flow in flows)
    assert one is not None and other is not None
    found, expected = fields(flows[1]), fields(flows[0])
    for name, factor in {"u": THIN, "v": THIN, "w": THIN, "p": THIN, "eddy_viscosity": THIN, "k": 1.0, "epsilon": 1.0}.items():
        if name in expected:
            scale = np.abs(expected[name]).max()
            np.testing.assert_allclose(found[name], factor * expected[name], atol=1e-6 * scale, rtol=0.0, err_msg=name)
    index = next(i for i, p in enumerate(flows[0].domain.placement.patches) if p.name == "wall.warm")
    given, wanted = other.sample.heat[index], one.sample.heat[index]
    assert given == pytest.approx(THIN * wanted, rel=1e-4) and wanted > 0.0
