"""A room with two coolers on a chilled-water loop as text, and the air at their coils, for the tests of coils on loops."""

from __future__ import annotations

import math

from thermal.case.build import case_from_text
from thermal.case.model import Case
from thermal.couple import Coupling
from thermal.loop.assembly import assemble
from thermal.loop.coils import CoilAirSide
from thermal.output.liquid import liquid_rows

UNIT = """
[[crah]]
name = "{name}"
from = ["{x} m", "0.2 m", "0 m"]
to = ["{to} m", "1 m", "2 m"]
draws_from = "top"
blows_to = "y+"
fan = {{ shutoff_pressure = "600 Pa", free_flow = "4 m3/s", efficiency = 0.5 }}
loss = {{ flow = "2 m3/s", pressure = "250 Pa" }}
coil = {{ ua = "4 kW/K", loop = "chilled", water_flow = "1.5 L/s", water_loss = "40 kPa", valve = "two-way" }}
control = "supply"
setpoint = "18 degC"
"""
ROOM = (
    """\
[case]
title = "Coils"
[site.outdoor]
dry_bulb = "30 degC"
[room]
size = ["6 m", "5.2 m", "3 m"]
[mesh]
cell = "0.2 m"
[flow]
turbulence = "zero-equation"
scheme = "upwind"
[rack.server]
size = ["0.6 m", "1.2 m", "2 m"]
power = "8 kW"
delta_t = "12 K"
[[rack_row]]
name = "A"
type = "server"
count = 4
at = ["1.8 m", "2.8 m"]
along = "+x"
front = "-y"
"""
    + UNIT.format(name="west", x="0.6", to="1.6")
    + UNIT.format(name="east", x="4.4", to="5.4")
    + """
[[facility_loop]]
name = "chilled"
fluid = "water"
supply = "10 degC"
flow = "3 L/s"
head = "200 kPa"
diameter = "65 mm"
branch_diameter = "40 mm"
branch_length = "3 m"
differential_pressure = "80 kPa"
[[chiller]]
name = "chiller"
facility = "chilled"
model = "Trane CGAM110"
flow = "3 L/s"
loss = "40 kPa"
"""
)


def room(*changes: tuple[str, str], more: str = "", everywhere: bool = False) -> Case:
    """ROOM with each first text replaced by its second, once or wherever it stands, and more tables behind it."""
    text = ROOM
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new) if everywhere else text.replace(old, new, 1)
    return case_from_text(text + more)


def air_at(case: Case, celsius: float = 30.0, flow: float = 2.0, wanted: float = math.inf, share: float = 1.0) -> dict:
    """The same air at every coil on a loop; `wanted` W."""
    capacity = case.air.density * case.air.heat_capacity
    return {
        body.label: CoilAirSide(flow, capacity, celsius + 273.15, wanted, share, body.coil.water_capacity, 0.0)
        for body in case.bodies
        if body.coil is not None and body.coil.branch is not None
    }


def rest(case: Case, sides: dict, inlet: float = 25.0) -> tuple[Coupling, dict]:
    """The loops at rest with this air, and their rows of the summary."""
    coupling = Coupling(case, assemble(case.liquid, case.racks, case.bodies))
    coupling.exchange([inlet + 273.15 - case.air.reference_temperature] * len(case.racks), sides)
    return coupling, liquid_rows(coupling)["liquid"]
