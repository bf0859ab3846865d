"""Flows made up so that their equations hold with sources, which sympy derives; and the solver's own objects fed with them.

Needs sympy. Lengths in m: the room is the unit cube, T in K above the reference, p over density.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from kernels import Backend
from meshes import Grid
from thermal.case.build import case_from_text
from thermal.case.model import Case
from thermal.flow.domain import Domain
from thermal.flow.solver import Flow
from thermal.parallel import Serial
from thermal.place import place

X, Y, Z = sp.symbols("x y z")
VISCOSITY, PRANDTL, TURBULENT_PRANDTL, BUOYANCY = 0.05, 0.7, 0.9, 0.981
REFERENCE = 20.0  # degC
Function = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Solution:
    """Exact fields as sympy expressions of X, Y, Z.

    room   "closed": no-slip walls, T is 1 on x = 0, 0 on x = 1, no flux elsewhere; "duct": air enters through x = 0 square to
           it and leaves through x = 1 with tangential velocities and T level along x, no heat through the sides
    flow   m3/s through a duct
    """

    room: str
    u: sp.Expr
    v: sp.Expr
    w: sp.Expr
    p: sp.Expr
    T: sp.Expr
    eddy_viscosity: sp.Expr
    flow: float = 0.0

    @property
    def velocity(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """The three velocities."""
        return self.u, self.v, self.w

    def momentum_source(self, axis: int) -> sp.Expr:
        """m/s2 that the momentum equation along `axis` lacks: u.grad(u_i) + dp/dx_i - div(nu_eff grad u_i) - g beta T e_z."""
        own, place = self.velocity[axis], (X, Y, Z)[axis]
        lift = BUOYANCY * self.T if axis == 2 else 0
        return self._carried(own) - self._spread(VISCOSITY + self.eddy_viscosity, own) + sp.diff(self.p, place) - lift

    def heat_source(self) -> sp.Expr:
        """K/s that the temperature equation lacks."""
        diffusivity = VISCOSITY / PRANDTL + self.eddy_viscosity / TURBULENT_PRANDTL
        return self._carried(self.T) - self._spread(diffusivity, self.T)

    def divergence(self) -> sp.Expr:
        """1/s; nothing, or the solution is none."""
        return sp.simplify(sum(sp.diff(c, s) for c, s in zip(self.velocity, (X, Y, Z), strict=True)))

    def _carried(self, field: sp.Expr) -> sp.Expr:
        return sum(c * sp.diff(field, s) for c, s in zip(self.velocity, (X, Y, Z), strict=True))

    def _spread(self, diffusivity: sp.Expr, field: sp.Expr) -> sp.Expr:
        return sum(sp.diff(diffusivity * sp.diff(field, s), s) for s in (X, Y, Z))


def _bump(s: sp.Symbol, tilt: sp.Expr) -> sp.Expr:
    """Zero at 0 and 1 with its slope."""
    return 16 * s**2 * (1 - s) ** 2 * (1 + tilt * s)


def _eddy(size: float) -> sp.Expr:
    return size * (1 + sp.sin(2 * X + Y) * sp.cos(Z - X) / 2) if size else sp.Integer(0)


def closed_room(speed: float = 1, eddy: float = 0.02) -> Solution:
    """Three unequal vortices in a closed room; `speed` scales velocities and pressure, `eddy` the eddy viscosity in m2/s."""
    f, g, h = _bump(X, sp.Rational(1, 2)), _bump(Y, -sp.Rational(3, 10)), _bump(Z, sp.Rational(4, 5))
    df, dg, dh = sp.diff(f, X), sp.diff(g, Y), sp.diff(h, Z)
    size = speed * sp.Rational(1, 4)
    velocity = (size * f * dg * dh, size * df * g * dh, -2 * size * df * dg * h)
    temperature = 1 - X + sp.sin(sp.pi * X) * sp.cos(sp.pi * Y) * sp.cos(sp.pi * Z) * sp.Rational(3, 10)
    pressure = speed * (sp.cos(sp.pi * X) * sp.cos(2 * Y) + sp.sin(2 * Z) * (1 + X) / 2)
    return Solution("closed", *velocity, pressure, temperature, _eddy(eddy))


def duct(speed: float = 1, eddy: float = 0.02) -> Solution:
    """A stream through a square duct that is stirred half way; `speed` scales velocities and pressure: the mean speed in m/s."""
    f = 64 * X**3 * (1 - X) ** 3
    g, h = _bump(Y, -sp.Rational(3, 10)), _bump(Z, sp.Rational(4, 5))
    df, dg, dh = sp.diff(f, X), sp.diff(g, Y), sp.diff(h, Z)
    size = speed * sp.Rational(1, 10)
    stream = speed * 36 * Y * (1 - Y) * Z * (1 - Z)
    velocity = (stream + size * f * dg * dh, size * df * g * dh, -2 * size * df * dg * h)
    share = sp.Rational(3, 10)
    temperature = 1 + sp.cos(sp.pi * X) * (1 + sp.cos(sp.pi * Y) * share) / 2 + sp.cos(sp.pi * Z) * share
    pressure = speed * (sp.cos(sp.pi * X) * sp.cos(2 * Y) + sp.sin(2 * Z) * (1 + X) / 2)
    return Solution("duct", *velocity, pressure, temperature, _eddy(eddy), float(speed))


def numeric(expression: sp.Expr) -> Function:
    """A NumPy function of arrays x, y, z that broadcast."""
    function = sp.lambdify((X, Y, Z), expression, "numpy", cse=True)
    return lambda x, y, z: np.asarray(function(x, y, z), float) + 0.0 * (x + y + z)


def axis_planes(cells: int, stretched: bool) -> np.ndarray:
    """Planes from 0 to 1: even, or with widths that vary 3 to 1 along a smooth map."""
    even = np.linspace(0.0, 1.0, cells + 1)
    return even + (0.5 / np.pi * np.sin(np.pi * even) ** 2 * 0.7 - 0.05 * np.sin(2 * np.pi * even) if stretched else 0.0)


def cube_grid(cells: int, stretched: bool) -> Grid:
    """cells x cells x cells."""
    x, y, z = (axis_planes(cells, stretched) for _ in range(3))
    ends = np.isin(np.arange(cells + 1), (0, cells))
    return Grid(x, y, z, breaks=(ends, ends, ends))


def room_case(solution: Solution, scheme: str) -> Case:
    """The room that the solution lives in."""
    hot_and_cold = f"""
[[wall]]
name = "hot"
on = "x-"
temperature = "{REFERENCE + 1.0} degC"
[[wall]]
name = "cold"
on = "x+"
temperature = "{REFERENCE} degC"
"""
    through = f"""
[[supply]]
name = "in"
on = "x-"
temperature = "{REFERENCE} degC"
flow = "{solution.flow} m3/s"
[[return]]
name = "out"
on = "x+"
flow = "{solution.flow} m3/s"
"""
    return case_from_text(
        f"""
[room]
size = ["1 m", "1 m", "1 m"]
[mesh]
cell = "1 m"
[air]
reference_temperature = "{REFERENCE} degC"
density = "1.2 kg/m3"
kinematic_viscosity = "{VISCOSITY} m2/s"
prandtl = {PRANDTL}
expansion = "0.1 1/K"
gravity = "{BUOYANCY / 0.1} m/s2"
[flow]
turbulence = "constant"
constant_viscosity = "0.01 m2/s"
turbulent_prandtl = {TURBULENT_PRANDTL}
scheme = "{scheme}"
initial_temperature = "{REFERENCE} degC"
{hot_and_cold if solution.room == "closed" else through}
"""
    )


class Manufactured:
    """A solution on a grid of cells³, in a Flow of the solver whose rows get the solution's sources."""

    def __init__(self, solution: Solution, cells: int, stretched: bool, scheme: str, device: Backend) -> None:
        self.solution, self.device = solution, device
        self.case = room_case(solution, scheme)
        self.grid = cube_grid(cells, stretched)
        self.flow = Flow(Domain(place(self.case, self.grid), device, Serial()))
        self.flow.bind(0.9, 1.0)
        self.flow.begin()
        self.domain, self.state = self.flow.domain, self.flow.state
        self.exact = {name: self.sampled(getattr(solution, name), axis) for name, axis in PLACES.items()}
        self.put("eddy_viscosity", self.exact["eddy_viscosity"])
        for axis, name in enumerate("uvw"):
            boundary = self.exact[name].copy()
            boundary[_inside(axis)] = 0.0
            self.put(name, boundary)
            self._push(axis)
        self._warm()
        if solution.room == "duct":
            self._inflow()

    def sampled(self, expression: sp.Expr, axis: int | None) -> np.ndarray:
        """An expression at the cell centres, or on the faces across `axis`, [k, j, i]."""
        at = [self.grid.planes(a) if a == axis else self.grid.centres(a) for a in range(3)]
        return numeric(expression)(at[0][None, None, :], at[1][None, :, None], at[2][:, None, None])

    def put(self, name: str, whole: np.ndarray) -> None:
        """Fill a field with a global array, boundary faces included."""
        backend, domain = self.device, self.domain
        backend.copy(backend.upload(domain.local(whole), backend.real), getattr(self.state, name))

    def weights(self, axis: int | None) -> np.ndarray:
        """Volumes of the control volumes of cells, or of the inner faces across `axis`, m3."""
        widths = [self.grid.widths(a) for a in range(3)]
        if axis is not None:
            widths[axis] = 0.5 * (widths[axis][1:] + widths[axis][:-1])
        return widths[2][:, None, None] * widths[1][None, :, None] * widths[0][None, None, :]

    def error(self, name: str) -> tuple[float, float]:
        """(mean, largest) distance from the exact field over its largest value; of the pressure up to a constant."""
        axis = PLACES[name]
        found, exact = self.flow.whole_field(getattr(self.state, name), axis).astype(float), self.exact[name]
        inside = _inside(axis) if axis is not None else (slice(None),) * 3
        apart, weights = (found - exact)[inside], self.weights(axis)
        if name == "p":
            apart = apart - np.average(apart, weights=weights)
        size = np.abs(exact).max()
        return float(np.average(np.abs(apart), weights=weights) / size), float(np.abs(apart).max() / size)

    # -- sources ----------------------------------------------------------------------------------------------------
    def _push(self, axis: int) -> None:
        """Sources of momentum: force over density m4/s2 on every inner face, where jets of tiles would push."""
        inside = _inside(axis)
        push = (self.sampled(self.solution.momentum_source(axis), axis)[inside] * self.weights(axis)).ravel()
        faces = np.argwhere(np.ones(self.weights(axis).shape, bool))
        faces[:, 2 - axis] += 1
        backend, state = self.device, self.state
        cells_, push_ = backend.upload(self.domain.flat(faces), np.int64), backend.upload(push, backend.real)
        launch = backend.bind("push_jets", len(push), cells_, push_, 0, state.inverse, state.rhs)
        self.flow.boundary._jets[axis].append(launch)

    def _warm(self) -> None:
        """Sources of heat: K m3/s in every cell, where obstacles would heat."""
        heat = (self.sampled(self.solution.heat_source(), None) * self.weights(None)).ravel()
        cells = np.argwhere(np.ones(self.grid.shape, bool))
        backend, state = self.device, self.state
        cells_, heat_ = backend.upload(self.domain.flat(cells), np.int64), backend.upload(heat, backend.real)
        self.flow.energy._heat = backend.bind("scatter_add", len(heat), cells_, heat_, 1.0, state.source)

    def _inflow(self) -> None:
        """What enters has the exact temperature of its place."""
        entering = numeric(self.solution.T)(np.zeros((1, 1)), self.grid.centres(1)[None, :], self.grid.centres(2)[:, None])
        for faces in self.domain.lists:
            if (faces.axis, faces.sign) == (0, 1):
                k, j = (faces.cell // self.domain.stride[a] % self.domain.shape[2 - a] - 2 for a in (2, 1))
                self.device.copy(self.device.upload(entering[k, j], self.device.real), faces.temperature_)


PLACES: dict[str, int | None] = {"u": 0, "v": 1, "w": 2, "p": None, "T": None, "eddy_viscosity": None}


def _inside(axis: int | None) -> tuple[slice, ...]:
    return tuple(slice(1, -1) if 2 - a == axis else slice(None) for a in range(3))


def orders(errors: Sequence[float]) -> list[float]:
    """Observed orders between grids, each twice as fine as the one before."""
    return [float(np.log2(coarse / fine)) for coarse, fine in zip(errors, errors[1:], strict=False)]


def settle(step: Callable[[], Any], read: Callable[[], np.ndarray], change: float = 1e-9, most: int = 3000) -> None:
    """Repeat `step` until `read` changes by less than `change` of its largest value; raises ArithmeticError where it does not."""
    before = read()
    for _ in range(most):
        step()
        now = read()
        if np.abs(now - before).max() <= change * max(np.abs(now).max(), 1e-300):
            return
        before = now
    raise ArithmeticError("not settled")
