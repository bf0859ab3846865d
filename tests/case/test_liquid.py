"""Liquid tables at the door: references, ratings and weather that do not fit are told by line, all at once."""

from __future__ import annotations

import pytest

from tests.loop.halls import HALL, hall
from thermal.case.build import case_from_text
from thermal.errors import CaseErrors


def mistakes(*changes: tuple[str, str], more: str = "") -> str:
    with pytest.raises(CaseErrors) as caught:
        hall(*changes, more=more)
    return "\n".join(str(error) for error in caught.value.errors)


def test_a_hall_with_loops_is_read() -> None:
    plant = hall().liquid
    assert [one.name for one in plant.cdus] == ["cdu"] and plant.plates["gpu"].plates == 112
    assert plant.dry_bulb == pytest.approx(303.15) and plant.source["dry"].startswith("case.toml:")


def test_a_hall_without_loops_has_none() -> None:
    text = HALL[: HALL.index("[[cold_plate]]")] + HALL[HALL.index("[[supply]]") :]
    assert case_from_text(text).liquid is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('facility = "fws"\nsupply', 'facility = "fwz"\nsupply'), 'no [[facility_loop]] "fwz"'),
        (('cdu = "cdu"', 'cdu = "cdx"'), 'no [[cdu]] "cdx"'),
        (('row = "A"', 'row = "B"'), 'no [[rack_row]] "B"'),
        (('type = "gpu"\nplates', 'type = "cpu"\nplates'), 'no rack type "cpu"'),
        (("liquid_share = 0.85\n", ""), "has no liquid_share"),
        (('approach = "4 K"\n', ""), "lacks approach"),
        (('approach = "4 K"\n', 'approach = "4 K"\nmodel = "XDU1350"\n'), "beside model"),
        (('facility_flow = "800 L/min"', 'facility_flow = "200 L/min"'), "a larger approach or cold flow"),
        (('air_flow = "25 m3/s"', 'air_flow = "15 m3/s"'), "out of reach"),
        (('liquid_outlet = "35 degC"', 'liquid_outlet = "29 degC"'), "colder than the air"),
        (('fluid = "PG25"', 'fluid = "brine"'), "PG25"),
        (('wet_bulb = "20 degC"', 'wet_bulb = "31 degC"'), "above the dry bulb"),
        (('name = "dry"', 'name = "cdu"'), "already"),
        (('loss = "60 kPa"', 'loss = "60 kPa"\nresistance = [["1 L/min", "0.02 K/W"]]'), "two points or more"),
        (('loss = "60 kPa"', 'loss = "60 kPa"\nresistance = [["1 L/min"]]'), "no list of pairs"),
        (('facility_loss = "60 kPa"', 'facility_loss = "60 kPa"\nhead_curve = [1.2, 1.3, 1.0]'), "does not fall to 1"),
        (('count = 2\nheat', "count = 2\npads = 0.9\nheat"), ""),
    ],
)  # fmt: skip
def test_mistakes_are_told(change: tuple[str, str], words: str) -> None:
    if not words:
        told = mistakes(change, ('wet_bulb = "20 degC"\n', ""))
        assert "pads need the wet bulb" in told
        return
    told = mistakes(change)
    assert words in told and "case.toml" in told


def test_racks_resolved_in_depth_have_no_loops_yet() -> None:
    fan = 'fan = { shutoff_pressure = "300 Pa", free_flow = "2 m3/s" }'
    assert "resolved in depth" in mistakes(('delta_t = "12 K"', fan))


def test_nothing_hangs_in_the_air() -> None:
    told = mistakes(more='\n[[cdu]]\nname = "spare"\nfacility = "fws"\nsupply = "40 degC"\nmodel = "XDU1350"\n')
    assert "no racks hang on CDU spare" in told
    start, end = HALL.index("[[dry_cooler]]"), HALL.index("[[supply]]")
    with pytest.raises(CaseErrors, match="nothing cools facility loop fws"):
        case_from_text(HALL[:start] + HALL[end:])
