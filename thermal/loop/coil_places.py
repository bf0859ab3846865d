"""Coils of the air side on a network: a branch of pipes, a control valve and the coil; a three-way valve also has a way round it.

Names follow the body: nodes `crah.south.in`, `.open`, `.out`; links `crah.south.supply`, `.valve`, `.coil`, `.bypass`, `.return`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermal.case.bodies import Body, Branch, Coil
from thermal.fluids.liquids import Liquid
from thermal.loop.links import BAR, HOUR, KV_DENSITY, ColdPlate, Pipe, Regulator

VALVE_LOSS = 20e3  # Pa of an open control valve at the design flow where no Kv is stated
COIL_EXPONENT = 1.85  # of flow in a coil's loss: between Blasius' 1.75 and a fitting's 2


@dataclass(frozen=True)
class CoilPlace:
    """A coil on the network.

    link      through the coil;   valve, bypass   names of links, "" where there is none
    ends      nodes before the valve and behind the coil;   mains   nodes that the branch hangs on
    kv        m3/h at 1 bar of the open valve;   pipes   Pa/(m3/s)^2 of the branch's pipes, both ways, at the design flow
    """

    body: Body
    loop: str
    liquid: Liquid
    link: str
    valve: str
    bypass: str
    ends: tuple[str, str]
    mains: tuple[str, str]
    kv: float
    pipes: float

    @property
    def name(self) -> str:
        """Name of the coil's body, unique among devices."""
        return self.body.name

    @property
    def coil(self) -> Coil:
        """The coil."""
        assert self.body.coil is not None
        return self.body.coil

    @property
    def branch(self) -> Branch:
        """How it hangs on its loop."""
        assert self.coil.branch is not None
        return self.coil.branch

    @property
    def flow(self) -> float:
        """m3/s, design flow."""
        return self.branch.flow

    def passes(self, fall: float) -> float:
        """m3/s that the open branch lets through between its mains at a fall of pressure (Pa), at most the design flow."""
        density = float(self.liquid.density(293.15))
        valve = BAR * (HOUR / self.kv) ** 2 / KV_DENSITY * density if self.valve else 0.0

        def needs(flow: float) -> float:
            return (self.pipes + valve) * flow**2 + self.branch.loss * (flow / self.flow) ** COIL_EXPONENT

        low, high = 0.0, self.flow
        if fall >= needs(high):
            return high
        for _ in range(50):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if needs(middle) < fall else (low, middle)
        return 0.5 * (low + high)


def coils_on(bodies: Sequence[Body], loop: str, row: str | None = None) -> list[Body]:
    """Bodies with a coil on a loop, in the order of the case; of a CDU those on the doors of one row."""
    return [
        body
        for body in bodies
        if body.coil is not None
        and body.coil.branch is not None
        and body.coil.branch.loop == loop
        and (row is None or body.row == row)
    ]


def steps_between(coils: Sequence[Body]) -> list[float]:
    """m along the mains from each coil to the next: the way between the middles of their boxes, along the walls."""
    middles = [0.5 * (np.array(one.box.low) + np.array(one.box.high)) for one in coils]
    return [float(np.abs(b - a).sum()) for a, b in zip(middles, middles[1:], strict=False)]


def place_coil(
    parts: Any, body: Body, liquid: Liquid, mains: tuple[str, str], own: tuple[float, float, float, float]
) -> CoilPlace:
    """Put a coil's branch on the network that comes together in `parts`, and say where it is.

    mains   nodes of the supply and the return main
    own     bore m, length m, loss coefficient and roughness m of the loop's branches
    """
    assert body.coil is not None and body.coil.branch is not None
    branch, label = body.coil.branch, body.label
    diameter, length = branch.diameter or own[0], own[1] if branch.length is None else branch.length
    pipe = Pipe(max(length, 1e-3), diameter, min(own[3], 0.05 * diameter), own[2])
    region = parts.nodes[mains[0]].region
    start, end = parts.node(f"{label}.in", region), parts.node(f"{label}.out", region)
    parts.link(f"{label}.supply", mains[0], start, pipe)
    law = ColdPlate(branch.loss, branch.flow, COIL_EXPONENT)
    kv = branch.valve_kv or branch.flow * HOUR * math.sqrt(BAR / VALVE_LOSS)
    valve = bypass = ""
    before = start
    if body.control != "none":
        before = parts.node(f"{label}.open", region)
        valve = parts.link(f"{label}.valve", start, before, Regulator(branch.flow, kv))
        if body.valve == "three-way":  # its way round is balanced: as much loss as valve and coil
            opened = BAR * (branch.flow * HOUR / kv) ** 2
            balanced = branch.flow * HOUR * math.sqrt(BAR / (opened + branch.loss))
            bypass = parts.link(f"{label}.bypass", start, end, Regulator(1e-4 * branch.flow, balanced))
    link = parts.link(f"{label}.coil", before, end, law, cells=1)
    parts.link(f"{label}.return", end, mains[1], pipe)
    density = float(liquid.density(293.15))
    pipes = 2.0 * _resistance(pipe, branch.flow, density, float(liquid.viscosity(293.15)))
    return CoilPlace(body, branch.loop, liquid, link, valve, bypass, (start, end), mains, kv, pipes)


def _resistance(pipe: Pipe, flow: float, density: float, viscosity: float) -> float:
    """Pa/(m3/s)^2 of a pipe at a flow, friction after Haaland (1983, J. Fluids Eng. 105:89): for a valve's reach."""
    area = math.pi / 4.0 * pipe.diameter**2
    reynolds = max(density * flow / area * pipe.diameter / viscosity, 2300.0)
    friction = (-1.8 * math.log10(6.9 / reynolds + (pipe.roughness / pipe.diameter / 3.7) ** 1.11)) ** -2
    return 0.5 * density / area**2 * (friction * pipe.length / pipe.diameter + pipe.loss)
