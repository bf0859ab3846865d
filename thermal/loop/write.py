"""A network as the two tables from which `read_network` makes it again."""

from __future__ import annotations

import csv
from pathlib import Path

from thermal.loop.columns import LINK_COLUMNS
from thermal.loop.links import ColdPlate, Pipe, Pump
from thermal.loop.network import ConstantFluid, Network
from thermal.loop.tables import Counterflow
from thermal.units import ZERO_CELSIUS


def write_tables(network: Network, folder: Path) -> None:
    """links.csv and nodes.csv of a network that thermal.loop.rule made: fluids of constant properties, pipes, pumps, plates."""
    folder.mkdir(parents=True, exist_ok=True)
    exchanger_of = {link: one for one in network.exchangers.values() for link in (one.first, one.second)}
    rows = []
    for one in network.links.values():
        law, fluid = one.law, network.regions[network.nodes[one.start].region].fluid
        row = {"link": one.name, "kind": law.kind, "from": one.start, "to": one.end, "heat_W": one.heat or ""}
        if isinstance(fluid, ConstantFluid):
            row |= {"fluid": fluid.name, "rho": fluid.rho, "mu": fluid.mu, "cp": fluid.cp}
        if isinstance(law, Pipe):
            row |= {"length_m": law.length, "diam_m": law.diameter, "rough_m": law.roughness, "K": law.loss}
        elif isinstance(law, Pump):
            row |= {"pump_A_Pa": law.shutoff, "pump_B_Pa_per_m6s2": law.fall, "running": law.running}
            row["check_valve"] = "yes" if law.one_way else "no"
        elif isinstance(law, ColdPlate):
            row |= {"dp_Pa": law.drop, "flow_m3s": law.flow, "exponent": law.exponent}
        if one.name in exchanger_of:
            exchanger = exchanger_of[one.name]
            row["exchanger"] = exchanger.name
            if one.name == exchanger.first and isinstance(exchanger.effectiveness, Counterflow):
                row["UA_W_K"] = exchanger.effectiveness.conductance
        rows.append(row)
    head = [name for name in LINK_COLUMNS if any(name in row for row in rows)]
    with open(folder / "links.csv", "w", encoding="utf-8", newline="") as file:
        links = csv.DictWriter(file, head, restval="", lineterminator="\n")
        links.writeheader()
        links.writerows(rows)
    with open(folder / "nodes.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["node", "region", "fixed_p_Pa", "fixed_degC"])
        for node in network.nodes.values():
            warm = "" if node.temperature is None else node.temperature - ZERO_CELSIUS
            table.writerow([node.name, node.region, "" if node.pressure is None else node.pressure, warm])
