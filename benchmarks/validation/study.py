"""One study by its name, in whichever process it is to run."""

from __future__ import annotations

import importlib
import os
import time
from pathlib import Path

from benchmarks.validation import STUDIES
from benchmarks.validation.sheet import Sheet


def study(name: str, pictures: Path | None) -> Sheet:
    """The sheet of one study, with the time it took among its notes."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sheet, begun = Sheet(pictures), time.perf_counter()
    importlib.import_module(STUDIES[name]).run(sheet)
    sheet.note(name, f"Took {(time.perf_counter() - begun) / 60.0:.1f} minutes.")
    return sheet
