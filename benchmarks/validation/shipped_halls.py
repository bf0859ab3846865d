"""Every steady shipped hall at its own cell: ledgers, float32 against float64, mirrored racks, what inlets go on to move.

None of it needs a reference of others: what enters leaves, and neither the precision nor the side of the mirror is physics. Runs
in time have no steady answer to compare; the balances of their steps stand in their own summaries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

import thermal
from benchmarks.validation.ledger import Ledger, ledger
from benchmarks.validation.sheet import Sheet
from kernels import open_backend
from thermal.case.model import Case
from thermal.flow.monitor import Monitor
from thermal.flow.sequence import place_sequence
from thermal.flow.steady import EVERY, Outcome, SteadyRun
from thermal.gridding import make_grid
from thermal.overrides import with_overrides
from thermal.parallel import Serial
from thermal.place import Placement

STUDY = "shipped-halls"
IN_TIME = ("crah-failure", "pump-failure")  # shipped cases that are runs in time
# Halls by the pairs of racks that mirror each other: facing rows of the same number, or the first and the last of one row; "none"
# where the drawing has no mirror.
HALLS: dict[str, str] = {
    "tiny-hall": "ends",
    "openfoam-h0": "rows and ends",
    "hall-130kw-hybrid": "rows",
    "hall-30kw-fan-wall": "rows",
    "openfoam-h1": "rows",
    "hall-30kw-contained": "rows",
    "hall-200kw-next": "rows",
    "retrofit-before": "ends",
    "retrofit-during": "none",  # half a row stands
    "retrofit-after": "ends",
    "room-6kw": "none",  # the units stand at one end, the aisle beside the middle of the room
    "room-6kw-chilled": "none",  # the same room on its loop
    "container-edge": "none",  # its rows stand a cell off the mirror of its walls
    "hall-immersion": "ends",
    "refit-close-coupled": "none",  # units of every kind
}
# Cells in m that keep all of them within seconds; tiny-hall's own, and the openfoam-h1 that still swings.
COARSE = {"tiny-hall": 0.2, "openfoam-h0": 0.3, "hall-130kw-hybrid": 0.4, "hall-30kw-contained": 0.4, "hall-30kw-fan-wall": 0.4,
          "openfoam-h1": 0.5, "hall-200kw-next": 0.6, "retrofit-before": 0.6, "retrofit-during": 0.6,
          "retrofit-after": 0.6, "room-6kw": 0.4, "room-6kw-chilled": 0.4, "container-edge": 0.5,
          "hall-immersion": 0.4, "refit-close-coupled": 0.6}  # fmt: skip
AIR, CELLS, HEAT = 1e-6, 1e-5, 1e-3  # shares that a ledger may leave open in single precision
MEANS = 0.01  # of the heat, where results are means: fields averaged apart leave the heat that they carry together untold
PRECISIONS = 0.02  # K
MIRRORED = 0.05  # K


@dataclass(frozen=True)
class Solved:
    """A shipped case run to its verdict."""

    case: Case
    placement: Placement
    outcome: Outcome
    ledger: Ledger

    @property
    def by_means(self) -> bool:
        """Whether results are means of many iterates."""
        return self.outcome.swing is not None


def solve(name: str, precision: str, cell: float | None = None, backend: str = "auto", threads: int | None = 1) -> Solved:
    """Run a shipped case, at its own cell or another, and add it up."""
    case = with_overrides(thermal.load(name), cell=cell)
    placements = place_sequence(case, make_grid(case, precision))
    device = open_backend(backend, precision, threads)
    outcome = SteadyRun(placements, device, Serial(), case.stop.iterations, Monitor()).run()
    return Solved(case, placements[-1], outcome, ledger(placements[-1], outcome))


def mirrored(name: str, case: Case) -> list[tuple[int, int]]:
    """Pairs of racks, by their numbers in the case, that mirror each other in a shipped hall."""
    places = {rack.name: number for number, rack in enumerate(case.racks)}
    rows: dict[str, list[str]] = {}
    for rack in case.racks:
        rows.setdefault(rack.row, []).append(rack.name)
    pairs = []
    for kind in HALLS[name].split(" and "):
        if kind == "rows":
            pairs += [(places[a], places[re.sub("^A", "B", a)]) for a in rows["A"]]
        elif kind == "ends":
            pairs += [(places[a], places[b]) for row in rows.values() for a, b in zip(row, row[::-1], strict=True) if a < b]
    return pairs


def apart(values: np.ndarray, pairs: list[tuple[int, int]]) -> float:
    """K, largest difference of mirrored racks."""
    return max(abs(float(values[a] - values[b])) for a, b in pairs)


def go_on(solved: Solved, times: int) -> np.ndarray:
    """K (racks,): what inlets move, on the mean of the last half, when iterated `times` as long again as to the verdict."""
    flow: Any = solved.outcome.flow
    track = []
    for number in range(times * solved.outcome.iterations):
        measure = flow.iterate(number % EVERY == 0)
        if measure is not None:
            track.append(measure.inlets)
    return np.abs(np.mean(track[len(track) // 2 :], axis=0) - solved.outcome.inlets)


def run(sheet: Sheet) -> None:
    """Every shipped hall at its own cell."""
    sheet.note(
        STUDY,
        "Air and heat are added up from the fields of the outcome by `benchmarks/validation/ledger.py`, apart from the solver.",
    )
    sheet.note(
        STUDY,
        "Where results are means of a restless flow, precisions and mirrored racks are compared within two standard errors.",
    )
    for name in HALLS:
        single, double = solve(name, "single"), solve(name, "double")
        _row(sheet, name, single, double)


def _row(sheet: Sheet, name: str, single: Solved, double: Solved) -> None:
    grid = f"{single.placement.fluid_cells} cells, {single.outcome.verdict} after {single.outcome.iterations} iterations"
    for precision, solved in (("float32", single), ("float64", double)):
        sums, heat = solved.ledger, MEANS if solved.by_means else HEAT
        worst = (float(sums.air.max()), float(sums.heat.max()), sums.cells)
        words = f"{worst[0]:.0e}, {worst[1]:.0e}, {worst[2]:.0e}"
        met = worst[0] <= AIR and worst[1] <= heat and worst[2] <= CELLS
        regions = f"{len(sums.air)} region" + ("s" if len(sums.air) > 1 else "")
        quantity = f"{name}, {precision}: air and heat of {regions}, air of all cells, shares left open"
        sheet.add(STUDY, quantity, words, "0", "conservation", f"{AIR:g}, {heat:g}, {CELLS:g}", grid, met)
    errors = np.hypot(single.outcome.error, double.outcome.error) if single.by_means else np.zeros(len(single.case.racks))
    difference = np.abs(single.outcome.inlets - double.outcome.inlets)
    steady = single.outcome.verdict == double.outcome.verdict == "steady"
    sheet.add(
        STUDY, f"{name}: rack inlets, float32 against float64, largest difference", f"{difference.max():.4f} K", "0", "round-off",
        f"{PRECISIONS:g} K" if steady else f"{max(PRECISIONS, errors.max()):.2f} K, two standard errors of these means", grid,
        bool((difference <= np.maximum(PRECISIONS, 0.0 if steady else errors)).all()),
    )  # fmt: skip
    pairs = mirrored(name, single.case)
    allowed = MIRRORED if steady else max(MIRRORED, 2**0.5 * float(single.outcome.error.max()))
    if pairs:
        found = apart(single.outcome.inlets, pairs)
        words = f"{name}: {len(pairs)} pairs of mirrored racks, largest difference"
        tolerance = f"{allowed:.2f} K" + ("" if steady else ", two standard errors of these means")
        sheet.add(STUDY, words, f"{found:.4f} K", "0", "symmetry of the hall", tolerance, grid, found <= allowed)
    if steady:
        moved, told = float(go_on(single, 3).max()), float(single.outcome.error.max())
        sheet.add(
            STUDY, f"{name}: what inlets move in three times as many iterations again", f"{moved:.4f} K", f"{told:.4f} K",
            "what the run says its iterations leave open", "less", grid, moved <= max(told, 0.002),
        )  # fmt: skip
