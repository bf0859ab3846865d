"""Eddies in what supplies blow, for large-eddy simulation: a laminar stream would take metres to become turbulent by itself.

The normal velocity of every supply of a given flow is its mean plus a sum of random Fourier modes (after Kraichnan 1970, Phys.
Fluids 13:22) that the stream carries through the opening: wave numbers about 1/turbulence_length, root mean square
turbulence_intensity times the mean speed. A function of place and time alone, so that blocks and a resumed run see the same
eddies; the total flow stays as given at every instant. What enters has no tangential velocity, as in every other model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thermal.case.model import Opening
from thermal.flow.domain import Domain

MODES = 48
SEED = 20  # of the modes; one for each opening is drawn from it
SPREAD = 0.5  # of the wave numbers about 1/length, as a share


class Modes:
    """Fluctuation of one opening over the places of its faces."""

    def __init__(self, number: int, places: np.ndarray, area: np.ndarray, length: float) -> None:
        """places   m (n, 2) of the face centres in the plane of the opening       area   m2 (n,)       length   m"""
        random = np.random.default_rng([SEED, number])
        size = np.abs(1.0 + SPREAD * random.normal(size=MODES)) / length
        angle = random.uniform(0.0, 2.0 * np.pi, MODES)
        lean = random.uniform(-1.0, 1.0, MODES)  # cosine of the angle to the stream
        across = size * np.sqrt(1.0 - lean**2)
        self.along = size * lean
        self.phase = places @ np.stack([across * np.cos(angle), across * np.sin(angle)]) + random.uniform(0.0, 2.0 * np.pi, MODES)
        self.area = area

    def at(self, distance: float) -> np.ndarray:
        """Values (n,) of unit root mean square and zero mean over the area, when the stream has come so many m."""
        values = np.sqrt(2.0 / MODES) * np.cos(self.phase + self.along * distance).sum(axis=1)
        return values - float(values @ self.area) / float(self.area.sum())


class Eddies:
    """The eddies of all supplies of one block. `time` gives the end of the step in hand, s."""

    def __init__(self, flow: Any, time: Callable[[], float]) -> None:
        self.domain: Domain = flow.domain
        self.time = time
        backend, placement = self.domain.backend, self.domain.placement
        self._supplies: list[tuple[int, Modes, float, list[tuple[np.ndarray, Any, Any]]]] = []
        for index, patch in enumerate(placement.patches):
            item = patch.object
            if not isinstance(item, Opening) or patch.kind != "supply" or item.flow is None or not item.turbulence_intensity:
                continue
            flat_axes = [axis for axis in range(3) if axis != patch.axis]
            places = np.stack([placement.grid.centres(axis)[patch.cell[:, 2 - axis]] for axis in flat_axes], axis=1)
            modes = Modes(index, places, patch.area, item.turbulence_length)
            order = {int(cell): n for n, cell in enumerate(placement.flat(patch.cell))}
            parts = []
            for faces in self.domain.lists:
                mine = np.flatnonzero(faces.patch == index)
                if len(mine):
                    which = np.array([order[int(cell)] for cell in self._whole(faces.cell[mine])])
                    value_ = backend.zeros((len(mine),))
                    where = backend.upload(faces.cell[mine] + faces.normal_offset, np.int64)
                    launch = backend.bind("scatter", len(mine), where, value_, flow.state.velocity[faces.axis])
                    parts.append((which, value_, launch))
            self._supplies.append((index, modes, item.turbulence_intensity, parts))

    def _whole(self, local: np.ndarray) -> np.ndarray:
        """Positions in the whole hall of cells of this block, or of its halo, given by their place in local arrays."""
        placement, shape = self.domain.placement, self.domain.shape
        k, j, i = np.unravel_index(local, shape)
        low = [self.domain.range[axis][0] - 2 for axis in range(3)]
        n = placement.grid.n
        cells = np.stack([(k + low[2]) % n[2], (j + low[1]) % n[1], (i + low[0]) % n[0]], axis=1)
        return placement.flat(cells)

    def apply(self) -> None:
        """Give all faces the velocity that they have at the end of the step."""
        for index, modes, intensity, parts in self._supplies:
            patch, flow = self.domain.placement.patches[index], self.domain.patch_flow[index] or 0.0
            speed = flow / float(patch.area.sum())
            values = patch.sign * speed * (1.0 + intensity * modes.at(speed * self.time()))
            for which, value_, launch in parts:
                self.domain.backend.store(values[which], value_)
                launch()
