"""A network at rest: flows, then temperatures, then flows at the viscosities of these temperatures, until nothing moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.backend import Backend
from thermal.loop.heat import Heat
from thermal.loop.hydraulics import Hydraulics
from thermal.loop.links import Pump
from thermal.loop.network import ConstantFluid, Link, Network
from thermal.loop.vessels import VesselPoint, vessel_points, with_vessels

Floats = NDArray[np.float64]

PASSES = 30
SETTLED = 1e-9  # change of a viscosity, as a share of itself, from one pass to the next


@dataclass(frozen=True)
class Answer:
    """What a network comes to rest at. Mappings by name, SI.

    flow         of links, m3/s, positive from `start` to `end`;   fall   of links, Pa from start to end, elevation taken off
    pressure     of nodes, Pa;   temperature   of nodes, K: NaN where nothing takes the heat away (`notes` say so)
    outlet       of links, K of what leaves them;   case, junction   of links with chips, K
    surface      of immersion tanks, K of their hottest surface
    machines     of coolers: W taken, fan speed, W of fans or compressors, kg/s of water, by name of the number
    vessels      of nodes with an expansion vessel: its pressure, the liquid in it
    power        of pumps, W electric
    balance      W to the fluid, lost, stored, taken at held temperatures, carried out, exchanged; `defect` over what moves
    mass_defect  largest over the nodes, over the flow through the node;   rounds   Newton rounds of all passes
    notes        what was assumed, in plain words
    """

    flow: dict[str, float]
    fall: dict[str, float]
    pressure: dict[str, float]
    temperature: dict[str, float]
    outlet: dict[str, float]
    case: dict[str, float]
    junction: dict[str, float]
    power: dict[str, float]
    balance: dict[str, float]
    mass_defect: float
    rounds: int
    friction: str
    notes: list[str] = field(default_factory=list)
    surface: dict[str, float] = field(default_factory=dict)
    machines: dict[str, dict[str, float]] = field(default_factory=dict)
    vessels: dict[str, VesselPoint] = field(default_factory=dict)


def solve(network: Network, friction: str = "colebrook", backend: Backend | str = "host") -> Answer:
    """Flows, pressures and temperatures at rest.

    friction   "colebrook" (Clamond's solution) or "swamee-jain", in turbulent pipes
    backend    "host", "cuda", "numpy", or an open one
    Raises     CaseErrors for links that hold heat and pass nothing, and inflows without a temperature; NoFlowAnswer and
               NoHeatAnswer, which name the worst link; UsageError for an unknown friction law.
    """
    hydraulics = Hydraulics(network, friction, backend)
    heat = Heat(hydraulics)
    rounds = hydraulics.solve()
    heat.solve()
    for _ in range(PASSES):
        change = follow_viscosity(hydraulics, heat, SETTLED)
        if change <= SETTLED:
            break
        rounds += hydraulics.solve()
        heat.solve()
    else:
        hydraulics.notes.append(f"viscosities still move by {change:.1e} of themselves after {PASSES} passes")
    return answer(hydraulics, heat, rounds, network.links)


def follow_viscosity(hydraulics: Hydraulics, heat: Heat, tolerance: float) -> float:
    """Give the links the viscosities of their temperatures if one has moved beyond the tolerance, a share; returns that move."""
    mean = heat.mean()
    now = hydraulics.laws.viscosity.copy()
    for fluid, numbers in heat.links_of:
        known = numbers[np.isfinite(mean[numbers])]
        if len(known) and not isinstance(fluid, ConstantFluid):
            now[known] = fluid.viscosity(mean[known])
    move = float(np.max(np.abs(now / hydraulics.laws.viscosity - 1.0), initial=0.0))
    if move > tolerance:
        hydraulics.set_viscosity(now)
    return move


def pump_power(hydraulics: Hydraulics, links: Mapping[str, Link]) -> dict[str, float]:
    """W electric of each pump: hydraulic power over its efficiency at the flow of one pump, brought to full speed by affinity."""
    found, falls = {}, hydraulics.falls()
    for number, link in enumerate(links.values()):
        if isinstance(link.law, Pump):
            flow, gain = float(hydraulics.flow[number]), -float(falls[number])
            found[link.name] = link.law.power(flow, gain)
    return found


def answer(hydraulics: Hydraulics, heat: Heat, rounds: int, present: Mapping[str, Link]) -> Answer:
    """The present state of both by name; `present` are the links as they are set now."""
    links, nodes, chips = hydraulics.link_names, hydraulics.node_names, heat.chips

    def named(names: list[str], values: Any) -> dict[str, float]:
        return dict(zip(names, np.asarray(values, float).tolist(), strict=True))

    plates = [links[n] for n in chips.link]
    vessels, outlet = vessel_points(heat), heat.outlet()
    return Answer(
        flow=named(links, hydraulics.flow),
        fall=named(links, hydraulics.falls()),
        pressure=named(nodes, with_vessels(heat, hydraulics.pressure, vessels)),
        temperature=named(nodes, heat.temperature),
        outlet=named(links, outlet),
        case=named(plates, chips.case),
        junction=named(plates, chips.junction),
        power=pump_power(hydraulics, present),
        balance=heat.ledger.as_row(),
        mass_defect=float(np.abs(hydraulics.mass_defect()).max(initial=0.0)),
        rounds=rounds,
        friction=hydraulics.friction,
        notes=hydraulics.notes + [one.trouble for one in vessels.values() if one.trouble],
        surface={
            name: float(outlet[n] + heat.heat[n] * one.surface)
            for n, (name, one) in enumerate(present.items()) if one.surface > 0.0
        },
        machines={
            name: one.duty.numbers(abs(float(heat.rate[n])), float(heat.temperature[heat.up[n]]))  # type: ignore[union-attr]
            for n, (name, one) in enumerate(present.items()) if hasattr(one.duty, "numbers")
        },
        vessels=vessels,
    )  # fmt: skip
