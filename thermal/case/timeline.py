"""What a case says of time, as numbers: the span and its steps, probes, events. Times in s from the start of the span."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float, float]


@dataclass(frozen=True)
class TimeSpan:
    """How a run in time goes."""

    end: float  # s
    start: str = "steady"  # steady: from the hall's steady answer | rest: from the initial temperature, openings blowing
    step: float | None = None  # s; None: adapted to tolerance and largest_cfl
    largest_cfl: float = 5.0  # -, largest Courant number of an adapted step
    tolerance: float = 5e-3  # -, of the scales of speed and temperature, see thermal/flow/pace.py
    record_every: float | None = None  # s between two records of the fields; None: a twenty-fourth of the span
    average_from: float | None = None  # s; means from here to the end are the results; None: the last instant is


@dataclass(frozen=True)
class Probe:
    """A number that is followed: at a point, or of what crosses a surface."""

    name: str
    what: str  # temperature | velocity | pressure | flow
    at: Point | None = None  # m
    surface: str = ""  # "rack.A1", "supply.tiles", "return.ceiling"
    source: str = ""


@dataclass(frozen=True)
class Event:
    """Something changes: from `at` on a quantity of an object goes to a value, along a straight line that takes `ramp`."""

    name: str
    at: float  # s
    object: str  # "supply.crah-1"; * stands for any characters of a name
    quantity: str  # a key of thermal.flow.events.ACTORS of the object's kind
    value: float  # SI
    ramp: float = 0.0  # s
    source: str = ""
