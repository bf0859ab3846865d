"""Arguments of the kernels of src/movers.cu: a few movers with curves of a few knots, tubes in the order of their movers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from kernels.samples import Hall

Recipe = Callable[["Hall"], Any]
MOVERS, LAWS = 3, 4
FANS, HEATS = ("fan_push", "fan_push_gas"), ("body_heat", "body_heat_change")


def random(low: float, high: float, count: int | None = None) -> Recipe:
    """float64 numbers, one for each entry of the list or `count` of them."""
    return lambda hall: hall.random.uniform(low, high, hall.count if count is None else count)


def numbers(below: int) -> Recipe:
    """int32 numbers of laws or movers, one for each entry of the list."""
    return lambda hall: hall.random.integers(0, below, hall.count).astype(np.int32)


def shuffled(hall: Hall) -> np.ndarray:
    """A place of its own for each entry of the list."""
    return hall.random.permutation(hall.count).astype(np.int32)


def settings(hall: Hall) -> np.ndarray:
    """A coil that keeps the supply, one that keeps the return, a mover without a coil; every branch of the fans' power."""
    rows = hall.random.uniform(0.1, 1.0, (MOVERS, 16))
    rows[:, 0] = 1.0, 1.0, 0.0
    rows[:, 4] *= 0.5
    rows[:, 5] = 0.0, 1.0, 0.0
    rows[:, 6] = 1.0, 2.0, 0.0
    rows[:, 8] = 0.5, 0.0, 0.0
    rows[:, 10] = 0.0, 1e-3, 0.0
    return rows.ravel()


def sums(hall: Hall) -> np.ndarray:
    """Sums of movers whose air is warmer than their water."""
    rows = hall.random.uniform(0.3, 1.0, (MOVERS, 8))
    rows[:, 2] = rows[:, 1] * hall.random.uniform(8.0, 12.0, MOVERS)
    rows[:, 3] = rows[:, 1] * hall.random.uniform(0.0, 6.0, MOVERS)
    rows[2, 5] = 0.0
    return rows.ravel()


def tube_starts(hall: Hall) -> np.ndarray:
    """First tube of each mover; the second one has none in a small hall."""
    return np.array([0, (hall.count + 1) // 2, hall.count // 2 + hall.count % 2, hall.count], np.int32)


BY_KERNEL: dict[tuple[str, str], Recipe] = {
    **{(kernel, "law"): numbers(LAWS) for kernel in FANS},
    **{(kernel, "place"): shuffled for kernel in (*FANS, "collect")},
    **{(kernel, "start"): lambda hall: np.array([0, 3, 5, 5, 7], np.int32) for kernel in FANS},  # the third law has no fan
    **{(kernel, "q"): lambda hall: np.array([0.0, 0.2, 0.5, 0.0, 0.4, 0.0, 0.3]) for kernel in FANS},
    **{(kernel, "p"): lambda hall: np.array([5.0, 4.0, 0.0, 6.0, 0.0, 3.0, 1.0]) for kernel in FANS},
    **{(kernel, "m"): lambda hall: np.array([0.0, -6.0, -16.0, 0.0, -30.0, -4.0, -9.0]) for kernel in FANS},
    **{(kernel, name): random(0.1, 1.0, LAWS) for kernel in FANS for name in ("c", "K", "chord", "A_law")},
    **{(kernel, "own"): lambda hall: hall.random.integers(0, MOVERS, LAWS).astype(np.int32) for kernel in FANS},
    **{(kernel, "speed"): lambda hall: np.array([1.0, 0.6, 0.0]) for kernel in (*FANS, "mover_respond")},
    **{(kernel, "s"): lambda hall: hall.random.choice([-1.0, 1.0], hall.count) for kernel in (*FANS, "tube_streams")},
    **{(kernel, "un"): lambda hall: hall.field(-1.0, 1.0) for kernel in FANS},
    ("fan_push_gas", "r"): lambda hall: hall.field(0.8, 1.2),
    **{(kernel, "push"): lambda hall: hall.listed() for kernel in FANS},
    **{(kernel, "rise"): random(0.0, 1.0) for kernel in FANS},
    ("collect", "value"): random(0.0, 1.0),
    ("tube_streams", "velocity"): random(-1.0, 1.0),
    ("tube_streams", "ends"): lambda hall: hall.random.uniform(0.0, 20.0, 4 * hall.count),
    ("mover_sums", "count"): lambda hall: MOVERS,
    ("mover_sums", "start"): tube_starts,
    ("mover_sums", "F"): random(-1.0, 1.0),
    ("mover_sums", "inlet"): lambda hall: hall.random.integers(0, 2, hall.count).astype(np.int32),
    ("mover_sums", "sums"): lambda hall: np.zeros(8 * MOVERS),
    ("mover_respond", "count"): lambda hall: MOVERS,
    ("mover_respond", "sums"): sums,
    ("mover_respond", "settings"): settings,
    ("mover_respond", "first"): lambda hall: np.array([0, 3, 5, 5], np.int32),
    ("mover_respond", "T_knot"): lambda hall: np.array([5.0, 9.0, 15.0, 20.0, 30.0]),
    ("mover_respond", "n_knot"): lambda hall: np.array([0.3, 0.5, 1.0, 0.4, 1.0]),
    ("mover_respond", "trim"): random(0.0, 0.1, MOVERS),
    ("mover_respond", "out"): lambda hall: np.zeros(8 * MOVERS),
    ("mover_respond", "gain"): lambda hall: 0.3,
    ("tube_heat", "mover"): numbers(MOVERS),
    ("tube_heat", "F"): random(-1.0, 1.0),
    ("tube_heat", "out"): random(0.0, 1.0, 8 * MOVERS),
    **{(kernel, "tube"): shuffled for kernel in HEATS},
    **{("body_heat_change", name): lambda hall: hall.field() for name in ("rd", "rhs")},
}
BY_FILE: dict[tuple[str, str], Recipe] = {
    **{
        ("movers", name): random(0.1, 1.0) for name in ("area", "at_head", "at_tail", "H", "F", "enter", "leave", "rise", "power")
    },
    **{("movers", name): random(0.1, 1.0) for name in ("most", "change")},
    **{("movers", name): lambda hall: hall.field() for name in ("sp", "su", "a")},
}
