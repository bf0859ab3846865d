"""How fast every kernel runs here, beside a STREAM triad on as many bytes in the same minute: `hallflow bench`.

Two sizes each: arrays that together fit a quarter of the last-level cache, and arrays four times as large as that cache. The
triad is y = y + a x in the same backend: three words a cell, none of them fetched for nothing, so that its rate is that of the
memory whatever a cache does with lines that are only written. A kernel's rate counts the lines that it must move (`moved`); its
share is that rate over the triad's, the better of one just before and one just after. Times are the best of many: other
processes can only lengthen them. Hot is a kernel that takes at least 1 % of an iteration of some shipped hall of about 400 000
cells (shares.csv, measured by `python -m benchmarks.hot`): these are what the target is for.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kernels.backend import Backend
from kernels.errors import KernelError
from kernels.geometry import loop_extent
from kernels.processors import last_level_cache
from kernels.samples import Hall, arguments
from kernels.signature import Kernel, read_kernels
from kernels.traffic import traffic

IN_CACHE, OUT_OF_CACHE = 0.25, 4.0  # bytes of a kernel's arrays, in last-level caches
CACHE = {"cuda": 128e6}  # bytes that the caches of any GPU stay below; processors say how much they have
BASE = (24, 20, 16)  # cells of the hall from which bytes by cell are learnt
FEW = 16  # a loop of so few entries there (racks, regions, one thread that adds) is as long on any hall
FIXED = {"solve_coarsest": (14, 14, 1)}  # a matrix over the cells of a plane: the solver has about a hundred
LEAST = {"cuda": 4e-3}  # s, of one sample; processors need less
BUDGET = 0.03  # s of samples a round
FIELD_LOOPS = ("FV_CELLS", "FV_LAYERS", "FV_PICK", "FV_COLOUR", "FV_HALF", "FV_EACH", "FV_SUM")  # over whole fields
SHARES = Path(__file__).with_name("shares.csv")
HOT = 0.01  # share of an iteration's time
GOOD, ROUNDS = 0.8, 3  # a share below this is measured again, so many times


@dataclass(frozen=True)
class Timing:
    """One kernel at one size. Cells are those its loop passes over, both colours counted, or entries of a list.

    ideal, moved   bytes a cell, see kernels.traffic    seconds   of one launch, best of many
    triad          B/s of y = y + a x on as many bytes  share     of the triad's rate that the kernel's moved bytes reach
    """

    kernel: str
    file: str
    loop: str
    precision: str
    place: str
    cells: int
    ideal: float
    moved: float
    seconds: float
    triad: float

    @property
    def rate(self) -> float:
        """Cells a second."""
        return self.cells / self.seconds

    @property
    def bandwidth(self) -> float:
        """Bytes a second, of those moved."""
        return self.moved * self.rate

    @property
    def share(self) -> float:
        """Bandwidth over that of the triad."""
        return self.bandwidth / self.triad

    def as_row(self) -> dict[str, Any]:
        """For JSON: SI units."""
        return asdict(self) | {"rate": self.rate, "bandwidth": self.bandwidth, "share": self.share}


class Repeated:
    """The random numbers of a Hall, a few of them over and over where millions are asked for: timing needs no more."""

    MOST = 65521  # a prime: rows of cells do not repeat in step

    def __init__(self, random: np.random.Generator):
        self._random = random

    def __getattr__(self, name: str) -> Any:
        return getattr(self._random, name)

    def uniform(self, low: float, high: float, shape: Any = None) -> Any:
        """As numpy.random.Generator.uniform."""
        return self._many(lambda size: self._random.uniform(low, high, size), shape)

    def random(self, shape: Any = None) -> Any:
        """As numpy.random.Generator.random."""
        return self._many(self._random.random, shape)

    def _many(self, draw: Callable[[Any], Any], shape: Any) -> Any:
        """One plane of a field for all of them, without memory of its own; a list of a few numbers repeated."""
        if isinstance(shape, tuple) and len(shape) == 3:
            return np.broadcast_to(draw(shape[1:]), shape)
        size = 1 if shape is None else int(np.prod(shape, dtype=np.int64))
        return draw(shape) if size <= self.MOST else np.resize(draw(self.MOST), shape)


class LargeHall(Hall):
    """A hall for timing: cheap numbers, lists in the order of memory as the solver has them."""

    def __init__(self, size: tuple[int, int, int], real: np.dtype):
        super().__init__(size, real)
        self.random = Repeated(self.random)
        self.cells = np.sort(self.cells)

    def field(self, low: float = 0.1, high: float = 1.0, shape: Any = None) -> np.ndarray:
        """A field, or a batch of them, whose planes are alike."""
        shape = self.shape if shape is None else shape
        return np.broadcast_to(self.random.uniform(low, high, shape[-2:]).astype(self.real), shape)


class Triad:
    """y = y + a x on arrays of so many bytes together."""

    def __init__(self, backend: Backend, size: float):
        n = max(2, round((size / 2 / backend.real.itemsize) ** (1 / 3)))
        shape = (n + 4,) * 3
        self._backend = backend
        self._launch = backend.bind(
            "axpy", n, n, n, backend.zeros(1, np.float64), 1.0, backend.zeros(shape), backend.zeros(shape)
        )
        self._bytes = 3 * backend.real.itemsize * n**3

    def measure(self) -> float:
        """B/s, best of some launches."""
        return self._bytes / best_time(self._backend, self._launch, BUDGET / 2)


def best_time(backend: Backend, launch: Callable[[], Any], budget: float) -> float:
    """Seconds of one launch: the best of samples that fill the budget (at least three), each as long as the clock needs."""
    launch()
    backend.synchronize()
    once = _sample(backend, launch, 1)
    repeats = max(1, min(2000, math.ceil(LEAST.get(backend.name, 3e-4) / max(once, 1e-7))))
    best, spent, samples = math.inf, 0.0, 0
    while spent < budget or samples < 3:
        sample = _sample(backend, launch, repeats)
        best, spent, samples = min(best, sample / repeats), spent + sample, samples + 1
    return best


def _sample(backend: Backend, launch: Callable[[], Any], repeats: int) -> float:
    begun = time.perf_counter()
    for _ in range(repeats):
        launch()
    backend.synchronize()
    return time.perf_counter() - begun


def grid(kernel: Kernel, real: np.dtype, size: float, cells: int | None = None) -> tuple[int, int, int]:
    """Cells along x, y, z of a hall on which a kernel's arrays hold `size` bytes together, or of one of about `cells` cells."""
    if kernel.name in FIXED:
        return FIXED[kernel.name]
    listed = kernel.macro == "FV_LIST" and "nx" not in {parameter.name for parameter in kernel.parameters}
    base = (*BASE[:2], 1) if listed else BASE
    many = math.prod(base)
    sample = arguments(kernel, Hall(base, real))
    if listed and loop_extent(kernel, sample)[0] <= FEW:
        return base
    if cells is None:
        pointers = [(p, a) for p, a in zip(kernel.parameters, sample, strict=True) if p.pointer]
        halo = math.prod(n + 4 for n in base) / many
        weight = sum(a.size * p.dtype(real).itemsize / (halo if a.ndim == 3 and not listed else 1.0) for p, a in pointers)
        cells = max(64, round(size / weight * many))
    if listed:  # entries lie on one plane
        nx = max(4, round(math.sqrt(cells) / 4) * 4)
        return nx, max(1, round(cells / nx)), 1
    nx = max(4, round(cells ** (1 / 3) / 4) * 4)
    ny = max(1, round(math.sqrt(cells / nx)))
    return nx, ny, max(1, round(cells / nx / ny))


def choose(only: Sequence[str] = ()) -> list[Kernel]:
    """The kernels of these names or files, all by default, in the order of files. Raises KernelError for an unknown word."""
    kernels = sorted(read_kernels().values(), key=lambda kernel: (kernel.file, kernel.name))
    known = {kernel.name for kernel in kernels} | {kernel.file for kernel in kernels}
    for word in only:
        if word not in known:
            raise KernelError(f"no kernel or kernel file {word}; there are {', '.join(sorted(known))}")
    return [kernel for kernel in kernels if not only or {kernel.name, kernel.file} & set(only)]


def measure(backend: Backend, only: Sequence[str] = (), cells: int | None = None) -> Iterator[Timing]:
    """Time kernels (names or files; all by default) in and out of cache, or on one grid of about `cells` cells.

    Raises KernelError for an unknown name.
    """
    cache = CACHE.get(backend.name) or last_level_cache()
    places = {"in cache": IN_CACHE * cache, "out of cache": OUT_OF_CACHE * cache}
    if cells is not None:
        places = {f"{cells} cells": 0.0}
    for place, size in places.items():
        triad = Triad(backend, size) if size else None
        for kernel in choose(only):
            yield time_kernel(backend, kernel, place, grid(kernel, backend.real, size, cells), triad)


def time_kernel(backend: Backend, kernel: Kernel, place: str, n: tuple[int, int, int], triad: Triad | None = None) -> Timing:
    """One kernel on a hall of n cells, between two triads; without one given, on as many bytes as its arrays hold."""
    sample = arguments(kernel, LargeHall(n, backend.real))
    values = [
        backend.upload(value, parameter.dtype(backend.real)) if parameter.pointer else value
        for parameter, value in zip(kernel.parameters, sample, strict=True)
    ]
    del sample
    launch, moves = backend.bind(kernel.name, *values), traffic(kernel, values)
    triad = triad or Triad(backend, float(sum(value.nbytes for value in values if hasattr(value, "nbytes"))))
    rate, seconds = triad.measure(), math.inf
    bytes_moved = moves.ideal if backend.name == "cuda" else moves.moved
    for _ in range(ROUNDS if kernel.macro in FIELD_LOOPS else 1):
        seconds = min(seconds, best_time(backend, launch, BUDGET))
        rate = max(rate, triad.measure())
        if bytes_moved / seconds >= GOOD * rate or seconds > BUDGET:
            break
    items = max(moves.items, 1)
    return Timing(
        kernel.name, kernel.file, kernel.macro, backend.precision, place, moves.items, moves.ideal / items, bytes_moved / items,
        seconds, rate,
    )  # fmt: skip


HEAD = (
    f"{'file':<12} {'kernel':<22} {'cells':>9} {'ideal':>7} {'moved':>7} {'us':>9} {'Mcells/s':>9} {'GB/s':>7} {'triad':>6} "
    f"{'share':>6} {'of time':>7}"
)


@functools.cache
def iteration_shares() -> dict[str, float]:
    """The largest share of an iteration's time that each kernel was found to take, 0..1; what is not there takes none."""
    rows = [line for line in SHARES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {name: float(share) for name, share in (row.split(",") for row in rows[1:])}


def line(timing: Timing) -> str:
    """One row of the table under HEAD: bytes a cell, microseconds a launch, share of the triad, share of an iteration's time."""
    t, part = timing, iteration_shares().get(timing.kernel, 0.0)
    return (
        f"{t.file:<12} {t.kernel:<22} {t.cells:>9} {t.ideal:>7.1f} {t.moved:>7.1f} {t.seconds * 1e6:>9.1f} {t.rate / 1e6:>9.0f} "
        f"{t.bandwidth / 1e9:>7.2f} {t.triad / 1e9:>6.1f} {t.share:>6.0%} {f'{part:.1%}' if part else '':>7}"
    )


def is_field(timing: Timing) -> bool:
    """Whether a kernel passes over whole fields."""
    return timing.loop in FIELD_LOOPS


def is_hot(timing: Timing) -> bool:
    """Whether it passes over whole fields and takes at least 1 % of an iteration of some shipped hall."""
    return is_field(timing) and iteration_shares().get(timing.kernel, 0.0) >= HOT


def summary(timings: Sequence[Timing]) -> str:
    """How many hot kernels, and how many over whole fields, reach the share that is asked for; the hot ones that do not."""
    lines = []
    for key in dict.fromkeys((t.precision, t.place) for t in timings):
        fields = [t for t in timings if (t.precision, t.place) == key and is_field(t)]
        hot = [t for t in fields if is_hot(t)]
        below = sorted((t for t in hot if t.share < GOOD), key=lambda t: t.share)
        names = ", ".join(f"{t.kernel} {t.share:.0%}" for t in below)
        lines.append(
            f"{key[0]}, {key[1]}: {len(hot) - len(below)} of {len(hot)} hot kernels reach {GOOD:.0%} of the triad, "
            f"{sum(t.share >= GOOD for t in fields)} of {len(fields)} over whole fields"
            + (f"; hot and below: {names}" if below else "")
        )
    return "\n".join(lines)
