"""Coils of the air side at work on their loops: what each takes from its air, and what its valve lets through for that.

The air side says what air it sees and what its control asks for; the liquid that arrives is the loop's. Heat is that of the same
formulas on both sides (effectiveness by number of transfer units), so that the two agree once both stand still.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from thermal.case.bodies import Coil
from thermal.loop.coil_places import CoilPlace
from thermal.loop.links import Regulator
from thermal.movers.coil import coil_heat, valve_share

if TYPE_CHECKING:
    from thermal.loop.operation import Operation

LEAST_FLOW = 1e-4  # of the design flow, through a shut valve: class IV of IEC 60534-4:2006
SLACK = 1.001  # times the heat that its present flow allows
OPEN = 1.0 - 1e-9  # of the heat with the valve open
REACHED = 1.0 - 1e-9  # of the flow a valve is set to: below, the valve is open


@dataclass(frozen=True)
class CoilAirSide:
    """What the room's air is at a coil, and what its control asks for.

    flow     m3/s of reference density, all of it   capacity   J/(m3 K) of it   inlet   K
    wanted   W that supply control asks for; infinite without one
    share    of the open coil's heat that return control asks for; 1 without one
    water    W/K of liquid with the valve open that the air side was given last: the open coil's that `share` counts from
    heat     W that the air gives now
    """

    flow: float
    capacity: float
    inlet: float
    wanted: float = math.inf
    share: float = 1.0
    water: float = 0.0
    heat: float = 0.0

    def open_heat(self, coil: Coil, water: float, entering: float) -> float:
        """W with the valve open, from a capacity flow of liquid (W/K) that enters at K."""
        given = replace(coil, water_capacity=water, water_temperature=entering)
        return coil_heat(given, self.capacity * self.flow, self.flow, self.inlet)


@dataclass
class CoilDuty:
    """Heat of a coil into the liquid of its link: what its control asks for, as far as the coil can.

    A flow that is not yet what the valve was set to may be short by SLACK and still carry what control asks for.
    """

    coil: Coil
    is_controlled: bool
    air: CoilAirSide | None = None
    slack: float = 1.0  # times its heat at the present flow: SLACK while a valve throttles, 1 where it is open

    def __call__(self, rate: float, entering: float) -> tuple[float, float]:
        """W into the liquid, and its slope in W/K by the entering temperature, at W/K and K."""
        air = self.air
        if air is None or rate <= 0.0:
            return 0.0, 0.0
        heat = full = air.open_heat(self.coil, rate, entering)
        if self.is_controlled and math.isfinite(air.wanted):
            heat = min(max(air.wanted, 0.0), self.slack * full) if full > 0.0 else 0.0
            if heat == air.wanted or heat == 0.0:
                return heat, 0.0
        elif self.is_controlled:
            heat = air.share * air.open_heat(self.coil, air.water or rate, entering)
            heat = min(heat, self.slack * full) if full > 0.0 else max(heat, full)
        difference = air.inlet - entering
        return heat, -max(0.0, heat / difference) if abs(difference) > 1e-9 else 0.0


@dataclass
class CoilSetting:
    """Where a coil stands: m3/s that valve and way round are set to, W, W/K and K of the liquid that the air side is given.

    most   m3/s that the open branch would let through, which `water` counts      room   m3/s that the way round may take at most
    """

    asked: float
    around: float
    room: float
    most: float
    heat: float = 0.0
    water: float = 0.0
    entering: float = 293.15
    is_open: bool = True


class Coils:
    """All coils of an operation. `settings` by name of the body, `duties` by link."""

    def __init__(self, places: tuple[CoilPlace, ...]) -> None:
        self.places = places
        self.sides: Mapping[str, CoilAirSide] = {}  # of the last answer, by label
        self.duties = {place.link: CoilDuty(place.coil, bool(place.valve)) for place in places}
        self.settings = {place.name: CoilSetting(place.flow, LEAST_FLOW * place.flow, place.flow, place.flow) for place in places}

    def begin(self, sides: Mapping[str, CoilAirSide]) -> None:
        """Before the loops are brought to rest with this air: every way round may take what it likes again."""
        self.sides = sides
        for place in self.places:
            self.settings[place.name].room = place.flow

    def move(self, operation: Operation, place: CoilPlace, air: CoilAirSide) -> float:
        """Heat of a coil and flow of its valve at the present flows and temperatures; returns the move as a share."""
        coil, now = place.coil, self.settings[place.name]
        number = operation.number[place.link]
        capacity, passing = float(operation.heat.capacity[number]), operation.through(place.link)
        link = operation.links[place.link]
        entering = operation.at(link.start if passing >= 0.0 else link.end)
        passing = max(abs(passing), LEAST_FLOW * place.flow)
        now.is_open = not place.valve or passing < REACHED * now.asked or now.asked >= place.flow
        most = passing if now.is_open else max(place.passes(operation.fall(*place.mains)), now.asked)
        duty = self.duties[place.link]
        duty.air, duty.slack = air, 1.0 if now.is_open else SLACK
        heat, _ = duty(capacity * passing, entering)
        full = air.open_heat(coil, capacity * most, entering)
        stream = 1e-6 * air.capacity * air.flow * max(abs(air.inlet - entering), 1.0)
        moved = abs(heat - now.heat) / max(abs(heat), abs(now.heat), stream, 1e-6)
        if place.valve:
            moved = max(moved, self._set_valve(operation, place, air, min(heat, full), full, capacity, entering, most))
        now.most, now.heat, now.water, now.entering = most, heat, capacity * most, entering
        return moved

    def _set_valve(
        self, operation: Operation, place: CoilPlace, air: CoilAirSide, heat: float, full: float, capacity: float,
        entering: float, most: float,
    ) -> float:  # fmt: skip
        """Flow through the coil that gives the heat, and round it what is left; returns the move as a share."""
        now, design, coil = self.settings[place.name], place.flow, place.coil
        wanted = heat if heat < OPEN * full else max(heat, min(air.wanted, air.open_heat(coil, capacity * design, entering)))
        given = replace(coil, water_capacity=capacity * design, water_temperature=entering)
        share = valve_share(given, air.capacity * air.flow, air.flow, air.inlet, wanted) if full > 0.0 else 0.0
        if full <= 0.0 and air.share < 1.0:  # air that the liquid warms: return control lets through its share
            share = air.share
        old, now.asked = now.asked, max(share, LEAST_FLOW) * design
        self._change(operation, place.valve, now.asked)
        moved = abs(now.asked - old) / max(now.asked, old)
        if place.bypass:
            passing, spare = abs(operation.through(place.link)), abs(operation.through(place.bypass))
            if passing < REACHED * old and now.around > LEAST_FLOW * design:  # the way round takes what the coil needs
                left = spare - max(old - passing, 0.01 * design)
                now.room = min(now.room, max(left, LEAST_FLOW * design))
            around = min(max(most - now.asked, LEAST_FLOW * design), now.room)
            moved = max(moved, abs(around - now.around) / design)
            now.around = around
            self._change(operation, place.bypass, around)
        return moved

    @staticmethod
    def _change(operation: Operation, name: str, flow: float) -> None:
        link = operation.links[name]
        assert isinstance(link.law, Regulator)
        operation.change(replace(link, law=replace(link.law, flow=flow)))

    def flow_ahead(self, operation: Operation, facility: str) -> tuple[float, float]:
        """m3/s of a facility's coils now, and with their valves as now set; valves that were open stay as they are."""
        now = ahead = 0.0
        for place in self.places:
            if place.loop != facility:
                continue
            through = abs(operation.through(place.link))
            now += through
            setting = self.settings[place.name]
            ahead += through if setting.is_open and setting.asked >= place.flow else setting.asked
            if place.bypass:
                now += abs(operation.through(place.bypass))
                ahead += setting.around
        return now, ahead

    def take(self, operation: Operation, sides: Mapping[str, CoilAirSide]) -> None:
        """A step in time: the liquid of each coil gets the heat that the air gives, so that none is lost between them."""
        self.sides = sides
        for place in self.places:
            self.duties[place.link].air = None
            operation.heat.heat[operation.number[place.link]] = self.settings[place.name].heat = sides[place.body.label].heat

    def see(self, operation: Operation) -> None:
        """After a step in time: the liquid that the air's next step finds with the valves open."""
        for place in self.places:
            now, passing = self.settings[place.name], abs(operation.through(place.link))
            link = operation.links[place.link]
            now.most = passing if now.is_open else max(place.passes(operation.fall(*place.mains)), passing)
            now.entering = operation.at(link.start if operation.through(place.link) >= 0.0 else link.end)
            now.water = float(operation.heat.capacity[operation.number[place.link]]) * now.most

    def taken(self) -> float:
        """W that the air gave in the last step in time."""
        return sum(one.heat for one in self.settings.values())

    def restore(self, rows: NDArray[np.float64]) -> None:
        """Settings as a checkpoint kept them, a row each, in the order of their fields."""
        for place, row in zip(self.places, rows.tolist(), strict=True):
            *numbers, is_open = row
            self.settings[place.name] = replace(CoilSetting(*numbers), is_open=bool(is_open))

    def water(self) -> Mapping[str, tuple[float, float]]:
        """By label of the body: W/K of liquid with the valve open, and K at which it enters."""
        return {place.body.label: (self.settings[place.name].water, self.settings[place.name].entering) for place in self.places}
