"""Halls of liquid loops of any size, made by rule: CDUs with racks on manifolds, with or without the facility ring behind them.

`python -m benchmarks.loop_halls FOLDER --cdus 100 --racks 10` writes links.csv and nodes.csv for `hallflow loop`.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from thermal.loop.links import Pipe, Pump
from thermal.loop.network import ConstantFluid, Link, Network, Node, Region, build

PG25 = ConstantFluid("PG25", 1007.74, 3972.0, 1.2267e-3)  # of loop-one-cdu
SUPPLY = 313.15  # K; the exchanger gives the fluid back at 40 degC
RACK = 130e3  # W
ROUGH = 4.5e-5  # m, commercial steel


def cdu_loop(name: str, racks: int, heat: float = RACK) -> tuple[list[Node], list[Link]]:
    """One CDU with racks on manifolds, with the dimensions of case loop-hall: two links a manifold step, four a rack."""
    region = f"tcs{name}"
    nodes = [Node(f"{name}_SUC", region, pressure=1.5e5), Node(f"{name}_DIS", region)]
    nodes += [Node(f"{name}_S_OUT", region, temperature=SUPPLY), Node(f"{name}_S0", region), Node(f"{name}_R0", region)]
    links = [
        Link(f"{name}_PUMP", f"{name}_SUC", f"{name}_DIS", Pump(3e5, 8e4 / (0.00325 * racks) ** 2)),
        Link(f"{name}_HX", f"{name}_DIS", f"{name}_S_OUT", Pipe(0.1, 0.1541, ROUGH, 32.68)),
        Link(f"{name}_LEADS", f"{name}_S_OUT", f"{name}_S0", Pipe(12.0, 0.1541, ROUGH, 1.5)),
        Link(f"{name}_LEADR", f"{name}_R0", f"{name}_SUC", Pipe(12.0, 0.1541, ROUGH, 1.5)),
    ]
    for n in range(racks):
        if n:
            nodes += [Node(f"{name}_S{n}", region), Node(f"{name}_R{n}", region)]
            links.append(Link(f"{name}_MS{n}", f"{name}_S{n - 1}", f"{name}_S{n}", Pipe(0.75, 0.1541, ROUGH, 0.1)))
            links.append(Link(f"{name}_MR{n}", f"{name}_R{n}", f"{name}_R{n - 1}", Pipe(0.75, 0.1541, ROUGH, 0.1)))
        b, v, o = (f"{name}_{letter}{n}" for letter in "bvo")
        nodes += [Node(b, region), Node(v, region), Node(o, region)]
        links += [
            Link(f"{name}_BS{n}", f"{name}_S{n}", b, Pipe(3.0, 0.0525, ROUGH, 2.0)),
            Link(f"{name}_BV{n}", b, v, Pipe(0.1, 0.0525, ROUGH, 17.61)),
            Link(f"{name}_RACK{n}", v, o, Pipe(0.1, 0.0525, ROUGH, 88.05), heat=heat),
            Link(f"{name}_BR{n}", o, f"{name}_R{n}", Pipe(3.0, 0.0525, ROUGH, 2.0)),
        ]
    return nodes, links


def loop_hall(cdus: int = 100, racks: int = 10) -> Network:
    """So many CDU loops, each of so many racks, all of one topology."""
    regions, nodes, links = [], [], []
    for number in range(cdus):
        name = f"c{number}"
        regions.append(Region(f"tcs{name}", PG25, SUPPLY))
        more_nodes, more_links = cdu_loop(name, racks)
        nodes += more_nodes
        links += more_links
    return build(regions, nodes, links)


def write_tables(network: Network, folder: Path) -> None:
    """links.csv and nodes.csv of a hall that was made here."""
    folder.mkdir(parents=True, exist_ok=True)
    head = "link,kind,from,to,fluid,rho,mu,cp,length_m,diam_m,rough_m,K,pump_A_Pa,pump_B_Pa_per_m6s2,heat_W".split(",")
    with open(folder / "links.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(head)
        for one in network.links.values():
            law = one.law
            pipe = [law.length, law.diameter, law.roughness, law.loss, "", ""] if isinstance(law, Pipe) else []
            pump = ["", "", "", "", law.shutoff, law.fall] if isinstance(law, Pump) else []
            fluid = [PG25.name, PG25.rho, PG25.mu, PG25.cp]
            table.writerow([one.name, law.kind, one.start, one.end, *fluid, *pipe, *pump, one.heat or ""])
    with open(folder / "nodes.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["node", "region", "fixed_p_Pa", "fixed_degC"])
        for node in network.nodes.values():
            warm = "" if node.temperature is None else node.temperature - 273.15
            table.writerow([node.name, node.region, "" if node.pressure is None else node.pressure, warm])


def main() -> None:
    """Write the tables of a hall."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("folder", type=Path)
    words.add_argument("--cdus", type=int, default=100)
    words.add_argument("--racks", type=int, default=10)
    options = words.parse_args()
    write_tables(loop_hall(options.cdus, options.racks), options.folder)


if __name__ == "__main__":
    main()
