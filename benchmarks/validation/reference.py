"""Published figures in reference/*.csv. A file's header lines, each beginning with #, say where they come from."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "reference"


def columns(name: str) -> dict[str, np.ndarray]:
    """The columns of reference/NAME.csv by their heading; numbers where every entry is one (empty: NaN), else text."""
    lines = [line for line in (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    rows = list(csv.DictReader(lines))
    return {key: _numbers([row[key] for row in rows]) for key in rows[0]}


def _numbers(texts: list[str]) -> np.ndarray:
    try:
        return np.array([float(text) if text else np.nan for text in texts])
    except ValueError:
        return np.array(texts)
