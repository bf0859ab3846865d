"""Assemblies into a network: CDUs, rows of racks on manifolds, facility mains and coolers become regions, nodes and links.

Names follow the assemblies, a dot, and the part: nodes `cdu-1.suction`, `A.s3` (supply manifold at the third rack), `A3.in`;
links `cdu-1.pump`, `cdu-1.valve`, `A3.plates`, `dry-1.2` (the second cooler of that table). docs/liquid.md draws them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from thermal.case.bodies import Body
from thermal.case.liquid import Cdu as CduTable
from thermal.case.liquid import Chiller, FacilityLoop, RackManifold
from thermal.case.liquid import DryCooler as DryCoolerTable
from thermal.case.liquid_model import Plant
from thermal.case.model import Rack
from thermal.fluids.liquids import Liquid, read_liquid
from thermal.loop.coil_places import CoilPlace, coils_on, place_coil, steps_between
from thermal.loop.components.cdu import Cdu
from thermal.loop.components.chip import ChipGroup
from thermal.loop.components.dry_cooler import DryCooler
from thermal.loop.components.exchanger import counterflow
from thermal.loop.links import ColdPlate, Law, Pipe, Regulator, Valve
from thermal.loop.machines import facility_curve, make_cdu, make_chips, make_cooler, make_pumps
from thermal.loop.network import Exchanger, Link, Network, Node, Region, build
from thermal.loop.plant_parts import TankPlace, TowerPlace, give_vessels, place_singles, place_store, place_tanks, place_towers

RUN = 0.1  # loss coefficient of a tee passed straight on; Idelchik 1994, diagram 7-23
VALVE_LOSS = 20e3  # Pa of an open facility valve at the rated flow, a fifth of a usual facility's side: authority 0.2
THROUGH = (
    1.0  # Pa at the rated flow of the racks' side of a CDU's exchanger: its loss is part of the pumps' curve outside the unit
)
LEAST_FLOW = 1e-6  # of a facility valve's rated flow: it never shuts altogether


@dataclass(frozen=True)
class RackPlace:
    """A rack on the network: its link through the plates, its nodes, and the links whose loss its outgoing air gets."""

    rack: Rack
    cdu: str
    manifold: RackManifold
    chips: ChipGroup
    warm: tuple[str, ...]

    @property
    def link(self) -> str:
        """Name of the link through the cold plates."""
        return f"{self.rack.name}.plates"


@dataclass(frozen=True)
class CduPlace:
    """A CDU on the network."""

    table: CduTable
    unit: Cdu
    liquid: Liquid
    facility_liquid: Liquid


@dataclass(frozen=True)
class CoolerPlace:
    """Dry coolers of one table, one link each."""

    table: DryCoolerTable
    machine: DryCooler
    liquid: Liquid
    links: tuple[str, ...]


@dataclass(frozen=True)
class Assembly:
    """The network of a plant and what stands on it."""

    plant: Plant
    network: Network
    racks: tuple[RackPlace, ...]
    cdus: tuple[CduPlace, ...]
    coolers: tuple[CoolerPlace, ...]
    chillers: tuple[Chiller, ...]
    towers: tuple[TowerPlace, ...] = ()
    tanks: tuple[TankPlace, ...] = ()
    coils: tuple[CoilPlace, ...] = ()
    stations: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # facility -> nodes where branches hang


class _Parts:
    """Nodes, links and exchangers as they come together."""

    def __init__(self) -> None:
        self.regions: list[Region] = []
        self.nodes: dict[str, Node] = {}
        self.links: list[Link] = []
        self.exchangers: list[Exchanger] = []

    def node(self, name: str, region: str, pressure: float | None = None) -> str:
        self.nodes.setdefault(name, Node(name, region, pressure=pressure))
        return name

    def link(self, name: str, start: str, end: str, law: Law, loss: float = 0.0, cells: int | None = None) -> str:
        self.links.append(Link(name, start, end, law, loss=loss, cells=cells))
        return name

    def chain(self, names: Sequence[str], laws: Sequence[Law], prefix: str, loss: float = 0.0, turned: bool = False) -> list[str]:
        """Links from each node to the next (from each to the one before, if turned)."""
        made = []
        for number, (first, second) in enumerate(zip(names, names[1:], strict=False), 1):
            ends = (second, first) if turned else (first, second)
            made.append(self.link(f"{prefix}{number}", *ends, laws[number - 1], loss=loss))
        return made


def assemble(plant: Plant, racks: Sequence[Rack], bodies: Sequence[Body] = ()) -> Assembly:
    """The network of a plant with the racks of its hall, and those of its bodies that have a coil on a loop.

    Raises   CaseErrors for single links that do not fit.
    """
    parts = _Parts()
    racks_placed: list[RackPlace] = []
    cdus: list[CduPlace] = []
    coolers: list[CoolerPlace] = []
    towers: list[TowerPlace] = []
    tanks: list[TankPlace] = []
    coils: list[CoilPlace] = []
    stations: dict[str, tuple[tuple[str, str], ...]] = {}
    for facility in plant.facilities:
        hanging = coils_on(bodies, facility.name)
        dry, wet = _facility(parts, plant, facility, hanging)
        coolers, towers = coolers + dry, towers + wet
        count = len(plant.on(facility.name)) + len(hanging)
        stations[facility.name] = tuple((f"{facility.name}.s{n}", f"{facility.name}.r{n}") for n in range(1, count + 1))
        own = facility.branch_diameter or facility.diameter, facility.branch_length, facility.branch_loss, facility.roughness
        for body, mains in zip(hanging, stations[facility.name][count - len(hanging) :], strict=True):
            coils.append(place_coil(parts, body, read_liquid(facility.fluid), mains, own))
        for number, table in enumerate(plant.on(facility.name), 1):
            cdus.append(_cdu(parts, plant, facility, table, number))
            tanks += place_tanks(parts, plant, table.name, facility.roughness)
            for manifold in plant.fed_by(table.name):
                here = [rack for rack in racks if rack.row == manifold.row]
                racks_placed += _manifold(parts, plant, manifold, here)
                own = manifold.branch_diameter, manifold.branch_length, manifold.branch_loss, manifold.roughness
                for body in coils_on(bodies, table.name, manifold.row):
                    number = next(n for n, rack in enumerate(here, 1) if body.name.endswith(f"-{rack.name}"))
                    mains = f"{manifold.name}.s{number}", f"{manifold.name}.r{number}"
                    coils.append(place_coil(parts, body, read_liquid(table.fluid), mains, own))
    give_vessels(parts, plant)
    place_singles(parts, plant.links, dict(plant.source))
    network = build(parts.regions, list(parts.nodes.values()), parts.links, parts.exchangers, dict(plant.source))
    return Assembly(
        plant, network, tuple(racks_placed), tuple(cdus), tuple(coolers), plant.chillers, tuple(towers), tuple(tanks),
        tuple(coils), stations,
    )  # fmt: skip


def _pipe(length: float, diameter: float, roughness: float, loss: float = 0.0) -> Pipe:
    return Pipe(max(length, 1e-3), diameter, min(roughness, 0.05 * diameter), loss)


def _facility(
    parts: _Parts, plant: Plant, table: FacilityLoop, coils: Sequence[Body]
) -> tuple[list[CoolerPlace], list[TowerPlace]]:
    name, liquid = table.name, read_liquid(table.fluid)
    parts.regions.append(Region(name, liquid, table.supply))
    suction, discharge = parts.node(f"{name}.suction", name, table.pressure), parts.node(f"{name}.discharge", name)
    parts.link(f"{name}.pump", suction, discharge, make_pumps(facility_curve(table), table))
    discharge = place_store(parts, plant, name, "return", discharge, table.diameter)
    chillers = [one for one in plant.chillers if one.facility == name]
    coolers = [one for one in plant.coolers if one.facility == name]
    supply = parts.node(f"{name}.supply", name)
    outdoors = coolers or any(one.facility == name for one in plant.towers)
    cooled = parts.node(f"{name}.cooled", name) if chillers and outdoors else supply
    towers = place_towers(parts, plant, name, discharge, cooled, float(liquid.density(table.supply)))
    placed = []
    for cooler in coolers:
        machine = make_cooler(plant, cooler)
        density = float(liquid.density(0.5 * (cooler.liquid_inlet + cooler.liquid_outlet)))
        law = ColdPlate(cooler.loss, machine.liquid_flow / density)
        links = tuple(parts.link(f"{cooler.name}.{n}", discharge, cooled, law, cells=1) for n in range(1, cooler.count + 1))
        placed.append(CoolerPlace(cooler, machine, liquid, links))
    for chiller in chillers:
        start = cooled if outdoors else discharge
        parts.link(chiller.name, start, supply, ColdPlate(chiller.loss, chiller.flow), cells=1)
    supply = place_store(parts, plant, name, "supply", supply, table.diameter)
    count = len(plant.on(name)) + len(coils)
    nodes = {side: [parts.node(f"{name}.{side}{n}", name) for n in range(1, count + 1)] for side in "sr"}
    lead = _pipe(table.lead_length, table.diameter, table.roughness)
    ways = [table.spacing] * (count - len(coils)) + steps_between(coils)  # coils hang behind the CDUs, in the order of the case
    steps = [_pipe(way, table.diameter, table.roughness, RUN) for way in ways[len(ways) - count + 1 :]]
    turned = table.arrangement == "reverse-return"
    parts.link(f"{name}.lead-supply", supply, nodes["s"][0], lead)
    parts.link(f"{name}.lead-return", nodes["r"][-1 if turned else 0], suction, lead)
    parts.chain(nodes["s"], steps, f"{name}.supply")
    parts.chain(nodes["r"], steps, f"{name}.return", turned=not turned)
    if table.arrangement == "ring" and count > 1:
        step = _pipe(table.spacing, table.diameter, table.roughness, RUN)
        parts.link(f"{name}.supply-ring", nodes["s"][0], nodes["s"][-1], step)
        parts.link(f"{name}.return-ring", nodes["r"][-1], nodes["r"][0], step)
    return placed, towers


def _cdu(parts: _Parts, plant: Plant, facility: FacilityLoop, table: CduTable, number: int) -> CduPlace:
    name, unit = table.name, make_cdu(plant, table)
    place = CduPlace(table, unit, read_liquid(table.fluid), read_liquid(facility.fluid))
    parts.regions.append(Region(name, place.liquid, table.supply))
    suction, discharge = parts.node(f"{name}.suction", name, table.pressure), parts.node(f"{name}.discharge", name)
    supply = parts.node(f"{name}.supply", name)
    parts.link(f"{name}.pump", suction, discharge, make_pumps(unit.curve, table))
    parts.link(f"{name}.plates", discharge, supply, ColdPlate(THROUGH, unit.curve.flows[-1]), cells=1)
    ends = [parts.node(f"{name}.facility-{end}", facility.name) for end in ("in", "open", "out")]
    branch = _pipe(
        facility.branch_length, facility.branch_diameter or facility.diameter, facility.roughness, facility.branch_loss
    )
    rated = unit.facility_loss
    kv = table.valve_kv or rated.flow * 3600.0 * np.sqrt(1e5 / VALVE_LOSS)
    parts.link(f"{name}.facility-supply", f"{facility.name}.s{number}", ends[0], branch)
    parts.link(f"{name}.valve", ends[0], ends[1], Regulator(rated.flow, float(kv)))
    parts.link(f"{name}.facility-plates", ends[1], ends[2], ColdPlate(rated.loss, rated.flow, rated.exponent), cells=1)
    parts.link(f"{name}.facility-return", ends[2], f"{facility.name}.r{number}", branch)
    parts.exchangers.append(Exchanger(f"{name}.exchanger", f"{name}.plates", f"{name}.facility-plates", effectiveness_of(unit)))
    return place


def effectiveness_of(unit: Cdu, hot_factor: float = 1.0, cold_factor: float = 1.0):
    """Effectiveness of a CDU's exchanger against the capacity rates (W/K) of the racks' and the facility's side.

    hot_factor, cold_factor   property factors of the two films (films.film_factor)
    """
    films, hot, cold = unit.exchanger.films, unit.exchanger.hot.capacity_rate, unit.exchanger.cold.capacity_rate

    def effectiveness(first, second):
        first, second = np.abs(np.asarray(first, float)), np.abs(np.asarray(second, float))
        ua = films.at(first / hot, second / cold, hot_factor, cold_factor)
        least, most = np.minimum(first, second), np.maximum(first, second)
        moving = least > 0.0
        low = np.where(moving, least, 1.0)
        return np.where(moving, counterflow(ua / low, low / np.where(moving, most, 1.0)), 0.0)

    return effectiveness


def _manifold(parts: _Parts, plant: Plant, table: RackManifold, racks: Sequence[Rack]) -> list[RackPlace]:
    name, cdu, count = table.name, table.cdu, len(racks)
    nodes = {side: [parts.node(f"{name}.{side}{n}", cdu) for n in range(1, count + 1)] for side in "sr"}
    pitch = _pitches(racks)
    bore, rough = table.lead_diameter or table.diameter, table.roughness
    turned = table.arrangement == "reverse-return"
    back = table.lead_length + (sum(pitch) if turned else 0.0)
    parts.link(f"{name}.lead-supply", f"{cdu}.supply", nodes["s"][0], _pipe(table.lead_length, bore, rough, table.lead_loss))
    parts.link(
        f"{name}.lead-return", nodes["r"][-1 if turned else 0], f"{cdu}.suction", _pipe(back, bore, rough, table.lead_loss)
    )
    steps = [_pipe(length, table.diameter, rough, RUN) for length in pitch]
    segments: dict[str, list[str]] = {}
    for side, word, flip in (("s", "supply", False), ("r", "return", not turned)):
        segments[side] = parts.chain(nodes[side], steps, f"{name}.{word}", turned=flip)
    for number, length in enumerate(pitch):  # heat lost by a segment counts for the rack at its far end
        for side in "sr":
            _lose(parts, segments[side][number], table.heat_loss * length)
    placed = []
    for number, rack in enumerate(racks):
        plate = plant.plates[rack.type]
        branch = _pipe(table.branch_length, table.branch_diameter, rough, table.branch_loss)
        inlet, outlet = parts.node(f"{rack.name}.in", cdu), parts.node(f"{rack.name}.out", cdu)
        lost = table.heat_loss * table.branch_length
        warm = [parts.link(f"{rack.name}.supply", nodes["s"][number], inlet, branch, lost)]
        if table.balancing_kv is not None:
            balanced = parts.node(f"{rack.name}.balanced", cdu)
            parts.link(f"{rack.name}.balancing", inlet, balanced, Valve(table.balancing_kv))
            inlet = balanced
        law = ColdPlate(plate.loss, plate.flow * plate.plates, plate.loss_exponent)
        parts.link(f"{rack.name}.plates", inlet, outlet, law, cells=1)
        warm.append(parts.link(f"{rack.name}.return", outlet, nodes["r"][number], branch, lost))
        if number:
            warm += [segments[side][number - 1] for side in "sr"]
        placed.append(RackPlace(rack, cdu, table, make_chips(plate), tuple(warm)))
    return placed


def _lose(parts: _Parts, name: str, loss: float) -> None:
    number = next(n for n, link in enumerate(parts.links) if link.name == name)
    old = parts.links[number]
    parts.links[number] = Link(old.name, old.start, old.end, old.law, loss=loss)


def _pitches(racks: Sequence[Rack]) -> list[float]:
    """m from the middle of each rack to that of the next."""
    middles = [np.array([0.5 * (low + high) for low, high in zip(rack.box.low, rack.box.high, strict=True)]) for rack in racks]
    return [float(np.abs(b - a).sum()) for a, b in zip(middles, middles[1:], strict=False)]
