"""How density follows temperature: not at all but in buoyancy (Boussinesq), or as that of an ideal gas at low Mach number.

Every equation is divided by the reference density rho0. With r = rho/rho0 the ideal gas carries mass velocities f = r u on its
faces, so continuity, the pressure equation and all convection of scalars are those of Boussinesq air, word for word; what is
left is here: r from the temperature, u from f before a pass and f from u after the momentum rows, and the streams that fans
move in m3/s of what they draw. Molecular viscosity and conductivity, mu = rho0 nu and rho0 nu c_p/Pr, are constant; with
constant mu the terms mu div(grad u)^T - 2/3 mu grad div u are a gradient that joins the pressure. The eddy viscosity in rows is
r nut. Two terms of turbulence are those of one density: production leaves out -2/3 k div u, and the buoyancy production "sgdh" is
r times what it should be, 4 % at 12 K.

The thermodynamic pressure is the site's; in a room without any opening it follows from the mass of air, which stays that of the
initial temperature at the site's pressure. Low-Mach equations: Majda & Sethian 1985, Combust. Sci. Technol. 42:185.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.case.model import Opening, Rack
from thermal.flow.domain import Domain, FaceList, at_least_one, patch_flow
from thermal.patches import Patch
from thermal.racks.air import RackAir
from thermal.state import State


class Boussinesq:
    """One density: mass velocities are velocities, and nothing follows from the temperature."""

    def __init__(self, domain: Domain, state: State, racks: RackAir) -> None:
        """Nothing to hold."""

    def renew(self) -> None:
        """Nothing to renew."""

    def carry(self, axis: int) -> None:
        """Nothing to do: the velocity carries."""

    def pressure_ratio(self) -> float:
        """Thermodynamic pressure over that of the site."""
        return 1.0


class IdealGas:
    """Density of one block, r = P T_ref/(T_ref + T), and all that follows from it. Everything is made anew from T and the mass
    velocities at the start of each pass, so that a checkpoint of these goes on bit for bit."""

    def __init__(self, domain: Domain, state: State, racks: RackAir) -> None:
        backend, n = domain.backend, domain.n
        case = domain.placement.case
        self.domain, self.state, self.racks = domain, state, racks
        reference = case.air.reference_temperature
        bind = backend.bind
        self.pressure_ = backend.upload(np.ones(1), np.float64)
        self._lift = bind("gas_lift", *n, state.T, self.pressure_, state.lift, reference)
        self._densities = [bind("gas_faces", *n, state.lift, domain.metrics, *state.face_density, 1.0 / reference)]
        self._densities += [
            bind(
                "gas_openings", len(faces), faces.cell_, state.velocity[faces.axis], faces.normal_offset, float(faces.sign),
                faces.temperature_, state.T, self.pressure_, state.face_density[faces.axis], reference,
            )
            for faces in domain.lists
            if (faces.patch >= 0).any()
        ]  # fmt: skip
        three = list(zip(state.velocity, state.face_density, state.true_velocity, strict=True))
        self._true = [bind("true_velocity", *n, f, r, u) for f, r, u in three]
        self._carry = [
            bind("mass_velocity", *n, u, r, domain.mask, 1 + axis, f, state.conductance[axis])
            for axis, (f, r, u) in enumerate(three)
        ]
        self._streams = Streams(domain, state, racks, self.pressure_) if has_streams(domain) else None
        self._room = ClosedRoom(domain, state, self.pressure_) if not case.openings else None

    def renew(self) -> None:
        """Densities, flows of fans and true velocities that go with the present temperature and mass velocities."""
        if self._room:
            self._room.renew()
        self._lift()
        if self._streams:
            self._streams.renew()
        self.racks.renew()
        for launch in (*self._densities, *self._true):
            launch()
        self.domain.comm.exchange([*self.state.velocity, *self.state.true_velocity])

    def carry(self, axis: int) -> None:
        """Mass velocity along `axis` from the velocity that its rows have left, and the conductance that goes with it."""
        self._carry[axis]()
        self.domain.comm.exchange([self.state.velocity[axis]])

    def pressure_ratio(self) -> float:
        """Thermodynamic pressure over that of the site, of the present temperature. Waits for the device."""
        if self._room:
            self._room.renew()
        return float(self.domain.backend.download(self.pressure_)[0])


DENSITIES: dict[str, type[Boussinesq] | type[IdealGas]] = {"boussinesq": Boussinesq, "ideal-gas": IdealGas}


class ClosedRoom:
    """The thermodynamic pressure of a room without openings: the mass of its air stays what it was at the start."""

    def __init__(self, domain: Domain, state: State, pressure_: Any) -> None:
        backend, case = domain.backend, domain.placement.case
        self.domain = domain
        partial = backend.partials(*domain.n)
        self.total_ = backend.zeros((1,), np.float64)
        volume = float(domain.placement.grid.volumes()[domain.placement.fluid].sum())
        start_ = backend.upload(np.array([volume / case.flow.initial_temperature]), np.float64)
        self._sum = [
            backend.bind("gas_mass", *domain.n, state.T, domain.mask, domain.metrics, case.air.reference_temperature, partial),
            backend.bind("sum_partials", len(partial), partial, self.total_),
        ]
        self._divide = backend.bind("divide", start_, self.total_, pressure_)

    def renew(self) -> None:
        """Pressure over that of the site, from the present temperature."""
        for launch in self._sum:
            launch()
        all_blocks(self.domain, self.total_)
        self._divide()


class Streams:
    """What fans move at a given m3/s of the air they draw: racks from front to back, and returns with a flow."""

    def __init__(self, domain: Domain, state: State, racks: RackAir, pressure_: Any) -> None:
        backend, air = domain.backend, domain.placement.case.air
        self.domain = domain
        drawing = stream_patches(domain)
        start, cells, flows = [0], [], []
        for patch in drawing:
            mine = domain.within(patch.cell)
            cells.append(domain.flat(patch.cell[mine]))
            flows.append(abs(patch_flow(patch) or 0.0) * patch.area[mine] / patch.area.sum())
            start.append(start[-1] + int(mine.sum()))
        count = len(drawing)
        self.sums_ = backend.zeros((2 * count,), np.float64)
        density_ = backend.zeros((count,), np.float64)
        self._sum = backend.bind(
            "rack_fronts", count, backend.upload(np.array(start), np.int32),
            backend.upload(at_least_one(np.concatenate(cells), np.int64), np.int64),
            backend.upload(at_least_one(np.concatenate(flows), float), np.float64), state.T, self.sums_,
        )  # fmt: skip
        self._density = backend.bind(
            "gas_streams", count, self.sums_, pressure_, racks.reference_rise_, density_, racks.rise_, racks.count,
            air.reference_temperature,
        )  # fmt: skip
        numbers = {id(patch.object): number for number, patch in enumerate(drawing)}
        self._fans = [launch for faces in domain.lists if (launch := self._fan(faces, numbers, density_, state))]

    def _fan(self, faces: FaceList, numbers: dict[int, int], density_: Any, state: State) -> Any:
        """The launch for the faces of one list; None where no stream passes them."""
        backend, patches = self.domain.backend, self.domain.placement.patches
        stream, velocity = np.full(len(faces), -1), np.zeros(len(faces))
        for index, patch in enumerate(patches):
            if is_stream(patch):
                here = faces.patch == index
                stream[here] = numbers[id(patch.object)]
                velocity[here] = patch.sign * (patch_flow(patch) or 0.0) / patch.area.sum()
        if (stream < 0).all():
            return None
        return backend.bind(
            "gas_fans", len(faces), faces.cell_, backend.upload(stream, np.int32), backend.upload(velocity, backend.real),
            density_, faces.normal_offset, state.velocity[faces.axis],
        )  # fmt: skip

    def renew(self) -> None:
        """Mass velocities of all streams at the present density of what they draw, and the racks' rise in temperature."""
        self._sum()
        all_blocks(self.domain, self.sums_)
        for launch in (self._density, *self._fans):
            launch()


def is_stream(patch: Patch) -> bool:
    """Whether a fan moves a given m3/s of drawn air through a patch: fronts, backs, and returns with a flow."""
    if isinstance(patch.object, Rack):
        return True
    return isinstance(patch.object, Opening) and patch.kind == "return" and patch.object.flow is not None


def stream_patches(domain: Domain) -> list[Patch]:
    """The patch that each stream is drawn through: racks in the order of the case, then returns."""
    patches = domain.placement.patches
    fronts = {patch.object.name: patch for patch in patches if patch.kind == "front"}
    return [fronts[rack.name] for rack in domain.racks] + [p for p in patches if p.kind == "return" and is_stream(p)]


def has_streams(domain: Domain) -> bool:
    """Whether a fan draws air anywhere in the hall."""
    return bool(stream_patches(domain))


def all_blocks(domain: Domain, values_: Any) -> None:
    """Add a float64 device array over all blocks, in place."""
    if domain.comm.size > 1:
        backend = domain.backend
        backend.copy(backend.upload(domain.comm.sum(backend.download(values_)), np.float64), values_)
