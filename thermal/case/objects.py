"""The tables of things in the hall: rack types and rows, openings, containment, obstacles."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, WithJsonSchema

from thermal.case.fields import Coordinate, Corner, Extent, InPlane, Name, Quantity, Table, setting
from thermal.case.movers import Drop, Fan, Resistance, Slot, SpeedRule
from thermal.case.scalars import AirHumidity, return_humidity, supply_humidity
from thermal.errors import quote
from thermal.units import (
    CONDUCTIVITY,
    DENSITY,
    DIFFERENCE,
    FILM,
    FLOW,
    FLOW_PER_POWER,
    FRACTION,
    HEAT_CAPACITY,
    HEAT_FLUX,
    LENGTH,
    NUMBER,
    POWER,
    PRESSURE,
    SPEED,
    TEMPERATURE,
    THERMAL_MASS,
    VELOCITY,
    UnitError,
    accepted_units,
    read_quantity,
)

MOST_RACKS = 10_000  # in a hall; a guard against typing errors: a hall of 10^8 cells holds fewer
Direction = Literal["+x", "-x", "+y", "-y"]
AirTemperature = Annotated[float, Quantity(TEMPERATURE, low=200.0, high=400.0)]
Intensity = Annotated[float, Quantity(FRACTION, low=0.0, high=1.0)]
MixingLength = Annotated[float, Quantity(LENGTH, above=0.0, high=100.0)]
Loss = Annotated[float, Quantity(NUMBER, low=0.0, high=1e9)]
Conductivity = Annotated[float, Quantity(CONDUCTIVITY, above=0.0, high=1e5)]
Power = Annotated[float, Quantity(POWER, low=0.0, high=1e9)]
Speed = Annotated[float, Quantity(SPEED, low=-1e3, high=1e3)]
VolumeFlow = Annotated[float, Quantity(FLOW, above=0.0, high=1e6)]


class RackType(Table):
    """A kind of rack. Its fans draw room air in at the front and out at the back. Give one of delta_t, airflow, flow, fan.

    With a fan curve or slots air flows through the rack, and how much is an outcome: see docs/devices.md.
    """

    size: Annotated[list[Extent], Field(min_length=3, max_length=3)] = setting(
        ..., "Width along the row, depth from front to back, height, as seen from the rack's own front."
    )
    power: Power = setting(..., "IT power of one rack.")
    liquid_share: Annotated[float, Quantity(FRACTION, low=0.0, high=1.0)] = setting(
        0.0, "Part of the power that liquid takes away; the rest goes into the air."
    )
    delta_t: Annotated[float, Quantity(DIFFERENCE, above=0.0, high=100.0)] | None = setting(
        None, "Rise of the air from front to back; the flow is air power/(density x heat capacity x rise).", shown="none"
    )
    airflow: Annotated[float, Quantity(FLOW_PER_POWER, above=0.0, high=1e-2)] | None = setting(
        None, 'Air flow per kW of air power, such as "0.07 m3/s/kW".', shown="none"
    )
    flow: VolumeFlow | None = setting(None, "Air flow of one rack, whatever its power.", shown="none")
    fan: Fan | None = setting(
        None, "Fan curve of the whole rack, in place of delta_t, airflow and flow: air flows through as the pressures let it.",
        shown="none: the flow is fixed",
    )  # fmt: skip
    loss: Resistance | None = setting(None, "Pressure drop of what the fan curve blows through.", shown="none")
    slots: list[Slot] = setting([], "What stands in it, as [[rack.NAME.slots]]; air then flows through it, too.", shown="none")
    units: Annotated[StrictInt, Field(ge=1, le=100)] | None = setting(
        None, "Height units.", source="IEC 60297-3-100: 44.45 mm each", shown="what the height less 0.12 m holds"
    )
    speed_rule: SpeedRule | None = setting(
        None, "Speed of all the slots' fans against the rack's inlet temperature.", shown="full speed"
    )
    shutoff_pressure: Drop = setting(
        "200 Pa",
        "Pressure rise at no flow of slots whose flow alone is known: a pressure of d changes their flow by d/(2 x this).",
        source="a generic server with 40 mm to 80 mm fans; no data sheet",
    )
    thermal_mass: Annotated[float, Quantity(THERMAL_MASS, low=0.0, high=1e9)] = setting(
        "0 kJ/K", "Heat capacity of what stands in a rack that air flows through, for runs in time."
    )
    most_rise: Annotated[float, Quantity(DIFFERENCE, above=0.0, high=500.0)] = setting(
        "60 K",
        "Rise of the air at which servers throttle, in racks that air flows through: what too little air cannot carry is not "
        "given to it, and is told.",
    )
    turbulence_intensity: Intensity = setting("10 %", "Of the stream from the back; k = 1.5 (I U)^2.")
    turbulence_length: MixingLength = setting("0.05 m", "Of the stream from the back; epsilon = 0.09^0.75 k^1.5/length.")


_POWERS = {"type": ["string", "array"], "items": {"type": "string"}, "x-unit": accepted_units(POWER)}  # for editors


def _read_powers(value: Any) -> float | list[float]:
    if isinstance(value, list):
        if not 1 <= len(value) <= MOST_RACKS:
            raise UnitError(f"a list of {len(value)} powers", "one power for each rack of the row")
        powers = []
        for number, item in enumerate(value, 1):
            try:
                powers.append(_read_power(item))
            except UnitError as error:
                raise UnitError(f"rack {number}: {error.what}", error.accepted, error.fix) from error
        return powers
    return _read_power(value)


def _read_power(value: object) -> float:
    power = read_quantity(value, POWER)
    if not 0.0 <= power <= 1e9:
        raise UnitError(f"{quote(value)} is out of range", "from 0 kW, up to 1e+06 kW")
    return power


class RackRow(Table):
    """Racks side by side, named A1, A2, ... along the row."""

    name: Name = setting(..., "Name of the row; the racks are this name and their number.")
    type: Name = setting(..., "Rack type, the NAME of a [rack.NAME].")
    count: Annotated[StrictInt, Field(ge=1, le=MOST_RACKS)] = setting(..., "Number of racks.")
    at: Annotated[list[Coordinate], Field(min_length=2, max_length=3)] = setting(
        ..., "Corner from which the row runs: x, y and optionally z of the base. The depth lies on the +y (or +x) side of it."
    )
    along: Direction = setting(..., "Direction in which the row runs from its corner.")
    front: Direction = setting(..., "Direction in which the fronts look; across the row.")
    pitch: Extent | None = setting(None, "Distance from rack to rack.", shown="width of the rack type")
    power: Annotated[float | list[float], BeforeValidator(_read_powers), WithJsonSchema(_POWERS)] | None = setting(
        None, "IT power in place of the type's: one value, or a list with one for each rack.", shown="power of the rack type"
    )


class Supply(Table):
    """An opening that lets cold air in. Give one of flow, flow_ratio, flow_per_area, pressure."""

    name: Name = setting(..., "Name of the opening.")
    on: str = setting(
        ...,
        'Surface: "floor", "ceiling", "x-", "x+", "y-", "y+" of the room, or "NAME.x+" (x-, y+, y-, top, bottom) of an obstacle, '
        'of the "raised_floor" or of the "ceiling_plenum".',
    )
    start: InPlane | None = setting(
        None,
        "Low corner in the surface, in room coordinates: x and y; y and z on x walls; x and z on y walls.",
        alias="from",
        shown="whole surface",
    )
    to: InPlane | None = setting(None, "High corner in the surface.", shown="whole surface")
    temperature: AirTemperature = setting(..., "Temperature of the air that comes in.")
    humidity: AirHumidity = supply_humidity()
    flow: VolumeFlow | None = setting(None, "Total air flow.", shown="none")
    flow_ratio: Annotated[float, Quantity(FRACTION, above=0.0, high=100.0)] | None = setting(
        None, "Part of the flow of all racks together, shared by area among all supplies that have a flow_ratio.", shown="none"
    )
    flow_per_area: Annotated[float, Quantity(VELOCITY, above=0.0, high=100.0)] | None = setting(
        None, "Flow for each square metre of patch.", shown="none"
    )
    pressure: Annotated[float, Quantity(PRESSURE, low=-1e4, high=1e4)] | None = setting(
        None, "Static pressure behind the opening, relative to hydrostatic; the flow is then an outcome.", shown="none"
    )
    loss_coefficient: Loss = setting(0.0, "K of dp = K rho U^2/2 of a pressure opening, U on the whole patch.")
    open_fraction: Annotated[float, Quantity(FRACTION, above=0.0, high=1.0)] = setting(
        1.0, "Open area/patch area; the jets leave with U/open_fraction."
    )
    turbulence_intensity: Intensity = setting("5 %", "Of the incoming air; k = 1.5 (I U)^2.")
    turbulence_length: MixingLength = setting("0.1 m", "Of the incoming air; epsilon = 0.09^0.75 k^1.5/length.")


class Return(Table):
    """An opening through which air leaves: at a pressure (the default), or with a fixed flow."""

    name: Name = setting(..., "Name of the opening.")
    on: str = setting(..., "Surface, as for [[supply]].")
    start: InPlane | None = setting(None, "Low corner in the surface, as for [[supply]].", alias="from", shown="whole surface")
    to: InPlane | None = setting(None, "High corner in the surface.", shown="whole surface")
    flow: VolumeFlow | None = setting(None, "Total air flow that is drawn out.", shown="an outcome of the pressure")
    flow_per_area: Annotated[float, Quantity(VELOCITY, above=0.0, high=100.0)] | None = setting(
        None, "Flow for each square metre of patch.", shown="none"
    )
    pressure: Annotated[float, Quantity(PRESSURE, low=-1e4, high=1e4)] | None = setting(
        None, "Static pressure behind the opening, relative to hydrostatic.", shown="0 Pa"
    )
    loss_coefficient: Loss = setting(0.0, "K of dp = K rho U^2/2 of a pressure opening, U on the whole patch.")
    open_fraction: Annotated[float, Quantity(FRACTION, above=0.0, high=1.0)] = setting(
        1.0, "Open area/patch area, for air that flows back."
    )
    temperature: AirTemperature | None = setting(
        None, "Temperature of air that flows back in.", shown="initial_temperature of [flow]"
    )
    humidity: AirHumidity = return_humidity()
    turbulence_intensity: Intensity = setting("5 %", "Of air that flows back in.")
    turbulence_length: MixingLength = setting("0.1 m", "Of air that flows back in.")


class Containment(Table):
    """A roof, door or panel by its corners, or a whole aisle between two rows.

    A piece that is thin in one axis is a sheet on grid faces; one with a volume is a solid block. An aisle is closed by a roof,
    end doors, and panels wherever its rows leave a gap below the roof.
    """

    name: Name = setting(..., "Name of the piece or aisle.")
    kind: Literal["roof", "door", "panel", "cold-aisle", "hot-aisle"] = setting(..., "A piece, or a whole aisle.")
    start: Corner | None = setting(None, "Low corner of a piece.", alias="from", shown="none")
    to: Corner | None = setting(None, "High corner of a piece.", shown="none")
    rows: Annotated[list[Name], Field(min_length=2, max_length=2)] | None = setting(
        None, "The two rows of an aisle.", shown="none"
    )
    height: Extent | None = setting(
        None, "Height of an aisle's roof; the ceiling's height leaves the roof out.", shown="top of the racks"
    )
    doors: list[Literal["x-", "x+", "y-", "y+"]] | None = setting(None, "Ends of an aisle that have a door.", shown="both")
    leakage: Annotated[float, Quantity(FRACTION, low=0.0, below=1.0)] = setting(
        0.0, "Open area/area of a sheet; its loss is that of a perforated plate.", source="Idelchik 1994, diagram 4-14"
    )
    loss_coefficient: Annotated[float, Quantity(NUMBER, above=0.0, high=1e9)] | None = setting(
        None,
        "K of dp = K rho U^2/2 of a sheet, U on the whole sheet, in place of the plate's.",
        shown="from leakage; closed without",
    )


class Wall(Table):
    """A part of the room's walls, floor or ceiling that heats or cools the air, or moves along itself; elsewhere no heat passes
    and walls stand. Give one of temperature, heat_flux, outside_temperature, or a velocity. Openings, racks and obstacles on it
    keep their place.

    The law of the wall is that of air blown along it. Where buoyancy alone moves the air, its layer is thinner than a hall's
    cells and too little heat passes at a given temperature: there, give heat_flux.
    """

    name: Name = setting(..., "Name of the wall.")
    on: Literal["x-", "x+", "y-", "y+", "floor", "ceiling"] = setting(..., "Surface of the room.")
    start: InPlane | None = setting(None, "Low corner in the surface, as for [[supply]].", alias="from", shown="whole surface")
    to: InPlane | None = setting(None, "High corner in the surface.", shown="whole surface")
    temperature: AirTemperature | None = setting(None, "Temperature of the surface.", shown="none")
    heat_flux: Annotated[float, Quantity(HEAT_FLUX, low=-1e5, high=1e5)] | None = setting(
        None, "Heat into the room for each square metre; negative cools.", shown="none"
    )
    outside_temperature: AirTemperature | None = setting(
        None, "Temperature outside, behind the wall's layers and the film of outside air.", shown="none"
    )
    thickness: Annotated[list[Extent], Field(min_length=1, max_length=20)] | None = setting(
        None, "Thickness of each layer, from the room outwards.", shown="none"
    )
    conductivity: Annotated[list[Conductivity], Field(min_length=1, max_length=20)] | None = setting(
        None, "Heat conductivity of each layer.", shown="none"
    )
    film_coefficient: Annotated[float, Quantity(FILM, above=0.0, high=1e6)] = setting(
        "25 W/(m2 K)", "Of the outside air, with outside_temperature.", source="ISO 6946:2017, Rse = 0.04 m2 K/W"
    )
    velocity: Annotated[list[Speed], Field(min_length=3, max_length=3)] | None = setting(
        None, "Velocity of the surface along x, y, z; it moves along itself, like a belt.", shown="at rest"
    )


class Obstacle(Table):
    """A solid body: a column, a duct, a cooling unit. A box by its corners, round about an axis, or the closed surface of an STL
    file. A box that is thin in one axis is a closed sheet. With a conductivity it carries heat."""

    name: Name = setting(..., "Name of the obstacle.")
    start: Corner | None = setting(None, "Low corner.", alias="from", shown="required without stl")
    to: Corner | None = setting(None, "High corner.", shown="required without stl")
    round: Literal["x", "y", "z"] | None = setting(
        None, "Axis about which it is a cylinder that fills its box; cells are taken until they have its volume.", shown="a box"
    )
    stl: Annotated[str, Field(strict=True, min_length=1, max_length=200)] | None = setting(
        None, "STL file, binary or ASCII, inside the case's folder; cells are taken until they have its volume.", shown="none"
    )
    scale: Annotated[float, Quantity(LENGTH, above=0.0, high=1e3)] | None = setting(
        None, "Length of one unit of the STL file.", shown="1 m"
    )
    at: Corner | None = setting(None, "Where the origin of the STL file lies in the room.", shown="the room's origin")
    power: Power = setting("0 W", "Heat it gives to the air through its open faces; all through it, if it conducts.")
    conductivity: Conductivity | None = setting(None, "Heat conductivity.", shown="no heat passes")
    density: Annotated[float, Quantity(DENSITY, above=0.0, high=1e5)] = setting(
        "2400 kg/m3", "Of one that conducts; a steady answer does not depend on it.", source="concrete, ISO 10456:2007"
    )
    heat_capacity: Annotated[float, Quantity(HEAT_CAPACITY, above=0.0, high=1e5)] = setting(
        "1000 J/(kg K)", "Of one that conducts; a steady answer does not depend on it.", source="concrete, ISO 10456:2007"
    )
