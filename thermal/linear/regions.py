"""Means of a field over connected regions: what a pressure without a fixed level is free to add, taken out."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels import Backend
from thermal.parallel import Communicator


class RegionMeans:
    """Subtracts the mean of each region that no fixed pressure holds. Sums are float64 over row pieces in fixed order."""

    def __init__(self, backend: Backend, regions: np.ndarray, comm: Communicator):
        """regions: int32 (nz, ny, nx) of this block, 0 solid, else the number of the region in the whole hall."""
        self._backend = backend
        self._comm = comm
        nz, ny, nx = regions.shape
        self._n = (nx, ny, nz)
        self.count = int(comm.max(np.array([float(regions.max(initial=0))]))[0])
        k, j, i, length, region = _runs(regions)
        order = np.argsort(region, kind="stable")
        self._runs = len(order)
        packed = np.concatenate([part[order] for part in (i, j, k, length)])
        region = region[order] - 1
        cells = comm.sum(np.bincount(region, length[order], minlength=self.count).astype(np.float64))
        self._run_table = backend.upload(packed.astype(np.int32))
        self._region = backend.upload(region.astype(np.int32))
        self._first = backend.upload(np.searchsorted(region, np.arange(self.count + 1)).astype(np.int32))
        self._cells = backend.upload(np.maximum(cells, 1.0), np.float64)
        self._partial = backend.zeros(max(self._runs, 1), np.float64)
        self._sums = backend.zeros(max(self.count, 1), np.float64)
        self._fixed = backend.zeros(max(self.count, 1), np.float64)

    def bind_setup(self, gd: Any) -> list[Any]:
        """Launches that find which regions the conductances to fixed pressures (a device array) hold."""
        return self._bind_sums(gd, self._fixed)

    def bind(self, field: Any) -> list[Any]:
        """Launches that take the free means out of a field (a device array with halos)."""
        if self.count == 0:
            return []
        steps = self._bind_sums(field, self._sums)
        if self._runs:
            table = (self._runs, self._run_table, self._region, self._sums, self._fixed, self._cells)
            steps.append(self._backend.bind("subtract_means", *self._n, *table, field))
        return steps

    def _bind_sums(self, field: Any, sums: Any) -> list[Any]:
        if self.count == 0:
            return []
        steps: list[Any] = []
        if self._runs:
            steps.append(self._backend.bind("sum_runs", *self._n, self._runs, self._run_table, field, self._partial))
        steps.append(self._backend.bind("sum_regions", self.count, self._first, self._partial, sums))
        if self._comm.size > 1:
            steps.append(lambda: self._add_blocks(sums))
        return steps

    def _add_blocks(self, sums: Any) -> None:
        total = self._comm.sum(self._backend.download(sums))
        self._backend.store(total, sums)


def _runs(regions: np.ndarray) -> tuple[np.ndarray, ...]:
    """k, j, i, length and region of the longest row pieces that lie in one region; solids left out."""
    nz, ny, nx = regions.shape
    edges = np.ones((nz, ny, nx + 1), bool)
    edges[:, :, 1:-1] = regions[:, :, 1:] != regions[:, :, :-1]
    k, j, i = np.nonzero(edges[:, :, :-1])
    length = np.nonzero(edges[:, :, 1:])[2] + 1 - i
    region = regions[k, j, i].astype(np.int64)
    fluid = region > 0
    return k[fluid], j[fluid], i[fluid], length[fluid], region[fluid]
