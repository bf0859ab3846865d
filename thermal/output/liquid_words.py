"""The loops in a line for the terminal and in a card for the page, from summary["liquid"]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MOST_WARNINGS = 20  # in the terminal; the page has all


def hottest_chips(liquid: Mapping[str, Any]) -> dict[str, Any] | None:
    """The rack whose chips are nearest to their limits, or hottest where the case states none; None without racks on a loop.

    Of a run in time: at their worst moment.

    >>> racks = [{"name": "A1", "junction_degC": 80.0, "margin_K": 9.0}, {"name": "A2", "junction_degC": 70.0, "margin_K": 4.0}]
    >>> hottest_chips({"racks": racks})["name"]
    'A2'
    """
    racks = [_at_worst(row) for row in liquid["racks"] if row["junction_degC"] is not None]
    limited = [row for row in racks if row["margin_K"] is not None]
    if limited:
        return min(limited, key=lambda row: row["margin_K"])
    return max(racks, key=lambda row: row["junction_degC"], default=None)


def _at_worst(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the junction and the margin of its worst moment, if it is one of a run in time."""
    span = row.get("in_time") or {}
    if not span:
        return row
    margin = span["margin_K"][0] if "margin_K" in span else row["margin_K"]
    return row | {"junction_degC": span["junction_degC"][1], "margin_K": margin}


def margin_words(row: Mapping[str, Any]) -> str:
    """How far a rack's chips are from the nearer of their limits."""
    margin = row["margin_K"]
    if margin is None:
        return "no limit stated"
    words = f"{abs(margin):.1f} K {'below its' if margin >= 0.0 else 'ABOVE its'} limit"
    return f"{words} at the worst moment" if row.get("in_time") else words


def tank_words(tanks: Sequence[Mapping[str, Any]]) -> str:
    """The tank whose surface is nearest to its limit, or hottest where the case states none.

    >>> tank_words([{"name": "T1", "surface_degC": 54.0, "margin_K": 4.0}, {"name": "T2", "surface_degC": 50.0, "margin_K": 8.0}])
    'hottest surface 54.0 °C in T1, 4.0 K below its limit'
    """
    limited = [row for row in tanks if row["margin_K"] is not None]
    worst = min(limited, key=lambda row: row["margin_K"]) if limited else max(tanks, key=lambda row: row["surface_degC"])
    return f"hottest surface {worst['surface_degC']:.1f} °C in {worst['name']}, {margin_words(worst)}"


def liquid_facts(liquid: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(label, number, remark) of the page's first card."""
    facts, worst, balance = [], hottest_chips(liquid), liquid["balance"]
    if worst:
        facts.append(("Hottest chips", f"{worst['junction_degC']:.1f} °C", f"rack {worst['name']}, {margin_words(worst)}"))
    if liquid.get("tanks"):
        power = sum(row["power_kW"] for row in liquid["tanks"])
        facts.append(("Immersion tanks", f"{power:g} kW", tank_words(liquid["tanks"])))
    remark = f"{balance['outdoors_kW']:.4g} kW leave outdoors at {liquid['outdoor']['dry_bulb_degC']:.0f} °C"
    into = balance["to_liquid_kW"] + balance.get("coils_kW", 0.0)
    facts.append(("Heat to liquid", f"{into:.4g} kW", remark))
    return facts


def liquid_lines(liquid: Mapping[str, Any]) -> list[str]:
    """Plain lines for the terminal: heat, chips, units, warnings."""
    balance, worst = liquid["balance"], hottest_chips(liquid)
    pumps = sum(row["pump_kW"] for row in [*liquid["cdus"], *liquid["facility_loops"]])
    coils = f", {balance['coils_kW']:.4g} kW from the air" if liquid.get("coils") else ""
    lines = [
        f"  loops: {balance['to_liquid_kW']:.4g} kW to liquid{coils}, pumps take {pumps:.3g} kW, balance {balance['whole']:.0e}"
    ]
    if worst:
        lines.append(f"  hottest chips: junction {worst['junction_degC']:.1f} degC in {worst['name']}, {margin_words(worst)}")
    if liquid.get("tanks"):
        lines.append(f"  immersion tanks: {tank_words(liquid['tanks'])}")
    lines += [f"  loops, warning: {words}" for words in liquid["warnings"][:MOST_WARNINGS]]
    return lines
