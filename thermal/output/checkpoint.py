"""Checkpoints: everything a run needs to go on, in full precision, in global order, in one HDF5 file.

The file knows nothing of what the arrays mean; the solver names them. It holds the format version, each array with a
CRC-32 of its bytes, and the attributes as JSON (numbers read back exactly), with a digest of the case text among them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from thermal.errors import OutputError, RecordError
from thermal.output.sink import new_hdf5
from thermal.output.stage import output_error

FORMAT = 1
MAGIC = "hallflow checkpoint"


def case_digest(text: str) -> str:
    """SHA-256 of a case text, by which a checkpoint knows the case it belongs to."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write_checkpoint(path: str | Path, arrays: Mapping[str, np.ndarray], attributes: Mapping[str, Any]) -> None:
    """Write a checkpoint through a temporary name, sync and rename: at any moment `path` is a whole checkpoint or none.

    arrays      by name (a name may hold "/"); dtype and shape are kept        attributes  JSON values, with "case_text"
                (replaced by its digest) or "case_digest" to tie the file to its case
    Raises      OutputError when the disk is full or the folder cannot be written; an older checkpoint stays whole.
    """
    path = Path(path)
    kept = dict(attributes)
    if "case_text" in kept:
        kept["case_digest"] = case_digest(kept.pop("case_text"))
    text = json.dumps(kept, default=_plain_number)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        size = sum(np.asarray(a).nbytes for a in arrays.values())
        if shutil.disk_usage(path.parent).free < 1.05 * size + 100_000:
            raise OutputError(f"{path}: the disk is full (the checkpoint needs {size / 1e6:.0f} MB); the last one stays")
        with new_hdf5(temporary) as file:
            file.attrs["kind"] = MAGIC
            file.attrs["format"] = FORMAT
            file.create_dataset("attributes", data=np.frombuffer(text.encode(), dtype=np.uint8))
            group = file.create_group("arrays")
            for name, array in arrays.items():
                whole = np.asarray(array, order="C")
                data = group.create_dataset(name, data=whole)
                data.attrs["crc32"] = _crc(whole)
        os.replace(temporary, path)
    except (OSError, RuntimeError) as error:
        try:
            temporary.unlink(missing_ok=True)
        except OSError:
            pass  # the folder itself is out of reach: the message below says so
        raise output_error(path, error) from error


def read_checkpoint(path: str | Path, case_text: str | None = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and attributes of a checkpoint, bit for bit as written.

    case_text   when given, the case the caller is about to continue
    Raises      RecordError for a file that is missing, cut short, damaged, foreign, of another format or of another case.
    """
    import h5py

    path = Path(path)
    arrays: dict[str, np.ndarray] = {}
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("kind") != MAGIC:
                raise RecordError(f"{path}: not a checkpoint of Hallflow")
            if int(file.attrs["format"]) != FORMAT:
                raise RecordError(f"{path}: checkpoint format {file.attrs['format']}, this Hallflow reads {FORMAT}")
            attributes = json.loads(file["attributes"][()].tobytes())

            def collect(name: str, item: Any) -> None:
                if isinstance(item, h5py.Dataset):
                    array = item[()]
                    if _crc(array) != int(item.attrs["crc32"]):
                        raise RecordError(f"{path}: damaged (array {name}); start again without --resume")
                    arrays[name] = array

            file["arrays"].visititems(collect)
    except FileNotFoundError as error:
        raise RecordError(f"{path}: no checkpoint there; start without --resume") from error
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise RecordError(f"{path}: not a checkpoint, or cut short; start again without --resume") from error
    if case_text is not None and attributes.get("case_digest") not in (None, case_digest(case_text)):
        raise RecordError(f"{path}: belongs to another text of the case; resume with the case it was made by")
    return arrays, attributes


def _crc(array: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def _plain_number(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a checkpoint attribute must be a JSON value, not {type(value).__name__}")
