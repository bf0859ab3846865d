"""Many launches in one call: the numbers of one by one, a CUDA graph where the device records one, steps where it does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from kernels import KernelError, open_backend
from tests.kernels.stand_in import Capture, cupy_stand_in

FILES = ["vector"]
N = (6, 5, 4)
SHAPE = (8, 9, 10)


def fields(be: Any) -> tuple[Any, Any, Any, Any]:
    """x, y, a step length born on the device, and its partial sums."""
    random = np.random.default_rng(3)
    return be.upload(random.random(SHAPE)), be.zeros(SHAPE), be.upload(np.array([0.5]), np.float64), be.partials(*N)


def steps(be: Any, x: Any, y: Any, a: Any, partial_sums: Any) -> list[Callable[[], Any]]:
    """y = 1; twice y += a x with a = x y: launches with a fill and a copy between them."""
    grow = [
        be.bind("axpy", *N, a, 1.0, x, y), be.bind("dot", *N, x, y, partial_sums),
        be.bind("sum_partials", partial_sums.size, partial_sums, a), be.bind("divide", a, a, a),
    ]  # fmt: skip
    return [partial(be.fill, y, 1.0), *grow, partial(be.copy, x, y), *grow]


@pytest.mark.parametrize("name", ["numpy", "host", "cuda"])
def test_a_program_does_what_its_steps_do(name: str) -> None:
    with cupy_stand_in():
        be = open_backend(name, "double", files=FILES)
        x, y, a, sums = fields(be)
        for step in steps(be, x, y, a, sums):
            step()
        expected = be.download(y)
        x, y, a, sums = fields(be)
        program = be.program(steps(be, x, y, a, sums))
        for _ in range(3):  # one by one, recorded, repeated
            be.fill(a, 0.5)
            program()
            np.testing.assert_array_equal(be.download(y), expected)


def test_a_program_becomes_a_graph_at_its_second_call() -> None:
    with cupy_stand_in() as cp:
        be = open_backend("cuda", "single", files=FILES)
        inner = be.program(steps(be, *fields(be)))
        outer = be.program([inner])
        for _ in range(2):
            outer()
        assert cp.counts.graphs == 1 and Capture.now is None
        launches, kernels = cp.counts.launches, cp.counts.kernels
        outer()
        assert cp.counts.graphs == 2 and cp.counts.launches == launches  # the inner one is part of the outer one's graph
        assert cp.counts.kernels == kernels + 8


def test_a_device_that_records_nothing_runs_the_steps() -> None:
    with cupy_stand_in(captures=False) as cp:
        be = open_backend("cuda", "single", files=FILES)
        program = be.program(steps(be, *fields(be)))
        for _ in range(3):
            program()
        assert cp.counts.graphs == 0 and cp.counts.kernels == 24 and "no captures" in program.refusal


def test_what_waits_or_allocates_cannot_be_recorded_but_still_runs() -> None:
    with cupy_stand_in() as cp:
        be = open_backend("cuda", "single", files=FILES)
        x, y, a, sums = fields(be)
        for culprit, word in ((partial(be.download, x), "copy to the host"), (partial(be.zeros, SHAPE), "allocation")):
            program = be.program([*steps(be, x, y, a, sums), culprit])
            before = cp.counts.kernels
            for _ in range(3):
                program()
            assert cp.counts.kernels == before + 24 and cp.counts.graphs == 0 and word in program.refusal
            assert Capture.now is None


def test_launches_in_a_row_are_one_call_of_the_library() -> None:
    be = open_backend("host", "single", files=FILES)
    launches = steps(be, *fields(be))
    assert len(be.program(launches).args[0]) == 4  # a fill, four launches, a copy, four launches
    assert len(be.program(launches[1:5]).launches) == 4


@pytest.mark.parametrize("name", ["numpy", "host", "cuda"])
def test_store_fills_memory_that_is_there(name: str) -> None:
    with cupy_stand_in() as cp:
        be = open_backend(name, "single", files=FILES)
        target = be.zeros(SHAPE)
        before = cp.counts.allocations
        be.store(np.arange(720.0).reshape(SHAPE)[::-1], target)
        assert be.download(target)[0, 0, 0] == 630.0 and cp.counts.allocations == before
        with pytest.raises(KernelError, match="store"):
            be.store(np.zeros(3), target)


@pytest.mark.parametrize("name", ["numpy", "host", "cuda"])
@pytest.mark.parametrize("count", [1, 3, 8])
def test_passes_leave_what_launches_one_by_one_leave(name: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the bit, also as a wave of a few layers, which the host makes of them where a cache is small."""
    with cupy_stand_in():
        be = open_backend(name, "single", files=["scalar"])
        n, shape, random = (9, 8, 7), (11, 12, 13), np.random.default_rng(5)
        first = random.random(shape)
        q, other, rhs = be.upload(first), be.upload(first), be.upload(random.random(shape))
        rows = [be.upload(0.16 * random.random(shape)) for _ in range(6)]
        both = [be.bind("sweep", *n, 0, n[2], a, *rows, rhs, b) for a, b in ((q, other), (other, q))]
        for _ in range(count):
            for launch in both:
                launch()
        expected = be.download(q)
        for cache, worth in ((1e9, 1), (4e4, 1), (1e3, 150), (1e3, 300), (1e3, 10**6)):
            monkeypatch.setattr("kernels.host.last_level_cache", lambda size=cache: size)
            monkeypatch.setattr("kernels.host.WORTH", worth)
            be.store(first, q)
            be.store(first, other)
            be.passes(both, count)()
            np.testing.assert_array_equal(be.download(q), expected)
