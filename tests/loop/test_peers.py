"""EPANET and pandapipes run beside us on the shipped networks, where they are installed."""

from __future__ import annotations

from pathlib import Path

import pytest

import thermal
from benchmarks.peers.loop_programs import solve_epanet, solve_pandapipes

CASES = Path(__file__).resolve().parents[2] / "cases"


@pytest.fixture(scope="module", params=["loop-one-cdu", "loop-hall"])
def solved(request: pytest.FixtureRequest):
    """A shipped network and our answer."""
    network = thermal.read_network(CASES / request.param / "links.csv", CASES / request.param / "nodes.csv")
    return network, thermal.solve_network(network, friction="swamee-jain")


def farthest(network, ours, theirs) -> float:
    """Largest difference of flows, over the flow or a thousandth of the largest."""
    least = 1e-3 * max(map(abs, ours.flow.values()))
    return max(abs(theirs.flow[name] - ours.flow[name]) / max(abs(ours.flow[name]), least) for name in network.links)


def test_epanet(solved) -> None:
    pytest.importorskip("wntr")
    network, ours = solved
    theirs = solve_epanet(network)
    assert farthest(network, ours, theirs) < 1e-4


def test_pandapipes(solved) -> None:
    pytest.importorskip("pandapipes")
    network, ours = solved
    theirs = solve_pandapipes(network)
    assert farthest(network, ours, theirs) < 1e-6
    assert max(abs(theirs.pressure[name] - ours.pressure[name]) for name in network.nodes) < 0.01
