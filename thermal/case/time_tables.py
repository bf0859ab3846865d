"""The tables of a run in time: [time], [[probe]], [[event]]; and what makes numbers of them (thermal/case/timeline.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from thermal.case import model
from thermal.case.fields import Corner, Name, Quantity, Table, setting
from thermal.case.lines import Path
from thermal.case.messages import listed, nearest
from thermal.case.movers import Speed
from thermal.case.timeline import Event, Probe, TimeSpan
from thermal.errors import quote
from thermal.units import (
    FLOW,
    HEAT_FLUX,
    NUMBER,
    POWER,
    PRESSURE,
    TEMPERATURE,
    TIME,
    UnitError,
    accepted_units,
)

Duration = Annotated[float, Quantity(TIME, above=0.0, high=1e7)]
Moment = Annotated[float, Quantity(TIME, low=0.0, high=1e7)]
AUTO = "auto"


def _read_step(value: object) -> float | None:
    if value is None or value == AUTO:
        return None
    try:
        return Quantity(TIME, above=0.0, high=1e5).read(value)
    except UnitError as error:
        raise UnitError(error.what, f'{accepted_units(TIME)}, or "{AUTO}"', error.fix) from error


STEP_UNITS = f'{accepted_units(TIME)}, or "{AUTO}"'
Step = Annotated[float | None, BeforeValidator(_read_step), WithJsonSchema({"type": "string", "x-unit": STEP_UNITS})]


class Time(Table):
    """A run in time in place of the steady hall. Without this table the steady answer is what is wanted."""

    end: Duration = setting(..., "Time at which the run ends; it begins at 0 s.")
    start: Literal["steady", "rest"] = setting(
        "steady",
        "What the hall is like at 0 s: settled, by a steady run before (its means where it never settles); or at rest at "
        "initial_temperature, openings and racks blowing.",
    )
    step: Step = setting(
        AUTO, "Time step; adapted to tolerance and largest_cfl where it is left to the solver.", shown=f'"{AUTO}"'
    )
    largest_cfl: Annotated[float, Quantity(NUMBER, above=0.0, high=50.0)] = setting(
        5.0, "Largest Courant number (outflow x step/volume of a cell) of an adapted step. Steps are implicit: above 1 is sound."
    )
    tolerance: Annotated[float, Quantity(NUMBER, low=1e-6, high=0.1)] = setting(
        5e-3,
        "Largest local error of an adapted step: what velocity and temperature leave the straight line through their last two "
        "values by, root mean square over the room, over the case's scales of speed and temperature.",
    )
    record_every: Duration | None = setting(
        None, "Time between two records of the fields, which pictures in time are made of.", shown="end/24"
    )
    average_from: Moment | None = setting(
        None, "Time from which means are taken; results are then these means, with their statistical errors.", shown="no means"
    )


class ProbeTable(Table):
    """A number that is followed in time. Give at or surface. Every rack's inlet and every opening are followed anyway."""

    name: Name = setting(..., "Name of the probe.")
    at: Corner | None = setting(None, "Point in the air; the value is that of the cell around it.", shown="none")
    surface: Annotated[str, Field(strict=True, max_length=80)] | None = setting(
        None, 'Rack or opening whose mean is followed: "rack.A1", "supply.NAME", "return.NAME".', shown="none"
    )
    what: Literal["temperature", "velocity", "pressure", "flow"] = setting(
        "temperature",
        "Temperature (of a surface: flow-weighted); speed (of a surface: flow over area); pressure at a point; flow through a "
        "surface.",
    )


class EventTable(Table):
    """Something changes during the run. Give one of flow, temperature, power, pressure, heat_flux, speed, setpoint,
    water_temperature, water_flow.

    A supply takes flow, temperature, pressure; a return flow, pressure; a rack power, flow, one in depth the speed of its fans; a
    wall temperature, heat_flux; a crah, fan_wall, in_row or rdhx speed, setpoint, water_temperature, water_flow: each where the
    object has that quantity already. Of the loops a cdu and a facility_loop take the speed of their pumps, a dry_cooler that of
    its fans, a chiller that of its compressors: the largest that their controls then have. Where the flow of an opening changes,
    its air needs an opening without a flow.
    """

    name: Name = setting(..., "Name of the event in reports.")
    at: Moment = setting(..., "Time at which the change begins.")
    object: Annotated[str, Field(strict=True, max_length=80)] = setting(
        ...,
        'What changes: "supply.NAME", or return, rack, wall, crah, fan_wall, in_row, rdhx, cdu, facility_loop, dry_cooler, '
        "chiller; * stands for any characters.",
    )
    flow: Annotated[float, Quantity(FLOW, low=0.0, high=1e6)] | None = setting(None, "New air flow.", shown="none")
    temperature: Annotated[float, Quantity(TEMPERATURE, low=200.0, high=400.0)] | None = setting(
        None, "New temperature of the air that enters, or of the wall.", shown="none"
    )
    power: Annotated[float, Quantity(POWER, low=0.0, high=1e9)] | None = setting(None, "New IT power of the rack.", shown="none")
    pressure: Annotated[float, Quantity(PRESSURE, low=-1e4, high=1e4)] | None = setting(
        None, "New static pressure behind the opening.", shown="none"
    )
    heat_flux: Annotated[float, Quantity(HEAT_FLUX, low=-1e5, high=1e5)] | None = setting(
        None, "New heat flux of the wall.", shown="none"
    )
    speed: Speed | None = setting(None, "New speed of the fans; at 0 a damper shuts.", shown="none")
    setpoint: Annotated[float, Quantity(TEMPERATURE, low=250.0, high=350.0)] | None = setting(
        None, "New temperature of the air that a cooler's valve keeps.", shown="none"
    )
    water_temperature: Annotated[float, Quantity(TEMPERATURE, low=250.0, high=370.0)] | None = setting(
        None, "New temperature of the water that enters a coil.", shown="none"
    )
    water_flow: Annotated[float, Quantity(FLOW, above=0.0, high=1e4)] | None = setting(
        None, "New water flow of a coil with its valve open.", shown="none"
    )
    ramp: Annotated[float, Quantity(TIME, low=0.0, high=1e6)] = setting("0 s", "Time that the change takes, in a straight line.")


EDDIES = ("smagorinsky", "wale")  # models of large-eddy simulation
QUANTITIES = (
    "flow", "temperature", "power", "pressure", "heat_flux", "speed", "setpoint", "water_temperature", "water_flow",
)  # fmt: skip


def build_span(tables: Any, flow: model.Flow | None) -> TimeSpan | None:
    """The span of a case, None for a steady one."""
    table: Time | None = tables.single.get("time")
    if table is None:
        if flow is not None and flow.turbulence.model in EDDIES and not tables.errors:
            what = f"{quote(flow.turbulence.model)} resolves eddies, which takes a run in time"
            tables.report(("flow", "turbulence"), what, "a [time] table, or k-epsilon")
        return None
    place = ("time",)
    if table.average_from is not None and table.average_from >= table.end:
        tables.report((*place, "average_from"), "means begin after the end", f"up to the end, {table.end:g} s")
    if table.record_every is not None and table.end / table.record_every > 1000.0:
        tables.report((*place, "record_every"), f"{table.end / table.record_every:.0f} records", "up to 1000 of the fields")
    if flow is not None and flow.density == "ideal-gas":
        tables.report(place, "a run in time has Boussinesq air", 'density = "boussinesq"')
    return TimeSpan(
        end=table.end, start=table.start, step=table.step, largest_cfl=table.largest_cfl, tolerance=table.tolerance,
        record_every=table.record_every, average_from=table.average_from,
    )  # fmt: skip


def build_probes(
    tables: Any, racks: Sequence[model.Rack], openings: Sequence[model.Opening], solids: Sequence[tuple[str, model.Box]],
    space: model.Box | None, whole: bool,
) -> list[Probe]:  # fmt: skip
    """The probes of a case; mistakes are noted.

    space   room and plenums together      whole   all racks and openings could be built, so that a missing name is a mistake
    """
    probes: list[Probe] = []
    surfaces = [f"rack.{rack.name}" for rack in racks] + [f"{opening.kind}.{opening.name}" for opening in openings]
    for path, table in tables.lists["probe"]:
        if tables.single.get("time") is None and not tables.errors:
            tables.report(path, "a probe follows a run in time", "add [time] with end")
        if table.name in {probe.name for probe in probes}:
            tables.report((*path, "name"), f"a second probe {quote(table.name)}", "each probe its own name")
        if (table.at is None) == (table.surface is None):
            tables.report(path, f"probe {table.name} is at no place, or at two", "at = [x, y, z], or surface")
        elif table.at is not None:
            _check_point(tables, path, table, solids, space)
        elif table.surface not in surfaces and whole:
            tables.report((*path, "surface"), f"no {quote(table.surface)}", listed(surfaces), nearest(table.surface, surfaces))
        if table.surface is not None and table.what == "pressure":
            tables.report((*path, "what"), "a surface has no pressure of its own", "temperature, velocity, flow")
        if table.at is not None and table.what == "flow":
            tables.report((*path, "what"), "a point has no flow", "temperature, velocity, pressure")
        at = (table.at[0], table.at[1], table.at[2]) if table.at else None
        probes.append(Probe(table.name, table.what, at, table.surface or "", tables.source(path)))
    return probes


def _check_point(tables: Any, path: Path, table: ProbeTable, solids: Sequence[tuple[str, model.Box]], space: Any) -> None:
    at = table.at or []
    if space is not None and any(not low <= x <= high for low, x, high in zip(space.low, at, space.high, strict=True)):
        tables.report((*path, "at"), f"probe {table.name} lies outside the room and its plenums", "a point in the air")
    for label, box in solids:
        if all(low < x < high for low, x, high in zip(box.low, at, box.high, strict=True)):
            tables.report((*path, "at"), f"probe {table.name} lies inside {label}", "a point in the air")


def build_events(tables: Any, names: Mapping[str, Sequence[str]], whole: bool) -> list[Event]:
    """The events of a case; mistakes are noted.

    names   of all objects by kind ("supply", "return", "rack", "wall", "crah" ...)      whole   all of them could be built
    """
    events: list[Event] = []
    if not tables.lists["event"]:
        return events
    from thermal.flow.events import ACTORS

    for path, table in tables.lists["event"]:
        if tables.single.get("time") is None and not tables.errors:
            tables.report(path, "an event is part of a run in time", "add [time] with end")
        given = [key for key in QUANTITIES if getattr(table, key) is not None]
        kind, _, pattern = table.object.partition(".")
        if kind not in ACTORS:
            accepted = ", ".join(f"{word}.NAME" for word in ACTORS)
            tables.report((*path, "object"), f"no kind of object {quote(kind)}", accepted, nearest(kind, ACTORS))
            continue
        if len(given) != 1:
            what = f"event {table.name} changes nothing" if not given else f"event {table.name} changes {' and '.join(given)}"
            tables.report(path, what, "one of " + ", ".join(ACTORS[kind].quantities))
            continue
        if given[0] not in ACTORS[kind].quantities:
            tables.report((*path, given[0]), f"a {kind} has no {given[0]} to change", ", ".join(ACTORS[kind].quantities))
        elif whole and not any(fnmatchcase(name, pattern) for name in names[kind]):
            there = listed(names[kind]) or f"this case has no {kind}"
            tables.report((*path, "object"), f"no {kind} {quote(pattern)}", there, nearest(pattern, names[kind]))
        span = tables.single.get("time")
        if span is not None and table.at >= span.end:
            tables.report((*path, "at"), f"event {table.name} begins after the end", f"before {span.end:g} s")
        value = float(getattr(table, given[0]))
        if given[0] == "flow" and kind == "rack" and value <= 0.0:
            tables.report((*path, "flow"), "a rack without air flow has no outlet temperature", "a flow above zero")
        events.append(Event(table.name, table.at, table.object, given[0], value, table.ramp, tables.source(path)))
    return events
