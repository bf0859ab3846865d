"""Air paths in the momentum rows: tiles, grilles, leaks and doors between two cells of air, and porous zones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thermal.case.model import JETS
from thermal.flow.domain import Domain
from thermal.patches import Sheet, ZoneFaces
from thermal.state import State

Launch = Callable[[], Any]
# Dynamic heads that a data sheet's loss counts and the rows find by themselves: it is told from still air before the piece, and
# the stream's own velocity before the holes has to be made first.
APPROACH = 1.0


class Passages:
    """The air paths of one block, plane by plane; nothing at all where a case has none."""

    def __init__(self, domain: Domain, state: State) -> None:
        self._share: list[list[Launch]] = [[], [], []]
        self._push: list[list[Launch]] = [[], [], []]
        planes: dict[tuple[int, int], list[Sheet]] = {}
        for sheet in domain.placement.sheets:
            if sheet.plate.kind != "sheet" and sheet.loss_coefficient > 0.0:
                planes.setdefault((sheet.axis, int(sheet.face[0, 2 - sheet.axis])), []).append(sheet)
        for (axis, _), sheets in planes.items():
            self._bind(domain, state, axis, sheets)
        for zone in domain.placement.zones:
            self._bind_zone(domain, state, zone)

    def _bind(self, domain: Domain, state: State, axis: int, sheets: list[Sheet]) -> None:
        """Launches of the pieces of one plane. The first halo layer is taken along: its jets blow into cells of this block."""
        backend = domain.backend
        face = np.concatenate([sheet.face for sheet in sheets])
        counts = [len(sheet.area) for sheet in sheets]
        area = np.concatenate([sheet.area for sheet in sheets])
        loss = np.repeat([row_loss(sheet) for sheet in sheets], counts)
        jet = np.repeat([1.0 / sheet.open_fraction if sheet.plate.kind in JETS else 0.0 for sheet in sheets], counts)
        near, cell = domain.images(face)
        if not len(near):
            return
        head = (
            len(near), backend.upload(domain.flat(cell), np.int64),
            *(backend.upload(values[near], backend.real) for values in (area, loss, jet)),
        )  # fmt: skip
        velocity, mass, stride = state.true_velocity[axis], state.velocity[axis], domain.stride[axis]
        square = np.flatnonzero(np.repeat([sheet.plate.kind in (*JETS, "leak") for sheet in sheets], counts)[near])
        if len(square):
            sides = (
                len(square),
                backend.upload(domain.flat(cell[square]), np.int64),
                backend.upload(area[near[square]], backend.real),
            )
            rows = (state.inverse, state.rows[2 * axis], state.rows[2 * axis + 1])
            for tangent in range(3):
                offsets = (0, domain.stride[tangent]) if tangent != axis else ()
                self._push[tangent] += [backend.bind("tile_square", *sides, mass, stride, offset, *rows) for offset in offsets]
        self._share[axis].append(backend.bind("tile_share", *head, mass, stride, state.extra))
        self._push[axis].append(backend.bind("tile_push", *head, velocity, mass, stride, state.inverse, state.rhs))

    def _bind_zone(self, domain: Domain, state: State, zone: ZoneFaces) -> None:
        """The resistance of a porous zone to the velocity along one axis."""
        backend, axis = domain.backend, zone.axis
        mine = domain.within(zone.face)
        count = int(mine.sum())
        if not count:
            return
        values = (zone.area[mine], zone.part[mine], np.full(count, zone.quadratic), np.full(count, zone.linear))
        tangents = [item for a in range(3) if a != axis for item in (state.velocity[a], domain.stride[a])]
        self._share[axis].append(
            backend.bind(
                "zone_drag", count, backend.upload(domain.flat(zone.face[mine]), np.int64),
                *(backend.upload(value, backend.real) for value in values), state.velocity[axis], domain.stride[axis], *tangents,
                state.extra,
            )
        )  # fmt: skip

    def share(self, axis: int) -> None:
        """Add to the diagonals of the velocity along `axis`, before its rows are assembled."""
        for launch in self._share[axis]:
            launch()

    def push(self, axis: int) -> None:
        """Add to the right sides of its rows, once they are assembled."""
        for launch in self._push[axis]:
            launch()


def row_loss(sheet: Sheet) -> float:
    """Loss of a piece in its own momentum row. What blows jets has the loss of a data sheet, see APPROACH."""
    if sheet.plate.kind in JETS:
        return max(sheet.loss_coefficient - APPROACH, 0.0)
    return sheet.loss_coefficient
