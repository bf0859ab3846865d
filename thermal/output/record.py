"""The record of a run: one folder from which everything shown can be made again. README.md here lists its files."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from thermal.errors import RecordError
from thermal.output.fields import FieldsFile, Front, joined_fronts, write_fields, xdmf
from thermal.output.geometry import geometry, plain_row, plain_value
from thermal.output.history import history_csv, read_history
from thermal.output.stage import Stage, settle
from thermal.output.steps import STEPS, take_steps

FIELDS, XDMF, SUMMARY, HISTORY, CASE = "fields.vtkhdf", "fields.xdmf", "summary.json", "history.csv", "case.toml"
SERIES = "series.csv"  # of a run in time, beside thermal/output/steps.py
FLUID = 1  # bit 0 of a placement's mask


@dataclass(frozen=True)
class Record:
    """A result folder as read. Fields stay on the disk until `field` or `slice` asks for them.

    summary    summary.json                       history    rows of history.csv
    planes     x, y, z plane positions in m       geometry   see thermal/output/geometry.py
    fronts     inlet faces by rack name           resolved   every key of the case with its value
    snapping   rows of the snapping report        case_text  the case file as it was read
    """

    path: Path
    summary: dict[str, Any]
    history: list[dict[str, Any]]
    planes: tuple[np.ndarray, np.ndarray, np.ndarray]
    geometry: dict[str, Any]
    fronts: dict[str, Front]
    resolved: dict[str, Any]
    snapping: list[dict[str, Any]]
    case_text: str
    names: list[str] = field(default_factory=list)
    series: list[dict[str, Any]] = field(default_factory=list)  # rows of series.csv of a run in time

    def field(self, name: str) -> np.ndarray:
        """A field at cell centres, float32 (nz, ny, nx) or (nz, ny, nx, 3), SI, NaN in solids. Raises RecordError."""
        with FieldsFile(self.path / FIELDS) as file:
            return file.field(name)

    def slices(self, wanted: list[tuple[str, int, int]]) -> list[np.ndarray]:
        """Layers of cells, each (field name, axis, cell index), read in one opening of the file."""
        with FieldsFile(self.path / FIELDS) as file:
            return [file.slice(*one) for one in wanted]


def summary_json(summary: Mapping[str, Any]) -> bytes:
    """summary.json: keys in the given order, NumPy numbers unpacked, NaN and infinity written as null."""
    return (json.dumps(plain_value(dict(summary)), indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def rack_fronts(
    placement: Any, grid: Any, temperature: np.ndarray, given: Mapping[str, np.ndarray] | None = None
) -> dict[str, Front]:
    """Inlet faces of every rack, from the patches of kind "front" of a placement.

    temperature  K, (nz, ny, nx): the air that enters a rack has the temperature of the fluid cell it comes from
    given        K, (n,) by rack name, in the order of the patch's cells, where the solver knows better
    """
    planes = (np.asarray(grid.x), np.asarray(grid.y), np.asarray(grid.z))
    centres = [0.5 * (axis[1:] + axis[:-1]) for axis in planes]
    fronts: dict[str, Front] = {}
    for patch in [*placement.patches, *getattr(placement, "intakes", ())]:
        if patch.kind != "front":
            continue
        k, j, i = np.asarray(patch.cell).T
        position = np.stack([centres[axis][index] for axis, index in enumerate((i, j, k))], axis=1)
        along = (i, j, k)[patch.axis]
        position[:, patch.axis] = planes[patch.axis][along + (0 if patch.sign > 0 else 1)]
        name = patch.object.name
        values = (given or {}).get(name)
        here = Front(position, np.asarray(patch.area), temperature[k, j, i] if values is None else np.asarray(values))
        fronts[name] = here if name not in fronts else joined_fronts(fronts[name], here)  # a rack in depth has one for each part
    return fronts


def write(out_dir: str | Path, result: Any) -> Path:
    """Write the record of a run, whole or not at all; an older record in the folder is replaced only by a whole new one.

    result     .case (thermal.case.model.Case), .grid (.x .y .z planes), .placement (.mask, .patches, .snapping),
               .fields {name: (nz, ny, nx[, 3]) SI}, .summary (dict), .history (rows); optional .rack_fronts {rack: (n,) K}
    Returns    the folder.
    Raises     OutputError when the disk is full or the folder cannot be written; the last record is then still readable.
    """
    folder = Path(out_dir)
    case, grid, placement = result.case, result.grid, result.placement
    planes = (np.asarray(grid.x), np.asarray(grid.y), np.asarray(grid.z))
    fluid = (np.asarray(placement.mask) & FLUID).astype(bool)
    fields = {name: np.asarray(values) for name, values in result.fields.items()}
    components = {name: 3 if values.ndim == 4 else 1 for name, values in fields.items()}
    fronts = rack_fronts(placement, grid, fields["temperature"], getattr(result, "rack_fronts", None))
    texts = {
        "geometry": plain_value(geometry(case)),
        "resolved": plain_value(case.resolved),
        "snapping": [plain_row(row) for row in placement.snapping],
    }
    identity = uuid.uuid4().hex
    with Stage(folder) as stage:
        stage.room_for(fluid.size * (4 * sum(components.values()) + 2) + 200_000)
        write_fields(stage.path(FIELDS), planes, fluid, fields, fronts, texts, identity)
        stage.write(XDMF, xdmf(fluid.shape, components, FIELDS))
        stage.write(HISTORY, history_csv(result.history))
        if getattr(result, "series", None):
            stage.write(SERIES, history_csv(result.series))
            take_steps(folder, stage.path(STEPS), identity)
        stage.write(CASE, case.text.encode())
        stage.write(SUMMARY, summary_json({**result.summary, "record": identity}))
    if not getattr(result, "series", None):  # those of a run in time that was here before
        for name in (SERIES, STEPS):
            (folder / name).unlink(missing_ok=True)
    return folder


def read(out_dir: str | Path) -> Record:
    """Read a result folder back.

    Raises     RecordError for a folder without a record, or whose files belong to different runs.
    """
    folder = Path(out_dir)
    if not folder.is_dir():
        raise RecordError(f"{folder}: no such folder; run the case first, or name the folder of its record")
    settle(folder)
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        history = read_history((folder / HISTORY).read_text(encoding="utf-8"))
        text = (folder / CASE).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError as error:
        name = Path(error.filename).name
        raise RecordError(f"{folder}: no record here ({name} is missing); run the case first, or name its folder") from error
    except (OSError, ValueError) as error:
        raise RecordError(f"{folder}: the record cannot be read ({type(error).__name__}); run the case again") from error
    if not isinstance(summary, dict) or "record" not in summary:
        raise RecordError(f"{folder}: summary.json is not a record of Hallflow")
    with FieldsFile(folder / FIELDS) as file:
        if file.record != summary["record"]:
            raise RecordError(f"{folder}: summary.json and {FIELDS} belong to different runs; run the case again")
        return Record(
            folder, summary, history, file.planes, file.text("geometry"), file.fronts(), file.text("resolved"),
            file.text("snapping"), text, file.names, _series(folder, summary),
        )  # fmt: skip


def _series(folder: Path, summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of series.csv, none of a steady run. Raises RecordError."""
    if "time" not in summary:
        return []
    try:
        return read_history((folder / SERIES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(f"{folder}: {SERIES} cannot be read ({type(error).__name__}); run the case again") from error
