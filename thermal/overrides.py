"""What the command line may change in a case: its cell size and its iteration limit."""

from __future__ import annotations

import math
from dataclasses import replace

from thermal.case.model import Case
from thermal.errors import CaseError, CaseErrors


def with_overrides(case: Case, *, cell: float | None = None, iterations: int | None = None) -> Case:
    """The case with another cell size (m) or iteration limit; `resolved`, which the report prints, says so too.

    Raises CaseErrors for a cell that is not positive and finite, or for fewer than one iteration.
    """
    errors = []
    if cell is not None and not (math.isfinite(cell) and cell > 0.0):
        errors.append(CaseError("--cell", f"{cell:g} m is no cell size", "a length > 0", '--cell 0.1 or --cell "10 cm"'))
    if iterations is not None and iterations < 1:
        errors.append(CaseError("--iterations", f"{iterations} iterations", "1 or more", "--iterations 500"))
    if errors:
        raise CaseErrors(errors)
    resolved = {key: dict(value) if isinstance(value, dict) else value for key, value in case.resolved.items()}
    if cell is not None:
        case = replace(case, mesh=replace(case.mesh, cell=cell))
        resolved.setdefault("mesh", {})["cell"] = f"{cell:g} m (command line)"
    if iterations is not None:
        case = replace(case, stop=replace(case.stop, iterations=iterations))
        resolved.setdefault("solve", {})["iterations"] = f"{iterations} (command line)"
    return replace(case, resolved=resolved)
