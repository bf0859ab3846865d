"""[time], [[probe]] and [[event]] at the door."""

from __future__ import annotations

import pytest

from tests.case.texts import VALID
from thermal.case.build import case_from_text
from thermal.case.timeline import Event, Probe, TimeSpan
from thermal.errors import CaseErrors

TIME = '\n[time]\nend = "10 min"\n'
PROBE = '\n[[probe]]\nname = "p"\n'
EVENT = '\n[[event]]\nname = "e"\nat = "1 min"\n'


def test_a_case_without_time_is_steady() -> None:
    case = case_from_text(VALID)
    assert case.time is None and case.probes == () and case.events == ()


def test_a_span_has_defaults_and_units() -> None:
    assert case_from_text(VALID + TIME).time == TimeSpan(end=600.0)
    assert case_from_text(VALID + TIME + 'step = "auto"\n').time == TimeSpan(end=600.0)
    more = 'step = "0.1 s"\nlargest_cfl = 2\ntolerance = 0.001\nrecord_every = "1 min"\naverage_from = "5 min"\nstart = "rest"\n'
    assert case_from_text(VALID + TIME + more).time == TimeSpan(600.0, "rest", 0.1, 2.0, 0.001, 60.0, 300.0)


def test_probes_and_events_become_numbers() -> None:
    text = VALID + TIME + PROBE + 'at = ["1 m", "1 m", "2 m"]\nwhat = "velocity"\n'
    text += EVENT + 'object = "supply.tiles"\ntemperature = "25 degC"\nramp = "5 s"\n'
    case = case_from_text(text.replace("flow_ratio = 1.05", 'flow = "4 m3/s"'))
    assert case.probes == (Probe("p", "velocity", (1.0, 1.0, 2.0), "", case.probes[0].source),)
    assert case.events == (Event("e", 60.0, "supply.tiles", "temperature", 298.15, 5.0, case.events[0].source),)
    assert case.events[0].source.startswith("case.toml:")


MISTAKES = {
    "no end": ('\n[time]\nstart = "rest"\n', "time.end", "it is required"),
    "a step without a unit": (TIME + "step = 0.1\n", "time.step", '"auto"'),
    "a start of another kind": (TIME + 'start = "stedy"\n', "time.start", 'did you mean "steady"'),
    "means after the end": (TIME + 'average_from = "11 min"\n', "time.average_from", "means begin after the end"),
    "too many records": (TIME + 'record_every = "0.1 s"\n', "time.record_every", "up to 1000"),
    "a probe without time": (PROBE + 'at = ["1 m", "1 m", "2 m"]\n', "probe", "add [time] with end"),
    "a probe nowhere": (TIME + PROBE, "probe", "at no place"),
    "a probe at two places": (TIME + PROBE + 'at = ["1 m", "1 m", "2 m"]\nsurface = "rack.A1"\n', "probe", "at two"),
    "a probe outside": (TIME + PROBE + 'at = ["7 m", "1 m", "2 m"]\n', "probe[0].at", "outside the room"),
    "a probe in a rack": (TIME + PROBE + 'at = ["2 m", "2 m", "1 m"]\n', "probe[0].at", "inside rack A1"),
    "a probe on nothing": (TIME + PROBE + 'surface = "rack.A9"\n', "probe[0].surface", "rack.A1"),
    "the pressure of a surface": (TIME + PROBE + 'surface = "rack.A1"\nwhat = "pressure"\n', "probe[0].what", "temperature"),
    "the flow of a point": (TIME + PROBE + 'at = ["1 m", "1 m", "2 m"]\nwhat = "flow"\n', "probe[0].what", "no flow"),
    "an event without time": (EVENT + 'object = "supply.tiles"\nflow = "0 m3/s"\n', "event", "add [time] with end"),
    "an event that changes nothing": (TIME + EVENT + 'object = "supply.tiles"\n', "event", "changes nothing"),
    "an event that changes two things": (
        TIME + EVENT + 'object = "supply.tiles"\nflow = "0 m3/s"\ntemperature = "20 degC"\n', "event", "flow and temperature",
    ),
    "an event of no kind": (TIME + EVENT + 'object = "suply.tiles"\nflow = "0 m3/s"\n', "event[0].object", "supply"),
    "an event of nothing": (TIME + EVENT + 'object = "supply.tyles"\nflow = "0 m3/s"\n', "event[0].object", "tiles"),
    "a quantity of another kind": (TIME + EVENT + 'object = "rack.*"\npressure = "0 Pa"\n', "event[0].pressure", "power, flow"),
    "a rack that stops": (TIME + EVENT + 'object = "rack.A1"\nflow = "0 m3/s"\n', "event[0].flow", "above zero"),
    "an event after the end": (
        TIME + EVENT.replace("1 min", "20 min") + 'object = "supply.tiles"\nflow = "0 m3/s"\n', "event[0].at", "before 600 s",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_a_mistake_is_told_with_its_place(mistake: str) -> None:
    text, place, words = MISTAKES[mistake]
    with pytest.raises(CaseErrors) as caught:
        case_from_text(VALID + text)
    message = str(caught.value)
    assert place in message and words in message, message
    assert "case.toml:" in message


def test_time_needs_one_density() -> None:
    with pytest.raises(CaseErrors, match="boussinesq"):
        case_from_text((VALID + TIME).replace("[flow]", '[flow]\ndensity = "ideal-gas"'))


def test_a_closed_room_may_warm_up_from_rest() -> None:
    """In time only: a steady hall has to lose its heat."""
    from thermal.place import place_case

    text = "\n".join(line for line in VALID.split("[[supply]]")[0].splitlines())
    hot = text.replace('cell = "0.1 m"', 'cell = "0.3 m"')
    place_case(case_from_text(hot + TIME + 'start = "rest"\n'))
    for more in ("", TIME):
        with pytest.raises(CaseErrors, match="no way out"):
            place_case(case_from_text(hot + more))
