"""A hall of movers as the solver sees it: in blocks, from a checkpoint, and on its own pressure equation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernels import Backend
from tests.flow.halls import fields, start
from tests.linear.systems import System
from tests.movers.ducts import device
from thermal.case.build import case_from_text
from thermal.flow.monitor import Monitor
from thermal.flow.steady import SteadyRun
from thermal.parallel import Communicator, Serial, run_blocks
from thermal.place import Placement, place_case

TEXT = (Path(__file__).parent / "hall.toml").read_text(encoding="utf-8")
ITERATIONS = 10
CUTS: tuple[tuple[int, int, int], Any] = ((2, 2, 1), ((14,), (11,), ()))  # through racks, through the cooler's tubes


@pytest.fixture(scope="module")
def placement() -> Placement:
    """On its grid of 0.2 m."""
    return place_case(case_from_text(TEXT))


def iterate(placement: Placement, backend: Backend, comm: Communicator, planes: Any = None) -> tuple[np.ndarray, dict]:
    """Rows of residuals, inlets and devices, and the fields, after some iterations."""
    flow = start(placement, backend, comm, planes)
    rows = []
    for _ in range(ITERATIONS):
        measure = flow.iterate(True)
        assert measure is not None
        assert measure.movers is not None
        devices = [*measure.movers.sums.ravel(), *measure.movers.response.ravel(), *measure.movers.heat]
        rows.append([measure.mass, measure.momentum, measure.heat, measure.balance, *measure.inlets, *devices])
    return np.array(rows), fields(flow)


def test_blocks_equal_the_whole(placement: Placement) -> None:
    whole = iterate(placement, device(), Serial())
    parts, planes = CUTS
    results = run_blocks(*parts, lambda comm: iterate(placement, device(), comm, planes))
    for rows, found in results:
        np.testing.assert_array_equal(rows, results[0][0])
        for name, values in found.items():
            scale = np.abs(whole[1][name]).max()
            assert np.abs(values - whole[1][name]).max() < 1e-11 * scale, name
    scale = np.maximum(np.abs(whole[0]).max(axis=0), 1e-3)
    assert (np.abs(results[0][0] - whole[0]) / scale).max() < 1e-10


def test_a_checkpoint_goes_on_bit_for_bit(placement: Placement) -> None:
    """Fields, and what movers hold: heat of their tubes, speeds, what control has added."""
    kept: dict[str, Any] = {}

    def save(arrays: dict[str, np.ndarray], attributes: dict[str, Any]) -> None:
        kept.update(arrays=arrays, attributes=attributes)

    long = SteadyRun([placement], device(), Serial(), 2 * ITERATIONS, Monitor()).run()
    SteadyRun([placement], device(), Serial(), ITERATIONS, Monitor(save=save)).run()
    resumed = SteadyRun([placement], device(), Serial(), 2 * ITERATIONS, Monitor()).run((kept["arrays"], kept["attributes"]))
    for name, values in long.fields.items():
        np.testing.assert_array_equal(values, resumed.fields[name])


def test_the_pressure_equation_keeps_its_factor(placement: Placement) -> None:
    """At most 0.25 a step, as in halls of solid racks (tests/linear): coarse grids keep the planes of casings, tubes and fans."""
    backend = device()
    flow = start(placement, backend)
    for _ in range(30):
        flow.iterate(False)
    flow.momentum.predict(False)
    flow.pressure.prepare()
    operator = [backend.download(array).astype(float) for array in (*flow.state.conductance, flow.state.opening_conductance)]
    grid = placement.grid
    system = System(
        [grid.x, grid.y, grid.z], list(placement.feature_planes), placement.region,
        (operator[0], operator[1], operator[2], operator[3]), backend.download(flow.state.rhs).astype(float),
    )  # fmt: skip
    norms = system.norms(backend)
    assert (norms[-1] / norms[0]) ** (1.0 / (len(norms) - 1)) <= 0.25
