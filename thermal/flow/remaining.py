"""How long a run will still take, from the pace of its residuals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

ROWS = 20  # looks that the pace is taken from


def iterations_left(residuals: Sequence[Sequence[float]], shortfalls: Sequence[Any], every: int) -> float | None:
    """Iterations until the worst shortfall is met if it keeps the pace of the last looks; None where that says nothing.

    residuals    rows of a watch, the second entry is what the pace is taken from;   every   iterations between two rows
    shortfalls   worst first, each beginning with how many times its gate it is
    """
    if not shortfalls or not math.isfinite(shortfalls[0][0]) or len(residuals) < ROWS:
        return None
    if not residuals[-1][1] < residuals[-ROWS][1]:
        return None
    pace = math.log(residuals[-ROWS][1] / residuals[-1][1]) / (ROWS * every)
    return math.log(max(shortfalls[0][0], 1.0)) / pace
