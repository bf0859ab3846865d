"""Every key of a case with its value as text, defaults and derived values included: the record and the report print it."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from thermal.case import model
from thermal.case.fields import Limited, Quantity
from thermal.case.load import TABLES, Tables
from thermal.errors import clean
from thermal.units import (
    ACCELERATION,
    DENSITY,
    EXPANSION,
    FLOW,
    HEAT_CAPACITY,
    NUMBER,
    POWER,
    PRESSURE,
    TEMPERATURE,
    VISCOSITY,
    Dimension,
    show_quantity,
)


def quantity_of(field: FieldInfo) -> Quantity | None:
    """The Quantity in a field's annotation, None for keys that are not quantities."""
    pending: list[Any] = [*field.metadata, field.annotation]
    while pending:
        item = pending.pop()
        if isinstance(item, Quantity):
            return item
        pending += get_args(item)
        pending += list(getattr(item, "__metadata__", ()))
    return None


def _text(value: Any, dimension: Dimension | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Limited):
        return value.text
    if isinstance(value, list):
        return "[" + ", ".join(_text(item, dimension) for item in value) + "]"
    if isinstance(value, float):
        return show_quantity(value, dimension) if dimension else f"{value:g}"
    return clean(str(value))


def _rows(table: BaseModel) -> dict[str, str]:
    """The keys of one table; a value that the user left to its default is marked."""
    texts = {}
    for name, field in type(table).model_fields.items():
        value = getattr(table, name)
        quantity = quantity_of(field)
        if name == "slots":
            for number, slot in enumerate(value):
                keys = {key: text for key, text in _rows(slot).items() if not text.endswith(" (default)")}
                texts[f"slots[{number}]"] = ", ".join(f"{key} {text}" for key, text in keys.items())
            continue
        if value is None or value == [] or (isinstance(value, list) and isinstance(value[0], BaseModel)):
            continue
        if isinstance(value, BaseModel):
            inner = {f"{field.alias or name}.{key}": text for key, text in _rows(value).items()}
            texts.update({key: text for key, text in inner.items() if not text.endswith(" (default)")})
            continue
        dimension = quantity.dimension if quantity else (POWER if name == "power" else None)
        mark = "" if name in table.model_fields_set else " (default)"
        texts[field.alias or name] = _text(value, dimension) + mark
    return texts


def resolved_text(
    tables: Tables, air: model.Air, racks: list[model.Rack], patches: list[model.Opening]
) -> dict[str, dict[str, str]]:
    """Section -> key -> text. Sections are "mesh", "rack.gpu", "rack_row A", "supply tiles", ... in the order of the dialect."""
    sections: dict[str, dict[str, str]] = {}
    for key, (_, kind) in TABLES.items():
        if kind == "optional" and tables.single[key] is None:
            continue
        if kind in ("table", "optional"):
            sections[key] = _rows(tables.single[key])
        elif kind == "named":
            sections.update({f"{key}.{name}": _rows(table) for name, table in tables.types.items()})
        else:
            for number, (_, table) in enumerate(tables.lists[key], 1):
                name = getattr(table, "name", None) or f"{number}"
                sections[f"{key} {name}"] = _rows(table)
    for number, (path, table) in enumerate(tables.lists["rack_table"], 1):
        section = sections[f"rack_table {table.name or number}"]
        section["racks"] = str(len(tables.sheets[path].lines))
        section.pop("text", None)
    for number, refine in enumerate(tables.single["mesh"].refine, 1):
        sections[f"mesh.refine {refine.name or number}"] = _rows(refine)
    sections["air"].update(_air_rows(air, sections["air"]))
    if not tables.single["solve"].wall_time:
        sections["solve"]["wall_time"] = "no limit (default)"
    for row in dict.fromkeys(rack.row for rack in racks):
        flows = [rack.flow for rack in racks if rack.row == row]
        sections.setdefault(f"rack_row {row}", {})["air flow of all its racks"] = show_quantity(sum(flows), FLOW)
    for patch in patches:
        if patch.flow is not None:
            sections[f"{patch.kind} {patch.name}"]["air flow"] = show_quantity(patch.flow, FLOW)
    return sections


def _air_rows(air: model.Air, given: dict[str, str]) -> dict[str, str]:
    values: list[tuple[str, float, Dimension]] = [
        ("pressure", air.pressure, PRESSURE),
        ("density", air.density, DENSITY),
        ("heat_capacity", air.heat_capacity, HEAT_CAPACITY),
        ("kinematic_viscosity", air.kinematic_viscosity, VISCOSITY),
        ("prandtl", air.prandtl, NUMBER),
        ("expansion", air.expansion, EXPANSION),
        ("gravity", air.gravity, ACCELERATION),
        ("reference_temperature", air.reference_temperature, TEMPERATURE),
    ]
    return {key: show_quantity(value, dimension) + " (computed)" for key, value, dimension in values if key not in given}
