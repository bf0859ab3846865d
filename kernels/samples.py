"""Valid random arguments for every kernel: a new kernel is tested and timed on every backend without code of its own.

A recipe is a function of the Hall below. It is looked up by (kernel, parameter), then (file, parameter), then by parameter in
EVERYWHERE, then by type: a `real*` of a kernel over cells is a field, a `real` a positive number. What none of these covers
fails with the name of the parameter that needs an entry here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kernels import samples_air_paths, samples_flow, samples_loops, samples_movers, samples_tracers
from kernels.metrics import with_reciprocals
from kernels.signature import Kernel, Parameter, partial_count

SIZES = ((5, 4, 3), (9, 1, 6), (1, 7, 2), (1, 1, 1), (33, 5, 3))  # odd sizes and axes of one cell


class MissingRecipe(Exception):
    """No recipe for a parameter; the message names it."""


class Hall:
    """One grid with everything a recipe may need, reproducible from its seed."""

    def __init__(self, size: tuple[int, int, int], real: np.dtype, seed: int = 1):
        self.size = size
        self.real = np.dtype(real)
        self.random: Any = np.random.default_rng(seed)
        self.shape = (size[2] + 4, size[1] + 4, size[0] + 4)
        # Lists hold faces of one side of one plane, as boundary lists do: no face has another one's inner neighbour.
        self.count: int = max(1, size[0] * size[1] // 2)
        j, i = np.unravel_index(self.random.permutation(size[0] * size[1])[: self.count], (size[1], size[0]))
        self.cells = np.ascontiguousarray(((size[2] // 2 + 2) * self.shape[1] + j + 2) * self.shape[2] + i + 2)
        # pairs of planes for the coarse level of a multigrid: first plane of each pair, one size an axis
        self.firsts = [_first_planes(n, self.random) for n in size]
        self.coarse = tuple(len(first) - 3 for first in self.firsts)

    def field(self, low: float = 0.1, high: float = 1.0, shape: Any = None) -> np.ndarray:
        """A field over cells and halos."""
        return self.random.uniform(low, high, self.shape if shape is None else shape).astype(self.real)

    def listed(self, low: float = 0.1, high: float = 1.0) -> np.ndarray:
        """One value for each entry of a list."""
        return self.random.uniform(low, high, self.count).astype(self.real)

    def metrics(self) -> np.ndarray:
        """Random cell widths, and the centre distances that belong to them."""
        widths = [self.random.uniform(0.5, 1.5, n + 4) for n in self.size]
        centres = [np.append(width[0], 0.5 * (width[1:] + width[:-1])) for width in widths]
        return with_reciprocals(np.concatenate(widths + centres), self.real)

    def stride(self) -> int:
        """Distance to the next cell along a random axis, or 0."""
        return int(self.random.choice([0, 1, self.shape[2], self.shape[1] * self.shape[2]]))

    def coarse_field(self, low: float = 0.1, high: float = 1.0) -> np.ndarray:
        """A field of the coarse level."""
        return self.field(low, high, tuple(n + 4 for n in self.coarse[::-1]))

    def packed_field(self) -> np.ndarray:
        """A field on fine rows with one entry a coarse cell along x."""
        return self.field(0.1, 1.0, (*self.shape[:2], self.coarse[0] + 4))

    def lines(self) -> np.ndarray:
        """A field of fine cells along x, coarse ones along y and z."""
        return self.field(0.1, 1.0, (*(n + 4 for n in self.coarse[:0:-1]), self.size[0] + 4))

    def starts(self) -> np.ndarray:
        """First child of each coarse plane, [x | y | z]."""
        return np.concatenate(self.firsts).astype(np.int32)

    def parents(self) -> np.ndarray:
        """Parent of each fine plane and the side of its coarse neighbour, [px | sx | py | sy | pz | sz]."""
        parts = []
        for n, first in zip(self.size, self.firsts, strict=True):
            planes = np.arange(-2, n + 2)
            parent = np.clip(np.searchsorted(first, planes, side="right") - 2, -1, len(first) - 3)
            begin, end = first[np.clip(parent + 1, 0, None)], first[np.clip(parent + 2, 0, len(first) - 1)]
            side = np.where(end - begin < 2, 0, np.where(planes == begin, -1, 1))
            side[(planes < 0) | (planes >= n)] = 0
            parts += [parent, side]
        return np.concatenate(parts).astype(np.int32)


def _first_planes(n: int, random: np.random.Generator) -> np.ndarray:
    """Cut 0..n-1 into runs of one or two; one entry before the first and two after the last, as the kernels read them."""
    first = [0]
    while first[-1] < n:
        first.append(min(n, first[-1] + int(random.integers(1, 3))))
    return np.array([-1, *first, n + 1])


Recipe = Callable[[Hall], Any]


def bounds(axis: int, end: int) -> Recipe:
    """A bound of a box that reaches into the halo on the low side and stays inside on the high one."""
    return lambda hall: -1 if end == 0 else hall.size[axis]


def _coarse_cells(axis: int) -> Recipe:
    return lambda hall: hall.coarse[axis]


def signed(hall: Hall) -> np.ndarray:
    """A field of both signs: velocities, corrections."""
    return hall.field(-1.0, 1.0)


def runs(hall: Hall) -> np.ndarray:
    """Rows as [i | j | k | length]: each row of the hall in one piece."""
    nx, ny, nz = hall.size
    k, j = (part.ravel() for part in np.indices((nz, ny)))
    return np.concatenate([0 * j, j, k, 0 * j + nx]).astype(np.int32)


def halves(hall: Hall) -> np.ndarray:
    """First and last positions of two groups of rows."""
    rows = hall.size[1] * hall.size[2]
    return np.array([0, rows // 2, rows], np.int32)


EVERYWHERE: dict[str, Recipe] = {
    "nx": lambda hall: hall.size[0],
    "ny": lambda hall: hall.size[1],
    "nz": lambda hall: hall.size[2],
    "colour": lambda hall: int(hall.random.integers(0, 2)),
    "metrics": Hall.metrics,
    "mask": lambda hall: hall.random.integers(0, 16, hall.shape).astype(np.uint8),
    "count": lambda hall: hall.count,
    "cell": lambda hall: hall.cells,
    "s": lambda hall: float(hall.random.choice([-1.0, 1.0])),
    "sign": lambda hall: -1.0,
    "i0": bounds(0, 0),
    "i1": bounds(0, 1),
    "j0": bounds(1, 0),
    "j1": bounds(1, 1),
    "k0": bounds(2, 0),
    "k1": bounds(2, 1),
    **{name: signed for name in ("u", "v", "w", "un", "ut1", "ut2", "p", "q")},
    **{name: Hall.stride for name in ("n_off", "in_off", "t1", "t2", "offset")},
}

# Lists over boundary faces: one value a face, except for these fields over cells.
FIELDS = ("nut", "k_", "sp", "su", "a", "gd", "T", "rhs", "rd", "W", "E", "S", "N", "B")
LISTS = ("area", "y", "weight", "value", "cw", "loss", "G_wall", "eps_wall", "p_out", "g", "h")

BY_FILE: dict[tuple[str, str], Recipe] = {
    **{(file, name): Hall.field for file in ("boundary", "openings") for name in FIELDS},
    **{(file, name): Hall.listed for file in ("boundary", "openings") for name in LISTS},
    ("boundary", "kind"): lambda hall: hall.random.integers(0, 3, hall.count).astype(np.uint8),
    ("boundary", "slot"): lambda hall: np.arange(hall.count, dtype=np.int32)[::-1].copy(),
    ("boundary", "rack"): lambda hall: hall.random.integers(-1, 3, hall.count).astype(np.int32),
    ("boundary", "push"): lambda hall: hall.listed(-1.0, 1.0),
    ("boundary", "held"): lambda hall: hall.random.integers(0, 2, hall.count).astype(np.uint8),
    ("boundary", "face"): lambda hall: hall.random.permutation(hall.count).astype(np.int32),
    ("boundary", "supplied"): lambda hall: hall.random.uniform(1.0, 2.0, 3),
    **samples_flow.BY_FILE,
    **samples_loops.BY_FILE,
    **samples_tracers.BY_FILE,
    **samples_movers.BY_FILE,
    **samples_air_paths.BY_FILE,
    ("krylov", "runs"): runs,
    ("drive", "axis"): lambda hall: int(hall.random.integers(0, 3)),
    **{("drive", name): lambda hall: hall.random.uniform(0.1, 1.0, 1) for name in ("force", "change")},
    ("multigrid", "starts"): Hall.starts,
    ("multigrid", "parents"): Hall.parents,
}


def _ring(hall: Hall) -> int:
    """The axis whose ends are joined: each in turn."""
    return hall.size[0] % 3


def _ring_bound(axis: int, end: int) -> Recipe:
    """Four layers along the ring, everything across it."""
    return lambda hall: (0, 4)[end] if axis == _ring(hall) else (-2, hall.size[axis] + 2)[end]


def _racks(name: str, recipe: Recipe) -> dict[tuple[str, str], Recipe]:
    return {("rack_fronts", name): recipe, ("rack_backs", name): recipe}


def _restrict_like(kernel: str, coarse: tuple[str, ...], fine: tuple[str, ...]) -> dict[tuple[str, str], Recipe]:
    """A kernel over coarse cells that reads a finer level: nx, ny, nz are coarse there, fx, fy, fz fine."""
    sizes: dict[tuple[str, str], Recipe] = {}
    for axis, (own, other) in enumerate(zip(("nx", "ny", "nz"), ("fx", "fy", "fz"), strict=True)):
        sizes[kernel, own] = _coarse_cells(axis)
        sizes[kernel, other] = bounds(axis, 1)
    sizes |= {(kernel, name): Hall.coarse_field for name in coarse}
    return sizes | {(kernel, name): Hall.field for name in fine}


SHARES = ("kept", "to_x", "to_y", "to_z")

BY_KERNEL: dict[tuple[str, str], Recipe] = {
    ("axpy", "a"): lambda hall: hall.random.uniform(0.1, 1.0, 1),
    ("fold_partials", "count"): lambda hall: 37,
    ("fold_partials", "ways"): lambda hall: 8,
    ("fold_partials", "partial"): lambda hall: hall.random.random(37),
    ("fold_partials", "few"): lambda hall: np.zeros(8),
    ("sum_partials", "partial"): lambda hall: hall.random.random(hall.count),
    ("sum_partials", "result"): lambda hall: np.zeros(1),
    **{("divide", name): lambda hall: hall.random.uniform(0.1, 1.0, 1) for name in ("top", "bottom", "quotient")},
    **_racks("count", lambda hall: 2),
    **_racks("start", lambda hall: np.array([0, hall.count // 2, hall.count], np.int32)),
    **_racks("flow", lambda hall: hall.random.uniform(0.1, 1.0, hall.count)),
    **_racks("sums", lambda hall: hall.random.uniform(0.1, 1.0, 4)),
    **_racks("rise", lambda hall: hall.random.uniform(5.0, 15.0, 2)),
    **_racks("supplied", lambda hall: np.zeros(2)),
    ("outlet", "n_off"): lambda hall: 0,
    ("outlet", "in_off"): lambda hall: hall.shape[1] * hall.shape[2],
    **{(kernel, "E"): lambda hall: 9.793 for kernel in ("wall_log", "wall_k_epsilon")},
    **{(kernel, "laminar"): lambda hall: 11.0 for kernel in ("wall_log", "wall_k_epsilon")},
    **{(kernel, "kappa"): lambda hall: 0.41 for kernel in ("wall_log", "wall_k_epsilon")},
    **{(kernel, "nu"): lambda hall: float(hall.random.choice([1e-3, 1.0])) for kernel in ("wall_log", "wall_k_epsilon")},
    ("new_direction", "beta"): lambda hall: hall.random.uniform(0.1, 1.0, 1),
    ("step_gradients", "alpha"): lambda hall: hall.random.uniform(0.1, 1.0, 1),
    **{("direction_factor", name): lambda hall: hall.random.uniform(0.1, 1.0, hall.count) for name in ("zq_partial",)},
    **{("direction_factor", name): lambda hall: hall.random.uniform(0.1, 1.0, 1) for name in ("pq", "beta")},
    **{("step_length", name): lambda hall: hall.random.uniform(0.1, 1.0, hall.count) for name in ("zr_partial", "pq_partial")},
    **{("step_length", name): lambda hall: np.zeros(1) for name in ("pq", "alpha")},
    **{(kernel, "count"): lambda hall: hall.size[1] * hall.size[2] for kernel in ("sum_runs", "subtract_means")},
    ("sum_runs", "x"): Hall.field,
    ("sum_runs", "partial"): lambda hall: np.zeros(hall.size[1] * hall.size[2]),
    ("wrap", "axis"): _ring,
    **{("wrap", f"{name}{end}"): _ring_bound(axis, end) for axis, name in enumerate("ijk") for end in (0, 1)},
    **{("adjust_force", name): lambda hall: hall.random.uniform(0.1, 1.0, hall.count) for name in ("flow", "response")},
    ("adjust_force", "wanted"): lambda hall: 0.7,
    ("sum_regions", "regions"): lambda hall: 2,
    ("sum_regions", "first"): halves,
    ("sum_regions", "partial"): lambda hall: hall.random.random(hall.size[1] * hall.size[2]),
    ("sum_regions", "sums"): lambda hall: np.zeros(2),
    ("subtract_means", "region"): lambda hall: hall.random.integers(0, 2, hall.size[1] * hall.size[2]).astype(np.int32),
    ("subtract_means", "sums"): lambda hall: hall.random.random(2),
    ("subtract_means", "fixed"): lambda hall: np.array([0.0, 1.0]),
    ("subtract_means", "cells"): lambda hall: np.array([3.0, 5.0]),
    ("subtract_means", "x"): Hall.field,
    **_restrict_like("collect_shares", ("d", "b", "x"), ()),
    **{("collect_shares", name): lambda hall: hall.packed_field() for name in SHARES},
    **{("share_residual", name): lambda hall: hall.packed_field() for name in SHARES},
    ("share_residual", "nx"): lambda hall: hall.coarse[0],
    ("share_residual", "fx"): lambda hall: hall.size[0],
    ("share_residual", "i1"): lambda hall: hall.coarse[0],
    ("line_conductances", "ny"): _coarse_cells(1),
    ("line_conductances", "nz"): _coarse_cells(2),
    ("line_conductances", "mx"): _coarse_cells(0),
    ("line_conductances", "fy"): bounds(1, 1),
    **{("line_conductances", name): lambda hall: hall.lines() for name in ("sx", "sy", "sz")},
    **_restrict_like("coarsen_conductances", ("hx", "hy", "hz"), ()),
    **{("coarsen_conductances", name): lambda hall: hall.lines() for name in ("sx", "sy", "sz")},
    **_restrict_like("coarsen_fixed", ("hd",), ("gx", "gy", "gz", "gd")),
    ("coarsen_fixed", "count"): lambda hall: hall.coarse[0] * hall.coarse[1] * hall.coarse[2],
    ("coarsen_fixed", "cells"): lambda hall: _every_coarse_cell(hall),
    ("prolong", "mx"): lambda hall: hall.coarse[0],
    ("prolong", "my"): lambda hall: hall.coarse[1],
    ("prolong", "mz"): lambda hall: hall.coarse[2],
    ("prolong", "e"): Hall.coarse_field,
    ("solve_coarsest", "cells"): lambda hall: hall.cells.astype(np.int32),
    ("solve_coarsest", "inverse"): lambda hall: _symmetric(hall.random.random((hall.count, hall.count))),
    ("solve_coarsest", "b"): Hall.field,
    ("solve_coarsest", "x"): Hall.field,
    ("sweep", "low"): lambda hall: 0,
    ("sweep", "high"): lambda hall: hall.size[2],
    **samples_flow.BY_KERNEL,
    **samples_tracers.BY_KERNEL,
    **samples_movers.BY_KERNEL,
    **samples_loops.BY_KERNEL,
}


def _every_coarse_cell(hall: Hall) -> np.ndarray:
    """[I | J | K] of all cells of the coarse level, in any order."""
    cells = np.indices(hall.coarse).reshape(3, -1)
    return np.ascontiguousarray(hall.random.permutation(cells, axis=1)).ravel().astype(np.int32)


def _symmetric(matrix: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(matrix + matrix.T)


def arguments(kernel: Kernel, hall: Hall) -> list[Any]:
    """NumPy arguments of one launch, in order. Raises MissingRecipe."""
    made: dict[str, Any] = {}
    for parameter in kernel.parameters:
        made[parameter.name] = _make(kernel, parameter, hall)
    if kernel.macro == "FV_SUM":  # long enough for both ways of cutting a sum
        longest = max(partial_count(*hall.size, cuda=cuda) for cuda in (False, True))
        made[kernel.macro_arguments[3]] = np.zeros(longest)
    return list(made.values())


def _make(kernel: Kernel, parameter: Parameter, hall: Hall) -> Any:
    by_kernel = BY_KERNEL.get((kernel.name, parameter.name))
    recipe = by_kernel or BY_FILE.get((kernel.file, parameter.name)) or EVERYWHERE.get(parameter.name)
    if recipe in (Hall.field, Hall.listed, signed) and not parameter.pointer:
        recipe = None  # a constant that shares its letter with a field
    if recipe:
        return recipe(hall)
    if parameter.type == "real" and not parameter.pointer:
        return float(hall.random.uniform(0.1, 1.0))
    if parameter.type == "real" and kernel.macro != "FV_LIST":
        return hall.field()
    if kernel.macro == "FV_SUM" and parameter.name == kernel.macro_arguments[3]:
        return None
    raise MissingRecipe(f"{kernel.file}.cu: {kernel.name} has no recipe for {parameter.name} (kernels/samples.py)")
