"""The liquid side of a case as data: its tables, checked against each other, and the weather."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from thermal.case.liquid import Cdu, Chiller, ColdPlate, DryCooler, FacilityLoop, RackManifold
from thermal.case.liquid_plant import BufferStore, CoolingTower, ExpansionVessel, ImmersionTank, LiquidLink

STANDARD_DRY_BULB = 308.15  # K, 35 degC: rating point of air-cooled machines, ISO 5151:2017 T1, AHRI 550/590


@dataclass(frozen=True)
class Plant:
    """Everything that the loops of a hall are made of. SI throughout; `source` gives file:line of each name.

    plates      by rack type;   cdus, manifolds, facilities, coolers, chillers, links, towers, stores, vessels, tanks
                in the order of the case
    dry_bulb    K;   wet_bulb   K or None;   outdoor_pressure   Pa
    """

    plates: dict[str, ColdPlate]
    cdus: tuple[Cdu, ...]
    manifolds: tuple[RackManifold, ...]
    facilities: tuple[FacilityLoop, ...]
    coolers: tuple[DryCooler, ...]
    chillers: tuple[Chiller, ...]
    links: tuple[LiquidLink, ...]
    dry_bulb: float
    wet_bulb: float | None
    outdoor_pressure: float
    source: dict[str, str] = field(default_factory=dict)
    dew_point: float | None = None  # K, of the most humid supply of the room
    towers: tuple[CoolingTower, ...] = ()
    stores: tuple[BufferStore, ...] = ()
    vessels: tuple[ExpansionVessel, ...] = ()
    tanks: tuple[ImmersionTank, ...] = ()
    computed: Mapping[str, float] = field(default_factory=dict)  # CDU -> K, highest dew point at its racks, where it is solved

    def dew_point_at(self, cdu: Cdu) -> float | None:
        """K of the dew point that guards a CDU: as its table says, else as computed at its racks, else that of the supplies."""
        return self.computed.get(cdu.name, self.dew_point) if cdu.room_dew_point is None else cdu.room_dew_point

    def guarded_supply(self, cdu: Cdu) -> float:
        """K that a CDU holds to its racks: its supply, or its margin above the dew point where that is higher."""
        dew_point = self.dew_point_at(cdu)
        return cdu.supply if dew_point is None else max(cdu.supply, dew_point + cdu.dew_point_margin)

    def fed_by(self, cdu: str) -> list[RackManifold]:
        """Manifolds of a CDU."""
        return [one for one in self.manifolds if one.cdu == cdu]

    def on(self, facility: str) -> list[Cdu]:
        """CDUs on a facility loop, in the order in which they hang on its mains."""
        return [one for one in self.cdus if one.facility == facility]

    def vessel_of(self, loop: str) -> ExpansionVessel | None:
        """The expansion vessel of a CDU's or a facility's loop."""
        return next((one for one in self.vessels if one.loop == loop), None)


def running_pumps(table: Cdu | FacilityLoop) -> int:
    """Pumps of a group that run: as many as give its rated flow, as far as those that are left go."""
    return min(table.pumps, table.pumps + table.standby - table.pumps_lost)
