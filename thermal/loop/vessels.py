"""What expansion vessels make of a loop's pressure: the liquid of a region at its temperatures, against that of its filling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermal.loop.components.expansion import ExpansionVessel
from thermal.loop.heat import Heat
from thermal.loop.network import ATMOSPHERE, Node

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VesselPoint:
    """Where a vessel stands: Pa over atmosphere, m3 of liquid in it, m3 in its loop, K mean of the loop's liquid.

    `trouble` says that it is full or empty; its pressure is then that of the filling.
    """

    pressure: float
    liquid: float
    loop: float
    temperature: float
    trouble: str = ""


def vessel_points(heat: Heat) -> dict[str, VesselPoint]:
    """The vessels of a network by their nodes, at its present temperatures."""
    found = {}
    for node in heat.network.nodes.values():
        if node.vessel is not None:
            found[node.name] = _point(heat, node)
    return found


def with_vessels(heat: Heat, pressure: Floats, points: dict[str, VesselPoint]) -> Floats:
    """(nodes,) Pa: in each region with one vessel and no other held pressure all move by as much as the vessel's does."""
    if not points:
        return pressure
    moved, nodes = pressure.copy(), list(heat.network.nodes.values())
    regions = np.array([one.region for one in nodes])
    for name, point in points.items():
        node = heat.network.nodes[name]
        held = [one for one in nodes if one.region == node.region and one.pressure is not None]
        if len(held) == 1 and not point.trouble:
            moved[regions == node.region] += point.pressure - float(node.pressure or 0.0)
    return moved


def _point(heat: Heat, node: Node) -> VesselPoint:
    vessel, network = node.vessel, heat.network
    assert vessel is not None and node.pressure is not None
    in_region = np.array([network.nodes[one.start].region == node.region for one in network.links.values()])
    nodes = np.array([one.region == node.region for one in network.nodes.values()])
    volumes = np.array([one.volume for one in network.nodes.values()]) * nodes
    links = heat.volume * in_region
    means = heat.mean()
    warm = network.regions[node.region].temperature
    total = float(links.sum() + volumes.sum()) + vessel.more
    known = np.where(np.isfinite(means), means, warm)
    at_nodes = np.where(np.isfinite(heat.temperature), heat.temperature, warm)
    mean = warm if total == vessel.more else float((links * known).sum() + (volumes * at_nodes).sum()) / (total - vessel.more)
    fluid: Any = network.regions[node.region].fluid
    machine = ExpansionVessel(
        vessel.volume, vessel.precharge + ATMOSPHERE, node.pressure + ATMOSPHERE, total, fluid, vessel.filled
    )
    liquid = machine.reserve + machine.expansion(mean)
    try:
        return VesselPoint(machine.pressure(mean) - ATMOSPHERE, liquid, total, mean)
    except ValueError as error:
        return VesselPoint(
            node.pressure, min(max(liquid, 0.0), vessel.volume), total, mean, f"{network.place(node.name)}  {node.name}: {error}"
        )
