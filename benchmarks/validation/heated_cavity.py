"""Differentially heated cavities: the square of de Vahl Davis (1983), higher Rayleigh numbers, the cube, and other sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.validation.cavities import Found, cavity, grid_of, richardson, solve
from benchmarks.validation.reference import columns
from benchmarks.validation.sheet import Sheet
from kernels import Backend, open_backend

STUDY = "heated-cavity"
SOURCE = "de Vahl Davis 1983, Int. J. Numer. Methods Fluids 3:249"
CUBE_SOURCE = "Wakashima & Saitoh 2004, Int. J. Heat Mass Transfer 47:853 (quoted)"
# Rayleigh number: cells of the three grids, stretching towards the walls
SQUARES = {1e3: ((20, 40, 80), 0.0), 1e4: ((20, 40, 80), 0.0), 1e5: ((24, 48, 96), 1.0), 1e6: ((32, 64, 128), 1.5)}
HIGH = {1e7: ((40, 80, 160), 2.0), 1e8: ((48, 96), 2.5)}
SIZES = (("1 m, 10 K", 1.0, 10.0), ("100 m, 1e-3 K", 100.0, 1e-3), ("100 m, 1e-5 K", 100.0, 1e-5), ("1 cm, 10 K", 0.01, 10.0))
CUBES = {1e4: ((12, 24, 48), 1.0), 1e5: ((12, 24, 48), 1.5), 1e6: ((16, 32, 64), 2.0)}


def run(sheet: Sheet) -> None:
    """Every row and picture."""
    device = open_backend("auto", "double", 1)
    sheet.note(
        STUDY,
        "Laminar, second order, double precision; squares are slabs one cell thick, periodic along y. Nusselt numbers "
        "are means over the hot wall from the solver's own heat flow, speeds are in units of alpha/L, maxima lie on parabolas "
        "through three points, and values are Richardson's limits of three grids with the observed order (a dash: the three do "
        "not approach a limit evenly, order 2 is taken). Runs go on behind their verdict until the Nusselt number moves by less "
        "than 1e-5 of itself in 50 iterations; one row says how far off the verdict was.",
    )
    profiles = {rayleigh: square(sheet, device, rayleigh) for rayleigh in SQUARES}
    high(sheet, device)
    cubes(sheet, device)
    larger(sheet, device)
    sheet.draw(STUDY, "heated-cavity", "Nusselt numbers along the hot wall and on ever finer grids.", lambda f: draw(f, profiles))


def square(sheet: Sheet, device: Backend, rayleigh: float) -> list[Found]:
    """Three grids of a square beside the published figures."""
    cells, stretch = SQUARES[rayleigh]
    case = cavity(rayleigh)
    found = [solve(case, grid_of(case, n, stretch), device) for n in cells]
    published = columns("devahldavis1983_square_cavity")
    row = int(np.flatnonzero(published["Ra"] == rayleigh)[0])
    shape = f"{cells[0]}², {cells[1]}², {cells[2]}² cells" + (f", stretched (tanh {stretch:g})" if stretch else "")
    quantities: list[tuple[str, Any, list[str]]] = [
        ("mean Nusselt number", lambda f: f.nusselt, ["Nu_avg", "Nu_hortmann1990"]),
        ("u_max on x = L/2", lambda f: f.u[0], ["u_max", "u_max_alt"]),
        ("v_max on z = L/2", lambda f: f.v[0], ["v_max", "v_max_alt"]),
    ]
    for name, read, keys in quantities:
        values = [read(f) for f in found]
        limit, order = richardson(values)
        references = [published[key][row] for key in keys if np.isfinite(published[key][row])]
        percent = 2.0 if rayleigh == 1e5 and name != "mean Nusselt number" else 1.0
        chosen = min(references, key=lambda r: abs(limit - r)) if percent == 2.0 else references[0]
        apart = 100.0 * (limit - chosen) / chosen
        told = " or ".join(f"{r:g}" for r in dict.fromkeys(references))
        sheet.add(
            STUDY, f"Ra {rayleigh:.0e}, {name}", f"{limit:.4g} ({apart:+.2f} %)", told, SOURCE, f"{percent:g} %",
            f"{shape}: {_list(values)}; order {_order(order)}", abs(apart) <= percent,
        )  # fmt: skip
    for name, got, key in (("largest", found[-1].highest[0], "Nu_max"), ("smallest", found[-1].lowest[0], "Nu_min")):
        reference = published[key][row]
        sheet.add(
            STUDY, f"Ra {rayleigh:.0e}, {name} local Nusselt number", f"{got:.4g} ({100 * (got / reference - 1):+.2f} %)",
            f"{reference:g}", SOURCE, "", f"{cells[-1]}² cells",
        )  # fmt: skip
    verdicts(sheet, f"Ra {rayleigh:.0e}", found)
    return found


def verdicts(sheet: Sheet, name: str, found: list[Found]) -> None:
    """Whether a run says `steady`, after how many iterations, and how far from its end the Nusselt number then was."""
    for f in found[-1:]:
        off = 100.0 * (f.told / f.nusselt - 1.0)
        ours = f"{f.told:.5g} ({off:+.3f} %), {f.outcome.verdict} after {f.outcome.level_iterations} iterations"
        sheet.add(
            STUDY, f"{name}, Nusselt number at the verdict", ours, f"{f.nusselt:.5g}", "the same run, iterated on", "0.2 %",
            f"{f.cells}² cells", f.outcome.verdict == "steady" and abs(off) <= 0.2,
        )  # fmt: skip


def high(sheet: Sheet, device: Backend) -> None:
    """Rayleigh numbers beyond the table: a steady state, and where it lies."""
    for rayleigh, (cells, stretch) in HIGH.items():
        case = cavity(rayleigh)
        found = [solve(case, grid_of(case, n, stretch), device) for n in cells]
        shape = ", ".join(f"{n}²" for n in cells) + f" cells, stretched (tanh {stretch:g})"
        values = [f.nusselt for f in found]
        steady = all(f.outcome.verdict == "steady" for f in found)
        words = ", ".join(f"{f.outcome.verdict} after {f.outcome.level_iterations}" for f in found)
        sheet.add(
            STUDY, f"Ra {rayleigh:.0e}, verdict", words,
            "steady", "required", "", shape, steady,
        )  # fmt: skip
        limit = f"{values[-1]:.5g}"
        if len(values) == 3:
            limit = f"{richardson(values)[0]:.5g} extrapolated, order {_order(richardson(values)[1])}"
        name = f"Ra {rayleigh:.0e}"
        sheet.add(STUDY, f"{name}, mean Nusselt number", limit, "none at hand", "", "", f"{shape}: {_list(values)}")
        speeds = f"{found[-1].u[0]:.5g}, {found[-1].v[0]:.5g}"
        sheet.add(STUDY, f"{name}, u_max, v_max", speeds, "none at hand", "", "", f"{cells[-1]}² cells")
        verdicts(sheet, f"Ra {rayleigh:.0e}", found)


def cubes(sheet: Sheet, device: Backend) -> None:
    """The cube with four adiabatic walls."""
    published = columns("cube_natural_convection")
    for rayleigh, (cells, stretch) in CUBES.items():
        case = cavity(rayleigh, width=1.0)
        values, ends = [], []
        for n in cells:
            found = solve(case, grid_of(case, n, stretch, n), device)
            values.append(found.nusselt)
            ends.append(f"{found.outcome.verdict} after {found.outcome.level_iterations}")
        limit, order = richardson(values)
        known = published["Nu_avg"][published["Ra"] == rayleigh]
        shape = ", ".join(f"{n}³" for n in cells) + f" cells, stretched (tanh {stretch:g})"
        grid = f"{shape}: {_list(values)}; order {_order(order)}; {ends[-1]}"
        name = f"cube, Ra {rayleigh:.0e}, mean Nusselt number"
        if len(known):
            apart = 100.0 * (limit / known[0] - 1.0)
            ours = f"{limit:.4f} ({apart:+.2f} %)"
            sheet.add(STUDY, name, ours, f"{known[0]:g}", CUBE_SOURCE, "1 %", grid, abs(apart) <= 1.0)
        else:
            sheet.add(STUDY, name, f"{limit:.4f}", "none at hand", "", "", grid)


def larger(sheet: Sheet, device: Backend) -> None:
    """Iterations to the verdict of the same Rayleigh number in other sizes and at other temperatures, no setting changed."""
    for rayleigh, cells, stretch in ((1e3, 40, 0.0), (1e6, 64, 1.5), (1e8, 96, 2.5)):
        counts = {}
        for name, side, difference in SIZES:
            case = cavity(rayleigh, side, difference)
            counts[name] = solve(case, grid_of(case, cells, stretch), device, most=0).outcome.iterations
        first, *others = counts.values()
        alike = all(abs(n / first - 1.0) <= 0.2 for n in others)
        name, ours = f"Ra {rayleigh:.0e}, iterations of {', '.join(counts)}", ", ".join(str(n) for n in counts.values())
        sheet.add(STUDY, name, ours, str(first), "the first of them", "20 %", f"{cells}² cells", alike)


def _order(order: float) -> str:
    return f"{order:.2f}" if np.isfinite(order) else "-"


def _list(values: list[float]) -> str:
    return ", ".join(f"{value:.5g}" for value in values)


def draw(figure: Any, found: dict[float, list[Found]]) -> None:
    """Distance of each grid's Nusselt number and speeds from the extrapolated ones, against the cells."""
    published = columns("devahldavis1983_square_cavity")
    left, right = figure.subplots(1, 2)
    for rayleigh, runs in found.items():
        row = int(np.flatnonzero(published["Ra"] == rayleigh)[0])
        cells = np.array([f.cells for f in runs])
        values = [f.nusselt for f in runs]
        limit = richardson(values)[0]
        left.loglog(cells, [abs(v / limit - 1.0) for v in values], "o-", label=f"Ra {rayleigh:.0e}")
        right.loglog([rayleigh], [published["Nu_avg"][row]], "ks", mfc="none", ms=9)
        right.loglog([rayleigh], [limit], "C3x")
    near, far = left.get_xlim()
    left.loglog([near, far], [0.02, 0.02 * (near / far) ** 2], "k--", lw=0.8, label="second order")
    left.set(xlabel="cells along a side", ylabel="relative distance of Nu from its limit", title="Grid convergence")
    left.set(xticks=(20, 40, 80, 160), xticklabels=("20", "40", "80", "160"))
    left.legend(fontsize=8)
    right.set(xlabel="Rayleigh number", ylabel="mean Nusselt number", title="□ de Vahl Davis 1983   × Hallflow")
    right.set(yticks=(1, 2, 5, 10), yticklabels=("1", "2", "5", "10"))
    for axis in (left, right):
        axis.minorticks_off()
