"""What events change of a body during a run in time: the speed of its fans, its setpoint, the water of its coil."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from thermal.case.bodies import Body

COOLER = ("speed", "setpoint", "water_temperature", "water_flow")


class MoverActor:
    """A cooler, or a rack in depth, as thermal/flow/events.py wants its objects."""

    quantities = COOLER

    def __init__(self, flow: Any, item: Body) -> None:
        self.movers, self.item = flow.movers, item

    @staticmethod
    def base(item: Body, quantity: str) -> float | None:
        """The value by the case; None where the body has no such quantity, or a rule that sets it."""
        if quantity == "speed":
            return item.speed if any(part.fan for part in item.parts) and not item.speed_rule else None
        if quantity == "setpoint":
            return item.setpoint if item.control != "none" else None
        if item.coil is None or item.coil.branch is not None or quantity not in COOLER:  # a loop's water is its answer
            return None
        return item.coil.water_temperature if quantity == "water_temperature" else item.coil.flow

    def take(self, quantity: str, value: float) -> None:
        """Store a new value."""
        self.item = self.changed(self.item, quantity, value)
        if quantity == "speed":
            self.movers.set_speed(self.item.label, value)
        elif quantity == "setpoint":
            self.movers.set_setpoint(self.item.label, value)
        elif self.item.coil is not None:
            coil = self.item.coil
            self.movers.set_water(self.item.label, coil.flow, coil.water_temperature)

    def apply(self) -> None:
        """Nothing is left to do at the start of a step: the kernels read what `take` stored."""

    @staticmethod
    def changed(item: Body, quantity: str, value: float) -> Body:
        """The body as it now is."""
        if quantity in ("speed", "setpoint"):
            return replace(item, **{quantity: value})  # type: ignore[arg-type]
        if item.coil is None:
            return item
        given = (
            {"water_temperature": value}
            if quantity == "water_temperature"
            else {"water_capacity": value * item.coil.liquid_capacity}
        )
        return replace(item, coil=replace(item.coil, **given))  # type: ignore[arg-type]
