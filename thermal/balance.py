"""Air and heat that objects bring into each region, and the checks that make a region well posed before anything is solved.

A region's fixed flows must add up unless a pressure opening takes the difference: solving for pressure with the surplus
subtracted would hide a wrong case. In an ideal gas flows in m3/s add up to no mass, so a region that anything but its own racks
blows into or draws from needs a pressure opening. A region heated without any through flow has no steady temperature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from meshes.grid import Grid
from thermal.case.model import Case, Obstacle, Opening, Rack, Wall, Zone
from thermal.errors import CaseError
from thermal.painting import Patch, join_names

BALANCE_TOLERANCE = 1e-6  # of the larger of inflow and outflow: round-off of flows written in decimal


@dataclass
class RegionBalance:
    """What enters one region. Flows in m3/s, heat in W, volume in m3."""

    number: int
    cells: int
    volume: float
    inflow: float = 0.0  # fixed: supplies and rack backs
    outflow: float = 0.0  # fixed: returns and rack fronts
    heat: float = 0.0  # racks' air power at their backs, skins, fluxes of walls into the air
    cooling: float = 0.0  # fluxes of walls out of the air
    outside: bool = False  # heat can leave: any opening that flows, any wall that keeps its temperature
    pressure_openings: list[str] = field(default_factory=list)
    patches: list[str] = field(default_factory=list)

    @property
    def surplus(self) -> float:
        """m3/s of fixed flow that stays in (negative: is missing)."""
        return self.inflow - self.outflow


def balance_regions(grid: Grid, region: np.ndarray, count: int, patches: Sequence[Patch]) -> list[RegionBalance]:
    """One RegionBalance for each region, in order of number. A patch that touches several regions is shared by area."""
    labels = region.ravel()
    cells = np.bincount(labels, minlength=count + 1)
    volume = np.bincount(labels, weights=grid.volumes().ravel(), minlength=count + 1)
    balances = [RegionBalance(number, int(cells[number]), float(volume[number])) for number in range(1, count + 1)]
    areas = _object_areas(patches)
    for patch in patches:
        share = np.bincount(region[tuple(patch.cell.T)], weights=patch.area, minlength=count + 1) / (areas[patch.name] or 1.0)
        for number in np.flatnonzero(share):
            balance = balances[number - 1]
            if patch.name not in balance.patches:
                balance.patches.append(patch.name)
            _add(balance, patch, float(share[number]), areas[patch.name])
    return balances


def add_zone_heat(
    grid: Grid, region: np.ndarray, balances: Sequence[RegionBalance], warmed: Sequence[tuple[Zone, np.ndarray]]
) -> None:
    """Add the power of porous zones to the regions their cells lie in, by volume."""
    volumes = grid.volumes()
    for zone, cell in warmed:
        here = tuple(cell.T)
        share = np.bincount(region[here], weights=volumes[here], minlength=len(balances) + 1) / volumes[here].sum()
        for balance in balances:
            balance.heat += float(share[balance.number]) * zone.power
            if share[balance.number] and not balance.patches:
                balance.patches.append(f"porous.{zone.name}")


def check_balances(
    case: Case,
    balances: Sequence[RegionBalance],
    patches: Sequence[Patch],
    region: np.ndarray,
    cooled: Mapping[int, Sequence[str]] | None = None,
) -> list[CaseError]:
    """Mistakes: racks with power but no flow, surplus flows, heat without a way out.

    cooled   regions that hold a coil (thermal.movers.laying.is_cooled)
    """
    for number in cooled or {}:
        balances[number - 1].outside = True
    errors = [
        CaseError(rack.source, f"rack.{rack.name} gives {rack.air_power:.4g} W to air but moves none", fix="give it a flow")
        for rack in case.racks
        if rack.flow <= 0.0 and rack.air_power > 0.0
    ]
    sources = {patch.name: patch.object.source for patch in patches} | {f"porous.{z.name}": z.source for z in case.zones}
    ideal = case.flow.density == "ideal-gas"
    lost = _unmatched(len(balances), patches, region) if ideal else [[] for _ in balances]
    for balance, names in zip(balances, lost, strict=True):
        larger = max(balance.inflow, balance.outflow)
        if names and not balance.pressure_openings:
            errors.append(_mass_error(names, sources))
        elif not balance.pressure_openings and abs(balance.surplus) > BALANCE_TOLERANCE * larger:
            errors.append(_surplus_error(balance, larger, sources))
    for group in _linked_regions(len(balances), patches, region):
        members = [balances[number - 1] for number in group]
        heat, cooling = sum(balance.heat for balance in members), sum(balance.cooling for balance in members)
        surplus = heat - cooling
        closed = not any(balance.outside for balance in members)
        if abs(surplus) > BALANCE_TOLERANCE * max(heat, cooling) and closed and not warms_up(case):
            names = _openings_first([name for balance in members for name in balance.patches])
            errors.append(
                CaseError(
                    sources[names[0]],
                    f"{_describe(names)}: {abs(surplus):.4g} W {'heat' if surplus > 0.0 else 'cool'} air that has no way out, "
                    "so no steady temperature exists",
                    fix="add a supply and a return, or a [[wall]] with a temperature",
                )
            )
    return errors


def warms_up(case: Case) -> bool:
    """Whether the case wants no steady temperature: a run in time that begins from rest."""
    return case.time is not None and case.time.start == "rest"


def _object_areas(patches: Sequence[Patch]) -> dict[str, float]:
    areas: dict[str, float] = {}
    for patch in patches:  # the skins of one obstacle share a name
        areas[patch.name] = areas.get(patch.name, 0.0) + patch.total_area
    return areas


def _add(balance: RegionBalance, patch: Patch, share: float, area: float) -> None:
    item = patch.object
    if isinstance(item, Opening):
        if item.flow is None:
            balance.pressure_openings.append(patch.name)
            balance.outside = True
        elif item.kind == "supply":
            balance.inflow += share * item.flow
        else:
            balance.outflow += share * item.flow
        balance.outside |= bool(item.flow)
    elif isinstance(item, Rack):
        if patch.kind == "front":
            balance.outflow += share * item.flow
        else:
            balance.inflow += share * item.flow
            balance.heat += share * item.air_power
    elif isinstance(item, Obstacle):
        balance.heat += share * item.power
    elif isinstance(item, Wall):
        flux = share * (item.heat_flux or 0.0) * area
        balance.heat += max(flux, 0.0)
        balance.cooling -= min(flux, 0.0)
        balance.outside |= item.temperature is not None


def _linked_regions(count: int, patches: Sequence[Patch], region: np.ndarray) -> list[list[int]]:
    """Groups of region numbers between which racks move air."""
    group = list(range(count + 1))

    def root(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    touched: dict[str, list[int]] = {}
    for patch in patches:
        if isinstance(patch.object, Rack) and patch.object.flow > 0.0:
            touched.setdefault(patch.object.name, []).extend(np.unique(region[tuple(patch.cell.T)]).tolist())
    for numbers in touched.values():
        for number in numbers[1:]:
            group[root(number)] = root(numbers[0])
    members: dict[int, list[int]] = {}
    for number in range(1, count + 1):
        members.setdefault(root(number), []).append(number)
    return list(members.values())


def _unmatched(count: int, patches: Sequence[Patch], region: np.ndarray) -> list[list[str]]:
    """Of each region, the objects that bring or take air of a given m3/s without giving it back there."""
    net: list[dict[str, float]] = [{} for _ in range(count)]
    for patch in patches:
        item = patch.object
        if isinstance(item, Rack):
            sign = 1.0 if patch.kind == "back" else -1.0
        elif isinstance(item, Opening) and item.flow:
            sign = 1.0
        else:
            continue
        name = f"rack.{item.name}" if isinstance(item, Rack) else patch.name
        shares = np.bincount(region[tuple(patch.cell.T)], weights=patch.area, minlength=count + 1)[1:] / patch.area.sum()
        for number in np.flatnonzero(shares):
            net[number][name] = net[number].get(name, 0.0) + sign * float(shares[number])
    return [_openings_first([name for name, share in one.items() if abs(share) > BALANCE_TOLERANCE]) for one in net]


def _mass_error(names: Sequence[str], sources: dict[str, str]) -> CaseError:
    source = next(source for name, source in sources.items() if name.startswith(names[0]))
    return CaseError(
        source,
        f"{_describe(names)}: in an ideal gas flows in m3/s of different temperatures never add up to as much mass in as out",
        "an opening without a flow (a pressure opening) in the same air, through which it breathes",
        'leave out the flow of a return, or density = "boussinesq"',
    )


def _surplus_error(balance: RegionBalance, larger: float, sources: dict[str, str]) -> CaseError:
    names = _openings_first(balance.patches)
    word = "too much" if balance.surplus > 0.0 else "too little"
    return CaseError(
        sources[names[0]],
        f"{_describe(names)}: {balance.inflow:.6g} m3/s enter and {balance.outflow:.6g} m3/s leave, "
        f"{abs(balance.surplus):.4g} m3/s ({100.0 * abs(balance.surplus) / larger:.3g} %) {word}",
        "fixed flows that add up, or an opening without a flow (a pressure opening)",
    )


def _openings_first(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: not name.startswith(("supply.", "return.")))


def _describe(names: Sequence[str]) -> str:
    return f"the air around {join_names(names, 3)}"
