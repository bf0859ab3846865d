"""The loops in a line for the terminal and in a card for the page, from summary["liquid"]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_WARNINGS = 20  # in the terminal; the page has all


def hottest_chips(liquid: Mapping[str, Any]) -> dict[str, Any] | None:
    """The rack whose chips are nearest to their limits, or hottest where the case states none; None without racks on a loop.

    >>> racks = [{"name": "A1", "junction_degC": 80.0, "margin_K": 9.0}, {"name": "A2", "junction_degC": 70.0, "margin_K": 4.0}]
    >>> hottest_chips({"racks": racks})["name"]
    'A2'
    """
    racks = [row for row in liquid["racks"] if row["junction_degC"] is not None]
    limited = [row for row in racks if row["margin_K"] is not None]
    if limited:
        return min(limited, key=lambda row: row["margin_K"])
    return max(racks, key=lambda row: row["junction_degC"], default=None)


def margin_words(row: Mapping[str, Any]) -> str:
    """How far a rack's chips are from the nearer of their limits."""
    margin = row["margin_K"]
    if margin is None:
        return "no limit stated"
    return f"{abs(margin):.1f} K {'below its' if margin >= 0.0 else 'ABOVE its'} limit"


def liquid_facts(liquid: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(label, number, remark) of the page's first card."""
    facts, worst, balance = [], hottest_chips(liquid), liquid["balance"]
    if worst:
        facts.append(("Hottest chips", f"{worst['junction_degC']:.1f} °C", f"rack {worst['name']}, {margin_words(worst)}"))
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
    lines += [f"  loops, warning: {words}" for words in liquid["warnings"][:MOST_WARNINGS]]
    return lines
