"""Immersion tanks: boards in a stirred dielectric, cooled through a loop's exchanger or by its own stream."""

from __future__ import annotations

from dataclasses import dataclass

from thermal.fluids.liquids import Liquid


@dataclass(frozen=True)
class TankHeat:
    """W into the stream and into the room (means over a step), bulk temperature of the bath K."""

    to_stream: float
    to_room: float
    bath: float


@dataclass(frozen=True)
class ImmersionTank:
    """A single-phase bath, mixed by its circulation.

    M c dT/dt = P - m c_p (T - T_in) - U (T - T_room);  surface = T + P R

    volume            m3 of bath;   liquid  the dielectric;   reference  K at which its properties are taken
    boards_capacity   J/K of boards and tank;   loss_conductance  W/K, walls and lid to the room
    surface_resistance   K/W, hottest surface above the bath at the tank's whole power
    """

    volume: float
    liquid: Liquid
    reference: float
    surface_resistance: float
    boards_capacity: float = 0.0
    loss_conductance: float = 0.0

    @property
    def capacity(self) -> float:
        """J/K of bath and boards."""
        liquid, at = self.liquid, self.reference
        return self.volume * float(liquid.density(at) * liquid.heat_capacity(at)) + self.boards_capacity

    def steady(self, power: float, inlet: float, flow: float, room: float) -> TankHeat:
        """Where the bath comes to rest: power W, inlet K and flow kg/s of the dielectric that is pumped through, room K.

        Raises   ValueError when neither stream nor room takes the heat.
        """
        rate = abs(flow) * float(self.liquid.heat_capacity(self.reference))
        if rate + self.loss_conductance == 0.0:
            if power != 0.0:
                raise ValueError("heat without a way out: the bath's stream stands and its walls pass nothing")
            return TankHeat(0.0, 0.0, room)
        bath = (power + rate * inlet + self.loss_conductance * room) / (rate + self.loss_conductance)
        return TankHeat(power - self.loss_conductance * (bath - room), self.loss_conductance * (bath - room), bath)

    def advance(self, bath: float, step: float, power: float, inlet: float, flow: float, room: float) -> TankHeat:
        """One implicit step of `step` s from a bath temperature (K); joules are conserved exactly."""
        rate, kept = abs(flow) * float(self.liquid.heat_capacity(self.reference)), self.capacity / step
        after = (kept * bath + power + rate * inlet + self.loss_conductance * room) / (kept + rate + self.loss_conductance)
        return TankHeat(rate * (after - inlet), self.loss_conductance * (after - room), after)

    def surface(self, bath: float, power: float) -> float:
        """K of the hottest surface over a bath (K) at a power (W)."""
        return bath + power * self.surface_resistance
