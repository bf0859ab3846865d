"""One of our cases in OpenFOAM, beside ours: same cells, same openings, same racks.

    python -m benchmarks.peers.openfoam openfoam-h1 --cell 0.2 --scheme upwind --fronts slip

Writes the case with a mesh of our own cells, runs it, reads the rack inlets, runs Hallflow as a process of its own on the same
case, prints both. Needs OpenFOAM v1912 (Debian: apt-get install openfoam). `--run DIR` keeps and re-reads a run.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.peers.dictionaries import RELAXATION, SOLVER, Settings, write_case
from benchmarks.peers.fields import last_time, read_probe
from benchmarks.peers.mesh import FoamMesh, UnsupportedError, make_mesh, patch_name, write_mesh
from benchmarks.process import hallflow, run, stamped
from benchmarks.variants import Variant
from thermal.case.model import Opening
from thermal.gridding import make_grid
from thermal.place import place

WINDOW, STILL, BALANCED = 100, 0.1, 0.01  # iterations, K, share of the heat: when a run is called settled
ENVIRONMENT = {
    "WM_PROJECT_DIR": "/usr/share/openfoam", "FOAM_ETC": "/usr/share/openfoam/etc", "WM_PROJECT_VERSION": "v1912",
    "FOAM_SIGFPE": "true", "OMP_NUM_THREADS": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
}  # fmt: skip
MISSING = f"{SOLVER} is not on the path; on Debian: apt-get install openfoam (this bridge writes for v1912)"


@dataclass
class Peer:
    """An OpenFOAM run: rack inlets in degC (iterations, racks) and the iterations they belong to, heat out over heat in by
    iteration, and at each iteration the seconds of processor time and those by the clock since the program was started."""

    racks: list[str]
    iterations: np.ndarray
    inlets: np.ndarray
    balance: np.ndarray
    seconds: np.ndarray
    clock: np.ndarray
    cells: int

    def settled(self) -> int | None:
        """Row of the first iteration at which every inlet stayed within STILL over WINDOW and the heat balanced on its mean."""
        return first_settled(self.iterations, self.inlets, self.balance)


def first_settled(iterations: np.ndarray, inlets: np.ndarray, balance: np.ndarray, window: int = WINDOW) -> int | None:
    """Row of the first iteration from which one may look back `window` iterations and find every inlet within STILL (of inlets,
    (rows, racks), K) and the mean of the heat balance (heat out over heat in) within BALANCED of 1; None if there is none.
    """
    for row, now in enumerate(iterations):
        seen = (iterations >= now - window) & (iterations <= now)
        if now - iterations[0] < window:
            continue
        if np.ptp(inlets[seen], axis=0).max() <= STILL and abs(balance[seen].mean() - 1.0) <= BALANCED:
            return row
    return None


def prepare(variant: Variant, settings: Settings, folder: Path) -> FoamMesh:
    """Write the OpenFOAM case of a variant."""
    case = variant.load()
    mesh = make_mesh(place(case, make_grid(case)))
    write_mesh(mesh, folder / "constant" / "polyMesh")
    write_case(mesh, settings, folder)
    return mesh


def solve(folder: Path, processes: int = 1) -> float:
    """Run OpenFOAM on a prepared case; seconds by the clock. Raises RuntimeError with the log's end if it fails."""
    if shutil.which(SOLVER) is None:
        raise FileNotFoundError(MISSING)
    command = [SOLVER]
    if processes > 1:
        cut = run(["decomposePar", "-force"], folder=folder, environment=ENVIRONMENT, log=folder / "log.cut")
        if cut.code:
            raise RuntimeError(f"decomposePar ended with {cut.code}:\n{cut.output[-1500:]}")
        command = ["mpirun", "-np", str(processes), SOLVER, "-parallel"]
    done = run(stamped("Time = ", command), folder=folder, environment=ENVIRONMENT, log=folder / "log")
    if done.code:
        raise RuntimeError(f"{SOLVER} ended with {done.code}:\n" + (folder / "log").read_text(errors="replace")[-1500:])
    (folder / "seconds").write_text(json.dumps({"wall": done.wall, "processor": done.processor, "peak": done.peak}))
    return done.wall


def read(variant: Variant, mesh: FoamMesh, folder: Path) -> Peer:
    """Rack inlets and heat balance of a run."""
    case = variant.load()
    names = [rack.name for rack in case.racks]
    tracks = [read_probe(folder, f"temperature_{patch_name(f'rack.{name}.front')}") for name in names]
    iterations = tracks[0][0]
    capacity = case.air.density * case.air.heat_capacity
    out = np.zeros(len(iterations))
    for patch in mesh.patches:
        source = patch.source
        if patch.velocity is None:
            temperature, flow = (read_probe(folder, f"{what}_{patch.name}")[1] for what in ("temperature", "flow"))
            out += capacity * flow * temperature
        elif source and isinstance(source.object, Opening):
            out -= capacity * patch.velocity * source.total_area * source.object.temperature
    heat = sum(rack.air_power for rack in case.racks)
    log = (folder / "log").read_text(errors="replace")
    seconds = np.array(re.findall(r"ExecutionTime = ([\d.]+) s", log), float)
    at = np.minimum(iterations.astype(int), len(seconds)) - 1
    began = np.array(re.findall(r"^Time = .*#clock ([\d.]+)", log, re.MULTILINE), float)  # of each iteration: ends at the next
    clock = np.append(began[1:], json.loads((folder / "seconds").read_text())["wall"])[at] if len(began) else seconds[at]
    inlets = np.stack([t[1] for t in tracks], axis=1) - 273.15
    return Peer(names, iterations, inlets, out / heat, seconds[at], clock, mesh.cells)


def report(variant: Variant, settings: Settings, peer: Peer, summary: dict) -> str:
    """Both programs' inlets and times as text."""
    row = peer.settled()
    last = -1 if row is None else row
    ours = {rack["name"]: rack["inlet_mean_degC"] for rack in summary["racks"]}
    lines = [
        f"{variant}, fronts {settings.fronts}: {peer.cells} cells",
        f"OpenFOAM  {'settled' if row is not None else 'not settled'} at iteration {peer.iterations[last]:.0f} after "
        f"{peer.seconds[last]:.1f} s of processor time, heat out/in {peer.balance[last]:.4f}",
        f"Hallflow  {summary['verdict']} after {summary['iterations']} iterations, {summary['seconds']['wall']:.1f} s by the "
        f"clock, report included",
        "rack      OpenFOAM  Hallflow  difference",
    ]
    differences = []
    for number, name in enumerate(peer.racks):
        difference = ours[name] - peer.inlets[last, number]
        differences.append(difference)
        lines.append(f"{name:8}  {peer.inlets[last, number]:8.2f}  {ours[name]:8.2f}  {difference:+10.2f}")
    lines.append(f"RMS {np.sqrt(np.mean(np.square(differences))):.2f} K, max {np.abs(differences).max():.2f} K")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """The command; exit code 2 where a program is missing or the case has something that the bridge does not know."""
    parser = argparse.ArgumentParser(prog="benchmarks.peers.openfoam", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("case", help="a shipped case; both programs run it with k-epsilon")
    parser.add_argument("--cell", type=float, help="m")
    parser.add_argument("--scheme", choices=("upwind", "second-order"), default="second-order")
    fronts = "velocity at rack fronts: all of it fixed, or the normal component only"
    parser.add_argument("--fronts", choices=("fixed", "slip"), default="fixed", help=fronts)
    parser.add_argument("--iterations", type=int, default=1000)
    parser.add_argument("--relaxation", help="U,p,T,k-epsilon, for example 0.3,0.7,0.5,0.7")
    kept = "folder of the OpenFOAM case, kept; a finished run there is read again"
    parser.add_argument("--tolerance", type=float, default=Settings.tolerance, help="relTol of the linear solvers")
    parser.add_argument("--run", type=Path, metavar="DIR", help=kept)
    parser.add_argument("--processes", type=int, help="of OpenFOAM; 1, or 2 in a race")
    parser.add_argument("--no-hallflow", action="store_true", help="OpenFOAM alone")
    parser.add_argument("--race", action="store_true", help="time both to one criterion, ours before and after OpenFOAM")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="add the race to this page")
    options = parser.parse_args(arguments)
    given = options.relaxation and tuple(float(part) for part in options.relaxation.split(","))
    relaxation = given or RELAXATION.get(options.case, Settings.relaxation)
    variant = Variant(options.case, options.scheme, options.cell, "k-epsilon")
    processes = options.processes or (2 if options.race else 1)
    given_settings = (options.scheme, options.fronts, options.iterations, relaxation, options.tolerance)
    settings = Settings(*given_settings, processes=processes)
    if options.race:
        from benchmarks.peers.race import race

        return race(variant, settings, options.run, options.write)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.run or Path(temporary) / "openfoam"
        try:
            mesh = prepare(variant, settings, folder)
            if not (folder / "seconds").is_file():
                print(f"OpenFOAM: {solve(folder, processes):.1f} s by the clock, {options.iterations} iterations", flush=True)
        except (UnsupportedError, FileNotFoundError, RuntimeError) as error:
            print(f"{variant}: {error}", file=sys.stderr)
            return 2
        peer = read(variant, mesh, folder)
        last_time(folder if processes == 1 else folder / "processor0")
        summary = {"verdict": "not run", "iterations": 0, "seconds": {"wall": 0.0}, "racks": []}
        if not options.no_hallflow:
            out = Path(temporary) / "hallflow"
            hallflow("run", str(variant.write(Path(temporary) / "case")), "--out", str(out))
            summary = json.loads((out / "summary.json").read_text())
        else:
            summary["racks"] = [{"name": name, "inlet_mean_degC": float("nan")} for name in peer.racks]
        print(report(variant, settings, peer, summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
