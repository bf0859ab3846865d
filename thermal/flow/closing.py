"""A finished steady run whose loops learnt something from its answer: loops and air are brought together once more."""

from __future__ import annotations

from thermal.flow.steady import Outcome, SteadyRun


def close_again(run: SteadyRun, outcome: Outcome) -> None:
    """Exchange and relax the temperature by turns as at the end of a run, and renew the outcome in place.

    Flow and vapour stay as they are: a coolant some kelvins warmer changes what racks and pipes give the air by little.
    """
    flow, means = run.flow, outcome.inlets if run.averages is not None else None
    run.coupling.close(flow, means, outcome.verdict == "steady")
    measure = flow.measure(flow.pressure.mass_defect())
    outcome.measure, outcome.fields = measure, run.fields()
    if means is None:
        outcome.inlets, outcome.balance = measure.inlets, {"heat": measure.balance, "mass": measure.mass}
