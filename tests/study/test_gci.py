"""The grid convergence index against the published worked examples, sequences of known order, and values that do not converge."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thermal.study.gci import DOUBTED, TRUSTED, convergence, observed_order

RATIOS = [(1.5, 2.0), (2.0, 2.0), (1.5, 4.0 / 3.0), (2.0, 1.5)]

# Celik et al. 2008, J. Fluids Eng. 130:078001, table 1: cells of a plane grid, values, and what they make of them. Their printed
# figures agree with those of an independent program, github.com/oscar-monsalve/GCI: p 1.5340, 0.7519, 1.5077, extrapolated
# 6.1685 and 6.0269, index 2.1750 % and 0.4720 %.
PUBLISHED = [
    ((18000, 8000, 4500), (6.063, 5.972, 5.863), 1.5340, 6.1685, 2.175),
    ((18000, 4500, 980), (10.7880, 10.7250, 10.6050), 0.7519, 10.8801, 1.067),
    ((18000, 4500, 980), (6.0042, 5.9624, 6.0909), 1.5077, 6.0269, 0.472),
]


@pytest.mark.parametrize(("cells", "values", "order", "extrapolated", "index"), PUBLISHED)
def test_the_published_examples(cells, values, order, extrapolated, index) -> None:
    """Order, extrapolated value and index in per cent of the fine value."""
    sizes = [count**-0.5 for count in cells]
    ratios = sizes[1] / sizes[0], sizes[2] / sizes[1]
    found = observed_order((values[1] - values[0], values[2] - values[1]), ratios)
    assert found == pytest.approx(order, abs=5e-5)
    rest = (values[0] - values[1]) / (ratios[0] ** found - 1.0)
    assert values[0] + rest == pytest.approx(extrapolated, abs=5e-5)
    assert 100.0 * TRUSTED * abs(rest) / values[0] == pytest.approx(index, abs=5e-4)
    judged = convergence(values, sizes, 2.0)
    if values[0] > values[1] > values[2]:
        assert (judged.kind, judged.safety) == ("monotone", TRUSTED)
        assert judged.extrapolated == pytest.approx(extrapolated, abs=5e-5)
        assert 100.0 * judged.band / values[0] == pytest.approx(index, abs=5e-4)
    else:
        assert judged.kind == "oscillatory" and judged.extrapolated is None
        assert judged.band > 2.0 * TRUSTED * abs(rest)


@pytest.mark.parametrize("ratios", RATIOS)
@pytest.mark.parametrize("order", [-2.0, -0.5, 0.1, 0.5, 1.0, 1.37, 2.0, 4.0])
@pytest.mark.parametrize("amplitude", [1.0, -3e-3])
def test_a_known_order_is_found(ratios, order, amplitude) -> None:
    """value = 20 + a h^p on grids of any ratio."""
    sizes = np.cumprod([0.1, *ratios])
    values = 20.0 + amplitude * sizes**order
    assert observed_order((values[1] - values[0], values[2] - values[1]), ratios) == pytest.approx(order, abs=1e-6)


@pytest.mark.parametrize("ratios", RATIOS)
@pytest.mark.parametrize(
    ("order", "kind"), [(0.3, "slow"), (0.6, "monotone"), (1.0, "monotone"), (2.0, "monotone"), (3.0, "fast")]
)
def test_kinds_of_monotone_sequences(ratios, order, kind) -> None:
    """The band holds the true value, and the extrapolated value is the true one where the order is believed. A slow sequence may
    be any distance from its end; it gets the order 0.5 and no extrapolated value."""
    sizes = np.cumprod([0.1, *ratios])
    values = 22.0 - 5.0 * sizes**order
    judged = convergence(values, sizes, 2.0)
    assert judged.kind == kind
    if kind == "slow":
        range_of_values = np.ptp(values)
        assert judged.extrapolated is None
        assert judged.band == pytest.approx(DOUBTED * min(abs(values[1] - values[0]) / (ratios[0] ** 0.5 - 1.0), range_of_values))
    else:
        assert abs(values[0] - 22.0) < judged.band
    assert judged.safety == (TRUSTED if kind == "monotone" else DOUBTED)
    if kind == "monotone":
        assert judged.extrapolated == pytest.approx(22.0, abs=1e-6)
        assert judged.band == pytest.approx(TRUSTED * abs(values[0] - 22.0))
        assert judged.asymptotic == (order == 2.0)
    else:
        assert not judged.asymptotic


def test_first_order_schemes_believe_first_order_only() -> None:
    """A second-order sequence of an upwind scheme is chance."""
    sizes = (1.0, 2.0, 4.0)
    values = [20.0 + 0.01 * size**2 for size in sizes]
    assert convergence(values, sizes, 2.0).kind == "monotone"
    judged = convergence(values, sizes, 1.0)
    assert (judged.kind, judged.order_used, judged.safety) == ("fast", 1.0, DOUBTED)
    assert judged.order == pytest.approx(2.0)
    assert judged.grid == pytest.approx(DOUBTED * 0.03)


def test_values_that_swing_are_named_so() -> None:
    """Half the range at least, three times the range at most."""
    judged = convergence((21.0, 21.05, 22.0), (1.0, 2.0, 4.0), 2.0)
    assert judged.kind == "fast"
    judged = convergence((21.05, 21.0, 22.0), (1.0, 2.0, 4.0), 2.0)
    assert judged.kind == "oscillatory" and judged.order is not None and judged.extrapolated is None
    assert judged.band == pytest.approx(0.5)  # half of 22 - 21
    judged = convergence((21.9, 21.0, 22.0), (1.0, 2.0, 4.0), 2.0)
    assert judged.kind == "oscillatory"
    assert judged.band == pytest.approx(DOUBTED * 1.0)


@pytest.mark.parametrize("values", [(21.0, 21.5, 21.6), (21.0, 20.5, 20.6), (21.0, 20.5, 20.5)])
def test_values_that_move_apart_are_named_so(values) -> None:
    """Monotone or not, or of two equal ones: three times the range."""
    judged = convergence(values, (1.0, 1.5, 3.0), 2.0)
    assert (judged.kind, judged.order, judged.extrapolated, judged.order_used) == ("divergent", None, None, None)
    assert judged.band == pytest.approx(DOUBTED * (max(values) - min(values)))


def test_iterations_that_ended_early_hide_the_grid() -> None:
    """A difference below what the iterations leave open has no order; what they leave open on the fine grid adds as squares."""
    quiet = convergence((21.0, 21.02, 21.06), (1.0, 2.0, 4.0), 2.0)
    assert quiet.kind == "monotone" and quiet.band == quiet.grid
    noisy = convergence((21.0, 21.02, 21.06), (1.0, 2.0, 4.0), 2.0, (0.03, 0.04, 0.1))
    assert (noisy.kind, noisy.order) == ("settled", None)
    assert noisy.grid == pytest.approx(DOUBTED * math.hypot(0.03, 0.04))
    assert noisy.band == pytest.approx(math.hypot(noisy.grid, 0.03))
    assert convergence((21.0, 21.0, 21.0), (1.0, 2.0, 4.0), 2.0).band == 0.0


def test_the_band_never_leaps_where_a_kind_ends() -> None:
    """A little more or less of the finer difference: neighbours of any kind but the believed one lie close together."""
    coarse, bands = 1.0, []
    for finer in np.linspace(-1.5, 1.5, 3001):
        judged = convergence((20.0 - finer, 20.0, 20.0 + coarse), (1.0, 2.0, 4.0), 2.0)
        bands.append((judged.kind, judged.band))
    leaps = [(a, b) for a, b in zip(bands, bands[1:], strict=False) if "monotone" not in (a[0], b[0])]
    assert max(abs(a[1] - b[1]) for a, b in leaps) < 0.55  # half the range begins where the sign changes
    assert {kind for kind, _ in bands} == {"monotone", "fast", "slow", "oscillatory", "divergent", "settled"}


@pytest.mark.parametrize(
    ("values", "sizes"),
    [
        ((1.0, 2.0), (1.0, 2.0)),
        ((1.0, math.nan, 2.0), (1.0, 2.0, 4.0)),
        ((1.0, 2.0, 3.0), (1.0, 1.05, 2.0)),
        ((1.0, 2.0, 3.0), (4.0, 2.0, 1.0)),
    ],
)
def test_what_cannot_be_judged_is_refused(values, sizes) -> None:
    with pytest.raises(ValueError, match="three finite|do not rise"):
        convergence(values, sizes, 2.0)
