"""What water a coil gets: a given temperature, or the liquid of a loop that it hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from thermal.case.bodies import WATER_CAPACITY, Body, Branch
from thermal.case.lines import Path
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.case.movers import CoilTable
from thermal.errors import quote
from thermal.fluids.liquids import read_liquid

OF_LOOP = ("water_loss", "valve_kv", "branch_diameter", "branch_length")
NO_PUMP = ("rack_manifold", "dry_cooler", "chiller", "liquid_link")


@dataclass(frozen=True)
class Water:
    """K that a coil begins with, J/(m3 K) of its liquid, and the branch of a loop; None where the water is given."""

    temperature: float
    liquid_capacity: float
    branch: Branch | None = None


def coil_water(tables: Tables, path: Path, table: CoilTable, row: str | None) -> Water | None:
    """The water of a coil's table; None with the mistake noted.

    path   of the coil's table;   row   whose racks have it as a rear door, None for coils that stand by themselves
    """
    if table.loop is None:
        useless = [key for key in OF_LOOP if key in table.model_fields_set]
        if useless:
            tables.report((*path, useless[0]), f"{useless[0]} without a loop", 'loop = "NAME" of a [[facility_loop]]')
        if table.water_temperature is None:
            what = "a coil without water: neither water_temperature nor loop"
            tables.report(path, what, 'water_temperature = "10 degC", or loop = "NAME" of a [[facility_loop]]')
        if useless or table.water_temperature is None:
            return None
        return Water(table.water_temperature, WATER_CAPACITY)
    if table.water_temperature is not None:
        _clash(tables, path)
        return None
    found = _loop(tables, path, table.loop, row)
    if found is None:
        return None
    fluid, supply = found
    liquid = read_liquid(fluid)
    capacity = float(liquid.density(supply) * liquid.heat_capacity(supply))
    branch = Branch(
        table.loop, table.water_flow, table.water_loss, table.valve_kv, table.branch_diameter, table.branch_length,
    )  # fmt: skip
    return Water(supply, capacity, branch)


def _clash(tables: Tables, path: Path) -> None:
    """Both water and loop: where a variant lays one over an inherited other, how to take the other out."""
    what, accepted = "water_temperature and loop together: the loop brings its own temperature", "one of them"
    own = [key for key in ("water_temperature", "loop") if tables.file_of((*path, key)) == tables.file]
    if len(own) == 1:
        other = "loop" if own[0] == "water_temperature" else "water_temperature"
        kind, number = str(path[0]), path[1]
        name = tables.document[kind][number].get("name") if tables.document else None
        tables.report((*path, own[0]), what, accepted, f'remove = ["{kind}.{name}.coil.{other}"] in [case]')
    else:
        tables.report((*path, "loop"), what, accepted, "leave one of them out")


def _loop(tables: Tables, path: Path, name: str, row: str | None) -> tuple[str, float] | None:
    """Fluid and supply temperature (K) of a loop; None with the mistake noted."""
    facilities = {one.name: one for _, one in tables.lists["facility_loop"]}
    cdus = {one.name: one for _, one in tables.lists["cdu"]}
    if name in facilities:
        return facilities[name].fluid, facilities[name].supply
    if name in cdus:
        if row is None:
            what = f"{quote(name)} is a CDU, whose own loop feeds racks and the doors on them"
            tables.report((*path, "loop"), what, listed(facilities) or "a [[facility_loop]]")
            return None
        if not any(one.cdu == name and one.row == row for _, one in tables.lists["rack_manifold"]):
            what = f"doors of row {quote(row)} on {quote(name)}, which has no manifold there"
            tables.report((*path, "loop"), what, f'a [[rack_manifold]] with cdu = "{name}" and row = "{row}"')
            return None
        return cdus[name].fluid, cdus[name].supply
    if name in tables.broken["facility_loop"] | tables.broken["cdu"]:
        return None
    for key in NO_PUMP:
        if any(one.name == name for _, one in tables.lists[key]):
            what = f"{quote(name)} is a [[{key}]] and has no pump: nothing would drive water through the coil"
            tables.report((*path, "loop"), what, listed(facilities) or "a [[facility_loop]], which has flow and head")
            return None
    known = [*facilities, *cdus]
    fix = nearest(name, known)
    tables.report((*path, "loop"), f"no loop {quote(name)}", listed(known) or "a [[facility_loop]]; this case has none", fix)
    return None


def on_loops(bodies: Sequence[Body]) -> list[Body]:
    """The bodies whose coils hang on a loop, in the order of the case."""
    return [body for body in bodies if body.coil is not None and body.coil.branch is not None]
