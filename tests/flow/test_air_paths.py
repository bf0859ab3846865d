"""Tiles between a plenum and the room: what they let through, their jets, and how unevenly a shallow plenum feeds them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kernels import Backend
from meshes import Grid
from tests.builders import empty_room, outlet, supply
from tests.case.test_air_paths import CEILING, HALL
from tests.flow.halls import fields, modelled, solve, start
from tests.flow.test_exact import planes
from thermal.case.build import case_from_text
from thermal.case.model import Box, Case, Plate, Zone
from thermal.case.plenums import tile_loss
from thermal.output.air_paths import path_rows, plenum_rows
from thermal.place import place_case

SHARE = 0.25
LOSS = tile_loss(SHARE)


def piece(name: str, low: tuple, high: tuple, loss: float = LOSS, share: float = SHARE, kind: str = "tile") -> Plate:
    """An air path."""
    return Plate(name, Box(low, high), share, loss, source=f"case.toml:{name}", kind=kind)


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(("kind", "share", "loss"), [("tile", 0.25, 40.0), ("tile", 1.0, 3.0), ("leak", 0.2, 12.0)])
def test_a_tile_in_a_duct_costs_its_loss_and_gives_back_the_momentum_of_its_jets(
    one_thread: Backend, kind: str, share: float, loss: float, turn: int
) -> None:
    """In a duct the jets at U/f mix to U, which gives back U2 (1/f - 1); a leak blows none. Either way round."""
    speed, length = 1.5, 2.0
    ends = [((0.0, 0.0, 0.0), (0.0, 1.0, 1.0), 0, +1), ((length, 0.0, 0.0), (length, 1.0, 1.0), 0, -1)]
    case = empty_room(
        (length, 1.0, 1.0), 1.0, openings=(supply("in", *ends[turn < 0], speed), outlet("out", *ends[turn > 0])),
        plates=(piece("T", (1.0, 0.0, 0.0), (1.0, 1.0, 1.0), loss, share, kind),),
    )  # fmt: skip
    case = replace(case, air=replace(case.air, kinematic_viscosity=1e-9), flow=replace(case.flow, buoyancy=False))
    flow = start(modelled(case, "laminar", "second-order"), one_thread, grid=planes((length, 16), (1.0, 1), (1.0, 1)))
    for _ in range(200):
        flow.iterate(False)
    found = fields(flow)
    pressure = found["p"][0, 0][::turn]
    np.testing.assert_allclose(found["u"], turn * speed, rtol=1e-9)
    own = loss - 1.0 if kind == "tile" else loss  # of the row: a data sheet counts the head that the approach takes
    gain = speed**2 * (1.0 / share - 1.0) if kind == "tile" else 0.0
    assert pressure[7] - pressure[8] == pytest.approx(0.5 * own * speed**2, abs=1e-5)
    assert pressure[-1] - pressure[8] == pytest.approx(gain, abs=1e-5)
    assert np.ptp(pressure[:8]) < 1e-5 and np.ptp(pressure[9:]) < 1e-5


def plenum_room(depth: float) -> Case:
    """A row of five tiles fed from one end of a plenum, under a room that is open at its top."""
    size = (6.0, 2.4, 2.0)
    tiles = [piece(f"T{n}", (2.4 + 0.6 * n, 0.9, 0.0), (3.0 + 0.6 * n, 1.5, 0.0)) for n in range(5)]
    floor = Plate("floor", Box((0.0, 0.0, 0.0), (6.0, 2.4, 0.0)), source="case.toml:1", kind="floor")
    openings = (
        supply("in", (0.0, 0.0, -depth), (0.0, 2.4, 0.0), 0, +1, 1.0),
        outlet("out", (0.0, 0.0, 2.0), size, 2, -1),
    )
    case = empty_room(size, 0.2, openings=openings, plates=(floor, *tiles), under_floor=depth)
    return modelled(case, "k-epsilon", "second-order")


@pytest.mark.parametrize("depth", [0.4, 0.6])
def test_the_tiles_pass_what_their_loss_lets_through(one_thread: Backend, depth: float) -> None:
    """Their flow follows from the mean pressure of the plenum and the loss correlation within 5 %, and adds up to the supply."""
    case = plenum_room(depth)
    outcome = solve(case, one_thread)
    placement = place_case(case)
    rows = path_rows(case, placement, outcome.fields)
    (plenum,) = plenum_rows(case, placement, outcome.fields, rows)
    assert outcome.verdict == "steady"
    assert plenum["flow_m3_s"] == pytest.approx(1.0, rel=1e-6)
    assert plenum["by_loss_m3_s"] == pytest.approx(plenum["flow_m3_s"], rel=0.03)
    assert plenum["by_mean_m3_s"] == pytest.approx(plenum["flow_m3_s"], rel=0.05)
    assert plenum["pressure_Pa"] == pytest.approx(0.5 * case.air.density * LOSS * (1.0 / (5 * 0.36)) ** 2, rel=0.08)
    assert [row["name"] for row in rows] == ["T0", "T1", "T2", "T3", "T4"]
    assert rows[0]["flow_m3_s"] < rows[-1]["flow_m3_s"]  # the jet of the supply lowers the pressure where it is fast


def manifold(depth: float, length: float) -> tuple[Case, Grid]:
    """A plenum fed at one end whose whole floor lets air through: a slice of it, air without friction.

    The row of a face makes the head of the approach by itself, so its loss is K - 1. No jets: over a floor that is tiled all over
    they would give back pressure as in a duct.
    """
    width, cells, layers = 0.6, 40, 4
    openings = (
        supply("in", (0.0, 0.0, -depth), (0.0, width, 0.0), 0, +1, 0.5 * length * width),
        outlet("out", (0.0, 0.0, 1.0), (length, width, 1.0), 2, -1),
    )
    floor = piece("floor", (0.0, 0.0, 0.0), (length, width, 0.0), LOSS - 1.0, kind="leak")
    case = empty_room((length, width, 1.0), 0.2, openings=openings, plates=(floor,), under_floor=depth)
    case = replace(case, air=replace(case.air, kinematic_viscosity=1e-9), flow=replace(case.flow, buoyancy=False))
    x, y = np.linspace(0.0, length, cells + 1), np.array([0.0, width])
    z = np.concatenate([np.linspace(-depth, 0.0, layers + 1), np.linspace(0.0, 1.0, 5)[1:]])
    breaks = [np.zeros(len(row), bool) for row in (x, y, z)]
    for row in breaks:
        row[[0, -1]] = True
    breaks[2][layers] = True
    return modelled(case, "laminar", "second-order"), Grid(x, y, z, (breaks[0], breaks[1], breaks[2]))


def test_a_shallow_plenum_feeds_its_tiles_unevenly_as_the_theory_of_manifolds_has_it(one_thread: Backend) -> None:
    """A plenum of depth H and length L whose floor is open all over: dp + rho U dU = 0 along it, dp = K rho v2/2 through it, so

        v/v_end = cos((L - x)/(H sqrt(K)))

    (the equations of Karki & Patankar 2006, Build. Environ. 41:734, without friction; the frictionless manifold of Bajura & Jones
    1976, J. Fluids Eng. 98:654). The first metre is left out: there the supply has not yet turned up towards the tiles, which one
    dimension cannot know.
    """
    length, spreads = 6.0, {}
    for depth in (0.75, 0.9, 1.2, 1.5):
        case, grid = manifold(depth, length)
        flow = start(case, one_thread, grid=grid)
        for _ in range(400):
            flow.iterate(False)
        far = grid.centres(0) > 1.0
        found = fields(flow)["w"][4, 0][far]
        theory = np.cos((length - grid.centres(0)[far]) / (depth * math.sqrt(LOSS)))
        ratio = (found / found.mean()) / (theory / theory.mean())
        assert np.abs(ratio - 1.0).max() < 0.05, depth
        spreads[depth] = found.std() / found.mean(), theory.std() / theory.mean()
    for found_spread, theory_spread in spreads.values():
        assert found_spread == pytest.approx(theory_spread, rel=0.25)
    found_spreads = [found for found, _ in spreads.values()]
    assert found_spreads == sorted(found_spreads, reverse=True)


def test_blocks_agree_with_the_whole(one_thread: Backend) -> None:
    """Cut through the slab itself: the face belongs to one block, its jet blows into the other."""
    from thermal.parallel import run_blocks

    case = plenum_room(0.4)

    def iterated(comm=None, planes=None):
        flow = start(case, one_thread, comm, planes)
        for _ in range(6):
            flow.iterate(False)
        return fields(flow)

    whole = iterated()
    for cuts in (([], [], [2]), ([12], [], [])):
        parts = tuple(len(cut) + 1 for cut in cuts)
        blocks = run_blocks(*parts, lambda comm, cuts=cuts: iterated(comm, cuts))[0]
        for name in ("u", "w", "p"):
            scale = np.abs(whole[name]).max()
            np.testing.assert_allclose(blocks[name], whole[name], atol=1e-9 * scale)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_porous_zone_costs_its_loss_per_length(one_thread: Backend, axis: int) -> None:
    """(C U2/2 + D U) over its length, whichever way the duct lies; across an end of the zone half a cell counts."""
    size, cells = [1.0, 1.0, 1.0], [(1.0, 1)] * 3
    size[axis], cells[axis] = 2.0, (2.0, 20)
    low, far, begin, end = ([0.0] * 3, list(size), [0.0] * 3, list(size))
    entry, exit_ = list(size), [0.0] * 3
    entry[axis], exit_[axis], begin[axis], end[axis] = 0.0, 2.0, 0.6, 1.3
    quadratic, linear = [50.0, 60.0, 70.0], [3.0, 4.0, 5.0]
    zone = Zone("tray", Box(tuple(begin), tuple(end)), tuple(quadratic), tuple(linear), power=120.0, source="case.toml:1")
    ends = supply("in", tuple(low), tuple(entry), axis, +1, 1.5), outlet("out", tuple(exit_), tuple(far), axis, -1)
    case = empty_room(tuple(size), 1.0, openings=ends, zones=(zone,))
    case = replace(case, air=replace(case.air, kinematic_viscosity=1e-9), flow=replace(case.flow, buoyancy=False))
    flow = start(modelled(case, "laminar", "second-order"), one_thread, grid=planes(*cells))
    for _ in range(200):
        flow.iterate(False)
    found = fields(flow)
    pressure, warm = found["p"].ravel(), found["T"].ravel()
    expected = (0.5 * quadratic[axis] * 1.5**2 + linear[axis] * 1.5) * 0.7
    assert pressure[0] - pressure[-1] == pytest.approx(expected, rel=1e-5)
    assert np.ptp(pressure[:6]) < 1e-4 * expected and np.ptp(pressure[13:]) < 1e-4 * expected
    assert warm[-1] == pytest.approx(120.0 / (case.air.density * case.air.heat_capacity * 1.5), rel=1e-4)


def test_an_ideal_gas_passes_tiles_too(one_thread: Backend) -> None:
    """Volumes are told at the density of what passes: the supply's own, which is the reference here."""
    case = plenum_room(0.4)
    case = replace(case, flow=replace(case.flow, density="ideal-gas"))
    outcome = solve(case, one_thread)
    placement = place_case(case)
    rows = path_rows(case, placement, outcome.fields, outcome.pressure_ratio)
    (plenum,) = plenum_rows(case, placement, outcome.fields, rows)
    assert outcome.verdict == "steady"
    assert plenum["flow_m3_s"] == pytest.approx(1.0, rel=1e-4)
    assert plenum["by_loss_m3_s"] == pytest.approx(1.0, rel=0.03)


def test_what_racks_blow_into_their_chimneys_arrives_in_the_plenum(one_thread: Backend) -> None:
    """A closed duct from each rack: the flow of its mouth is the rack's, its temperature the rack's outlet; heat balances."""
    held = CEILING.replace('on = "ceiling_plenum.x+"', 'on = "ceiling_plenum.x+"\npressure = "0 Pa"')
    fresh = '[[supply]]\nname = "in"\non = "x+"\nfrom = ["1 m", "0.4 m"]\nto = ["3 m", "1.4 m"]\n'
    fresh += 'temperature = "20 degC"\nflow = "1 m3/s"\n'
    case = case_from_text(HALL + held + fresh + '[flow]\nturbulence = "zero-equation"\nscheme = "upwind"\n')
    outcome = solve(case, one_thread)
    assert outcome.verdict == "steady"
    assert abs(outcome.balance["heat"]) < 2e-3
    rows = {row["name"]: row for row in path_rows(case, place_case(case), outcome.fields)}
    for number, rack in enumerate(case.racks[1:3], 1):
        mouth = rows[f"stack.{rack.name}"]
        assert mouth["flow_m3_s"] == pytest.approx(rack.flow, rel=1e-4)
        outlet_temperature = case.air.reference_temperature - 273.15 + outcome.inlets[number] + 12.0
        assert mouth["temperature_degC"] == pytest.approx(outlet_temperature, abs=0.3)
    assert sum(row["flow_m3_s"] for row in rows.values()) == pytest.approx(1.0, rel=1e-4)
