"""Loops and air together: what the liquid does not take goes into the air, and the air at the racks goes back into the loops.

In a steady run the loops are brought to rest every so many iterations with the present temperatures at the racks' fronts, in a
run in time they take every step after the air (thermal/loop/in_time.py). Heat of chips that reaches the air, and heat of pipes
at the back, become part of what each rack blows out. Loops answer within milliseconds and depend weakly on the air, so the two
converge together without more iterations than the air alone takes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermal.case.model import Case, Rack
from thermal.loop.assembly import Assembly, assemble
from thermal.loop.in_time import OperationInTime
from thermal.loop.operation import Operation, RackAirSide

EVERY = 10  # iterations of the air between two exchanges
NEAR = 1e-4  # K: inlets that moved less since the last exchange change nothing that anybody could see
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

    def begin(self, flow: Any) -> None:
        """A new grid begins with the heat found so far."""
        flow.racks.set_heat(self.heat_to_air[self.boxes])

    def attend(self, flow: Any, inlets: NDArray[np.float64], iteration: int) -> None:
        """Let the loops answer, when it is time and the inlets (K above reference) moved."""
        if not np.isfinite(inlets).all():
            return
        if self.inlets is None or (iteration % EVERY == 0 and bool((np.abs(inlets - self.inlets) > NEAR).any())):
            self.exchange(inlets)
            flow.racks.set_heat(self.heat_to_air[self.boxes])

    def close(self, flow: Any, means: NDArray[np.float64] | None, is_settled: bool) -> None:
        """At the end loops and air agree to the last digit that matters: exchange and relax the temperature by turns.

        means   inlets of a flow that swings (K above reference), or None: those of the flow as it is, `is_settled` or not
        """
        for _ in range(MOST_CLOSING):
            inlets = flow.measure(0.0).inlets if means is None else means
            if not np.isfinite(inlets).all():
                return
            moved = self.exchange(inlets)
            flow.racks.set_heat(self.heat_to_air[self.boxes])
            if moved < CLOSED or means is not None or not is_settled:
                return
            flow.polish(1)

    def exchange(self, inlets: NDArray[np.float64]) -> float:
        """Bring the loops to rest with air of these temperatures at the racks.

        inlets    K above the case's reference (racks,)
        Returns   the largest move of a rack's heat to the air, as a share of its power.
        """
        self.operation.solve(self._sides(inlets))
        before, self.inlets = self.heat_to_air, inlets.copy()
        self.heat_to_air = np.array([self._to_air(rack) for rack in self.case.racks])
        self.exchanges += 1
        return float((np.abs(self.heat_to_air - before) / np.maximum(self.power, 1.0)).max(initial=0.0))

    def march(self, flow: Any, inlets: NDArray[np.float64], seconds: float) -> None:
        """Take the loops on by a step in time that the air has done, its inlets (K above reference) at the end of it; what they
        give the air is that of its next step."""
        self.operation.step(seconds, self._sides(inlets))
        self.inlets = inlets.copy()
        self.heat_to_air = np.array([self._to_air(rack) for rack in self.case.racks])
        flow.racks.set_heat(self.heat_to_air[self.boxes])

    def _sides(self, inlets: NDArray[np.float64]) -> dict[str, RackAirSide]:
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

    def coupled_case(self, case: Case) -> Case:
        """A case of this hall with the share of each rack's power that its loop carried off in the end."""
        racks = tuple(
            replace(rack, liquid_share=float(1.0 - heat / rack.power)) if rack.name in self.placed and rack.power else rack
            for rack, heat in zip(case.racks, self.heat_to_air, strict=True)
        )
        return replace(case, racks=racks)

    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """What a checkpoint keeps."""
        kept = {"heat_to_air": self.heat_to_air, "inlets": self.inlets if self.inlets is not None else np.zeros(0)}
        if self.operation.time > 0.0:
            kept |= {f"loops.{name}": values for name, values in self.operation.state().items()}
        return kept

    def restore(self, arrays: dict[str, Any]) -> None:
        """Go on from a checkpoint: in time as they were; else the loops come to rest with the inlets of their last exchange."""
        loops = {name.removeprefix("loops."): values for name, values in arrays.items() if name.startswith("loops.")}
        if loops:
            self.operation.restore(loops)
            self.inlets, self.heat_to_air = arrays["inlets"], arrays["heat_to_air"]
        elif len(arrays["inlets"]):
            self.exchange(arrays["inlets"])
            self.heat_to_air = arrays["heat_to_air"]


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
    return Uncoupled() if case.liquid is None else Coupling(case, assemble(case.liquid, case.racks))
