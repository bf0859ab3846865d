"""What obstacles, plates and openings become on a grid, and what is refused, by name."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builders import empty_room, hall_h0, obstacle, outlet, plate, rack, supply, tiny_hall
from thermal.errors import CaseErrors
from thermal.place import open_bit, place_case

THROUGH = (
    supply("in", (0.0, 0.6, 0.6), (0.0, 1.4, 1.4), 0, +1, 0.1),
    outlet("out", (2.0, 0.6, 0.6), (2.0, 1.4, 1.4), 0, -1),
)


def refused(case):
    with pytest.raises(CaseErrors) as caught:
        place_case(case)
    return [str(error) for error in caught.value.errors]


def test_a_closed_plate_closes_faces_and_is_a_wall_on_both_sides():
    case = empty_room(plates=(plate("screen", (1.0, 0.4, 0.0), (1.0, 1.6, 1.0)),))
    placement = place_case(case)
    closed = (placement.mask & open_bit(0)) == 0
    assert closed[:5, 2:8, 5].all()
    assert closed[:, :, 5].sum() == 30
    assert placement.region_count == 1
    walls = placement.wall_faces()
    inner = (walls["axis"] == 0) & np.isin(walls["cell"][:, 2], (4, 5))
    assert inner.sum() == 60
    assert walls["area"][inner].sum() == pytest.approx(2 * 1.2)


def test_a_closed_plate_through_the_room_makes_two_regions():
    placement = place_case(empty_room(plates=(plate("screen", (1.0, 0.0, 0.0), (1.0, 2.0, 2.0)),)))
    assert placement.region_count == 2
    assert [balance.cells for balance in placement.balances] == [500, 500]
    assert placement.feature_planes[0].nonzero()[0].tolist() == [0, 5, 10]


def test_a_porous_plate_is_a_sheet_of_open_faces():
    case = empty_room(plates=(plate("door", (1.0, 0.0, 0.0), (1.0, 2.0, 2.0), 0.3, 20.0),))
    placement = place_case(case)
    (sheet,) = placement.sheets
    assert sheet.loss_coefficient == 20.0
    assert sheet.area.sum() == pytest.approx(4.0)
    assert placement.region_count == 1
    assert (placement.mask[tuple(sheet.face.T)] & open_bit(0)).all()
    assert placement.feature_planes[0].nonzero()[0].tolist() == [0, 5, 10]


def test_the_loss_of_a_porous_plate_is_kept_for_the_flow_through_it():
    wall = obstacle("wall", (0.9, 0.0, 0.0), (1.2, 0.96, 2.0))
    case = empty_room(obstacles=(wall,), plates=(plate("door", (1.0, 1.0, 0.0), (1.0, 2.0, 2.0), 0.3, 20.0),))
    (sheet,) = place_case(case).sheets
    assert sheet.area.sum() == pytest.approx(2.08)  # asked 2.00
    assert sheet.loss_coefficient / 2.08**2 == pytest.approx(20.0 / 2.0**2)


def test_a_closed_plate_wins_over_a_porous_one():
    plates = (plate("door", (1.0, 0.0, 0.0), (1.0, 2.0, 2.0), 0.3, 20.0), plate("leaf", (1.0, 0.0, 0.0), (1.0, 1.0, 2.0)))
    (sheet,) = place_case(empty_room(plates=plates)).sheets
    assert sheet.area.sum() == pytest.approx(2.0)


def test_two_porous_plates_on_one_face_are_refused():
    plates = (
        plate("door", (1.0, 0.0, 0.0), (1.0, 1.0, 2.0), 0.3, 20.0),
        plate("net", (1.0, 0.8, 0.0), (1.0, 2.0, 2.0), 0.3, 2.0),
    )
    (message,) = refused(empty_room(plates=plates))
    assert "plate.net lies on plate.door" in message


def test_a_plate_on_a_wall_says_that_it_has_no_effect():
    placement = place_case(empty_room(plates=(plate("lining", (0.0, 0.0, 0.0), (0.0, 2.0, 2.0)),)))
    assert "plate.lining" in str(placement.snapping[0])
    assert "no effect" in str(placement.snapping[0])


def test_a_thin_obstacle_becomes_a_closed_plate_and_keeps_its_power():
    panel = obstacle("panel", (1.0, 0.4, 0.4), (1.02, 1.6, 1.6), power=100.0)
    placement = place_case(empty_room(obstacles=(panel,), openings=THROUGH))
    assert placement.fluid_cells == 1000
    (row,) = placement.snapping
    assert row.text == "obstacle.panel: thickness asked 0.02 m, got 0 m; became a closed plate at x = 1 m"
    skins = [patch for patch in placement.patches if patch.kind == "skin"]
    assert [(skin.name, skin.axis, skin.sign) for skin in skins] == [
        ("obstacle.panel.skin", 0, -1),
        ("obstacle.panel.skin", 0, 1),
    ]
    assert [skin.total_area for skin in skins] == pytest.approx([1.44, 1.44])
    assert set(skins[0].cell[:, 2]) == {4}
    assert set(skins[1].cell[:, 2]) == {5}
    assert placement.balances[0].heat == pytest.approx(100.0)


def test_a_rod_is_refused_with_its_sizes():
    (message,) = refused(empty_room(obstacles=(obstacle("rod", (1.0, 1.0, 0.0), (1.02, 1.03, 2.0)),)))
    assert message.startswith("case.toml:rod: obstacle.rod is too thin for the grid: x 0.02 m, y 0.03 m")


def test_a_rack_too_thin_for_the_grid_is_refused():
    thin = rack("A1", (0.6, 0.6, 0.0), +1, 1e3, size=(0.6, 0.04, 1.0))
    assert "rack.A1 is too thin for the grid: y 0.04 m" in refused(empty_room(racks=(thin,), openings=THROUGH))[0]


def test_an_opening_too_thin_for_the_grid_is_refused():
    slot = supply("slot", (0.6, 0.6, 0.0), (0.63, 1.4, 0.0), 2, +1, 0.1)
    assert "supply.slot is too thin for the grid: x 0.03 m" in refused(empty_room(openings=(slot, THROUGH[1])))[0]


def test_the_skin_of_a_heated_obstacle_is_all_its_faces_in_air_and_still_a_wall():
    box = obstacle("ups", (0.8, 0.8, 0.0), (1.2, 1.2, 0.6), power=500.0)
    placement = place_case(empty_room(obstacles=(box,), openings=THROUGH))
    skins = [patch for patch in placement.patches if patch.kind == "skin"]
    assert {skin.name for skin in skins} == {"obstacle.ups.skin"}
    assert sum(skin.total_area for skin in skins) == pytest.approx(0.16 + 4 * 0.24)
    walls = placement.wall_faces()
    assert walls["area"].sum() == pytest.approx(24.0 - 0.16 - 2 * 0.64 + 0.16 + 4 * 0.24)


def test_obstacles_may_overlap_and_share_their_skins_once():
    boxes = (obstacle("a", (0.4, 0.4, 0.0), (1.2, 0.8, 0.4), 10.0), obstacle("b", (0.4, 0.4, 0.0), (0.8, 1.2, 0.4), 10.0))
    placement = place_case(empty_room(obstacles=boxes, openings=THROUGH))
    assert 1000 - placement.fluid_cells == 2 * (8 + 8 - 4)
    skin = sum(patch.total_area for patch in placement.patches if patch.kind == "skin")
    assert skin == pytest.approx(0.48 + 0.4 * 3.2)
    assert placement.balances[0].heat == pytest.approx(20.0)


def test_a_buried_heater_is_refused():
    boxes = (obstacle("heater", (0.8, 0.8, 0.0), (1.2, 1.2, 0.4), 10.0), obstacle("cover", (0.6, 0.6, 0.0), (1.4, 1.4, 0.6)))
    (message,) = refused(empty_room(obstacles=boxes, openings=THROUGH))
    assert "obstacle.heater gives off 10 W but no face of it meets air" in message


def test_an_opening_in_an_obstacle_face():
    unit = obstacle("crac", (0.0, 0.6, 0.0), (0.4, 1.4, 1.6))
    openings = (
        supply("crac", (0.4, 0.6, 0.2), (0.4, 1.4, 0.6), 0, +1, 1.0),
        outlet("crac", (0.0, 0.6, 1.6), (0.4, 1.4, 1.6), 2, +1, 1.0),
    )
    placement = place_case(empty_room(obstacles=(unit,), openings=openings))
    assert [patch.total_area for patch in placement.patches] == pytest.approx([0.32, 0.32])
    assert set(placement.patches[0].cell[:, 2]) == {2}
    assert placement.balances[0].surplus == pytest.approx(0.0, abs=1e-12)


def test_an_opening_in_the_air_is_refused():
    floating = supply("lost", (0.6, 0.6, 1.0), (1.4, 1.4, 1.0), 2, +1, 0.1)
    assert "supply.lost hangs in the air at z = 1 m" in refused(empty_room(openings=(floating, THROUGH[1])))[0]


def test_a_partly_blocked_opening_loses_area_and_says_to_whom():
    desk = obstacle("desk", (0.0, 0.6, 0.6), (0.4, 1.0, 1.4))
    placement = place_case(empty_room(obstacles=(desk,), openings=THROUGH))
    (row,) = placement.snapping
    assert row.text == "supply.in: area asked 0.64 m2, got 0.32 m2; partly blocked by obstacle.desk"
    assert placement.patches[0].total_area == pytest.approx(0.32)


def test_a_blocked_opening_names_its_blocker():
    desk = obstacle("desk", (0.0, 0.4, 0.4), (0.4, 1.6, 1.6))
    (message,) = refused(empty_room(obstacles=(desk,), openings=THROUGH))
    assert message.startswith("case.toml:in: supply.in is blocked by obstacle.desk")


def test_a_plate_can_block_too():
    shutter = plate("shutter", (0.0, 0.0, 0.0), (0.0, 2.0, 2.0))
    messages = refused(empty_room(plates=(shutter,), openings=THROUGH))
    assert any("supply.in is blocked by plate.shutter" in message for message in messages)


def test_a_rack_front_against_a_solid_is_refused():
    case = tiny_hall()
    block = obstacle("wall", (0.6, 1.4, 0.0), (1.2, 1.8, 2.4))
    messages = refused(tiny_hall(obstacles=(block,), openings=(case.openings[1],)))
    assert messages == ["case.toml:A1: rack.A1.front is blocked by obstacle.wall; leave air before it"]


def test_a_rack_against_the_room_wall_is_refused():
    inside = rack("A1", (0.6, 0.0, 0.0), -1, 1e3, size=(0.6, 0.8, 1.0))
    messages = refused(empty_room(racks=(inside,), openings=THROUGH))
    assert messages == ["case.toml:A1: rack.A1.front is blocked by the wall of the room; leave air before it"]


def test_overlapping_racks_are_refused_once_for_each_pair():
    case = tiny_hall()
    moved = rack("A3", (0.8, 1.8, 0.0), -1, 4e3)
    assert refused(tiny_hall(racks=(*case.racks, moved)))[:2] == [
        "case.toml:A3: rack.A3 overlaps rack.A1; move one of them",
        "case.toml:A3: rack.A3 overlaps rack.A2; move one of them",
    ]


def test_overlapping_openings_are_refused():
    second = outlet("second", (2.0, 1.2, 1.2), (2.0, 1.8, 1.8), 0, -1)
    (message,) = refused(empty_room(openings=(*THROUGH, second)))
    assert message == "case.toml:second: return.second overlaps return.out; move one of them"


def test_an_object_outside_the_room_is_refused():
    far = obstacle("desk", (1.0, 1.0, 0.0), (2.5, 1.5, 1.0))
    (message,) = refused(empty_room(obstacles=(far,)))
    assert message == "case.toml:desk: obstacle.desk reaches outside the room: x 1 to 2.5 m; accepted: 0 to 2 m"


def test_all_mistakes_come_at_once():
    boxes = (obstacle("far", (1.0, 1.0, 0.0), (2.5, 1.5, 1.0)), obstacle("rod", (1.0, 1.0, 0.0), (1.02, 1.03, 2.0)))
    assert len(refused(empty_room(obstacles=boxes))) == 2


def test_racks_win_over_plates_and_small_gaps_close():
    """A cold-aisle door 2 cm off the last rack lands on the rack's plane."""
    door = plate("door", (4.22, 2.7, 0.0), (4.22, 4.5, 2.2))
    placement = place_case(hall_h0(plates=(door,)))
    assert placement.grid.n == (60, 72, 30)
    assert "plate.door: faces moved by up to 0.02 m" in [row.text for row in placement.snapping]
    assert placement.feature_planes[0].sum() == 4


def test_an_opening_keeps_its_loss_and_its_open_area():
    """The tile's high edge merges with the rack row beside it: 1.19 m2 for 1.20 m2."""
    tile = supply("tile", (0.6, 0.8, 0.0), (1.8, 1.79, 0.0), 2, +1, 0.5, loss_coefficient=40.0, open_fraction=0.5)
    case = tiny_hall()
    placement = place_case(tiny_hall(openings=(tile, case.openings[1])))
    patch = next(one for one in placement.patches if one.name == "supply.tile")
    asked = 1.2 * 0.99
    assert patch.total_area == pytest.approx(1.2)
    assert patch.loss_coefficient / patch.total_area**2 == pytest.approx(40.0 / asked**2)
    assert patch.open_fraction * patch.total_area == pytest.approx(0.5 * asked)
    assert placement.snapping[0].text == "supply.tile: area asked 1.19 m2, got 1.20 m2"


def test_a_rack_reports_its_front_area():
    odd = rack("A1", (0.6, 1.8, 0.0), -1, 4e3, size=(0.6, 1.2, 2.25))
    shelf = rack("A2", (1.2, 1.8, 0.0), -1, 4e3)
    placement = place_case(tiny_hall(racks=(odd, shelf)))
    fronts = {patch.name: patch.total_area for patch in placement.patches}
    assert fronts["rack.A1.front"] == pytest.approx(0.6 * 2.25)
    odd = rack("A1", (0.6, 1.8, 0.0), -1, 4e3, size=(0.6, 1.2, 2.22))
    placement = place_case(tiny_hall(racks=(odd, shelf)))
    assert [row.text for row in placement.snapping] == ["rack.A1: area asked 1.33 m2, got 1.32 m2"]
