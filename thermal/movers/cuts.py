"""Coolers within the room as tracers see them: each a cut through the faces that all its air passes."""

from __future__ import annotations

from thermal.case.bodies import COOLERS
from thermal.place import Placement
from thermal.scalars.flows import Cut


def cooler_cuts(placement: Placement) -> list[Cut]:
    """A cut for each part through which a cooler draws its air; doors on racks make no air of their own and have none."""
    return [
        Cut(f"{laid.body.kind}.{laid.body.name}", laid.part.axis, laid.face, laid.area, laid.body)
        for laid in placement.tubes
        if laid.body.kind in COOLERS and laid.body.kind != "rdhx"
    ]
