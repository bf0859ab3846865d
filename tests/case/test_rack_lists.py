"""Lists of racks as spreadsheets write them: what they may look like, and every mistake with its cell."""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.case.texts import VALID, edited
from thermal.case.build import case_from_text, load_case
from thermal.case.headings import COLUMNS, plain, read_heading
from thermal.case.numerals import split_numeral
from thermal.case.spreadsheet import decode_list, letter, read_csv
from thermal.errors import CaseErrors
from thermal.units import UnitError

ENGLISH = """Name,Row,Type,x [m],y [m],z [m],Front,Power [kW],Liquid share [%],Delta T [K]
A1,A,gpu,1.8,1.5,0,north,130,85,12
A2,A,gpu,2.4,1.5,0,north,129.5,85,12
B1,B,gpu,1.8,4.5,0,south,1300,98.5,12
"""
FRENCH = """Nom;Rangée;Type;X (m);Y (m);Z (m);Face avant;Puissance (kW);Part liquide (%);Écart de température (K)
A1;A;gpu;1,8;1,5;0;nord;130;85;12
A2;A;gpu;2,4;1,5;0;nord;129,5;85;12
B1;B;gpu;1,8;4,5;0;sud;1 300;98,5;12
"""
ROWS = VALID[VALID.index("[[rack_row]]") : VALID.index("[[supply]]")]


def case_text(table: str = 'file = "racks.csv"') -> str:
    """The valid hall with a list in place of its rows."""
    return edited((ROWS, f"[[rack_table]]\n{table}\n\n"))


def hall(folder: Path, data: bytes | str, table: str = 'file = "racks.csv"', name: str = "racks.csv") -> Path:
    """A folder with a case and its list."""
    (folder / "case.toml").write_text(case_text(table), encoding="utf-8")
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(CaseErrors) as caught:
        load_case(folder)
    return [str(error) for error in caught.value.errors]


def bare(racks) -> list:
    return [replace(rack, source="") for rack in racks]


def test_french_and_english_say_the_same(tmp_path) -> None:
    english = load_case(hall(tmp_path, ENGLISH))
    (tmp_path / "fr").mkdir()
    french = load_case(hall(tmp_path / "fr", FRENCH))
    assert bare(english.racks) == bare(french.racks)
    first = english.racks[0]
    assert (first.name, first.row, first.type, first.source) == ("A1", "A", "gpu", "racks.csv:2")
    assert first.box.low == (1.8, 1.5, 0.0) and first.box.high == (2.4, 2.7, 2.2)
    assert (first.axis, first.sign) == (1, 1) and english.racks[2].sign == -1
    assert first.power == 130e3 and first.liquid_share == 0.85
    # closed form: P (1 - share)/(rho cp dT)
    assert first.flow == pytest.approx(130e3 * 0.15 / (english.air.density * english.air.heat_capacity * 12.0), rel=1e-12)
    assert english.racks[2].power == 1300e3 and english.racks[2].liquid_share == 0.985


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_whatever_the_program_that_saved_it(tmp_path, coding, ending) -> None:
    text = FRENCH.replace("\n", ending)
    assert len(load_case(hall(tmp_path, text.encode(coding))).racks) == 3


@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("above", ["", "Liste des baies\n\n", "sep=MARK\n"])
def test_marks_between_cells_titles_and_empty_lines(tmp_path, mark, above) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=mark, lineterminator="\n").writerows(csv.reader(io.StringIO(FRENCH), delimiter=";"))
    text = above.replace("MARK", mark) + stream.getvalue() + "\n" + mark * 9 + "\n"
    case = load_case(hall(tmp_path, text))
    assert [rack.power for rack in case.racks] == [130e3, 129.5e3, 1300e3]
    assert case.racks[0].source == f"racks.csv:{2 + above.count(chr(10))}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6", 6.0), ("6.5", 6.5), ("6,5", 6.5), ("0,123", 0.123), ("12,3456", 12.3456), ("1234,567", 1234.567), (",5", 0.5),
        ("1 234,5", 1234.5), ("1\u00a0234,5", 1234.5), ("1\u202f234", 1234.0), ("1'234.5", 1234.5), ("1,234.5", 1234.5),
        ("1.234,5", 1234.5), ("1,234,567", 1234567.0), ("1 234,567", 1234.567), ("-1,2", -1.2), ("1e-05", 1e-5), ("1.234", 1.234),
    ],
)  # fmt: skip
def test_numbers(text, value) -> None:
    assert split_numeral(text) == (value, "")


@pytest.mark.parametrize("text", ["1,234", "12,345", "123,456", "1,000", "-1,234"])
def test_a_number_that_can_be_two_is_refused_and_told_how_to_settle_it(text) -> None:
    with pytest.raises(UnitError, match="can be read as") as caught:
        split_numeral(text)
    assert "[[rack_table]]" in caught.value.fix
    point, comma = split_numeral(text, "."), split_numeral(text, ",")
    assert point[0] == pytest.approx(1000.0 * comma[0])
    for written in caught.value.accepted.split(", or "):  # what the message says to write is read, each way once
        assert abs(split_numeral(written)[0]) in (abs(point[0]), abs(comma[0]))


@pytest.mark.parametrize(
    "text", ["", "abc", "=1+2", "+", "1,23,4", "1.2.3", "1,234.5.6", "12 5", "1 23,4", "1'2", "9" * 400, "1e999", "٣"]
)
def test_what_is_no_number(text) -> None:
    with pytest.raises(UnitError):
        split_numeral(text)


def test_a_point_is_doubtful_in_a_list_that_writes_commas(tmp_path) -> None:
    text = FRENCH.replace("130;85", "1.234;85")
    (line,) = mistakes(hall(tmp_path, text))
    assert line.startswith('racks.csv:2:H  Puissance (kW): "1.234" can be read as 1.234 or as 1234')
    case = load_case(hall(tmp_path, text, 'file = "racks.csv"\ndecimal = ","'))
    assert case.racks[0].power == 1234e3


def test_every_heading_is_known_in_both_languages() -> None:
    for column in COLUMNS:
        for word in (*column.english, *column.french, column.key):
            for text in (word, word.upper(), f" {word.replace(' ', '_')} "):
                found = read_heading(text)
                assert found is not None and found.column is column, text
    assert read_heading("Puissance_kW").unit == "kW" and read_heading("Débit d’air (m³/h)").unit == "m³/h"
    assert read_heading("ΔT [K]").column.key == "delta_t" and read_heading("Flow (m3/(h kW))").unit == "m3/(h kW)"
    assert plain("Débit_d'Air") == "debit d air" and letter(27) == "AB"


def test_all_mistakes_at_once_each_with_its_cell(tmp_path) -> None:
    text = """Name,Type,x [m],y [m],Front,Power [kW],Air flow [m3/h],Customer,Powr
A1,gpu,1.8,1.5,north,"1,234",1800,x,
A2,gpuu,2.4,1.5,nrth,6 kVA,1900,,
A3,gpu,=1+1,1.5,north,-6,1800,,
Total,,,,,12,,,
A4,gpu,3.6,,north,6,1800,,,,zz
A5/ é,gpu,9.6,1.5,north,6,1500,,
"""
    found = mistakes(hall(tmp_path, text))
    wanted = [
        ("racks.csv:1:H", 'unknown columns "Customer", "Powr"', 'did you mean "power"?', 'ignore = ["Customer", "Powr"]'),
        ("racks.csv:2:F  Power [kW]", '"1,234" can be read as 1.234 or as 1234'),
        ("racks.csv:3:B  Type", 'no rack type "gpuu"', 'did you mean "gpu"?'),
        ("racks.csv:3:E  Front", '"nrth" is no direction', "north"),
        ("racks.csv:3:F  Power [kW]", "kVA", "W, kW, MW"),
        ("racks.csv:4:C  x [m]", '"=1+1" is a formula'),
        ("racks.csv:4:F  Power [kW]", '"-6 kW" is out of range'),
        ("racks.csv:5:A  Name", "a line of sums", "delete it"),
        ("racks.csv:6:D  y [m]", "no y"),
        ("racks.csv:6:K", '"zz" stands under no heading', "decimal commas"),
        ("racks.csv:7: rack A5-e lies outside the room",),
    ]
    for start, *words in wanted:
        assert any(line.startswith(start) and all(word in line for word in words) for line in found), (start, found)
    assert len(found) == len(wanted), found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Power [kW]", "Power", 'racks.csv:1:H: "Power": no unit; accepted: W, kW, MW; write the heading with its unit: '),
        ("Liquid share [%]", "Liquid share", 'write the heading with its unit: "Liquid share (%)"'),
        ("Delta T [K]", "Delta T [°C]", "degC is a temperature, not a difference"),
        ("x [m]", "x [kW]", "is a power, not a length"),
        ("z [m]", "Power [W]", 'racks.csv:1:H: "Power [kW]" means the same as "Power [W]"'),
        ("Front", "Notes", 'no column for the where the front looks'),
        ("A1,A,gpu", "A 1\x07,A,gpu", '"A 1" cannot be a name'),
        ("A2,A,gpu", "A1,A,gpu", "rack of row A, A1 has the name of rack of row A, A1 (racks.csv:2)"),
        ("A2,A,gpu,2.4", "A2,A,gpu,1.9", "racks.csv:3: rack A2 overlaps rack A1 (racks.csv:2)"),
        ("130,85,12", "130,100,12", "racks.csv:2:H  Power [kW]: this rack gives the air no heat"),
        ("A1,A,gpu", ",A,gpu", "racks.csv:2:A  Name: no name"),
        (ENGLISH, "a,b\nc,d\n", 'racks.csv: no line of headings; its first line holds "a", "b"'),
        (ENGLISH, ENGLISH.split("\n")[0], "racks.csv:1: a list without racks"),
        (ENGLISH, "", "its first line holds nothing"),
        ("A1,A,gpu", "A1,A," + "g" * 600, "racks.csv:2:C  Type: a cell of 600 characters"),
        ("A1,A,gpu", 'A1,A,"' + "g" * 200_000, "a cell of"),
    ],
)  # fmt: skip
def test_mistakes_of_a_list(tmp_path, old, new, message) -> None:
    assert old in ENGLISH
    found = mistakes(hall(tmp_path, ENGLISH.replace(old, new, 1)))
    assert any(message in line for line in found), found
    assert all(line.isprintable() and len(line) < 1000 for line in found)


def test_the_same_mistake_in_every_line_is_told_a_few_times(tmp_path) -> None:
    lines = ["Name,Type,x [m],y [m],Front,Power [kW]"] + [f'A{n},gpu,1.8,1.5,north,"1,{n:03d}"' for n in range(100, 160)]
    found = mistakes(hall(tmp_path, "\n".join(lines)))
    assert len(found) == 5 and "and 55 more like it below" in found[-1]


def test_a_list_may_describe_racks_that_have_no_type(tmp_path) -> None:
    text = """Rack;x (m);y (m);Front;IT load (kW);Width (mm);Depth (mm);Height (mm);Airflow (m3/h/kW)
A1;1.8;1.5;y+;6;600;1200;2200;250
"""
    (rack,) = load_case(hall(tmp_path, text)).racks
    assert rack.flow == pytest.approx(6 * 250 / 3600) and rack.box.high == (2.4, 2.7, 2.2) and rack.type == "listed"


def test_defaults_of_the_table_and_places_by_the_middle(tmp_path) -> None:
    text = "Name,x [m],y [m],Notes\nA1,2.1,2.1,hello\nA2,2.7,2.1,\n"
    table = 'file = "racks.csv"\ntype = "gpu"\nfront = "+y"\nposition = "centre"\nignore = ["*"]'
    case = load_case(hall(tmp_path, text, table))
    assert [rack.box.low for rack in case.racks] == [(1.8, 1.5, 0.0), (2.4, 1.5, 0.0)]
    turned = load_case(hall(tmp_path, text.replace("2.7,2.1", "4.8,2.1"), table.replace("+y", "-x")))
    assert turned.racks[0].box.low == (1.5, 1.8, 0.0) and turned.racks[0].box.high == (2.7, 2.4, 2.2)


def test_the_record_keeps_a_text_from_which_the_same_racks_come(tmp_path) -> None:
    case = load_case(hall(tmp_path, FRENCH.encode("cp1252")))
    again = case_from_text(case.text)
    assert bare(again.racks) == bare(case.racks)
    assert again.racks[1].source.startswith("case.toml:") and again.text == case.text
    line = int(again.racks[1].source.split(":")[1])
    assert case.text.splitlines()[line - 1].startswith("A2;A;gpu")  # the message leads to the very line


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            'file = "rakcs.csv"',
            'case.toml:27  rack_table[0].file: no file "rakcs.csv" beside the case; did you mean "racks.csv"?',
        ),
        ('file = "../racks.csv"', "lies outside the folder of the case"),
        ('file = "/etc/passwd"', "is no list that is read"),
        ('file = "/etc/hostname.csv"', "lies outside the folder of the case"),
        ('file = "racks.xls"', "save it as .xlsx or CSV"),
        ('file = "racks.ods"', "save it as .xlsx or CSV"),
        ('name = "empty"', "neither file nor text"),
        ('file = "racks.csv"\ntext = "x"', "file and text together"),
        ('file = "a\\u0000.csv"', "is no file name"),
        ('file = "racks.csv"\ndecimal = ";"', "is not known"),
        ('file = "folder.csv"', "is not a regular file"),
    ],
)
def test_mistakes_of_the_table(tmp_path, table, message) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "racks.csv").write_text(ENGLISH)
    (tmp_path / "case" / "folder.csv").mkdir()
    found = mistakes(hall(tmp_path / "case", ENGLISH, table))
    assert any(message in line for line in found), found


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "secret.csv").write_text(ENGLISH)
    hall(tmp_path / "case", ENGLISH)
    (tmp_path / "case" / "racks.csv").unlink()
    (tmp_path / "case" / "racks.csv").symlink_to(tmp_path / "secret.csv")
    assert "lies outside" in mistakes(tmp_path / "case")[0]


def test_a_text_alone_cannot_name_files() -> None:
    with pytest.raises(CaseErrors, match="no file cannot name files"):
        case_from_text(case_text())


def test_rows_of_a_list_and_containment(tmp_path) -> None:
    folder = hall(tmp_path, ENGLISH)
    text = (folder / "case.toml").read_text()
    aisle = '[[containment]]\nname = "c"\nkind = "cold-aisle"\nrows = ["A", "B"]\n'
    (folder / "case.toml").write_text(text + aisle)
    assert any(plate.name == "c.door-low" for plate in load_case(folder).plates)
    (folder / "racks.csv").write_text(ENGLISH.replace("2.4,1.5,0,north", "2.4,1.5,0,south"))
    assert any("row A is no straight line: A1 and A2" in line for line in mistakes(folder))
    (folder / "case.toml").write_text(text + ROWS)
    assert any('a second row "A"' in line for line in mistakes(folder))


def book(**sheets: list[list[object]]) -> openpyxl.Workbook:  # type: ignore[name-defined]  # noqa: F821
    openpyxl = pytest.importorskip("openpyxl")
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return made


def saved(made) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


HEAD = ["Nom", "Rangée", "Type", "X (m)", "Y (m)", "Face avant", "Puissance (kW)", "Part liquide (%)"]
XLSX = 'file = "racks.xlsx"'


def test_a_workbook_gives_the_racks_of_the_csv(tmp_path) -> None:
    made = book(Notes=[["hello"]], Baies=[["Salle 1"], HEAD, ["A1", "A", "gpu", 1.8, 1.5, "nord", 130, 0.85], [],
                                          ["A2", None, "gpu", 2.4, "1,5", "nord", 129.5, "85 %"]])  # fmt: skip
    sheet = made["Baies"]
    sheet["H3"].number_format = "0 %"
    sheet.merge_cells("B3:B5")
    case = load_case(hall(tmp_path, saved(made), XLSX, "racks.xlsx"))
    assert [(r.name, r.row, r.power, r.liquid_share, r.source) for r in case.racks] == [
        ("A1", "A", 130e3, 0.85, "racks.xlsx:3"), ("A2", "A", 129.5e3, 0.85, "racks.xlsx:5")]  # fmt: skip
    again = case_from_text(case.text)
    assert bare(again.racks) == bare(case.racks)


def test_cells_of_a_workbook_that_cannot_be_read(tmp_path) -> None:
    import datetime

    made = book(Baies=[HEAD, ["A1", "A", "gpu", "=1+0.8", 1.5, "nord", 130, 0],
                       ["A2", "A", "gpu", datetime.date(2026, 2, 1), 1.5, "nord", 6, 0],
                       ["A3", "A", "gpu", 3.0, 1.5, "nord", 12, 0], ["A4", "A", "gpu", 3.6, 1.5, "nord", None, 0],
                       ["A5", "A", "gpu", "#REF!", 1.5, "nord", 6, 0]])  # fmt: skip
    made["Baies"].merge_cells("G4:G5")
    found = mistakes(hall(tmp_path, saved(made), XLSX, "racks.xlsx"))
    for message in (
        'racks.xlsx:2:D  X (m): the formula "=1+0.8" has no value stored with it; open the workbook in Excel and save it',
        "racks.xlsx:3:D  X (m): a date or time (2026-02-01 00:00:00); accepted: a number or text; Excel took a number for a date",
        "racks.xlsx:4:G  Puissance (kW): merged cells G4:G5: is 12 that of each line or of all together?",
        'racks.xlsx:6:D  X (m): "#REF!" is an error of the workbook',
    ):
        assert any(line.startswith(message) for line in found), (message, found)


@pytest.mark.parametrize(
    ("data", "table", "message"),
    [
        (b"\xd0\xcf\x11\xe0" + b"0" * 100, XLSX, "an old .xls workbook, or one with a password"),
        (b"PK\x03\x04nonsense", XLSX, "not an Excel workbook"),
        (b"hello", XLSX, "not an Excel workbook"),
        (None, XLSX + '\nsheet = "Salle"', 'no sheet "Salle"; accepted: "One", "Two"'),
        (None, XLSX, "more than one sheet has headings of racks"),
    ],
)
def test_workbooks_that_are_none_or_unclear(tmp_path, data, table, message) -> None:
    rows = [HEAD, ["A1", "A", "gpu", 1.8, 1.5, "nord", 130, 0.85]]
    data = data if data is not None else saved(book(One=rows, Two=rows))
    found = mistakes(hall(tmp_path, data, table, "racks.xlsx"))
    assert any(message in line for line in found), found


def test_a_workbook_that_unpacks_to_more_than_a_list(tmp_path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (70 << 20))
    assert "unpacks to more than 64 MiB" in mistakes(hall(tmp_path, stream.getvalue(), XLSX, "racks.xlsx"))[0]


def test_without_openpyxl_it_says_what_to_install(tmp_path, monkeypatch) -> None:
    data = saved(book(One=[HEAD]))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    (line,) = mistakes(hall(tmp_path, data, XLSX, "racks.xlsx"))
    assert "not installed; pip install 'hallflow[tables]', or save the sheet as CSV" in line


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.integers(0, len(FRENCH.encode())), st.integers(0, 20))
@example(b'"', 100, 0)
@example(b"\xff\xfe", 0, 0)
def test_hostile_bytes_end_in_messages(data: bytes, position: int, removed: int) -> None:
    content = FRENCH.encode()
    try:
        text = decode_list(content[:position] + data + content[position + removed :], "racks.csv")
        read_csv(text, "racks.csv")
        toml = case_text("text = '''\n" + text.replace("'''", "") + "'''")
        case_from_text(toml)
    except CaseErrors as errors:
        assert errors.errors
        assert all(str(error).isprintable() and len(str(error)) < 2000 for error in errors.errors)
