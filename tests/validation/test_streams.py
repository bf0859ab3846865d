"""The quick rows of the studies lid-cavity, plane-flows and channel, by the studies' own code."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.validation import channel, lid_cavity, plane_flows
from benchmarks.validation.reference import columns
from benchmarks.validation.slabs import at, settle


def test_lid_driven_cavity() -> None:
    """Re 100 on 32 x 32: within 2 % of the lid's speed of every point of Ghia, Ghia & Shin (1982), on average within 0.5 %."""
    found = lid_cavity.cavity(100, 32, gate=1e-4)
    ours = lid_cavity.distance(found, 100)
    for which in "uv":
        far = np.abs(ours[which] - lid_cavity.published(which, 100)[1])
        assert far.max() < 0.02 and far.mean() < 0.005, (which, far)


@pytest.mark.parametrize(("driven", "coarse"), [("force", 8), ("bulk velocity", 12)])
def test_order_of_the_square_duct(driven: str, coarse: int) -> None:
    """Against the series, on coarse x coarse and four times as many cells: second order."""
    errors = []
    for cells in (coarse, 2 * coarse):
        text = plane_flows.CASE.format(
            periodic=plane_flows.DUCT, driven=plane_flows.FORCE if driven == "force" else plane_flows.BULK
        )
        found = settle(text, [(1, cells, cells)], 1e-8, relaxation=0.95)
        places = plane_flows.middles(cells)
        exact = plane_flows.duct_velocity(places, places) * found.flow.drive.force[0] / plane_flows.VISCOSITY
        errors.append(float(np.abs(found.field("u")[:, :, 0] - exact).mean()))
    assert np.log2(errors[0] / errors[1]) > 1.9, errors


def test_heat_of_two_plates() -> None:
    """Nusselt number 140/17 of equal fluxes: second order."""
    kept = 'temperature = "20 degC"'
    driven = plane_flows.BULK + '\ntemperature_gradient = "1 K/m"'
    text = plane_flows.CASE.format(periodic=plane_flows.PLATES, driven=driven) + plane_flows.WALLS.format(kept, kept)
    errors = []
    for cells in (16, 32):
        found = settle(text, [(1, 1, cells)], 1e-9, relaxation=0.95)
        u, t = found.field("u")[:, 0, 0], found.field("T")[:, 0, 0]
        nusselt = u.sum() / -float((u * t).sum()) * plane_flows.PRANDTL / plane_flows.VISCOSITY
        errors.append(abs(nusselt / (140.0 / 17.0) - 1.0))
    assert np.log2(errors[0] / errors[1]) > 1.9 and errors[-1] < 0.005, errors


@pytest.mark.parametrize(("reynolds", "cells"), [(1.56e5, 12), (5e5, 6)])
def test_turbulent_channel(reynolds: float, cells: int) -> None:
    """k-epsilon in a hall's cells, y+ 275 and 1570: friction within 5 % of the law of smooth ducts, the wall cell on the log law,
    heat within 8 % of Gnielinski; and friction as another program has it."""
    flow = channel.channel("k-epsilon", reynolds, cells)
    assert 250.0 < flow.height[0] < 1600.0
    assert flow.friction == pytest.approx(channel.prandtl(reynolds), rel=0.05)
    if cells in channel.OTHERS:
        assert flow.friction / channel.dean(reynolds) == pytest.approx(channel.OTHERS[cells], rel=0.01)
    assert flow.velocity[0] / flow.friction_velocity == pytest.approx(channel.log_law(flow.height[:1])[0], rel=0.05)
    assert flow.nusselt == pytest.approx(channel.gnielinski(2.0 * reynolds, 4.0 * channel.prandtl(reynolds)), rel=0.08)


def test_a_channel_seen_from_a_moving_frame() -> None:
    """Plates that move against the stream, both at half its speed past them: the same friction and profile."""
    text = channel.CASE.format(model="k-epsilon", viscosity=1.0 / 1.56e5).replace('temperature_gradient = "1 K/m"', "")
    still = settle(text, [(1, 1, 12)], 1e-8)
    moving = text.replace('"1 m/s", "0 m/s"', '"0.5 m/s", "0 m/s"')
    moving = moving.replace('temperature = "20 degC"\n[[', 'velocity = ["-0.5 m/s", "0 m/s", "0 m/s"]\n[[')
    moving = moving.rstrip().removesuffix('temperature = "20 degC"') + 'velocity = ["-0.5 m/s", "0 m/s", "0 m/s"]\n'
    passing = settle(moving, [(1, 1, 12)], 1e-8)
    assert sum(wall.velocity[0] for wall in passing.case.walls) == -1.0
    assert passing.flow.drive.force[0] == pytest.approx(still.flow.drive.force[0], rel=1e-4)
    np.testing.assert_allclose(passing.field("u") + 0.5, still.field("u"), atol=1e-5)


def test_the_references_are_what_their_sources_say() -> None:
    """The friction law against its tabulated values, the duct's series against f Re 14.227, and the cubic through four points."""
    table = columns("colebrook_smooth")
    for reynolds, friction in zip(table["Re"], table["f"], strict=True):
        assert 4.0 * channel.prandtl(reynolds / 2.0) == pytest.approx(friction, rel=1e-6)
    assert plane_flows.duct_friction() == pytest.approx(14.227, abs=5e-4)
    x = np.array([0.0, 0.1, 0.3, 0.4, 0.8, 1.0])
    np.testing.assert_allclose(at(x, x**3 - x, np.array([0.05, 0.35, 0.99])), [0.05**3 - 0.05, 0.35**3 - 0.35, 0.99**3 - 0.99])
