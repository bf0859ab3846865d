"""A case that extends another: the chain of files read, their tables merged, and of each key the file and line it came from.

What the later file says wins: tables merge key by key, lists of tables by `name` (a new name is added at the end), any other
value is replaced. `remove` in [case] takes objects and keys of the files before out, before anything is merged.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from thermal.case.lines import Path, line_index
from thermal.case.load import CASE_FILE, TABLES, parse, read_text
from thermal.case.merging import Place, merge, removed_paths
from thermal.case.messages import listed, nearest
from thermal.errors import CaseError, CaseErrors, path_words, quote

DEEPEST_CHAIN = 8  # files; a project has a base, a variant, perhaps a variant of that
OWN_KEYS = ("extends", "remove")  # of [case]: what they ask for is done when the files are merged


@dataclass
class Document:
    """The tables of a case before they are validated.

    content   as tomllib reads them, merged        places   path -> (file as messages name it, line)
    folders   folder of each file by that name     text     of the case file itself
    errors    (path in the case file, what, accepted, fix) of what could not be removed
    """

    file: str
    text: str
    content: dict[str, Any]
    places: dict[Path, Place]
    folders: dict[str, FilePath] = field(default_factory=dict)
    errors: list[tuple[Path, str, str, str]] = field(default_factory=list)

    @property
    def is_merged(self) -> bool:
        """Whether it came from more than one file."""
        return len(self.folders) > 1


def text_document(text: str, file: str) -> Document:
    """The document of a text that is no file and extends nothing. Raises CaseErrors for a syntax mistake."""
    content = parse(text, file)
    places = {path: (file, line) for path, line in line_index(text).items()}
    document = Document(file, text, content, places)
    if _own(content, "extends") is not None:
        document.errors.append((("case", "extends"), "a case that is no file cannot extend one", "a file", "save it first"))
    return document


def read_document(path: str | os.PathLike[str]) -> tuple[FilePath, Document]:
    """The file that `path` means and its document, with everything that it extends.

    Raises CaseErrors for a file of the chain that is missing, broken, in the wrong place, or there twice.
    """
    file, text = read_text(path)
    return file, _extended(file, text, file.name, [])


def _extended(file: FilePath, text: str, shown: str, chain: list[tuple[FilePath, str]]) -> Document:
    """The document of one file of the chain: what it extends first, then its own tables over it."""
    own = text_document(text, shown)
    own.errors.clear()
    own.folders[shown] = file.parent
    link = _own(own.content, "extends")
    chain = [*chain, (_resolved(file), shown)]
    if not isinstance(link, str) or not link:
        if _own(own.content, "remove"):
            own.errors.append(
                (("case", "remove"), "nothing to remove from: this case extends no other", "", 'add extends = "..."')
            )
        return own
    name, line = own.places.get(("case", "extends"), (shown, 0))
    where = f"{name}:{line}  case.extends"
    base_file = _base_file(file, link, where)
    base_shown = _shown(chain[0][0].parent, base_file)
    if base_file in [before for before, _ in chain]:
        loop = " -> ".join([*(before for _, before in chain), base_shown])
        raise CaseErrors([CaseError(where, f"a loop: {loop}", "a chain of cases that ends")])
    if len(chain) >= DEEPEST_CHAIN:
        files = " -> ".join([*(before for _, before in chain), base_shown])
        raise CaseErrors([CaseError(where, f"a chain of more than {DEEPEST_CHAIN} files: {files}", f"up to {DEEPEST_CHAIN}")])
    try:
        _, base_text = read_text(base_file)
    except CaseErrors as found:
        raise CaseErrors([CaseError(where, f"{quote(link)}: {found.errors[0].what}", "a case file")]) from None
    return _merged(own, _extended(base_file, base_text, base_shown, chain))


def _merged(own: Document, base: Document) -> Document:
    gone: set[Path] = set()
    errors = list(own.errors)
    remove = _own(own.content, "remove")
    for number, word in enumerate(remove if isinstance(remove, list) else []):
        if isinstance(word, str):
            paths = removed_paths(base.content, word)
            gone |= paths
            if not paths:
                known = _removable(base.content)
                errors.append(
                    (("case", "remove", number), f"nothing named {quote(word)} to remove", listed(known), nearest(word, known))
                )
    kept = {key: value for key, value in base.content.items() if key != "case"}
    case = base.content.get("case")
    if isinstance(case, Mapping):
        kept["case"] = {key: value for key, value in case.items() if key not in OWN_KEYS}
    content, places = merge(kept, own.content, base.places, own.places, gone)
    return Document(own.file, own.text, content, places, {**own.folders, **base.folders}, [*errors, *base.errors])


def _removable(content: Mapping[str, Any]) -> list[str]:
    """Every object that `remove` may name: "rack_row.A", "rack.gpu"."""
    names = []
    for key, value in content.items():
        if isinstance(value, list):
            names += [
                f"{key}.{item['name']}" for item in value if isinstance(item, Mapping) and isinstance(item.get("name"), str)
            ]
        elif isinstance(value, Mapping) and TABLES.get(key, (None, ""))[1] == "named":
            names += [f"{key}.{name}" for name in value]
    return names


def _own(content: Mapping[str, Any], key: str) -> Any:
    case = content.get("case")
    return case.get(key) if isinstance(case, Mapping) else None


def _resolved(file: FilePath) -> FilePath:
    return file.resolve()


def _base_file(file: FilePath, link: str, where: str) -> FilePath:
    """The file that a link names: in the case's folder, below it, or in a folder beside it."""
    try:
        target = file.parent.resolve() / link
        if target.is_dir():
            target = target / CASE_FILE
        target = target.resolve()
        is_near = target.is_relative_to(file.parent.resolve().parent)
    except (OSError, ValueError, RuntimeError):  # a name too long, a NUL byte, links in a circle
        raise CaseErrors([CaseError(where, f"{quote(link)} is no file name", 'a path, such as "../base/case.toml"')]) from None
    if FilePath(link).is_absolute() or not is_near:
        what = f"{quote(link)} lies too far away"
        raise CaseErrors([CaseError(where, what, "a case file in this case's folder, or in a folder beside it", "move it there")])
    if target.suffix != ".toml":
        raise CaseErrors([CaseError(where, f"{quote(link)} is no case file", "a file that ends in .toml, or its folder")])
    if not target.exists():
        raise CaseErrors([CaseError(where, f"{quote(link)}: no such file", "the path from this file, such as ../base/case.toml")])
    return target


def _shown(folder: FilePath, file: FilePath) -> str:
    """A file as seen from the folder of the case: "../base/case.toml"."""
    return path_words(os.path.relpath(file, folder))
