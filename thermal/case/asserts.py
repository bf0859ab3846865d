"""Limits: which numbers of the summary an [[assert]] can name, and the judgement at the end of a run.

A path is "balance.heat", "rack.A1.inlet_max", "rack.*.inlet_max" (every rack), "supply.tiles.flow", or "summary.KEY.KEY" for any
other number of summary.json in its own unit. A limit on nothing, on a missing number or on NaN fails: silence is no pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from thermal.case import model
from thermal.case.assert_number import Number, named
from thermal.case.bodies import COOLERS, Body
from thermal.case.coil_loops import on_loops
from thermal.case.lines import Path
from thermal.case.liquid_asserts import BALANCE, LIQUID, LOOP_TABLES
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.case.schema import Assert
from thermal.errors import quote
from thermal.study.bands import rack_bands
from thermal.units import DIFFERENCE, FLOW, FRACTION, NUMBER, POWER, PRESSURE, SPEED, TEMPERATURE, TIME, accepted_units

# Implicit limits of every run. 1 % of the heat: below the accuracy of any rack's rated power. 1e-3 of the supply: a tenth of the
# tolerance to which fan flows are balanced on site, so that a leak in the arithmetic cannot hide behind it.
HEAT_BALANCE_LIMIT = 0.01  # -, |sum of heat|/sum of heat to the air
MASS_BALANCE_LIMIT = 1e-3  # -, sum of |net cell flow|/sum of supplies


_RACK = {
    "inlet_mean": named("inlet_mean_degC", TEMPERATURE, "degC", "flow-weighted mean over the rack's front"),
    "inlet_max": named("inlet_max_degC", TEMPERATURE, "degC", "hottest cell face of the rack's front"),
    "inlet_min": named("inlet_min_degC", TEMPERATURE, "degC", "coldest cell face of the rack's front"),
    "inlet_bottom": named("inlet_bottom_degC", TEMPERATURE, "degC", "mean over the lowest third of the front"),
    "inlet_middle": named("inlet_middle_degC", TEMPERATURE, "degC", "mean over the middle third of the front"),
    "inlet_top": named("inlet_top_degC", TEMPERATURE, "degC", "mean over the highest third of the front"),
    "inlet_swing": named(
        "inlet_swing_K", DIFFERENCE, "K", "largest distance of the inlet mean from its window mean (unsteady runs)"
    ),
    "outlet_mean": named("outlet_mean_degC", TEMPERATURE, "degC", "flow-weighted mean over the rack's back"),
    "power": named("power_kW", POWER, "kW", "IT power"),
    "air_power": named("air_kW", POWER, "kW", "heat given to the air"),
    "liquid_power": named("liquid_kW", POWER, "kW", "heat taken by liquid"),
    "air_flow": named("air_flow_m3_s", FLOW, "m3/s", "air flow at inlet density"),
    "recirculated": named("recirculated_percent", FRACTION, "%", "share of the inlet's air that has been through a rack"),
    "capture_cold": named("capture_cold_percent", FRACTION, "%", "cold-aisle capture index"),
    "capture_hot": named("capture_hot_percent", FRACTION, "%", "hot-aisle capture index"),
    "inlet_age": named("inlet_age_s", TIME, "s", "mean age of the inlet's air"),
    "inlet_dew_point": named("inlet_dew_point_degC", TEMPERATURE, "degC", "dew point of the inlet's air"),
    "inlet_dew_point_max": named("inlet_dew_point_max_degC", TEMPERATURE, "degC", "highest dew point at the rack's front"),
    "inlet_dew_point_min": named("inlet_dew_point_min_degC", TEMPERATURE, "degC", "lowest dew point at the rack's front"),
    "inlet_rh_max": named("inlet_rh_max_percent", FRACTION, "%", "highest relative humidity at the rack's front"),
    "inlet_rh_min": named("inlet_rh_min_percent", FRACTION, "%", "lowest relative humidity at the rack's front"),
    "time_to_limit": named(
        "time_to_limit_s",
        TIME,
        "s",
        "time at which the hottest inlet face passes the class's allowable maximum; the end if never",
    ),
}
_OPENING = {
    "flow": named("flow_m3_s", FLOW, "m3/s", "air flow, positive in the opening's own sense"),
    "temperature": named("temperature_degC", TEMPERATURE, "degC", "flow-weighted mean temperature"),
}
_PATHS = ("tile", "grille", "cutout", "leak", "door", "chimney")
_WALL = {
    "heat": named("heat_kW", POWER, "kW", "heat given to the air; negative where the wall cools"),
    "temperature": named("temperature_degC", TEMPERATURE, "degC", "mean surface temperature"),
}
_PATH = {
    "flow": named("flow_m3_s", FLOW, "m3/s", "air flow, positive up, or along the axis of an upright door"),
    "velocity": named("velocity_m_s", SPEED, "m/s", "flow over the whole area"),
    "pressure_drop": named("pressure_drop_Pa", PRESSURE, "Pa", "between the cells on both sides, in the sense of the flow"),
    "temperature": named("temperature_degC", TEMPERATURE, "degC", "flow-weighted mean temperature"),
}
_PLENUM = {
    "pressure": named("pressure_Pa", PRESSURE, "Pa", "mean static pressure above the room's"),
    "flow": named("flow_m3_s", FLOW, "m3/s", "through all its tiles or grilles"),
    "maldistribution": named(
        "maldistribution_percent", FRACTION, "%", "standard deviation of the tiles' velocities over their mean"
    ),
    "leak": named("leak_percent", FRACTION, "%", "share of leaks and cut-outs in all that passes"),
}
_SOLID = {
    "temperature": named("temperature_degC", TEMPERATURE, "degC", "mean over the volume of a solid that conducts"),
    "temperature_max": named("temperature_max_degC", TEMPERATURE, "degC", "of its hottest cell"),
}
_INDEX = {
    "rci_high": named("rci_high_percent", FRACTION, "%", "rack cooling index against the class's recommended maximum"),
    "rci_low": named("rci_low_percent", FRACTION, "%", "rack cooling index against the class's recommended minimum"),
    "rti": named("rti_percent", FRACTION, "%", "return temperature index"),
    "shi": named("shi", FRACTION, "-", "supply heat index"),
    "rhi": named("rhi", FRACTION, "-", "return heat index"),
}
_BALANCE = {
    "heat": named("heat", FRACTION, "-", "heat that does not add up/heat to the air"),
    "mass": named("mass", FRACTION, "-", "air that does not add up/supply"),
}
_DEVICE = {
    "flow": named("flow_m3_s", FLOW, "m3/s", "air flow, negative when it runs backwards"),
    "pressure": named("pressure_Pa", PRESSURE, "Pa", "pressure rise of the fans"),
    "speed": named("speed", FRACTION, "-", "speed of the fans, 1 = full"),
    "fan_power": named("fan_power_kW", POWER, "kW", "electric power of the fans"),
    "air_in": named("air_in_degC", TEMPERATURE, "degC", "flow-weighted mean of the air that enters"),
    "air_out": named("air_out_degC", TEMPERATURE, "degC", "flow-weighted mean of the air that leaves"),
    "heat": named("heat_kW", POWER, "kW", "sensible heat that its coil takes from the air"),
    "capacity": named("capacity_kW", POWER, "kW", "what the coil would take with its valve open"),
    "valve": named("valve", FRACTION, "-", "part of the capacity that the control asks for"),
    "water_out": named("water_out_degC", TEMPERATURE, "degC", "temperature of the water that leaves"),
    "miss": named("miss_K", DIFFERENCE, "K", "controlled temperature above its setpoint"),
}
_SECONDS = {name: named(name, TIME, "s", f"time of the run: {name}") for name in ("solve", "wall", "compile")}

# first part of a path -> key of the summary, numbers behind it, and for lists which rows belong (None: not a list)
LISTS: dict[str, tuple[str, dict[str, Number], str | None]] = {
    "rack": ("racks", _RACK, None),
    "supply": ("openings", _OPENING, "supply"),
    "return": ("openings", _OPENING, "return"),
    "wall": ("walls", _WALL, None),
    **{kind: ("devices", _DEVICE, kind) for kind in COOLERS},
    **{kind: ("air_paths", _PATH, kind) for kind in _PATHS},
    "plenum": ("plenums", _PLENUM, None),
    "solid": ("solids", _SOLID, None),
    **LIQUID,
}
TABLES: dict[str, tuple[str, dict[str, Number]]] = {
    "balance": ("balance", _BALANCE),
    "index": ("indices", _INDEX),
    "liquid.balance": ("liquid.balance", BALANCE),
    "seconds": ("seconds", _SECONDS),
}
SINGLES: dict[str, Number] = {
    "cells": named("cells", NUMBER, "-", "fluid cells"),
    "iterations": named("iterations", NUMBER, "-", "iterations on the finest grid"),
}
ANY = "summary"


def split_path(what: str) -> tuple[str, str, str]:
    """(root, object, number) of a path. Names of objects may hold dots, so the number is what follows the last one.

    The roots of loops have two words: liquid.rack, liquid.cdu, liquid.balance.

    Example     >>> split_path("rack.A1.inlet_max"), split_path("balance.heat"), split_path("cells")
                (('rack', 'A1', 'inlet_max'), ('balance', '', 'heat'), ('cells', '', ''))
    """
    root, _, rest = what.partition(".")
    if root == "liquid":
        word, _, rest = rest.partition(".")
        root = f"liquid.{word}"
    if root in LISTS:
        name, _, number = rest.rpartition(".")
        return root, name, number
    return root, "", rest


def number_of(what: str) -> Number | None:
    """The number that a path names, None for an unknown path or one of "summary."."""
    root, _, number = split_path(what)
    if root in LISTS:
        return LISTS[root][1].get(number)
    if root in TABLES:
        return TABLES[root][1].get(number)
    return SINGLES.get(what)


def build_limits(
    tables: Tables,
    racks: Sequence[str],
    racks_whole: bool,
    openings: Sequence[model.Opening],
    walls: Sequence[model.Wall],
    bodies: Sequence[Body] = (),
    plates: Sequence[model.Plate] = (),
    liquid_racks: Sequence[str] = (),
) -> list[model.Limit]:
    """The limits of a case. Unknown paths, names and units are noted as mistakes.

    racks         names of the racks that could be built;  racks_whole   False when some could not, so that a name proves nothing
    liquid_racks  names of those that hang on a manifold
    """
    names = {
        "rack": list(racks),
        "supply": [o.name for o in openings if o.kind == "supply"],
        "return": [o.name for o in openings if o.kind == "return"],
        "wall": [w.name for w in walls],
        **{kind: [b.name for b in bodies if b.kind == kind] for kind in COOLERS},
        **{kind: [p.name for p in plates if p.kind == ("mouth" if kind == "chimney" else kind)] for kind in _PATHS},
        "solid": [table.name for _, table in tables.lists["obstacle"] if table.conductivity is not None],
        "liquid.rack": list(liquid_racks),
        "liquid.coil": [body.name for body in on_loops(bodies)],
        **{root: [one.name for _, one in tables.lists[table]] for root, table in LOOP_TABLES.items()},
        "plenum": [key for key in ("raised_floor", "ceiling_plenum") if tables.single[key] and tables.single[key].height],
    }
    tables_of = {"solid": "obstacle", **{key: key for key in ("supply", "return", "wall", *COOLERS, *_PATHS)}}
    tables_of |= LOOP_TABLES
    whole = {"rack": racks_whole, "liquid.rack": racks_whole, "liquid.coil": tables.is_whole(*COOLERS), "plenum": True}
    whole |= {root: tables.is_whole(key) for root, key in tables_of.items()}
    limits: list[model.Limit] = []
    seen: set[str] = set()
    for number, (path, table) in enumerate(tables.lists["assert"], 1):
        name = table.name or f"limit-{number}"
        if name in seen:
            tables.report((*path, "name"), f"a second limit {quote(name)}", "each limit its own name")
        seen.add(name)
        _check_path(tables, path, table.what, names, whole)
        low, high = _bounds(tables, path, table)
        limits.append(model.Limit(name=name, what=table.what, low=low, high=high, text=_text(table), source=tables.source(path)))
    return limits


def _text(table: Assert) -> str:
    parts = [f"min {table.min.text}"] if table.min is not None else []
    parts += [f"max {table.max.text}"] if table.max is not None else []
    return ", ".join(parts)


def _check_path(tables: Tables, path: Path, what: str, names: Mapping[str, list[str]], whole: Mapping[str, bool]) -> None:
    root, name, number = split_path(what)
    place = (*path, "what")
    roots = [*LISTS, *TABLES, *SINGLES, ANY]
    if root == ANY and number:
        return
    if root not in roots or root == ANY:
        tables.report(place, f"no number {quote(what)}", ", ".join(f"{word}..." for word in roots), nearest(root, roots))
        return
    known = LISTS[root][1] if root in LISTS else TABLES[root][1] if root in TABLES else {}
    if number_of(what) is None:
        accepted = f"{root}.{'NAME.' if root in LISTS else ''}" + "{" + ", ".join(known) + "}" if known else root
        tables.report(place, f"no number {quote(what)}", accepted, nearest(number, known))
    elif root in LISTS and whole[root] and not any(fnmatchcase(other, name) for other in names[root]):
        what_is_there = listed(names[root]) or f"this case has no {root}"
        tables.report(place, f"no {root} {quote(name)}", what_is_there, nearest(name, names[root]))


def _bounds(tables: Tables, path: Path, table: Assert) -> tuple[float | None, float | None]:
    """Limits in SI, each of the right kind and in the right order; mistakes are noted."""
    if table.min is None and table.max is None:
        tables.report(path, "a limit without a limit", 'max = "27 degC", min = "18 degC", or both')
    known = number_of(table.what)
    for key, bound in (("min", table.min), ("max", table.max)):
        if bound is None:
            continue
        if known is None:
            if split_path(table.what)[0] == ANY and (bound.dimension is not FRACTION or "%" in bound.text):
                what = f"{quote(bound.text)}: numbers of the summary are compared as they stand there"
                tables.report((*path, key), what, "a bare number")
            continue
        plain = {known.dimension, bound.dimension} <= {FRACTION, NUMBER}
        if bound.dimension is not known.dimension and not plain:
            what = f"{quote(bound.text)} is {bound.dimension.name}, {quote(table.what)} is {known.dimension.name}"
            fix = (
                f'did you mean "{bound.value:g} degC"?'
                if known.dimension is TEMPERATURE and bound.dimension is DIFFERENCE
                else ""
            )
            tables.report((*path, key), what, accepted_units(known.dimension), fix)
    low = table.min.value if table.min is not None else None
    high = table.max.value if table.max is not None else None
    if low is not None and high is not None and low > high:
        tables.report((*path, "min"), "min lies above max", "", "swap them")
    return low, high


def _find(what: str, summary: Mapping[str, Any]) -> list[tuple[str, Any, float, float | None]]:
    """What a path names in a summary: (object, value in the summary's unit, swing in the same unit, band in the same unit).

    The band is that of the run's grid study; None where it tells nothing of the number, or where there was none.
    """
    root, name, number = split_path(what)
    known = number_of(what)
    if root == ANY:
        return [("", _part(summary, number), 0.0, None)]
    if known is None:
        return []
    if root in LISTS:
        key, _, kind = LISTS[root]
        bands = rack_bands(summary) if root == "rack" else {}
        found = []
        for row in _part(summary, key) or []:
            if (
                isinstance(row, Mapping)
                and (kind is None or row.get("kind") == kind)
                and fnmatchcase(str(row.get("name", "")), name)
                and not (row.get("is_shut") and name != row.get("name") and row.get(known.key) is None)  # one of many, at rest
            ):
                # an unsteady run reports window means; what counts is the worst of the window
                swing = row.get("inlet_swing_K") if number.startswith("inlet_m") else 0.0
                name_of_row = str(row.get("name"))
                band = bands.get(name_of_row, {}).get(known.key)
                in_time = (row.get("in_time") or {}).get(known.key)
                if in_time:  # a run in time is judged on its worst moment: both ends of the range as middle and half width
                    low, high = in_time
                    found.append((name_of_row, 0.5 * (low + high), 0.5 * (high - low), band))
                    continue
                found.append((name_of_row, row.get(known.key), swing if isinstance(swing, int | float) else 0.0, band))
        return found
    table = _part(summary, TABLES[root][0]) if root in TABLES else summary
    return [("", table.get(known.key) if isinstance(table, Mapping) else None, 0.0, None)]


NO_BAND = "judged without a band: the grid study tells none of loops, which follow the air through rack inlets alone"


def _part(summary: Mapping[str, Any], path: str) -> Any:
    """What stands in a summary at keys joined by dots, None where nothing does."""
    value: Any = summary
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _judge_bound(limit: model.Limit, bound: float, is_max: bool, summary: Mapping[str, Any]) -> dict[str, Any]:
    """One row: the worst object against one bound."""
    known = number_of(limit.what)
    factor, offset, unit = (known.factor, known.offset, known.unit) if known else (1.0, 0.0, "-")
    shown = (bound - offset) / factor
    shown = round(shown, 9)  # 300.15 K - 273.15 K is 27 degC, not 26.999999999999943
    found = _find(limit.what, summary)
    row: dict[str, Any] = {
        "name": limit.name, "what": limit.what, "bound": "max" if is_max else "min", "value": None, "limit": shown, "unit": unit,
        "passed": False, "object": "", "failed": 0, "reason": "",
    }  # fmt: skip
    missing = [name for name, value, _, _ in found if not _is_number(value)]
    if not found or missing:
        row["object"] = missing[0] if missing else ""
        row["reason"] = "the summary has no such number" if not found else "not a finite number"
        row["failed"] = max(len(missing), 1)
        return row
    sign = 1.0 if is_max else -1.0
    # with all signs turned to "at most": value, band, object, of each object
    judged = [(sign * value + abs(swing), band or 0.0, name) for name, value, swing, band in found]
    surely = any(value - width > sign * shown for value, width, _ in judged)
    worst, band, row["object"] = max(judged, key=lambda one: one[0] - one[1] if surely else one[0] + one[1])
    row["value"] = sign * worst
    row["failed"] = sum(1 for value, width, _ in judged if value + width > sign * shown)
    row["passed"] = row["failed"] == 0
    beyond = sum(1 for value, _, _ in judged if value > sign * shown)
    if not row["passed"]:
        row["reason"] = f"{row['failed']} of {len(judged)} beyond the limit" if len(judged) > 1 else "beyond the limit"
    if (summary.get("grid_study") or {}).get("answer") and known and split_path(limit.what)[0] in LIQUID:
        row["note"] = NO_BAND
    if all(width is not None for *_, width in found):
        row["band"] = band
        row["certain"] = row["passed"] or surely
        if not row["passed"] and not beyond:
            row["reason"] = "within the limit, but by less than the band of the grid study"
        elif not row["certain"]:
            row["reason"] += ", by less than the band of the grid study"
    return row


def judge(limits: Iterable[model.Limit], summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Judge a run by its summary: one row for each bound of each limit, then the implicit limits of the balances.

    limits     of the case;  summary   dict as in summary.json (keys racks, openings, balance, indices, seconds, ...)
    Returns    rows {name, what, bound ("max" | "min"), value, limit, unit, passed, object, failed, reason}: value and limit in
               the summary's unit; value is that of the worst object (window mean plus or minus the swing in an unsteady
               run), None when there is no such number or it is not finite; failed counts the objects beyond the limit.
               After a grid study also band, that of the worst object, and certain: the limit holds for value + band (a max) or
               value - band (a min) of every object, or is beyond both ends of one's band. A limit is passed when it holds with
               the band, so that what is passed is certain (guarded acceptance, JCGM 106:2012); a failed one that is not
               certain is closer to its limit than the grid can tell. The note of a limit on a loop says that the study tells
               no band of it.
    """
    balances = [
        model.Limit("heat-balance", "balance.heat", None, HEAT_BALANCE_LIMIT, "max 1 %", "implicit"),
        model.Limit("mass-balance", "balance.mass", None, MASS_BALANCE_LIMIT, "max 0.001", "implicit"),
    ]
    rows = []
    for limit in [*limits, *balances]:
        if limit.low is None and limit.high is None:
            rows.append({**_judge_bound(limit, 0.0, True, {}), "limit": None, "reason": "a limit without a limit"})
        if limit.high is not None:
            rows.append(_judge_bound(limit, limit.high, True, summary))
        if limit.low is not None:
            rows.append(_judge_bound(limit, limit.low, False, summary))
    return rows
