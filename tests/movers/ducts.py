"""Ducts with a fan in the middle: the smallest cases in which a curve meets a system."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kernels import Backend, BackendUnavailable, open_backend
from tests.builders import empty_room, outlet, plate
from tests.flow.halls import start
from thermal.case.bodies import Body, Part
from thermal.case.model import Box, Case, Flow, Turbulence
from thermal.flow.solver import Flow as Solver
from thermal.movers.curve import FanCurve

SIZE = (2.4, 0.8, 0.8)
AREA = SIZE[1] * SIZE[2]


def device() -> Backend:
    """One thread, float64."""
    try:
        return open_backend("host", "double", threads=1)
    except BackendUnavailable:
        return open_backend("numpy", "double")


def fan_body(curve: FanCurve | None, box: Box, axis: int = 0, sign: int = 1, resistance: float = 0.0, **more: Any) -> Body:
    """A body of one part."""
    part = Part("all", "cooler", box, axis, sign, curve, resistance)
    return Body("fan", "fan_wall", box, (part,), source="case.toml:fan", **more)


def duct(body: Body, loss: float = 0.0, pressures: tuple[float, float] = (0.0, 0.0), cell: float = 0.2, **more: Any) -> Case:
    """A duct along x open at both ends, with a sheet of `loss` behind the fan."""
    openings = (
        outlet("in", (0.0, 0.0, 0.0), (0.0, SIZE[1], SIZE[2]), 0, +1, pressure=pressures[0]),
        outlet("out", (SIZE[0], 0.0, 0.0), SIZE, 0, -1, pressure=pressures[1]),
    )
    sheets = (plate("sheet", (2.0, 0.0, 0.0), (2.0, SIZE[1], SIZE[2]), 0.5, loss),) if loss else ()
    case = empty_room(SIZE, cell, openings=openings, plates=sheets, bodies=(body,))
    return replace(case, flow=Flow(Turbulence("laminar"), buoyancy=False, velocity_scheme="upwind"), **more)


def settled(case: Case, most: int = 300, closed: float = 1e-7) -> tuple[Solver, int]:
    """The flow of a case after as many iterations as it takes to close mass and momentum, and their number."""
    flow = start(case, device())
    for number in range(1, most + 1):
        measure = flow.iterate(number % 5 == 0)
        if measure and measure.mass < closed and measure.momentum < 30.0 * closed:
            return flow, number
    raise AssertionError(f"not settled: mass {measure.mass:.1e}, momentum {measure.momentum:.1e}")  # type: ignore[union-attr]


def flow_of(flow: Solver) -> float:
    """m3/s through the first body, along its fans."""
    reading = flow.movers.read()
    assert reading is not None
    return float(reading.sums[0, 0])


def sheet_resistance(loss: float, density: float) -> float:
    """Pa/(m3/s)^2 of K rho u^2/2 over the duct's section."""
    return 0.5 * loss * density / AREA**2


def rise_of(flow: Solver) -> np.ndarray:
    """Pressure rise of each fan face, Pa of standard air."""
    reading = flow.movers.read()
    assert reading is not None
    return 1.2 * reading.rise
