"""Bodies that are no boxes, on a grid: how much of each cell they fill, and the cells that stand for them.

Whole cells are taken, fullest first, until they have the body's volume; cells that are filled alike are taken together, so that a
symmetric body stays symmetric. What that does to the volume and to the area seen along each axis is reported.
"""

from __future__ import annotations

import numpy as np

from meshes.grid import Grid
from meshes.regions import IndexBox, SnapRow
from thermal.case.model import Box, Cylinder, Shape, Surface

FINE = 4  # rays across each cell, squared
ALIKE = 0.01  # of a cell: fillings that count as equal, above what the rays leave uncertain
SLACK = 1e-9  # m: a body that ends on a plane does not reach beyond it
# Rays are shifted off the planes of grid and body by shares of their distance that no drawing uses.
OFF = (0.5 + 0.0061803, 0.5 + 0.0073205)


def cover(grid: Grid, bounds: Box) -> IndexBox:
    """All cells that a box reaches into, at least one along each axis."""
    low, high = [], []
    for axis in range(3):
        planes = grid.planes(axis)
        first = int(np.clip(np.searchsorted(planes, bounds.low[axis] + SLACK, side="right") - 1, 0, len(planes) - 2))
        low.append(first)
        high.append(int(np.clip(np.searchsorted(planes, bounds.high[axis] - SLACK), first + 1, len(planes) - 1)))
    return IndexBox((low[0], low[1], low[2]), (high[0], high[1], high[2]))


def fill_cells(grid: Grid, body: Shape, bounds: Box, box: IndexBox) -> np.ndarray:
    """Share of each cell of a box that a body within `bounds` (m) fills, float64 [k, j, i] over the box."""
    planes = [grid.planes(axis)[box.low[axis] : box.high[axis] + 1] for axis in range(3)]
    return _fill_cylinder(planes, body, bounds) if isinstance(body, Cylinder) else _fill_surface(planes, body)


def choose_cells(grid: Grid, filled: np.ndarray, box: IndexBox) -> np.ndarray:
    """bool [k, j, i] over the box: the cells that stand for a body, see above."""
    volumes = grid.volumes()[box.cells()]
    wanted = float((filled * volumes).sum())
    levels = np.round(filled / ALIKE).astype(np.int64)
    best, chosen = wanted, np.zeros(filled.shape, bool)
    for level in np.unique(levels[levels > 0])[::-1]:
        taken = levels >= level
        miss = abs(float(volumes[taken].sum()) - wanted)
        if miss >= best:
            break  # more cells only overshoot further
        best, chosen = miss, taken
    return chosen


def compare_body(
    grid: Grid, name: str, filled: np.ndarray, chosen: np.ndarray, box: IndexBox, body: Shape, bounds: Box
) -> list[SnapRow]:
    """Rows of the snapping report: volume, and the area seen along each axis, asked and got.

    What is asked of a body of triangles is told by its rays: its area to within a row of cells.
    """
    volumes = grid.volumes()[box.cells()]
    note = "too thin for the grid: no effect; refine the mesh around it" if not chosen.any() else ""
    wanted = signed_volume(body.triangles) if isinstance(body, Surface) else _volume(body, bounds)
    rows = [SnapRow(name, "volume", wanted, float(volumes[chosen].sum()), "m3", note)]
    for axis in range(3):
        areas = np.broadcast_to(grid.face_areas(axis), grid.shape)[box.cells()]
        seen = np.take(areas, 0, axis=2 - axis)
        asked = float((filled.max(axis=2 - axis) * seen).sum())
        if isinstance(body, Cylinder):
            length = bounds.high[body.axis] - bounds.low[body.axis]
            asked = np.pi * body.radius**2 if axis == body.axis else 2.0 * body.radius * length
        got = float((chosen.any(axis=2 - axis) * seen).sum())
        rows.append(SnapRow(name, f"area seen along {'xyz'[axis]}", asked, got, "m2"))
    return [row for row in rows if abs(row.got - row.asked) > 1e-6 * row.asked]


def _volume(body: Cylinder, bounds: Box) -> float:
    return float(np.pi * body.radius**2 * (bounds.high[body.axis] - bounds.low[body.axis]))


def signed_volume(triangles: np.ndarray) -> float:
    """Volume in m3 of a closed surface whose triangles turn the same way round (Gauss); its size, whichever way."""
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    return abs(float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum())) / 6.0


def _fill_cylinder(planes: list[np.ndarray], body: Cylinder, bounds: Box) -> np.ndarray:
    """Exact along the axis, where it ends with its bounds; across it the mean of rays along either of the other two axes."""
    first, second = (axis for axis in range(3) if axis != body.axis)
    along_first = _fill_circle(planes[second], planes[first], body.centre[1], body.centre[0], body.radius)
    along_second = _fill_circle(planes[first], planes[second], body.centre[0], body.centre[1], body.radius).T
    share = 0.5 * (along_first + along_second)  # [second, first], and second is the slower axis of [k, j, i]
    ends = planes[body.axis]
    length = np.diff(np.clip(ends, bounds.low[body.axis], bounds.high[body.axis])) / np.diff(ends)
    shape = [1, 1, 1]
    shape[2 - body.axis] = len(length)
    return np.expand_dims(share, 2 - body.axis) * length.reshape(shape)


def _fill_circle(rows: np.ndarray, planes: np.ndarray, row_centre: float, centre: float, radius: float) -> np.ndarray:
    """Share of each cell [row, column] of a plane that a circle fills, by rays along the columns at many places of each row."""
    share = np.zeros((len(rows) - 1, len(planes) - 1))
    for n in range(FINE * FINE):
        place = rows[:-1] + np.diff(rows) * (n + 0.5) / (FINE * FINE)
        half = np.sqrt(np.maximum(radius**2 - (place - row_centre) ** 2, 0.0))
        edges = np.clip(planes[None, :], (centre - half)[:, None], (centre + half)[:, None])
        share += np.diff(edges, axis=1) / np.diff(planes)[None, :]
    return share / (FINE * FINE)


def _fill_surface(planes: list[np.ndarray], body: Surface) -> np.ndarray:
    """By rays along x: between its odd and its even crossing of the surface a ray is inside (parity)."""
    x, y, z = planes
    count = (len(z) - 1, len(y) - 1, len(x) - 1)
    y_rays, z_rays = (_rays(row, off) for row, off in zip((y, z), OFF, strict=True))
    ray, place = _crossings(body.triangles, y_rays, z_rays)
    order = np.lexsort((place, ray))
    ray, place = ray[order], place[order]
    _, first, length = np.unique(ray, return_index=True, return_counts=True)
    number = np.arange(len(ray)) - np.repeat(first, length)  # of a crossing on its ray
    whole = np.repeat(length % 2 == 0, length)  # a ray that met the very edge of a triangle says nothing
    ray, place, sign = ray[whole], place[whole], np.where(number % 2 == 0, 1.0, -1.0)[whole]
    share, layer = np.zeros(count), ray // (FINE * len(y_rays))
    ends = np.searchsorted(layer, np.arange(count[0] + 1))
    for k in range(count[0]):  # a layer of cells at a time: the rays of a whole body would need its memory many times over
        part = slice(ends[k], ends[k + 1])
        reached = np.zeros((FINE * len(y_rays), len(x)))  # length inside, left of each plane
        here = ray[part] - k * FINE * len(y_rays)
        for plane, position in enumerate(x):
            np.add.at(reached[:, plane], here, sign[part] * np.maximum(position - place[part], 0.0))
        lengths = np.diff(reached, axis=1).reshape(FINE, count[1], FINE, count[2])
        share[k] = lengths.mean(axis=(0, 2)) / np.diff(x)
    return np.clip(share, 0.0, 1.0)


def _rays(planes: np.ndarray, off: float) -> np.ndarray:
    shares = (np.arange(FINE) + off) / FINE
    return (planes[:-1, None] + np.diff(planes)[:, None] * np.minimum(shares, 1.0)).ravel()


def _crossings(triangles: np.ndarray, y_rays: np.ndarray, z_rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number of the ray (z row by y row) and x of every crossing of a ray with a triangle."""
    rays, places = [np.zeros(0, np.int64)], [np.zeros(0)]
    low, high = triangles[:, :, 1:].min(1), triangles[:, :, 1:].max(1)
    begin_y, end_y = np.searchsorted(y_rays, low[:, 0]), np.searchsorted(y_rays, high[:, 0], side="right")
    begin_z, end_z = np.searchsorted(z_rays, low[:, 1]), np.searchsorted(z_rays, high[:, 1], side="right")
    for n in np.flatnonzero((end_y > begin_y) & (end_z > begin_z)):
        (x0, y0, z0), (x1, y1, z1), (x2, y2, z2) = triangles[n]
        double = (y1 - y0) * (z2 - z0) - (y2 - y0) * (z1 - z0)
        if double == 0.0:
            continue  # seen edge on: its neighbours close the ray
        y, z = y_rays[None, begin_y[n] : end_y[n]], z_rays[begin_z[n] : end_z[n], None]
        b = ((y - y0) * (z2 - z0) - (y2 - y0) * (z - z0)) / double
        c = ((y1 - y0) * (z - z0) - (y - y0) * (z1 - z0)) / double
        k, j = np.nonzero((b >= 0.0) & (c >= 0.0) & (b + c <= 1.0))
        rays.append((begin_z[n] + k) * len(y_rays) + begin_y[n] + j)
        places.append(x0 + b[k, j] * (x1 - x0) + c[k, j] * (x2 - x0))
    return np.concatenate(rays), np.concatenate(places)
