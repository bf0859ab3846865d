"""Friction of round pipes against exact solutions of Colebrook's equation, and what lies between laminar and turbulent."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.twins.hydraulics import friction, turbulent

# roughness over diameter -> f at REYNOLDS: exact solutions of Colebrook (1939) by fluids 1.3.1 (C. Bell), friction.Colebrook
COLEBROOK = {
    0.0: (0.03990701, 0.03088295, 0.02348295, 0.01798977, 0.01164504, 0.00810267),
    1e-5: (0.03991717, 0.03089842, 0.02351024, 0.01804380, 0.01186954, 0.00899571),
    1e-4: (0.04000843, 0.03103721, 0.02375323, 0.01851387, 0.01344144, 0.01216608),
    1e-3: (0.04091039, 0.03238181, 0.02596973, 0.02217454, 0.01994347, 0.01966705),
    1e-2: (0.04908227, 0.04312658, 0.03982231, 0.03850354, 0.03796474, 0.03790983),
    0.05: (0.07698683, 0.07380128, 0.07231353, 0.07178093, 0.07157375, 0.07155298),
}
REYNOLDS = (4e3, 1e4, 3e4, 1e5, 1e6, 1e7)


def implicit(re: float, e: float, f: float) -> float:
    """What Colebrook's equation leaves: 1/sqrt f + 2 log10(e/3.7 + 2.51/(Re sqrt f))."""
    return float(1.0 / np.sqrt(f) + 2.0 * np.log10(e / 3.7 + 2.51 / (re * np.sqrt(f))))


def test_colebrook_of_the_literature() -> None:
    for e, values in COLEBROOK.items():
        for re, f in zip(REYNOLDS, values, strict=True):
            assert abs(float(turbulent(0, re, e)[0]) - f) < 6e-9  # the table has eight decimals


def test_colebrook_solves_its_equation_everywhere() -> None:
    for re in np.geomspace(4e3, 1e8, 30):
        for e in (0.0, 1e-6, 1e-4, 1e-3, 0.01, 0.05):
            assert abs(implicit(re, e, float(turbulent(0, re, e)[0]))) < 2e-13


def test_swamee_jain_as_published() -> None:
    """Swamee & Jain (1976): f = 0.25/log10(e/3.7 + 5.74/Re^0.9)^2, close to Colebrook for 5e3 < Re < 1e8, 1e-6 < e < 0.01."""
    for re in np.geomspace(5e3, 1e8, 20):
        for e in (1e-6, 1e-4, 0.01):
            f = float(turbulent(1, re, e)[0])
            assert f == pytest.approx(0.25 / np.log10(e / 3.7 + 5.74 / re**0.9) ** 2, rel=1e-13)
            assert f == pytest.approx(float(turbulent(0, re, e)[0]), rel=0.03)


@pytest.mark.parametrize("law", [0, 1])
def test_laminar_to_turbulent_without_a_step(law: int) -> None:
    """f Re is 64 (Hagen-Poiseuille), rises without a step in value or slope, and its stated slope is its slope."""
    e = 1e-3
    re = np.linspace(500.0, 8000.0, 15001)
    value, slope = friction(law, re, e)
    assert np.all(value[re <= 2000.0] == 64.0)
    assert np.all(np.diff(value) >= 0.0) and np.abs(np.diff(value)).max() < 0.06
    numeric = np.gradient(value, re)
    np.testing.assert_allclose(slope[1:-1], numeric[1:-1], atol=2e-5 + 1e-4 * slope.max())
    fall = value * re  # what the fall of pressure goes with: strictly rising, so that an answer is one
    assert np.all(np.diff(fall) > 0.0)
