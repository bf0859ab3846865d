"""The command line itself: help, version, messages for wrong words, and text in terminals."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from thermal.cli import main, parser
from thermal.commands import VERBS
from thermal.errors import CaseErrors
from thermal.kernel_check import ForeignKernelsError, require_own_kernels
from thermal.progress import PlainProgress, open_progress
from thermal.shipped import find_case, shipped_cases
from thermal.version import __version__

ROOT = Path(__file__).resolve().parents[2]


def test_version_comes_alone() -> None:
    """It imports nothing heavy: that is what keeps it fast."""
    code = "import sys, thermal.cli\ntry: thermal.cli.main(['--version'])\nexcept SystemExit: pass\nprint(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == f"hallflow {__version__}"
    heavy = {"numpy", "pydantic", "rich", "h5py", "kernels"}
    assert not heavy & {name.strip(" []'") for name in lines[1].split(",")}


def test_every_verb_has_a_function_and_help() -> None:
    (choices,) = [action.choices for action in parser()._actions if action.dest == "verb"]
    assert set(choices) == set(VERBS)
    assert "exit codes" in parser().format_help()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run"], "CASE"),
        (["run", "x", "--cell", "0,1 m"], "0.1 m"),
        (["run", "x", "--cell", "3 kW"], "length"),
        (["run", "x", "--threads", "0"], "no whole number above zero"),
        (["run", "x", "--blocks", "2x2"], "2x2x1"),
        (["run", "x", "--grid-factors", "1,2,3"], "1:2:3"),
        (["run", "x", "--backend", "gpu"], "cuda"),
        (["run", "x", "--bakcend", "host"], "--bakcend"),
        (["frun"], "frun"),
    ],
)
def test_wrong_words_name_what_is_right(words, message, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tiny-hal", "did you mean tiny-hall"),
        ("openfoam", "openfoam-h0"),
        ("halls/none.toml", "no such file"),
        ("none.toml", "no such file"),
        ("x" * 5000, "no such file"),
        ("a\x1b[2Jb", "no such file"),
        ("nul\0byte", "no such file"),
    ],
)
def test_a_case_that_is_not_there(name, message, capsys) -> None:
    assert main(["check", name]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert "\x1b" not in err and "\0" not in err and "Traceback" not in err
    assert len(err) < 600


def test_a_folder_without_a_case(tmp_path) -> None:
    with pytest.raises(CaseErrors, match=r"holds no case\.toml"):
        find_case(tmp_path)


def test_shipped_cases_are_found_and_a_local_folder_wins(tmp_path, monkeypatch) -> None:
    assert shipped_cases()[0].name == "tiny-hall"
    monkeypatch.chdir(tmp_path)
    assert find_case("tiny-hall") == shipped_cases()[0].path
    (tmp_path / "tiny-hall").mkdir()
    assert find_case("tiny-hall") == shipped_cases()[0].path  # an empty folder of that name is no case
    (tmp_path / "tiny-hall" / "case.toml").write_text("")
    assert find_case("tiny-hall") == Path("tiny-hall/case.toml")


@pytest.mark.parametrize("case", shipped_cases(), ids=lambda case: case.name)
def test_check_passes_every_shipped_case(case, capsys) -> None:
    assert main(["check", case.name]) == 0
    out = capsys.readouterr().out
    assert "no mistakes found" in out and "GB of memory" in out


def test_cases_lists_them(capsys) -> None:
    assert main(["cases"]) == 0
    out = capsys.readouterr().out
    assert all(case.name in out for case in shipped_cases())


def test_schema_is_json(capsys) -> None:
    assert main(["schema"]) == 0
    assert "rack_row" in json.loads(capsys.readouterr().out)["properties"]


def test_explain(capsys) -> None:
    assert main(["explain", "mesh.cell"]) == 0
    assert "cell" in capsys.readouterr().out
    assert main(["explain", "mesh.cel"]) == 2
    assert "mesh.cell" in capsys.readouterr().err


def test_doctor_speaks_of_every_backend(capsys) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out.lower()
    assert "c++ compiler" in out and "gpu" in out
    assert "takes the host backend" in out or "takes the cuda backend" in out or "takes the numpy backend" in out


def test_report_of_nothing(tmp_path, capsys) -> None:
    assert main(["report", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err


def test_a_reader_that_leaves_early() -> None:
    shell = f"{sys.executable} -m thermal.cli schema | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", shell], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


def test_kernels_of_somebody_else(monkeypatch) -> None:
    import types

    other = types.ModuleType("kernels")
    other.__file__ = "/x/site-packages/kernels/__init__.py"
    monkeypatch.setitem(sys.modules, "kernels", other)
    with pytest.raises(ForeignKernelsError, match="belongs to another distribution"):
        require_own_kernels()


ROW = {
    "iteration": 1, "level": 0, "residuals": {"mass": 1e-3}, "hottest": ("A1", 25.0), "balance": 0.01,
    "elapsed": 61.0, "eta": 30.0,
}  # fmt: skip


def test_plain_progress_keeps_quiet_between_its_lines() -> None:
    stream = io.StringIO()
    progress = PlainProgress(stream, every=1e9)
    for iteration in range(1, 50):
        progress.step(ROW | {"iteration": iteration, "level": 1 if iteration < 10 else 0})
    progress.end(None)
    lines = stream.getvalue().splitlines()
    assert [line.split("  ")[1] for line in lines] == ["iteration 1", "iteration 10", "iteration 49"]
    assert "hottest inlet A1 25.00 degC  elapsed 1 min 01 s  left 30.0 s" in lines[0]


@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal_gets_a_live_block_without_cut_or_colour(colour, monkeypatch) -> None:
    """In 40 columns every word is still there; NO_COLOR leaves no colour codes."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    ours, theirs = pty.openpty()
    case = type("C", (), {"name": "hall", "title": "[/x] \x1b[2J a title that is longer than the terminal is wide, by far"})
    with os.fdopen(theirs, "w") as stream:
        progress = open_progress(stream)
        progress.begin(case, 2)
        progress.step(ROW)
        time.sleep(0.6)
        progress.message("a message [/y] that goes over more than one line of the terminal")
        progress.end(None)
        progress.end(None)
        stream.flush()
        text = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert "[/x]" in text and "by far" in text and "…" not in text and "A1 25.00 degC" in text
    assert "\x1b[2J" not in text
    assert ("\x1b[1;3" in text or "\x1b[3" in text or "\x1b[1m" in text) or not colour
    if not colour:
        assert not any(f"\x1b[{code}m" in text for code in (31, 32, 33, 34, 35, 36))
