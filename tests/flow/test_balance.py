"""Air and heat that enter a hall leave it, in each of its regions, as a test adds them up from the fields alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kernels import Backend
from tests.builders import tiny_hall
from tests.flow.halls import HALLS, closed_room, modelled, natural_draught, sealed_aisle, solve, speed
from thermal.case.model import Opening
from thermal.flow.averages import PLACES
from thermal.flow.steady import Outcome
from thermal.place import Patch

pytestmark = pytest.mark.xdist_group("flow.balance")  # one worker solves for all of them
HEAT, MASS = 1e-3, 1e-4  # what a run closes before it tells its answer, as shares of the heat and of the supply
AXES = {axis: name for name, axis in PLACES.items()}
Solved = dict[tuple[str, str, str], Outcome]  # by hall, precision and model


@pytest.fixture(params=["zero-equation", "k-epsilon"])
def model(request: pytest.FixtureRequest) -> str:
    """Two turbulence models: one local, one that carries fields."""
    return request.param


@pytest.fixture(params=["single", "double"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Both precisions."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def solved() -> Solved:
    """What was solved before: each hall once for all tests of this file."""
    return {}


@pytest.fixture(params=HALLS)
def outcome(request: pytest.FixtureRequest, backend: Backend, model: str, solved: Solved) -> Outcome:
    """A hall at its verdict, k-epsilon with second order."""
    key = (request.param, backend.precision, model)
    if key not in solved:
        scheme = "upwind" if model == "zero-equation" else "second-order"
        solved[key] = solve(modelled(HALLS[request.param](), model, scheme), backend)
    return solved[key]


def inflow(outcome: Outcome, patch: Patch) -> np.ndarray:
    """m3/s into the room through each face of a patch."""
    return patch.sign * outcome.fields[AXES[patch.axis]][tuple(patch.face.T)].astype(float) * patch.area


def cells(outcome: Outcome, patch: Patch) -> np.ndarray:
    """K above reference, of the cells at a patch."""
    return outcome.fields["T"][tuple(patch.cell.T)].astype(float)


def outlet_of_rack(outcome: Outcome, rack: Any) -> float:
    """K above reference: flow-weighted mean at the front plus heat over capacity flow."""
    front = next(p for p in outcome.flow.domain.placement.patches if p.kind == "front" and p.object is rack)
    air = outcome.flow.domain.placement.case.air
    mean = np.average(cells(outcome, front), weights=-inflow(outcome, front))
    return float(mean) + rack.air_power / (air.density * air.heat_capacity * rack.flow)


def heat_of_patch(outcome: Outcome, patch: Patch) -> np.ndarray:
    """K m3/s into the room through each face of a patch, upwind."""
    case = outcome.flow.domain.placement.case
    if patch.kind == "skin":
        skins = [p for p in outcome.flow.domain.placement.patches if p.kind == "skin" and p.object is patch.object]
        share = patch.area / sum(p.total_area for p in skins)
        return patch.object.power / (case.air.density * case.air.heat_capacity) * share
    if isinstance(patch.object, Opening):
        entering = patch.object.temperature - case.air.reference_temperature
    else:
        entering = outlet_of_rack(outcome, patch.object)
    flow = inflow(outcome, patch)
    return flow * np.where(flow > 0.0, entering, cells(outcome, patch))


def test_the_run_ends_steady_and_closed(outcome: Outcome) -> None:
    """The balances that the run itself tells."""
    assert outcome.verdict == "steady", outcome.text
    assert abs(outcome.balance["heat"]) < HEAT
    assert outcome.balance["mass"] < MASS


def test_every_region_closes(outcome: Outcome) -> None:
    """Sums over the faces of each region, from the written fields."""
    placement = outcome.flow.domain.placement
    scales = outcome.flow.scales
    air, heat = np.zeros((2, placement.region_count + 1))
    for patch in placement.patches:
        region = placement.region[tuple(patch.cell.T)]
        heat += np.bincount(region, heat_of_patch(outcome, patch), minlength=len(heat))
        if patch.kind != "skin":
            air += np.bincount(region, inflow(outcome, patch), minlength=len(air))
    assert np.abs(air).max() < MASS * scales.supply
    assert np.abs(heat).max() < HEAT * scales.heat
    assert heat.sum() == pytest.approx(-outcome.balance["heat"] * scales.heat, abs=1e-5 * scales.heat)


def test_every_cell_closes(outcome: Outcome) -> None:
    """Net outflow of each cell, from the written velocities: no flow through solids and closed plates either."""
    placement, scales = outcome.flow.domain.placement, outcome.flow.scales
    net = np.zeros(placement.grid.shape)
    for axis, name in AXES.items():
        net += np.diff(outcome.fields[name].astype(float), axis=2 - axis) * placement.grid.face_areas(axis)
    assert np.abs(net[placement.fluid]).sum() < MASS * scales.supply
    for axis, name in AXES.items():
        velocity = outcome.fields[name].copy()
        for patch in placement.patches:
            if patch.axis == axis:
                velocity[tuple(patch.face.T)] = 0.0
        inner = velocity[tuple(slice(0, n) for n in placement.grid.shape)]
        assert not inner[(placement.mask & (2 << axis)) == 0].any(), name


def test_racks_warm_their_air_by_what_they_give(outcome: Outcome) -> None:
    """Outlet minus inlet is air power over capacity flow; the inlet is the mean of the front."""
    case = outcome.flow.domain.placement.case
    outlets = outcome.flow.racks.outlets()
    for number, rack in enumerate(case.racks):
        rise = rack.air_power / (case.air.density * case.air.heat_capacity * rack.flow)
        assert outlets[number] - outcome.inlets[number] == pytest.approx(rise, abs=1e-4)
        assert outlet_of_rack(outcome, rack) - rise == pytest.approx(outcome.inlets[number], abs=1e-4)


def test_fixed_flows_are_met(outcome: Outcome) -> None:
    """Patches with a flow of their own carry it."""
    placement = outcome.flow.domain.placement
    for index, patch in enumerate(placement.patches):
        wanted = outcome.flow.domain.patch_flow[index]
        if wanted is not None and patch.kind != "skin":
            assert inflow(outcome, patch).sum() == pytest.approx(wanted, rel=1e-5)
            assert outcome.measure.sample.inflow[index] == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("name", ["fixed returns", "pressure returns", "porous roof", "heated obstacle", "sealed aisle"])
def test_the_mean_return_is_the_supply_warmed_by_all_heat(double: Backend, model: str, name: str, solved: Solved) -> None:
    """With one supply and nothing drawn in elsewhere: supply temperature + heat / (rho c_p flow)."""
    key = (name, "double", model)
    outcome = solved.get(key) or solve(modelled(HALLS[name](), model), double)
    placement = outcome.flow.domain.placement
    case, sample = placement.case, outcome.measure.sample
    heat = sum(r.air_power for r in case.racks) + sum(o.power for o in case.obstacles)
    supply = next(o for o in case.openings if o.kind == "supply")
    rise = heat / (case.air.density * case.air.heat_capacity * supply.flow)
    expected = supply.temperature - case.air.reference_temperature + rise
    returns = [i for i, patch in enumerate(placement.patches) if patch.kind == "return"]
    assert max(sample.inflow[i] for i in returns) < 0.0
    mean = np.average(sample.mixed[returns], weights=sample.inflow[returns])
    assert mean == pytest.approx(expected, abs=HEAT * expected)


def test_a_sealed_aisle_keeps_its_supply_temperature(backend: Backend, model: str) -> None:
    """Nothing but supply air comes in there, whatever mixes it."""
    outcome = solve(modelled(sealed_aisle(), model, "second-order"), backend)
    aisle = outcome.flow.domain.placement.region == outcome.flow.domain.placement.region[0, 0, 0]
    # as the sweeps leave it: the start is 4 K warmer and is washed out
    np.testing.assert_allclose(outcome.inlets, 0.0, atol=2e-3)
    assert np.abs(outcome.fields["T"][aisle]).max() < 2e-2


def test_a_closed_room_without_heat_stays_as_it_is(backend: Backend, model: str) -> None:
    """No flow starts by itself, no heat is made, and the verdict comes as soon as there are rows enough."""
    case = modelled(closed_room(), model, "second-order")
    case = replace(case, flow=replace(case.flow, initial_temperature=case.air.reference_temperature))
    outcome = solve(case, backend)
    assert outcome.verdict == "steady" and outcome.iterations <= 30
    assert speed(outcome.fields) == 0.0 and not outcome.fields["T"].any()
    assert outcome.balance == {"heat": 0.0, "mass": 0.0}


def test_a_closed_room_at_another_temperature_comes_to_rest(backend: Backend, model: str) -> None:
    """The same 4 K above the reference: the pressure has to be found, and what moved until then to die away."""
    outcome = solve(modelled(closed_room(), model, "second-order"), backend)
    assert outcome.verdict == "steady" and outcome.iterations <= 80
    assert speed(outcome.fields) < 1e-3
    np.testing.assert_allclose(outcome.fields["T"], 4.0, rtol=2e-6)


def test_the_draught_of_a_heated_room(backend: Backend, model: str) -> None:
    """No fan: what enters below leaves above, warmer by the heat over its capacity flow."""
    outcome = solve(modelled(natural_draught(), model), backend)
    case, sample = outcome.flow.domain.placement.case, outcome.measure.sample
    low, high = sample.inflow[:2]
    assert low > 0.05 and high == pytest.approx(-low, rel=1e-4)
    rise = case.obstacles[0].power / (case.air.density * case.air.heat_capacity * low)
    assert sample.mixed[1] - sample.mixed[0] == pytest.approx(rise, rel=2e-3)


@pytest.mark.parametrize("start", [293.15, 297.15])
def test_a_hall_without_heat_reaches_a_verdict(backend: Backend, start: float) -> None:
    """Air of one temperature blown through: heat is measured against what enters, not against what is left of the start."""
    case = modelled(replace(tiny_hall(), racks=()), "zero-equation")
    outcome = solve(replace(case, flow=replace(case.flow, initial_temperature=start)), backend)
    assert outcome.verdict == "steady"
    assert np.abs(outcome.fields["T"]).max() < 1e-3
