"""What a run in time does not solve of the passive scalars that its case names."""

from __future__ import annotations

from thermal.case.model import Case
from thermal.scalars.humidity import is_humid


def left_out(case: Case) -> str:
    """One sentence for `check`, the run and the report; empty where nothing is left out."""
    if case.time is None:
        return ""
    names = [*(["humidity"] if is_humid(case) else []), *(["tracers"] if case.tracers.solve else [])]
    return f"{' and '.join(names)} of this case: solved on steady flows alone, not in this run in time" if names else ""
