"""The building blocks of the schema: quantities with ranges, names, coordinates, and `setting`, which documents a key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from thermal.errors import clean, quote
from thermal.units import LENGTH, Dimension, UnitError, accepted_units, guess_dimension, read_quantity, show_quantity

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
NAME_RULE = "a letter or digit, then up to 63 letters, digits, _ . -"
LONGEST_TITLE = 200  # characters


@dataclass(frozen=True)
class Quantity:
    """A number with a unit: reads text into SI and checks its range. Bounds are SI; `above` and `below` exclude the bound."""

    dimension: Dimension
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None

    def read(self, value: object) -> float:
        """SI value. Raises UnitError for a wrong text or a value outside the range."""
        number = read_quantity(value, self.dimension)
        too_low = (self.low is not None and number < self.low) or (self.above is not None and number <= self.above)
        too_high = (self.high is not None and number > self.high) or (self.below is not None and number >= self.below)
        if too_low or too_high:
            raise UnitError(f"{quote(value)} is out of range", self.range_text())
        return number

    def range_text(self) -> str:
        """The range in the usual unit: "> 0 m, up to 1000 m"."""
        parts = []
        if self.above is not None:
            parts.append(f"> {show_quantity(self.above, self.dimension)}")
        if self.low is not None:
            parts.append(f"from {show_quantity(self.low, self.dimension)}")
        if self.below is not None:
            parts.append(f"< {show_quantity(self.below, self.dimension)}")
        if self.high is not None:
            parts.append(f"up to {show_quantity(self.high, self.dimension)}")
        return ", ".join(parts)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Hooks `read` into pydantic: the field's value is a float in SI."""
        return core_schema.no_info_before_validator_function(self.read, core_schema.float_schema())

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """For editors: text with a unit, or also a bare number where the dimension has none."""
        kind: Any = "string" if self.dimension.needs_unit else ["string", "number"]
        note = self.range_text()
        return {"type": kind, "x-unit": accepted_units(self.dimension), **({"x-range": note} if note else {})}


def _read_name(value: object) -> str:
    if not isinstance(value, str):
        raise UnitError(f"{quote(value)} is not text", NAME_RULE, f'did you mean "{value}"?' if type(value) is int else "")
    if not re.fullmatch(NAME_PATTERN, value):
        raise UnitError(f"{quote(value)} cannot be a name", NAME_RULE)
    return value


def _read_title(value: object) -> str:
    if not isinstance(value, str):
        raise UnitError(f"{quote(value)} is not text", "text in quotes")
    if len(value) > LONGEST_TITLE:
        raise UnitError(f"a title of {len(value)} characters", f"up to {LONGEST_TITLE}")
    return value


@dataclass(frozen=True)
class Limited:
    """A limit as written: SI value, the kind of quantity its unit belongs to, the user's text."""

    value: float
    dimension: Dimension
    text: str


def _read_bound(value: object) -> Limited | None:
    if value is None:
        return None
    dimension = guess_dimension(value)
    return Limited(read_quantity(value, dimension), dimension, clean(str(value)))


Bound = Annotated[
    Any, BeforeValidator(_read_bound), WithJsonSchema({"type": ["string", "number"], "x-unit": "the unit of the number judged"})
]
Name = Annotated[str, BeforeValidator(_read_name), WithJsonSchema({"type": "string", "pattern": f"^{NAME_PATTERN}$"})]
Title = Annotated[str, BeforeValidator(_read_title)]
Coordinate = Annotated[float, Quantity(LENGTH, low=-10_000.0, high=10_000.0)]
Extent = Annotated[float, Quantity(LENGTH, above=0.0, high=10_000.0)]
Corner = Annotated[list[Coordinate], Field(min_length=3, max_length=3)]
InPlane = Annotated[list[Coordinate], Field(min_length=2, max_length=2)]


class Table(BaseModel):
    """Base of every table of a case file: unknown keys are mistakes, defaults pass the same checks as the user's values."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def setting(default: Any = ..., description: str = "", *, source: str = "", alias: str | None = None, shown: str = "") -> Any:
    """A key of the dialect: default as the user would write it (... = required), what it means, where the default comes from.

    shown   text in the documentation for a default that depends on other values
    """
    extra: dict[str, Any] = {key: text for key, text in (("x-source", source), ("x-default", shown)) if text}
    return Field(default, description=description, alias=alias, json_schema_extra=extra or None)


def tidy(length: float) -> float:
    """A length in m without the last bits' noise of sums such as 3.6 + 3 * 0.6; 1e-9 m is far below any cell."""
    return round(length, 9) + 0.0  # + 0.0 turns -0.0 into 0.0
