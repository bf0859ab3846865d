"""Exchangers against tables and closed forms."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from thermal.loop.components.exchanger import (
    ARRANGEMENTS,
    counterflow,
    crossflow_unmixed,
    inlet_conductance,
    parallel_flow,
    shell_and_tube,
    transfer_units,
)  # fmt: skip

NAMES = {
    "counterflow": "counterflow",
    "parallel": "parallel",
    "crossflow_unmixed_exact": "crossflow",
    "crossflow_cmax_mixed": "crossflow-mixed-max",
    "crossflow_cmin_mixed": "crossflow-mixed-min",
}


def table() -> list[dict[str, str]]:
    text = (Path(__file__).parent / "effectiveness_ntu.csv").read_text()
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


@pytest.mark.parametrize("kind", NAMES)
def test_effectiveness_meets_the_table(kind: str) -> None:
    rows = [row for row in table() if row["type"] == kind]
    assert len(rows) == 25
    for row in rows:
        found = float(ARRANGEMENTS[NAMES[kind]](float(row["NTU"]), float(row["Cr"])))
        assert found == pytest.approx(float(row["eps"]), abs=1.1e-6), row


@pytest.mark.parametrize("ratio", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("ntu", [0.3, 1.0, 2.5])
def test_shell_and_tube_meets_bowmans_correction_of_the_mean_difference(ntu: float, ratio: float) -> None:
    """Bowman, Mueller & Nagle 1940, Trans. ASME 62:283, eq. 2: F of one shell and two passes; NTU = NTU of counterflow/F."""
    p = float(shell_and_tube(ntu, ratio))
    root = np.sqrt(ratio**2 + 1.0)
    parts = (2.0 - p * (ratio + 1.0 - root)) / (2.0 - p * (ratio + 1.0 + root))
    correction = root * np.log((1.0 - p) / (1.0 - p * ratio)) / ((ratio - 1.0) * np.log(parts))
    assert transfer_units(p, ratio) / correction == pytest.approx(ntu, rel=1e-9)


@pytest.mark.parametrize("ratio", [0.0, 0.3, 0.9999999, 1.0])
def test_many_shells_are_a_counterflow(ratio: float) -> None:
    assert float(shell_and_tube(2.0, ratio, shells=2000)) == pytest.approx(float(counterflow(2.0, ratio)), rel=1e-3)
    joined = [float(shell_and_tube(2.0, ratio, shells=n)) for n in (1, 2, 4, 8)]
    assert joined == sorted(joined)


def test_no_arrangement_passes_counterflow_nor_falls_below_parallel_flow() -> None:
    ntu, ratio = np.meshgrid(np.geomspace(1e-4, 60.0, 40), np.linspace(0.0, 1.0, 21))
    for name, rule in ARRANGEMENTS.items():
        values = rule(ntu, ratio)
        assert np.isfinite(values).all(), name
        assert (values <= counterflow(ntu, ratio) + 1e-12).all(), name
        assert (values >= parallel_flow(ntu, ratio) - 1e-12).all(), name


def test_crossflow_meets_a_resolved_coil() -> None:
    """The two streams of an unmixed coil marched over 400 x 400 cells, second order."""
    n, ntu, ratio = 400, 2.5, 0.7
    step = ntu / n
    hot = np.ones((n + 1, n))  # enters at row 0 with temperature 1, C_min
    cold = np.zeros((n, n + 1))
    for i in range(n):
        for j in range(n):
            # heat of a cell by the mean temperatures of its two streams
            heat = step * (hot[i, j] - cold[i, j]) / (1.0 + 0.5 * step * (1.0 + ratio))
            hot[i + 1, j], cold[i, j + 1] = hot[i, j] - heat, cold[i, j] + ratio * heat
    assert 1.0 - hot[n].mean() == pytest.approx(float(crossflow_unmixed(ntu, ratio)), abs=2e-5)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_transfer_units_undo_the_effectiveness(arrangement: str) -> None:
    for ratio in (0.0, 0.5, 1.0):
        for ntu in (0.1, 1.0, 2.0):
            assert transfer_units(float(ARRANGEMENTS[arrangement](ntu, ratio)), ratio, arrangement) == pytest.approx(
                ntu, rel=1e-9
            )
    with pytest.raises(ValueError, match="out of reach"):
        transfer_units(0.99999, 1.0, "parallel")


def test_a_stream_that_stands_takes_no_heat() -> None:
    assert inlet_conductance(1e3, 0.0, 100.0) == 0.0
    assert inlet_conductance(1e3, 0.0, 0.0) == 0.0
    assert inlet_conductance(0.0, 50.0, 100.0) == 0.0
    assert inlet_conductance(1e9, -50.0, 100.0) == pytest.approx(50.0)
    slow = inlet_conductance(1e3, np.array([1e-12, 1e-6, 1.0]), 500.0)
    assert slow == pytest.approx([1e-12, 1e-6, 1.0])
