"""Fields as a PyVista mesh."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

from tests.builders import tiny_hall
from thermal.errors import UsageError
from thermal.output.mesh import pyvista_mesh
from thermal.place import make_grid, place


def fields_of(placement) -> dict[str, np.ndarray]:
    """A temperature that rises with z and a velocity along x."""
    nz, ny, nx = placement.grid.shape
    temperature = 293.0 + np.broadcast_to(placement.grid.centres(2)[:, None, None], (nz, ny, nx))
    return {"temperature": temperature, "velocity": np.broadcast_to([1.0, 0.0, 0.0], (nz, ny, nx, 3))}


def test_mesh_holds_every_cell_where_it_is() -> None:
    pytest.importorskip("pyvista")
    placement = place(case := tiny_hall(0.3), make_grid(case))
    mesh = pyvista_mesh(placement.grid, fields_of(placement), placement.fluid)
    assert mesh.n_cells == placement.grid.cells
    assert np.allclose(mesh.cell_data["temperature"] - 293.0, mesh.cell_centers().points[:, 2], atol=1e-6)
    assert mesh.cell_data["velocity"].shape == (mesh.n_cells, 3)
    assert mesh.threshold(0.5, scalars="fluid").n_cells == placement.fluid_cells


def test_without_pyvista_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    placement = place(case := tiny_hall(0.3), make_grid(case))
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "pyvista":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"hallflow\[vis\]"):
        pyvista_mesh(placement.grid, fields_of(placement), placement.fluid)
