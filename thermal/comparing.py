"""`hallflow compare`: records side by side on one page, and whether the later ones lost what the first one held."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thermal.errors import clean

DEFAULT_FOLDER = "comparison"
LOST = 1  # exit code, as for a limit that fails


def compare(options: argparse.Namespace) -> int:
    """Compare records; with --fail-on-lost or --fail-on-warmer the exit code says whether something got worse."""
    from thermal.folder import claim_folder, release_folder
    from thermal.output.comparison import open_runs, warmer
    from thermal.output.report.comparison import PAGE, write_comparison

    runs = open_runs([Path(folder) for folder in options.folders])
    folder = claim_folder(Path(options.out or DEFAULT_FOLDER), DEFAULT_FOLDER)
    try:
        comparison = write_comparison(folder, runs)
    except BaseException:
        release_folder(folder)
        raise
    print("\n".join(lines(comparison)))
    print(f"page to read: {folder / PAGE}")
    worse = options.fail_on_lost and bool(comparison["lost"])
    if options.fail_on_warmer is not None:
        found = warmer(comparison, options.fail_on_warmer)
        for rack, run, rise in found:
            print(f"WARMER: {clean(rack)} in {clean(run)} by {rise:.2f} K, allowed {options.fail_on_warmer:g} K")
        worse = worse or bool(found)
    return LOST if worse else 0


def lines(comparison: Mapping[str, Any]) -> list[str]:
    """The comparison in plain lines: racks, then limits that changed."""
    names = [clean(run["label"]) for run in comparison["runs"]]
    width = max(4, *(len(clean(rack["name"])) for rack in comparison["racks"])) if comparison["racks"] else 4
    wide = [max(11, len(name)) for name in names]
    text = [
        f"{'rack':<{width}}" + "".join(f"  {name:>{w}}" for name, w in zip(names, wide, strict=True)) + "   (hottest inlet, degC)"
    ]
    for rack in comparison["racks"]:
        cells = []
        for number, (value, change) in enumerate(zip(rack["inlet_max_degC"], rack["change_K"], strict=True)):
            plain = "-" if value is None else f"{value:.1f}"
            cells.append(plain + (f" {change:+.1f}" if number and change is not None else ""))
        text.append(f"{clean(rack['name']):<{width}}" + "".join(f"  {cell:>{w}}" for cell, w in zip(cells, wide, strict=True)))
    text += [f"limit LOST: {clean(row['limit'])} in {clean(row['run'])}" for row in comparison["lost"]]
    text += [f"limit now holds: {clean(row['limit'])} in {clean(row['run'])}" for row in comparison["passed"]]
    if not comparison["lost"] and not comparison["passed"]:
        text.append("no limit lost, none passed")
    return text
