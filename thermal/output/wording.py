"""Numbers and limits as words, the same in the report and in JUnit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def shown(value: Any, digits: int = 4) -> str:
    """A number with few digits, "no number" for None, text as it is.

    >>> shown(0.00213), shown(28.3791), shown(None), shown(12)
    ('0.00213', '28.38', 'no number', '12')
    """
    if value is None:
        return "no number"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:.{digits}g}" if isinstance(value, float) else f"{value:d}"


def fixed(value: Any, digits: int = 1) -> str:
    """A number with a fixed number of decimals, an en dash for what is no number."""
    return f"{value:.{digits}f}" if isinstance(value, int | float) and not isinstance(value, bool) else "–"


def _unit(row: Mapping[str, Any]) -> str:
    unit = str(row.get("unit") or "")
    return "" if unit in ("", "-") else " °C" if unit == "degC" else f" {unit}"


def value_words(row: Mapping[str, Any]) -> str:
    """The judged value of an assert with its unit, and the band of a grid study, or that it tells none.

    >>> value_words({"value": 26.8312, "unit": "degC", "band": 0.312}), value_words({"value": 0.01, "unit": "-"})
    ('26.83 ± 0.31 °C', '0.01')
    """
    band = f" ± {band_words(row['band'])}" if row.get("band") is not None else ""
    without = " (no band)" if row.get("note") else ""
    return shown(row.get("value")) + ("" if row.get("value") is None else band + _unit(row) + without)


def band_words(band: float) -> str:
    """A band in K: two digits, hundredths at most.

    >>> band_words(0.3121), band_words(0.0048), band_words(12.61)
    ('0.31', '0.00', '12.6')
    """
    return f"{band:.2f}" if band < 10.0 else f"{band:.1f}"


def limit_state(row: Mapping[str, Any]) -> str:
    """holds | fails | uncertain: a limit closer to the number than the band of the grid study is neither kept nor broken.

    >>> limit_state({"passed": True}), limit_state({"passed": False, "certain": False}), limit_state({"passed": False})
    ('holds', 'uncertain', 'fails')
    """
    return "holds" if row["passed"] else "uncertain" if row.get("certain") is False else "fails"


def limit_words(row: Mapping[str, Any]) -> str:
    """What an assert allows.

    >>> limit_words({"bound": "max", "limit": 27.0, "unit": "degC"}), limit_words({"limit": "max 1 %"})
    ('at most 27 °C', 'max 1 %')
    """
    bound = {"max": "at most ", "min": "at least "}.get(str(row.get("bound")), "")
    return f"{bound}{shown(row.get('limit'))}{_unit(row)}"
