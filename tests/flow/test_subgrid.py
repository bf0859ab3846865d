"""Large-eddy simulation: the models on flows whose gradients are known, and the eddies that supplies blow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kernels import Backend
from meshes import Grid
from tests.builders import empty_room, tiny_hall
from tests.flow.halls import modelled, start
from tests.flow.test_exact import planes
from tests.flow.test_march import Watcher, in_time, march
from thermal.case.build import case_from_text
from thermal.errors import CaseErrors
from thermal.flow.eddies import Eddies, Modes
from thermal.flow.solver import Flow
from thermal.flow.turbulence.subgrid import LILLY, WALE
from thermal.output.checkpoint import read_checkpoint
from thermal.parallel import Serial, run_blocks

CELLS = 8
INNER = (slice(2, -2),) * 3
SIZE = 1.0 / CELLS  # m


def moved(model: str, backend: Backend, motion: Any) -> np.ndarray:
    """Eddy viscosity of inner cells of a cube of 1 m in which `motion` (x, y, z) -> (u, v, w) is imposed."""
    flow: Flow = start(modelled(empty_room((1.0, 1.0, 1.0), SIZE), model), backend, grid=planes(*[(1.0, CELLS)] * 3))
    grid: Grid = flow.domain.placement.grid
    for axis, array in enumerate(flow.state.velocity):
        at = [grid.planes(a) if a == axis else grid.centres(a) for a in range(3)]
        z, y, x = np.meshgrid(at[2], at[1], at[0], indexing="ij")
        backend.store(flow.domain.local(motion(x, y, z)[axis] + 0.0 * x), array)
    flow.turbulence.update(False)
    return flow.whole_field(flow.state.eddy_viscosity)[INNER]


def test_smagorinsky_in_shear_is_length_squared_times_the_rate(one_thread: Backend) -> None:
    found = moved("smagorinsky", one_thread, lambda x, y, z: (3.0 * z, 0.0 * x, 0.0 * x))
    assert found == pytest.approx(np.full(found.shape, (LILLY * SIZE) ** 2 * 3.0), rel=1e-9)


def test_smagorinsky_is_shorter_beside_a_wall(one_thread: Backend) -> None:
    """kappa y where that is less than C_s D."""
    flow = start(modelled(empty_room((1.0, 1.0, 1.0), SIZE), "smagorinsky"), one_thread)
    lengths = flow.turbulence.lengths(flow.domain)
    assert lengths.max() == pytest.approx(LILLY * SIZE)
    thin = start(modelled(empty_room((1.0, 1.0, 0.1), 1.0), "smagorinsky"), one_thread, grid=planes((1.0, 2), (1.0, 2), (0.1, 4)))
    assert thin.turbulence.lengths(thin.domain)[0, 0, 0] == pytest.approx(0.41 * 0.0125)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_wale_leaves_pure_shear_alone(one_thread: Backend, axis: int) -> None:
    """Along any axis, where Smagorinsky does not."""

    def shear(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> list[np.ndarray]:
        out = [0.0 * x, 0.0 * x, 0.0 * x]
        out[axis] = 3.0 * (x, y, z)[(axis + 1) % 3]
        return out

    assert np.abs(moved("wale", one_thread, shear)).max() < 1e-12


def test_wale_in_rotation_and_strain(one_thread: Backend) -> None:
    """By the definition, on a linear flow without symmetry (Nicoud & Ducros 1999, eqs. 10 and 13)."""
    gradient = np.array([[0.5, 1.0, -0.4], [-2.0, 0.3, 0.7], [0.2, -0.6, -0.8]])  # free of divergence

    def motion(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> list[np.ndarray]:
        return [row[0] * x + row[1] * y + row[2] * z for row in gradient]

    strain, square = 0.5 * (gradient + gradient.T), gradient @ gradient
    d = 0.5 * (square + square.T) - np.trace(square) / 3.0 * np.eye(3)
    dd, ss = (d * d).sum(), (strain * strain).sum()
    expected = (WALE * SIZE) ** 2 * dd**1.5 / (ss**2.5 + dd**1.25)
    found = moved("wale", one_thread, motion)
    assert found == pytest.approx(np.full(found.shape, expected), rel=1e-9)


class TestEddies:
    """What supplies blow."""

    def test_modes_have_the_intensity_and_no_net_flow(self) -> None:
        """Over a time long enough to see all of them; area-weighted mean zero at every instant."""
        random = np.random.default_rng(3)
        places, area = random.uniform(0.0, 2.0, (300, 2)), random.uniform(0.5, 1.5, 300)
        modes = Modes(0, places, area, 0.1)
        values = np.array([modes.at(distance) for distance in np.arange(0.0, 200.0, 1.7)])
        assert np.abs(values @ area).max() < 1e-9
        assert values.std() == pytest.approx(1.0, abs=0.1)
        assert abs(np.corrcoef(modes.at(0.0), modes.at(0.01))[0, 1]) > 0.9  # carried slowly through the opening
        assert abs(np.corrcoef(modes.at(0.0), modes.at(5.0))[0, 1]) < 0.5

    def test_the_flow_of_a_supply_stays_as_given(self, one_thread: Backend) -> None:
        case = in_time(modelled(tiny_hall(), "wale", "second-order"), 3.0, step=0.05)
        outcome = march(case, one_thread)
        flows = outcome.march.series.column("flow.supply.tiles")
        assert outcome.verdict == "complete"
        assert flows == pytest.approx(np.full(len(flows), case.openings[0].flow), rel=1e-9)
        assert outcome.march.worst_interval < 1e-3

    def test_blocks_blow_the_same_eddies(self, one_thread: Backend) -> None:
        case = modelled(tiny_hall(), "smagorinsky", "second-order")

        def blown(comm: Any) -> np.ndarray:
            flow = start(case, one_thread, comm, [[5], [5], []] if comm.size > 1 else None)
            eddies = Eddies(flow, lambda: 1.3)
            eddies.apply()
            return flow.whole_field(flow.state.w, 2)

        whole = blown(Serial())
        floor = whole[0][whole[0] != 0.0]
        assert floor.std() / floor.mean() == pytest.approx(0.05, rel=0.6)
        for found in run_blocks(2, 2, 1, blown):
            np.testing.assert_allclose(found, whole, rtol=1e-12)

    def test_a_resumed_run_sees_the_same_eddies(self, single: Backend, tmp_path: Any) -> None:
        case = in_time(modelled(tiny_hall(), "smagorinsky", "second-order"), 1.0)
        straight = march(case, single)
        march(case, single, Watcher(tmp_path / "c.h5", 8))
        resumed = march(case, single, Watcher(), read_checkpoint(tmp_path / "c.h5"))
        for name, values in straight.fields.items():
            np.testing.assert_array_equal(values, resumed.fields[name], err_msg=name)


def test_eddies_are_for_runs_in_time() -> None:
    text = '[room]\nsize = ["2 m", "2 m", "2 m"]\n[mesh]\ncell = "0.5 m"\n[flow]\nturbulence = "wale"\n'
    with pytest.raises(CaseErrors, match=r"case.toml:6  flow.turbulence.*resolves eddies.*\[time\]"):
        case_from_text(text)
    case = case_from_text(text + '[time]\nend = "1 s"\n')
    assert replace(case).flow.turbulence.model == "wale"
