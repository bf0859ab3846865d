"""Coolers, fans and slots in the case file: what they become, and messages that say where, what and how to mend it."""

from __future__ import annotations

import pytest

from thermal.case.build import case_from_text
from thermal.errors import CaseErrors

ROOM = '[room]\nsize = ["6 m", "4.8 m", "3 m"]\n[mesh]\ncell = "0.2 m"\n'
CRAH = """
[[crah]]
name = "west"
from = ["0 m", "1.8 m", "0 m"]
to = ["0.8 m", "3.6 m", "1.8 m"]
draws_from = "top"
blows_to = "y-"
chamber = "0.6 m"
fan = { flow = ["0 m3/s", "3 m3/s", "6 m3/s"], pressure = ["500 Pa", "420 Pa", "0 Pa"], efficiency = 0.6, speed = 0.9 }
loss = { flow = "4 m3/s", pressure = "200 Pa" }
coil = { ua = "6 kW/K", water_temperature = "10 degC", water_flow = "3 L/s" }
control = "return"
setpoint = "30 degC"
"""
RACK = """
[rack.deep]
size = ["0.6 m", "1.2 m", "2 m"]
units = 42
power = "12 kW"
delta_t = "12 K"
[[rack.deep.slots]]
from = 1
height = 20
power = "8 kW"
[[rack.deep.slots]]
from = 30
height = 10
"""
ROW = '[[rack_row]]\nname = "A"\ntype = "deep"\ncount = 2\nat = ["2.4 m", "1.8 m"]\nalong = "+x"\nfront = "-y"\npower = "6 kW"\n'


def test_a_crah_becomes_tubes_and_a_chamber() -> None:
    (body,) = case_from_text(ROOM + CRAH).bodies
    (part,) = body.parts
    assert (part.axis, part.sign, part.resistance) == (2, -1, 12.5)
    assert (part.box.low[2], part.box.high[2]) == (0.6, 1.8)
    assert body.chamber is not None
    assert body.chamber.side == (1, -1)
    assert (body.chamber.box.low[2], body.chamber.box.high[2]) == (0.0, 0.6)
    assert (body.speed, body.efficiency, body.control, body.setpoint) == (0.9, 0.6, "return", 303.15)
    assert body.coil is not None
    assert body.coil.conductance == 6e3


@pytest.mark.parametrize(
    ("draws", "blows", "way", "chamber"),
    [("top", "bottom", (2, -1), None), ("x+", "top", (2, 1), 0.0), ("y-", "bottom", (2, -1), 1.2), ("x-", "x+", (0, 1), None)],
)
def test_air_goes_the_way_that_is_asked_for(draws: str, blows: str, way: tuple[int, int], chamber: float | None) -> None:
    text = CRAH.replace('draws_from = "top"', f'draws_from = "{draws}"').replace('blows_to = "y-"', f'blows_to = "{blows}"')
    (body,) = case_from_text(ROOM + text).bodies
    assert (body.parts[0].axis, body.parts[0].sign) == way
    assert (body.chamber.box.low[2] if body.chamber else None) == chamber


def test_slots_share_the_rack_s_power_and_follow_the_row_s() -> None:
    case = case_from_text(ROOM + RACK + ROW)
    assert [part.power for part in case.bodies[0].parts] == pytest.approx([4e3, 2e3])
    assert case.racks[0].is_through
    assert case.racks[0].flow == pytest.approx(6e3 / (case.air.density * case.air.heat_capacity * 12.0), rel=1e-6)
    bottoms = [part.box.low[2] for part in case.bodies[0].parts]
    assert bottoms[1] - bottoms[0] == pytest.approx(29 * 0.04445)


def changed(old: str, new: str, text: str = CRAH) -> str:
    """A case with one thing changed."""
    assert old in text
    return ROOM + text.replace(old, new)


FAN = 'fan = { flow = ["0 m3/s", "3 m3/s", "6 m3/s"], pressure = ["500 Pa", "420 Pa", "0 Pa"], efficiency = 0.6, speed = 0.9 }'
MISTAKES: dict[str, tuple[str, tuple[str, ...]]] = {
    "no unit": (changed('"500 Pa"', "500"), ("crah[0].fan.pressure", "no unit", "500 Pa")),
    "a curve that rises": (changed('"420 Pa"', '"520 Pa"'), ("crah[0].fan.pressure", "fall")),
    "a curve that begins late": (changed('["0 m3/s", "3', '["1 m3/s", "3'), ("crah[0].fan.flow", "begin at 0")),
    "two curves": (changed("efficiency = 0.6", 'free_flow = "3 m3/s"'), ("crah[0].fan", "shutoff_pressure and free_flow")),
    "no fan": (changed(FAN, ""), ("crah west has no fan", "fan = {")),
    "efficiency and power": (changed("efficiency = 0.6", 'efficiency = 0.6, power = "3 kW"'), ("efficiency and power together",)),
    "a typo": (changed("efficiency", "eficiency"), ("unknown key", 'did you mean "efficiency"?')),
    "no coil": (changed('coil = { ua = "6 kW/K", water_temperature = "10 degC", water_flow = "3 L/s" }', ""), ("has no coil",)),
    "half a rated point": (
        changed('ua = "6 kW/K"', 'rated_capacity = "60 kW"'),
        ("crah[0].coil", "rated_air_flow"),
    ),
    "an impossible rated point": (
        changed(
            'ua = "6 kW/K"',
            'rated_capacity = "200 kW", rated_air_flow = "4 m3/s", rated_air_temperature = "30 degC", '
            'rated_water_temperature = "10 degC"',
        ),
        ("crah[0].coil.rated_capacity", "no coil has this rated point"),
    ),
    "a control without a setpoint": (changed('setpoint = "30 degC"\n', ""), ("a control without a setpoint",)),
    "a setpoint without a control": (changed('control = "return"\n', ""), ("a setpoint but no control",)),
    "one side": (changed('blows_to = "y-"', 'blows_to = "top"'), ("draws and blows on one side",)),
    "a level turn": (
        changed('draws_from = "top"', 'draws_from = "x+"'),
        ("crah[0].blows_to", "turns level", "top or bottom"),
    ),
    "a chamber as high as the box": (changed('chamber = "0.6 m"', 'chamber = "1.8 m"'), ("crah[0].chamber", "below 1.8 m")),
    "a flat box": (changed('"3.6 m", "1.8 m"', '"1.8 m", "1.8 m"'), ("has no volume",)),
    "outside": (changed('to = ["0.8 m", "3.6 m"', 'to = ["0.8 m", "5 m"'), ("crah west lies outside the room",)),
    "in a rack": (
        ROOM + RACK + ROW + CRAH.replace('to = ["0.8 m"', 'to = ["2.8 m"'),
        ("crah west overlaps rack A1",),
    ),
    "a name twice": (ROOM + CRAH + CRAH, ("has the name of",)),
    "a door on no row": (
        ROOM
        + '[[rdhx]]\nname = "door"\nrow = "B"\ncoil = { ua = "1 kW/K", water_temperature = "18 degC", water_flow = "1 L/s" }\n',
        ("rdhx[0].row", "no row"),
    ),
    "a door on no rack": (
        ROOM + RACK + ROW + '[[rdhx]]\nname = "door"\nrow = "A"\nracks = [3]\n'
        'coil = { ua = "1 kW/K", water_temperature = "18 degC", water_flow = "1 L/s" }\n',
        ("rdhx[0].racks", "no rack 3", "1 to 2"),
    ),
    "a limit on no device": (ROOM + CRAH + '[[assert]]\nwhat = "crah.east.air_out"\nmax = "20 degC"\n', ("no crah", "west")),
    "slots that overlap": (changed("from = 30", "from = 15", RACK + ROW), ("rack.deep.slots[1].from", "is taken by slot 1")),
    "slots beyond the top": (changed("height = 10", "height = 20", RACK + ROW), ("slots[1].height", "of a rack of 42")),
    "too many units": (changed("units = 42", "units = 50", RACK + ROW), ("rack.deep.units", "up to 44")),
    "power that does not add up": (
        changed("height = 10", 'height = 10\npower = "1 kW"', RACK + ROW),
        ("the slots add up to 9 kW", "the rack has 12 kW"),
    ),
    "an empty slot with power": (
        changed("height = 10", 'height = 10\nkind = "empty"\npower = "1 kW"', RACK + ROW),
        ("an empty slot with power",),
    ),
    "an open server": (changed("height = 10", "height = 10\nopen_fraction = 0.5", RACK + ROW), ("open fraction of a server",)),
    "a fan and slots": (
        changed('delta_t = "12 K"', 'fan = { shutoff_pressure = "200 Pa", free_flow = "2 m3/s" }', RACK + ROW),
        ("a fan and slots together",),
    ),
    "slots of no flow": (changed('delta_t = "12 K"\n', "", RACK + ROW), ("rack.deep", "no air flow")),
    "speeds that do not match": (
        changed("height = 10", 'height = 10\n[rack.deep.speed_rule]\ntemperature = ["20 degC"]\nspeed = [0.5, 1.0]', RACK + ROW),
        ("speed_rule", "1 temperatures and 2 speeds"),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_says_where_what_and_how_to_mend_it(name: str) -> None:
    text, words = MISTAKES[name]
    with pytest.raises(CaseErrors) as caught:
        case_from_text(text)
    message = str(caught.value)
    assert "case.toml" in message
    assert all(word in message for word in words), message


def test_all_mistakes_come_at_once() -> None:
    broken = CRAH.replace('"420 Pa"', '"520 Pa"').replace('setpoint = "30 degC"\n', "")
    with pytest.raises(CaseErrors) as caught:
        case_from_text(ROOM + broken + RACK.replace("from = 30", "from = 15") + ROW)
    assert len(caught.value.errors) >= 3
