"""Validated tables into the frozen model: rows to racks, aisles to sheets, ratios to flows, and the checks of the geometry."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from typing import Any

from thermal.case import aisle, checks, devices, model, openings, periodic, rows, slots, walls
from thermal.case.asserts import build_limits
from thermal.case.bodies import Body
from thermal.case.density import check_density
from thermal.case.fields import tidy
from thermal.case.load import CASE_FILE, Tables, load_tables, read_text
from thermal.case.resolved import resolved_text
from thermal.errors import CaseErrors
from thermal.fluids import air as air_properties


def load_case(path: str | os.PathLike[str]) -> model.Case:
    """The case of a file, or of a folder that holds case.toml.

    Raises   thermal.errors.CaseErrors with every mistake at once.
    """
    file, text = read_text(path)
    return case_from_text(text, name=case_name(file), file=file.name, path=file)


def case_from_text(text: str, name: str = "case", file: str = CASE_FILE, path: Path | None = None) -> model.Case:
    """The case of a TOML text.

    name   of the case;  file   for messages;  path   of the file, where there is one
    Raises CaseErrors.
    """
    tables = load_tables(text, file, path.parent if path else None)
    case = build(tables, name, path)
    tables.raise_errors()
    if case is None:  # a table without which nothing can be built is missing, and that is an error already
        raise CaseErrors([])
    return case


def case_name(file: Path) -> str:
    """Name of a case: its folder for case.toml, else the file without ending; other characters than names may have become "-"."""
    stem = file.resolve().parent.name if file.name == CASE_FILE else file.stem
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).lstrip("_.-")[:64]
    return name or "case"


def build(tables: Tables, name: str, path: Path | None = None) -> model.Case | None:
    """The model of the tables. Further mistakes are noted in `tables.errors`; None when the tables hold no whole case."""
    rows.check_types(tables)
    air = _air(tables)
    flow = _flow(tables)
    room = _room(tables)
    racks_of = rows.build_racks(tables, air)
    racks = [rack for row in racks_of.values() for rack in row]
    pieces = aisle.build_containment(tables, racks_of, room)
    solids, sheets, faces = _obstacles(tables)
    obstacles, plates = solids + pieces.solids, sheets + pieces.plates
    racks_whole = tables.is_whole("rack", "rack_row") and air is not None
    rack_flow = sum(rack.flow for rack in racks) if racks_whole else None
    patches = openings.build_openings(tables, room, faces, rack_flow, flow.initial_temperature if flow else 297.15)
    warm = walls.build_walls(tables, room)
    bodies = [*slots.build_bodies(tables, racks, air), *devices.build_devices(tables, racks_of, air)]
    mesh = _mesh(tables)
    limits = build_limits(tables, [rack.name for rack in racks], racks_whole, patches, warm, bodies)
    _check(tables, room, mesh, racks, patches, plates, obstacles, warm, bodies)
    periodic.check_streams(tables, flow, patches, warm, room, len(racks) + len(obstacles) + len(plates) + len(bodies))
    if tables.errors or room is None or mesh is None or air is None or flow is None:
        return None
    solve, site = tables.single["solve"], tables.single["site"]
    return model.Case(
        name=name, title=tables.single["case"].title, room=room, altitude=site.altitude, air=air, flow=flow, mesh=mesh,
        stop=model.Stop(iterations=solve.iterations, wall_time=solve.wall_time if solve.wall_time is not None else math.inf),
        racks=tuple(racks), openings=tuple(patches), plates=tuple(plates), obstacles=tuple(obstacles), limits=tuple(limits),
        ashrae_class=tables.single["limits"].ashrae_class, path=path, text=tables.text,
        resolved=resolved_text(tables, air, racks, patches), walls=tuple(warm), bodies=tuple(bodies),
    )  # fmt: skip


def _air(tables: Tables) -> model.Air | None:
    table, site = tables.single["air"], tables.single["site"]
    if table is None or site is None:
        return None
    temperature = table.reference_temperature
    pressure = table.pressure if table.pressure is not None else air_properties.site_pressure(site.altitude)
    density = table.density if table.density is not None else air_properties.density(temperature, pressure)
    viscosity = table.kinematic_viscosity
    if viscosity is None:
        viscosity = air_properties.kinematic_viscosity(temperature, density)
    return model.Air(
        density=density, heat_capacity=table.heat_capacity, kinematic_viscosity=viscosity, prandtl=table.prandtl,
        expansion=table.expansion if table.expansion is not None else 1.0 / temperature,
        reference_temperature=temperature, pressure=pressure, gravity=table.gravity,
    )  # fmt: skip


def _flow(tables: Tables) -> model.Flow | None:
    table: Any = tables.single["flow"]
    if table is None:
        return None
    turbulence = model.Turbulence(
        model=table.turbulence, turbulent_prandtl=table.turbulent_prandtl, constant_viscosity=table.constant_viscosity,
        zero_equation=table.zero_equation, wall_distance=table.wall_distance, thermal_wall_function=table.thermal_wall_function,
        buoyancy_production=table.buoyancy_production, roughness_e=table.roughness_e, kappa=table.kappa,
    )  # fmt: skip
    if table.turbulence == "constant" and table.constant_viscosity == 0.0:
        tables.report(
            ("flow", "turbulence"), 'turbulence = "constant" needs constant_viscosity', 'constant_viscosity = "0.01 m2/s"'
        )
    if table.turbulence != "constant" and table.constant_viscosity > 0.0:
        what = f'constant_viscosity changes nothing with turbulence = "{table.turbulence}"'
        tables.report(("flow", "constant_viscosity"), what, 'turbulence = "constant"', "leave it out")
    check_density(tables, table)
    axes, body_force, bulk_velocity = periodic.read_streams(tables, table)
    return model.Flow(
        turbulence=turbulence, density=table.density, velocity_scheme=table.velocity_scheme or table.scheme,
        temperature_scheme=table.temperature_scheme or table.scheme, buoyancy=table.buoyancy,
        initial_temperature=table.initial_temperature, periodic=axes, body_force=body_force, bulk_velocity=bulk_velocity,
        temperature_gradient=table.temperature_gradient,
    )  # fmt: skip


def _room(tables: Tables) -> model.Point | None:
    table = tables.single["room"]
    return (tidy(table.size[0]), tidy(table.size[1]), tidy(table.size[2])) if table is not None else None


def _mesh(tables: Tables) -> model.Mesh | None:
    table = tables.single["mesh"]
    if table is None:
        return None
    refinements = []
    for index, refine in enumerate(table.refine):
        path = ("mesh", "refine", index)
        box = aisle.corners(tables, path, f"refinement {refine.name}", refine.start, refine.to)
        if box is not None and box.thin_axis is not None:
            tables.report((*path, "to"), f"refinement {refine.name} has no volume", "a box")
        elif box is not None:
            refinements.append(model.Refinement(name=refine.name, box=box, cell=refine.cell))
    return model.Mesh(cell=table.cell, refinements=tuple(refinements), stretching=table.stretching)


def _obstacles(tables: Tables) -> tuple[list[model.Obstacle], list[model.Plate], dict[str, model.Box]]:
    """Solid obstacles, thin ones as closed sheets, and the boxes of the solid ones by name."""
    solids, sheets = [], []
    for path, table in tables.lists["obstacle"]:
        box = aisle.corners(tables, path, f"obstacle {table.name}", table.start, table.to)
        if box is None:
            tables.broken["obstacle"].add(table.name)
        elif box.thin_axis is None:
            solids.append(model.Obstacle(name=table.name, box=box, power=table.power, source=tables.source(path)))
        elif table.power > 0.0:
            tables.report((*path, "power"), f"obstacle {table.name} is a sheet and cannot give heat", "a box with a volume")
        else:
            sheets.append(model.Plate(name=table.name, box=box, source=tables.source(path)))
    return solids, sheets, {solid.name: solid.box for solid in solids}


def _check(
    tables: Tables, room: model.Point | None, mesh: model.Mesh | None, racks: list[model.Rack], patches: list[model.Opening],
    plates: list[model.Plate], obstacles: list[model.Obstacle], warm: list[model.Wall],
    bodies: list[Body],
) -> None:  # fmt: skip
    """Note every geometric mistake of what could be built."""
    solids = [(f"rack {r.name}", r.source, r.box, False) for r in racks]
    solids += [(f"obstacle {o.name}", o.source, o.box, o.power == 0.0) for o in obstacles]
    solids += [(body.label.replace(".", " ", 1), body.source, body.box, False) for body in bodies if body.kind != "rack"]
    found = checks.check_overlaps(solids)
    found += checks.check_names([(f"rack of row {r.row},", r.name, r.source) for r in racks])
    found += checks.check_names([(o.kind, o.name, o.source) for o in patches])
    found += checks.check_names(
        [("sheet", p.name, p.source) for p in plates] + [("obstacle", o.name, o.source) for o in obstacles]
    )
    found += checks.check_names([("wall", w.name, w.source) for w in warm])
    standing = solids[: len(racks) + len(obstacles)]  # a body lets an opening's air through
    found += checks.check_openings(patches, [(label, box) for label, _, box, _ in standing])
    found += checks.check_names([("device", b.name, b.source) for b in bodies if b.kind != "rack"])
    found += checks.check_walls(warm)
    if mesh is not None:
        found += checks.check_names([("refinement", r.name, tables.source(("mesh", "refine"))) for r in mesh.refinements])
    if room is not None:
        things = [(label, source, box) for label, source, box, _ in solids] + [
            (f"sheet {p.name}", p.source, p.box) for p in plates
        ]
        found += checks.check_outside(things, room)
        found += checks.check_racks(racks, obstacles, plates, room)
        if mesh is not None:
            found += checks.check_size(mesh, room, tables.where(("mesh", "cell")))
    for error in found:
        match = re.search(r":(\d+)", error.where)
        tables.errors.append((int(match.group(1)) if match else 0, error))
