"""What a solver asks of its device: every launch, fill and copy with its bytes, its time and the part of the solver it is in.

Wraps the verbs of one backend object, so that everything bound from then on is watched. Watched launches run one by one and are
waited for: for the shares of a whole, not for the whole.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from kernels.traffic import Traffic, traffic
from thermal.flow.solver import Flow
from thermal.flow.sweeps import Sweeps

LISTS = "boundary lists"
OTHER = "other"


@dataclass
class Sum:
    """Launches of one kernel within one part: how many, bytes, seconds, cells or entries passed over."""

    launches: int = 0
    ideal: int = 0
    moved: int = 0
    seconds: float = 0.0
    items: int = 0


@dataclass(frozen=True)
class Step:
    """One launch: the part of the solver, the kernel, its bytes, cells of its grid along x, y, z, if it has one, seconds."""

    part: str
    kernel: str
    traffic: Traffic
    grid: tuple[int, int, int] | None
    seconds: float = field(default=0.0, compare=False)


class Watched:
    """A launch that is counted and timed while its recorder is on."""

    def __init__(
        self, recorder: Recorder, name: str, launch: Callable[[], Any], count: Callable[[], Traffic],
        grid: tuple[int, int, int] | None = None,
    ):  # fmt: skip
        self._recorder, self._name, self._launch, self._count, self.grid = recorder, name, launch, count, grid

    @cached_property
    def traffic(self) -> Traffic:
        """Bytes of one launch."""
        return self._count()

    def __call__(self) -> None:
        """Launch, and take the time if that is wanted."""
        self._recorder.take(self._name, self._launch, self)


class Recorder:
    """Counts what is asked of a backend while `on`.

    sums    by (part, kernel)      order   every launch in its order
    clock   seconds by part, host and waiting included, parts inside it not
    """

    def __init__(self, device: Any, dry: bool = False, now: Callable[[], float] = time.perf_counter) -> None:
        """dry: launches, fills and copies are counted and not done, so that arrays take no memory; downloads give zeros.
        now: seconds of the clock that launches are timed by."""
        self._now = now
        self.device, self.on, self.part, self.dry = device, False, OTHER, dry
        self.sums: dict[tuple[str, str], Sum] = defaultdict(Sum)
        self.order: list[Step] = []
        self._bind, self._fill, self._copy, self._store, self._download = (
            device.bind, device.fill, device.copy, device.store, device.download,
        )  # fmt: skip
        device.bind, device.fill, device.copy = self.bind, self.fill, self.copy
        device.program = lambda steps: lambda: [step() for step in steps]
        device.passes = lambda launches, count: lambda: [launch() for _ in range(count) for launch in launches]
        device.run = lambda kernel, *values: self.bind(kernel, *values)()
        self.waits = 0
        self.clock: dict[str, float] = defaultdict(float)
        self.sizes: list[tuple[int, int, int]] = []  # cells along x, y, z of the pressure equation's levels
        self._within: list[float] = []  # seconds of parts inside the ones that are open
        device.download = self.download
        if dry:
            device.zeros = device.empty = lambda shape, dtype=None: np.zeros(shape, dtype or device.real)
            device.store = lambda source, target: None

    def bind(self, kernel: str, *values: Any) -> Watched:
        """As the backend's, watched."""
        launch, signature = self._bind(kernel, *values), self.device.kernels[kernel]
        names = {parameter.name: value for parameter, value in zip(signature.parameters, values, strict=True)}
        grid = tuple(int(names[name]) for name in ("nx", "ny", "nz")) if "nx" in names and "nz" in names else None
        return Watched(self, kernel, launch, lambda: traffic(signature, values), grid)

    def fill(self, array: Any, value: float) -> None:
        """As the backend's, watched: each element is written."""
        moved = array.nbytes if self.device.name == "cuda" else 2 * array.nbytes
        count = Traffic(array.size, array.nbytes, moved)
        self.take("fill", lambda: self._fill(array, value), Watched(self, "fill", lambda: None, lambda: count))

    def copy(self, source: Any, target: Any) -> None:
        """As the backend's, watched: each element is read and written."""
        moved = (2 if self.device.name == "cuda" else 3) * source.nbytes
        count = Traffic(source.size, 2 * source.nbytes, moved)
        self.take("copy", lambda: self._copy(source, target), Watched(self, "copy", lambda: None, lambda: count))

    def download(self, array: Any) -> Any:
        """As the backend's, counted: the host waits."""
        self.waits += self.on
        return self._download(array)

    def take(self, name: str, launch: Callable[[], Any], watched: Watched) -> None:
        """Do a launch; while on, count and time it."""
        if not self.on:
            if not self.dry:
                launch()
            return
        count = watched.traffic  # made at the first launch, outside the time
        begun = self._now()
        if not self.dry:
            launch()
        self.device.synchronize()
        seconds = self._now() - begun
        kernel = self.device.kernels.get(name)
        listed = kernel is not None and kernel.file == "boundary"
        total = self.sums[LISTS if listed else self.part, name]
        total.launches += 1
        total.ideal += count.ideal
        total.moved += count.ideal if self.device.name == "cuda" else count.moved
        total.items += count.items
        total.seconds += seconds
        if listed:
            self._inner(LISTS, seconds)
        self.order.append(Step(LISTS if listed else self.part, name, count, watched.grid, seconds))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count what happens inside, from zero."""
        self.sums.clear()
        self.order.clear()
        self.clock.clear()
        self.waits = 0
        self.on = True
        try:
            yield
        finally:
            self.on = False

    def name_parts(self, flow: Flow) -> None:
        """Let the parts of a solver say which of them is at work. Calls within a part belong to the innermost that has a name."""
        solver = flow.pressure.solver
        for thing, method, part in (
            (flow.turbulence, "update", "turbulence"),
            (flow.momentum, "predict", "momentum"),
            (flow.pressure, "prepare", "pressure, correction"),
            (flow.pressure, "apply", "pressure, correction"),
            (solver, "renew", "pressure, set-up"),
            (solver, "invert_coarsest", "pressure, set-up"),
            (solver, "solve", "pressure, solve"),
            (flow.energy, "solve", "temperature"),
            (flow.boundary, "sample", "sampling"),
            *((sweeps, verb, "sampling") for sweeps in _sweeps(flow) for verb in ("look", "defect")),
            *((flow.pressure, verb, "sampling") for verb in ("look", "seen")),
        ):
            setattr(thing, method, self._named(getattr(thing, method), part))
        flow._halves = {}
        self.sizes = solver._multigrid.sizes

    def _named(self, method: Callable[..., Any], part: str) -> Callable[..., Any]:
        def within(*arguments: Any, **named: Any) -> Any:
            before, self.part, begun = self.part, part, time.perf_counter()
            self._within.append(0.0)
            try:
                return method(*arguments, **named)
            finally:
                self.part, elapsed = before, time.perf_counter() - begun
                self._inner(part, elapsed, self._within.pop())

        return within

    def _inner(self, part: str, elapsed: float, inside: float = 0.0) -> None:
        """Give seconds to a part, and tell the one around it that they are not its own."""
        if self.on:
            self.clock[part] += elapsed - inside
        if self._within:
            self._within[-1] += elapsed

    def by_part(self) -> dict[str, Sum]:
        """Sums over the kernels of each part, the longest first."""
        found: dict[str, Sum] = defaultdict(Sum)
        for (part, _), one in self.sums.items():
            add(found[part], one)
        return dict(sorted(found.items(), key=lambda item: -item[1].seconds))

    def by_kernel(self) -> dict[str, Sum]:
        """Sums over the parts of each kernel, most bytes first."""
        found: dict[str, Sum] = defaultdict(Sum)
        for (_, kernel), one in self.sums.items():
            add(found[kernel], one)
        return dict(sorted(found.items(), key=lambda item: -item[1].moved))

    def total(self) -> Sum:
        """Everything."""
        whole = Sum()
        for one in self.sums.values():
            add(whole, one)
        return whole


def _sweeps(flow: Flow) -> list[Sweeps]:
    """All relaxations of a solver."""
    holders = (*flow.momentum.sweeps, *vars(flow.energy).values(), *vars(flow.turbulence).values())
    return [thing for thing in holders if isinstance(thing, Sweeps)]


def add(total: Sum, one: Sum) -> None:
    """total += one"""
    for name in vars(total):
        setattr(total, name, getattr(total, name) + getattr(one, name))
