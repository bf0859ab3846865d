"""One of our cases in OpenFOAM, in time: buoyantBoussinesqPimpleFoam on our cells, from rest, backward differences.

The case is that of openfoam.py but for its time scheme: one outer iteration with two pressure corrections (PISO) and an adjusted
step, which is how such halls are usually stepped; with `outer` above 1 larger Courant numbers hold (PIMPLE).
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.peers.dictionaries import Settings
from benchmarks.peers.fields import read_probe
from benchmarks.peers.mesh import head, patch_name
from benchmarks.peers.openfoam import ENVIRONMENT, prepare
from benchmarks.process import run
from benchmarks.variants import Variant

SOLVER = "buoyantBoussinesqPimpleFoam"


@dataclass(frozen=True)
class Stepping:
    """How OpenFOAM is to step: end in s, largest Courant number, outer iterations and pressure corrections of a step, convection
    scheme of velocity and temperature (of benchmarks.peers.dictionaries; None: that of the variant)."""

    end: float
    courant: float = 1.0
    outer: int = 1
    corrections: int = 2
    first: float = 0.01  # s, length of the first step
    scheme: str | None = None

    def __str__(self) -> str:
        """In words."""
        kind = "PISO" if self.outer == 1 else f"PIMPLE with {self.outer} outer iterations"
        return f"{kind}, Courant number up to {self.courant:g}" + (f", {self.scheme}" if self.scheme else "")


@dataclass
class Course:
    """What such a run left: times in s, rack inlets in degC (times, racks), steps, and seconds of the processor."""

    times: np.ndarray
    inlets: np.ndarray
    steps: int
    seconds: float


def write(variant: Variant, stepping: Stepping, folder: Path) -> None:
    """Write the case of a variant, its time scheme in place of the steady one."""
    settings = Settings(stepping.scheme or variant.scheme or "second-order", "slip", every=1, tolerance=0.05)
    prepare(variant, settings, folder)
    system = folder / "system"
    control = (system / "controlDict").read_text()
    adjusted = f"adjustTimeStep yes;\nmaxCo {stepping.courant:g};\nmaxDeltaT 5;"
    written = f"writeControl adjustableRunTime;\nwriteInterval {stepping.end:g};\nwriteFormat"
    changes = {
        r"application \w+;": f"application {SOLVER};", r"endTime [\d.]+;": f"endTime {stepping.end:g};",
        r"deltaT 1;": f"deltaT {stepping.first:g};\n{adjusted}",
        r"writeControl timeStep;\nwriteInterval \d+;\nwriteFormat": written,
    }  # fmt: skip
    for pattern, words in changes.items():
        control, count = re.subn(pattern, words, control, count=1)
        if not count:
            raise ValueError(f"controlDict holds no {pattern}")
    (system / "controlDict").write_text(control)
    schemes = (system / "fvSchemes").read_text()
    schemes = schemes.replace("steadyState", "backward").replace("bounded Gauss", "Gauss")
    (system / "fvSchemes").write_text(schemes)
    (system / "fvSolution").write_text(head("dictionary", "fvSolution") + _solution(stepping, settings.tolerance))


def _solution(stepping: Stepping, tolerance: float) -> str:
    pressure = "solver GAMG; smoother symGaussSeidel; tolerance 1e-7;"
    rest = "solver PBiCGStab; preconditioner DILU; tolerance 1e-7;"
    loose, tight = f"relTol {tolerance:g};", f"relTol {0.2 * tolerance:g};"
    return (
        f"solvers\n{{\n    p_rgh {{ {pressure} {loose} }}\n    p_rghFinal {{ {pressure} {tight} }}\n"
        f'    "(U|T|k|epsilon)" {{ {rest} {loose} }}\n    "(U|T|k|epsilon)Final" {{ {rest} {loose} }}\n}}\n'
        f"PIMPLE {{ momentumPredictor yes; nOuterCorrectors {stepping.outer}; nCorrectors {stepping.corrections}; "
        "nNonOrthogonalCorrectors 0; pRefCell 0; pRefValue 0; }\n"
    )


def solve(folder: Path) -> None:
    """Run it. Raises FileNotFoundError without OpenFOAM, RuntimeError with the log's end if it fails."""
    if shutil.which(SOLVER) is None:
        raise FileNotFoundError(f"{SOLVER} is not on the path; on Debian: apt-get install openfoam")
    done = run([SOLVER], folder=folder, environment=ENVIRONMENT, log=folder / "log")
    if done.code:
        raise RuntimeError(f"{SOLVER} ended with {done.code}:\n" + done.output[-1500:])
    (folder / "seconds").write_text(json.dumps({"wall": done.wall, "processor": done.processor, "peak": done.peak}))


def read(variant: Variant, folder: Path) -> Course:
    """Inlets in time, and what the run took."""
    tracks = [read_probe(folder, f"temperature_{patch_name(f'rack.{rack.name}.front')}") for rack in variant.load().racks]
    log = (folder / "log").read_text(errors="replace")
    seconds = [float(value) for value in re.findall(r"ExecutionTime = ([\d.]+) s", log)]
    return Course(tracks[0][0], np.stack([values for _, values in tracks], axis=1) - 273.15, len(seconds), seconds[-1])
