"""Tables as TOML text: a case put together from several files is written down whole, so that its record can be run again.

Only what a case file can hold: tables, lists, texts, numbers, booleans, dates. Reading the text back gives the same values.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def to_toml(document: Mapping[str, Any]) -> str:
    """The TOML text of a document as tomllib reads it: simple keys first, then tables, then lists of tables.

    Example     >>> print(to_toml({"room": {"size": ["6 m", "7 m", "3 m"]}}), end="")
                [room]
                size = ["6 m", "7 m", "3 m"]
    """
    lines: list[str] = []
    _table(document, (), lines)
    while lines and not lines[0]:
        del lines[0]
    return "\n".join(lines) + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    """The keys of a table, then what lies in it, under headings of their own."""
    inner = []
    for key, value in table.items():
        if isinstance(value, Mapping) or _is_tables(value):
            inner.append((key, value))
        else:
            lines.append(f"{_key(key)} = {_value(value, is_line=True)}")
    for key, value in inner:
        name = ".".join(_key(part) for part in (*path, key))
        if isinstance(value, Mapping):
            if not value or any(not isinstance(item, Mapping) and not _is_tables(item) for item in value.values()):
                lines += ["", f"[{name}]"]
            _table(value, (*path, key), lines)
        else:
            for item in value:
                lines += ["", f"[[{name}]]"]
                _table(item, (*path, key), lines)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any, is_line: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return hex(value) if abs(value) >= 10**4000 and value > 0 else str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return _lines(value) if is_line and value.count("\n") > 1 else _text(value)
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a case file")


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return repr(value)


def _text(text: str) -> str:
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _lines(text: str) -> str:
    """A text of several lines, one for each line of the file, so that a message about its fifth line can name it."""
    return '"""\n' + "".join(c if c == "\n" else _escaped(c) for c in text) + '"""'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if ord(character) < 0x20 or ord(character) == 0x7F:
        return f"\\u{ord(character):04X}"
    return character
