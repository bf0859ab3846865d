"""Means in time with what they leave open, from values at uneven times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BATCHES = 8


@dataclass(frozen=True)
class Statistics:
    """Of columns of numbers in time: mean, root mean square about it, least and largest, and the standard error of the mean."""

    mean: np.ndarray
    rms: np.ndarray
    low: np.ndarray
    high: np.ndarray
    error: np.ndarray


def statistics(steps: np.ndarray, values: np.ndarray) -> Statistics:
    """Of values (n, columns) that each stand for a step (n,) in s.

    The error is that of batch means: the span is cut into BATCHES pieces of equal length; the spread of their means, over the
    square root of their number, holds whatever correlation is shorter than a piece (Law & Kelton 2000, Simulation Modeling and
    Analysis, 9.5.3).
    NaN where there are fewer values than batches.

    >>> one = statistics(np.ones(8), np.array([[1.0], [3.0]] * 4))
    >>> float(one.mean[0]), float(one.rms[0])
    (2.0, 1.0)
    """
    weights = steps / steps.sum()
    mean = weights @ values
    rms = np.sqrt(np.maximum(weights @ (values - mean) ** 2, 0.0))
    error = np.full(values.shape[1], np.nan)
    if len(steps) >= BATCHES:
        middle = np.cumsum(steps) - 0.5 * steps
        batch = np.minimum((middle / steps.sum() * BATCHES).astype(int), BATCHES - 1)
        present = np.unique(batch)
        if len(present) > 1:
            means = np.array([np.average(values[batch == n], axis=0, weights=steps[batch == n]) for n in present])
            error = means.std(axis=0, ddof=1) / np.sqrt(len(present))
    return Statistics(mean, rms, values.min(axis=0), values.max(axis=0), error)


def first_passage(times: np.ndarray, values: np.ndarray, limit: float) -> float | None:
    """The time at which values pass above a limit, straight between their times; None if they never do.

    >>> first_passage(np.array([0.0, 1.0, 2.0]), np.array([20.0, 24.0, 28.0]), 27.0)
    1.75
    """
    above = np.flatnonzero(values > limit)
    if not len(above):
        return None
    n = int(above[0])
    if n == 0:
        return float(times[0])
    share = (limit - values[n - 1]) / (values[n] - values[n - 1])
    return float(times[n - 1] + share * (times[n] - times[n - 1]))
