"""Arguments of the flow kernels: momentum, scalar, pressure, turbulence, boundary, where `samples.py` alone would not do.

Numbers are those of air in a hall, because the kernels divide by differences: 1/alpha must exceed 1, and a wall law takes another
branch below y+ 11.5 than above it. Ranges are wide enough that every branch is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from kernels.samples import Hall

Recipe = Callable[["Hall"], Any]

ROWS = ("momentum", "scalar")
MOVING = ("wall_log_moving", "wall_k_epsilon_moving")
WALLS = ("wall_viscous", "wall_log", "wall_k_epsilon", "wall_k_epsilon_gas", *MOVING)
WARM_WALLS = ("wall_heat_log", "wall_heat_log_moving", "wall_heat_k_epsilon", "wall_heat_k_epsilon_gas")
K_WALLS = ("wall_k_epsilon", "wall_k_epsilon_moving", "wall_k_epsilon_gas", "wall_heat_k_epsilon", "wall_heat_k_epsilon_gas")
OUTLETS = ("outlet", "outlet_gas")
HISTORIES = ("opening_history", "store_heat", "stored_listed")  # over lists
NU, KAPPA, E = 1.5e-5, 0.41, 9.8


def constant(value: float) -> Recipe:
    """The same number for every hall."""
    return lambda hall: value


def limit() -> float:
    """y+ where the linear and the logarithmic law meet, as exactly as a float64 can tell."""
    yp = 11.0
    for _ in range(50):
        yp = math.log(E * yp) / KAPPA
    return yp


# of air: P and the crossing as thermal/flow/turbulence/walls.py makes them
WARM_LAW = {"nu": NU, "kappa": KAPPA, "E": E, "Pr": 0.71, "Pr_t": 0.9, "P": -1.92, "crossing": 12.4, "C_mu": 0.09}
WALL_LAW = {"nu": NU, "kappa": KAPPA, "E": E, "laminar": limit(), "C_mu": 0.09}


def mask(hall: Hall) -> np.ndarray:
    """Bits that agree: a face is open only between two fluid cells, some of those are closed by plates; solids happen.

    Bit 4 marks some fluid cells as cells that air leaves through an opening; bits 5 to 7 some open faces as porous sheets.
    """
    fluid = hall.random.random(hall.shape) < 0.85
    bits = fluid.astype(np.uint8)
    for bit, axis in ((2, 2), (4, 1), (8, 0)):
        both = fluid & np.roll(fluid, 1, axis) & (hall.random.random(hall.shape) < 0.9)
        both[(slice(None),) * axis + (0,)] = False
        bits |= bit * both.astype(np.uint8)
        bits |= 16 * bit * (both & (hall.random.random(hall.shape) < 0.2)).astype(np.uint8)
    return bits | 16 * (fluid & (hall.random.random(hall.shape) < 0.2)).astype(np.uint8)


def wide(low: float, sign: bool = False) -> Recipe:
    """A field from 10**low to 1, even in the logarithm, of both signs if asked for."""

    def make(hall: Hall) -> np.ndarray:
        signs = hall.random.choice([-1.0, 1.0], hall.shape) if sign else 1.0
        return (signs * 10.0 ** hall.random.uniform(low, 0.0, hall.shape)).astype(hall.real)

    return make


def holed(hall: Hall) -> np.ndarray:
    """Reciprocal diagonals, 0 in solids."""
    return hall.field() * (hall.random.random(hall.shape) < 0.8).astype(hall.real)


def slide(hall: Hall) -> np.ndarray:
    """Velocities of walls, some of which stand."""
    return hall.listed(-1.0, 1.0) * (hall.random.random(hall.count) < 0.7).astype(hall.real)


def is_high(hall: Hall) -> bool:
    """Are the pressure openings on the high faces of their cells? The cells of a list lie in one layer along z."""
    return hall.size[1] % 2 == 0


def row_count(hall: Hall) -> int:
    """Rows of cells along x."""
    return int(hall.size[1] * hall.size[2])


def layer(hall: Hall) -> int:
    """Distance to the next cell along z."""
    return hall.shape[1] * hall.shape[2]


BY_FILE: dict[tuple[str, str], Recipe] = {
    **{(file, "mask"): mask for file in (*ROWS, "pressure", "turbulence", "drive", "gas", "history", "subgrid")},
    ("history", "axis"): lambda hall: int(hall.random.integers(0, 3)),
    **{(file, "inv_alpha"): constant(1 / 0.7) for file in (*ROWS, "openings")},
    ("momentum", "nu"): constant(NU),
    ("momentum", "buoyancy"): constant(0.033),
    ("momentum", "stiff"): constant(20.0),
    ("momentum", "T"): lambda hall: hall.field(-1.0, 15.0),
    **{(file, "f"): lambda hall: hall.field(-1.0, 1.0) for file in ("momentum", "gas")},
    ("boundary", "lift"): lambda hall: hall.field(-10.0, 40.0),
    ("openings", "fn"): lambda hall: hall.field(-1.0, 1.0),
    ("openings", "r"): lambda hall: hall.field(0.8, 1.2),
    **{(file, "per_K"): constant(1 / 300.0) for file in ("boundary", "gas")},
    ("gas", "T_ref"): constant(300.0),
    ("gas", "T"): lambda hall: hall.field(-300.0, 60.0),  # some below a quarter of T_ref
    ("gas", "lift"): lambda hall: hall.field(-10.0, 40.0),
    ("gas", "P"): lambda hall: hall.random.uniform(0.8, 1.2, 1),
    ("gas", "bit"): lambda hall: int(hall.random.integers(1, 4)),
    ("gas", "r"): lambda hall: hall.field(0.8, 1.2),
    ("gas", "fn"): lambda hall: hall.field(-1.0, 1.0),
    ("gas", "value"): lambda hall: hall.listed(-20.0, 20.0),
    ("gas", "un"): lambda hall: hall.listed(-1.0, 1.0),
    ("gas", "stream"): lambda hall: hall.random.integers(-1, 3, hall.count).astype(np.int32),
    ("gas", "density"): lambda hall: hall.random.uniform(0.8, 1.2, 3),
}

BY_KERNEL: dict[tuple[str, str], Recipe] = {
    **{(kernel, name): constant(value) for kernel in WALLS for name, value in WALL_LAW.items()},
    **{(kernel, name): constant(value) for kernel in WARM_WALLS for name, value in WARM_LAW.items()},
    **{(kernel, name): wide(-5.0, sign=True) for kernel in WARM_WALLS[:2] for name in ("ut1", "ut2")},
    **{(kernel, name): slide for kernel in (*MOVING, "wall_heat_log_moving") for name in ("s1", "s2")},
    ("wall_drag", "slide"): slide,
    **{(kernel, name): wide(-5.0, sign=True) for kernel in ("wall_log", "wall_log_moving") for name in ("ut1", "ut2")},
    **{(kernel, "k_"): wide(-9.0) for kernel in K_WALLS},
    ("gas_mass", "T"): lambda hall: hall.field(-50.0, 60.0),
    ("gas_streams", "count"): lambda hall: 2,
    ("gas_streams", "heated"): lambda hall: 1,
    ("gas_streams", "sums"): lambda hall: np.array([hall.random.uniform(-9.0, 9.0), 0.3, 0.7, 0.0]),
    ("gas_streams", "rise"): lambda hall: hall.random.uniform(5.0, 15.0, 2),
    **{("gas_streams", name): lambda hall: np.zeros(2) for name in ("density", "fresh_rise")},
    ("row_defect", "rd"): holed,
    **{(kernel, name): lambda hall: hall.field(-1.0, 1.0) for kernel in HISTORIES for name in ("un", "old", "older")},
    **{(kernel, name): lambda hall: hall.field() for kernel in HISTORIES for name in ("sp", "su")},
    **{(kernel, name): lambda hall: hall.listed() for kernel in HISTORIES for name in ("base", "p_out", "y", "C")},
    ("extrapolate_positive", "q"): wide(-5.0),
    **{(kernel, "share"): lambda hall: np.array([0.25]) for kernel in ("running_mean", "running_spread")},
    ("stored_listed", "value"): lambda hall: np.zeros(hall.count),
    ("largest_rate", "count"): row_count,
    ("largest_rate", "largest"): lambda hall: np.zeros(row_count(hall)),
    **{(kernel, "gain"): constant(5.0) for kernel in ("production", "production_strain", "production_realizable")},
    **{("wall_realizable", name): constant(value) for name, value in {"A_0": 4.04, "C_mu": 0.09}.items()},
    ("wall_realizable", "AU"): lambda hall: hall.field(),
    **{(kernel, "S_"): wide(-3.0) for kernel in ("dissipation_realizable", "gas_realizable")},
    **{(kernel, "S_"): lambda hall: 10.0 * wide(-3.0)(hall) for kernel in ("dissipation_rng", "gas_rng")},
    **{
        (kernel, name): constant(value)
        for kernel in ("dissipation_rng", "gas_rng")
        for name, value in {"C_mu": 0.0845, "eta_0": 4.38, "beta": 0.012}.items()
    },
    ("rack_backs", "sums"): lambda hall: np.array([hall.random.uniform(0.1, 1.0), 0.3, 0.7, 0.0]),
    **{(kernel, "s"): lambda hall: -1.0 if is_high(hall) else 1.0 for kernel in OUTLETS},
    **{(kernel, "n_off"): lambda hall: layer(hall) if is_high(hall) else 0 for kernel in OUTLETS},
    **{(kernel, "in_off"): lambda hall: 0 if is_high(hall) else layer(hall) for kernel in OUTLETS},
}
