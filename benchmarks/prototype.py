"""The halls of the C++ prototype in which the solution method was first tried, next to its rack inlets.

    python -m benchmarks.prototype                  both halls at 0.1 m, some minutes
    python -m benchmarks.prototype --cell 0.2       seconds

Of both halls the racks, the room and the flows are told in words; of the open one the supply too, so nothing in it is fitted.
Of the contained hall the outline of the fan wall is not told. The one used here was found by trying: as wide as the two rows from
back to back and as high as the room. Both halls measure the wall distance of the zero-equation model to the sides of the room
alone (wall_distance = "room"). hall-30kw-contained has a smaller fan wall and the distance to the nearest surface, as shipped.
It is not the whole answer: the contained hall lies 0.08 K from the prototype at 0.2 m, but 0.26 K at 0.1 m, the prototype's cell.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

import thermal
from benchmarks.peers import tables
from benchmarks.solving import solve
from benchmarks.table import Table
from benchmarks.variants import Variant
from thermal.case.model import Box, Case
from thermal.overrides import with_overrides

RISE = 12.0  # K through a rack
SUPPLY = 1.05  # of the flow of all racks


def contained(case: Case) -> Case:
    """H1c: the fan wall from back to back of the rows, floor to ceiling."""
    low, high = min(rack.box.low[1] for rack in case.racks), max(rack.box.high[1] for rack in case.racks)
    wall = Box((0.0, low, 0.0), (0.0, high, case.room[2]))
    return replace(case, openings=tuple(replace(o, box=wall) if o.kind == "supply" else o for o in case.openings))


def open_aisle(case: Case) -> Case:
    """H0: 4 kW a rack, air from the floor of the aisle, no containment."""
    flow = 4e3 / (case.air.density * case.air.heat_capacity * RISE)
    racks = tuple(replace(rack, power=4e3, flow=flow) for rack in case.racks)
    fronts = [rack.box.high[1] if rack.sign > 0 else rack.box.low[1] for rack in racks]
    ends = min(rack.box.low[0] for rack in racks), max(rack.box.high[0] for rack in racks)
    tiles = Box((ends[0], min(fronts), 0.0), (ends[1], max(fronts), 0.0))
    total = SUPPLY * flow * len(racks)
    openings = tuple(replace(o, box=tiles, axis=2, sign=1, flow=total) if o.kind == "supply" else o for o in case.openings)
    return replace(case, racks=racks, openings=openings, plates=(), obstacles=())


HALLS: dict[str, tuple[Callable[[Case], Case], tuple[float, ...]]] = {
    "open": (open_aisle, tables.PROTOTYPE_OPEN),
    "contained": (contained, tables.PROTOTYPE),
}


@dataclass(frozen=True)
class PrototypeHall(Variant):
    """One of HALLS at a cell of so many metres."""

    wall_distance: str = "room"

    def load(self) -> Case:
        """The model: hall-30kw-contained, changed."""
        case = with_overrides(thermal.load("hall-30kw-contained"), cell=self.cell)
        turbulence = replace(case.flow.turbulence, wall_distance=self.wall_distance)
        return HALLS[self.case][0](replace(case, flow=replace(case.flow, turbulence=turbulence)))


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="benchmarks.prototype", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cell", type=float, default=0.1, metavar="M", help="the prototype's was 0.1")
    options = parser.parse_args(arguments)
    table = Table()
    for name, (_, told) in HALLS.items():
        for distance in ("room", "nearest"):
            solved = solve(PrototypeHall(name, cell=options.cell, wall_distance=distance))
            inlets = solved.rows(solved.inlets)
            figure = f'{name} hall, {options.cell:g} m, wall_distance = "{distance}", {solved.words}: inlets 1..8'
            table.add(name, figure, " ".join(f"{value:.2f}" for value in inlets))
            worst = float(np.abs(inlets - told).max())
            table.add(name, "largest distance to the prototype", f"{worst:.2f} K", "<= 0.15 K", worst <= 0.15)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
