"""Quantities as people write them ("130 kW", "20 degC", "0.25 m3/s") into SI numbers, and back for messages.

A unit is part of the value: a bare number where a unit is needed is a mistake, never a guess. K is a difference and degC a
temperature; the wrong one is a mistake too. Only the door (case files) and the window (reports) use this file.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from thermal.errors import quote

ZERO_CELSIUS = 273.15  # K, by definition of the Celsius scale (BIPM SI brochure, 9th edition, 2.3.1)

_NUMBER = re.compile(r"[+-]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_COMMA = re.compile(r"^([+-]?\d+),(\d+)(.*)$", re.DOTALL)
_SPACED = re.compile(r"^([+-]?\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+(?:\.\d+)?)(.*)$", re.DOTALL)
_LONGEST = 200  # characters of a quantity; nobody writes more, and the patterns above stay fast


class UnitError(ValueError):
    """A text that is not the quantity asked for: `what`, `accepted`, `fix` as in thermal.errors.CaseError."""

    def __init__(self, what: str, accepted: str = "", fix: str = "") -> None:
        self.what, self.accepted, self.fix = what, accepted, fix
        super().__init__("; ".join(part for part in (what, accepted and f"accepted: {accepted}", fix) if part))


@dataclass(frozen=True, eq=False)
class Dimension:
    """A kind of quantity: its name in messages, SI unit, and accepted units as (factor, offset): SI = x factor + offset."""

    name: str
    si: str
    units: dict[str, tuple[float, float]]
    usual: str  # the unit suggested when none is given
    wrong: dict[str, str] = field(default_factory=dict)  # units people confuse with these -> why not

    @property
    def needs_unit(self) -> bool:
        """Whether a bare number is a mistake."""
        return "" not in self.units


def _scaled(**units: float) -> dict[str, tuple[float, float]]:
    return {name: (factor, 0.0) for name, factor in units.items()}


def _with(units: dict[str, float]) -> dict[str, tuple[float, float]]:
    return {name: (factor, 0.0) for name, factor in units.items()}


LENGTH = Dimension("a length", "m", _scaled(m=1.0, cm=0.01, mm=0.001, km=1000.0), "m")
POWER = Dimension("a power", "W", _scaled(W=1.0, kW=1e3, MW=1e6), "kW")
FLOW = Dimension(
    "a volume flow", "m3/s", _with({"m3/s": 1.0, "m3/h": 1 / 3600, "L/s": 1e-3, "L/min": 1e-3 / 60, "L/h": 1e-3 / 3600}), "m3/s"
)
PRESSURE = Dimension("a pressure", "Pa", _scaled(Pa=1.0, hPa=100.0, mbar=100.0, kPa=1e3, bar=1e5, MPa=1e6), "Pa")
TEMPERATURE = Dimension(
    "a temperature",
    "K",
    {"degC": (1.0, ZERO_CELSIUS)},
    "degC",
    {"K": "K is a temperature difference here", "degF": "degF is not read"},
)
DIFFERENCE = Dimension(
    "a temperature difference",
    "K",
    {"K": (1.0, 0.0)},
    "K",
    {"degC": "degC is a temperature, not a difference", "degF": "degF is not read"},
)
FRACTION = Dimension("a fraction", "-", _with({"": 1.0, "-": 1.0, "%": 0.01}), "")
AREA_RATIO = Dimension("an area per area", "-", _with({"": 1.0, "-": 1.0, "%": 0.01, "cm2/m2": 1e-4, "mm2/m2": 1e-6}), "cm2/m2")
INVERSE_LENGTH = Dimension("a loss per length", "1/m", _with({"1/m": 1.0, "m-1": 1.0}), "1/m")
CONDUCTIVITY = Dimension("a heat conductivity", "W/(m K)", _with({"W/(m K)": 1.0, "mW/(m K)": 1e-3}), "W/(m K)")
FILM = Dimension("a heat transfer coefficient", "W/(m2 K)", _with({"W/(m2 K)": 1.0}), "W/(m2 K)")
NUMBER = Dimension("a number", "-", _with({"": 1.0, "-": 1.0}), "")
VOLUME = Dimension("a volume", "m3", _with({"m3": 1.0, "L": 1e-3}), "m3")
TIME = Dimension("a time", "s", _scaled(s=1.0, min=60.0, h=3600.0, d=86400.0), "s")
DENSITY = Dimension("a density", "kg/m3", _with({"kg/m3": 1.0}), "kg/m3")
HEAT_CAPACITY = Dimension("a heat capacity", "J/(kg K)", _with({"J/(kg K)": 1.0, "kJ/(kg K)": 1e3}), "J/(kg K)")
VISCOSITY = Dimension("a kinematic viscosity", "m2/s", _with({"m2/s": 1.0, "mm2/s": 1e-6}), "m2/s")
EXPANSION = Dimension("a thermal expansion", "1/K", _with({"1/K": 1.0}), "1/K")
ACCELERATION = Dimension("an acceleration", "m/s2", _with({"m/s2": 1.0}), "m/s2")
VELOCITY = Dimension("a flow per area", "m/s", _with({"m/s": 1.0, "m3/h/m2": 1 / 3600, "L/s/m2": 1e-3}), "m/s")
SPEED = Dimension("a speed", "m/s", _with({"m/s": 1.0, "km/h": 1 / 3.6}), "m/s")
GRADIENT = Dimension("a temperature gradient", "K/m", _with({"K/m": 1.0}), "K/m")
HEAT_FLUX = Dimension("a heat flux", "W/m2", _with({"W/m2": 1.0, "kW/m2": 1e3}), "W/m2")
THERMAL_MASS = Dimension("a thermal mass", "J/K", _with({"J/K": 1.0, "kJ/K": 1e3, "MJ/K": 1e6}), "kJ/K")
MASS_FLOW = Dimension("a mass flow", "kg/s", _with({"kg/s": 1.0, "kg/h": 1 / 3600, "g/s": 1e-3, "g/h": 1e-3 / 3600}), "kg/h")
HUMIDITY_RATIO = Dimension("a humidity ratio", "kg/kg", _with({"g/kg": 1e-3, "kg/kg": 1.0}), "g/kg")
FLOW_PER_POWER = Dimension(
    "an air flow per kW", "m3/s/W", _with({"m3/s/kW": 1e-3, "m3/h/kW": 1e-3 / 3600, "L/s/kW": 1e-6, "m3/s/MW": 1e-6}), "m3/s/kW"
)
RESISTANCE = Dimension("a thermal resistance", "K/W", _with({"K/W": 1.0, "K/kW": 1e-3}), "K/W")
CONDUCTANCE = Dimension("a conductance", "W/K", _with({"W/K": 1.0, "kW/K": 1e3}), "W/K")
LINE_CONDUCTANCE = Dimension("a conductance per length", "W/(m K)", _with({"W/(m K)": 1.0}), "W/(m K)")

ALL = (
    LENGTH, POWER, FLOW, PRESSURE, TEMPERATURE, DIFFERENCE, FRACTION, TIME, DENSITY, HEAT_CAPACITY, VISCOSITY,
    EXPANSION, ACCELERATION, VELOCITY, FLOW_PER_POWER, HEAT_FLUX, RESISTANCE, CONDUCTANCE, LINE_CONDUCTANCE, THERMAL_MASS,
    MASS_FLOW, HUMIDITY_RATIO, VOLUME,
)  # fmt: skip

# Spellings read as the unit on the right; the left side is compared after `_plain`.
_SAME = {
    "°C": "degC", "C": "degC", "℃": "degC", "°F": "degF", "F": "degF", "degK": "K",
    "l": "L", "l/s": "L/s", "l/min": "L/min", "l/h": "L/h",
    "l/s/kW": "L/s/kW", "l/s/m2": "L/s/m2", "m/s/s": "m/s2", "hr": "h", "sec": "s", "day": "d",
    "J/kgK": "J/(kg K)", "J/kg/K": "J/(kg K)", "J/(kgK)": "J/(kg K)",
    "kJ/kgK": "kJ/(kg K)", "kJ/kg/K": "kJ/(kg K)", "kJ/(kgK)": "kJ/(kg K)",
    "W/mK": "W/(m K)", "W/(mK)": "W/(m K)", "W/m/K": "W/(m K)", "mW/(mK)": "mW/(m K)", "W/m2K": "W/(m2 K)", "W/(m2K)": "W/(m2 K)",
    "W/m2/K": "W/(m2 K)",
    "m3/(skW)": "m3/s/kW", "m3/(hkW)": "m3/h/kW", "L/(skW)": "L/s/kW", "K-1": "1/K", "K^-1": "1/K",
    "m3/s/m2": "m/s", "m3/(sm2)": "m/s", "m3/(hm2)": "m3/h/m2", "m2s-1": "m2/s", "kgm-3": "kg/m3",
}  # fmt: skip

_MARKS = (("³", "3"), ("²", "2"), ("⁻¹", "-1"), ("·", " "), ("*", " "), (" per ", "/"), ("^3", "3"), ("^2", "2"))


def _plain(unit: str) -> str:
    """One spelling of a unit: superscripts and ^ to digits, dots and spaces out, the known aliases replaced."""
    text = unit.strip()
    for mark, plain in _MARKS:
        text = text.replace(mark, plain)
    text = "".join(text.split())
    return _SAME.get(text, text)


def accepted_units(dimension: Dimension) -> str:
    """The accepted units of a dimension for a message: "W, kW, MW"."""
    names = [name or "a bare number" for name in dimension.units if name != "-"]
    return ", ".join(names)


def _tidy(number: float) -> str:
    return f"{number:.6g}"


def read_quantity(value: object, dimension: Dimension) -> float:
    """The SI value of a quantity written in a case.

    value       str such as "130 kW"; a bare int or float only where the dimension has a unit-free form (a fraction)
    Returns     float, SI, finite
    Raises      UnitError naming what is accepted and, where it can, the text that was probably meant
    Example     >>> read_quantity("20 degC", TEMPERATURE)
                293.15
                >>> read_quantity("3600 m³/h", FLOW)
                1.0
    """
    accepted = accepted_units(dimension)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        example = f'"1 {dimension.usual}"' if dimension.needs_unit else "0.5"
        raise UnitError(f"{quote(value)} is not {dimension.name}", accepted, f"write it like {example}")
    if not isinstance(value, str):
        number = _finite(value, dimension)
        if dimension.needs_unit:
            raise UnitError("no unit", accepted, f'did you mean "{_tidy(number)} {dimension.usual}"?')
        return number
    number, unit = _split(value, accepted, dimension.name, dimension.usual)
    known = {_plain(name): pair for name, pair in dimension.units.items()}
    if unit in known:
        factor, offset = known[unit]
        result = number * factor + offset
        if not math.isfinite(result):
            raise UnitError(f"{quote(value)} is not a finite number", accepted)
        return result
    raise _wrong_unit(value, number, unit, dimension)


def _finite(value: int | float, dimension: Dimension) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise UnitError(f"{quote(value)} is not a finite number", accepted_units(dimension))
    return number


def _split(text: str, accepted: str, kind: str, usual: str) -> tuple[float, str]:
    """Number and plain unit of a text. Raises UnitError with a hint for decimal commas, thousands marks, and words."""
    if len(text) > _LONGEST:
        raise UnitError(f"{quote(text)} is too long for {kind}", accepted)
    stripped = text.strip().replace("−", "-")
    if re.match(r"^[+-]?(nan|inf|infinity)\b", stripped, re.IGNORECASE):
        raise UnitError(f"{quote(text)} is not a finite number", accepted)
    comma = _COMMA.match(stripped)
    if comma:
        meant = f"{comma.group(1)}.{comma.group(2)}{comma.group(3)}".strip()
        raise UnitError(f"{quote(text)}: the decimal mark is a point", accepted, f"did you mean {quote(meant)}?")
    spaced = _SPACED.match(stripped)
    if spaced:
        meant = re.sub(r"[ '’\u00a0\u202f]", "", spaced.group(1)) + spaced.group(2)
        raise UnitError(f"{quote(text)}: no marks between thousands", accepted, f"did you mean {quote(meant)}?")
    match = _NUMBER.match(stripped)
    digits = match.group(0) if match else ""
    if not digits:
        example = f'"1 {usual}"' if usual else "0.5"
        raise UnitError(f"{quote(text)} does not start with a number", accepted, f"write it like {example}")
    number = float(digits.replace("_", ""))
    if not math.isfinite(number):
        raise UnitError(f"{quote(text)} is not a finite number", accepted)
    return number, _plain(stripped[len(digits) :])


def _wrong_unit(text: str, number: float, unit: str, dimension: Dimension) -> UnitError:
    """The mistake of a number with a unit that is not of this dimension."""
    accepted = accepted_units(dimension)
    if not unit:
        return UnitError(f"{quote(text)}: no unit", accepted, f'did you mean "{_tidy(number)} {dimension.usual}"?')
    if unit in dimension.wrong:
        meant = number
        if dimension is TEMPERATURE and unit == "degF":
            meant = (number - 32.0) / 1.8
        elif dimension is TEMPERATURE and number > 200.0:  # an absolute temperature in kelvin
            meant = number - ZERO_CELSIUS
        elif unit == "degF":
            meant = number / 1.8
        return UnitError(f"{quote(text)}: {dimension.wrong[unit]}", accepted, f'did you mean "{_tidy(meant)} {dimension.usual}"?')
    for name in dimension.units:
        if name and _plain(name).lower() == unit.lower():
            return UnitError(
                f"{quote(text)}: unit {quote(unit)} is not known", accepted, f'did you mean "{_tidy(number)} {name}"?'
            )
    for other in ALL:
        if unit in {_plain(name) for name in other.units if name}:
            return UnitError(f"{quote(text)} is {other.name}, not {dimension.name}", accepted)
    return UnitError(f"{quote(text)}: unit {quote(unit)} is not known", accepted)


def guess_dimension(text: object) -> Dimension:
    """The dimension that a text's unit belongs to (a limit of [[assert]] may be of any kind).

    Raises UnitError if no dimension has this unit. K reads as a difference, a bare number and % as a fraction.
    """
    if not isinstance(text, str):
        _finite_or_raise(text)
        return FRACTION
    _, unit = _split(text, "", "a quantity", "degC")
    for dimension in ALL:
        if unit in {_plain(name) for name in dimension.units}:
            return dimension
    raise UnitError(f"{quote(text)}: unit {quote(unit)} is not known")


def _finite_or_raise(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnitError(f"{quote(value)} is not a number with a unit", "", 'write it like "27 degC"')
    _finite(value, FRACTION)


def show_quantity(value: float, dimension: Dimension) -> str:
    """An SI value as text in the dimension's usual unit: 130000.0, POWER -> "130 kW".

    Example     >>> show_quantity(293.15, TEMPERATURE)
                '20 degC'
    """
    factor, offset = dimension.units[dimension.usual]
    return f"{_tidy((value - offset) / factor)} {dimension.usual}".strip()
