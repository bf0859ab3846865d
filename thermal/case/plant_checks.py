"""Whether towers, stores, vessels, tanks, pump groups and single links of a case belong to something and can be."""

from __future__ import annotations

from collections.abc import Sequence

from thermal.case import aisle, model
from thermal.case.lines import Path
from thermal.case.liquid_model import Plant
from thermal.case.liquid_plant import LiquidLink
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.errors import quote
from thermal.loop.components.cooling_tower import rate_by_air

OWN_KEYS: dict[str, tuple[str, ...]] = {  # keys of [[liquid_link]] that only some kinds have
    "length": ("pipe",), "roughness": ("pipe",), "diameter": ("pipe", "fitting"), "loss": ("pipe", "fitting"),
    "kv": ("coupler", "valve", "check-valve", "regulator", "filter"), "opening": ("valve",), "characteristic": ("valve",),
    "rangeability": ("valve",), "fouling": ("filter",), "flow": ("regulator", "pump", "cold-plate"),
    "head": ("pump", "cold-plate"), "head_curve": ("pump",), "speed": ("pump",), "pumps": ("pump",), "running": ("pump",),
    "check_valve": ("pump",), "exponent": ("cold-plate",),
}  # fmt: skip


def check_plant_ties(tables: Tables, kinds: dict[str, str]) -> None:
    """Every reference leads somewhere; a loop has one vessel."""
    lists = tables.lists

    def named(*keys: str) -> list[str]:
        return [name for name, kind in kinds.items() if kind in keys]

    def refer(path: Path, key: str, name: str, accepted: Sequence[str], what: str) -> None:
        if name not in accepted:
            tables.report((*path, key), f"no {what} {quote(name)}", listed(accepted) or f"a {what}", nearest(name, accepted))

    for path, one in lists["buffer_store"]:
        refer(path, "facility", one.facility, named("facility_loop"), "[[facility_loop]]")
    for path, one in lists["immersion_tank"]:
        refer(path, "cdu", one.cdu, named("cdu"), "[[cdu]]")
    taken: dict[str, str] = {}
    for path, one in lists["expansion_vessel"]:
        refer(path, "loop", one.loop, named("cdu", "facility_loop"), "[[cdu]] or [[facility_loop]]")
        if one.loop in taken:
            tables.report((*path, "loop"), f"loop {quote(one.loop)} has vessel {taken[one.loop]} already", "one vessel a loop")
        taken[one.loop] = one.name
    for key, side in (("supply", "supply"), ("return", "return")):
        seen: set[str] = set()
        for path, one in lists["buffer_store"]:
            if one.side == side:
                if one.facility in seen:
                    tables.report((*path, "side"), f"a second store in the {key} of {quote(one.facility)}", "one on each side")
                seen.add(one.facility)
    for path, one in lists["liquid_link"]:
        _check_link(tables, path, one)


def _check_link(tables: Tables, path: Path, one: LiquidLink) -> None:
    if one.after is not None and (one.start is not None or one.end is not None):
        tables.report((*path, "after"), f"link {one.name} stands in line, and has from or to beside", "after, or from and to")
    elif one.after is None and (one.start is None or one.end is None):
        tables.report(
            path, f"link {one.name} has no way", "from and to, or after", 'after = "A3.supply" puts it behind that link'
        )
    for key in one.model_fields_set & OWN_KEYS.keys():
        if one.kind not in OWN_KEYS[key]:
            tables.report((*path, key), f"a {one.kind} has no {key}", f"{key} belongs to {', '.join(OWN_KEYS[key])}")
    needed = {"regulator": ("flow",), "pump": ("flow", "head"), "cold-plate": ("flow", "head")}.get(one.kind, ())
    missing = [key for key in needed if getattr(one, key) is None]
    if missing:
        tables.report(path, f"{one.kind} {one.name} lacks {', '.join(missing)}", " and ".join(needed))
    if one.running is not None and one.running > one.pumps:
        tables.report((*path, "running"), f"{one.running} run of {one.pumps}", "at most pumps")
    if one.head_curve[-1] != 1.0 or any(b >= a for a, b in zip(one.head_curve, one.head_curve[1:], strict=False)):
        tables.report((*path, "head_curve"), "it does not fall to 1", "falling numbers, the last 1")


def check_plant_machines(tables: Tables, plant: Plant) -> None:
    """Ratings that no tower can have, vessels that do not fit their loops, pump groups of which none is left."""
    lists = tables.lists
    water = {one.name: one.fluid.strip().lower() == "water" for one in plant.facilities}
    for path, one in lists["cooling_tower"]:
        if not water.get(one.facility, True):
            what = f"open tower {one.name} in loop {quote(one.facility)}, whose liquid is no water"
            tables.report((*path, "facility"), what, 'fluid = "water", or a closed cooler: [[dry_cooler]] with pads')
        if not one.wet_bulb < one.liquid_outlet < one.liquid_inlet or one.wet_bulb > one.air_inlet:
            tables.report(
                (*path, "liquid_outlet"),
                "the water is not cooled towards the wet bulb",
                "wet_bulb < liquid_outlet < liquid_inlet",
            )
            continue
        try:
            rate_by_air(
                one.heat, one.liquid_inlet, one.liquid_outlet, one.air_inlet, one.wet_bulb, one.air_flow, plant.outdoor_pressure
            )
        except ValueError as error:
            what, _, accepted = str(error).partition(": ")
            tables.report(path, what, accepted)
    pressures = {one.name: one.pressure for one in plant.cdus} | {one.name: one.pressure for one in plant.facilities}
    for path, one in lists["expansion_vessel"]:
        if one.loop in pressures and one.precharge > pressures[one.loop]:
            what = f"vessel {one.name} is charged above the pressure to which loop {quote(one.loop)} is filled"
            tables.report((*path, "precharge"), what, "at most the loop's pressure")
    for key in ("cdu", "facility_loop"):
        for path, one in lists[key]:
            if one.pumps_lost >= one.pumps + one.standby:
                tables.report((*path, "pumps_lost"), f"no pump of {one.name} is left", f"below {one.pumps + one.standby}")
    for path, one in lists["immersion_tank"]:
        if one.room_heat > one.power:
            tables.report((*path, "room_heat"), f"tank {one.name} gives the room more than its power", "at most power")


def tank_blocks(tables: Tables) -> list[model.Obstacle]:
    """Immersion tanks as bodies in the room: boxes whose faces give off what the bath does not take."""
    found = []
    for path, one in tables.lists["immersion_tank"]:
        box = aisle.corners(tables, path, f"tank {one.name}", one.start, one.to)
        if box is None:
            continue
        if box.thin_axis is not None:
            tables.report((*path, "to"), f"tank {one.name} has no volume", "a box")
            continue
        found.append(model.Obstacle(name=one.name, box=box, power=one.room_heat, source=tables.source(path)))
    return found
