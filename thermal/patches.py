"""Faces that do something: where air or heat comes and goes (Patch), and where air loses pressure between cells (Sheet)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thermal.case.model import Obstacle, Opening, Plate, Rack, Wall, Zone

Object = Opening | Rack | Obstacle | Wall


@dataclass(frozen=True, eq=False)
class Patch:
    """Faces through which air or heat enters or leaves the room's fluid cells.

    kind   "supply" | "return" | "front" | "back" | "skin"; a skin (an obstacle's heated faces, or those of a [[wall]]) stays
           a wall for the air; an obstacle has one for each of its sides, all of one name
    axis   of the face's normal; sign +1: the fluid cell lies on the high side of the face (inward normal +axis)
    cell   int64 (n, 3): k, j, i of the fluid cell;  area  float64 (n,) m2
    loss_coefficient, open_fraction   of an opening, corrected for the area the grid gives it, so that the pressure loss and the
           open area in m2 are the ones asked for
    """

    name: str
    kind: str
    axis: int
    sign: int
    cell: np.ndarray
    area: np.ndarray
    object: Object
    loss_coefficient: float = 0.0
    open_fraction: float = 1.0

    @property
    def total_area(self) -> float:
        """m2."""
        return float(self.area.sum())

    @property
    def face(self) -> np.ndarray:
        """int64 (n, 3): k, j, i of the cell whose LOW face along `axis` this is (one past the last cell at the high wall)."""
        shift = np.zeros(3, np.int64)
        shift[2 - self.axis] = 0 if self.sign > 0 else 1
        return self.cell + shift


@dataclass(frozen=True, eq=False)
class Sheet:
    """A porous plate: faces between two fluid cells that cost pressure.

    face   int64 (n, 3): k, j, i of the cell whose LOW face along `axis` it is;  area float64 (n,) m2
    loss_coefficient   of the superficial velocity, corrected for the area the grid gives the plate
    open_fraction      of an air path, corrected likewise: its jets leave with the superficial velocity over it
    """

    name: str
    axis: int
    face: np.ndarray
    area: np.ndarray
    plate: Plate
    loss_coefficient: float
    open_fraction: float = 1.0


@dataclass(frozen=True, eq=False)
class ZoneFaces:
    """A porous zone along one axis: open faces whose control volume lies in it, at least half.

    face   int64 (n, 3): k, j, i of the cell whose LOW face along `axis` it is;  area float64 (n,) m2
    part   float64 (n,) m, length of the control volume along the axis that lies in the zone
    quadratic (1/m), linear (1/s)   corrected for the box that the grid gives, so that the loss at the same m3/s is kept
    """

    zone: Zone
    axis: int
    face: np.ndarray
    area: np.ndarray
    part: np.ndarray
    quadratic: float
    linear: float
