"""The door: a case file's bytes into validated tables, and every mistake of the file with its line.

A table that is wrong is left out of the result but its name is remembered, so that the checks behind the door can go on with the
rest and report their mistakes in the same run without inventing follow-ups.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ValidationError

from thermal.case import air_paths, liquid_plant, movers, objects, rack_table, scalars, schema, time_tables
from thermal.case.library import expand_types
from thermal.case.lines import Path, guard, line_of
from thermal.case.messages import key_text, keys_of, listed, nearest, translate
from thermal.errors import CaseError, CaseErrors, clean, path_words

if TYPE_CHECKING:
    from thermal.case.extends import Document

CASE_FILE = "case.toml"
LARGEST_FILE = 1 << 20  # bytes; 10 000 racks in rows of ten fit in a sixth of it
MOST_MESSAGES = 100  # a file with more mistakes is not what it claims to be
MOST_NOTED = 1000  # mistakes after which reading stops

TableKind = Literal["table", "optional", "list", "named"]
TABLES: dict[str, tuple[type[BaseModel], TableKind]] = {
    "case": (schema.CaseTable, "table"),
    "site": (schema.Site, "table"),
    "air": (schema.AirTable, "table"),
    "room": (schema.Room, "table"),
    "mesh": (schema.MeshTable, "table"),
    "flow": (schema.FlowTable, "table"),
    "solve": (schema.Solve, "table"),
    "limits": (schema.Limits, "table"),
    "library": (movers.LibraryTable, "table"),
    "rack": (objects.RackType, "named"),
    "rack_row": (objects.RackRow, "list"),
    "rack_table": (rack_table.RackTable, "list"),
    "supply": (objects.Supply, "list"),
    "return": (objects.Return, "list"),
    "containment": (objects.Containment, "list"),
    "obstacle": (objects.Obstacle, "list"),
    "wall": (objects.Wall, "list"),
    "humidifier": (scalars.Humidifier, "list"),
    "tracers": (scalars.TracersTable, "table"),
    "raised_floor": (air_paths.RaisedFloor, "table"),
    "ceiling_plenum": (air_paths.CeilingPlenum, "table"),
    "tile": (air_paths.Tile, "list"),
    "grille": (air_paths.Grille, "list"),
    "cutout": (air_paths.Cutout, "list"),
    "leak": (air_paths.Leak, "list"),
    "door": (air_paths.Door, "list"),
    "porous": (air_paths.Porous, "list"),
    "chimney": (air_paths.Chimney, "list"),
    "crah": (movers.Crah, "list"),
    "fan_wall": (movers.FanWall, "list"),
    "in_row": (movers.InRow, "list"),
    "rdhx": (movers.RearDoor, "list"),
    **{key: (table, "list") for key, table in liquid_plant.TABLES.items()},
    "time": (time_tables.Time, "optional"),
    "probe": (time_tables.ProbeTable, "list"),
    "event": (time_tables.EventTable, "list"),
    "assert": (schema.Assert, "list"),
}

# words of tomllib's messages -> what the user most likely did; without a match its message stands alone
SYNTAX_HINTS = {
    "Cannot overwrite": "this key stands twice in its table",
    "Cannot declare": "this table stands twice; a list of tables has double brackets, as in [[rack_row]]",
    "Illegal character": "a text has no closing quote",
    "Unterminated string": "a text has no closing quote",
    "Unclosed array": "a list has no closing bracket",
    "": 'text and quantities stand in quotes: cell = "0.1 m"',
}


@dataclass
class Tables:
    """What a file holds after validation, with the way back from a table to its line.

    single   key -> model or None when it is wrong;  lists   key -> [(path, model)];  types   rack types by name
    broken   names of list items and rack types that are wrong, by key: known, but not usable
    files    path -> file, of keys that another file than `file` brought in;  folders   folder of each file
    sheets   path of a [[rack_table]] -> the list that it read (thermal.case.spreadsheet.Sheet)
    document the tables as they were merged
    """

    file: str
    text: str
    lines: dict[Path, int]
    single: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[tuple[Path, Any]]] = field(default_factory=dict)
    types: dict[str, Any] = field(default_factory=dict)
    broken: dict[str, set[str]] = field(default_factory=dict)
    errors: list[tuple[int, CaseError]] = field(default_factory=list)
    files: dict[Path, str] = field(default_factory=dict)
    folders: dict[str, FilePath] = field(default_factory=dict)
    sheets: dict[Path, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)

    def file_of(self, path: Path) -> str:
        """The file that brought a path in, as messages name it."""
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self.lines), ())
        return self.files.get(known, self.file)

    def folder_of(self, path: Path) -> FilePath | None:
        """The folder of the file that brought a path in; None where the case is no file."""
        return self.folders.get(self.file_of(path))

    def clash(self, path: Path, keys: list[str]) -> tuple[str, str]:
        """Of keys that exclude each other, the one to report and what to do: where a variant lays one over an inherited other,
        its own and how to remove the other; else the second."""
        own = [key for key in keys if self.file_of((*path, key)) == self.file]
        others = [key for key in keys if key not in own]
        if not own or not others:
            return keys[1], ""
        item: Any = self.document
        for part in path:
            item = item[part]
        name = path[1] if isinstance(path[1], str) else item.get("name")
        return own[0], f'remove the inherited one: remove = ["{path[0]}.{name}.{others[0]}"] in [case]'

    def source(self, path: Path) -> str:
        """ "case.toml:12" of a path."""
        line = line_of(self.lines, path)
        return f"{self.file_of(path)}:{line}" if line else self.file_of(path)

    def where(self, path: Path) -> str:
        """ "case.toml:12  rack.gpu.power" of a path."""
        return f"{self.source(path)}  {key_text(path)}"

    def report(self, path: Path, what: str, accepted: str = "", fix: str = "") -> None:
        """Note a mistake at a path."""
        self.errors.append((line_of(self.lines, path) or 0, CaseError(self.where(path), what, accepted, fix)))

    def raise_errors(self) -> None:
        """Raise CaseErrors with all mistakes in file order, if there is one."""
        if self.errors:
            ranks = {file: rank for rank, file in enumerate([self.file, *self.folders])}

            def place(pair: tuple[int, CaseError]) -> tuple[int, str, int]:
                file = re.match(r"(.*?)(?::\d|  |$)", pair[1].where)
                name = file.group(1) if file else ""
                return ranks.get(name, len(ranks)), name, pair[0]

            ordered = [error for _, error in sorted(self.errors, key=place)]
            more = len(ordered) - MOST_MESSAGES
            if more > 0:
                ordered = [*ordered[:MOST_MESSAGES], CaseError(self.file, f"and {more} more mistakes")]
            raise CaseErrors(ordered)

    @property
    def is_full(self) -> bool:
        """Whether so much is wrong that reading on helps nobody."""
        return len(self.errors) >= MOST_NOTED

    def is_whole(self, *keys: str) -> bool:
        """Whether all items of these tables are valid, so that sums over them mean something."""
        return not any(self.broken.get(key) for key in keys)


def read_text(path: str | os.PathLike[str]) -> tuple[FilePath, str]:
    """The file that `path` means (a folder means its case.toml) and its text.

    Raises CaseErrors for a file that is missing, no regular file, too large, or not UTF-8 text.
    """
    shown = path_words(path)
    try:
        file = FilePath(path).expanduser()
        if file.is_dir():
            file = file / CASE_FILE
            if not file.exists():
                raise CaseErrors(
                    [CaseError(shown, f"this folder holds no {CASE_FILE}", "a case file, or a folder that holds one")]
                )
        if not stat.S_ISREG(file.stat().st_mode):
            raise CaseErrors([CaseError(shown, "this is not a regular file", "a case file, or a folder that holds one")])
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except CaseErrors:
        raise
    except FileNotFoundError:
        raise CaseErrors([CaseError(shown, "no such file", "a case file, or a folder that holds one")]) from None
    except (
        OSError,
        ValueError,
        RuntimeError,
    ) as error:  # a NUL byte in the name is a ValueError, an unknown ~user a RuntimeError
        reason = getattr(error, "strerror", None) or clean(str(error))[:80]
        raise CaseErrors([CaseError(shown, f"cannot be read: {reason}")]) from None
    return file, decode(data, shown)


def decode(data: bytes, shown: str) -> str:
    """A case file's bytes as text. Raises CaseErrors for too many, or for bytes that are not UTF-8 text."""
    if len(data) > LARGEST_FILE:
        raise CaseErrors(
            [CaseError(shown, f"larger than {LARGEST_FILE // 1024} KiB", "", "repeat racks by [[rack_row]] with count")]
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = "a binary file" if b"\0" in data[:4096] else f"byte {error.start + 1} is not UTF-8 text"
        raise CaseErrors([CaseError(f"{shown}:{line}", what, "TOML as UTF-8 text", "save it as UTF-8")]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise CaseErrors([CaseError(f"{shown}:{line}", "a binary file", "TOML as UTF-8 text")])
    return text


def parse(text: str, file: str) -> dict[str, Any]:
    """The TOML document of a text. Raises CaseErrors with the line of the first syntax mistake."""
    refused = guard(text)
    if refused:
        raise CaseErrors([CaseError(f"{file}:{refused[0]}", refused[1], "the tables of docs/case-file.md")])
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = clean(str(error))
        match = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        line = match.group(1) if match else str(text.count("\n") + 1)
        what = message[: match.start()] if match else message.removesuffix(" (at end of document)")
        hint = next((hint for words, hint in SYNTAX_HINTS.items() if words in what), "")
        raise CaseErrors([CaseError(f"{file}:{line}", f"not TOML: {what[:120]}", "", hint)]) from None
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits; a nesting that slipped through
        raise CaseErrors([CaseError(file, f"not readable as TOML: {clean(str(error))[:80]}")]) from None


def load_tables(document: Document) -> Tables:
    """Validate every table of a document. Mistakes are collected in `.errors`."""
    lines = {path: line for path, (_, line) in document.places.items()}
    files = {path: file for path, (file, _) in document.places.items() if file != document.file}
    tables = Tables(
        file=document.file, text=document.text, lines=lines, files=files, folders=document.folders, document=document.content
    )
    for path, *words in document.errors:
        tables.report(path, *words)
    _read_tables(tables, document.content)
    return tables


def _read_tables(tables: Tables, document: dict[str, Any]) -> None:
    for key in document:
        if key not in TABLES and not tables.is_full:
            tables.report((key,), "unknown table", listed(TABLES), nearest(key, TABLES))
    document = expand_types(document, tables, tables.folder_of(("library", "files")))
    for key, (model, kind) in TABLES.items():
        content = document.get(key)
        if kind == "optional" and content is None:
            tables.single[key] = None
        elif kind in ("table", "optional"):
            _read_single(tables, key, model, content)
        elif kind == "list":
            _read_list(tables, key, model, content)
        else:
            _read_named(tables, key, model, content)


def _validate(tables: Tables, model: type[BaseModel], content: Any, path: Path) -> Any:
    """The model of one table, or None with its mistakes noted."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False)
        for item, message in zip(found, translate(found, model, path, tables.where), strict=True):
            place = (*path, *(part for part in item["loc"] if part != "[key]"))
            tables.errors.append((line_of(tables.lines, place) or 0, message))
        return None


def _read_single(tables: Tables, key: str, model: type[BaseModel], content: Any) -> None:
    if content is None and any(field.is_required() for field in model.model_fields.values()):
        tables.report((key,), "missing table", "", f"add [{key}] with {', '.join(_required(model))}")
        tables.single[key] = None
        return
    tables.single[key] = _validate(tables, model, {} if content is None else content, (key,))


def _required(model: type[BaseModel]) -> list[str]:
    return [key for key, field in zip(keys_of(model), model.model_fields.values(), strict=True) if field.is_required()]


def _read_list(tables: Tables, key: str, model: type[BaseModel], content: Any) -> None:
    tables.lists[key] = []
    tables.broken[key] = set()
    if content is None:
        return
    if not isinstance(content, list):
        tables.report((key,), f"[{key}] is a list of tables", "", f"write [[{key}]]")
        tables.broken[key].add("")
        return
    for index, item in enumerate(content):
        if tables.is_full:
            tables.broken[key].add("")
            break
        value = _validate(tables, model, item, (key, index))
        if value is None:
            name = item.get("name") if isinstance(item, dict) else None
            tables.broken[key].add(name if isinstance(name, str) else "")
        else:
            tables.lists[key].append(((key, index), value))


def _read_named(tables: Tables, key: str, model: type[BaseModel], content: Any) -> None:
    tables.broken[key] = set()
    if content is None:
        return
    if not isinstance(content, dict) or not all(isinstance(item, dict) for item in content.values()):
        tables.report((key,), "tables by name are expected", "", f"write [{key}.NAME]")
        tables.broken[key] = set(content) if isinstance(content, dict) else {""}
        return
    for name, item in content.items():
        from_name = _validate(tables, schema.Named, {"name": name}, (key, name))
        value = _validate(tables, model, item, (key, name))
        if value is None or from_name is None:
            tables.broken[key].add(name)
        else:
            tables.types[name] = value
