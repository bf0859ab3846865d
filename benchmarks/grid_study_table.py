"""The grid study of records as Markdown, for the pages of the cases.

hallflow run tiny-hall --grid-study && python -m benchmarks.grid_study_table tiny-hall-results
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thermal.output.record import read
from thermal.output.wording import band_words


def table(summary: Mapping[str, Any]) -> str:
    """Grids in a sentence, racks in a table. Raises KeyError for a summary without a study."""
    study = summary["grid_study"]
    grids = [f"{grid['cells']} cells ({grid['verdict']}, {grid['iterations']} iterations)" for grid in study["grids"]]
    lines = [f"Air cells of the three grids: {'; '.join(grids)}.", ""]
    if not study["answer"]:
        return "\n".join([*lines, f"No band: {study['reason']}."])
    lines += [
        "| rack | coarse | medium | fine | ± K | order | converges | hottest face | ± K | converges |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rack in study["racks"]:
        mean, most = rack["inlet_mean"], rack["inlet_max"]
        order = "–" if mean["order"] is None else f"{mean['order']:.1f}"
        cells = [f"{value:.2f}" for value in mean["values_degC"]]
        cells += [
            band_words(mean["band_K"]),
            order,
            mean["kind"],
            f"{most['values_degC'][-1]:.1f}",
            band_words(most["band_K"]),
            most["kind"],
        ]
        lines.append(f"| {rack['name']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(words: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grid_study_table", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="folder of a record with a grid study")
    for folder in parser.parse_args(words).folders:
        print(table(read(folder).summary), end="\n\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
