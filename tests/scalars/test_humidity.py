"""Humidity against closed forms: mixing of streams, a humidifier's rise, and what ASHRAE's classes say of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kernels import open_backend
from tests.builders import AIR, supply, tiny_hall
from tests.scalars.flows import given, mixer
from thermal.case.model import Box, Case, Humidifier, Tracers
from thermal.errors import CaseErrors
from thermal.fluids import moist_air
from thermal.output.ashrae import CLASSES
from thermal.output.scalars import humidity_range, inlet_humidity
from thermal.run import simulate
from thermal.scalars.humidity import HUMIDITY, humidity_column
from thermal.scalars.transport import Transport

CLOSED = 1e-6


def humid(case: Case, *ratios: float, humidifiers: tuple[Humidifier, ...] = ()) -> Case:
    """The case with a humidity ratio for each opening in turn, the last one for all others."""
    ratios = (*ratios, *[ratios[-1]] * (len(case.openings) - len(ratios)))
    openings = tuple(replace(o, humidity_ratio=ratio) for o, ratio in zip(case.openings, ratios, strict=True))
    return replace(case, openings=openings, humidifiers=humidifiers)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_streams_mix(precision: str) -> None:
    """0.3 m3/s with 4 g/kg and 0.1 m3/s with 12 g/kg leave together with 6 g/kg."""
    flow = given(humid(mixer(0.3, 0.1), 0.004, 0.012, 0.0), open_backend("host", precision, threads=1), 0.01)
    solution = Transport(flow, [humidity_column(flow)]).solve()
    assert solution.outflow_mean[HUMIDITY][2] == pytest.approx(0.006, rel=CLOSED)
    assert solution.balance[HUMIDITY] < CLOSED


@pytest.mark.parametrize("where", ["box", "supply"])
def test_a_humidifier_adds_what_it_gives(where: str) -> None:
    """W_out = W_in + m/(rho Q) whether the vapour comes in a box of the room or in the air of a supply."""
    moisture = 1e-3
    box = Box((0.43, 0.4, 0.4), (1.27, 1.4, 1.1)) if where == "box" else None
    one = Humidifier("steam", moisture, box, None if box else "first")
    flow = given(humid(mixer(0.3, 0.1), 0.005, humidifiers=(one,)), open_backend("host", "single", threads=1), 0.01)
    solution = Transport(flow, [humidity_column(flow)]).solve()
    assert solution.outflow_mean[HUMIDITY][2] == pytest.approx(0.005 + moisture / (AIR.density * 0.4), rel=CLOSED)
    assert solution.balance[HUMIDITY] < CLOSED


def test_a_humidifier_inside_a_rack_is_refused() -> None:
    box = Box((0.7, 2.0, 0.5), (1.1, 2.8, 1.5))
    with pytest.raises(CaseErrors, match="holds no air"):
        simulate(humid(tiny_hall(), 0.005, humidifiers=(Humidifier("steam", 1e-3, box),)), backend="host", threads=1)


def test_a_hall_with_one_humidity_has_it_everywhere() -> None:
    """A whole run: vapour is handed on by racks, relative humidity falls where the air is warm, the dew point does not."""
    result = simulate(humid(tiny_hall(), 0.007), backend="host", threads=1)
    assert result.summary["humidity"]["is_closed"]
    fluid = result.placement.fluid
    assert result.fields["humidity_ratio"][fluid] == pytest.approx(np.full(fluid.sum(), 0.007), rel=1e-5)
    dew = moist_air.dew_point(0.007, AIR.pressure)
    assert result.fields["dew_point"][fluid] == pytest.approx(np.full(fluid.sum(), dew), abs=1e-3)
    for row in result.racks:
        assert row["inlet_dew_point_degC"] == pytest.approx(dew - 273.15, abs=1e-3)
        assert row["inlet_rh_min_percent"] < row["inlet_rh_percent"] < row["inlet_rh_max_percent"]
        coldest = 100.0 * moist_air.relative_humidity(0.007, row["inlet_min_degC"] + 273.15, AIR.pressure)
        assert row["inlet_rh_max_percent"] == pytest.approx(coldest, rel=1e-4)
        assert row["humidity_range"] == "recommended"


def test_humidity_does_without_tracers_and_racks() -> None:
    summary = simulate(humid(tiny_hall(), 0.006), backend="host", threads=1).summary
    assert "humidity" in summary and "tracers" not in summary
    assert "recirculated_percent" not in summary["racks"][0]
    followed = simulate(replace(tiny_hall(), tracers=Tracers(solve=True)), backend="host", threads=1).summary
    assert "humidity" not in followed and "recirculated_percent" in followed["racks"][0]
    plain = simulate(tiny_hall(), backend="host", threads=1).summary
    assert "humidity" not in plain and "tracers" not in plain


@pytest.mark.parametrize(
    ("celsius", "relative", "air_class", "expected"),
    [
        (22.0, 0.45, "A1", "recommended"),  # dew point 9.5 degC
        (22.0, 0.72, "A1", "allowable"),  # dew point 16.7 degC: above 15, below 17
        (24.0, 0.72, "A1", "outside"),  # dew point 18.6 degC
        (24.0, 0.72, "A2", "allowable"),  # up to 21 degC
        (18.0, 0.75, "A1", "allowable"),  # dew point 13.5 degC, above 70 %
        (20.0, 0.83, "A2", "outside"),  # above 80 %
        (20.0, 0.83, "A3", "allowable"),  # up to 85 %
        (24.0, 0.10, "A4", "recommended"),  # dew point -8.4 degC: 8 % binds the allowable range alone
        (24.0, 0.09, "A4", "allowable"),  # dew point -9.6 degC: below -9, above -12
        (24.0, 0.07, "A4", "outside"),  # below 8 %
        (18.0, 0.09, "A4", "outside"),  # 9 %, but dew point -13.7 degC
    ],
)
def test_ranges_of_ashrae(celsius: float, relative: float, air_class: str, expected: str) -> None:
    """ASHRAE TC 9.9 2021: both ends are the tighter of dew point and relative humidity. Dew points by psychrolib 2.5.0."""
    kelvin = np.full(3, celsius + 273.15)
    ratio = moist_air.humidity_ratio_of_relative(relative, kelvin, 101325.0)
    row = inlet_humidity(kelvin, ratio, np.ones(3), 101325.0)
    assert row["inlet_rh_percent"] == pytest.approx(100.0 * relative)
    assert humidity_range(row, CLASSES[air_class]) == expected


def test_a_supply_without_humidity_has_none() -> None:
    assert supply("s", (0, 0, 0), (1, 1, 0), 2, 1, 1.0).humidity_ratio is None
