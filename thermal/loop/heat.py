"""Temperatures of a network: implicit upwind finite volumes along links, mixing nodes, exchangers, chips; steady or in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.backend import Launch
from thermal.errors import CaseError, CaseErrors, HallflowError
from thermal.loop.chips import Chips
from thermal.loop.hydraulics import LANES, Hydraulics, padded
from thermal.loop.ledger import Ledger
from thermal.loop.plan import BLOCK, Batch, batches, layout, pieces
from thermal.loop.stores import Stores

Floats = NDArray[np.float64]

CELL = 1.0  # m of pipe a finite volume, unless a link says otherwise
STILL = 1e-9  # m3/s: what flows slower carries no heat away (shut valves let 1e-12 m3/s pass)
HOTTEST = 2000.0  # K: a steady answer above it means that nothing takes the heat away
OPEN = 1e-9  # of the heat that moves: a ledger more open than that has lost some
DUTIES = 60  # passes over apparatus whose heat depends on what enters
SETTLED = 1e-9  # W over W: heat of all apparatus from one pass to the next


class NoHeatAnswer(HallflowError):
    """No temperatures were found; the message names the link. Exit code 3."""


@dataclass
class _Store:
    """One batch in the memory of the backend."""

    loops: int
    nodes: NDArray[np.int32]
    whole: Any
    factor: Launch
    solve: Launch


class Heat:
    """Temperatures of the network that a Hydraulics has solved.

    `temperature` (nodes,), `cells` (all cells of all links, in order from start to end, `first` the first of each link), `chips`.
    `heat` (links,) W may be changed between steps. `unknown` marks nodes whose temperatures have no answer at rest.
    """

    def __init__(self, hydraulics: Hydraulics) -> None:
        """Everything begins at its region's temperature."""
        network = hydraulics.network
        links, nodes = list(network.links.values()), list(network.nodes.values())
        self.hydraulics, self.network = hydraulics, network
        region = [network.regions[one.region] for one in nodes]
        warm = np.array([one.temperature for one in region])
        capacity = {one.name: float(one.fluid.heat_capacity(one.temperature)) for one in network.regions.values()}
        self.capacity = hydraulics.density * np.array([capacity[network.nodes[one.start].region] for one in links])  # J/(m3 K)
        density = {one.name: float(one.fluid.density(one.temperature)) for one in network.regions.values()}
        self.node_capacity = np.array([density[one.region] * capacity[one.region] for one in nodes])
        volume = np.array([one.law.bore if one.volume is None else one.volume for one in links])
        count = np.array([_cells(one) for one in links], np.int64)
        self.first = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
        self.temperature = np.where(
            [one.temperature is not None for one in nodes], [one.temperature or 0.0 for one in nodes], warm
        )
        self._warm = warm
        of_link = warm[hydraulics.start]
        self.cells = np.repeat(of_link, count)
        self._count = count
        self.volume = volume  # m3, (links,)
        self._cell_capacity = (self.capacity * volume + np.array([one.solids for one in links])) / count  # J/K
        self._node_store = self.node_capacity * np.array([one.volume for one in nodes])  # J/K
        self._loss = np.array([one.loss for one in links]) / count
        self.ambient = np.array([one.ambient for one in links], float)
        self.heat = np.array([one.heat for one in links], float)
        self.chips = Chips(links, of_link)
        self.stores = Stores(links, self.first, self._cell_capacity, volume, network)
        self._has_chip = np.zeros(len(links), bool)
        self._has_chip[self.chips.link] = True
        self._duties = [(n, one.duty) for n, one in enumerate(links) if one.duty is not None]
        self._held = np.array([one.temperature is not None for one in nodes])
        entering = [one.inflow_temperature if one.temperature is None else one.temperature for one in nodes]
        self._entering = np.array([np.nan if one is None else one for one in entering])
        self._ledger: Ledger | None = Ledger()
        of_fluid: dict[int, list[int]] = {}
        for n, one in enumerate(links):
            of_fluid.setdefault(id(network.regions[network.nodes[one.start].region].fluid), []).append(n)
        fluids = {id(one.fluid): one.fluid for one in network.regions.values()}
        self.links_of = [(fluids[key], np.array(numbers, np.int64)) for key, numbers in of_fluid.items()]  # fluid, its links
        self.other = np.full(len(links), -1, np.int32)
        self._exchangers = list(network.exchangers.values())
        for pair in self._exchangers:
            a, b = hydraulics.number[pair.first], hydraulics.number[pair.second]
            self.other[a], self.other[b] = b, a
        self.unheld = self._unheld()  # nodes about whose temperature at rest nothing is said
        self.unknown = np.zeros(len(nodes), bool)
        self._setting: tuple[float, int] | None = None
        self._make(hydraulics)

    def solve(self) -> None:
        """The steady temperatures at the flows of the hydraulics.

        Raises CaseErrors naming links that hold heat and let nothing flow, and inflows whose temperature nobody states;
        NoHeatAnswer naming a link whose heat nothing takes away.
        """
        self._check_flow()
        self.step(np.inf)
        with np.errstate(invalid="ignore"):
            lost = ~self.unknown & ~((self.temperature > 0.0) & (self.temperature < HOTTEST))
        for store in self._stores:
            if self.ledger.defect > OPEN and not self.hydraulics.backend.download(store.whole)[: store.loops].all():
                lost[store.nodes] = ~self.unknown[store.nodes]
        if lost.any():
            raise NoHeatAnswer(self._hottest(lost))

    def step(self, seconds: float) -> None:
        """One implicit step of so many seconds (infinite: steady) at the flows of the hydraulics. Raises as `solve`."""
        be, a = self.hydraulics.backend, self._arrays
        fresh = self._setting != (seconds, self.hydraulics.version)
        if fresh:
            self._prepare(seconds)
        node = self._store_rate * self.temperature + self._brought
        given, slope = np.where(self._has_chip, 0.0, self.heat), -self._exchange
        if len(self.chips.link):
            given[self.chips.link], chip = self.chips.response(self.heat[self.chips.link], seconds)
            slope[self.chips.link] += chip
        be.store(self.ambient, a["Ta"])
        be.store(self.cells, a["cells"])
        self._before = (self.temperature, self.cells)
        self._duty_pass(node, given, slope, fresh)
        self.cells = be.download(a["cells"])
        if len(self.chips.link):
            self.chips.advance(self.temperature[self.up[self.chips.link]])
        self._ledger = None
        if self.stores and np.isfinite(seconds):
            self._ledger = Ledger.of(self)  # of what flowed; what settles in a store moves no heat in or out of it
            self.stores.settle(self.cells, seconds)

    @property
    def ledger(self) -> Ledger:
        """Where the heat of the last step went."""
        if self._ledger is None:
            self._ledger = Ledger.of(self)
        return self._ledger

    def link_heat(self) -> Floats:
        """(links,) W into the fluid of each link in the last step, without what exchangers move."""
        return self._given + (self._slope + self._exchange) * self.temperature[self.up]

    def lost(self) -> Floats:
        """(links,) W that each link gave to its ambient in the last step."""
        link_of = np.repeat(np.arange(len(self._loss)), self._count)
        return np.add.reduceat(self._loss[link_of] * (self.cells - self.ambient[link_of]), self.first[:-1])

    def exchanged(self) -> Floats:
        """(links,) W into each link from the other side of its exchanger."""
        entering = self.temperature[self.up]
        return self._exchange * (entering[np.maximum(self.other, 0)] - entering)

    def _prepare(self, seconds: float) -> None:
        """What flows and the length of a step decide."""
        h, a, be = self.hydraulics, self._arrays, self.hydraulics.backend
        self.unknown = self.unheld if np.isinf(seconds) else np.zeros_like(self.unheld)
        lost = np.isnan(self.temperature)
        if lost.any():  # had no answer at rest; in time it begins where its region stands
            self.temperature = np.where(lost, self._warm, self.temperature)
            self.cells = np.where(np.repeat(lost[h.start], self._count), np.repeat(self._warm[h.start], self._count), self.cells)
        self.seconds = seconds
        self.rate = self.capacity * h.flow
        self.inside, self.outside = self._boundary()
        self.up = np.where(h.flow < 0.0, h.end, h.start)
        self.down = np.where(h.flow < 0.0, h.start, h.end)
        self.chips.set_flow(h.flow, self.rate)
        self._exchange = self._exchangers_at(self.rate)
        self._store_rate = self._node_store / seconds
        self._brought = np.where(self.inside > 0.0, self.inside * np.where(self.inside > 0.0, self._entering, 0.0), 0.0)
        be.store(self.rate, a["C"])
        be.store(self._cell_capacity / seconds, a["m"])
        be.store(self._loss, a["g"])
        be.store(self._exchange, a["x"])
        be.store(self._store_rate + self.inside, a["M"])
        self._setting = (seconds, h.version)

    def renew(self) -> None:
        """Ask exchangers again at the next solution even if no flow changes: they may have other effectivenesses."""
        self._setting = None

    def outlet(self) -> Floats:
        """(links,) K of what leaves each link."""
        last = np.where(self.hydraulics.flow < 0.0, self.first[:-1], self.first[1:] - 1)
        return np.where(self.unknown[self.hydraulics.start], np.nan, self.cells[last])

    def mean(self) -> Floats:
        """(links,) K, mean over the cells of each link."""
        mean = np.add.reduceat(self.cells, self.first[:-1]) / self._count
        return np.where(self.unknown[self.hydraulics.start], np.nan, mean)

    def _duty_pass(self, node: Floats, given: Floats, slope: Floats, fresh: bool) -> None:
        """Solve, again and again while apparatus answers to what enters it."""
        a, be = self._arrays, self.hydraulics.backend
        expected: Floats | None = None
        be.store(node, a["S"])
        for _ in range(DUTIES if self._duties else 1):
            entering = self.temperature[self.up[[n for n, _ in self._duties]]] if self._duties else np.zeros(0)
            asked = [duty(abs(float(self.rate[n])), float(t)) for (n, duty), t in zip(self._duties, entering, strict=True)]
            heat, by = np.array([one for one, _ in asked]), np.array([one for _, one in asked])
            if expected is not None and np.abs(heat - expected).max() <= SETTLED * np.abs(heat).max() + 1e-9:
                break  # the apparatus gives what the solution before has counted on
            self._given, self._slope = (given.copy(), slope.copy()) if self._duties else (given, slope)
            for (n, _), one, two, t in zip(self._duties, heat, by, entering, strict=True):
                self._given[n] += one - two * t
                self._slope[n] += two
            be.store(self._given, a["s"])
            be.store(self._slope, a["k"])
            be.store(np.where(self.unknown, 0.0, self.temperature) if self.unknown.any() else self.temperature, a["T"])
            self._response()
            for store in self._stores:
                if fresh or self._duties:
                    store.factor()
                store.solve()
            self.temperature = be.download(a["T"])
            if self._duties:
                expected = heat + by * (self.temperature[self.up[[n for n, _ in self._duties]]] - entering)
        else:
            if self._duties:
                self._note("coolers did not come to rest with what enters them: their heat is that of the last pass")
        self._advance()
        if self.unknown.any():
            self.temperature[self.unknown] = np.nan

    def _note(self, words: str) -> None:
        if words not in self.hydraulics.notes:
            self.hydraulics.notes.append(words)

    def _exchangers_at(self, rate: Floats) -> Floats:
        """(links,) W/K between the entering temperatures of the two sides of each exchanger."""
        found = np.zeros(len(rate))
        for one in self._exchangers:
            a, b = self.hydraulics.number[one.first], self.hydraulics.number[one.second]
            first, second = abs(float(rate[a])), abs(float(rate[b]))
            least = min(first, second)
            if least > 0.0:
                found[a] = found[b] = least * min(max(float(one.effectiveness(first, second)), 0.0), 1.0)
        return found

    def _boundary(self) -> tuple[Floats, Floats]:
        """(nodes,) W/K that enter from outside and that leave. Raises CaseErrors for inflows of unknown temperature."""
        out = self.hydraulics.outflow()
        least = max(1e-10 * np.abs(self.hydraulics.flow).max(initial=0.0), STILL)  # less is what a pressure found leaves open
        inside = np.where(out < -least, -out, 0.0) * self.node_capacity
        missing = (inside > 0.0) & np.isnan(self._entering) & ~self.unknown
        if missing.any():
            raise CaseErrors(
                CaseError(f"{self.network.place(name)}  {name}", "fluid enters here from outside", "a temperature of this node")
                for name in np.array(self.hydraulics.node_names)[missing]
            )
        inside[np.isnan(self._entering)] = 0.0
        return inside, np.where(out > 0.0, out, 0.0) * self.node_capacity

    def _check_flow(self) -> None:
        still = (np.abs(self.hydraulics.flow) < STILL) & (self.heat != 0.0) & ~self.unheld[self.hydraulics.start]
        loses = (self._loss > 0.0) & ~self._has_chip
        errors = []
        for n in np.flatnonzero(still & ~loses):
            name = self.hydraulics.link_names[n]
            what = f"{self.heat[n]:.6g} W and no flow: nothing takes this heat away"
            errors.append(CaseError(f"{self.network.place(name)}  {name}", what, "a way for the fluid through this link"))
        if errors:
            raise CaseErrors(errors)

    def _hottest(self, lost: NDArray[np.bool_]) -> str:
        heat = np.where(lost[self.hydraulics.start] | lost[self.hydraulics.end], np.abs(self.heat), -1.0)
        n = int(np.argmax(heat))
        name = self.hydraulics.link_names[n]
        what = "nothing takes its heat away (no held temperature, exchanger, cooler or loss in reach)"
        return f"{self.network.place(name)}  {name}: {self.heat[n]:.6g} W and {what}"

    def _unheld(self) -> NDArray[np.bool_]:
        """Nodes of parts that hold heat and that nothing cools: their temperatures have no answer."""
        h = self.hydraulics
        nodes, links = list(self.network.nodes.values()), list(self.network.links.values())
        edges = list(zip(h.start.tolist(), h.end.tolist(), strict=True))
        edges += [(int(h.start[n]), int(h.start[o])) for n, o in enumerate(self.other) if o >= 0]
        label = pieces(len(nodes), edges)
        known = np.zeros(int(label.max()) + 1 if len(nodes) else 0, bool)
        heated = np.zeros(len(known), bool)
        held = np.zeros(len(known), int)
        for n, node in enumerate(nodes):
            held[label[n]] += node.pressure is not None
            known[label[n]] |= node.temperature is not None or node.inflow > 0.0
        for n, link in enumerate(links):
            known[label[h.start[n]]] |= link.loss > 0.0 or link.duty is not None
            heated[label[h.start[n]]] |= link.heat != 0.0
        lost = ~known & (held < 2) & heated
        for piece in np.flatnonzero(lost):
            name = h.node_names[int(np.flatnonzero(label == piece)[0])]
            h.notes.append(f"no temperatures around {name}: nothing there takes its heat away")
        return lost[label] if len(nodes) else np.zeros(0, bool)

    def _make(self, h: Hydraulics) -> None:
        """Arrays and launches."""
        be, links = h.backend, len(h.link_names)
        names = ("C", "m", "g", "Ta", "s", "k", "x", "A", "B", "X")
        a: dict[str, Any] = {name: be.zeros(links, np.float64) for name in names}
        a |= {name: be.zeros(len(self.temperature), np.float64) for name in ("T", "M", "S")}
        a["cells"], a["first"], a["other"] = be.upload(self.cells), be.upload(self.first), be.upload(self.other)
        a["start"], a["end"] = be.upload(h.start.astype(np.int32)), be.upload(h.end.astype(np.int32))
        across = np.maximum(self.other, 0)
        a["other_start"] = be.upload(h.start[across].astype(np.int32))
        a["other_end"] = be.upload(h.end[across].astype(np.int32))
        self._arrays = a
        given = [a[name] for name in ("C", "m", "g", "Ta", "s", "k", "x")]
        self._response = be.bind("link_response", links, a["first"], *given, a["cells"], a["A"], a["B"], a["X"])
        self._advance = be.bind("cell_heat", links, a["first"], a["start"], a["end"], a["other"], *given, a["T"], a["cells"])
        extra = []
        for n, o in enumerate(self.other):
            if o >= 0:
                extra += [(int(v), int(w)) for v in (h.end[n], h.start[n]) for w in (h.start[o], h.end[o])]
        ends = np.stack([h.start, h.end], axis=1)
        most = BLOCK if be.name != "cuda" else max(BLOCK, len(self.temperature))
        self._stores = [self._store(one) for one in batches(ends, extra, self._held.tolist(), most) if one.links.size]

    def _store(self, batch: Batch) -> _Store:
        be, a, pattern = self.hydraulics.backend, self._arrays, batch.pattern
        lanes = min(LANES.get(be.name, 1), batch.loops)
        blocks = -(-batch.loops // lanes) * lanes
        items, nodes = len(batch.start), len(batch.nodes)
        links = layout(batch.links, lanes)
        numbers = layout(batch.nodes, lanes)
        whole = be.zeros(blocks, np.int32)
        values = be.zeros(blocks * 2 * (pattern.unknowns + pattern.entries), np.float64)
        b = be.zeros(blocks * nodes, np.float64)
        shape = [batch.loops, lanes, items, nodes, pattern.unknowns, pattern.entries]
        place = [be.upload(one) for one in (links, numbers, batch.start, batch.end, batch.slot, self._across(batch))]
        factors = [be.upload(padded(one)) for one in (pattern.column, pattern.row)]
        target = be.upload(padded(pattern.target))
        factor = be.bind(
            "heat_factor", *shape, *place, *factors, target, a["other"], a["C"], a["M"], a["A"], a["X"], values, whole
        )
        solve = be.bind(
            "heat_solve", *shape, *place, *factors, a["other"], a["other_start"], a["other_end"], a["C"], a["S"],
            a["A"], a["B"], a["X"], values, b, a["T"],
        )  # fmt: skip
        return _Store(batch.loops, numbers, whole, factor, solve)

    def _across(self, batch: Batch) -> NDArray[np.int32]:
        """Where the leaving node of a link and the node that enters across its exchanger meet in the factor; see the kernel."""
        h, pattern = self.hydraulics, batch.pattern
        local = {int(v): n for n, v in enumerate(batch.nodes[:, 0])}
        found = np.full((len(batch.start), 4), -1, np.int32)
        for m, link in enumerate(batch.links[:, 0]):
            o = int(self.other[link])
            if o < 0:
                continue
            for way in range(4):
                row = int(batch.start[m] if way & 2 else batch.end[m])
                column = local[int(h.end[o] if way & 1 else h.start[o])]
                if max(row, column) < pattern.unknowns:
                    found[m, way] = -2 if row == column else 2 * pattern.between(row, column) + (column > row)
        return found.ravel()


def _cells(link: Any) -> int:
    if link.cells is not None:
        return int(link.cells)
    length = getattr(link.law, "length", 0.0)
    return max(1, min(10000, round(length / CELL)))
