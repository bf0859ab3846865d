"""A hall that never stands still, in OpenFOAM's transient solver: same cells, openings and racks as ours.

    python -m benchmarks.peers.pimple openfoam-h1 --cell 0.12 --step 0.05 --end 60 --average-from 30 --run DIR

buoyantBoussinesqPimpleFoam (v1912), implicit in time, one outer and two pressure corrections a step, no relaxation. Prints the
means of the rack inlets, their standard errors, and how many seconds of the hall a second by the clock brings.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.peers.dictionaries import Settings
from benchmarks.peers.fields import read_probe
from benchmarks.peers.mesh import FoamMesh, UnsupportedError, patch_name
from benchmarks.peers.openfoam import prepare, solve
from benchmarks.variants import Variant

TRANSIENT = "buoyantBoussinesqPimpleFoam"
BATCHES = 5  # of a window, whose scatter gives the standard error of its mean


@dataclass(frozen=True)
class Means:
    """Rack inlets averaged in time: degC (racks,), their standard errors K (racks,), simulated seconds a second by the clock."""

    racks: list[str]
    mean: np.ndarray
    error: np.ndarray
    pace: float
    steps: int


def make_transient(folder: Path, step: float, end: float) -> None:
    """Turn the steady case in `folder` into one that steps through time: `step` and `end` in s."""
    system = folder / "system"
    control = (system / "controlDict").read_text()
    for key, value in (
        ("application", TRANSIENT), ("endTime", f"{end:g}"), ("deltaT", f"{step:g}"), ("writeInterval", str(round(end / step))),
    ):  # fmt: skip
        control = re.sub(rf"(?m)^{key} [^;]+;", f"{key} {value};", control)
    (system / "controlDict").write_text(control)
    schemes = (system / "fvSchemes").read_text().replace("default steadyState;", "default backward;")
    (system / "fvSchemes").write_text(schemes.replace("bounded Gauss", "Gauss"))
    (system / "fvSolution").write_text(
        (system / "fvSolution").read_text().split("solvers")[0] + "solvers\n{\n"
        '    "p_rgh.*" { solver GAMG; smoother symGaussSeidel; tolerance 1e-7; relTol 0.01; }\n'
        '    "(U|T|k|epsilon).*" { solver PBiCGStab; preconditioner DILU; tolerance 1e-7; relTol 0.01; }\n}\n'
        "PIMPLE { momentumPredictor yes; nOuterCorrectors 1; nCorrectors 2; nNonOrthogonalCorrectors 0; "
        "pRefCell 0; pRefValue 0; }\n"
        'relaxationFactors { equations { ".*" 1; } }\n'
    )


def read_means(variant: Variant, folder: Path, begin: float) -> Means:
    """Means of a finished run from `begin` s on."""
    racks = [rack.name for rack in variant.load().racks]
    tracks = [read_probe(folder, f"temperature_{patch_name(f'rack.{name}.front')}") for name in racks]
    times = tracks[0][0]
    inlets = np.stack([values for _, values in tracks], axis=1)[times >= begin] - 273.15
    batches = np.array([part.mean(axis=0) for part in np.array_split(inlets, BATCHES)])
    wall = json.loads((folder / "seconds").read_text())["wall"]
    steps = len(re.findall(r"(?m)^Time = ", (folder / "log").read_text(errors="replace")))
    return Means(racks, inlets.mean(axis=0), batches.std(axis=0, ddof=1) / BATCHES**0.5, float(times[-1]) / wall, steps)


def main(words: list[str] | None = None) -> int:
    """The command; exit code 2 where OpenFOAM is missing, fails, or the case has something that the bridge does not know."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.pimple", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("case")
    parser.add_argument("--cell", type=float, help="m")
    parser.add_argument("--scheme", choices=("upwind", "second-order"), default="second-order")
    parser.add_argument("--step", type=float, default=0.05, help="s")
    parser.add_argument("--end", type=float, default=60.0, help="s")
    parser.add_argument("--average-from", type=float, default=30.0, metavar="S")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--run", type=Path, required=True, metavar="DIR", help="the OpenFOAM case; a finished run is read again")
    options = parser.parse_args(words)
    if shutil.which(TRANSIENT) is None:
        print(f"{TRANSIENT} is not on the path; on Debian: apt-get install openfoam", file=sys.stderr)
        return 2
    variant = Variant(options.case, options.scheme, options.cell, "k-epsilon")
    try:
        if not (options.run / "seconds").is_file():
            mesh: FoamMesh = prepare(variant, Settings(options.scheme, processes=options.processes, every=5), options.run)
            make_transient(options.run, options.step, options.end)
            print(f"{mesh.cells} cells, {solve(options.run, options.processes, TRANSIENT):.1f} s by the clock", flush=True)
    except (UnsupportedError, FileNotFoundError, RuntimeError) as error:
        print(f"{variant}: {error}", file=sys.stderr)
        return 2
    means = read_means(variant, options.run, options.average_from)
    print(f"{means.pace:.3f} s of the hall a second by the clock, {means.steps} steps")
    for name, mean, error in zip(means.racks, means.mean, means.error, strict=True):
        print(f"{name:8}  {mean:6.2f} ± {error:.2f} degC")
    return 0


if __name__ == "__main__":
    sys.exit(main())
