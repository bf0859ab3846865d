"""The two halls of the comparison, the tiny hall and an empty room, placed: exact counts and areas."""

from __future__ import annotations

import numpy as np
import pytest

from meshes import coarsen_grid
from tests.builders import empty_room, hall_h0, hall_h1, tiny_hall
from thermal.place import make_grid, open_bit, place, place_case


@pytest.mark.parametrize(
    ("case", "n", "fluid"),
    [
        (hall_h0(), (60, 72, 30), 116_928),
        (hall_h1(), (120, 96, 36), 389_376),
        (hall_h0(0.2), (30, 39, 15), 15_966),
        (tiny_hall(), (12, 21, 14), 3_132),
        (empty_room(), (10, 10, 10), 1_000),
    ],
    ids=["h0", "h1", "h0-coarse", "tiny", "empty"],
)
def test_counts(case, n, fluid):
    placement = place_case(case)
    assert placement.grid.n == n
    assert placement.fluid_cells == fluid
    assert placement.region_count == 1
    assert placement.snapping == []
    assert (placement.region > 0).sum() == fluid


def test_patches_of_h0_have_the_areas_asked_for():
    placement = place_case(hall_h0())
    areas = {patch.name: patch.total_area for patch in placement.patches}
    assert len(areas) == len(placement.patches) == 8 * 2 + 3
    assert areas["supply.floor"] == pytest.approx(4.32)
    assert (areas["return.south"], areas["return.north"]) == pytest.approx((2.16, 2.16))
    assert all(area == pytest.approx(1.32) for name, area in areas.items() if name.startswith("rack."))


def test_fronts_face_the_cold_aisle_and_backs_the_hot_ones():
    placement = place_case(hall_h0())
    patches = {patch.name: patch for patch in placement.patches}
    front, back = patches["rack.A1.front"], patches["rack.A1.back"]
    assert (front.axis, front.sign, back.axis, back.sign) == (1, 1, 1, -1)
    assert set(front.cell[:, 1]) == {27}  # the cell beyond y = 2.7 m
    assert set(back.cell[:, 1]) == {14}  # the cell before y = 1.5 m
    assert set(front.face[:, 1]) == {27}
    assert set(back.face[:, 1]) == {15}
    assert set(patches["rack.B1.front"].cell[:, 1]) == {44}
    assert set(patches["supply.floor"].cell[:, 0]) == {0}
    assert set(patches["return.north"].cell[:, 0]) == {29}
    assert set(patches["return.north"].face[:, 0]) == {30}


def test_the_mask_opens_faces_between_fluid_cells_only():
    placement = place_case(hall_h0())
    fluid = placement.fluid
    for axis in range(3):
        is_open = (placement.mask & open_bit(axis)) > 0
        before = np.roll(fluid, 1, axis=2 - axis)
        expected = fluid & before
        np.moveaxis(expected, 2 - axis, 0)[0] = False
        np.testing.assert_array_equal(is_open, expected)


def test_walls_and_patches_are_all_faces_that_are_not_open():
    placement = place_case(hall_h0())
    walls = placement.wall_faces()
    closed = sum(int(placement.closed_faces(axis, side).sum()) for axis in range(3) for side in (-1, 1))
    assert len(walls["area"]) + sum(len(patch.area) for patch in placement.patches) == closed
    room = 2.0 * (6.0 * 7.2 + 6.0 * 3.0 + 7.2 * 3.0)
    racks = 2 * (2.4 * 1.2 + 2 * 1.2 * 2.2 + 2 * 2.4 * 2.2)  # two blocks of four: top, ends, long sides
    floor_under_racks = 2 * 2.4 * 1.2
    patches = sum(patch.total_area for patch in placement.patches)
    assert walls["area"].sum() == pytest.approx(room - floor_under_racks + racks - patches)
    assert walls["distance"] == pytest.approx(0.05)


def test_feature_planes_carry_racks_and_room_walls():
    grid = make_grid(hall_h0())
    x, y, z = place(hall_h0(), grid).feature_planes
    np.testing.assert_allclose(grid.x[x], [0.0, 1.8, 4.2, 6.0])
    np.testing.assert_allclose(grid.y[y], [0.0, 1.5, 2.7, 4.5, 5.7, 7.2])
    np.testing.assert_allclose(grid.z[z], [0.0, 2.2, 3.0])


@pytest.mark.parametrize("case", [hall_h0(), hall_h1(), tiny_hall()], ids=["h0", "h1", "tiny"])
def test_coarser_grids_keep_every_object_exactly(case):
    fine = place_case(case)
    grid = fine.grid
    for _ in range(3):
        grid = coarsen_grid(grid)
        coarse = place(case, grid)
        assert coarse.snapping == []
        assert [patch.name for patch in coarse.patches] == [patch.name for patch in fine.patches]
        for one, other in zip(coarse.patches, fine.patches, strict=True):
            assert one.total_area == pytest.approx(other.total_area)
        assert coarse.balances[0].volume == pytest.approx(fine.balances[0].volume)


def test_balances_hold_flows_and_heat():
    (balance,) = place_case(hall_h0()).balances
    racks = sum(rack.flow for rack in hall_h0().racks)
    assert balance.heat == pytest.approx(32e3)
    assert balance.inflow == pytest.approx(2.05 * racks)
    assert balance.outflow == pytest.approx(racks)
    assert balance.pressure_openings == ["return.south", "return.north"]
    assert balance.volume == pytest.approx(116.928)
