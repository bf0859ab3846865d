"""What a user can have done wrong, as values and exceptions with plain one-line messages.

A mistake is a CaseError (a value: where, what, accepted, fix); a case file with mistakes raises one CaseErrors that holds all
of them. Text from users is hostile: it enters a message only through `quote`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

QUOTE_LENGTH = 80  # characters of user input in a message: enough to find the place, too few to flood a log
PATH_LENGTH = 240  # of a path before file:line


def clean(text: str) -> str:
    """`text` as it may stand in one line: white space becomes spaces; control, bidirectional and other unprintables go."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)


def quote(value: object) -> str:
    """User input as it may stand in a message: one line, at most QUOTE_LENGTH characters, control characters removed.

    Strings come in double quotes; lists and tables are named, not printed (they can be huge or deep).
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # str() of an int beyond 4300 digits raises; a message never needs more than its size
        return str(value) if value.bit_length() <= 128 else "an integer of more than 38 digits"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        shown = clean(value[: 2 * QUOTE_LENGTH])
        if len(value) > QUOTE_LENGTH or len(shown) > QUOTE_LENGTH:
            shown = shown[: QUOTE_LENGTH - 1] + "…"
        return f'"{shown}"'
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "a table"
    return clean(str(value))[:QUOTE_LENGTH]


def path_words(path: object) -> str:
    """A file's path as it may stand before a line number: the end is kept where it is too long, since the name stands there.

    >>> path_words("halls/" + 300 * "a" + "/case.toml")[-14:]
    'aaaa/case.toml'
    """
    shown = clean(str(path))
    return shown if len(shown) <= PATH_LENGTH else "…" + shown[1 - PATH_LENGTH :]


@dataclass(frozen=True)
class CaseError:
    """One mistake in a case: a value to collect, not an exception (raise CaseErrors([...])).

    where      "case.toml:12  rack.gpu.power": file:line and the key, as far as known
    what       what is wrong, in the user's words
    accepted   what would be right ("W, kW, MW"), or ""
    fix        what to do ('did you mean "130 kW"?'), or ""
    """

    where: str
    what: str
    accepted: str = ""
    fix: str = ""

    def __str__(self) -> str:
        parts = [self.what]
        if self.accepted:
            parts.append(f"accepted: {self.accepted}")
        if self.fix:
            parts.append(self.fix)
        text = "; ".join(parts)
        return clean(f"{self.where}: {text}" if self.where else text)


class HallflowError(Exception):
    """Base of everything the command line prints as plain text, without a traceback, and leaves with `exit_code`."""

    exit_code = 3  # no answer


class CaseErrors(HallflowError):
    """A case that cannot be run; `errors` holds every mistake found, in file order. Exit code 2."""

    exit_code = 2

    def __init__(self, errors: Iterable[CaseError]) -> None:
        self.errors: list[CaseError] = list(errors)
        super().__init__(str(self))

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class UsageError(HallflowError):
    """A command or function was asked for something it does not know (an option, a key, a backend). Exit code 2."""

    exit_code = 2


class RecordError(HallflowError):
    """A result folder or checkpoint that is missing, incomplete, or not ours. Exit code 2."""

    exit_code = 2


class OutputError(HallflowError):
    """A record, report or checkpoint that could not be written (disk full, no permission); what was there before stays.

    Exit code 3.
    """
