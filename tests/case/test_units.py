"""Quantities: what is read, what is refused and with which guess."""

from __future__ import annotations

import pytest

from thermal.units import (
    ALL,
    DIFFERENCE,
    EXPANSION,
    FLOW,
    FLOW_PER_POWER,
    FRACTION,
    HEAT_CAPACITY,
    LENGTH,
    POWER,
    PRESSURE,
    TEMPERATURE,
    TIME,
    VELOCITY,
    VISCOSITY,
    Dimension,
    UnitError,
    guess_dimension,
    read_quantity,
    show_quantity,
)


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("0.6 m", LENGTH, 0.6),
        ("60cm", LENGTH, 0.6),
        ("600 mm", LENGTH, 0.6),
        (" 600  mm ", LENGTH, 0.6),
        (".5 m", LENGTH, 0.5),
        ("−0.5 m", LENGTH, -0.5),
        ("130 kW", POWER, 130e3),
        ("1.3e5 W", POWER, 130e3),
        ("0.13 MW", POWER, 130e3),
        ("1_000 W", POWER, 1000.0),
        ("3600 m3/h", FLOW, 1.0),
        ("3600 m³/h", FLOW, 1.0),
        ("1 m³/s", FLOW, 1.0),
        ("1 m^3/s", FLOW, 1.0),
        ("1000 L/s", FLOW, 1.0),
        ("60000 l/min", FLOW, 1.0),
        ("1 kPa", PRESSURE, 1e3),
        ("1 bar", PRESSURE, 1e5),
        ("20 degC", TEMPERATURE, 293.15),
        ("20 °C", TEMPERATURE, 293.15),
        ("20 ℃", TEMPERATURE, 293.15),
        ("-5 degC", TEMPERATURE, 268.15),
        ("12 K", DIFFERENCE, 12.0),
        ("85 %", FRACTION, 0.85),
        (0.85, FRACTION, 0.85),
        (1, FRACTION, 1.0),
        ("0.85", FRACTION, 0.85),
        ("2 h", TIME, 7200.0),
        ("1006 J/(kg K)", HEAT_CAPACITY, 1006.0),
        ("1006 J/kgK", HEAT_CAPACITY, 1006.0),
        ("1.006 kJ/(kg·K)", HEAT_CAPACITY, 1006.0),
        ("1.5e-5 m²/s", VISCOSITY, 1.5e-5),
        ("0.0034 1/K", EXPANSION, 0.0034),
        ("0.0034 K⁻¹", EXPANSION, 0.0034),
        ("0.07 m3/s/kW", FLOW_PER_POWER, 7e-5),
        ("0.07 m3/(s kW)", FLOW_PER_POWER, 7e-5),
        ("252 m³/h per kW", FLOW_PER_POWER, 7e-5),
        ("70 L/s/kW", FLOW_PER_POWER, 7e-5),
        ("0.5 m3/s/m2", VELOCITY, 0.5),
    ],
)
def test_read(text: str | float, dimension: Dimension, value: float) -> None:
    assert read_quantity(text, dimension) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "dimension", "parts"),
    [
        (130, POWER, ("no unit", 'did you mean "130 kW"?')),
        ("130", POWER, ("no unit", "W, kW, MW", 'did you mean "130 kW"?')),
        ("295 K", TEMPERATURE, ("difference", 'did you mean "21.85 degC"?')),
        ("20 K", TEMPERATURE, ('did you mean "20 degC"?',)),
        ("68 °F", TEMPERATURE, ('did you mean "20 degC"?',)),
        ("18 °F", DIFFERENCE, ('did you mean "10 K"?',)),
        ("12 °C", DIFFERENCE, ('did you mean "12 K"?',)),
        ("27,5 degC", TEMPERATURE, ("decimal mark is a point", 'did you mean "27.5 degC"?')),
        ("1 200 W", POWER, ("thousands", 'did you mean "1200 W"?')),
        ("nan m", LENGTH, ("not a finite number",)),
        ("-inf m", LENGTH, ("not a finite number",)),
        ("Infinity m", LENGTH, ("not a finite number",)),
        ("1e999 m", LENGTH, ("not a finite number",)),
        (float("nan"), FRACTION, ("not a finite number",)),
        (10**400, FRACTION, ("not a finite number",)),
        ("1e308 km", LENGTH, ("not a finite number",)),
        ("m", LENGTH, ("does not start with a number",)),
        ("", LENGTH, ("does not start with a number",)),
        ("e5 m", LENGTH, ("does not start with a number",)),
        ("٣ m", LENGTH, ("does not start with a number",)),
        ("5 MM", LENGTH, ('did you mean "5 mm"?',)),
        ("5 kW", LENGTH, ("is a power, not a length",)),
        ("5 parsec", LENGTH, ('unit "parsec" is not known', "m, cm, mm, km")),
        (True, LENGTH, ("true is not a length", '"1 m"')),
        (None, LENGTH, ("is not a length",)),
        (["1 m"], LENGTH, ("a list of 1 is not a length",)),
        ("1" * 300 + " m", LENGTH, ("too long",)),
    ],
)
def test_refused(text: object, dimension: Dimension, parts: tuple[str, ...]) -> None:
    with pytest.raises(UnitError) as caught:
        read_quantity(text, dimension)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize("dimension", ALL, ids=lambda dimension: dimension.name)
def test_every_unit_reads_back(dimension: Dimension) -> None:
    for unit in dimension.units:
        value = read_quantity(f"3.5 {unit}", dimension)
        assert read_quantity(show_quantity(value, dimension), dimension) == pytest.approx(value, rel=1e-5)


def test_a_unit_belongs_to_one_dimension() -> None:
    """[[assert]] tells the kind of a limit by its unit."""
    seen: dict[str, str] = {}
    for dimension in ALL:
        for unit in dimension.units:
            assert seen.setdefault(unit, dimension.name) == dimension.name
            assert guess_dimension(f"1 {unit}") is dimension
