"""How much memory a run needs, and how much this process may use: a case that cannot fit is refused before it begins."""

from __future__ import annotations

import math
from pathlib import Path

from thermal.case.model import Case
from thermal.errors import CaseError, CaseErrors

# Bytes a cell of a whole run, coarse grids and multigrid levels included: the project's own budget of 0.25 kB per cell
# in float32, twice that in float64, and what NumPy, h5py and matplotlib themselves take.
BYTES_PER_CELL = {"single": 250, "double": 500}
BASE_BYTES = 150e6


def needed_bytes(cells: float, precision: str) -> float:
    """Estimate of a whole run in bytes. cells: all cells of the box, solids included."""
    return BASE_BYTES + cells * BYTES_PER_CELL[precision]


def estimated_cells(case: Case) -> float:
    """Cells of a case before its grid is built: the axes' lengths over the cell size, denser through refinements."""
    planes = [case.room[axis] / case.mesh.cell for axis in range(3)]
    for refinement in case.mesh.refinements:
        for axis in range(3):
            length = refinement.box.high[axis] - refinement.box.low[axis]
            planes[axis] += max(0.0, length / refinement.cell - length / case.mesh.cell)
    return math.prod(planes)


def available_bytes(root: Path = Path("/")) -> float:
    """What this process may still use: the machine's available memory, or what a container's quota leaves of it.

    Returns inf where the system does not say. root: the folder under which proc and sys lie.
    """
    limits = [math.inf]
    try:
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                limits.append(1024.0 * int(line.split()[1]))
    except (OSError, ValueError, IndexError):
        pass
    group = root / "sys/fs/cgroup"
    for limit, usage in (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")):
        try:
            limits.append(float((group / limit).read_text()) - float((group / usage).read_text()))
        except (OSError, ValueError):  # no such control group, or "max": no limit
            continue
    return max(0.0, min(limits))


def require_memory(case: Case, precision: str, cells: float | None = None) -> None:
    """Raise CaseErrors when the run cannot fit in the memory left. cells: of the real grid, estimated when None."""
    cells = estimated_cells(case) if cells is None else cells
    needed, available = needed_bytes(cells, precision), available_bytes()
    if needed <= available:
        return
    smallest = case.mesh.cell * ((needed - BASE_BYTES) / max(available - BASE_BYTES, 1e6)) ** (1 / 3)
    fix = f'cell = "{math.ceil(100 * smallest) / 100:g} m" would fit'
    what = f"{cells:.3g} cells need about {needed / 1e9:.3g} GB, {available / 1e9:.3g} GB of memory are free"
    raise CaseErrors([CaseError(f"{case.path.name if case.path else case.name}: mesh.cell", what, fix=fix)])
