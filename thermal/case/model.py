"""The case as numbers: frozen, SI, names resolved. What the door (load, build) hands to everything behind it.

Lengths in m, temperatures in K, flows in m3/s, powers in W, pressures in Pa. Origin in a room corner, z up.
Axes are 0, 1, 2 for x, y, z; a direction is (axis, sign).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from thermal.case.liquid_model import Plant
from thermal.case.timeline import Event, Probe, TimeSpan

if TYPE_CHECKING:
    from thermal.case.bodies import Body

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Box:
    """An axis-aligned box, low corner and high corner in m. A patch or plate is a box of zero thickness in one axis."""

    low: Point
    high: Point

    @property
    def thin_axis(self) -> int | None:
        """The axis in which the box has no thickness, None for a box with a volume."""
        thin = [axis for axis in range(3) if self.high[axis] == self.low[axis]]
        return thin[0] if len(thin) == 1 else None


@dataclass(frozen=True)
class Air:
    """Properties of the air at the site, constant but for an ideal gas's density. Source of defaults: thermal/fluids/air.py."""

    density: float  # kg/m3, at reference_temperature and site pressure
    heat_capacity: float  # J/(kg K), at constant pressure
    kinematic_viscosity: float  # m2/s
    prandtl: float  # -
    expansion: float  # 1/K
    reference_temperature: float  # K; fields store T - reference_temperature
    pressure: float  # Pa, static pressure of the site
    gravity: float = 9.81  # m/s2, along -z


@dataclass(frozen=True)
class Turbulence:
    """Choice and constants of the turbulence model; each default's source stands in thermal/flow/turbulence."""

    model: str = "k-epsilon"  # laminar | constant | zero-equation | k-epsilon | realizable-k-epsilon | rng-k-epsilon
    turbulent_prandtl: float = 0.9  # -
    constant_viscosity: float = 0.0  # m2/s, eddy viscosity of model "constant"
    zero_equation: str = "chen-xu"  # law of the mixing length
    wall_distance: str = "nearest"  # nearest, room
    thermal_wall_function: str = "jayatilleke"  # jayatilleke | none
    buoyancy_production: str = "none"  # none | sgdh
    roughness_e: float = 9.8  # E of the log law u+ = ln(E y+)/kappa
    kappa: float = 0.41


@dataclass(frozen=True)
class Flow:
    """Numerics of the air flow. Relaxation is the solver's business, never the case's."""

    turbulence: Turbulence = Turbulence()
    density: str = "boussinesq"  # boussinesq | ideal-gas
    velocity_scheme: str = "second-order"  # upwind | second-order
    temperature_scheme: str = "second-order"
    buoyancy: bool = True
    initial_temperature: float = 297.15  # K
    periodic: tuple[int, ...] = ()  # axes along which the room repeats itself: its two ends are joined
    body_force: Point = (0.0, 0.0, 0.0)  # m/s2, along periodic axes
    bulk_velocity: Point | None = None  # m/s, mean over the room, along one periodic axis; the force is then an outcome
    temperature_gradient: float = 0.0  # K/m, of the mean temperature along the bulk velocity; fields hold the rest


@dataclass(frozen=True)
class Refinement:
    """A box within which axis planes are denser: no hanging nodes, so the density runs through the room."""

    name: str
    box: Box
    cell: float  # m


@dataclass(frozen=True)
class Mesh:
    """Wanted cell size and what bends it."""

    cell: float  # m
    refinements: tuple[Refinement, ...] = ()
    stretching: float = 1.0  # largest ratio of neighbouring cell widths; 1 = uniform between break points


@dataclass(frozen=True)
class Opening:
    """A patch in a wall, floor, ceiling or obstacle face through which room air comes or goes.

    flow > 0 in either kind; flow None makes it a pressure opening at `pressure` (static, relative to hydrostatic), whose flow
    is an outcome.
    """

    name: str
    kind: str  # "supply" | "return"
    box: Box  # zero thickness in axis
    axis: int
    sign: int  # +1: the room lies on the high side of the patch (inward normal +axis)
    flow: float | None  # m3/s, total
    temperature: float  # K of air that enters here (also if a return flows back)
    pressure: float = 0.0  # Pa
    loss_coefficient: float = 0.0  # K of dp = K rho U^2/2, U superficial
    open_fraction: float = 1.0  # open area / patch area: jet momentum of a tile is U/open_fraction
    turbulence_intensity: float = 0.05  # k = 1.5 (I U)^2
    turbulence_length: float = 0.10  # m; epsilon = Cmu^0.75 k^1.5 / length
    source: str = ""  # file:line for messages
    humidity_ratio: float | None = None  # kg/kg of air that enters here; None: humidity is not solved


@dataclass(frozen=True)
class Rack:
    """A box whose fans draw room air through its front and blow it out at its back."""

    name: str
    row: str
    type: str
    box: Box
    axis: int  # of the front's outward normal
    sign: int
    power: float  # W, IT power
    liquid_share: float  # part of power that liquid takes
    flow: float  # m3/s of air
    turbulence_intensity: float = 0.10  # of the back's stream
    turbulence_length: float = 0.05  # m
    source: str = ""
    is_through: bool = False  # whether air flows through it, as a Body of the same name; `flow` is then its design flow
    exhaust: str = "back"  # "top": into a chimney

    @property
    def air_power(self) -> float:
        """W given to the room's air."""
        return self.power * (1.0 - self.liquid_share)


# Pieces that pass air. HOLES win over any closed sheet in their place; a leak takes what is left. The flow of PATHS is reported,
# JETS blow the momentum of their holes.
HOLES = ("tile", "grille", "cutout", "door", "mouth", "foot")
PATHS = ("tile", "grille", "cutout", "door", "mouth", "leak")
JETS = ("tile", "grille", "cutout")
SLABS = ("floor", "ceiling")  # closed sheets between a plenum and the room, wherever nothing else is


@dataclass(frozen=True)
class Material:
    """What a solid that conducts heat is made of."""

    conductivity: float  # W/(m K)
    density: float  # kg/m3
    heat_capacity: float  # J/(kg K)


@dataclass(frozen=True)
class Cylinder:
    """A round body along an axis, inside its bounding box."""

    axis: int
    centre: tuple[float, float]  # m, in the plane of the other two axes, in their order
    radius: float  # m


@dataclass(frozen=True, eq=False)
class Surface:
    """A closed surface of triangles: float64 (n, 3, 3) m, room coordinates, in triangle, corner, axis."""

    triangles: np.ndarray


Shape = Cylinder | Surface


@dataclass(frozen=True)
class Zone:
    """A box of cables or pipes that air passes with a resistance. rho (D U + C |U| U/2) Pa/m along each axis, U superficial."""

    name: str
    box: Box
    quadratic: Point  # C, 1/m
    linear: Point = (0.0, 0.0, 0.0)  # D, 1/s
    porosity: float = 1.0  # volume of air/volume
    power: float = 0.0  # W given to the air, evenly over the box
    source: str = ""


@dataclass(frozen=True)
class Plate:
    """A thin sheet on cell faces: closed (a wall on both sides), or porous when loss_coefficient is finite."""

    name: str
    box: Box  # zero thickness in one axis
    open_fraction: float = 0.0  # 0: closed
    loss_coefficient: float = float("inf")  # of the superficial velocity; inf: closed
    source: str = ""
    kind: str = "sheet"  # sheet | one of PATHS (an air path, thermal/paths.py) | one of SLABS


@dataclass(frozen=True)
class Obstacle:
    """A solid box, or a body within it; `power` W go into the air through its open faces."""

    name: str
    box: Box
    power: float = 0.0
    source: str = ""
    body: Shape | None = None  # None: the whole box
    material: Material | None = None  # None: no heat passes; else power is given off all through the body


@dataclass(frozen=True)
class Wall:
    """A part of the room's surface that heats or cools the air (at a temperature, or with a heat flux; the other is None), or
    moves along itself."""

    name: str
    box: Box  # zero thickness in axis
    axis: int
    sign: int  # +1: the room lies on the high side (inward normal +axis)
    temperature: float | None = None  # K, of the surface, or of what lies behind `resistance`
    heat_flux: float | None = None  # W/m2 into the room
    source: str = ""
    velocity: Point = (0.0, 0.0, 0.0)  # m/s, along the surface
    resistance: float = 0.0  # m2 K/W, of its layers and the outside film

    @property
    def is_thermal(self) -> bool:
        """Whether it heats or cools."""
        return self.temperature is not None or self.heat_flux is not None


@dataclass(frozen=True)
class Humidifier:
    """A source of vapour, kg/s, in a box of the room or in the air of a supply; the other is None."""

    name: str
    moisture: float
    box: Box | None = None
    supply: str | None = None
    source: str = ""


@dataclass(frozen=True)
class LocalGroup:
    """Rows of racks with the supplies and returns that count as local to them; None: all."""

    name: str
    rows: tuple[str, ...]
    supplies: tuple[str, ...] | None = None
    returns: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Tracers:
    """What is followed through the settled flow. supplies, racks: "all", "none" or names; None: all where they are few."""

    solve: bool = False
    supplies: str | tuple[str, ...] | None = None
    racks: str | tuple[str, ...] = "none"
    age_of_air: bool = True
    fields: bool = False
    local: tuple[LocalGroup, ...] = ()


@dataclass(frozen=True)
class Limit:
    """One [[assert]]: `what` names a number of summary.json, by a dotted path in which * stands for any object name."""

    name: str
    what: str
    low: float | None  # in SI (K for temperatures)
    high: float | None
    text: str  # as the user wrote it
    source: str


@dataclass(frozen=True)
class Stop:
    """When a run ends without a verdict."""

    iterations: int = 2000  # on the finest grid
    wall_time: float = float("inf")  # s


@dataclass(frozen=True)
class Case:
    """A whole case, ready to be placed on a grid."""

    name: str  # folder or file stem, matches [A-Za-z0-9][A-Za-z0-9_.-]{0,63}
    title: str  # free text, hostile
    room: Point  # m, size; the low corner is the origin
    altitude: float  # m
    air: Air
    flow: Flow
    mesh: Mesh
    stop: Stop
    racks: tuple[Rack, ...]
    openings: tuple[Opening, ...]
    plates: tuple[Plate, ...]
    obstacles: tuple[Obstacle, ...]
    limits: tuple[Limit, ...]
    ashrae_class: str = "A2"
    path: Path | None = None
    text: str = ""  # the case file as read, for the record
    resolved: dict = field(default_factory=dict, compare=False)  # every key with its value, for the report
    walls: tuple[Wall, ...] = ()  # walls without an entry let no heat pass
    liquid: Plant | None = None  # the loops; None: what liquid takes is an input
    bodies: tuple[Body, ...] = ()  # what air flows through: fans, coolers, racks in depth
    time: TimeSpan | None = None  # None: the steady hall is wanted
    probes: tuple[Probe, ...] = ()
    events: tuple[Event, ...] = ()
    under_floor: float = 0.0  # m, depth of the plenum below the raised floor, which lies at z = 0; 0: none
    zones: tuple[Zone, ...] = ()
    over_ceiling: float = 0.0  # m, height of the plenum above the false ceiling, which lies at z = room[2]; 0: none
    humidifiers: tuple[Humidifier, ...] = ()
    tracers: Tracers = Tracers()

    @property
    def low(self) -> Point:
        """m, low corner of all air: the origin, or below it the corner of the plenum under the floor."""
        return (0.0, 0.0, -self.under_floor)

    @property
    def high(self) -> Point:
        """m, high corner of all air, the plenum over the ceiling included."""
        return (self.room[0], self.room[1], self.room[2] + self.over_ceiling)
