"""Air as an ideal gas at low Mach number: the Boussinesq limit, a closed cavity with a hot wall at four times the cold one's
temperature, a heated duct, a chimney, air at rest, and halls with either density."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.validation.reference import columns
from benchmarks.validation.sheet import Sheet
from kernels import Backend, open_backend
from meshes import Grid
from thermal.case.model import Air, Box, Case, Flow, Mesh, Opening, Stop, Turbulence, Wall
from thermal.flow.domain import Domain
from thermal.flow.solver import Flow as Solver
from thermal.flow.solver import Measure
from thermal.fluids.air import density_ratio
from thermal.parallel import Serial
from thermal.place import place

STUDY = "ideal-gas"
WIDE = 1e3  # m, of rooms one cell across: their side walls rub next to nothing
DENSITIES = ("boussinesq", "ideal-gas")


# -- small cases ------------------------------------------------------------------------------------------------------
def room(size: tuple[float, float, float], air: Air, density: str, start: float, **objects: Any) -> Case:
    """A laminar case without racks; `start` K."""
    flow = Flow(turbulence=Turbulence(model="laminar"), density=density, initial_temperature=start)
    empty: dict[str, Any] = {"racks": (), "openings": (), "plates": (), "obstacles": (), "limits": ()}
    return Case("ideal-gas", "", size, 0.0, air, flow, Mesh(1.0), Stop(), **(empty | objects))


def grid_of(*planes: np.ndarray) -> Grid:
    """A grid whose coarse levels are left to the solver."""
    return Grid(*planes, breaks=tuple(np.ones(len(axis), bool) for axis in planes))  # type: ignore[arg-type]


def clustered(cells: int, strength: float = 1.6) -> np.ndarray:
    """Planes of 0..1, closer at both ends: 0.5 (1 + tanh(s (2 x - 1))/tanh s)."""
    x = np.linspace(0.0, 1.0, cells + 1)
    planes = 0.5 * (1.0 + np.tanh(strength * (2.0 * x - 1.0)) / math.tanh(strength))
    planes[0], planes[-1] = 0.0, 1.0
    return planes


def settled(
    case: Case, grid: Grid, backend: Backend, relaxation: float = 0.7, gate: float = 1e-7, most: int = 6000
) -> tuple[Solver, Measure]:
    """The flow once the sums of its defects of mass, momentum and heat lie below `gate` (as shares, see Measure)."""
    flow = Solver(Domain(place(case, grid), backend, Serial()))
    flow.bind(relaxation)
    flow.begin()
    for iteration in range(most):
        measure = flow.iterate(iteration % 25 == 24)
        if measure and max(measure.mass, measure.momentum, measure.heat) < gate:
            return flow, measure
    raise RuntimeError(f"not settled after {most} iterations: {measure}")


# -- the closed cavity ------------------------------------------------------------------------------------------------
@dataclass
class Cavity:
    """Mean Nusselt number of the hot wall on the reference conductivity, pressure over that of the start, fields, iterations."""

    nusselt: float
    pressure: float
    temperature: np.ndarray  # above the reference, over the difference, [k, i]
    flux: np.ndarray  # u [k, i] on faces, over the diffusion speed alpha/L
    balance: float


def closed_cavity(
    backend: Backend, cells: int, epsilon: float, density: str, rayleigh: float = 1e6, gate: float = 1e-7
) -> Cavity:
    """One wall at T0 (1 + epsilon), one at T0 (1 - epsilon), floor and ceiling adiabatic; L = 1 m, T0 = 600 K.

    Ra = Pr g rho0^2 (Th - Tc) L^3/(T0 mu0^2), kept by the viscosity, so that every epsilon has one Boussinesq answer.
    """
    reference, size = 600.0, (1.0, WIDE, 1.0)
    gravity, prandtl = 9.81, 0.71
    viscosity = math.sqrt(prandtl * gravity * 2.0 * epsilon / rayleigh)
    air = Air(1.0, 1000.0, viscosity, prandtl, 1.0 / reference, reference, 101325.0, gravity)
    sides = (("hot", 0.0, +1, 1.0 + epsilon), ("cold", 1.0, -1, 1.0 - epsilon))
    walls = tuple(
        Wall(name, Box((x, 0.0, 0.0), (x, WIDE, 1.0)), 0, sign, temperature=reference * ratio) for name, x, sign, ratio in sides
    )
    case = room(size, air, density, reference, walls=walls)
    planes = clustered(cells)
    flow, measure = settled(case, grid_of(planes, np.array([0.0, WIDE]), planes), backend, gate=gate)
    difference, alpha = 2.0 * epsilon * reference, viscosity / prandtl
    nusselt = float(measure.sample.heat[0]) / (alpha * difference * WIDE)
    found = flow.whole_field(flow.state.T)[:, 0] / difference
    flux = flow.whole_field(flow.state.velocity[0], 0)[:, 0] / alpha
    return Cavity(nusselt, flow.density.pressure_ratio(), found, flux, measure.balance)


def limit(backend: Backend, epsilons: tuple[float, ...], cells: int = 32) -> list[float]:
    """RMS difference of the temperature between ideal gas and Boussinesq air, as a share of the difference, for each epsilon."""
    found = []
    for epsilon in epsilons:
        gas, plain = (closed_cavity(backend, cells, epsilon, density, 1e5) for density in reversed(DENSITIES))
        found.append(float(np.sqrt(((gas.temperature - plain.temperature) ** 2).mean())))
    return found


def _closed_cavity_rows(sheet: Sheet, backend: Backend) -> None:
    table = columns("lequere2005_closed_cavity")
    row = list(table["case"]).index("T1")
    source = "Le Quere et al. 2005, T1"
    counts = (32, 64, 128)
    runs = [closed_cavity(backend, cells, 0.6, "ideal-gas") for cells in counts]
    for name, quantity, reference in (
        ("Nusselt number", "nusselt", float(table["nusselt"][row])),
        ("thermodynamic pressure over the start's", "pressure", float(table["pressure_ratio"][row])),
    ):
        values = [getattr(run, quantity) for run in runs]
        order = math.log2(abs((values[1] - values[0]) / (values[2] - values[1])))
        exact = values[2] + (values[2] - values[1]) / (2.0**order - 1.0)
        grid = ", ".join(f"{cells}²: {value:.5f}" for cells, value in zip(counts, values, strict=True))
        distance = f"ours extrapolated {100.0 * (exact / reference - 1.0):+.3f} %"
        sheet.add(
            STUDY, f"closed cavity, Ra 1e6, eps 0.6, constant mu and k: {name}", f"{exact:.5f}", f"{reference}", source,
            "stated, not graded", f"{grid}; observed order {order:.2f}; {distance}",
        )  # fmt: skip
    plain = closed_cavity(backend, 64, 0.6, "boussinesq")
    sheet.add(
        STUDY, "the same with Boussinesq air, 64²: Nusselt number", f"{plain.nusselt:.4f}", f"{table['nusselt'][row]}", source
    )
    fine = runs[-1]
    planes = clustered(counts[-1])
    centres = 0.5 * (planes[1:] + planes[:-1])
    centres_plain = 0.5 * (clustered(64)[1:] + clustered(64)[:-1])

    def plot(figure: Any) -> None:
        left, right = figure.subplots(1, 2)
        shades = left.contourf(centres, centres, 600.0 + 720.0 * fine.temperature, 24, cmap="coolwarm")
        left.set(title="temperature, K (128²)", aspect="equal", xlabel="x/L", ylabel="z/L")
        figure.colorbar(shades, ax=left, shrink=0.8)
        for z, name in ((0.25, "z/L = 0.25"), (0.5, "z/L = 0.5"), (0.75, "z/L = 0.75")):
            [line] = right.plot(centres, fine.temperature[np.searchsorted(centres, z)], label=f"ideal gas, {name}")
            right.plot(
                centres_plain, plain.temperature[np.searchsorted(centres_plain, z)], "--", color=line.get_color(), linewidth=1
            )
        right.set(title="(T - T0)/(Th - Tc); dashed: Boussinesq", xlabel="x/L")
        right.legend()

    sheet.draw(
        STUDY,
        "ideal-gas-cavity",
        "Closed cavity, hot wall 960 K, cold wall 240 K: the cold boundary layer is the thinner one.",
        plot,
        (10, 4.5),
    )


def _limit_rows(sheet: Sheet, backend: Backend) -> None:
    epsilons = (0.01, 0.02, 0.04, 0.08)
    found = limit(backend, epsilons)
    slopes = [math.log2(b / a) for a, b in zip(found, found[1:], strict=False)]
    text = ", ".join(f"{epsilon}: {value:.2e}" for epsilon, value in zip(epsilons, found, strict=True))
    sheet.add(
        STUDY, "Boussinesq limit: order in dT/T of the difference to Boussinesq air", f"{slopes[0]:.3f}", "1",
        "expansion of 1/T in dT/T",
        "± 0.1", f"cavity, Ra 1e5, 32²; RMS of T at eps {text}", abs(slopes[0] - 1.0) < 0.1,
    )  # fmt: skip


# -- a heated duct ----------------------------------------------------------------------------------------------------
@dataclass
class Duct:
    """Along a duct one cell across: planes, true velocity on them, temperature (K) and pressure (Pa) in cells; exact values."""

    x: np.ndarray
    velocity: np.ndarray
    temperature: np.ndarray
    pressure: np.ndarray
    outlet: tuple[float, float]  # temperature K, ours and exact
    drop: tuple[float, float]  # pressure drop between the first and the last cell, Pa, ours and exact
    balance: float
    mass: float


def heated_duct(backend: Backend, cells: int = 32, rise: float = 200.0) -> Duct:
    """Air of 293.15 K enters at 2 m/s, and the floor's middle half heats it by `rise` K; no friction, no gravity.

    Mass G = rho u is constant, so u grows as T and the pressure falls by G (u2 - u1).
    """
    length, speed, reference = 4.0, 2.0, 293.15
    air = Air(1.2, 1006.0, 1e-9, 0.71, 1.0 / reference, reference, 101325.0, 0.0)
    heat = 1.2 * 1006.0 * speed * WIDE * rise / (length / 2.0)  # W/m2 of a floor under air WIDE m high
    openings = (
        Opening("in", "supply", Box((0.0, 0.0, 0.0), (0.0, WIDE, WIDE)), 0, +1, speed * WIDE**2, reference),
        Opening("out", "return", Box((length, 0.0, 0.0), (length, WIDE, WIDE)), 0, -1, None, reference),
    )
    floor = Wall("floor", Box((1.0, 0.0, 0.0), (3.0, WIDE, 0.0)), 2, +1, heat_flux=heat)
    case = room((length, WIDE, WIDE), air, "ideal-gas", reference, openings=openings, walls=(floor,))
    case = replace(case, flow=replace(case.flow, buoyancy=False))
    wide = np.array([0.0, WIDE])
    planes = np.linspace(0.0, length, cells + 1)
    flow, measure = settled(case, grid_of(planes, wide, wide), backend, gate=3e-8)
    flow.density.renew()
    velocity = flow.whole_field(flow.state.true_velocity[0], 0)[0, 0]
    temperature = reference + flow.whole_field(flow.state.T)[0, 0]
    pressure = air.density * flow.whole_field(flow.state.p)[0, 0]
    ours = float(pressure[0] - pressure[-1])
    exact = air.density * speed * speed * rise / reference
    return Duct(
        planes, velocity, temperature, pressure, (float(temperature[-1]), reference + rise), (ours, exact),
        measure.balance, measure.mass,
    )  # fmt: skip


def _duct_rows(sheet: Sheet, backend: Backend) -> None:
    duct = heated_duct(backend)
    for quantity, (ours, exact), tolerance in (
        ("outlet temperature, K", duct.outlet, 1e-6),
        ("pressure drop G (u2 - u1), Pa", duct.drop, 1e-6),
        ("outlet velocity u T2/T1, m/s", (float(duct.velocity[-1]), 2.0 * duct.outlet[1] / 293.15), 1e-6),
    ):
        sheet.add(
            STUDY, f"heated duct, + 200 K: {quantity}", f"{ours:.6f}", f"{exact:.6f}", "1-D balances, exact", "1e-6",
            f"32 cells; heat balance {abs(duct.balance):.1e}, mass {duct.mass:.1e}", abs(ours / exact - 1.0) < tolerance,
        )  # fmt: skip


# -- a chimney --------------------------------------------------------------------------------------------------------
@dataclass
class Chimney:
    """Draught: mass flow kg/(m2 s), ours and by the balance of heads; temperature of the column, K."""

    ours: float
    exact: float
    column: float


def chimney(
    backend: Backend, cells: int, height: float = 10.0, losses: tuple[float, float] = (1.0, 2.0), power: float = 60e3
) -> Chimney:
    """A shaft open below and above; a wall heats the air in the lowest tenth by `power` W for each m2 of shaft.

    Heads: g times the integral of rho0 - rho = (K1 + 1) G u0/2 + G (u - u0) + K2 G u/2, with u0 = G/rho0, u = G/rho and
    T = T0 + power/(G c_p): what the column weighs less drives entry, acceleration and exit.
    """
    reference, gravity = 293.15, 9.81
    air = Air(1.2, 1006.0, 1e-9, 0.71, 1.0 / reference, reference, 101325.0, gravity)
    low, high = Box((0.0, 0.0, 0.0), (WIDE, WIDE, 0.0)), Box((0.0, 0.0, height), (WIDE, WIDE, height))
    openings = (
        Opening("low", "supply", low, 2, +1, None, reference, loss_coefficient=losses[0]),
        Opening("high", "return", high, 2, -1, None, reference, loss_coefficient=losses[1]),
    )
    part = height / 10.0
    wall = Wall("heater", Box((0.0, 0.0, 0.0), (0.0, WIDE, part)), 0, +1, heat_flux=power * WIDE / part)
    case = room((WIDE, WIDE, height), air, "ideal-gas", reference, openings=openings, walls=(wall,))
    wide = np.array([0.0, WIDE])
    flow, measure = settled(case, grid_of(wide, wide, np.linspace(0.0, height, cells + 1)), backend, gate=1e-7)
    ours = air.density * float(measure.sample.inflow[0]) / WIDE**2
    above = 0.5 * (np.arange(1000) + 0.5) / 500.0  # share of the heat taken, along the heater
    low_g, high_g = 1e-3, 1e3
    for _ in range(200):  # the balance of heads, by bisection of G
        g = math.sqrt(low_g * high_g)
        rise = power / (g * air.heat_capacity)
        hot = density_ratio(rise, reference)
        heater = float(np.mean(1.0 - density_ratio(rise * above, reference)))
        head = gravity * air.density * (heater * part + (1.0 - hot) * (height - part))
        u0, u = g / air.density, g / (air.density * hot)
        spent = 0.5 * (losses[0] + 1.0) * g * u0 + g * (u - u0) + 0.5 * losses[1] * g * u
        low_g, high_g = (g, high_g) if head > spent else (low_g, g)
    return Chimney(ours, g, reference + power / (ours * air.heat_capacity))


def _chimney_rows(sheet: Sheet, backend: Backend) -> None:
    counts = (20, 40, 80)
    runs = [chimney(backend, cells) for cells in counts]
    errors = [run.ours / run.exact - 1.0 for run in runs]
    extrapolated = 2.0 * runs[2].ours - runs[1].ours
    grid = ", ".join(f"{cells} cells {100.0 * error:+.2f} %" for cells, error in zip(counts, errors, strict=True))
    sheet.add(
        STUDY, "chimney 10 m, 60 kW/m2: draught, kg/(m2 s)", f"{extrapolated:.4f}", f"{runs[2].exact:.4f}",
        "balance of heads, g H (rho0 - rho)", "0.5 %", f"{grid}; column {runs[2].column:.1f} K",
        abs(extrapolated / runs[2].exact - 1.0) < 5e-3,
    )  # fmt: skip


# -- halls ------------------------------------------------------------------------------------------------------------
def hall(name: str, density: str, cell: float) -> Any:
    """A shipped case with either density."""
    import thermal
    from thermal.run import simulate

    case = thermal.load(name)
    case = replace(case, mesh=replace(case.mesh, cell=cell))
    return simulate(replace(case, flow=replace(case.flow, density=density)))


def _hall_rows(sheet: Sheet) -> None:
    for name, cell in (("openfoam-h0", 0.2), ("hall-30kw-fan-wall", 0.2)):
        plain, gas = (hall(name, density, cell).summary for density in DENSITIES)
        shifts = [b["inlet_mean_degC"] - a["inlet_mean_degC"] for a, b in zip(plain["racks"], gas["racks"], strict=True)]
        rms = math.sqrt(sum(shift**2 for shift in shifts) / len(shifts))
        sheet.add(
            STUDY, f"{name}: rack inlets, ideal gas against Boussinesq", f"mean {np.mean(shifts):+.2f} K, RMS {rms:.2f} K",
            "none", "difference of models", "",
            f"{cell} m; {plain['verdict']} after {plain['iterations']} iterations, {gas['verdict']} after {gas['iterations']}",
        )  # fmt: skip
        balance = gas["balance"]
        sheet.add(
            STUDY, f"{name}: balances of the ideal gas", f"mass {balance['mass']:.1e}, heat {balance['heat']:.1e}", "0", "ledger",
            "mass 1e-3, heat 1 %", f"{cell} m", balance["mass"] < 1e-3 and balance["heat"] < 1e-2,
        )  # fmt: skip


def run(sheet: Sheet) -> None:
    """All rows."""
    backend = open_backend("auto", "double", None)
    sheet.note(
        STUDY,
        "Density pressure/(R T) in continuity, momentum and enthalpy; molecular viscosity and conductivity constant. Cavity, "
        "duct and chimney are one cell and 1 km across, so that their side walls do not matter.",
    )
    _limit_rows(sheet, backend)
    _closed_cavity_rows(sheet, backend)
    _duct_rows(sheet, backend)
    _chimney_rows(sheet, backend)
    _hall_rows(sheet)
