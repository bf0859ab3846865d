"""An iteration after warm-up allocates nothing on the device, and the host waits as often as it must: counted on the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kernels import open_backend
from tests.builders import plate, tiny_hall
from tests.kernels.stand_in import CupyStandIn, cupy_stand_in
from thermal.flow.domain import Domain
from thermal.flow.sequence import place_sequence
from thermal.flow.solver import Flow
from thermal.gridding import make_grid
from thermal.parallel import Serial, cut

NOTHING = {"allocations": 0, "uploads": 0}


@pytest.fixture(params=["k-epsilon", "zero-equation"])
def running(request: pytest.FixtureRequest) -> Iterator[tuple[CupyStandIn, Flow]]:
    """A hall with a leaking panel after three iterations."""
    case = tiny_hall(0.3, plates=(plate("panel", (0.6, 1.8, 2.2), (1.8, 1.8, 2.8), 0.1, 200.0),))
    case = replace(case, flow=replace(case.flow, turbulence=replace(case.flow.turbulence, model=request.param)))
    with cupy_stand_in() as cp:
        placement = place_sequence(case, make_grid(case))[-1]
        flow = Flow(Domain(placement, open_backend("cuda"), Serial(), cut(Serial(), placement.grid.n)))
        flow.bind(0.7)
        flow.begin()
        for measure in (False, True, False):
            flow.iterate(measure)
        yield cp, flow


def spent(cp: CupyStandIn, work: Any) -> dict[str, int]:
    """What some work asks of the device."""
    before = dict(vars(cp.counts))
    work()
    return {name: value - before[name] for name, value in vars(cp.counts).items()}


def test_an_iteration_is_two_graphs_and_one_wait(running: tuple[CupyStandIn, Flow]) -> None:
    cp, flow = running
    counts = spent(cp, lambda: flow.iterate(False))
    assert counts | NOTHING == counts
    # between the two graphs the host inverts the coarsest level
    assert (counts["graphs"], counts["launches"], counts["synchronizations"]) == (2, 0, 1)
    assert counts["kernels"] > 100


def test_a_measured_iteration_and_a_polish_allocate_nothing(running: tuple[CupyStandIn, Flow]) -> None:
    cp, flow = running
    for work in (lambda: flow.iterate(True), lambda: flow.polish(2), lambda: flow.measure(flow.pressure.mass_defect())):
        counts = spent(cp, work)
        assert counts | NOTHING == counts
    flow.iterate(True)
    counts = spent(cp, lambda: flow.iterate(True))
    # the coarsest level; then, all at the end, four defects, that of mass, and the sample
    assert (counts["graphs"], counts["synchronizations"]) == (2, 1 + 6)
    assert counts["launches"] < 20  # those of the sample


def test_recorded_iterations_give_the_numbers_of_steps_with_new_relaxation_too(running: tuple[CupyStandIn, Flow]) -> None:
    """What was recorded holds the relaxation of its day: `bind` must record anew."""
    cp, flow = running
    backend, names = flow.domain.backend, flow.state.names
    flow.bind(0.5)
    start = {name: backend.download(getattr(flow.state, name)) for name in names}
    ends = []
    for captures in (True, False):
        for name in names:
            backend.store(start[name], getattr(flow.state, name))
        cp.captures = captures
        flow.bind(0.5)
        flow.iterate(False)
        flow.iterate(False)
        counts = spent(cp, lambda: flow.iterate(False))
        assert (counts["launches"] == 0) is captures
        ends.append([backend.download(getattr(flow.state, name)) for name in names])
    for recorded, stepped in zip(*ends, strict=True):
        assert (recorded == stepped).all()
