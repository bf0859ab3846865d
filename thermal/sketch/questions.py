"""A few questions on a terminal, each with an answer to accept by Enter; a wrong one is asked again with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from thermal.case.fields import NAME_PATTERN, NAME_RULE
from thermal.errors import UsageError
from thermal.sketch.wish import COOLING, Wish
from thermal.units import POWER, UnitError, read_quantity

Answer = TypeVar("Answer")
MOST_TRIES = 5


def ask(wish: Wish, read: Callable[[str], str] = input, say: Callable[[str], None] = print) -> Wish:
    """The wish with the answers of whoever sits there.

    Raises   UsageError after MOST_TRIES wrong answers to one question; EOFError and KeyboardInterrupt pass.
    """

    def question(words: str, default: str, convert: Callable[[str], Answer]) -> Answer:
        for _ in range(MOST_TRIES):
            answer = read(f"{words} [{default}]: ").strip() or default
            try:
                return convert(answer)
            except (UnitError, UsageError) as error:
                say(f"  {error}")
        raise UsageError("no usable answer; see hallflow new --help for the same as options")

    say("A starting case from a few answers; Enter takes what stands in brackets.")
    name = question("Name of the case", wish.name, _name)
    source = question("List of racks (CSV or .xlsx), or none", "none", _source)
    if source is None:
        racks = question("Number of racks", str(wish.racks), _count)
        power = question("Power of one rack", "6 kW", lambda text: read_quantity(text, POWER))
        wish = replace(wish, racks=racks, power=power)
    cooling = question(f"Cooling ({', '.join(COOLING)})", wish.cooling, _cooling)
    return replace(wish, name=name, source=source, cooling=cooling)


def _name(text: str) -> str:
    if not re.fullmatch(NAME_PATTERN, text):
        raise UsageError(f"a name is {NAME_RULE}")
    return text


def _source(text: str) -> Path | None:
    if text.lower() in ("none", "no", "-"):
        return None
    if not Path(text).expanduser().is_file():
        raise UsageError("there is no such file")
    return Path(text).expanduser()


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text[:9]) <= 2000:
        raise UsageError("a whole number from 1 to 2000")
    return int(text)


def _cooling(text: str) -> str:
    if text not in COOLING:
        raise UsageError(f"one of {', '.join(COOLING)}")
    return text
