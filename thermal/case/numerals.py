"""Numbers as people write them in lists: decimal commas and points, marks between thousands, a unit behind.

"1,234" is 1.234 to a French office and 1234 to an English one. It is never guessed: a list says which by `decimal`, or by
writing the number so that it can mean only one thing.
"""

from __future__ import annotations

import math
import re

from thermal.errors import quote
from thermal.units import UnitError

LONGEST = 60  # characters of a number with its unit
_SPACES = " '’\u00a0\u202f\u2009"
_NUMERAL = re.compile(rf"([+-]?)(\d[\d.,{_SPACES}]*(?<![{_SPACES}])(?:[eE][+-]?\d{{1,3}})?|[.,]\d+)", re.ASCII)
_CLEAR_COMMA = re.compile(r"[+-]?(?:0,\d+|\d+,(?:\d{1,2}|\d{4,})|\d{4,},\d+)(?!\d|[.,]).*", re.ASCII | re.DOTALL)


def has_decimal_comma(text: str) -> bool:
    """Whether a text starts with a number whose comma can only be a decimal mark.

    >>> has_decimal_comma("0,85"), has_decimal_comma("12,5 kW"), has_decimal_comma("1,234"), has_decimal_comma("1,234.5")
    (True, True, False, False)
    """
    return len(text) <= LONGEST and _CLEAR_COMMA.fullmatch(text.strip()) is not None


def split_numeral(text: str, decimal: str | None = None, commas: bool = False) -> tuple[float, str]:
    """The number at the start of a text, and what stands behind it (a unit, or nothing).

    decimal   "." or "," where the list says which is its decimal mark
    commas    whether the list has numbers elsewhere whose comma can only be a decimal mark; then "1.234" is doubtful too
    Returns   (number, rest).  Raises UnitError with what to write instead.
    Example   >>> split_numeral("1 234,5 kW"), split_numeral("1,234.5"), split_numeral("3 600 m3/h")
              ((1234.5, 'kW'), (1234.5, ''), (3600.0, 'm3/h'))
    """
    stripped = text.strip().replace("−", "-")
    if len(stripped) > LONGEST:
        raise UnitError(f"{quote(text)} is too long for a number", f"up to {LONGEST} characters")
    match = _NUMERAL.match(stripped)
    if stripped.startswith("="):
        raise UnitError(f"{quote(text)} is a formula", "its value", "nothing in a list is computed")
    if match is None:
        raise UnitError(f"{quote(text)} is not a number", "digits, such as 6 or 6.5")
    digits, power = match.group(2), ""
    if "e" in digits.lower():
        mark = digits.lower().index("e")
        digits, power = digits[:mark], digits[mark:]
    plain = _plain(digits, text, decimal, commas)
    number = float(match.group(1) + plain + power)
    if not math.isfinite(number):
        raise UnitError(f"{quote(text)} is not a finite number")
    return number, stripped[match.end() :].strip()


def _plain(digits: str, text: str, decimal: str | None, commas: bool) -> str:
    """Digits with a decimal point and no other marks."""
    spaced = any(mark in digits for mark in _SPACES)
    if spaced:
        whole = re.split("[.,]", digits)[0]
        if not re.fullmatch(rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+", whole) or any(m in digits[len(whole) :] for m in _SPACES):
            raise UnitError(f"{quote(text)}: spaces inside the number", "spaces between thousands, as in 12 500")
        digits = "".join(c for c in digits if c not in _SPACES)
    points, marks = digits.count("."), digits.count(",")
    if points and marks:
        last = "." if digits.rindex(".") > digits.rindex(",") else ","
        _require(last, decimal, text)
        other = "," if last == "." else "."
        whole, _, rest = digits.rpartition(last)
        if last in whole or not _is_grouped(whole, other):
            raise _no_number(text)
        return whole.replace(other, "") + "." + rest
    if points + marks == 0:
        return digits
    mark = "." if points else ","
    whole, _, rest = digits.partition(mark)
    if points + marks > 1:
        if decimal == mark or not _is_grouped(digits, mark):
            raise _no_number(text)
        return digits.replace(mark, "")
    is_group = _is_grouped(digits, mark) and not spaced
    if decimal is not None and decimal != mark:
        if not is_group:
            _require(mark, decimal, text)
        return digits.replace(mark, "")
    doubtful = is_group and decimal is None and (mark == "," or commas)
    if doubtful:
        other = "," if commas and mark == "." else mark
        wide = f"{whole}{rest}"
        raise UnitError(
            f"{quote(text)} can be read as {whole}.{rest} or as {wide}",
            f"{wide}, or {whole}{other}{rest}0",
            'write it so, or say decimal = "," or decimal = "." in its [[rack_table]]',
        )
    return f"{whole or '0'}.{rest or '0'}"


def _is_grouped(digits: str, mark: str) -> bool:
    """Whether a mark stands where it stands between thousands: 1,234 or 12,345,678, never 0,123."""
    return re.fullmatch(rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+", digits, re.ASCII) is not None


def _require(mark: str, decimal: str | None, text: str) -> None:
    if decimal is not None and mark != decimal:
        raise UnitError(f'{quote(text)}: its decimal mark is "{mark}"', f'"{decimal}", as this [[rack_table]] says')


def _no_number(text: str) -> UnitError:
    return UnitError(f"{quote(text)} is not a number", "one decimal mark, three digits between marks of thousands")
