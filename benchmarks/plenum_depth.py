"""How evenly the tiles of `room-6kw` share their air with the depth of the plenum below them, as a Markdown table.

python -m benchmarks.plenum_depth            about a minute a depth on one core
"""

from __future__ import annotations

from pathlib import Path

import thermal
from thermal.case.build import case_from_text

CASE = Path(__file__).resolve().parent.parent / "cases" / "room-6kw" / "case.toml"
DEPTHS = (0.3, 0.45, 0.6, 0.9, 1.2)  # m
SHIPPED = 'height = "0.6 m" '


def row(depth: float) -> str:
    """One line: depth, pressure under the floor, least and largest tile flow, maldistribution, flow over that of the losses."""
    text = CASE.read_text(encoding="utf-8")
    assert text.count(SHIPPED) == 1
    case = case_from_text(text.replace(SHIPPED, f'height = "{depth:g} m" '))
    summary = thermal.run(case).summary
    (plenum,) = summary["plenums"]
    cells = (
        f"{depth:g}", summary["verdict"], f"{plenum['pressure_Pa']:.1f}", f"{1e3 * plenum['piece_min_m3_s']:.0f}",
        f"{1e3 * plenum['piece_max_m3_s']:.0f}", f"{plenum['maldistribution_percent']:.1f}",
        f"{100.0 * (plenum['flow_m3_s'] / plenum['by_loss_m3_s'] - 1.0):+.1f}",
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table."""
    print("| depth m | verdict | Pa under the floor | least L/s | most L/s | maldistribution % | flow over its losses' % |")
    print("|---|---|---|---|---|---|---|")
    for depth in DEPTHS:
        print(row(depth), flush=True)


if __name__ == "__main__":
    main()
