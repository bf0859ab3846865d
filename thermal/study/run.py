"""A grid study from case to record: three similar grids in turn, each from the fields of the one before, and what they say.

The record is that of the finest grid, with `grid_study` in its summary and with limits judged by their bands.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from meshes import Grid
from thermal.case.model import Case
from thermal.errors import RecordError
from thermal.flow.watch import FINE
from thermal.run import CHECKPOINT, Result, make_result, solve, write_result
from thermal.study.factors import FACTORS, check_factors
from thermal.study.findings import ANSWERS, grid_row, study_summary

# Differences between grids must not be those of iterations that ended too early.
GATES = replace(FINE, drift=0.002, ahead=0.004, swing=0.008, momentum=0.05)


def simulate_study(
    case: Case,
    factors: Sequence[int] = FACTORS,
    *,
    backend: str = "auto",
    precision: str = "single",
    threads: int | None = None,
    blocks: tuple[int, int, int] = (1, 1, 1),
    out: Path | None = None,
    resume: Path | None = None,
    progress: Any = None,
    stop: Any = None,
) -> Result:
    """Run a case on three similar grids and write the record of the finest.

    factors   into which the cells of one grid are cut along each axis, coarse to fine; the finest cells have the case's size
    others    as thermal.run.simulate; a checkpoint that is resumed has to be one of the same study
    Returns   the Result of the finest grid; if the run was asked to stop before, of the grid it had come to
    """
    from kernels import open_backend
    from thermal.case.asserts import judge
    from thermal.flow.monitor import Monitor
    from thermal.flow.sequence import place_sequence
    from thermal.gridding import similar_grids
    from thermal.output.checkpoint import read_checkpoint, write_checkpoint
    from thermal.place import place
    from thermal.progress import SilentProgress

    begun = time.monotonic()
    progress = progress or SilentProgress()
    factors = check_factors(factors)
    grids = similar_grids(case, factors, precision)
    done, checkpoint = (
        _restored(read_checkpoint(resume / CHECKPOINT, case.text), factors, grids, resume) if resume else ([], None)
    )
    device = open_backend(backend, precision, threads)
    progress.begin(case, len(grids))
    progress.message(f"{device.name} backend, {precision} precision, {device.threads} threads: {device.reason}")
    history: list[dict[str, Any]] = list(checkpoint[1]["study"]["history"]) if checkpoint else []

    def save(arrays: dict[str, np.ndarray], attributes: dict[str, Any]) -> None:
        if out:
            study = {"factors": factors, "grids": [list(grid.n) for grid in grids], "done": done, "history": history}
            kept = {"case_text": case.text, "precision": precision, "grids": [], "study": study}
            write_checkpoint(out / CHECKPOINT, arrays, {**attributes, **kept})

    monitor = Monitor(
        step=progress.step, message=progress.message, save=save, stopped=stop.is_set if stop else lambda: False,
        deadline=begun + case.stop.wall_time,
    )  # fmt: skip
    result: Result | None = None
    start: tuple[Grid, dict[str, np.ndarray]] | None = None
    seconds = 0.0
    while len(done) < len(grids):
        grid = grids[len(done)]
        words = f"{grid.cells} cells, {factors[-1] / factors[len(done)]:.3g} times the size of the case's"
        progress.message(f"grid {len(done) + 1} of {len(grids)}: {words}")
        placements = [place(case, grid)] if start or checkpoint and done else place_sequence(case, grid)
        if not done:
            for row in placements[-1].snapping:
                progress.message(f"snapped: {row}")
        outcome, placement, took = solve(placements, device, blocks, monitor, checkpoint, start=start, gates=GATES)
        checkpoint, seconds = None, seconds + took
        history += [{"stage": len(done) + 1, **row} for row in outcome.history]
        result = make_result(case, placement, outcome, device, precision, blocks)
        done.append(grid_row(result.summary, grid, outcome.error, took))
        answered = outcome.verdict in ANSWERS
        start = (grid, outcome.fields) if answered or outcome.verdict == "unfinished" else None
        if not answered:
            progress.message(f"grid {len(done)} of {len(grids)} gave no answer ({outcome.verdict}): no band can be told")
        if monitor.stopped() or time.monotonic() > monitor.deadline:
            break
    assert result is not None
    result.history = history
    result.summary["seconds"] |= {"solve": seconds, "compile": device.compile_seconds}
    result.summary["grid_study"] = study_summary(case, factors, done)
    result.summary["asserts"] = judge(case.limits, result.summary)
    if out:
        write_result(result, out, begun)
    return result


def _restored(
    checkpoint: tuple[dict[str, np.ndarray], dict[str, Any]], factors: Sequence[int], grids: list[Grid], folder: Path
) -> tuple[list[dict[str, Any]], tuple[dict[str, np.ndarray], dict[str, Any]]]:
    """The grids that a study has behind it, and the checkpoint of the one it was at."""
    study = checkpoint[1].get("study")
    if study is None:
        raise RecordError(f"{folder / CHECKPOINT}: made by a run without a grid study; resume it without one")
    if list(study["factors"]) != list(factors) or study["grids"] != [list(grid.n) for grid in grids]:
        raise RecordError(f"{folder / CHECKPOINT}: made by a study of other grids; resume with its cell size and factors")
    return list(study["done"]), checkpoint
