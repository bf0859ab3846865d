"""Every shipped hall at a coarse cell: its ledgers close, in each region and in the written record; both precisions and all
backends tell the same inlets; racks that mirror each other agree.

At its own cell: `python -m benchmarks.validation --only shipped-halls`.
"""

from __future__ import annotations

import numpy as np
import pytest

import thermal
import thermal.shipped
from benchmarks.validation.shipped_halls import (
    AIR,
    CELLS,
    COARSE,
    HALLS,
    HEAT,
    IN_TIME,
    MEANS,
    MIRRORED,
    PRECISIONS,
    Solved,
    apart,
    mirrored,
    solve,
)
from tests.kernels.stand_in import cupy_stand_in
from thermal.output.record import read


def together(name: str, *more: str):
    """Parameters of a test that the worker gets which solves that hall."""
    return pytest.param(name, *more, marks=pytest.mark.xdist_group(f"shipped {name}"))


KINDS = [
    together(name, precision)
    for name in HALLS
    for precision in ("single", "double")
    if (name, precision) != ("openfoam-h1", "double")
]
CLOSED = 1e-4  # what double precision leaves open of air over what single may
STEADY = [name for name in HALLS if name != "openfoam-h1"]


@pytest.fixture(scope="module")
def solved() -> dict[tuple[str, str], Solved]:
    """What was solved before, by hall and precision."""
    return {}


def get(solved: dict[tuple[str, str], Solved], name: str, precision: str) -> Solved:
    """A hall at its coarse cell, solved once."""
    if (name, precision) not in solved:
        solved[name, precision] = solve(name, precision, COARSE[name])
    return solved[name, precision]


@pytest.mark.parametrize(("name", "precision"), KINDS)
def test_what_enters_leaves(solved, name: str, precision: str) -> None:
    """Air and heat of each region, air of every cell, and the inlets that are told."""
    one = get(solved, name, precision)
    assert one.outcome.verdict == ("steady" if name in STEADY else "unsteady")
    least = 1.0 if precision == "single" else CLOSED
    assert one.ledger.air.max() < AIR * least
    assert one.ledger.cells < CELLS * least
    assert one.ledger.heat.max() < (MEANS if one.by_means else HEAT)
    assert one.ledger.racks < (0.01 if one.by_means else 1e-4)


@pytest.mark.parametrize("name", [*map(together, HALLS)])
def test_the_written_record_adds_up(tmp_path, name: str) -> None:
    """From summary.json alone: openings take out what others bring in; they and the coils, heat of racks, walls, tanks, fans."""
    case = thermal.load(name)
    path = thermal.run(name, cell=COARSE[name], threads=1, out=tmp_path).path
    summary = read(path).summary
    flows = {kind: sum(o["flow_m3_s"] for o in summary["openings"] if o["kind"] == kind) for kind in ("supply", "return")}
    assert flows["supply"] == pytest.approx(flows["return"], rel=1e-4)
    deep = {row["name"]: row for row in summary.get("devices") or [] if row["kind"] == "rack"}
    devices = [row for row in summary.get("devices") or [] if row["kind"] != "rack"]
    for row in devices:  # what leaves the air is what the water gets, less what the fans bring
        assert row["air_heat_kW"] == pytest.approx(row["fan_power_kW"] - row["heat_kW"], rel=1e-4)
    capacity = case.air.density * case.air.heat_capacity
    signs = {"supply": -1.0, "return": 1.0}
    taken = capacity * sum(signs[o["kind"]] * o["flow_m3_s"] * o["temperature_degC"] for o in summary["openings"])
    racks = 1e3 * sum(rack["air_kW"] for rack in summary["racks"])
    inside = 1e3 * sum(row["heat_kW"] for row in summary["walls"]) + 1e3 * sum(row["air_heat_kW"] for row in devices)
    inside += 1e3 * sum(row["room_heat_kW"] for row in (summary.get("liquid") or {}).get("tanks", []))
    assert taken == pytest.approx(racks + inside, abs=(HEAT if name in STEADY else MEANS) * racks)
    for rack in summary["racks"]:
        rise = 1e3 * rack["air_kW"] / (capacity * rack["air_flow_m3_s"])
        told = rack["outlet_mean_degC"] - rack["inlet_mean_degC"]
        if rack["name"] in deep:  # at its fans; its front is the room's air
            told = deep[rack["name"]]["air_out_degC"] - deep[rack["name"]]["air_in_degC"]
        assert told == pytest.approx(rise, abs=0.01)
        assert rack["air_kW"] + rack["liquid_kW"] == pytest.approx(rack["power_kW"])
    assert abs(summary["balance"]["heat"]) < (HEAT if name in STEADY else MEANS) and summary["balance"]["mass"] < 1e-4


@pytest.mark.parametrize("name", [*map(together, STEADY)])
def test_single_precision_tells_the_same_inlets(solved, name: str) -> None:
    """Within 0.02 K."""
    single, double = (get(solved, name, precision) for precision in ("single", "double"))
    np.testing.assert_allclose(single.outcome.inlets, double.outcome.inlets, rtol=0, atol=PRECISIONS)


@pytest.mark.parametrize("name", [together(name) for name in STEADY if HALLS[name] != "none"])
def test_mirrored_racks_agree(solved, name: str) -> None:
    one = get(solved, name, "double")
    pairs = mirrored(name, one.case)
    assert len(pairs) >= 1 and all(a != b for a, b in pairs)
    assert apart(one.outcome.inlets, pairs) < MIRRORED


def test_every_shipped_case_is_among_them() -> None:
    """Those in time are named apart, and are just that."""
    assert {*HALLS, *IN_TIME} == {case.name for case in thermal.shipped.shipped_cases()}
    assert set(HALLS) == set(COARSE) and not set(HALLS) & set(IN_TIME)
    assert all(thermal.load(name).time is not None for name in IN_TIME)
    assert all(thermal.load(name).time is None for name in HALLS)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_three_backends_tell_the_same_inlets(precision: str) -> None:
    """The first shipped case to its verdict on NumPy, on the compiled kernels, and on the CUDA backend's own code, emulated."""
    host, plain = (solve("tiny-hall", precision, 0.4, backend) for backend in ("host", "numpy"))
    with cupy_stand_in() as cupy:
        cuda = solve("tiny-hall", precision, 0.4, "cuda")
        assert cupy.counts.launches > 1000
    assert host.outcome.verdict == plain.outcome.verdict == cuda.outcome.verdict == "steady"
    for other in (plain, cuda):
        assert other.outcome.iterations == host.outcome.iterations
        np.testing.assert_allclose(
            other.outcome.inlets, host.outcome.inlets, rtol=0, atol=1e-3 if precision == "single" else 1e-8
        )
