"""`hallflow new`: what it writes passes its own checks, says what it means, and refuses what it cannot draw."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example as always
from hypothesis import given, settings
from hypothesis import strategies as st

import thermal
from thermal.case.build import case_from_text
from thermal.cli import main
from thermal.errors import CaseErrors, HallflowError, UsageError
from thermal.place import place_case
from thermal.sketch.hall import sketch
from thermal.sketch.layout import FASTEST_TILE, SURPLUS
from thermal.sketch.lists import EXAMPLES, example
from thermal.sketch.questions import ask
from thermal.sketch.wish import COOLING, Wish


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 120), st.sampled_from(COOLING), st.sampled_from([2e3, 6e3, 15e3, 60e3]),
    st.sampled_from([None, 1, 2, 3, 4, 7]), st.sampled_from([0.0, 0.85]),
)  # fmt: skip
@always(106, "in-row", 2e3, None, 0.85)  # slow fans, whose speed must not lose its digits
def test_whatever_is_wished_it_passes_check_or_says_why(racks, cooling, power, rows, share) -> None:
    wish = Wish("hall", racks=racks, power=power, rows=rows, cooling=cooling, liquid_share=share)
    try:
        files, case = sketch(wish)
    except UsageError as error:
        told = "m/s" in str(error) or "room coolers" in str(error) or "rows of two racks" in str(error)
        assert rows is not None and rows > racks or told
        return
    assert len(case.racks) == racks and sum(rack.power for rack in case.racks) == pytest.approx(racks * power)
    if list(files) == ["case.toml"]:  # a list of racks beside it needs a folder
        assert case_from_text(files["case.toml"].decode(), name="hall").racks == case.racks
    needed = SURPLUS * sum(rack.flow for rack in case.racks)
    if case.bodies:  # on their curves, against their own loss alone
        assert not case.openings and needed * 0.98 < sum(body.design_flow for body in case.bodies) < 1.15 * needed
    else:
        assert sum(opening.flow or 0.0 for opening in case.openings if opening.kind == "supply") == pytest.approx(needed)
    if len(case.racks) < 40:
        assert place_case(case).grid.cells < 400_000


def test_the_text_is_commented_and_tidy(here, capsys) -> None:
    assert main(["new", "hall", "--racks", "8", "--power", "6kW"]) == 0
    out = capsys.readouterr().out
    assert "it passes hallflow check" in out and "hallflow run hall" in out
    text = Path("hall/case.toml").read_text()
    assert text.count("#") > 15 and all(len(line) <= 130 for line in text.splitlines())
    assert main(["check", "hall"]) == 0
    case = thermal.load("hall")
    assert [limit.name for limit in case.limits] == ["inlets", "not-too-cold"]
    for opening in case.openings:  # no tile blows faster than what is sold
        if opening.kind == "supply":
            (x0, y0, _), (x1, y1, _) = opening.box.low, opening.box.high
            assert opening.flow / ((x1 - x0) * (y1 - y0)) <= 1.01 * FASTEST_TILE


@pytest.mark.parametrize("cooling", COOLING)
def test_a_sketch_runs_to_a_steady_verdict_with_its_limits_held(here, cooling) -> None:
    words = ["new", "hall", "--racks", "8", "--power", "8kW", "--rows", "2", "--cooling", cooling]
    assert main(words) == 0
    result = thermal.run("hall", cell=0.3, threads=1)
    assert result.summary["verdict"] == "steady" and all(row["passed"] for row in result.summary["asserts"])


def test_what_has_no_place_for_coolers_is_told(here, capsys) -> None:
    """A list that says where its racks stand, wall to wall and without gaps."""
    Path("list.csv").write_bytes(example("en"))
    for cooling, word in (
        ("crah", "room coolers stand before the low ends"),
        ("in-row", "needs 1 in-row coolers and has 0 gaps"),
    ):
        assert main(["new", "hall", "--from-csv", "list.csv", "--cooling", cooling]) == 2
        assert word in capsys.readouterr().err and not Path("hall").exists()


def test_a_list_without_places_leaves_gaps_for_in_row_coolers(here) -> None:
    Path("list.csv").write_bytes(FRENCH.encode("cp1252"))
    assert main(["new", "hall", "--from-csv", "list.csv", "--cooling", "in-row"]) == 0
    case = thermal.load("hall")
    assert {body.kind for body in case.bodies} == {"in_row"} and main(["check", "hall"]) == 0
    for row in "ABCD":  # rack beside cooler beside rack, without holes
        boxes = sorted([r.box for r in case.racks if r.row == row] + [b.box for b in case.bodies if b.name[0] == row],
                       key=lambda box: box.low[0])  # fmt: skip
        assert all(one.high[0] == pytest.approx(other.low[0]) for one, other in zip(boxes[:-1], boxes[1:], strict=True))


FRENCH = "Nom de la baie;Puissance (kW);Client;N° de série\n" + "".join(
    f"R{n:02d};{5 + n % 3},5;Client;=S{n}\n" for n in range(1, 31)
)  # fmt: skip


def test_a_list_without_places_is_laid_out_and_completed(here) -> None:
    Path("list.csv").write_bytes((FRENCH + "Total;195;;\n").encode("cp1252"))
    assert main(["new", "hall", "--from-csv", "list.csv"]) == 0
    written = Path("hall/racks.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert written[0] == "Nom de la baie;Puissance (kW);Client;N° de série;Row;x [m];y [m];Front" and len(written) == 31
    case = thermal.load("hall")
    assert [rack.name for rack in case.racks if rack.row == "A"] == [f"R{n:02d}" for n in range(1, 9)]
    assert {rack.row for rack in case.racks} == {"A", "B", "C", "D"}
    assert written[1].split(";")[3] == "'=S1"  # a spreadsheet program computes nothing of it
    assert case.racks[0].power == 6.5e3 and main(["check", "hall"]) == 0


def test_places_and_rows_of_a_list_are_kept(here) -> None:
    for language in EXAMPLES:
        Path(f"{language}.csv").write_bytes(example(language))
        assert main(["new", language, "--from-csv", f"{language}.csv"]) == 0
        case = thermal.load(language)
        assert [(rack.name, rack.row, rack.box.low[:2]) for rack in case.racks] == [
            ("A1", "A", (1.8, 1.2)), ("A2", "A", (2.4, 1.2)), ("B1", "B", (1.8, 3.6)), ("B2", "B", (2.4, 3.6))]  # fmt: skip
        assert any(plate.name == "cold-aisle-1.roof" for plate in case.plates)


def test_rows_along_y_and_a_fan_wall(here) -> None:
    text = "Name,Row,x [m],y [m],Front,Power [kW]\n" + "".join(
        f"{row}{n},{row},{x},{2.4 + 0.6 * n},{front},10\n"
        for row, x, front in (("A", 1.8, "x-"), ("B", 4.8, "x+"))
        for n in range(5)
    )  # fmt: skip
    Path("list.csv").write_text(text)
    assert main(["new", "hall", "--from-csv", "list.csv", "--cooling", "fan-wall"]) == 0
    case = thermal.load("hall")
    assert {opening.axis for opening in case.openings if opening.kind == "supply"} == {1}
    assert main(["check", "hall"]) == 0


def test_a_workbook_is_read_too(here) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["Rack", "Row", "Power (kW)"], *([f"{r}{n}", r, 1.234 * n] for r in "AB" for n in range(1, 5))):
        book.active.append(row)
    book.save("list.xlsx")
    assert main(["new", "hall", "--from-csv", "list.xlsx"]) == 0
    assert [rack.power for rack in thermal.load("hall").racks][:2] == [1234.0, 2468.0]


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        ('Name,x [m],y [m],Power [kW]\nA1,1.2,1.5,6\nA2,1.8,1.5,"1,234"\n', "", 'list.csv:3:D  Power [kW]: "1,234" can be read'),
        ("Name,Row\nA1,A\n", "", "list.csv has no column of powers: say how much a rack has, --power 6kW"),
        ("Name,Power [kW]\nA1,\nA2,5\n", "", "gives the air no heat"),
        ("Row,Power [kW]\nA1,5\n", "", "no column for the name"),
        ("Name,Power [kW]\n", "", "a list without racks"),
        ("hello\n", "", "no line of headings"),
        ("Name,x [m],y [m],Power [kW]\nA1,0,0,6\n", "", "flat against the wall"),
        (
            "Name,Row,x [m],y [m],Front,Power [kW]\nA1,A,2,2,y+,6\nA2,A,2.6,2,y-,6\n",
            "",
            "row A of this list has fronts on both sides",
        ),
        ("Name,Row,x [m],y [m],Front,Power [kW]\nA1,A,2,2,y+,6\nB1,B,6,2,x-,6\n", "", "parallel rows only"),
        ("Name,Power [kW]\nA1,60\nA2,5\n", "", "tiles would have to blow"),
    ],
)
def test_lists_that_cannot_be_drawn_leave_nothing_behind(here, capsys, text, words, message) -> None:
    Path("list.csv").write_text(text)
    assert main(["new", "hall", "--from-csv", "list.csv", *words.split()]) == 2
    err = capsys.readouterr().err
    assert message in err and "Traceback" not in err
    assert not Path("hall").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("new hall --racks 3 --rows 4", "more rows than the 3 racks"),
        ("new", "without a NAME it asks, on a terminal"),
        ("new a/.hidden", "cannot be the name of a case"),
        ("new hall --from-csv none.csv", "cannot be read (No such file or directory)"),
    ],
)
def test_wrong_words(here, capsys, monkeypatch, words, message) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main(words.split()) == 2
    assert message in capsys.readouterr().err


def test_nothing_is_overwritten(here, capsys) -> None:
    assert main(["new", "--table"]) == 0 and Path("racks.csv").read_bytes() == example("en")
    Path("racks.csv").write_text("mine")
    assert main(["new", "--table"]) == 2 and Path("racks.csv").read_text() == "mine"
    assert main(["new", "--table", "liste", "--french"]) == 0 and "Puissance" in Path("liste.csv").read_text("utf-8-sig")
    Path("hall").mkdir()
    Path("hall/notes.txt").write_text("mine")
    assert main(["new", "hall"]) == 2 and [path.name for path in Path("hall").iterdir()] == ["notes.txt"]


def test_questions_are_asked_again_with_the_reason(here) -> None:
    Path("list.csv").write_text("x")
    answers = iter(["my hall", "my-hall", "lst.csv", "none", "forty", "12", "6", "6 kW", "ice", "fan-wall"])
    said: list[str] = []
    wish = ask(Wish("hall"), lambda words: next(answers), said.append)
    assert (wish.name, wish.racks, wish.power, wish.cooling, wish.source) == ("my-hall", 12, 6000.0, "fan-wall", None)
    assert len(said) == 6 and 'did you mean "6 kW"?' in said[4]
    with pytest.raises(UsageError, match="no usable answer"):
        ask(Wish("hall"), lambda words: "?!", said.append)


def test_on_a_terminal_without_a_name_it_asks(here) -> None:
    root = Path(thermal.__file__).resolve().parents[1]
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "thermal.cli", "new"], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, b"room\n\n4\n\n\n")
    assert run.wait(60) == 0
    os.close(ours)
    assert len(thermal.load("room").racks) == 4


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=120))
def test_any_text_as_a_list(tmp_path_factory, text) -> None:
    path = tmp_path_factory.mktemp("any") / "list.csv"
    path.write_text("Name,Power [kW]\n" + text, encoding="utf-8", errors="replace")
    try:
        sketch(Wish("hall", source=path))
    except HallflowError as error:
        assert isinstance(error, CaseErrors | UsageError) and all(line.isprintable() for line in str(error).splitlines())
