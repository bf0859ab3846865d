"""The page of a liquid network at rest: its regions, pumps, coolers, tanks and links, one file that fetches nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from thermal.loop.network import Network
from thermal.loop.steady import Answer
from thermal.output.wording import fixed
from thermal.units import ZERO_CELSIUS
from thermal.version import __version__

FOLDER = Path(__file__).parent
MOST_LINKS = 400  # rows of the table of links; those with most heat come first
MOST_REGIONS = 300


def render_network(network: Network, answer: Answer, title: str) -> str:
    """The page as text; every name is escaped."""
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["fixed"] = fixed
    regions, links = region_rows(network, answer), link_rows(network, answer)
    return environment.get_template("loop_page.html.j2").render(
        title=title, answer=answer, regions=regions[:MOST_REGIONS], links=links[:MOST_LINKS],
        counts={"regions": len(regions), "links": len(network.links), "nodes": len(network.nodes)},
        pumps=sorted(answer.power.items(), key=lambda one: -one[1])[:MOST_REGIONS], pump_kW=sum(answer.power.values()) / 1e3,
        machines=[{"name": name, **numbers} for name, numbers in answer.machines.items()],
        vessels=[{"name": name, "point": point} for name, point in answer.vessels.items()],
        surfaces=[(name, value - ZERO_CELSIUS) for name, value in answer.surface.items()],
        chips=sorted(((name, value - ZERO_CELSIUS, answer.case[name] - ZERO_CELSIUS) for name, value in answer.junction.items()),
                     key=lambda row: -row[1])[:MOST_LINKS],
        heat=sum(one.heat for one in network.links.values() if one.heat > 0.0), version=__version__, zero=ZERO_CELSIUS,
        style=Markup((FOLDER / "style.css").read_text(encoding="utf-8")),
    )  # fmt: skip


def region_rows(network: Network, answer: Answer) -> list[dict[str, Any]]:
    """One row a region: its liquid, parts, heat into it (W), pressures (Pa), temperatures (degC, None where unknown)."""
    rows: dict[str, dict[str, Any]] = {}
    for name, region in network.regions.items():
        liquid = getattr(region.fluid, "name", "")
        rows[name] = {"name": name, "liquid": liquid, "links": 0, "heat_W": 0.0, "pressures": [], "temperatures": []}
    for node in network.nodes.values():
        row = rows[node.region]
        row["pressures"].append(answer.pressure[node.name])
        row["temperatures"].append(answer.temperature[node.name] - ZERO_CELSIUS)
    for link in network.links.values():
        row = rows[network.nodes[link.start].region]
        row["links"] += 1
        row["heat_W"] += link.heat
    for row in rows.values():
        pressures, temperatures = np.array(row.pop("pressures")), np.array(row.pop("temperatures"))
        known = temperatures[np.isfinite(temperatures)]
        row |= {"lowest_Pa": pressures.min(initial=np.inf), "highest_Pa": pressures.max(initial=-np.inf)}
        row |= {"coldest": float(known.min()) if len(known) else None, "warmest": float(known.max()) if len(known) else None}
    return list(rows.values())


def link_rows(network: Network, answer: Answer) -> list[dict[str, Any]]:
    """One row a link, those with most heat first, then in the network's order."""
    rows = [
        {
            "name": one.name, "kind": one.kind, "from": one.start, "to": one.end, "flow": answer.flow[one.name],
            "fall": answer.fall[one.name], "heat_W": one.heat,
            "outlet": answer.outlet[one.name] - ZERO_CELSIUS if np.isfinite(answer.outlet[one.name]) else None,
        }
        for one in network.links.values()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -abs(row["heat_W"]))
