"""Ideal gas against what is known: the Boussinesq limit, a heated duct, a chimney, a closed cavity."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.validation.ideal_gas import chimney, closed_cavity, heated_duct, limit
from benchmarks.validation.reference import columns
from kernels import Backend, open_backend


@pytest.fixture(scope="module")
def backend() -> Backend:
    """The compiled backend where there is one."""
    return open_backend("auto", "double", 1)


def test_small_differences_are_boussinesq(backend: Backend) -> None:
    """The difference of the fields, as a share of the temperature difference, falls with dT/T to the first power."""
    found = limit(backend, (0.01, 0.02, 0.04), cells=16)
    assert 1e-5 < found[0] < 2e-3
    assert np.log2(found[1] / found[0]) == pytest.approx(1.0, abs=0.05)
    assert np.log2(found[2] / found[1]) == pytest.approx(1.0, abs=0.05)


def test_a_heated_duct_accelerates_its_air(backend: Backend) -> None:
    """Velocity grows as temperature, and the pressure pays for the momentum, to what the solver leaves."""
    duct = heated_duct(backend, 16)
    ours, exact = duct.drop
    assert ours == pytest.approx(exact, rel=1e-6) and exact > 3.0
    assert duct.outlet[0] == pytest.approx(duct.outlet[1], rel=1e-7)
    assert duct.velocity[-1] == pytest.approx(2.0 * 493.15 / 293.15, rel=1e-6)
    assert abs(duct.balance) < 1e-8 and duct.mass < 1e-10


def test_a_chimney_draws(backend: Backend) -> None:
    """Within a percent of the balance of heads, of which half a cell's weight at the top is missing: the error halves with it."""
    errors = [run.ours / run.exact - 1.0 for run in (chimney(backend, 20), chimney(backend, 40))]
    assert abs(errors[1]) < 0.01
    assert 2.0 * errors[1] - errors[0] == pytest.approx(0.0, abs=5e-3)


def test_closed_cavity_with_a_hot_wall_four_times_as_hot(backend: Backend) -> None:
    """Nusselt number and thermodynamic pressure on 32 x 32 cells: within 1 % and 0.5 % of the published answer; Boussinesq air
    has another one, and its pressure stays."""
    table = columns("lequere2005_closed_cavity")
    row = list(table["case"]).index("T1")
    gas = closed_cavity(backend, 32, 0.6, "ideal-gas", gate=1e-5)
    assert gas.nusselt == pytest.approx(float(table["nusselt"][row]), rel=0.01)
    assert gas.pressure == pytest.approx(float(table["pressure_ratio"][row]), rel=0.005)
    plain = closed_cavity(backend, 32, 0.6, "boussinesq", gate=1e-5)
    assert plain.pressure == 1.0
    np.testing.assert_allclose(plain.temperature, -plain.temperature[::-1, ::-1], atol=1e-4)  # centrally symmetric
    assert np.abs(gas.temperature + gas.temperature[::-1, ::-1]).max() > 0.1  # and the gas is not
