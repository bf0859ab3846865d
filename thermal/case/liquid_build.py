"""Liquid tables into the plant of a case: what belongs to what, and whether the numbers of each machine agree with each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from thermal.case.bodies import COOLERS as AIR_COOLERS
from thermal.case.bodies import Body
from thermal.case.coil_loops import on_loops
from thermal.case.lines import Path
from thermal.case.liquid import Cdu, DryCooler
from thermal.case.liquid_model import STANDARD_DRY_BULB, Plant
from thermal.case.liquid_plant import TABLES
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.case.plant_checks import check_plant_machines, check_plant_ties
from thermal.case.slots import is_through
from thermal.errors import quote
from thermal.fluids import moist_air
from thermal.loop.components.cold_plate import TabledResistance
from thermal.loop.machines import make_cdu, make_cooler

COOLERS = ("dry_cooler", "cooling_tower", "chiller")
RATED = ("heat", "approach", "flow", "facility_flow", "head", "facility_loss")


def build_plant(
    tables: Tables, row_types: dict[str, str], pressure: float, humidity: float | None = None, bodies: Sequence[Body] = ()
) -> Plant | None:
    """The plant of the tables, None for a case without loops. Mistakes are noted in the tables.

    row_types   rack type of each row;   pressure  Pa, of the site;   humidity  kg/kg of the most humid supply, None: not solved
    bodies      of the air side, some of which may have coils on loops
    """
    lists = tables.lists
    if not any(lists[key] for key in TABLES):
        return None
    names = _names(tables)
    plates = _plates(tables, row_types)
    whole = all(tables.is_whole(key) for key in TABLES)
    if whole:
        cooling = {one.coil.branch.loop for one in on_loops(bodies) if one.coil and one.coil.branch}
        _check_ties(tables, names, row_types, cooling)
        check_plant_ties(tables, names)
    for path, one in lists["cdu"]:
        _check_cdu(tables, path, one)
    site = tables.single["site"]
    outdoor = site.outdoor if site is not None else None
    dry_bulb, wet_bulb = (outdoor.dry_bulb, outdoor.wet_bulb) if outdoor else (STANDARD_DRY_BULB, None)
    if wet_bulb is not None and wet_bulb > dry_bulb:
        tables.report(("site", "outdoor", "wet_bulb"), "the wet bulb is above the dry bulb", "at most dry_bulb")
    for path, one in lists["dry_cooler"]:
        if one.pads is not None and wet_bulb is None:
            tables.report((*path, "pads"), "pads need the wet bulb outside", '[site.outdoor] with wet_bulb = "22 degC"')
    for path, one in lists["cooling_tower"]:
        if wet_bulb is None:
            tables.report(path, f"tower {one.name} needs the wet bulb outside", '[site.outdoor] with wet_bulb = "22 degC"')
    if tables.errors:
        return None
    source = {one.name: tables.source(path) for key in TABLES if key != "cold_plate" for path, one in lists[key]}
    only: dict[str, tuple] = {key: tuple(one for _, one in lists[key]) for key in TABLES}
    plant = Plant(
        plates, only["cdu"], only["rack_manifold"], only["facility_loop"], only["dry_cooler"], only["chiller"],
        only["liquid_link"], dry_bulb, wet_bulb, pressure, source,
        None if humidity is None else float(moist_air.dew_point(humidity, pressure)),
        only["cooling_tower"], only["buffer_store"], only["expansion_vessel"], only["immersion_tank"],
    )  # fmt: skip
    _check_machines(tables, plant)
    check_plant_machines(tables, plant)
    return None if tables.errors else plant


def _names(tables: Tables) -> dict[str, str]:
    """Kind of each named thing; a name used twice is a mistake, as nodes and links are called after them."""
    kinds: dict[str, str] = {}
    for key in TABLES:
        for path, one in tables.lists[key] if key != "cold_plate" else []:
            if one.name in kinds:
                tables.report((*path, "name"), f"{quote(one.name)} is a [[{kinds[one.name]}]] already", "a name of its own")
            kinds[one.name] = key
    return kinds


def _plates(tables: Tables, row_types: dict[str, str]) -> dict[str, Any]:
    plates: dict[str, Any] = {}
    for path, one in tables.lists["cold_plate"]:
        if one.type not in tables.types:
            if one.type not in tables.broken["rack"]:
                tables.report(
                    (*path, "type"), f"no rack type {quote(one.type)}", listed(tables.types), nearest(one.type, tables.types)
                )
            continue
        if one.type in plates:
            tables.report((*path, "type"), f"a second [[cold_plate]] of rack type {quote(one.type)}", "one")
        if is_through(tables.types[one.type]):
            what = f"racks of type {quote(one.type)} are resolved in depth (fan or slots), which loops do not reach"
            tables.report((*path, "type"), what, "a rack type with delta_t, airflow or flow")
        if tables.types[one.type].liquid_share == 0.0:
            tables.report(
                (*path, "type"), f"rack type {quote(one.type)} has no liquid_share", f"[rack.{one.type}] liquid_share > 0"
            )
        if one.resistance is not None:
            flows, values = zip(*one.resistance, strict=True) if one.resistance else ((), ())
            _attempt(tables, (*path, "resistance"), partial(TabledResistance, tuple(flows), tuple(values)))
        plates[one.type] = one
    return plates


def _check_ties(tables: Tables, kinds: dict[str, str], row_types: dict[str, str], cooling: set[str]) -> None:
    """Every reference leads somewhere, and nothing hangs in the air."""
    lists = tables.lists
    plated = {one.type for _, one in lists["cold_plate"]}

    def of(kind: str) -> list[str]:
        return [name for name, found in kinds.items() if found == kind]

    def refer(path: Path, key: str, name: str, accepted: Sequence[str], what: str) -> None:
        if name not in accepted:
            tables.report((*path, key), f"no {what} {quote(name)}", listed(accepted) or f"a {what}", nearest(name, accepted))

    fed: dict[str, str] = {}
    for path, one in lists["rack_manifold"]:
        refer(path, "cdu", one.cdu, of("cdu"), "[[cdu]]")
        if one.row not in tables.broken["rack_row"]:
            refer(path, "row", one.row, list(row_types), "[[rack_row]]")
        if one.row in fed:
            tables.report((*path, "row"), f"row {quote(one.row)} hangs on manifold {fed[one.row]} already", "one manifold a row")
        fed[one.row] = one.name
        kind = row_types.get(one.row)
        if kind is not None and kind not in plated:
            what = f"racks of type {quote(kind)} in row {quote(one.row)} have no cold plates"
            tables.report((*path, "row"), what, "", f'add [[cold_plate]] with type = "{kind}"')
    for key in ("cdu", *COOLERS):
        for path, one in lists[key]:
            refer(path, "facility", one.facility, of("facility_loop"), "[[facility_loop]]")
    for path, one in lists["cdu"]:
        if not any(user.cdu == one.name for key in ("rack_manifold", "immersion_tank") for _, user in lists[key]):
            ways = f'add [[rack_manifold]] or [[immersion_tank]] with cdu = "{one.name}"'
            tables.report(path, f"no racks hang on CDU {one.name}", "", ways)
    for path, one in lists["facility_loop"]:
        is_used = one.name in cooling or any(cdu.facility == one.name for _, cdu in lists["cdu"])
        if not is_used and tables.is_whole(*AIR_COOLERS) and not tables.errors:
            ways = f'a [[cdu]] with facility = "{one.name}", or a coil with loop = "{one.name}"'
            tables.report(path, f"facility loop {one.name} cools nothing", "", ways)
        if not any(cooler.facility == one.name for key in COOLERS for _, cooler in lists[key]):
            ways = f'a [[dry_cooler]], [[cooling_tower]] or [[chiller]] with facility = "{one.name}"'
            tables.report(path, f"nothing cools facility loop {one.name}", "", ways)
    for path, one in lists["cold_plate"]:
        if one.type in tables.types and not any(row_types.get(row) == one.type for row in fed):
            tables.report(path, f"no manifold feeds racks of type {quote(one.type)}", "a [[rack_manifold]] for their row")


def _check_cdu(tables: Tables, path: Path, one: Cdu) -> None:
    given = [key for key in RATED if getattr(one, key) is not None]
    if one.model is not None and given:
        tables.report((*path, given[0]), f"{', '.join(given)} beside model = {quote(one.model)}", "one of them")
    if one.model is None and len(given) < len(RATED):
        missing = [key for key in RATED if key not in given]
        tables.report(path, f"CDU {one.name} lacks {', '.join(missing)}", f"{', '.join(RATED)}, or model")
    if one.head_curve[-1] != 1.0 or any(b >= a for a, b in zip(one.head_curve, one.head_curve[1:], strict=False)):
        tables.report((*path, "head_curve"), "it does not fall to 1", "falling numbers, the last 1")


def _check_machines(tables: Tables, plant: Plant) -> None:
    """Whether the rated numbers of each machine can be one machine's."""
    lists = tables.lists
    for path, one in lists["facility_loop"]:
        if one.head_curve[-1] != 1.0 or any(b >= a for a, b in zip(one.head_curve, one.head_curve[1:], strict=False)):
            tables.report((*path, "head_curve"), "it does not fall to 1", "falling numbers, the last 1")
    for path, one in lists["cdu"]:
        _attempt(tables, path, partial(_try_cdu, plant, one))
    for path, one in lists["dry_cooler"]:
        if one.liquid_outlet >= one.liquid_inlet:
            tables.report((*path, "liquid_outlet"), "the liquid is not cooled", "below liquid_inlet")
        elif one.liquid_outlet <= one.air_inlet:
            tables.report((*path, "liquid_outlet"), "the liquid leaves colder than the air comes", "above air_inlet")
        else:
            _attempt(tables, path, partial(_try_cooler, plant, one))


def _try_cdu(plant: Plant, table: Cdu) -> Any:
    return make_cdu(plant, table).exchanger.films


def _try_cooler(plant: Plant, table: DryCooler) -> Any:
    return make_cooler(plant, table).coil.rated_conductance


def _attempt(tables: Tables, path: Path, make: Callable[[], Any]) -> None:
    try:
        make()
    except ValueError as error:
        what, _, accepted = str(error).partition("; ")
        tables.report(path, what, accepted)
