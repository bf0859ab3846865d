"""The fast distance to walls equals the slow one over all pairs."""

from __future__ import annotations

import numpy as np
import pytest

import thermal.wall_distance
from tests.builders import empty_room, obstacle, plate, supply, tiny_hall
from thermal.case.model import Box, Mesh, Refinement
from thermal.place import place, place_case
from thermal.wall_distance import distance_to_sides


def all_pairs(placement):
    """Least distance over all wall faces: exact along the normal, to the face's centre across."""
    grid, walls = placement.grid, placement.wall_faces()
    centres = [grid.centres(axis) for axis in range(3)]
    face = np.stack([centres[axis][walls["cell"][:, 2 - axis]] for axis in range(3)], axis=1)
    rows = np.arange(len(face))
    planes = [grid.planes(axis) for axis in range(3)]
    face[rows, walls["axis"]] = [
        planes[a][k + (s > 0)]
        for a, k, s in zip(walls["axis"], walls["cell"][rows, 2 - walls["axis"]], walls["side"], strict=True)
    ]
    out = np.zeros(grid.shape)
    for cell in np.argwhere(placement.fluid):
        point = np.array([centres[axis][cell[2 - axis]] for axis in range(3)])
        out[tuple(cell)] = np.sqrt(((face - point) ** 2).sum(axis=1).min())
    return out


REFINED = Mesh(0.25, (Refinement("fine", Box((0.4, 0.4, 0.4), (0.8, 0.8, 0.8)), 0.1),), 1.3)
ROOMS = {
    "empty": empty_room((1.4, 2.0, 1.0)),
    "obstacle and plate": empty_room(
        (2.0, 3.0, 1.6),
        obstacles=(obstacle("box", (0.4, 0.4, 0.2), (0.8, 1.2, 0.8)),),
        plates=(plate("p", (1.2, 0.0, 0.4), (1.2, 2.0, 1.6)),),
    ),
    "open wall": empty_room(
        (2.0, 1.0, 0.8),
        openings=(
            supply("left", (0.0, 0.0, 0.0), (0.0, 1.0, 0.8), 0, 1, None),
            supply("floor", (0.0, 0.0, 0.0), (2.0, 1.0, 0.0), 2, 1, None),
        ),
    ),
    "stretched": empty_room((2.0, 2.0, 2.0), mesh=REFINED),
    "tiny hall": tiny_hall(),
}


@pytest.mark.parametrize("name", ROOMS)
@pytest.mark.parametrize("chunk", [64, 131_072])
def test_distance_equals_all_pairs(name, chunk, monkeypatch):
    monkeypatch.setattr(thermal.wall_distance, "CHUNK", chunk)
    placement = place_case(ROOMS[name])
    np.testing.assert_allclose(placement.wall_distance, all_pairs(placement), rtol=1e-12)


def test_the_cell_beside_a_wall_is_half_a_cell_away():
    distance = place_case(empty_room()).wall_distance
    assert distance[0, 5, 5] == pytest.approx(0.1)
    assert distance[4, 5, 5] == pytest.approx(0.9)


def test_a_room_without_walls_is_infinitely_far_from_one():
    size = (1.0, 1.0, 1.0)
    corners = {0: ((0, 0, 0), (0, 1, 1)), 1: ((0, 0, 0), (1, 0, 1)), 2: ((0, 0, 0), (1, 1, 0))}
    openings = []
    for axis, (low, high) in corners.items():
        openings.append(supply(f"low{axis}", low, high, axis, +1, None))
        moved = tuple(1 if a == axis else low[a] for a in range(3)), tuple(1 if a == axis else high[a] for a in range(3))
        openings.append(supply(f"high{axis}", *moved, axis, -1, None))
    placement = place_case(empty_room(size, 0.25, openings=tuple(openings)))
    assert np.isinf(placement.wall_distance).all()


def test_distance_to_the_sides_of_the_room_sees_nothing_in_it():
    """As in the empty room with closed sides, in every cell that is air; a periodic axis has no sides."""
    for name in ("obstacle and plate", "open wall", "tiny hall"):
        case = ROOMS[name]
        placement = place_case(case)
        found = distance_to_sides(placement.grid, placement.fluid)
        empty = place(empty_room(case.room, mesh=case.mesh), placement.grid)
        np.testing.assert_allclose(found, np.where(placement.fluid, empty.wall_distance, 0.0), rtol=1e-12)
    grid, fluid = placement.grid, placement.fluid
    upright = np.where(fluid, np.minimum(grid.centres(2), grid.size[2] - grid.centres(2))[:, None, None], 0.0)
    np.testing.assert_allclose(distance_to_sides(grid, fluid, (0, 1)), upright, rtol=1e-12)
    assert np.isinf(distance_to_sides(grid, fluid, (0, 1, 2))[fluid]).all()
