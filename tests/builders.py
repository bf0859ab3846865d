"""Small cases as thermal.case.model.Case, built without a case file, for every test that needs a hall.

hall_h0 and hall_h1 are the two halls of the comparison with OpenFOAM (4 kW and 30 kW racks, Boussinesq air); tiny_hall has two
racks and 3 528 cells; empty_room has nothing in it. Any field of Case can be replaced by keyword.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from thermal.case.model import Air, Box, Case, Flow, Mesh, Obstacle, Opening, Plate, Point, Rack, Stop, Turbulence, Wall
from thermal.case.openings import ROOM_SURFACES

AIR = Air(
    density=1.19,
    heat_capacity=1006.0,
    kinematic_viscosity=1.5e-5,
    prandtl=0.71,
    expansion=1.0 / 300.0,
    reference_temperature=293.15,
    pressure=101325.0,
)
DELTA_T = 12.0  # K over a rack
SUPPLY_EXCESS = 1.05  # supply flow over the racks' flow
SUPPLY_TEMPERATURE = 293.15  # K
RACK_SIZE = (0.6, 1.2, 2.2)  # m


def rack_flow(air_power: float) -> float:
    """Air flow in m3/s that carries `air_power` W at DELTA_T."""
    return air_power / (AIR.density * AIR.heat_capacity * DELTA_T)


def rack(
    name: str, low: Point, sign: int, power: float, size: Point = RACK_SIZE, axis: int = 1, liquid_share: float = 0.0
) -> Rack:
    """One rack with its low corner at `low`, its front facing (axis, sign)."""
    high = (low[0] + size[0], low[1] + size[1], low[2] + size[2])
    flow = rack_flow(power * (1.0 - liquid_share))
    return Rack(name, name[0], "test", Box(low, high), axis, sign, power, liquid_share, flow, source=f"case.toml:{name}")


def rack_row(row: str, count: int, x: float, y: float, sign: int, power: float) -> tuple[Rack, ...]:
    """`count` racks side by side along +x: A1, A2, ..."""
    return tuple(rack(f"{row}{n + 1}", (x + RACK_SIZE[0] * n, y, 0.0), sign, power) for n in range(count))


def supply(name: str, low: Point, high: Point, axis: int, sign: int, flow: float | None, **more: Any) -> Opening:
    """A supply opening at SUPPLY_TEMPERATURE."""
    more.setdefault("source", f"case.toml:{name}")
    return Opening(name, "supply", Box(low, high), axis, sign, flow, SUPPLY_TEMPERATURE, **more)


def outlet(name: str, low: Point, high: Point, axis: int, sign: int, flow: float | None = None, **more: Any) -> Opening:
    """A return opening; without a flow a pressure opening at 0 Pa."""
    more.setdefault("source", f"case.toml:{name}")
    return Opening(name, "return", Box(low, high), axis, sign, flow, SUPPLY_TEMPERATURE + DELTA_T, **more)


def obstacle(name: str, low: Point, high: Point, power: float = 0.0) -> Obstacle:
    """A solid box."""
    return Obstacle(name, Box(low, high), power, source=f"case.toml:{name}")


def plate(name: str, low: Point, high: Point, open_fraction: float = 0.0, loss_coefficient: float = float("inf")) -> Plate:
    """A thin sheet, closed unless a finite loss coefficient is given."""
    return Plate(name, Box(low, high), open_fraction, loss_coefficient, source=f"case.toml:{name}")


def warm_wall(name: str, on: str, size: Point, **more: Any) -> Wall:
    """A whole surface ("x-", "y+", "floor", ...) of a room of `size` m, with a temperature in K or a heat_flux in W/m2."""
    axis, is_high, sign = ROOM_SURFACES[on]
    low, high = [0.0, 0.0, 0.0], list(size)
    low[axis] = high[axis] = size[axis] if is_high else 0.0
    box = Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))
    return Wall(name, box, axis, sign, source=f"case.toml:{name}", **more)


def empty_room(size: Point = (2.0, 2.0, 2.0), cell: float = 0.2, **overrides: Any) -> Case:
    """A room without any object, `size` m."""
    case = Case(
        name="empty-room",
        title="Empty room",
        room=size,
        altitude=0.0,
        air=AIR,
        flow=Flow(turbulence=Turbulence(turbulent_prandtl=0.85)),
        mesh=Mesh(cell),
        stop=Stop(),
        racks=(),
        openings=(),
        plates=(),
        obstacles=(),
        limits=(),
    )
    return replace(case, **overrides)


def hall_h0(cell: float = 0.1, **overrides: Any) -> Case:
    """Hall H0: 8 racks of 4 kW, air from the floor of the cold aisle, returns in the ceiling: 60 x 72 x 30 cells at 0.1 m."""
    racks = rack_row("A", 4, 1.8, 1.5, +1, 4e3) + rack_row("B", 4, 1.8, 4.5, -1, 4e3)
    flow = SUPPLY_EXCESS * sum(one.flow for one in racks)
    openings = (
        supply("floor", (1.8, 2.7, 0.0), (4.2, 4.5, 0.0), 2, +1, flow),
        outlet("south", (1.8, 0.3, 3.0), (4.2, 1.2, 3.0), 2, -1),
        outlet("north", (1.8, 6.0, 3.0), (4.2, 6.9, 3.0), 2, -1),
    )
    case = empty_room((6.0, 7.2, 3.0), cell, name="hall-h0", title="Hall H0", racks=racks, openings=openings)
    return replace(case, **overrides)


def hall_h1(cell: float = 0.1, **overrides: Any) -> Case:
    """Hall H1: 16 racks of 30 kW, air from a fan wall on x = 0, returns in the ceiling: 120 x 96 x 36 cells at 0.1 m."""
    racks = rack_row("A", 8, 3.6, 2.7, +1, 30e3) + rack_row("B", 8, 3.6, 5.7, -1, 30e3)
    flow = SUPPLY_EXCESS * sum(one.flow for one in racks)
    openings = (
        supply("fan-wall", (0.0, 2.4, 0.3), (0.0, 7.2, 3.0), 0, +1, flow),
        outlet("south", (3.6, 0.6, 3.6), (8.4, 2.1, 3.6), 2, -1),
        outlet("north", (3.6, 7.5, 3.6), (8.4, 9.0, 3.6), 2, -1),
    )
    case = empty_room((12.0, 9.6, 3.6), cell, name="hall-h1", title="Hall H1", racks=racks, openings=openings)
    return replace(case, **overrides)


def tiny_hall(cell: float = 0.2, **overrides: Any) -> Case:
    """Two racks of 4 kW over a tiled floor with one ceiling return: 12 x 21 x 14 = 3 528 cells at 0.2 m."""
    racks = (rack("A1", (0.6, 1.8, 0.0), -1, 4e3), rack("A2", (1.2, 1.8, 0.0), -1, 4e3))
    flow = SUPPLY_EXCESS * sum(one.flow for one in racks)
    openings = (
        supply("tiles", (0.6, 0.6, 0.0), (1.8, 1.8, 0.0), 2, +1, flow),
        outlet("ceiling", (0.6, 3.0, 2.8), (1.8, 4.2, 2.8), 2, -1),
    )
    case = empty_room((2.4, 4.2, 2.8), cell, name="tiny-hall", title="Tiny hall", racks=racks, openings=openings)
    return replace(case, **overrides)
