"""More tables of liquid cooling: towers, stores, expansion vessels, immersion tanks, single links; and the list of all tables.

Values are SI after validation. thermal.case.plant_checks holds them against each other.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from thermal.case.fields import Corner, Name, Quantity, Table, setting
from thermal.case.liquid import (
    Bore,
    Cdu,
    Chiller,
    ColdPlate,
    Curve,
    DryCooler,
    FacilityLoop,
    Head,
    Heat,
    Kv,
    Losses,
    Power,
    RackManifold,
    Run,
    Share,
    Stream,
    Temperature,
)
from thermal.units import (
    CONDUCTANCE,
    FLOW,
    FRACTION,
    LENGTH,
    NUMBER,
    POWER,
    PRESSURE,
    RESISTANCE,
    THERMAL_MASS,
    VOLUME,
)

Volume = Annotated[float, Quantity(VOLUME, above=0.0, high=1e6)]
Loss = Annotated[float, Quantity(CONDUCTANCE, low=0.0, high=1e6)]


class CoolingTower(Table):
    """Equal open cooling towers in parallel, beside dry coolers or alone, by data-sheet numbers; their loop holds water."""

    name: Name = setting(..., "Name in messages and reports.")
    facility: Name = setting(..., "The [[facility_loop]] that they cool.")
    count: Annotated[StrictInt, Field(ge=1, le=1000)] = setting(1, "How many of them.")
    heat: Heat = setting(..., "Rated heat of one.")
    air_inlet: Temperature = setting(..., "Rated dry bulb.")
    wet_bulb: Temperature = setting(..., "Rated wet bulb.")
    liquid_inlet: Temperature = setting(..., "Rated inlet of the water.")
    liquid_outlet: Temperature = setting(..., "Rated outlet of the water.")
    air_flow: Annotated[float, Quantity(FLOW, above=0.0, high=1e5)] = setting(..., "Rated air flow of one.")
    fan_power: Power = setting(..., "Fans of one at full speed.")
    loss: Head = setting("50 kPa", "Pressure loss of the water at its rated flow: nozzles and the way up to them.")
    cycles: Annotated[float, Quantity(NUMBER, above=1.0, high=100.0)] = setting(
        3.0, "Cycles of concentration.", source="usual with towns' water, ASHRAE HVAC Systems and Equipment 2020, ch. 40"
    )


class BufferStore(Table):
    """A standing store in the line of a facility loop, in layers, its inlet on top."""

    name: Name = setting(..., "Name in messages and reports.")
    facility: Name = setting(..., "The [[facility_loop]] that it stands in.")
    side: Literal["supply", "return"] = setting("supply", "Behind the coolers, or before them.")
    volume: Volume = setting(..., "Of liquid.")
    height: Annotated[float, Quantity(LENGTH, above=0.0, high=100.0)] = setting(..., "Of the liquid in it.")
    layers: Annotated[StrictInt, Field(ge=1, le=200)] = setting(10, "Layers, each mixed; more of them keep a front sharper.")
    diameter: Bore | None = setting(None, "Bore of its nozzles.", shown="that of the mains")
    heat_loss: Loss = setting("0 W/K", "Of its whole shell to the plant room.")
    ambient: Temperature = setting("20 degC", "Temperature of the plant room.")


class ExpansionVessel(Table):
    """A vessel with a membrane at the suction of a loop's pumps: `pressure` of the loop is then that of its cold filling."""

    name: Name = setting(..., "Name in messages and reports.")
    loop: Name = setting(..., "The [[cdu]] or [[facility_loop]] whose liquid it takes up.")
    volume: Volume = setting(..., "Of the vessel.")
    precharge: Annotated[float, Quantity(PRESSURE, low=0.0, high=1e7)] = setting(
        ..., "Gas pressure of the empty vessel, over atmosphere."
    )
    fill_temperature: Temperature = setting("10 degC", "At which the loop was filled.", source="EN 12828:2012, annex D")
    liquid_volume: Annotated[float, Quantity(VOLUME, low=0.0, high=1e6)] = setting(
        "0 L", "Of liquid in racks, exchangers and coolers, beside what the pipes and stores of the case hold."
    )


class ImmersionTank(Table):
    """A tank of boards in a stirred dielectric, which the pumps of a CDU drive through it: a box in the room."""

    name: Name = setting(..., "Name in messages and reports.")
    cdu: Name = setting(..., "The [[cdu]] that circulates and cools its liquid; that one's fluid is the dielectric.")
    start: Corner = setting(..., "Low corner.", alias="from")
    to: Corner = setting(..., "High corner.")
    power: Heat = setting(..., "Of the boards in it.")
    room_heat: Power = setting("0 W", "Heat of walls and lid into the room's air, by its data sheet; the bath gets the rest.")
    volume: Volume = setting(..., "Of liquid in it.")
    flow: Stream = setting(..., "Flow at which its loss is stated.")
    loss: Head = setting(..., "Pressure loss of the tank at that flow.")
    loss_exponent: Annotated[float, Quantity(NUMBER, low=1.0, high=2.0)] = setting(
        1.85, "Exponent of flow in that loss.", source="between Blasius' 1.75 and a fitting's 2"
    )
    boards_capacity: Annotated[float, Quantity(THERMAL_MASS, low=0.0, high=1e9)] = setting(
        "0 J/K", "Of boards and tank, as warm as the bath; only a run in time feels it."
    )
    surface_resistance: Annotated[float, Quantity(RESISTANCE, low=0.0, high=1.0)] = setting(
        "0 K/W", "Hottest surface over the bath, by the tank's power."
    )
    surface_limit: Temperature | None = setting(None, "Highest temperature of that surface; margins count from it.", shown="none")
    branch_diameter: Bore = setting("50 mm", "Bore of its hoses and valves.")
    branch_length: Run = setting("5 m", "Length of its hoses, each way.")
    branch_loss: Losses = setting(4.0, "Loss coefficient of a branch, each way.", source="Idelchik 1994, ch. 7")


KINDS = ("pipe", "fitting", "coupler", "valve", "check-valve", "regulator", "filter", "cold-plate", "pump")


class LiquidLink(Table):
    """One more way for a liquid between two nodes, or in line behind a link; nodes and links are made by the assemblies
    (docs/liquid.md) or by these tables."""

    name: Name = setting(..., "Name in messages and reports.")
    kind: Literal["pipe", "fitting", "coupler", "valve", "check-valve", "regulator", "filter", "cold-plate", "pump"] = setting(
        "pipe",
        "What it is. coupler: hose or quick coupler; valve: balancing or control; regulator: pressure-independent valve.",
    )
    start: Name | None = setting(None, "Node where flow counts as coming from.", alias="from", shown="required without after")
    end: Name | None = setting(None, "Node where it goes.", alias="to", shown="required without after")
    after: Name | None = setting(None, "A link behind which this one stands in line, in place of from and to.", shown="none")
    length: Run = setting("1 m", "Of a pipe.")
    diameter: Bore = setting("50 mm", "Bore of a pipe or fitting.")
    roughness: Annotated[float, Quantity(LENGTH, low=0.0, high=0.01)] = setting(
        "0.045 mm", "Roughness of a pipe.", source="commercial steel, Moody 1944"
    )
    loss: Losses = setting(0.0, "Loss coefficient of a pipe or fitting.")
    kv: Kv = setting(25.0, "m3/h at 1 bar: coupler, check valve, clean filter, open valve or regulator.")
    opening: Share = setting(1.0, "Of a valve.")
    characteristic: Literal["linear", "equal-percentage"] = setting("equal-percentage", "Of a valve.")
    rangeability: Annotated[float, Quantity(NUMBER, low=5.0, high=1000.0)] = setting(
        50.0, "Of a valve: its Kv over the one just before it shuts.", source="as most makers state; IEC 60534-2-4"
    )
    fouling: Annotated[float, Quantity(FRACTION, low=0.0, high=0.99)] = setting(
        0.0, "Of a filter: share of its open area that is lost."
    )
    flow: Stream | None = setting(None, "That a regulator holds; rated, of a pump or a cold plate.", shown="required of those")
    head: Head | None = setting(None, "Rated: what a pump adds, or a cold plate takes, at that flow.", shown="required of those")
    head_curve: Curve = setting(
        [1.5, 1.46875, 1.375, 1.21875, 1.0], "Of a pump: head over rated head at flows evenly spaced from zero to the rated one."
    )
    speed: Annotated[float, Quantity(FRACTION, low=0.0, high=1.2)] = setting(1.0, "Of a pump, over full speed.")
    pumps: Annotated[StrictInt, Field(ge=1, le=100)] = setting(1, "Of a pump: how many, side by side, give that flow together.")
    running: Annotated[StrictInt, Field(ge=0, le=100)] | None = setting(
        None, "How many of them run; the others stand behind their check valves.", shown="all"
    )
    check_valve: StrictBool = setting(False, "Of a pump: nothing flows back through it.")
    exponent: Annotated[float, Quantity(NUMBER, low=1.0, high=2.0)] = setting(1.85, "Of a cold plate: of flow in its loss.")
    heat: Annotated[float, Quantity(POWER, low=-1e9, high=1e9)] = setting("0 W", "Into its liquid.")


TABLES: dict[str, type[Table]] = {
    "cold_plate": ColdPlate,
    "cdu": Cdu,
    "rack_manifold": RackManifold,
    "immersion_tank": ImmersionTank,
    "facility_loop": FacilityLoop,
    "dry_cooler": DryCooler,
    "cooling_tower": CoolingTower,
    "chiller": Chiller,
    "buffer_store": BufferStore,
    "expansion_vessel": ExpansionVessel,
    "liquid_link": LiquidLink,
}
