"""One row of a network's tables into a link or a node: laws, chips, stores, tanks, coolers."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from functools import partial
from typing import Any

from thermal.errors import quote
from thermal.loop.apparatus import ChillerDuty, CoolerDuty, TowerDuty
from thermal.loop.columns import FOR_KINDS
from thermal.loop.components.adiabatic_cooler import AdiabaticCooler, PadAir, WettedPad
from thermal.loop.components.chiller import published_chillers
from thermal.loop.components.cold_plate import Resistance, TabledResistance, ocp_module
from thermal.loop.components.cooling_tower import rate_by_air
from thermal.loop.components.dry_cooler import DryCooler
from thermal.loop.links import CheckValve, ColdPlate, Coupler, Filter, Fitting, Law, Pipe, Pump, Regulator, Valve
from thermal.loop.network import ROOM, Chip, Duty, Link, Node, Vessel
from thermal.loop.table_rows import Row
from thermal.units import ZERO_CELSIUS

USUAL = "equal-percentage"  # characteristic of a valve
DRY_BULB = 308.15  # K, 35 degC: rating point of air-cooled machines, ISO 5151:2017 T1
FILLED = 283.15  # K, 10 degC: filling temperature of EN 12828:2012, annex D
LAYERS = 10  # of a store
NOZZLES = 1.5  # loss of a store's inlet (1.0) and outlet (0.5): Idelchik 1994, diagrams 4-1 and 3-1
CHIP_COLUMNS = ("plates", "junction_K_W", "case_J_K", "junction_J_K")


def node_of(row: Row, where: dict[str, str]) -> Node:
    """The node of a row; `where` learns its place."""
    name = row.name("node")
    where.setdefault(name, row.place)
    return Node(
        name, row.name("region"), row.number("elevation_m", 0.0), row.optional("fixed_p_Pa"), row.number("inflow_m3s", 0.0),
        row.celsius("inflow_degC"), row.celsius("fixed_degC"), row.number("volume_m3", 0.0), _vessel(row),
    )  # fmt: skip


def _vessel(row: Row) -> Vessel | None:
    if not row.text("vessel_m3"):
        for column in ("precharge_Pa", "fill_degC", "loop_m3"):
            if row.text(column):
                row.wrong(column, "a vessel's number without a vessel", "m3 under vessel_m3")
        return None
    filled = row.celsius("fill_degC")
    return Vessel(
        row.number("vessel_m3"), row.number("precharge_Pa"), FILLED if filled is None else filled, row.number("loop_m3", 0.0)
    )


def link_of(row: Row, where: dict[str, str]) -> Link:
    """The link of a row; `where` learns its place."""
    name = row.name("link")
    where.setdefault(name, row.place)
    kind = row.text("kind")
    law: Law = Pipe()
    duty: Duty | None = None
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        row.wrong("kind", f"{quote(kind)} is no kind of link", ", ".join(KINDS) + (f"; did you mean {near[0]}?" if near else ""))
    else:
        for column, kinds in FOR_KINDS.items():
            if row.text(column) and kind not in kinds:
                row.wrong(column, f"a {kind} has none", f"empty; {column} belongs to {', '.join(kinds)}")
        law = KINDS[kind](row)
        duty = DUTIES[kind](row) if kind in DUTIES else None
    cells = row.whole("cells", {"store": LAYERS, "immersion-tank": 1}.get(kind, 0))
    ambient = row.celsius("ambient_degC")
    needed = kind in ("store", "immersion-tank")
    return Link(
        name, row.text("from"), row.text("to"), law, row.number("heat_W", 0.0), row.number("loss_W_K", 0.0),
        ROOM if ambient is None else ambient, row.number("volume_m3") if needed else row.optional("volume_m3"), cells or None,
        row.yes("open", True), _chip(row), duty, row.number("solids_J_K", 0.0), row.number("surface_K_W", 0.0),
        row.number("height_m") if kind == "store" else 0.0,
    )  # fmt: skip


def _chip(row: Row) -> Chip | None:
    """What stands behind a cold plate, if the row says."""
    text = row.text("case_R_K_W")
    if not text:
        for column in CHIP_COLUMNS:
            if row.text(column):
                row.wrong(column, "a chip's number without its cold plate", "points or ocp under case_R_K_W")
        return None
    resistance: Resistance = ocp_module()
    if text != "ocp":
        points = row.points("case_R_K_W", "m3/s:K/W of one plate, or ocp")
        if not points:
            return None
        try:
            resistance = TabledResistance(*(tuple(part) for part in zip(*points, strict=True)))
        except ValueError as error:
            row.wrong("case_R_K_W", str(error), "flows rising, resistances falling")
            return None
    count = row.whole("plates", 1)
    numbers = {column: row.number(column, 0.0) for column in CHIP_COLUMNS[1:]}
    if count < 1 or any(value < 0.0 for value in numbers.values()):
        row.wrong("plates", "a number of plates below 1, or a resistance or capacity below 0", "plates >= 1, others >= 0")
        return None
    return Chip(
        partial(_of_group, resistance, count), numbers["junction_K_W"] / count, numbers["junction_J_K"] * count,
        numbers["case_J_K"] * count,
    )  # fmt: skip


def _of_group(resistance: Resistance, count: int, flow: Any) -> Any:
    """K/W of so many plates side by side at their flow together, m3/s."""
    return resistance.at(flow / count) / count


def _plate(row: Row) -> ColdPlate:
    if row.text("points"):
        return ColdPlate(points=row.points("points", "m3/s:Pa"))
    return ColdPlate(row.number("dp_Pa"), row.number("flow_m3s"), row.number("exponent", 1.85))


def _pump(row: Row) -> Pump:
    points = row.points("points", "m3/s:Pa that it adds")
    shutoff, fall = (3e5, 0.0) if row.text("points") else (row.number("pump_A_Pa"), row.number("pump_B_Pa_per_m6s2"))
    if row.text("points") and (row.text("pump_A_Pa") or row.text("pump_B_Pa_per_m6s2")):
        row.wrong("points", "points beside pump_A_Pa and pump_B_Pa_per_m6s2", "one of them")
    efficiency: Any = row.points("efficiency", "m3/s:-") if ":" in row.text("efficiency") else row.number("efficiency", 0.6)
    return Pump(
        shutoff, fall, points, row.number("speed", 1.0), row.whole("running", 1), row.yes("check_valve", False),
        efficiency or 0.6, row.number("inertia_J", 0.0),
    )  # fmt: skip


KINDS: dict[str, Callable[[Row], Any]] = {
    "pipe": lambda row: Pipe(row.number("length_m"), row.number("diam_m"), row.number("rough_m", 4.5e-5), row.number("K", 0.0)),
    "fitting": lambda row: Fitting(row.number("K"), row.number("diam_m")),
    "coupler": lambda row: Coupler(row.number("kv_m3h")),
    "valve": lambda row: Valve(
        row.number("kv_m3h"), row.number("opening", 1.0), row.text("characteristic") or USUAL, row.number("rangeability", 50.0),
        row.number("stroke_s", 0.0),
    ),
    "regulator": lambda row: Regulator(row.number("flow_m3s"), row.number("kv_m3h")),
    "check-valve": lambda row: CheckValve(row.number("kv_m3h")),
    "filter": lambda row: Filter(row.number("kv_m3h"), row.number("fouling", 0.0)),
    "cold-plate": _plate,
    "pump": _pump,
    "store": lambda row: Fitting(row.number("K", NOZZLES), row.number("diam_m")),
    "immersion-tank": _plate,
    "dry-cooler": _plate,
    "cooling-tower": _plate,
    "chiller": _plate,
}  # fmt: skip


def _weather(row: Row, needs_wet: bool) -> tuple[float, float, float] | None:
    """K dry bulb, K wet bulb (the dry bulb where none is needed), Pa."""
    stated = row.celsius("dry_bulb_degC")
    dry, pressure = DRY_BULB if stated is None else stated, row.number("air_Pa", 101325.0)
    wet = row.celsius("wet_bulb_degC")
    if needs_wet and wet is None:
        row.wrong("wet_bulb_degC", "is empty", "the wet bulb of the air, degC: a tower or wet pads need it")
        return None
    wet = dry if wet is None else wet
    if not (200.0 < wet <= dry < 400.0 and 1e4 < pressure < 2e5):
        row.wrong(
            "wet_bulb_degC", "no weather: the wet bulb is above the dry bulb, or a number is out of range", "wet <= dry, Pa"
        )
        return None
    return dry, wet, pressure


def _rated(row: Row, *columns: str) -> list[float] | None:
    """Numbers above zero of a rating (K for degC), None where one is missing or not above zero."""
    values = []
    for column in columns:
        value = row.number(column) + (ZERO_CELSIUS if column.endswith("degC") else 0.0)
        if not value > 0.0:
            if math.isfinite(value):
                row.wrong(column, f"{quote(row.text(column))} is not above zero", "a number above zero")
            return None
        values.append(value)
    return values


def _setting(row: Row) -> tuple[int, float]:
    count, speed = row.whole("count", 1), row.number("speed", 1.0)
    if count < 1 or not 0.0 <= speed <= 1.0:
        row.wrong("count", "fewer than one cooler, or a speed outside 0 ... 1", "count >= 1, 0 <= speed <= 1")
    return max(count, 1), speed


def _dry_cooler(row: Row) -> CoolerDuty | None:
    pads = row.optional("pads")
    weather = _weather(row, pads is not None)
    rated = _rated(row, "rated_W", "rated_air_degC", "rated_in_degC", "rated_out_degC", "air_m3s")
    if weather is None or rated is None:
        return None
    dry, wet, pressure = weather
    heat, outside, entering, leaving, flow = rated
    machine = DryCooler(heat, outside, entering, leaving, flow, row.number("fan_W", 0.0), None, pressure)
    try:
        if not outside < leaving < entering:
            raise ValueError("the liquid is not cooled towards the air: rated air < out < in")
        _ = machine.coil.rated_conductance
        count, speed = _setting(row)
        air = PadAir(dry, 0.0, 0.0, 0.0)
        if pads is not None:
            if not 0.0 <= pads <= 1.0 or row.number("cycles", 3.0) <= 1.0:
                raise ValueError("pads of an effectiveness outside 0 ... 1, or cycles of 1 or less")
            air = AdiabaticCooler(machine, WettedPad(pads, row.number("cycles", 3.0)), 0.0).air(1.0, dry, wet, pressure)
    except ValueError as error:
        row.wrong("rated_W", str(error), "a rating that a finned coil in cross flow can have")
        return None
    return CoolerDuty(machine, air, count, speed, row.celsius("outlet_degC"), pressure)


def _tower(row: Row) -> TowerDuty | None:
    weather = _weather(row, True)
    names = ("rated_W", "rated_in_degC", "rated_out_degC", "rated_air_degC", "rated_wet_bulb_degC", "air_m3s")
    rated = _rated(row, *names)
    if weather is None or rated is None:
        return None
    dry, wet, pressure = weather
    heat, entering, leaving, air, air_wet, flow = rated
    try:
        if not air_wet < leaving < entering or air_wet > air:
            raise ValueError("the water is not cooled towards the wet bulb: wet bulb < out < in")
        duty = rate_by_air(heat, entering, leaving, air, air_wet, flow, pressure, row.number("cycles", 3.0))
    except ValueError as error:
        row.wrong("rated_W", str(error), "a rating that a counterflow tower can have")
        return None
    count, speed = _setting(row)
    return TowerDuty(*duty, row.number("fan_W", 0.0), dry, wet, count, speed, row.celsius("outlet_degC"), pressure)


def _chiller(row: Row) -> ChillerDuty | None:
    named = {name.rsplit(" ", 1)[0]: one for name, one in published_chillers().items()}
    model, outlet = row.text("model"), row.celsius("outlet_degC")
    if model not in named:
        row.wrong("model", f"no published chiller {quote(model)}", ", ".join(named))
        return None
    if outlet is None:
        row.wrong("outlet_degC", "is empty", "the temperature that the chiller holds")
        return None
    dry = row.celsius("dry_bulb_degC")
    return ChillerDuty(named[model], outlet, DRY_BULB if dry is None else dry, _setting(row)[0])


DUTIES: dict[str, Callable[[Row], Duty | None]] = {"dry-cooler": _dry_cooler, "cooling-tower": _tower, "chiller": _chiller}
