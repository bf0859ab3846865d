"""The rooms of the validation studies in OpenFOAM: the same cells, the same turbulence model, the figures side by side.

    python -m benchmarks.peers.rooms ventilated-room --model realizable-k-epsilon --splits 1 --iterations 4000

Needs OpenFOAM v1912 (Debian: apt-get install openfoam). Prints rows of benchmarks/validation/reference/openfoam_rooms.csv.
`--run DIR` keeps a run; a finished one there is read again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.dictionaries import DIMENSIONS, MODELS, Settings, write_case
from benchmarks.peers.fields import last_time, read_cells
from benchmarks.peers.mesh import make_mesh, write_mesh
from benchmarks.peers.openfoam import solve
from benchmarks.validation import tall_cavity, ventilated_room
from thermal.place import place

ROOMS: dict[str, Any] = {"ventilated-room": ventilated_room, "tall-cavity": tall_cavity}
RELAXATION = {"ventilated-room": (0.7, 0.3, 0.7, 0.7), "tall-cavity": (0.3, 0.7, 0.5, 0.7)}


def openfoam_fields(
    study: Any, model: str, splits: int, flat: bool, settings: Settings, folder: Path, start: Path | None = None
) -> tuple[Any, dict[str, Any]]:
    """Grid, and velocities and temperature on it as our fields have them: u, v, w on faces by the mean of both cells."""
    scheme = "upwind" if settings.scheme == "upwind" else "second-order"
    case, grid = study.case(model, flat, scheme), study.grid(splits, flat)
    case = replace(case, flow=replace(case.flow, periodic=()))  # the flat side is an `empty` patch there
    mesh = make_mesh(place(case, grid), 1 if flat else None)
    write_mesh(mesh, folder / "constant" / "polyMesh")
    write_case(mesh, settings, folder)
    if start:  # what each wall and opening asks for stays; both runs have the same conditions
        for name in DIMENSIONS:
            (folder / "0" / name).write_text((last_time(start) / name).read_text())
    if not (folder / "seconds").is_file():
        solve(folder)
    last = last_time(folder)
    velocity = mesh.on_grid(read_cells(last / "U", mesh.cells))
    found: dict[str, Any] = {"T": mesh.on_grid(read_cells(last / "T", mesh.cells)) - case.air.reference_temperature}
    for axis, name in enumerate("uvw"):
        cells = velocity[..., axis]
        ends = [(0, 1) if a == 2 - axis else (0, 0) for a in range(3)]
        starts = [(1, 0) if a == 2 - axis else (0, 0) for a in range(3)]
        found[name] = 0.5 * (np.pad(cells, ends) + np.pad(cells, starts))
    found["cells"] = velocity
    return grid, found


def main(words: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.rooms", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("study", choices=sorted(ROOMS))
    parser.add_argument("--model", choices=sorted(MODELS), default="k-epsilon")
    parser.add_argument("--splits", type=int, default=1, help="of the study's coarsest grid")
    parser.add_argument("--scheme", choices=("upwind", "second-order", "van-leer"), default="van-leer", help="ours is van Leer's")
    parser.add_argument("--flat", action="store_true", help="two-dimensional")
    parser.add_argument("--iterations", type=int, default=4000)
    parser.add_argument("--start", type=Path, metavar="DIR", help="begin with the last fields of another run on the same cells")
    parser.add_argument("--run", type=Path, metavar="DIR", help="folder of the OpenFOAM case, kept")
    options = parser.parse_args(words)
    study = ROOMS[options.study]
    settings = Settings(options.scheme, iterations=options.iterations, relaxation=RELAXATION[options.study], low_walls=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.run or Path(temporary) / "openfoam"
        grid, fields = openfoam_fields(study, options.model, options.splits, options.flat, settings, folder, options.start)
    for name, value in zip(study.QUANTITIES, study.figures(grid, fields), strict=True):
        extent = "2-D" if options.flat else "3-D"
        print(f"{options.study},{options.model},{options.scheme},{options.splits},{extent},{name},{value:.5g}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
