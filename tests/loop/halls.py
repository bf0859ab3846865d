"""A small hall with loops as text, for the tests of dialect, assembly, controls and coupling."""

from __future__ import annotations

from thermal.case.build import case_from_text
from thermal.case.model import Case
from thermal.loop.settings import RackAirSide

HALL = """\
[case]
title = "Loops"
[site.outdoor]
dry_bulb = "30 degC"
wet_bulb = "20 degC"
[room]
size = ["6 m", "4.8 m", "3 m"]
[mesh]
cell = "0.2 m"
[flow]
turbulence = "zero-equation"
scheme = "upwind"
[rack.gpu]
size = ["0.6 m", "1.2 m", "2.2 m"]
power = "130 kW"
liquid_share = 0.85
delta_t = "12 K"
[[rack_row]]
name = "A"
type = "gpu"
count = 4
at = ["1.8 m", "1.8 m"]
along = "+x"
front = "-y"
[[cold_plate]]
type = "gpu"
plates = 112
flow = "1.5 L/min"
loss = "60 kPa"
[[cdu]]
name = "cdu"
facility = "fws"
supply = "40 degC"
heat = "600 kW"
approach = "4 K"
flow = "800 L/min"
facility_flow = "800 L/min"
head = "110 kPa"
facility_loss = "60 kPa"
differential_pressure = "80 kPa"
[[rack_manifold]]
name = "manifold"
cdu = "cdu"
row = "A"
diameter = "100 mm"
[[facility_loop]]
name = "fws"
fluid = "PG25"
supply = "35 degC"
flow = "800 L/min"
head = "200 kPa"
diameter = "125 mm"
differential_pressure = "100 kPa"
[[dry_cooler]]
name = "dry"
facility = "fws"
count = 2
heat = "300 kW"
air_inlet = "30 degC"
liquid_inlet = "46 degC"
liquid_outlet = "35 degC"
air_flow = "25 m3/s"
fan_power = "12 kW"
[[supply]]
name = "cold"
on = "y-"
from = ["1.8 m", "0.4 m"]
to = ["4.2 m", "2.6 m"]
temperature = "25 degC"
flow_ratio = 1.05
[[return]]
name = "warm"
on = "ceiling"
from = ["1.8 m", "3.4 m"]
to = ["4.2 m", "4.6 m"]
"""


def hall(*changes: tuple[str, str], more: str = "") -> Case:
    """HALL with each first text replaced once by its second, and more tables behind it."""
    text = HALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return case_from_text(text + more)


def room_air(case: Case, celsius: float = 25.0) -> dict[str, RackAirSide]:
    """Air of one temperature at every rack."""
    return {
        rack.name: RackAirSide(celsius + 273.15, rack.flow * case.air.density * case.air.heat_capacity) for rack in case.racks
    }
