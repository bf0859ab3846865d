"""Humidity and tracers of a case: from tables to the model, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from thermal.case import model
from thermal.case.aisle import corners
from thermal.case.lines import Path
from thermal.case.load import Tables
from thermal.case.messages import listed, nearest
from thermal.case.scalars import Humidity
from thermal.errors import quote
from thermal.fluids import moist_air
from thermal.units import FRACTION, TEMPERATURE


def with_humidity(tables: Tables, openings: Sequence[model.Opening], air: model.Air | None) -> list[model.Opening]:
    """The openings with their humidity ratios, where the case states humidity; mistakes are noted."""
    found = [(path, table) for key in ("supply", "return") for path, table in tables.lists[key]]
    stated = [table.name for path, table in found if path[0] == "supply" and table.humidity is not None]
    if not stated or air is None:
        for path, table in found:
            if path[0] == "return" and table.humidity is not None and tables.is_whole("supply"):
                tables.report((*path, "humidity"), "humidity of a return, but no supply has one", "humidity of every [[supply]]")
        return list(openings)
    for path, table in found:
        if path[0] == "supply" and table.humidity is None:
            what = f"supply {table.name} has no humidity, but {listed(stated)} has one"
            tables.report(path, what, "all supplies or none", 'humidity = "45 %"')
    ratios: dict[tuple[str, str], float] = {}
    for path, table in found:
        opening = next((o for o in openings if o.kind == path[0] and o.name == table.name), None)
        if table.humidity is not None and opening is not None:
            ratio = _ratio(tables, path, table.humidity, opening.temperature, air.pressure)
            if ratio is not None:
                ratios[opening.kind, opening.name] = ratio
    supplies = [(o, ratios[o.kind, o.name]) for o in openings if o.kind == "supply" and (o.kind, o.name) in ratios]
    total = sum(o.flow or 0.0 for o, _ in supplies)
    mean = sum((o.flow or 0.0) * ratio for o, ratio in supplies) / total if total else _plain_mean([r for _, r in supplies])
    return [replace(o, humidity_ratio=ratios.get((o.kind, o.name), mean if o.kind == "return" else None)) for o in openings]


def _plain_mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _ratio(tables: Tables, path: Path, humidity: Humidity, temperature: float, pressure: float) -> float | None:
    """Humidity ratio of air at K and Pa; None with the mistake noted where the air cannot hold so much."""
    place = (*path, "humidity")
    if humidity.dimension is FRACTION:
        return float(moist_air.humidity_ratio_of_relative(humidity.value, temperature, pressure))
    if humidity.dimension is TEMPERATURE:
        ratio = float(moist_air.humidity_ratio_of_dew_point(humidity.value, pressure))
    else:
        ratio = humidity.value
    if ratio > moist_air.saturated_humidity_ratio(temperature, pressure) * (1.0 + 1e-9):
        what = f"{quote(humidity.text)}: air of {temperature - 273.15:.4g} degC cannot hold so much vapour"
        tables.report(place, what, "up to 100 % relative humidity")
        return None
    return ratio


def build_humidifiers(tables: Tables, openings: Sequence[model.Opening], room: model.Point | None) -> list[model.Humidifier]:
    """The humidifiers of a case; mistakes are noted."""
    found: list[model.Humidifier] = []
    supplies = [o.name for o in openings if o.kind == "supply"]
    is_humid = any(table.humidity is not None for _, table in tables.lists["supply"])
    for path, table in tables.lists["humidifier"]:
        if table.name in [one.name for one in found]:
            tables.report((*path, "name"), f"a second humidifier {quote(table.name)}", "each its own name")
        if not is_humid and tables.is_whole("supply"):
            tables.report(
                path, f"humidifier {table.name}: no supply states its humidity", 'humidity = "45 %" on every [[supply]]'
            )
        box = None
        if table.supply is not None:
            if table.start is not None or table.to is not None:
                tables.report((*path, "supply"), f"humidifier {table.name} has a supply and a box", "one of them")
            elif table.supply not in supplies and tables.is_whole("supply"):
                what = f"no supply {quote(table.supply)}"
                tables.report((*path, "supply"), what, listed(supplies) or "no supplies", nearest(table.supply, supplies))
        else:
            box = corners(tables, path, f"humidifier {table.name}", table.start, table.to)
            if box is None:
                continue
            if box.thin_axis is not None:
                tables.report((*path, "to"), f"humidifier {table.name} has no volume", "a box")
            elif room is not None and any(
                min(high, size) - max(low, 0.0) <= 0.0 for low, high, size in zip(box.low, box.high, room, strict=True)
            ):
                tables.report(
                    (*path, "from"), f"humidifier {table.name} lies outside the room", "a box that holds air of the room"
                )
        found.append(model.Humidifier(table.name, table.moisture, box, table.supply, tables.source(path)))
    return found


def build_tracers(tables: Tables, racks: Sequence[model.Rack], openings: Sequence[model.Opening]) -> model.Tracers:
    """What to follow; unknown names are noted."""
    table = tables.single["tracers"]
    if table is None:
        return model.Tracers()
    supplies = [o.name for o in openings if o.kind == "supply"]
    returns = [o.name for o in openings if o.kind == "return"]
    rack_names = [rack.name for rack in racks]
    rows = list(dict.fromkeys(rack.row for rack in racks))

    def check(path: Path, names: Sequence[str], known: Sequence[str], word: str, keys: Sequence[str]) -> tuple[str, ...]:
        for name in names:
            if name not in known and tables.is_whole(*keys):
                tables.report(path, f"no {word} {quote(name)}", listed(known) or f"this case has no {word}", nearest(name, known))
        return tuple(names)

    followed: str | tuple[str, ...] | None = table.supplies
    if isinstance(table.supplies, list):
        followed = check(("tracers", "supplies"), table.supplies, [*supplies, *returns], "opening", ("supply", "return"))
    exhausts: str | tuple[str, ...] = table.racks
    if isinstance(table.racks, list):
        exhausts = check(("tracers", "racks"), table.racks, rack_names, "rack", ("rack", "rack_row"))
    groups: list[model.LocalGroup] = []
    taken: dict[str, str] = {}
    for number, group in enumerate(table.local):
        path: Path = ("tracers", "local", number)
        check((*path, "rows"), group.rows, rows, "row", ("rack", "rack_row"))
        for row in group.rows:
            if row in taken:
                tables.report(
                    (*path, "rows"), f"row {quote(row)} belongs to group {quote(taken[row])} already", "one group a row"
                )
            taken[row] = group.name
        own_supplies = check((*path, "supplies"), group.supplies or [], supplies, "supply", ("supply",))
        own_returns = check((*path, "returns"), group.returns or [], returns, "return", ("return",))
        groups.append(
            model.LocalGroup(
                group.name, tuple(group.rows), own_supplies if group.supplies is not None else None,
                own_returns if group.returns is not None else None,
            )
        )  # fmt: skip
    solve = bool(table.model_fields_set) if table.solve is None else table.solve
    return model.Tracers(solve, followed, exhausts, table.age_of_air, table.fields, tuple(groups))
