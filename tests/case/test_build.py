"""From a valid text to the model: rows, flows, openings, containment, and every field of the model within reach."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass

import pytest

from tests.builders import hall_h0, hall_h1
from tests.case.texts import VALID, edited
from thermal.case import model
from thermal.case.aisle import perforated_plate_loss
from thermal.case.build import case_from_text, load_case

FULL = """\
[case]
title = "every key"
[site]
altitude = "500 m"
[air]
density = "1.1 kg/m3"
heat_capacity = "1.007 kJ/(kg K)"
kinematic_viscosity = "16 mm2/s"
prandtl = 0.7
expansion = "0.0033 1/K"
reference_temperature = "22 degC"
pressure = "95 kPa"
gravity = "9.8 m/s2"
[room]
size = ["10 m", "8 m", "4 m"]
[mesh]
cell = "0.2 m"
stretching = 1.2
[[mesh.refine]]
name = "aisle"
from = ["2 m", "2 m", "0 m"]
to = ["4 m", "4 m", "2 m"]
cell = "0.1 m"
[flow]
turbulence = "constant"
scheme = "upwind"
buoyancy = false
turbulent_prandtl = 0.8
constant_viscosity = "0.01 m2/s"
zero_equation = "chen-xu"
wall_distance = "room"
thermal_wall_function = "none"
buoyancy_production = "sgdh"
roughness_e = 9.0
kappa = 0.4
initial_temperature = "25 degC"
periodic = ["y"]
bulk_velocity = ["0 m/s", "0.1 m/s", "0 m/s"]
temperature_gradient = "0.2 K/m"
[solve]
iterations = 100
wall_time = "1 h"
[limits]
class = "A3"
[rack.r]
size = ["0.6 m", "1 m", "2 m"]
power = "5 kW"
liquid_share = 0.2
airflow = "0.07 m3/s/kW"
turbulence_intensity = "8 %"
turbulence_length = "6 cm"
[[rack_row]]
name = "A"
type = "r"
count = 2
at = ["4 m", "4 m", "0.1 m"]
along = "-y"
front = "-x"
pitch = "0.8 m"
power = ["4 kW", "6 kW"]
[[supply]]
name = "wall"
on = "x-"
from = ["1 m", "0.5 m"]
to = ["3 m", "1.5 m"]
temperature = "18 degC"
humidity = "55 %"
flow_per_area = "0.25 m/s"
open_fraction = 0.5
turbulence_intensity = "4 %"
turbulence_length = "7 cm"
[[supply]]
name = "relief"
on = "unit.top"
temperature = "19 degC"
humidity = "8 degC"
pressure = "5 Pa"
loss_coefficient = 2
[[return]]
name = "out"
on = "ceiling"
from = ["5 m", "5 m"]
to = ["6 m", "6 m"]
flow = "1800 m3/h"
temperature = "30 degC"
humidity = "7 g/kg"
[[humidifier]]
name = "steam"
moisture = "2 kg/h"
from = ["1 m", "1 m", "1 m"]
to = ["2 m", "2 m", "2 m"]
[[humidifier]]
name = "duct"
moisture = "0.5 g/s"
supply = "wall"
[tracers]
solve = true
supplies = ["wall"]
racks = ["A1"]
age_of_air = false
fields = true
[[tracers.local]]
name = "west"
rows = ["A"]
supplies = ["wall"]
returns = ["out"]
[[containment]]
name = "mesh"
kind = "panel"
from = ["6 m", "1 m", "0 m"]
to = ["6 m", "2 m", "2 m"]
leakage = "30 %"
[[containment]]
name = "curtain"
kind = "door"
from = ["7 m", "1 m", "0 m"]
to = ["7 m", "2 m", "2 m"]
loss_coefficient = 12
[[obstacle]]
name = "unit"
from = ["8 m", "6 m", "0 m"]
to = ["9 m", "7 m", "2 m"]
power = "2 kW"
[[obstacle]]
name = "screen"
from = ["8 m", "1 m", "0 m"]
to = ["8 m", "2 m", "2 m"]
[[wall]]
name = "sun"
on = "x+"
from = ["1 m", "0.5 m"]
to = ["5 m", "3 m"]
heat_flux = "15 W/m2"
[[wall]]
name = "glass"
on = "ceiling"
temperature = "12 degC"
[time]
end = "5 min"
start = "rest"
step = "0.2 s"
largest_cfl = 3
tolerance = 0.01
record_every = "10 s"
average_from = "1 min"
[[probe]]
name = "corner"
at = ["9 m", "1 m", "2 m"]
what = "velocity"
[[probe]]
name = "front"
surface = "rack.A1"
[[event]]
name = "failure"
at = "30 s"
object = "supply.wall"
flow = "0 m3/s"
ramp = "5 s"
[raised_floor]
height = "0.5 m"
[[tile]]
name = "T"
at = ["1 m", "1 m"]
open_fraction = "25 %"
[[obstacle]]
name = "column"
from = ["0 m", "6 m", "0 m"]
to = ["1 m", "7 m", "2 m"]
round = "z"
conductivity = "2 W/(m K)"
[[wall]]
name = "outside"
on = "x-"
from = ["1 m", "0.5 m"]
to = ["2 m", "3 m"]
outside_temperature = "5 degC"
thickness = ["0.2 m"]
conductivity = ["2 W/(m K)"]
[[porous]]
name = "tray"
from = ["1 m", "1 m", "2.8 m"]
to = ["2 m", "2 m", "3 m"]
porosity = 0.5
diameter = "2 cm"
[[assert]]
name = "warm"
what = "rack.A1.inlet_mean"
min = "15 degC"
max = "30 degC"
"""


def test_hall_h0_is_the_hall_of_the_comparison() -> None:
    """The case file, and the same hall built number by number in tests/builders.py from its description."""
    same_hall(load_case("cases/openfoam-h0"), hall_h0())


def test_hall_h1_is_the_hall_of_the_comparison() -> None:
    case = load_case("cases/openfoam-h1")
    same_hall(case, hall_h1())
    assert case.openings[0].flow == pytest.approx(35.0836, abs=5e-5)
    assert case.racks[0].flow == pytest.approx(2.08831, abs=5e-6)


def same_hall(case: model.Case, wanted: model.Case) -> None:
    assert case.room == wanted.room
    assert case.air == wanted.air
    assert case.flow.turbulence == wanted.flow.turbulence
    assert case.flow.initial_temperature == wanted.flow.initial_temperature
    assert [rack.name for rack in case.racks] == [rack.name for rack in wanted.racks]
    for mine, other in zip(case.racks, wanted.racks, strict=True):
        assert mine.box.low == pytest.approx(other.box.low) and mine.box.high == pytest.approx(other.box.high)
        assert (mine.axis, mine.sign, mine.power) == (other.axis, other.sign, other.power)
        assert (mine.turbulence_intensity, mine.turbulence_length) == (other.turbulence_intensity, other.turbulence_length)
        assert mine.flow == pytest.approx(other.flow, rel=1e-12)
    for opening, wanted_opening in zip(case.openings, wanted.openings, strict=True):
        assert opening.box == wanted_opening.box
        assert (opening.kind, opening.axis, opening.sign) == (wanted_opening.kind, wanted_opening.axis, wanted_opening.sign)
        assert opening.flow == (None if wanted_opening.flow is None else pytest.approx(wanted_opening.flow, rel=1e-12))


def test_rows_run_from_their_corner() -> None:
    case = case_from_text(FULL)
    first, second = case.racks
    assert (first.name, second.name) == ("A1", "A2")
    # along -y with a pitch of 0.8 m: 0.2 m stay open between racks 0.6 m wide; the depth of 1 m lies in x
    assert first.box == model.Box((4.0, 3.4, 0.1), (5.0, 4.0, 2.1))
    assert second.box == model.Box((4.0, 2.6, 0.1), (5.0, 3.2, 2.1))
    assert (first.axis, first.sign) == (0, -1)
    assert (first.power, second.power) == (4e3, 6e3)
    assert second.flow == pytest.approx(0.07 * 6.0 * 0.8)
    assert second.air_power == pytest.approx(4.8e3)


def test_neighbours_share_their_plane_to_the_last_bit() -> None:
    racks = case_from_text(edited(("count = 4", "count = 6"), ('at = ["1.8 m", "1.5 m"]', 'at = ["1.7 m", "1.5 m"]'))).racks
    assert all(a.box.high[0] == b.box.low[0] for a, b in zip(racks[:5], racks[1:6], strict=True))


def test_ratio_is_shared_by_area() -> None:
    two = (
        '\n[[supply]]\nname = "more"\non = "x+"\nfrom = ["2 m", "0 m"]\nto = ["4 m", "1 m"]\n'
        'temperature = "18 degC"\nflow_ratio = 1.05\n'
    )
    case = case_from_text(VALID + two)
    tiles, more = (opening for opening in case.openings if opening.kind == "supply")
    assert tiles.flow is not None and more.flow is not None
    assert tiles.flow + more.flow == pytest.approx(1.05 * sum(rack.flow for rack in case.racks))
    assert tiles.flow / more.flow == pytest.approx(2.4 * 1.8 / 2.0)
    assert (more.axis, more.sign) == (0, -1)


def test_openings_on_walls_and_obstacles() -> None:
    wall, relief, out = case_from_text(FULL).openings
    assert wall.box == model.Box((0.0, 1.0, 0.5), (0.0, 3.0, 1.5)) and (wall.axis, wall.sign) == (0, 1)
    assert wall.flow == pytest.approx(0.25 * 2.0)
    assert relief.box == model.Box((8.0, 6.0, 2.0), (9.0, 7.0, 2.0)) and (relief.axis, relief.sign) == (2, 1)
    assert relief.flow is None and relief.pressure == 5.0
    assert out.flow == pytest.approx(0.5) and out.temperature == pytest.approx(303.15)


def test_a_return_without_flow_is_a_pressure_opening() -> None:
    south = case_from_text(VALID).openings[1]
    assert south.flow is None and south.pressure == 0.0 and south.temperature == pytest.approx(297.15)


def test_sheets() -> None:
    plates = {plate.name: plate for plate in case_from_text(FULL).plates}
    assert plates["mesh"].loss_coefficient == pytest.approx(perforated_plate_loss(0.3))
    assert plates["curtain"].loss_coefficient == 12.0
    assert math.isinf(plates["screen"].loss_coefficient) and plates["screen"].open_fraction == 0.0


def test_perforated_plate() -> None:
    """The correlation's limits: closed plates stop the flow, open ones do nothing, and small holes lose (1.707/f)^2."""
    assert math.isinf(perforated_plate_loss(0.0))
    assert perforated_plate_loss(1.0) == 0.0
    assert perforated_plate_loss(1e-4) * 1e-8 == pytest.approx(1.707**2, rel=1e-3)


AISLE = '\n[[containment]]\nname = "aisle"\nkind = "cold-aisle"\nrows = ["B", "A"]\n'
ROOF = edited(
    ('[[containment]]\nname = "roof"\nkind = "roof"\nfrom = ["1.8 m", "2.7 m", "2.4 m"]\nto = ["4.2 m", "4.5 m", "2.4 m"]\n', "")
)


def test_an_aisle_is_closed_by_roof_and_doors() -> None:
    plates = {plate.name: plate.box for plate in case_from_text(ROOF + AISLE).plates}
    assert plates == {
        "aisle.roof": model.Box((1.8, 2.7, 2.2), (4.2, 4.5, 2.2)),
        "aisle.door-low": model.Box((1.8, 2.7, 0.0), (1.8, 4.5, 2.2)),
        "aisle.door-high": model.Box((4.2, 2.7, 0.0), (4.2, 4.5, 2.2)),
    }


def test_an_aisle_up_to_the_ceiling_has_panels_and_no_roof() -> None:
    plates = {plate.name: plate.box for plate in case_from_text(ROOF + AISLE + 'height = "3 m"\ndoors = ["x+"]\n').plates}
    assert set(plates) == {"aisle.door-high", "aisle.panel-A-1", "aisle.panel-B-1"}
    assert plates["aisle.panel-A-1"] == model.Box((1.8, 2.7, 2.2), (4.2, 2.7, 3.0))


def test_an_aisle_closes_the_gaps_of_its_rows() -> None:
    text = edited(("count = 4", "count = 2")).replace("count = 2", 'count = 2\npitch = "1.5 m"', 1)
    case = case_from_text(text.replace('name = "roof"\nkind = "roof"', 'name = "slab"\nkind = "roof"') + AISLE)
    panels = sorted(plate.box.low[0] for plate in case.plates if plate.name.startswith("aisle.panel-A"))
    assert panels == [2.4, 3.9]  # between A1 and A2, and from A2 to the end of row B


def reachable(value: object, seen: dict[str, set[object]]) -> dict[str, set[object]]:
    """Values of every field of every dataclass in a model, by "Class.field"."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            inner = getattr(value, field.name)
            seen.setdefault(f"{type(value).__name__}.{field.name}", set()).add(repr(inner))
            reachable(inner, seen)
    elif isinstance(value, tuple):
        for item in value:
            reachable(item, seen)
    return seen


def test_every_field_of_the_model_can_be_set() -> None:
    """A field that has the same value in a full case and in a plain one is out of a user's reach, or not in FULL."""
    full, plain = reachable(case_from_text(FULL, name="full"), {}), reachable(case_from_text(VALID), {})
    fixed = {
        "Case.path": "the file",
        "Turbulence.zero_equation": "one choice so far",
        "Flow.body_force": "never beside a bulk velocity",
        "Flow.density": "an ideal gas has no expansion of its own and is not driven: test_density_can_be_chosen",
        "Case.bodies": "in cases of their own: test_movers",
        "Case.liquid": "in cases of their own: test_liquid",
        "Rack.is_through": "the same",
        "Opening.kind": "both cases have both",
        "Opening.sign": "both cases have both",
        "Case.over_ceiling": "the full case has a return in its ceiling: test_air_paths",
        "Rack.exhaust": "a chimney needs a plenum over the ceiling: test_air_paths",
    }
    assert {name for name in full if full[name] == plain.get(name)} <= set(fixed)


def test_density_can_be_chosen() -> None:
    assert case_from_text(VALID).flow.density == "boussinesq"
    assert case_from_text(edited(("[flow]", '[flow]\ndensity = "ideal-gas"'))).flow.density == "ideal-gas"


def test_schemes_can_differ() -> None:
    flow = case_from_text(edited(('scheme = "second-order"', 'velocity_scheme = "upwind"'))).flow
    assert (flow.velocity_scheme, flow.temperature_scheme) == ("upwind", "second-order")
    flow = case_from_text(edited(('scheme = "second-order"', 'scheme = "upwind"\ntemperature_scheme = "second-order"'))).flow
    assert (flow.velocity_scheme, flow.temperature_scheme) == ("upwind", "second-order")


def test_record_of_every_key() -> None:
    resolved = case_from_text(VALID).resolved
    assert resolved["mesh"]["cell"] == "0.1 m"
    assert resolved["mesh"]["stretching"] == "1 (default)"
    assert resolved["air"]["density"].endswith("(computed)")
    assert resolved["rack.gpu"]["power"] == "130 kW"
    assert resolved["supply tiles"]["air flow"].endswith("m3/s")
    assert resolved["assert inlets"]["max"] == "27 degC"
    assert all(isinstance(text, str) for section in resolved.values() for text in section.values())


def test_name_and_source(tmp_path) -> None:
    folder = tmp_path / "my <b>hall"
    folder.mkdir()
    (folder / "case.toml").write_text(VALID)
    case = load_case(folder)
    assert case.name == "my-b-hall"
    assert case.racks[0].source == "case.toml:26"
    assert case.text == VALID and case.path == folder / "case.toml"


def test_hostile_title_stays_text() -> None:
    title = "<script>[/x]=cmd()"
    assert case_from_text(edited(("A hall", title))).title == title
