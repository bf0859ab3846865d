"""Coolers within the room, as cuts of the air's way: their outlet is the source of a tracer, their inlet takes it out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kernels import open_backend
from tests.architecture.tree import ROOT
from tests.flow.halls import HALLS, modelled
from tests.scalars.flows import given, iterated, pipe
from thermal import load
from thermal.case.build import case_from_text
from thermal.flow.domain import Domain
from thermal.overrides import with_overrides
from thermal.parallel import Communicator, Serial, cut, run_blocks
from thermal.place import Placement, place_case
from thermal.run import simulate
from thermal.scalars.flows import Cut, stand
from thermal.scalars.humidity import HUMIDITY, humidity_column
from thermal.scalars.tracers import AGE, follow, opening_numbers, plan
from thermal.scalars.transport import Solution

CLOSED = 1e-6


class Coil:
    """What a cut belongs to."""


def across(placement: Placement, axis: int, plane: int, name: str = "coil") -> Cut:
    """A cut of all open faces on one plane of the grid."""
    low = [slice(None)] * 3
    low[2 - axis] = slice(plane, plane + 1)
    is_open = np.zeros(placement.grid.shape, bool)
    is_open[tuple(low)] = (placement.mask[tuple(low)] & (2 << axis)) > 0
    face = np.argwhere(is_open)
    area = np.broadcast_to(placement.grid.face_areas(axis), placement.grid.shape)[tuple(face.T)]
    return Cut(name, axis, face, area, Coil())


@pytest.mark.parametrize("viscosity", [0.0, 0.05])
def test_a_coil_in_a_pipe(viscosity: float) -> None:
    """Before it all air is the supply's, after it the coil's; age begins anew; vapour goes through."""
    case = pipe()
    case = replace(case, openings=tuple(replace(o, humidity_ratio=0.008) for o in case.openings))
    backend = open_backend("host", "single", threads=1)
    flow = given(case, backend, viscosity, [across(place_case(case), 0, 12)])
    made = plan(flow, flow.domain.placement.grid.volumes())
    assert list(made.sources) == ["supply.in", "coil"]
    solution, _ = follow(flow, made, [humidity_column(flow)])
    for name, before in (("share.supply.in", 1.0), ("share.coil", 0.0)):
        assert solution.fields[name][..., :12] == pytest.approx(np.full((6, 6, 12), before), abs=CLOSED)
        assert solution.fields[name][..., 12:] == pytest.approx(np.full((6, 6, 8), 1.0 - before), abs=CLOSED)
    assert solution.fields[HUMIDITY] == pytest.approx(np.full((6, 6, 20), 0.008), rel=CLOSED)
    assert max(solution.balance.values()) < CLOSED
    speed = 0.5 / 0.36
    assert solution.outflow_mean[AGE][1] == pytest.approx(0.8 / speed, rel=CLOSED)  # the return, 8 cells beyond the coil
    assert solution.outflow_mean[AGE][2] == pytest.approx(1.2 / speed, rel=CLOSED)  # the coil's inlet
    assert flow.supply == pytest.approx(1.0, rel=CLOSED)  # what enters, and what the coil blows
    rows = opening_numbers(flow, made, solution, None)
    assert [row["name"] for row in rows] == ["supply.in", "return.out", "coil", "coil"]


def test_a_coil_that_blows_backward_changes_sides() -> None:
    case = pipe()
    turned = replace(case, openings=(
        replace(case.openings[0], box=case.openings[1].box, sign=-1), replace(case.openings[1], box=case.openings[0].box, sign=+1)
    ))  # fmt: skip
    flow = given(turned, open_backend("host", "double", threads=1), 0.0, [across(place_case(turned), 0, 12)])
    solution, _ = follow(flow, plan(flow, flow.domain.placement.grid.volumes()))
    assert solution.fields["share.coil"][..., :12] == pytest.approx(np.ones((6, 6, 12)), abs=CLOSED)
    assert solution.fields["share.coil"][..., 12:] == pytest.approx(np.zeros((6, 6, 8)), abs=CLOSED)


def test_blocks_cut_through_a_coil() -> None:
    """A hall with racks and a coil across half its height; the blocks' border lies on the coil's plane."""
    backend = open_backend("host", "double", threads=1)
    placement, fields = iterated(modelled(HALLS["pressure returns"](), "zero-equation", "second-order"), backend)
    coil = across(placement, 1, 16)

    def solved(comm: Communicator | None = None) -> Solution:
        comm, planes = comm or Serial(), ((6,), (16,), ()) if comm else None
        flow = stand(Domain(placement, backend, comm, cut(comm, placement.grid.n, planes)), fields, [coil])
        return follow(flow, plan(flow, placement.grid.volumes()))[0]

    whole = solved()
    assert max(whole.balance.values()) < CLOSED
    total = sum(values for name, values in whole.fields.items() if name.startswith("share."))
    assert np.nanmax(np.abs(total - 1.0)) < CLOSED
    for part in run_blocks(2, 2, 1, solved):
        for name, values in part.fields.items():
            scale = np.nanmax(whole.fields[name])
            assert np.nanmax(np.abs(values - whole.fields[name])) < 1e-5 * scale, name


def test_the_air_of_each_cooling_unit_of_a_room_is_followed() -> None:
    """The classic room: what racks draw comes from three units, and stays in the room for volume over flow."""
    case = case_from_text(load("room-6kw").text + "\n[tracers]\nsolve = true\n")
    result = simulate(with_overrides(case, cell=0.4), threads=1)
    tracers, units = result.summary["tracers"], {"crah.south", "crah.middle", "crah.north"}
    assert tracers["is_closed"] and tracers["balance"] < CLOSED
    for rack in result.racks:
        assert set(rack["shares_percent"]) == units
        assert sum(rack["shares_percent"].values()) == pytest.approx(100.0, abs=1e-4)
        share = rack["recirculated_percent"] / 100.0  # warmed by 12 K once, or each time round; units at 18 degC
        once, always = 18.0 + 12.0 * share, 18.0 + 12.0 * share / (1.0 - share)
        assert once - 0.5 < rack["inlet_mean_degC"] < always + 0.5
    age = tracers["age_of_air"]
    assert age["exhaust_s"] == pytest.approx(age["nominal_s"], rel=1e-6)


FRESH_AIR = """
[[supply]]
name = "fresh"
on = "ceiling"
from = ["1.2 m", "0.4 m"]
to = ["2 m", "1.2 m"]
temperature = "20 degC"
flow = "0.5 m3/s"
[[return]]
name = "relief"
on = "ceiling"
from = ["3 m", "4 m"]
to = ["4 m", "4.6 m"]
"""


def test_air_goes_through_racks_in_depth() -> None:
    """Rows of a rack hand on what they draw: shares add up, and air is as old at the exhaust as the room takes to fill.

    Gaps are room air: a rack whose fans blow back through its own gap draws its own exhaust.
    """
    text = (ROOT / "tests" / "movers" / "hall.toml").read_text() + FRESH_AIR + '[tracers]\nracks = "all"\n'
    result = simulate(case_from_text(text), threads=1)
    tracers = result.summary["tracers"]
    deep = [rack for rack in result.racks if rack["recirculation_m3_s"] is not None]
    assert deep and tracers["is_closed"] and tracers["balance"] < CLOSED
    for rack in result.racks:
        assert sum(rack["shares_percent"].values()) == pytest.approx(100.0, abs=1e-4)
        assert sum(rack["exhausts_percent"].values()) == pytest.approx(rack["recirculated_percent"], abs=1e-4)
        assert rack["capture_cold_percent"] == pytest.approx(100.0 - rack["recirculated_percent"], abs=1e-4)
        assert 0.0 <= rack["capture_hot_percent"] <= 100.0 + 1e-4
    age = tracers["age_of_air"]
    assert age["exhaust_s"] == pytest.approx(age["nominal_s"], rel=1e-6)
