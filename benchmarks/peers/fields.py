"""What an OpenFOAM run left behind: cell fields, face fluxes, and the rows of its probes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np


def read_cells(path: Path, count: int) -> np.ndarray:
    """The internal field of an ASCII file: (count,) or (count, 3); uniform values are spread."""
    text = path.read_text()
    begin = text.index("internalField")
    uniform = re.match(r"internalField\s+uniform\s+([^;]+);", text[begin:])
    if uniform:
        value = np.array(uniform.group(1).strip("() ").split(), float)
        return np.tile(value, (count, 1)) if len(value) > 1 else np.full(count, value[0])
    values = _numbers(text[begin : text.index("boundaryField")])
    return values.reshape(count, -1) if len(values) > count else values


def read_patches(path: Path) -> dict[str, np.ndarray]:
    """The nonuniform scalar `value` of each patch of an ASCII file, by patch name."""
    text = path.read_text()
    found = {}
    for name, body in re.findall(r"\n    (\w+)\s*\{(.*?)\n    \}", text[text.index("boundaryField") :], re.S):
        if "nonuniform" in body:
            found[name] = _numbers(body[body.index("nonuniform") :])
        else:
            uniform = re.search(r"value\s+uniform\s+([-+.\deE]+);", body)
            found[name] = np.array([float(uniform.group(1))]) if uniform else np.zeros(0)
    return found


def _numbers(text: str) -> np.ndarray:
    """All numbers of the first list in `text`, after its length."""
    body = text[text.index("(") + 1 : text.rindex(")")]
    return np.array(body.replace("(", " ").replace(")", " ").split(), float)


def read_probe(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Iterations and values of a probe."""
    rows = [
        line.split() for file in sorted(folder.glob(f"postProcessing/{name}/*/*.dat")) for line in file.read_text().splitlines()
        if not line.startswith("#")
    ]  # fmt: skip
    table = np.array(rows, float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def last_time(folder: Path) -> Path:
    """The folder of the last fields written. Raises FileNotFoundError if there are none."""
    times = [path for path in folder.iterdir() if path.is_dir() and path.name.isdigit() and path.name != "0"]
    if not times:
        raise FileNotFoundError(f"{folder} holds no fields: the run did not come to its end, see its log")
    return max(times, key=lambda path: int(path.name))
