"""Liquids of cooling loops: water, glycol solutions by mass or volume fraction, a dielectric. Tables made once from CoolProp."""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermal.units import ZERO_CELSIUS

# kg/m3 of the pure liquids at 20 degC, at which volumes are measured before they are mixed:
# Rumble (ed.), CRC Handbook of Chemistry and Physics, 98th ed. 2017, section 3 (glycols) and 6 (water).
PURE_DENSITY = {"water": 998.21, "propylene-glycol": 1036.1, "ethylene-glycol": 1113.5}

_NAMES = {"pg": "propylene-glycol", "eg": "ethylene-glycol", "propylene-glycol": "propylene-glycol"}
_NAMES |= {"ethylene-glycol": "ethylene-glycol", "water": "water", "hfe-7100": "hfe-7100"}
_PATTERN = re.compile(
    r"(?P<name>[a-z]+(?:-[a-z]+)*(?:-7100)?)[ -]?(?P<share>\d+(?:\.\d+)?)? ?%?(?: (?:by )?(?P<basis>mass|volume))?"
)
ACCEPTED = (
    '"water", "PG25" (25 % propylene glycol by volume), "EG30", "PG 25 % by mass", "ethylene-glycol 30 % by volume", "HFE-7100"'
)
_QUANTITIES = ("density", "heat_capacity", "conductivity", "viscosity")


@dataclass(frozen=True)
class Liquid:
    """One liquid of one strength, its properties as cubic interpolations in a table along temperature.

    Below the lowest and above the highest temperature the values at that end stand; `covers` tells.
    Every property takes K, a number or an array, and returns SI of the same shape, within 0.1 % of CoolProp 8.
    """

    name: str  # as written in a case: "PG25"
    kind: str  # "water" | "propylene-glycol" | "ethylene-glycol" | "hfe-7100"
    mass_fraction: float  # of the glycol; 0 for pure liquids
    lowest: float  # K; the freezing point, or the lowest temperature of the data
    highest: float  # K
    table: NDArray[np.float64] = field(repr=False, compare=False)  # (4, points): _QUANTITIES, the last as its logarithm

    @property
    def freezing_point(self) -> float:
        """K; of a dielectric the lowest temperature of its data."""
        return self.lowest

    def covers(self, temperature: ArrayLike) -> bool:
        """Whether all temperatures (K) lie within the data."""
        values = np.asarray(temperature, float)
        return bool(((values >= self.lowest) & (values <= self.highest)).all())

    def density(self, temperature: ArrayLike) -> NDArray[np.float64]:
        """kg/m3 at K.

        Example   >>> round(float(read_liquid("PG 25 % by mass").density(313.15)), 2)
                  1009.91
        """
        return self._at(0, temperature)

    def heat_capacity(self, temperature: ArrayLike) -> NDArray[np.float64]:
        """J/(kg K) at K, at constant pressure."""
        return self._at(1, temperature)

    def conductivity(self, temperature: ArrayLike) -> NDArray[np.float64]:
        """W/(m K) at K."""
        return self._at(2, temperature)

    def viscosity(self, temperature: ArrayLike) -> NDArray[np.float64]:
        """Dynamic viscosity, Pa s at K; interpolated as its logarithm."""
        return np.exp(self._at(3, temperature))

    def prandtl(self, temperature: ArrayLike) -> NDArray[np.float64]:
        """Prandtl number mu cp/k at K."""
        return self.viscosity(temperature) * self.heat_capacity(temperature) / self.conductivity(temperature)

    def _at(self, row: int, temperature: ArrayLike) -> NDArray[np.float64]:
        last = self.table.shape[1] - 1
        place = (np.asarray(temperature, float) - self.lowest) * (last / (self.highest - self.lowest))
        return _cubic(self.table[row], np.clip(place, 0.0, float(last)))


def read_liquid(text: str) -> Liquid:
    """The liquid that a case names.

    text      such as "water", "PG25", "EG30", "PG 25 % by mass", "propylene-glycol 25 % by volume", "HFE-7100". A glycol's share
              without "by mass" is one by volume, as in the names PG25 and EG30 of the trade and in ASHRAE's tables.
    Raises    ValueError whose text says what is accepted.
    Valid     glycols 5 to 60 % by mass (Melinder's data end there), water 0 to 120 degC, HFE-7100 -80 to 64 degC.
    Example   >>> round(read_liquid("PG25").mass_fraction, 4)
              0.257
    """
    match = _PATTERN.fullmatch(text.strip().lower().replace(" glycol", "-glycol"))
    kind = _NAMES.get(match["name"]) if match else None
    if match is None or kind is None:
        raise ValueError(f"is no liquid that is known here; accepted: {ACCEPTED}")
    share, basis = match["share"], match["basis"] or "volume"
    if kind in ("water", "hfe-7100"):
        if share is not None:
            raise ValueError(f"{kind} has no share; accepted: {ACCEPTED}")
        return _liquid(text.strip(), kind, 0.0)
    if share is None:
        raise ValueError(f"how much glycol? accepted: {ACCEPTED}")
    fraction = float(share) / 100.0
    mass_fraction = fraction if basis == "mass" else mass_fraction_of(kind, fraction)
    if not 0.05 <= mass_fraction <= 0.6:
        raise ValueError(f"{100.0 * mass_fraction:.1f} % by mass; the data reach from 5 to 60 % by mass")
    return _liquid(text.strip(), kind, mass_fraction)


def mass_fraction_of(glycol: str, volume_fraction: float) -> float:
    """Mass fraction of a solution mixed from a volume fraction of glycol, w = v rho_g/(v rho_g + (1 - v) rho_w) at 20 degC.

    glycol            "propylene-glycol" or "ethylene-glycol";   volume_fraction  of the volumes before mixing, 0 ... 1
    Source            definition; densities CRC Handbook 2017. The volume lost on mixing (about 1 %) does not enter.
    Example           >>> round(mass_fraction_of("ethylene-glycol", 0.3), 4)
                      0.3234
    """
    part = volume_fraction * PURE_DENSITY[glycol]
    return part / (part + (1.0 - volume_fraction) * PURE_DENSITY["water"])


@functools.lru_cache(maxsize=64)
def _liquid(name: str, kind: str, mass_fraction: float) -> Liquid:
    fractions, temperatures, values = _read_table(kind)
    if len(fractions) == 1:
        ends, table = temperatures[0, [0, -1]], values[0]
    else:
        place = mass_fraction / (fractions[1] - fractions[0])
        ends = _cubic(temperatures[:, [0, -1]].T, np.asarray(place))
        table = _cubic(values.transpose(1, 2, 0), np.asarray(place))
    return Liquid(name, kind, mass_fraction, float(ends[0]), float(ends[1]), table)


@functools.cache
def _read_table(kind: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Fractions (n,), temperatures in K (n, m), values (n, 4, m) of a liquid's table."""
    text = files("thermal.fluids").joinpath("data").joinpath(f"{kind}.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))]
    numbers = np.array([[float(cell) for cell in row.values()] for row in rows])
    fractions = np.unique(numbers[:, 0])
    numbers = numbers.reshape(len(fractions), -1, 6)
    values = numbers[:, :, 2:].transpose(0, 2, 1).copy()
    values[:, 3] = np.log(values[:, 3])
    return fractions, numbers[:, :, 1] + ZERO_CELSIUS, values


def _cubic(table: NDArray[np.float64], place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cubic through the four entries of the last axis around each place (counted in entries), Lagrange's form."""
    first = np.clip(np.floor(place).astype(int) - 1, 0, table.shape[-1] - 4)
    t = place - first
    a, b, c, d = (table[..., first + step] for step in range(4))
    return (
        a * (-(t - 1.0) * (t - 2.0) * (t - 3.0) / 6.0)
        + b * (t * (t - 2.0) * (t - 3.0) / 2.0)
        + c * (-t * (t - 1.0) * (t - 3.0) / 2.0)
        + d * (t * (t - 1.0) * (t - 2.0) / 6.0)
    )
