"""A number of the summary that a limit can name."""

from __future__ import annotations

from dataclasses import dataclass

from thermal.units import Dimension


@dataclass(frozen=True)
class Number:
    """A number of the summary: its key there, its kind, SI = value * factor + offset, its unit in the summary, what it means."""

    key: str
    dimension: Dimension
    factor: float
    offset: float
    unit: str
    meaning: str


def named(key: str, dimension: Dimension, unit: str, meaning: str) -> Number:
    """A number whose unit in the summary is one of its dimension's."""
    factor, offset = dimension.units[unit]
    return Number(key, dimension, factor, offset, unit, meaning)
