"""Coarse to fine: the grids of the sequence, and the passage of fields from one to the next.

Every grid of the sequence is solved to about what the finest one is. Two answers tell what the next grid will change: the error
of a scheme of order p falls with h^p, so the next grid starts from the coarser answer and the part of their difference that is
still to come (Richardson 1911, Phil. Trans. R. Soc. A 210:307; as a start: extrapolation cascadic multigrid). From the coarser
answer alone, loosely solved, hall-30kw-contained (415 000 cells) took 116 iterations for 56 and hall-130kw-hybrid (468 000) 110
for 58: they waited for the upper room, on its way from one grid's answer to the other's. Constant in each coarse cell, a start
leaves three times the momentum defect of a linear one.
A coarse flow that does not come to rest wanders off instead; then its first fields that will do are the start, as they are
(hall-30kw-contained with k-epsilon, second order, 0.1 m: 108 iterations; from where 120 coarse iterations had led, none settled).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from meshes import Grid, coarsen_grid
from thermal.case.model import Case
from thermal.flow.averages import PLACES
from thermal.place import Placement, place

Answer = tuple[Grid, dict[str, np.ndarray]]  # a grid and the global fields on it

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


@dataclass
class Climb:
    """What the start on the next grid is made of.

    scheme     of the momentum
    coarser    the answer of the grid before the present one, if it came to rest
    passable   fields and movers' arrays of the present grid when they first would do
    settled    whether the present grid came to rest
    """

    scheme: str
    coarser: Answer | None = None
    passable: tuple[dict[str, np.ndarray], dict[str, np.ndarray]] | None = None
    settled: bool = False

    def leave(self, grid: Grid, fields: dict[str, np.ndarray], movers: dict[str, Any]) -> tuple[Answer, dict[str, Any]]:
        """Leave a grid with its last fields and movers' arrays. Returns what the next grid starts from."""
        if not self.settled and self.passable is not None:
            fields, movers = self.passable
        answer, before = (grid, fields), self.coarser
        start = look_ahead(answer, before, self.scheme) if self.settled and before is not None else answer
        self.coarser, self.passable, self.settled = answer if self.settled else None, None, False
        return start, movers

    def arrays(self) -> dict[str, np.ndarray]:
        """For a checkpoint."""
        parts = {"coarser": self.coarser[1] if self.coarser else {}}
        parts |= dict(zip(("passable", "passable-movers"), self.passable or ({}, {}), strict=True))
        return {f"{part}/{name}": values for part, fields in parts.items() for name, values in fields.items()}

    def restore(self, arrays: dict[str, np.ndarray], before: Grid | None) -> None:
        """Take the arrays of a checkpoint. before   the grid before the present one"""
        parts: dict[str, dict[str, np.ndarray]] = {"coarser": {}, "passable": {}, "passable-movers": {}}
        for name, values in arrays.items():
            part, _, rest = name.partition("/")
            parts.get(part, {})[rest] = values
        self.coarser = (before, parts["coarser"]) if before is not None and parts["coarser"] else None
        self.passable = (parts["passable"], parts["passable-movers"]) if parts["passable"] else None


# What is taken ahead; turbulence stays where it is, positive and in keeping with its walls.
AHEAD = ("u", "v", "w", "p", "T")
# Share of the difference of two grids' answers that the next one will add, by the momentum's scheme: cells halve from grid to
# grid, so 2^-p. hall-130kw-hybrid at 0.1 m has a slow swing that 0.6 in place of a half wakes.
SHARES = {"upwind": 0.5, "second-order": 0.25}


def refine(answer: Answer, fine: Grid) -> dict[str, np.ndarray]:
    """The fields of an answer on a finer grid."""
    coarse, fields = answer
    return {
        name: refine_faces(values, coarse, fine, PLACES[name]) if name in PLACES else refine_centres(values, coarse, fine)
        for name, values in fields.items()
    }


def look_ahead(answer: Answer, coarser: Answer, scheme: str) -> Answer:
    """An answer, taken ahead by what the next grid will change in it, still on its own grid.

    coarser   the answer on the grid before        scheme   of the momentum: its order tells how errors fall with the cell
    Temperatures stay within those of the answer.
    """
    grid, fields = answer
    before = refine(coarser, grid)
    ahead = dict(fields)
    for name in AHEAD:
        ahead[name] = fields[name] + SHARES[scheme] * (fields[name] - before[name])
    ahead["T"] = np.clip(ahead["T"], fields["T"].min(), fields["T"].max())
    return grid, ahead


def refine_centres(values: np.ndarray, coarse: Grid, fine: Grid) -> np.ndarray:
    """A [k, j, i] field at the centres of `coarse` on the centres of `fine`.

    Linear in each coarse cell, by the smaller of the slopes to its two neighbours (minmod: Roe 1986, Annu. Rev. Fluid Mech.
    18:337), none where they disagree; a fine cell that lies in two coarse cells takes their mean by its shares in them.
    Integrals stay, no value leaves those around it, and a symmetric field stays symmetric.
    """
    for axis in range(3):
        values = _share_out(values, coarse, fine, axis)
    return values


def refine_faces(values: np.ndarray, coarse: Grid, fine: Grid, axis: int) -> np.ndarray:
    """A face velocity along `axis` (one plane more there) on the finer grid.

    Linear between the coarse faces along the axis, as `refine_centres` across them: the flow through each coarse face is kept,
    and with it the sum of what flows out of the fine cells of a coarse one (where every coarse plane is a fine one).
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
    """Along one axis: each fine cell its place on the line through its coarse cell, or the mean of the two that it lies in."""
    planes, low, high = coarse.planes(axis), fine.planes(axis)[:-1], fine.planes(axis)[1:]
    slack = 1e-6 * (high - low)  # planes that are the same but for round-off are the same
    first = np.searchsorted(planes, low + slack, side="right") - 1
    last = np.searchsorted(planes, high - slack) - 1
    if not np.array_equal(first, last):
        share = np.where(first == last, 1.0, (planes[first + 1] - low) / (high - low))
        return _mix(values, first, last, share, axis)
    centres = 0.5 * (planes[1:] + planes[:-1])
    steps = np.diff(values, axis=2 - axis) / _along(np.diff(centres), axis, values)
    slopes = np.zeros_like(values)
    inner = tuple(slice(1, -1) if n == 2 - axis else slice(None) for n in range(3))
    before, after = (np.take(steps, range(n, steps.shape[2 - axis] - 1 + n), axis=2 - axis) for n in (0, 1))
    smaller = np.where(np.abs(before) < np.abs(after), before, after)
    slopes[inner] = np.where(before * after > 0.0, smaller, 0.0)
    away = _along(0.5 * (low + high) - centres[first], axis, values)
    return np.take(values, first, axis=2 - axis) + away * np.take(slopes, first, axis=2 - axis)


def _along(numbers: np.ndarray, axis: int, field: np.ndarray) -> np.ndarray:
    """Numbers of the layers along an axis, in the shape that multiplies a [k, j, i] field, and in its precision."""
    return numbers.reshape([len(numbers) if n == 2 - axis else 1 for n in range(3)]).astype(field.dtype)


def _mix(values: np.ndarray, first: np.ndarray, last: np.ndarray, share: np.ndarray, axis: int) -> np.ndarray:
    """`share` of the layers `first` and the rest of the layers `last`, along an axis."""
    weight = _along(share, axis, values)
    return weight * np.take(values, first, axis=2 - axis) + (1 - weight) * np.take(values, last, axis=2 - axis)
