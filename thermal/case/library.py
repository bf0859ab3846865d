"""Types from libraries: the one that comes along (library.toml beside this file) and the user's own, named in [library].

A library holds tables by kind and name, [crah.NAME], [rack.NAME], ..., with the keys of the case's own table and a `source`:
where its numbers come from. `type = "NAME"` in a [[crah]] puts the keys of the type where the table has none, inside fan, coil
and loss, too, and in a fan those of a [fan.NAME]; a row's `type` finds a rack type of a library as it finds one of the case. The
case's own [rack.NAME] come first, then the user's files in their order, then the library that comes along.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thermal.case.messages import listed, nearest
from thermal.errors import clean, quote

if TYPE_CHECKING:
    from thermal.case.load import Tables

SHIPPED = Path(__file__).with_name("library.toml")
KINDS = ("crah", "fan_wall", "in_row", "rdhx")  # lists whose items may have a type
LARGEST = 1 << 20  # bytes of a library file
SOURCE = "source"

Library = dict[str, dict[str, dict[str, Any]]]  # kind -> name -> keys


def expand_types(document: dict[str, Any], tables: Tables, folder: Path | None) -> dict[str, Any]:
    """The document with the keys of its types filled in; mistakes are noted in the tables.

    folder   of the case, which library files may not leave; None for a case that is no file
    """
    libraries = [*_own_files(document, tables, folder), read_library(SHIPPED)]
    document = deepcopy(document)
    for kind in KINDS:
        items = document.get(kind)
        for index, item in enumerate(items if isinstance(items, list) else []):
            if isinstance(item, dict) and isinstance(item.get("type"), str):
                _fill(item, (kind, index, "type"), kind, item["type"], libraries, tables)
    _find_racks(document, libraries)
    for place, item in _holders_of_fans(document):
        fan = item.get("fan")
        if isinstance(fan, dict) and isinstance(fan.get("type"), str):
            _fill(fan, (*place, "fan", "type"), "fan", fan["type"], libraries, tables)
    return document


def _holders_of_fans(document: dict[str, Any]) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Path and table of everything that may have a fan: devices, rack types, their slots."""
    found: list[tuple[tuple[Any, ...], Any]] = []
    for kind in KINDS:
        items = document.get(kind)
        found += [((kind, index), item) for index, item in enumerate(items if isinstance(items, list) else [])]
    racks = document.get("rack")
    for name, rack in racks.items() if isinstance(racks, dict) else ():
        slots = rack.get("slots") if isinstance(rack, dict) else None
        found.append((("rack", name), rack))
        found += [(("rack", name, "slots", index), slot) for index, slot in enumerate(slots if isinstance(slots, list) else [])]
    return [(place, item) for place, item in found if isinstance(item, dict)]


def read_library(path: Path) -> Library:
    """The tables of a library file by kind and name. Raises ValueError (tomllib's too) or OSError for one that cannot be read."""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"larger than {LARGEST // 1024} KiB")
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    for kind, entries in found.items():
        if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
            raise ValueError(f"[{kind}] holds no tables by name")
        for name, entry in entries.items():
            if not isinstance(entry.get(SOURCE), str) or not entry[SOURCE].strip():
                raise ValueError(f"[{kind}.{name}] has no source")
    return found


def _own_files(document: dict[str, Any], tables: Tables, folder: Path | None) -> list[Library]:
    table = document.get("library")
    names = table.get("files") if isinstance(table, dict) else None
    libraries = []
    for number, name in enumerate(names if isinstance(names, list) else []):
        place = ("library", "files", number)
        if not isinstance(name, str):
            continue  # the schema says so
        if folder is None:
            tables.report(place, "a library file of a case that is no file itself", "a case in a folder")
            continue
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            tables.report(place, f"library {quote(name)} lies outside the case's folder", "a file in or under it")
            continue
        try:
            libraries.append(read_library(path))
        except FileNotFoundError:
            tables.report(place, f"no library file {quote(name)}", "a file beside the case")
        except (OSError, ValueError) as error:
            tables.report(place, f"library {quote(name)} cannot be read: {clean(str(error))[:120]}")
    return libraries


def _fill(
    item: dict[str, Any], place: tuple[Any, ...], kind: str, name: str, libraries: Iterable[Library], tables: Tables
) -> None:
    """Put the keys of a type where an item has none."""
    libraries = list(libraries)
    entry = next((library[kind][name] for library in libraries if name in library.get(kind, {})), None)
    if entry is None:
        known = {other for library in libraries for other in library.get(kind, {})}
        tables.report(place, f"no {kind} type {quote(name)} in any library", listed(known) or "none yet", nearest(name, known))
        return
    for key, value in entry.items():
        if key == SOURCE:
            continue
        if key not in item:
            item[key] = deepcopy(value)
        elif isinstance(value, dict) and isinstance(item[key], dict):
            item[key] = {**deepcopy(value), **item[key]}


def _find_racks(document: dict[str, Any], libraries: list[Library]) -> None:
    """Rack types that rows name and the case does not hold."""
    rows, own = document.get("rack_row"), document.get("rack", {})
    if not isinstance(rows, list) or not isinstance(own, dict):
        return
    for row in rows:
        name = row.get("type") if isinstance(row, dict) else None
        if not isinstance(name, str) or name in own:
            continue
        entry = next((library["rack"][name] for library in libraries if name in library.get("rack", {})), None)
        if entry is not None:
            own = document.setdefault("rack", {})
            own[name] = {key: deepcopy(value) for key, value in entry.items() if key != SOURCE}
