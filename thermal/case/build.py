"""Validated tables into the frozen model: rows to racks, aisles to sheets, ratios to flows, and the checks of the geometry."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from typing import Any

from thermal.case import (
    aisle,
    checks,
    devices,
    model,
    moisture,
    obstacles,
    openings,
    periodic,
    plenums,
    porous,
    rows,
    slots,
    walls,
)
from thermal.case.asserts import build_limits
from thermal.case.bodies import COOLERS, Body
from thermal.case.density import check_density
from thermal.case.extends import Document, read_document, text_document
from thermal.case.fields import tidy
from thermal.case.liquid_build import build_plant
from thermal.case.listed_racks import build_listed_racks, check_aisle_rows
from thermal.case.load import CASE_FILE, Tables, load_tables
from thermal.case.plant_checks import tank_blocks
from thermal.case.record_text import record_text
from thermal.case.resolved import resolved_text
from thermal.case.time_tables import build_events, build_probes, build_span
from thermal.errors import CaseErrors
from thermal.fluids import air as air_properties


def load_case(path: str | os.PathLike[str]) -> model.Case:
    """The case of a file, or of a folder that holds case.toml.

    Raises   thermal.errors.CaseErrors with every mistake at once.
    """
    file, document = read_document(path)
    return case_from_document(document, case_name(file), file)


def case_from_text(text: str, name: str = "case", file: str = CASE_FILE, path: Path | None = None) -> model.Case:
    """The case of a TOML text.

    name   of the case;  file   for messages;  path   of the file, where there is one
    Raises CaseErrors.
    """
    return case_from_document(text_document(text, file), name, path)


def case_from_document(document: Document, name: str, path: Path | None) -> model.Case:
    """The case of a document, see thermal.case.extends. Raises CaseErrors."""
    tables = load_tables(document)
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
    racks_of |= build_listed_racks(tables, air, racks_of)
    check_aisle_rows(tables, racks_of)
    paths = plenums.build_paths(tables, room, racks_of, air.density if air else None)
    plenums.refuse_floor_openings(tables)
    zones = porous.build_zones(tables, air.kinematic_viscosity if air else None)
    racks_of = plenums.chimney_racks(racks_of, paths.exhausts)
    racks = [rack for row in racks_of.values() for rack in row]
    pieces = aisle.build_containment(tables, racks_of, room)
    solids, sheets, faces = obstacles.build_obstacles(tables, path.resolve().parent if path else None)
    blocks, plates = solids + pieces.solids + tank_blocks(tables), sheets + pieces.plates + paths.plates
    racks_whole = tables.is_whole("rack", "rack_row", "rack_table") and air is not None
    rack_flow = sum(rack.flow for rack in racks) if racks_whole else None
    patches = openings.build_openings(tables, room, faces, rack_flow, flow.initial_temperature if flow else 297.15)
    patches = moisture.with_humidity(tables, patches, air)
    humidifiers = moisture.build_humidifiers(tables, patches, room)
    tracers = moisture.build_tracers(tables, racks, patches)
    warm = walls.build_walls(tables, room)
    bodies = [*slots.build_bodies(tables, racks, air), *devices.build_devices(tables, racks_of, air)]
    mesh = _mesh(tables)
    on_loops = {one.row for _, one in tables.lists["rack_manifold"]}
    wet = [rack.name for rack in racks if rack.row in on_loops]
    limits = build_limits(tables, [rack.name for rack in racks], racks_whole, patches, warm, bodies, paths.plates, wet)
    _check(tables, room, paths, zones, mesh, racks, patches, plates, blocks, warm, bodies)
    space = _space(room, paths)
    span, probes, events = _timeline(tables, space, flow, racks, racks_whole, patches, blocks, warm, bodies)
    periodic.check_streams(tables, flow, patches, warm, room, len(racks) + len(blocks) + len(plates) + len(bodies))
    types = {row.name: row.type for _, row in tables.lists["rack_row"]}
    ratios = [one.humidity_ratio for one in patches if one.kind == "supply" and one.humidity_ratio is not None]
    plant = build_plant(tables, types, air.pressure, max(ratios, default=None), bodies) if air is not None else None
    if plant is not None and span is not None and span.start == "rest":
        tables.report(("time", "start"), "liquid loops take their heat from a steady hall", 'start = "steady"')
    if tables.errors or room is None or mesh is None or air is None or flow is None:
        return None
    solve, site = tables.single["solve"], tables.single["site"]
    return model.Case(
        name=name, title=tables.single["case"].title, room=room, altitude=site.altitude, air=air, flow=flow, mesh=mesh,
        stop=model.Stop(iterations=solve.iterations, wall_time=solve.wall_time if solve.wall_time is not None else math.inf),
        racks=tuple(racks), openings=tuple(patches), plates=tuple(plates), obstacles=tuple(blocks), limits=tuple(limits),
        ashrae_class=tables.single["limits"].ashrae_class, path=path, text=record_text(tables),
        resolved=resolved_text(tables, air, racks, patches), walls=tuple(warm), bodies=tuple(bodies),
        liquid=plant,
        time=span, probes=tuple(probes), events=tuple(events),
        zones=tuple(zones), under_floor=paths.under, over_ceiling=paths.over,
        humidifiers=tuple(humidifiers), tracers=tracers,
    )  # fmt: skip


def _space(room: model.Point | None, paths: plenums.Paths) -> model.Box | None:
    """Room and plenums together."""
    return None if room is None else model.Box((0.0, 0.0, -paths.under), (room[0], room[1], room[2] + paths.over))


def _timeline(
    tables: Tables, space: model.Box | None, flow: model.Flow | None, racks: list[model.Rack], racks_whole: bool,
    patches: list[model.Opening], obstacles: list[model.Obstacle], warm: list[model.Wall], bodies: list[Any],
) -> tuple[model.TimeSpan | None, list[model.Probe], list[model.Event]]:  # fmt: skip
    """Span, probes and events of a run in time."""
    whole = racks_whole and tables.is_whole("supply", "return", "wall", *COOLERS)
    solids = [(f"rack {r.name}", r.box) for r in racks] + [(f"obstacle {o.name}", o.box) for o in obstacles]
    names = {kind: [o.name for o in patches if o.kind == kind] for kind in ("supply", "return")}
    names |= {"rack": [r.name for r in racks], "wall": [w.name for w in warm]}
    names |= {kind: [body.name for body in bodies if body.kind == kind] for kind in COOLERS}
    names |= {kind: [one.name for _, one in tables.lists[kind]] for kind in ("cdu", "facility_loop", "dry_cooler", "chiller")}
    probes = build_probes(tables, racks, patches, solids, space, whole)
    return build_span(tables, flow), probes, build_events(tables, names, whole)


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


def _check(
    tables: Tables, room: model.Point | None, paths: plenums.Paths, zones: list[model.Zone], mesh: model.Mesh | None,
    racks: list[model.Rack], patches: list[model.Opening], plates: list[model.Plate], blocks: list[model.Obstacle],
    warm: list[model.Wall], bodies: list[Body],
) -> None:  # fmt: skip
    """Note every geometric mistake of what could be built."""
    solids = [(f"rack {r.name}", r.source, r.box, False) for r in racks]
    solids += [(f"obstacle {o.name}", o.source, o.box, o.power == 0.0) for o in blocks if o.body is None]
    solids += [(body.label.replace(".", " ", 1), body.source, body.box, False) for body in bodies if body.kind != "rack"]
    found = checks.check_overlaps(solids)
    found += checks.check_names([(f"rack of row {r.row},", r.name, r.source) for r in racks])
    found += checks.check_names([(o.kind, o.name, o.source) for o in patches])
    sheets = [("sheet", p.name, p.source) for p in plates if p.kind == "sheet"]
    found += checks.check_names(sheets + [("obstacle", o.name, o.source) for o in blocks])
    for kind in model.PATHS:
        found += checks.check_names([(kind, p.name, p.source) for p in plates if p.kind == kind])
    found += checks.check_names([("wall", w.name, w.source) for w in warm])
    standing = [(label, box) for label, _, box, _ in solids if label.startswith(("rack ", "obstacle "))]
    found += checks.check_openings(patches, standing)  # a device lets an opening's air through
    found += checks.check_names([("device", b.name, b.source) for b in bodies if b.kind != "rack"])
    found += checks.check_walls(warm)
    found += checks.check_names([("zone", z.name, z.source) for z in zones])
    if mesh is not None:
        found += checks.check_names([("refinement", r.name, tables.source(("mesh", "refine"))) for r in mesh.refinements])
    if room is not None:
        things = [(label, source, box) for label, source, box, _ in solids] + [
            (f"sheet {p.name}", p.source, p.box) for p in plates
        ]
        things += [(f"obstacle {o.name}", o.source, o.box) for o in blocks if o.body is not None]
        things += [(f"zone {z.name}", z.source, z.box) for z in zones]
        found += checks.check_outside(things, (room[0], room[1], room[2] + paths.over), (0.0, 0.0, -paths.under))
        found += checks.check_racks(racks, [o for o in blocks if o.body is None], plates, room)
        if mesh is not None:
            found += checks.check_size(mesh, room, tables.where(("mesh", "cell")))
    for error in found:
        match = re.search(r":(\d+)", error.where)
        tables.errors.append((int(match.group(1)) if match else 0, error))
