"""A whole small case through the CUDA backend's own code, on a stand-in for CuPy whose kernels are the emulated grid.

Allocation, argument order, types and launch geometry are those a GPU would get; the arithmetic is the GPU branch of the
kernel text.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.builders import plate, tiny_hall
from tests.kernels.stand_in import cupy_stand_in
from thermal.run import simulate

ITERATIONS = 12


def hall(model: str, scheme: str):
    """A tiny hall with a leaking panel, stopped after a few iterations."""
    case = tiny_hall(0.3, plates=(plate("panel", (0.6, 1.8, 2.2), (1.8, 1.8, 2.8), 0.1, 200.0),))
    flow = replace(
        case.flow,
        turbulence=replace(case.flow.turbulence, model=model),
        velocity_scheme=scheme,
        temperature_scheme=scheme,
    )
    return replace(case, flow=flow, stop=replace(case.stop, iterations=ITERATIONS))


@pytest.mark.parametrize(("model", "scheme"), [("k-epsilon", "second-order"), ("zero-equation", "upwind")])
@pytest.mark.parametrize(("precision", "tolerance"), [("double", 1e-10), ("single", 2e-3)])
def test_cuda_backend_gives_the_host_answer(model: str, scheme: str, precision: str, tolerance: float) -> None:
    """Same verdict, inlets and fields; single precision is compared after iterations that amplify round-off, hence 2 mK."""
    case = hall(model, scheme)
    host = simulate(case, backend="host", precision=precision)
    with cupy_stand_in() as cp:
        cuda = simulate(case, backend="cuda", precision=precision)
        assert cp.counts.kernels > 100 * ITERATIONS  # it was the stand-in that did the work
    assert cuda.summary["backend"] == "cuda"
    for ours, theirs in zip(cuda.racks, host.racks, strict=True):
        assert ours["inlet_mean_degC"] == pytest.approx(theirs["inlet_mean_degC"], abs=tolerance)
    for name, values in host.fields.items():
        scale = np.abs(values).max()
        assert np.abs(cuda.fields[name] - values).max() <= 10 * tolerance * scale, name
