"""Keys of the passive scalars: humidity of openings, humidifiers, tracers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictBool, WithJsonSchema

from thermal.case.fields import NAME_PATTERN, Corner, Name, Quantity, Table, setting
from thermal.errors import clean, quote
from thermal.units import FRACTION, HUMIDITY_RATIO, MASS_FLOW, TEMPERATURE, Dimension, UnitError, guess_dimension, read_quantity

MOST_HUMID = 0.2  # kg/kg, twice that of saturated air at 50 degC
_ACCEPTED = '"45 %" relative humidity, "9 degC" dew point, "7.5 g/kg" humidity ratio'


@dataclass(frozen=True)
class Humidity:
    """A humidity as written: SI value, the kind of quantity its unit belongs to, the user's text."""

    value: float
    dimension: Dimension
    text: str

    def __str__(self) -> str:
        """The text, for the resolved case."""
        return self.text


def _read_humidity(value: object) -> Humidity | None:
    if value is None or isinstance(value, Humidity):
        return value
    if not isinstance(value, str):
        raise UnitError(f"{quote(value)} has no unit", _ACCEPTED)
    dimension = guess_dimension(value)
    if dimension not in (FRACTION, TEMPERATURE, HUMIDITY_RATIO) or (dimension is FRACTION and "%" not in value):
        raise UnitError(f"{quote(value)} is no humidity", _ACCEPTED)
    number = read_quantity(value, dimension)
    low, high = {FRACTION: (0.0, 1.0), TEMPERATURE: (173.15, 373.0), HUMIDITY_RATIO: (0.0, MOST_HUMID)}[dimension]
    if not low <= number <= high:
        raise UnitError(f"{quote(value)} is out of range", "0 % to 100 %, -100 degC to 99 degC, 0 g/kg to 200 g/kg")
    return Humidity(number, dimension, clean(value))


AirHumidity = Annotated[
    Any,
    BeforeValidator(_read_humidity),
    WithJsonSchema({"type": "string", "x-unit": "% (relative), degC (dew point), g/kg or kg/kg (humidity ratio)"}),
]


def _read_followed(value: object) -> str | list[str] | None:
    if value is None or (isinstance(value, str) and value in ("all", "none")):
        return value
    accepted = 'all, none, or a list of names such as ["one", "two"]'
    if not isinstance(value, list):
        fix = f'did you mean ["{value}"]?' if isinstance(value, str) and re.fullmatch(NAME_PATTERN, value) else ""
        raise UnitError(f"{quote(value)} is not what to follow", accepted, fix)
    for name in value:
        if not isinstance(name, str) or not re.fullmatch(NAME_PATTERN, name):
            raise UnitError(f"{quote(name)} cannot be a name", accepted)
    return value


Followed = Annotated[
    Any,
    BeforeValidator(_read_followed),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}, "x-unit": "all, none, or a list of names"}),
]


def supply_humidity() -> Any:
    """The key `humidity` of a [[supply]]."""
    return setting(
        None,
        "Relative humidity at its temperature, dew point, or humidity ratio of the air that comes in. With it on every "
        "supply the hall's humidity is solved.",
        shown="none: humidity is not solved",
    )


def return_humidity() -> Any:
    """The key `humidity` of a [[return]]."""
    return setting(None, "Humidity of air that flows back in.", shown="flow-weighted mean of the supplies")


class Humidifier(Table):
    """A source of water vapour: in a box of the room, or in the air of a supply. It adds vapour without heat."""

    name: Name = setting(..., "Name of the humidifier.")
    moisture: Annotated[float, Quantity(MASS_FLOW, above=0.0, high=10.0)] = setting(..., "Water vapour that it gives off.")
    start: Corner | None = setting(None, "Low corner of the box.", alias="from", shown="none")
    to: Corner | None = setting(None, "High corner of the box.", shown="none")
    supply: Name | None = setting(None, "Supply into whose air it blows, in place of a box.", shown="none")


class LocalGroup(Table):
    """Racks with the supplies and returns that are there for them: whose air their capture indices count."""

    name: Name = setting(..., "Name of the group.")
    rows: list[Name] = setting(..., "Rows of racks that belong to it; a row belongs to one group.")
    supplies: list[Name] | None = setting(None, "Its supplies.", shown="all")
    returns: list[Name] | None = setting(None, "Its returns.", shown="all")


class TracersTable(Table):
    """Where the air in each rack inlet comes from, and how old it is: tracers on the solved flow, see docs/scalars.md."""

    solve: StrictBool | None = setting(
        None,
        "Whether a hall gets tracers once its flow has settled; they take a part of its time, see docs/scalars.md.",
        shown="true where this table has any key",
    )
    supplies: Followed = setting(
        None,
        "Openings whose share in each rack inlet is found: all through which air enters, none, or these by name; the others are "
        "then one share together.",
        shown='"all" up to 8 of them, else "none"',
    )
    racks: Followed = setting("none", "Racks whose exhaust is followed into each rack inlet, one tracer each.")
    age_of_air: StrictBool = setting(True, "Whether the age of the air is found.")
    fields: StrictBool = setting(False, "Whether the tracers' fields go into the record, and not only the age of air.")
    local: Annotated[list[LocalGroup], Field(max_length=100)] = setting(
        [], "Groups of the capture index, as [[tracers.local]].", shown="one group of all racks, supplies and returns"
    )
