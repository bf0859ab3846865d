"""Loops on a GPU's backend (emulated): 32 loops side by side, the last ones filled up, the same answers as on a processor."""

from __future__ import annotations

import numpy as np

from kernels import open_backend
from tests.kernels.stand_in import cupy_stand_in
from tests.loop.test_march import rack_loop
from thermal.loop.links import Valve
from thermal.loop.march import March
from thermal.loop.network import Link, Network, build
from thermal.loop.rule import loop_hall
from thermal.loop.steady import solve


def uneven_hall() -> Network:
    """Forty loops of two racks of one topology, some of them throttled or shut."""
    hall = loop_hall(40, 2)
    links = []
    for number, link in enumerate(hall.links.values()):
        if link.name.endswith("BV1"):
            link = Link(link.name, link.start, link.end, Valve(20.0, 0.2 + 0.02 * (number % 40)))
        links.append(link)
    names = {"c7_BV0": False, "c33_PUMP": False}
    hall = build(list(hall.regions.values()), list(hall.nodes.values()), links)
    return hall.with_links(open=names, heat={"c7_RACK0": 0.0, "c33_RACK0": 0.0, "c33_RACK1": 0.0})


def test_a_gpu_backend_gives_the_processors_answer() -> None:
    hall, devices = uneven_hall(), []
    with cupy_stand_in():
        devices.append(open_backend("cuda", "double", files=["hydraulics", "loop_heat"]))
    with cupy_stand_in(backwards=True):
        devices.append(open_backend("cuda", "double", files=["hydraulics", "loop_heat"]))
    wanted = solve(hall)
    assert wanted.flow["c7_RACK0"] == 0.0 and abs(wanted.flow["c33_RACK1"]) < 1e-20 and wanted.flow["c8_RACK0"] > 1e-3
    for device in devices:
        found = solve(hall, backend=device)
        for name in ("flow", "pressure", "temperature", "outlet"):
            a, b = (np.array(list(getattr(one, name).values())) for one in (found, wanted))
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-13)


def test_a_step_after_the_first_allocates_nothing_on_the_device() -> None:
    with cupy_stand_in() as stand_in:
        device = open_backend("cuda", "double", files=["hydraulics", "loop_heat"])
        march = March(rack_loop(), backend=device)
        march.step(10.0)
        before = vars(stand_in.counts)["allocations"]
        march.open_valve("valve", 0.5)
        for _ in range(3):
            march.step(10.0)
        assert vars(stand_in.counts)["allocations"] == before and march.solutions == 2
