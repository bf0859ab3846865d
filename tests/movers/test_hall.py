"""A hall of movers as the solver sees it: in blocks, from a checkpoint, and on its own pressure equation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernels import Backend, open_backend
from tests.flow.halls import fields, start
from tests.kernels.stand_in import cupy_stand_in
from tests.linear.systems import System
from tests.movers.ducts import device
from thermal.case.build import case_from_text
from thermal.flow.monitor import Monitor
from thermal.flow.steady import SteadyRun
from thermal.parallel import Communicator, Serial, run_blocks
from thermal.place import Placement, place_case

TEXT = (Path(__file__).parent / "hall.toml").read_text(encoding="utf-8")
ITERATIONS = 10
CUTS: tuple[tuple[int, int, int], Any] = ((2, 2, 1), ((14,), (11,), ()))  # through racks, through the cooler


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


def test_a_crah_and_racks_on_their_curves_come_to_a_steady_verdict(tmp_path: Path) -> None:
    """From the file to the summary: every number of the operating points is told, heat of coils and racks balances."""
    import json

    import thermal

    case = case_from_text(TEXT.replace('cell = "0.2 m"', 'cell = "0.3 m"'))
    result = thermal.run(case, out=tmp_path, backend="auto", threads=1)
    summary = json.loads(json.dumps(result.summary, default=float))
    assert summary["verdict"] == "steady"
    assert summary["balance"]["heat"] < 1e-3
    west, *racks = summary["devices"]
    assert (west["kind"], west["is_met"]) == ("crah", True)
    assert west["heat_kW"] == pytest.approx(44.0 + west["fan_power_kW"], rel=2e-3)
    assert [row["name"] for row in racks] == ["A1", "A2", "B1", "B2"]
    assert all(row["flow_m3_s"] > 0.0 for row in racks)
    assert all(assertion["passed"] for assertion in summary["asserts"])
    assert summary["indices"]["rti_percent"] is not None
    for row in summary["racks"]:
        rise = row["outlet_mean_degC"] - row["inlet_mean_degC"]
        assert row["air_kW"] == pytest.approx(1.19 * 1.006 * row["air_flow_m3_s"] * rise, rel=0.25)


def test_what_fans_blow_is_as_turbulent_as_what_a_given_flow_blows(placement: Placement) -> None:
    """k = 1.5 (I U)^2 and epsilon = 0.09^0.75 k^1.5/l in the last cells behind fans, as at the backs of solid racks."""
    flow = start(placement, device())
    for _ in range(5):
        flow.iterate(False)
    found = fields(flow)
    for laid in placement.tubes:
        if laid.body.name == "A1":
            where = tuple(laid.cells[:, -1].T)
            speed = laid.body.design_flow / laid.total_area
            energy = 1.5 * (0.1 * speed) ** 2
            assert found["k"][where] == pytest.approx(energy, rel=1e-6)
            assert found["epsilon"][where] == pytest.approx(0.09**0.75 * energy**1.5 / 0.05, rel=1e-6)


def test_on_a_gpu_an_iteration_stays_two_graphs_and_gives_the_host_s_answer() -> None:
    """The CUDA backend's own code on a stand-in: movers allocate nothing and never make the host wait within an iteration."""
    small = place_case(case_from_text(TEXT.replace('cell = "0.2 m"', 'cell = "0.6 m"')))
    host = start(small, device())
    for _ in range(6):
        host.iterate(False)
    with cupy_stand_in() as cp:
        flow = start(small, open_backend("cuda", "double"))
        for _ in range(4):
            flow.iterate(False)
        before = dict(vars(cp.counts))
        flow.iterate(False)
        counts = {name: value - before[name] for name, value in vars(cp.counts).items()}
        assert (counts["graphs"], counts["launches"], counts["allocations"], counts["uploads"]) == (2, 0, 0, 0)
        flow.iterate(False)
        found = fields(flow)
    for name, values in fields(host).items():
        assert np.abs(found[name] - values).max() <= 1e-9 * np.abs(values).max(), name


def test_the_report_and_the_last_lines_tell_the_operating_points(tmp_path: Path) -> None:
    """Also what is wrong, by name; the record is read back whole."""
    import thermal
    from thermal.outcome import closing_lines
    from thermal.output.record import read

    warm = TEXT.replace('cell = "0.2 m"', 'cell = "0.6 m"').replace('setpoint = "20 degC"', 'setpoint = "12.5 degC"')
    case = case_from_text(warm + "\n[solve]\niterations = 30\n")
    result = thermal.run(case, out=tmp_path / "out", threads=1)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Operating points" in page
    assert "crah west misses its setpoint" in page
    assert any("warning: crah west misses its setpoint" in line for line in closing_lines(result.summary, "x"))
    record = read(tmp_path / "out")
    assert record.summary["devices"][0]["name"] == "west"
    assert record.geometry["devices"][0]["kind"] == "crah"
    assert set(record.fronts) == {"A1", "A2", "B1", "B2"}
