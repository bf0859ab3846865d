"""Every field of a run, declared once: name, where it sits, unit, meaning. Allocation, checkpoints and output read this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from thermal.flow.domain import Domain


@dataclass(frozen=True)
class Field:
    """One field: `place` is "centre" or the axis of the faces it sits on."""

    name: str
    place: str
    unit: str
    meaning: str
    needs: str = ""  # turbulence model that carries it; empty: always


FIELDS = (
    Field("u", "x", "m/s", "velocity along x, on low-x faces"),
    Field("v", "y", "m/s", "velocity along y, on low-y faces"),
    Field("w", "z", "m/s", "velocity along z, on low-z faces"),
    Field("p", "centre", "m2/s2", "pressure over reference density, minus hydrostatic"),
    Field("T", "centre", "K", "temperature above the reference temperature"),
    Field("eddy_viscosity", "centre", "m2/s", "eddy viscosity"),
    Field("k", "centre", "m2/s2", "turbulence energy", "k-epsilon"),
    Field("epsilon", "centre", "m2/s3", "dissipation of turbulence energy", "k-epsilon"),
)


class State:
    """The fields of one block on the device, and the scratch arrays that all equations share in turn.

    Attributes carry the names of FIELDS. `rows` are the six coefficients of the equation in hand (low and high x, y, z),
    `rhs` and `inverse` its right side and 1/diagonal, `extra` and `source` what lists add to diagonal and right side, `other`
    the field between two passes, `production` that of turbulence energy. The pressure equation, with `rhs` and its unknown
    `correction`, takes all others as `scratch`: what an equation leaves in them is gone when the next one is done.
    """

    u: Any
    v: Any
    w: Any
    p: Any
    T: Any
    eddy_viscosity: Any
    k: Any
    epsilon: Any

    def __init__(self, domain: Domain, model: str) -> None:
        self.names = [field.name for field in FIELDS if field.needs in ("", model)]
        for name in self.names:
            setattr(self, name, domain.zeros())
        self.velocity = (self.u, self.v, self.w)
        self.conductance: tuple[Any, Any, Any] = (domain.zeros(), domain.zeros(), domain.zeros())
        self.opening_conductance = domain.zeros()
        scratch = [domain.zeros() for _ in range(12)]
        self.rows = scratch[:6]
        self.rhs, self.inverse, self.extra, self.source, self.other, self.production = scratch[6:]
        self.correction = scratch[0]
        self.scratch = [array for array in scratch[1:] if array is not self.rhs]
