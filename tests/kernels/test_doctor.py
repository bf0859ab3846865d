"""The doctor never crashes, says what works, and gives a command for what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernels import doctor
from kernels.doctor import Finding, diagnose


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    """Findings by what was tried."""
    return {finding.what: finding for finding in findings}


def test_every_fault_has_a_mend_and_every_finding_a_detail() -> None:
    for finding in diagnose():
        assert finding.detail and bool(finding.mend) != finding.ok, finding
        assert "Traceback" not in finding.detail and "\n" not in finding.mend


def test_a_machine_without_compiler_gets_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    findings = by_name(diagnose())
    assert not findings["C++ compiler"].ok and "apt-get install g++" in findings["C++ compiler"].mend
    assert not findings["kernels on the processor"].ok and findings["results (h5py)"].ok


def test_an_unsafe_cache_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hallflow").mkdir()
    (tmp_path / "hallflow").chmod(0o777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache = by_name(diagnose())["compile cache"]
    assert not cache.ok and "can be written by others" in cache.detail


@pytest.mark.parametrize(
    ("code", "ok", "words"),
    [
        ("print('one'); print('two 2.0')", True, "two 2.0"),
        ("import no_such_package_here", False, "not installed"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", False, "SIGSEGV"),
        ("raise RuntimeError('no libmpi')", False, "no libmpi"),
        ("import time; time.sleep(9)", False, "did not answer"),
    ],
)
def test_trials_survive_what_they_try(code: str, ok: bool, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "TIMEOUT", 3)
    finding = doctor._trial("thing", code, "optional", "mend it")
    assert finding.ok is ok and words in finding.detail
