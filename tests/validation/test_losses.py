"""Perforated sheets and tiles on coarse grids: what they cost, and the momentum that tiles blow."""

from __future__ import annotations

import pytest

from benchmarks.validation.losses import measured, pressure_drop, tile_momentum
from benchmarks.validation.reference import columns
from kernels import Backend, BackendUnavailable, open_backend
from thermal.case.aisle import perforated_plate_loss


@pytest.fixture(scope="module")
def device() -> Backend:
    """One thread, float64."""
    try:
        return open_backend("host", "double", threads=1)
    except BackendUnavailable:
        return open_backend("numpy", "double")


@pytest.mark.parametrize("share", [0.1, 0.3, 0.8])
def test_a_leaky_sheet_costs_its_coefficient(device: Backend, share: float) -> None:
    """From the case's `leakage` to the pressure drop in the solver, within 0.1 %."""
    assert pressure_drop(share, device) == pytest.approx(perforated_plate_loss(share), rel=1e-3)


def test_the_coefficient_is_the_diagram_s() -> None:
    """Idelchik's, at every share of the table."""
    table = columns("perforated_plate")
    for share, loss in zip(table["open_fraction"], table["K_idelchik"], strict=True):
        assert perforated_plate_loss(float(share)) == pytest.approx(loss, rel=1e-3)


@pytest.mark.parametrize("share", [0.064, 0.1, 0.2, 0.331])
def test_the_coefficient_lies_within_measurements(share: float) -> None:
    """The correlation deviates from its own measurements by 12 % in the mean."""
    assert perforated_plate_loss(share) == pytest.approx(measured(share), rel=0.12)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.25])
def test_a_tile_blows_the_momentum_of_its_jets(device: Backend, share: float) -> None:
    """U²A/f within 2 %, through every plane above the tile alike, although the jets draw in air from the side."""
    found, _, apart = tile_momentum(share, 0.15, device)
    assert found == pytest.approx(1.0, rel=0.02)
    assert apart < 0.01
