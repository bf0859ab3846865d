"""Air properties against published tables, and their way through a case file."""

from __future__ import annotations

import pytest

from tests.case.texts import edited
from thermal.case.build import case_from_text
from thermal.fluids import air


@pytest.mark.parametrize(("altitude", "pressure"), [(0.0, 101325.0), (1000.0, 89874.6), (2000.0, 79495.2), (5000.0, 54019.9)])
def test_pressure_of_the_standard_atmosphere(altitude: float, pressure: float) -> None:
    """ICAO Doc 7488/3, table 1."""
    assert air.site_pressure(altitude) == pytest.approx(pressure, rel=1e-5)


def test_density_of_the_standard_atmosphere() -> None:
    """ICAO Doc 7488/3: 1.225 kg/m3 at sea level, 15 degC."""
    assert air.density(288.15, 101325.0) == pytest.approx(1.225, rel=1e-5)


def test_viscosity() -> None:
    """U.S. Standard Atmosphere 1976: 1.7894e-5 Pa s at 288.15 K."""
    assert air.dynamic_viscosity(288.15) == pytest.approx(1.7894e-5, rel=1e-4)


def test_altitude_thins_the_air_of_a_case() -> None:
    low = case_from_text(edited(('altitude = "80 m"', 'altitude = "0 m"')))
    high = case_from_text(edited(('altitude = "80 m"', 'altitude = "2 km"')))
    assert high.air.density / low.air.density == pytest.approx(79495.2 / 101325.0, rel=1e-5)
    assert high.racks[0].flow / low.racks[0].flow == pytest.approx(low.air.density / high.air.density, rel=1e-12)
    assert low.air.expansion == pytest.approx(1 / 293.15)


def test_overrides() -> None:
    text = edited(("[room]", '[air]\ndensity = "1.19 kg/m3"\ngravity = "0 m/s2"\npressure = "1 bar"\n[room]'))
    case = case_from_text(text)
    assert (case.air.density, case.air.gravity, case.air.pressure) == (1.19, 0.0, 1e5)
    assert case.air.kinematic_viscosity == pytest.approx(air.dynamic_viscosity(293.15) / 1.19)
