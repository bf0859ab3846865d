"""The benchmark of a hall in time against its steady answer; the runs are made up."""

from __future__ import annotations

from pathlib import Path

import pytest

import thermal
from benchmarks import real_time
from benchmarks.process import Run


def test_both_runs_are_compared_and_timed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def made_up(path: Path, threads: int) -> tuple[Run, dict]:
        case = thermal.load(path)
        assert case.mesh.cell == 0.6 and threads == 1
        if case.time is not None:
            assert (case.time.start, case.time.end, case.time.average_from) == ("rest", 20.0, 10.0)
        shift = 0.0 if case.time is None else 0.25
        racks = [
            {"name": rack.name, "inlet_mean_degC": 20.0 + shift * n, "inlet_error_K": 0.1 * n}
            for n, rack in enumerate(case.racks)
        ]
        return Run(0, 4.0, 3.5, 0, ""), {"verdict": "steady", "racks": racks}

    monkeypatch.setattr(real_time, "run_case", made_up)
    assert real_time.main(["tiny-hall", "--cell", "0.6", "--end", "20", "--average-from", "10", "--threads", "1"]) == 0
    page = capsys.readouterr().out
    assert "steady run: steady, 4.0 s by the clock" in page
    assert "20 s of the hall in 4.0 s by the clock (3.5 s of the processor); 5.00 times real time" in page
    assert "largest distance of an inlet 0.25 K (A2, standard error 0.10 K)" in page
