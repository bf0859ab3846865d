"""Rooms that repeat themselves, and walls that move: exact flows, no plane that is special, blocks equal to the whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import thermal
from kernels import Backend, open_backend
from meshes import Grid
from tests.builders import empty_room, obstacle, plate, warm_wall
from tests.flow.halls import fields, modelled, start, stopping_at
from tests.flow.test_blocks import assert_equal, iterate
from tests.flow.test_exact import observed_rate, planes
from tests.flow.test_resume import assert_same_bits, straight_and_resumed
from tests.kernels.stand_in import cupy_stand_in
from thermal.case.model import Case, Wall
from thermal.flow.solver import Flow
from thermal.parallel import Serial, run_blocks
from thermal.place import place, place_case

REFERENCE = 293.15  # K


def streaming(case: Case, **flow: Any) -> Case:
    """The case round x and y (or `periodic`) without buoyancy, with what drives it."""
    return replace(case, flow=replace(case.flow, **({"buoyancy": False, "periodic": (0, 1)} | flow)))


def settled(case: Case, backend: Backend, grid: Grid | None = None, limit: float = 1e-9, relaxation: float = 0.9) -> Flow:
    """The flow once its momentum closes."""
    flow = start(modelled(case, case.flow.turbulence.model, "second-order"), backend, grid=grid, relaxation=relaxation)
    for iteration in range(3000):
        measure = flow.iterate(iteration % 20 == 19)
        if measure and measure.momentum < limit and measure.mass < limit:
            return flow
    raise AssertionError(f"not converged: {measure}")


def laminar(viscosity: float = 1.0) -> Case:
    """A room of 1 m with thick air, laminar."""
    case = modelled(empty_room((1.0, 1.0, 1.0), 1.0), "laminar")
    return replace(case, air=replace(case.air, kinematic_viscosity=viscosity))


class TestPlanePoiseuille:
    """u = f z (1 - z) / 2 nu between two plates, along either axis, on a single cell along it or several."""

    rate = 1.95

    @pytest.mark.parametrize("axis", [0, 1])
    def test_by_force(self, one_thread: Backend, axis: int) -> None:
        """Second order."""
        errors = []
        force = (12.0, 0.0, 0.0) if axis == 0 else (0.0, 12.0, 0.0)
        for cells in (8, 16):
            flow = settled(streaming(laminar(), body_force=force), one_thread, planes((1.0, 1), (1.0, 2), (1.0, cells)))
            u, z = fields(flow)["uv"[axis]], flow.domain.placement.grid.centres(2)
            assert np.ptp(u, axis=(1, 2)).max() < 1e-9
            errors.append(float(np.abs(u[:, 0, 0] - 6.0 * z * (1.0 - z)).mean()))
        assert observed_rate(errors) > self.rate, errors

    def test_by_bulk_velocity(self, one_thread: Backend) -> None:
        """The force found is 12 nu U / H2, to second order; the mean velocity is met to round-off."""
        errors = []
        for cells in (8, 16):
            case = streaming(laminar(), bulk_velocity=(1.0, 0.0, 0.0))
            flow = settled(case, one_thread, planes((1.0, 4), (1.0, 1), (1.0, cells)))
            assert flow.drive.bulk_velocity()[0] == pytest.approx(1.0, rel=1e-12)
            errors.append(abs(flow.drive.force[0] / 12.0 - 1.0))
        assert observed_rate(errors) > self.rate and errors[-1] < 0.01, errors


@pytest.mark.parametrize("model", ["laminar", "constant"])
def test_couette(one_thread: Backend, model: str) -> None:
    """Between a wall at rest and one that moves obliquely the velocity is linear, exactly on any cells, and nothing drives."""
    lid = warm_wall("lid", "ceiling", (1.0, 1.0, 1.0), velocity=(2.0, -1.0, 0.0))
    case = replace(laminar(), walls=(lid,))
    case = streaming(modelled(case, model, constant_viscosity=0.5 if model == "constant" else 0.0))
    z = np.array([0.0, 0.1, 0.25, 0.3, 0.6, 1.0])
    ends = np.array([0.0, 1.0])
    breaks = (np.ones(2, bool), np.ones(2, bool), np.ones(len(z), bool))
    found = fields(settled(case, one_thread, Grid(ends, ends, z, breaks)))
    centres = 0.5 * (z[1:] + z[:-1])
    np.testing.assert_allclose(found["u"][:, 0, 0], 2.0 * centres, atol=1e-6)
    np.testing.assert_allclose(found["v"][:, 0, 0], -centres, atol=1e-6)


@pytest.mark.parametrize("model", ["zero-equation", "k-epsilon"])
def test_a_wall_law_sees_the_speed_past_the_wall(one_thread: Backend, model: str) -> None:
    """Air at rest over a moving floor is dragged as air that passes a floor at rest, its cells as turbulent."""
    drags = []
    for wall, air in ((3.0, 0.0), (0.0, -3.0)):
        floor = warm_wall("floor", "floor", (1.0, 1.0, 1.0), velocity=(wall, 0.0, 0.0), temperature=REFERENCE + 5.0)
        ceiling = warm_wall("ceiling", "ceiling", (1.0, 1.0, 1.0), velocity=(wall, 0.0, 0.0))
        case = streaming(empty_room((1.0, 1.0, 1.0), 0.25, walls=(floor, ceiling)), body_force=(1e-3, 0.0, 0.0))
        flow = start(modelled(case, model), one_thread)
        flow.set_field(flow.state.velocity[0], np.full((4, 4, 5), air), 0)
        if model == "k-epsilon":
            one_thread.fill(flow.state.k, 0.02)
            one_thread.fill(flow.state.epsilon, 0.01)
        flow.turbulence.update(False)
        faces = next(f for f in flow.domain.lists if (f.axis, f.sign) == (2, 1))
        if model == "k-epsilon":  # a step of its rows relaxes moving air less
            one_thread.fill(flow.state.k, 0.02)
        flow.boundary.walls.add()
        produced = one_thread.download(flow.state.production).ravel()[faces.cell] if model == "k-epsilon" else 0.0
        flow.boundary.prepare_momentum(0)
        flow.momentum.assemble[0]()
        before = one_thread.download(flow.state.rhs).copy()
        flow.boundary.drag(0)
        row = (one_thread.download(flow.state.rhs) - before) / one_thread.download(flow.state.inverse).clip(1e-30)
        pull = row[2, 2:-2, 2:-2] - one_thread.download(flow.state.extra)[2, 2:-2, 2:-2] * air
        drags.append((pull, one_thread.download(faces.shear_), produced, flow.boundary.sample().heat))
    assert (drags[0][0] > 0.0).all()
    for moving, passing in zip(*drags, strict=True):
        np.testing.assert_allclose(moving, passing, rtol=1e-12)


def obstructed(shift: int) -> Case:
    """A stream round x over a block and under a porous sheet, both `shift` cells of 0.125 m further on and round the end."""

    def boxes(low: float, width: float) -> list[tuple[float, float]]:
        begin = (low + 0.125 * shift) % 2.0
        end = begin + width
        return [(begin, end)] if end <= 2.0 else [(begin, 2.0), (0.0, end - 2.0)]

    blocks = tuple(obstacle(f"block{n}", (a, 0.0, 0.0), (b, 1.0, 0.375)) for n, (a, b) in enumerate(boxes(0.5, 0.5)))
    sheets = tuple(plate(f"lid{n}", (a, 0.0, 0.75), (b, 0.5, 0.75)) for n, (a, b) in enumerate(boxes(1.25, 0.5)))
    at = (1.5 + 0.125 * shift) % 2.0
    mesh = plate("mesh", (at, 0.0, 0.0), (at, 1.0, 0.5), 0.4, 5.0)
    case = empty_room((2.0, 1.0, 1.0), 0.125, obstacles=blocks, plates=(*sheets, mesh))
    return streaming(case, bulk_velocity=(0.5, 0.0, 0.0))


@pytest.mark.parametrize(("model", "shift"), [("laminar", 7), ("zero-equation", 4), ("k-epsilon", 7)])
def test_no_plane_is_special(one_thread: Backend, model: str, shift: int) -> None:
    """An obstructed stream begun some cells further on is the same stream, further on; 4 puts block and mesh on the seam."""
    found: list[Any] = []
    for step in (0, shift):
        case = obstructed(step)
        case = replace(case, air=replace(case.air, kinematic_viscosity=0.02 if model == "laminar" else 1.5e-5))
        flow = settled(modelled(case, model), one_thread, limit=1e-5, relaxation=0.7)
        found.append((fields(flow), flow.drive.force[0], flow.domain.placement))
    (here, force, placed), (there, moved_force, moved) = found
    np.testing.assert_array_equal(np.roll(placed.fluid, shift, axis=2), moved.fluid)
    np.testing.assert_allclose(moved.wall_distance, np.roll(placed.wall_distance, shift, axis=2), atol=1e-12)
    assert moved_force == pytest.approx(force, rel=1e-5)
    for name in ("u", "v", "w", "eddy_viscosity"):
        scale = 1e-4 * here[name].max() if name == "eddy_viscosity" else 2e-5  # m/s, of a stream of 0.5 m/s
        one, other = (values[:, :, :16] for values in (there[name], here[name]))
        np.testing.assert_allclose(one, np.roll(other, shift, axis=2), rtol=0, atol=scale)
    np.testing.assert_array_equal(here["u"][:, :, 0], here["u"][:, :, -1])


def heated(model: str) -> Case:
    """The obstructed stream between a warm floor and a moving ceiling, carrying its heat off."""
    walls = (
        warm_wall("floor", "floor", (2.0, 1.0, 1.0), temperature=REFERENCE + 8.0),
        warm_wall("lid", "ceiling", (2.0, 1.0, 1.0), velocity=(0.3, 0.2, 0.0), temperature=REFERENCE),
    )
    case = replace(obstructed(5), walls=walls)
    return modelled(replace(case, flow=replace(case.flow, temperature_gradient=0.5)), model, "second-order")


@pytest.mark.parametrize("model", ["zero-equation", "k-epsilon"])
def test_blocks_equal_the_whole(one_thread: Backend, model: str) -> None:
    """Cut along both periodic axes and along one."""
    placement = place_case(heated(model))
    whole = iterate(placement, one_thread, Serial(), count=6)
    for parts, cuts in (((2, 2, 1), ((7,), (3,), ())), ((1, 2, 2), ((), (5,), (4,)))):
        results = run_blocks(*parts, lambda comm, cuts=cuts: iterate(placement, one_thread, comm, cuts, 6))
        for rows, _ in results[1:]:
            np.testing.assert_array_equal(rows, results[0][0])
        assert_equal(whole, results[0])


def test_the_same_on_numpy_and_on_an_emulated_gpu(one_thread: Backend) -> None:
    """Twins, compiled kernels and the CUDA backend's own launches."""
    placement = place_case(heated("k-epsilon"))
    expected = iterate(placement, one_thread, Serial(), count=3)
    assert_equal(expected, iterate(placement, open_backend("numpy", "double"), Serial(), count=3))
    with cupy_stand_in():
        assert_equal(expected, iterate(placement, open_backend("cuda", "double"), Serial(), count=3))


def test_a_stream_carries_off_what_the_walls_give(one_thread: Backend) -> None:
    """Heat of the walls = gradient x bulk velocity x volume; fields hold the rest."""
    case = replace(heated("laminar"), obstacles=(), plates=())
    case = replace(case, air=replace(case.air, kinematic_viscosity=0.05))
    flow = start(case, one_thread, grid=planes((2.0, 4), (1.0, 2), (1.0, 8)))
    for iteration in range(1000):
        measure = flow.iterate(iteration % 20 == 19)
        if measure and measure.momentum < 1e-6 and measure.heat < 1e-6:
            break
    assert measure is not None and measure.heat < 1e-6
    assert measure.sample.heat.sum() == pytest.approx(0.5 * 0.5 * 2.0, rel=1e-4)
    assert abs(measure.balance) < 1e-4


def test_a_case_file_that_streams(tmp_path: Path) -> None:
    """From the dialect to the summary: the mean velocity that was asked for, and the force it takes."""
    text = """
[room]
size = ["0.5 m", "0.5 m", "1 m"]
[mesh]
cell = "0.0625 m"
[air]
kinematic_viscosity = "0.01 m2/s"
[flow]
turbulence = "laminar"
buoyancy = false
periodic = ["x", "y"]
bulk_velocity = ["0.2 m/s", "0 m/s", "0 m/s"]
[[wall]]
name = "belt"
on = "ceiling"
velocity = ["0.1 m/s", "0 m/s", "0 m/s"]
"""
    from thermal.case.build import case_from_text

    result = thermal.run(case_from_text(text), out=tmp_path, precision="double", threads=1)
    assert result.summary["verdict"] == "steady"
    stream = result.summary["periodic"]
    assert stream["axes"] == ["x", "y"]
    assert stream["bulk_velocity_m_s"][0] == pytest.approx(0.2, rel=1e-6)
    assert stream["body_force_m_s2"][0] > 0.0 and stream["body_force_m_s2"][1:] == [0.0, 0.0]
    assert [wall["temperature_degC"] for wall in result.summary["walls"]] == [pytest.approx(np.nan, nan_ok=True)]


def test_resumed_equals_uninterrupted(single: Backend, tmp_path: Path) -> None:
    """The force that was found goes through the checkpoint with the fields."""
    straight, resumed = straight_and_resumed(stopping_at(heated("k-epsilon"), 40), single, tmp_path, iteration=14)
    assert_same_bits(straight, resumed)
    assert straight.flow.drive.force == resumed.flow.drive.force != (0.0, 0.0, 0.0)


def test_an_even_ring_of_cells() -> None:
    """A periodic axis gets an even number of cells, or one; walls stay where they are."""
    case = streaming(empty_room((1.1, 0.1, 1.1), 0.1))
    assert place_case(case).grid.n == (12, 1, 11)


def test_what_is_joined_hangs_together() -> None:
    """A wall across the room leaves one region round the ring, two without it; both sides of a plate on the seam are walls."""
    wall = obstacle("wall", (0.4, 0.0, 0.0), (0.5, 1.0, 1.0))
    case = empty_room((1.0, 1.0, 1.0), 0.1, obstacles=(wall,))
    assert place_case(case).region_count == 2
    assert place_case(streaming(case, periodic=(0,))).region_count == 1
    for at in (0.0, 1.0):
        closed = replace(streaming(case, periodic=(0,)), plates=(plate("seam", (at, 0.0, 0.0), (at, 1.0, 1.0)),))
        placement = place(closed, place_case(case).grid)
        assert placement.region_count == 2
        assert placement.closed_faces(0, -1)[:, :, 0].all() and placement.closed_faces(0, +1)[:, :, -1].all()


def test_heat_leaves_an_obstacle_through_the_seam(one_thread: Backend) -> None:
    """A heated box that ends at the end of the room warms the air at the other end."""
    case = empty_room((1.0, 1.0, 1.0), 0.25, obstacles=(obstacle("box", (0.5, 0.0, 0.0), (1.0, 1.0, 0.5), 100.0),))
    ended, joined = place_case(case_with_exit(case)), place_case(streaming(case_with_exit(case), periodic=(0,)))
    assert sum(p.total_area for p in joined.patches if p.kind == "skin") == pytest.approx(
        sum(p.total_area for p in ended.patches if p.kind == "skin") + 0.5
    )


def case_with_exit(case: Case) -> Case:
    """With a wall that takes the heat."""
    cold: Wall = warm_wall("cold", "ceiling", case.room, temperature=REFERENCE)
    return replace(case, walls=(cold,))
