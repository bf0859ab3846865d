"""`hallflow loop`: a network from two tables, a folder or by name, solved, shown, written."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from thermal.errors import UsageError, clean
from thermal.loop.named import find_network
from thermal.loop.network import Network
from thermal.loop.steady import Answer, solve
from thermal.loop.write import write_tables
from thermal.output.stage import write_whole
from thermal.units import ZERO_CELSIUS

SHOWN = 60  # rows of each table on a terminal; a file has all
MOST_PUMPS = 12  # on a terminal
LINK_HEAD = ("name", "kind", "flow_m3_s", "fall_Pa", "heat_W", "outlet_degC")
NODE_HEAD = ("name", "region", "pressure_Pa", "temperature_degC")


def loop(options: argparse.Namespace) -> int:
    """Solve a network from tables, print it and write it where asked; returns the exit code."""
    from kernels import BackendUnavailable, CompileError

    written = [Path(one) for one in options.out]
    for path in written:
        if path.suffix.lower() not in (".csv", ".json", ".html"):
            raise UsageError(f"--out {clean(str(path))[:80]}: accepted: a name that ends in .html, .json or .csv")
    network = find_network(options.links, options.nodes)
    if options.tables is not None:
        write_tables(network, Path(options.tables))
    try:
        answer = solve(network, options.friction, options.backend)
    except (BackendUnavailable, CompileError) as error:
        raise UsageError(f"{error}\n`hallflow doctor` says what works here") from error
    for line in _shown(network, answer):
        print(line)
    for path in written:
        if path.suffix.lower() == ".json":
            write_whole(path, _as_json(network, answer))
        elif path.suffix.lower() == ".html":
            from thermal.output.report.loop_page import render_network

            title = clean(str(options.links)) if options.nodes is None else f"{options.links} {options.nodes}"
            write_whole(path, render_network(network, answer, clean(title)[:200]).encode("utf-8", "replace"))
        else:
            write_whole(path, _as_csv(LINK_HEAD, link_rows(network, answer)))
            write_whole(path.with_name(f"{path.stem}-nodes{path.suffix}"), _as_csv(NODE_HEAD, node_rows(network, answer)))
    return 0


def link_rows(network: Network, answer: Answer) -> list[tuple[Any, ...]]:
    """One row a link: name, kind, m3/s, Pa, W, degC of what leaves it (None where unknown)."""
    return [
        (one.name, one.kind, answer.flow[one.name], answer.fall[one.name], one.heat, _celsius(answer.outlet[one.name]))
        for one in network.links.values()
    ]


def node_rows(network: Network, answer: Answer) -> list[tuple[Any, ...]]:
    """One row a node: name, region, Pa, degC (None where unknown)."""
    return [
        (one.name, one.region, answer.pressure[one.name], _celsius(answer.temperature[one.name]))
        for one in network.nodes.values()
    ]


def _celsius(kelvin: float) -> float | None:
    return kelvin - ZERO_CELSIUS if math.isfinite(kelvin) else None


def _shown(network: Network, answer: Answer) -> Iterable[str]:
    yield f"{'link':24} {'kind':12} {'flow L/s':>12} {'fall kPa':>11} {'heat kW':>10} {'outlet degC':>12}"
    for name, kind, flow, fall, heat, outlet in link_rows(network, answer)[:SHOWN]:
        yield f"{name:24} {kind:12} {1e3 * flow:12.5f} {1e-3 * fall:11.3f} {1e-3 * heat:10.3f} {_degrees(outlet):>12}"
    yield from _more(len(network.links), "links")
    yield ""
    yield f"{'node':24} {'region':12} {'pressure kPa':>12} {'temperature degC':>18}"
    for name, region, pressure, temperature in node_rows(network, answer)[:SHOWN]:
        yield f"{name:24} {region:12} {1e-3 * pressure:12.3f} {_degrees(temperature):>18}"
    yield from _more(len(network.nodes), "nodes")
    yield ""
    for name, power in list(answer.power.items())[:MOST_PUMPS]:
        yield f"pump {name}: {1e-3 * power:.3f} kW electric"
    yield from _more(len(answer.power), "pumps", MOST_PUMPS)
    for name, case in list(answer.case.items())[:SHOWN]:
        yield f"chips {name}: case {_degrees(_celsius(case))}, junction {_degrees(_celsius(answer.junction[name]))} degC"
    for name, surface in answer.surface.items():
        yield f"tank {name}: hottest surface {_degrees(_celsius(surface))} degC"
    for name, numbers in answer.machines.items():
        yield f"cooler {name}: " + _machine_words(numbers)
    for name, vessel in answer.vessels.items():
        yield (
            f"vessel {name}: {1e-3 * vessel.pressure:.1f} kPa over atmosphere, {1e3 * vessel.liquid:.1f} L in it "
            f"of a loop of {1e3 * vessel.loop:.0f} L"
        )
    row = answer.balance
    yield (
        f"heat to fluid {1e-3 * row['to_fluid_W']:.3f} kW = lost {1e-3 * row['lost_W']:.3f} + taken {1e-3 * row['taken_W']:.3f} "
        f"+ carried out {1e-3 * row['carried_W']:.3f} kW; open by {row['defect']:.1e}; mass by {answer.mass_defect:.1e}"
    )
    yield f"friction {answer.friction}; {answer.rounds} Newton rounds"
    for note in answer.notes:
        yield f"note: {note}"


def _machine_words(numbers: dict[str, float]) -> str:
    electric = numbers.get("fan_W", numbers.get("power_W", 0.0))
    setting = f"fans at {numbers['fan_speed']:.3f}" if "fan_speed" in numbers else f"part load {numbers['part_load']:.3f}"
    water = f", water {3600.0 * numbers['water_kg_s']:.0f} L/h" if numbers.get("water_kg_s") else ""
    return f"{1e-3 * numbers['heat_W']:.3f} kW, {setting}, {1e-3 * electric:.2f} kW electric{water}"


def _more(count: int, what: str, shown: int = SHOWN) -> Iterable[str]:
    if count > shown:
        yield f"... and {count - shown} {what} more (--out FILE.json has all)"


def _degrees(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table; units in the names of columns, an empty cell where nothing is known."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return text.getvalue().encode("utf-8")


def summary(network: Network, answer: Answer) -> dict[str, Any]:
    """The whole answer for JSON: units in the names, None where nothing is known."""
    return {
        "friction": answer.friction,
        "rounds": answer.rounds,
        "mass_defect": answer.mass_defect,
        "balance": answer.balance,
        "links": [dict(zip(LINK_HEAD, row, strict=True)) for row in link_rows(network, answer)],
        "nodes": [dict(zip(NODE_HEAD, row, strict=True)) for row in node_rows(network, answer)],
        "pumps": [{"name": name, "power_W": power} for name, power in answer.power.items()],
        "chips": [
            {"name": name, "case_degC": _celsius(case), "junction_degC": _celsius(answer.junction[name])}
            for name, case in answer.case.items()
        ],
        "tanks": [{"name": name, "surface_degC": _celsius(surface)} for name, surface in answer.surface.items()],
        "coolers": [{"name": name, **numbers} for name, numbers in answer.machines.items()],
        "vessels": [
            {"name": name, "pressure_Pa": one.pressure, "liquid_m3": one.liquid, "loop_m3": one.loop}
            for name, one in answer.vessels.items()
        ],
        "notes": answer.notes,
    }


def _as_json(network: Network, answer: Answer) -> bytes:
    return (json.dumps(summary(network, answer), indent=1, allow_nan=False) + "\n").encode("utf-8")
