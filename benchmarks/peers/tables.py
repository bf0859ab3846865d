"""Figures of OpenFOAM v1912 that ours are compared with, and where they come from.

buoyantBoussinesqSimpleFoam, k-epsilon with log-law walls, block mesh of the cell size given, all three velocity components fixed
at the rack fronts (see docs/openfoam.md for what that does). Rows A and B are mirror images; means of both where they differ.
"""

from __future__ import annotations

# (case, cell in m, scheme) -> rack inlets 1..n, degC, rows averaged
INLETS: dict[tuple[str, float, str], tuple[float, ...]] = {
    # 1000 iterations on 2 processes, criterion met at 700; heat within 0.2 %
    ("openfoam-h0", 0.1, "second-order"): (21.31, 21.26, 21.25, 21.31),
    # 2000 iterations, criterion met at 350
    ("openfoam-h0", 0.2, "second-order"): (21.19, 21.33, 21.33, 21.19),
    ("openfoam-h0", 0.2, "upwind"): (21.77, 21.82, 21.82, 21.77),
    # on our own cells, benchmarks.fronts_study, fronts fixed, means over the last 200 of 800 iterations
    ("openfoam-h0", 0.1, "upwind"): (21.82, 21.71, 21.72, 21.82),
    # 600 iterations, swinging by up to 0.3 K at the end
    ("openfoam-h1", 0.2, "upwind"): (20.03, 20.19, 21.05, 23.36, 26.69, 29.49, 30.91, 31.82),
    # mean over 225 s of an unsteady run in time (standard deviation up to 1.3 K)
    ("openfoam-h1", 0.2, "second-order"): (20.01, 20.10, 21.22, 24.41, 28.16, 30.55, 30.55, 31.30),
}

# Seconds on 2 processes of a quiet machine until inlets lay within 0.1 K over 100 iterations and heat within 1 % on their mean.
SECONDS = {("openfoam-h0", 0.1, "second-order"): 99.0}

# The C++ prototype in which the solution method was tried, hall-30kw-contained, zero-equation, upwind, cell 0.1 m; racks 1..8.
PROTOTYPE = (22.32, 21.83, 21.62, 21.44, 21.22, 21.06, 20.96, 20.87)
# The same rows with 4 kW a rack, air from the floor of the aisle, nothing contained.
PROTOTYPE_OPEN = (22.44, 22.06, 21.72, 21.57, 21.57, 21.72, 22.06, 22.44)

# OpenFOAM on Hallflow's own cells with the tangential velocity left free at the rack fronts: means over the last 200 iterations
# (H1, second order: the last 1500, standard errors up to 1 K), made by benchmarks.fronts_study; see docs/openfoam.md.
FREE_FRONTS: dict[tuple[str, float, str], tuple[float, ...]] = {
    ("openfoam-h0", 0.1, "upwind"): (22.06, 21.83, 21.83, 22.06),
    ("openfoam-h0", 0.1, "second-order"): (21.57, 21.35, 21.35, 21.57),
    ("openfoam-h0", 0.2, "upwind"): (22.33, 22.09, 22.10, 22.33),
    ("openfoam-h0", 0.2, "second-order"): (21.64, 21.43, 21.43, 21.64),
    ("openfoam-h1", 0.2, "upwind"): (20.01, 20.08, 20.75, 24.64, 32.44, 34.96, 36.00, 41.01),
    ("openfoam-h1", 0.2, "second-order"): (20.00, 20.03, 20.83, 24.51, 30.51, 34.13, 34.40, 39.12),
}
