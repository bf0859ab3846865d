"""One study by its name, in whichever process it is to run."""

from __future__ import annotations

import importlib
import os
import time
import traceback
from pathlib import Path

from benchmarks.validation import STUDIES
from benchmarks.validation.sheet import Sheet


def study(name: str, pictures: Path | None = None, kept: Path | None = None) -> Sheet:
    """The sheet of one study, with the time it took among its notes. One that fails leaves a row that says so.

    kept   folder in which finished sheets are kept; one that lies there already is read instead of run
    """
    page = kept / f"{name}.json" if kept else None
    if page and page.is_file():
        return Sheet.read(page)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sheet, begun = Sheet(pictures), time.perf_counter()
    try:
        importlib.import_module(STUDIES[name]).run(sheet)
    except Exception:
        traceback.print_exc()
        sheet.add(name, "the study itself", "failed, see the terminal", "-", "-", met=False)
        return sheet
    sheet.note(name, f"Took {(time.perf_counter() - begun) / 60.0:.1f} minutes on one processor.")
    if page:
        page.parent.mkdir(parents=True, exist_ok=True)
        sheet.keep(page)
    return sheet
