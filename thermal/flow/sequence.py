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
    """A [k, j, i] field at the centres of `coarse` on the centres of `fine`: each fine cell takes the cell it lies in."""
    for axis in range(3):
        inside = np.searchsorted(coarse.planes(axis), fine.centres(axis)) - 1
        values = np.take(values, inside, axis=2 - axis)
    return values


def refine_faces(values: np.ndarray, coarse: Grid, fine: Grid, axis: int) -> np.ndarray:
    """A face velocity along `axis` (one plane more there) on the finer grid.

    Linear between the coarse faces along the axis, constant across them: the flow through each coarse face is kept, and a
    divergence-free field stays divergence-free.
    """
    for other in range(3):
        if other == axis:
            planes, wanted = coarse.planes(axis), fine.planes(axis)
            low = np.clip(np.searchsorted(planes, wanted, side="right") - 1, 0, len(planes) - 2)
            weight = (wanted - planes[low]) / (planes[low + 1] - planes[low])
            shape = [1, 1, 1]
            shape[2 - axis] = len(weight)
            weight = weight.reshape(shape)
            values = (1.0 - weight) * np.take(values, low, axis=2 - axis) + weight * np.take(values, low + 1, axis=2 - axis)
        else:
            inside = np.searchsorted(coarse.planes(other), fine.centres(other)) - 1
            values = np.take(values, inside, axis=2 - other)
    return values
