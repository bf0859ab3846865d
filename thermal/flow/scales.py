"""Scales of a case, from which the solver takes its pseudo-time step and the measures of its residuals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from thermal.case.bodies import part_flow
from thermal.case.model import Case, Wall
from thermal.flow.domain import expansion, patch_flow, supply_density
from thermal.place import Placement

# Pseudo-time step over the smaller of transit time H/U and buoyant period 1/N.
STEP = 0.8
# Flow of a plume at height H over U H^2 with U = (B/H)^(1/3), B its buoyancy flux (Morton, Taylor & Turner 1956, Proc. R.
# Soc. A 234:1).
PLUME = 0.15
# Flow along a warm wall over U A with U = sqrt(g beta dT H): 0.06 to 0.02 in square cavities of Rayleigh number 1e4 to 1e6
# (de Vahl Davis 1983, Int. J. Numer. Methods Fluids 3:249).
LAYER = 0.02
# Speed of a turbulent stream over sqrt(force x gap): 1/sqrt(Cf), with the friction coefficient Cf = 0.005 of a smooth channel
# at a Reynolds number of some 3e4 (Dean 1978, J. Fluids Eng. 100:215).
STREAM = 14.0
# Flow that a moving wall stirs up over its speed x area: the stream function of a square cavity (Ghia, Ghia & Shin 1982,
# J. Comput. Phys. 48:387).
STIRRED = 0.1
REST = 1e-3  # m/s: a room in which nothing blows and nothing heats is measured against this
ALIKE = 0.1  # K: and the heat of a room whose temperatures are all alike against this
SAME = 1e-5  # temperatures are alike that differ by less than this share of their distance from the reference: round-off
FAINT = 1e-3  # of supply x contrast: heat of walls is not measured against less (convection carries 2 to 0.2 of it)


@dataclass(frozen=True)
class Scales:
    """velocity m/s, temperature K, length m; heat K m3/s that objects and the fluxes of walls give to the air; skins the
    share of obstacles and porous zones in it.

    supply   m3/s of reference density: what the supplies blow, else what racks move, else what plumes or pressures drive, else a
    floor; never zero
    """

    velocity: float
    temperature: float
    length: float
    supply: float
    heat: float
    gravity: float  # g beta, m/(s2 K)
    skins: float = 0.0
    viscosity: float = 0.0  # m2/s

    @property
    def step(self) -> float:
        """Pseudo-time step in s: a case 100 times larger or slower takes as many iterations."""
        rate = self.velocity / self.length
        if self.temperature > 0.0:
            rate = max(rate, math.sqrt(self.gravity * self.temperature / self.length))
        if rate == 0.0 and self.temperature > 0.0:  # nothing drives air: what is left is conduction
            rate = self.viscosity / self.length**2
        return STEP / rate if rate > 0.0 else 1.0

    @property
    def pace(self) -> float:
        """Speed in m/s that motion is measured against, never zero."""
        return self.velocity or REST

    @property
    def contrast(self) -> float:
        """K that temperatures are measured against, never zero."""
        return self.temperature or ALIKE

    def warmth(self, walls: np.ndarray) -> float:
        """K m3/s that defects of heat are measured against: the heat given to the air, or what enters at another temperature.

        walls   K m3/s that each wall of a kept temperature gives now; the sum of those that take counts where it is larger
        """
        if not len(walls):
            return self.heat or self.supply * self.contrast
        given, taken = np.maximum(walls, 0.0).sum(), np.maximum(-walls, 0.0).sum()
        return max(self.heat + float(given), float(taken), FAINT * self.supply * self.contrast)

    @property
    def momentum(self) -> float:
        """Momentum flow that the sum of |defects| is measured against, m4/s2."""
        flow = max(self.supply, self.velocity * self.length**2 * 1e-3)
        return flow * self.velocity


def find_scales(placement: Placement) -> Scales:
    """Scales of a placed case: fastest opening or rack face, rise of the mean return, height of the room; or what heat drives."""
    case = placement.case
    air = case.air
    gravity = air.gravity * expansion(case) if case.flow.buoyancy else 0.0
    fastest, supply, through = 0.0, 0.0, 0.0
    for patch in placement.patches:
        flow = patch_flow(patch)
        if flow:
            fastest = max(fastest, abs(flow) / float(patch.area.sum()))
            through += abs(flow) / 2.0
            if patch.kind == "supply" and flow > 0.0:
                supply += flow * supply_density(case, patch)
    moved = {True: 0.0, False: 0.0}  # by racks in depth, by coolers: the same air passes both
    for laid in placement.tubes:
        flow = part_flow(laid.part, max([laid.body.speed, *(n for _, n in laid.body.speed_rule)]))
        fastest = max(fastest, flow / laid.total_area)
        moved[laid.body.kind == "rack"] += flow
    through = max(through + moved[True], moved[False])
    capacity = air.density * air.heat_capacity
    skins = (sum(o.power for o in case.obstacles) + sum(zone.power for zone in case.zones)) / capacity
    fluxes = [(p.object.heat_flux or 0.0) * p.total_area / capacity for p in placement.patches if isinstance(p.object, Wall)]
    heat = sum(r.air_power for r in case.racks) / capacity + skins + sum(flux for flux in fluxes if flux > 0.0)
    heat = max(heat, -sum(flux for flux in fluxes if flux < 0.0))
    flow = supply or through
    rise = heat / flow if flow else 0.0
    rise = max([rise, *(r.air_power / (capacity * r.flow) for r in case.racks if r.flow)])
    if not flow and heat:  # a plume sets its own speed
        fastest = (gravity * heat / case.room[2]) ** (1.0 / 3.0)
        flow = PLUME * fastest * case.room[2] ** 2
        rise = heat / flow if flow else 0.0
    spread, area = _wall_range(placement)
    fall = math.sqrt(gravity * spread * case.room[2])
    if not supply and not through and fall > fastest:  # the speed that air of a wall's temperature gains over the height
        fastest, flow = fall, LAYER * fall * area
    draught = math.sqrt(2.0 * _pressure_range(placement) / air.density)
    if draught > fastest:  # openings at different pressures: Bernoulli
        fastest = draught
        flow = flow or draught * 0.5 * sum(p.total_area for p in placement.patches if patch_flow(p) is None)
    driven, stirred = _driven(placement)
    if driven > fastest:
        fastest, flow = driven, flow or stirred
    flow = flow or REST * case.room[2] ** 2
    entering = [o.temperature for o in case.openings]
    foreign = max([abs(t - case.flow.initial_temperature) for t in entering], default=0.0)
    contrast = max(rise, spread, foreign if not heat else 0.0)
    told = [case.flow.initial_temperature, *entering, *kept_walls(placement).values()]
    if contrast <= SAME * max(abs(t - air.reference_temperature) for t in told):
        contrast = 0.0
    length = gap(case) if case.flow.periodic else case.room[2]
    return Scales(fastest, contrast, length, flow, heat, gravity, skins, air.kinematic_viscosity)


def gap(case: Case) -> float:
    """m, the shortest extent of the room that does not repeat itself; of all where each does."""
    return min([case.room[axis] for axis in range(3) if axis not in case.flow.periodic] or case.room)


def _driven(placement: Placement) -> tuple[float, float]:
    """Speed in m/s and flow in m3/s that moving walls, a force or a held mean velocity make; zeros without any."""
    case = placement.case
    room, speed, flow = case.room, 0.0, 0.0
    for patch in placement.patches:
        if isinstance(patch.object, Wall) and any(patch.object.velocity):
            fast = math.hypot(*patch.object.velocity)
            speed, flow = max(speed, fast), max(flow, STIRRED * fast * patch.total_area)
    turbulence, height = case.flow.turbulence, gap(case)
    viscosity = case.air.kinematic_viscosity + turbulence.constant_viscosity
    for axis in case.flow.periodic:
        bulk, force = abs((case.flow.bulk_velocity or (0.0, 0.0, 0.0))[axis]), abs(case.flow.body_force[axis])
        viscous = force * height**2 / (12.0 * viscosity)
        is_viscous = turbulence.model in ("laminar", "constant")
        fast = max(bulk, viscous if is_viscous else min(viscous, STREAM * math.sqrt(force * height)))
        if fast > 0.0:
            speed, flow = max(speed, fast), max(flow, fast * math.prod(room) / room[axis])
    return speed, flow


def _wall_range(placement: Placement) -> tuple[float, float]:
    """K between the warmest and the coldest of walls and supplies (of a wall alone and the air at the start), and the area in m2
    of the largest wall of a kept temperature; zeros without one."""
    kept = kept_walls(placement)
    if not kept:
        return 0.0, 0.0
    temperatures = [*kept.values(), *(o.temperature for o in placement.case.openings if o.kind == "supply")]
    spread = max(temperatures) - min(temperatures) or abs(temperatures[0] - placement.case.flow.initial_temperature)
    return spread, max(placement.patches[index].total_area for index in kept)


def kept_walls(placement: Placement) -> dict[int, float]:
    """Patches of walls that keep their temperature, and that temperature in K."""
    walls = {index: patch.object for index, patch in enumerate(placement.patches) if isinstance(patch.object, Wall)}
    return {index: wall.temperature for index, wall in walls.items() if wall.temperature is not None}


def _pressure_range(placement: Placement) -> float:
    """Pa between the highest and the lowest pressure opening."""
    pressures = [o.pressure for o in placement.case.openings if o.flow is None]
    return max(pressures) - min(pressures) if pressures else 0.0
