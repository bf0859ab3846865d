"""Humidity and tracers in a case file: what is read, and every mistake with its line."""

from __future__ import annotations

import pytest

from tests.case.texts import VALID, edited
from thermal.case.build import case_from_text
from thermal.errors import CaseErrors

SUPPLIES = VALID.count("[[supply]]")


def humid(text: str) -> str:
    """The valid case with a humidity on every supply."""
    return VALID.replace('temperature = "20 degC"', f'temperature = "20 degC"\nhumidity = "{text}"')


def refused(text: str) -> str:
    with pytest.raises(CaseErrors) as caught:
        case_from_text(text)
    return str(caught.value)


def test_the_valid_case_has_supplies_at_20_degC() -> None:
    assert SUPPLIES == humid("45 %").count("humidity") >= 1


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("50 %", 7.2617e-3), ("9.2724 degC", 7.2617e-3), ("7.2617 g/kg", 7.2617e-3), ("0.0072617 kg/kg", 7.2617e-3)],
)
def test_three_ways_to_say_it(text: str, ratio: float) -> None:
    """20 degC at 101 325 Pa: psychrolib 2.5.0 has 7.2617 g/kg at 50 %, dew point 9.2724 degC."""
    case = case_from_text(humid(text).replace('altitude = "80 m"', 'altitude = "0 m"'))
    assert {opening.kind for opening in case.openings} == {"supply", "return"}
    for opening in case.openings:  # what a return gives back is the mean of the supplies, unless told
        assert opening.humidity_ratio == pytest.approx(ratio, rel=1e-4)


def test_without_humidity_there_is_none() -> None:
    assert all(opening.humidity_ratio is None for opening in case_from_text(VALID).openings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("45", "no humidity"),
        ("120 %", "out of range"),
        ("12 kW", "no humidity"),
        ("21 degC", "cannot hold so much vapour"),
        ("20 g/kg", "cannot hold so much vapour"),
        ("much", "does not start with a number"),
    ],
)
def test_wrong_humidities(text: str, words: str) -> None:
    message = refused(humid(text))
    assert words in message
    assert "case.toml:" in message and "humidity" in message


def test_humidifiers() -> None:
    box = (
        '\n[[humidifier]]\nname = "h"\nmoisture = "3.6 kg/h"\nfrom = ["0.1 m", "0.1 m", "1 m"]\nto = ["0.5 m", "0.5 m", "2 m"]\n'
    )
    (one,) = case_from_text(humid("45 %") + box).humidifiers
    assert one.moisture == pytest.approx(1e-3)
    assert one.box is not None and one.supply is None
    assert "no supply states its humidity" in refused(VALID + box)
    assert "has no volume" in refused(humid("45 %") + box.replace('"2 m"]', '"1 m"]'))
    assert "outside the room" in refused(humid("45 %") + box.replace('"0.1 m", "0.1 m", "1 m"', '"0.1 m", "0.1 m", "99 m"')
                                         .replace('"2 m"]', '"100 m"]'))  # fmt: skip
    wrong = '\n[[humidifier]]\nname = "h"\nmoisture = "3.6 kg/h"\nsupply = "nowhere"\n'
    assert "no supply 'nowhere'" in refused(humid("45 %") + wrong).replace('"', "'")
    assert "a supply and a box" in refused(humid("45 %") + box + 'supply = "floor"\n')
    assert "moisture" in refused(humid("45 %") + box.replace("3.6 kg/h", "3.6 kg"))


def test_all_supplies_or_none() -> None:
    second = VALID.split("[[supply]]")[1].split("\n[")[0]
    other = second.replace('name = "', 'name = "second-').replace("from", "from")
    text = humid("45 %") + "\n[[supply]]" + other
    assert "all supplies or none" in refused(text)
    alone = edited(("[[return]]", '[[return]]\nhumidity = "45 %"'))
    assert "no supply has one" in refused(alone)


def test_tracers_know_their_names() -> None:
    assert not case_from_text(VALID).tracers.solve
    assert case_from_text(VALID + "\n[tracers]\nsolve = true\n").tracers.solve
    assert case_from_text(VALID + "\n[tracers]\nage_of_air = false\n").tracers.solve
    assert not case_from_text(VALID + "\n[tracers]\nsolve = false\nage_of_air = true\n").tracers.solve
    message = refused(VALID + '\n[tracers]\nsupplies = ["flor"]\nracks = ["A99"]\n')
    assert "no opening" in message and "no rack" in message
    message = refused(VALID + '\n[tracers]\nsupplies = 3\nracks = "A1"\n')
    assert "tracers.supplies" in message and "not what to follow" in message and 'did you mean ["A1"]?' in message
    group = '\n[[tracers.local]]\nname = "one"\nrows = ["A"]\n'
    assert case_from_text(VALID + group).tracers.local[0].rows == ("A",)
    assert "one group a row" in refused(VALID + group + group.replace('"one"', '"two"'))
    assert "no row" in refused(VALID + group.replace('["A"]', '["Q"]'))
