"""What a run tells while it goes on, and what it asks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Monitor:
    """What a run tells and asks while it goes on; the first block alone does the telling.

    step       takes a row of thermal.progress      message    takes a line
    save       writes a checkpoint (arrays, attributes); None: no checkpoints
    record     writes the fields of an instant (number from 0, time in s, arrays as of state.FIELDS); None: no records in time
    stopped    somebody asked the run to end         deadline   time.monotonic() at which it must
    """

    step: Callable[[dict[str, Any]], None] = lambda row: None
    message: Callable[[str], None] = lambda text: None
    save: Callable[[dict[str, np.ndarray], dict[str, Any]], None] | None = None
    record: Callable[[int, float, dict[str, np.ndarray]], None] | None = None
    stopped: Callable[[], bool] = lambda: False
    deadline: float = math.inf
    save_every: float = 60.0
