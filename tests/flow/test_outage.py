"""All cooling of a hall stops: how fast it warms, against its heat over all heat capacities."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from kernels import Backend
from tests.flow.test_march import Watcher, march
from thermal.case.build import case_from_text
from thermal.movers.points import device_rows
from thermal.place import place_case

SHIPPED = (Path(__file__).parents[2] / "cases" / "crah-failure" / "case.toml").read_text(encoding="utf-8")
POWER, MASS = 80e3, 16 * 6e3  # W; J/K that stand in the racks
FAN = 'fan = { shutoff_pressure = "120 Pa", free_flow = "0.36 m3/s", count = 2 }\nthermal_mass = "6 kJ/K"\n'
SLAB = (
    '[[obstacle]]\nname = "slab"\nfrom = ["0 m", "0 m", "0 m"]\nto = ["9.6 m", "0.4 m", "2.4 m"]\nconductivity = "1.7 W/(m K)"\n'
)
RELIEF = '[[return]]\nname = "relief"\non = "ceiling"\nfrom = ["4.4 m", "0.4 m"]\nto = ["5.2 m", "0.8 m"]\n'
LATE = 50.0  # s; by then every place of the hall climbs alike
DRY = 'water_flow = "0.0001 L/s"\n'  # fans go on, and mix the air of room and plenum


def outage(rack: str = 'delta_t = "12 K"\n', more: str = "") -> str:
    """The shipped hall on coarse cells; the coils of both units lose their water at 5 s."""
    text = SHIPPED.replace('cell = "0.2 m"', 'cell = "0.4 m"').replace('"crah.west"', '"crah.*"')
    text = text.replace('at = "30 s"', 'at = "5 s"').replace('end = "5 min"', 'end = "80 s"')
    assert text.count("crah.*") == 1 and '"80 s"' in text
    text = text.replace('speed = "0 %"\n', DRY)
    return f"{text}\n{more}".replace('delta_t = "12 K"\n', rack, 1)


@dataclass
class Keeper(Watcher):
    """Keeps the temperature of each record."""

    warmth: dict[float, np.ndarray] = field(default_factory=dict)

    def record(self, number: int, moment: float, fields: dict[str, np.ndarray]) -> None:
        """A record."""
        self.warmth[moment] = fields["T"].astype(np.float64)


HALLS = {"air alone": (outage(), 0.0), "racks, a slab, a relief": (outage(rack=FAN, more=SLAB + RELIEF), MASS)}


@pytest.mark.parametrize("hall", list(HALLS))
def test_a_hall_without_cooling_climbs_by_its_heat_over_its_capacities(hall: str, one_thread: Backend) -> None:
    """Mean slope of the inlets = (sum Q - what a relief lets out - what lags)/(rho c_p V + what is in racks), within 2 %.

    What lags behind the well-mixed air, the slab, is counted by its own rise.
    """
    text, held = HALLS[hall]
    case, keeper = case_from_text(text), Keeper()
    outcome = march(case, one_thread, keeper)
    done = outcome.march
    assert done is not None and done.worst_interval < 1e-3
    placement, time = place_case(case), done.series.column("time")
    grid, late, capacity = placement.grid, time > LATE, case.air.density * case.air.heat_capacity
    volumes = grid.volumes()
    moments = sorted(keeper.warmth)
    rise = (keeper.warmth[moments[-1]] - keeper.warmth[LATE]) / (moments[-1] - LATE)
    lagging = np.zeros(grid.shape) if placement.solids is None else placement.solids.capacity * volumes
    heat = float(np.average(done.series.column("entered")[late], weights=done.series.column("step")[late]))
    fans = 1e3 * sum(row["fan_power_kW"] or 0.0 for row in device_rows(case, outcome.measure.movers) if row["kind"] == "crah")
    expected = (heat - float((lagging * rise).sum())) / (capacity * float(volumes[placement.fluid].sum()) + held)
    inlets = np.array([done.series.column(f"inlet.{rack.name}")[late] for rack in case.racks])
    slopes = np.polyfit(time[late], inlets.T, 1)[0]
    if "relief" in hall:
        assert 0.0 < POWER + fans - heat < 0.02 * POWER  # warm air leaves through it, colder air comes in
    else:
        assert heat == pytest.approx(POWER + fans, rel=1e-3)
    assert slopes.mean() == pytest.approx(expected, rel=0.02)
