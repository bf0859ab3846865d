"""Factors on the matrices of converged halls: SIMPLEC conductances, with their jets, stratified layers and quiet corners."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import thermal
from kernels import Backend
from tests.linear.systems import System
from thermal.linear.multigrid import Multigrid
from thermal.linear.pcg import PressureSolver


class Recorder:
    """Notes the last equation that a run solved on its finest grid, with the grid it belongs to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.grids: dict[int, tuple[Any, ...]] = {}
        self.last: tuple[Any, ...] = ()
        built, set_up, solve = Multigrid.__init__, PressureSolver.renew, PressureSolver.solve

        def build(multigrid: Multigrid, backend: Backend, *grid: Any, **options: Any) -> None:
            built(multigrid, backend, *grid, **options)
            self.grids[id(multigrid)] = grid[:3]

        def renew(solver: PressureSolver, *operator: Any) -> None:
            set_up(solver, *operator)
            self.last = (solver._multigrid, operator)

        def run(solver: PressureSolver, x: Any, b: Any) -> None:
            multigrid, operator = self.last[:2]
            download = multigrid.backend.download
            self.last = (multigrid, operator, [download(g).astype(float) for g in operator], download(b).astype(float))
            solve(solver, x, b)

        monkeypatch.setattr(Multigrid, "__init__", build)
        monkeypatch.setattr(PressureSolver, "renew", renew)
        monkeypatch.setattr(PressureSolver, "solve", run)

    def system(self) -> System:
        """The equation of the last pressure correction."""
        multigrid, _, operator, b = self.last
        planes, keep, regions = self.grids[id(multigrid)]
        return System(list(planes), list(keep), regions, (operator[0], operator[1], operator[2], operator[3]), b)


SHIPPED = [
    ("openfoam-h0", 0.2, 0.25),
    ("hall-30kw-contained", 0.2, 0.25),
    pytest.param("openfoam-h0", 0.1, 0.25, marks=pytest.mark.slow),
    pytest.param("hall-30kw-contained", 0.1, 0.25, marks=pytest.mark.slow),
    pytest.param("openfoam-h1", 0.2, 0.25, marks=pytest.mark.slow),
    pytest.param("hall-130kw-hybrid", 0.2, 0.25, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("case", "cell", "bound"), SHIPPED)
def test_factor_on_the_matrix_of_a_hall(
    double: Backend, case: str, cell: float, bound: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the hall's own right side and with a random one, at the last iteration of the finest grid."""
    with monkeypatch.context() as patches:
        recorder = Recorder(patches)
        thermal.run(case, out=tmp_path, cell=cell, iterations=120)
        system = recorder.system()
    random = np.random.default_rng(2)
    for b in (system.b, np.pad(random.standard_normal(system.regions.shape) * (system.regions > 0), 2)):
        system.b = b
        norms = system.norms(double)
        factor = (norms[-1] / norms[0]) ** (1 / (len(norms) - 1))
        print(f"{case} at {cell} m: factor {factor:.3f}, first two steps {(norms[2] / norms[0]) ** 0.5:.3f}")
        assert factor <= bound
