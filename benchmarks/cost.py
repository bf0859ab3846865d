"""Sections e, f and h: what a run costs, as a user starts it: `hallflow run` as a process, report included."""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.peers import tables
from benchmarks.process import Run, hallflow
from benchmarks.solving import Scales, solve
from benchmarks.table import Table, load
from benchmarks.variants import Variant
from kernels import open_backend
from thermal.gridding import make_grid

TARGETS = {"upwind": 5.0, "second-order": 10.0}  # s, openfoam-h0 at 0.1 m, compile cache warm
STRETCH = {"upwind": 2.0, "second-order": 5.0}
COLD_TINY = 20.0  # s
BYTES_PER_CELL = 250.0


def run_variant(variant: Variant, *more: str, cache: Path | None = None) -> tuple[Run, dict]:
    """A variant as a process of its own on two threads; the run and its summary."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = variant.write(Path(folder) / "case"), Path(folder) / "out"
        done = hallflow("run", str(path), "--out", str(out), "--threads", "2", *more, cache=cache)
        return done, json.loads((out / "summary.json").read_text(encoding="utf-8"))


def seconds(runs: list[tuple[Run, dict]]) -> str:
    """Median by the clock, and what it was made of."""
    wall = statistics.median(run.wall for run, _ in runs)
    processor = statistics.median(run.processor for run, _ in runs)
    summary = runs[0][1]
    answer = f"{summary['verdict']}, {summary['iterations']} iterations"
    return f"{wall:.1f} s (median of {len(runs)}; processors {processor:.1f} s; {answer}; load average {load():.1f})"


def times(table: Table, quick: bool) -> None:
    """(e) openfoam-h0 at 0.1 m with a warm and a cold compile cache, and tiny-hall from cold."""
    hallflow("run", "tiny-hall", "--out", tempfile.mkdtemp() + "/out")  # warms the cache
    for scheme in ("upwind", "second-order"):
        variant, name = Variant("openfoam-h0", scheme, 0.1), f"openfoam-h0, 0.1 m, {scheme}"
        runs = [run_variant(variant) for _ in range(1 if quick else 3)]
        wall = statistics.median(run.wall for run, _ in runs)
        peer = tables.SECONDS.get(("openfoam-h0", 0.1, scheme))
        beside = f"; OpenFOAM {peer:g} s" if peer else ""
        target = f"<= {TARGETS[scheme]:g} s, stretch {STRETCH[scheme]:g} s{beside}"
        table.add("e", f"{name}: whole process, warm cache", seconds(runs), target, wall <= TARGETS[scheme])
        with tempfile.TemporaryDirectory() as cache:
            table.add("e", f"{name}: whole process, cold cache", seconds([run_variant(variant, cache=Path(cache))]))
    with tempfile.TemporaryDirectory() as cache:
        run, summary = run_variant(Variant("tiny-hall"), cache=Path(cache))
    target = f"<= {COLD_TINY:g} s"
    table.add("e", "tiny-hall: whole process, cold cache", seconds([(run, summary)]), target, run.wall <= COLD_TINY)


def weights(table: Table, quick: bool) -> None:
    """(f) memory: peak of the process beyond that of tiny-hall, and the arrays on the device, by cell of the grid."""
    variants = [Variant("openfoam-h0", "second-order", 0.1), Variant("hall-30kw-contained", "upwind", 0.1)]
    small, _ = run_variant(Variant("tiny-hall"))
    tiny = make_grid(Variant("tiny-hall").load()).cells
    for variant in variants[: 1 if quick else 2]:
        device = open_backend("auto", "single", 2)
        scales = Scales(device)
        solved = solve(Variant(variant.case, variant.scheme, variant.cell, iterations=4), device)
        cells, fluid = solved.placement.grid.cells, solved.placement.fluid_cells
        del solved
        run, _ = run_variant(variant)
        grown = (run.peak - small.peak) / (cells - tiny)
        target, text = f"<= {BYTES_PER_CELL / 1000:g} kB", f"{scales.peak / cells:.0f} B a cell"
        figure = f"{variant}: device arrays, {cells} cells of which {fluid} fluid"
        table.add("f", figure, text, target, scales.peak <= BYTES_PER_CELL * cells)
        text = f"{grown:.0f} B a cell ({run.peak / 1e6:.0f} MB in all, {small.peak / 1e6:.0f} MB for tiny-hall)"
        table.add("f", f"{variant}: peak of the process beyond tiny-hall's", text, target, grown <= BYTES_PER_CELL)


def numpy_backend(table: Table) -> None:
    """(h) tiny-hall on the NumPy backend, and how far its inlets lie from those of the compiled kernels."""
    run, summary = run_variant(Variant("tiny-hall"), "--backend", "numpy")
    _, compiled = run_variant(Variant("tiny-hall"))
    inlets = [np.array([rack["inlet_mean_degC"] for rack in s["racks"]]) for s in (summary, compiled)]
    apart = np.abs(inlets[0] - inlets[1]).max()
    answer = f"{summary['verdict']}, {summary['iterations']} iterations, {run.wall:.1f} s"
    text = f"{answer}; inlets within {apart:.4f} K of those of the compiled kernels"
    table.add("h", "tiny-hall on the NumPy backend", text, "runs", summary["verdict"] == "steady")
