"""The laws of all links side by side, as the kernels read them, and the knots of their curves."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from thermal.loop.links import Points, Terms, tail
from thermal.loop.network import Link

Floats = NDArray[np.float64]

PARTS = 11  # of a law, see the legend of kernels/src/hydraulics.cu
FRICTION, REYNOLDS, ROUGHNESS, QUADRATIC, POWER, EXPONENT, SMALL, GAIN, SCALE, STRETCH, LIMIT = range(PARTS)
ONE_WAY, SHUT = 1, 2
FREE = 1e300  # m3/s: of a link that regulates nothing
LINEAR = 1e-4  # Pa: falls are linear below it, as in the kernel
GUESS = 1e4  # Pa over a link: the flow with which a search begins


class Laws:
    """Of every link: `parts` (11, links) at the density and viscosity last set, `form`, `curve` (links,), knots of the curves."""

    def __init__(self, links: Iterable[Link], density: Floats, viscosity: Floats) -> None:
        """Density (kg/m3) and viscosity (Pa s) are those of each link."""
        every = list(links)
        count = len(every)
        self.density, self.viscosity = np.array(density, float), np.array(viscosity, float)
        self._own = np.zeros((4, count))  # friction, reynolds, inertial, quadratic, as the law states them
        self.parts = np.zeros((PARTS, count))
        self.form = np.zeros(count, np.int32)
        self.curve = np.full(count, -1, np.int32)
        self._curves: list[Points] = []
        self._numbers: dict[Points, int] = {}
        self.version = 0  # grows with each change
        for number, link in enumerate(every):
            self._write(number, link)
        self._scale(slice(None))

    def change(self, number: int, link: Link) -> None:
        """The law of one link is another one, or has another setting."""
        self.version += 1
        self._write(number, link)
        self._scale(slice(number, number + 1))

    def set_viscosity(self, viscosity: Floats) -> None:
        """Pa s, (links,)."""
        self.version += 1
        self.viscosity[:] = viscosity
        self.parts[REYNOLDS] = self._own[1] * self.density / self.viscosity
        self.parts[FRICTION] = self._per_reynolds(self._own[0], self._own[1], slice(None))

    def _per_reynolds(self, friction: Floats, reynolds: Floats, which: slice) -> Floats:
        """Of a f(Re) Re q: friction rho/(Re/q), which knows no density; 0 without friction."""
        return np.where(reynolds > 0.0, friction * self.viscosity[which] / np.where(reynolds > 0.0, reynolds, 1.0), 0.0)

    @property
    def others(self) -> NDArray[np.bool_]:
        """(links,) which are more than a pipe or a plain quadratic."""
        special = (self.parts[POWER] > 0.0) | (self.parts[LIMIT] < FREE) | (self.form > 0) | (self.curve >= 0)
        return np.asarray(special)

    def _write(self, number: int, link: Link) -> None:
        terms = link.law.terms()
        part = self.parts[:, number]
        self._own[:, number] = terms.friction, terms.reynolds, terms.inertial, terms.quadratic
        part[ROUGHNESS] = terms.roughness
        part[POWER], part[EXPONENT] = terms.power, terms.exponent
        part[SMALL] = (LINEAR / terms.power) ** (2.0 / terms.exponent) if terms.power > 0 else 0.0
        part[GAIN], part[SCALE], part[STRETCH] = terms.gain, terms.scale, terms.stretch
        part[LIMIT] = min(terms.limit, FREE)
        self.form[number] = ONE_WAY * terms.one_way + SHUT * (terms.shut or not link.open)
        self.curve[number] = self._number(terms)

    def _number(self, terms: Terms) -> int:
        if not terms.curve:
            return -1
        if terms.curve not in self._numbers:
            self._numbers[terms.curve] = len(self._curves)
            self._curves.append(terms.curve)
        return self._numbers[terms.curve]

    def _scale(self, which: slice) -> None:
        friction, reynolds, inertial, quadratic = self._own[:, which]
        self.parts[FRICTION, which] = self._per_reynolds(friction, reynolds, which)
        self.parts[REYNOLDS, which] = reynolds * self.density[which] / self.viscosity[which]
        self.parts[QUADRATIC, which] = inertial * self.density[which] + quadratic

    @property
    def first(self) -> NDArray[np.int32]:
        """(curves + 1,) first knot of each curve."""
        return np.concatenate([[0], np.cumsum([len(one) for one in self._curves])]).astype(np.int32)

    @property
    def knots(self) -> Floats:
        """(4 knots,) flow, fall, slope, tail of all curves; one knot of zeros where there is no curve."""
        if not self._curves:
            return np.zeros(4)
        return np.concatenate([knots_of(one) for one in self._curves], axis=1).ravel()

    def guess(self) -> Floats:
        """(links,) m3/s that 10 kPa would send through each link: where a search begins that knows nothing."""
        part = self.parts
        with np.errstate(divide="ignore"):
            rough = 0.02 * part[FRICTION] * part[REYNOLDS] + part[QUADRATIC]
            flow = np.where(rough > 0, np.sqrt(GUESS / rough), np.inf)
            power = np.where(part[POWER] > 0, (GUESS / part[POWER]) ** (1.0 / part[EXPONENT]), np.inf)
        knots, first = self.knots.reshape(4, -1), self.first
        for number in np.flatnonzero(self.curve >= 0):
            flow[number] = 0.5 * knots[0, first[self.curve[number] + 1] - 1] * part[STRETCH, number]
        flow = np.minimum(np.minimum(flow, power), 0.5 * part[LIMIT])
        return np.where((self.form & SHUT) > 0, 0.0, np.where(np.isfinite(flow), flow, 0.0))


def knots_of(points: Points) -> Floats:
    """(4, points): flow, fall, slope and quadratic coefficient beyond the ends, of a monotone cubic through the points.

    Slopes by Fritsch and Butland, A method for constructing local monotone piecewise cubic interpolants, SIAM J. Sci. Stat.
    Comput. 5 (1984): a weighted harmonic mean of the pieces on both sides; at an end that of its only piece.
    """
    q, h = np.array(points, float).T
    width, rise = np.diff(q), np.diff(h)
    secant = rise / width
    slope = np.empty(len(q))
    slope[0], slope[-1] = secant[0], secant[-1]
    if len(q) > 2:
        a = (width[:-1] + 2.0 * width[1:]) / (3.0 * (width[:-1] + width[1:]))
        slope[1:-1] = secant[:-1] * secant[1:] / (a * secant[1:] + (1.0 - a) * secant[:-1])
    beyond = np.zeros(len(q))
    beyond[0] = beyond[-1] = tail(points[-2], points[-1])
    return np.stack([q, h, slope, beyond])
