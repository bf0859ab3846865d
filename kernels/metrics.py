"""The metrics array that kernels read through METRICS (src/grid.cuh): widths and distances of cells, then their reciprocals."""

from __future__ import annotations

from typing import Any

import numpy as np


def with_reciprocals(metrics: Any, real: Any) -> np.ndarray:
    """[dx | dy | dz | ex | ey | ez] (m) in the precision `real`, followed by 1/dx ... 1/ez of these rounded values (1/m)."""
    rounded = np.asarray(metrics).astype(real)
    return np.concatenate([rounded, rounded.dtype.type(1) / rounded])
