"""A network from two tables of comma-separated values, one of links and one of nodes: every mistake at once, with file and line.

thermal.loop.columns says what a column means. Units stand in the names of columns; an empty cell is the default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from thermal.errors import CaseError, CaseErrors, quote
from thermal.fluids.liquids import read_liquid
from thermal.loop.columns import LINK_COLUMNS, NODE_COLUMNS
from thermal.loop.network import ROOM, ConstantFluid, Exchanger, Fluid, Network, Region, build
from thermal.loop.table_links import link_of, node_of
from thermal.loop.table_rows import Row, read_float, read_rows

MOST_MISTAKES = 50  # listed; a file of another kind has one on every line


def read_network(links: str | Path, nodes: str | Path) -> Network:
    """The network that two CSV files describe.

    links, nodes   paths; columns as in LINK_COLUMNS and NODE_COLUMNS, in any order
    Raises         CaseErrors with every mistake of both files, each with file and line.
    """
    errors: list[CaseError] = []
    link_rows = read_rows(Path(links), LINK_COLUMNS, ("link", "kind", "from", "to"), errors)
    node_rows = read_rows(Path(nodes), NODE_COLUMNS, ("node", "region"), errors)
    where: dict[str, str] = {}
    made_nodes = [node_of(row, where) for row in node_rows]
    made_links = [link_of(row, where) for row in link_rows]
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


def _regions(node_rows: list[Row], link_rows: list[Row], region_of: Mapping[str, str]) -> list[Region]:
    """One region for each name among the nodes, with the fluid that its links state."""
    fluids: dict[str, tuple[Row, tuple[str, ...]]] = {}
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


def _fluid(row: Row, stated: tuple[str, ...]) -> Fluid:
    """The fluid of a region: as stated in numbers, or a liquid known by its name. Numbers stand in place of the liquid's own."""
    text, *numbers = stated
    values = [read_float(number) if number else None for number in numbers]
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


def _exchangers(rows: list[Row], where: dict[str, str]) -> list[Exchanger]:
    pairs: dict[str, list[Row]] = {}
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
