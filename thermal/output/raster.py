"""A layer of cells as a small PNG: resampled to even pixels, indexed by a palette, transparent in solids."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from thermal.output.colour import palette


def resample(values: np.ndarray, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Values at the middles of even pixels by bilinear interpolation between cell centres, never across a solid cell.

    values     (m, n), NaN in solids; row m runs with `rows`        rows, columns  plane positions, (m + 1,) and (n + 1,)
    shape      (height, width) in pixels
    Returns    float64 `shape`, NaN in pixels whose own cell is solid.
    """
    valid = np.isfinite(values)
    known = np.where(valid, values, 0.0).astype(np.float64)
    (row, row_share, own_row), (column, column_share, own_column) = (
        _neighbours(planes, count) for planes, count in zip((rows, columns), shape, strict=True)
    )
    total = np.zeros(shape)
    weight = np.zeros(shape)
    for below in (0, 1):
        wr = (row_share if below else 1.0 - row_share)[:, None]
        r = np.minimum(row + below, values.shape[0] - 1)
        for right in (0, 1):
            c = np.minimum(column + right, values.shape[1] - 1)
            w = wr * (column_share if right else 1.0 - column_share)[None, :] * valid[np.ix_(r, c)]
            total += w * known[np.ix_(r, c)]
            weight += w
    result = np.full(shape, np.nan)
    own = valid[np.ix_(own_row, own_column)] & (weight > 1e-9)
    result[own] = total[own] / weight[own]
    return result


def _neighbours(planes: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For `count` even pixels: the centre at or below each, the share of the next centre, and the cell the pixel lies in."""
    centres = 0.5 * (planes[1:] + planes[:-1])
    place = planes[0] + (np.arange(count) + 0.5) * (planes[-1] - planes[0]) / count
    lower = np.clip(np.searchsorted(centres, place) - 1, 0, max(len(centres) - 2, 0))
    upper = np.minimum(lower + 1, len(centres) - 1)
    gap = centres[upper] - centres[lower]
    share = np.where(gap > 0.0, (place - centres[lower]) / np.where(gap > 0.0, gap, 1.0), 0.0)
    own = np.clip(np.searchsorted(planes, place, side="right") - 1, 0, len(centres) - 1)
    return lower, np.clip(share, 0.0, 1.0), own


def png_uri(values: np.ndarray, low: float, high: float, name: str) -> str:
    """A data URI of the values as a PNG, first row at the bottom; NaN is transparent, values outside low...high are clamped."""
    share = np.nan_to_num((values - low) / (high - low), nan=0.0)
    pixels = np.where(np.isfinite(values), 1.0 + 254.0 * np.clip(share, 0.0, 1.0) + 0.5, 0.0).astype(np.uint8)[::-1]
    height, width = pixels.shape
    raw = np.zeros((height, width + 1), dtype=np.uint8)  # each row starts with filter type 0
    raw[:, 1:] = pixels
    colours = np.zeros((256, 3), dtype=np.uint8)
    colours[1:] = palette(name, 255)
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, body)
        for kind, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),  # 8 bits, palette
            (b"PLTE", colours.tobytes()),
            (b"tRNS", b"\x00"),
            (b"IDAT", zlib.compress(raw.tobytes(), 6)),
            (b"IEND", b""),
        )
    )
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
