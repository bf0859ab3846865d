"""Towers, stores, vessels, immersion tanks and single links of a case as parts of its network, for thermal.loop.assembly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from thermal.case.liquid_model import Plant
from thermal.case.liquid_plant import CoolingTower as TowerTable
from thermal.case.liquid_plant import ImmersionTank, LiquidLink
from thermal.errors import CaseError, CaseErrors, quote
from thermal.loop.apparatus import TowerDuty
from thermal.loop.components.cooling_tower import WATER_HEAT_CAPACITY, rate_by_air
from thermal.loop.links import CheckValve, ColdPlate, Coupler, Filter, Fitting, Law, Pipe, Pump, Regulator, Valve
from thermal.loop.machines import curve_points, head_curve
from thermal.loop.network import Link, Vessel
from thermal.loop.table_links import NOZZLES

if TYPE_CHECKING:
    from thermal.loop.assembly import _Parts


@dataclass(frozen=True)
class TowerPlace:
    """Cooling towers of one table on their link. `machine` are all of them, with the weather of the case."""

    table: TowerTable
    machine: TowerDuty

    @property
    def link(self) -> str:
        """Name of their link."""
        return self.table.name


@dataclass(frozen=True)
class TankPlace:
    """An immersion tank on its link."""

    table: ImmersionTank

    @property
    def link(self) -> str:
        """Name of the link through the bath."""
        return f"{self.table.name}.bath"

    def ends(self, links: Mapping[str, Link]) -> tuple[str, str]:
        """Nodes between which it hangs, with its hoses."""
        return links[f"{self.table.name}.supply"].start, links[f"{self.table.name}.return"].end


def place_towers(parts: _Parts, plant: Plant, facility: str, start: str, end: str, density: float) -> list[TowerPlace]:
    """Links of the towers of a facility loop, side by side with its dry coolers. density: kg/m3 of its water."""
    placed = []
    for table in plant.towers:
        if table.facility == facility:
            machine, air = rate_by_air(
                table.heat, table.liquid_inlet, table.liquid_outlet, table.air_inlet, table.wet_bulb, table.air_flow,
                plant.outdoor_pressure, table.cycles,
            )  # fmt: skip
            assert plant.wet_bulb is not None  # liquid_build asks for it
            water = table.heat / (WATER_HEAT_CAPACITY * (table.liquid_inlet - table.liquid_outlet)) / density
            parts.link(table.name, start, end, ColdPlate(table.loss, water * table.count), cells=1)
            duty = TowerDuty(
                machine, air, table.fan_power, plant.dry_bulb, plant.wet_bulb, table.count, pressure=plant.outdoor_pressure
            )
            placed.append(TowerPlace(table, duty))
    return placed


def place_store(parts: _Parts, plant: Plant, facility: str, side: str, node: str, bore: float) -> str:
    """A store of a facility loop behind a node, on its supply or return side; returns the node that follows it."""
    for table in plant.stores:
        if (table.facility, table.side) == (facility, side):
            end = parts.node(f"{table.name}.bottom", facility)
            law = Fitting(NOZZLES, table.diameter or bore)
            parts.links.append(
                Link(table.name, node, end, law, loss=table.heat_loss, ambient=table.ambient, volume=table.volume,
                     cells=table.layers, height=table.height)
            )  # fmt: skip
            return end
    return node


def place_tanks(parts: _Parts, plant: Plant, cdu: str, roughness: float) -> list[TankPlace]:
    """Immersion tanks side by side between the supply and the suction of their CDU."""
    placed = []
    for table in plant.tanks:
        if table.cdu == cdu:
            name = table.name
            pipe = Pipe(max(table.branch_length, 1e-3), table.branch_diameter, roughness, table.branch_loss)
            inlet, outlet = parts.node(f"{name}.in", cdu), parts.node(f"{name}.out", cdu)
            parts.link(f"{name}.supply", f"{cdu}.supply", inlet, pipe)
            law = ColdPlate(table.loss, table.flow, table.loss_exponent)
            parts.links.append(
                Link(f"{name}.bath", inlet, outlet, law, heat=table.power - table.room_heat, volume=table.volume, cells=1,
                     solids=table.boards_capacity, surface=table.surface_resistance)
            )  # fmt: skip
            parts.link(f"{name}.return", outlet, f"{cdu}.suction", pipe)
            placed.append(TankPlace(table))
    return placed


def give_vessels(parts: _Parts, plant: Plant) -> None:
    """Expansion vessels at the suction of their loops' pumps."""
    for table in plant.vessels:
        name = f"{table.loop}.suction"
        vessel = Vessel(table.volume, table.precharge, table.fill_temperature, table.liquid_volume)
        parts.nodes[name] = replace(parts.nodes[name], vessel=vessel)


def place_singles(parts: _Parts, tables: Sequence[LiquidLink], source: dict[str, str]) -> None:
    """Single links between nodes, or in line behind links. Raises CaseErrors for a link that is not there."""
    errors = []
    for table in tables:
        start, end = table.start, table.end
        if table.after is not None:
            number = next((n for n, one in enumerate(parts.links) if one.name == table.after), None)
            if number is None:
                where = source.get(table.name, "case.toml")
                near = ", ".join(one.name for one in parts.links[:12])
                errors.append(CaseError(f"{where}  {table.name}", f"no link {quote(table.after)}", f"{near} ..."))
                continue
            before = parts.links[number]
            start = parts.node(f"{table.name}.before", parts.nodes[before.start].region)
            parts.links[number], end = replace(before, end=start), before.end
        assert start is not None and end is not None  # plant_checks asks for them
        known = [parts.nodes[name].region for name in (start, end) if name in parts.nodes]
        for node in (start, end):
            parts.node(node, known[0] if known else parts.regions[0].name)
        parts.links.append(Link(table.name, start, end, law_of(table), heat=table.heat))
    if errors:
        raise CaseErrors(errors)


def law_of(table: LiquidLink) -> Law:
    """What a single link does to the pressure."""
    flow, head = table.flow or 1.0, table.head or 1.0  # plant_checks asks for them where they count
    if table.kind == "pump":
        points = tuple((q / table.pumps, gain) for q, gain in curve_points(head_curve(table.head_curve, flow, head)))
        running = table.pumps if table.running is None else table.running
        return Pump(points=points, speed=table.speed, running=running, one_way=table.check_valve)
    laws: dict[str, Law] = {
        "pipe": Pipe(max(table.length, 1e-3), table.diameter, min(table.roughness, 0.05 * table.diameter), table.loss),
        "fitting": Fitting(table.loss or 1.0, table.diameter), "coupler": Coupler(table.kv), "check-valve": CheckValve(table.kv),
        "valve": Valve(table.kv, table.opening, table.characteristic, table.rangeability),
        "regulator": Regulator(flow, table.kv), "filter": Filter(table.kv, table.fouling),
        "cold-plate": ColdPlate(head, flow, table.exponent),
    }  # fmt: skip
    return laws[table.kind]
