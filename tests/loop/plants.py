"""The hall of tests.loop.halls with water, a tower, immersion tanks, a store, a vessel and single links, as text."""

from __future__ import annotations

from tests.loop.halls import HALL
from thermal.case.build import case_from_text
from thermal.case.model import Case

MORE = """
[[cdu]]
name = "baths"
facility = "fws"
fluid = "HFE-7100"
supply = "38 degC"
heat = "220 kW"
approach = "5 K"
flow = "1000 L/min"
facility_flow = "400 L/min"
head = "90 kPa"
facility_loss = "60 kPa"
[[immersion_tank]]
name = "T1"
cdu = "baths"
from = ["0.2 m", "0.2 m", "0 m"]
to = ["0.8 m", "1.4 m", "1.2 m"]
power = "100 kW"
room_heat = "0.6 kW"
volume = "700 L"
flow = "500 L/min"
loss = "30 kPa"
surface_resistance = "0.08 K/kW"
surface_limit = "60 degC"
[[immersion_tank]]
name = "T2"
cdu = "baths"
from = ["0.2 m", "2.2 m", "0 m"]
to = ["0.8 m", "3.4 m", "1.2 m"]
power = "90 kW"
volume = "700 L"
flow = "500 L/min"
loss = "30 kPa"
[[cooling_tower]]
name = "tower"
facility = "fws"
heat = "700 kW"
air_inlet = "30 degC"
wet_bulb = "20 degC"
liquid_inlet = "40 degC"
liquid_outlet = "30 degC"
air_flow = "20 m3/s"
fan_power = "10 kW"
[[buffer_store]]
name = "store"
facility = "fws"
volume = "5 m3"
height = "2.5 m"
heat_loss = "15 W/K"
[[expansion_vessel]]
name = "vessel"
loop = "fws"
volume = "300 L"
precharge = "1.5 bar"
liquid_volume = "500 L"
"""
WATER = ('fluid = "PG25"\nsupply = "35 degC"\nflow = "800 L/min"', 'fluid = "water"\nsupply = "33 degC"\nflow = "1400 L/min"')


def plant_text(*changes: tuple[str, str], more: str = "") -> str:
    """The text with each first text replaced once by its second, and more tables behind it."""
    start, end = HALL.index("[[dry_cooler]]"), HALL.index("[[supply]]")
    text = HALL[:start] + HALL[end:] + MORE
    for old, new in (WATER, *changes):
        assert old in text, old
        text = text.replace(old, new, 1)
    return text + more


def plant_hall(*changes: tuple[str, str], more: str = "") -> Case:
    """The case of `plant_text`."""
    return case_from_text(plant_text(*changes, more=more))
