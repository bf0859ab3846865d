"""Round obstacles, STL files and materials: from text to model, on a grid, and what is refused."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import pytest

from thermal.bodies import signed_volume
from thermal.case.build import case_from_text, load_case
from thermal.case.model import Cylinder, Material, Surface
from thermal.case.stl import StlError, check_closed, parse_stl, read_stl
from thermal.errors import CaseErrors
from thermal.place import Placement, place_case

ROOM = """\
[room]
size = ["2 m", "2 m", "2 m"]
[mesh]
cell = "{cell} m"
[[wall]]
name = "floor"
on = "floor"
temperature = "20 degC"
"""
COLUMN = '[[obstacle]]\nname = "column"\nfrom = ["0.6 m", "0.6 m", "0 m"]\nto = ["1.2 m", "1.2 m", "2 m"]\nround = "z"\n'


def hall(cell: float, more: str) -> str:
    return ROOM.format(cell=cell) + more


def refused(text: str) -> list[str]:
    with pytest.raises(CaseErrors) as caught:
        case_from_text(text)
    return [str(error) for error in caught.value.errors]


def cube(low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Twelve triangles."""
    triangles = []
    for axis in range(3):
        for end in (low, high):
            corners = []
            for a, b in ((low, low), (high, low), (high, high), (low, high)):
                corner = [0.0, 0.0, 0.0]
                corner[axis], corner[(axis + 1) % 3], corner[(axis + 2) % 3] = end, a, b
                corners.append(corner)
            if end == low:
                corners.reverse()
            triangles += [[corners[0], corners[1], corners[2]], [corners[0], corners[2], corners[3]]]
    return np.array(triangles)


def sphere(radius: float, middle: float, parts: int = 24) -> np.ndarray:
    """A ball of flat pieces."""

    def point(i: int, j: int) -> tuple[float, float, float]:
        a, b = math.pi * i / parts, math.pi * (j % (2 * parts)) / parts
        sine = 0.0 if i in (0, parts) else math.sin(a)
        return (middle + radius * sine * math.cos(b), middle + radius * sine * math.sin(b), middle + radius * math.cos(a))

    triangles = []
    for i in range(parts):
        for j in range(2 * parts):
            a, b, c, d = point(i, j), point(i + 1, j), point(i + 1, j + 1), point(i, j + 1)
            triangles += [(a, b, c), (a, c, d)]
    return np.array(triangles)


def binary(triangles: np.ndarray) -> bytes:
    """A binary STL file."""
    head = b"made for a test".ljust(80, b"\0") + struct.pack("<I", len(triangles))
    return head + b"".join(struct.pack("<12fH", 0, 0, 0, *triangle.ravel(), 0) for triangle in triangles)


def ascii_stl(triangles: np.ndarray) -> bytes:
    """An ASCII STL file."""
    lines = ["solid test"]
    for triangle in triangles:
        lines += [" facet normal 0 0 0", "  outer loop", *(f"   vertex {x:.9e} {y:.9e} {z:.9e}" for x, y, z in triangle)]
        lines += ["  endloop", " endfacet"]
    return "\n".join([*lines, "endsolid test", ""]).encode()


def solid_volume(placement: Placement) -> float:
    return float(placement.grid.volumes()[~placement.fluid].sum())


@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_a_column_keeps_its_volume_and_its_area_and_is_symmetric(axis: str) -> None:
    low, high = ["0.6 m"] * 3, ["1.2 m"] * 3
    low["xyz".index(axis)], high["xyz".index(axis)] = "0 m", "2 m"
    text = f'[[obstacle]]\nname = "c"\nfrom = {low}\nto = {high}\nround = "{axis}"\n'.replace("'", '"')
    case = case_from_text(hall(0.05, text))
    assert case.obstacles[0].body == Cylinder("xyz".index(axis), (pytest.approx(0.9), pytest.approx(0.9)), pytest.approx(0.3))
    placement = place_case(case)
    assert solid_volume(placement) == pytest.approx(math.pi * 0.09 * 2.0, rel=0.03)
    across = (~placement.fluid).any(axis=2 - "xyz".index(axis))
    block = across[12:24, 12:24]
    assert block.any() and not across.sum() - block.sum()
    for turned in (block.T, block[::-1], block[:, ::-1]):
        assert (block == turned).all()
    assert any("area seen along" in str(row) for row in placement.snapping)


def test_a_round_obstacle_warms_the_air_through_all_its_skin() -> None:
    placement = place_case(case_from_text(hall(0.1, COLUMN + 'power = "100 W"\n')))
    skins = [patch for patch in placement.patches if patch.name == "obstacle.column.skin"]
    assert {(patch.axis, patch.sign) for patch in skins} == {(0, 1), (0, -1), (1, 1), (1, -1)}
    assert sum(patch.total_area for patch in skins) == pytest.approx(4 * 0.6 * 2.0)
    for patch in skins:
        assert placement.fluid[tuple(patch.cell.T)].all()


def test_one_too_thin_for_any_cell_says_so() -> None:
    placement = place_case(case_from_text(hall(0.5, COLUMN.replace("1.2 m", "0.62 m"))))
    assert placement.fluid.all()
    assert any("too thin for the grid" in str(row) for row in placement.snapping)


@pytest.mark.parametrize("write", [binary, ascii_stl])
def test_a_ball_from_a_file_keeps_its_volume(write, tmp_path: Path) -> None:
    ball = sphere(0.5, 0.0)
    (tmp_path / "ball.stl").write_bytes(write(1000.0 * ball))
    text = '[[obstacle]]\nname = "ball"\nstl = "ball.stl"\nscale = "1 mm"\nat = ["1 m", "1 m", "1 m"]\n'
    (tmp_path / "case.toml").write_text(hall(0.1, text))
    case = load_case(tmp_path)
    body = case.obstacles[0].body
    assert isinstance(body, Surface)
    assert signed_volume(body.triangles) == pytest.approx(signed_volume(ball), rel=1e-5)
    assert signed_volume(ball) == pytest.approx(math.pi / 6.0, rel=0.01)
    assert solid_volume(place_case(case)) == pytest.approx(math.pi / 6.0, rel=0.05)


def test_a_box_from_a_file_is_that_box(tmp_path: Path) -> None:
    (tmp_path / "cube.stl").write_bytes(binary(cube()))
    text = '[[obstacle]]\nname = "cube"\nstl = "cube.stl"\nat = ["0.4 m", "0.6 m", "0 m"]\n'
    (tmp_path / "case.toml").write_text(hall(0.2, text))
    placement = place_case(load_case(tmp_path))
    expected = np.zeros(placement.grid.shape, bool)
    expected[0:5, 3:8, 2:7] = True
    assert ((~placement.fluid) == expected).all()
    assert not [row for row in placement.snapping if row.name == "obstacle.cube"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (binary(cube()[:-1]), "is not watertight: 3 edges"),
        (binary(cube())[:-7], "neither binary nor ASCII"),
        (b"solid x\nendsolid x\n", "holds no triangle"),
        (b"solid x\nfacet normal 0 0 0\nouter loop\nvertex 0 0\n", "1 facets but 0 readable corners"),
        (ascii_stl(cube()).replace(b"1.000000000e+00", b"1e999"), "no coordinates"),
        (binary(cube()).replace(struct.pack("<f", 1.0), struct.pack("<f", math.nan)), "no coordinates"),
        (b"\0" * 80 + struct.pack("<I", 0xFFFFFFFF), "neither binary nor ASCII"),
        (b"", "neither binary nor ASCII"),
        (binary(cube() * [1.0, 1.0, 0.0]), "has no volume"),
    ],
)
def test_files_that_are_no_closed_surface_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(StlError, match=message):
        check_closed(parse_stl(data))


def test_files_stay_under_the_folder_of_the_case(tmp_path: Path) -> None:
    inside = tmp_path / "case"
    inside.mkdir()
    (tmp_path / "cube.stl").write_bytes(binary(cube()))
    (inside / "link.stl").symlink_to(tmp_path / "cube.stl")
    (inside / "folder.stl").mkdir()
    for name, message in (
        ("../cube.stl", "outside"), ("/etc/hostname", "outside"), ("link.stl", "outside"), ("folder.stl", "no regular file"),
        ("none.stl", "does not exist"), ("a\0b.stl", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(StlError, match=message):
            read_stl(inside, name)
    (inside / "case.toml").write_text(hall(0.2, '[[obstacle]]\nname = "o"\nstl = "../cube.stl"\n'))
    with pytest.raises(CaseErrors) as caught:
        load_case(inside)
    assert str(caught.value.errors[0]).startswith("case.toml:11  obstacle[0].stl")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (COLUMN.replace('"1.2 m", "1.2 m"', '"1.2 m", "1.4 m"'), "is 0.6 m by 0.8 m across"),
        (COLUMN + 'scale = "1 mm"\n', "scale belongs to an stl"),
        ('[[obstacle]]\nname = "o"\n', "needs from and to"),
        ('[[obstacle]]\nname = "o"\nstl = "x.stl"\n', "a case that is no file"),
        ('[[obstacle]]\nname = "o"\nstl = "x.stl"\nround = "z"\n', "round beside the stl"),
        (COLUMN.replace("1.2 m", "0.6 m", 1).replace('round = "z"\n', 'conductivity = "2 W/(m K)"\n'), "cannot conduct"),
        ('[[wall]]\nname = "w"\non = "x-"\noutside_temperature = "5 degC"\nthickness = ["1 m"]\n', "1 thicknesses, 0 cond"),
        ('[[wall]]\nname = "w"\non = "x-"\ntemperature = "5 degC"\nthickness = ["1 m"]\n', "has no outside_temperature"),
        ('[[wall]]\nname = "w"\non = "x-"\ntemperature = "5 degC"\noutside_temperature = "5 degC"\n', "together"),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, message: str) -> None:
    messages = refused(hall(0.2, text))
    assert len(messages) == 1 and message in messages[0] and messages[0].startswith("case.toml:")


def test_materials_and_layers() -> None:
    text = COLUMN.replace('round = "z"\n', 'conductivity = "2.1 W/(m K)"\ndensity = "2300 kg/m3"\n')
    sun = '[[wall]]\nname = "w"\non = "x-"\noutside_temperature = "35 degC"\nthickness = ["0.2 m", "8 cm"]\n'
    case = case_from_text(hall(0.2, text + sun + 'conductivity = ["2 W/(m K)", "0.04 W/mK"]\nfilm_coefficient = "20 W/(m2 K)"\n'))
    assert case.obstacles[0].material == Material(2.1, 2300.0, 1000.0)
    assert case.walls[1].resistance == pytest.approx(0.1 + 2.0 + 0.05)
    assert case.walls[1].temperature == pytest.approx(308.15)
