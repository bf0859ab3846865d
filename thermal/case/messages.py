"""From pydantic's findings to messages in the user's words: where, what, accepted, fix."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any, get_args

from pydantic import BaseModel

from thermal.case.lines import Path
from thermal.errors import CaseError, clean, quote
from thermal.units import UnitError

_MOST_NAMES = 24  # of known keys or names in one message


def key_text(path: Iterable[str | int]) -> str:
    """A key path as people write it: rack_row[0].count (items count from 0 as in the JSON schema)."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = clean(part)[:80]
            text += f".{name}" if text else name
    return text


def nearest(word: str, known: Iterable[str]) -> str:
    """'did you mean "power"?' for the nearest of the known words, or ""."""
    words = list(known)
    lowered = {name.lower().replace("-", "_"): name for name in words}
    match = difflib.get_close_matches(word[:80].lower().replace("-", "_"), lowered, n=1, cutoff=0.6)
    return f'did you mean "{lowered[match[0]]}"?' if match else ""


def listed(names: Iterable[str]) -> str:
    """Names in one line, cut with a count when there are many."""
    words = sorted(names)
    more = len(words) - _MOST_NAMES
    return ", ".join(words[:_MOST_NAMES]) + (f", and {more} more" if more > 0 else "")


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a table as written in a case (`from`, not `start`)."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The table model that a path leads to (lists and named tables are walked through)."""
    found: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int) or found is None:
            continue
        field = next((f for name, f in found.model_fields.items() if (f.alias or name) == part), None)
        if field is None:
            return found
        found = next((t for t in _types_in(field.annotation) if isinstance(t, type) and issubclass(t, BaseModel)), None)
    return found


def _types_in(annotation: Any) -> list[Any]:
    types = [annotation]
    for argument in get_args(annotation):
        types += _types_in(argument)
    return types


def translate(found: list[Any], model: type[BaseModel], base: Path, where: Callable[[Path], str]) -> list[CaseError]:
    """The messages of one table's validation.

    found   pydantic's ValidationError.errors();  base   path of the table in the file;  where   path -> "file:line  key"
    """
    messages = []
    for item in found:
        local: Path = tuple(part for part in item["loc"] if part != "[key]")
        path = (*base, *local)
        messages.append(_message(item, model, local, where(path)))
    return messages


def _message(item: Any, model: type[BaseModel], local: Path, where: str) -> CaseError:
    kind, value, context = item["type"], item.get("input"), item.get("ctx", {})
    if kind == "value_error" and isinstance(context.get("error"), UnitError):
        error = context["error"]
        return CaseError(where, error.what, error.accepted, error.fix)
    if kind == "extra_forbidden":
        table = _model_at(model, local[:-1])
        known = keys_of(table) if table else []
        return CaseError(where, "unknown key", listed(known), nearest(str(local[-1]), known))
    if kind == "missing":
        table = _model_at(model, local[:-1])
        field = next((f for n, f in table.model_fields.items() if (f.alias or n) == local[-1]), None) if table else None
        return CaseError(
            where, "missing", "", f"it is required: {field.description}" if field and field.description else "it is required"
        )
    if kind == "literal_error":
        words = [word.strip("' ") for word in context.get("expected", "").replace(" or ", ", ").split(",")]
        hint = nearest(value, words) if isinstance(value, str) and len(value) > 1 else ""
        return CaseError(where, f"{quote(value)} is not known", ", ".join(words), hint)
    if kind in ("too_short", "too_long"):
        exact = context.get("min_length") if kind == "too_short" else context.get("max_length")
        return CaseError(where, f"a list of {context.get('actual_length')}", f"a list of {exact}")
    return CaseError(where, *_typed(kind, value, context))


def _typed(kind: str, value: Any, context: Any) -> tuple[str, str]:
    """What and accepted of the plain type and range mistakes."""
    if kind in ("int_type", "int_from_float", "int_parsing", "int_parsing_size"):
        return f"{quote(value)} is not a whole number", "a number without quotes and point"
    if kind == "bool_type":
        return f"{quote(value)} is not true or false", "true, false (without quotes)"
    if kind == "list_type":
        return f"{quote(value)} is not a list", "values in square brackets"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{quote(value)} is not a table", "keys and values"
    if kind in ("string_type", "string_pattern_mismatch"):
        return f"{quote(value)} is not text", "text in quotes"
    if kind == "string_too_long":
        return f"{quote(value)} is too long", f"up to {context.get('max_length')} characters"
    if kind == "greater_than_equal":
        return f"{quote(value)} is out of range", f"from {context.get('ge')}"
    if kind == "less_than_equal":
        return f"{quote(value)} is out of range", f"up to {context.get('le')}"
    return f"{quote(value)} is not accepted here", ""
