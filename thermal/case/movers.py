"""The tables of what moves and cools air in the hall: CRAHs, fan walls, in-row coolers, rear-door exchangers, slots of racks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from thermal.case.fields import Corner, Extent, Name, Quantity, Table, setting
from thermal.units import CONDUCTANCE, FLOW, FRACTION, LENGTH, NUMBER, POWER, PRESSURE, TEMPERATURE

Side = Literal["x-", "x+", "y-", "y+", "top", "bottom"]
Rise = Annotated[float, Quantity(PRESSURE, low=-1e5, high=1e5)]
Drop = Annotated[float, Quantity(PRESSURE, above=0.0, high=1e5)]
Moved = Annotated[float, Quantity(FLOW, low=0.0, high=1e4)]
Flow = Annotated[float, Quantity(FLOW, above=0.0, high=1e4)]
Degrees = Annotated[float, Quantity(TEMPERATURE, low=200.0, high=400.0)]
Speed = Annotated[float, Quantity(FRACTION, low=0.0, high=2.0)]
Watts = Annotated[float, Quantity(POWER, above=0.0, high=1e9)]
Share = Annotated[float, Quantity(FRACTION, low=0.0, below=1.0)]


class LibraryTable(Table):
    """Files with types of your own, beside the library that comes along: tables [crah.NAME], [rack.NAME], ... with a `source`."""

    files: Annotated[list[str], Field(max_length=20)] = setting([], "Library files in or under the case's folder.", shown="none")


class SpeedRule(Table):
    """Speed of fans against the mean temperature of what they draw in: linear between points, constant beyond the ends."""

    temperature: Annotated[list[Degrees], Field(min_length=1, max_length=50)] = setting(..., "Inlet temperatures, rising.")
    speed: Annotated[list[Speed], Field(min_length=1, max_length=50)] = setting(..., "Speed at each of them; 1 is full.")


class Fan(Table):
    """A fan curve: points of a data sheet in `flow` and `pressure`, or the parabola of `shutoff_pressure` and `free_flow`."""

    type: Name | None = setting(None, "Fan type of a library, whose keys stand where this table has none.", shown="none")
    flow: Annotated[list[Moved], Field(min_length=2, max_length=50)] | None = setting(
        None, "Flows of the curve's points at full speed, rising from 0.", shown="none"
    )
    pressure: Annotated[list[Rise], Field(min_length=2, max_length=50)] | None = setting(
        None, "Static pressure rise at each of them in air of 1.2 kg/m3, falling.", source="ISO 5801:2017", shown="none"
    )
    shutoff_pressure: Drop | None = setting(None, "Pressure rise p0 at no flow of p0 (1 - (q/q0)^2).", shown="none")
    free_flow: Flow | None = setting(None, "Flow q0 at no pressure rise of the same.", shown="none")
    count: Annotated[StrictInt, Field(ge=1, le=10_000)] = setting(1, "Equal fans side by side; the curve is that of one.")
    speed: Speed = setting(1.0, "Speed over that of the curve: flow follows it, pressure its square, power its cube.")
    speed_rule: SpeedRule | None = setting(None, "Speed that follows the inlet temperature, in place of `speed`.", shown="none")
    efficiency: Annotated[float, Quantity(FRACTION, above=0.0, high=1.0)] | None = setting(
        None, "Pressure x flow over electric power, motor and drive included.", shown="none: power is not told"
    )
    power: Watts | None = setting(None, "Electric power of one fan at full speed, in place of an efficiency.", shown="none")


class Resistance(Table):
    """A resistance by one point: pressure = loss at a flow, and with the square of it elsewhere."""

    flow: Flow = setting(..., "Air flow of the whole object.")
    pressure: Drop = setting(..., "Pressure drop at this flow in air of 1.2 kg/m3: casing, filter and coil together.")


class CoilTable(Table):
    """A chilled-water coil: its conductance, or a rated point that gives it, and the water it gets. Sensible heat only."""

    ua: Annotated[float, Quantity(CONDUCTANCE, above=0.0, high=1e8)] | None = setting(
        None, "Conductance U A between air and water, in place of a rated point.", shown="from the rated point"
    )
    rated_capacity: Watts | None = setting(None, "Sensible capacity at the rated point.", shown="none")
    rated_air_flow: Flow | None = setting(None, "Air flow there, of 1.2 kg/m3.", shown="none")
    rated_air_temperature: Degrees | None = setting(None, "Temperature of the entering air there.", shown="none")
    rated_water_temperature: Degrees | None = setting(None, "Temperature of the entering water there.", shown="none")
    rated_water_flow: Flow | None = setting(None, "Water flow there.", shown="water_flow")
    air_exponent: Annotated[float, Quantity(NUMBER, low=0.0, high=1.0)] = setting(
        0.0, "Exponent of (air flow/rated air flow) on the conductance; 0 keeps that of the rated point."
    )
    arrangement: Literal["counter-flow", "cross-flow"] = setting(
        "counter-flow",
        "How water and air meet: coils of four rows and more come near counter flow.",
        source="Incropera & DeWitt 2002, table 11.3",
    )
    water_temperature: Degrees | None = setting(None, "Temperature of the entering water, in place of a loop.", shown="none")
    water_flow: Flow = setting(..., "Water flow with the valve open; on a loop the flow at which water_loss is stated.")
    loop: Name | None = setting(
        None,
        "The [[facility_loop]] that it hangs on, or for a rear door the [[cdu]] that feeds its row: water is the loop's answer.",
        shown="none: the water is given",
    )
    water_loss: Annotated[float, Quantity(PRESSURE, above=0.0, high=1e7)] = setting(
        "30 kPa", "On a loop: pressure loss of the coil at water_flow.", source="usual design value of data sheets"
    )
    valve_kv: Annotated[float, Quantity(NUMBER, above=0.0, high=1e5)] | None = setting(
        None, "On a loop: Kv of its open control valve, m3/h at 1 bar.", shown="20 kPa at water_flow"
    )
    branch_diameter: Annotated[float, Quantity(LENGTH, above=0.0, high=5.0)] | None = setting(
        None, "On a loop: bore of its branch.", shown="that of the loop's branches"
    )
    branch_length: Annotated[float, Quantity(LENGTH, low=0.0, high=1e4)] | None = setting(
        None, "On a loop: length of its branch, each way.", shown="that of the loop's branches"
    )
    bypass: Share = setting(0.0, "Part of the air that passes beside the coil.")
    valve: Literal["three-way", "two-way"] = setting(
        "three-way", "Whether the valve sends water round the coil, or lets less of it come; it changes the water's outlet alone."
    )


class Mover(Table):
    """Keys that all of them share."""

    name: Name = setting(..., "Name of the object.")
    type: Name | None = setting(None, "Type of the library whose keys stand where this table has none.", shown="none")
    fan: Fan | None = setting(None, "Fan curve.", shown="none")
    loss: Resistance | None = setting(None, "Pressure drop of casing, filter and coil.", shown="none")
    coil: CoilTable | None = setting(None, "Chilled-water coil.", shown="none")
    damper: StrictBool = setting(True, "Whether a back-draught damper shuts it when its fans stand still (speed = 0).")
    control: Literal["none", "supply", "return"] = setting(
        "none", "What the coil's valve keeps at `setpoint`: the air that leaves, the air that comes back, or nothing (open)."
    )
    setpoint: Degrees | None = setting(None, "Temperature that the control keeps.", shown="none")


class Crah(Mover):
    """A room cooler (CRAH): air comes in through one side, passes fan and coil, and leaves through another.

    Where it leaves downwards into a plenum it stands in a hole of the raised floor. Sides across each other (in at the front, out
    at the top) meet in a hollow end of the box, the chamber.
    """

    start: Corner = setting(..., "Low corner of the box.", alias="from")
    to: Corner = setting(..., "High corner.")
    draws_from: Side = setting("top", "Side that air comes in through.")
    blows_to: Side = setting("bottom", "Side that air leaves through.")
    chamber: Extent | None = setting(None, "Height of the chamber where the two sides are not opposite.", shown="a third")


class FanWall(Mover):
    """A bank of fans in a wall, with coils or without: air goes straight through its box."""

    start: Corner = setting(..., "Low corner of the box.", alias="from")
    to: Corner = setting(..., "High corner.")
    blows_to: Side = setting(..., "Side that air leaves through; it comes in through the opposite one.")


class InRow(Mover):
    """A cooler between racks: draws from the hot aisle, blows into the cold one."""

    start: Corner = setting(..., "Low corner of the box.", alias="from")
    to: Corner = setting(..., "High corner.")
    blows_to: Side = setting(..., "Side that air leaves through, the cold aisle's; it comes in through the opposite one.")


class RearDoor(Mover):
    """Rear-door heat exchangers: one on the back of each rack of a row. Without a fan they are passive."""

    row: Name = setting(..., "Row whose racks have them; each door is NAME-RACK, such as door-A1.")
    racks: Annotated[list[StrictInt], Field(min_length=1, max_length=10_000)] | None = setting(
        None, "Numbers of the racks in the row that have one.", shown="all"
    )
    depth: Extent = setting("0.2 m", "Depth behind the rack.")


class Slot(Table):
    """What stands in a rack over some height units, counted from 1 at the bottom. Units without an entry are blanked."""

    start: Annotated[StrictInt, Field(ge=1, le=100)] = setting(..., "Lowest height unit.", alias="from")
    height: Annotated[StrictInt, Field(ge=1, le=100)] = setting(1, "Height units.")
    kind: Literal["server", "switch", "empty"] = setting("server", "What it is; empty is an open gap.")
    power: Annotated[float, Quantity(POWER, low=0.0, high=1e6)] | None = setting(
        None, "Power.", shown="its part by height of what the rack's power leaves"
    )
    flow: Flow | None = setting(None, "Air flow between rooms of equal pressure.", shown="as the rack's, by power")
    fan: Fan | None = setting(None, "Fan curve in place of `flow`.", shown="none")
    loss: Resistance | None = setting(None, "Pressure drop at a flow, for a fan curve.", shown="none")
    breathes: Literal["front-to-back", "back-to-front", "left-to-right", "right-to-left"] = setting(
        "front-to-back", "Which way its air goes, as seen from the rack's front."
    )
    open_fraction: Annotated[float, Quantity(FRACTION, above=0.0, high=1.0)] = setting(
        1.0, "Open area of an empty slot; its loss is that of a perforated plate.", source="Idelchik 1994, diagram 4-14"
    )
