"""Which tracers a hall gets, and what they say of its racks and openings.

Shares       a tracer of each opening through which air enters, handed on by racks: they add up to one in every rack inlet.
Recirculated the share of a rack's inlet that has been through a rack on its way from an opening.
Capture      cold-aisle index: the share of a rack's inlet that comes straight from its local supplies; hot-aisle index: the share
             of its exhaust that local returns take back straight. Straight: through no other rack, for with racks that hand on
             tracers all air comes from supplies and goes to returns, and both indices would be 1 (VanGilder & Shrivastava 2007,
             ASHRAE Trans. 113(1):126). The hot-aisle indices of all racks are one tracer on the reversed flow.
Age of air   time since the air came in, racks passed in no time (Sandberg 1981, Building and Environment 16:123).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thermal.case.model import Case, LocalGroup, Opening
from thermal.patches import Patch
from thermal.scalars.flows import StandingFlow, is_passed_on
from thermal.scalars.transport import Column, Solution, Transport

FEW = 8  # openings whose shares are found without being asked for
RECIRCULATED, BYPASS, AGE, OTHERS = "recirculated", "bypass", "age_of_air", "others"
FAMILY = "air"
TINY = 1e-9  # of the supply: an opening through which less enters has no share


@dataclass
class Plan:
    """Columns on the flow and on the reversed flow, and what they stand for.

    sources   openings that get a share: name -> patches, OTHERS for all the rest
    groups    local groups with the patches of their supplies and returns
    exhausts  racks whose exhaust is followed
    """

    sources: dict[str, list[int]] = field(default_factory=dict)
    groups: list[tuple[LocalGroup, list[int], list[int]]] = field(default_factory=list)
    exhausts: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    backward: list[Column] = field(default_factory=list)


def plan(flow: StandingFlow, age_rate: np.ndarray) -> Plan:
    """The columns of a case's tracers on its flow.

    age_rate   m3 of reference density in each cell, whole-hall: what the age of air grows by in a second
    """
    case = flow.domain.placement.case
    patches = flow.domain.placement.patches
    count, supply = len(patches), max(flow.supply, 1e-30)
    outside = _outside(flow)
    entering = [i for i in outside if flow.inflow[i] > TINY * supply]
    leaving = [i for i in outside if flow.outflow[i] > TINY * supply]
    made = Plan(_sources(case, patches, entering), _groups(case, patches, entering, leaving), _exhausts(case))

    def marked(chosen: Sequence[int]) -> np.ndarray:
        values = np.zeros(count)
        values[list(chosen)] = 1.0
        return values

    if len(made.sources) > 1:
        for name, members in made.sources.items():
            share = float(flow.inflow[members].sum()) / supply
            made.columns.append(Column(f"share.{name}", FAMILY, marked(members), start=share))
    if case.racks:
        backs = [i for i, patch in enumerate(patches) if is_passed_on(patch)]
        made.columns.append(Column(RECIRCULATED, FAMILY, marked(backs), link=0.0, start=0.5))
        for group, supplies, returns in made.groups:
            if set(supplies) != set(entering):  # else it is what is not recirculated
                made.columns.append(Column(f"cold.{group.name}", FAMILY, marked(supplies), link=0.0, start=0.5))
            made.backward.append(Column(f"hot.{group.name}", FAMILY, marked(returns), link=0.0, start=0.5))
        if not any(set(returns) == set(leaving) for _, _, returns in made.groups):
            made.backward.append(Column(BYPASS, FAMILY, marked(leaving), link=0.0, start=0.5))
        for name in made.exhausts:
            own = [i for i, patch in enumerate(patches) if is_passed_on(patch) and patch.object.name == name]
            made.columns.append(Column(f"exhaust.{name}", FAMILY, marked(own), link=0.0))
    if case.tracers.age_of_air:
        nominal = float(age_rate[flow.reached].sum()) / supply
        made.columns.append(Column(AGE, AGE, np.zeros(count), rate=age_rate, scale=nominal, start=nominal))
    return made


def _sources(case: Case, patches: Sequence[Patch], entering: Sequence[int]) -> dict[str, list[int]]:
    """Openings that get a share, in the order of the case."""
    wanted = case.tracers.supplies
    names = {i: patches[i].name for i in entering}
    if wanted is None:
        wanted = "all" if len(set(names.values())) <= FEW else "none"
    if wanted == "none":
        return {}
    found: dict[str, list[int]] = {}
    for i, name in names.items():
        item = patches[i].object
        own = wanted == "all" or (isinstance(item, Opening) and item.name in wanted)
        found.setdefault(name if own else OTHERS, []).append(i)
    return found


def _groups(
    case: Case, patches: Sequence[Patch], entering: Sequence[int], leaving: Sequence[int]
) -> list[tuple[LocalGroup, list[int], list[int]]]:
    """The local groups with their patches; one of all rows where the case names none."""
    rows = tuple(dict.fromkeys(rack.row for rack in case.racks))
    groups = case.tracers.local or (LocalGroup("hall", rows),)

    def members(names: tuple[str, ...] | None, kind: str, all_: Sequence[int]) -> list[int]:
        chosen = []
        for i in all_:
            item = patches[i].object
            if isinstance(item, Opening):
                if item.kind == kind and (names is None or item.name in names):
                    chosen.append(i)
            elif names is None:
                chosen.append(i)
        return chosen

    return [(group, members(group.supplies, "supply", entering), members(group.returns, "return", leaving)) for group in groups]


def _exhausts(case: Case) -> list[str]:
    wanted = case.tracers.racks
    names = [rack.name for rack in case.racks]
    return names if wanted == "all" else [name for name in names if name in wanted and wanted != "none"]


def follow(flow: StandingFlow, made: Plan, more: Sequence[Column] = ()) -> tuple[Solution, Solution | None]:
    """Solve a plan's columns, and `more` beside them, on the flow, and the backward ones on the reversed flow."""
    second = flow.domain.placement.case.flow.temperature_scheme == "second-order"
    columns = [*made.columns, *more]
    forward = Transport(flow, columns, second).solve() if columns else Solution()
    backward = Transport(flow.reversed(), made.backward, second).solve() if made.backward else None
    return forward, backward


def rack_numbers(flow: StandingFlow, made: Plan, forward: Solution, backward: Solution | None) -> dict[str, dict[str, Any]]:
    """What the tracers say of each rack, by name: rows of summary.json."""
    patches = flow.domain.placement.patches
    rows: dict[str, dict[str, Any]] = {}
    for rack in flow.domain.placement.case.racks:
        own = [i for i, patch in enumerate(patches) if patch.object is rack]

        def intake(name: str, own: list[int] = own) -> float:
            return _mean(forward.outflow_mean[name], flow.outflow, own)

        row: dict[str, Any] = {}
        if RECIRCULATED in forward.outflow_mean:
            row["recirculated_percent"] = 100.0 * intake(RECIRCULATED)
        for group, _, _ in made.groups:
            if rack.row not in group.rows:
                continue
            cold = f"cold.{group.name}"
            row["capture_cold_percent"] = 100.0 * (intake(cold) if cold in forward.outflow_mean else 1.0 - intake(RECIRCULATED))
            if backward is not None:
                # what the reversed flow draws in at the rack's backs, this flow blows out there
                row["capture_hot_percent"] = 100.0 * _mean(backward.outflow_mean[f"hot.{group.name}"], flow.inflow, own)
        if AGE in forward.outflow_mean:
            row["inlet_age_s"] = intake(AGE)
        if len(made.sources) == 1:
            row["shares_percent"] = {name: 100.0 for name in made.sources}
        elif made.sources:
            row["shares_percent"] = {name: 100.0 * intake(f"share.{name}") for name in made.sources}
        if made.exhausts:
            row["exhausts_percent"] = {name: 100.0 * intake(f"exhaust.{name}") for name in made.exhausts}
        rows[rack.name] = row
    return rows


def opening_numbers(flow: StandingFlow, made: Plan, forward: Solution, backward: Solution | None) -> list[dict[str, Any]]:
    """What the tracers say of each opening: of what leaves, the share that comes straight from racks and its age; of what enters,
    the share that goes straight to a return, past all racks."""
    patches = flow.domain.placement.patches
    everything = _of_all_returns(flow, made)
    rows = []
    for i, patch in enumerate(patches):
        if patch.kind == "skin" or is_passed_on(patch):
            continue
        row: dict[str, Any] = {"name": patch.name, "inflow_m3_s": float(flow.inflow[i]), "outflow_m3_s": float(flow.outflow[i])}
        if flow.outflow[i] > TINY * flow.supply:
            if RECIRCULATED in forward.outflow_mean:
                row["from_racks_percent"] = 100.0 * float(forward.outflow_mean[RECIRCULATED][i])
            if AGE in forward.outflow_mean:
                row["age_s"] = float(forward.outflow_mean[AGE][i])
        if flow.inflow[i] > TINY * flow.supply and backward is not None:
            row["bypass_percent"] = 100.0 * float(backward.outflow_mean[everything][i])
        rows.append(row)
    return rows


def _of_all_returns(flow: StandingFlow, made: Plan) -> str:
    """Name of the backward column that all returns send out."""
    leaving = {i for i in _outside(flow) if flow.outflow[i] > TINY * flow.supply}
    return next((f"hot.{group.name}" for group, _, returns in made.groups if set(returns) == leaving), BYPASS)


def _outside(flow: StandingFlow) -> list[int]:
    """Patches that lead out of the hall's air: not racks, which give back what they take."""
    return [i for i, p in enumerate(flow.domain.placement.patches) if p.kind != "skin" and not is_passed_on(p)]


def age_numbers(flow: StandingFlow, age_rate: np.ndarray, forward: Solution) -> dict[str, float] | None:
    """Nominal time constant V/Q, mean age of the room's and of the exhaust's air (s), and the air change efficiency.

    tau_n/(2 <tau>): 50 % where the air is well mixed, 100 % where it moves like a piston.
    Source     Etheridge & Sandberg 1996, Building Ventilation: Theory and Measurement, ch. 8.
    """
    if AGE not in forward.fields:
        return None
    volume = float(age_rate[flow.reached].sum())
    nominal = volume / flow.supply
    mean = float((forward.fields[AGE] * age_rate)[flow.reached].sum()) / volume
    return {
        "nominal_s": nominal, "mean_s": mean, "oldest_s": float(np.nanmax(forward.fields[AGE])),
        "exhaust_s": _mean(forward.outflow_mean[AGE], flow.outflow, _outside(flow)),
        "air_change_efficiency_percent": 100.0 * nominal / (2.0 * mean),
    }  # fmt: skip


def _mean(means: np.ndarray, weights: np.ndarray, chosen: Sequence[int]) -> float:
    """Flow-weighted mean over some patches; NaN where nothing flows."""
    some = [i for i in chosen if weights[i] > 0.0]
    total = float(weights[some].sum())
    return float((means[some] * weights[some]).sum()) / total if total > 0.0 else float("nan")
