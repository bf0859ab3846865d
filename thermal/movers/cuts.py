"""Coolers within the room and racks in depth as tracers see them: cuts through the faces that all their air passes."""

from __future__ import annotations

from thermal.case.bodies import COOLERS
from thermal.place import Placement
from thermal.scalars.flows import Cut


def body_cuts(placement: Placement) -> list[Cut]:
    """A cut for each part through which a cooler draws its air, and for each row of cells of a rack in depth that servers fill.

    A row of a rack hands on what it draws itself, so that slots do not mix. Open gaps are room air: what passes them has been
    through no server. Doors on racks make no air of their own and have no cut.
    """
    racks = {f"rack.{rack.name}": rack for rack in placement.case.racks if rack.is_through}
    cuts = []
    for laid in placement.tubes:
        label = laid.body.label
        if laid.body.kind in COOLERS and laid.body.kind != "rdhx":
            cuts.append(Cut(label, laid.part.axis, laid.face, laid.area, laid.body))
        elif label in racks and laid.part.kind != "empty":
            cuts.append(Cut(label, laid.part.axis, laid.face, laid.area, racks[label], stream=laid))
    return cuts
