"""The record: what is written is read back, and a failed write changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.output.synthetic import MadeUp
from thermal.errors import OutputError, RecordError
from thermal.output import stage
from thermal.output.history import history_csv, read_history
from thermal.output.record import read, write


def test_record_reads_back(result: MadeUp, folder: Path) -> None:
    record = read(folder)
    assert {key: value for key, value in record.summary.items() if key != "record"} == json.loads(json.dumps(result.summary))
    fluid = (result.placement.mask & 1).astype(bool)
    temperature = record.field("temperature")
    assert np.isnan(temperature[~fluid]).all()
    np.testing.assert_allclose(temperature[fluid], result.fields["temperature"][fluid], rtol=1e-7)
    for axis in range(3):
        (layer,) = record.slices([("velocity", axis, 3)])
        np.testing.assert_array_equal(layer, np.take(record.field("velocity"), 3, axis=2 - axis))
        np.testing.assert_array_equal(record.planes[axis], result.grid.planes(axis))
    assert record.case_text == result.case.text
    assert len(record.history) == len(result.history)
    assert record.history[-1]["mass"] == pytest.approx(result.history[-1]["mass"])


def test_fronts_lie_on_the_racks(result: MadeUp, folder: Path) -> None:
    fronts = read(folder).fronts
    assert sorted(fronts) == ["A1", "A2"]
    for rack in result.case.racks:
        front = fronts[rack.name]
        assert front.area.sum() == pytest.approx(0.6 * 2.2)
        face = rack.box.high if rack.sign > 0 else rack.box.low
        np.testing.assert_allclose(front.position[:, rack.axis], face[rack.axis])
        assert front.position[:, 2].max() < rack.box.high[2]
    given = {"A1": np.full(fronts["A1"].temperature.shape, 300.0)}
    result = replace(result)
    result.rack_fronts = given  # type: ignore[attr-defined]
    assert (read(write(folder, result)).fronts["A1"].temperature == 300.0).all()


def test_vtkhdf_layout(result: MadeUp, folder: Path) -> None:
    with h5py.File(folder / "fields.vtkhdf") as file:
        group = file["VTKHDF"]
        assert group.attrs["Type"] == b"RectilinearGrid" and group.attrs["Type"].dtype.kind == "S"
        assert list(group.attrs["Version"]) == [2, 8]
        assert list(group.attrs["Dimensions"]) == [n + 1 for n in result.grid.n]
        assert group["CellData/velocity"].shape == (*result.grid.shape, 3)
        hidden = group["CellData/vtkGhostType"][()] == 32
        np.testing.assert_array_equal(hidden, (result.placement.mask & 1) == 0)


def test_vtk_reads_both_descriptions(result: MadeUp, folder: Path) -> None:
    vtk = pytest.importorskip("vtkmodules.vtkIOHDF", reason="VTK is not installed ([vis])")
    from vtkmodules.vtkCommonCore import vtkVersion

    if vtkVersion.GetVTKMajorVersion() * 100 + vtkVersion.GetVTKMinorVersion() < 907:
        pytest.skip("VTKHDF rectilinear grids need VTK 9.7")
    from vtkmodules.vtkIOXdmf2 import vtkXdmfReader

    for reader, name in ((vtk.vtkHDFReader(), "fields.vtkhdf"), (vtkXdmfReader(), "fields.xdmf")):
        reader.SetFileName(str(folder / name))
        reader.Update()
        grid = reader.GetOutputDataObject(0)
        assert tuple(grid.GetDimensions()) == tuple(n + 1 for n in result.grid.n)
        last = grid.GetCellData().GetArray("temperature").GetValue(grid.GetNumberOfCells() - 1)
        assert last == pytest.approx(float(result.fields["temperature"][-1, -1, -1]))


def test_xdmf_names_arrays_that_exist(folder: Path) -> None:
    tree = ElementTree.parse(folder / "fields.xdmf")
    with h5py.File(folder / "fields.vtkhdf") as file:
        for item in tree.iter("DataItem"):
            name, path = (item.text or "").split(":")
            assert name == "fields.vtkhdf"
            assert " ".join(map(str, file[path].shape)) == item.get("Dimensions")


def test_summary_holds_no_nan(result: MadeUp, tmp_path: Path) -> None:
    summary = {**result.summary, "balance": {"heat": float("nan"), "mass": np.float64("inf")}}
    text = (write(tmp_path, replace(result, summary=summary)) / "summary.json").read_text()
    assert json.loads(text, parse_constant=lambda name: pytest.fail(name))["balance"] == {"heat": None, "mass": None}
    assert list(json.loads(text)) == [*result.summary, "record"]


def test_history_is_safe_in_a_spreadsheet() -> None:
    rows = [{"iteration": 1, "=cmd()": "@x", "value": -2.5}, {"iteration": 2, "value": float("nan"), "note": "+1"}]
    text = history_csv(rows).decode()
    assert text.splitlines()[0] == "iteration,'=cmd(),value,note"
    assert "'@x" in text and "'+1" in text and ",-2.5" in text and "nan" not in text
    back = read_history(text)
    assert back[0]["=cmd()"] == "@x" and back[0]["value"] == -2.5 and back[1]["value"] is None


def test_failure_leaves_the_last_record(result: MadeUp, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for place in ("thermal.output.record.write_fields", "thermal.output.record.history_csv", "thermal.output.stage._sync"):
        with monkeypatch.context() as patch, pytest.raises(OutputError, match="disk is full"):
            patch.setattr(place, full)
            write(folder, result)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with monkeypatch.context() as patch, pytest.raises(OutputError, match="MB free"):
        patch.setattr(stage.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})())
        write(folder, result)
    assert read(folder).summary["verdict"] == "steady"


@pytest.mark.parametrize("limit", [100, 2_000, 20_000, 60_000, 130_000])
def test_a_real_write_error_leaves_the_last_record(result: MadeUp, folder: Path, limit: int) -> None:
    """A file size limit makes the system itself refuse, somewhere inside HDF5."""
    script = (
        "import resource, signal, sys\n"
        "from tests.builders import tiny_hall\n"
        "from tests.output.synthetic import made_up\n"
        "from thermal.errors import OutputError\n"
        "from thermal.output.record import write\n"
        "result = made_up(tiny_hall())\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    write(sys.argv[1], result)\n"
        "except OutputError as error:\n"
        "    print('refused:', error)\n"
    )
    identity = read(folder).summary["record"]
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    assert "refused:" in done.stdout and "Traceback" not in done.stderr
    assert read(folder).summary["record"] == identity
    assert not (folder / stage.NEW).exists()


def test_a_committed_record_survives_its_writer(result: MadeUp, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the commit and the last move: the reader finishes, all files are of the new run."""
    old = read(folder).summary["record"]
    with monkeypatch.context() as patch:
        patch.setattr(stage, "settle", lambda _: None)
        write(folder, result)
    ready = folder / stage.READY
    os.replace(ready / "case.toml", folder / "case.toml")  # one file had been moved
    record = read(folder)
    assert record.summary["record"] != old and not ready.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder(result: MadeUp, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="no permission"):
        write(tmp_path / "results", result)


def test_a_file_in_the_way(result: MadeUp, tmp_path: Path) -> None:
    (tmp_path / "results").write_text("mine")
    with pytest.raises(OutputError, match="in the way"):
        write(tmp_path / "results", result)
    assert (tmp_path / "results").read_text() == "mine"


def test_foreign_and_broken_folders_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no such folder"):
        read(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordError, match="summary.json is missing"):
        read(tmp_path / "empty")
    whole = (folder / "fields.vtkhdf").read_bytes()
    (folder / "fields.vtkhdf").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordError, match="cut short"):
        read(folder)
    (folder / "fields.vtkhdf").write_bytes(whole)
    summary = json.loads((folder / "summary.json").read_text())
    (folder / "summary.json").write_text(json.dumps(summary | {"record": "another"}))
    with pytest.raises(RecordError, match="different runs"):
        read(folder)
    (folder / "summary.json").write_text("[1")
    with pytest.raises(RecordError, match="cannot be read"):
        read(folder)


def test_unknown_field(folder: Path) -> None:
    with pytest.raises(RecordError, match="it holds .*temperature"):
        read(folder).field("humidity")
