"""Makes the property tables of thermal/fluids/data from CoolProp: `python -m benchmarks.liquid_tables`.

CoolProp is needed here and nowhere else. Each fraction of each liquid gets a line of temperatures evenly spaced between its
freezing point and the highest one, so that no entry of the table lies in the ice.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[1] / "thermal" / "fluids" / "data"
ZERO = 273.15
PRESSURE = 3e5  # Pa; of the water table. The other liquids know no pressure
POINTS = 33  # temperatures a fraction
CHECKS = 40  # points off the table, for the tests

# file -> CoolProp's name, mass fractions, lowest (None: the freezing point) and highest temperature in degC, where it is from
LIQUIDS = {
    "water": ("Water", (0.0,), 0.01, 120.0, "IAPWS-95 and IAPWS viscosity and conductivity, at 3 bar"),
    "propylene-glycol": (
        "INCOMP::MPG", tuple(np.round(np.arange(0.0, 0.601, 0.05), 2)), None, 100.0,
        "1,2-propylene glycol and water by mass: Melinder 2010, Properties of Secondary Working Fluids for Indirect Systems, IIR",
    ),
    "ethylene-glycol": (
        "INCOMP::MEG", tuple(np.round(np.arange(0.0, 0.601, 0.05), 2)), None, 100.0,
        "ethylene glycol and water by mass: Melinder 2010, Properties of Secondary Working Fluids for Indirect Systems, IIR",
    ),
    "hfe-7100": ("INCOMP::HFE2", (0.0,), -80.0, 64.0, "methoxy-nonafluorobutane: 3M 2007, Novec 7100 product information"),
}  # fmt: skip
COLUMNS = "mass_fraction,temperature_degC,density_kg_m3,heat_capacity_J_kgK,conductivity_W_mK,viscosity_Pa_s"


def properties(name: str, fraction: float, celsius: float) -> list[float]:
    """Density, heat capacity, conductivity and viscosity of a liquid by CoolProp, SI."""
    from CoolProp.CoolProp import PropsSI

    fluid = f"{name}[{fraction:.6f}]" if name in ("INCOMP::MPG", "INCOMP::MEG") else name
    return [PropsSI(key, "T", celsius + ZERO, "P", PRESSURE, fluid) for key in ("D", "C", "L", "V")]


def freezing_point(name: str, fraction: float) -> float:
    """Freezing point of a solution in degC by CoolProp."""
    from CoolProp.CoolProp import PropsSI

    return PropsSI("T_freeze", "T", 300.0, "P", PRESSURE, f"{name}[{fraction:.6f}]") - ZERO


def table(liquid: str) -> str:
    """The text of a liquid's table."""
    import CoolProp

    name, fractions, low, high, source = LIQUIDS[liquid]
    rows = [f"# CoolProp {CoolProp.__version__}, {name}: {source}", "# made by benchmarks/liquid_tables.py", COLUMNS]
    for fraction in fractions:
        first = low if low is not None else freezing_point(name, fraction)
        for place in np.linspace(0.0, 1.0, POINTS):
            celsius = first + place * (high - first)
            inside = min(celsius, high - 1e-9) if place == 1.0 else celsius + (1e-6 if place == 0.0 else 0.0)
            numbers = ",".join(f"{value:.9g}" for value in properties(name, fraction, inside))
            rows.append(f"{fraction:g},{celsius:.9g},{numbers}")
    return "\n".join(rows) + "\n"


def checks() -> str:
    """The text of points between those of the tables, with CoolProp's answers: what the tests compare with."""
    import CoolProp

    rows = [f"# CoolProp {CoolProp.__version__}; points drawn at random between those of the tables", f"liquid,{COLUMNS}"]
    draw = np.random.default_rng(20)
    for liquid, (name, fractions, low, high, _) in LIQUIDS.items():
        for _ in range(CHECKS):
            fraction = round(float(draw.uniform(0.05, 0.6)), 4) if len(fractions) > 1 else 0.0
            first = (low if low is not None else freezing_point(name, fraction)) + 0.05
            celsius = round(float(draw.uniform(first, high)), 4)
            numbers = ",".join(f"{value:.9g}" for value in properties(name, fraction, celsius))
            rows.append(f"{liquid},{fraction:g},{celsius:g},{numbers}")
    return "\n".join(rows) + "\n"


def main() -> int:
    """Write the tables and the points of the tests."""
    FOLDER.mkdir(exist_ok=True)
    for liquid in LIQUIDS:
        (FOLDER / f"{liquid}.csv").write_text(table(liquid), encoding="utf-8")
    tests = FOLDER.parents[2] / "tests" / "fluids"
    (tests / "coolprop_points.csv").write_text(checks(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
