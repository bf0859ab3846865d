"""A hall gives the same air wherever it lies: on planes that begin miles from zero, and behind blocks of concrete."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kernels import Backend
from meshes import Grid
from tests.builders import obstacle
from tests.flow.halls import fields, hall_of_everything, modelled, start
from thermal.case.model import Box, Case, Point
from thermal.place import Placement, place_case

GROUPS = ("racks", "openings", "plates", "obstacles")
CONVERGED = 300  # iterations after which the halls below change no more


def moved(case: Case, by: Point) -> Case:
    """The case with all its objects moved; the room's own corner stays zero."""

    def shift(thing: Any) -> Any:
        low, high = (tuple(float(a + b) for a, b in zip(corner, by, strict=True)) for corner in (thing.box.low, thing.box.high))
        return replace(thing, box=Box(low, high))

    return replace(case, **{name: tuple(shift(one) for one in getattr(case, name)) for name in GROUPS})


def moved_grid(grid: Grid, by: Point) -> Grid:
    """The grid with its planes moved."""
    return Grid(grid.x + by[0], grid.y + by[1], grid.z + by[2], grid.breaks)


def behind_concrete(case: Case, by: Point) -> Case:
    """The case in a larger room whose low sides are filled up with solid: the same hall, its corner at `by`."""
    room: Any = tuple(a + b for a, b in zip(case.room, by, strict=True))
    whole = replace(moved(case, by), room=room)
    blocks = []
    for axis, name in enumerate("xyz"):
        if by[axis] > 0.0:
            high = list(room)
            high[axis] = by[axis]
            blocks.append(obstacle(f"concrete-{name}", (0.0, 0.0, 0.0), tuple(high)))  # type: ignore[arg-type]
    return replace(whole, obstacles=(*whole.obstacles, *blocks))


def iterated(placement: Placement, backend: Backend, count: int) -> dict[str, np.ndarray]:
    """All fields after so many iterations."""
    flow = start(placement, backend)
    for _ in range(count):
        flow.iterate(False)
    return fields(flow)


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("model", ["zero-equation", "k-epsilon"])
def test_coordinates_leave_no_trace(request: pytest.FixtureRequest, model: str, precision: str) -> None:
    """Planes 4096 m, -512 m and 64 m away: what the solver makes of them are widths and distances, and fields agree, iterate by
    iterate, to what such coordinates cost their differences in float64."""
    backend = request.getfixturevalue(precision)
    here = place_case(modelled(hall_of_everything(), model, "second-order"))
    there = replace(here, grid=moved_grid(here.grid, (4096.0, -512.0, 64.0)))
    np.testing.assert_allclose(there.wall_distance, here.wall_distance, rtol=0, atol=1e-11)
    ours, theirs = iterated(here, backend, 10), iterated(there, backend, 10)
    for name, values in ours.items():
        apart = np.abs(theirs[name] - values).max() / np.abs(values).max()
        assert apart < (1e-3 if precision == "single" else 1e-8), (name, apart)


@pytest.mark.parametrize(("model", "by"), [("k-epsilon", (1.0, 0.6, 0.2)), ("zero-equation", (0.6, 0.0, 0.0))])
def test_a_hall_behind_concrete_is_the_same_hall(double: Backend, model: str, by: Point) -> None:
    """Cells count from another place, so that colours, coarse levels and parities all differ; the answer does not."""
    case = modelled(hall_of_everything(), model)
    here, there = place_case(case), place_case(behind_concrete(case, by))
    offset = tuple(round(length / 0.2) for length in by)
    inside = tuple(slice(n, None) for n in reversed(offset))
    np.testing.assert_array_equal(there.fluid[inside], here.fluid)
    assert there.fluid.sum() == here.fluid.sum()
    ours, theirs = iterated(here, double, CONVERGED), iterated(there, double, CONVERGED)
    for name, values in ours.items():
        # a room without openings behind y = 0.4 m comes to rest over thousands of iterations, and nothing tells its pressure
        lively, found = values[:, 3:], theirs[name][inside][:, 3:]
        apart = np.abs(found - lively).max() / np.abs(lively).max()
        assert apart < 1e-4, (name, apart)
