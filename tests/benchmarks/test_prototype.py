"""The prototype's halls: what is told of them is in the cases, and the contained one comes near its inlets on twice the cell."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.prototype import HALLS, PrototypeHall
from benchmarks.solving import solve
from kernels import open_backend


def test_the_halls_are_as_told() -> None:
    for name, power, area in (("open", 4e3, 4.8 * 1.8), ("contained", 30e3, 4.2 * 3.6)):
        case = PrototypeHall(name, cell=0.2).load()
        flow = power / (1206.0 * 12.0)
        assert len(case.racks) == 16 and {rack.power for rack in case.racks} == {power}
        assert [rack.flow for rack in case.racks] == pytest.approx([flow] * 16)
        (supply,) = [opening for opening in case.openings if opening.kind == "supply"]
        assert supply.flow == pytest.approx(1.05 * 16 * flow)
        size = np.subtract(supply.box.high, supply.box.low)
        assert np.prod(size[size > 0]) == pytest.approx(area)
        assert bool(case.obstacles or case.plates) == (name == "contained")
        assert case.flow.turbulence.wall_distance == "room" and case.mesh.cell == 0.2


def test_the_contained_hall_is_near_the_prototype() -> None:
    """On twice its cell within 0.15 K; on its own we are 0.26 K off. By the nearest surface the first rack would be 0.3 K off."""
    solved = solve(PrototypeHall("contained", cell=0.2), open_backend("auto", "single", 1))
    assert solved.outcome.verdict == "steady" and solved.mirrored() < 0.05
    np.testing.assert_allclose(solved.rows(solved.inlets), HALLS["contained"][1], rtol=0, atol=0.15)
