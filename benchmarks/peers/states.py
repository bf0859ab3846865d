"""A state of the air handed from one program to the other, on the same cells: both can then go on from one instant.

Ours has velocities on faces, OpenFOAM at cell centres with the flow through each face beside them (phi). What we hand over is
centred (means of a cell's two faces); what we take is phi, so that the flow we begin with is the one that OpenFOAM balanced.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.peers.fields import read_cells, read_patches
from benchmarks.peers.mesh import FoamMesh
from thermal.run import centre_fields

SCALARS = {"T": "temperature", "k": "k", "epsilon": "epsilon", "nut": "eddy_viscosity"}


def hand_over(mesh: FoamMesh, fields: dict[str, np.ndarray], folder: Path) -> None:
    """Write fields of the solver (thermal.state.FIELDS, global arrays) as what a case begins with; its conditions stay."""
    centres = centre_fields(mesh.placement.case, fields)
    fluid = mesh.cell >= 0
    for name, ours in SCALARS.items():
        _begin_with(folder / "0" / name, "scalar", [f"{value:.8g}" for value in centres[ours][fluid]])
    rows = ["({:.8g} {:.8g} {:.8g})".format(*vector) for vector in centres["velocity"][fluid]]
    _begin_with(folder / "0" / "U", "vector", rows)
    _begin_with(folder / "0" / "p_rgh", "scalar", [f"{value:.8g}" for value in fields["p"][fluid]])


def _begin_with(path: Path, kind: str, values: list[str]) -> None:
    before, key, rest = path.read_text().partition("internalField ")
    if not key:
        raise ValueError(f"{path} holds no internalField")
    listed = f"nonuniform List<{kind}>\n{len(values)}\n(\n" + "\n".join(values) + "\n)\n"
    path.write_text(before + key + listed + rest[rest.index(";") :])


def take_over(mesh: FoamMesh, instant: Path) -> dict[str, np.ndarray]:
    """The fields of the solver from what OpenFOAM wrote at an instant; solids hold zeros."""
    placement = mesh.placement
    fields = {ours: _on_grid(mesh, instant / name) for name, ours in (("k", "k"), ("epsilon", "epsilon"))}
    fields["T"] = np.where(mesh.cell >= 0, _on_grid(mesh, instant / "T") - placement.case.air.reference_temperature, 0.0)
    fields["eddy_viscosity"], fields["p"] = _on_grid(mesh, instant / "nut"), _on_grid(mesh, instant / "p_rgh")
    inner = len(mesh.neighbour)
    flow, outer = read_cells(instant / "phi", inner), read_patches(instant / "phi")
    place = np.argwhere(mesh.cell >= 0)
    low, high = place[mesh.owner[:inner]], place[mesh.neighbour]
    for axis, name in enumerate("uvw"):
        area = placement.grid.face_areas(axis)
        values = np.zeros([n + (a == 2 - axis) for a, n in enumerate(placement.grid.shape)])
        mine = (high - low)[:, 2 - axis] == 1
        values[tuple(high[mine].T)] = flow[mine]
        for patch in mesh.patches:
            if patch.velocity is not None or patch.name not in outer:
                continue
            chosen = patch.axis == axis
            at = patch.cell[chosen].copy()
            at[:, 2 - axis] += patch.side[chosen] > 0
            values[tuple(at.T)] = outer[patch.name][chosen] * patch.side[chosen]
        fields[name] = values / area
    return fields


def _on_grid(mesh: FoamMesh, path: Path) -> np.ndarray:
    return np.nan_to_num(mesh.on_grid(read_cells(path, mesh.cells)))
