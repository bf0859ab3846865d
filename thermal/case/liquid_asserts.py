"""Numbers of the loops that an [[assert]] can name: "liquid.rack.*.margin", "liquid.cdu.cdu-A.supply", "liquid.balance.whole"."""

from __future__ import annotations

from thermal.case.assert_number import Number, named
from thermal.units import DIFFERENCE, FLOW, FRACTION, POWER, PRESSURE, TEMPERATURE, TIME

_FLOW = {"flow": named("flow_L_min", FLOW, "L/min", "liquid flow")}
_HEAT = {"heat": named("heat_kW", POWER, "kW", "heat that it takes from its liquid")}
_PUMP = {"pump": named("pump_kW", POWER, "kW", "electric power of its pumps")}
_SIDES = {
    "supply": named("supply_degC", TEMPERATURE, "degC", "liquid that comes to it, of a CDU or facility loop: that it sends out"),
    "return": named("return_degC", TEMPERATURE, "degC", "liquid that leaves it, of a CDU or facility loop: that comes back"),
}
_TIME = {
    "time_to_limit": named(
        "time_to_limit_s", TIME, "s", "from the start of a run in time until a limit of chips or coolant is passed"
    )
}
_DEW = {
    "dew_point_margin": named("dew_point_margin_K", DIFFERENCE, "K", "liquid that comes to it above the dew point of its air")
}
_RACK = {
    "margin": named("margin_K", DIFFERENCE, "K", "of its chips to case_limit or junction_limit, whichever is nearer"),
    "case": named("case_degC", TEMPERATURE, "degC", "case temperature of its chips"),
    "junction": named("junction_degC", TEMPERATURE, "degC", "junction temperature of its chips"),
    **_FLOW, **_SIDES, **_DEW, **_TIME,
    "pressure_drop": named("dp_kPa", PRESSURE, "kPa", "between supply and return manifold where it hangs"),
    "heat_to_liquid": named("heat_to_liquid_kW", POWER, "kW", "heat of its chips that goes into the coolant"),
}  # fmt: skip
_CDU = {
    **_SIDES, **_HEAT, **_FLOW, **_PUMP, **_TIME,
    "approach": named("approach_K", DIFFERENCE, "K", "supply to the racks above facility supply"),
    "facility_flow": named("facility_flow_L_min", FLOW, "L/min", "flow of the facility's side"),
    "valve": named("valve_open_share", FRACTION, "-", "facility flow over the rated one, at most 1"),
    "speed": named("speed", FRACTION, "-", "speed of its pumps, 1 = full"),
    "dew_point_margin": named("dew_point_margin_K", DIFFERENCE, "K", "supply above the room's dew point"),
}  # fmt: skip
_FACILITY = {**_SIDES, **_FLOW, **_PUMP, **_TIME, "speed": _CDU["speed"]}
_COOLER = {
    **_HEAT,
    "outlet": named("liquid_outlet_degC", TEMPERATURE, "degC", "liquid that leaves the coolers"),
    "fan_speed": named("fan_speed", FRACTION, "-", "speed of the fans, 1 = full"),
    "fan_power": named("fan_kW", POWER, "kW", "electric power of the fans"),
}
_TOWER = {
    **_COOLER,
    "approach": named("approach_K", DIFFERENCE, "K", "water that leaves the towers above the wet bulb outside"),
}
_TANK = {
    **_FLOW,
    "bath": named("bath_degC", TEMPERATURE, "degC", "its bath"),
    "surface": named("surface_degC", TEMPERATURE, "degC", "hottest surface in it"),
    "margin": named("margin_K", DIFFERENCE, "K", "of its hottest surface to surface_limit"),
}
_VESSEL = {"pressure": named("pressure_kPa", PRESSURE, "kPa", "over atmosphere at the pumps' suction")}
_COIL = {
    **_FLOW,
    **_SIDES,
    **_DEW,
    "heat": named("heat_kW", POWER, "kW", "heat that it takes from its air"),
    "branch_flow": named("branch_L_min", FLOW, "L/min", "liquid flow of its branch, through the coil and round it"),
    "pressure_drop": named("dp_kPa", PRESSURE, "kPa", "between the mains where it hangs"),
    "open_share": named("open_share", FRACTION, "-", "flow through the coil over its design flow"),
}
_CHILLER = {
    **_HEAT,
    "power": named("power_kW", POWER, "kW", "electric power of the compressors"),
    "part_load": named("part_load", FRACTION, "-", "heat over what they could take"),
}
BALANCE = {
    "to_liquid": named("to_liquid_kW", POWER, "kW", "heat of all chips that goes into the coolant"),
    "to_air": named("to_air_kW", POWER, "kW", "heat of racks and pipes that goes into the air"),
    "outdoors": named("outdoors_kW", POWER, "kW", "heat that coolers and chillers take"),
    "from_air": named("coils_kW", POWER, "kW", "heat that coils on loops take from the air"),
    "loops": named("loops", FRACTION, "-", "what the loops leave over, as a share of the heat into them"),
    "interface": named("interface", FRACTION, "-", "what leaves a rack or coil against what enters its loop, over its power"),
    "run": named("run", FRACTION, "-", "what is missing at the end of a run in time of the heat into the loops"),
    "whole": named("whole", FRACTION, "-", "what air, loops and outdoors together leave over, over the IT power"),
}

# first part of a path -> key of the summary, numbers behind it, kind of the rows (all)
LIQUID: dict[str, tuple[str, dict[str, Number], str | None]] = {
    "liquid.rack": ("liquid.racks", _RACK, None),
    "liquid.cdu": ("liquid.cdus", _CDU, None),
    "liquid.coil": ("liquid.coils", _COIL, None),
    "liquid.facility": ("liquid.facility_loops", _FACILITY, None),
    "liquid.cooler": ("liquid.coolers", _COOLER, None),
    "liquid.tower": ("liquid.towers", _TOWER, None),
    "liquid.chiller": ("liquid.chillers", _CHILLER, None),
    "liquid.tank": ("liquid.tanks", _TANK, None),
    "liquid.vessel": ("liquid.vessels", _VESSEL, None),
}
# first part of a path -> the table that names its objects
LOOP_TABLES = {
    "liquid.cdu": "cdu",
    "liquid.facility": "facility_loop",
    "liquid.cooler": "dry_cooler",
    "liquid.tower": "cooling_tower",
    "liquid.chiller": "chiller",
    "liquid.tank": "immersion_tank",
    "liquid.vessel": "expansion_vessel",
}
