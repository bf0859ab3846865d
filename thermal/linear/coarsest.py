"""Direct solution of the coarsest multigrid level: a dense inverse, made on the host at every set-up (about a hundred cells)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kernels import Backend
from kernels.backend import Launch
from thermal.parallel import Serial

WEAKEST = 1e-11


class Coarsest:
    """x = A^-1 b on a small whole level. Connected parts that no fixed pressure holds are solved up to their mean."""

    def __init__(self, backend: Backend, n: tuple[int, int, int], right_side: Any, unknown: Any, periodic: Sequence[int] = ()):
        """n: cells per axis (nx, ny, nz); right_side, unknown: device arrays of the level, with halos; periodic: joined axes."""
        nx, ny, nz = n
        self.count = nx * ny * nz
        self._backend = backend
        k, j, i = np.unravel_index(np.arange(self.count), (nz, ny, nx))
        self._number = np.full((nz + 4, ny + 4, nx + 4), -1)
        self._number[2:-2, 2:-2, 2:-2] = np.arange(self.count).reshape(nz, ny, nx)
        Serial(periodic).exchange([self._number])
        cells = backend.upload((((k + 2) * (ny + 4) + j + 2) * (nx + 4) + i + 2).astype(np.int32))
        self._inverse = backend.zeros(self.count * self.count, np.float64)
        self._operator = backend.zeros((4, nz + 4, ny + 4, nx + 4))  # conductances in one piece: the host waits once
        self._pattern = b""
        self._parts = np.zeros(0, np.int64)
        self.solve: Launch = backend.bind("solve_coarsest", self.count, self._inverse, cells, right_side, unknown)

    def setup(self, gx: Any, gy: Any, gz: Any, gd: Any) -> None:
        """Invert the operator of these conductances (device arrays with halos)."""
        for number, g in enumerate((gx, gy, gz, gd)):
            self._backend.copy(g, self._operator[number : number + 1].reshape(g.shape))
        operator = self._backend.download(self._operator)
        fixed = operator[3][2:-2, 2:-2, 2:-2].ravel().astype(np.float64)
        matrix = np.diag(fixed)
        faces = [self._faces(g, axis) for g, axis in zip(operator[:3], (2, 1, 0), strict=True)]
        here, there, g = (np.concatenate([face[part] for face in faces]) for part in range(3))
        np.add.at(matrix, (here, here), g)
        np.add.at(matrix, (there, there), g)
        np.subtract.at(matrix, (here, there), g)  # two cells of a periodic axis share two faces
        np.subtract.at(matrix, (there, here), g)
        diagonal = matrix.diagonal().copy()
        parts = self._connected(here, there, fixed)
        size = np.bincount(parts, minlength=self.count)
        strength = np.bincount(parts, diagonal, minlength=self.count)
        # a hold too weak for float64 to see beside the other conductances is none
        held = np.bincount(parts, fixed, minlength=self.count) > WEAKEST * strength
        scale = strength / np.maximum(size, 1) ** 2
        # a part that floats gets its own mean as one more equation; its solution then has mean zero
        floating = (parts[:, None] == parts) & ~held[parts]
        matrix += np.where(floating, scale[parts], 0.0)
        empty = diagonal == 0
        matrix[empty, empty] = 1.0
        try:
            inverse = np.linalg.inv(matrix)
        except np.linalg.LinAlgError:  # infinite conductances of a diverged flow; the answer shall be NaN, as everywhere else
            inverse = np.full_like(matrix, np.nan)
        inverse[empty, empty] = 0.0
        inverse = 0.5 * (inverse + inverse.T)
        self._backend.store(inverse.ravel(), self._inverse)

    def _faces(self, g: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Open faces normal to an array axis: cell above, cell below, conductance."""
        low = [slice(2, -2)] * 3
        low[axis] = slice(1, -3)
        inside = (slice(2, -2),) * 3
        values, here, there = g[inside].ravel().astype(np.float64), self._number[inside].ravel(), self._number[tuple(low)].ravel()
        is_open = (values > 0) & (there >= 0)
        return here[is_open], there[is_open], values[is_open]

    def _connected(self, here: np.ndarray, there: np.ndarray, fixed: np.ndarray) -> np.ndarray:
        """Lowest cell number of each cell's connected part. Kept while the pattern of open faces stays the same."""
        pattern = here.tobytes() + there.tobytes()
        if pattern != self._pattern or len(self._parts) != len(fixed):
            part = np.arange(self.count)
            while True:
                new = part.copy()
                np.minimum.at(new, here, part[there])
                np.minimum.at(new, there, part[here])
                new = new[new]
                if np.array_equal(new, part):
                    break
                part = new
            self._pattern, self._parts = pattern, part
        return self._parts
