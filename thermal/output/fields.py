"""fields.vtkhdf: the 3-D fields in VTK's HDF5 format, with what the report needs in a group beside it.

/VTKHDF     RectilinearGrid, format 2.8: plane positions in m, float32 cell data; cells in solids hold NaN and are blanked
            by vtkGhostType (32 = hidden), `fluid` is 1 where air is.
/Hallflow   outside the format's scope: attributes `format`, `record`; JSON texts `geometry`, `resolved`, `snapping`;
            group `fronts` with one group a rack: position (n, 3) m, area (n,) m2, temperature (n,) K.
Arrays are contiguous and uncompressed: every reader takes them, and a slice reads only its own bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thermal.errors import RecordError
from thermal.output.sink import new_hdf5

if TYPE_CHECKING:
    import h5py

FORMAT = 1  # of the group /Hallflow
VTKHDF_VERSION = (2, 8)
HIDDEN_CELL = 32  # vtkDataSetAttributes::HIDDENCELL


@dataclass(frozen=True)
class Front:
    """Inlet faces of one rack: position (n, 3) m of face centres, area (n,) m2, temperature (n,) K of the air that enters."""

    position: np.ndarray
    area: np.ndarray
    temperature: np.ndarray


def joined_fronts(one: Front, other: Front) -> Front:
    """The faces of both."""
    pairs = ((one.position, other.position), (one.area, other.area), (one.temperature, other.temperature))
    position, area, temperature = (np.concatenate(pair) for pair in pairs)
    return Front(position, area, temperature)


def write_fields(
    path: Path,
    planes: tuple[np.ndarray, np.ndarray, np.ndarray],
    fluid: np.ndarray,
    fields: Mapping[str, np.ndarray],
    fronts: Mapping[str, Front],
    texts: Mapping[str, Any],
    record: str,
) -> None:
    """Write fields.vtkhdf.

    planes     x, y, z positions in m, (n + 1,) each          fluid      bool (nz, ny, nx)
    fields     SI, (nz, ny, nx) or (nz, ny, nx, 3)            fronts     by rack name
    texts      JSON values by name                            record     identity of the run, also in summary.json
    Raises     OSError when the disk refuses.
    """
    with new_hdf5(path) as file:
        group = file.create_group("VTKHDF")
        group.attrs["Version"] = np.array(VTKHDF_VERSION, dtype=np.int64)
        group.attrs.create("Type", np.bytes_("RectilinearGrid"))
        group.attrs["Dimensions"] = np.array([axis.size for axis in planes], dtype=np.int32)
        for letter, axis in zip("XYZ", planes, strict=True):
            group.create_dataset(f"{letter}Coordinates", data=np.asarray(axis, dtype=np.float64))
        cells = group.create_group("CellData")
        solid = ~fluid
        for name, values in fields.items():
            single = np.array(values, dtype=np.float32)
            single[solid] = np.nan
            data = cells.create_dataset(name, data=single)
            if name == "temperature":
                data.attrs.create("Attribute", np.bytes_("Scalars"))
        cells.create_dataset("fluid", data=fluid.astype(np.uint8))
        cells.create_dataset("vtkGhostType", data=np.where(fluid, 0, HIDDEN_CELL).astype(np.uint8))
        own = file.create_group("Hallflow")
        own.attrs["format"] = FORMAT
        own.attrs["record"] = record
        for name, value in texts.items():
            own.create_dataset(name, data=np.frombuffer(json.dumps(value, allow_nan=False).encode(), dtype=np.uint8))
        group = own.create_group("fronts")
        for rack, front in fronts.items():
            faces = group.create_group(rack)
            faces.create_dataset("position", data=np.asarray(front.position, dtype=np.float64))
            faces.create_dataset("area", data=np.asarray(front.area, dtype=np.float64))
            faces.create_dataset("temperature", data=np.asarray(front.temperature, dtype=np.float64))


class FieldsFile:
    """Reads fields.vtkhdf piece by piece; the file is open only during a call's own reading.

    Use as `with FieldsFile(path) as file`. Raises RecordError for a file that is missing, cut short or not ours.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: h5py.File | None = None

    def __enter__(self) -> FieldsFile:
        import h5py

        try:
            self.file = h5py.File(self.path, "r")
            own = self.file["Hallflow"]
            version = int(own.attrs["format"])
            self.record = str(own.attrs["record"])
            self.planes = tuple(self.file[f"VTKHDF/{letter}Coordinates"][()] for letter in "XYZ")
            self.names = [name for name in self.file["VTKHDF/CellData"] if name not in ("vtkGhostType", "fluid")]
        except FileNotFoundError as error:
            raise RecordError(f"{self.path}: no such file; run the case first, or name the folder of its record") from error
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            self.__exit__()
            raise RecordError(f"{self.path}: not a record of Hallflow, or cut short; run the case again") from error
        if version != FORMAT:
            self.__exit__()
            raise RecordError(f"{self.path}: record format {version}, this Hallflow reads format {FORMAT}; run the case again")
        return self

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None

    def field(self, name: str) -> np.ndarray:
        """A whole field, float32 (nz, ny, nx) or (nz, ny, nx, 3), SI, NaN in solids. Raises RecordError for an unknown name."""
        return self._cells(name)[()]

    def slice(self, name: str, axis: int, index: int) -> np.ndarray:
        """One layer of cells across `axis` (0, 1, 2 for x, y, z): the axes that remain keep their order z, y, x."""
        data = self._cells(name)
        where = [slice(None)] * 3
        where[2 - axis] = index  # type: ignore[call-overload]
        return data[tuple(where)]

    def text(self, name: str) -> Any:
        """A JSON value of the group /Hallflow ("geometry", "resolved", "snapping")."""
        assert self.file is not None
        return json.loads(self.file[f"Hallflow/{name}"][()].tobytes())

    def fronts(self) -> dict[str, Front]:
        """Inlet faces by rack name."""
        assert self.file is not None
        return {
            rack: Front(faces["position"][()], faces["area"][()], faces["temperature"][()])
            for rack, faces in self.file["Hallflow/fronts"].items()
        }

    def _cells(self, name: str) -> h5py.Dataset:
        assert self.file is not None
        try:
            return self.file[f"VTKHDF/CellData/{name}"]
        except KeyError:
            raise RecordError(f"{self.path}: no field {name!r}; it holds {', '.join(self.names)}") from None


def xdmf(shape: tuple[int, int, int], names: Mapping[str, int], data_file: str) -> bytes:
    """An Xdmf 3 description of the arrays of fields.vtkhdf, for readers that do not know VTKHDF's rectilinear grids.

    shape      (nz, ny, nx) cells        names   components of each field by name        data_file   name of the HDF5 file
    """
    nz, ny, nx = shape
    points = f"{nz + 1} {ny + 1} {nx + 1}"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<Xdmf Version="3.0"><Domain><Grid Name="hall" GridType="Uniform">',
        f'<Topology TopologyType="3DRectMesh" Dimensions="{points}"/>',
        '<Geometry GeometryType="VXVYVZ">',
    ]
    for letter, count in zip("XYZ", (nx + 1, ny + 1, nz + 1), strict=True):
        lines.append(_item(f"{count}", "Float", 8, f"{data_file}:/VTKHDF/{letter}Coordinates"))
    lines.append("</Geometry>")
    for name, components in {**names, "fluid": 1}.items():
        kind, vector = ("Vector", " 3") if components == 3 else ("Scalar", "")
        number = ("UChar", 1) if name == "fluid" else ("Float", 4)
        lines.append(f'<Attribute Name="{name}" AttributeType="{kind}" Center="Cell">')
        lines.append(_item(f"{nz} {ny} {nx}{vector}", *number, f"{data_file}:/VTKHDF/CellData/{name}"))
        lines.append("</Attribute>")
    lines.append("</Grid></Domain></Xdmf>\n")
    return "\n".join(lines).encode()


def _item(dimensions: str, number: str, precision: int, place: str) -> str:
    return f'<DataItem Dimensions="{dimensions}" NumberType="{number}" Precision="{precision}" Format="HDF">{place}</DataItem>'
