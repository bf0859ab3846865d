"""Runs in time: what they begin from, and their outcome in the words of a steady one."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.case.timeline import TimeSpan
from thermal.couple import Coupling
from thermal.flow.solver import Flow, Measure
from thermal.flow.statistics import Statistics, statistics
from thermal.flow.steady import NEAR, Outcome, SteadyRun
from thermal.flow.transient import March, TransientRun

ANSWERS = ("steady", "unsteady")
# Of a hall that never settles, in changes of its air: forgotten first, averaged at least, at most; and the standard error of an
# inlet's mean in K at which averaging ends.
FORGOTTEN, AVERAGED, MOST_AVERAGED, PRECISE = 1.0, 3.0, 12.0, 0.1

Checkpoint = tuple[dict[str, np.ndarray], dict[str, Any]] | None


def run_in_time(run: SteadyRun, checkpoint: Checkpoint, means: bool = False) -> Outcome:
    """The outcome of a case with a [time], or with `means` that of a steady case whose hall does not settle: its means in time.

    run   a steady run that has not begun; it gives the start, or just the finest grid
    """
    span, goes_on = run.case.time, bool(checkpoint and "clock" in checkpoint[1])
    if goes_on or (span is not None and span.start == "rest"):
        before, flow = None, run.enter_finest()
    else:
        before = run.run(checkpoint)
        flow = before.flow
        if before.verdict not in ANSWERS or (span is None and before.verdict == "steady"):
            return before
    changes = _air_change(flow)
    origin: dict[str, Any] = {"start": None} if before is None else {"start": [before.verdict, before.level_iterations]}
    if goes_on and checkpoint:
        origin, run.history = {"start": checkpoint[1]["start"]}, list(checkpoint[1]["history"])
    timed = TransientRun(flow, span or _means_span(changes), run.monitor, run.coupling)
    timed.origin = {**origin, "history": run.history, "end": timed.span.end}
    if goes_on and checkpoint:
        if checkpoint[1]["end"] > timed.span.end:
            timed.extend(checkpoint[1]["end"])
        run.coupling.restore({n.split("/")[1]: values for n, values in checkpoint[0].items() if n.startswith("coupling/")})
        run.coupling.begin(flow)
        timed.restore(*checkpoint)
    else:
        timed.begin()
    march = timed.run()
    while span is None and march.verdict == "complete" and _error(march) > PRECISE:
        end = timed.span.end + changes
        if end > (FORGOTTEN + MOST_AVERAGED) * changes * 1.001:
            break
        timed.extend(end)
        timed.origin["end"] = end
        march = timed.run()
    return _outcome(run, flow, march, origin["start"], as_means=span is None)


def _air_change(flow: Flow) -> float:
    """s in which the supply, or what else moves, fills the hall once."""
    placement = flow.domain.placement
    return float(placement.grid.volumes()[placement.fluid].sum()) / flow.scales.supply


def _means_span(changes: float) -> TimeSpan:
    return TimeSpan(end=(FORGOTTEN + AVERAGED) * changes, average_from=FORGOTTEN * changes, record_every=changes)


def window(march: March) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Columns of the series, steps and values of what results are judged on: the means' span, or all of the run."""
    rows = march.series.rows()
    begin = march.span.average_from
    kept = rows[:, 0] > begin * (1.0 + 1e-12) if begin is not None else np.ones(len(rows), bool)
    return march.series.names, rows[kept, march.series.names.index("step")], rows[kept]


def inlet_statistics(march: March, racks: list[str]) -> Statistics:
    """Of the racks' mean inlets, K, over the means' span."""
    names, steps, rows = window(march)
    return statistics(steps, rows[:, [names.index(f"inlet.{rack}") for rack in racks]])


def _error(march: March) -> float:
    racks = [name[6:] for name in march.series.names if name.startswith("inlet.")]
    if not racks:
        return 0.0
    return float(np.nan_to_num(inlet_statistics(march, racks).error, nan=np.inf).max())


def _outcome(run: SteadyRun, flow: Flow, march: March, start: Any, as_means: bool) -> Outcome:
    case, reference = run.case, run.case.air.reference_temperature
    racks = [rack.name for rack in case.racks]
    sample = march.means.patches() if march.means else march.instant.sample if march.instant else flow.boundary.sample()
    movers = march.means.movers if march.means else march.instant.movers if march.instant else flow.movers.read()
    inlets = flow.tracks.inlets(sample, movers)
    swing, error = None, np.zeros(len(racks))
    text, verdict = march.text, march.verdict
    if march.means and racks:
        found = inlet_statistics(march, racks)
        inlets, error = found.mean - reference, NEAR * np.nan_to_num(found.error, nan=np.inf)
        if as_means:
            swing = np.maximum(found.high - found.mean, found.mean - found.low)
    if as_means and verdict == "complete":
        verdict = "unsteady"
        spread = (
            f"; {racks[int(np.argmax(swing))]} swings most, by {swing.max():.2f} K about its mean" if swing is not None else ""
        )
        text = (
            f"the flow has no steady state: results are means over {march.span.end - (march.span.average_from or 0.0):.4g} s of "
            f"time stepping{spread}; largest standard error of a mean {0.5 * error.max(initial=0.0):.2f} K"
        )
    if isinstance(run.coupling, Coupling) and as_means:
        text += "; liquid loops keep the heat of the steady answer"
    measure = Measure(march.balance["mass"], 0.0, 0.0, march.balance["heat"], inlets, sample, movers=movers)
    return Outcome(
        verdict, text, None, march.clock.count, [*(start[1] if start else []), march.clock.count], inlets, swing, error,
        dict(march.balance), measure, run.history, march.fields, flow.density.pressure_ratio(), flow, march=march,
        coupling=run.coupling,
    )  # fmt: skip
