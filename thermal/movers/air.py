"""Movers on the device: fans in the momentum rows, servers and coils in the temperature rows, each body one mover.

The curve of a part acts face by face, on the flow that the whole part would have if all of it went like this face. Each face is
then a small fan of its own, its slope stands in its own row alone, and the coefficients of the pressure equation know it; a curve
on the mean flow would couple all faces of a part with each other, in rows that cannot say so, and let air run backwards through
one half of a fan whose other half blows. Where the pressure is even over the part the two are the same; banks of small fans
(racks, fan walls) are this by nature, and plug fans behind a filter and a coil come near it.

All that lasts from pass to pass is float64 and small: heat of the tubes, speeds, what control adds. `arrays` and `restore` give
it to checkpoints and to the next grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from thermal.case.bodies import kinematic, resistance_at
from thermal.flow.domain import Domain, at_least_one
from thermal.movers.coil import Terminal
from thermal.movers.laws import Laws, mover_settings
from thermal.movers.laying import LaidPart
from thermal.state import State

GAIN = 0.3  # of the way that speed and trim of a mover go in one pass towards what they should be, at most
LAG = 2.0  # s in which they go two thirds of it in time: that of drives and valves, short against what a hall's air takes


@dataclass(frozen=True)
class Reading:
    """What movers do, whole hall, one row a body in the order of the case.

    sums       (bodies, 8) as of the kernel mover_sums: net flow, |flow|, ... m3/s of reference density, K m3/s
    response   (bodies, 8) as of mover_respond: effectiveness, water, fan rise, valve, coil heat, that of an open valve, power
    speed      (bodies,)      heat  K m3/s (tubes,) given to the air
    flow, enter, leave, rise   (tubes,) m3/s, K, K, m2/s2;  starts   (bodies + 1,) first tube of each body
    blows, is_inlet   bool (tubes,): behind a fan, not an open gap; whether what enters is a rack's inlet air
    """

    sums: np.ndarray
    response: np.ndarray
    speed: np.ndarray
    heat: np.ndarray
    flow: np.ndarray
    enter: np.ndarray
    leave: np.ndarray
    rise: np.ndarray
    starts: np.ndarray
    blows: np.ndarray
    is_inlet: np.ndarray

    @property
    def total_heat(self) -> float:
        """K m3/s given to the air."""
        return float(self.heat.sum())


class Movers:
    """All bodies of a placed case on one block."""

    def __init__(self, domain: Domain, state: State) -> None:
        placement = domain.placement
        self.domain, self.state = domain, state
        self.bodies = list(placement.case.bodies)
        self._order = {id(body): number for number, body in enumerate(self.bodies)}
        self.tubes = sorted(placement.tubes, key=lambda laid: self._order[id(laid.body)])
        self.count = sum(len(laid.area) for laid in self.tubes)
        self._rows: list[list[Any]] = [[], [], []]
        self._pushes: list[list[Any]] = [[], [], []]
        if not self.count:
            return
        backend = domain.backend
        n, bodies = self.count, len(self.bodies)
        ends = np.cumsum([0, *(len(laid.area) for laid in self.tubes)])
        self.first = {id(laid): int(begin) for laid, begin in zip(self.tubes, ends[:-1], strict=True)}
        counts = np.bincount(
            [self._order[id(laid.body)] for laid in self.tubes], [len(laid.area) for laid in self.tubes], minlength=bodies
        )
        self.starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        wide = partial(backend.zeros, dtype=np.float64)
        self.heat_, self.change_, self.flow_, self.enter_, self.leave_, self.rise_ = (wide((n,)) for _ in range(6))
        self.velocity_, self.ends_ = wide((n,)), wide((4 * n,))
        self.sums_, self.response_, self.trim_ = wide((8 * bodies,)), wide((8 * bodies,)), wide((bodies,))
        self.speed_ = backend.upload(np.array([body.speed for body in self.bodies]), np.float64)
        backend.store(np.array([0.5 if body.control == "return" else 0.0 for body in self.bodies]), self.trim_)
        self._bind_rows()
        self._bind_streams()
        self._bind_response()
        self._bind_heat()

    # -- momentum -------------------------------------------------------------------------------------------------
    def _bind_rows(self) -> None:
        """Fan rows of each axis, those of the block's own faces."""
        domain, state, backend = self.domain, self.state, self.domain.backend
        laws = Laws(self.tubes, self._order)
        tables = [backend.upload(at_least_one(values, float), np.float64) for values in (laws.q, laws.p, laws.m)]
        each = [backend.upload(values, np.float64) for values in (laws.c, laws.resistance, laws.chord, laws.area)]
        self._resistance_ = each[1]
        start_, own_ = backend.upload(laws.start, np.int32), backend.upload(laws.own, np.int32)
        for axis in range(3):
            mine = [(number, laid) for number, laid in enumerate(self.tubes) if laid.part.axis == axis]
            if not mine:
                continue
            face = np.concatenate([laid.face for _, laid in mine])
            here = domain.within(face)
            if not here.any():
                continue
            place = np.concatenate([self.first[id(laid)] + np.arange(len(laid.area)) for _, laid in mine])[here]
            law = np.concatenate([np.full(len(laid.area), number) for number, laid in mine])[here]
            sign = np.concatenate([np.full(len(laid.area), float(laid.part.sign)) for _, laid in mine])[here]
            area = np.concatenate([laid.area for _, laid in mine])[here]
            count, cell_ = int(here.sum()), backend.upload(domain.flat(face[here]), np.int64)
            push_ = backend.zeros((count,))
            gas = [state.face_density[axis]] if state.face_density else []
            self._rows[axis].append(
                backend.bind(
                    "fan_push_gas" if gas else "fan_push", count, cell_, backend.upload(law, np.int32),
                    backend.upload(place, np.int32), start_, *tables, *each, own_, self.speed_,
                    backend.upload(sign, np.float64), backend.upload(area, np.float64), state.true_velocity[axis], *gas,
                    state.extra, push_, self.rise_,
                )
            )  # fmt: skip
            self._pushes[axis].append(backend.bind("push_jets", count, cell_, push_, 0, state.inverse, state.rhs))

    def prepare(self, axis: int) -> None:
        """Add the slopes of the fans' and resistances' laws to the diagonal of the velocity along `axis`."""
        for launch in self._rows[axis]:
            launch()

    def push(self, axis: int) -> None:
        """Add their forces to the rows along `axis`, once these are assembled."""
        for launch in self._pushes[axis]:
            launch()

    # -- streams and what movers do about them ----------------------------------------------------------------------
    def _bind_streams(self) -> None:
        state, backend, n = self.state, self.domain.backend, self.count
        self._looks: list[Any] = []
        for axis in range(3):
            mine = [laid for laid in self.tubes if laid.part.axis == axis]
            for laid in mine:
                self._look(laid.face, self.first[id(laid)], state.velocity[axis], self.velocity_)
        for laid in self.tubes:
            for row, cell in enumerate((laid.before, laid.cells[:, 0], laid.cells[:, -1], laid.behind)):
                self._look(cell, row * n + self.first[id(laid)], state.T, self.ends_)
        at_head = np.concatenate([share_inside(laid, laid.before, 0) for laid in self.tubes])
        at_tail = np.concatenate([share_inside(laid, laid.behind, laid.cells.shape[1] - 1) for laid in self.tubes])
        sign = np.concatenate([np.full(len(laid.area), float(laid.part.sign)) for laid in self.tubes])
        area = np.concatenate([laid.area for laid in self.tubes])
        inlet = np.concatenate([np.full(len(laid.area), laid.part.is_inlet) for laid in self.tubes])
        self._streams = backend.bind(
            "tube_streams", n, backend.upload(sign, np.float64), backend.upload(area, np.float64), self.velocity_, self.ends_,
            backend.upload(at_head, np.float64), backend.upload(at_tail, np.float64), self.heat_, self.flow_, self.enter_,
            self.leave_,
        )  # fmt: skip
        self._sum = backend.bind(
            "mover_sums", len(self.bodies), backend.upload(self.starts, np.int32), self.flow_, self.enter_, self.leave_,
            self.rise_, backend.upload(inlet, np.int32), self.sums_,
        )  # fmt: skip

    def _look(self, cell: np.ndarray, first: int, field: Any, value: Any) -> None:
        """Note a launch that reads a field at those of some cells that the block owns."""
        domain, backend = self.domain, self.domain.backend
        here = domain.within(cell)
        if here.any():
            place = (first + np.arange(len(cell)))[here]
            cell_, place_ = backend.upload(domain.flat(cell[here]), np.int64), backend.upload(place, np.int32)
            self._looks.append(backend.bind("collect", int(here.sum()), cell_, place_, field, value))

    def _bind_response(self) -> None:
        backend = self.domain.backend
        case = self.domain.placement.case
        settings = np.concatenate([mover_settings(body, case.air) for body in self.bodies])
        knots = [knot for body in self.bodies for knot in body.speed_rule]
        first = np.cumsum([0, *(len(body.speed_rule) for body in self.bodies)])
        reference = case.air.reference_temperature
        tables = [
            backend.upload(at_least_one(np.array([T - reference for T, _ in knots]), float), np.float64),
            backend.upload(at_least_one(np.array([n for _, n in knots]), float), np.float64),
        ]
        self.settings_ = backend.upload(settings, np.float64)
        head = (len(self.bodies), self.sums_, self.settings_, backend.upload(first, np.int32), *tables)
        self._with_gain = partial(backend.bind, "mover_respond", *head, self.speed_, self.trim_, self.response_)
        self._respond, self._repeat = self._with_gain(GAIN), self._with_gain(0.0)

    def _bind_heat(self) -> None:
        domain, state, backend = self.domain, self.state, self.domain.backend
        air = domain.placement.case.air
        capacity = air.density * air.heat_capacity
        mover = np.concatenate([np.full(len(laid.area), self._order[id(laid.body)]) for laid in self.tubes])
        power = np.concatenate([laid.part.power / capacity * laid.area / laid.total_area for laid in self.tubes])
        most = np.concatenate([np.full(len(laid.area), laid.body.most_rise) for laid in self.tubes])
        self._heat = backend.bind(
            "tube_heat", self.count, backend.upload(mover, np.int32), self.flow_, self.enter_,
            backend.upload(power, np.float64), backend.upload(most, np.float64), self.response_, self.heat_, self.change_,
        )  # fmt: skip
        cells = np.concatenate([laid.cells[:, laid.heated] for laid in self.tubes])
        tube = np.arange(self.count)
        here = domain.within(cells)
        self._give, self._add = [], []
        if here.any():
            head = (
                int(here.sum()), backend.upload(domain.flat(cells[here]), np.int64), backend.upload(tube[here], np.int32),
            )  # fmt: skip
            self._give.append(backend.bind("body_heat", *head, self.heat_, state.source))
            self._add.append(backend.bind("body_heat_change", *head, self.change_, state.inverse, state.rhs))

    def _see(self) -> None:
        """Streams of all tubes and their sums, the same on every block."""
        for launch in self._looks:
            launch()
        if self.domain.comm.size > 1:
            self._share(self.velocity_, self.ends_, self.rise_)
        self._streams()
        self._sum()

    def _share(self, *arrays: Any) -> None:
        """Add what blocks have looked at; each entry belongs to one block and is zero on the others."""
        backend, comm = self.domain.backend, self.domain.comm
        seen = [backend.download(array) for array in arrays]
        mine = [np.where(self._owned(array), values, 0.0) for array, values in zip(arrays, seen, strict=True)]
        total = comm.sum(np.concatenate(mine))
        for array, values in zip(arrays, np.split(total, np.cumsum([len(v) for v in seen])[:-1]), strict=True):
            backend.store(values, array)

    def _owned(self, array: Any) -> np.ndarray:
        """Which entries of velocity_, ends_ or rise_ this block looks at."""
        if array is self.ends_:
            kinds = [
                np.concatenate([self.domain.within(cell) for cell in column])
                for column in (
                    [laid.before for laid in self.tubes], [laid.cells[:, 0] for laid in self.tubes],
                    [laid.cells[:, -1] for laid in self.tubes], [laid.behind for laid in self.tubes],
                )
            ]  # fmt: skip
            return np.concatenate(kinds)
        return np.concatenate([self.domain.within(laid.face) for laid in self.tubes])

    # -- temperature ----------------------------------------------------------------------------------------------
    def renew(self) -> None:
        """New heat of all tubes into the sources, before the temperature's rows are assembled."""
        if self.count:
            self._see()
            self._respond()
            self._heat()
            for launch in self._give:
                launch()

    def carry(self) -> None:
        """New heat from the present temperatures, its change carried into the finished rows."""
        if self.count:
            self._see()
            self._repeat()
            self._heat()
            for launch in self._add:
                launch()

    # -- what the host asks for -----------------------------------------------------------------------------------
    def read(self) -> Reading | None:
        """What all movers do with the air as it stands; the heat is that of the last rows. Waits for the device."""
        if not self.count:
            return None
        self._see()
        self._repeat()
        down = self.domain.backend.download
        return Reading(
            down(self.sums_).reshape(-1, 8), down(self.response_).reshape(-1, 8), down(self.speed_), down(self.heat_),
            down(self.flow_), down(self.enter_), down(self.leave_), down(self.rise_), self.starts,
            np.concatenate([np.full(len(laid.area), laid.part.fan is not None) for laid in self.tubes]),
            np.concatenate([np.full(len(laid.area), laid.part.is_inlet) for laid in self.tubes]),
        )  # fmt: skip

    def bind(self, step: float) -> None:
        """Fix the next steps in time, s: controls follow with their lag, however long a step is."""
        if self.count:
            self._respond = self._with_gain(min(GAIN, 1.0 - math.exp(-step / LAG)))

    # -- what others change while it runs ---------------------------------------------------------------------------
    def set_speed(self, label: str, speed: float) -> None:
        """Let the fans of a body ("crah.west") run at another speed from now on; at 0 its damper shuts.

        Raises   KeyError for no such body, ValueError for one whose speed follows its inlet
        """
        number = self.number(label)
        if self.bodies[number].speed_rule:
            raise ValueError(f"the speed of {label} follows its inlet temperature")
        backend = self.domain.backend
        speeds, resistances = backend.download(self.speed_), backend.download(self._resistance_)
        speeds[number] = speed
        for law, laid in enumerate(self.tubes):
            if laid.body is self.bodies[number]:
                resistances[law] = kinematic(resistance_at(laid.body, laid.part, speed))
        backend.store(speeds, self.speed_)
        backend.store(resistances, self._resistance_)

    def set_water(self, label: str, flow: float, temperature: float) -> None:
        """Give the coil of a body other water: flow in m3/s with the valve open, entering temperature in K. A liquid loop calls
        this with what it has and takes `terminals` back. Raises KeyError for no such coil."""
        number = self.number(label)
        coil = self.bodies[number].coil
        if coil is None:
            raise KeyError(f"{label} has no coil")
        backend, air = self.domain.backend, self.domain.placement.case.air
        settings = backend.download(self.settings_)
        settings[16 * number + 2] = coil.liquid_capacity * flow / (air.density * air.heat_capacity)
        settings[16 * number + 3] = temperature - air.reference_temperature
        backend.store(settings, self.settings_)

    def set_setpoint(self, label: str, temperature: float) -> None:
        """Let the control of a body's coil keep another temperature, K. Raises KeyError for no such body."""
        settings, place = self.domain.backend.download(self.settings_), 16 * self.number(label) + 7
        settings[place] = temperature - self.domain.placement.case.air.reference_temperature
        self.domain.backend.store(settings, self.settings_)

    def terminals(self) -> dict[str, Terminal]:
        """Water that each coil is given and heat that it gives back, by label. Waits for the device."""
        reading = self.read()
        if reading is None:
            return {}
        air = self.domain.placement.case.air
        capacity = air.density * air.heat_capacity
        rows = self.domain.backend.download(self.settings_).reshape(-1, 16)
        return {
            body.label: Terminal(
                body.label, float(row[2]) * capacity / body.coil.liquid_capacity, float(row[3]) + air.reference_temperature,
                capacity * float(response[4]), body.coil.liquid_capacity,
            )
            for body, row, response in zip(self.bodies, rows, reading.response, strict=True)
            if body.coil is not None
        }  # fmt: skip

    def number(self, label: str) -> int:
        """Place of a body in the order of the case. Raises KeyError naming those there are."""
        labels = [body.label for body in self.bodies]
        if label not in labels:
            raise KeyError(f"no {label}; there are {', '.join(labels) or 'none'}")
        return labels.index(label)

    def arrays(self) -> dict[str, np.ndarray]:
        """What lasts from pass to pass and does not depend on the grid (speed, trim), and the heat of this grid's tubes."""
        down = self.domain.backend.download
        return {"speed": down(self.speed_), "trim": down(self.trim_), "heat": down(self.heat_)} if self.count else {}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Take what `arrays` gave, on this grid or another: tubes of another grid begin without heat."""
        if not self.count or not arrays:
            return
        store = self.domain.backend.store
        store(arrays["speed"], self.speed_)
        store(arrays["trim"], self.trim_)
        if len(arrays["heat"]) == self.count:
            store(arrays["heat"], self.heat_)


def share_inside(laid: LaidPart, outside: np.ndarray, end: int) -> np.ndarray:
    """Part of a tube's heat that the air has taken up where its entering temperature is read: all of it where that is the tube's
    own end cell, the heated one; else nothing."""
    own = (outside == laid.cells[:, end]).all(axis=1)
    return np.where(own & (laid.heated == end), 1.0, 0.0)
