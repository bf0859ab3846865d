"""Writes docs/case-file.md and docs/case.schema.json from the schema.

python -m thermal.case.document            write both
python -m thermal.case.document --check    exit code 1 when one of them is not what the schema says
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from thermal.case import asserts
from thermal.case.explain import KeyText, TableText, tables
from thermal.case.schema import json_schema

DOCS = Path(__file__).resolve().parents[2] / "docs"

_HEAD = """# The case file

*Generated from the schema by `python -m thermal.case.document`; edit `thermal/case/schema.py` and
`thermal/case/objects.py` instead.*

A case is one TOML file, `case.toml`, in a folder of its own. The origin is a corner of the room, z points up, all
positions are room coordinates. `hallflow check CASE` reads a file without running it; `hallflow explain KEY` prints one
row of this page. `case.schema.json` beside this page gives completion and hints in editors that know TOML (put `#:schema
PATH/case.schema.json` in the first line for Taplo or Even Better TOML).

**Quantities are text with a unit**: `"130 kW"`, `"3600 m³/h"`, `"0.1 m"`. A number without its unit is a mistake, except
where no unit exists (fractions, which may also be given in %). Temperatures are in degC (or °C), differences of
temperature in K; the wrong one is a mistake. The decimal mark is a point.

**Mistakes** are reported all at once, each with file and line; an unknown key is a mistake. Names are a letter or digit
followed by up to 63 letters, digits, `_`, `.` and `-`. Coordinates in a surface are x and y on floor and ceiling, y and z
on the walls `x-` and `x+`, x and z on the walls `y-` and `y+`.

"""

_AIRFLOW = """
Air flow of a rack, with its air power P (1 - liquid_share): `delta_t` gives P (1 - liquid_share)/(density heat_capacity
delta_t), `airflow` is per kW of air power and is written `"0.07 m3/s/kW"`, `"250 m3/h/kW"` or `"70 L/s/kW"`, and `flow`
is the flow itself. Racks are named after their row: A1, A2, ... in the direction of `along`.
"""

_VARIANTS = """
Variants, what is merged and how: [lists-and-variants.md](lists-and-variants.md).
"""

_LISTS = """
The columns of a list, their headings in English and French, units and numbers: [lists-and-variants.md](lists-and-variants.md).
"""

_AISLES = """
A whole aisle: `kind = "cold-aisle"`, `rows = ["A", "B"]` closes the space between the two rows' fronts (backs for a
`"hot-aisle"`) with a roof at `height`, a door at each end, and panels above, below and between racks where a row leaves a
gap. The pieces are called NAME.roof, NAME.door-low, NAME.door-high, NAME.panel-ROW-1, ... An end at a wall gets no door;
a `height` equal to the ceiling's gets no roof.

A sheet with `leakage` f lets air through with the loss coefficient of a thin sharp-edged perforated plate on the velocity
of the whole sheet,

    K = (0.707 (1 - f)^0.375 + 1 - f)^2 / f^2

(I. E. Idelchik, Handbook of Hydraulic Resistance, 3rd ed., 1994, diagram 4-14; hole Reynolds number from 1e5, thickness
up to 0.015 hole diameters). Give `loss_coefficient` where it was measured.
"""

_LIMITS = """
A limit names a number of the result: `what = "rack.*.inlet_max"`. `*` stands for any characters in a name, so
`rack.A*.inlet_max` is row A. A limit fails when the number is beyond it for any object, when there is no such number, and
when it is not a finite number. In a hall that does not settle, inlet temperatures are judged at the worst of the
averaging window. Two limits hold in every run: `balance.heat` up to {heat:g} and `balance.mass` up to {mass:g}.

In a grid study (`hallflow run --grid-study`) the inlet mean and max of a rack, and its outlet mean, have a band. A limit on them
is passed when it holds with the band: value + band at most the `max`, value - band at least the `min`. It fails when it is beyond
both ends of a rack's band; in between it is not certain, which is no pass either (exit code 1): a finer grid narrows the band.

| path | unit | meaning |
|---|---|---|
"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "-"


def _key_row(item: KeyText) -> str:
    return f"| `{item.key}` | {_cell(item.accepted)} | {_cell(item.default)} | {_cell(item.meaning)} | {_cell(item.source)} |"


def _section(table: TableText) -> str:
    lines = [
        f"## {table.heading}",
        "",
        table.meaning,
        "",
        "| key | accepted | default | meaning | source |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(_key_row, table.keys)]) + "\n"


def _limit_rows() -> str:
    rows = []
    for root, (_, numbers, _) in asserts.LISTS.items():
        rows += [f"| `{root}.NAME.{name}` | {number.unit} | {number.meaning} |" for name, number in numbers.items()]
    for root, (_, entries) in asserts.TABLES.items():
        rows += [f"| `{root}.{name}` | {number.unit} | {number.meaning} |" for name, number in entries.items()]
    rows += [f"| `{name}` | {number.unit} | {number.meaning} |" for name, number in asserts.SINGLES.items()]
    rows.append("| `summary.KEY.KEY` | as there | any other number of summary.json, without a unit |")
    return "\n".join(rows) + "\n"


def markdown() -> str:
    """The text of docs/case-file.md."""
    notes = {"case": _VARIANTS, "rack_table": _LISTS, "rack": _AIRFLOW, "containment": _AISLES}
    limits = _LIMITS.format(heat=asserts.HEAT_BALANCE_LIMIT, mass=asserts.MASS_BALANCE_LIMIT)
    parts = []
    for table in tables():
        parts.append(_section(table) + notes.get(table.name, "") + (limits + _limit_rows() if table.name == "assert" else ""))
    return _HEAD + "\n".join(parts)


def schema_text() -> str:
    """The text of docs/case.schema.json."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def outputs() -> dict[Path, str]:
    """Every generated file with the text it should hold."""
    return {DOCS / "case-file.md": markdown(), DOCS / "case.schema.json": schema_text()}


def main(arguments: list[str] | None = None) -> int:
    """Write or check the generated files. Returns the exit code."""
    parser = argparse.ArgumentParser(description="documentation of the case file from its schema")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when a file is stale")
    options = parser.parse_args(arguments)
    stale = [path for path, text in outputs().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if options.check:
        for path in stale:
            print(f"{path} is stale; run python -m thermal.case.document", file=sys.stderr)
        return 1 if stale else 0
    DOCS.mkdir(exist_ok=True)
    for path in stale:
        path.write_text(outputs()[path], encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
