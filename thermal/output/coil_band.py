"""The coils of a facility loop in its drawing: one band of boxes between the mains, with heat, flow and pressure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COIL_X, WIDTH, GAP = 300.0, 92.0, 10.0
MOST = 10  # boxes of a band; of more coils the first and the last are drawn


def coil_band(paper: Any, coils: Sequence[Mapping[str, Any]], band: float, columns: tuple[float, float]) -> float:
    """Draw the band at a height of the paper; returns its right edge.

    paper     of thermal.output.loop_diagram   coils   rows of summary["liquid"]["coils"] of one loop
    columns   x of the supply and of the return main
    """
    high, low = band + 28.0, band + 112.0
    shown: list[Mapping[str, Any] | None] = list(coils)
    if len(coils) > MOST:
        shown = [*coils[: MOST - 2], None, coils[-1]]
    end = COIL_X + (WIDTH + GAP) * len(shown)
    paper.line("supply", (columns[0], high), (end - GAP, high))
    paper.line("return", (end - GAP, low), (columns[1], low))
    flow = sum(row["branch_L_min"] for row in coils)
    mixed = sum(row["branch_L_min"] * row["return_degC"] for row in coils) / flow if flow > 0.0 else coils[0]["return_degC"]
    paper.text(COIL_X, high - 6.0, f"{flow:.0f} L/min to {len(coils)} coils", "value", "start")
    paper.text(COIL_X, low + 16.0, f"{mixed:.1f} °C", "hot", "start")
    for number, row in enumerate(shown):
        x = COIL_X + (WIDTH + GAP) * number
        if row is None:
            paper.text(x + 0.5 * WIDTH, 0.5 * (high + low) + 4.0, f"… {len(coils) - MOST + 1} more", "value")
            continue
        middle = x + 0.5 * WIDTH
        paper.line("supply", (middle, high), (middle, high + 6.0))
        paper.line("return", (middle, low - 6.0), (middle, low))
        tip = f"{row['kind']} {row['name']}: {row['heat_kW']:.1f} kW from air of {row['air_in_degC']:.1f} °C"
        paper.box(x, high + 6.0, WIDTH, low - high - 12.0, tip)
        rows = [
            row["name"], f"{row['heat_kW']:.1f} kW", f"{row['branch_L_min']:.0f} L/min", f"{row['dp_kPa']:.0f} kPa",
            f"{row['return_degC']:.1f} °C",
        ]  # fmt: skip
        paper.lines(middle, high + 18.0, rows)
    return end
