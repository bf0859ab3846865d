"""Machines of a plant from the numbers of its tables: CDUs, coolers, pump curves."""

from __future__ import annotations

from collections.abc import Sequence

from thermal.case.liquid import Cdu as CduTable
from thermal.case.liquid import ColdPlate, FacilityLoop
from thermal.case.liquid import DryCooler as DryCoolerTable
from thermal.case.liquid_model import Plant, running_pumps
from thermal.fluids.liquids import read_liquid
from thermal.loop.components.cdu import PUBLISHED, Cdu, CduRating, HeadCurve, rate_cdu
from thermal.loop.components.chip import ChipGroup
from thermal.loop.components.cold_plate import Resistance, TabledResistance, ocp_module
from thermal.loop.components.dry_cooler import DryCooler
from thermal.loop.links import Pump

FINE = 16  # intervals of a pump's curve as the network has it: the smooth curve in pieces, within 0.1 % of the head


def make_cdu(plant: Plant, table: CduTable) -> Cdu:
    """A CDU by its table. Raises ValueError when its rated numbers contradict each other."""
    liquid, facility = read_liquid(table.fluid), read_liquid(_facility(plant, table.facility).fluid)
    if table.model is not None:
        return rate_cdu(PUBLISHED[table.model], liquid, facility, table.supply)
    assert table.heat and table.approach and table.flow and table.facility_flow and table.head and table.facility_loss
    cold = table.supply - table.approach
    rating = CduRating(
        table.name, table.heat, table.approach, table.flow * float(liquid.density(table.supply)),
        table.facility_flow * float(facility.density(cold)), table.head, table.facility_loss, tuple(table.head_curve), "the case",
    )  # fmt: skip
    return rate_cdu(rating, liquid, facility, table.supply)


def make_cooler(plant: Plant, table: DryCoolerTable) -> DryCooler:
    """One dry cooler by its table; its coil raises ValueError when no coil can do the rated duty."""
    liquid = read_liquid(_facility(plant, table.facility).fluid)
    return DryCooler(
        table.heat, table.air_inlet, table.liquid_inlet, table.liquid_outlet, table.air_flow, table.fan_power, liquid,
        plant.outdoor_pressure,
    )  # fmt: skip


def make_chips(plate: ColdPlate) -> ChipGroup:
    """All cold plates of one rack."""
    resistance: Resistance = ocp_module()
    if plate.resistance is not None:
        flows, values = zip(*plate.resistance, strict=True)
        resistance = TabledResistance(tuple(flows), tuple(values))
    case, chip = plate.plate_capacity, plate.chip_capacity
    if plate.junction_resistance == 0.0:  # chip and case are one
        case, chip = case + chip, 0.0
    return ChipGroup(resistance, plate.plates, plate.junction_resistance, plate.air_conductance, case, chip)


def facility_curve(table: FacilityLoop) -> HeadCurve:
    """Head of a facility loop's pumps together, at full speed."""
    return head_curve(table.head_curve, table.flow, table.head)


def head_curve(ratios: Sequence[float], flow: float, head: float) -> HeadCurve:
    """Heads over the rated head at flows evenly spaced from 0 to the rated one, m3/s and Pa."""
    last = len(ratios) - 1
    return HeadCurve(tuple(flow * place / last for place in range(last + 1)), tuple(head * ratio for ratio in ratios))


def make_pumps(curve: HeadCurve, table: CduTable | FacilityLoop) -> Pump:
    """The pumps of a group for a network: each has its part of the curve; those that stand are shut by check valves."""
    points = tuple((flow / table.pumps, head) for flow, head in curve_points(curve))
    return Pump(points=points, running=running_pumps(table), efficiency=table.efficiency)


def curve_points(curve: HeadCurve) -> tuple[tuple[float, float], ...]:
    """The smooth curve in pieces, a quarter beyond its last point too, for a network's pump."""
    last = curve.flows[-1]
    flows = [last * place / FINE for place in range(FINE + FINE // 4 + 1)]
    return tuple((flow, float(curve.head(flow))) for flow in flows)


def _facility(plant: Plant, name: str) -> FacilityLoop:
    return next(one for one in plant.facilities if one.name == name)
