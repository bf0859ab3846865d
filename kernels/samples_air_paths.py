"""Arguments of the kernels of air paths and solids, where `samples.py` alone would not do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from kernels.samples import Hall

Recipe = Callable[["Hall"], Any]


def layer(hall: Hall) -> int:
    """Distance to the next cell along z: the cells of a list lie in one layer across it."""
    return hall.shape[1] * hall.shape[2]


def row(hall: Hall) -> int:
    """Distance to the next cell along y."""
    return hall.shape[2]


def jets(hall: Hall) -> np.ndarray:
    """Reciprocals of open fractions, 0 where a piece makes no jets."""
    return hall.listed(1.0, 5.0) * (hall.random.random(hall.count) < 0.7).astype(hall.real)


def signed(hall: Hall) -> np.ndarray:
    """A field of both signs."""
    return hall.field(-1.0, 1.0)


BY_FILE: dict[tuple[str, str], Recipe] = {
    ("passages", "jet"): jets,
    ("passages", "fn"): signed,
    ("passages", "stride"): layer,
    ("passages", "sa"): layer,
    ("passages", "offset"): row,
    **{("passages", name): lambda hall: hall.field() for name in ("sp", "rd", "rhs", "lo", "hi")},
    **{("passages", name): lambda hall: hall.listed() for name in ("area", "loss", "part", "C", "D")},
    **{("solids", name): lambda hall: hall.field() for name in (*"WESNBTq", "row", "rhs", "rd", "sp", "su")},
    **{("solids", name): lambda hall: hall.listed() for name in ("h", "r", "value", "G", "go", "qo")},
    **{("solids", f"g{side}"): lambda hall: hall.listed() for side in "wesnbt"},
    ("solids", "held"): lambda hall: hall.random.integers(0, 2, hall.count).astype(np.uint8),
}
