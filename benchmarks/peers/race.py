"""Both programs on the same cells, one after the other, timed to one criterion: ours, OpenFOAM, ours again.

    python -m benchmarks.peers.openfoam openfoam-h0 --cell 0.1 --scheme second-order --race --write docs/race.md
    python -m benchmarks.peers.openfoam hall-30kw-contained --cell 0.1 --processes 1 --race --run of --write docs/race.md

Criterion: every rack inlet within 0.1 K over a window, and heat within 1 % on the window's mean. The window is OpenFOAM's 100
iterations, and a program pays for it. Both have as many threads as the other has processes. With one process, seconds are
those of the processor, which other work on the machine hardly touches; with more, those of the clock, on a machine that has
nothing else to do. A finished run of OpenFOAM that `--run` names is read again. Ours is timed three ways: the whole command
`hallflow run`, from the shell to the written report, which goes on to its own, tighter verdict; the solver alone to the
criterion over 100 of its own iterations, for which it has to go on beyond its verdict; and to the criterion over the window
of equal pseudo-time. An iteration at relaxation a is a step in local time of CFL a/(1 - a), which makes 100 iterations at 0.3
as long as 11 at 0.8.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.peers.dictionaries import Settings
from benchmarks.peers.mesh import UnsupportedError
from benchmarks.peers.openfoam import BALANCED, STILL, WINDOW, Peer, first_settled, prepare, read, solve
from benchmarks.process import hallflow
from benchmarks.table import load, machine
from benchmarks.variants import Variant
from kernels import open_backend
from thermal.flow.monitor import Monitor
from thermal.flow.relaxation import relaxation
from thermal.flow.sequence import place_sequence
from thermal.flow.steady import EVERY, SteadyRun
from thermal.gridding import make_grid
from thermal.parallel import Serial
from thermal.place import place_case


@dataclass
class Track:
    """Our solver on the finest grid: iterations, rack inlets in degC (looks, racks), heat out over heat in, and the seconds since
    the case was read, of the race's kind, up to the verdict (`verdict` looks) and beyond it."""

    iterations: np.ndarray
    inlets: np.ndarray
    balance: np.ndarray
    clock: np.ndarray
    verdict: int

    def settled(self, window: int) -> int | None:
        """Row at which the criterion holds over a window of iterations."""
        return first_settled(self.iterations, self.inlets, self.balance, window)


def equal_window(relaxation: float, peer: float) -> int:
    """Our iterations that are as long in local time as WINDOW of a peer's.

    >>> equal_window(0.8, 0.3), equal_window(0.7, 0.3)
    (11, 19)
    """
    return math.ceil(WINDOW * (peer / (1.0 - peer)) / (relaxation / (1.0 - relaxation)))


def now(threads: int) -> float:
    """s: of the processor for one thread, else by the clock."""
    return time.process_time() if threads == 1 else time.perf_counter()


def track(variant: Variant, beyond: int = WINDOW, threads: int = 2) -> Track:
    """Solve a variant in this process, single precision, and go on beyond the verdict."""
    begun = now(threads)
    case = variant.load()
    device = open_backend("auto", "single", threads)
    elapsed: list[float] = []
    monitor = Monitor(step=lambda row: elapsed.append(now(threads) - begun))
    outcome = SteadyRun(place_sequence(case, make_grid(case)), device, Serial(), case.stop.iterations, monitor).run()
    reference = case.air.reference_temperature - 273.15
    rows = [
        (row["iteration"], [row[f"inlet.{rack.name}"] - 273.15 for rack in case.racks], 1.0 + row["balance"], seconds)
        for row, seconds in zip(outcome.history, elapsed, strict=True)
        if row["level"] == 0
    ]
    verdict, last = len(rows), rows[-1][0]
    resumed = now(threads) - rows[-1][3]
    for number in range(1, beyond + 1):
        measure = outcome.flow.iterate(number % EVERY == 0)
        if measure is not None:
            inlets = list(measure.inlets + reference)
            rows.append((last + number, inlets, 1.0 + measure.balance, now(threads) - resumed))
    iterations, inlets, balance, clock = (np.array(column, float) for column in zip(*rows, strict=True))
    return Track(iterations, inlets, balance, clock, verdict)


@dataclass
class Process:
    """One `hallflow run` as a process of its own: seconds (of the race's kind) from the shell to the report, and its summary."""

    seconds: float
    summary: dict


def whole(variant: Variant, threads: int = 2) -> Process:
    """Run the command with a warm compile cache."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        words = ("run", str(variant.write(Path(folder) / "case")), "--out", str(out), "--threads", str(threads))
        done = hallflow(*words, threads=threads)
        return Process(
            done.processor if threads == 1 else done.wall, json.loads((out / "summary.json").read_text(encoding="utf-8"))
        )


def race(variant: Variant, settings: Settings, kept: Path | None, page: Path | None) -> int:
    """Run both and print; 2 if OpenFOAM is missing, fails, or the case holds what the bridge does not know."""
    threads = settings.processes
    notes = machine(open_backend("auto", "single", threads))
    print("\n".join(notes), flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept or Path(temporary) / "openfoam"
        try:
            mesh = prepare(variant, settings, folder)
            whole(Variant("tiny-hall"))  # warms the compile cache
            ours = [whole(variant, threads)]
            print(f"Hallflow: {ours[0].seconds:.1f} s", flush=True)
            if not (folder / "seconds").is_file():
                print(f"OpenFOAM: {solve(folder, settings.processes):.1f} s, {settings.iterations} iterations", flush=True)
        except (UnsupportedError, FileNotFoundError, RuntimeError) as error:
            print(f"{variant}: {error}", file=sys.stderr)
            return 2
        ours.append(whole(variant, threads))
        peer = read(variant, mesh, folder)
    notes.append(f"load average {load():.1f} at the end; a time taken on a busy machine is no measure of a program")
    text = report(variant, settings, peer, ours, track(variant, threads=threads))
    print(text)
    if page:
        heading = (
            ""
            if page.exists()
            else "# Hallflow and OpenFOAM on the same cells\n\n" + (__doc__ or "").split("\n", 1)[1].strip("\n") + "\n"
        )
        with page.open("a", encoding="utf-8") as file:
            file.write(heading + "\n" + text + "\n\n" + "\n".join(f"- {note}" for note in notes) + "\n")
        print(f"written: {page}")
    return 0


def report(variant: Variant, settings: Settings, peer: Peer, ours: list[Process], own: Track) -> str:
    """The race as Markdown: times, ratios, inlets side by side."""
    row = peer.settled()
    at = len(peer.iterations) - 1 if row is None else row
    alone = settings.processes == 1
    theirs = float((peer.seconds if alone else peer.clock)[at])
    mine = "Hallflow, 1 thread" if alone else f"Hallflow, {settings.processes} threads"
    window = equal_window(relaxation(place_case(variant.load())), settings.relaxation[0])
    ended = "criterion met" if row is not None else "criterion NOT met, so at least"
    lines = [
        f"## {variant}, {peer.cells} cells, rack fronts {settings.fronts}",
        "",
        f"Criterion: inlets within {STILL:g} K over a window, heat within {BALANCED:.0%} on its mean.",
        "",
        f"| program | timed | iterations | {'processor seconds' if alone else 'seconds'} | OpenFOAM takes |",
        "|---|---|---|---|---|",
        f"| OpenFOAM v1912, {_processes(settings.processes)} | solver, to the criterion over {WINDOW} iterations ({ended}) | "
        f"{peer.iterations[at]:.0f} | {theirs:.1f} | |",
    ]
    for when, process in zip(("before", "after"), ours, strict=True):
        summary = process.summary
        lines.append(
            f"| {mine}, {when} | whole command with report, to its own verdict ({summary['verdict']}) | "
            f"{summary['iterations']} | {process.seconds:.2f} | {theirs / process.seconds:.1f} × |"
        )
    for name, width in ((f"{WINDOW} iterations", WINDOW), (f"{window} iterations, equal in local time", window)):
        lines.append(_solver_row(own, f"| {mine} | solver, to the criterion over {name}", width, theirs))
    mean = theirs / float(np.mean([process.seconds for process in ours]))
    lines += ["", f"Ratio, whole command against OpenFOAM's solver: **{mean:.1f} ×** (mean of before and after).", ""]
    return "\n".join(lines + _inlets(peer, ours[-1].summary, at))


def _processes(count: int) -> str:
    return "1 process" if count == 1 else f"{count} processes"


def _solver_row(own: Track, head: str, width: int, theirs: float) -> str:
    here = own.settled(width)
    if here is None:
        return f"{head}: NOT met within {own.iterations[-1]:.0f} iterations | | | |"
    beyond = ", beyond its verdict" if here >= own.verdict else ""
    away = np.abs(own.inlets[here] - own.inlets[own.verdict - 1]).max()
    beyond += f"; inlets then within {away:.2f} K of those at the verdict"
    return f"{head}{beyond} | {own.iterations[here]:.0f} | {own.clock[here]:.2f} | {theirs / own.clock[here]:.1f} × |"


def _inlets(peer: Peer, summary: dict, at: int) -> list[str]:
    ours = {rack["name"]: rack["inlet_mean_degC"] for rack in summary["racks"]}
    values = np.array([ours[name] for name in peer.racks])
    apart = values - peer.inlets[at]
    rows = (
        "| | " + " | ".join(peer.racks) + " |",
        "|---|" + "---|" * len(peer.racks),
        "| OpenFOAM, degC | " + " | ".join(f"{value:.2f}" for value in peer.inlets[at]) + " |",
        "| Hallflow, degC | " + " | ".join(f"{value:.2f}" for value in values) + " |",
        "| difference, K | " + " | ".join(f"{value:+.2f}" for value in apart) + " |",
    )
    return [*rows, "", f"Differences: RMS {np.sqrt(np.mean(apart**2)):.2f} K, largest {np.abs(apart).max():.2f} K."]
