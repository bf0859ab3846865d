"""Whatever bytes a case file holds, the door answers with a case or with CaseErrors, and in bounded time."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.case.texts import VALID
from thermal.case.build import case_from_text
from thermal.case.lines import guard, line_index
from thermal.case.load import decode
from thermal.errors import CaseErrors, quote
from thermal.units import ALL, NUMBER, UnitError, guess_dimension, read_quantity

FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LINES = VALID.splitlines()
VALUES = st.one_of(
    st.sampled_from(
        [
            "nan",
            "-inf",
            "1e400",
            "0",
            "-1",
            "true",
            "[]",
            "{}",
            '""',
            '"nan m"',
            '"1e309 m"',
            "1979-05-27T07:32:00Z",
            '"\\u0000"',
            '"\\u202E"',
            "[[[[1]]]]",
            '["1 m"]',
            '["1 m", "1 m", "1 m"]',
            "0x7FFFFFFFFFFFFFFFFFFFFFFF",
            '"1e-300 m"',
            '"10000 m"',
            "9" * 400,
        ]
    ),
    st.text(max_size=12).map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', "'") + '"'),
    st.floats().map(str),
    st.integers().map(str),
)


def ends_well(text: str) -> None:
    try:
        case_from_text(text)
    except CaseErrors as errors:
        assert errors.errors
        assert all(len(str(error)) < 4000 for error in errors.errors)


@FUZZ
@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf[room]")
@example(b"[room]\r\nsize=1\r\n")
def test_random_bytes(data: bytes) -> None:
    try:
        text = decode(data, "case.toml")
    except CaseErrors:
        return
    ends_well(text)


@FUZZ
@given(st.integers(0, len(VALID.encode())), st.binary(max_size=8), st.integers(0, 8))
def test_bytes_replaced(position: int, data: bytes, removed: int) -> None:
    content = VALID.encode()
    try:
        text = decode(content[:position] + data + content[position + removed :], "case.toml")
    except CaseErrors:
        return
    ends_well(text)


@FUZZ
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), VALUES), min_size=1, max_size=4))
def test_values_replaced(changes: list[tuple[int, str]]) -> None:
    lines = list(LINES)
    for number, value in changes:
        key, equals, _ = lines[number].partition(" = ")
        if equals:
            lines[number] = f"{key} = {value}"
    ends_well("\n".join(lines))


@FUZZ
@given(st.permutations(range(len(LINES))), st.integers(0, len(LINES)))
def test_lines_shuffled_and_lost(order: list[int], kept: int) -> None:
    ends_well("\n".join(LINES[number] for number in sorted(order[:kept])))
    ends_well("\n".join(LINES[number] for number in order[:kept]))


@FUZZ
@given(st.text(max_size=60), st.sampled_from([*ALL, NUMBER]))
@example("1" * 190 + "e9999 m", ALL[0])
@example("٣ m", ALL[0])
@example("1_0_ m", ALL[0])
@example("1e5", ALL[0])
def test_any_text_as_a_quantity(text: str, dimension: object) -> None:
    for value in (text, f"1 {text}", f"{text} m"):
        try:
            number = read_quantity(value, dimension)  # type: ignore[arg-type]
        except UnitError:
            continue
        assert abs(number) < float("inf")
    try:
        guess_dimension(text)
    except UnitError:
        pass


@FUZZ
@given(st.text(max_size=400))
def test_quotes_are_short_and_printable(text: str) -> None:
    shown = quote(text)
    assert len(shown) <= 82 and shown.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "[" * 400_000,
        "a = " + "[" * 400_000,
        "a = " + "{b=" * 100_000,
        "a" + ".a" * 400_000 + " = 1",
        "[" + "a." * 30 + "a]\n" * 20_000,
        "a = " + '"' * 500_001,
        "a = '''" + "'" * 500_000,
        "#" * 1_000_000,
        "\n" * 1_000_000,
        "a = [" + "1," * 300_000 + "]",
        "[[rack_row]]\n" * 60_000,
        "".join(f"[a{n}]\n" for n in range(60_000)),
        'title = "' + "x," * 400_000 + '"',
        VALID.replace('"0.1 m"', '"' + "1" * 400_000 + ' m"'),
        VALID.replace('"0.1 m"', '"' + "1 " * 200_000 + ' m"'),
        VALID.replace('"rack.*.inlet_max"', '"rack.' + "*a" * 90 + '.inlet_max"'),
        VALID.replace("count = 4", 'count = 9990\npitch = "0.2 mm"', 1).replace('"0.6 m", "1.2 m"', '"0.1 mm", "1.2 m"'),
        VALID.replace("count = 4", "count = 9990", 1).replace('along = "+x"\nfront = "+y"', 'along = "+y"\nfront = "+x"'),
    ],
    ids=range(18),
)
def test_hostile_sizes_end_soon(text: str) -> None:
    started = time.monotonic()
    ends_well(text)
    assert time.monotonic() - started < 20.0  # seconds: a bound against quadratic behaviour, generous for a busy machine


@FUZZ
@given(st.text(alphabet="ab.=[]{}\"',\n# 1\\", max_size=80))
def test_line_index_ends_on_any_text(text: str) -> None:
    guard(text)
    line_index(text)
