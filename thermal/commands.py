"""What each verb of the command line does. Every function takes the parsed options and returns the exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import thermal
from thermal.case.model import Case
from thermal.errors import CaseError, CaseErrors, UsageError, clean

if TYPE_CHECKING:
    from thermal.run import Result
    from thermal.study.losses import Loss
    from thermal.study.without import LossResult

INTERRUPTED = 130


def run(options: argparse.Namespace) -> int:
    """Run every case in turn: all of them are read, and all folders claimed, before the first one starts."""
    from thermal.folder import claim_folder
    from thermal.gridding import make_grid, similar_grids
    from thermal.interrupt import Interrupt
    from thermal.kernel_check import require_own_kernels
    from thermal.outcome import worst_exit_code

    require_own_kernels()
    cases = _load_all(options)
    factors = _factors(options)
    timed = [case.name for case in cases if case.time is not None]
    if factors and timed:
        raise UsageError(f"a grid study is one of a steady hall: {timed[0]} has a [time] table; leave out --grid-study or [time]")
    for case in cases:  # refuses what no memory can hold, before a folder is touched
        if factors:
            similar_grids(case, factors, options.precision)
        else:
            make_grid(case, options.precision)
    losses = _losses(options, cases)
    folders = [claim_folder(folder, case.name) for case, folder in zip(cases, _folders(options, cases), strict=True)]
    codes: list[int] = []
    summaries: list[dict] = []
    with Interrupt() as stop:
        for case, folder, lost in zip(cases, folders, losses, strict=True):
            codes.append(_run_one(case, folder, options, factors, lost, stop, summaries))
            if stop.is_set():
                break
    if options.junit:
        from thermal.output.junit import write_junit

        write_junit(Path(options.junit), summaries)
    return INTERRUPTED if stop.by_keyboard else worst_exit_code(codes)


def _factors(options: argparse.Namespace) -> tuple[int, int, int] | None:
    """The factors of a grid study, None where none was asked for. Raises UsageError for factors that are none."""
    if not options.grid_study:
        if options.grid_factors:
            raise UsageError("--grid-factors goes with --grid-study")
        return None
    from thermal.study.factors import FACTORS, check_factors

    return check_factors(options.grid_factors or FACTORS)


def _losses(options: argparse.Namespace, cases: list[Case]) -> list[list[Loss]]:
    """For each case its losses, none where none were asked for. Raises UsageError for kinds or objects that are none."""
    if not options.without_each:
        if options.make_up:
            raise UsageError("--make-up goes with --without-each")
        return [[] for _ in cases]
    if options.grid_study:
        raise UsageError("--without-each and --grid-study are two studies; run them one by one")
    from thermal.study.losses import losses_of, wanted_kinds

    wanted = wanted_kinds(options.without_each)
    return [losses_of(case, wanted, options.make_up) for case in cases]


def _run_one(
    case: Case,
    folder: Path,
    options: argparse.Namespace,
    factors: tuple[int, int, int] | None,
    losses: list[Loss],
    stop: object,
    summaries: list[dict],
) -> int:
    """Simulate one case with a live display and print how it ended."""
    from kernels import BackendUnavailable, CompileError
    from thermal.folder import release_folder
    from thermal.outcome import closing_lines, exit_code
    from thermal.progress import open_progress

    progress = open_progress()
    result: Result | LossResult | None = None
    try:
        settings: dict[str, Any] = {
            "backend": options.backend, "precision": options.precision, "threads": options.threads, "blocks": options.blocks,
            "out": folder, "resume": Path(options.resume) if options.resume else None, "progress": progress, "stop": stop,
        }  # fmt: skip
        if options.unsteady_means and not factors:
            settings["unsteady_means"] = True
        if factors:
            from thermal.study.run import simulate_study

            result = simulate_study(case, factors, **settings)
        elif losses:
            from thermal.study.without import simulate_losses

            result = simulate_losses(case, losses, make_up=options.make_up, **settings)
        else:
            from thermal.run import simulate

            result = simulate(case, **settings)
    except BaseException as error:
        release_folder(folder)
        if isinstance(error, BackendUnavailable | CompileError):
            raise UsageError(f"{error}\n`hallflow doctor` says what works here") from error
        raise
    finally:
        progress.end(result)
    summaries.append(result.summary)
    print("\n".join(closing_lines(result.summary, result.path)), flush=True)
    return exit_code(result.summary)


def _load_all(options: argparse.Namespace) -> list[Case]:
    """Every case with the options of the command line; raises CaseErrors with the mistakes of all of them."""
    from thermal.overrides import with_overrides

    cases, errors = [], []
    for argument in options.cases:
        try:
            case = thermal.load(argument)
            cases.append(with_overrides(case, cell=options.cell, iterations=getattr(options, "iterations", None)))
        except CaseErrors as found:
            errors += found.errors
    if errors:
        raise CaseErrors(errors)
    return cases


def _folders(options: argparse.Namespace, cases: list[Case]) -> list[Path]:
    """A folder for each case. Raises UsageError when two cases would share one."""
    from thermal.folder import default_folder

    names = [case.name for case in cases]
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"two cases are named {double}; run them one by one, each with its own --out")
    if options.resume and len(cases) > 1:
        raise UsageError("--resume goes with one case")
    if len(cases) == 1 and (options.out or options.resume):
        return [Path(options.out or options.resume)]
    parent = Path(options.out or ".")
    return [parent / name if options.out else default_folder(name) for name in names]


def check(options: argparse.Namespace) -> int:
    """Read the cases, place them on their grids, say what the grid did to them and what a run needs."""
    from meshes import available_memory, measure_quality, memory_estimate
    from thermal.place import place_case
    from thermal.scalars.left_out import left_out

    errors: list[CaseError] = []
    for case in _load_all(options):
        try:
            placement = place_case(case, options.precision)
        except CaseErrors as found:
            errors += found.errors
            continue
        quality, air = measure_quality(placement.grid), int((placement.mask & 1).sum())
        print(f"{case.name}: {clean(case.title)}")
        counts, regions = " x ".join(map(str, quality.counts)), plural(placement.region_count, "region")
        print(f"  {counts} = {quality.cells} cells, {air} of them air, in {regions}")
        print(f"  cells {quality.smallest:.3g} to {quality.largest:.3g} m, worst aspect ratio {quality.aspect_ratio:.3g}")
        power = sum(rack.power for rack in case.racks) / 1e3
        print(f"  {plural(len(case.racks), 'rack')}, {power:.6g} kW, {plural(len(case.openings), 'opening')}")
        if case.time is not None:
            followed = f"{plural(len(case.events), 'event')}, {plural(len(case.probes), 'probe')}"
            print(f"  in time: {case.time.end:g} s from {case.time.start}, {followed}")
            if unsolved := left_out(case):
                print(f"  {unsolved}")
        for row in placement.snapping:
            print(f"  snapped: {clean(str(row))}")
        needed, available = memory_estimate(quality.cells, options.precision), available_memory()
        free = "" if available is None else f", {available / 1e9:.2f} GB free"
        print(f"  about {needed / 1e9:.2f} GB of memory in {options.precision} precision{free}")
    if errors:
        raise CaseErrors(errors)
    print("no mistakes found")
    return 0


def plural(count: int, noun: str) -> str:
    """A count and its noun.

    >>> plural(1, "rack"), plural(3, "rack")
    ('1 rack', '3 racks')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def report(options: argparse.Namespace) -> int:
    """Make report.html again from the record alone."""
    from thermal.output.report import rebuild

    print(f"written: {rebuild(Path(options.folder))}")
    return 0


def cases(options: argparse.Namespace) -> int:
    """List the shipped cases."""
    from thermal.loop.named import shipped_networks
    from thermal.shipped import shipped_cases

    found = shipped_cases()
    width = max(len(case.name) for case in found)
    for case in found:
        print(f"{case.name:<{width}}  {clean(case.title)}")
    print(f"\nhallflow run {found[0].name}    (files: {found[0].path.parent.parent})")
    print(f"\nliquid networks: {', '.join(shipped_networks())}\nhallflow loop thousand-racks")
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Say what works here, what does not, and the command that mends it. Exit code 0: one backend, NumPy, always works."""
    from thermal.kernel_check import require_own_kernels

    require_own_kernels()
    from kernels import open_backend
    from kernels.doctor import diagnose

    for finding in diagnose():
        print(f"{'works  ' if finding.ok else 'missing'}  {finding.what}: {finding.detail}", flush=True)
        if finding.mend:
            print(f"           to mend: {finding.mend}")
    backend = open_backend("auto")
    print(f"\nhallflow run takes the {backend.name} backend here ({backend.reason})")
    return 0


def bench(options: argparse.Namespace) -> int:
    """Time every kernel. Raises UsageError for an unknown kernel or a backend that does not work here."""
    from thermal.kernel_check import require_own_kernels

    require_own_kernels()
    from kernels import BackendUnavailable, CompileError, KernelError, open_backend
    from kernels.bench import HEAD, line, measure, summary

    timings = []
    try:
        for precision in dict.fromkeys(options.precision):
            backend = open_backend(options.backend, precision, options.threads)
            print(f"{backend.name} backend, {precision} precision, {backend.threads} threads: {backend.reason}")
            place = ""
            for timing in measure(backend, options.only, options.cells):
                if timing.place != place:
                    place = timing.place
                    print(f"\n{precision}, {place}\n{HEAD}")
                print(line(timing), flush=True)
                timings.append(timing)
            print()
    except (BackendUnavailable, CompileError, KernelError) as error:
        raise UsageError(f"{error}\n`hallflow doctor` says what works here") from error
    print(summary(timings))
    if options.json:
        Path(options.json).write_text(json.dumps([timing.as_row() for timing in timings], indent=1), encoding="utf-8")
    return 0


def explain(options: argparse.Namespace) -> int:
    """Say what a key means."""
    from thermal.case.explain import explain as explanation

    print(explanation(options.key))
    return 0


def schema(options: argparse.Namespace) -> int:
    """Print the JSON schema of case files."""
    from thermal.case.schema import json_schema

    json.dump(json_schema(), sys.stdout, indent=2)
    print()
    return 0


def loop(options: argparse.Namespace) -> int:
    """Solve a liquid network from two tables."""
    from thermal.loop.command import loop as solve_tables

    return solve_tables(options)


def compare(options: argparse.Namespace) -> int:
    """Hold records against each other."""
    from thermal.comparing import compare as compare_records

    return compare_records(options)


def new(options: argparse.Namespace) -> int:
    """Write a starting case."""
    from thermal.starting import new as start

    return start(options)


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": run, "check": check, "report": report, "cases": cases, "doctor": doctor, "bench": bench,
    "explain": explain, "schema": schema, "compare": compare, "loop": loop, "new": new,
}  # fmt: skip
