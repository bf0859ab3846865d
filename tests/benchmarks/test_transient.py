"""The benchmark of runs in time: the peer's dictionaries, what is read back, and our own speed as words; no peer is needed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import transient
from benchmarks.peers import pimple
from benchmarks.peers.fields import read_cells
from benchmarks.peers.mesh import make_mesh, patch_name
from benchmarks.peers.states import hand_over, take_over
from benchmarks.transient import Stepped, developed, march, ours, peer, table
from benchmarks.variants import Variant
from thermal.case.timeline import TimeSpan
from thermal.flow.statistics import statistics
from thermal.gridding import make_grid
from thermal.place import place

VARIANT = Variant("openfoam-h0", "second-order", 0.6, "k-epsilon")
SPAN = TimeSpan(end=4.0, start="rest", average_from=2.0, largest_cfl=5.0)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The peer's case of a coarse hall."""
    pimple.write(VARIANT, pimple.Stepping(end=4.0, courant=0.8), tmp_path)
    return tmp_path


def test_the_peer_steps_in_time(written: Path) -> None:
    control, schemes, solution = ((written / "system" / name).read_text() for name in ("controlDict", "fvSchemes", "fvSolution"))
    assert f"application {pimple.SOLVER};" in control and "endTime 4;" in control
    assert "adjustTimeStep yes;" in control and "maxCo 0.8;" in control
    assert "ddtSchemes { default backward; }" in schemes and "bounded" not in schemes
    assert "p_rghFinal" in solution and "nOuterCorrectors 1; nCorrectors 2;" in solution and "SIMPLE" not in solution


def test_what_the_peer_left_is_read_with_its_errors(written: Path) -> None:
    """Made-up rows in place of a run: inlets that climb by 1 K a second from 20 degC."""
    times = np.arange(0.1, 4.05, 0.1)
    for rack in VARIANT.load().racks:
        folder = written / "postProcessing" / f"temperature_{patch_name(f'rack.{rack.name}.front')}" / "0"
        folder.mkdir(parents=True)
        (folder / "x.dat").write_text("# Time\n" + "".join(f"{t:.6g} {293.15 + t:.6f}\n" for t in times))
    (written / "log").write_text("".join(f"ExecutionTime = {2 * n} s\n" for n in range(1, 41)))
    (written / "seconds").write_text(json.dumps({"wall": 80.0}))
    found = peer(VARIANT, SPAN, pimple.Stepping(4.0, 0.8), written)
    assert (found.steps, found.speed) == (40, pytest.approx(4.0 / 80.0))
    assert found.means.mean == pytest.approx(np.full(len(found.means.mean), 23.05), abs=1e-6)


def test_the_peer_begins_with_our_state(written: Path) -> None:
    """Speeds at the centres, and what else it reads, in the order of its cells; what holds on its patches stays."""
    case = VARIANT.load()
    mesh = make_mesh(place(case, make_grid(case)))
    outcome, seconds, _ = march(VARIANT, TimeSpan(end=1.0, start="rest"), 1)
    before = (written / "0" / "U").read_text()
    hand_over(mesh, outcome.fields, written)
    fluid = mesh.cell >= 0
    temperature = read_cells(written / "0" / "T", mesh.cells)
    assert temperature == pytest.approx(outcome.fields["T"][fluid] + case.air.reference_temperature, abs=1e-4)
    u, velocity = outcome.fields["u"], read_cells(written / "0" / "U", mesh.cells)
    assert velocity[:, 0] == pytest.approx((0.5 * (u[:, :, 1:] + u[:, :, :-1]))[fluid], abs=1e-6) and np.ptp(velocity[:, 0]) > 0.1
    assert read_cells(written / "0" / "nut", mesh.cells) == pytest.approx(outcome.fields["eddy_viscosity"][fluid], rel=1e-6)
    conditions = before[before.index("boundaryField") :]
    assert (written / "0" / "U").read_text().endswith(conditions) and seconds > 0.0


def test_the_peers_state_is_taken_over_face_by_face(written: Path) -> None:
    """Our own state written as the peer would: flows through faces in its order, outwards on its patches."""
    case = VARIANT.load()
    mesh = make_mesh(place(case, make_grid(case)))
    fields = march(VARIANT, TimeSpan(end=1.0, start="rest"), 1)[0].fields
    hand_over(mesh, fields, written)
    grid, inner = mesh.placement.grid, len(mesh.neighbour)
    place_ = np.argwhere(mesh.cell >= 0)
    low, high = place_[mesh.owner[:inner]], place_[mesh.neighbour]
    flows = np.zeros(inner)
    for axis, name in enumerate("uvw"):
        mine = (high - low)[:, 2 - axis] == 1
        area = np.broadcast_to(grid.face_areas(axis), fields[name][tuple(slice(n) for n in grid.shape)].shape)
        flows[mine] = (fields[name][tuple(high[mine].T)]) * area[tuple(high[mine].T)]
    patches = ""
    for patch in mesh.patches:  # of this hall all lie on the low or high side of one axis
        if patch.velocity is None:
            assert patch.source is not None
            at = patch.cell.copy()
            at[:, 2 - patch.axis[0]] += patch.side > 0
            out = fields["uvw"[patch.axis[0]]][tuple(at.T)] * patch.source.area * patch.side
            patches += f"    {patch.name}\n    {{\n        value nonuniform List<scalar> {len(out)}(" + " ".join(
                map(repr, out.tolist())
            )
            patches += ");\n    }\n"
    listed = " ".join(map(repr, flows.tolist()))
    text = f"internalField nonuniform List<scalar> {inner}({listed});\nboundaryField\n{{\n{patches}}}\n"
    (written / "0" / "phi").write_text(text)
    taken = take_over(mesh, written / "0")
    fluid = mesh.cell >= 0
    for name in ("T", "k", "epsilon", "p", "eddy_viscosity"):
        assert taken[name][fluid] == pytest.approx(fields[name][fluid], rel=1e-5, abs=1e-4), name
    begun = march(VARIANT, TimeSpan(end=0.05, start="rest", record_every=0.05), 1, taken)[0]
    assert begun.series.rows()[0][begun.series.names.index("mass")] < 1e-4  # fixed openings and all faces balance, as they did
    for axis, name in enumerate("uvw"):
        inside = tuple(high[(high - low)[:, 2 - axis] == 1].T)
        assert taken[name][inside] == pytest.approx(fields[name][inside], abs=1e-5), name


def test_a_developed_state_is_kept_and_begun_from(tmp_path: Path) -> None:
    span = TimeSpan(end=1.0, start="rest", record_every=1.0)
    fields = developed(VARIANT, span, 1, tmp_path / "new" / "begin.npz")
    again = developed(VARIANT, span, 1, tmp_path / "new" / "begin.npz")
    assert all((fields[name] == again[name]).all() for name in fields)
    begun, _, words = march(VARIANT, replace(span, end=0.05), 1, fields)
    first = begun.series.rows()[0][begun.series.names.index("inlet.A1")]
    cold = march(VARIANT, replace(span, end=0.05), 1)[0].series.rows()[0][begun.series.names.index("inlet.A1")]
    assert first != pytest.approx(cold, abs=0.1) and "1 threads" in words


def test_a_row_that_idles_disturbs_the_symmetry_of_a_hall() -> None:
    """Rows A and B of this hall are mirror images along y; row A blows as cold as it breathes."""
    span = TimeSpan(end=4.0, start="rest", record_every=4.0)
    for idle, low, high in ((None, 0.0, 0.5), ("rack.A*", 3.0, 13.0)):
        warm = march(VARIANT, span, 1, idle=idle)[0].fields["T"]
        apart = np.abs(warm - warm[:, ::-1]).max()
        assert low <= apart <= high, idle


def test_means_stand_beside_each_other() -> None:
    one = statistics(np.ones(16), np.arange(32.0).reshape(16, 2))
    text = table(["A1", "A2"], {"x": one, "y": one})
    assert text.count("\n") == 3 and "| x | 15.00 ± 3.4" in text


def test_our_run_is_told_in_words() -> None:
    mine = ours(VARIANT, SPAN, 1)
    assert mine.speed > 0.0 and mine.steps > 5 and mine.projections >= 1.0
    assert (mine.means.mean > 15.0).all() and (mine.means.mean < 40.0).all()
    assert "Courant number up to 5" in mine.line(None)
    other = Stepped("x", 1.0, 1, 0.0, statistics(np.ones(8), np.tile(mine.means.mean + 0.5, (8, 1))))
    assert "means within 0.50 K (RMS 0.50)" in other.line(mine.means)


def test_a_peer_that_is_not_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.setattr(pimple.shutil, "which", lambda name: None)
    words = ["openfoam-h0", "--cell", "0.6", "--end", "2", "--average-from", "1", "--threads", "1", "--peer", "1"]
    assert transient.main([*words, "--run", str(tmp_path / "of")]) == 2
    assert "apt-get install openfoam" in capsys.readouterr().err
