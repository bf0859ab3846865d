"""Random networks: trees and rings of every kind of link, shut valves, pumps the wrong way round, some without an answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thermal.loop.links import CheckValve, ColdPlate, Coupler, Filter, Fitting, Law, Pipe, Pump, Regulator, Valve
from thermal.loop.network import ConstantFluid, Link, Network, Node, Region, build

FLUID = ConstantFluid("PG25", 1008.0, 3970.0, 1.2e-3)
SPOILT = 0.04  # of the networks have a heated link that nothing flows through


@dataclass(frozen=True)
class Drawn:
    """A network and the link that makes it unsolvable, if one does."""

    network: Network
    culprit: str | None


def draw(seed: int) -> Drawn:
    """A network of 2 to 40 nodes; the same for the same seed."""
    random = np.random.default_rng(seed)
    count = int(random.integers(2, 41))
    nodes, links = [], []
    held = set(random.choice(count, size=1 + int(random.random() < 0.3), replace=False).tolist()) if count > 1 else {0}
    for n in range(count):
        pressure = float(random.uniform(0.0, 4e5)) if n in held else None
        cold = n == min(held) or random.random() < 0.05
        nodes.append(
            Node(f"n{n}", "r", float(random.uniform(0.0, 12.0)), pressure, temperature=300.0 if cold or n in held else None,
                 volume=float(random.choice([0.0, 0.2])))
        )  # fmt: skip
    ends = [(int(random.integers(0, n)), n) for n in range(1, count)]  # a tree
    for _ in range(int(random.integers(0, count + 1))):  # and its rings
        a, b = random.choice(count, size=2, replace=False)
        ends.append((int(a), int(b)))
    for m, (a, b) in enumerate(ends):
        if random.random() < 0.5:
            a, b = b, a
        law = law_of(random)
        heat = float(random.choice([0.0, 2e4]))
        store = random.random() < 0.1
        links.append(
            Link(f"l{m}", f"n{a}", f"n{b}", law, heat=heat, loss=float(random.uniform(100.0, 500.0)) if heat else 0.0,
                 cells=int(random.integers(1, 4)), open=bool(random.random() > 0.05), volume=0.5 if store else None,
                 height=2.0 if store else 0.0, solids=2e5 if random.random() < 0.1 else 0.0)
        )  # fmt: skip
    culprit = None
    if random.random() < SPOILT:
        shut = Link("culprit", links[0].start, links[0].end, Valve(kv=5.0, opening=0.0), heat=1e5)
        links.append(shut)
        culprit = shut.name
    return Drawn(build([Region("r", FLUID, 300.0)], nodes, links), culprit)


def law_of(random: np.random.Generator) -> Law:
    """One law of any kind, numbers spread over decades."""

    def decades(low: float, high: float) -> float:
        return float(10.0 ** random.uniform(low, high))

    kind = int(random.integers(0, 12))
    if kind <= 3:
        return Pipe(decades(-1, 2.5), decades(-2, -0.5), 4.5e-5, float(random.choice([0.0, 3.0])))
    if kind == 4:
        return Fitting(decades(-1, 2), decades(-2, -0.5))
    if kind == 5:
        return Coupler(decades(-0.5, 2.5)) if random.random() < 0.5 else Filter(decades(0, 2), float(random.uniform(0, 0.9)))
    if kind == 6:
        return Valve(
            decades(0, 2.5), float(random.choice([0.0, 0.1, 0.5, 1.0])), str(random.choice(["linear", "equal-percentage"]))
        )
    if kind == 7:
        return Regulator(decades(-4, -2), decades(0, 2))
    if kind == 8:
        return CheckValve(decades(0, 2))
    if kind == 9:
        if random.random() < 0.5:
            return ColdPlate(decades(4, 5.3), decades(-4, -2))
        flow = decades(-4, -2)
        return ColdPlate(points=((0.5 * flow, 1e4), (flow, 3.6e4), (1.5 * flow, 7.7e4)))
    shutoff = decades(4, 5.7)
    if random.random() < 0.6:
        speed, running = float(random.choice([0.0, 0.5, 1.0])), int(random.integers(0, 4))
        return Pump(shutoff, shutoff / decades(-5, -2), speed=speed, running=running, one_way=bool(random.random() < 0.4))
    most = decades(-3, -1)
    points = ((0.0, shutoff), (0.5 * most, 0.84 * shutoff), (most, 0.26 * shutoff))
    return Pump(points=points, speed=float(random.choice([0.0, 0.5, 1.0])), one_way=bool(random.random() < 0.4))
