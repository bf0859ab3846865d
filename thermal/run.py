"""A case from model to record: places it, runs it in its blocks, judges it, writes everything down."""

from __future__ import annotations

import gc
import math
import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from meshes import Grid
from thermal.case.model import PATHS, Case, Wall
from thermal.fluids.air import density_ratio
from thermal.place import Placement

CHECKPOINT = "checkpoint.h5"


@dataclass
class Result:
    """What a run gives: numbers, fields, and the folder they were written to.

    summary      dict, as summary.json            racks     its list of rack rows
    fields       {name: ndarray [k, j, i] or [k, j, i, 3]}, SI, at the cell centres: temperature K, velocity m/s, pressure Pa
    (static, minus
                 hydrostatic), eddy_viscosity m2/s, k m2/s2 and epsilon m2/s3 where the model carries them, density kg/m3 of an
                 ideal gas; with passive scalars age_of_air s, humidity_ratio kg/kg, relative_humidity -, dew_point K
    history      rows of history.csv              path      folder of the record
    """

    case: Case
    grid: Grid
    placement: Placement
    fields: dict[str, np.ndarray]
    summary: dict[str, Any]
    history: list[dict[str, Any]] = field(default_factory=list)
    path: Path | None = None
    series: list[dict[str, Any]] | None = None  # rows of series.csv of a run in time

    @property
    def racks(self) -> list[dict[str, Any]]:
        """Rack rows of the summary."""
        return self.summary["racks"]

    def field(self, name: str) -> np.ndarray:
        """A field at the cell centres, SI. Raises KeyError naming the fields there are."""
        if name not in self.fields:
            raise KeyError(f"no field {name}; fields: {', '.join(self.fields)}")
        return self.fields[name]

    def mesh(self) -> Any:
        """The fields as a pyvista.RectilinearGrid (extra `vis`). Raises UsageError when PyVista is not installed."""
        from thermal.output.mesh import pyvista_mesh

        return pyvista_mesh(self.grid, self.fields, self.placement.fluid)


def simulate(
    case: Case,
    *,
    backend: str = "auto",
    precision: str = "single",
    threads: int | None = None,
    blocks: tuple[int, int, int] = (1, 1, 1),
    out: Path | None = None,
    resume: Path | None = None,
    progress: Any = None,
    stop: Any = None,
    keep: dict[str, np.ndarray] | None = None,
    unsteady_means: bool = False,
) -> Result:
    """Run a case to its verdict and write its record.

    out       folder of the record; None: nothing is written       resume   folder whose checkpoint is continued
    progress  see thermal.progress; stop   has is_set(): true asks the run to end with a checkpoint
    keep      takes the solver's own fields (thermal.state.FIELDS), from which other runs on this grid may start
    unsteady_means  a hall that does not settle is stepped in time, and its results are means in time
    Raises    CaseErrors, OutputError, RecordError, kernels' BackendUnavailable. An outcome without an answer is no exception.
    """
    from kernels import open_backend
    from thermal.flow.monitor import Monitor
    from thermal.flow.sequence import place_sequence
    from thermal.gridding import make_grid
    from thermal.output.checkpoint import read_checkpoint, write_checkpoint
    from thermal.progress import SilentProgress
    from thermal.scalars.humidity import check_humidifiers
    from thermal.scalars.left_out import left_out

    begun = time.monotonic()
    progress = progress or SilentProgress()
    checkpoint = read_checkpoint(resume / CHECKPOINT, case.text) if resume else None
    placements = place_sequence(case, make_grid(case, precision))
    check_humidifiers(placements[-1])
    if resume and checkpoint:
        _require_same_grids(checkpoint[1], placements, resume / CHECKPOINT)
    device = open_backend(backend, precision, threads)
    progress.begin(case, len(placements))
    progress.message(f"{device.name} backend, {precision} precision, {device.threads} threads: {device.reason}")
    for row in placements[-1].snapping:
        progress.message(f"snapped: {row}")

    def save(arrays: dict[str, np.ndarray], attributes: dict[str, Any]) -> None:
        if out:
            kept = {"case_text": case.text, "precision": precision, "grids": [list(one.grid.n) for one in placements]}
            write_checkpoint(out / CHECKPOINT, arrays, {**attributes, **kept})

    monitor = Monitor(
        step=progress.step, message=progress.message, save=save, stopped=stop.is_set if stop else lambda: False,
        deadline=begun + case.stop.wall_time,
    )  # fmt: skip

    if unsolved := left_out(case):
        progress.message(unsolved)
    if case.probes:
        from thermal.flow.probes import cell_of

        for probe in case.probes:  # refused before hours are spent on a steady start
            cell_of(placements[-1], probe)
    if out and case.time is not None:
        monitor.record = recorder(out, placements[-1], checkpoint)
    outcome, placement, seconds = solve(placements, device, blocks, monitor, checkpoint, means=unsteady_means)
    if keep is not None:
        keep.update(outcome.fields)
    result = make_result(case, placement, outcome, device, precision, blocks)
    result.summary["seconds"] |= {"solve": seconds, "compile": device.compile_seconds}
    if out:
        write_result(result, out, begun)
    return result


def solve(
    placements: list[Placement], device: Any, blocks: tuple[int, int, int], monitor: Any, checkpoint: Any = None, **options: Any
) -> tuple[Any, Placement, float]:
    """Run placed grids, coarsest first, in blocks: the Outcome, with the device's arrays given back, the placement it belongs to,
    and the seconds it took.

    options   `start` of SteadyRun.run, `gates` of SteadyRun, `means`: a hall that does not settle goes on in time
    """
    from thermal.flow.closing import close_again
    from thermal.flow.steady import SteadyRun
    from thermal.movers.cuts import body_cuts
    from thermal.output.dew_points import dew_points_at_cdus
    from thermal.parallel import Serial, run_blocks
    from thermal.scalars.answer import solve_scalars

    start, means = options.pop("start", None), options.pop("means", False)
    limit = placements[-1].case.stop.iterations

    def work(comm: Any) -> Any:
        run = SteadyRun(placements, device, comm, limit, monitor, **options)
        in_time = means or placements[-1].case.time is not None or bool(checkpoint and "clock" in checkpoint[1])
        if in_time:
            from thermal.flow.timed import run_in_time

            return run_in_time(run, checkpoint, means)
        outcome = run.run(checkpoint, start)
        if outcome.verdict in ("steady", "unsteady"):
            domain = outcome.flow.domain
            cuts = body_cuts(domain.placement)
            outcome.scalars = solve_scalars(domain, outcome.fields, outcome.pressure_ratio, cuts)
            if outcome.coupling.guard(dew_points_at_cdus(domain.placement, outcome.scalars)):
                close_again(run, outcome)
        return outcome

    begun = time.monotonic()
    outcome = work(Serial()) if math.prod(blocks) == 1 else run_blocks(*blocks, work)[0]
    seconds = time.monotonic() - begun
    placement = outcome.flow.domain.placement  # a run that ends early may end on a coarser grid of the sequence
    outcome.periodic = _stream(placement.case, outcome.flow.drive)
    outcome.flow = None  # the device's arrays go before the record needs memory of its own
    gc.collect()
    return outcome, placement, seconds


def recorder(out: Path, placement: Placement, checkpoint: Any) -> Any:
    """What a run in time writes the fields of an instant by: (number, time in s, solver's fields)."""
    from thermal.output.steps import StepsWriter

    grid, case = placement.grid, placement.case
    kept = (checkpoint[1].get("clock") or {}).get("records", 0) if checkpoint else 0
    writers: list[StepsWriter] = []

    def record(number: int, moment: float, fields: dict[str, np.ndarray]) -> None:
        if not writers:  # no file before there is something to write
            writers.append(StepsWriter(out, (grid.x, grid.y, grid.z), placement.fluid, kept))
        writers[0].add(number, moment, centre_fields(case, fields))

    return record


def _require_same_grids(attributes: dict[str, Any], placements: list[Placement], path: Path) -> None:
    """Raises RecordError if a checkpoint was made at another cell size: its fields would lie in the wrong cells."""
    from thermal.errors import RecordError

    if attributes.get("grids") != [list(one.grid.n) for one in placements]:
        raise RecordError(f"{path}: made on another grid; resume with the cell size it was made with")


def make_result(
    case: Case, placement: Placement, outcome: Any, device: Any, precision: str, blocks: tuple[int, int, int]
) -> Result:
    """A judged summary and output fields from the outcome of a run on a placement."""
    from thermal.case.asserts import judge
    from thermal.movers.points import all_warnings, device_rows
    from thermal.movers.summary import through_rack
    from thermal.output.air_paths import path_rows, plenum_rows, solid_rows
    from thermal.output.dew_points import add_dew_points
    from thermal.output.liquid import liquid_rows
    from thermal.output.liquid_coils import coils_taken, mark_devices
    from thermal.output.loops_in_time import add_loops
    from thermal.output.record import rack_fronts
    from thermal.output.scalars import add_scalars
    from thermal.output.summary import opening_row, rack_row, summarize, wall_row
    from thermal.output.timeline import add_timeline, spread_fields
    from thermal.solids import contact_area

    given = case
    if outcome.march is not None:  # objects as events have left them
        case = outcome.march.as_it_is(case)
    case = outcome.coupling.coupled_case(case)
    ideal = case.flow.density == "ideal-gas"
    fields = centre_fields(case, outcome.fields, outcome.pressure_ratio)
    fields |= spread_fields(outcome.fields)
    fronts = rack_fronts(placement, placement.grid, fields["temperature"])
    reference = case.air.reference_temperature
    sample = outcome.measure.sample
    devices = device_rows(case, outcome.measure.movers)
    depth = {row["name"]: row for row in devices if row["kind"] == "rack"}
    racks = []
    for number, rack in enumerate(case.racks):
        front = fronts[rack.name]
        inlet = float(outcome.inlets[number])
        density = case.air.density * (density_ratio(inlet, reference, outcome.pressure_ratio) if ideal else 1.0)
        rise = rack.air_power / (density * case.air.heat_capacity * rack.flow)
        swing = None if outcome.swing is None else float(outcome.swing[number])
        row = rack_row(rack, front, reference + inlet + rise, rack.flow, swing)
        if rack.name in depth:
            row = through_rack(row, depth[rack.name], reference + inlet, density / case.air.density)
        racks.append(row | {"air_flow_kg_s": density * row["air_flow_m3_s"]} if ideal else row)
    openings = []
    for opening in case.openings:
        index = next(i for i, p in enumerate(placement.patches) if p.name == f"{opening.kind}.{opening.name}")
        inflow = float(sample.inflow[index])
        temperature = reference + float(sample.mixed[index]) if inflow else float("nan")
        sense = 1.0 if opening.kind == "supply" else -1.0
        if ideal:  # m3 at the density of what crosses: sum of flow x T/T_ref
            row = opening_row(opening, sense * (inflow + float(sample.heat[index]) / reference), temperature)
            openings.append(row | {"flow_kg_s": sense * case.air.density * inflow})
        else:
            openings.append(opening_row(opening, sense * inflow, temperature))
    capacity = case.air.density * case.air.heat_capacity
    walls = [
        wall_row(
            p.object,
            p.total_area + contact_area(placement.solids, p.object),
            capacity * float(sample.heat[i]),
            reference + float(sample.surface[i]),
        )
        for i, p in enumerate(placement.patches)
        if isinstance(p.object, Wall)
    ]
    summary = summarize(
        case, verdict=outcome.verdict, verdict_text=outcome.text, iterations=outcome.iterations, cells=placement.fluid_cells,
        seconds={}, backend=device.name, precision=precision,
        balance={"heat": abs(outcome.balance["heat"]), "mass": outcome.balance["mass"]},
        racks=racks, openings=openings, walls=walls, devices=devices, warnings=all_warnings(devices), worst=outcome.worst,
        level_iterations=outcome.level_iterations, threads=device.threads, blocks=list(blocks), backend_reason=device.reason,
        numerics={
            "turbulence": case.flow.turbulence.model, "velocity_scheme": case.flow.velocity_scheme,
            "temperature_scheme": case.flow.temperature_scheme, "density": case.flow.density,
        } | ({"thermodynamic_pressure_Pa": outcome.pressure_ratio * case.air.pressure} if ideal else {}),
    )  # fmt: skip
    summary |= outcome.periodic
    if any(sheet.plate.kind in PATHS for sheet in placement.sheets) or case.under_floor or case.over_ceiling:
        summary["air_paths"] = path_rows(case, placement, outcome.fields, outcome.pressure_ratio)
        summary["plenums"] = plenum_rows(case, placement, outcome.fields, summary["air_paths"])
    at_rest = outcome.march is None  # a run in time leaves the loops where its start left them: their rows are of that moment
    summary |= liquid_rows(outcome.coupling, coils_taken(case, outcome.measure.movers if at_rest else None))
    if at_rest:
        mark_devices(summary)
    if placement.solids is not None:
        summary["solids"] = solid_rows(case, placement, fields["temperature"])
    add_scalars(placement, fields, summary, outcome.scalars)
    add_dew_points(placement, fields, summary)
    if outcome.march is not None:
        add_timeline(summary, case, outcome.march)
        if case.liquid is not None and case.time is not None:
            add_loops(summary, case, outcome.march)
    summary["asserts"] = judge(case.limits, summary)
    result = Result(given, placement.grid, placement, fields, summary, outcome.history)
    if outcome.march is not None:
        result.series = outcome.march.series.as_rows()
    return result


def _stream(case: Case, drive: Any) -> dict[str, Any]:
    """Rows of the summary on a room that repeats itself: its axes, the driving force, the mean velocity; else none."""
    if not case.flow.periodic:
        return {}
    rows = {"axes": ["xyz"[axis] for axis in case.flow.periodic], "body_force_m_s2": list(drive.force)}
    return {"periodic": rows | {"bulk_velocity_m_s": list(drive.bulk_velocity())}}


def centre_fields(case: Case, fields: dict[str, np.ndarray], pressure_ratio: float = 1.0) -> dict[str, np.ndarray]:
    """Output fields at the cell centres from the solver's own (state.FIELDS, velocities on faces).

    pressure_ratio   thermodynamic pressure over that of the site
    Returns   temperature K, velocity m/s, pressure Pa, eddy_viscosity m2/s, k and epsilon if carried, and density kg/m3 of an
              ideal gas.
    """
    u, v, w = fields["u"], fields["v"], fields["w"]
    centre = (0.5 * (u[:, :, 1:] + u[:, :, :-1]), 0.5 * (v[:, 1:] + v[:, :-1]), 0.5 * (w[1:] + w[:-1]))
    result = {
        "temperature": fields["T"] + case.air.reference_temperature,
        "velocity": np.stack(centre, axis=-1),
        "pressure": fields["p"] * case.air.density,
    }
    result |= {name: fields[name] for name in ("eddy_viscosity", "k", "epsilon") if name in fields}
    if case.flow.density == "ideal-gas":  # the solver carries r u and r nut
        ratio = density_ratio(fields["T"], case.air.reference_temperature, pressure_ratio)
        result["velocity"] = result["velocity"] / ratio[..., None]
        result["eddy_viscosity"] = result["eddy_viscosity"] / ratio
        result["density"] = case.air.density * ratio
    return result


def write_result(result: Result, out: Path, begun: float) -> None:
    """The record, then the report; a checkpoint of a run that has its answer is of no use any more."""
    from thermal.output import record
    from thermal.output.report import rebuild
    from thermal.output.steps import drop_working

    if result.summary["verdict"] in ("steady", "unsteady", "complete"):
        (out / CHECKPOINT).unlink(missing_ok=True)
    result.summary["memory_MB"] = peak_memory() / 1e6
    result.summary["seconds"]["wall"] = time.monotonic() - begun
    result.path = record.write(out, result)
    if result.summary["verdict"] == "complete":
        drop_working(out)
    rebuild(out)


def peak_memory() -> float:
    """Bytes: the largest resident size this process has had."""
    try:  # ru_maxrss would do, but Linux hands a parent's peak on to a child
        with open("/proc/self/status") as status:
            return next(1024.0 * float(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0)
