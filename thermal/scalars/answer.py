"""Passive scalars of a run that has its answer: from the fields it leaves to rows of the summary and fields of the record."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thermal.flow.domain import Domain
from thermal.fluids.air import density_ratio
from thermal.scalars.flows import CLOSED, stand
from thermal.scalars.humidity import HUMIDITY, humidity_column, is_humid
from thermal.scalars.tracers import AGE, Plan, age_numbers, follow, opening_numbers, plan, rack_numbers
from thermal.scalars.transport import Solution

PROMISED = 1e-6  # of the supply: balance of each scalar


@dataclass
class Scalars:
    """What passive scalars add to a result.

    racks     rows to join those of the racks, by name;  summary   the tables "tracers" and "humidity" of the summary
    fields    by name, whole-hall (nz, ny, nx), NaN where no air from outside comes
    """

    racks: dict[str, dict[str, Any]] = field(default_factory=dict)
    summary: dict[str, dict[str, Any]] = field(default_factory=dict)
    fields: dict[str, np.ndarray] = field(default_factory=dict)


def solve_scalars(domain: Domain, fields: Mapping[str, np.ndarray], pressure_ratio: float = 1.0) -> Scalars | None:
    """Humidity and tracers of the case on the flow of a run; None where it has neither. Every block of a hall calls it.

    fields   of an Outcome;  pressure_ratio  thermodynamic pressure over the site's
    """
    case = domain.placement.case
    follows = case.tracers.solve and bool(case.racks)
    if not case.openings or not (follows or is_humid(case)):
        return None
    begun = time.monotonic()
    flow = stand(domain, fields)
    if not flow.supply > 0.0 or not flow.reached.any():
        return None
    rate = domain.placement.grid.volumes()
    if case.flow.density == "ideal-gas":
        rate = rate * density_ratio(fields["T"].astype(np.float64), case.air.reference_temperature, pressure_ratio)
    made = plan(flow, rate) if follows else Plan()
    forward, backward = follow(flow, made, [humidity_column(flow)] if is_humid(case) else [])
    result = Scalars()
    if follows:
        result.racks = rack_numbers(flow, made, forward, backward)
        result.summary["tracers"] = {
            "openings": opening_numbers(flow, made, forward, backward),
            "age_of_air": age_numbers(flow, rate, forward),
            "groups": [
                {"name": group.name, "rows": list(group.rows), "supplies": _names(domain, supplies),
                 "returns": _names(domain, returns)}
                for group, supplies, returns in made.groups
            ],
            **_effort(forward, backward, flow.defect),
            "seconds": time.monotonic() - begun,
        }  # fmt: skip
        result.fields = {AGE: forward.fields[AGE]} if AGE in forward.fields else {}
        if case.tracers.fields:
            result.fields |= {name.replace(".", "_"): v for name, v in forward.fields.items() if name not in (AGE, HUMIDITY)}
            result.fields |= {name.replace(".", "_"): v for name, v in backward.fields.items()} if backward else {}
    if HUMIDITY in forward.fields:
        result.fields[HUMIDITY] = forward.fields[HUMIDITY]
        result.summary["humidity"] = {
            "balance": forward.balance[HUMIDITY], "residual": forward.residual[HUMIDITY],
            "is_closed": forward.balance[HUMIDITY] <= PROMISED,
            "moisture_kg_h": 3600.0 * sum(one.moisture for one in case.humidifiers),
        }  # fmt: skip
    return result


def _names(domain: Domain, chosen: list[int]) -> list[str]:
    return list(dict.fromkeys(domain.placement.patches[i].name for i in chosen))


def _effort(forward: Solution, backward: Solution | None, mass: float) -> dict[str, Any]:
    """Balances of the tracers, and what they took."""
    solutions = [forward, *([backward] if backward else [])]
    balances = {name: value for one in solutions for name, value in one.balance.items() if name != HUMIDITY}
    worst = max(balances, key=lambda name: balances[name], default="")
    return {
        "columns": len(balances), "balance": balances.get(worst, 0.0), "worst": worst,
        "is_closed": all(value <= PROMISED for value in balances.values()) and mass <= 10.0 * CLOSED, "mass": mass,
        "rounds": sum(one.rounds for one in solutions), "steps": sum(one.steps for one in solutions),
    }  # fmt: skip
