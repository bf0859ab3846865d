"""A hall, then the hall without each of its movers in turn: every loss starts from the whole hall's fields, on its very grid.

Beside the record of the whole hall lies a folder `without` with a record of each loss and the fields from which they start. A
rerun of the same case finds what is finished there and goes on with the rest.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from meshes import Grid
from thermal.case.asserts import judge
from thermal.case.model import Case
from thermal.errors import CaseErrors, RecordError
from thermal.run import Result, make_result, simulate, solve, write_result
from thermal.study.losses import Loss

FOLDER, FIELDS = "without", "whole.h5"
ANSWERS = ("steady", "unsteady")
IMPOSSIBLE = "impossible"  # verdict of a loss that leaves air, or heat, without a way


@dataclass
class LossResult:
    """What a study of losses gives: the whole hall's summary with `without_each`, and the folder of its record."""

    summary: dict[str, Any]
    path: Path | None


def simulate_losses(
    case: Case,
    losses: Sequence[Loss],
    *,
    make_up: bool = False,
    backend: str = "auto",
    precision: str = "single",
    threads: int | None = None,
    blocks: tuple[int, int, int] = (1, 1, 1),
    out: Path,
    resume: Path | None = None,
    progress: Any = None,
    stop: Any = None,
) -> LossResult:
    """Run a case, then the case without each of the losses, and write a record of each; the whole hall's has the table.

    make_up   whether the losses were made so that others take over; for the table
    others    as thermal.run.simulate
    Returns   the whole hall's summary with "without_each": {make_up, finished, reason, losses [{lost, kind, name, verdict,
              reason, iterations, hottest_degC, hottest_rack, rise_K, most_warmed, most_rise_K, limits_lost, folder}]}
    """
    from kernels import open_backend
    from thermal.progress import SilentProgress

    progress = progress or SilentProgress()
    settings: dict[str, Any] = {"precision": precision, "blocks": list(blocks), "case": _digest(case)}
    device = open_backend(backend, precision, threads)
    summary, start = _whole(case, settings, out, device, blocks, precision, resume, progress, stop)
    table: dict[str, Any] = {"make_up": make_up, "finished": False, "reason": "", "losses": []}
    summary["without_each"] = table
    if summary["verdict"] not in ANSWERS or start is None:
        table["reason"] = f"the whole hall has no answer ({summary['verdict']})"
        losses = []
    for number, loss in enumerate(losses, 1):
        if stop is not None and stop.is_set():
            break
        key = settings | {"lost": loss.key, "make_up": make_up}
        found = _finished(out / FOLDER / loss.key, key)
        progress.message(f"without {loss.key} ({number} of {len(losses)}){': finished before' if found else ''}")
        if found is None:
            assert start is not None
            found = _lose(loss, key, start, out / FOLDER / loss.key, device, blocks, precision, progress, stop)
        if found is None:  # asked to stop before it had an answer
            break
        table["losses"].append(loss_row(summary, found, loss, f"{FOLDER}/{loss.key}"))
        _write_summary(out, summary)
    table["finished"] = bool(losses) and len(table["losses"]) == len(losses)
    if not table["finished"] and not table["reason"]:
        table["reason"] = f"stopped after {len(table['losses'])} of {len(losses)} losses; run the same command again for the rest"
    _write_summary(out, summary)
    from thermal.output.report import rebuild

    rebuild(out)
    return LossResult(summary, out)


def _digest(case: Case) -> str:
    """What a finished loss has to agree in: the text of the case and what the command line changed in it."""
    from thermal.output.checkpoint import case_digest

    return case_digest(f"{case.text}\n{case.mesh.cell!r} {case.stop.iterations}")


def _whole(
    case: Case, settings: dict[str, Any], out: Path, device: Any, blocks: tuple[int, int, int], precision: str,
    resume: Path | None, progress: Any, stop: Any,
) -> tuple[dict[str, Any], tuple[Grid, dict[str, np.ndarray]] | None]:  # fmt: skip
    """The whole hall's summary and the solver's own fields on its grid: of a finished record in the folder, or of a run."""
    from thermal.gridding import make_grid
    from thermal.output.checkpoint import read_checkpoint, write_checkpoint
    from thermal.output.record import read

    grid = make_grid(case, precision)
    kept = out / FOLDER / FIELDS
    try:
        arrays, attributes = read_checkpoint(kept)
        summary = read(out).summary
        if attributes.get("settings") == settings and attributes.get("record") == summary["record"]:
            progress.begin(case, 1)
            progress.message("the whole hall: finished before")
            return summary, (grid, arrays)
    except RecordError:  # nothing there yet, or of another run
        pass
    fields: dict[str, np.ndarray] = {}
    result = simulate(
        case, backend=device.name, precision=precision, threads=device.threads, blocks=blocks, out=out, resume=resume,
        progress=progress, stop=stop, keep=fields,
    )  # fmt: skip
    summary = read(out).summary
    if result.summary["verdict"] not in ANSWERS:
        return summary, None
    write_checkpoint(kept, fields, {"settings": settings, "record": summary["record"]})
    return summary, (grid, fields)


def _finished(folder: Path, key: dict[str, Any]) -> dict[str, Any] | None:
    """The summary of a loss that an earlier run of the same study finished."""
    from thermal.output.record import read

    try:
        summary = read(folder).summary
    except RecordError:
        return None
    return summary if summary.get("without") == key and summary["verdict"] in ANSWERS else None


def _lose(
    loss: Loss, key: dict[str, Any], start: tuple[Grid, dict[str, np.ndarray]], folder: Path, device: Any,
    blocks: tuple[int, int, int], precision: str, progress: Any, stop: Any,
) -> dict[str, Any] | None:  # fmt: skip
    """Run one loss and write its record; its summary, or None when it was asked to stop."""
    from thermal.flow.monitor import Monitor
    from thermal.folder import claim_folder
    from thermal.place import place

    begun = time.monotonic()
    try:
        placement = place(loss.left, start[0])
    except CaseErrors as found:
        return {"verdict": IMPOSSIBLE, "verdict_text": found.errors[0].what, "iterations": 0, "racks": [], "asserts": []}
    monitor = Monitor(
        step=progress.step, message=progress.message, stopped=stop.is_set if stop else lambda: False,
        deadline=begun + loss.left.stop.wall_time,
    )  # fmt: skip
    outcome, placement, seconds = solve([placement], device, blocks, monitor, start=start)
    if monitor.stopped() and outcome.verdict not in ANSWERS:
        return None
    result: Result = make_result(loss.left, placement, outcome, device, precision, blocks)
    result.summary["seconds"] |= {"solve": seconds, "compile": device.compile_seconds}
    result.summary["without"] = key
    write_result(result, claim_folder(folder, loss.left.name), begun)
    return result.summary


def loss_row(whole: dict[str, Any], left: dict[str, Any], loss: Loss, folder: str) -> dict[str, Any]:
    """A line of the table: the hottest inlet of what is left, how much warmer that is, and the limits that it lost."""
    before = {rack["name"]: rack["inlet_max_degC"] for rack in whole["racks"]}
    after = {rack["name"]: rack["inlet_max_degC"] for rack in left["racks"] if rack["inlet_max_degC"] is not None}
    rises = {name: value - before[name] for name, value in after.items() if before.get(name) is not None}
    hottest = max(after, key=lambda name: after[name], default=None)
    most = max(rises, key=lambda name: rises[name], default=None)
    known = [value for value in before.values() if value is not None]
    held = {(row["name"], row["bound"]) for row in whole["asserts"] if row["passed"]}
    # a limit on the lost object itself has nothing to judge any more, be it gone or standing still
    others = [row for row in left.get("devices") or [] if (row["kind"], row["name"]) != (loss.kind, loss.name)]
    asserts = judge(loss.left.limits, {**left, "devices": others}) if left["asserts"] else []
    judged = [row for row in asserts if not row["passed"] and "no such number" not in row["reason"]]
    lost = [row["name"] for row in judged if (row["name"], row["bound"]) in held]
    is_possible = left["verdict"] != IMPOSSIBLE
    return {
        "lost": loss.key, "kind": loss.kind, "name": loss.name, "verdict": left["verdict"],
        "reason": "" if left["verdict"] in ANSWERS else str(left.get("verdict_text") or ""), "iterations": left["iterations"],
        "hottest_degC": after[hottest] if hottest is not None else None, "hottest_rack": hottest,
        "rise_K": after[hottest] - max(known) if hottest is not None and known else None,
        "most_warmed": most, "most_rise_K": rises[most] if most is not None else None,
        "limits_lost": lost, "folder": folder if is_possible else "",
    }  # fmt: skip


def _write_summary(out: Path, summary: dict[str, Any]) -> None:
    """The whole hall's summary with the table so far, in place of the one without."""
    from thermal.output.record import SUMMARY, summary_json
    from thermal.output.stage import write_whole

    write_whole(out / SUMMARY, summary_json(summary))
