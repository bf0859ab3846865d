"""Proofs that need no GPU: machine code for every generation, no access outside arrays, no race, and that each proof can fail."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kernels import BackendUnavailable, CompileError, open_backend
from kernels.nvrtc import Nvrtc, parse_report
from kernels.proof import ARCHITECTURES, MOST_SPILL, main, prove, table
from kernels.signature import SOURCES, read_kernels
from tests.kernels.stand_in import cupy_stand_in

ROOT = Path(__file__).parents[2]


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A folder with kernels that are wrong on purpose."""
    shutil.copy(Path(__file__).parent / "faulty" / "faulty.cu", tmp_path)
    shutil.copy(SOURCES / "grid.cuh", tmp_path)
    return tmp_path


@functools.cache
def nvrtc() -> Nvrtc:
    """NVRTC, or a skip that says how to get it."""
    try:
        return Nvrtc()
    except BackendUnavailable as unavailable:
        pytest.skip(str(unavailable))


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("file", sorted(path.stem for path in SOURCES.glob("*.cu")))
def test_compiles_for_oldest_and_newest_gpu(file: str, precision: str) -> None:
    nvrtc()
    proofs = prove((ARCHITECTURES[0], ARCHITECTURES[-1]), [precision], files=[file], workers=1)
    assert {proof.resources.kernel for proof in proofs} == set(read_kernels(files=[file]))
    spilling = [proof for proof in proofs if proof.resources.spill > MOST_SPILL]
    assert not spilling, table(spilling)


@pytest.mark.slow
def test_compiles_for_every_gpu() -> None:
    nvrtc()
    proofs = prove()
    assert {proof.architecture for proof in proofs} == set(ARCHITECTURES)
    assert not [proof for proof in proofs if proof.resources.spill > MOST_SPILL], table(proofs)


def test_proof_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    nvrtc()
    assert main(["vector", "--sm", "90"]) == 0
    printed = capsys.readouterr().out
    assert "axpy" in printed and "registers" in printed


def test_compile_error_names_the_file(tmp_path: Path) -> None:
    nvrtc()
    shutil.copy(SOURCES / "grid.cuh", tmp_path)
    kernel = "KERNEL void f(const int count, real* x) { FV_LIST(n, count) { x[n] = y; } }"
    (tmp_path / "broken.cu").write_text(f'#include "grid.cuh"\n{kernel}\n')
    with pytest.raises(CompileError, match=r'broken.cu.*sm_90(.|\n)*broken.cu\(2\).*"y" is undefined'):
        prove((90,), ["single"], folder=tmp_path)


def test_report_of_the_assembler_is_understood() -> None:
    log = """ptxas info    : Compiling entry function 'relax' for 'sm_90'
ptxas info    : Function properties for relax
    48 bytes stack frame, 44 bytes spill stores, 40 bytes spill loads
ptxas info    : Used 255 registers, used 0 barriers"""
    (relax,) = parse_report(log)
    assert (relax.kernel, relax.registers, relax.stack, relax.spill) == ("relax", 255, 48, 44)


def test_reversed_threads_find_a_race(faulty: Path) -> None:
    results = []
    for backwards in (False, True):
        with cupy_stand_in(backwards=backwards):
            be = open_backend("cuda", "single", folder=faulty)
        x = be.upload(np.ones((5, 6, 7)))
        be.run("races", 3, 2, 1, x)
        results.append(be.download(x))
    assert not np.array_equal(*results)


def sanitize(folder: Path, *kernels: str) -> subprocess.CompletedProcess[str]:
    """Run kernels under AddressSanitizer in a process of their own."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("AddressSanitizer needs g++")
    library = subprocess.run([compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True).stdout.strip()
    if not os.path.isabs(library):
        pytest.skip("this g++ has no AddressSanitizer library")
    environment = os.environ | {"LD_PRELOAD": library, "ASAN_OPTIONS": "detect_leaks=0", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.kernels.sanitize", str(folder), *kernels]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=200)


def test_no_kernel_leaves_its_arrays() -> None:
    answer = sanitize(SOURCES)
    assert answer.returncode == 0 and answer.stdout.endswith("clean\n"), answer.stdout[-200:] + answer.stderr[:3000]


def test_sanitizer_finds_a_read_outside(faulty: Path) -> None:
    answer = sanitize(faulty, "reads_outside")
    assert answer.returncode != 0 and "heap-buffer-overflow" in answer.stderr
    assert "faulty.cu" in answer.stderr, "the report names the kernel's file"
