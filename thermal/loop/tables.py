"""A network from two tables of comma-separated values, one of links and one of nodes: every mistake at once, with file and line.

LINK_COLUMNS and NODE_COLUMNS say what a column means. Units stand in the names of columns; an empty cell is the default.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thermal.case.fields import NAME_PATTERN
from thermal.errors import CaseError, CaseErrors, quote
from thermal.fluids.liquids import read_liquid
from thermal.loop.links import CheckValve, ColdPlate, Coupler, Filter, Fitting, Law, Pipe, Pump, Regulator, Valve
from thermal.loop.network import ROOM, ConstantFluid, Exchanger, Fluid, Link, Network, Node, Region, build
from thermal.units import ZERO_CELSIUS

MOST_BYTES = 64 * 2**20  # of a table; a thousand racks take 1 MiB
USUAL = "equal-percentage"  # characteristic of a valve
MOST_MISTAKES = 50  # listed; a file of another kind has one on every line

LINK_COLUMNS: dict[str, str] = {
    "link": "name",
    "kind": "pipe, fitting, coupler, valve, regulator, check-valve, filter, cold-plate or pump",
    "from": "node; flow is positive from here",
    "to": "node",
    "region": "of its nodes; may be left out",
    "fluid": "name; a liquid known here (PG25, water) unless rho, mu and cp are given",
    "rho": "kg/m3, the same all over a region",
    "mu": "Pa s, the same all over a region",
    "cp": "J/(kg K), the same all over a region",
    "length_m": "of a pipe",
    "diam_m": "of a pipe or fitting",
    "rough_m": "of a pipe, 4.5e-5 (commercial steel)",
    "K": "loss coefficient of a pipe (0) or fitting",
    "kv_m3h": "m3/h at 1 bar: coupler, valve, regulator, check-valve, filter",
    "opening": "of a valve, 0 ... 1 (1)",
    "characteristic": "of a valve: linear or equal-percentage (the default)",
    "fouling": "of a filter, 0 ... 0.99 (0)",
    "flow_m3s": "that a regulator holds, or at which a cold plate has dp_Pa",
    "dp_Pa": "of a cold plate at flow_m3s",
    "exponent": "of a cold plate's fall of pressure by flow, 1 ... 2 (1.85)",
    "pump_A_Pa": "pressure that a pump adds at no flow",
    "pump_B_Pa_per_m6s2": "what it adds less, per flow squared",
    "speed": "of a pump, over full speed (1)",
    "running": "pumps of a group that run (1)",
    "check_valve": "yes: the pump lets nothing back (no)",
    "heat_W": "into the fluid (0)",
    "loss_W_K": "conductance to ambient_degC, of the whole link (0)",
    "ambient_degC": "20",
    "volume_m3": "of fluid; a pipe's bore, else 0",
    "cells": "finite volumes along it; one a metre of pipe",
    "open": "no: shut (yes)",
    "exchanger": "name that two links share: they give each other heat",
    "UA_W_K": "of its exchanger, counterflow; on one of the two links",
}
NODE_COLUMNS: dict[str, str] = {
    "node": "name",
    "region": "name; one fluid fills it",
    "fixed_p_Pa": "held pressure",
    "elevation_m": "0",
    "inflow_m3s": "into the network from outside, negative: out of it (0)",
    "inflow_degC": "temperature of that inflow",
    "fixed_degC": "held temperature, whatever it takes",
    "volume_m3": "mixed: a tank (0)",
}
FOR_KINDS: dict[str, tuple[str, ...]] = {  # column -> kinds of links that have it; others are for all
    "length_m": ("pipe",), "rough_m": ("pipe",), "diam_m": ("pipe", "fitting"), "K": ("pipe", "fitting"),
    "kv_m3h": ("coupler", "valve", "regulator", "check-valve", "filter"), "opening": ("valve",),
    "characteristic": ("valve",), "fouling": ("filter",), "flow_m3s": ("regulator", "cold-plate"), "dp_Pa": ("cold-plate",),
    "exponent": ("cold-plate",), "pump_A_Pa": ("pump",), "pump_B_Pa_per_m6s2": ("pump",), "speed": ("pump",),
    "running": ("pump",), "check_valve": ("pump",),
}  # fmt: skip


@dataclass
class _Row:
    """One line of a table: its cells by column, and what is wrong with them."""

    file: str
    line: int
    cells: dict[str, str]
    errors: list[CaseError]

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def wrong(self, column: str, what: str, accepted: str = "") -> None:
        self.errors.append(CaseError(f"{self.place}  {column}", what, accepted))

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def name(self, column: str) -> str:
        text = self.text(column)
        if not re.fullmatch(NAME_PATTERN, text):
            self.wrong(
                column,
                f"{quote(text)} is no name" if text else "is empty",
                "letters, digits, . _ - (64 at most), a letter or digit first",
            )
        return text

    def number(self, column: str, default: float | None = None) -> float:
        text = self.text(column)
        if not text:
            if default is None:
                self.wrong(column, "is empty", f"a number: {(LINK_COLUMNS | NODE_COLUMNS)[column]}")
                return math.nan
            return default
        value = _float(text)
        if value is None:
            self.wrong(column, f"{quote(text)} is no number", "a number such as 0.0525 or 1.2e-3, without a unit")
            return math.nan
        return value

    def optional(self, column: str) -> float | None:
        return self.number(column) if self.text(column) else None

    def celsius(self, column: str) -> float | None:
        value = self.optional(column)
        return None if value is None else value + ZERO_CELSIUS

    def whole(self, column: str, default: int) -> int:
        value = self.number(column, float(default))
        if math.isfinite(value) and value != int(value):
            self.wrong(column, f"{quote(self.text(column))} is no whole number", "a whole number")
        return int(value) if math.isfinite(value) else default

    def yes(self, column: str, default: bool) -> bool:
        text = self.text(column).lower()
        if text not in ("", "yes", "no"):
            self.wrong(column, f"{quote(text)}", "yes or no")
        return default if not text else text == "yes"


def read_network(links: str | Path, nodes: str | Path) -> Network:
    """The network that two CSV files describe.

    links, nodes   paths; columns as in LINK_COLUMNS and NODE_COLUMNS, in any order
    Raises         CaseErrors with every mistake of both files, each with file and line.
    """
    errors: list[CaseError] = []
    link_rows = _rows(Path(links), LINK_COLUMNS, ("link", "kind", "from", "to"), errors)
    node_rows = _rows(Path(nodes), NODE_COLUMNS, ("node", "region"), errors)
    where: dict[str, str] = {}
    made_nodes = [_node(row, where) for row in node_rows]
    made_links = [_link(row, where) for row in link_rows]
    region_of = {node.name: node.region for node in made_nodes}
    regions = _regions(node_rows, link_rows, region_of)
    exchangers = _exchangers(link_rows, where)
    _stop(errors)
    try:
        return build(regions, made_nodes, made_links, exchangers, where)
    except CaseErrors as found:
        raise CaseErrors(_few(found.errors)) from None


def _stop(errors: list[CaseError]) -> None:
    if errors:
        raise CaseErrors(_few(errors))


def _few(errors: list[CaseError]) -> list[CaseError]:
    if len(errors) <= MOST_MISTAKES:
        return errors
    return [*errors[:MOST_MISTAKES], CaseError("", f"and {len(errors) - MOST_MISTAKES} mistakes more")]


def _rows(path: Path, columns: Mapping[str, str], needed: tuple[str, ...], errors: list[CaseError]) -> list[_Row]:
    """The lines of a table below its head; lines that are empty or begin with # are passed over."""
    file = quote(path.name)[1:-1]
    try:
        if path.stat().st_size > MOST_BYTES:
            errors.append(CaseError(file, f"larger than {MOST_BYTES >> 20} MiB", "a table of links or nodes"))
            return []
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or ("no UTF-8 text" if isinstance(error, UnicodeDecodeError) else "no path")
        errors.append(CaseError(file, f"cannot be read: {reason}", "a CSV file"))
        return []
    rows: list[_Row] = []
    head: list[str] | None = None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if head is None:
                head = cells
                _check_head(f"{file}:{reader.line_num}", head, columns, needed, errors)
                continue
            row = _Row(file, reader.line_num, dict(zip(head, cells, strict=False)), errors)
            if len(cells) != len(head):
                errors.append(CaseError(row.place, f"{len(cells)} cells", f"{len(head)}, as in the first line"))
                continue
            rows.append(row)
    except csv.Error as error:
        errors.append(CaseError(f"{file}:{reader.line_num}", f"no comma-separated values: {error}"))
        return []
    if head is None:
        errors.append(CaseError(file, "is empty", f"a first line with the columns {', '.join(needed)} and others"))
    return rows if head is not None and set(needed) <= set(head) else []


def _check_head(
    place: str, head: list[str], columns: Mapping[str, str], needed: tuple[str, ...], errors: list[CaseError]
) -> None:
    for name in dict.fromkeys(head):
        if name not in columns:
            near = difflib.get_close_matches(name, columns, n=1, cutoff=0.6)
            fix = f"did you mean {near[0]}?" if near else ""
            errors.append(CaseError(f"{place}  {quote(name)}", "unknown column", ", ".join(columns), fix))
        if head.count(name) > 1:
            errors.append(CaseError(f"{place}  {quote(name)}", "a column that is there twice"))
    for name in needed:
        if name not in head:
            errors.append(CaseError(place, f"no column {name}", ", ".join(columns)))


def _node(row: _Row, where: dict[str, str]) -> Node:
    name = row.name("node")
    where.setdefault(name, row.place)
    return Node(
        name, row.name("region"), row.number("elevation_m", 0.0), row.optional("fixed_p_Pa"), row.number("inflow_m3s", 0.0),
        row.celsius("inflow_degC"), row.celsius("fixed_degC"), row.number("volume_m3", 0.0),
    )  # fmt: skip


def _link(row: _Row, where: dict[str, str]) -> Link:
    name = row.name("link")
    where.setdefault(name, row.place)
    kind = row.text("kind")
    law: Law = Pipe()
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        row.wrong("kind", f"{quote(kind)} is no kind of link", ", ".join(KINDS) + (f"; did you mean {near[0]}?" if near else ""))
    else:
        for column, kinds in FOR_KINDS.items():
            if row.text(column) and kind not in kinds:
                row.wrong(column, f"a {kind} has none", f"empty; {column} belongs to {', '.join(kinds)}")
        law = KINDS[kind](row)
    cells = row.whole("cells", 0)
    ambient = row.celsius("ambient_degC")
    return Link(
        name, row.text("from"), row.text("to"), law, row.number("heat_W", 0.0), row.number("loss_W_K", 0.0),
        ROOM if ambient is None else ambient, row.optional("volume_m3"), cells or None, row.yes("open", True),
    )  # fmt: skip


KINDS: dict[str, Callable[[_Row], Any]] = {
    "pipe": lambda row: Pipe(row.number("length_m"), row.number("diam_m"), row.number("rough_m", 4.5e-5), row.number("K", 0.0)),
    "fitting": lambda row: Fitting(row.number("K"), row.number("diam_m")),
    "coupler": lambda row: Coupler(row.number("kv_m3h")),
    "valve": lambda row: Valve(row.number("kv_m3h"), row.number("opening", 1.0), row.text("characteristic") or USUAL),
    "regulator": lambda row: Regulator(row.number("flow_m3s"), row.number("kv_m3h")),
    "check-valve": lambda row: CheckValve(row.number("kv_m3h")),
    "filter": lambda row: Filter(row.number("kv_m3h"), row.number("fouling", 0.0)),
    "cold-plate": lambda row: ColdPlate(row.number("dp_Pa"), row.number("flow_m3s"), row.number("exponent", 1.85)),
    "pump": lambda row: Pump(
        row.number("pump_A_Pa"), row.number("pump_B_Pa_per_m6s2"), speed=row.number("speed", 1.0),
        running=row.whole("running", 1), one_way=row.yes("check_valve", False),
    ),
}  # fmt: skip


def _regions(node_rows: list[_Row], link_rows: list[_Row], region_of: Mapping[str, str]) -> list[Region]:
    """One region for each name among the nodes, with the fluid that its links state."""
    fluids: dict[str, tuple[_Row, tuple[str, ...]]] = {}
    for row in link_rows:
        region = region_of.get(row.text("from"), row.text("region"))
        if row.text("region") and row.text("region") != region:
            row.wrong("region", f"{quote(row.text('region'))}, but its node lies in {quote(region)}", "the region of its nodes")
        stated = tuple(row.text(column) for column in ("fluid", "rho", "mu", "cp"))
        first = fluids.setdefault(region, (row, stated))
        if stated != first[1]:
            for column, a, b in zip(("fluid", "rho", "mu", "cp"), stated, first[1], strict=True):
                if a != b:
                    row.wrong(
                        column,
                        f"{quote(a)} in region {quote(region)}",
                        f"{quote(b)}, as on line {first[0].line}: one fluid a region",
                    )
    found = []
    for name in dict.fromkeys(row.text("region") for row in node_rows):
        if name in fluids:
            found.append(Region(name, _fluid(*fluids[name])))
        else:
            found.append(Region(name, ConstantFluid("none", 1000.0, 4180.0, 1e-3)))  # a region without links: nothing flows
    return found


def _fluid(row: _Row, stated: tuple[str, ...]) -> Fluid:
    """The fluid of a region: as stated in numbers, or a liquid known by its name. Numbers stand in place of the liquid's own."""
    text, *numbers = stated
    values = [_float(number) if number else None for number in numbers]
    for column, number, value in zip(("rho", "mu", "cp"), numbers, values, strict=True):
        if number and (value is None or value <= 0.0):
            row.wrong(column, f"{quote(number)} is no number above zero", "a number, without a unit")
            return ConstantFluid(text, 1000.0, 4180.0, 1e-3)
    if all(value is not None for value in values):
        return ConstantFluid(text, *(values[0], values[2], values[1]))  # type: ignore[arg-type]
    if values[0] is not None and values[1] is not None and values[2] is None:
        try:  # hydraulics need no heat capacity; take it from the liquid if its name is known
            cp = float(read_liquid(text).heat_capacity(ROOM + 20.0))
        except ValueError:
            cp = 4180.0  # water at 40 degC within 0.1 %: IAPWS-95
        return ConstantFluid(text, values[0], cp, values[1])
    if any(value is not None for value in values):
        row.wrong("rho", "rho and mu go together", "both of them, or neither and a liquid known by its name")
        return ConstantFluid(text, 1000.0, 4180.0, 1e-3)
    try:
        return read_liquid(text)
    except ValueError as error:
        row.wrong("fluid", f"{quote(text)} {error}")
        return ConstantFluid(text, 1000.0, 4180.0, 1e-3)


def _exchangers(rows: list[_Row], where: dict[str, str]) -> list[Exchanger]:
    pairs: dict[str, list[_Row]] = {}
    for row in rows:
        if row.text("exchanger"):
            pairs.setdefault(row.name("exchanger"), []).append(row)
        elif row.text("UA_W_K"):
            row.wrong("UA_W_K", "a conductance without an exchanger", "a name under exchanger")
    found = []
    for name, sides in pairs.items():
        stated = [row for row in sides if row.text("UA_W_K")]
        if len(sides) != 2:
            sides[0].wrong("exchanger", f"{quote(name)} has {len(sides)} links", "two links")
        elif len(stated) != 1:
            sides[0].wrong("UA_W_K", f"exchanger {quote(name)} states {len(stated)} conductances", "one, on one of its two links")
        else:
            conductance = stated[0].number("UA_W_K")
            if not conductance > 0.0:
                stated[0].wrong("UA_W_K", f"{quote(stated[0].text('UA_W_K'))}", "W/K above zero")
            where.setdefault(name, sides[0].place)
            found.append(Exchanger(name, sides[0].text("link"), sides[1].text("link"), Counterflow(conductance)))
    return found


@dataclass(frozen=True)
class Counterflow:
    """Effectiveness of a counterflow exchanger of constant conductance, W/K. Source: Kays & London 1984, ch. 2."""

    conductance: float

    def __call__(self, first: float, second: float) -> float:
        """Effectiveness at two capacity rates, W/K."""
        least, most = min(first, second), max(first, second)
        transfer, ratio = self.conductance / least, least / most
        if 1.0 - ratio < 1e-9:
            return transfer / (1.0 + transfer)
        loss = -math.expm1(-transfer * (1.0 - ratio))
        return loss / (1.0 - ratio + ratio * loss)


def _float(text: str) -> float | None:
    """A finite number, None for anything else; no underscores, no words."""
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None
