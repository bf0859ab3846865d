"""summary.json from plain numbers: rack and opening rows, indices, and the whole in one stable order.

Temperatures come in K and leave in degC, powers in W and leave in kW: the summary is a window, its keys carry their unit.
"""

from __future__ import annotations

import datetime
import math
import platform
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from thermal.case.model import Case, Opening, Rack, Wall
from thermal.movers.summary import cooler_streams
from thermal.output import indices
from thermal.output.ashrae import CLASSES
from thermal.output.fields import Front
from thermal.units import ZERO_CELSIUS
from thermal.version import __version__


def rack_row(rack: Rack, front: Front, outlet_mean: float, air_flow: float, swing: float | None = None) -> dict[str, Any]:
    """A rack's row of the summary.

    front        inlet faces; the fans draw evenly, so the flow-weighted mean is the area-weighted one
    outlet_mean  K, flow-weighted over the back        air_flow   m3/s at inlet density
    swing        K, largest distance of the inlet mean from its window mean, in a run that does not settle
    Returns      inlet mean, lowest and hottest face, and the means of the bottom, middle and top third of the front's height.
    """
    low, high = rack.box.low[2], rack.box.high[2]
    thirds = [_mean_between(front, low + (high - low) * n / 3.0, low + (high - low) * (n + 1) / 3.0) for n in range(3)]
    row = {
        "name": rack.name,
        "row": rack.row,
        "power_kW": rack.power / 1e3,
        "air_kW": rack.air_power / 1e3,
        "liquid_kW": (rack.power - rack.air_power) / 1e3,
        "air_flow_m3_s": air_flow,
        "inlet_mean_degC": _celsius(float(np.average(front.temperature, weights=front.area))),
        "inlet_max_degC": _celsius(float(front.temperature.max())),
        "inlet_min_degC": _celsius(float(front.temperature.min())),
        "inlet_bottom_degC": _celsius(thirds[0]),
        "inlet_middle_degC": _celsius(thirds[1]),
        "inlet_top_degC": _celsius(thirds[2]),
        "outlet_mean_degC": _celsius(outlet_mean),
    }
    return row if swing is None else row | {"inlet_swing_K": swing}


def _mean_between(front: Front, low: float, high: float) -> float:
    """Area-weighted mean of the faces whose centre lies between two heights; of the nearest ones where none does."""
    height = front.position[:, 2]
    inside = (height >= low) & (height < high)
    if not inside.any():
        distance = np.abs(height - 0.5 * (low + high))
        inside = distance <= distance.min() + 1e-9
    return float(np.average(front.temperature[inside], weights=front.area[inside]))


def opening_row(opening: Opening, flow: float, temperature: float) -> dict[str, Any]:
    """An opening's row: flow in m3/s (positive in the opening's own sense) and its flow-weighted mean temperature in K."""
    return {"name": opening.name, "kind": opening.kind, "flow_m3_s": flow, "temperature_degC": _celsius(temperature)}


def wall_row(wall: Wall, area: float, heat: float, temperature: float) -> dict[str, Any]:
    """A wall's row: area in m2 that meets air or a conducting solid, heat in W given to them, mean surface temperature in K."""
    return {"name": wall.name, "area_m2": area, "heat_kW": heat / 1e3, "temperature_degC": _celsius(temperature)}


def index_row(racks: Sequence[Mapping[str, Any]], openings: Sequence[Mapping[str, Any]], ashrae_class: str) -> dict[str, Any]:
    """RCI, RTI, SHI and RHI of the rows above; a quantity that has no meaning here (no racks, no heat) is None.

    RCI takes the hottest face of each rack for its HI and the coolest for its LO, the strict reading of "intake temperature".
    """
    result: dict[str, Any] = {"class": ashrae_class, "rci_high_percent": None, "rci_low_percent": None, "rti_percent": None,
                              "shi": None, "rhi": None}  # fmt: skip
    # mass flows of an ideal gas, else volumes of one density: the weights of heat
    flows = np.array([rack.get("air_flow_kg_s", rack["air_flow_m3_s"]) for rack in racks], dtype=float)
    supply = _mixed([row for row in openings if row["kind"] == "supply"])
    returned = _mixed([row for row in openings if row["kind"] == "return"])
    if not racks or not _all_finite(racks, ("inlet_mean_degC", "inlet_max_degC", "inlet_min_degC", "outlet_mean_degC")):
        return result
    inlets, outlets, hottest, coolest = (
        np.array([rack[key] for rack in racks], dtype=float)
        for key in ("inlet_mean_degC", "outlet_mean_degC", "inlet_max_degC", "inlet_min_degC")
    )
    result["rci_high_percent"] = indices.rack_cooling_index_high(hottest, CLASSES[ashrae_class])
    result["rci_low_percent"] = indices.rack_cooling_index_low(coolest, CLASSES[ashrae_class])
    rise = float(((outlets - inlets) * flows).sum() / flows.sum()) if flows.sum() > 0.0 else 0.0
    if supply is not None and returned is not None and rise > 0.0:
        result["rti_percent"] = indices.return_temperature_index(supply, returned, rise)
    if supply is not None and float((flows * (outlets - supply)).sum()) > 0.0:
        result["shi"] = indices.supply_heat_index(inlets, outlets, flows, supply)
        result["rhi"] = indices.return_heat_index(inlets, outlets, flows, supply)
    return result


def summarize(
    case: Case,
    *,
    verdict: str,
    verdict_text: str,
    iterations: int,
    cells: int,
    seconds: Mapping[str, float | None],
    backend: str,
    precision: str,
    balance: Mapping[str, float | None],
    racks: Sequence[Mapping[str, Any]],
    openings: Sequence[Mapping[str, Any]],
    asserts: Sequence[Mapping[str, Any]] = (),
    worst: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The whole summary, ready for `record.write`; asserts may be filled in later (they judge its numbers).

    verdict       steady | unsteady | unfinished | diverged        verdict_text  why, in a sentence
    cells         fluid cells                                      seconds       s: solve, wall, compile
    balance       heat, mass: fractions as the design defines them
    worst         what is farthest from its gate when there is no answer: {"object", "quantity", "value", "gate"}
    more          further JSON values at the end (threads, blocks, numerics, memory_MB, ...)
    """
    return {
        "case": case.name,
        "title": case.title,
        "version": __version__,
        "backend": backend,
        "precision": precision,
        "cells": int(cells),
        "verdict": verdict,
        "verdict_text": verdict_text,
        "worst": None if worst is None else dict(worst),
        "iterations": int(iterations),
        "seconds": {name: seconds.get(name) for name in ("solve", "wall", "compile")} | dict(seconds),
        "balance": {name: balance.get(name) for name in ("heat", "mass")} | dict(balance),
        "racks": [dict(row) for row in racks],
        "openings": [dict(row) for row in openings],
        "indices": index_row(racks, [*openings, *cooler_streams(more.get("devices", ()))], case.ashrae_class),
        "asserts": [dict(row) for row in asserts],
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": {"system": f"{platform.system()} {platform.release()}", "processor": platform.machine()},
        "versions": {"hallflow": __version__, "python": platform.python_version(), "numpy": np.__version__},
        **more,
    }


def _celsius(kelvin: float) -> float:
    return kelvin - ZERO_CELSIUS


def _mixed(rows: Sequence[Mapping[str, Any]]) -> float | None:
    """Flow-weighted mean temperature in degC of openings, None when nothing flows."""
    known = [row for row in rows if _all_finite([row], ("flow_m3_s", "temperature_degC"))]
    weights = [abs(row.get("flow_kg_s", row["flow_m3_s"])) for row in known]
    total = sum(weights)
    return sum(w * row["temperature_degC"] for w, row in zip(weights, known, strict=True)) / total if total > 0.0 else None


def _all_finite(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> bool:
    return all(row[key] is not None and math.isfinite(row[key]) for row in rows for key in keys)
