"""Sections a to d: verdicts and rack inlets next to other programs, and what iterating on would have changed."""

from __future__ import annotations

import numpy as np

from benchmarks.peers import tables
from benchmarks.solving import Solved, go_on, solve
from benchmarks.table import Table
from benchmarks.variants import Variant
from thermal.shipped import shipped_cases


def degrees(values: np.ndarray) -> str:
    """Temperatures in a row."""
    return " ".join(f"{value:.2f}" for value in values)


def hall_h0(table: Table, quick: bool) -> None:
    """(a) openfoam-h0: verdict and inlets for each scheme, and the distance to OpenFOAM on the same cell and scheme."""
    cell = 0.2 if quick else 0.1
    for scheme in ("upwind", "second-order"):
        solved = solve(Variant("openfoam-h0", scheme, cell))
        verdict = solved.outcome.verdict
        name = f"openfoam-h0, {cell:g} m, {scheme}"
        table.add("a", f"{name}: verdict", solved.words, "steady", verdict == "steady")
        table.add("a", f"{name}: inlets 1..4, rows averaged", degrees(solved.rows(solved.inlets)))
        for note, peer in peers("openfoam-h0", cell, scheme):
            worst = np.abs(solved.rows(solved.inlets) - peer).max()
            figure = f"{name}: largest distance to OpenFOAM, {note} ({degrees(np.array(peer))})"
            table.add("a", figure, f"{worst:.2f} K", "<= 0.25 K", worst <= 0.25)


def hall_h1(table: Table) -> None:
    """(b) openfoam-h1 at 0.2 m: means over rows and, where the flow is unsteady, over iterations, with their standard error."""
    for scheme in ("upwind", "second-order"):
        solved = solve(Variant("openfoam-h1", scheme, 0.2))
        ours, name = solved.rows(solved.inlets), f"openfoam-h1, 0.2 m, {scheme}"
        table.add("b", f"{name}: verdict", solved.words)
        table.add("b", f"{name}: inlets 1..8, rows averaged", degrees(ours))
        if solved.outcome.verdict == "unsteady":
            table.add("b", f"{name}: standard error of these means", degrees(solved.standard_error()))
        for note, peer in peers("openfoam-h1", 0.2, scheme):
            difference = ours - np.array(peer)
            rms, worst = np.sqrt(np.mean(difference**2)), np.abs(difference).max()
            met = rms <= 1.0 and worst <= 2.0
            text = f"RMS {rms:.2f} K, max {worst:.2f} K"
            figure = f"{name}: distance to OpenFOAM, {note} ({degrees(np.array(peer))})"
            table.add("b", figure, text, "RMS <= 1 K, max <= 2 K", met)


def peers(case: str, cell: float, scheme: str) -> list[tuple[str, tuple[float, ...]]]:
    """OpenFOAM's inlets for both conditions at the rack fronts, where there are figures; docs/openfoam.md tells them apart."""
    kinds = {"rack fronts fixed": tables.INLETS, "rack fronts free": tables.FREE_FRONTS}
    return [(note, kind[case, cell, scheme]) for note, kind in kinds.items() if (case, cell, scheme) in kind]


def hall_contained(table: Table, quick: bool) -> None:
    """(c) hall-30kw-contained: steady where the prototype was, near its inlets, and the same on both sides of the aisle."""
    runs = [("zero-equation", "upwind", 0.2), ("k-epsilon", "upwind", 0.2)]
    runs += [] if quick else [("zero-equation", "upwind", 0.1), ("zero-equation", "second-order", 0.1)]
    for model, scheme, cell in runs:
        solved = solve(Variant("hall-30kw-contained", scheme, cell, model))
        name = f"hall-30kw-contained, {model}, {scheme}, {cell:g} m"
        table.add("c", f"{name}: verdict", solved.words, "steady", solved.outcome.verdict == "steady")
        table.add("c", f"{name}: inlets 1..8, rows averaged", degrees(solved.rows(solved.inlets)))
        apart = solved.mirrored()
        table.add("c", f"{name}: largest difference of facing racks", f"{apart:.3f} K", "<= 0.05 K", apart <= 0.05)
        if (model, scheme, cell) == ("zero-equation", "upwind", 0.1):
            worst = np.abs(solved.rows(solved.inlets) - tables.PROTOTYPE).max()
            figure = f"{name}: largest distance to the prototype ({degrees(np.array(tables.PROTOTYPE))})"
            table.add("c", figure, f"{worst:.2f} K", "<= 0.15 K", worst <= 0.15)


def continuation(table: Table, quick: bool) -> None:
    """(d) every shipped case that is steady as shipped: the inlets after ten times the iterations."""
    for shipped in shipped_cases():
        if quick and shipped.name != "tiny-hall":
            continue
        solved = solve(Variant(shipped.name))
        if solved.outcome.verdict != "steady":
            table.add("d", f"{shipped.name}, as shipped", f"{solved.words}: no steady answer to hold against a longer run")
            continue
        table.add("d", f"{shipped.name}, as shipped: largest change of an inlet", *changed(solved))


def changed(solved: Solved) -> tuple[str, str, bool]:
    """What 9 times the iterations more do to the inlets: measured, target, met."""
    before = solved.outcome.iterations
    more = 9 * before
    track = go_on(solved, more)
    end = np.abs(track[-len(track) // 10 :].mean(axis=0) - solved.inlets).max()
    farthest = np.abs(track - solved.inlets).max()
    text = f"{end:.3f} K after {more + before} iterations ({before} to the verdict); at most {farthest:.3f} K on the way"
    return text, "<= 0.05 K", end <= 0.05
