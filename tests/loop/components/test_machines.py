"""Chillers and CDUs against their published points."""

from __future__ import annotations

import numpy as np
import pytest

from thermal.fluids.liquids import read_liquid
from thermal.loop.components.cdu import PUBLISHED, XDU1350, HeadCurve, rate_cdu
from thermal.loop.components.chiller import published_chillers
from thermal.units import ZERO_CELSIUS

PG, WATER = read_liquid("PG20"), read_liquid("water")

# Reference points of EnergyPlus's data sets: name, W, COP, chilled water out and condenser medium in, degC.
REFERENCES = (
    ("Trane CGAM110 367.2kW/3.02COP", 367158.0, 3.02, 6.67, 35.0),
    ("Carrier 30RB360 1248.4kW/2.8COP", 1248400.0, 2.8, 6.67, 35.0),
    ("York YT 1368kW/7.35COP/VSD", 1367900.0, 7.35, 5.56, 23.89),
    ("York YS 1758kW/5.84COP/Valve", 1758300.0, 5.84, 6.67, 29.44),
)


@pytest.mark.parametrize(("name", "heat", "cop", "water", "condenser"), REFERENCES)
def test_a_chiller_gives_its_reference_point(name: str, heat: float, cop: float, water: float, condenser: float) -> None:
    point = published_chillers()[name].operate(1e9, water + ZERO_CELSIUS, condenser + ZERO_CELSIUS)
    assert point.heat == pytest.approx(heat, rel=0.05) and point.cop == pytest.approx(cop, rel=0.05)  # the spread of the fits
    assert point.part_load == 1.0 and point.is_in_range
    assert point.rejected == pytest.approx(point.heat + point.power)


def test_a_chiller_by_hand() -> None:
    """Trane CGAM110 at 8 degC water, 25 degC air, 200 kW: the polynomials of the data set worked out."""
    x, y = 8.0, 25.0
    capacity = (
        1.0453832866 + 0.0395266227 * x + 0.0001870382 * x * x - 0.0029325727 * y - 0.0001067647 * y * y - 0.0003495943 * x * y
    )
    ratio = 0.5614215399 - 0.011027504 * x + 0.000408891 * x * x + 0.0037044057 * y + 0.0004019239 * y * y - 0.0005055233 * x * y
    load = 200e3 / (367158.0 * capacity)
    power = 367158.0 / 3.02 * capacity * ratio * (0.0267 + 0.7053 * load + 0.2761 * load * load)
    point = published_chillers()["Trane CGAM110 367.2kW/3.02COP"].operate(200e3, x + ZERO_CELSIUS, y + ZERO_CELSIUS)
    assert point.power == pytest.approx(power, rel=1e-12) and point.heat == pytest.approx(200e3) and point.cop > 3.02


def test_a_chiller_cycles_below_its_least_load_and_says_when_it_is_out_of_its_data() -> None:
    one = published_chillers()["York YT 1368kW/7.35COP/VSD"]
    least, half = (one.operate(share * one.available(280.0, 295.0), 280.0, 295.0) for share in (0.25, 0.125))
    assert half.power == pytest.approx(0.5 * least.power) and half.cop == pytest.approx(least.cop)
    assert one.operate(0.0, 280.0, 295.0).power == 0.0
    assert not one.operate(1e5, 300.0, 295.0).is_in_range


def test_the_xdu1350_at_its_rating() -> None:
    """1368 kW at 4 K approach with 20.6 kg/s on both sides, 500 kPa left for the racks, 84 kPa on the facility's side."""
    unit = rate_cdu(XDU1350, PG, WATER, 305.15)
    hot, cold = unit.exchanger.hot, unit.exchanger.cold
    heat = unit.exchanger.heat(20.6, 20.6, hot.inlet, cold.inlet)
    assert heat == pytest.approx(1368e3, rel=1e-9)
    assert hot.inlet - heat / hot.capacity_rate - cold.inlet == pytest.approx(4.0, abs=1e-6)
    volume = 20.6 / float(PG.density(305.15))
    assert unit.curve.head(volume) == pytest.approx(500e3)
    assert unit.facility_loss.at(20.6 / WATER.density(cold.mean)) == pytest.approx(84e3)
    for share, ratio in zip((0.0, 0.25, 0.5, 0.75), (3.846, 3.676, 3.231, 2.538), strict=True):
        assert unit.curve.head(share * volume) == pytest.approx(ratio * 500e3)
    assert set(PUBLISHED) == {"XDU1350"}


def test_a_head_curve_is_monotone_smooth_and_follows_affinity() -> None:
    curve = rate_cdu(XDU1350, PG, WATER, 305.15).curve
    flows = np.linspace(-0.005, 0.03, 2001)
    heads = curve.head(flows)
    assert (np.diff(heads) <= 0.0).all()
    assert np.abs(np.diff(heads, 2)).max() < 0.02 * np.abs(np.diff(heads)).max()
    assert curve.head(0.01, 0.5) == pytest.approx(0.25 * curve.head(0.02))


def test_a_head_curve_through_a_parabola_stays_near_it() -> None:
    flows = np.linspace(0.0, 0.02, 9)
    curve = HeadCurve(tuple(flows), tuple(4e5 * (1.0 - 0.5 * (flows / 0.02) ** 2)))
    between = np.linspace(0.0, 0.02, 101)
    assert curve.head(between) == pytest.approx(4e5 * (1.0 - 0.5 * (between / 0.02) ** 2), rel=2e-3)


@pytest.mark.parametrize(
    ("flows", "heads"), [((0.0,), (1.0,)), ((0.1, 0.2), (2.0, 1.0)), ((0.0, 1.0), (1.0, 2.0)), ((0.0, 1.0), (1.0,))]
)
def test_head_curves_that_rise_are_refused(flows, heads) -> None:
    with pytest.raises(ValueError):
        HeadCurve(flows, heads)
