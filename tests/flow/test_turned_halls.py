"""Shipped halls turned by a quarter or mirrored: the same racks breathe the same air, and every velocity turns with the hall."""

from __future__ import annotations

import numpy as np
import pytest

import thermal
from kernels import Backend
from tests.flow.halls import fields, modelled, start
from tests.flow.test_symmetry import TURNS, Turn
from thermal.case.model import Case
from thermal.overrides import with_overrides
from thermal.run import centre_fields

ITERATIONS = 220  # after which what is left is below the tolerances here; first order, as van Leer's limiter goes on to flicker
CELLS = {"hall-30kw-contained": 0.4, "openfoam-h0": 0.3}


def converged(case: Case, backend: Backend) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Output fields, and rack inlets in K above reference, of a hall that has come to rest; no side is warmed at its start."""
    flow = start(case, backend)
    for _ in range(ITERATIONS - 1):
        flow.iterate(False)
    measure = flow.iterate(True)
    assert measure is not None
    return centre_fields(case, fields(flow)), measure.inlets


def turned_velocity(turn: Turn, velocity: np.ndarray) -> np.ndarray:
    """A [k, j, i, 3] field turned, its components too."""
    parts = [turn.field(velocity[..., old]) * (-1.0 if flip else 1.0) for old, flip in zip(turn.order, turn.flip, strict=True)]
    return np.stack(parts, axis=-1)


@pytest.mark.parametrize(
    ("name", "turn"), [("hall-30kw-contained", "quarter turn"), ("openfoam-h0", "quarter turn"), ("openfoam-h0", "mirror y")]
)
def test_a_shipped_hall_turns_with_all_it_holds(double: Backend, name: str, turn: str) -> None:
    """Inlets rack by rack to a thousandth of a kelvin; temperature, velocity and eddy viscosity cell by cell."""
    case = with_overrides(thermal.load(name), cell=CELLS[name])
    case = modelled(case, case.flow.turbulence.model)
    (here, inlets), (there, turned) = converged(case, double), converged(TURNS[turn].case(case), double)
    np.testing.assert_allclose(turned, inlets, rtol=0, atol=1e-3)
    expected = {field: TURNS[turn].field(here[field]) for field in ("temperature", "eddy_viscosity")}
    expected["velocity"] = turned_velocity(TURNS[turn], here["velocity"])
    for field, values in expected.items():
        scale = np.ptp(values) if field == "temperature" else np.abs(values).max()
        assert np.abs(there[field] - values).max() < 5e-4 * scale, field
