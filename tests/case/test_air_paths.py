"""Air paths from text to model, and what is refused about them."""

from __future__ import annotations

import math

import pytest

from thermal.case.aisle import perforated_plate_loss
from thermal.case.build import case_from_text
from thermal.case.plenums import tile_loss
from thermal.errors import CaseErrors
from thermal.place import place_case

HALL = """\
[room]
size = ["6 m", "4.8 m", "3 m"]
[mesh]
cell = "0.2 m"
[rack.r]
size = ["0.6 m", "1.2 m", "2 m"]
power = "3 kW"
delta_t = "12 K"
[[rack_row]]
name = "A"
type = "r"
count = 4
at = ["2.4 m", "1.2 m"]
along = "+x"
front = "+y"
[[obstacle]]
name = "crah"
from = ["0 m", "1.8 m", "0 m"]
to = ["0.8 m", "3.6 m", "2 m"]
"""
FLOOR = """\
[raised_floor]
height = "0.6 m"
leakage = "20 cm2/m2"
[[supply]]
name = "crah-supply"
on = "crah.bottom"
flow = "1 m3/s"
temperature = "18 degC"
[[return]]
name = "crah-return"
on = "crah.top"
flow = "1 m3/s"
"""
TILES = """\
[[tile]]
name = "T"
at = ["2.4 m", "2.4 m"]
count = 4
open_fraction = "25 %"
[[tile]]
name = "sheet"
at = ["5.2 m", "2.4 m"]
size = ["0.6 m", "0.4 m"]
open_fraction = 0.5
pressure_drop = "12 Pa"
at_flow = "0.24 m3/s"
[[cutout]]
name = "cables"
from = ["3 m", "0.4 m"]
to = ["3.2 m", "0.8 m"]
open_fraction = "30 %"
loss_coefficient = 150
"""
DOOR = '[[door]]\nname = "D"\nfrom = ["5 m", "1 m", "0 m"]\nto = ["5 m", "1.8 m", "2 m"]\n'
CEILING = """\
[ceiling_plenum]
height = "0.4 m"
[[grille]]
name = "G"
at = ["2.4 m", "0.6 m"]
count = 2
along = "+y"
open_fraction = 0.8
[[chimney]]
name = "stack"
racks = ["A2", "A3"]
[[return]]
name = "out"
on = "ceiling_plenum.x+"
"""


def refused(text: str) -> list[str]:
    with pytest.raises(CaseErrors) as caught:
        case_from_text(text)
    return [str(error) for error in caught.value.errors]


def test_a_raised_floor_leaves_everything_else_where_it_was() -> None:
    """z = 0 stays what racks stand on; the slab lies below it."""
    plain, raised = case_from_text(HALL), case_from_text(HALL + FLOOR + TILES)
    assert [rack.box for rack in raised.racks] == [rack.box for rack in plain.racks]
    assert raised.under_floor == 0.6 and raised.low == (0.0, 0.0, -0.6) and raised.room == plain.room
    grid = place_case(raised).grid
    assert grid.z[0] == -0.6 and 0.0 in grid.z and grid.z[-1] == pytest.approx(3.0)


def test_tiles_are_named_along_their_row_and_know_their_loss() -> None:
    case = case_from_text(HALL + FLOOR + TILES)
    tiles = {plate.name: plate for plate in case.plates if plate.kind == "tile"}
    assert list(tiles) == ["T1", "T2", "T3", "T4", "sheet"]
    assert tiles["T2"].box.low == (3.0, 2.4, 0.0) and tiles["T2"].box.high == (3.6, 3.0, 0.0)
    assert tiles["T1"].loss_coefficient == pytest.approx(tile_loss(0.25))
    dynamic = 0.5 * case.air.density * (0.24 / 0.24) ** 2
    assert tiles["sheet"].loss_coefficient == pytest.approx(12.0 / dynamic)
    (cables,) = [plate for plate in case.plates if plate.kind == "cutout"]
    assert cables.loss_coefficient == 150.0
    (leak,) = [plate for plate in case.plates if plate.kind == "leak"]
    assert leak.loss_coefficient == pytest.approx(perforated_plate_loss(0.002))


def test_the_floor_is_closed_but_for_what_lies_in_it() -> None:
    """Tiles and cut-outs keep their faces, the leak takes what is left of the floor beside racks and coolers."""
    placement = place_case(case_from_text(HALL + FLOOR + TILES))
    area = {sheet.name: float(sheet.area.sum()) for sheet in placement.sheets}
    assert area["tile.T1"] == pytest.approx(0.36) and area["cutout.cables"] == pytest.approx(0.08)
    stands = 4 * 0.6 * 1.2 + 0.8 * 1.8
    assert area["leak.floor"] == pytest.approx(6.0 * 4.8 - stands - 4 * 0.36 - 0.24 - 0.08)
    assert placement.region_count == 1
    sealed = place_case(case_from_text(HALL + FLOOR.replace('leakage = "20 cm2/m2"\n', "") + TILES))
    assert {sheet.name for sheet in sealed.sheets} == set(area) - {"leak.floor"}
    assert sealed.region_count == 1


def test_a_rack_with_a_chimney_blows_out_through_its_top() -> None:
    case = case_from_text(HALL + CEILING)
    assert [rack.exhaust for rack in case.racks] == ["back", "top", "top", "back"]
    placement = place_case(case)
    backs = {patch.name: (patch.axis, patch.sign) for patch in placement.patches if patch.kind == "back"}
    assert backs["rack.A2.back"] == (2, 1) and backs["rack.A1.back"] == (1, -1)
    assert {sheet.name for sheet in placement.sheets} == {"grille.G1", "grille.G2", "mouth.stack.A2", "mouth.stack.A3"}


@pytest.mark.parametrize("leakage", [0.0, 0.01])
def test_a_chimney_over_an_aisle_opens_the_roof_it_stands_on(leakage: float) -> None:
    roof = '[[containment]]\nname = "roof"\nkind = "roof"\nfrom = ["2.4 m", "0 m", "2 m"]\nto = ["4.8 m", "1.2 m", "2 m"]\n'
    roof += f"leakage = {leakage}\n"
    duct = '[[chimney]]\nname = "hot"\nfrom = ["3 m", "0.4 m"]\nto = ["4 m", "0.8 m"]\nbottom = "2 m"\n'
    placement = place_case(
        case_from_text(HALL + CEILING.replace('[[chimney]]\nname = "stack"\nracks = ["A2", "A3"]\n', "") + roof + duct)
    )
    names = {sheet.name: float(sheet.area.sum()) for sheet in placement.sheets}
    assert names["mouth.hot"] == pytest.approx(0.4) and names["foot.hot"] == pytest.approx(0.4)
    assert names.get("plate.roof", 0.0) == pytest.approx(2.4 * 1.2 - 0.4 if leakage else 0.0)


@pytest.mark.parametrize(
    ("state", "share"), [('state = "open"', 1.0), ('state = "ajar"\ngap = "0.1 m"', 0.125), ('leakage = "2 %"', 0.02), ("", 0.0)]
)
def test_doors(state: str, share: float) -> None:
    (plate,) = [plate for plate in case_from_text(HALL + DOOR + state).plates if plate.name == "D"]
    assert plate.open_fraction == pytest.approx(share)
    assert plate.loss_coefficient == (0.0 if share == 1.0 else perforated_plate_loss(share))
    assert math.isinf(plate.loss_coefficient) == (share == 0.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HALL + TILES, "a tile in the floor, but no plenum behind it; accepted: [raised_floor]"),
        (HALL + CEILING.replace('[ceiling_plenum]\nheight = "0.4 m"\n', ""), "a grille in the ceiling, but no plenum behind it"),
        (HALL + FLOOR.replace("0.6 m", "5 cm"), "a plenum of 0.05 m is lost between cells of 0.2 m"),
        (HALL + '[raised_floor]\nleakage = "1 %"\n', "[raised_floor] has no height"),
        (HALL + FLOOR + TILES.replace('at = ["2.4 m", "2.4 m"]', 'at = ["4.4 m", "2.4 m"]'), "tile T3 reaches outside the room"),
        (HALL + FLOOR + TILES.replace('at_flow = "0.24 m3/s"\n', ""), "tile sheet has a pressure_drop but no at_flow"),
        (HALL + FLOOR + TILES + 'at_flow = "1 m3/s"\n', "cutout cables has a at_flow but no pressure_drop"),
        (HALL + FLOOR + TILES.replace("open_fraction = 0.5", "open_fraction = 0.5\nloss_coefficient = 3"), "a pressure_drop"),
        (HALL + FLOOR + TILES.replace("count = 4", 'count = 4\npitch = "0.3 m"'), "a pitch of 0.3 m overlaps"),
        (HALL + FLOOR + TILES.replace('open_fraction = "25 %"', ""), "open_fraction: missing"),
        (HALL + FLOOR + TILES.replace('"25 %"', '"0 %"'), "out of range"),
        (HALL + FLOOR + TILES.replace('name = "sheet"', 'name = "T1"'), "tile T1 has the name of tile T1"),
        (HALL + FLOOR + TILES.replace('at = ["5.2 m", "2.4 m"]', 'at = ["4.4 m", "2.4 m"]'), "tile.sheet lies on tile.T4"),
        (HALL + FLOOR + '[[supply]]\nname = "s"\non = "floor"\nflow = "1 m3/s"\ntemperature = "18 degC"\n', "behind which"),
        (HALL + '[[return]]\nname = "r"\non = "raised_floor.x+"\n', 'no surface "raised_floor.x+"'),
        (HALL + CEILING.replace('racks = ["A2", "A3"]', 'racks = ["A2", "B"]'), 'no rack or row "B"'),
        (HALL + CEILING.replace('racks = ["A2", "A3"]', 'racks = ["A", "A3"]'), "rack A3 has a second chimney"),
        (HALL + CEILING.replace('racks = ["A2", "A3"]', 'racks = ["A"]\nbottom = "2 m"'), "stands over racks and a rectangle"),
        (HALL + CEILING.replace('racks = ["A2", "A3"]', 'bottom = "2 m"'), "stands over nothing that is whole"),
        (HALL + DOOR + 'state = "ajar"\n', "without a gap"),
        (HALL + DOOR + 'gap = "1 m"\n', "a gap, but"),
        (HALL + DOOR.replace('"5 m", "1.8', '"6 m", "1.8'), "door D has a volume"),
        (HALL + FLOOR + '[[leak]]\nname = "L"\nfrom = ["1 m", "1 m"]\nto = ["7 m", "2 m"]\narea = "1 %"\n', "1 m to 7 m in x"),
        (HALL + FLOOR + TILES + '[[assert]]\nwhat = "tile.X*.flow"\nmin = "0.1 m3/s"\n', 'no tile "X*"'),
        (HALL + FLOOR + TILES + '[[assert]]\nwhat = "plenum.ceiling_plenum.pressure"\nmin = "1 Pa"\n', "no plenum"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_once_with_its_place(text: str, message: str) -> None:
    def found() -> list[str]:
        try:
            place_case(case_from_text(text))
        except CaseErrors as errors:
            return [str(error) for error in errors.errors]
        return []

    messages = found()
    assert any(message in line for line in messages), messages
    assert all(line.startswith("case.toml") for line in messages)
    assert len(messages) <= 4


def test_a_porous_zone_knows_its_resistance() -> None:
    tray = '[[porous]]\nname = "tray"\nfrom = ["1 m", "1 m", "2.6 m"]\nto = ["5 m", "2 m", "2.8 m"]\n'
    (zone,) = case_from_text(HALL + tray + 'loss_per_length = ["3 1/m", "4 1/m", "5 1/m"]\npower = "1 kW"\n').zones
    assert (zone.quadratic, zone.linear, zone.power) == ((3.0, 4.0, 5.0), (0.0, 0.0, 0.0), 1000.0)
    case = case_from_text(HALL + tray + 'porosity = 0.5\ndiameter = "20 mm"\n')
    (zone,) = case.zones
    assert zone.quadratic[0] == pytest.approx(3.5 * 0.5 / (0.125 * 0.03))
    assert zone.linear[2] == pytest.approx(150 * case.air.kinematic_viscosity * 0.25 / (0.125 * 0.03**2))
    for wrong, message in (
        ("", "zone tray has no resistance"),
        ('porosity = 0.5\n', "zone tray has no resistance"),
        ('loss_per_length = ["3 1/m", "4 1/m", "5 1/m"]\ndiameter = "1 cm"\n', "loss_per_length and diameter together"),
        ('loss_per_length = ["3", "4 1/m", "5 1/m"]\n', "1/m"),
    ):  # fmt: skip
        assert any(message in line for line in refused(HALL + tray + wrong))


def test_a_warm_floor_is_warm_beside_its_tiles() -> None:
    """[[wall]] on a raised floor: its upper side, without what is open or stood on."""
    wall = '[[wall]]\nname = "warm"\non = "floor"\nheat_flux = "20 W/m2"\n'
    placement = place_case(case_from_text(HALL + FLOOR.replace('leakage = "20 cm2/m2"\n', "") + TILES + wall))
    (patch,) = [patch for patch in placement.patches if patch.name == "wall.warm"]
    stands = 4 * 0.6 * 1.2 + 0.8 * 1.8
    assert patch.total_area == pytest.approx(6.0 * 4.8 - stands - 4 * 0.36 - 0.24 - 0.08)
