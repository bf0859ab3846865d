"""What each key of a case file means, from the schema: one text for `hallflow explain KEY`, one table for the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo

from thermal.case.asserts import number_of
from thermal.case.fields import Limited, Quantity
from thermal.case.liquid import Outdoor
from thermal.case.load import TABLES
from thermal.case.messages import nearest
from thermal.case.movers import CoilTable, Fan, Resistance, Slot, SpeedRule
from thermal.case.resolved import quantity_of
from thermal.case.schema import Refine
from thermal.errors import UsageError, quote
from thermal.units import POWER, accepted_units

# tables inside tables, told after the one that (last) holds them
INNER: dict[str, tuple[tuple[str, str, type[BaseModel]], ...]] = {
    "site": (("site.outdoor", "[site.outdoor]", Outdoor),),
    "mesh": (("mesh.refine", "[[mesh.refine]]", Refine),),
    "rack": (("rack.slots", "[[rack.NAME.slots]]", Slot),),
    "rdhx": (
        ("fan", "fan = { ... }", Fan),
        ("speed_rule", "speed_rule = { ... }", SpeedRule),
        ("loss", "loss = { ... }", Resistance),
        ("coil", "coil = { ... }", CoilTable),
    ),
}
HEADINGS = {"table": "[{}]", "optional": "[{}]", "named": "[{}.NAME]", "list": "[[{}]]"}


@dataclass(frozen=True)
class KeyText:
    """One key for readers: where it stands, what is accepted, its default ("required" without one), meaning and source."""

    key: str
    accepted: str
    default: str
    meaning: str
    source: str


@dataclass(frozen=True)
class TableText:
    """One table for readers: its name in paths, how its heading is written, what it is, and its keys."""

    name: str
    heading: str
    meaning: str
    keys: tuple[KeyText, ...]


def tables() -> list[TableText]:
    """Every table of the dialect in the order of the schema."""
    texts = []
    for name, (model, kind) in TABLES.items():
        texts.append(_table(name, HEADINGS[kind].format(name), model))
        texts += [_table(inner, heading, table) for inner, heading, table in INNER.get(name, ())]
    return texts


def _table(name: str, heading: str, model: type[BaseModel]) -> TableText:
    keys = [_key(field.alias or attribute, field) for attribute, field in model.model_fields.items()]
    return TableText(name, heading, " ".join((model.__doc__ or "").split()), tuple(keys))


def _key(key: str, field: FieldInfo) -> KeyText:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if field.is_required():
        default = "required"
    elif "x-default" in extra:
        default = str(extra["x-default"])
    else:
        default = _default_text(field.default)
    return KeyText(key, _accepted(key, field), default, field.description or "", str(extra.get("x-source", "")))


def _default_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _accepted(key: str, field: FieldInfo) -> str:
    """What may stand behind a key: units and range of a quantity, the words of a choice, or the type."""
    quantity = quantity_of(field)
    words = _choices(field.annotation)
    count = _list_length(field)
    if quantity is not None:
        unit = accepted_units(quantity.dimension)
        text = f"{quantity.dimension.name} in {unit}" if quantity.dimension.needs_unit else f"{quantity.dimension.name}: {unit}"
        return f"{count}{text}" + (f"; {quantity.range_text()}" if quantity.range_text() and not count else "")
    if words:
        return count + ", ".join(f'"{word}"' for word in words)
    if key == "power":
        return f"a power in {accepted_units(POWER)}, or a list of them"
    plain = {bool: "true, false", int: "a whole number", str: "text"}
    for kind, text in plain.items():
        if kind in _flat(field.annotation):
            return count + ("a name" if kind is str and (key in ("name", "type", "rows")) else text)
    if Limited in _flat(field.annotation) or key in ("min", "max"):
        return "a quantity with its unit"
    own = [item.json_schema for item in field.metadata if isinstance(item, WithJsonSchema) and item.json_schema]
    return next((str(schema["x-unit"]) for schema in own if "x-unit" in schema), "tables")


def _list_length(field: FieldInfo) -> str:
    """ "list of 3: " for lists, "" for single values."""
    if list not in [get_origin(item) for item in _flat(field.annotation)]:
        return ""
    bounds = [getattr(mark, name) for mark in _marks(field) for name in ("min_length", "max_length") if hasattr(mark, name)]
    numbers = sorted(set(bounds))
    word = " to " if len(numbers) == 2 and numbers[1] > numbers[0] + 1 else " or "
    return f"list of {word.join(str(n) for n in numbers)}: " if numbers else "list of: "


def _marks(field: FieldInfo) -> list[Any]:
    found = list(field.metadata)
    for item in _flat(field.annotation):
        for mark in getattr(item, "__metadata__", ()):
            found += mark.metadata if isinstance(mark, FieldInfo) else [mark]
    return [mark for mark in found if not isinstance(mark, Quantity)]


def _flat(annotation: Any) -> list[Any]:
    """An annotation and everything inside it."""
    found = [annotation]
    for argument in get_args(annotation):
        if argument is not NoneType:
            found += _flat(argument)
    return found


def _choices(annotation: Any) -> list[str]:
    return [word for item in _flat(annotation) if get_origin(item) is Literal for word in get_args(item)]


def explain(key: str) -> str:
    """Text for a key path ("mesh.cell", "rack.NAME.power", "rack_row[0].count"), a bare key, a table, or a number of [[assert]].

    Raises   UsageError naming the nearest keys for an unknown one.
    """
    wanted = "".join(key.split())
    while "[" in wanted and "]" in wanted[wanted.index("[") :]:  # rack_row[0].count, [[supply]], [mesh]
        start, end = wanted.index("["), wanted.index("]", wanted.index("["))
        inside = wanted[start + 1 : end].strip("[")
        wanted = wanted[:start] + ("" if inside.isdigit() else inside) + wanted[end + 1 :].lstrip("]")
    texts = tables()
    lines: list[str] = []
    for table in texts:
        if wanted == table.name:
            lines += [f"{table.heading}  {table.meaning}", *(f"  {item.key:<22} {_one_line(item)}" for item in table.keys), ""]
        for item in table.keys:
            names = {f"{table.name}.{item.key}", item.key}
            is_named = (
                table.heading.endswith(".NAME]") and wanted.startswith(f"{table.name}.") and wanted.endswith(f".{item.key}")
            )
            if wanted in names or is_named:
                lines += _explained(table, item)
    number = number_of(wanted)
    if number is not None:
        lines += [f"{wanted}, for what = of [[assert]]", f"  {number.meaning}", f"  unit      {number.unit}", ""]
    if not lines:
        known = {f"{table.name}.{item.key}" for table in texts for item in table.keys} | {table.name for table in texts}
        known |= {item.key for table in texts for item in table.keys}
        hint = nearest(wanted, known) or f"tables: {', '.join(table.name for table in texts)}"
        raise UsageError(f"no key {quote(key)}; {hint}")
    return "\n".join(lines).rstrip()


def _one_line(item: KeyText) -> str:
    return f"{item.meaning} [{item.default}]"


def _explained(table: TableText, item: KeyText) -> list[str]:
    lines = [f"{table.heading} {item.key}", f"  {item.meaning}", f"  accepted  {item.accepted}", f"  default   {item.default}"]
    if item.source:
        lines.append(f"  source    {item.source}")
    return [*lines, ""]
