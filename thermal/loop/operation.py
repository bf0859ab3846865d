"""A plant at work, steady: flows, temperatures and controls of all loops together, for given air at the racks.

Flows and temperatures are the network's; what no network knows is found here by repeating: heat of the chips that goes into the
coolant, valve flows, fan and pump speeds, viscosities and films at the present temperatures. A setting that its machine cannot
reach stays at its end, and the temperatures float.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from thermal.loop.apparatus import DRAUGHT
from thermal.loop.assembly import LEAST_FLOW, Assembly, CduPlace, CoolerPlace, RackPlace, effectiveness_of
from thermal.loop.coils import CoilAirSide, Coils
from thermal.loop.components.adiabatic_cooler import AdiabaticCooler, PadAir, WettedPad
from thermal.loop.components.chiller import published_chillers
from thermal.loop.components.films import film_factor
from thermal.loop.controls import SpeedControl, setting_for
from thermal.loop.heat import Heat
from thermal.loop.hydraulics import Hydraulics
from thermal.loop.links import Pump, Regulator
from thermal.loop.network import Link
from thermal.loop.plant_parts import TowerPlace
from thermal.loop.settings import IDEAL, Plates, RackAirSide, Settings, Sink

Floats = NDArray[np.float64]
TOLERANCE = 1e-11  # largest move of a setting, as a share of itself, in an answer
MOST_ROUNDS = 80
NO_COILS: Mapping[str, CoilAirSide] = MappingProxyType({})
OPEN = 20.0  # times the rated flow: a valve that asks for more is simply open


class Operation:
    """The loops of one hall. `solve` brings them to rest; called again it starts where it stood.

    assembly   the network and what stands on it;   settings   of its controls
    flow (links,) m3/s, pressure (nodes,) Pa, temperature (nodes,) K   of the last answer, in the network's order
    rounds     repetitions that the last answer took;   moved   share by which a setting still moved
    """

    def __init__(self, assembly: Assembly, friction: str = "colebrook") -> None:
        self.assembly, self.plant = assembly, assembly.plant
        self.settings = Settings()
        self._sinks: dict[str, Sink] = {one: Sink() for cooler in assembly.coolers for one in cooler.links}
        self._sinks |= {one.link: Sink() for one in assembly.towers}
        self._sinks |= {chiller.name: Sink() for chiller in assembly.chillers}
        self._plates = {f"{place.table.name}.exchanger": Plates(effectiveness_of(place.unit)) for place in assembly.cdus}
        exchangers = {name: replace(one, effectiveness=self._plates[name]) for name, one in assembly.network.exchangers.items()}
        self.coils = Coils(assembly.coils)
        network = replace(assembly.network.with_links(duty={**self._sinks, **self.coils.duties}), exchangers=exchangers)
        self.links: dict[str, Link] = dict(network.links)
        self.number = {name: place for place, name in enumerate(self.links)}
        self.node = {name: place for place, name in enumerate(network.nodes)}
        self.hydraulics = Hydraulics(network, friction)
        self.heat = Heat(self.hydraulics)
        self.rounds, self.moved = 0, np.inf
        self.most: dict[str, float] = {}  # machine -> largest speed, or share of a chiller, that an event leaves it
        self.stored = self.chips_stored = 0.0  # W that liquid and chips keep: none at rest
        self._valve_before: dict[str, float] = {}
        regions = [network.nodes[link.start].region for link in self.links.values()]
        self._fluids = [(one.fluid, np.array([name == one.name for name in regions])) for one in network.regions.values()]
        for cdu in assembly.cdus:
            self.settings.valve[cdu.table.name] = cdu.unit.facility_loss.flow
            held = cdu.table.differential_pressure
            self._begin_pump(cdu.table.name, cdu.table.speed, held)
        for facility in self.plant.facilities:
            self._begin_pump(facility.name, facility.speed, facility.differential_pressure)
        for cooler in assembly.coolers:
            self.settings.fans[cooler.table.name] = 1.0
            machine = cooler.machine
            self._cool(
                cooler.links, machine.heat / (machine.liquid_inlet - machine.air_inlet), machine.coil.warm, self.plant.dry_bulb
            )
        for tower in assembly.towers:
            self.settings.fans[tower.table.name] = 1.0
            rated = tower.table.heat * tower.table.count / (tower.table.liquid_inlet - tower.table.wet_bulb)
            self._cool([tower.link], rated, rated, tower.machine.wet_bulb)
        for chiller in assembly.chillers:
            place = self.number[chiller.name]
            rate = chiller.flow * float(self.heat.capacity[place])
            self._cool([chiller.name], IDEAL * rate, rate, self._supply(chiller.facility))

    @property
    def flow(self) -> Floats:
        """m3/s (links,)."""
        return self.hydraulics.flow

    @property
    def pressure(self) -> Floats:
        """Pa (nodes,)."""
        return self.hydraulics.pressure

    @property
    def temperature(self) -> Floats:
        """K (nodes,)."""
        return self.heat.temperature

    def at(self, node: str) -> float:
        """K at a node."""
        return float(self.temperature[self.node[node]])

    def through(self, link: str) -> float:
        """m3/s through a link."""
        return float(self.flow[self.number[link]])

    def rate(self, link: str) -> float:
        """W/K: flow x density x heat capacity of a link, >= 0."""
        place = self.number[link]
        return abs(float(self.flow[place])) * float(self.heat.capacity[place])

    def gained(self, link: str) -> float:
        """W that the liquid takes up on its way through a link; losses count negative."""
        place = self.number[link]
        start = self.links[link].start if self.flow[place] >= 0.0 else self.links[link].end
        return self.rate(link) * (float(self.heat.outlet()[place]) - self.at(start))

    def lost_by_stores(self) -> float:
        """W that buffer stores give to what stands around them."""
        lost = self.heat.lost()
        return sum(float(lost[self.number[table.name]]) for table in self.plant.stores)

    def fall(self, start: str, end: str) -> float:
        """Pa between two nodes."""
        return float(self.pressure[self.node[start]] - self.pressure[self.node[end]])

    def solve(
        self, air: Mapping[str, RackAirSide], coils: Mapping[str, CoilAirSide] = NO_COILS, tolerance: float = TOLERANCE
    ) -> None:
        """Bring all loops to rest with the air at racks (by name) and coils (by label of the body): no setting moves by more than
        `tolerance`, a share of itself."""
        self.coils.begin(coils)
        for self.rounds in range(1, MOST_ROUNDS + 1):
            self.hydraulics.solve()
            moves = [self._move_rack(rack, air[rack.rack.name]) for rack in self.assembly.racks]
            self._warm_pumps()
            self.heat.renew()
            self.heat.solve()
            self._thin()
            moves += [self.coils.move(self, one, coils[one.body.label]) for one in self.assembly.coils]
            moves += [self._move_valve(cdu) for cdu in self.assembly.cdus]
            moves += [self._move_cooler(cooler) for cooler in self.assembly.coolers]
            moves += [self._move_tower(tower) for tower in self.assembly.towers]
            moves += [self._move_chiller(chiller.name) for chiller in self.assembly.chillers]
            moves += [self._move_pump(name) for name in self.settings.speed]
            self.moved = max(moves, default=0.0)
            if self.moved < tolerance:
                break

    # -- racks ----------------------------------------------------------------------------------------------------
    def _move_rack(self, place: RackPlace, air: RackAirSide) -> float:
        """Heat of a rack's chips into its coolant, and the air around its pipes; returns the move as a share of its power."""
        rack, name = place.rack, place.rack.name
        power, direct = rack.power * rack.liquid_share, rack.power * (1.0 - rack.liquid_share)
        passing = air.inlet + 0.5 * direct / air.rate  # K, of the air at the plates: half warmed by what air cools alone
        number, link = self.number[place.link], self.links[place.link]
        before = float(self.heat.heat[number])
        inlet = self.at(link.start if self.through(place.link) >= 0.0 else link.end)
        chips = place.chips.steady(power, inlet, self.through(place.link), passing)
        self.settings.chips[name] = chips
        self.heat.heat[number] = chips.to_coolant
        lost = sum(-self.gained(one) for one in place.warm if self.links[one].loss > 0.0)
        self.settings.lost[name] = lost
        leaving = air.inlet + (direct + chips.to_air + lost) / air.rate
        moved = 0.0
        for one in place.warm:
            if self.links[one].loss > 0.0:
                moved = max(moved, abs(self.heat.ambient[self.number[one]] - leaving) / 100.0)
                self.heat.ambient[self.number[one]] = leaving
        return max(moved, abs(chips.to_coolant - before) / rack.power)

    # -- machines -------------------------------------------------------------------------------------------------
    def _move_valve(self, place: CduPlace) -> float:
        """Facility flow that holds a CDU's supply temperature; also its films at the present temperatures."""
        name, table = place.table.name, place.table
        hot, cold = f"{name}.plates", f"{name}.facility-plates"
        inlet, entering = self.at(f"{name}.discharge"), self._entering(place)
        means = 0.5 * (inlet + self.at(f"{name}.supply")), 0.5 * (entering + self.at(f"{name}.facility-out"))
        rated = place.unit.exchanger
        factors = (
            float(film_factor(place.liquid, means[0], rated.hot.mean)),
            float(film_factor(place.facility_liquid, means[1], rated.cold.mean)),
        )
        effectiveness = effectiveness_of(place.unit, *factors)
        plates = self._plates[f"{name}.exchanger"]
        plates.effectiveness, plates.factors = effectiveness, factors
        rate, capacity = self.rate(hot), float(self.heat.capacity[self.number[cold]])
        supply = self.plant.guarded_supply(table)
        coming = self._coming(place, supply)

        def heat(flow: float) -> float:
            facility = capacity * flow
            return float(effectiveness(rate, facility)) * min(rate, facility) * (coming - entering)

        old, full = self.settings.valve[name], place.unit.facility_loss.flow
        flow = setting_for(rate * (coming - supply), heat, LEAST_FLOW * full, OPEN * full, old)
        self.settings.valve[name], self._valve_before[name] = flow, old
        valve = self.links[f"{name}.valve"]
        assert isinstance(valve.law, Regulator)
        self.change(replace(valve, law=replace(valve.law, flow=flow)))
        return abs(flow - old) / max(flow, old)

    def _entering(self, place: CduPlace) -> float:
        """K of the facility's liquid that a CDU will get: what coolers are about to correct its valve must not correct too."""
        facility, here = place.table.facility, self.at(f"{place.table.name}.facility-open")
        return here + self._supply(facility) - self.at(f"{facility}.supply") if self._is_held(facility) else here

    def _coming(self, place: CduPlace, supply: float) -> float:
        """K that will come back to a CDU once it sends `supply`: the racks' rise stays."""
        name = place.table.name
        return supply + self.at(f"{name}.discharge") - self.at(f"{name}.supply")

    def _move_cooler(self, place: CoolerPlace) -> float:
        """Fan speed that holds the facility's supply temperature, and the coils' conductance at that speed."""
        table, machine, name = place.table, place.machine, place.table.name
        plant, old, wanted = self.plant, self.settings.fans[name], self._supply(table.facility)
        link = place.links[0]  # equal coolers in parallel have equal flows
        inlet, rate = self.at(self.links[link].start), self.rate(link)
        outlet = inlet + self.gained(link) / rate if rate > 0.0 else inlet
        air = self._cooler_air(place, old)
        ratio, coming = self._ahead(table.facility, inlet, outlet)
        rate *= ratio
        speed, across = 0.0, 0.0
        if rate > 0.0:
            speed = machine.speed_for(wanted, coming, rate, air.temperature, plant.outdoor_pressure, DRAUGHT, old)
            speed = min(speed, max(self.most.get(name, 1.0), DRAUGHT))
            across = machine.conductance_between_inlets(speed, air.temperature, rate, plant.outdoor_pressure)
        self.settings.fans[name], self.settings.pads[name] = speed, self._cooler_air(place, speed)
        return self._cool(place.links, across, rate, air.temperature)

    def _move_tower(self, place: TowerPlace) -> float:
        """Fan speed of towers that holds the facility's supply temperature, and the heat that they take at it."""
        wanted, link = self._supply(place.table.facility), self.links[place.link]
        inlet, rate = self.at(link.start), self.rate(place.link)
        outlet = inlet + self.gained(place.link) / rate if rate > 0.0 else inlet
        ratio = self._flow_ahead(place.table.facility)
        rate *= ratio
        coming = wanted + (inlet - outlet) / ratio  # as of a dry cooler
        wet = place.machine.wet_bulb
        speed, heat = 0.0, 0.0
        if rate > 0.0 and coming > wet:
            machine = replace(place.machine, outlet=wanted)
            speed = machine.setting(rate, coming)
            heat = machine.taken(rate, coming, speed)
        self.settings.fans[place.table.name] = speed
        return self._cool([place.link], heat / (coming - wet) if heat > 0.0 else 0.0, rate, wet)

    def _cool(self, names: Sequence[str], across: float, rate: float, ambient: float) -> float:
        """Let links give heat = across x (inlet - ambient); returns the move as a share."""
        moved = 0.0
        for one in names:
            sink = self._sinks[one]
            moved = max(moved, abs(sink.across - across) / max(across, sink.across, 1e-9 * rate, 1e-9))
            sink.across, sink.ambient = across, ambient
        return moved

    def _is_held(self, facility: str) -> bool:
        """Whether fans or chillers have power left to hold a facility's supply temperature."""
        fans = [
            DRAUGHT < self.settings.fans[one.table.name] < min(1.0, self.most.get(one.table.name, 1.0))
            for one in self.assembly.coolers
            if one.table.facility == facility
        ]
        fans += [
            DRAUGHT < self.settings.fans[one.table.name] < 1.0 for one in self.assembly.towers if one.table.facility == facility
        ]
        rest = [self.settings.chillers.get(one.name) for one in self.assembly.chillers if one.facility == facility]
        return any(fans) or any(point is None or 0.0 < point.part_load < 1.0 for point in rest)

    def _ahead(self, facility: str, inlet: float, outlet: float) -> tuple[float, float]:
        """Flow over its present one, and K at the coolers' inlet, once flow and supply are as wanted: the heat stays."""
        ratio = self._flow_ahead(facility)
        return ratio, self._supply(facility) + (inlet - outlet) / ratio

    def _flow_ahead(self, facility: str) -> float:
        """Flow of a facility with its valves as now set, over its flow as last solved: valves that were open stay as they are."""
        now, ahead = self.coils.flow_ahead(self, facility)
        for place in self.plant.on(facility):
            through, old = self.through(f"{place.name}.valve"), self._valve_before.get(place.name, 0.0)
            now += through
            ahead += self.settings.valve[place.name] if through > 0.999 * old else min(through, self.settings.valve[place.name])
        return min(max(ahead / now, 0.1), 10.0) if now > 0.0 else 1.0

    def _supply(self, facility: str) -> float:
        return next(one.supply for one in self.plant.facilities if one.name == facility)

    def _cooler_air(self, place: CoolerPlace, speed: float) -> PadAir:
        table, plant = place.table, self.plant
        if table.pads is None or plant.wet_bulb is None:
            return PadAir(plant.dry_bulb, 0.0, 0.0, 0.0)
        cooler = AdiabaticCooler(place.machine, WettedPad(table.pads, table.cycles), table.pads_above)
        return cooler.air(speed, plant.dry_bulb, plant.wet_bulb, plant.outdoor_pressure)

    def _move_chiller(self, name: str) -> float:
        """What a chiller takes so that its outlet is the facility's supply, as far as it can."""
        table = next(one for one in self.assembly.chillers if one.name == name)
        rate, supply = self.rate(name), self._supply(table.facility)
        machine = published_chillers()[chiller_name(table.model)]
        difference = self.at(self.links[name].start) - supply
        asked = max(0.0, rate * difference) / table.count
        if name in self.most:
            asked = min(asked, self.most[name] * machine.available(supply, self.plant.dry_bulb))
        point = machine.operate(asked, supply, self.plant.dry_bulb)
        self.settings.chillers[name] = point
        across = point.heat * table.count / difference if difference > 0.0 else 0.0
        return self._cool([name], min(across, IDEAL * rate), rate, supply)

    # -- pumps ----------------------------------------------------------------------------------------------------
    def _begin_pump(self, name: str, speed: float, held: float | None) -> None:
        link = self.links[f"{name}.pump"]
        assert isinstance(link.law, Pump)
        self.change(replace(link, law=replace(link.law, speed=speed)))
        if held is not None:
            self.settings.speed[name] = SpeedControl(held, speed, speed)

    def _move_pump(self, name: str) -> float:
        """Speed that holds the least differential pressure over racks or CDUs, and the racks' least flow."""
        control = self.settings.speed[name]
        moved = control.move(*self._asked_of_pump(name, control.speed))
        link = self.links[f"{name}.pump"]
        assert isinstance(link.law, Pump)
        self.change(replace(link, law=replace(link.law, speed=control.speed)))
        return moved

    def _asked_of_pump(self, name: str, speed: float) -> tuple[float, float]:
        """Pa that a control measures at this speed, and the speed that the racks' least flow asks for."""
        racks = [one for one in self.assembly.racks if one.cdu == name]
        tanks = [one.ends(self.links) for one in self.assembly.tanks if one.table.cdu == name]
        if racks or tanks:
            measured = min(self.fall(*ends) for ends in [*map(self.branch_ends, racks), *tanks])
            least = max((speed * self._lack(one) for one in racks), default=0.0)
        else:
            measured, least = min(self.fall(*nodes) for nodes in self.assembly.stations[name]), 0.0
        return measured, least

    def branch_ends(self, place: RackPlace) -> tuple[str, str]:
        """Nodes of the supply and the return manifold at a rack."""
        return self.links[f"{place.rack.name}.supply"].start, self.links[f"{place.rack.name}.return"].end

    def _lack(self, place: RackPlace) -> float:
        """Least flow of a rack over its flow; 0 where none is asked for."""
        plate = self.plant.plates[place.rack.type]
        flow = abs(self.through(place.link))
        return plate.least_flow * plate.plates / flow if plate.least_flow and flow > 0.0 else 0.0

    def pump_heat(self, name: str) -> float:
        """W that a unit's pumps give their liquid: flow x head, all of it friction somewhere in the loop."""
        return self._driven(f"{name}.pump")

    def single_pumps(self) -> dict[str, float]:
        """W, likewise, of each [[liquid_link]] that is a pump."""
        return {one.name: max(0.0, self._driven(one.name)) for one in self.plant.links if one.kind == "pump"}

    def _driven(self, name: str) -> float:
        link = self.links[name]
        return self.through(name) * -self.fall(link.start, link.end)

    def _warm_pumps(self) -> None:
        for name in (*(one.table.name for one in self.assembly.cdus), *(one.name for one in self.plant.facilities)):
            self.heat.heat[self.number[f"{name}.pump"]] = max(0.0, self.pump_heat(name))
        for name, heat in self.single_pumps().items():
            self.heat.heat[self.number[name]] = self.links[name].heat + heat

    # -- the network ----------------------------------------------------------------------------------------------
    def change(self, link: Link) -> None:
        """One link has another law or setting from now on."""
        self.links[link.name] = link
        self.hydraulics.change(link)

    def _thin(self) -> None:
        """Viscosities at the links' mean temperatures."""
        mean, viscosity = self.heat.mean(), np.empty(len(self.links))
        for fluid, here in self._fluids:
            viscosity[here] = fluid.viscosity(mean[here])
        self.hydraulics.set_viscosity(viscosity)


def chiller_name(model: str) -> str:
    """Name in the published data of a chiller as a case names it."""
    return next(name for name in published_chillers() if name.startswith(f"{model} "))
