"""A stand-in for the solver: a run that ends at once, with the result a test asks for, and writes what a real one would."""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any

SMALL = """\
[case]
title = "Small [/x] <script> hall"
[room]
size = ["2.4 m", "4.2 m", "2.8 m"]
[mesh]
cell = "0.2 m"
[rack.server]
size = ["0.6 m", "1.2 m", "2.2 m"]
power = "5 kW"
delta_t = "12 K"
[[rack_row]]
name = "A"
type = "server"
count = 2
at = ["0.6 m", "1.8 m"]
along = "+x"
front = "-y"
[[supply]]
name = "tiles"
on = "floor"
from = ["0.6 m", "0.6 m"]
to = ["1.8 m", "1.8 m"]
temperature = "20 degC"
flow_ratio = 1.05
[[return]]
name = "ceiling"
on = "ceiling"
from = ["0.6 m", "3 m"]
to = ["1.8 m", "4.2 m"]
[[assert]]
what = "rack.*.inlet_max"
max = "27 degC"
"""


def write_case(folder: Path, name: str = "small", text: str = SMALL) -> Path:
    """A case file `name`.toml in the folder."""
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


class StandInSolver(types.ModuleType):
    """Takes the place of the module thermal.run; `calls` keeps what simulate was asked for."""

    def __init__(self, verdict: str = "steady", passed: bool = True, during: Any = None) -> None:
        super().__init__("thermal.run")
        self.verdict, self.passed, self.during = verdict, passed, during
        self.calls: list[dict[str, Any]] = []

    def simulate(self, case: Any, *, out: Path, progress: Any, stop: Any, **options: Any) -> Any:
        """As thermal.run.simulate: begins, steps until stopped or done, writes summary.json, returns a result."""
        self.calls.append({"case": case, "out": out, "stop": stop, **options})
        progress.begin(case, 2)
        progress.message("host backend \x1b[31m")
        verdict = self.verdict
        for iteration in range(1, 4):
            residuals = {"mass": 1e-3, "momentum": 2e-3, "heat": 3e-3}
            progress.step(
                {"iteration": iteration, "level": 1 if iteration == 1 else 0, "residuals": residuals, "hottest": ("A1", 21.5),
                 "balance": 0.004, "elapsed": 0.1 * iteration, "eta": None}
            )  # fmt: skip
            if self.during is not None:
                self.during(iteration)
            if stop is not None and stop.is_set():
                verdict = "unfinished"
                break
        rack = {"name": "A1", "power_kW": 5.0, "inlet_mean_degC": 20.5, "inlet_max_degC": 21.5, "outlet_mean_degC": None}
        limit = {"name": "limit-1", "bound": "max", "value": 21.5, "limit": 27.0, "unit": "degC", "object": "A1"}
        limit["passed"] = self.passed
        summary = {
            "case": case.name, "version": "0", "verdict": verdict, "iterations": iteration, "cells": 3132,
            "seconds": {"wall": 0.3}, "balance": {"heat": 0.004, "mass": 1e-7}, "racks": [rack], "asserts": [limit],
        }  # fmt: skip
        (out / "summary.json").write_text(json.dumps(summary))
        result = types.SimpleNamespace(summary=summary, path=out)
        progress.end(result)
        return result
