"""What summary.json says of a run in time: steps, probes, events, and when each rack meets its limits.

Times in s; temperatures leave in degC, probes in their own unit.
"""

from __future__ import annotations

import math
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from thermal.case.model import Case
from thermal.flow.events import courses
from thermal.flow.probes import UNITS
from thermal.flow.series import label
from thermal.flow.statistics import first_passage, statistics
from thermal.flow.timed import window
from thermal.output.ashrae import CLASSES
from thermal.scalars.left_out import left_out
from thermal.units import ZERO_CELSIUS

ALLOWABLE = "allowable"  # name of the class's limit whose time a rack's row carries
EVENT_UNITS = {
    "flow": "m3/s", "temperature": "degC", "power": "kW", "pressure": "Pa", "heat_flux": "W/m2", "speed": "of full",
    "setpoint": "degC", "water_temperature": "degC", "water_flow": "L/s",
}  # fmt: skip


def add_timeline(summary: dict[str, Any], case: Case, march: Any) -> None:
    """Put the table `time` into a summary, and into its rows of racks and openings what they did in time.

    march   thermal.flow.transient.March
    """
    names, steps, rows = window(march)
    columns = {name: rows[:, n] for n, name in enumerate(names)}
    whole = march.series.rows()
    times = whole[:, 0]
    limits = rack_limits(case) if case.time is not None else []  # means of a restless hall have no time until a limit
    passages = []
    means = march.means is not None and march.verdict == "complete"
    for row in summary["racks"]:
        name = row["name"]
        hottest, inlet = columns[f"inlet_max.{name}"], columns[f"inlet.{name}"]
        row["in_time"] = {"inlet_mean_degC": _span(inlet), "inlet_max_degC": _span(hottest)}
        for limit in limits:
            if limit["rack"] in (name, "*"):
                passed = first_passage(times, whole[:, names.index(f"{limit['column']}.{name}")], limit["kelvin"])
                passages.append(
                    {"rack": name, "limit": limit["name"], "limit_degC": limit["kelvin"] - ZERO_CELSIUS, "of": limit["of"],
                     "reached_s": passed}
                )  # fmt: skip
                if limit["name"] == ALLOWABLE:
                    row["time_to_limit_s"] = march.clock.time if passed is None else passed
                    row["limit_reached"] = passed is not None
        if means and len(steps) > 1:
            found = statistics(steps, inlet[:, None])
            row["inlet_rms_K"], row["inlet_error_K"] = float(found.rms[0]), float(found.error[0])
    for row, opening in zip(summary["openings"], case.openings, strict=True):
        row["in_time"] = {
            "flow_m3_s": [float(columns[f"flow.{label(opening)}"].min()), float(columns[f"flow.{label(opening)}"].max())],
            "temperature_degC": _span(columns[f"temperature.{label(opening)}"]),
        }
        if not np.isfinite(columns[f"temperature.{label(opening)}"][-1]):
            row["temperature_degC"] = float("nan")
    lengths = march.series.column("step")[1:]
    summary["time"] = {
        "end_s": march.clock.time, "start": march.span.start, "steps": march.clock.count,
        "mean_step_s": float(lengths.mean()) if len(lengths) else None,
        "largest_step_s": float(lengths.max()) if len(lengths) else None,
        "largest_courant": float(np.nanmax(march.series.column("courant")[1:])) if len(lengths) else None,
        "average_from_s": march.span.average_from, "records_s": [float(time) for time in march.records],
        "worst_interval_heat": march.worst_interval,
        "probes": [_probe_row(probe, columns[f"probe.{probe.name}"], steps) for probe in case.probes],
        "events": [_event_row(event) for event in case.events], "limits": passages,
        "changed": [f"{course.kind}.{course.item.name} {course.quantity}" for course in courses(case)],
        "left_out": left_out(case) if case.time is not None else "",
    }  # fmt: skip


def spread_fields(fields: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Root mean squares about the means in time, at the centres: temperature_rms K, velocity_rms m/s (of the three together).

    fields   of an Outcome; without means the result is empty
    """
    if "T_rms" not in fields:
        return {}
    squares = [fields[f"{name}_rms"].astype(np.float64) ** 2 for name in "uvw"]
    u, v, w = squares
    centre = 0.5 * (u[:, :, 1:] + u[:, :, :-1] + v[:, 1:] + v[:, :-1] + w[1:] + w[:-1])
    return {"temperature_rms": fields["T_rms"], "velocity_rms": np.sqrt(centre).astype(fields["T_rms"].dtype)}


def rack_limits(case: Case) -> list[dict[str, Any]]:
    """Upper limits of rack inlets: the class's recommended and allowable ones, and those that the case asserts."""
    air = CLASSES[case.ashrae_class]
    found = [
        {"rack": "*", "name": "recommended", "kelvin": air.recommended_high + ZERO_CELSIUS, "column": "inlet_max",
         "of": "hottest inlet face"},
        {"rack": "*", "name": ALLOWABLE, "kelvin": air.allowable_high_at(case.altitude) + ZERO_CELSIUS, "column": "inlet_max",
         "of": "hottest inlet face"},
    ]  # fmt: skip
    for limit in case.limits:
        parts = limit.what.split(".")
        if parts[0] != "rack" or limit.high is None or parts[-1] not in ("inlet_max", "inlet_mean"):
            continue
        pattern = ".".join(parts[1:-1])
        of = "hottest inlet face" if parts[-1] == "inlet_max" else "inlet mean"
        column = "inlet_max" if parts[-1] == "inlet_max" else "inlet"
        found += [
            {"rack": rack.name, "name": limit.name, "kelvin": limit.high, "column": column, "of": of}
            for rack in case.racks
            if fnmatchcase(rack.name, pattern)
        ]
    return found


def _span(kelvin: np.ndarray) -> list[float]:
    if not np.isfinite(kelvin).any():
        return [float("nan"), float("nan")]
    return [float(np.nanmin(kelvin)) - ZERO_CELSIUS, float(np.nanmax(kelvin)) - ZERO_CELSIUS]


def _probe_row(probe: Any, values: np.ndarray, steps: np.ndarray) -> dict[str, Any]:
    """A probe's last value, mean, root mean square, extremes and standard error, over the span that results are judged on."""
    shift = ZERO_CELSIUS if probe.what == "temperature" else 0.0
    unit = "degC" if probe.what == "temperature" else UNITS[probe.what]
    weights = steps if steps.sum() > 0.0 else np.ones(len(values))
    found = statistics(weights, values[:, None])
    error = float(found.error[0])
    return {
        "name": probe.name, "what": probe.what, "unit": unit, "last": float(values[-1]) - shift,
        "mean": float(found.mean[0]) - shift, "rms": float(found.rms[0]), "low": float(found.low[0]) - shift,
        "high": float(found.high[0]) - shift, "error": error if math.isfinite(error) else None,
    }  # fmt: skip


def _event_row(event: Any) -> dict[str, Any]:
    value = event.value
    if EVENT_UNITS[event.quantity] == "degC":
        value -= ZERO_CELSIUS
    elif event.quantity == "power":
        value /= 1e3
    elif event.quantity == "water_flow":
        value *= 1e3
    return {
        "name": event.name, "at_s": event.at, "ramp_s": event.ramp, "object": event.object, "quantity": event.quantity,
        "value": value, "unit": EVENT_UNITS[event.quantity],
    }  # fmt: skip
