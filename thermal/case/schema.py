"""The tables of a case file, key by key: meaning, unit, default and source. The documentation is generated from this file.

Values are SI after validation. What needs several tables at once (names, geometry, flow balances) is checked in build.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt

from thermal.case.air_paths import CeilingPlenum, Chimney, Cutout, Door, Grille, Leak, Porous, RaisedFloor, Tile
from thermal.case.fields import Bound, Corner, Extent, Name, Quantity, Table, Title, setting
from thermal.case.liquid import Cdu, Chiller, ColdPlate, DryCooler, FacilityLoop, Outdoor, RackManifold
from thermal.case.liquid_plant import BufferStore, CoolingTower, ExpansionVessel, ImmersionTank, LiquidLink
from thermal.case.movers import Crah, FanWall, InRow, LibraryTable, RearDoor
from thermal.case.objects import Containment, Obstacle, RackRow, RackType, Return, Speed, Supply, Wall
from thermal.case.rack_table import RackTable
from thermal.case.scalars import Humidifier, TracersTable
from thermal.case.time_tables import EventTable, ProbeTable, Time
from thermal.fluids.air import PRANDTL
from thermal.units import (
    ACCELERATION,
    DENSITY,
    EXPANSION,
    GRADIENT,
    HEAT_CAPACITY,
    LENGTH,
    NUMBER,
    PRESSURE,
    TEMPERATURE,
    TIME,
    VISCOSITY,
)

Push = Annotated[float, Quantity(ACCELERATION, low=-1e4, high=1e4)]
Scheme = Literal["upwind", "second-order"]


class CaseTable(Table):
    """What the case is called."""

    title: Title = setting("", "Free text for reports; it is never interpreted.")
    extends: Annotated[str, Field(strict=True, min_length=1, max_length=200)] | None = setting(
        None,
        "Another case file, by its path from this one, in the same folder or one beside it; what stands here is laid over it: "
        "tables key by key, lists of tables by name.",
        shown="none",
    )
    remove: list[Annotated[str, Field(strict=True, max_length=200)]] = setting(
        [],
        'What of the extended case is left out: objects ("rack_row.A"), their keys ("supply.tiles.flow_ratio"), whole tables.',
        shown="none",
    )


class Site(Table):
    """Where the hall stands."""

    altitude: Annotated[float, Quantity(LENGTH, low=-500.0, high=6000.0)] = setting(
        "0 m",
        "Height above sea level; sets the air pressure and with it the density.",
        source="ICAO Doc 7488/3 standard atmosphere",
    )
    outdoor: Outdoor | None = setting(None, "The weather outside, as [site.outdoor].", shown="35 degC")


class AirTable(Table):
    """Air properties in place of those of dry air at the site. Give them when another program must be matched exactly."""

    reference_temperature: Annotated[float, Quantity(TEMPERATURE, low=200.0, high=400.0)] = setting(
        "20 degC",
        "Temperature of the reference density; buoyancy counts from here.",
        source="standard air of fan data, ISO 5801:2017",
    )
    pressure: Annotated[float, Quantity(PRESSURE, low=3e4, high=2e5)] | None = setting(
        None,
        "Static air pressure.",
        source="ICAO Doc 7488/3 at the site's altitude",
        shown="standard atmosphere at [site] altitude",
    )
    density: Annotated[float, Quantity(DENSITY, low=0.1, high=10.0)] | None = setting(
        None, "Density at the reference temperature.", source="ideal gas, R = 287.05287 J/(kg K)", shown="pressure/(R T)"
    )
    heat_capacity: Annotated[float, Quantity(HEAT_CAPACITY, low=500.0, high=2000.0)] = setting(
        "1006 J/(kg K)", "Heat capacity at constant pressure.", source="ASHRAE Handbook Fundamentals 2017, ch. 1"
    )
    kinematic_viscosity: Annotated[float, Quantity(VISCOSITY, above=0.0, high=1.0)] | None = setting(
        None,
        "Kinematic viscosity.",
        source="Sutherland's law, U.S. Standard Atmosphere 1976, eq. 51",
        shown="Sutherland's law/density",
    )
    prandtl: Annotated[float, Quantity(NUMBER, above=0.0, high=100.0)] = setting(
        PRANDTL, "Molecular Prandtl number.", source="Incropera & DeWitt 2002, table A.4"
    )
    expansion: Annotated[float, Quantity(EXPANSION, low=0.0, high=0.1)] | None = setting(
        None, "Thermal expansion.", source="ideal gas", shown="1/reference_temperature"
    )
    gravity: Annotated[float, Quantity(ACCELERATION, low=0.0, high=100.0)] = setting(
        "9.81 m/s2", "Gravity, along -z.", source="standard value"
    )


class Room(Table):
    """The hall: a box with its origin in a corner, z up."""

    size: Annotated[list[Extent], Field(min_length=3, max_length=3)] = setting(..., "Inner length along x, y and z.")


class Refine(Table):
    """A box in which grid planes lie closer. There are no hanging nodes: the density runs through the whole hall."""

    name: Name = setting(..., "Name in messages.")
    start: Corner = setting(..., "Low corner.", alias="from")
    to: Corner = setting(..., "High corner.")
    cell: Extent = setting(..., "Wanted cell size in the box.")


class MeshTable(Table):
    """The grid: planes on every object's faces, cells of the wanted size between them."""

    cell: Extent = setting(..., "Wanted cell size; 0.1 m resolves rack inlets, 0.2 m is for first looks.")
    stretching: Annotated[float, Quantity(NUMBER, low=1.0, high=2.0)] = setting(
        1.0, "Largest ratio of neighbouring cell widths; 1 keeps the cells between two faces equal."
    )
    refine: list[Refine] = setting([], "Boxes of smaller cells, as [[mesh.refine]].", shown="none")


class FlowTable(Table):
    """Physics and numerics of the air flow. Relaxation is the solver's business and cannot be set."""

    turbulence: Literal[
        "laminar", "constant", "zero-equation", "k-epsilon", "realizable-k-epsilon", "rng-k-epsilon", "smagorinsky", "wale"
    ] = setting(
        "k-epsilon",
        "Turbulence model; smagorinsky and wale are large-eddy simulation, for runs in time: supplies then blow eddies of their "
        "turbulence_intensity and turbulence_length.",
        source="Launder & Spalding 1974, Comput. Methods Appl. Mech. Eng. 3:269 (k-epsilon); Shih et al. 1995, Comput. Fluids "
        "24:227 (realizable); Yakhot et al. 1992, Phys. Fluids A 4:1510 (RNG); Smagorinsky 1963, Mon. Weather Rev. 91:99; "
        "Nicoud & Ducros 1999, Flow Turbul. Combust. 62:183 (WALE)",
    )  # fmt: skip
    density: Literal["boussinesq", "ideal-gas"] = setting(
        "boussinesq",
        "How density follows temperature: in buoyancy alone, linearly (boussinesq), or everywhere, as pressure/(R T) at one "
        "thermodynamic pressure (ideal-gas). A flow in m3/s is then one of the object's own inlet air: a supply's at its "
        "temperature, a rack's or return's at that of what it draws (a rack sized by delta_t moves the m3/s that give this rise "
        "at the reference density). Air that comes and goes needs an opening without a flow, through which the hall breathes.",
        source="low-Mach equations, Majda & Sethian 1985, Combust. Sci. Technol. 42:185",
    )
    scheme: Scheme = setting(
        "second-order", "Convection scheme of velocity and temperature: robust first order, or bounded second order."
    )
    velocity_scheme: Scheme | None = setting(None, "Convection scheme of velocity alone.", shown="scheme")
    temperature_scheme: Scheme | None = setting(None, "Convection scheme of temperature alone.", shown="scheme")
    buoyancy: StrictBool = setting(True, "Whether warm air rises.")
    turbulent_prandtl: Annotated[float, Quantity(NUMBER, low=0.1, high=10.0)] = setting(
        0.9, "Turbulent Prandtl number.", source="Launder & Spalding 1974"
    )
    constant_viscosity: Annotated[float, Quantity(VISCOSITY, low=0.0, high=10.0)] = setting(
        "0 m2/s", 'Eddy viscosity of turbulence = "constant".'
    )
    zero_equation: Literal["chen-xu"] = setting(
        "chen-xu",
        "Law of the zero-equation model: 0.03874 x speed x wall distance.",
        source="Chen & Xu 1998, Energy and Buildings 28:137",
    )
    wall_distance: Literal["nearest", "room"] = setting(
        "nearest",
        "Wall distance in the zero-equation model: to the nearest solid surface, or to the nearest side of the room as if "
        "nothing stood in it (room), which mixes more beside racks and in aisles.",
    )
    thermal_wall_function: Literal["jayatilleke", "none"] = setting(
        "jayatilleke",
        "Heat transfer at a [[wall]] under the log law (zero-equation, k-epsilon): with the resistance of its sublayer, or by "
        "molecular and eddy diffusivity alone (none).",
        source="Jayatilleke 1969, Prog. Heat Mass Transfer 1:193",
    )
    buoyancy_production: Literal["none", "sgdh"] = setting(
        "none",
        "Turbulence made or destroyed by stratification: none, or the simple gradient-diffusion hypothesis.",
        source="Rodi 1980, IAHR",
    )
    roughness_e: Annotated[float, Quantity(NUMBER, above=0.0, high=100.0)] = setting(
        9.8,
        "E of the log law of the wall u+ = ln(E y+)/kappa; 9.8 is smooth.",
        source="with kappa 0.41 an intercept of 5.57, inside the measured 5.0 to 5.6",
    )
    kappa: Annotated[float, Quantity(NUMBER, low=0.3, high=0.5)] = setting(
        0.41, "Von Karman constant.", source="Coles 1956; Pope 2000, 7.1.4"
    )
    initial_temperature: Annotated[float, Quantity(TEMPERATURE, low=200.0, high=400.0)] = setting(
        "24 degC", "Air temperature at the start; a steady answer does not depend on it."
    )
    periodic: Annotated[list[Literal["x", "y", "z"]], Field(max_length=3)] = setting(
        [], "Axes along which the room repeats itself: what leaves at one end comes in at the other.", shown="none"
    )
    body_force: Annotated[list[Push], Field(min_length=3, max_length=3)] | None = setting(
        None, "Force per unit mass along x, y, z that drives the air along periodic axes.", shown="none"
    )
    bulk_velocity: Annotated[list[Speed], Field(min_length=3, max_length=3)] | None = setting(
        None,
        "Mean velocity over the whole room, solids included, along one periodic axis; the force that it takes is an outcome.",
        shown="none",
    )
    temperature_gradient: Annotated[float, Quantity(GRADIENT, low=-1e3, high=1e3)] = setting(
        "0 K/m",
        "Rise of all temperatures, those of walls too, per metre along bulk_velocity: the stream carries off what walls give. "
        "Results hold what is left when this rise is taken out.",
    )


class Solve(Table):
    """When to stop without an answer."""

    iterations: Annotated[StrictInt, Field(ge=1, le=10_000_000)] = setting(2000, "Most iterations on the finest grid.")
    wall_time: Annotated[float, Quantity(TIME, above=0.0)] | None = setting(None, "Most time on the clock.", shown="no limit")


class Limits(Table):
    """Whose limits the indices of the report are measured against."""

    ashrae_class: Literal["A1", "A2", "A3", "A4", "H1"] = setting(
        "A2",
        "Equipment class.",
        source="ASHRAE TC 9.9, Thermal Guidelines for Data Processing Environments, 5th ed. 2021",
        alias="class",
    )


class Assert(Table):
    """A limit that fails the run. Give max, min or both."""

    what: Annotated[str, Field(strict=True, max_length=200)] = setting(
        ..., 'The number to judge, such as "rack.*.inlet_max"; * stands for every object (table below).'
    )
    max: Bound | None = setting(None, 'Upper limit with its unit, such as "27 degC".', shown="none")
    min: Bound | None = setting(None, "Lower limit with its unit.", shown="none")
    name: Name | None = setting(None, "Name of the limit in reports.", shown="limit-1, limit-2, ...")


class Named(Table):
    """The name of a [rack.NAME] table, checked like any other name."""

    name: Name = setting(..., "Name of the rack type.")


class CaseFile(Table):
    """A whole case file. This model makes the JSON schema; load validates table by table to find all mistakes at once."""

    case: CaseTable = setting({}, "What the case is called.")
    site: Site = setting({}, "Where the hall stands.")
    air: AirTable = setting({}, "Air properties in place of the computed ones.")
    room: Room = setting(..., "The hall.")
    mesh: MeshTable = setting(..., "The grid.")
    flow: FlowTable = setting({}, "Physics and numerics of the air flow.")
    solve: Solve = setting({}, "When to stop without an answer.")
    limits: Limits = setting({}, "The equipment class of the report's indices.")
    library: LibraryTable = setting({}, "Files with types of your own.")
    rack: dict[Name, RackType] = setting({}, "Rack types by name: [rack.NAME].")
    rack_row: list[RackRow] = setting([], "Rows of racks.")
    rack_table: list[RackTable] = setting([], "Racks from lists.")
    supply: list[Supply] = setting([], "Openings through which cold air comes.")
    return_: list[Return] = setting([], "Openings through which warm air leaves.", alias="return")
    containment: list[Containment] = setting([], "Roofs, doors and panels, or whole aisles.")
    obstacle: list[Obstacle] = setting([], "Solid boxes.")
    wall: list[Wall] = setting([], "Parts of the room's surface that heat or cool.")
    humidifier: list[Humidifier] = setting([], "Sources of water vapour.")
    tracers: TracersTable = setting({}, "Where the air of each rack inlet comes from.")
    raised_floor: RaisedFloor = setting({}, "The plenum under the floor.")
    ceiling_plenum: CeilingPlenum = setting({}, "The plenum over the false ceiling.")
    tile: list[Tile] = setting([], "Perforated tiles of the raised floor.")
    grille: list[Grille] = setting([], "Grilles of the false ceiling.")
    cutout: list[Cutout] = setting([], "Cable cut-outs.")
    leak: list[Leak] = setting([], "What leaks.")
    door: list[Door] = setting([], "Doors and curtains.")
    porous: list[Porous] = setting([], "Cable trays and pipes that air passes.")
    chimney: list[Chimney] = setting([], "Ducts to the plenum over the ceiling.")
    crah: list[Crah] = setting([], "Room coolers: fan, coil and control in a box that air flows through.")
    fan_wall: list[FanWall] = setting([], "Banks of fans, with coils or without.")
    in_row: list[InRow] = setting([], "Coolers between racks.")
    rdhx: list[RearDoor] = setting([], "Heat exchangers on the backs of racks.")
    cold_plate: list[ColdPlate] = setting([], "Cold plates of rack types.")
    cdu: list[Cdu] = setting([], "Coolant distribution units.")
    rack_manifold: list[RackManifold] = setting([], "Rows of racks on manifolds.")
    immersion_tank: list[ImmersionTank] = setting([], "Tanks of boards in a dielectric.")
    facility_loop: list[FacilityLoop] = setting([], "Water between CDUs and coolers.")
    dry_cooler: list[DryCooler] = setting([], "Dry and adiabatic coolers.")
    cooling_tower: list[CoolingTower] = setting([], "Open cooling towers.")
    chiller: list[Chiller] = setting([], "Chillers.")
    buffer_store: list[BufferStore] = setting([], "Stores in the line of facility loops.")
    expansion_vessel: list[ExpansionVessel] = setting([], "Vessels that hold the pressure of loops.")
    liquid_link: list[LiquidLink] = setting([], "Single links of the loops.")
    time: Time | None = setting(None, "A run in time in place of the steady hall.")
    probe: list[ProbeTable] = setting([], "Numbers that are followed in time.")
    event: list[EventTable] = setting([], "What changes during a run in time.")
    assert_: list[Assert] = setting([], "Limits that fail the run.", alias="assert")


def json_schema() -> dict[str, Any]:
    """The JSON schema of a case file, for editors (Even Better TOML, taplo): names, types, choices; units in the descriptions."""
    schema = _tidied(CaseFile.model_json_schema(by_alias=True))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Hallflow case file"}


def _tidied(node: Any) -> Any:
    """Without what only pydantic needs: generated titles, null (TOML has none) and empty defaults. Units join the description."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _tidied(value) for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    options = [option for option in node.pop("anyOf", []) if option != {"type": "null"}]
    for option in options:  # one is left: every optional key has one type
        node = {**option, **node}
    if "default" in node and node["default"] in (None, {}, []):
        del node["default"]
    notes = [f"{word}: {node[key]}." for word, key in (("Unit", "x-unit"), ("Range", "x-range")) if node.get(key)]
    if notes and "description" in node:
        node["description"] = " ".join([node["description"], *notes])
    return node
