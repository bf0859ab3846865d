"""Rack types and rows into single racks: names, boxes, powers and flows."""

from __future__ import annotations

from thermal.case import model
from thermal.case.fields import tidy
from thermal.case.lines import Path
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.case.objects import MOST_RACKS, RackRow, RackType
from thermal.case.slots import check_slots, design_flow, flows_are_known, is_through
from thermal.errors import quote
from thermal.units import POWER, show_quantity

DIRECTIONS = {"+x": (0, 1), "-x": (0, -1), "+y": (1, 1), "-y": (1, -1)}


def rack_flow(kind: RackType, power: float, air: model.Air) -> float:
    """Air flow of a rack in m3/s, at the air's reference density; of one that air flows through what its fans are made for.

    From delta_t: flow = P (1 - liquid_share)/(rho cp dT); from airflow: flow = airflow P (1 - liquid_share); or as given.
    power   W, IT power of this rack
    """
    air_power = power * (1.0 - kind.liquid_share)
    if is_through(kind):
        return design_flow(kind, power, air)
    if kind.flow is not None:
        return kind.flow
    if kind.airflow is not None:
        return kind.airflow * air_power
    if kind.delta_t is not None:
        return air_power / (air.density * air.heat_capacity * kind.delta_t)
    raise ValueError("a rack type without delta_t, airflow or flow")


def check_types(tables: Tables) -> None:
    """Every rack type states its flow once. A type that does not is reported and no longer usable."""
    for name, kind in list(tables.types.items()):
        if is_through(kind) and not check_slots(tables, name, kind):
            tables.broken["rack"].add(name)
            del tables.types[name]
            continue
        if kind.fan is None and (kind.slots and not flows_are_known(kind)):
            continue
        given = [key for key in ("delta_t", "airflow", "flow") if getattr(kind, key) is not None]
        given += ["fan"] if kind.fan is not None else []
        if len(given) != 1:
            what = "no air flow" if not given else f"{' and '.join(given)} together"
            key, fix = tables.clash(("rack", name), given) if given else ("", "")
            place = ("rack", name, key) if fix else ("rack", name)
            tables.report(place, what, 'one of delta_t, airflow, flow: delta_t = "12 K", airflow = "0.07 m3/s/kW"', fix)
            tables.broken["rack"].add(name)
            del tables.types[name]


def build_racks(tables: Tables, air: model.Air | None) -> dict[str, list[model.Rack]]:
    """The racks of each row. Mistakes of a row are noted in the tables and the row left out."""
    rows: dict[str, list[model.Rack]] = {}
    total = 0
    for path, row in tables.lists["rack_row"]:
        if row.name in rows:
            tables.report((*path, "name"), f"a second row {quote(row.name)}", "each row its own name")
            tables.broken["rack_row"].add(row.name)
            continue
        if not _check_row(tables, path, row) or air is None:
            tables.broken["rack_row"].add(row.name)
            continue
        total += row.count
        if total > MOST_RACKS:
            tables.report((*path, "count"), f"more than {MOST_RACKS} racks in one hall", f"up to {MOST_RACKS}")
            tables.broken["rack_row"].add(row.name)
            break
        rows[row.name] = racks_of(tables, path, row, tables.types[row.type], air)
    return rows


def _check_row(tables: Tables, path: Path, row: RackRow) -> bool:
    """Whether a row can be built; its mistakes are noted."""
    before = len(tables.errors)
    kind = tables.types.get(row.type)
    if kind is None and row.type not in tables.broken["rack"]:
        known = set(tables.types) | tables.broken["rack"]
        tables.report(
            (*path, "type"),
            f"no rack type {quote(row.type)}",
            listed(known) or f"add [rack.{row.type}]",
            nearest(row.type, known),
        )
    if DIRECTIONS[row.along][0] == DIRECTIONS[row.front][0]:
        across = "+y, -y" if row.along[1] == "x" else "+x, -x"
        tables.report((*path, "front"), f"front {row.front} looks along the row {row.along}", across)
    if isinstance(row.power, list) and len(row.power) != row.count:
        tables.report((*path, "power"), f"{len(row.power)} powers for {row.count} racks", f"a list of {row.count}, or one power")
    if kind is not None and row.pitch is not None and row.pitch < kind.size[0]:
        tables.report(
            (*path, "pitch"), f"a pitch of {row.pitch:g} m overlaps racks {kind.size[0]:g} m wide", f"from {kind.size[0]:g} m"
        )
    return kind is not None and len(tables.errors) == before


def racks_of(tables: Tables, path: Path, row: RackRow, kind: RackType, air: model.Air) -> list[model.Rack]:
    """The racks of one row of a type, in its order; none with the mistake noted when they would move no air."""
    along, step = DIRECTIONS[row.along]
    across, sign = DIRECTIONS[row.front]
    width, depth, height = kind.size
    pitch = row.pitch if row.pitch is not None else width
    base = row.at[2] if len(row.at) == 3 else 0.0
    racks = []
    for number in range(row.count):
        # counted from the corner, not summed up: neighbours share the very same plane
        near = row.at[along] + step * pitch * number
        far = row.at[along] + step * (pitch * number + width)
        if pitch == width:
            far = row.at[along] + step * pitch * (number + 1)
        low, high = [0.0, 0.0, base], [0.0, 0.0, base + height]
        low[along], high[along] = min(near, far), max(near, far)
        low[across], high[across] = row.at[across], row.at[across] + depth
        low, high = [tidy(x) for x in low], [tidy(x) for x in high]
        if isinstance(row.power, list):
            power = row.power[number]
        else:
            power = row.power if row.power is not None else kind.power
        flow = rack_flow(kind, power, air)
        name = f"{row.name}{number + 1}"
        if flow <= 0.0:
            where = (*path, "power") if row.power is not None else ("rack", row.type)
            what = (
                f"rack {name} gives the air {show_quantity(power * (1 - kind.liquid_share), POWER)} and so would have no air flow"
            )
            tables.report(where, what, "", "give the type a flow, or use an [[obstacle]]")
            tables.broken["rack_row"].add(row.name)
            return []
        racks.append(
            model.Rack(
                name=name, row=row.name, type=row.type, box=model.Box((low[0], low[1], low[2]), (high[0], high[1], high[2])),
                axis=across, sign=sign, power=power, liquid_share=kind.liquid_share, flow=flow,
                turbulence_intensity=kind.turbulence_intensity, turbulence_length=kind.turbulence_length,
                source=tables.source(path), is_through=is_through(kind),
            )
        )  # fmt: skip
    return racks
