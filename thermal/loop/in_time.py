"""A plant in time: the machines and controls of thermal/loop/operation.py, each on its way, with what liquid and chips store.

Machines ask at every step what they would ask at rest, and go towards it with the lag of their drives; so a plant at rest stays
there. A step takes valves, coolers and pumps one after the other at the temperatures that the last one left, then flows where
something moved, then chips and all temperatures of the liquid, implicit. Events lower the largest speed of machines (`most`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from thermal.case.model import Rack
from thermal.loop.assembly import Assembly, CduPlace, RackPlace, effectiveness_of
from thermal.loop.coils import CoilAirSide
from thermal.loop.components.adiabatic_cooler import PadAir
from thermal.loop.components.chiller import ChillerPoint
from thermal.loop.components.chip import ChipHeat, ChipState
from thermal.loop.controls import LEAST_SPEED
from thermal.loop.heat import STILL
from thermal.loop.links import Pump, Regulator
from thermal.loop.network import Link
from thermal.loop.operation import NO_COILS, Operation
from thermal.loop.settings import RackAirSide

Floats = NDArray[np.float64]

PUMP_LAG = 2.0  # s in which a drive goes two thirds of its way, as that of fans (thermal/movers/air.py)
VALVE_LAG, STROKE = 5.0, 60.0  # s: of a facility valve's controller; from shut to its rated flow (usual actuators: 35 to 150 s)
COOLER_LAG = 10.0  # s: fans of dry coolers and the metal of their coils; compressors
LOOK = 1.0  # s between two looks of the controllers of valves, coolers and chillers
STANDS = 1e-9  # share of itself by which a setting moves and is left alone
WARMER = 0.1  # K: what warms by less keeps its viscosity, see thermal/loop/march.py


@dataclass(frozen=True)
class HeatFlows:
    """W of one step, of all loops together: what comes in from chips, pumps and single links, and where it goes."""

    chips: float  # power of what sits on cold plates
    pumps: float
    singles: float
    coils: float  # from the room's air
    to_air: float  # from plates and pipes
    outdoors: float
    stored: float  # in liquid
    chips_stored: float

    @property
    def left(self) -> float:
        """What does not add up."""
        out = self.to_air + self.outdoors + self.stored + self.chips_stored
        return self.chips + self.pumps + self.singles + self.coils - out


class OperationInTime(Operation):
    """The loops of one hall that go on in time from rest: `solve` brings them there, `step` takes them on.

    time   s since rest;   flows   of the last step, None before
    """

    _seconds = 0.0  # of the step in hand; 0 at rest

    def __init__(self, assembly: Assembly, friction: str = "colebrook") -> None:
        super().__init__(assembly, friction)
        self.time = 0.0
        self.flows: HeatFlows | None = None
        self.powers: dict[str, float] = {}  # W of racks that events give another power
        self._waited = 0.0  # s since controllers last looked
        self._moved = False  # whether flows must be found anew
        self._looked: Floats | None = None  # K of the cells when viscosities were last looked at
        self._rated = {f"{one.table.name}.valve": one.unit.facility_loss.flow for one in assembly.cdus}
        self._rated |= {name: one.flow for one in assembly.coils for name in (one.valve, one.bypass) if name}
        self._speeds = {one.table.name: one.table.speed for one in assembly.cdus}
        self._speeds |= {one.name: one.speed for one in self.plant.facilities}

    def step(self, seconds: float, air: Mapping[str, RackAirSide], coils: Mapping[str, CoilAirSide] = NO_COILS) -> None:
        """One step of so many s with the air at racks (by name) and coils (by label of the body). Raises as Hydraulics, Heat."""
        if self._looked is None:
            self._looked = self.heat.cells.copy()
        self._seconds, self._moved = seconds, False
        self._waited += seconds
        if self._waited >= LOOK * (1.0 - 1e-9):
            self._seconds, self._waited = self._waited, 0.0
            self._look(coils)
            self._seconds = seconds
        for name in self._speeds:
            self._run_pump(name)
        if np.abs(self.heat.cells - self._looked).max(initial=0.0) > WARMER:
            self._looked, self._moved = self.heat.cells.copy(), True
            self._thin()
        if self._moved:
            self.hydraulics.solve()
        chips = [self._warm_rack(place, air[place.rack.name]) for place in self.assembly.racks]
        self._warm_pumps()
        self.coils.take(self, coils)
        self.heat.renew()
        before = self.heat.temperature
        self.heat.step(seconds)
        self._hold(before)
        self._lose(air)
        self.coils.see(self)
        self.flows = self.count(sum(chips))
        self.time += seconds
        self._seconds = 0.0

    def _look(self, coils: Mapping[str, CoilAirSide]) -> None:
        """What controllers see and set, each in its turn."""
        for place in self.assembly.coils:
            self.coils.move(self, place, coils[place.body.label])
        for cdu in self.assembly.cdus:
            self._move_valve(cdu)
        for cooler in self.assembly.coolers:
            self._move_cooler(cooler)
        for tower in self.assembly.towers:
            self._move_tower(tower)
        for chiller in self.assembly.chillers:
            self._move_chiller(chiller.name)

    def power_of(self, rack: Rack) -> float:
        """W of a rack now."""
        return self.powers.get(rack.name, rack.power)

    # -- racks ----------------------------------------------------------------------------------------------------
    def _warm_rack(self, place: RackPlace, air: RackAirSide) -> float:
        """Plates and chips of a rack over the step; returns W that they store."""
        rack, name = place.rack, place.rack.name
        whole = self.power_of(rack)
        power, direct = whole * rack.liquid_share, whole * (1.0 - rack.liquid_share)
        link = self.links[place.link]
        inlet = self.at(link.start if self.through(place.link) >= 0.0 else link.end)
        passing = air.inlet + 0.5 * direct / air.rate
        state, rate = self.settings.chips[name].state, self.rate(place.link)
        chips = place.chips.advance(state, self._seconds, power, inlet, self.through(place.link), passing, rate)
        self.settings.chips[name] = chips
        self.heat.heat[self.number[place.link]] = chips.to_coolant
        return power - chips.to_coolant - chips.to_air

    def _hold(self, before: Floats) -> None:
        """A node that nothing flows through keeps its temperature: it holds no liquid, so that no equation gives it one."""
        h = self.hydraulics
        through = np.zeros(len(before))
        for ends in (h.start, h.end):
            np.maximum.at(through, ends, np.abs(h.flow))
        self.heat.temperature = np.where(through < STILL, before, self.heat.temperature)

    def _lose(self, air: Mapping[str, RackAirSide]) -> None:
        """What pipes gave to each rack's outgoing air, and how warm that air is around them from now on."""
        lost = self.heat.lost()
        for place in self.assembly.racks:
            name, side = place.rack.name, air[place.rack.name]
            self.settings.lost[name] = sum(float(lost[self.number[one]]) for one in place.warm)
            given = (
                self.power_of(place.rack) * (1.0 - place.rack.liquid_share)
                + self.settings.chips[name].to_air
                + self.settings.lost[name]
            )
            for one in place.warm:
                if self.links[one].loss > 0.0:
                    self.heat.ambient[self.number[one]] = side.inlet + given / side.rate

    def count(self, chips_stored: float) -> HeatFlows:
        """Where the heat of the last step went, with what chips stored, W."""
        settings, racks = self.settings, [place.rack for place in self.assembly.racks]
        self.stored, self.chips_stored = self.heat.ledger.stored, chips_stored
        to_air = sum(one.to_air for one in settings.chips.values()) + sum(settings.lost.values())
        baths = sum(one.power - one.room_heat for one in self.plant.tanks)
        outdoors = self.lost_by_stores() - sum(self.gained(name) for name in self._sinks)
        return HeatFlows(
            chips=sum(self.power_of(rack) * rack.liquid_share for rack in racks) + baths,
            pumps=sum(float(self.heat.heat[self.number[f"{name}.pump"]]) for name in self._speeds),
            singles=sum(link.heat for link in self.plant.links), coils=self.coils.taken(), to_air=to_air,
            outdoors=outdoors, stored=self.stored, chips_stored=chips_stored,
        )  # fmt: skip

    # -- what controllers see: the present, for what comes later comes later ------------------------------------------
    def _entering(self, place: CduPlace) -> float:
        return self.at(f"{place.table.name}.facility-open") if self._seconds else super()._entering(place)

    def _coming(self, place: CduPlace, supply: float) -> float:
        return self.at(f"{place.table.name}.discharge") if self._seconds else super()._coming(place, supply)

    def _ahead(self, facility: str, inlet: float, outlet: float) -> tuple[float, float]:
        return (1.0, inlet) if self._seconds else super()._ahead(facility, inlet, outlet)

    # -- machines on their way --------------------------------------------------------------------------------------
    def _share(self, lag: float) -> float:
        return 1.0 - math.exp(-self._seconds / lag) if self._seconds else 1.0

    def change(self, link: Link) -> None:
        """At rest as wanted; in time valves go by their stroke, and what hardly moves stays."""
        if self._seconds:
            before = self.links[link.name].law
            if isinstance(link.law, Regulator) and isinstance(before, Regulator):
                link = replace(link, law=replace(link.law, flow=self._stroked(link.name, before.flow, link.law.flow)))
            if link.law == before:
                return
            self._moved = True
        super().change(link)

    def _stroked(self, name: str, old: float, wanted: float) -> float:
        """m3/s that a valve lets through at the end of the step; one that is open closes from what passes it."""
        if abs(wanted - old) <= STANDS * old:
            return old
        begin = old if wanted >= old else min(old, max(abs(self.through(name)), wanted))
        most = self._rated.get(name, old) * self._seconds / STROKE
        move = self._share(VALVE_LAG) * (wanted - begin)
        return begin + min(max(move, -most), most)

    def _cool(self, names: Sequence[str], across: float, rate: float, ambient: float) -> float:
        """Heat of coolers and chillers follows what is asked of them; what is asked of no flow waits for it."""
        if self._seconds and names:
            old = self._sinks[names[0]].across
            across = old if rate <= 0.0 else old + self._share(COOLER_LAG) * (across - old)
        return super()._cool(names, across, rate, ambient)

    def _run_pump(self, name: str) -> None:
        """Pumps follow their control, or run at their speed, as far as events let them; a drive starts at its lowest speed."""
        link = self.links[f"{name}.pump"]
        assert isinstance(link.law, Pump)
        now, most, control = link.law.speed, self.most.get(name, self._speeds[name]), self.settings.speed.get(name)
        wanted = self._speeds[name]
        if control is not None and now >= LEAST_SPEED:
            control.speed = now
            control.move(*self._asked_of_pump(name, now))
            wanted = control.speed
        speed = now if abs(wanted - now) <= STANDS * now else now + self._share(PUMP_LAG) * (wanted - now)
        speed = min(max(speed, LEAST_SPEED), most)
        if control is not None:
            control.speed = max(speed, LEAST_SPEED)
        self.change(replace(link, law=replace(link.law, speed=speed)))

    # -- to be kept -----------------------------------------------------------------------------------------------
    def state(self) -> dict[str, Floats]:
        """Everything that the next step needs, as arrays of float64."""
        h, heat, settings, laws = self.hydraulics, self.heat, self.settings, [one.law for one in self.links.values()]
        setting = [law.flow if isinstance(law, Regulator) else law.speed if isinstance(law, Pump) else np.nan for law in laws]
        before = [control._before or (np.nan, np.nan) for control in settings.speed.values()]
        rows = {
            "time": [self.time, self._waited], "flow": h.flow, "pressure": h.pressure, "viscosity": h.laws.viscosity,
            "temperature": heat.temperature, "cells": heat.cells, "ambient": heat.ambient, "heat": heat.heat,
            "looked": heat.cells if self._looked is None else self._looked, "setting": setting,
            "sinks": [(one.across, one.ambient) for one in self._sinks.values()],
            "valve": list(settings.valve.values()), "valve_before": [self._valve_before.get(one, 0.0) for one in settings.valve],
            "fans": list(settings.fans.values()), "lost": list(settings.lost.values()),
            "pads": [astuple(one) for one in settings.pads.values()],
            "chillers": [astuple(one) for one in settings.chillers.values()],
            "chips": [(one.to_coolant, one.to_air, one.state.case, one.state.junction) for one in settings.chips.values()],
            "speed": [(one.speed, one._gain, *pair) for one, pair in zip(settings.speed.values(), before, strict=True)],
            "films": [one.factors for one in self._plates.values()], "stored": [self.stored, self.chips_stored],
            "coils": [astuple(one) for one in self.coils.settings.values()],
        }  # fmt: skip
        return {name: np.array(values, float) for name, values in rows.items()}

    def restore(self, state: Mapping[str, Floats]) -> None:
        """Go on from what `state` gave, of the same plant; the steps that follow have the same bits."""
        h, heat, settings = self.hydraulics, self.heat, self.settings
        for number, (name, link) in enumerate(list(self.links.items())):
            setting, law = float(state["setting"][number]), link.law
            if isinstance(law, Regulator):
                law = replace(law, flow=setting)
            elif isinstance(law, Pump):
                law = replace(law, speed=setting)
            self.links[name] = replace(link, law=law)
            h.change(self.links[name])
        h.set_viscosity(state["viscosity"])
        h.go_on(state["flow"], state["pressure"])
        heat.temperature, heat.cells = state["temperature"].copy(), state["cells"].copy()
        heat.ambient[:], heat.heat[:] = state["ambient"], state["heat"]
        self._looked = state["looked"].copy()
        self.time, self._waited = state["time"].tolist()
        for sink, (across, ambient) in zip(self._sinks.values(), state["sinks"].tolist(), strict=True):
            sink.across, sink.ambient = across, ambient
        settings.valve = dict(zip(settings.valve, state["valve"].tolist(), strict=True))
        self._valve_before = dict(zip(settings.valve, state["valve_before"].tolist(), strict=True))
        settings.fans = dict(zip(settings.fans, state["fans"].tolist(), strict=True))
        racks = [place.rack.name for place in self.assembly.racks]
        settings.lost = dict(zip(racks, state["lost"].tolist(), strict=True))
        coolers = [one.table.name for one in self.assembly.coolers]
        settings.pads = {name: PadAir(*row) for name, row in zip(coolers, state["pads"].tolist(), strict=True)}
        chillers = [one.name for one in self.assembly.chillers]
        settings.chillers = {
            name: ChillerPoint(row[0], row[1], row[2], row[3], bool(row[4]))
            for name, row in zip(chillers, state["chillers"].tolist(), strict=True)
        }
        settings.chips = {
            name: ChipHeat(row[0], row[1], ChipState(row[2], row[3]))
            for name, row in zip(racks, state["chips"].tolist(), strict=True)
        }
        for control, (speed, gain, *before) in zip(settings.speed.values(), state["speed"].tolist(), strict=True):
            control.speed, control._gain = speed, gain
            control._before = None if math.isnan(before[0]) else (before[0], before[1])
        for cdu, (hot, cold) in zip(self.assembly.cdus, state["films"].tolist(), strict=True):
            plates = self._plates[f"{cdu.table.name}.exchanger"]
            plates.effectiveness, plates.factors = effectiveness_of(cdu.unit, hot, cold), (hot, cold)
        self.stored, self.chips_stored = state["stored"].tolist()
        self.coils.restore(state["coils"])
