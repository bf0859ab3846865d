"""What a caller relies on: how a backend is chosen, what a launch refuses, and what a step after warm-up does not do."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kernels
from kernels import BackendUnavailable, KernelError, open_backend
from kernels.processors import container_quota, default_threads
from kernels.signature import parse
from tests.kernels.stand_in import cupy_stand_in

FILES = ["vector"]


@pytest.fixture(params=["numpy", "host", "cuda"])
def be(request: pytest.FixtureRequest) -> Any:
    """Each backend with the vector kernels; cuda on the stand-in."""
    with cupy_stand_in():
        return open_backend(request.param, "single", threads=2 if request.param == "host" else None, files=FILES)


def test_marked_as_ours() -> None:
    assert kernels.HALLFLOW


def test_names_are_checked() -> None:
    with pytest.raises(ValueError, match="accepted|backends: auto, cuda, host, numpy"):
        open_backend("cude")
    with pytest.raises(ValueError, match="accepted: single, double"):
        open_backend("numpy", "half")


def test_auto_takes_a_gpu_first_and_says_why() -> None:
    with cupy_stand_in():
        be = open_backend("auto", files=FILES)
    assert be.name == "cuda" and "best that works here" in be.reason and "grid emulation" in be.reason


def test_auto_without_gpu_takes_the_compiler_and_says_why() -> None:
    with cupy_stand_in(available=False):
        be = open_backend("auto", files=FILES)
    assert be.name == "host" and "no cuda: no NVIDIA GPU" in be.reason


def test_auto_without_compiler_takes_numpy_and_says_how_to_mend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with cupy_stand_in(available=False):
        be = open_backend("auto", files=FILES)
    assert be.name == "numpy" and "no host: no C++ compiler" in be.reason and "apt-get install g++" in be.reason
    with pytest.raises(BackendUnavailable, match="no C\\+\\+ compiler"):
        open_backend("host", files=FILES)


def test_a_compiler_that_cannot_link_openmp_is_no_backend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "cxx"
    broken.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "clang version 0" && exit 0\necho "no omp here" >&2\nexit 1\n')
    broken.chmod(0o755)
    monkeypatch.setenv("CXX", str(broken))
    with pytest.raises(BackendUnavailable, match="OpenMP library: no omp here"):
        open_backend("host", files=FILES)


def test_arrays_go_up_and_come_back(be: Any) -> None:
    source = np.arange(24.0).reshape(2, 3, 4)
    up = be.upload(source)
    assert up.dtype == be.real and be.upload([1, 2], np.int32).dtype == np.int32
    other = be.empty(up.shape)
    be.copy(up, other)
    np.testing.assert_array_equal(be.download(other), source)
    be.fill(other, 2.5)
    assert (be.download(other) == 2.5).all() and (be.download(be.zeros(3, np.float64)) == 0).all()
    with pytest.raises(KernelError, match="copy"):
        be.copy(up, be.zeros(3))


def test_sums_do_not_depend_on_threads_or_reruns() -> None:
    values = np.random.default_rng(0).random((24, 34, 44))
    found = set()
    for threads in (1, 2, 3, 8):
        be = open_backend("host", "single", threads, files=FILES)
        x, partial, result = be.upload(values), be.partials(40, 30, 20), be.zeros(1, np.float64)
        for _ in range(20):
            be.run("dot", 40, 30, 20, x, x, partial)
            be.run("sum_partials", partial.size, partial, result)
            found.add(float(result[0]))
    assert len(found) == 1


def test_many_threads_may_launch_at_once() -> None:
    """In-process blocks: each block launches from a thread of its own, on one set of workers."""
    be = open_backend("host", "double", 2, files=FILES)
    wrong = []

    def block(seed: int) -> None:
        x = be.upload(np.full((44, 44, 44), float(seed)))
        partial, result = be.partials(40, 40, 40), be.zeros(1, np.float64)
        dot, add = be.bind("dot", 40, 40, 40, x, x, partial), be.bind("sum_partials", partial.size, partial, result)
        for _ in range(200):
            dot()
            add()
            if result[0] != 64000.0 * seed**2:
                wrong.append(seed)

    threads = [threading.Thread(target=block, args=(seed,)) for seed in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_forked_process_can_launch() -> None:
    be = open_backend("host", "double", 2, files=FILES)
    x, y = be.upload(np.ones((44, 44, 44))), be.zeros((44, 44, 44))
    launch = be.bind("copy", 40, 40, 40, x, y)
    launch()
    y.fill(0)
    child = os.fork()
    if child == 0:
        launch()
        os._exit(0 if y.sum() == 64000.0 else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_a_launch_keeps_its_arrays_alive(be: Any) -> None:
    launch = be.bind("scale", 20, 20, 20, 2.0, be.upload(np.ones((24, 24, 24))), be.zeros((24, 24, 24)))
    junk = [be.zeros((24, 24, 24)) for _ in range(4)]
    launch()
    assert all((be.download(array) == 0).all() for array in junk)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nx": 5.5}, "parameter nx: 5.5 is not a value of type int32"),
        ({"nx": "five"}, "parameter nx: .*five"),
        ({"s": None}, "parameter s: .*None"),
        ({"x": 1.0}, "parameter x: expected an array"),
        ({"x": "double"}, "parameter x: expected elements of type float32, got float64"),
        ({"x": "slice"}, "parameter x: the array must be contiguous"),
        ({"nx": 6}, "announce arrays of shape"),
        ({"extra": 1}, "takes 6 arguments"),
    ],
)
def test_wrong_arguments_are_named(be: Any, change: dict[str, Any], message: str) -> None:
    special = {"double": be.zeros((7, 8, 9), np.float64), "slice": be.zeros((7, 8, 18))[:, :, ::2]}
    values = {"nx": 5, "ny": 4, "nz": 3, "s": 2.0, "x": be.zeros((7, 8, 9)), "y": be.zeros((7, 8, 9))} | change
    if isinstance(values["x"], str):
        values["x"] = special[values["x"]]
    with pytest.raises(KernelError, match=message):
        be.bind("scale", *values.values())


def test_unknown_kernels_and_short_partials_are_named(be: Any) -> None:
    with pytest.raises(KernelError, match="no kernel scael; kernels: axpy"):
        be.bind("scael")
    x = be.zeros((7, 8, 9))
    with pytest.raises(KernelError, match="partial: 1 elements, needs"):
        be.bind("dot", 5, 4, 3, x, x, be.zeros(1, np.float64))


def test_an_empty_loop_launches_nothing(be: Any) -> None:
    x = be.zeros((7, 8, 9))
    be.run("fill_box", 5, 4, 3, x, 1.0, 2, 2, 0, 4, 0, 3)
    be.run("fold_partials", 0, 0, be.zeros(1, np.float64), be.zeros(1, np.float64))
    assert (be.download(x) == 0).all()


def test_bound_launches_neither_allocate_nor_wait() -> None:
    with cupy_stand_in() as stand_in:
        be = open_backend("cuda", files=FILES)
    x, y, a = be.zeros((7, 8, 9)), be.zeros((7, 8, 9)), be.zeros(1, np.float64)
    partial = be.partials(5, 4, 3)
    step = [be.bind("axpy", 5, 4, 3, a, 1.0, x, y), be.bind("dot", 5, 4, 3, x, y, partial)]
    step.append(be.bind("sum_partials", partial.size, partial, a))
    before = vars(stand_in.counts).copy()
    for launch in step:
        launch()
    after = vars(stand_in.counts)
    assert after["launches"] - before["launches"] == 3
    assert {name: after[name] - before[name] for name in after if name not in ("launches", "kernels")} == dict.fromkeys(
        ("allocations", "uploads", "downloads", "synchronizations", "graphs"), 0
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("KERNEL void f(const int count, real* x) { x[0] = 1; }", "exactly one of FV_CELLS.*found none"),
        ("KERNEL void f(int n, real* x) { FV_LIST(a, n) { } FV_LIST(b, n) { } }", "found FV_LIST, FV_LIST"),
        ("KERNEL void f(const short* x) { FV_LIST(n, 1) { } }", "cannot read parameter 'const short"),
    ],
)
def test_odd_kernel_text_is_refused(text: str, message: str) -> None:
    with pytest.raises(KernelError, match=message):
        parse(text, "odd")


def test_comments_do_not_confuse_the_parser() -> None:
    text = "// KERNEL void g(int x) {\nKERNEL void f(const real* x, /* y */ real *y, int n)\n{ FV_LIST(m, n) { } }"
    (kernel,) = parse(text, "odd")
    assert [(p.name, p.type, p.pointer, p.constant) for p in kernel.parameters] == [
        ("x", "real", True, True),
        ("y", "real", True, False),
        ("n", "int", False, False),
    ]
    assert kernel.macro_arguments == ("m", "n")


def test_container_quota_is_read(tmp_path: Path) -> None:
    membership = tmp_path / "membership"
    (tmp_path / "v2" / "box" / "inner").mkdir(parents=True)
    (tmp_path / "v2" / "box" / "cpu.max").write_text("150000 100000\n")
    (tmp_path / "v2" / "box" / "inner" / "cpu.max").write_text("max 100000\n")
    membership.write_text("0::/box/inner\n")
    assert container_quota(tmp_path / "v2", membership) == 1.5
    (tmp_path / "v1" / "cpu" / "box").mkdir(parents=True)
    (tmp_path / "v1" / "cpu" / "box" / "cpu.cfs_quota_us").write_text("200000\n")
    (tmp_path / "v1" / "cpu" / "box" / "cpu.cfs_period_us").write_text("100000\n")
    membership.write_text("3:memory:/x\n4:cpu,cpuacct:/box\n")
    assert container_quota(tmp_path / "v1", membership) == 2.0
    assert container_quota(tmp_path / "none", tmp_path / "absent") is None
    assert default_threads() >= 1
