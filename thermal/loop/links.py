"""What links do to the pressure: one frozen class a kind, as a data sheet states it. LAWS lists them all.

Every law gives the fall of pressure from `start` to `end` as a sum that the solver knows (`Terms`); one kernel holds them all:

    h(q) = f(Re) friction q|q| + quadratic q|q| + power q|q|^(exponent-1) + scale curve(q/stretch) - gain

Each is odd or increasing in q, and none is flat: an answer exists and is one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

Points = tuple[tuple[float, float], ...]

BAR, HOUR = 1e5, 3600.0
KV_DENSITY = 1000.0  # kg/m3 at which a Kv is stated: m3/h of water at a fall of 1 bar; VDI/VDE 2173 (2007)
KV_OF_CV = 0.865  # m3/h at 1 bar of 1 US gal/min at 1 psi; IEC 60534-1 (2005), 4.6


@dataclass(frozen=True)
class Terms:
    """The parts of h(q) at one setting of a link; SI. `inertial`, `friction` are per density, `reynolds` per density/viscosity.

    friction    L/(2 D A^2)             reynolds   D/A             roughness   -, of the bore, over its diameter
    inertial    K/(2 A^2)               quadratic  Pa/(m3/s)^2     power       Pa/(m3/s)^exponent
    gain        Pa added (pumps)        curve      points (q, h) of an increasing function, () for none
    scale, stretch   of the curve       limit      m3/s that a regulator does not let pass
    one_way     shut against flow from end to start                shut        against all flow
    """

    friction: float = 0.0
    reynolds: float = 0.0
    roughness: float = 0.0
    inertial: float = 0.0
    quadratic: float = 0.0
    power: float = 0.0
    exponent: float = 1.0
    gain: float = 0.0
    curve: Points = ()
    scale: float = 1.0
    stretch: float = 1.0
    limit: float = math.inf
    one_way: bool = False
    shut: bool = False


class Law(Protocol):
    """What a link's law offers."""

    kind: ClassVar[str]

    def terms(self) -> Terms:
        """The parts of h(q) at the present setting."""
        ...

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What cannot be, as (what is wrong, what is accepted)."""
        ...

    @property
    def bore(self) -> float:
        """m3 of fluid that its own dimensions give it."""
        ...


class _Plain:
    """A law without a volume of its own."""

    @property
    def bore(self) -> float:
        """m3 of fluid that its own dimensions give it."""
        return 0.0


def _area(diameter: float) -> float:
    return math.pi / 4.0 * diameter**2


def _of_kv(kv: float) -> float:
    """Fall of pressure per density and flow squared of a Kv in m3/h."""
    return BAR * (HOUR / kv) ** 2 / KV_DENSITY


def _positive(**values: float) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0):
            yield f"{name} is {value!r}", "a number above zero"


def _not_negative(**values: float) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if not (math.isfinite(value) and value >= 0):
            yield f"{name} is {value!r}", "a number, zero or above"


def _within(low: float, high: float, **values: float) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if not low <= value <= high:
            yield f"{name} is {value!r}", f"{low:g} ... {high:g}"


@dataclass(frozen=True)
class Pipe:
    """A round pipe: Darcy friction, and minor losses K of what sits in it.

    length, diameter, roughness   m;   loss   -, sum of loss coefficients
    Roughness 4.5e-5 m: commercial steel, Moody (1944), fig. 1.
    """

    kind: ClassVar[str] = "pipe"
    length: float = 1.0
    diameter: float = 0.1
    roughness: float = 4.5e-5
    loss: float = 0.0

    def terms(self) -> Terms:
        """The parts of h(q)."""
        area = _area(self.diameter)
        return Terms(
            friction=self.length / (2.0 * self.diameter * area**2),
            reynolds=self.diameter / area,
            roughness=self.roughness / self.diameter,
            inertial=self.loss / (2.0 * area**2),
        )

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What cannot be."""
        yield from _positive(length=self.length, diameter=self.diameter)
        yield from _not_negative(roughness=self.roughness, loss=self.loss)
        if self.diameter > 0 and self.roughness > 0.05 * self.diameter:
            yield (
                f"roughness {self.roughness!r} m of a diameter of {self.diameter!r} m",
                "at most 0.05 of the diameter (Moody's range)",
            )

    @property
    def bore(self) -> float:
        """m3."""
        return _area(self.diameter) * self.length


@dataclass(frozen=True)
class Fitting(_Plain):
    """A bend, tee or strainer: h = K rho/2 (q/A)^2. loss -, diameter m."""

    kind: ClassVar[str] = "fitting"
    loss: float = 1.0
    diameter: float = 0.1

    def terms(self) -> Terms:
        """The parts of h(q)."""
        return Terms(inertial=self.loss / (2.0 * _area(self.diameter) ** 2))

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What cannot be."""
        yield from _positive(loss=self.loss, diameter=self.diameter)


@dataclass(frozen=True)
class Coupler(_Plain):
    """A hose, quick coupler or heat exchanger side with a Kv: m3/h at 1 bar. `kv_of_cv` turns a Cv into it."""

    kind: ClassVar[str] = "coupler"
    kv: float = 1.0

    def terms(self) -> Terms:
        """The parts of h(q)."""
        return Terms(inertial=_of_kv(self.kv))

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What cannot be."""
        yield from _positive(kv=self.kv)


def kv_of_cv(cv: float) -> float:
    """Kv in m3/h at 1 bar of a Cv in US gal/min at 1 psi. Source: IEC 60534-1 (2005). Example: >>> kv_of_cv(10.0) is 8.65."""
    return KV_OF_CV * cv


CHARACTERISTICS = ("linear", "equal-percentage")


@dataclass(frozen=True)
class Valve(_Plain):
    """A balancing or control valve.

    kv              m3/h at 1 bar, fully open;   opening   0 (shut) ... 1
    characteristic  "linear": Kv/kv = 1/R + (1 - 1/R) opening; "equal-percentage": Kv/kv = R^(opening - 1)
    rangeability    R, 50 as most makers state;   stroke_time   s from shut to open, 0: at once
    Source          IEC 60534-2-4 (2009), 4.2 and 4.3.
    """

    kind: ClassVar[str] = "valve"
    kv: float = 1.0
    opening: float = 1.0
    characteristic: str = "equal-percentage"
    rangeability: float = 50.0
    stroke_time: float = 0.0

    def terms(self) -> Terms:
        """The parts of h(q) at the present opening."""
        if self.opening <= 0.0:
            return Terms(inertial=_of_kv(self.kv / self.rangeability), shut=True)
        if self.characteristic == "linear":
            share = 1.0 / self.rangeability + (1.0 - 1.0 / self.rangeability) * self.opening
        else:
            share = self.rangeability ** (self.opening - 1.0)
        return Terms(inertial=_of_kv(self.kv * share))

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What cannot be."""
        yield from _positive(kv=self.kv)
        yield from _within(0.0, 1.0, opening=self.opening)
        yield from _within(5.0, 1000.0, rangeability=self.rangeability)
        yield from _not_negative(stroke_time=self.stroke_time)
        if self.characteristic not in CHARACTERISTICS:
            yield f"characteristic {self.characteristic!r:.80}", ", ".join(CHARACTERISTICS)

    def moved(self, opening: float, seconds: float) -> Valve:
        """The valve after so many seconds on its way to an opening, no faster than its stroke time lets it."""
        wanted = min(1.0, max(0.0, opening))
        step = 1.0 if self.stroke_time <= 0 else seconds / self.stroke_time
        return replace(self, opening=min(max(wanted, self.opening - step), self.opening + step))


@dataclass(frozen=True)
class Regulator(_Plain):
    """A pressure-independent valve: an open valve of Kv up to the flow set, and no more than that whatever the pressure."""

    kind: ClassVar[str] = "regulator"
    flow: float = 1e-3
    kv: float = 1.0

    def terms(self) -> Terms:
        """The parts of h(q)."""
        return Terms(inertial=_of_kv(self.kv), limit=self.flow)

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What cannot be."""
        yield from _positive(flow=self.flow, kv=self.kv)


@dataclass(frozen=True)
class CheckValve(_Plain):
    """A valve that lets nothing back from end to start. kv m3/h at 1 bar, open."""

    kind: ClassVar[str] = "check-valve"
    kv: float = 1.0

    def terms(self) -> Terms:
        """The parts of h(q)."""
        return Terms(inertial=_of_kv(self.kv), one_way=True)

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What cannot be."""
        yield from _positive(kv=self.kv)


@dataclass(frozen=True)
class Filter(_Plain):
    """A filter: Kv when clean, and how much of its open area dirt has taken (0 ... 0.99): h grows by 1/(1 - fouling)^2."""

    kind: ClassVar[str] = "filter"
    kv: float = 1.0
    fouling: float = 0.0

    def terms(self) -> Terms:
        """The parts of h(q)."""
        return Terms(inertial=_of_kv(self.kv * (1.0 - self.fouling)))

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What cannot be."""
        yield from _positive(kv=self.kv)
        yield from _within(0.0, 0.99, fouling=self.fouling)


@dataclass(frozen=True)
class ColdPlate(_Plain):
    """Cold plates, a coil or anything measured: a fall of pressure at a flow and its exponent, or points of it.

    drop      Pa at `flow` m3/s;   exponent   1.85: between Blasius' 1.75 and a fitting's 2
    points    (m3/s, Pa) from small to large, in place of the three
    """

    kind: ClassVar[str] = "cold-plate"
    drop: float = 5e4
    flow: float = 1e-3
    exponent: float = 1.85
    points: Points = ()

    def terms(self) -> Terms:
        """The parts of h(q)."""
        if self.points:
            below = tuple((-q, -h) for q, h in reversed(self.points))
            return Terms(curve=(*below, (0.0, 0.0), *self.points))
        return Terms(power=self.drop / self.flow**self.exponent, exponent=self.exponent)

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What cannot be."""
        if self.points:
            yield from _increasing((0.0, 0.0), *self.points)
        else:
            yield from _positive(drop=self.drop, flow=self.flow)
            yield from _within(1.0, 2.0, exponent=self.exponent)


@dataclass(frozen=True)
class Pump(_Plain):
    """One pump, or some alike in parallel: pressure added = shutoff w^2 - fall (q/n)|q/n|, or points of it; n run.

    shutoff     Pa at no flow and full speed;   fall   Pa/(m3/s)^2
    points      (m3/s, Pa added) at full speed, from small to large flow, in place of the two; falling
    speed       w, over full speed, 0 ... 1.5; a pump that stands is a resistance
    running     how many run, of a group: N+1 pumps of which N run; those that stand are shut by their check valves
    one_way     with a check valve
    efficiency  -, hydraulic over electric power: a number, or points (m3/s, -) at full speed
    inertia     J of rotation at full speed (I omega^2/2), for the coast-down of one pump; 0: it stops at once
    """

    kind: ClassVar[str] = "pump"
    shutoff: float = 3e5
    fall: float = 0.0
    points: Points = ()
    speed: float = 1.0
    running: int = 1
    one_way: bool = False
    efficiency: float | Points = 0.6
    inertia: float = 0.0

    def terms(self) -> Terms:
        """The parts of h(q) at the present speed."""
        n, w = self.running, self.speed
        if n == 0:
            return Terms(quadratic=max(self.fall, 1.0), shut=True)
        if not self.points:
            return Terms(quadratic=self.fall / n**2, gain=self.shutoff * w**2, one_way=self.one_way)
        if w <= STANDING:
            return Terms(quadratic=tail(*self.points[-2:]) / n**2, one_way=self.one_way)
        curve = tuple((q, -gain) for q, gain in self.points)
        return Terms(curve=curve, scale=w**2, stretch=n * w, one_way=self.one_way)

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What cannot be."""
        if self.points:
            yield from _increasing(*((q, -gain) for q, gain in self.points))
        else:
            yield from _positive(shutoff=self.shutoff, fall=self.fall)
        yield from _within(0.0, 1.5, speed=self.speed)
        yield from _within(0, 1000, running=self.running)
        yield from _not_negative(inertia=self.inertia)
        if isinstance(self.efficiency, tuple):
            if len(self.efficiency) < 2 or any(not 0 < share <= 1 for _, share in self.efficiency):
                yield "efficiency", "two points or more, each 0 < efficiency <= 1"
        else:
            yield from _within(0.01, 1.0, efficiency=self.efficiency)

    def power(self, flow: float, gain: float) -> float:
        """W electric of all that run, at m3/s through the group and Pa added: hydraulic power over efficiency.

        The efficiency is that at the flow of one pump, brought to full speed by affinity (flow as speed), held at its end points.
        A pump that stands, or through which the fluid is driven, takes none.
        """
        hydraulic = flow * gain
        if self.running == 0 or self.speed <= STANDING or hydraulic <= 0.0:
            return 0.0
        if not isinstance(self.efficiency, tuple):
            return hydraulic / self.efficiency
        at = flow / (self.running * self.speed)
        points = sorted(self.efficiency)
        for (q0, e0), (q1, e1) in zip(points, points[1:], strict=False):
            if at <= q1:
                return hydraulic / (e0 + (e1 - e0) * min(max((at - q0) / (q1 - q0), 0.0), 1.0))
        return hydraulic / points[-1][1]


STANDING = 1e-3  # speed at which a pump with points counts as standing


def tail(before: tuple[float, float], last: tuple[float, float]) -> float:
    """Pa/(m3/s)^2 by which a curve goes on beyond its last point: as steep there as its last piece, and quadratic."""
    return abs(last[1] - before[1]) / abs(last[0] ** 2 - before[0] ** 2)


def _increasing(*points: tuple[float, float]) -> Iterator[tuple[str, str]]:
    if len(points) < 2:
        yield f"{len(points)} points", "two points or more"
    if any(not all(map(math.isfinite, point)) for point in points):
        yield "a point is no pair of finite numbers", "numbers"
    elif any(b[0] <= a[0] or b[1] <= a[1] for a, b in zip(points, points[1:], strict=False)):
        yield "points out of order", "flows from small to large; a pump's pressure falls, a plate's grows from point to point"


LAWS: dict[str, type] = {one.kind: one for one in (Pipe, Fitting, Coupler, Valve, Regulator, CheckValve, Filter, ColdPlate, Pump)}
