"""A small reader of STL files, binary and ASCII, that trusts nothing in them.

A file is read only up to a size, its numbers must be finite, and its surface must be closed: every edge belongs to an even number
of triangles. Normals are not used.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path

import numpy as np

LARGEST = 64 << 20  # bytes
MOST_TRIANGLES = 200_000
SAME = 1e-6  # of the body's size: corners closer than this are one corner
_NUMBER = rb"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_VERTEX = re.compile(rb"^\s*vertex\s+" + _NUMBER + rb"\s+" + _NUMBER + rb"\s+" + _NUMBER + rb"\s*$", re.MULTILINE)


class StlError(ValueError):
    """A file that is no closed STL surface; the text says why."""


def read_stl(folder: Path, name: str) -> np.ndarray:
    """Triangles of a file, float64 (n, 3, 3), in the file's unit: triangle, corner, axis.

    folder   the case's; the file must lie in it, links followed
    Raises   StlError
    """
    try:
        root = folder.resolve()
        file = (root / name).resolve()
        if not file.is_relative_to(root):
            raise StlError("lies outside the case's folder")
        if not stat.S_ISREG(file.stat().st_mode):
            raise StlError("is no regular file")
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise StlError("does not exist") from None
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, StlError):
            raise
        raise StlError(f"cannot be read: {getattr(error, 'strerror', None) or 'bad name'}") from None
    if len(data) > LARGEST:
        raise StlError(f"is larger than {LARGEST >> 20} MiB")
    triangles = parse_stl(data)
    check_closed(triangles)
    return triangles


def parse_stl(data: bytes) -> np.ndarray:
    """Triangles of the bytes of a file, float64 (n, 3, 3). Raises StlError."""
    count = int.from_bytes(data[80:84], "little") if len(data) >= 84 else -1
    if len(data) == 84 + 50 * count:
        if count > MOST_TRIANGLES:
            raise StlError(f"has {count} triangles, more than {MOST_TRIANGLES}")
        records = np.frombuffer(data, np.dtype([("floats", "<f4", (4, 3)), ("rest", "<u2")]), count, 84)
        triangles = records["floats"][:, 1:].astype(np.float64)
    elif data.lstrip()[:5].lower() == b"solid":
        numbers = _VERTEX.findall(data)
        facets = len(re.findall(rb"^\s*facet\b", data, re.MULTILINE))
        if len(numbers) != 3 * facets:
            raise StlError(f"has {facets} facets but {len(numbers)} readable corners")
        if facets > MOST_TRIANGLES:
            raise StlError(f"has {facets} triangles, more than {MOST_TRIANGLES}")
        triangles = np.array([[float(x) for x in corner] for corner in numbers]).reshape(-1, 3, 3)
    else:
        raise StlError("is neither binary nor ASCII STL, or cut short")
    if not len(triangles):
        raise StlError("holds no triangle")
    if not np.isfinite(triangles).all() or np.abs(triangles).max() > 1e9:
        raise StlError("holds numbers that are no coordinates")
    return triangles


def check_closed(triangles: np.ndarray) -> None:
    """Raises StlError for a surface with a hole: an edge with an odd number of triangles, or no volume at all."""
    low, high = triangles.min((0, 1)), triangles.max((0, 1))
    if not (high > low).all():
        raise StlError("has no volume")
    rounded = np.round((triangles.reshape(-1, 3) - low) / (SAME * float((high - low).max()))).astype(np.int64)
    _, corner = np.unique(rounded, axis=0, return_inverse=True)
    corner = corner.reshape(-1, 3)
    edges = np.sort(np.concatenate([corner[:, [0, 1]], corner[:, [1, 2]], corner[:, [2, 0]]]), axis=1)
    edges = edges[edges[:, 0] != edges[:, 1]]  # a triangle that is only a line
    found, count = np.unique(edges, axis=0, return_counts=True)
    odd = np.flatnonzero(count % 2)
    if len(odd):
        first = triangles.reshape(-1, 3)[np.flatnonzero(corner.ravel() == found[odd[0], 0])[0]]
        place = ", ".join(f"{x:.4g}" for x in first)
        raise StlError(f"is not watertight: {len(odd)} edges of one triangle or an odd number, the first at ({place})")
