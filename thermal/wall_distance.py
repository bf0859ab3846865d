"""Distance from every cell's centre to the nearest wall, straight through obstructions, on a rectilinear grid.

A wall face counts as the point of its plane nearest in the normal direction and as its centre in the two tangential ones, which
is exact for a wall the cell looks at. The squared distance is then a sum of one term for each axis, so three one-dimensional
passes find the minimum over all faces (Felzenszwalb & Huttenlocher, Distance transforms of sampled functions, Theory of
Computing 8, 2012, p. 415; here by offsets that stop once no face so far away can be nearest, which vectorises).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshes.grid import Grid

CHUNK = 131_072  # cells worked on at a time: both arrays stay in the cache of a core


def wall_distance(
    grid: Grid, fluid: np.ndarray, cell: np.ndarray, axis: np.ndarray, side: np.ndarray, periodic: Sequence[int] = ()
) -> np.ndarray:
    """Distance in m, float64 (nz, ny, nx), 0 in solids; infinite where there is no wall at all.

    fluid   bool (nz, ny, nx)
    cell (n, 3) k, j, i; axis (n,); side (n,)   the wall faces, as Placement.wall_faces gives them
    periodic   axes along which the grid repeats itself: a wall beyond an end counts as well
    """
    for seam in periodic:
        return _repeated(grid, fluid, cell, axis, side, seam, [other for other in periodic if other != seam])
    straight = [_along_normal(grid, fluid.shape, cell[axis == normal], side[axis == normal], normal) for normal in range(3)]
    best = np.minimum(np.minimum(straight[0], straight[1]), straight[2])
    best[~fluid] = 0.0  # nobody asks for these
    for normal in range(3):
        first, second = (tangent for tangent in range(3) if tangent != normal)
        # what the first pass finds may serve any cell of the second: there only the largest bound of all may stop the search
        squared = _spread(straight[normal], grid.centres(first), 2 - first, np.broadcast_to(best.max(), best.shape))
        squared = _spread(squared, grid.centres(second), 2 - second, best)
        np.minimum(best, squared, out=best)
    return np.sqrt(best)


def distance_to_sides(grid: Grid, fluid: np.ndarray, periodic: Sequence[int] = ()) -> np.ndarray:
    """Distance in m, float64 (nz, ny, nx), to the nearest side of the room, whatever stands in between or is open in it.

    0 in solids; infinite where every axis is periodic: a room that repeats itself along an axis has no sides there.
    """
    best = np.full(fluid.shape, np.inf)
    for axis in range(3):
        if axis not in periodic:
            planes, centres = grid.planes(axis), grid.centres(axis)
            line = np.minimum(centres - planes[0], planes[-1] - centres)
            np.minimum(best, line.reshape([-1 if 2 - axis == along else 1 for along in range(3)]), out=best)
    best[~fluid] = 0.0
    return best


def _repeated(
    grid: Grid, fluid: np.ndarray, cell: np.ndarray, axis: np.ndarray, side: np.ndarray, seam: int, others: Sequence[int]
) -> np.ndarray:
    """The distance on three copies of the grid one after the other along the axis `seam`; the middle one."""
    along, n, length = 2 - seam, grid.n[seam], grid.size[seam]
    planes = [grid.x, grid.y, grid.z]
    flags = list(grid.breaks)
    planes[seam] = np.concatenate([planes[seam] - length, planes[seam][1:], planes[seam][1:] + length])
    flags[seam] = np.concatenate([flags[seam], flags[seam][1:], flags[seam][1:]])
    long = Grid(planes[0], planes[1], planes[2], (flags[0], flags[1], flags[2]))
    copies = np.concatenate([cell + step * n * np.eye(3, dtype=cell.dtype)[along] for step in range(3)])
    fluid = np.concatenate([fluid] * 3, axis=along)
    found = wall_distance(long, fluid, copies, np.tile(axis, 3), np.tile(side, 3), others)
    return np.take(found, np.arange(n, 2 * n), axis=along)


def _along_normal(grid: Grid, shape: tuple[int, ...], cell: np.ndarray, side: np.ndarray, normal: int) -> np.ndarray:
    """Squared distance (nz, ny, nx) to the nearest wall plane normal to an axis in the same row of cells."""
    planes, centres = grid.planes(normal), grid.centres(normal)
    along = 2 - normal
    count = shape[along]
    rows = [size for direction, size in enumerate(shape) if direction != along]
    has_wall = np.zeros((count + 1, *rows), bool)
    index = cell.copy()
    index[:, along] += side > 0
    others = [index[:, direction] for direction in range(3) if direction != along]
    has_wall[(index[:, along], *others)] = True
    flat = planes[:, None, None]
    below = np.maximum.accumulate(np.where(has_wall, flat, -np.inf), axis=0)[:-1]
    above = np.minimum.accumulate(np.where(has_wall, flat, np.inf)[::-1], axis=0)[::-1][1:]
    nearest = np.minimum(centres[:, None, None] - below, above - centres[:, None, None])
    return np.ascontiguousarray(np.moveaxis(nearest**2, 0, along))


def _spread(squared: np.ndarray, centres: np.ndarray, along: int, bound: np.ndarray) -> np.ndarray:
    """min over j' of squared[j'] + (c_j - c_j')2 along one array axis; offsets that cannot beat `bound` anywhere are left out."""
    across = 1 if along == 0 else 0
    result = squared.copy()
    rows = squared.shape[across]
    step = max(1, CHUNK * rows // squared.size)
    for first in range(0, rows, step):
        part = [slice(None)] * 3
        part[across] = slice(first, first + step)
        chunk = tuple(part)
        reach = float(bound[chunk].max())
        _spread_chunk(np.moveaxis(squared[chunk], along, 0), np.moveaxis(result[chunk], along, 0), centres, reach)
    return result


def _spread_chunk(source: np.ndarray, result: np.ndarray, centres: np.ndarray, reach: float) -> None:
    for offset in range(1, len(centres)):
        gap = (centres[offset:] - centres[:-offset]) ** 2
        if gap.min() >= reach:
            break
        gap = gap[:, None, None]
        np.minimum(result[offset:], source[:-offset] + gap, out=result[offset:])
        np.minimum(result[:-offset], source[offset:] + gap, out=result[:-offset])
