"""A liquid network as data: regions of one fluid each, nodes, links between them, exchangers between regions. SI throughout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from thermal.errors import CaseError, CaseErrors, quote
from thermal.loop.links import Law, Pipe

ATMOSPHERE = 101325.0  # Pa; ISO 2533:1975
ROOM = 293.15  # K; 20 degC, where a network begins and to which its pipes lose heat unless it says otherwise


class Fluid(Protocol):
    """What a network asks of a fluid; temperatures in K, numbers or arrays. thermal.fluids.liquids.Liquid is one."""

    def density(self, temperature: Any) -> Any:
        """kg/m3."""
        ...

    def heat_capacity(self, temperature: Any) -> Any:
        """J/(kg K)."""
        ...

    def viscosity(self, temperature: Any) -> Any:
        """Pa s, dynamic."""
        ...


@dataclass(frozen=True)
class ConstantFluid:
    """A fluid whose properties do not change: kg/m3, J/(kg K), Pa s."""

    name: str
    rho: float
    cp: float
    mu: float

    def density(self, temperature: Any) -> Any:
        """kg/m3."""
        return np.full(np.shape(temperature), self.rho)[()]

    def heat_capacity(self, temperature: Any) -> Any:
        """J/(kg K)."""
        return np.full(np.shape(temperature), self.cp)[()]

    def viscosity(self, temperature: Any) -> Any:
        """Pa s."""
        return np.full(np.shape(temperature), self.mu)[()]


@dataclass(frozen=True)
class Region:
    """A part of the network that holds one fluid; regions touch in exchangers only.

    temperature   K, where density and heat capacity are taken and where a march begins. Density times heat capacity of a region
                  is one number, so that energy closes; viscosity is that of each link's own temperature.
    """

    name: str
    fluid: Fluid
    temperature: float = ROOM


@dataclass(frozen=True)
class Node:
    """A place where links meet; what enters is mixed.

    pressure      Pa, held (an expansion vessel, a reservoir); None: found
    inflow        m3/s into the network from outside, negative out of it;   inflow_temperature   K, of an inflow
    temperature   K, held, whatever it takes; also of what a held pressure lets in. None: found
    elevation     m;   volume   m3, mixed (a tank)
    vessel        an expansion vessel that holds `pressure` when the loop is cold, and more of it when the loop is warm
    """

    name: str
    region: str
    elevation: float = 0.0
    pressure: float | None = None
    inflow: float = 0.0
    inflow_temperature: float | None = None
    temperature: float | None = None
    volume: float = 0.0
    vessel: Vessel | None = None


@dataclass(frozen=True)
class Vessel:
    """An expansion vessel with a membrane at a node whose pressure is held; pressures over atmosphere, as in the network.

    volume   m3, of the vessel;   precharge   Pa, gas pressure of the empty vessel
    filled   K, of the liquid when the loop was filled to the node's pressure
    more     m3 of liquid in the loop beside that of the network's links and nodes
    """

    volume: float
    precharge: float
    filled: float = 283.15
    more: float = 0.0


@dataclass(frozen=True)
class Chip:
    """What stands behind a cold plate: junction - case - coolant, two capacities and two resistances, of a group of plates.

    to_coolant     K/W at a flow in m3/s through the link, of the whole group: case temperature above that of the entering coolant
                   over heat. A function of arrays; its slope need not be known.
    to_case        K/W, junction to case;   junction, case   J/K
    """

    to_coolant: Callable[[Any], Any]
    to_case: float = 0.0
    junction: float = 0.0
    case: float = 0.0


class Duty(Protocol):
    """Heat that an apparatus gives the fluid of its link. One that has `numbers` (thermal.loop.apparatus) tells what it takes."""

    def __call__(self, capacity_rate: float, entering: float) -> tuple[float, float]:
        """W into the fluid, and its slope W/K by the entering temperature (<= 0), at W/K of capacity rate and K entering."""
        ...


@dataclass(frozen=True)
class Link:
    """A way for the fluid from one node to another; flow is positive from `start` to `end`.

    law            what it does to the pressure, one of thermal.loop.links
    volume         m3 of fluid in it; None: that of a pipe's bore, else 0
    cells          finite volumes along it; None: one a metre of pipe
    heat           W into its fluid, or into the chip behind it
    duty           heat that depends on what flows in (coolers, chillers, coils), beside `heat`
    loss           W/K of the whole link to `ambient` (K)
    open           False: shut, whatever its law says
    solids         J/K of what stands in the fluid and is as warm as it (boards in a bath, a tank's wall)
    surface        K/W: a hottest surface over the fluid that leaves, by the link's heat (immersed boards)
    height         m: a store in layers, its cells, with `start` on top; 0: no store
    """

    name: str
    start: str
    end: str
    law: Law = field(default_factory=Pipe)
    heat: float = 0.0
    loss: float = 0.0
    ambient: float = ROOM
    volume: float | None = None
    cells: int | None = None
    open: bool = True
    chip: Chip | None = None
    duty: Duty | None = None
    solids: float = 0.0
    surface: float = 0.0
    height: float = 0.0

    @property
    def kind(self) -> str:
        """What it is, as the tables name it: the kind of its apparatus, a store, a tank, or the kind of its law."""
        apparatus = getattr(self.duty, "kind", "")
        bath = "immersion-tank" if self.solids > 0.0 or self.surface > 0.0 else ""
        return apparatus or ("store" if self.height > 0.0 else bath) or self.law.kind


@dataclass(frozen=True)
class Exchanger:
    """Two links, mostly of two regions, that give each other heat and nothing else.

    Heat from the second to the first is e Cmin (T2 - T1) of the entering temperatures, Cmin the smaller of the two capacity
    rates. `effectiveness` takes both capacity rates (W/K, of the first and of the second) and returns e, 0 ... 1.
    """

    name: str
    first: str
    second: str
    effectiveness: Callable[[float, float], float]


@dataclass(frozen=True)
class Network:
    """Regions, nodes, links, exchangers by name, in their order. `build` makes one and finds its mistakes.

    `where` names the place that a region, node, link or exchanger comes from ("links.csv:12"), for messages.
    """

    regions: Mapping[str, Region]
    nodes: Mapping[str, Node]
    links: Mapping[str, Link]
    exchangers: Mapping[str, Exchanger] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)

    def place(self, name: str) -> str:
        """Where a thing comes from, for a message; its name if nobody said."""
        return self.where.get(name, "network")

    def with_links(self, **changes: Mapping[str, Any]) -> Network:
        """A copy in which fields of links are others: `net.with_links(heat={"RACK0": 0.0}, open={"BV1": False})`."""
        links = dict(self.links)
        for key, values in changes.items():
            for name, value in values.items():
                links[name] = replace(links[name], **{key: value})
        return replace(self, links=links)


NOT_NEGATIVE = ("loss", "ambient", "volume", "solids", "surface", "height")  # of a link


def vessel_mistakes(node: Node) -> list[tuple[str, str]]:
    """What cannot be of a node's expansion vessel, as (what is wrong, what is accepted)."""
    vessel, found = node.vessel, []
    if vessel is None:
        return []
    if node.pressure is None:
        found.append(("an expansion vessel at a node without a held pressure", "the pressure to which the cold loop was filled"))
    elif not -ATMOSPHERE < vessel.precharge <= node.pressure:
        found.append(
            (f"a vessel's precharge of {vessel.precharge:g} Pa", f"above -1 atm, at most the filling's {node.pressure:g} Pa")
        )
    if not (np.isfinite(vessel.volume) and vessel.volume > 0.0):
        found.append((f"a vessel of {vessel.volume!r} m3", "a volume above zero"))
    if not (np.isfinite(vessel.more) and vessel.more >= 0.0 and np.isfinite(vessel.filled) and vessel.filled > 0.0):
        found.append(("a vessel's loop volume or filling temperature", "m3, >= 0, and K, > 0"))
    return found


def build(
    regions: Sequence[Region],
    nodes: Sequence[Node],
    links: Sequence[Link],
    exchangers: Sequence[Exchanger] = (),
    where: Mapping[str, str] | None = None,
) -> Network:
    """A network of these parts.

    Raises CaseErrors with every mistake at once: names used twice, ends that do not exist, links across regions, numbers that
    cannot be.
    """
    where = where or {}
    errors: list[CaseError] = []

    def wrong(name: str, what: str, accepted: str = "", fix: str = "") -> None:
        errors.append(CaseError(f"{where.get(name, 'network')}  {name}", what, accepted, fix))

    for kind, things in (("region", regions), ("node", nodes), ("link", links), ("exchanger", exchangers)):
        seen: set[str] = set()
        for thing in things:
            if thing.name in seen:
                wrong(thing.name, f"this {kind} is there twice", "one of each name")
            seen.add(thing.name)
    by_region, by_node = {one.name: one for one in regions}, {one.name: one for one in nodes}
    by_link = {one.name: one for one in links}
    for node in nodes:
        if node.region not in by_region:
            wrong(node.name, f"no region {quote(node.region)}", ", ".join(by_region) or "a region")
        for key in ("elevation", "inflow", "volume", "pressure", "temperature", "inflow_temperature"):
            number = getattr(node, key)
            if number is not None and not np.isfinite(number):
                wrong(node.name, f"{key} is no finite number", "a number")
        if node.volume < 0:
            wrong(node.name, "volume below zero", "m3, >= 0")
        if node.pressure is not None and node.inflow:
            wrong(node.name, "both a held pressure and an inflow", "one of them")
        for what, accepted in vessel_mistakes(node):
            wrong(node.name, what, accepted)
    for link in links:
        missing = [name for name in (link.start, link.end) if name not in by_node]
        for name in missing:
            wrong(link.name, f"no node {quote(name)}", "a node of the network")
        if not missing and by_node[link.start].region != by_node[link.end].region:
            pair = f"{by_node[link.start].region} and {by_node[link.end].region}"
            wrong(link.name, f"joins two regions, {pair}", "nodes of one region", "an exchanger joins regions")
        if link.start == link.end:
            wrong(link.name, f"begins and ends at {quote(link.start)}", "two nodes")
        for what, accepted in link.law.mistakes():
            wrong(link.name, what, accepted)
        for key, low in (("heat", -np.inf), *((name, 0.0) for name in NOT_NEGATIVE)):
            number = getattr(link, key)
            if number is not None and not (np.isfinite(number) and number >= low):
                wrong(link.name, f"{key} is {number!r}", "a finite number" if low < 0 else "a finite number >= 0")
        if link.cells is not None and not 1 <= link.cells <= 10000:
            wrong(link.name, f"{link.cells} cells", "1 ... 10000")
    used: dict[str, str] = {}
    for exchanger in exchangers:
        for name in (exchanger.first, exchanger.second):
            if name not in by_link:
                wrong(exchanger.name, f"no link {quote(name)}", "a link of the network")
            elif name in used:
                wrong(exchanger.name, f"link {quote(name)} is already a side of {used[name]}", "a link of its own")
            used[name] = exchanger.name
        if exchanger.first == exchanger.second:
            wrong(exchanger.name, "both sides are one link", "two links")
    if errors:
        raise CaseErrors(errors)
    return Network(by_region, by_node, by_link, {one.name: one for one in exchangers}, where)
