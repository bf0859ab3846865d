"""Arguments of the tracer kernels, where `samples.py` alone would not do: batches of fields, flows and values in double."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kernels.samples_flow import constant, mask

if TYPE_CHECKING:
    from kernels.samples import Hall

Recipe = Callable[["Hall"], Any]

COLUMNS, RACKS = 3, 2


def batch(hall: Hall) -> np.ndarray:
    """COLUMNS fields of the hall's precision."""
    return hall.field(-1.0, 1.0, (COLUMNS, *tuple(hall.shape)))


def coarse_batch(hall: Hall) -> np.ndarray:
    """COLUMNS fields of the coarse level."""
    return hall.field(-1.0, 1.0, (COLUMNS, *(n + 4 for n in hall.coarse[::-1])))


def double_batch(hall: Hall) -> np.ndarray:
    """COLUMNS fields in double."""
    return hall.random.uniform(-1.0, 1.0, (COLUMNS, *hall.shape))


def double_field(hall: Hall) -> np.ndarray:
    """One field in double, of both signs."""
    return hall.random.uniform(-1.0, 1.0, hall.shape)


def per_column(hall: Hall) -> np.ndarray:
    """One factor a column."""
    return hall.random.uniform(0.1, 1.0, COLUMNS)


def per_face(hall: Hall) -> np.ndarray:
    """One double a face of the list."""
    return hall.random.uniform(0.1, 1.0, hall.count)


def _factors(hall: Hall) -> np.ndarray:
    """Factors of slopes, of both signs."""
    return hall.field(-1.0, 1.0)


def _size(hall: Hall) -> int:
    return int(np.prod(hall.shape))


def _racks(hall: Hall) -> np.ndarray:
    return hall.random.integers(0, RACKS, hall.count).astype(np.int32)


def _per_rack(hall: Hall) -> np.ndarray:
    return hall.random.uniform(0.1, 1.0, RACKS * COLUMNS)


def _cells(axis: int, coarse: bool) -> Recipe:
    return lambda hall: hall.coarse[axis] if coarse else hall.size[axis]


def _sizes(kernel: str, names: str, coarse: bool) -> dict[tuple[str, str], Recipe]:
    """Cells per axis of one of the levels, "nx ny nz"."""
    return {(kernel, name): _cells(axis, coarse) for axis, name in enumerate(names.split())}


MEANS = ("tracer_means", "correction_means")

BY_FILE: dict[tuple[str, str], Recipe] = {
    ("tracers", "columns"): constant(COLUMNS),
    ("tracers", "mask"): mask,
    ("tracers", "fields"): _size,
    **{("tracers", name): double_field for name in ("F", "G", "H", "un", "rate")},
    **{("tracers", name): per_column for name in ("beta", "omega", "factor")},
    **{("tracers", name): _per_rack for name in ("sums", "value", "link")},
    **{("tracers", name): _racks for name in ("tag", "rack")},
    **{("tracers", name): per_face for name in ("flow", "weight")},
    **{("tracers", name): batch for name in ("d", "b", "y", "v", "x", "fresh")},
    ("tracer_cycle", "columns"): constant(COLUMNS),
    **{("tracer_cycle", name): batch for name in ("x", "b", "r", "fresh")},
    ("tracer_cycle", "starts"): lambda hall: hall.starts(),
    ("tracer_cycle", "parents"): lambda hall: hall.parents(),
    ("tracer_cycle", "damping"): constant(0.8),
    ("tracers", "q"): double_batch,
    ("tracers", "noise"): constant(0.3),
    **{("tracers", name): _factors for name in ("fx", "fy", "fz")},
    ("tracers", "start"): lambda hall: np.array([0, hall.count // 2, hall.count], np.int32),
    ("tracers", "rd"): lambda hall: hall.field(),
}

BY_KERNEL: dict[tuple[str, str], Recipe] = {
    **{(kernel, "count"): constant(RACKS) for kernel in MEANS},
    **{(kernel, "r"): double_batch for kernel in ("tracer_residual", "tracer_entering", "tracer_right_side")},
    **{(kernel, "r"): double_field for kernel in ("tracer_source", "residual_sum")},
    **{("tracer_direction", name): batch for name in ("r", "p")},
    **_sizes("tracer_gather", "nx ny nz", True),
    **_sizes("tracer_gather", "fx fy fz", False),
    ("tracer_gather", "b"): coarse_batch,
    ("tracer_gather", "rd"): lambda hall: hall.coarse_field(),
    **_sizes("tracer_spread", "mx my mz", True),
    ("tracer_spread", "e"): coarse_batch,
    ("tracer_limiter", "q"): double_field,
    ("opening_correct", "g"): lambda hall: hall.listed(),
    ("opening_correct", "p"): lambda hall: hall.field(-1.0, 1.0),
}
