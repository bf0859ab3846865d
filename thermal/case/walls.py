"""Walls that heat or cool the air, or move: from tables to the model."""

from __future__ import annotations

from thermal.case import model
from thermal.case.lines import Path
from thermal.case.load import Tables
from thermal.case.objects import Wall
from thermal.case.openings import find_patch, find_surface


def build_walls(tables: Tables, room: model.Point | None) -> list[model.Wall]:
    """The walls that could be built; mistakes are noted."""
    walls = []
    for path, table in tables.lists["wall"]:
        given = [key for key in ("temperature", "heat_flux", "outside_temperature") if getattr(table, key) is not None]
        is_told = len(given) == 1 or (not given and table.velocity is not None)
        if not is_told:
            what = f"{' and '.join(given)} together" if given else f"wall {table.name} neither has a temperature nor gives heat"
            tables.report(
                (*path, *given[1:]), what, "one of temperature, heat_flux, outside_temperature" + ", or a velocity" * (not given)
            )
        resistance = _resistance(tables, path, table)
        surface = find_surface(tables, path, table.on, room, {}) if room else None
        box = find_patch(tables, path, table, surface, "wall") if surface else None
        velocity = tuple(table.velocity or (0.0, 0.0, 0.0))
        if surface is not None and velocity[surface.axis] != 0.0:
            accepted = f"0 m/s along {'xyz'[surface.axis]}: a wall moves along itself"
            tables.report((*path, "velocity"), f"wall {table.name} on {table.on} moves off its place", accepted)
        if surface is None or box is None or not is_told:
            tables.broken["wall"].add(table.name)
            continue
        walls.append(
            model.Wall(
                name=table.name, box=box, axis=surface.axis, sign=surface.sign, resistance=resistance,
                temperature=table.temperature if table.outside_temperature is None else table.outside_temperature,
                heat_flux=table.heat_flux, source=tables.source(path), velocity=(velocity[0], velocity[1], velocity[2]),
            )
        )  # fmt: skip
    return walls


def _resistance(tables: Tables, path: Path, table: Wall) -> float:
    """m2 K/W of a wall's layers and its outside film, 0 without outside temperature; mistakes are noted."""
    thickness, conductivity = table.thickness or [], table.conductivity or []
    if table.outside_temperature is None:
        for key in ("thickness", "conductivity"):
            if getattr(table, key) is not None:
                tables.report((*path, key), f"layers, but wall {table.name} has no outside_temperature", "both", "leave it out")
        return 0.0
    if len(thickness) != len(conductivity):
        what = f"wall {table.name}: {len(thickness)} thicknesses, {len(conductivity)} conductivities"
        tables.report((*path, "thickness"), what, "as many of each, from the room outwards")
        return 0.0
    layers = zip(thickness, conductivity, strict=True)
    return float(sum(length / k for length, k in layers)) + 1.0 / float(table.film_coefficient)
