"""Liquid networks in EPANET (through wntr) and in pandapipes: the same pipes, pumps and fluids, Swamee-Jain friction in both.

Both know one fluid a model, so the regions of each fluid are a model of their own. What they cannot state is refused: only
pipes and pumps with `shutoff - fall q|q|` are carried over.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from thermal.loop.links import Pipe, Pump
from thermal.loop.network import Link, Network, Node

FOOT = 0.3048  # m
EPANET_GRAVITY = 32.2 * FOOT  # m/s2: EPANET's own constant
EPANET_VISCOSITY = 1.1e-5 * FOOT**2  # m2/s: what its relative viscosity is relative to
LARGEST = 2.0  # of the flow that a pump can give: where its curve is sampled


@dataclass
class PeerAnswer:
    """Flows m3/s by link, pressures Pa by node, and the seconds that the solver took, without reading and building."""

    flow: dict[str, float]
    pressure: dict[str, float]
    seconds: float


def parts(network: Network) -> list[tuple[list[Node], list[Link], float, float]]:
    """Nodes, links, density and viscosity of all regions of a fluid. Raises ValueError for what the peers cannot state."""
    fluids = dict.fromkeys(one.fluid for one in network.regions.values())
    found = []
    for fluid in fluids:
        regions = {one.name: one for one in network.regions.values() if one.fluid == fluid}
        nodes = [one for one in network.nodes.values() if one.region in regions]
        names = {one.name for one in nodes}
        links = [one for one in network.links.values() if one.start in names]
        for one in links:
            if not isinstance(one.law, Pipe | Pump) or (isinstance(one.law, Pump) and one.law.points):
                raise ValueError(f"{one.name}: only pipes and quadratic pumps are compared")
        warm = next(iter(regions.values())).temperature
        found.append((nodes, links, float(fluid.density(warm)), float(fluid.viscosity(warm))))
    return found


def solve_epanet(network: Network, folder: Path | None = None) -> PeerAnswer:
    """EPANET's answer; the time is that of its hydraulic engine alone."""
    from wntr.epanet.toolkit import ENepanet
    from wntr.epanet.util import EN

    flow: dict[str, float] = {}
    pressure: dict[str, float] = {}
    seconds = 0.0
    with tempfile.TemporaryDirectory() as temporary:
        for number, (nodes, links, rho, mu) in enumerate(parts(network)):
            path = Path(folder or temporary) / f"region{number}.inp"
            ids = {one.name: f"N{n}" for n, one in enumerate(nodes)}
            path.write_text(epanet_text(nodes, links, ids, rho, mu))
            engine = ENepanet()
            engine.ENopen(str(path), str(path.with_suffix(".rpt")), str(path.with_suffix(".bin")))
            start = time.perf_counter()
            engine.ENopenH()
            engine.ENinitH(0)
            engine.ENrunH()
            seconds += time.perf_counter() - start
            for n, one in enumerate(links):
                flow[one.name] = engine.ENgetlinkvalue(engine.ENgetlinkindex(f"L{n}"), EN.FLOW) / 1000.0
            for one in nodes:
                head = engine.ENgetnodevalue(engine.ENgetnodeindex(ids[one.name]), EN.HEAD)
                pressure[one.name] = head * rho * EPANET_GRAVITY
            engine.ENcloseH()
            engine.ENclose()
    return PeerAnswer(flow, pressure, seconds)


def epanet_text(nodes: list[Node], links: list[Link], ids: dict[str, str], rho: float, mu: float) -> str:
    """An input file of EPANET: litres a second, metres, Darcy-Weisbach."""
    metre = rho * EPANET_GRAVITY
    junctions = [f"{ids[one.name]} {one.elevation!r} {-1000.0 * one.inflow!r}" for one in nodes if one.pressure is None]
    reservoirs = [f"{ids[one.name]} {one.pressure / metre + one.elevation!r}" for one in nodes if one.pressure is not None]
    pipes, pumps, curves = [], [], []
    for n, one in enumerate(links):
        ends = f"L{n} {ids[one.start]} {ids[one.end]}"
        if isinstance(one.law, Pipe):
            law = one.law
            pipes.append(f"{ends} {law.length!r} {1000 * law.diameter!r} {1000 * law.roughness!r} {law.loss!r} OPEN")
        elif isinstance(one.law, Pump):
            pumps.append(f"{ends} HEAD C{n}")
            most = np.sqrt(one.law.shutoff / one.law.fall)
            for share in (0.0, 0.5, 0.9):
                gain = one.law.shutoff * (1.0 - share**2) / metre
                curves.append(f"C{n} {1000.0 * share * most!r} {gain!r}".replace("np.float64(", "").replace(")", ""))
    sections = {"JUNCTIONS": junctions, "RESERVOIRS": reservoirs, "PIPES": pipes, "PUMPS": pumps, "CURVES": curves}
    options = ["UNITS LPS", "HEADLOSS D-W", f"VISCOSITY {mu / rho / EPANET_VISCOSITY!r}", "TRIALS 200", "ACCURACY 1e-9"]
    sections |= {"OPTIONS": options, "TIMES": ["DURATION 0"], "REPORT": ["STATUS NO"]}
    return "\n".join(f"[{name}]\n" + "\n".join(lines) + "\n" for name, lines in sections.items()) + "[END]\n"


def solve_pandapipes(network: Network) -> PeerAnswer:
    """pandapipes' answer; the time is that of `pipeflow`."""
    import pandapipes

    flow: dict[str, float] = {}
    pressure: dict[str, float] = {}
    seconds = 0.0
    for nodes, links, rho, mu in parts(network):
        net = pandapipes.create_empty_network()
        constant = {"density": rho, "viscosity": mu, "heat_capacity": 4000.0, "molar_mass": 18.0}
        net.fluid = pandapipes.create_constant_fluid("constant", "liquid", **constant)
        number = {one.name: pandapipes.create_junction(net, pn_bar=2.0, tfluid_k=293.15, name=one.name) for one in nodes}
        for one in nodes:
            if one.pressure is not None:
                pandapipes.create_ext_grid(net, number[one.name], p_bar=one.pressure / 1e5, t_k=293.15)
        rows: dict[str, tuple[str, int, float]] = {}
        for one in links:
            a, b = number[one.start], number[one.end]
            if isinstance(one.law, Pipe):
                law = one.law
                index = pandapipes.create_pipe_from_parameters(
                    net, a, b, length_km=law.length / 1000.0, inner_diameter_mm=1000.0 * law.diameter,
                    k_mm=1000.0 * law.roughness, loss_coefficient=law.loss,
                )  # fmt: skip
                rows[one.name] = ("res_pipe", index, 1.0)
            elif isinstance(one.law, Pump):
                most = float(np.sqrt(one.law.shutoff / one.law.fall))
                shares = np.linspace(0.0, 0.95, 6)
                index = pandapipes.create_pump_from_parameters(
                    net, a, b, f"pump-{one.name}", pressure_list=(one.law.shutoff * (1.0 - shares**2) / 1e5).tolist(),
                    flowrate_list=(3600.0 * most * shares).tolist(), reg_polynomial_degree=2,
                )  # fmt: skip
                rows[one.name] = ("res_pump", index, 1.0)
        start = time.perf_counter()
        pandapipes.pipeflow(net, friction_model="swamee-jain", tol_p=1e-9, tol_m=1e-9, iter=200, tol_res=1e-7)
        seconds += time.perf_counter() - start
        results: dict[str, Any] = {"res_pipe": net.res_pipe, "res_pump": net.res_pump}
        for name, (table, index, sign) in rows.items():
            flow[name] = sign * float(results[table].at[index, "mdot_from_kg_per_s"]) / rho
        for one in nodes:
            pressure[one.name] = 1e5 * float(net.res_junction.at[number[one.name], "p_bar"])
    return PeerAnswer(flow, pressure, seconds)
