"""Loops and air together: what the liquid does not take goes into the air, and the air at the racks goes back into the loops.

In a steady run the loops are brought to rest every so many iterations with the present temperatures at the racks' fronts, in a
run in time they take every step after the air (thermal/loop/in_time.py). Heat of chips that reaches the air, and heat of pipes
at the back, become part of what each rack blows out. Loops answer within milliseconds and depend weakly on the air, so the two
converge together without more iterations than the air alone takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermal.case.bodies import Body
from thermal.case.model import Case, Rack
from thermal.loop.assembly import Assembly, assemble
from thermal.loop.coils import CoilAirSide
from thermal.loop.in_time import OperationInTime
from thermal.loop.operation import NO_COILS, TOLERANCE, Operation
from thermal.loop.settings import RackAirSide
from thermal.movers.coil_sides import air_sides

EVERY = 10  # iterations of the air between two exchanges
NEAR = 0.01  # K: inlets that moved less since the last exchange wait for the closing, which leaves nothing open
ROUGH = 1e-6  # share of itself by which a setting may still move while the air is on its way
HELD_AT = 1e-3  # K: a supply that the guard moves by less stays where it is
CLOSED, MOST_CLOSING = 1e-8, 6  # share of a rack's power by which the last exchange may move its heat; exchanges that may take


class Coupling:
    """The loops of a case beside its air.

    heat_to_air   W (racks,): what each rack gives to the air: its share of the power, what leaves its cold plates and pipes
    """

    def __init__(self, case: Case, assembly: Assembly) -> None:
        self.case, self.operation = case, OperationInTime(assembly)
        self.power = np.array([rack.power for rack in case.racks])
        self.heat_to_air = np.array([rack.air_power for rack in case.racks])
        self.placed = {place.rack.name for place in assembly.racks}
        air = case.air
        self.rate = np.array([air.density * air.heat_capacity * rack.flow for rack in case.racks])
        self.boxes = np.array([not rack.is_through for rack in case.racks], bool)  # those whose back the air model warms
        self.inlets: NDArray[np.float64] | None = None
        self.exchanges = 0
        self.coils = [place.body for place in assembly.coils]
        self.sides: dict[str, CoilAirSide] = {}  # air at the coils, as of the last exchange
        self.water: dict[str, tuple[float, float]] = {}  # by label: W/K with the valve open and K, as of it
        self._seen: NDArray[np.float64] | None = None

    def begin(self, flow: Any) -> None:
        """A new grid begins with the heat and the water found so far."""
        self._give(flow)

    def _give(self, flow: Any) -> None:
        """Tell the air what the loops answered."""
        flow.racks.set_heat(self.heat_to_air[self.boxes])
        for body in self.coils:
            if body.label in self.water and body.coil is not None:
                rate, entering = self.water[body.label]
                flow.movers.set_water(body.label, rate / body.coil.liquid_capacity, entering)

    def attend(self, flow: Any, inlets: NDArray[np.float64], iteration: int) -> None:
        """Let the loops answer, when it is time and the inlets (K above reference) moved."""
        if not np.isfinite(inlets).all():
            return
        if self.inlets is not None and iteration % EVERY:
            return
        sides = air_sides(flow.movers, self.coils)
        seen = np.concatenate([inlets, [value for one in sides.values() for value in _kelvins(one)]])
        if np.isfinite(seen).all() and (self._seen is None or bool((np.abs(seen - self._seen) > NEAR).any())):
            self._seen = seen
            self.exchange(inlets, sides, ROUGH)
            self._give(flow)

    def close(self, flow: Any, means: NDArray[np.float64] | None, is_settled: bool) -> None:
        """At the end loops and air agree to the last digit that matters: exchange and relax the temperature by turns.

        means   inlets of a flow that swings (K above reference), or None: those of the flow as it is, `is_settled` or not
        """
        for _ in range(MOST_CLOSING):
            inlets = flow.measure(0.0).inlets if means is None else means
            if not np.isfinite(inlets).all():
                return
            moved = self.exchange(inlets, air_sides(flow.movers, self.coils))
            self._give(flow)
            is_polished = means is None and is_settled
            if moved < CLOSED or not (is_polished or self.coils):
                break
            if is_polished:
                flow.polish(1)
        if self.coils and self.inlets is not None:
            self.exchange(self.inlets, air_sides(flow.movers, self.coils))
            self._give(flow)
            flow.movers.carry()  # the heat of the tubes is that of the water they have now

    def exchange(
        self, inlets: NDArray[np.float64], sides: Mapping[str, CoilAirSide] = NO_COILS, tolerance: float = TOLERANCE
    ) -> float:
        """Bring the loops to rest with air of these temperatures at the racks, and what coils see and ask for.

        inlets    K above the case's reference (racks,);   sides   by label of the body
        Returns   the largest move: of a rack's heat to the air, as a share of its power; of a coil's, as a share of its heat.
        """
        self.operation.solve(self._racks(inlets), sides, tolerance)
        before, self.inlets = self.heat_to_air, inlets.copy()
        self.heat_to_air = np.array([self._to_air(rack) for rack in self.case.racks])
        self.exchanges += 1
        moved = float((np.abs(self.heat_to_air - before) / np.maximum(self.power, 1.0)).max(initial=0.0))
        self.sides, self.water = dict(sides), dict(self.operation.coils.water())
        for place in self.operation.assembly.coils:
            heat, given = self.operation.coils.settings[place.name].heat, sides[place.body.label].heat
            moved = max(moved, abs(heat - given) / max(abs(heat), abs(given), 1.0))
        return moved

    def march(self, flow: Any, inlets: NDArray[np.float64], seconds: float) -> None:
        """Take the loops on by a step in time that the air has done, its inlets (K above reference) at the end of it; what they
        give the air is that of its next step."""
        self.sides = air_sides(flow.movers, self.coils)
        self.operation.step(seconds, self._racks(inlets), self.sides)
        self.inlets, self.water = inlets.copy(), dict(self.operation.coils.water())
        self.heat_to_air = np.array([self._to_air(rack) for rack in self.case.racks])
        self._give(flow)

    def _racks(self, inlets: NDArray[np.float64]) -> dict[str, RackAirSide]:
        reference = self.case.air.reference_temperature
        return {
            rack.name: RackAirSide(reference + float(inlet), float(rate))
            for rack, inlet, rate in zip(self.case.racks, inlets, self.rate, strict=True)
        }

    def _to_air(self, rack: Rack) -> float:
        if rack.name not in self.placed:
            return self.operation.power_of(rack) * (1.0 - rack.liquid_share)
        settings = self.operation.settings
        direct = self.operation.power_of(rack) * (1.0 - rack.liquid_share)
        return direct + settings.chips[rack.name].to_air + settings.lost[rack.name]

    def guard(self, dew_points: Mapping[str, float]) -> bool:
        """Let computed dew points (K, by CDU) guard the supplies from now on; returns whether one is held elsewhere for it."""
        before, plant = self.operation.plant, replace(self.operation.plant, computed=dict(dew_points))
        self.operation.plant = plant
        return any(abs(plant.guarded_supply(one) - before.guarded_supply(one)) > HELD_AT for one in plant.cdus)

    def coupled_case(self, case: Case) -> Case:
        """A case of this hall with the share of each rack's power that its loop carried off in the end."""
        racks = tuple(
            replace(rack, liquid_share=float(1.0 - heat / rack.power)) if rack.name in self.placed and rack.power else rack
            for rack, heat in zip(case.racks, self.heat_to_air, strict=True)
        )
        return replace(case, racks=racks, bodies=tuple(self._as_found(body) for body in case.bodies))

    def _as_found(self, body: Body) -> Body:
        """A body whose coil has the water that its loop gave it."""
        if body.label not in self.water or body.coil is None:
            return body
        rate, entering = self.water[body.label]
        return replace(body, coil=replace(body.coil, water_capacity=rate, water_temperature=entering))

    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """What a checkpoint keeps."""
        sides = [[one.flow, one.inlet, one.wanted, one.share, one.water, one.heat] for one in self.sides.values()]
        kept = {
            "heat_to_air": self.heat_to_air, "inlets": self.inlets if self.inlets is not None else np.zeros(0),
            "coils": np.array(sides).reshape(-1, 6), "water": np.array(list(self.water.values())).reshape(-1, 2),
        }  # fmt: skip
        if self.operation.time > 0.0:
            kept |= {f"loops.{name}": values for name, values in self.operation.state().items()}
        return kept

    def restore(self, arrays: dict[str, Any]) -> None:
        """Go on from a checkpoint: in time as they were; else the loops come to rest with the inlets of their last exchange."""
        loops = {name.removeprefix("loops."): values for name, values in arrays.items() if name.startswith("loops.")}
        if not loops and not len(arrays["inlets"]):
            return
        air, labels = self.case.air, [body.label for body in self.coils]
        capacity = air.density * air.heat_capacity
        rows = [(flow, capacity, *rest) for flow, *rest in arrays["coils"].tolist()]
        sides = {label: CoilAirSide(*row) for label, row in zip(labels, rows, strict=True)}
        if loops:
            self.operation.restore(loops)
            self.inlets, self.sides = arrays["inlets"], sides
        else:
            self.exchange(arrays["inlets"], sides)
        self.heat_to_air = arrays["heat_to_air"]
        self.water = {label: (rate, kelvin) for label, (rate, kelvin) in zip(labels, arrays["water"].tolist(), strict=True)}
        self._seen = np.concatenate([arrays["inlets"], [value for one in sides.values() for value in _kelvins(one)]])


def _kelvins(side: CoilAirSide) -> tuple[float, float, float]:
    """What a coil sees and asks for, in K of its air: inlet, what control takes out of it, share of the open valve."""
    stream = max(side.flow * side.capacity, 1e-9)
    return side.inlet, (side.wanted if np.isfinite(side.wanted) else side.heat) / stream, side.share


class Uncoupled:
    """A hall without loops: the same verbs, and nothing happens."""

    operation: Operation | None = None

    def begin(self, flow: Any) -> None:
        """Nothing."""

    def attend(self, flow: Any, inlets: NDArray[np.float64], iteration: int) -> None:
        """Nothing."""

    def close(self, flow: Any, means: NDArray[np.float64] | None, is_settled: bool) -> None:
        """Nothing."""

    def march(self, flow: Any, inlets: NDArray[np.float64], seconds: float) -> None:
        """Nothing."""

    def guard(self, dew_points: Mapping[str, float]) -> bool:
        """Nothing to hold."""
        return False

    def coupled_case(self, case: Case) -> Case:
        """The case as it is."""
        return case

    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """Nothing to keep."""
        return {}

    def restore(self, arrays: dict[str, Any]) -> None:
        """Nothing to restore."""


def couple(case: Case) -> Coupling | Uncoupled:
    """The coupling of a case with its loops, if it has any."""
    return Uncoupled() if case.liquid is None else Coupling(case, assemble(case.liquid, case.racks, case.bodies))
