"""Face flows close to 1e-8 of the supply, and what objects move stays what it was."""

from __future__ import annotations

import numpy as np
import pytest

from kernels import open_backend
from tests.flow.halls import HALLS
from tests.scalars.flows import iterated, standing
from thermal.parallel import run_blocks

PROMISED = 1e-8


@pytest.mark.parametrize("hall", ["pressure returns", "fixed returns", "sealed aisle", "everything", "uneven cells"])
def test_mass_closes_in_every_cell(hall: str) -> None:
    """From fields in single precision that close to some 1e-4 only; sums over cells are taken here, from the flows themselves."""
    backend = open_backend("host", "single", threads=1)
    placement, fields = iterated(HALLS[hall](), backend)
    flow = standing(placement, fields, backend)
    assert flow.defect < PROMISED
    net = np.zeros(placement.grid.shape)
    for axis, one in enumerate(flow.flows):
        inner = backend.download(one)[2:, 2:, 2:]
        low = tuple(slice(0, n) for n in placement.grid.shape)
        high = tuple(slice(1, n + 1) if 2 - axis == a else slice(0, n) for a, n in enumerate(placement.grid.shape))
        net += inner[high] - inner[low]
    for one in flow.crossings:
        k, j, i = np.unravel_index(one.cell, flow.domain.shape)
        np.add.at(net, (k - 2, j - 2, i - 2), -one.inflow)
    assert np.abs(net).sum() < PROMISED * flow.supply
    assert flow.inflow.sum() == pytest.approx(flow.outflow.sum(), rel=PROMISED)


def test_racks_and_fixed_openings_keep_their_flow() -> None:
    backend = open_backend("host", "single", threads=1)
    case = HALLS["fixed returns"]()
    placement, fields = iterated(case, backend)
    flow = standing(placement, fields, backend)
    for index, patch in enumerate(placement.patches):
        moved = max(flow.inflow[index], flow.outflow[index])
        assert moved == pytest.approx(patch.object.flow, rel=1e-6)
    fronts = [i for i, patch in enumerate(placement.patches) if patch.kind == "front"]
    backs = [i for i, patch in enumerate(placement.patches) if patch.kind == "back"]
    assert flow.outflow[fronts] == pytest.approx(flow.inflow[backs], rel=1e-14)


def test_blocks_have_the_same_flow() -> None:
    backend = open_backend("host", "double", threads=1)
    placement, fields = iterated(HALLS["everything"](), backend)
    whole = standing(placement, fields, backend)
    parts = run_blocks(2, 2, 1, lambda comm: standing(placement, fields, backend, comm, ((5,), (11,), ())))
    for part in parts:
        assert part.inflow == pytest.approx(whole.inflow, abs=1e-9)
        assert part.outflow == pytest.approx(whole.outflow, abs=1e-9)
        assert (part.reached == whole.reached).all()


def test_air_that_nothing_reaches_is_left_out() -> None:
    """The back room of the hall of everything has no opening."""
    backend = open_backend("host", "single", threads=1)
    placement, fields = iterated(HALLS["everything"](), backend, 4)
    flow = standing(placement, fields, backend)
    assert placement.region_count == 2
    assert 0 < (placement.fluid & ~flow.reached).sum() < 0.2 * placement.fluid_cells
