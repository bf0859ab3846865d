"""The tables of liquid cooling: cold plates, CDUs, manifolds, facility loops and what cools them, the weather.

Values are SI after validation. `liquid_build` checks what needs several tables at once and makes the plant of a case.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, WithJsonSchema

from thermal.case.fields import Name, Quantity, Table, setting
from thermal.errors import clean, quote
from thermal.fluids.liquids import ACCEPTED, read_liquid
from thermal.units import (
    CONDUCTANCE,
    DIFFERENCE,
    FLOW,
    FRACTION,
    LENGTH,
    LINE_CONDUCTANCE,
    NUMBER,
    POWER,
    PRESSURE,
    RESISTANCE,
    TEMPERATURE,
    THERMAL_MASS,
    UnitError,
    read_quantity,
)

Temperature = Annotated[float, Quantity(TEMPERATURE, low=200.0, high=400.0)]
Capacity = Annotated[float, Quantity(THERMAL_MASS, above=0.0, high=1e6)]
Rise = Annotated[float, Quantity(DIFFERENCE, above=0.0, high=100.0)]
Heat = Annotated[float, Quantity(POWER, above=0.0, high=1e9)]
Power = Annotated[float, Quantity(POWER, low=0.0, high=1e9)]
Stream = Annotated[float, Quantity(FLOW, above=0.0, high=1e3)]
Head = Annotated[float, Quantity(PRESSURE, above=0.0, high=1e7)]
Bore = Annotated[float, Quantity(LENGTH, above=0.0, high=5.0)]
Run = Annotated[float, Quantity(LENGTH, low=0.0, high=1e4)]
Losses = Annotated[float, Quantity(NUMBER, low=0.0, high=1e6)]
Share = Annotated[float, Quantity(FRACTION, low=0.0, high=1.0)]
Kv = Annotated[float, Quantity(NUMBER, above=0.0, high=1e5)]
LineLoss = Annotated[float, Quantity(LINE_CONDUCTANCE, low=0.0, high=100.0)]
Arrangement = Literal["direct", "reverse-return"]


def _read_fluid(value: object) -> str:
    if not isinstance(value, str):
        raise UnitError(f"{quote(value)} is not text", ACCEPTED)
    try:
        read_liquid(value)
    except ValueError as error:
        what, _, _ = str(error).partition("; accepted")
        raise UnitError(f"{quote(value)} {what}", ACCEPTED) from None
    return clean(value)


def _read_points(value: object) -> object:
    """Pairs of a flow and a resistance, SI."""
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        raise UnitError(f"{quote(value)} is no list of pairs", '[["0.5 L/min", "0.0325 K/W"], ["1 L/min", "0.0245 K/W"]]')
    return [[read_quantity(pair[0], FLOW), read_quantity(pair[1], RESISTANCE)] for pair in value]


Fluid = Annotated[str, BeforeValidator(_read_fluid), WithJsonSchema({"type": "string", "description": ACCEPTED})]
Points = Annotated[
    list[Any],
    BeforeValidator(_read_points),
    WithJsonSchema({"type": "array", "items": {"type": "array", "items": {"type": "string"}}}),
]
Curve = Annotated[list[Annotated[float, Quantity(NUMBER, above=0.0, high=100.0)]], Field(min_length=2, max_length=50)]


class Outdoor(Table):
    """The weather that dry coolers, wet pads and chillers meet. Without it, 35 degC."""

    dry_bulb: Temperature = setting(..., "Outdoor temperature.")
    wet_bulb: Temperature | None = setting(None, "Outdoor wet bulb; pads need it.", shown="none")


class ColdPlate(Table):
    """What stands between the coolant and the chips in every rack of a type: equal cold plates side by side."""

    type: Name = setting(..., "Rack type, [rack.NAME], whose liquid_share sits on these plates.")
    plates: Annotated[StrictInt, Field(ge=1, le=10_000)] = setting(..., "Cold plates of one rack, in parallel.")
    flow: Stream = setting(..., "Flow of one plate at which its loss is stated.")
    loss: Head = setting(..., "Pressure loss of the rack at that flow: plate, tray manifold and quick couplers.")
    loss_exponent: Annotated[float, Quantity(NUMBER, low=1.0, high=2.0)] = setting(
        1.85, "Exponent of flow in that loss.", source="between Blasius' 1.75 and a fitting's 2"
    )
    least_flow: Stream | None = setting(
        None, "Least flow of one plate; a rack below it is named in a warning, and pumps under control go faster.", shown="none"
    )
    resistance: Points | None = setting(
        None,
        "Case to coolant inlet: pairs of flow of one plate and K/W, flows rising, resistance falling.",
        source="Chen et al. 2023, OCP OAI System Liquid Cooling Guidelines, fig. 7, PG25",
        shown="that of a 1 kW OCP accelerator module",
    )
    junction_resistance: Annotated[float, Quantity(RESISTANCE, low=0.0, high=100.0)] = setting(
        "0 K/W", "Junction to case of the chip on one plate; 0 makes the junction as warm as the case."
    )
    air_conductance: Annotated[float, Quantity(CONDUCTANCE, low=0.0, high=1e4)] = setting(
        "0 W/K", "Of one plate with its case to the air that passes the rack: what does not go into the coolant."
    )
    plate_capacity: Capacity = setting(
        "400 J/K",
        "Heat capacity of one plate with the lid under it, for runs in time: what a chip warms when its coolant stands.",
        source="1 kg of copper, Incropera & DeWitt 2002, table A.1; assumed",
    )
    chip_capacity: Annotated[float, Quantity(THERMAL_MASS, low=0.0, high=1e6)] = setting(
        "20 J/K",
        "Heat capacity of one chip under its lid.",
        source="12 cm3 of silicon, Incropera & DeWitt 2002, table A.1; assumed",
    )
    case_limit: Temperature | None = setting(None, "Highest case temperature; margins count from it.", shown="none")
    junction_limit: Temperature | None = setting(None, "Highest junction temperature; margins count from it.", shown="none")


class Cdu(Table):
    """A coolant distribution unit between a facility loop and racks, by data-sheet numbers or by the name of a published one."""

    name: Name = setting(..., "Name in messages and reports.")
    facility: Name = setting(..., "The [[facility_loop]] that cools it.")
    model: Literal["XDU1350"] | None = setting(
        None, "A published unit in place of heat, approach, flow, facility_flow, head and facility_loss.", shown="none"
    )
    fluid: Fluid = setting("PG25", "Coolant of the racks.", source="OCP OAI System Liquid Cooling Guidelines 2023")
    supply: Temperature = setting(..., "Temperature to the racks, held by the unit's facility valve.")
    heat: Heat | None = setting(None, "Rated heat.", shown="none")
    approach: Rise | None = setting(None, "Rated: supply to the racks above facility supply.", shown="none")
    flow: Stream | None = setting(None, "Rated flow to the racks.", shown="none")
    facility_flow: Stream | None = setting(None, "Rated flow of the facility's side.", shown="none")
    head: Head | None = setting(None, "Pressure left for racks and pipes at the rated flow and full speed.", shown="none")
    facility_loss: Head | None = setting(None, "Pressure loss of the facility's side at its rated flow.", shown="none")
    head_curve: Curve = setting(
        [1.5, 1.46875, 1.375, 1.21875, 1.0],
        "Head over rated head at flows evenly spaced from zero to the rated one, falling to 1; by default a parabola.",
    )
    speed: Annotated[float, Quantity(FRACTION, low=0.1, high=1.2)] = setting(
        1.0, "Speed of the pumps over full speed, where no differential_pressure is held; the highest where one is."
    )
    differential_pressure: Head | None = setting(
        None, "Pressure between supply and return of the farthest rack, held by the pumps' speed.", shown="none"
    )
    pumps: Annotated[StrictInt, Field(ge=1, le=100)] = setting(1, "Equal pumps side by side that give the rated flow together.")
    standby: Annotated[StrictInt, Field(ge=0, le=100)] = setting(0, "More of them that stand behind their check valves (N+1: 1).")
    pumps_lost: Annotated[StrictInt, Field(ge=0, le=200)] = setting(
        0, "How many of all have failed; those on standby take their place first."
    )
    efficiency: Annotated[float, Quantity(FRACTION, low=0.05, high=1.0)] = setting(
        0.6, "Hydraulic over electric power of the pumps.", source="usual for wet-running pumps with drive, EU 547/2012"
    )
    valve_kv: Kv | None = setting(
        None, "Kv of the open facility valve, m3/h at 1 bar.", shown="20 kPa at the rated facility flow", source="authority 0.2"
    )
    pressure: Head = setting("2 bar", "Pressure over atmosphere at the pumps' suction, held by the expansion vessel.")
    room_dew_point: Temperature | None = setting(
        None,
        "Highest dew point of the room's air; the supply is held at least dew_point_margin above it.",
        shown="that of the most humid [[supply]], if the case states humidity",
    )
    dew_point_margin: Annotated[float, Quantity(DIFFERENCE, low=0.0, high=50.0)] = setting(
        "2 K",
        "Of the supply over room_dew_point.",
        source="ASHRAE TC 9.9, Water-Cooled Servers, 2019",
    )


class RackManifold(Table):
    """A row of racks on a supply and a return manifold, in the row's order, with leads to the unit."""

    name: Name = setting(..., "Name in messages and reports.")
    cdu: Name = setting(..., "The [[cdu]] that feeds it.")
    row: Name = setting(..., "The [[rack_row]] that hangs on it.")
    arrangement: Arrangement = setting(
        "direct", "Return from the same end as the supply, or from the other one (Tichelmann): equal ways for all racks."
    )
    diameter: Bore = setting(..., "Bore of both manifolds.")
    branch_diameter: Bore = setting("50 mm", "Bore of hoses and couplers of one rack.")
    branch_length: Run = setting("3 m", "Length of the hoses of one rack, each way.")
    branch_loss: Losses = setting(
        4.0,
        "Loss coefficient of a branch with its couplers and tee, each way, on its own velocity.",
        source="Idelchik 1994, ch. 7",
    )
    balancing_kv: Kv | None = setting(None, "Kv of a rack's balancing valve, m3/h at 1 bar.", shown="no valve")
    lead_diameter: Bore | None = setting(None, "Bore of the leads to the unit.", shown="diameter")
    lead_length: Run = setting("10 m", "Length of the leads, each way.")
    lead_loss: Losses = setting(1.5, "Loss coefficient of a lead's bends, each way.")
    roughness: Annotated[float, Quantity(LENGTH, low=0.0, high=0.01)] = setting(
        "0.045 mm", "Roughness of all its pipes.", source="commercial steel, Moody 1944"
    )
    heat_loss: LineLoss = setting(
        "0 W/(m K)", "Of manifolds and branches, to the air that leaves the rack where they hang; the room's air gets it."
    )


class FacilityLoop(Table):
    """The water between CDUs and coolers: pumps, coolers in parallel, then supply and return mains along the CDUs."""

    name: Name = setting(..., "Name in messages and reports.")
    fluid: Fluid = setting("water", "What fills it; outdoor coolers need glycol where it freezes.")
    supply: Temperature = setting(..., "Temperature to the CDUs, held by fans and chillers as far as they can.")
    arrangement: Literal["direct", "reverse-return", "ring"] = setting(
        "direct", "Mains from one end, Tichelmann, or both mains closed to rings."
    )
    flow: Stream = setting(..., "Rated flow of its pumps together.")
    head: Head = setting(..., "Head of its pumps at that flow and full speed.")
    head_curve: Curve = setting(
        [1.5, 1.46875, 1.375, 1.21875, 1.0],
        "Head over rated head at flows evenly spaced from zero to the rated one, falling to 1; by default a parabola.",
    )
    speed: Annotated[float, Quantity(FRACTION, low=0.1, high=1.2)] = setting(
        1.0, "Speed of the pumps over full speed, where no differential_pressure is held; the highest where one is."
    )
    differential_pressure: Head | None = setting(
        None, "Pressure between the mains at the CDU where it is least, held by the pumps' speed.", shown="none"
    )
    pumps: Annotated[StrictInt, Field(ge=1, le=100)] = setting(1, "Equal pumps side by side that give the rated flow together.")
    standby: Annotated[StrictInt, Field(ge=0, le=100)] = setting(0, "More of them that stand behind their check valves (N+1: 1).")
    pumps_lost: Annotated[StrictInt, Field(ge=0, le=200)] = setting(
        0, "How many of all have failed; those on standby take their place first."
    )
    efficiency: Annotated[float, Quantity(FRACTION, low=0.05, high=1.0)] = setting(
        0.7, "Hydraulic over electric power of the pumps.", source="usual for dry-running pumps with drive, EU 547/2012"
    )
    diameter: Bore = setting(..., "Bore of the mains.")
    spacing: Run = setting("5 m", "Way from one CDU to the next along the mains.")
    lead_length: Run = setting("30 m", "Way from the coolers to the first CDU, each way.")
    branch_diameter: Bore | None = setting(None, "Bore of a CDU's branch.", shown="diameter")
    branch_length: Run = setting("5 m", "Length of a CDU's branch, each way.")
    branch_loss: Losses = setting(4.0, "Loss coefficient of a branch, each way.", source="Idelchik 1994, ch. 7")
    roughness: Annotated[float, Quantity(LENGTH, low=0.0, high=0.01)] = setting(
        "0.045 mm", "Roughness of all its pipes.", source="commercial steel, Moody 1944"
    )
    pressure: Head = setting("2 bar", "Pressure over atmosphere at the pumps' suction, held by the expansion vessel.")
    room_dew_point: Temperature | None = setting(
        None,
        "Dew point of the room's air, from which the margins of coils on this loop count.",
        shown="as computed where the case states humidity, else that of the most humid [[supply]]",
    )


class DryCooler(Table):
    """Equal dry coolers in parallel, by data-sheet numbers; with pads they are adiabatic coolers."""

    name: Name = setting(..., "Name in messages and reports.")
    facility: Name = setting(..., "The [[facility_loop]] that they cool.")
    count: Annotated[StrictInt, Field(ge=1, le=1000)] = setting(1, "How many of them.")
    heat: Heat = setting(..., "Rated heat of one.")
    air_inlet: Temperature = setting(..., "Rated dry bulb.")
    liquid_inlet: Temperature = setting(..., "Rated inlet of the liquid.")
    liquid_outlet: Temperature = setting(..., "Rated outlet of the liquid.")
    air_flow: Annotated[float, Quantity(FLOW, above=0.0, high=1e5)] = setting(..., "Rated air flow of one.")
    fan_power: Power = setting(..., "Fans of one at full speed.")
    loss: Head = setting("50 kPa", "Pressure loss of the liquid at its rated flow.", source="usual design value of data sheets")
    pads: Share | None = setting(None, "Effectiveness of wetted pads before the coil.", shown="no pads")
    pads_above: Temperature = setting("25 degC", "Dry bulb above which the pads are wet.")
    cycles: Annotated[float, Quantity(NUMBER, above=1.0, high=100.0)] = setting(
        3.0,
        "Cycles of concentration of the pads' water.",
        source="usual with towns' water, ASHRAE HVAC Systems and Equipment 2020, ch. 40",
    )


class Chiller(Table):
    """Equal chillers cooled by the outdoor air, behind the dry coolers: they take what is missing to the facility's supply."""

    name: Name = setting(..., "Name in messages and reports.")
    facility: Name = setting(..., "The [[facility_loop]] that they cool.")
    model: Literal["Trane CGAM110", "McQuay AGZ190D", "Carrier 30RB360"] = setting(
        ..., "Published curves of capacity and power.", source="EnergyPlus 25.2 data sets"
    )
    count: Annotated[StrictInt, Field(ge=1, le=1000)] = setting(1, "How many of them.")
    flow: Stream = setting(..., "Flow of all of them at which their loss is stated.")
    loss: Head = setting("40 kPa", "Pressure loss of the evaporators at that flow.", source="usual design value of data sheets")
