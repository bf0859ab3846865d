"""Any boxes in a room: areas are those of the snapped boxes, nothing is lost, power and flow are kept."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.builders import empty_room, obstacle, outlet, plate, supply
from thermal.errors import CaseErrors
from thermal.place import make_grid, place

ROOM = (2.0, 3.0, 2.5)


@st.composite
def spans(draw, length, least):
    low = draw(st.floats(0.0, length - least))
    return low, draw(st.floats(low + least, length))


@st.composite
def boxes(draw, least=0.05):
    rows = [draw(spans(ROOM[axis], least)) for axis in range(3)]
    return tuple(row[0] for row in rows), tuple(row[1] for row in rows)


@st.composite
def plates(draw, name):
    axis = draw(st.integers(0, 2))
    low, high = (list(corner) for corner in draw(boxes(0.2)))
    high[axis] = low[axis]
    porous = draw(st.booleans())
    return plate(name, tuple(low), tuple(high), 0.3, 25.0) if porous else plate(name, tuple(low), tuple(high))


@st.composite
def rooms(draw):
    obstacles = tuple(
        obstacle(f"o{n}", *draw(boxes()), draw(st.sampled_from([0.0, 100.0]))) for n in range(draw(st.integers(0, 3)))
    )
    sheets = tuple(draw(plates(f"p{n}")) for n in range(draw(st.integers(0, 2))))
    (y0, y1), (z0, z1) = draw(spans(3.0, 0.3)), draw(spans(2.5, 0.3))
    openings = (
        supply("in", (0.0, y0, z0), (0.0, y1, z1), 0, +1, 0.5),
        outlet("out", (2.0, 0.4, 0.4), (2.0, 2.6, 2.1), 0, -1),
    )
    return empty_room(ROOM, draw(st.sampled_from([0.15, 0.2, 0.25])), obstacles=obstacles, plates=sheets, openings=openings)


def placed(case):
    try:
        return place(case, make_grid(case))
    except CaseErrors:
        assume(False)


@settings(max_examples=150, deadline=None)
@given(rooms())
def test_invariants_of_a_placement(case):
    placement = placed(case)
    grid, fluid = placement.grid, placement.fluid
    total = sum(placement.balances[n].cells for n in range(placement.region_count))
    assert total == placement.fluid_cells == (placement.region > 0).sum()
    np.testing.assert_array_equal(placement.region > 0, fluid)
    np.testing.assert_allclose(sum(b.volume for b in placement.balances), grid.volumes()[fluid].sum())

    # every face of a fluid cell is exactly one of: open, wall, patch (a skin is a wall and a patch)
    walls = placement.wall_faces()
    faces = {(*cell, axis, side) for cell, axis, side in zip(walls["cell"].tolist(), walls["axis"], walls["side"], strict=True)}
    assert len(faces) == len(walls["area"])
    for patch in placement.patches:
        own = {(*cell, patch.axis, -patch.sign) for cell in patch.cell.tolist()}
        assert len(own) == len(patch.cell)
        assert own <= faces if patch.kind == "skin" else own.isdisjoint(faces)
        assert fluid[tuple(patch.cell.T)].all()
        np.testing.assert_allclose(patch.area, np.broadcast_to(grid.face_areas(patch.axis), grid.shape)[tuple(patch.cell.T)])
    solid_sides = 2 * sum(ROOM[a] * ROOM[b] for a, b in ((0, 1), (0, 2), (1, 2)))
    assert walls["area"].sum() + sum(p.total_area for p in placement.patches if p.kind != "skin") >= 0.0
    if not case.obstacles and all(np.isfinite(p.loss_coefficient) for p in case.plates):
        np.testing.assert_allclose(walls["area"].sum() + sum(p.total_area for p in placement.patches), solid_sides)

    # power and flow are kept whatever the grid did to the areas
    np.testing.assert_allclose(sum(b.heat for b in placement.balances), sum(o.power for o in case.obstacles), atol=1e-9)
    np.testing.assert_allclose(sum(b.inflow for b in placement.balances), 0.5)


@settings(max_examples=60, deadline=None)
@given(rooms())
def test_an_opening_has_the_area_of_its_snapped_box(case):
    case = empty_room(ROOM, case.mesh.cell, openings=case.openings)
    placement = placed(case)
    for patch in placement.patches:
        box = patch.object.box
        planes = [(placement.grid.planes(a)[placement.grid.nearest_plane(a, box.low[a])],
                   placement.grid.planes(a)[placement.grid.nearest_plane(a, box.high[a])]) for a in (1, 2)]  # fmt: skip
        assert np.isclose(patch.total_area, np.prod([high - low for low, high in planes]))
        asked = np.prod([box.high[a] - box.low[a] for a in (1, 2)])
        changed = [row for row in placement.snapping if row.name == patch.name and row.quantity == "area"]
        assert bool(changed) == (abs(patch.total_area - asked) > 1e-6 * asked)
