"""Two documents into one: what the upper one says wins, and of each value it is kept where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thermal.case.lines import Path

Place = tuple[str, int]  # file as messages name it, line


def merge(
    low: Mapping[str, Any], high: Mapping[str, Any], low_places: Mapping[Path, Place], high_places: Mapping[Path, Place],
    gone: set[Path],
) -> tuple[dict[str, Any], dict[Path, Place]]:  # fmt: skip
    """The content and places of `high` over `low`.

    gone      paths of `low` that are left out
    Returns   new containers; neither argument is changed.
    """
    work = _Merge(low_places, high_places, gone)
    return work.tables(low, high, (), (), ()), work.places


class _Merge:
    """Walks two documents side by side; paths count list items as they stand in low, in high, and in the result."""

    def __init__(self, low: Mapping[Path, Place], high: Mapping[Path, Place], gone: set[Path]) -> None:
        self.low, self.high, self.gone = low, high, gone
        self.places: dict[Path, Place] = {}

    def note(self, origin: Mapping[Path, Place], old: Path, new: Path) -> None:
        """Keep where a value came from."""
        if old in origin:
            self.places[new] = origin[old]

    def tables(self, low: Mapping[str, Any], high: Mapping[str, Any], in_low: Path, in_high: Path, path: Path) -> dict[str, Any]:
        """Two tables, key by key; the keys of the lower one come first."""
        result: dict[str, Any] = {}
        for key in [*low, *(key for key in high if key not in low)]:
            old, new, here = (*in_low, key), (*in_high, key), (*path, key)
            below = low.get(key) if old not in self.gone else None
            if key not in high:
                if below is not None:
                    result[key] = self.copy(below, self.low, old, here, self.gone)
            elif isinstance(below, Mapping) and isinstance(high[key], Mapping):
                self.note(self.high, new, here)
                result[key] = self.tables(below, high[key], old, new, here)
            elif isinstance(below, list) and _is_tables(below) and _is_tables(high[key]):
                self.note(self.high, new, here)
                result[key] = self.lists(below, high[key], old, new, here)
            else:
                result[key] = self.copy(high[key], self.high, new, here, set())
        return result

    def lists(self, low: list, high: list, in_low: Path, in_high: Path, path: Path) -> list[Any]:
        """Two lists of tables: those of one name become one, the others of the upper list follow."""
        result: list[Any] = []
        by_name = {item["name"]: number for number, item in enumerate(high) if isinstance(item.get("name"), str)}
        used: set[int] = set()
        for number, item in enumerate(low):
            old, here = (*in_low, number), (*path, len(result))
            if old in self.gone:
                continue
            other = by_name.get(item.get("name")) if isinstance(item.get("name"), str) else None
            if other is None or other in used:
                result.append(self.copy(item, self.low, old, here, self.gone))
            else:
                used.add(other)
                self.note(self.high, (*in_high, other), here)
                result.append(self.tables(item, high[other], old, (*in_high, other), here))
        for number, item in enumerate(high):
            if number not in used:
                result.append(self.copy(item, self.high, (*in_high, number), (*path, len(result)), set()))
        return result

    def copy(self, value: Any, origin: Mapping[Path, Place], old: Path, new: Path, gone: set[Path]) -> Any:
        """A value with everything in it but what is gone."""
        self.note(origin, old, new)
        if isinstance(value, Mapping):
            return {
                key: self.copy(item, origin, (*old, key), (*new, key), gone)
                for key, item in value.items()
                if (*old, key) not in gone
            }
        if isinstance(value, list):
            kept = [number for number in range(len(value)) if (*old, number) not in gone]
            return [self.copy(value[m], origin, (*old, m), (*new, n), gone) for n, m in enumerate(kept)]
        return value


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def removed_paths(content: Mapping[str, Any], word: str) -> set[Path]:
    """The paths that a word of `remove` stands for: a table or list ("obstacle"), an object ("rack_row.A", "rack.gpu",
    "mesh.refine.fine"), or a key of one ("supply.tiles.flow_ratio", "flow.scheme"). Names may hold dots; empty: nothing fits.
    """
    return _matches(content, word, ())


def _matches(value: Any, word: str, path: Path) -> set[Path]:
    """Paths below a value that the rest of a word names."""
    if isinstance(value, Mapping):
        found: set[Path] = set()
        for key, item in value.items():
            if word == key:
                return {(*path, key)}
            if word.startswith(f"{key}."):
                found |= _matches(item, word[len(key) + 1 :], (*path, key))
        return found
    if _is_tables(value):
        named = [(number, item["name"]) for number, item in enumerate(value) if isinstance(item.get("name"), str)]
        exact = {(*path, number) for number, name in named if name == word}
        if exact:
            return exact
        found = set()
        for number, name in named:
            if word.startswith(f"{name}."):
                found |= _matches(value[number], word[len(name) + 1 :], (*path, number))
        return found
    return set()
