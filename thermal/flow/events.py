"""What changes during a run in time: values of objects as functions of time, and the objects' ways to take them.

An object takes part by a class here (or elsewhere) and a line in ACTORS: kind of the object as case files name it -> class with
`quantities`, the keys of [[event]] that it knows; `base(item, quantity)`, its value by the case; `take(quantity, value)`, which
stores a new one on the device; and `apply()`, launches at the start of every step, once the fields were carried ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from thermal.case.bodies import COOLERS, Body
from thermal.case.model import Case, Opening, Rack, Wall
from thermal.case.timeline import Event
from thermal.errors import CaseError
from thermal.flow.domain import inflow_turbulence
from thermal.loop.actor import KINDS as LOOPS
from thermal.loop.actor import LoopActor, machines_of
from thermal.movers.actor import MoverActor
from thermal.patches import Patch


class Faces:
    """The faces of one patch in the boundary lists of a block, to be written anew."""

    def __init__(self, flow: Any, index: int) -> None:
        domain, backend = flow.domain, flow.domain.backend
        self.backend, self.patch = backend, domain.placement.patches[index]
        self._parts = []
        for faces in domain.lists:
            places = np.flatnonzero(faces.patch == index)
            if not len(places):
                continue
            value_ = backend.zeros((len(places),))
            targets = {
                "temperature": (places, faces.temperature_), "energy": (places, faces.energy_),
                "dissipation": (places, faces.dissipation_),
            }  # fmt: skip
            launches = {
                name: backend.bind("scatter", len(places), backend.upload(where, np.int64), value_, array)
                for name, (where, array) in targets.items()
            }
            speed_ = backend.zeros((len(places),))
            where = backend.upload(faces.cell[places] + faces.normal_offset, np.int64)
            blow = backend.bind("scatter", len(places), where, speed_, flow.state.velocity[faces.axis])
            self._parts.append((faces, places, value_, launches, speed_, blow))

    def store(self, name: str, value: float) -> None:
        """Write one value to all faces: temperature (K above reference), energy, dissipation of what enters."""
        for faces, places, value_, launches, _, _ in self._parts:
            self.backend.fill(value_, value)
            launches[name]()
            if name == "temperature":
                faces.temperature[places] = value

    def set_flow(self, flow: float) -> None:
        """Air that enters through the patch from the next `blow` on, m3/s."""
        for _, _, _, _, speed_, _ in self._parts:
            self.backend.fill(speed_, self.patch.sign * flow / float(self.patch.area.sum()))

    def blow(self) -> None:
        """Give the faces their velocity."""
        for *_, launch in self._parts:
            launch()


class OpeningActor:
    """A supply or return: its flow with the turbulence and the jets that go with it, what enters, the pressure outside."""

    quantities = ("flow", "temperature", "pressure")

    def __init__(self, flow: Any, item: Opening) -> None:
        self.flow, self.item = flow, item
        patches = flow.domain.placement.patches
        self.index = next(i for i, patch in enumerate(patches) if patch.object is item)
        self.faces = Faces(flow, self.index)
        self.is_driven = False

    @staticmethod
    def base(item: Opening, quantity: str) -> float | None:
        """The value by the case; None where the opening has no such quantity."""
        if quantity == "pressure":
            return item.pressure if item.flow is None else None
        return item.flow if quantity == "flow" else item.temperature

    def take(self, quantity: str, value: float) -> None:
        """Store a new value."""
        domain = self.flow.domain
        if quantity == "temperature":
            self.faces.store("temperature", value - domain.placement.case.air.reference_temperature)
        elif quantity == "pressure":
            self.flow.boundary.set_pressure(self.index, value)
        else:
            self.is_driven = True
            inward = value if self.item.kind == "supply" else -value
            domain.patch_flow[self.index] = inward
            self.faces.set_flow(inward)
            k, epsilon = inflow_turbulence(self.faces.patch, inward)
            self.faces.store("energy", k)
            self.faces.store("dissipation", epsilon)
            self.flow.boundary.renew_jets()

    def apply(self) -> None:
        """Blow."""
        if self.is_driven:
            self.faces.blow()

    @staticmethod
    def changed(item: Opening, quantity: str, value: float) -> Opening:
        """The opening as it now is."""
        return replace(item, **{quantity: value})  # type: ignore[arg-type]


class RackActor:
    """A rack: its IT power, of which the liquid keeps its share, and its air flow. One in depth is a MoverActor."""

    quantities = ("power", "flow", "speed")

    def __init__(self, flow: Any, item: Rack) -> None:
        self.flow, self.item = flow, item
        patches = flow.domain.placement.patches
        self.sides = [(i, Faces(flow, i)) for i, patch in enumerate(patches) if patch.object is item]
        self.number = flow.domain.racks.index(item)
        self.is_driven = False

    @staticmethod
    def base(item: Rack, quantity: str) -> float | None:
        """The value by the case; None where the rack has no such quantity."""
        return {"power": item.power, "flow": item.flow}.get(quantity)

    def take(self, quantity: str, value: float) -> None:
        """Store a new value."""
        self.item = self.changed(self.item, quantity, value)
        if self.flow.loops is not None:  # what reaches the air comes with the loops' next step
            self.flow.loops.powers[self.item.name] = value
            return
        domain, racks = self.flow.domain, self.flow.racks
        air = domain.placement.case.air
        racks.rise[self.number] = self.item.air_power / (air.density * air.heat_capacity * self.item.flow)
        domain.backend.store(racks.rise, racks.rise_)
        if quantity == "flow":
            self.is_driven = True
            for index, faces in self.sides:
                inward = value if faces.patch.kind == "back" else -value
                domain.patch_flow[index] = inward
                faces.set_flow(inward)
                k, epsilon = inflow_turbulence(faces.patch, inward)
                faces.store("energy", k)
                faces.store("dissipation", epsilon)

    def apply(self) -> None:
        """Blow."""
        if self.is_driven:
            for _, faces in self.sides:
                faces.blow()

    @staticmethod
    def changed(item: Rack, quantity: str, value: float) -> Rack:
        """The rack as it now is."""
        return replace(item, **{quantity: value})  # type: ignore[arg-type]


class WallActor:
    """A warm or cold wall: its temperature, or its heat flux."""

    quantities = ("temperature", "heat_flux")

    def __init__(self, flow: Any, item: Wall) -> None:
        self.flow, self.item = flow, item
        patches = flow.domain.placement.patches
        self.index = next(i for i, patch in enumerate(patches) if patch.object is item)

    @staticmethod
    def base(item: Wall, quantity: str) -> float | None:
        """The value by the case; None where the wall has no such quantity."""
        return item.temperature if quantity == "temperature" else item.heat_flux

    def take(self, quantity: str, value: float) -> None:
        """Store a new value."""
        air = self.flow.domain.placement.case.air
        if quantity == "temperature":
            self.flow.boundary.walls.change(self.index, value - air.reference_temperature, per_area=False)
        else:
            self.flow.boundary.walls.change(self.index, value / (air.density * air.heat_capacity), per_area=True)

    def apply(self) -> None:
        """Nothing moves."""

    @staticmethod
    def changed(item: Wall, quantity: str, value: float) -> Wall:
        """The wall as it now is."""
        return replace(item, **{quantity: value})  # type: ignore[arg-type]


ACTORS: dict[str, Any] = {
    "supply": OpeningActor, "return": OpeningActor, "rack": RackActor, "wall": WallActor, **dict.fromkeys(COOLERS, MoverActor),
    **dict.fromkeys(LOOPS, LoopActor),
}  # fmt: skip


def actor_of(kind: str, item: Any) -> Any:
    """The class that changes an object."""
    return MoverActor if isinstance(item, Body) else ACTORS[kind]


def objects_of(case: Case) -> list[tuple[str, Any]]:
    """(kind, object) of everything that an event can name; of a rack in depth its body."""
    named: list[tuple[str, Any]] = [(opening.kind, opening) for opening in case.openings]
    named += [(body.kind, body) for body in case.bodies]
    solid = (("rack", rack) for rack in case.racks if not rack.is_through)
    return [*named, *solid, *(("wall", wall) for wall in case.walls), *machines_of(case)]


def named_by(event: Event, case: Case) -> list[tuple[str, Any]]:
    """(kind, object) of all that an event names."""
    kind, _, pattern = event.object.partition(".")
    return [(k, item) for k, item in objects_of(case) if k == kind and fnmatchcase(item.name, pattern)]


@dataclass
class Course:
    """One quantity of one object in time."""

    kind: str
    item: Any
    quantity: str
    start: float
    events: list[Event]

    def value(self, time: float) -> float:
        """At a time in s; what begins at that very moment has not begun."""
        value = self.start
        for event in self.events:
            if time > event.at:
                share = min((time - event.at) / event.ramp, 1.0) if event.ramp > 0.0 else 1.0
                value += share * (event.value - value)
        return value


def courses(case: Case) -> list[Course]:
    """The quantities that events move, each with its events in the order of time."""
    found: dict[tuple[str, str, str], Course] = {}
    for event in sorted(case.events, key=lambda one: one.at):
        for kind, item in named_by(event, case):
            start = actor_of(kind, item).base(item, event.quantity)
            course = found.setdefault(
                (kind, item.name, event.quantity), Course(kind, item, event.quantity, start if start is not None else 0.0, [])
            )
            course.events.append(event)
    return list(found.values())


class Events:
    """The events of a run on one block."""

    def __init__(self, flow: Any) -> None:
        self.case: Case = flow.domain.placement.case
        self.courses = courses(self.case)
        self._actors: dict[tuple[str, str], Any] = {}
        for course in self.courses:
            key = (course.kind, course.item.name)
            if key not in self._actors:
                self._actors[key] = actor_of(course.kind, course.item)(flow, course.item)
        self._held: list[float | None] = [course.start for course in self.courses]

    def breaks(self) -> list[float]:
        """Times in s at which anything begins or ends to change: steps end there."""
        times = {event.at for event in self.case.events} | {event.at + event.ramp for event in self.case.events}
        return sorted(time for time in times if time > 0.0)

    def jumps(self) -> list[float]:
        """Times in s of changes without a ramp, after which the past counts no more."""
        return sorted({event.at for event in self.case.events if event.ramp == 0.0})

    def set(self, time: float) -> None:
        """Give all objects the values that they have at a time in s."""
        for number, course in enumerate(self.courses):
            value = course.value(time)
            if value != self._held[number]:
                self._held[number] = value
                self._actors[course.kind, course.item.name].take(course.quantity, value)

    def apply(self) -> None:
        """What objects do at the start of a step, once the fields were carried ahead."""
        for actor in self._actors.values():
            actor.apply()

    def present(self, time: float) -> dict[tuple[str, str], Any]:
        """The objects that events changed, as they are at a time in s, by (kind, name)."""
        changed: dict[tuple[str, str], Any] = {}
        for course in self.courses:
            key = (course.kind, course.item.name)
            item = changed.get(key, course.item)
            changed[key] = actor_of(course.kind, course.item).changed(item, course.quantity, course.value(time))
        return changed


def _lack(kind: str, item: Any, quantity: str) -> str:
    if quantity == "speed" and isinstance(item, Body) and item.speed_rule:
        return f"the speed of {kind}.{item.name} follows its inlet temperature"
    depth = ", a rack in depth," if kind == "rack" and isinstance(item, Body) else ""
    return f"{kind}.{item.name}{depth} has no {quantity} to change"


def _given(kind: str, item: Any) -> str:
    """What can be changed of an object, in words."""
    actor = actor_of(kind, item)
    return ", ".join(name for name in actor.quantities if actor.base(item, name) is not None) or "another object"


def check_events(case: Case, relieved: Sequence[bool], patches: Sequence[Patch], region: np.ndarray) -> list[CaseError]:
    """Mistakes: a quantity that an object does not have, and a flow that changes where nothing takes up the difference.

    relieved   of each region by number - 1, whether it has a pressure opening
    """
    errors = []
    for event in case.events:
        for kind, item in named_by(event, case):
            label = f"{kind}.{item.name}"
            if actor_of(kind, item).base(item, event.quantity) is None:
                errors.append(
                    CaseError(event.source, f"event {event.name}: {_lack(kind, item, event.quantity)}", _given(kind, item))
                )
            elif kind == "rack" and event.quantity == "flow" and case.liquid is not None:
                what = f"event {event.name}: {label} stands in a hall with loops and cannot change its {event.quantity} yet"
                errors.append(CaseError(event.source, what, "a liquid_share in place of loops, or another event"))
            elif event.quantity == "flow":
                touched = [set(np.unique(region[tuple(p.cell.T)]).tolist()) for p in patches if p.object is item]
                inside = kind == "rack" and len(set.union(*touched)) == 1
                if not inside and not all(relieved[number - 1] for number in set.union(*touched)):
                    errors.append(
                        CaseError(
                            event.source, f"event {event.name}: nothing takes up the difference when the flow of {label} changes",
                            "an opening without a flow (a pressure opening) in the same air",
                        )
                    )  # fmt: skip
    return errors
