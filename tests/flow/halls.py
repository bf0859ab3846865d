"""Small halls of every kind for the tests of the flow, and the shortest ways to iterate or run one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from kernels import Backend
from meshes import Grid
from tests.builders import empty_room, obstacle, outlet, plate, supply, tiny_hall
from thermal.case.model import Case, Mesh, Stop
from thermal.flow.averages import PLACES
from thermal.flow.domain import Domain
from thermal.flow.monitor import Monitor
from thermal.flow.solver import Flow
from thermal.flow.steady import Outcome, SteadyRun
from thermal.parallel import Communicator, Serial, cut
from thermal.place import Placement, place, place_case

RELAXATION = 0.7


def modelled(case: Case, model: str, scheme: str = "upwind", **turbulence: Any) -> Case:
    """The case with a turbulence model and one scheme for velocity and temperature."""
    choice = replace(case.flow.turbulence, model=model, **turbulence)
    return replace(case, flow=replace(case.flow, turbulence=choice, velocity_scheme=scheme, temperature_scheme=scheme))


def stopping_at(case: Case, iterations: int) -> Case:
    """The case with an iteration limit."""
    return replace(case, stop=Stop(iterations=iterations))


def hall_of_everything() -> Case:
    """The tiny hall with two pressure openings, one with a loss; a porous roof and a porous door; closed plates, one of which
    cuts off a region of its own; and an obstacle with power.

    On the grid of 0.2 m, racks, sheets, plates and obstacle lie on or across x = 1.0 m and y = 2.2 m, the cuts at cells 5 and 11.
    """
    case = tiny_hall()
    return replace(
        case,
        openings=(
            supply("tiles", (0.6, 0.6, 0.0), (1.8, 1.8, 0.0), 2, +1, case.openings[0].flow, open_fraction=0.5),
            outlet("ceiling", (0.6, 3.0, 2.8), (1.8, 4.2, 2.8), 2, -1, loss_coefficient=2.0),
            outlet("relief", (0.0, 1.0, 2.2), (0.0, 3.0, 2.6), 0, +1, pressure=0.1),
        ),
        plates=(
            plate("roof", (0.0, 0.6, 2.2), (2.4, 1.8, 2.2), 0.3, 12.0),
            plate("door", (0.2, 2.2, 2.2), (2.4, 2.2, 2.8), 0.5, 3.0),
            plate("screen", (1.0, 3.4, 0.0), (1.0, 4.2, 1.0)),
            plate("back-room", (0.0, 0.4, 0.0), (2.4, 0.4, 2.8)),
        ),
        obstacles=(obstacle("ups", (0.6, 3.2, 0.0), (1.4, 3.6, 0.8), 600.0),),
    )


def uneven_cells() -> Case:
    """The same on cells of many widths: planes on every object, and cells of at most 0.27 m between them."""
    return replace(hall_of_everything(), mesh=Mesh(0.27))


def fixed_returns() -> Case:
    """The tiny hall with as much air drawn out as is blown in."""
    case = tiny_hall()
    flow = case.openings[0].flow
    return replace(case, openings=(case.openings[0], replace(case.openings[1], flow=flow)))


def heated_obstacle() -> Case:
    """A room without racks: a box of 800 W between a supply low in one wall and two pressure returns high in the other."""
    openings = (
        supply("low", (0.0, 0.8, 0.2), (0.0, 1.6, 0.8), 0, +1, 0.15),
        outlet("left", (3.2, 0.2, 1.6), (3.2, 1.0, 2.0), 0, -1),
        outlet("right", (3.2, 1.4, 1.6), (3.2, 2.2, 2.0), 0, -1),
    )
    box = obstacle("heater", (1.2, 0.8, 0.0), (2.0, 1.6, 0.8), 800.0)
    return empty_room((3.2, 2.4, 2.4), 0.2, name="heater", openings=openings, obstacles=(box,))


def porous_roof() -> Case:
    """The tiny hall with a perforated roof over its cold aisle, a closed door beside it and twice the air."""
    case = tiny_hall()
    return replace(
        case,
        openings=(replace(case.openings[0], flow=2.0 * case.openings[0].flow), case.openings[1]),
        plates=(
            plate("roof", (0.0, 0.4, 2.2), (2.4, 1.8, 2.2), 0.3, 12.0),
            plate("front", (0.0, 0.4, 0.0), (2.4, 0.4, 2.2)),
            plate("west", (0.6, 1.8, 0.0), (0.6, 3.0, 2.2)),
        ),
    )


def sealed_aisle() -> Case:
    """The tiny hall with its cold aisle closed all round: two regions between which nothing but the racks moves air."""
    case = tiny_hall()
    flow = sum(rack.flow for rack in case.racks)
    return replace(
        case,
        openings=(replace(case.openings[0], flow=flow), case.openings[1]),
        plates=(
            plate("over", (0.6, 1.8, 2.2), (1.8, 1.8, 2.8)),
            plate("west", (0.0, 1.8, 0.0), (0.6, 1.8, 2.8)),
            plate("east", (1.8, 1.8, 0.0), (2.4, 1.8, 2.8)),
        ),
    )


def natural_draught() -> Case:
    """A box of 800 W in a room with one opening low and one high, and no fan."""
    openings = (
        outlet("low", (0.0, 0.8, 0.2), (0.0, 1.6, 0.8), 0, +1),
        outlet("high", (3.2, 0.8, 1.6), (3.2, 1.6, 2.2), 0, -1),
    )
    return replace(heated_obstacle(), name="draught", openings=openings)


def closed_room() -> Case:
    """Nothing comes, nothing goes, nothing heats."""
    return empty_room((1.6, 1.2, 2.0), 0.2, plates=(plate("shelf", (0.4, 0.2, 1.0), (1.2, 0.8, 1.0)),))


HALLS: dict[str, Callable[[], Case]] = {
    "fixed returns": fixed_returns,
    "pressure returns": tiny_hall,
    "heated obstacle": heated_obstacle,
    "porous roof": porous_roof,
    "sealed aisle": sealed_aisle,
    "natural draught": natural_draught,
    "everything": hall_of_everything,
    "uneven cells": uneven_cells,
}


def start(
    case: Case | Placement, backend: Backend, comm: Communicator | None = None, planes: Any = None,
    relaxation: float = RELAXATION, grid: Grid | None = None, step: float | None = None,
) -> Flow:  # fmt: skip
    """The flow of a case, begun: the whole hall, or one block of it."""
    placement = case if isinstance(case, Placement) else place(case, grid) if grid else place_case(case)
    comm = comm or Serial()
    flow = Flow(Domain(placement, backend, comm, cut(comm, placement.grid.n, planes)))
    flow.bind(relaxation, step)
    flow.begin()
    return flow


def fields(flow: Flow) -> dict[str, np.ndarray]:
    """All declared fields as global arrays."""
    return {name: flow.whole_field(getattr(flow.state, name), PLACES.get(name)) for name in flow.state.names}


def solve(case: Case, backend: Backend, monitor: Monitor | None = None, comm: Communicator | None = None, **more: Any) -> Outcome:
    """A run to its verdict on the case's own grid, without the coarser ones."""
    return SteadyRun([place_case(case)], backend, comm or Serial(), case.stop.iterations, monitor or Monitor(), **more).run()


def speed(found: dict[str, np.ndarray]) -> float:
    """Largest face velocity, m/s."""
    return max(float(np.abs(found[name]).max()) for name in "uvw")
