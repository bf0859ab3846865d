"""Plate exchangers: the rating comes out again, films scale as published, nothing crosses."""

from __future__ import annotations

import numpy as np
import pytest

from thermal.fluids.liquids import read_liquid
from thermal.loop.components.films import PLATE_EXPONENT, PLATE_LOSS_EXPONENT, Films, RatedLoss, film_factor
from thermal.loop.components.plate import rate_by_approach

PG, WATER = read_liquid("PG25"), read_liquid("water")


def exchanger():
    return rate_by_approach(1.0e6, 4.0, 313.15, (PG, 25.0, 60e3), (WATER, 22.0, 50e3))


def test_the_rated_point_comes_out() -> None:
    one = exchanger()
    assert one.rated_heat == pytest.approx(1.0e6, rel=1e-12)
    assert one.heat(25.0, 22.0, one.hot.inlet, one.cold.inlet) == pytest.approx(1.0e6, rel=1e-9)
    assert one.hot.outlet - one.cold.inlet == pytest.approx(4.0)
    hot, cold = one.losses()
    assert hot.at(25.0 / PG.density(one.hot.mean)) == pytest.approx(60e3)
    assert cold.at(22.0 / WATER.density(one.cold.mean)) == pytest.approx(50e3)


def test_the_logarithmic_mean_says_the_same() -> None:
    one = exchanger()
    first, second = one.hot.inlet - one.cold.outlet, one.hot.outlet - one.cold.inlet
    assert one.films.rated == pytest.approx(1.0e6 * np.log(first / second) / (first - second), rel=1e-9)


@pytest.mark.parametrize("share", [0.3, 0.6, 1.2])
def test_less_flow_needs_less_approach(share: float) -> None:
    """Equal flow ratios on both sides: UA ~ flow^0.757, so the effectiveness rises as flow falls."""
    one = exchanger()
    assert one.conductance(25.0 * share, 22.0 * share) == pytest.approx(one.films.rated * share**0.757, rel=1e-12)
    heat = one.heat(25.0 * share, 22.0 * share, one.hot.inlet, one.cold.inlet)
    assert (heat > share * one.rated_heat) == (share < 1.0)


def test_temperatures_never_cross_and_heat_turns_with_the_difference() -> None:
    one = exchanger()
    for hot, cold in ((1e-9, 22.0), (25.0, 1e-9), (200.0, 0.1), (0.0, 22.0), (25.0, 0.0), (-25.0, 22.0)):
        heat = one.heat(hot, cold, 330.0, 310.0)
        least = min(abs(hot) * 4000.0, abs(cold) * 4200.0)
        assert 0.0 <= heat <= 20.0 * least + 1e-12
    assert one.heat(25.0, 22.0, 300.0, 310.0) < 0.0
    assert one.heat(25.0, 22.0, 310.0, 310.0) == 0.0


def test_colder_glycol_transfers_less() -> None:
    """A film of PG25 at 20 degC against 45 degC: Nu ~ Re^0.757 Pr^(1/3) with CoolProp's properties of 25 % by mass at both.

    k 0.46785/0.49025, mu 2.4452e-3/1.1993e-3, cp 3920.47/3980.56 (CoolProp 8 INCOMP::MPG[0.25]).
    """
    ratio_k, ratio_mu, ratio_cp = 0.46785 / 0.49025, 2.4452e-3 / 1.1993e-3, 3920.47 / 3980.56
    wanted = ratio_k * ratio_mu**-0.757 * (ratio_mu * ratio_cp / ratio_k) ** (1.0 / 3.0)
    assert film_factor(read_liquid("PG 25 % by mass"), 293.15, 318.15) == pytest.approx(wanted, rel=2e-3)


def test_films_and_losses() -> None:
    films = Films(100.0, 0.5, 0.8, 0.25)
    assert films.at(1.0, 1.0) == pytest.approx(100.0)
    assert films.at(4.0, 1.0) == pytest.approx(100.0 / (0.25 / 2.0 + 0.75))
    assert films.at(0.0, 1.0) == 0.0 == films.at(1.0, 0.0)
    loss = RatedLoss(0.01, 1000.0, 1.85)
    flows = np.array([-0.02, 0.0, 0.01, 0.02])
    assert loss.at(flows) == pytest.approx([-1000.0 * 2**1.85, 0.0, 1000.0, 1000.0 * 2**1.85])
    assert loss.coefficient * 0.02**1.85 == pytest.approx(1000.0 * 2**1.85)


def test_contradicting_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="larger approach"):
        rate_by_approach(1.0e6, 4.0, 313.15, (PG, 25.0, 60e3), (WATER, 5.0, 50e3))


def test_exponents_are_those_of_ht_and_fluids() -> None:
    """Muley & Manglik's correlations as two other programs have them, at a chevron angle of 45 degrees."""
    ht, fluids = pytest.importorskip("ht"), pytest.importorskip("fluids")
    nusselt = [ht.Nu_plate_Muley_Manglik(re, 5.0, 45.0, 1.2) for re in (2000.0, 4000.0)]
    assert np.log2(nusselt[1] / nusselt[0]) == pytest.approx(PLATE_EXPONENT, abs=5e-4)
    friction = [fluids.friction.friction_plate_Muley_Manglik(re, 45.0, 1.2) for re in (2000.0, 4000.0)]
    assert 2.0 + np.log2(friction[1] / friction[0]) == pytest.approx(PLATE_LOSS_EXPONENT, abs=5e-3)
