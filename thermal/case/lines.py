"""Where each key of a TOML text stands: tomllib gives values without lines, messages need file:line.

`guard` is one pass over an unread text that refuses what would make the parser slow or exhaust its stack; `line_index` runs on
a text that tomllib has accepted, so it may be lenient: it only follows keys, brackets and strings.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

DEEPEST = 16  # levels of brackets; the dialect needs 3
LONGEST_KEY = 16  # parts of a dotted key; the dialect needs 3

_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t\r\n]*(?:#[^\n]*[ \t\r\n]*)*")


def guard(text: str) -> tuple[int, str] | None:
    """(line, what is wrong) for a text nested deeper, or keys dotted longer, than any case needs; None when it is fine."""
    depth = dots = position = 0
    while position < len(text):
        character = text[position]
        if character in "\"'":
            match = _STRING.match(text, position)
            position = match.end() if match else position + 1
            continue
        if character == "#":
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
            continue
        if character in "[{":
            depth, dots = depth + 1, 0
        elif character in "]}":
            depth, dots = max(depth - 1, 0), 0
        elif character in "=,\n":
            dots = 0
        elif character == ".":
            dots += 1
        if depth > DEEPEST:
            return text.count("\n", 0, position) + 1, f"brackets nested more than {DEEPEST} deep"
        if dots > LONGEST_KEY:
            return text.count("\n", 0, position) + 1, f"a key of more than {LONGEST_KEY} parts"
        position += 1
    return None


class _Scanner:
    """Follows a valid TOML text and notes the line of every key, header and list item by its path."""

    def __init__(self, text: str) -> None:
        self.text, self.position, self.line, self.counted = text, 0, 1, 0
        self.lines: dict[Path, int] = {}
        self.lengths: dict[Path, int] = {}  # of arrays of tables

    def here(self) -> int:
        self.line += self.text.count("\n", self.counted, self.position)
        self.counted = self.position
        return self.line

    def skip(self) -> None:
        match = _BLANK.match(self.text, self.position)
        self.position = match.end() if match else self.position

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def key(self) -> Path:
        parts: list[str] = []
        while True:
            self.skip()
            pattern = _STRING if self.peek() in ("'", '"') else _BARE
            match = pattern.match(self.text, self.position)
            if match is None:
                break
            self.position = match.end()
            token = match.group(0)
            parts.append(token[1:-1] if token[0] in "'\"" else token)
            self.skip()
            if self.peek() != ".":
                break
            self.position += 1
        return tuple(parts)

    def value(self, path: Path) -> None:
        self.skip()
        character = self.peek()
        if character == "[":
            self.array(path)
        elif character == "{":
            self.inline(path)
        elif character in ("'", '"'):
            match = _STRING.match(self.text, self.position)
            self.position = match.end() if match else self.position + 1
        else:
            while self.peek() not in ("", ",", "]", "}", "\n", "#"):
                self.position += 1

    def array(self, path: Path) -> None:
        self.position += 1
        item = 0
        while True:
            self.skip()
            if self.peek() in ("]", ""):
                break
            if self.peek() == ",":
                self.position += 1
                continue
            before = self.position
            self.lines.setdefault((*path, item), self.here())
            self.value((*path, item))
            item += 1
            if self.position == before:  # no progress: leave rather than loop
                break
        self.position += 1

    def inline(self, path: Path) -> None:
        self.position += 1
        while True:
            self.skip()
            if self.peek() in ("}", ""):
                break
            if self.peek() == ",":
                self.position += 1
                continue
            before = self.position
            self.pair(path)
            if self.position == before:
                break
        self.position += 1

    def pair(self, table: Path) -> None:
        line = self.here()
        path = table
        for part in self.key():
            path = (*path, part)
            self.lines.setdefault(path, line)
        self.skip()
        if self.peek() == "=":
            self.position += 1
            self.value(path)

    def header(self) -> Path:
        line = self.here()
        many = self.text.startswith("[[", self.position)
        self.position += 2 if many else 1
        path: Path = ()
        parts = self.key()
        for number, part in enumerate(parts):
            path = (*path, part)
            self.lines.setdefault(path, line)
            if many and number == len(parts) - 1:
                index = self.lengths.get(path, 0)
                self.lengths[path] = index + 1
                path = (*path, index)
            elif path in self.lengths:
                path = (*path, self.lengths[path] - 1)
            self.lines.setdefault(path, line)
        self.position += 2 if many else 1
        return path

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while True:
            self.skip()
            if self.position >= len(self.text):
                return self.lines
            before = self.position
            if self.peek() == "[":
                table = self.header()
            else:
                self.pair(table)
            if self.position == before:
                self.position += 1


def line_index(text: str) -> dict[Path, int]:
    """Line (from 1) of each key path of a TOML text that tomllib accepts.

    Example     >>> line_index('[room]\\nsize = [1, 2]\\n[[supply]]\\nname = "a"')[("supply", 0, "name")]
                4
    """
    return _Scanner(text).run()


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """The line of a path, or of its nearest known parent; None for an empty file."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None
