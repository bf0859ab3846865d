"""Tracers against closed forms: a piston, a mixer, a stirred room, racks in series; and against temperature, which is one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kernels import open_backend
from tests.builders import tiny_hall
from tests.flow.halls import HALLS, modelled
from tests.kernels.stand_in import cupy_stand_in
from tests.scalars.flows import given, iterated, mixer, pipe, standing
from thermal.parallel import run_blocks
from thermal.run import simulate
from thermal.scalars.flows import StandingFlow
from thermal.scalars.tracers import AGE, RECIRCULATED, follow, plan, rack_numbers
from thermal.scalars.transport import Column, Solution, Transport

CLOSED = 1e-6


def age(flow: StandingFlow) -> tuple[Solution, float]:
    """The age of air on a flow, and V/Q."""
    volumes = flow.domain.placement.grid.volumes()
    nominal = float(volumes[flow.reached].sum()) / flow.supply
    count = len(flow.domain.placement.patches)
    return Transport(flow, [Column(AGE, AGE, np.zeros(count), rate=volumes, scale=nominal, start=nominal)]).solve(), nominal


def test_air_in_a_pipe_grows_old_like_a_piston() -> None:
    """Age x/U at the centres, but for the cells at both ends, where convection is upwind; at the outlet L/U exactly."""
    flow = given(pipe(), open_backend("host", "single", threads=1), 0.0)
    solution, nominal = age(flow)
    found = solution.fields[AGE].mean(axis=(0, 1))
    speed, centres = 0.5 / 0.36, flow.domain.placement.grid.centres(0)
    assert np.abs(found - centres / speed)[2:-1].max() < 0.005 * nominal
    assert solution.outflow_mean[AGE][1] == pytest.approx(2.0 / speed, rel=CLOSED)


@pytest.mark.parametrize("viscosity", [1e-4, 0.01, 10.0])
@pytest.mark.parametrize("precision", ["single", "double"])
def test_exhaust_is_as_old_as_the_room_takes_to_fill(viscosity: float, precision: str) -> None:
    """Mean age at the exhaust = V/Q whatever the flow and the mixing (Sandberg 1981)."""
    solution, nominal = age(given(mixer(), open_backend("host", precision, threads=1), viscosity))
    assert solution.outflow_mean[AGE][2] == pytest.approx(nominal, rel=CLOSED)
    assert solution.balance[AGE] < CLOSED


def test_a_stirred_room_is_of_one_age() -> None:
    """With strong mixing all air is V/Q old, and the air change efficiency is 50 %."""
    solution, nominal = age(given(mixer(), open_backend("host", "double", threads=1), 1e4))
    assert solution.fields[AGE] == pytest.approx(np.full((10, 10, 10), nominal), rel=1e-3)


@pytest.mark.parametrize("viscosity", [1e-3, 1.0])
def test_two_streams_mix_in_proportion_to_their_flows(viscosity: float) -> None:
    """At the only return the shares are those of the flows, exactly; in between they add up to one and stay within it."""
    flow = given(mixer(0.3, 0.1), open_backend("host", "single", threads=1), viscosity)
    columns = [Column(name, "air", np.eye(3)[i]) for i, name in enumerate(("first", "second"))]
    solution = Transport(flow, columns).solve()
    assert solution.outflow_mean["first"][2] == pytest.approx(0.75, abs=CLOSED)
    assert solution.outflow_mean["second"][2] == pytest.approx(0.25, abs=CLOSED)
    total = solution.fields["first"] + solution.fields["second"]
    assert np.abs(total - 1.0).max() < CLOSED
    assert min(field.min() for field in solution.fields.values()) > -1e-3


@pytest.mark.parametrize("hall", ["everything", "uneven cells", "sealed aisle", "fixed returns"])
def test_balances_and_shares_close(hall: str) -> None:
    """All tracers of a hall, single precision fields: balances and sums of shares to 1e-6 of the supply."""
    backend = open_backend("host", "single", threads=1)
    case = modelled(HALLS[hall](), "k-epsilon", "second-order")
    placement, fields = iterated(replace(case, tracers=replace(case.tracers, racks="all")), backend)
    flow = standing(placement, fields, backend)
    made = plan(flow, placement.grid.volumes())
    forward, backward = follow(flow, made)
    assert backward is not None
    assert max([*forward.balance.values(), *backward.balance.values()]) < CLOSED
    for name, row in rack_numbers(flow, made, forward, backward).items():
        assert sum(row["shares_percent"].values()) == pytest.approx(100.0, abs=1e-4), name
        assert sum(row["exhausts_percent"].values()) == pytest.approx(row["recirculated_percent"], abs=1e-4), name
        assert -1e-3 < row["recirculated_percent"] < 100.0
        assert -1e-3 < row["capture_hot_percent"] < 100.001


def test_all_exhaust_goes_somewhere() -> None:
    """What returns do not take back straight, racks draw in: both counted from the other end of the flow. Upwind rows of the
    reversed flow are the transpose of those of the flow, so that this holds to the solver's tolerance."""
    backend = open_backend("host", "single", threads=1)
    placement, fields = iterated(modelled(HALLS["everything"](), "k-epsilon", "upwind"), backend)
    flow = standing(placement, fields, backend)
    made = plan(flow, placement.grid.volumes())
    forward, backward = follow(flow, made)
    assert backward is not None
    rows = rack_numbers(flow, made, forward, backward)
    patches = placement.patches
    drawn = {patch.object.name: flow.outflow[i] for i, patch in enumerate(patches) if patch.kind == "front"}
    caught = sum(drawn[name] * row["capture_hot_percent"] / 100.0 for name, row in rows.items())
    recirculated = sum(drawn[name] * row["recirculated_percent"] / 100.0 for name, row in rows.items())
    assert caught + recirculated == pytest.approx(sum(drawn.values()), rel=1e-6)


def test_temperature_is_a_tracer() -> None:
    """Two racks of one rise dT fed by one supply, upwind: T_in = T_supply + dT f/(1 - f) with f the recirculated share, as the
    two racks are mirror images. The temperature comes from the flow solver, the share from here."""
    case = modelled(tiny_hall(), "zero-equation", "upwind")
    result = simulate(case, backend="host", threads=1)
    assert result.summary["verdict"] == "steady"
    for row in result.racks:
        share = row["recirculated_percent"] / 100.0
        rise = row["outlet_mean_degC"] - row["inlet_mean_degC"]
        assert row["inlet_mean_degC"] - 20.0 == pytest.approx(rise * share / (1.0 - share), rel=2e-3)


def test_blocks_give_the_same_tracers() -> None:
    backend = open_backend("host", "double", threads=1)
    placement, fields = iterated(modelled(HALLS["everything"](), "k-epsilon", "second-order"), backend)

    def solved(comm: object = None) -> tuple[Solution, Solution | None]:
        flow = standing(placement, fields, backend, comm, ((5,), (11,), ()) if comm else None)  # type: ignore[arg-type]
        return follow(flow, plan(flow, placement.grid.volumes()))

    whole = solved()
    for part in run_blocks(2, 2, 1, solved):
        for ours, theirs in zip(part, whole, strict=True):
            assert ours is not None and theirs is not None
            for name, field in ours.fields.items():
                scale = np.nanmax(theirs.fields[name])
                assert np.nanmax(np.abs(field - theirs.fields[name])) < 1e-5 * scale, name
                assert ours.outflow_mean[name] == pytest.approx(theirs.outflow_mean[name], abs=1e-6 * scale, nan_ok=True)


def test_backends_agree() -> None:
    """The host's, NumPy's, and the CUDA backend's own code on the emulated grid."""
    placement, fields = iterated(tiny_hall(0.3), open_backend("host", "single", threads=1), 20)

    def solved(name: str) -> Solution:
        flow = standing(placement, fields, open_backend(name, "single"))
        return follow(flow, plan(flow, placement.grid.volumes()))[0]

    host = solved("host")
    with cupy_stand_in() as cp:
        emulated = solved("cuda")
        assert cp.counts.kernels > 1000
    for other in (solved("numpy"), emulated):
        for name, field in host.fields.items():
            scale = np.nanmax(field)
            assert np.nanmax(np.abs(other.fields[name] - field)) < 1e-5 * scale, name
        assert max(other.balance.values()) < CLOSED


def test_a_column_that_racks_do_not_hand_on_ends_at_their_fronts() -> None:
    flow = given(mixer(), open_backend("host", "single", threads=1), 0.01)
    made = plan(flow, flow.domain.placement.grid.volumes())
    assert RECIRCULATED not in [one.name for one in made.columns]  # no racks
    assert [one.name for one in made.columns] == ["share.supply.first", "share.supply.second", AGE]
