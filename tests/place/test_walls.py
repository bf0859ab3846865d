"""Walls that heat or cool on a grid: which faces are theirs, and which regions have a way out for their heat."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import empty_room, obstacle, outlet, plate, rack, supply, warm_wall
from thermal.case.model import Box
from thermal.errors import CaseErrors
from thermal.place import place_case

SIZE = (2.0, 2.0, 2.0)
SPLIT = plate("wall", (1.0, 0.0, 0.0), (1.0, 2.0, 2.0))
HEATER = obstacle("heater", (1.4, 0.6, 0.4), (1.8, 1.0, 0.8), 250.0)


def refused(case):
    with pytest.raises(CaseErrors) as caught:
        place_case(case)
    return [str(error) for error in caught.value.errors]


def test_openings_racks_and_obstacles_keep_their_place():
    size = (3.0, 3.0, 3.0)
    case = empty_room(
        size,
        openings=(
            supply("in", (0.0, 0.6, 0.0), (0.6, 1.2, 0.0), 2, +1, 0.2),
            outlet("out", (0.0, 0.0, 3.0), (1.0, 1.0, 3.0), 2, -1),
        ),
        racks=(rack("A1", (1.0, 1.0, 0.0), +1, 1e3),),
        obstacles=(obstacle("column", (2.4, 2.4, 0.0), (3.0, 3.0, 3.0)),),
        walls=(warm_wall("ground", "floor", size, temperature=300.0), warm_wall("east", "x+", size, heat_flux=5.0)),
    )
    placement = place_case(case)
    ground, east = (patch for patch in placement.patches if patch.kind == "skin")
    assert (ground.name, ground.axis, ground.sign, east.axis, east.sign) == ("wall.ground", 2, 1, 0, -1)
    assert ground.total_area == pytest.approx(9.0 - 0.36 - 0.72 - 0.36)
    assert east.total_area == pytest.approx(9.0 - 1.8)
    assert not any(row.name.startswith("wall.") for row in placement.snapping)
    assert placement.wall_faces()["area"].sum() == pytest.approx(placement_without_walls(case).wall_faces()["area"].sum())


def placement_without_walls(case):
    return place_case(replace(case, walls=()))


def test_rectangles_have_planes_of_their_own():
    part = replace(warm_wall("window", "y+", SIZE, temperature=280.0), box=Box((0.33, 2.0, 0.71), (1.57, 2.0, 1.49)))
    placement = place_case(empty_room(SIZE, walls=(part,)))
    assert placement.patches[0].total_area == pytest.approx(1.24 * 0.78)


def test_a_wall_behind_solids_is_named():
    cover = obstacle("cupboard", (1.0, 0.0, 0.0), (2.0, 2.0, 2.0))
    (message,) = refused(empty_room(SIZE, obstacles=(cover,), walls=(warm_wall("east", "x+", SIZE, temperature=280.0),)))
    assert message.startswith("case.toml:east: wall.east: no face of it meets air")


def test_a_wall_with_a_temperature_is_a_way_out_for_heat():
    walls = (warm_wall("east", "x+", SIZE, temperature=290.0),)
    (balance,) = place_case(empty_room(SIZE, obstacles=(HEATER,), walls=walls)).balances
    assert balance.heat == pytest.approx(250.0) and balance.outside


def test_a_wall_beyond_a_closed_plate_is_none():
    walls = (warm_wall("west", "x-", SIZE, temperature=290.0),)
    (message,) = refused(empty_room(SIZE, obstacles=(HEATER,), plates=(SPLIT,), walls=walls))
    assert message.startswith("case.toml:heater: the air around obstacle.heater.skin: 250 W heat air that has no way out")


@pytest.mark.parametrize(("flux", "words"), [(15.0, "60 W heat air"), (-15.0, "60 W cool air")])
def test_a_flux_alone_has_no_steady_temperature(flux, words):
    (message,) = refused(empty_room(SIZE, walls=(warm_wall("east", "x+", SIZE, heat_flux=flux),)))
    assert message.startswith(f"case.toml:east: the air around wall.east: {words} that has no way out") and "[[wall]]" in message


def test_fluxes_that_add_up_are_allowed():
    walls = (warm_wall("east", "x+", SIZE, heat_flux=15.0), warm_wall("west", "x-", SIZE, heat_flux=-15.0))
    (balance,) = place_case(empty_room(SIZE, walls=walls)).balances
    assert balance.heat == balance.cooling == pytest.approx(60.0)
