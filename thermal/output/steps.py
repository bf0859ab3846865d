"""steps.vtkhdf: the fields at the record times of a run in time, VTKHDF 2.8 with a group `Steps`.

A record is appended and the file closed; the count of steps is written last, so that whatever stops the run leaves a file whose
counted steps are whole. While a run goes on it writes to a hidden file, which becomes part of the record with all others.
Temperature and velocity are rounded (to 1/64 K and about 1 mm/s), shuffled and compressed: for pictures, never for checkpoints.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thermal.errors import RecordError
from thermal.output.fields import HIDDEN_CELL, VTKHDF_VERSION
from thermal.output.sink import grown_hdf5, new_hdf5
from thermal.output.stage import output_error

if TYPE_CHECKING:
    import h5py

STEPS, WORKING = "steps.vtkhdf", ".steps.vtkhdf"
KELVIN, METRES_PER_SECOND = 1.0 / 64.0, 1.0 / 1024.0  # what temperatures and speeds are rounded to


class StepsWriter:
    """Appends instants to the working file of a folder.

    planes   x, y, z positions in m, (n + 1,) each       fluid   bool (nz, ny, nx)
    kept     records that a resumed run has made already; 0: a new file
    Raises   OutputError when the disk is full or the folder cannot be written.
    """

    def __init__(self, folder: Path, planes: tuple[np.ndarray, ...], fluid: np.ndarray, kept: int = 0) -> None:
        self.path, self.fluid = folder / WORKING, fluid
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if kept and not self.path.is_file() and (folder / STEPS).is_file():
                shutil.copyfile(folder / STEPS, self.path)
            if kept and self.path.is_file():
                with grown_hdf5(self.path) as file:
                    if int(file["VTKHDF/Steps"].attrs["NSteps"]) >= kept:
                        file["VTKHDF/Steps"].attrs["NSteps"] = np.int64(kept)
                        return
            self._create(planes)
        except (OSError, RuntimeError, KeyError) as error:
            raise output_error(self.path, error) from error

    def _create(self, planes: tuple[np.ndarray, ...]) -> None:
        shape = self.fluid.shape
        with new_hdf5(self.path) as file:
            group = file.create_group("VTKHDF")
            group.attrs["Version"] = np.array(VTKHDF_VERSION, dtype=np.int64)
            group.attrs.create("Type", np.bytes_("RectilinearGrid"))
            group.attrs["Dimensions"] = np.array([axis.size for axis in planes], dtype=np.int32)
            for letter, axis in zip("XYZ", planes, strict=True):
                group.create_dataset(f"{letter}Coordinates", data=np.asarray(axis, dtype=np.float64))
            cells, steps = group.create_group("CellData"), group.create_group("Steps")
            steps.create_dataset("Values", shape=(0,), maxshape=(None,), dtype=np.float64)
            offsets = steps.create_group("CellDataOffsets")
            for name, tail in (("temperature", ()), ("velocity", (3,))):
                whole = (*shape, *tail)
                cells.create_dataset(
                    name, shape=(0, *whole), maxshape=(None, *whole), chunks=(1, *whole), dtype=np.float32, shuffle=True,
                    compression="gzip", compression_opts=1,
                )  # fmt: skip
                offsets.create_dataset(name, shape=(0,), maxshape=(None,), dtype=np.int64)
            ghost = np.where(self.fluid, 0, HIDDEN_CELL).astype(np.uint8)
            cells.create_dataset("vtkGhostType", data=ghost[None])
            offsets.create_dataset("vtkGhostType", shape=(0,), maxshape=(None,), dtype=np.int64)
            cells["temperature"].attrs.create("Attribute", np.bytes_("Scalars"))
            steps.attrs["NSteps"] = np.int64(0)

    def add(self, number: int, time: float, fields: dict[str, np.ndarray]) -> None:
        """Append record `number` (from 0) of a time in s: temperature K, velocity m/s at the centres. Overwrites a later one."""
        try:
            with grown_hdf5(self.path) as file:
                cells, steps = file["VTKHDF/CellData"], file["VTKHDF/Steps"]
                for name, unit in (("temperature", KELVIN), ("velocity", METRES_PER_SECOND)):
                    values = (np.round(np.asarray(fields[name], np.float64) / unit) * unit).astype(np.float32)
                    values[~self.fluid] = np.nan
                    cells[name].resize(number + 1, axis=0)
                    cells[name][number] = values
                for name in ("temperature", "velocity", "vtkGhostType"):
                    steps[f"CellDataOffsets/{name}"].resize((number + 1,))
                    steps[f"CellDataOffsets/{name}"][number] = 0 if name == "vtkGhostType" else number
                steps["Values"].resize((number + 1,))
                steps["Values"][number] = time
                file.flush()
                steps.attrs["NSteps"] = np.int64(number + 1)
        except (OSError, RuntimeError) as error:
            raise output_error(self.path, error) from error


def take_steps(folder: Path, target: Path, record: str) -> bool:
    """Copy a folder's working file to `target`, marked with the identity of the record; False where there is none."""
    source = folder / WORKING
    if not source.is_file():
        return False
    shutil.copyfile(source, target)
    with grown_hdf5(target) as file:
        file.attrs["record"] = record
    return True


def drop_working(folder: Path) -> None:
    """Remove the working file: its run has its answer."""
    (folder / WORKING).unlink(missing_ok=True)


class StepsFile:
    """Reads steps.vtkhdf: `times` (n,) s, `slice(number, name, axis, index)`. Use as a context manager; raises RecordError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def open(self) -> Iterator[StepsFile]:
        """The file, open for a while."""
        import h5py

        try:
            with h5py.File(self.path, "r") as file:
                self._file: h5py.File = file
                count = int(file["VTKHDF/Steps"].attrs["NSteps"])
                self.times = file["VTKHDF/Steps/Values"][:count]
                self.record = str(file.attrs.get("record", ""))
                yield self
        except (OSError, KeyError, ValueError) as error:
            raise RecordError(f"{self.path}: not a record in time of Hallflow, or cut short; run the case again") from error

    def slice(self, number: int, name: str, axis: int, index: int) -> np.ndarray:
        """One layer of cells of one record across an axis (0, 1, 2 for x, y, z)."""
        where: list[Any] = [number, slice(None), slice(None), slice(None)]
        where[3 - axis] = index
        return self._file[f"VTKHDF/CellData/{name}"][tuple(where)]


def has_steps(folder: Path) -> bool:
    """Whether a folder holds a record in time."""
    return os.path.isfile(folder / STEPS)
