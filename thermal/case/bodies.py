"""Through-bodies as numbers: boxes that air flows through, moved by fans on their curves, heated by servers or cooled by coils.

Frozen and SI like the rest of the model (thermal/case/model.py). Axes are 0, 1, 2; a direction is (axis, sign).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from thermal.case.model import Box, Case
from thermal.movers.curve import STANDARD_DENSITY, FanCurve

# J/(m3 K) of water at 285 K (Incropera & DeWitt 2002, table A.6); between 5 and 40 degC it lies within 1 % of this
WATER_CAPACITY = 4.189e6
COOLERS = ("crah", "fan_wall", "in_row", "rdhx")


@dataclass(frozen=True)
class Part:
    """A bundle of straight tubes with one law: pressure rise of its fans less resistance q|q|, q the flow of the whole part.

    sign        of the flow along `axis` that the fans make      resistance   Pa/(m3/s)^2 at standard density
    power       W given to the air in it                         is_inlet     whether what enters is a rack's inlet air
    """

    name: str
    kind: str  # "cooler" | "server" | "switch" | "empty"
    box: Box
    axis: int
    sign: int
    fan: FanCurve | None
    resistance: float
    power: float = 0.0
    is_inlet: bool = False


@dataclass(frozen=True)
class Chamber:
    """A hollow end of a body in which the stream turns: open towards the tubes and on one side.

    side   (axis, sign) of the side that is open to the room
    """

    box: Box
    side: tuple[int, int]


@dataclass(frozen=True)
class Branch:
    """How a coil hangs on a liquid loop, whose answer its water then is.

    loop      name of a facility loop or CDU          flow   m3/s, design flow of the open branch
    loss      Pa of the coil at it                    valve_kv   m3/h at 1 bar of the open control valve; None: 20 kPa at `flow`
    diameter, length   m, of its pipes, each way; None: as the loop's branches
    """

    loop: str
    flow: float
    loss: float
    valve_kv: float | None = None
    diameter: float | None = None
    length: float | None = None


@dataclass(frozen=True)
class Coil:
    """A chilled-water coil: conductance between air and water, and the water it is given.

    conductance      W/K at `rated_flow` of air             air_exponent   of (air flow/rated_flow) on it
    water_capacity   W/K, mass flow x heat capacity         water_temperature   K, entering
    bypass           part of the air that passes beside it  arrangement    "counter-flow" | "cross-flow"
    liquid_capacity  J/(m3 K) of what flows through it      branch         of the loop that it hangs on; None: the water is given
    """

    conductance: float
    rated_flow: float
    water_capacity: float
    water_temperature: float
    bypass: float = 0.0
    arrangement: str = "counter-flow"
    air_exponent: float = 0.0
    liquid_capacity: float = WATER_CAPACITY
    branch: Branch | None = None

    @property
    def flow(self) -> float:
        """m3/s of the liquid with the valve open."""
        return self.water_capacity / self.liquid_capacity


@dataclass(frozen=True)
class Body:
    """A through-body. A cooler has a coil, a rack parts with power; a rack's body has the rack's name.

    speed          of the fans, 1 = full; `speed_rule` (K, speed) points replace it by one that follows the inlet temperature
    efficiency     of fans, motor and drive: electric power = pressure x flow/efficiency; None with `fan_power` or unknown
    fan_power      W at full speed, following the cube of the speed; 0 unknown
    is_fan_heat    whether the electric power of the fans heats the air (a rack's power holds that of its fans already)
    damper         whether it closes when its fans stand still
    control        "none" | "supply" | "return": what the coil's valve keeps at `setpoint`, K
    thermal_mass   J/K of what stands in the body beside its air
    most_rise      K by which parts with power heat the air at most: what little air cannot carry is not given to it
    """

    name: str
    kind: str  # one of COOLERS or "rack"
    box: Box
    parts: tuple[Part, ...]
    chamber: Chamber | None = None
    speed: float = 1.0
    speed_rule: tuple[tuple[float, float], ...] = ()
    efficiency: float | None = None
    fan_power: float = 0.0
    is_fan_heat: bool = True
    coil: Coil | None = None
    control: str = "none"
    setpoint: float = 0.0
    valve: str = "three-way"  # | "two-way": what becomes of the water that the coil does not need
    damper: bool = False
    thermal_mass: float = 0.0
    most_rise: float = 60.0
    turbulence_intensity: float = 0.10  # of the stream that its fans blow
    turbulence_length: float = 0.05  # m
    row: str = ""
    type: str = ""
    source: str = ""

    @property
    def label(self) -> str:
        """ "crah.west", "rack.A1": for messages."""
        return f"{self.kind}.{self.name}"

    @property
    def design_flow(self) -> float:
        """m3/s that the parts would move against their own resistances alone."""
        return sum(part_flow(part, self.speed) for part in self.parts)


SHUT = 1e9  # Pa/(m3/s)^2 of a shut damper


def resistance_at(body: Body, part: Part, speed: float) -> float:
    """Pa/(m3/s)^2 of a part whose fans run at a speed: that of a shut damper where they stand still behind one."""
    return SHUT if body.damper and speed <= 0.0 and part.fan is not None else part.resistance


def part_flow(part: Part, speed: float = 1.0) -> float:
    """m3/s of a part between two rooms at one pressure; 0 without a fan."""
    return part.fan.meets(part.resistance, speed) if part.fan is not None and speed > 0.0 else 0.0


def stopped(case: Case, label: str) -> Case:
    """The case with the fans of one body ("crah.west") at rest: what is left when it fails. Raises KeyError for no such body."""
    if label not in [body.label for body in case.bodies]:
        raise KeyError(label)
    bodies = [replace(body, speed=0.0, speed_rule=()) if body.label == label else body for body in case.bodies]
    return replace(case, bodies=tuple(bodies))


def kinematic(pressure: float) -> float:
    """Pa of standard air as m2/s2: what it is per density stays the same in thinner air (fan and loss both follow density)."""
    return pressure / STANDARD_DENSITY
