"""A made-up but plausible run, so that the record and the report are tested without a solver.

The temperature of the hall is an analytic sketch: cool air over the floor supply, a warm plume behind each rack, a warm layer
under the ceiling, warm air leaking over the end racks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from meshes import Grid
from thermal.case.asserts import judge
from thermal.case.model import Case, Limit
from thermal.gridding import make_grid
from thermal.output.record import rack_fronts
from thermal.output.summary import opening_row, rack_row, summarize
from thermal.place import Placement, place


@dataclass
class MadeUp:
    """What thermal.output.record.write takes."""

    case: Case
    grid: Grid
    placement: Placement
    fields: dict[str, np.ndarray]
    summary: dict[str, Any]
    history: list[dict[str, Any]] = field(default_factory=list)


def sketch(case: Case, grid: Grid) -> dict[str, np.ndarray]:
    """Fields of a hall nobody computed: K, m/s, Pa."""
    z, y, x = np.meshgrid(grid.centres(2), grid.centres(1), grid.centres(0), indexing="ij")
    room = case.room
    temperature = 293.15 + 6.0 * (z / room[2]) ** 1.5
    velocity = np.zeros((*grid.shape, 3))
    for opening in case.openings:
        if opening.kind == "supply":
            inside = np.ones(grid.shape)
            for axis, place_of in enumerate((x, y, z)):
                if axis != opening.axis:
                    low, high = opening.box.low[axis], opening.box.high[axis]
                    inside = inside * 0.25 * (1 + np.tanh((place_of - low) / 0.3)) * (1 + np.tanh((high - place_of) / 0.3))
            depth = np.abs((x, y, z)[opening.axis] - opening.box.low[opening.axis])
            fade = np.exp(-((depth / (2.2 if opening.axis == 2 else 8.0)) ** 4))
            temperature = temperature + inside * fade * (opening.temperature - temperature)
            velocity[..., opening.axis] += 0.6 * opening.sign * inside * fade
    for rack in case.racks:
        a, along = rack.axis, (x, y)[rack.axis]
        across = (x, y)[1 - a]
        low, high = rack.box.low, rack.box.high
        width = 0.25 * (1 + np.tanh((across - low[1 - a]) / 0.15)) * (1 + np.tanh((high[1 - a] - across) / 0.15))
        back = low[a] if rack.sign > 0 else high[a]
        behind = (back - along) * rack.sign
        height = 1 / (1 + np.exp((z - high[2] - 0.4) / 0.2)) + 0.5 * (z > high[2])
        plume = width * np.exp(-np.maximum(behind, 0) / 1.2) * (behind > 0) * height
        temperature = temperature + plume * (307.0 - temperature)
        velocity[..., a] -= rack.sign * 0.5 * plume
        velocity[..., 2] += 0.4 * plume
        ahead = (along - (high[a] if rack.sign > 0 else low[a])) * rack.sign
        velocity[..., a] -= rack.sign * 0.21 * width * np.exp(-np.maximum(ahead, 0) / 0.6) * (ahead > 0) * (z < high[2])
    ends = np.exp(-(((x - x.min()) / 1.5) ** 2)) + np.exp(-(((x - x.max()) / 1.5) ** 2))
    temperature = temperature + 2.5 * ends * (z / room[2]) ** 2
    plain = np.full(grid.shape, 0.01)
    flow = {"velocity": velocity, "pressure": 1.2 * (z - 1.5)}
    return {"temperature": temperature, **flow, "k": plain, "epsilon": plain, "eddy_viscosity": plain}


def made_up_history(case: Case, iterations: int = 90) -> list[dict[str, Any]]:
    """Falling residuals on three grids and inlets that settle."""
    rows = []
    for cell, count in ((0.4, iterations // 3), (0.2, iterations // 3), (0.1, iterations)):
        for n in range(count):
            row: dict[str, Any] = {"iteration": n + 1, "cell": cell}
            for m, name in enumerate(("mass", "momentum", "heat", "turbulence")):
                row[name] = 10 ** (-0.7 * m * 0.3 - 3.2 * n / count) * (1 + 0.3 * np.sin(n + m))
            for m, rack in enumerate(case.racks):
                swing = 0.04 / cell * np.exp(-6 * n / count) * np.cos(0.4 * n + m)
                row[f"inlet.{rack.name}"] = 294.0 + 0.065 * (m % 8 - 3.5) ** 2 + swing
            rows.append(row)
    return rows


def made_up(case: Case, verdict: str = "steady", **more: Any) -> MadeUp:
    """A whole result of a case, ready for the record."""
    grid = make_grid(case)
    placement = place(case, grid)
    fields = sketch(case, grid)
    fronts = rack_fronts(placement, grid, fields["temperature"])
    racks = []
    for rack in case.racks:
        front = fronts[rack.name]
        mean = float(np.average(front.temperature, weights=front.area))
        rise = rack.air_power / (case.air.density * case.air.heat_capacity * rack.flow)
        racks.append(rack_row(rack, front, mean + rise, rack.flow))
    heat = sum(rack.air_power for rack in case.racks)
    total = sum(opening.flow or 0.0 for opening in case.openings if opening.kind == "supply")
    returns = [opening for opening in case.openings if opening.kind == "return"]
    rise = heat / (case.air.density * case.air.heat_capacity * total) if total else 0.0
    openings = [
        opening_row(o, o.flow or total / max(len(returns), 1), o.temperature + (0.0 if o.kind == "supply" else rise - 12.0))
        for o in case.openings
    ]
    settled = {
        "verdict": verdict, "verdict_text": "Every rack inlet, mass, momentum and heat stay below their gates.", "iterations": 90,
        "cells": int((placement.mask & 1).sum()), "seconds": {"solve": 3.21, "wall": 4.4, "compile": 0.0}, "backend": "host",
        "precision": "single", "balance": {"heat": 0.0021, "mass": 3.4e-6}, "racks": racks, "openings": openings,
        "threads": 2,
    }  # fmt: skip
    summary = summarize(case, **({"asserts": ()} | settled | more))
    if not summary["asserts"]:
        inlets = Limit("inlets", "rack.*.inlet_max", None, 300.15, "27 degC", "case.toml:9")
        summary["asserts"] = judge([*case.limits, *([inlets] if case.racks else [])], summary)
    return MadeUp(case, grid, placement, fields, summary, made_up_history(case))
