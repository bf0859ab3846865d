"""`hallflow run`: exit codes, folders, what it prints and what it leaves alone."""

from __future__ import annotations

import json
import os
import signal
import sys
import types
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import thermal
from kernels import BackendUnavailable
from tests.cli.halls import SMALL, write_case
from thermal.cli import main
from thermal.errors import CaseErrors


@pytest.mark.parametrize(
    ("verdict", "passed", "code"),
    [
        ("steady", True, 0),
        ("unsteady", True, 0),
        ("steady", False, 1),
        ("unsteady", False, 1),
        ("unfinished", True, 3),
        ("diverged", False, 3),
    ],
)
def test_exit_codes(here, solver, verdict, passed, code) -> None:
    solver.verdict, solver.passed = verdict, passed
    assert main(["run", "small.toml"]) == code


def test_it_says_how_it_ended_and_where_the_record_is(here, solver, capsys) -> None:
    assert main(["run", "small.toml"]) == 0
    out, err = capsys.readouterr()
    assert "small: steady (3 iterations, 3132 cells, 0.3 s, heat balance 0.40 %, mass balance 0.00 %)" in out
    assert "limit passed: limit-1 is 21.5 degC at A1, at most 27 degC" in out
    assert "small-results/report.html" in out
    assert "\x1b" not in out + err
    assert "Small [/x] <script> hall" in err  # free text stays text


def test_options_reach_the_solver(here, solver) -> None:
    words = "run small.toml --out here/it --backend numpy --precision double --cell 0.3 --threads 1 --iterations 7 --blocks 2x2x1"
    assert main(words.split()) == 0
    (call,) = solver.calls
    assert (call["backend"], call["precision"], call["threads"], call["blocks"]) == ("numpy", "double", 1, (2, 2, 1))
    assert (call["case"].mesh.cell, call["case"].stop.iterations, call["resume"]) == (0.3, 7, None)
    assert call["out"] == Path("here/it")
    assert "command line" in call["case"].resolved["mesh"]["cell"]


def test_several_cases_are_all_read_before_the_first_one_runs(here, solver, capsys) -> None:
    write_case(here, "other", SMALL.replace('"5 kW"', '"5 degC"'))
    write_case(here, "third", SMALL.replace("front", "fornt"))
    assert main(["run", "small.toml", "other.toml", "third.toml"]) == 2
    err = capsys.readouterr().err
    assert "other.toml:9" in err and "third.toml" in err and 'did you mean "front"' in err
    assert not solver.calls
    assert not list(here.glob("*-results"))


def test_several_cases_get_a_folder_each_and_the_worst_code(here, solver) -> None:
    write_case(here, "other")
    assert main(["run", "small.toml", "other.toml", "--out", "all", "--junit", "tests.xml"]) == 0
    assert [call["out"] for call in solver.calls] == [Path("all/small"), Path("all/other")]
    assert ElementTree.parse("tests.xml").getroot().get("tests") == "4"


def test_two_cases_of_one_name_are_refused(here, solver, capsys) -> None:
    (here / "sub").mkdir()
    write_case(here / "sub")
    assert main(["run", "small.toml", "sub/small.toml"]) == 2
    assert "two cases are named small" in capsys.readouterr().err


def test_a_record_of_the_same_case_is_replaced_and_nothing_else_is(here, solver, capsys) -> None:
    assert main(["run", "small.toml"]) == 0
    assert main(["run", "small.toml"]) == 0
    write_case(here, "other")
    assert main(["run", "other.toml", "--out", "small-results"]) == 2
    assert "holds the record of case 'small', not of 'other'" in capsys.readouterr().err
    (here / "thesis").mkdir()
    (here / "thesis" / "chapter.tex").write_text("x")
    assert main(["run", "small.toml", "--out", "thesis"]) == 2
    assert "no Hallflow record" in capsys.readouterr().err
    assert [path.name for path in (here / "thesis").iterdir()] == ["chapter.tex"]
    assert main(["run", "small.toml", "--out", "small.toml"]) == 2
    assert "is a file" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(here, solver, capsys) -> None:
    (here / "locked").mkdir(mode=0o500)
    assert main(["run", "small.toml", "--out", "locked/record"]) == 2
    assert "cannot write in locked/record" in capsys.readouterr().err


def test_a_folder_on_a_read_only_disk(here, solver, capsys, monkeypatch) -> None:
    def refuse(*words: object, **more: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert main(["run", "small.toml"]) == 2
    err = capsys.readouterr().err
    assert "cannot write in small-results: Read-only file system; name a folder of yours with --out DIR" in err


def test_a_backend_that_is_not_there(here, solver, capsys) -> None:
    def refuse(iteration: int) -> None:
        raise BackendUnavailable("no CUDA device: the driver is missing; use --backend host")

    solver.during = refuse
    assert main(["run", "small.toml", "--backend", "cuda"]) == 2
    err = capsys.readouterr().err
    assert "no CUDA device" in err and "hallflow doctor" in err and "Traceback" not in err
    assert not (here / "small-results").exists()


def test_a_grid_that_no_memory_holds(here, solver, capsys) -> None:
    assert main(["run", "small.toml", "--cell", "0.0002"]) == 2
    assert "GB" in capsys.readouterr().err
    assert not (here / "small-results").exists()


def test_a_defect_shows_its_traceback_and_is_no_answer(here, solver, capsys) -> None:
    def fail(iteration: int) -> None:
        raise ZeroDivisionError("inside")

    solver.during = fail
    assert main(["run", "small.toml"]) == 3
    err = capsys.readouterr().err
    assert "ZeroDivisionError: inside" in err and "defect of Hallflow" in err


def test_ctrl_c_ends_the_run_and_the_ones_after_it(here, solver, capsys) -> None:
    write_case(here, "other")
    solver.during = lambda iteration: os.kill(os.getpid(), signal.SIGINT) if iteration == 2 else None
    assert main(["run", "small.toml", "other.toml"]) == 130
    assert json.loads((here / "small-results" / "summary.json").read_text())["verdict"] == "unfinished"
    assert len(solver.calls) == 1
    assert "small: unfinished (2 iterations" in capsys.readouterr().out


def test_a_second_ctrl_c_ends_at_once(here, solver) -> None:
    def press(iteration: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    solver.during = press
    before = signal.getsignal(signal.SIGINT)  # ignored where the tests run in the background of a shell
    assert main(["run", "small.toml"]) == 130
    assert not (here / "small-results" / "summary.json").exists()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_batch_system_that_ends_the_job(here, solver) -> None:
    solver.during = lambda iteration: os.kill(os.getpid(), signal.SIGTERM)
    assert main(["run", "small.toml"]) == 3


def test_resume_goes_on_in_the_same_folder(here, solver) -> None:
    assert main(["run", "small.toml"]) == 0
    assert main(["run", "small.toml", "--resume", "small-results"]) == 0
    assert solver.calls[1]["resume"] == solver.calls[1]["out"] == Path("small-results")


def test_the_verb_stays_a_verb(here, solver) -> None:
    """Importing the file thermal/run.py must not put the module in place of the function."""
    result = thermal.run("small.toml", precision="double")
    assert result.summary["verdict"] == "steady"
    thermal.run = solver
    assert callable(thermal.run)
    with pytest.raises(CaseErrors):
        thermal.run("no-such-hall")


@pytest.fixture
def studies(monkeypatch, solver) -> list:
    """What simulate_study was asked for; it answers as the stand-in does, with a study that has an answer or none."""
    calls: list = []

    def simulate_study(case, factors, **options):
        calls.append({"case": case, "factors": factors, **options})
        result = solver.simulate(case, **options)
        result.summary["grid_study"] = {"answer": solver.passed, "reason": "grid 1 of 3 gave no answer", "grids": [], "racks": []}
        return result

    module = types.ModuleType("thermal.study.run")
    module.simulate_study = simulate_study  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "thermal.study.run", module)
    return calls


def test_a_grid_study_is_asked_for(here, studies, solver, capsys) -> None:
    assert main("run small.toml --grid-study --cell 0.3 --threads 1".split()) == 0
    assert main("run small.toml --grid-study --grid-factors 1:2:4".split()) == 0
    assert main("run small.toml".split()) == 0
    assert [call["factors"] for call in studies] == [(1, 2, 3), (1, 2, 4)]
    assert (studies[0]["case"].mesh.cell, studies[0]["threads"]) == (0.3, 1)
    assert capsys.readouterr().out.count("grid study:") == 2


def test_a_grid_study_without_an_answer_has_its_exit_code(here, studies, solver, capsys) -> None:
    solver.passed = False
    assert main("run small.toml --grid-study".split()) == 3
    assert "NO BAND: grid 1 of 3 gave no answer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--grid-factors 1:2:3", "goes with --grid-study"),
        ("--grid-study --grid-factors 1:2", "three whole numbers"),
        ("--grid-study --grid-factors 3:2:1", "1.3 times"),
        ("--grid-study --cell 0.0002", "GB"),
    ],
)
def test_a_grid_study_that_cannot_be(here, studies, words, message, capsys) -> None:
    """Refused before a folder is touched."""
    assert main(["run", "small.toml", *words.split()]) == 2
    assert message in capsys.readouterr().err
    assert not studies and not (here / "small-results").exists()


def test_unsteady_means_are_asked_for(here, solver) -> None:
    assert main(["run", "small.toml", "--unsteady-means"]) == 0
    assert solver.calls[-1]["unsteady_means"] is True


def test_a_grid_study_is_one_of_a_steady_hall(here, solver, capsys) -> None:
    write_case(here, "moving", SMALL + '[time]\nend = "10 s"\n')
    assert main(["run", "moving.toml", "--grid-study"]) == 2
    assert "moving has a [time] table" in capsys.readouterr().err
    assert not solver.calls


def test_check_tells_of_time(here, capsys) -> None:
    write_case(here, "moving", SMALL + '[time]\nend = "10 s"\nstart = "rest"\n')
    assert main(["check", "moving.toml"]) == 0
    assert "in time: 10 s from rest, 0 events, 0 probes" in capsys.readouterr().out
