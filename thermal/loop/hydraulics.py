"""Flows and pressures of a network: all its pieces at once, on the kernels of kernels/src/hydraulics.cu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels import BackendUnavailable, open_backend
from kernels.backend import Backend, Launch
from thermal.errors import CaseError, CaseErrors, HallflowError, UsageError, clean
from thermal.fluids.air import STANDARD_GRAVITY
from thermal.loop.laws import SHUT, Laws
from thermal.loop.network import Link, Network
from thermal.loop.plan import BLOCK, Batch, batches, layout, real

Floats = NDArray[np.float64]

FRICTIONS = ("colebrook", "swamee-jain")
ROUNDS = 400  # a network that is solvable takes five to forty
LOOK = 4  # rounds between two looks at the phases on a GPU; a processor is looked at each time
LANES = {"cuda": 32}
NOTHING = 1e-10  # m3/s: a litre in three hundred years; what flows slower is round-off
UNBALANCED = 1e-6  # of the flow through a node; an answer is better than 1e-10
MOST_PRESSURE = 1e9  # Pa: beyond it an inflow is pressed through something that is shut
GUESSED, DONE = 0, 4


class NoFlowAnswer(HallflowError):
    """Flows and pressures were not found; the message names the worst link. Exit code 3."""


def open_loops(name: str = "host") -> Backend:
    """The backend for loops, always float64: as `kernels.open_backend`; "host" falls back to "numpy" where no compiler is."""
    try:
        return open_backend(name, "double", files=["hydraulics", "loop_heat"])
    except BackendUnavailable:
        if name != "host":
            raise
        return open_backend("numpy", "double", files=["hydraulics", "loop_heat"])


@dataclass
class _Store:
    """One batch in the memory of the backend."""

    batch: Batch
    lanes: int
    links: NDArray[np.int32]  # number of each link, in the kernel's order
    nodes: NDArray[np.int32]
    arrays: dict[str, Any]
    rounds: Launch
    others: NDArray[np.bool_]  # links that are more than a pipe, and knots of all curves, for which `rounds` was made
    knots: int
    version: int  # of the laws that its arrays hold


class Hydraulics:
    """The flows of one network. What it is asked again it solves from its last answer.

    `flow` (links,) m3/s and `pressure` (nodes,) Pa of the last answer, in the network's order; `laws` may be changed between two
    solutions through `change` and `set_viscosity`. `notes` say what was assumed.
    """

    def __init__(self, network: Network, friction: str = "colebrook", backend: Backend | str = "host") -> None:
        """Raises UsageError for an unknown friction law, CaseErrors for inflows that nothing lets out."""
        if friction not in FRICTIONS:
            raise UsageError(f"friction {clean(str(friction))[:80]!r}; accepted: {', '.join(FRICTIONS)}")
        self.network = network
        self.friction = friction
        self.backend = open_loops(backend) if isinstance(backend, str) else backend
        self.link_names, self.node_names = list(network.links), list(network.nodes)
        self.number = {name: k for k, name in enumerate(self.link_names)}
        self.node_number = {name: k for k, name in enumerate(self.node_names)}
        links, nodes = list(network.links.values()), list(network.nodes.values())
        self.start = np.array([self.node_number[one.start] for one in links], np.int64)
        self.end = np.array([self.node_number[one.end] for one in links], np.int64)
        self.notes: list[str] = []
        self.inflow = np.array([one.inflow for one in nodes], float)
        self.held = self._held()
        regions = {one.name: float(one.fluid.density(one.temperature)) for one in network.regions.values()}
        thickness = {one.name: float(one.fluid.viscosity(one.temperature)) for one in network.regions.values()}
        of_link = [network.nodes[one.start].region for one in links]
        self.density = np.array([regions[name] for name in of_link])
        self.laws = Laws(links, self.density, np.array([thickness[name] for name in of_link]))
        elevation = np.array([one.elevation for one in nodes])
        self.lift = STANDARD_GRAVITY * self.density * (elevation[self.start] - elevation[self.end])
        self.pressure = np.array([one.pressure or 0.0 for one in nodes])
        self.flow = np.zeros(len(links))
        self.rounds = 0
        self.version = 0  # grows with each solution
        self._knows = False
        ends = np.stack([self.start, self.end], axis=1)
        most = BLOCK if self.backend.name != "cuda" else max(BLOCK, len(nodes))
        self._stores = [self._store(one) for one in batches(ends, [], self.held.tolist(), most) if one.links.size]

    def change(self, link: Link) -> None:
        """One link has another law, setting or state; its ends stay."""
        self.laws.change(self.number[link.name], link)

    def set_viscosity(self, viscosity: Floats) -> None:
        """Pa s of each link, (links,)."""
        self.laws.set_viscosity(viscosity)

    def solve(self, start: Floats | None = None) -> int:
        """Find flows and pressures from the last answer, from `start` ((links,) m3/s) or from a guess; returns Newton rounds.

        Raises NoFlowAnswer naming the link that is farthest from its law.
        """
        if start is not None or not self._knows:
            self.flow[:] = self.laws.guess() if start is None else start
        self.flow[(self.laws.form & SHUT) > 0] = 0.0
        for store in self._stores:
            self._begin(store)
        waiting = list(self._stores)
        look = LOOK if self.backend.name == "cuda" else 1
        for rounds in range(1, ROUNDS + 1):
            for store in waiting:
                store.rounds()
            if rounds % look == 0:
                waiting = [one for one in waiting if (self.backend.download(one.arrays["phase"])[: one.batch.loops] < DONE).any()]
            if not waiting:
                break
        self.rounds = rounds
        for store in self._stores:
            self._finish(store)
        self._knows = True
        self.version += 1
        self._check_mass()
        return rounds

    def go_on(self, flow: Floats, pressure: Floats) -> None:
        """Take flows (links,) m3/s and pressures (nodes,) Pa of an earlier answer as the last one."""
        self.flow[:], self.pressure[:] = flow, pressure
        self._knows = True
        self.version += 1

    def _check_mass(self) -> None:
        """Raises NoFlowAnswer naming a node whose inflow cannot leave."""
        off = np.abs(self.mass_defect())
        worst = int(np.argmax(off))
        if off[worst] > UNBALANCED:
            name = self.node_names[worst]
            what = "an inflow has no way through what is shut or one-way"
            raise NoFlowAnswer(f"{self.network.place(name)}  {name}: {what}")

    def mass_defect(self) -> Floats:
        """(nodes,) share that arrives and does not leave, of nodes whose pressure is not held.

        Of the flow through the node; of a millionth of the largest flow, or of NOTHING, where that is more.
        """
        count, moving = len(self.held), np.abs(self.flow)
        net = self.inflow - np.bincount(self.start, self.flow, count) + np.bincount(self.end, self.flow, count)
        through = np.abs(self.inflow) + np.bincount(self.start, moving, count) + np.bincount(self.end, moving, count)
        least = max(1e-6 * through.max(initial=0.0), NOTHING)
        return np.where(self.held, 0.0, net / np.maximum(0.5 * through, least))

    def outflow(self) -> Floats:
        """(nodes,) m3/s that leave the network at each node: what held pressures take, and negative inflows."""
        count = len(self.held)
        net = np.bincount(self.end, self.flow, count) - np.bincount(self.start, self.flow, count)
        return np.where(self.held, net, -self.inflow)

    def falls(self) -> Floats:
        """(links,) Pa of each link's fall, from the pressures and elevations of its ends."""
        return self.pressure[self.start] - self.pressure[self.end] + self.lift

    def _held(self) -> NDArray[np.bool_]:
        """Which nodes' pressures are known; a part without any is measured from its first node."""
        from thermal.loop.plan import pieces

        nodes = list(self.network.nodes.values())
        held = np.array([one.pressure is not None for one in nodes])
        label = pieces(len(nodes), list(zip(self.start.tolist(), self.end.tolist(), strict=True)))
        errors = []
        for piece in range(int(label.max()) + 1 if len(nodes) else 0):
            inside = np.flatnonzero(label == piece)
            if held[inside].any():
                continue
            total, size = self.inflow[inside].sum(), np.abs(self.inflow[inside]).sum()
            first = self.node_names[inside[np.abs(self.inflow[inside]).argmax()]]
            if abs(total) > 1e-9 * size:
                where = self.network.place(first)
                errors.append(
                    CaseError(
                        f"{where}  {first}", f"{total:.6g} m3/s enter a part without a held pressure", "inflows that sum to 0"
                    )
                )
            elif len(inside) > 1:
                self.notes.append(f"no held pressure around {first}: measured from {self.node_names[inside[0]]}, 0 Pa")
            held[inside[0]] = True
        if errors:
            raise CaseErrors(errors)
        return held

    def _store(self, batch: Batch) -> _Store:
        be = self.backend
        lanes = min(LANES.get(be.name, 1), batch.loops)
        links, nodes = layout(batch.links, lanes), layout(batch.nodes, lanes)
        pattern = batch.pattern
        blocks = -(-batch.loops // lanes) * lanes
        a: dict[str, Any] = {name: be.zeros(len(links), np.float64) for name in ("h", "y", "d", "q", "t")}
        a |= {name: be.zeros(len(nodes), np.float64) for name in ("p", "b")}
        a["values"] = be.zeros(blocks * (pattern.unknowns + pattern.entries), np.float64)
        a["search"], a["phase"] = be.zeros(8 * blocks, np.float64), be.zeros(blocks, np.int32)
        a["inflow"], a["lift"] = be.upload(self.inflow[nodes]), be.upload(self.lift[links])
        a["law"], a["form"] = be.upload(self.laws.parts[:, links].ravel()), be.upload(self.laws.form[links])
        for name in ("start", "end", "slot"):
            a[name] = be.upload(getattr(batch, name))
        for name in ("column", "row", "target"):
            a[name] = be.upload(padded(getattr(pattern, name)))
        store = _Store(batch, lanes, links, nodes, a, lambda: None, np.zeros(0, bool), 0, -1)
        self._bind(store)
        return store

    def _bind(self, store: _Store) -> None:
        """Curves may have become more: their arrays are made anew, and the launches with them."""
        be, a, batch = self.backend, store.arrays, store.batch
        a["curve"], a["first"] = be.upload(self.laws.curve[store.links]), be.upload(padded(self.laws.first))
        a["knots"] = be.upload(self.laws.knots)
        which = np.flatnonzero(self.laws.others[store.links]).astype(np.int32)
        a["which"] = be.upload(padded(which))
        items = len(batch.start)
        count, swamee = len(store.links), int(self.friction == "swamee-jain")
        pipes = "pipe_laws_swamee_jain" if swamee else "pipe_laws"
        laws = [be.bind(pipes, count, *(a[name] for name in ("law", "t", "h", "y")))]
        if len(which):
            names = ("which", "law", "form", "curve", "first", "knots", "t", "h", "y")
            laws.append(be.bind("other_laws", len(which), count, swamee, len(self.laws.knots) // 4, *(a[one] for one in names)))
        judge = be.bind(
            "flow_round", batch.loops, store.lanes, items, len(batch.nodes), batch.pattern.unknowns, batch.pattern.entries,
            *(a[name] for name in ("start", "end", "slot", "column", "row", "target", "inflow", "lift", "h", "y", "phase")),
            *(a[name] for name in ("search", "values", "b", "p", "d", "q", "t")),
        )  # fmt: skip
        store.rounds = be.program([*laws, judge])
        store.others, store.knots = self.laws.others[store.links], len(self.laws.knots)

    def _begin(self, store: _Store) -> None:
        be, a = self.backend, store.arrays
        if store.knots != len(self.laws.knots) or (store.others != self.laws.others[store.links]).any():
            self._bind(store)
        if store.version != self.laws.version:
            be.store(self.laws.parts[:, store.links].ravel(), a["law"])
            be.store(self.laws.form[store.links], a["form"])
            be.store(self.laws.curve[store.links], a["curve"])
            store.version = self.laws.version
        be.store(self.flow[store.links], a["t"])
        be.store(self.pressure[store.nodes], a["p"])
        be.fill(a["phase"], GUESSED)

    def _finish(self, store: _Store) -> None:
        be, a = self.backend, store.arrays
        phase = be.download(a["phase"])[: store.batch.loops]
        flow, pressure = be.download(a["q"]), be.download(a["p"])
        if (phase != DONE).any():
            raise NoFlowAnswer(self._worst(store))
        if store.lanes > 1:  # what fills the last lanes is no loop of its own
            batch = store.batch
            of_link, of_node = real(len(batch.start), batch.loops, store.lanes), real(len(batch.nodes), batch.loops, store.lanes)
            self.flow[store.links[of_link]] = flow[of_link]
            self.pressure[store.nodes[of_node]] = pressure[of_node]
        else:
            self.flow[store.links], self.pressure[store.nodes] = flow, pressure
        if np.abs(pressure).max(initial=0.0) > MOST_PRESSURE:
            raise NoFlowAnswer(self._forced(store))

    def _forced(self, store: _Store) -> str:
        """What is wrong where an inflow is pressed through something that is shut."""
        link = np.unique(store.links)
        name = self.link_names[int(link[np.argmax(np.abs(self.falls()[link]))])]
        return f"{self.network.place(name)}  {name}: shut, one way or regulated, and an inflow has no other way than through it"

    def _worst(self, store: _Store) -> str:
        a = store.arrays
        d, y = self.backend.download(a["d"]), self.backend.download(a["y"])
        off = np.where(np.isfinite(d), np.abs(d) / y, np.inf)
        worst = int(np.argmax(off))
        name = self.link_names[store.links[worst]]
        found = f"no flow found after {self.rounds} rounds; this link is {off[worst]:.3g} Pa from its law"
        return f"{self.network.place(name)}  {name}: {found}"


def padded(array: NDArray) -> NDArray:
    """The array, or one zero where it is empty: a backend has no arrays of nothing."""
    return array if array.size else np.zeros(1, array.dtype)


def by_name(names: list[str], values: Floats) -> Mapping[str, float]:
    """Values as a mapping from names."""
    return dict(zip(names, values.tolist(), strict=True))
