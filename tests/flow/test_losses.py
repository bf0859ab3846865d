"""What openings, tiles and perforated sheets do to the pressure, in a duct in which nothing else does anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kernels import Backend
from tests.builders import AIR, empty_room, outlet, plate, supply
from tests.flow.halls import fields, modelled, start
from tests.flow.test_exact import planes
from thermal.case.model import Opening, Plate

LENGTH, CELLS = 2.0, 16
SPEED = 1.5  # m/s
ENDS: dict[str, tuple[Any, Any]] = {
    "in": ((0.0, 0.0, 0.0), (0.0, 1.0, 1.0)),
    "out": ((LENGTH, 0.0, 0.0), (LENGTH, 1.0, 1.0)),
}
OUT = outlet("out", *ENDS["out"], 0, -1)


def settled(backend: Backend, openings: tuple[Opening, ...], plates: tuple[Plate, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Velocity m/s on the faces along the duct and pressure over density m2/s2 in its cells, once they stand."""
    case = empty_room((LENGTH, 1.0, 1.0), 1.0, openings=openings, plates=plates)
    air = replace(case.air, kinematic_viscosity=1e-9)
    case = replace(case, air=air, flow=replace(case.flow, buoyancy=False))
    flow = start(modelled(case, "laminar", "second-order"), backend, grid=planes((LENGTH, CELLS), (1.0, 1), (1.0, 1)))
    for _ in range(400):
        flow.iterate(False)
    measure = flow.iterate(True)
    assert measure is not None and measure.mass < 1e-9 and measure.momentum < 1e-6
    found = fields(flow)
    return found["u"][0, 0], found["p"][0, 0]


def sheet(loss: float, x: float = 1.0) -> Plate:
    """A perforated sheet across the duct."""
    return plate("sheet", (x, 0.0, 0.0), (x, 1.0, 1.0), 0.4, loss)


@pytest.mark.parametrize("loss", [0.0, 3.0, 40.0])
def test_a_sheet_costs_its_loss(one_thread: Backend, loss: float) -> None:
    """K U2/2 between the two sides, nothing before and behind."""
    speed, pressure = settled(one_thread, (supply("in", *ENDS["in"], 0, +1, SPEED), OUT), (sheet(loss),))
    half = CELLS // 2
    np.testing.assert_allclose(speed, SPEED, rtol=1e-9)
    assert pressure[half - 1] - pressure[half] == pytest.approx(0.5 * loss * SPEED**2, abs=1e-5)
    assert np.ptp(pressure[:half]) < 1e-5 and np.ptp(pressure[half:]) < 1e-5


@pytest.mark.parametrize(
    ("entry", "across", "exit_"),
    [(0.0, 0.0, 0.0), (2.0, 0.0, 0.0), (0.0, 5.0, 0.0), (0.0, 0.0, 4.0), (1.0, 2.0, 3.0)],
)
def test_pressures_drive_what_the_losses_let_through(one_thread: Backend, entry: float, across: float, exit_: float) -> None:
    """U = sqrt(2 dp / (rho (1 + sum of losses))): air enters from rest, so one dynamic head goes with it."""
    drop = 2.0
    held = outlet("in", *ENDS["in"], 0, +1, pressure=drop, loss_coefficient=entry)
    speed, pressure = settled(one_thread, (held, replace(OUT, loss_coefficient=exit_)), (sheet(across),))
    expected = np.sqrt(2.0 * drop / AIR.density / (1.0 + entry + across + exit_))
    np.testing.assert_allclose(speed, expected, rtol=1e-4)
    assert pressure[0] == pytest.approx(drop / AIR.density - 0.5 * (1.0 + entry) * expected**2, abs=1e-3)
    assert pressure[-1] == pytest.approx(0.5 * exit_ * expected**2, abs=1e-3)


def test_the_flow_turns_with_the_pressures(one_thread: Backend) -> None:
    """The same duct blown through the other way."""
    ends = (outlet("in", *ENDS["in"], 0, +1, pressure=0.0, loss_coefficient=2.0), replace(OUT, pressure=2.0))
    speed, _ = settled(one_thread, ends)
    np.testing.assert_allclose(speed, -np.sqrt(4.0 / AIR.density / 3.0), rtol=1e-4)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.25])
def test_a_tile_blows_with_the_momentum_of_its_holes(one_thread: Backend, share: float) -> None:
    """Jets at U/share mix to U: momentum balance turns the rest into pressure, U2 (1/share - 1)."""
    speed, pressure = settled(one_thread, (supply("in", *ENDS["in"], 0, +1, SPEED, open_fraction=share), OUT))
    np.testing.assert_allclose(speed, SPEED, rtol=1e-9)
    assert pressure[-1] - pressure[0] == pytest.approx(SPEED**2 * (1.0 / share - 1.0), abs=1e-5)


def test_a_sheet_that_covers_half_the_duct_diverts_the_flow(one_thread: Backend) -> None:
    """More goes past it than through it, and all of it arrives."""
    openings = (supply("in", *ENDS["in"], 0, +1, SPEED), OUT)
    low_half = plate("half", (1.0, 0.0, 0.0), (1.0, 1.0, 0.5), 0.4, 20.0)
    case = empty_room((LENGTH, 1.0, 1.0), 1.0, openings=openings, plates=(low_half,))
    flow = start(modelled(case, "zero-equation"), one_thread, grid=planes((LENGTH, CELLS), (1.0, 4), (1.0, 8)))
    for _ in range(150):
        flow.iterate(False)
    across = fields(flow)["u"][:, :, CELLS // 2] / (4 * 8)
    below, above = across[:4].sum(), across[4:].sum()
    assert below + above == pytest.approx(SPEED, rel=1e-6)
    assert 0.1 < below / above < 0.5
