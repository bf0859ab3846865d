"""Broken case files of many kinds: each ends in CaseErrors with a message a user can act on, and in nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.case.texts import VALID, edited
from thermal.case.build import load_case
from thermal.cli import main
from thermal.errors import QUOTE_LENGTH, CaseErrors

BIG = "1" + "0" * 5000
SUN = '\n[[wall]]\nname = "sun"\non = "y+"\n'
AROUND = 'periodic = ["x", "y"]\n'
PUSHED = 'body_force = ["1 m/s2", "0 m/s2", "0 m/s2"]\n'
BLOWN = 'bulk_velocity = ["1 m/s", "0 m/s", "0 m/s"]\n'
WARM = SUN + 'temperature = "30 degC"\n'

# name -> (bytes or text of the file, parts that its message holds)
BROKEN: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    # bytes and syntax
    "empty": ("", ("[room]", "missing table", "add [mesh] with cell")),
    "only a comment": ("# nothing\n", ("missing table",)),
    "binary": (b"\x7fELF\x02\x01\x01\x00\x00\x00\xff\xfe", ("binary file", "UTF-8")),
    "NUL in text": (VALID.encode() + b"\0", ("binary file",)),
    "latin-1": (VALID.replace("A hall", "Halle à").encode("latin-1"), (":2", "not UTF-8")),
    "utf-16": (VALID.encode("utf-16"), ("UTF-8",)),
    "huge": ("# " + "x" * (2 << 20), ("larger than 1024 KiB",)),
    "no value": (edited(('cell = "0.1 m"', "cell =")), (":11", "not TOML")),
    "no quotes": (edited(('cell = "0.1 m"', "cell = 0.1 m")), (":11", "quotes")),
    "open string": (edited(('"A hall"', '"A hall')), (":2", "not TOML")),
    "deep list": (edited(('"A hall"', "[" * 5000 + "]" * 5000)), (":2", "nested")),
    "deep inline tables": (edited(('"A hall"', "{a=" * 300 + "1" + "}" * 300)), (":2", "nested")),
    "long dotted key": ("a" + ".a" * 20000 + " = 1\n" + VALID, (":1", "parts")),
    "key twice": (edited(('cell = "0.1 m"', 'cell = "0.1 m"\ncell = "0.2 m"')), (":12", "not TOML")),
    "table twice": (VALID + '\n[room]\nsize = ["1 m", "1 m", "1 m"]\n', ("not TOML",)),
    "integer of 5000 digits": (edited(("count = 4", f"count = {BIG}")), ("not readable as TOML",)),
    # keys
    "typo in a key": (edited(("power =", "powr =")), (":22  rack.gpu.powr", "unknown key", 'did you mean "power"?')),
    "typo in a table": (edited(("[limits]", "[limit]")), (":17  limit", "unknown table", 'did you mean "limits"?')),
    "key of another program": (edited(("[flow]", "[flow]\nrelaxation = 0.7")), ("flow.relaxation", "unknown key", "turbulence")),
    "missing key": (edited(('cell = "0.1 m"\n', "")), ("mesh.cell", "missing", "Wanted cell size")),
    "missing room": (edited(('[room]\nsize = ["6 m", "7.2 m", "3 m"]\n', "")), ("room", "missing table")),
    "table for a list": (edited(("[[obstacle]]", "[obstacle]")), ("write [[obstacle]]",)),
    "list for a table": (edited(("[room]", "[[room]]")), ("room", "a list of 1 is not a table")),
    "rack type without a name": (edited(("[rack.gpu]", "[rack]")), ("write [rack.NAME]",)),
    "key outside tables": ('cell = "0.1 m"\n' + VALID, (":1  cell", "unknown table")),
    # quantities
    "no unit": (edited(('power = "130 kW"', "power = 130")), (":22", "no unit", "W, kW, MW", 'did you mean "130 kW"?')),
    "no unit in text": (edited(('"0.1 m"', '"0.1"')), ("no unit", 'did you mean "0.1 m"?')),
    "wrong unit": (edited(('"130 kW"', '"130 kg"')), ('unit "kg" is not known', "W, kW, MW")),
    "unit of another kind": (edited(('"130 kW"', '"130 m"')), ("is a length, not a power",)),
    "case of a unit": (edited(('"130 kW"', '"130 kw"')), ('did you mean "130 kW"?',)),
    "K for a temperature": (edited(('"20 degC"', '"293.15 K"')), (":47", "difference", 'did you mean "20 degC"?')),
    "degC for a difference": (edited(('"12 K"', '"12 degC"')), ("is a temperature, not a difference", 'did you mean "12 K"?')),
    "degF": (edited(('"20 degC"', '"68 degF"')), ("degF is not read", 'did you mean "20 degC"?')),
    "decimal comma": (edited(('max = "27 degC"', 'max = "27,5 degC"')), ("decimal mark is a point", 'did you mean "27.5 degC"?')),
    "thousands mark": (edited(('"130 kW"', '"130 000 W"')), ("thousands", 'did you mean "130000 W"?')),
    "nan": (edited(("liquid_share = 0.85", "liquid_share = nan")), ("rack.gpu.liquid_share", "not a finite number")),
    "inf": (edited(("flow_ratio = 1.05", "flow_ratio = inf")), ("flow_ratio", "not a finite number")),
    "nan in text": (edited(('"20 degC"', '"nan degC"')), ("not a finite number",)),
    "overflow": (edited(('"130 kW"', '"1e400 kW"')), ("not a finite number",)),
    "words": (edited(('"130 kW"', '"lots"')), ('"lots" does not start with a number',)),
    "negative length": (edited(('"0.1 m"', '"-0.1 m"')), ("out of range", "> 0 m")),
    "zero cell": (edited(('"0.1 m"', '"0 m"')), ("out of range", "> 0 m")),
    "share above one": (edited(("liquid_share = 0.85", "liquid_share = 85")), ("out of range", "up to 1")),
    "below absolute zero": (edited(('"20 degC"', '"-300 degC"')), ("out of range",)),
    "list for a number": (edited(('"130 kW"', '["130 kW"]')), ("a list of 1 is not a power",)),
    "date for a number": (edited(('"130 kW"', "2026-01-01")), ("2026-01-01 is not a power",)),
    "boolean for a number": (edited(("liquid_share = 0.85", "liquid_share = true")), ("true is not a fraction",)),
    "a table of a number": (edited(('"130 kW"', "{ W = 1 }")), ("a table is not a power",)),
    # types and choices
    "two coordinates for three": (
        edited(('["6 m", "7.2 m", "3 m"]', '["6 m", "7.2 m"]')),
        ("room.size", "a list of 2", "a list of 3"),
    ),
    "four coordinates": (edited(('["6 m", "7.2 m", "3 m"]', '["6 m", "7.2 m", "3 m", "1 m"]')), ("a list of 4",)),
    "text for a list": (edited(('["6 m", "7.2 m", "3 m"]', '"6 m"')), ("is not a list",)),
    "count with a point": (edited(("count = 4", "count = 4.5")), ("rack_row[0].count", "not a whole number")),
    "count as text": (edited(("count = 4", 'count = "4"')), ("not a whole number",)),
    "count of zero": (edited(("count = 4", "count = 0")), ("out of range", "from 1")),
    "a million racks": (edited(("count = 4", "count = 1000000")), ("out of range", "up to 10000")),
    "unknown model": (edited(('"k-epsilon"', '"kepsilon"')), (":14", "laminar", 'did you mean "k-epsilon"?')),
    "unknown class": (edited(('class = "A2"', 'class = "A9"')), ("limits.class", "A1, A2, A3, A4, H1")),
    "unknown direction": (edited(('along = "+x"', 'along = "x"')), ("+x, -x, +y, -y",)),
    "text for true": (edited(("[flow]", '[flow]\nbuoyancy = "yes"')), ("flow.buoyancy", "true, false")),
    "number for a title": (edited(('"A hall"', "5")), ("case.title", "5 is not text")),
    # names
    "markup in a name": (edited(('name = "A"', 'name = "<script>alert(1)</script>"')), (":27", "cannot be a name")),
    "formula as a name": (edited(('name = "tiles"', 'name = "=cmd()"')), ("cannot be a name",)),
    "path as a name": (edited(('name = "column"', 'name = "../../etc/passwd"')), ("cannot be a name",)),
    "rich markup as a name": (edited(('name = "A"', 'name = "[/x]"')), ("cannot be a name",)),
    "name with a line break": (edited(('name = "A"', 'name = "A\\nB"')), ('"A B" cannot be a name',)),
    "name with colours": (edited(('name = "A"', 'name = "\\u001b[31mA"')), ('"[31mA" cannot be a name',)),
    "name of a rack type": (edited(("[rack.gpu]", '[rack."g p u"]')), ("cannot be a name",)),
    "long name": (edited(('name = "A"', f'name = "{"A" * 5000}"')), ("…", "cannot be a name")),
    "two rows of one name": (edited(('name = "B"', 'name = "A"')), ("rack_row[1].name", "a second row")),
    "racks of one name": (
        edited(
            ('name = "A"\ntype = "gpu"\ncount = 4', 'name = "B1"\ntype = "gpu"\ncount = 1'),
            ('name = "B"\ntype = "gpu"\ncount = 4', 'name = "B"\ntype = "gpu"\ncount = 12\npower = "1 W"\npitch = "0.6 m"'),
        ),
        ("B11 has the name of",),
    ),
    "two openings of one name": (edited(('name = "south"', 'name = "tiles"')), ("return tiles has the name of supply tiles",)),
    # racks
    "unknown rack type": (edited(('type = "gpu"', 'type = "cpu"')), (":28", 'no rack type "cpu"', 'did you mean "gpu"?')),
    "no flow": (edited(('delta_t = "12 K"\n', "")), ("rack.gpu", "no air flow", "delta_t, airflow, flow")),
    "two flows": (edited(('delta_t = "12 K"', 'delta_t = "12 K"\nflow = "1 m3/s"')), ("delta_t and flow together",)),
    "all liquid and delta_t": (
        edited(("liquid_share = 0.85", "liquid_share = 1")),
        ("rack A1 gives the air 0 kW", "no air flow"),
    ),
    "front along the row": (edited(('front = "+y"', 'front = "+x"')), ("looks along the row", "+y, -y")),
    "powers of the wrong number": (edited(("count = 4", 'count = 4\npower = ["1 kW", "2 kW"]')), ("2 powers for 4 racks",)),
    "a wrong power in a list": (edited(("count = 4", 'count = 2\npower = ["1 kW", 2]')), ("rack 2: no unit", '"2 kW"')),
    "pitch below the width": (edited(("count = 4", 'count = 4\npitch = "50 cm"')), ("a pitch of 0.5 m",)),
    # geometry
    "rack outside the room": (
        edited(('at = ["1.8 m", "1.5 m"]', 'at = ["4.8 m", "1.5 m"]')),
        (":26", "rack A3 lies outside the room", "6 m"),
    ),
    "rack above the ceiling": (
        edited(('size = ["6 m", "7.2 m", "3 m"]', 'size = ["6 m", "7.2 m", "2 m"]')),
        ("rack A1 lies outside",),
    ),
    "rows overlap": (edited(('at = ["1.8 m", "4.5 m"]', 'at = ["1.8 m", "2 m"]')), ("rack B1 overlaps rack A1", ":26")),
    "obstacle in a rack": (
        edited(('from = ["5 m", "3 m", "0 m"]', 'from = ["4 m", "2 m", "0 m"]')),
        ("obstacle column overlaps rack A4",),
    ),
    "front against the wall": (
        edited(('at = ["1.8 m", "1.5 m"]', 'at = ["1.8 m", "0 m"]'), ('front = "+y"', 'front = "-y"')),
        ("rack A1: the front is flat against the wall y-",),
    ),
    "back against the wall": (
        edited(('at = ["1.8 m", "1.5 m"]', 'at = ["1.8 m", "0 m"]')),
        ("the back is flat against the wall y-",),
    ),
    "opening outside its wall": (
        edited(('to = ["4.2 m", "1.2 m"]', 'to = ["9 m", "1.2 m"]')),
        ("opening south", "outside the ceiling", "6 m"),
    ),
    "openings overlap": (
        edited(('on = "ceiling"', 'on = "floor"'), ('to = ["4.2 m", "1.2 m"]', 'to = ["4.2 m", "3 m"]')),
        ("return south overlaps supply tiles",),
    ),
    "corners reversed": (edited(('to = ["4.2 m", "4.5 m"]', 'to = ["1 m", "4.5 m"]')), ("opening tiles has no extent in x",)),
    "unknown surface": (edited(('on = "floor"', 'on = "flor"')), ('no surface "flor"', 'did you mean "floor"?')),
    "surface of nothing": (edited(('on = "floor"', 'on = "crah.x+"')), ('no surface "crah.x+"', "column")),
    "a million million cells": (edited(('"0.1 m"', '"0.05 mm"')), ("mesh.cell", "cells", "TB")),
    "cells larger than the room": (edited(('"0.1 m"', '"5 m"')), ("cells of 5 m",)),
    "obstacle that is a line": (
        edited(('to = ["5.4 m", "3.4 m", "3 m"]', 'to = ["5 m", "3 m", "3 m"]')),
        ("no extent in x and y",),
    ),
    "obstacle upside down": (
        edited(('to = ["5.4 m", "3.4 m", "3 m"]', 'to = ["5.4 m", "1 m", "3 m"]')),
        ("from lies above to in y",),
    ),
    "sheet that heats": (
        edited(('to = ["5.4 m", "3.4 m", "3 m"]', 'to = ["5 m", "3.4 m", "3 m"]\npower = "1 kW"')),
        ("cannot give heat",),
    ),
    "door that leaks and is thick": (
        edited(('to = ["4.2 m", "4.5 m", "2.4 m"]', 'to = ["4.2 m", "4.5 m", "2.6 m"]\nleakage = 0.1')),
        ("has a volume and cannot leak",),
    ),
    # openings and containment
    "supply without flow": (edited(("flow_ratio = 1.05\n", "")), ("supply tiles has no flow",)),
    "supply with two flows": (
        edited(("flow_ratio = 1.05", 'flow_ratio = 1.05\nflow = "1 m3/s"')),
        ("flow and flow_ratio together",),
    ),
    "supply without temperature": (edited(('temperature = "20 degC"\n', "")), ("supply[0].temperature", "missing")),
    "ratio without racks": (
        '[room]\nsize = ["3 m", "3 m", "3 m"]\n[mesh]\ncell = "0.1 m"\n'
        '[[supply]]\nname = "a"\non = "floor"\ntemperature = "20 degC"\nflow_ratio = 1\n',
        ("there are no racks",),
    ),
    "loss at a fixed flow": (edited(("flow_ratio = 1.05", "flow_ratio = 1.05\nloss_coefficient = 3")), ("loss changes nothing",)),
    "piece without corners": (edited(('from = ["1.8 m", "2.7 m", "2.4 m"]\n', "")), ("roof roof needs from and to",)),
    "aisle without rows": (VALID + '[[containment]]\nname = "c"\nkind = "cold-aisle"\n', ("needs its rows", "A, B")),
    "aisle of unknown rows": (
        VALID + '[[containment]]\nname = "c"\nkind = "cold-aisle"\nrows = ["A", "C"]\n',
        ('no rack row "C"',),
    ),
    "cold aisle of backs": (
        VALID + '[[containment]]\nname = "c"\nkind = "hot-aisle"\nrows = ["A", "B"]\n',
        ("turn their backs",),
    ),
    "aisle roof below the racks": (
        VALID + '[[containment]]\nname = "c"\nkind = "cold-aisle"\nrows = ["A", "B"]\nheight = "2 m"\n',
        ("a roof at 2 m", "2.2 m"),
    ),
    "constant viscosity unset": (edited(('"k-epsilon"', '"constant"')), ("needs constant_viscosity",)),
    # limits
    "limit on an unknown number": (edited(("inlet_max", "inlet_maximum")), (":69", "no number", 'did you mean "inlet_max"?')),
    "limit on an unknown rack": (edited(("rack.*.", "rack.C1.")), ('no rack "C1"', "A1, A2, A3, A4, B1")),
    "limit on an unknown root": (edited(("rack.*.", "racks.*.")), ("no number", 'did you mean "rack"?')),
    "limit without a limit": (edited(('max = "27 degC"\n', "")), ("a limit without a limit",)),
    "limit in K": (edited(('"27 degC"', '"27 K"')), ("is a temperature difference", 'did you mean "27 degC"?')),
    # walls that move
    "wall off its place": (
        VALID + SUN + 'velocity = ["1 m/s", "1 m/s", "0 m/s"]\n',
        ("wall[0].velocity", "wall sun on y+ moves off its place", "0 m/s along y"),
    ),
    "velocity of a wall in two numbers": (VALID + SUN + 'velocity = ["1 m/s", "0 m/s"]\n', ("wall[0].velocity", "a list of 3")),
    "velocity of a wall in m": (
        VALID + SUN + 'velocity = ["1 m", "0 m/s", "0 m/s"]\n',
        ("is a length, not a speed", "m/s, km/h"),
    ),
    # rooms that repeat themselves
    "periodic along no axis": (
        edited(("[flow]", '[flow]\nperiodic = ["north"]')),
        ("flow.periodic[0]", '"north" is not known', "x, y, z"),
    ),
    "periodic as a text": (edited(("[flow]", '[flow]\nperiodic = "x"')), ("flow.periodic", "is not a list")),
    "periodic along z": (edited(("[flow]", '[flow]\nperiodic = ["z"]')), ("warm air would rise for ever", "buoyancy = false")),
    "force along an axis that ends": (
        edited(("[flow]", '[flow]\nperiodic = ["x"]\nbody_force = ["0 m/s2", "1 m/s2", "0 m/s2"]')),
        ("flow.body_force", "body_force along y, which is not periodic", 'periodic = ["x", "y"]'),
    ),
    "force and bulk velocity": (
        edited(("[flow]", f"[flow]\n{AROUND}{PUSHED}{BLOWN}")),
        ("flow.bulk_velocity", "body_force and bulk_velocity together", "an outcome"),
    ),
    "bulk velocity along two axes": (
        edited(("[flow]", f"[flow]\n{AROUND}{BLOWN}".replace("0 m/s", "2 m/s"))),
        ("flow.bulk_velocity", "not along one axis"),
    ),
    "bulk velocity without unit": (edited(("[flow]", f"[flow]\n{AROUND}{BLOWN}".replace("1 m/s", "1"))), ("no unit", "m/s")),
    "gradient without a stream": (
        edited(("[flow]", f'[flow]\n{AROUND}temperature_gradient = "1 K/m"')),
        ("flow.temperature_gradient", "no bulk_velocity"),
    ),
    "gradient that no wall holds": (
        edited(("[flow]", f'[flow]\n{AROUND}{BLOWN}temperature_gradient = "1 K/m"')),
        ("flow.temperature_gradient", "no wall with a temperature"),
    ),
    "opening on a joined end": (
        edited(
            ("[flow]", "[flow]\n" + AROUND),
            ('on = "floor"', 'on = "x-"'),
            ('from = ["1.8 m", "2.7 m"]\nto = ["4.2 m", "4.5 m"]\n', ""),
        ),
        ("supply[0].on", "supply tiles lies on an end that is joined to the other: x is periodic"),
    ),
    "wall on a joined end": (
        edited(("[flow]", "[flow]\n" + AROUND)) + WARM,
        ("wall[0].on", "wall sun lies on an end that is joined to the other: y is periodic"),
    ),
    "room without a surface": (
        '[room]\nsize = ["1 m", "1 m", "1 m"]\n[mesh]\ncell = "0.1 m"\n[flow]\nbuoyancy = false\nperiodic = ["x", "y", "z"]\n',
        ("flow.periodic", "a room without any surface"),
    ),
    # walls that heat
    "wall without heat": (VALID + SUN, ("wall sun neither has a temperature nor gives heat", "temperature, heat_flux")),
    "wall with both": (VALID + WARM + 'heat_flux = "5 W/m2"\n', ("temperature and heat_flux together",)),
    "wall on no surface": (VALID + WARM.replace("y+", "north"), ("wall[0].on", "x-, x+, y-, y+, floor, ceiling")),
    "wall in W": (VALID + SUN + 'heat_flux = "5 W"\n', ("is a power, not a heat flux", "W/m2, kW/m2")),
    "wall in K": (VALID + SUN + 'temperature = "300 K"\n', ('did you mean "26.85 degC"?',)),
    "wall beyond its surface": (VALID + WARM + 'to = ["7 m", "3 m"]\n', ("wall sun, 0 m to 7 m in x, lies outside the wall y+",)),
    "wall without extent": (
        VALID + WARM + 'from = ["2 m", "1 m"]\nto = ["2 m", "3 m"]\n',
        ("wall sun has no extent in x",),
    ),
    "walls that overlap": (
        VALID + WARM + WARM.replace("sun", "rain") + 'from = ["2 m", "1 m"]\n',
        ("wall rain overlaps wall sun (case.toml:",),
    ),
    "two walls of one name": (VALID + WARM + WARM.replace("y+", "y-"), ("wall sun has the name of wall sun",)),
    "limit on no wall": (edited(("rack.*.inlet_max", "wall.moon.heat"), ("27 degC", "1 kW")) + WARM, ('no wall "moon"', "sun")),
    "limit upside down": (edited(('max = "27 degC"', 'max = "18 degC"\nmin = "27 degC"')), ("min lies above max",)),
    "limit of the wrong kind": (edited(('"27 degC"', '"27 kW"')), ("is a power",)),
}


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN) >= 40


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file(name: str, tmp_path: Path) -> None:
    content, parts = BROKEN[name]
    file = tmp_path / "case.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CaseErrors) as caught:
        load_case(file)
    message = str(caught.value)
    for part in parts:
        assert part in message, f"{part!r} is not in:\n{message}"
    for error in caught.value.errors:
        line = str(error)
        assert line.isprintable(), line
        assert "case.toml" in line
        assert len(error.what) < 4 * QUOTE_LENGTH


@pytest.mark.parametrize("name", BROKEN)
def test_command_line_on_a_broken_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, the message on stderr, no traceback, and nothing written."""
    content, parts = BROKEN[name]
    file = tmp_path / "case.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.chdir(tmp_path)
    assert main(["run", "case.toml"]) == 2
    printed = capsys.readouterr()
    assert all(part in printed.err for part in parts)
    assert "Traceback" not in printed.err and "\x1b" not in printed.err + printed.out
    assert list(tmp_path.iterdir()) == [file]


def test_the_valid_text_is_valid(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text(VALID)
    assert len(load_case(tmp_path).racks) == 8


def test_all_mistakes_at_once_in_file_order(tmp_path: Path) -> None:
    text = edited(
        ('cell = "0.1 m"', "cell = 0.1"),
        ("[limits]", "[limit]"),
        ('at = ["1.8 m", "1.5 m"]', 'at = ["4.8 m", "1.5 m"]'),
        ('"20 degC"', '"293 K"'),
    )
    (tmp_path / "case.toml").write_text(text)
    with pytest.raises(CaseErrors) as caught:
        load_case(tmp_path)
    lines = [int(str(error).split(":")[1].split()[0]) for error in caught.value.errors]
    assert lines == sorted(lines)
    assert {11, 17, 26, 47} <= set(lines)


def test_a_wrong_table_brings_no_follow_ups(tmp_path: Path) -> None:
    """A rack type with one mistake: its rows, ratios and limits are not reported as unknown."""
    (tmp_path / "case.toml").write_text(edited(('power = "130 kW"', "power = 130")))
    with pytest.raises(CaseErrors) as caught:
        load_case(tmp_path)
    assert len(caught.value.errors) == 1


def test_many_mistakes_are_counted_not_all_printed(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text(VALID + "".join(f'[table{n}]\nx = "{n}"\n' for n in range(500)))
    with pytest.raises(CaseErrors) as caught:
        load_case(tmp_path)
    assert len(caught.value.errors) == 101 and "400 more" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("nowhere.toml", "no such file"),
        ("nowhere\0.toml", "cannot be read"),
        ("x" * 5000, "cannot be read"),
        ("../" * 200 + "etc/shadow-not-there", "no such file"),
        ("~no-such-user-here/case.toml", "cannot be read"),
        ("/dev/null", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        ("/proc/self/mem", "/proc/self/mem"),
    ],
)
def test_paths_that_are_no_case(path: str, part: str) -> None:
    with pytest.raises(CaseErrors, match=part):
        load_case(path)


def test_a_folder_without_a_case(tmp_path: Path) -> None:
    with pytest.raises(CaseErrors, match="holds no case.toml"):
        load_case(tmp_path)


def test_case_toml_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "case.toml").mkdir()
    with pytest.raises(CaseErrors, match="regular file"):
        load_case(tmp_path)


def test_a_broken_link(tmp_path: Path) -> None:
    (tmp_path / "case.toml").symlink_to(tmp_path / "gone")
    with pytest.raises(CaseErrors):
        load_case(tmp_path)
