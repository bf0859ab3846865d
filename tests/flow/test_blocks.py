"""A hall cut into blocks gives the iterates of the whole hall, field by field; a wrong halo does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels import Backend, open_backend
from tests.builders import tiny_hall
from tests.flow.halls import fields, hall_of_everything, modelled, porous_roof, start, uneven_cells
from thermal.flow.solver import Flow
from thermal.linear import multigrid
from thermal.parallel import Communicator, Range, Serial, Threads, run_blocks
from thermal.place import place_case

ITERATIONS = 12
ROUND_OFF = 4e-12  # of float64 after ITERATIONS; on an AVX-512 machine, u of a closed room of an ideal gas lay 1.2e-12 apart
FEW = 3  # iterations that show a wrong halo
CUTS: dict[str, tuple[tuple[int, int, int], Any]] = {
    "2x2x1": ((2, 2, 1), ((5,), (11,), ())),  # through rack A1, through both racks, through plates, sheets, obstacle and openings
    "3x1x2": ((3, 1, 2), ((4, 7), (), (9,))),
}
Run = tuple[np.ndarray, dict[str, np.ndarray]]


def iterate(placement: Any, backend: Backend, comm: Communicator, planes: Any = None, count: int = ITERATIONS) -> Run:
    """Rows of residuals and inlets, and the fields, after `count` iterations."""
    flow = start(placement, backend, comm, planes)
    rows = []
    for _ in range(count):
        measure = flow.iterate(True)
        residuals = [measure.mass, measure.momentum, measure.heat, measure.balance]
        rows.append([*residuals, measure.sample.supplied, *measure.inlets, *measure.sample.inflow])
    return np.array(rows), fields(flow)


def in_blocks(placement: Any, backend: Backend, pieces: str, count: int = ITERATIONS) -> Run:
    """The same in blocks; every block has to tell the same."""
    parts, planes = CUTS[pieces]
    results = run_blocks(*parts, lambda comm: iterate(placement, backend, comm, planes, count))
    for rows, found in results[1:]:
        np.testing.assert_array_equal(rows, results[0][0])
        for name, values in found.items():
            np.testing.assert_array_equal(values, results[0][1][name])
    return results[0]


def difference(one: Run, other: Run) -> dict[str, float]:
    """Largest difference of each field and of the rows, as a share of the largest value."""
    pairs = {name: (values, other[1][name]) for name, values in one[1].items()}
    pairs |= {f"row {column}": (one[0][:, column], other[0][:, column]) for column in range(one[0].shape[1])}
    return {name: float(np.abs(a - b).max() / max(np.abs(a).max(), 1e-30)) for name, (a, b) in pairs.items()}


def assert_equal(one: Run, other: Run) -> None:
    """Nothing lies further apart than round-off; no number is missing."""
    apart = difference(one, other)
    assert all(np.isfinite(values).all() for values in (*one[1].values(), one[0]))
    assert max(apart.values()) < ROUND_OFF, apart


@pytest.fixture(autouse=True)
def _many_levels_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small levels would be solved by every block alike; here they too are cut."""
    monkeypatch.setattr(multigrid, "REPLICATED", 1)


@pytest.mark.parametrize("scheme", ["upwind", "second-order"])
@pytest.mark.parametrize("model", ["zero-equation", "k-epsilon"])
@pytest.mark.parametrize(("hall", "pieces"), [(tiny_hall, "2x2x1"), (hall_of_everything, "2x2x1"), (hall_of_everything, "3x1x2")])
def test_blocks_equal_the_whole(one_thread: Backend, hall: Any, pieces: str, model: str, scheme: str) -> None:
    """Odd offsets; racks, regions, sheets, plates, heat and openings on and across cuts."""
    placement = place_case(modelled(hall(), model, scheme))
    assert_equal(iterate(placement, one_thread, Serial()), in_blocks(placement, one_thread, pieces))


def test_the_hall_of_everything_has_everything_on_a_cut() -> None:
    """What the comparison above claims to cover."""
    placement = place_case(hall_of_everything())
    assert placement.grid.n == place_case(tiny_hall()).grid.n
    assert placement.region_count == 2
    assert all((placement.region[:, :, 4] == n).any() and (placement.region[:, :, 5] == n).any() for n in (1, 2))
    assert {sheet.name for sheet in placement.sheets} == {"plate.roof", "plate.door"}
    door = next(sheet for sheet in placement.sheets if sheet.name == "plate.door")
    assert set(door.face[:, 1]) == {11}
    for name in ("rack.A1.front", "supply.tiles", "return.ceiling", "obstacle.ups.skin"):
        across = np.concatenate([patch.cell for patch in placement.patches if patch.name == name])
        assert across[:, 2].min() < 5 <= across[:, 2].max(), name


def test_blocks_of_uneven_cells(one_thread: Backend) -> None:
    """Widths and distances across a cut are those of the whole hall."""
    placement = place_case(modelled(uneven_cells(), "k-epsilon", "second-order"))
    assert all(np.ptp(placement.grid.widths(axis)) > 0.05 for axis in range(3))
    assert_equal(iterate(placement, one_thread, Serial()), in_blocks(placement, one_thread, "2x2x1"))


@pytest.mark.parametrize("model", ["laminar", "constant"])
def test_blocks_of_the_simple_models(one_thread: Backend, model: str) -> None:
    """The models without a history."""
    placement = place_case(modelled(porous_roof(), model, "second-order", constant_viscosity=1e-3))
    assert_equal(iterate(placement, one_thread, Serial()), in_blocks(placement, one_thread, "2x2x1"))


def test_buoyancy_production_in_blocks(one_thread: Backend) -> None:
    """The temperature gradient of the k equation reads across cuts too."""
    placement = place_case(modelled(tiny_hall(), "k-epsilon", "second-order", buoyancy_production="sgdh"))
    assert_equal(iterate(placement, one_thread, Serial()), in_blocks(placement, one_thread, "3x1x2"))


@pytest.mark.parametrize("model", ["realizable-k-epsilon", "rng-k-epsilon"])
def test_blocks_of_the_other_two_equation_models(one_thread: Backend, model: str) -> None:
    """Strain and rotation read across cuts too."""
    placement = place_case(modelled(hall_of_everything(), model, "second-order", buoyancy_production="sgdh"))
    assert_equal(iterate(placement, one_thread, Serial()), in_blocks(placement, one_thread, "2x2x1"))


def test_blocks_on_numpy() -> None:
    """The twins keep to their halos as well."""
    backend = open_backend("numpy", "double")
    placement = place_case(modelled(hall_of_everything(), "k-epsilon", "second-order"))
    assert_equal(iterate(placement, backend, Serial(), count=3), in_blocks(placement, backend, "2x2x1", 3))


# -- the comparison can fail ------------------------------------------------------------------------------------------
def skip_field(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One field is left out of every exchange."""
    right, left_out = Threads.exchange, set()
    first = Flow.begin

    def begin(self: Flow) -> None:
        left_out.add(id(getattr(self.state, name)))
        first(self)

    def exchange(self: Threads, arrays: list[np.ndarray]) -> None:
        right(self, [array for array in arrays if id(array) not in left_out])

    monkeypatch.setattr(Flow, "begin", begin)
    monkeypatch.setattr(Threads, "exchange", exchange)


def empty_layer(where: tuple[slice, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the halo is emptied after every exchange."""
    right = Threads.exchange

    def exchange(self: Threads, arrays: list[np.ndarray]) -> None:
        right(self, arrays)
        for array in arrays:
            array[where] = 0.0

    monkeypatch.setattr(Threads, "exchange", exchange)


@pytest.mark.parametrize("name", ["u", "v", "w", "p", "T", "eddy_viscosity", "k", "epsilon", "correction"])
def test_a_field_left_out_of_the_exchange_is_noticed(one_thread: Backend, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each field's halo matters, and the comparison sees it."""
    placement = place_case(modelled(tiny_hall(), "k-epsilon", "second-order"))
    whole = iterate(placement, one_thread, Serial(), count=FEW)
    skip_field(name, monkeypatch)
    assert max(difference(whole, in_blocks_loosely(placement, one_thread)).values()) > 1e3 * ROUND_OFF


ALL = slice(None)
LAYERS = {
    "low x, outer": (ALL, ALL, slice(0, 1)),
    "low x, inner": (ALL, ALL, slice(1, 2)),
    "high x, inner": (ALL, ALL, slice(-2, -1)),
    "high x, outer": (ALL, ALL, slice(-1, None)),
    "low y, outer": (ALL, slice(0, 1), ALL),
    "high y, outer": (ALL, slice(-1, None), ALL),
    "edge": (ALL, slice(-2, None), slice(0, 2)),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_an_empty_layer_is_noticed(one_thread: Backend, layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both halo layers and the edges between them matter."""
    placement = place_case(modelled(tiny_hall(), "k-epsilon", "second-order"))
    whole = iterate(placement, one_thread, Serial(), count=FEW)
    empty_layer(LAYERS[layer], monkeypatch)
    assert max(difference(whole, in_blocks_loosely(placement, one_thread)).values()) > 1e3 * ROUND_OFF


def in_blocks_loosely(placement: Any, backend: Backend) -> Run:
    """Blocks without asking whether they agree; a run that a wrong halo has blown up counts as far away."""
    parts, planes = CUTS["2x2x1"]
    with np.errstate(all="ignore"):
        rows, found = run_blocks(*parts, lambda comm: iterate(placement, backend, comm, planes, FEW))[0]
    return np.nan_to_num(rows, nan=1e30), {name: np.nan_to_num(values, nan=1e30) for name, values in found.items()}


def test_parity_of_the_offset_is_noticed(one_thread: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks at odd offsets whose pressure sweeps begin with the wrong colour are told apart."""
    placement = place_case(modelled(tiny_hall(), "zero-equation"))
    whole = iterate(placement, one_thread, Serial(), count=FEW)
    monkeypatch.setattr(Range, "parity", property(lambda self: 0))
    assert max(difference(whole, in_blocks_loosely(placement, one_thread)).values()) > 1e3 * ROUND_OFF
