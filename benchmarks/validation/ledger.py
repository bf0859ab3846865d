"""Air and heat of each region of a hall, added up from the fields of an outcome alone: no part of the solver has a hand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from thermal.case.model import Obstacle, Opening, Rack, Wall
from thermal.flow.averages import PLACES
from thermal.flow.steady import Outcome
from thermal.place import Patch, Placement
from thermal.solids import heated_regions

AXES = {axis: name for name, axis in PLACES.items()}


@dataclass(frozen=True)
class Ledger:
    """Shares of what passes, zero where all adds up.

    air     per region |net air through its openings and racks| over the hall's supply (or what its racks move, if that is more)
    heat    per region |net heat through the same, through walls, from obstacles, fans and coils| over all heat given to the air
    cells   sum over all air cells of |net air| over the same
    racks   K, largest distance of an inlet that the run tells from the flow-weighted mean of its fields
    """

    air: np.ndarray
    heat: np.ndarray
    cells: float
    racks: float


def ledger(placement: Placement, outcome: Outcome) -> Ledger:
    """Add up a hall. Tiles, grilles and leaks are faces within a region, so what passes them cancels.

    Heat that no field tells is that which the run tells: through walls, of fans and coils, of racks' liquid. It is added to what
    the fields carry, so that a coil that gave its water other heat than it took from the air would show.
    """
    case, fields = placement.case, outcome.fields
    capacity = case.air.density * case.air.heat_capacity
    air, heat = np.zeros((2, placement.region_count + 1))
    heat += inner_heat(placement, outcome)
    racks = 0.0
    for number, patch in enumerate(placement.patches):
        region = placement.region[tuple(patch.cell.T)]
        if isinstance(patch.object, Wall):
            share = patch.area / patch.area.sum()
            heat += np.bincount(region, share * outcome.measure.sample.heat[number], minlength=len(heat))
            continue
        if patch.kind == "skin":
            heat += np.bincount(region, _skin(placement, patch), minlength=len(heat))
            continue
        flow = inflow(fields, patch)
        carried = np.where(flow > 0.0, _entering(placement, outcome, patch), _cells(fields, patch))
        air += np.bincount(region, flow, minlength=len(air))
        heat += np.bincount(region, flow * carried, minlength=len(heat))
        if isinstance(patch.object, Rack) and patch.kind == "front":
            told = outcome.inlets[case.racks.index(patch.object)]
            racks = max(racks, abs(_front_mean(placement, fields, patch.object) - float(told)))
    supply = max(sum(o.flow or 0.0 for o in case.openings if o.kind == "supply"), sum(rack.flow for rack in case.racks))
    things = (*case.obstacles, *case.zones)
    given = (sum(rack_heat(placement, outcome)) + sum(thing.power for thing in things)) / capacity
    return Ledger(np.abs(air[1:]) / supply, np.abs(heat[1:]) / given, _cell_defect(placement, fields) / supply, racks)


def inner_heat(placement: Placement, outcome: Outcome) -> np.ndarray:
    """K m3/s (regions + 1,) given to the air inside the hall: by through-bodies, porous zones and solids that conduct."""
    count, air = placement.region_count, placement.case.air
    capacity = air.density * air.heat_capacity
    found = np.zeros(count + 1)
    if outcome.measure.movers is not None:
        order = {id(body): number for number, body in enumerate(placement.case.bodies)}
        tubes = sorted(placement.tubes, key=lambda laid: order[id(laid.body)])
        cells = np.concatenate([laid.cells[:, laid.heated] for laid in tubes])
        found += np.bincount(placement.region[tuple(cells.T)], outcome.measure.movers.heat, minlength=count + 1)
    volumes = placement.grid.volumes()
    for zone, cell in placement.warmed:
        share = volumes[tuple(cell.T)] / volumes[tuple(cell.T)].sum()
        found += np.bincount(placement.region[tuple(cell.T)], share * zone.power / capacity, minlength=count + 1)
    if placement.solids is not None:
        found += np.array(heated_regions(placement.solids, placement.region, count)) / capacity
    return found


def inflow(fields: dict[str, np.ndarray], patch: Patch) -> np.ndarray:
    """m3/s into the room through each face of a patch."""
    return patch.sign * fields[AXES[patch.axis]][tuple(patch.face.T)].astype(float) * patch.area


def _cells(fields: dict[str, np.ndarray], patch: Patch) -> np.ndarray:
    return fields["T"][tuple(patch.cell.T)].astype(float)


def _front_mean(placement: Placement, fields: dict[str, np.ndarray], rack: Rack) -> float:
    front = next(p for p in placement.patches if p.kind == "front" and p.object is rack)
    return float(np.average(_cells(fields, front), weights=-inflow(fields, front)))


def rack_heat(placement: Placement, outcome: Outcome) -> list[float]:
    """W that each rack gives to the air: of the case, or what its liquid loops left."""
    racks = placement.case.racks
    return [float(heat) for heat in outcome.coupling.arrays().get("heat_to_air", [rack.air_power for rack in racks])]


def _entering(placement: Placement, outcome: Outcome, patch: Patch) -> float:
    """K above reference of air that comes in through a patch."""
    case = placement.case
    if isinstance(patch.object, Opening):
        return patch.object.temperature - case.air.reference_temperature
    rack: Any = patch.object
    power = rack_heat(placement, outcome)[case.racks.index(rack)]
    return _front_mean(placement, outcome.fields, rack) + power / (case.air.density * case.air.heat_capacity * rack.flow)


def _skin(placement: Placement, patch: Patch) -> np.ndarray:
    """K m3/s from each face of a heated obstacle."""
    item, air = patch.object, placement.case.air
    assert isinstance(item, Obstacle)
    whole = sum(p.total_area for p in placement.patches if p.kind == "skin" and p.object is item)
    return item.power / (air.density * air.heat_capacity) * patch.area / whole


def _cell_defect(placement: Placement, fields: dict[str, np.ndarray]) -> float:
    """m3/s: sum over the air cells of |net outflow|."""
    net = np.zeros(placement.grid.shape)
    for axis, name in AXES.items():
        net += np.diff(fields[name].astype(float), axis=2 - axis) * placement.grid.face_areas(axis)
    return float(np.abs(net[placement.fluid]).sum())
