"""What summary.json says of loops in time: when chips and coolants meet their limits, extremes, the balance of the run."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from thermal.case.model import Case
from thermal.flow.statistics import first_passage
from thermal.flow.timed import window
from thermal.loop.watch import LEDGER
from thermal.units import ZERO_CELSIUS

CHIPS = {"case_limit": "case", "junction_limit": "junction"}  # limits of a cold plate, and the columns that they speak of
# first part of what an [[assert]] names, and its number -> column of the series, words
NAMED = {
    ("liquid.rack", "case"): ("case", "case of the chips"), ("liquid.rack", "junction"): ("junction", "junction of the chips"),
    ("liquid.cdu", "supply"): ("loop_supply", "supply"), ("liquid.cdu", "return"): ("loop_return", "return"),
    ("liquid.facility", "supply"): ("loop_supply", "supply"), ("liquid.facility", "return"): ("loop_return", "return"),
}  # fmt: skip
OF_ROWS = {"cdus": ("loop_supply", "loop_return"), "facility_loops": ("loop_supply", "loop_return")}


def add_loops(summary: dict[str, Any], case: Case, march: Any) -> None:
    """Put the loops' part into the table `time` of a summary, and into its rows of racks and loops what they did in time.

    march   thermal.flow.transient.March of a case with loops and a [time]
    """
    names, _, judged = window(march)
    whole = march.series.rows()
    place = {name: n for n, name in enumerate(names)}
    liquid, passages = summary["liquid"], []
    for limit in loop_limits(case, [row["name"] for row in liquid["racks"]]):
        column = f"{limit['column']}.{limit['name_of']}"
        if column in place:
            passed = first_passage(whole[:, 0], whole[:, place[column]], limit["kelvin"])
            passages.append({
                "rack": limit["name_of"], "limit": limit["name"], "limit_degC": limit["kelvin"] - ZERO_CELSIUS, "of": limit["of"],
                "reached_s": passed,
            })  # fmt: skip
    summary["time"]["loop_limits"] = passages
    for row in liquid["racks"]:
        plate = case.liquid.plates[next(rack.type for rack in case.racks if rack.name == row["name"])]  # type: ignore[union-attr]
        row["in_time"], margins = {}, []
        for key, column in CHIPS.items():
            kelvin = judged[:, place[f"{column}.{row['name']}"]]
            row["in_time"][f"{column}_degC"] = _span(kelvin)
            if getattr(plate, key) is not None:
                margins.append(getattr(plate, key) - kelvin)
        if margins:
            least = np.min(margins, axis=0)
            row["in_time"]["margin_K"] = [float(least.min()), float(least.max())]
    for key, columns in OF_ROWS.items():
        for row in liquid[key]:
            supply, back = (_span(judged[:, place[f"{column}.{row['name']}"]]) for column in columns)
            row["in_time"] = {"supply_degC": supply, "return_degC": back}
    for key in ("racks", *OF_ROWS):
        for row in liquid[key]:
            own = [one["reached_s"] for one in passages if one["rack"] == row["name"]]
            if own:
                reached = [time for time in own if time is not None]
                row["time_to_limit_s"] = min(reached, default=march.clock.time)
                row["limit_reached"] = bool(reached)
    beyond = sorted((row["time_to_limit_s"], row["name"]) for row in liquid["racks"] if row.get("limit_reached"))
    if beyond:
        first = f"{beyond[0][1]} first, at {beyond[0][0]:.1f} s"
        liquid["warnings"].append(f"chips of {len(beyond)} of {len(liquid['racks'])} racks pass a limit on the way, {first}")
    liquid["balance"]["run"] = run_balance(whole, place)


def run_balance(rows: np.ndarray, place: dict[str, int]) -> float:
    """|heat into the loops - out of them - kept by liquid and chips| over the heat into them, integrated over a run."""
    steps = rows[:, place["step"]]
    given, out, stored = (float(steps @ rows[:, place[name]]) for name in LEDGER)
    return abs(given - out - stored) / max(given, 1.0)


def loop_limits(case: Case, racks: list[str]) -> list[dict[str, Any]]:
    """Upper limits of chips and coolants: those of the cold plates, and those that the case asserts.

    racks   names of the racks on loops
    """
    assert case.liquid is not None
    types = {rack.name: rack.type for rack in case.racks}
    found = [
        {"name_of": rack, "name": key.replace("_", " "), "kelvin": getattr(case.liquid.plates[types[rack]], key),
         "column": column, "of": f"{column} of the chips"}
        for key, column in CHIPS.items()
        for rack in racks
        if getattr(case.liquid.plates[types[rack]], key) is not None
    ]  # fmt: skip
    objects = {
        "liquid.rack": racks, "liquid.cdu": [one.name for one in case.liquid.cdus],
        "liquid.facility": [one.name for one in case.liquid.facilities],
    }  # fmt: skip
    for limit in case.limits:
        parts = limit.what.split(".")
        root, number = ".".join(parts[:2]), parts[-1]
        if limit.high is None or (root, number) not in NAMED:
            continue
        column, words = NAMED[root, number]
        pattern = ".".join(parts[2:-1])
        found += [
            {"name_of": name, "name": limit.name, "kelvin": limit.high, "column": column, "of": words}
            for name in objects[root]
            if fnmatchcase(name, pattern)
        ]
    return found


def _span(kelvin: np.ndarray) -> list[float]:
    return [float(kelvin.min()) - ZERO_CELSIUS, float(kelvin.max()) - ZERO_CELSIUS]
