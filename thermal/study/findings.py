"""What a grid study tells: rows of its grids, and for every rack inlet the three values and what they say of the finest."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from meshes import Grid
from thermal.case.model import Case
from thermal.study.gci import KINDS, convergence

ANSWERS = ("steady", "unsteady")
INLETS = ("inlet_mean", "inlet_max")
SCHEME_ORDER = {"upwind": 1.0, "second-order": 2.0}
LEAST = 0.002  # K: round-off of single precision and the last closing of the balances move an inlet that far


def grid_row(summary: Mapping[str, Any], grid: Grid, error: np.ndarray, seconds: float) -> dict[str, Any]:
    """One grid of a study, as plain JSON values.

    summary   of the run on it        error   K (racks,): what its iterations leave open        seconds  of the solution
    """
    racks = [
        {"name": rack["name"], "iteration_K": max(LEAST, float(left)), **{name: rack[f"{name}_degC"] for name in INLETS}}
        for rack, left in zip(summary["racks"], error, strict=True)
    ]
    return {
        "cell_m": (math.prod(grid.size) / grid.cells) ** (1.0 / 3.0), "counts": list(grid.n), "cells": summary["cells"],
        "verdict": summary["verdict"], "verdict_text": summary["verdict_text"], "iterations": summary["iterations"],
        "seconds": seconds, "balance": dict(summary["balance"]), "racks": racks,
    }  # fmt: skip


def study_summary(case: Case, factors: Sequence[int], done: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The study's part of a summary.

    done      rows of `grid_row`, coarse to fine; fewer than three of a study that was ended early
    Returns   {factors, scheme_order, answer, reason, grids, racks, kinds}: answer says whether there are bands, reason why not;
              racks have for each of INLETS {values_degC (coarse to fine), band_K, grid_K, iteration_K, kind, order, order_used,
              safety, extrapolated_degC, asymptotic}; kinds counts the rack inlets' means by kind
    """
    grids = [{key: value for key, value in row.items() if key != "racks"} for row in done]
    without = [n for n, row in enumerate(done, 1) if row["verdict"] not in ANSWERS]
    reason = ""
    if len(done) < len(factors):
        reason = f"the study ended with grid {len(done)} of {len(factors)}"
    elif without:
        numbers = " and ".join(map(str, without))
        reason = f"grid {numbers} of {len(factors)} gave no answer, so differences between grids say nothing"
    order = min(SCHEME_ORDER[case.flow.velocity_scheme], SCHEME_ORDER[case.flow.temperature_scheme])
    racks = [] if reason else _inlets(done, order)
    kinds = {kind: sum(rack["inlet_mean"]["kind"] == kind for rack in racks) for kind in KINDS}
    return {
        "factors": list(factors), "scheme_order": order, "answer": not reason, "reason": reason, "grids": grids, "racks": racks,
        "kinds": {kind: count for kind, count in kinds.items() if count},
    }  # fmt: skip


def _inlets(done: Sequence[Mapping[str, Any]], order: float) -> list[dict[str, Any]]:
    sizes = [row["cell_m"] for row in done][::-1]
    rows = []
    for number, rack in enumerate(done[-1]["racks"]):
        row: dict[str, Any] = {"name": rack["name"]}
        tracks = [grid["racks"][number] for grid in done]
        left = [track["iteration_K"] for track in tracks][::-1]
        for name in INLETS:
            values = [track[name] for track in tracks]
            found = dataclasses.asdict(convergence(values[::-1], sizes, order, left))
            named = {"extrapolated": "extrapolated_degC", "grid": "grid_K", "iteration": "iteration_K", "band": "band_K"}
            row[name] = {"values_degC": values} | {named.get(key, key): value for key, value in found.items()}
        rows.append(row)
    return rows
