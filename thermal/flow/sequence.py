"""Coarse to fine: the grids of the sequence, and the passage of fields from one to the next."""

from __future__ import annotations

import numpy as np

from meshes import Grid, coarsen_grid
from thermal.case.model import Case
from thermal.place import Placement, place

# A coarser grid is worth its set-up from about this many cells on, and must be this much smaller than the one before.
WORTH, SHRINK = 6000, 0.6


def place_sequence(case: Case, grid: Grid) -> list[Placement]:
    """The case on its grid and on coarser ones, coarsest first. Objects keep their planes, so power, flow and areas stay."""
    grids = [grid]
    while grids[0].cells > WORTH:
        coarse = coarsen_grid(grids[0])
        if coarse.cells > SHRINK * grids[0].cells:
            break
        grids.insert(0, coarse)
    return [place(case, one) for one in grids]


def refine_centres(values: np.ndarray, coarse: Grid, fine: Grid) -> np.ndarray:
    """A [k, j, i] field at the centres of `coarse` on the centres of `fine`.

    Each fine cell takes the coarse cell it lies in, or where it lies in two of them their mean by its shares in them: integrals
    stay, and a symmetric field stays symmetric.
    """
    for axis in range(3):
        values = _share_out(values, coarse, fine, axis)
    return values


def refine_faces(values: np.ndarray, coarse: Grid, fine: Grid, axis: int) -> np.ndarray:
    """A face velocity along `axis` (one plane more there) on the finer grid.

    Linear between the coarse faces along the axis, constant across them: the flow through each coarse face is kept, and a
    divergence-free field stays divergence-free (where every coarse plane is a fine one).
    """
    for other in range(3):
        if other == axis:
            planes, wanted = coarse.planes(axis), fine.planes(axis)
            low = np.clip(np.searchsorted(planes, wanted, side="right") - 1, 0, len(planes) - 2)
            weight = (wanted - planes[low]) / (planes[low + 1] - planes[low])
            values = _mix(values, low, low + 1, 1.0 - weight, axis)
        else:
            values = _share_out(values, coarse, fine, other)
    return values


def _share_out(values: np.ndarray, coarse: Grid, fine: Grid, axis: int) -> np.ndarray:
    """Along one axis: each fine cell the mean of the one or two coarse cells that it lies in."""
    planes, low, high = coarse.planes(axis), fine.planes(axis)[:-1], fine.planes(axis)[1:]
    slack = 1e-6 * (high - low)  # planes that are the same but for round-off are the same
    first = np.searchsorted(planes, low + slack, side="right") - 1
    last = np.searchsorted(planes, high - slack) - 1
    if np.array_equal(first, last):
        return np.take(values, first, axis=2 - axis)
    share = np.where(first == last, 1.0, (planes[first + 1] - low) / (high - low))
    return _mix(values, first, last, share, axis)


def _mix(values: np.ndarray, first: np.ndarray, last: np.ndarray, share: np.ndarray, axis: int) -> np.ndarray:
    """`share` of the layers `first` and the rest of the layers `last`, along an axis."""
    shape = [1, 1, 1]
    shape[2 - axis] = len(share)
    weight = share.reshape(shape)
    return weight * np.take(values, first, axis=2 - axis) + (1.0 - weight) * np.take(values, last, axis=2 - axis)
