"""The tables of air paths: plenums under the floor and over the ceiling, and what passes air between them and the room."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from thermal.case.fields import Corner, Extent, InPlane, Name, Quantity, Table, setting
from thermal.case.objects import Direction, Power, VolumeFlow
from thermal.units import AREA_RATIO, FRACTION, INVERSE_LENGTH, LENGTH, NUMBER, PRESSURE

MOST_TILES = 10_000  # in one table
OpenFraction = Annotated[float, Quantity(FRACTION, above=0.0, high=1.0)]
Leakage = Annotated[float, Quantity(AREA_RATIO, low=0.0, below=1.0)]
PieceLoss = Annotated[float, Quantity(NUMBER, above=0.0, high=1e9)]
Drop = Annotated[float, Quantity(PRESSURE, above=0.0, high=1e5)]
LossPerLength = Annotated[float, Quantity(INVERSE_LENGTH, low=0.0, high=1e6)]
ERGUN = "Ergun 1952, Chem. Eng. Prog. 48:89"
LAW = (
    "Fried & Idelchik 1989, flow through a perforated plate into a room; as in Karki, Radmehr & Patankar 2003, HVAC&R Res. 9:153"
)


class RaisedFloor(Table):
    """A floor on pedestals with air below it. The floor keeps its height, z = 0, and the slab lies at minus `height`."""

    height: Extent | None = setting(None, "From the slab up to the raised floor.", shown="no raised floor")
    leakage: Leakage = setting(
        0.0, "Open area of seams and gaps for each area of floor, wherever nothing stands and no tile lies.", source="[[leak]]"
    )


class CeilingPlenum(Table):
    """A space over the false ceiling, which lies at the room's height, through which air returns."""

    height: Extent | None = setting(None, "From the false ceiling up to the slab.", shown="no false ceiling")
    leakage: Leakage = setting(0.0, "Open area of gaps for each area of ceiling.", source="[[leak]]")


class Tile(Table):
    """Perforated tiles of the raised floor: one, or a row of them named NAME1, NAME2, ... The flow of each is an outcome.

    Give the loss as loss_coefficient, or by a point of the data sheet (pressure_drop, at_flow); else open_fraction tells it.
    """

    name: Name = setting(..., "Name of the tile, or of the row.")
    at: InPlane = setting(..., "Low corner of the first tile: x and y.")
    size: Annotated[list[Extent], Field(min_length=2, max_length=2)] = setting(["0.6 m", "0.6 m"], "Length along x and y.")
    count: Annotated[StrictInt, Field(ge=1, le=MOST_TILES)] = setting(1, "Number of tiles in the row.")
    along: Direction = setting("+x", "Direction in which the row runs.")
    pitch: Extent | None = setting(None, "Distance from tile to tile.", shown="size of the tile along the row")
    open_fraction: OpenFraction = setting(..., "Open area/area; the jets leave with the mean velocity over it.")
    loss_coefficient: PieceLoss | None = setting(
        None, "K of dp = K rho U^2/2 from still air to still air, U on the whole tile.", shown="from open_fraction", source=LAW
    )
    pressure_drop: Drop | None = setting(None, "Of one tile at at_flow, from the data sheet.", shown="none")
    at_flow: VolumeFlow | None = setting(None, "Flow through one tile at which it has this pressure_drop.", shown="none")


class Grille(Tile):
    """Return grilles of the false ceiling, as tiles of the raised floor."""


class Cutout(Table):
    """An opening in the raised floor or the false ceiling for cables, with or without a brush."""

    name: Name = setting(..., "Name of the cut-out.")
    on: Literal["floor", "ceiling"] = setting("floor", "Which of the two it is cut into.")
    start: InPlane = setting(..., "Low corner: x and y.", alias="from")
    to: InPlane = setting(..., "High corner.")
    open_fraction: OpenFraction = setting(1.0, "Open area/area: what cables and brush leave.")
    loss_coefficient: PieceLoss | None = setting(
        None,
        "K of dp = K rho U^2/2, U on the whole cut-out: a brush's from its data sheet.",
        shown="from open_fraction",
        source=LAW,
    )
    pressure_drop: Drop | None = setting(None, "Of the cut-out at at_flow, from the data sheet.", shown="none")
    at_flow: VolumeFlow | None = setting(None, "Flow through it at which it has this pressure_drop.", shown="none")


class Leak(Table):
    """Seams of a raised floor or false ceiling that leak over a rectangle; tiles, grilles and cut-outs in it keep their place."""

    name: Name = setting(..., "Name of the leak.")
    on: Literal["floor", "ceiling"] = setting("floor", "What leaks.")
    start: InPlane | None = setting(None, "Low corner: x and y.", alias="from", shown="all of it")
    to: InPlane | None = setting(None, "High corner.", shown="all of it")
    area: Annotated[float, Quantity(AREA_RATIO, above=0.0, below=1.0)] = setting(
        ..., 'Open area for each area, such as "0.35 %" or "35 cm2/m2".', source="loss: Idelchik 1994, diagram 4-14"
    )


class Door(Table):
    """A door, curtain or hatch by its corners, thin in one axis. It wins over any sheet or panel in its place."""

    name: Name = setting(..., "Name of the door.")
    start: Corner = setting(..., "Low corner.", alias="from")
    to: Corner = setting(..., "High corner.")
    state: Literal["closed", "ajar", "open"] = setting("closed", "How it stands. An open door is a hole.")
    gap: Annotated[float, Quantity(LENGTH, above=0.0, high=100.0)] | None = setting(
        None, "Width of the slot of a door that is ajar, along its shorter side.", shown="none"
    )
    leakage: Leakage = setting(
        0.0, "Open area/area of a closed door: seals, strips of a curtain.", source="loss: Idelchik 1994, diagram 4-14"
    )


class Chimney(Table):
    """A vertical duct up to the false ceiling, open into its plenum: over racks, or over an aisle or any other rectangle.

    Racks with a chimney blow out through their whole top instead of their back. Over a rectangle, sheets that lie across its
    foot are cut open, so that it can stand on the roof of a hot aisle.
    """

    name: Name = setting(..., "Name of the chimney.")
    racks: Annotated[list[Name], Field(min_length=1, max_length=MOST_TILES)] | None = setting(
        None, "Names of racks, or of a row for all its racks, that blow into a chimney each.", shown="none"
    )
    start: InPlane | None = setting(None, "Low corner of a rectangle: x and y.", alias="from", shown="none")
    to: InPlane | None = setting(None, "High corner of the rectangle.", shown="none")
    bottom: Annotated[float, Quantity(LENGTH, low=0.0, high=10_000.0)] | None = setting(
        None, "Height at which the duct over a rectangle begins.", shown="none"
    )


class Porous(Table):
    """A box of cables or pipes that air passes with a resistance: a tray, a bundle, a bank of tubes.

    Give loss_per_length as measured, or porosity and diameter, from which Ergun's equation tells it.
    """

    name: Name = setting(..., "Name of the zone.")
    start: Corner = setting(..., "Low corner.", alias="from")
    to: Corner = setting(..., "High corner.")
    loss_per_length: Annotated[list[LossPerLength], Field(min_length=3, max_length=3)] | None = setting(
        None, "C of dp/length = C rho U^2/2 along x, y, z, U the mean velocity as if nothing were there.", shown="from diameter"
    )
    porosity: Annotated[float, Quantity(FRACTION, above=0.0, below=1.0)] | None = setting(
        None, "Volume of air/volume.", shown="none"
    )
    diameter: Annotated[float, Quantity(LENGTH, above=0.0, high=10.0)] | None = setting(
        None, "Of the cables or pipes; a sphere with as much surface for its volume has 1.5 of it.", shown="none", source=ERGUN
    )
    power: Power = setting("0 W", "Heat it gives to the air, evenly over the box.")
