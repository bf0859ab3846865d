"""Fields as a PyVista mesh, for those who want their own pictures. The only file that imports pyvista."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from meshes import Grid
from thermal.errors import UsageError


def pyvista_mesh(grid: Grid, fields: Mapping[str, np.ndarray], fluid: np.ndarray) -> Any:
    """A pyvista.RectilinearGrid with the fields as cell data, and `fluid` (1 air, 0 solid) to threshold by.

    grid     planes x, y, z in m        fields   {name: (nz, ny, nx) or (nz, ny, nx, 3)}, SI
    fluid    bool (nz, ny, nx)
    Raises   UsageError when PyVista is not installed.

        mesh = thermal.run("tiny-hall").mesh()
        mesh.threshold(0.5, scalars="fluid").slice("z").plot(scalars="temperature")
    """
    try:
        import pyvista
    except ImportError as error:
        raise UsageError("PyVista is not installed; pip install 'hallflow[vis]'") from error
    mesh = pyvista.RectilinearGrid(grid.x, grid.y, grid.z)
    for name, values in fields.items():
        mesh.cell_data[name] = values.reshape(-1, 3) if values.ndim == 4 else values.ravel()
    mesh.cell_data["fluid"] = fluid.astype(np.uint8).ravel()
    return mesh
