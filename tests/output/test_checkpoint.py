"""Checkpoints come back bit for bit, or not at all."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from thermal.errors import OutputError, RecordError
from thermal.output.checkpoint import case_digest, read_checkpoint, write_checkpoint

TEXT = "[room]\nsize = ['1 m']\n"


def sample() -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)
    return {
        "u": random.standard_normal((4, 5, 6)),
        "flow/temperature": random.standard_normal((4, 5, 6)).astype(np.float32),
        "mask": random.integers(0, 16, (4, 5, 6)).astype(np.uint8),
        "open": np.array([True, False]),
        "empty": np.zeros((0, 3)),
        "one": np.array(2.5),
        "odd": np.array([np.nan, np.inf, -0.0, 5e-324]),
    }


def test_round_trip_is_exact(tmp_path: Path) -> None:
    arrays, attributes = (
        sample(),
        {"iteration": 12, "scale": 0.1 + 0.2, "fan": {"A1": [1.0, 2]}, "case_text": TEXT, "n": np.int64(3)},
    )
    write_checkpoint(tmp_path / "new" / "checkpoint.h5", arrays, attributes)
    back, kept = read_checkpoint(tmp_path / "new" / "checkpoint.h5", TEXT)
    assert sorted(back) == sorted(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype and back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()
    assert kept == {"iteration": 12, "scale": 0.1 + 0.2, "fan": {"A1": [1.0, 2]}, "n": 3, "case_digest": case_digest(TEXT)}


def test_another_case_is_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "c.h5", sample(), {"case_text": TEXT})
    with pytest.raises(RecordError, match="another text"):
        read_checkpoint(tmp_path / "c.h5", TEXT + "#")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_cut_short(tmp_path: Path, share: float) -> None:
    path = tmp_path / "c.h5"
    write_checkpoint(path, {"u": np.random.default_rng(0).random(5000)}, {})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(RecordError, match="cut short"):
        read_checkpoint(path)


def test_damaged_foreign_future_missing(tmp_path: Path) -> None:
    path = tmp_path / "c.h5"
    with pytest.raises(RecordError, match="no checkpoint there"):
        read_checkpoint(path)
    write_checkpoint(path, {"u": np.arange(5000.0)}, {})
    with h5py.File(path, "r+") as file:
        file["arrays/u"][77] = -1.0
    with pytest.raises(RecordError, match="damaged .array u"):
        read_checkpoint(path)
    with h5py.File(path, "r+") as file:
        file.attrs["format"] = 99
    with pytest.raises(RecordError, match="format 99"):
        read_checkpoint(path)
    with h5py.File(path, "w") as file:
        file["x"] = 1
    with pytest.raises(RecordError, match="not a checkpoint of Hallflow"):
        read_checkpoint(path)


def test_full_disk_leaves_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.h5"
    write_checkpoint(path, {"u": np.arange(5.0)}, {"iteration": 1})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("thermal.output.sink.os.fsync", full)
    with pytest.raises(OutputError, match="disk is full"):
        write_checkpoint(path, {"u": np.arange(6.0)}, {"iteration": 2})
    assert read_checkpoint(path)[1]["iteration"] == 1
    assert [item.name for item in tmp_path.iterdir()] == ["c.h5"]
