"""Halls of liquid loops of any size, made by rule: CDUs with racks on manifolds, with or without the facility ring behind them.

The shipped network `thousand-racks` is one; `hallflow loop thousand-racks --tables FOLDER` writes it as links.csv and nodes.csv.
"""

from __future__ import annotations

from dataclasses import replace

from thermal.loop.links import ColdPlate, Pipe, Pump
from thermal.loop.network import ConstantFluid, Exchanger, Link, Network, Node, Region, build
from thermal.loop.tables import Counterflow

PG25 = ConstantFluid("PG25", 1007.74, 3972.0, 1.2267e-3)  # of loop-one-cdu
WATER = ConstantFluid("water", 993.77, 4178.7, 7.05e-4)  # of loop-hall
COLD = 303.15  # K; what the coolers of the facility hold
APPROACH = 5.0  # K of mean difference at which an exchanger gives its rated heat
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


def facility_ring(cdus: int, racks: int) -> tuple[list[Node], list[Link]]:
    """Facility water for so many CDUs: two rings, and for every eight CDUs two pumps and a cooler that holds 30 degC."""
    nodes, links = [], []
    flow = 1.1 * RACK * racks / (WATER.rho * WATER.cp * 10.0)  # m3/s of a CDU: 10 K at its rated heat, and a tenth more
    for number in range(cdus):
        following = (number + 1) % cdus
        nodes += [Node(f"f_S{number}", "fws"), Node(f"f_R{number}", "fws"), Node(f"f_V{number}", "fws")]
        if cdus > 1:
            links.append(Link(f"f_RS{number}", f"f_S{number}", f"f_S{following}", Pipe(6.0, 0.6, ROUGH, 0.2)))
            links.append(Link(f"f_RR{number}", f"f_R{following}", f"f_R{number}", Pipe(6.0, 0.6, ROUGH, 0.2)))
        links.append(Link(f"f_CV{number}", f"f_S{number}", f"f_V{number}", Pipe(2.0, 0.1541, ROUGH, 24.0)))
        links.append(Link(f"f_HX{number}", f"f_V{number}", f"f_R{number}", Pipe(0.1, 0.1541, ROUGH, 27.0)))
    for number in range(0, cdus, 8):
        suction, pressure, cold = f"f_P{number}", f"f_D{number}", f"f_C{number}"
        nodes += [Node(suction, "fws", pressure=None if number else 1.5e5), Node(pressure, "fws")]
        nodes.append(Node(cold, "fws", temperature=COLD))
        pumps = Pump(3.2e5, 1e5 / (4.0 * flow) ** 2, running=2, one_way=True)
        links += [
            Link(f"f_IN{number}", f"f_R{number}", suction, Pipe(15.0, 0.4, ROUGH, 2.0)),
            Link(f"f_PUMPS{number}", suction, pressure, pumps),
            Link(f"f_COOLER{number}", pressure, cold, ColdPlate(8e4, 8.0 * flow, 1.85)),
            Link(f"f_OUT{number}", cold, f"f_S{number}", Pipe(15.0, 0.4, ROUGH, 2.0)),
        ]
    return nodes, links


def loop_hall(cdus: int = 100, racks: int = 10, facility: bool = False) -> Network:
    """So many CDU loops, each of so many racks, all of one topology.

    facility   with the ring of facility water behind the exchangers, which then say what is supplied; without it the
               exchangers hold 40 degC
    """
    regions, nodes, links, exchangers = [], [], [], []
    for number in range(cdus):
        name = f"c{number}"
        regions.append(Region(f"tcs{name}", PG25, SUPPLY))
        more_nodes, more_links = cdu_loop(name, racks)
        nodes += [replace(one, temperature=None) for one in more_nodes] if facility else more_nodes
        links += more_links
        exchangers.append(Exchanger(f"x{number}", f"{name}_HX", f"f_HX{number}", Counterflow(RACK * racks / APPROACH)))
    if not facility:
        return build(regions, nodes, links)
    more_nodes, more_links = facility_ring(cdus, racks)
    return build([*regions, Region("fws", WATER, COLD)], [*nodes, *more_nodes], [*links, *more_links], exchangers)
