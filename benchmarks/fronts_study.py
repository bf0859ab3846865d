"""What a velocity fixed in all components at the rack fronts does to an OpenFOAM run of our halls; docs/openfoam.md tells it.

python -m benchmarks.fronts_study --runs DIR             runs what DIR does not hold yet, about 15 minutes; prints the figures
python -m benchmarks.fronts_study --runs DIR --pictures docs/pictures
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.peers.dictionaries import RELAXATION, Settings
from benchmarks.peers.fields import last_time, read_cells, read_patches
from benchmarks.peers.mesh import FoamMesh
from benchmarks.peers.openfoam import Peer, prepare, read, solve
from benchmarks.solving import Solved, batch_error, go_on
from benchmarks.solving import solve as solve_ours
from benchmarks.variants import Variant
from thermal.flow.steady import EVERY
from thermal.run import centre_fields


@dataclass(frozen=True)
class Hall:
    """A hall of the study: OpenFOAM's iterations, what each solution of its linear systems may leave (at a tenth, second order
    scheme breaks away on H0 at 0.2 m), how many of the last iterations of either program the inlets are means over, and how many
    Hallflow goes on before, if its verdict is not steady."""

    variant: Variant
    iterations: int
    tolerance: float = 0.1
    window: int = 200
    further: int = 200


HALLS = (
    Hall(Variant("openfoam-h1", "upwind", 0.2), 1000),
    Hall(Variant("openfoam-h0", "upwind", 0.2), 500),
    Hall(Variant("openfoam-h0", "second-order", 0.2), 800, 0.01),
    Hall(Variant("hall-30kw-contained", "upwind", 0.2, "k-epsilon"), 600),
    Hall(Variant("openfoam-h0", "upwind", 0.1), 800),
    Hall(Variant("openfoam-h0", "second-order", 0.1), 800),
    Hall(Variant("openfoam-h1", "second-order", 0.2), 2500, window=1500, further=5000),
)
FRONTS = ("fixed", "slip")


@dataclass
class FoamRun:
    """An OpenFOAM run on disk: its mesh, probes and last fields."""

    hall: Hall
    fronts: str
    mesh: FoamMesh
    folder: Path

    @cached_property
    def peer(self) -> Peer:
        """Its probes."""
        return read(self.variant, self.mesh, self.folder)

    def field(self, name: str) -> np.ndarray:
        """A cell field on the grid [k, j, i], nan in solids."""
        return self.mesh.on_grid(read_cells(last_time(self.folder) / name, self.mesh.cells))

    @cached_property
    def velocity(self) -> np.ndarray:
        """m/s [k, j, i, 3]."""
        return self.field("U")

    @property
    def variant(self) -> Variant:
        """What was run."""
        return self.hall.variant

    def track(self) -> np.ndarray:
        """Rack inlets 1..n in degC, rows averaged, (samples of the window, n)."""
        late = self.peer.inlets[self.peer.iterations > self.peer.iterations[-1] - self.hall.window]
        return late.reshape(len(late), 2, -1).mean(axis=1)

    def left_in_room(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Tangential momentum that the air leaving through the fronts does not take along, m4/s2 as (x, z); how much of it the
        viscous shear of the same faces takes back; and the supply's momentum for scale.

        Per face it is outflow times tangential velocity of the cell, with its sign; a free tangential velocity leaves none.
        """
        total, shear, supplied = np.zeros(3), np.zeros(3), 0.0
        eddy = read_patches(last_time(self.folder) / "nut")
        for patch in self.mesh.patches:
            if patch.velocity is None or patch.source is None:
                continue
            area = patch.source.total_area
            if patch.kind == "supply":
                supplied += patch.velocity**2 * area
            if patch.kind == "front" and self.fronts == "fixed":
                speed = self.velocity[tuple(patch.cell.T)]
                apart = 0.5 * self.mesh.placement.grid.widths(patch.source.axis)[patch.cell[:, 2 - patch.source.axis]]
                viscosity = self.mesh.placement.case.air.kinematic_viscosity + eddy[patch.name]
                total += ((-patch.velocity * patch.source.area)[:, None] * speed).sum(axis=0)
                shear += ((viscosity * patch.source.area / apart)[:, None] * speed).sum(axis=0)
        return total[[0, 2]], shear[[0, 2]], supplied

    def fastest_corner(self) -> tuple[int, int, int]:
        """Cell (k, j, i) of the greatest speed along x of those that touch both the floor and a front of the row of rack A1."""
        patch = next(p for p in self.mesh.patches if p.name == "rack_A1_front")
        j = int(patch.cell[0, 1])
        return 0, j, int(np.nanargmax(np.abs(self.velocity[0, j, :, 0])))

    def budget(self, cell: tuple[int, int, int]) -> list[tuple[str, float, float, float, float]]:
        """Momentum along x of one cell, upwind: for each face its name, outflow m3/s, and what it adds by convection, pressure
        and viscosity, m4/s2. The sums of a settled run add to nothing."""
        mesh, grid = self.mesh, self.mesh.placement.grid
        inner, number = len(mesh.neighbour), mesh.cell[cell]
        flux = read_cells(last_time(self.folder) / "phi", inner)
        pressure, eddy = self.field("p_rgh"), self.field("nut")
        walls = read_patches(last_time(self.folder) / "nut")
        nu = mesh.placement.case.air.kinematic_viscosity
        place = np.argwhere(mesh.cell >= 0)
        here, rows = self.velocity[cell][0], []
        for face in np.flatnonzero(mesh.owner == number).tolist() + np.flatnonzero(mesh.neighbour == number).tolist():
            if face < inner:
                away = mesh.owner[face] == number
                other = tuple(place[mesh.neighbour[face] if away else mesh.owner[face]])
                axis = 2 - int(np.argmax(np.abs(np.subtract(other, cell))))
                side = int(np.sign(other[2 - axis] - cell[2 - axis]))
                flow = flux[face] * (1 if away else -1)
                carried = here if flow > 0 else self.velocity[other][0]
                apart = abs(grid.centres(axis)[other[2 - axis]] - grid.centres(axis)[cell[2 - axis]])
                share = 0.5 * grid.widths(axis)[cell[2 - axis]] / apart
                viscosity = nu + (1 - share) * eddy[cell] + share * eddy[other]
                push = (1 - share) * pressure[cell] + share * pressure[other]
                beyond, name = self.velocity[other][0], ""
            else:
                patch_number = int(np.searchsorted(mesh.starts, face, side="right")) - 1
                patch, at = mesh.patches[patch_number], face - mesh.starts[patch_number]
                axis, side, name = int(patch.axis[at]), int(patch.side[at]), patch.name
                apart, push = 0.5 * grid.widths(axis)[cell[2 - axis]], pressure[cell]
                area = float(np.broadcast_to(grid.face_areas(axis), mesh.cell.shape)[cell])
                flow = -(patch.velocity or 0.0) * area
                carried = here if patch.kind == "front" and self.fronts == "slip" else 0.0
                beyond = carried
                on_wall = walls.get(patch.name, np.zeros(1))
                viscosity = nu + on_wall[at if len(on_wall) > 1 else 0]
            area = float(np.broadcast_to(grid.face_areas(axis), mesh.cell.shape)[cell])
            shear = viscosity * area * (beyond - here) / apart
            label = f"{'+' if side > 0 else '-'}{'xyz'[axis]}" + (f" ({name})" if name else "")
            rows.append((label, flow, -flow * carried, -side * push * area if axis == 0 else 0.0, shear))
        return rows


def collect(folder: Path, hall: Hall, fronts: str) -> FoamRun:
    """A run that `folder` holds, or a new one."""
    variant = hall.variant
    place = folder / f"{variant.case.removeprefix('openfoam-')}_{variant.cell:g}_{variant.scheme}_{fronts}"
    relaxation = RELAXATION.get(variant.case, Settings.relaxation)
    mesh = prepare(variant, Settings(str(variant.scheme), fronts, hall.iterations, relaxation, hall.tolerance), place)
    if not (place / "seconds").is_file():
        print(f"running OpenFOAM: {variant}, fronts {fronts}", flush=True)
        solve(place)
    return FoamRun(hall, fronts, mesh, place)


def means(track: np.ndarray) -> str:
    """Means of a track (samples, racks), and their standard errors where they reach 0.05 K."""
    error = batch_error(track)
    text = "  inlets, degC, rows averaged: " + " ".join(f"{value:.2f}" for value in track.mean(axis=0))
    return text + ("; standard errors " + " ".join(f"{value:.2f}" for value in error) if error.max() >= 0.05 else "")


def tell(run: FoamRun) -> None:
    """Figures of one OpenFOAM run."""
    row = run.peer.settled()
    state = f"settled at {run.peer.iterations[row]:.0f}" if row is not None else f"not settled by {run.peer.iterations[-1]:.0f}"
    left, shear, supplied = run.left_in_room()
    speed = np.linalg.norm(run.velocity, axis=-1)
    print(f"{run.variant}, fronts {run.fronts}: {state}, {run.peer.seconds[-1 if row is None else row]:.0f} s")
    print(means(run.track()))
    print(f"  fastest cell {np.nanmax(speed):.2f} m/s, largest k {np.nanmax(run.field('k')):.2f} m2/s2")
    print(f"  momentum, m4/s2: supply {supplied:.2f}; not carried out at fronts {left[0]:.2f} along x, {left[1]:.2f} along z,")
    print(f"  of which shear takes back {shear[0]:.2f} and {shear[1]:.2f}")


def tell_corner(run: FoamRun) -> None:
    """Momentum budget of the fastest corner cell."""
    cell = run.fastest_corner()
    grid = run.mesh.placement.grid
    where = ", ".join(f"{'xyz'[axis]} {grid.centres(axis)[cell[2 - axis]]:.2f} m" for axis in range(3))
    print(f"{run.variant}, fronts {run.fronts}: cell at {where}, u {run.velocity[cell][0]:.2f} m/s")
    print(f"  {'face':22}  outflow  convect. pressure    shear")
    rows = run.budget(cell)
    for label, *values in rows:
        print(f"  {label:22}" + " ".join(f"{value:9.4f}" for value in values))
    sums = np.array([row[1:] for row in rows]).sum(axis=0)
    print(f"  {'sum':22}" + " ".join(f"{value:9.4f}" for value in sums))


def draw(ours: Solved, runs: list[FoamRun], folder: Path) -> None:
    """Speed along the aisle in the cells on the floor, and the rack inlets, of both programs."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    grid = ours.placement.grid
    fluid = ours.placement.fluid[0]
    own = centre_fields(ours.case, ours.outcome.fields)["velocity"][0, :, :, 0]
    words = {"fixed": "all components fixed", "slip": "normal component fixed"}
    layers = {f"OpenFOAM, {words[run.fronts]}": run.velocity[0, :, :, 0] for run in runs}
    layers["Hallflow"] = np.where(fluid, own, np.nan)
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), sharey=True, layout="constrained")
    for axis, (title, values) in zip(axes, layers.items(), strict=True):
        axis.set_facecolor("0.75")
        picture = axis.pcolormesh(grid.x, grid.y, values, cmap="RdBu_r", vmin=-11.5, vmax=11.5)
        axis.set(title=title, xlabel="x in m", aspect="equal")
        low, high = np.nanmin(values), np.nanmax(values)
        axis.text(0.02, 0.02, f"{low:.1f} to {high:.1f} m/s", transform=axis.transAxes, fontsize=9)
    axes[0].set_ylabel("y in m")
    figure.colorbar(picture, ax=axes, label="velocity along x in m/s", shrink=0.8)
    height = grid.widths(2)[0]
    hall = f"{ours.variant.case}, upwind, {ours.variant.cell:g} m"
    figure.suptitle(f"{hall}: layer of cells on the floor, {height:.2f} m high", fontsize=11)
    figure.savefig(folder / "openfoam-corner-jet.png", dpi=110)
    plt.close(figure)

    figure, axis = plt.subplots(figsize=(6.5, 4), layout="constrained")
    number = np.arange(1, len(ours.rows(ours.inlets)) + 1)
    for run, style in zip(runs, ("s--", "o-"), strict=True):
        text = "all components fixed at rack fronts" if run.fronts == "fixed" else "normal component fixed, tangential free"
        axis.plot(number, run.track().mean(axis=0), style, label=f"OpenFOAM, {text}", markersize=7, fillstyle="none")
    axis.plot(number, ours.rows(ours.inlets), "x-", label="Hallflow", color="k")
    axis.set(xlabel="rack in its row, counted from the fan wall", ylabel="inlet in degC, rows averaged")
    axis.set_title(f"{ours.variant.case}, k-epsilon, upwind, {ours.variant.cell:g} m", fontsize=11)
    axis.grid(alpha=0.3)
    axis.legend(frameon=False)
    figure.savefig(folder / "openfoam-inlets.png", dpi=110)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="benchmarks.fronts_study", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=Path, required=True, metavar="DIR", help="where OpenFOAM runs are kept")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="draw openfoam-corner-jet.png and openfoam-inlets.png there")
    parser.add_argument("--halls", type=int, default=len(HALLS), metavar="N", help="only the first N of the halls")
    options = parser.parse_args(arguments)
    for number, hall in enumerate(HALLS[: options.halls]):
        runs = [collect(options.runs, hall, fronts) for fronts in FRONTS]
        for run in runs:
            tell(run)
        ours = solve_ours(hall.variant)
        steady = ours.outcome.verdict == "steady"
        print(f"Hallflow: {ours.words}" + ("" if steady else f", then the last {hall.window} of {hall.further} more"))
        own = ours.rows(ours.inlets)[None] if steady else ours.rows(go_on(ours, hall.further))[-hall.window // EVERY :]
        print(means(own))
        for run in runs:
            apart = own.mean(axis=0) - run.track().mean(axis=0)
            rms, worst = np.sqrt(np.mean(apart**2)), np.abs(apart).max()
            print(f"  from OpenFOAM, fronts {run.fronts}: RMS {rms:.2f} K, max {worst:.2f} K")
        if number == 0:
            for run in runs:
                tell_corner(run)
            if options.pictures:
                draw(ours, runs, options.pictures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
