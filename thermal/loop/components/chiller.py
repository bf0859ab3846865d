"""Chillers by EnergyPlus's electric input ratio: capacity and power from chilled-water and condenser temperatures and load."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib.resources import files

from thermal.units import ZERO_CELSIUS

LEAST_LOAD = (
    0.25  # -, part load below which a chiller cycles; usual unloading limit of screw and centrifugal machines, 15 to 25 %
)


@dataclass(frozen=True)
class Biquadratic:
    """a + b x + c x^2 + d y + e y^2 + f x y, x and y in degC (as published), held at the ends of its range."""

    coefficients: tuple[float, float, float, float, float, float]
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def at(self, x: float, y: float) -> float:
        """Value at K; beyond the range that of the nearest point in it."""
        u = min(max(x - ZERO_CELSIUS, self.x_range[0]), self.x_range[1])
        v = min(max(y - ZERO_CELSIUS, self.y_range[0]), self.y_range[1])
        a, b, c, d, e, f = self.coefficients
        return a + b * u + c * u * u + d * v + e * v * v + f * u * v


@dataclass(frozen=True)
class ChillerPoint:
    """Where a chiller works: W from the water, W electric, W into the condenser's air or water, part load; is_in_range tells
    whether both temperatures lie within the data."""

    heat: float
    power: float
    rejected: float
    part_load: float
    is_in_range: bool

    @property
    def cop(self) -> float:
        """Heat over electric power; zero at rest."""
        return self.heat / self.power if self.power > 0.0 else 0.0


@dataclass(frozen=True)
class Chiller:
    """An electric chiller.

    P = Q_ref/COP_ref CAPFT EIRFT EIRFPLR(load) cycling, capacity Q_ref CAPFT;  below the least part load it cycles at it

    heat, cop            W and -, at the reference point;   is_air_cooled   condenser by outdoor air or by water
    capacity, ratio      CAPFT and EIRFT against chilled water leaving and condenser medium entering
    part_load            a, b, c of EIRFPLR = a + b load + c load^2
    motor_share          part of the electric power that ends in the refrigerant (hermetic machines: 1)
    Source               EnergyPlus Engineering Reference, Electric Chiller Model Based on Condenser Entering Temperature;
                         Hydeman et al. 2002, ASHRAE Trans. 108(1):1118.
    """

    name: str
    heat: float
    cop: float
    is_air_cooled: bool
    capacity: Biquadratic
    ratio: Biquadratic
    part_load: tuple[float, float, float]
    least_load: float = LEAST_LOAD
    motor_share: float = 1.0

    def available(self, water_outlet: float, condenser_inlet: float) -> float:
        """W that it can take from the water at these temperatures (K)."""
        return self.heat * max(0.0, self.capacity.at(water_outlet, condenser_inlet))

    def operate(self, wanted: float, water_outlet: float, condenser_inlet: float) -> ChillerPoint:
        """Heat and power at a wanted heat (W, >= 0), chilled water outlet and condenser inlet temperature (K)."""
        x, y = water_outlet - ZERO_CELSIUS, condenser_inlet - ZERO_CELSIUS
        (x0, x1), (y0, y1) = self.capacity.x_range, self.capacity.y_range
        inside = x0 <= x <= x1 and y0 <= y <= y1
        available = self.available(water_outlet, condenser_inlet)
        if wanted <= 0.0 or available <= 0.0:
            return ChillerPoint(0.0, 0.0, 0.0, 0.0, inside)
        load = min(wanted / available, 1.0)
        running = max(load, self.least_load)
        a, b, c = self.part_load
        full = available / self.cop * max(0.0, self.ratio.at(water_outlet, condenser_inlet))
        power = full * (a + b * running + c * running * running) * min(1.0, load / self.least_load)
        heat = load * available
        return ChillerPoint(heat, power, heat + self.motor_share * power, load, inside)


@functools.cache
def published_chillers() -> dict[str, Chiller]:
    """Chillers by name from EnergyPlus's data sets: three cooled by air, three by water, 367 to 1758 kW."""
    text = files("thermal.loop.components").joinpath("chillers.csv").read_text(encoding="utf-8")
    found = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        x_range = (float(row["water_min"]), float(row["water_max"]))
        y_range = (float(row["condenser_min"]), float(row["condenser_max"]))
        capacity, ratio = (
            Biquadratic(_six([float(row[name + letter]) for letter in "abcdef"]), x_range, y_range) for name in ("cap", "eir")
        )
        part_load = (float(row["plra"]), float(row["plrb"]), float(row["plrc"]))
        found[row["name"]] = Chiller(
            row["name"], float(row["heat_W"]), float(row["cop"]), row["condenser"] == "air", capacity, ratio, part_load
        )
    return found


def _six(values: list[float]) -> tuple[float, float, float, float, float, float]:
    a, b, c, d, e, f = values
    return a, b, c, d, e, f
