"""Hallflow: air flow and temperature of data halls, from a case file to a report.

    import thermal
    result = thermal.run("tiny-hall")        # a shipped name, or the path of a case.toml
    for rack in result.racks:
        print(rack["name"], rack["inlet_max_degC"])
    result.field("temperature")              # K, float array [k, j, i] at the cell centres

User scripts import only this package; `kernels`, `meshes` and `cases` are its rooms, not its doors. Everything
heavy is imported inside the verbs, so that `import thermal` costs a few milliseconds.
"""

from __future__ import annotations

import sys
import types
from functools import partial
from typing import TYPE_CHECKING, Any

from thermal.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from thermal.case.model import Case
    from thermal.loop.network import Network
    from thermal.loop.steady import Answer
    from thermal.run import Result
    from thermal.study.without import LossResult

__all__ = ["__version__", "grid_study", "load", "read_network", "run", "solve_network", "without_each"]


class _Package(types.ModuleType):
    """Keeps the verb `thermal.run` in its place: importing the file thermal/run.py would put the module there."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "run" and isinstance(value, types.ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def load(case: str | Path) -> Case:
    """Read a case file (a path, a folder that holds case.toml, or a shipped name) into a frozen model in SI units.

    Raises thermal.errors.CaseErrors with every mistake of the file at once.
    """
    from thermal.case.build import load_case
    from thermal.shipped import find_case

    return load_case(find_case(case))


def run(
    case: str | Path | Case,
    *,
    out: str | Path | None = None,
    backend: str = "auto",
    precision: str = "single",
    cell: float | None = None,
    iterations: int | None = None,
    threads: int | None = None,
    blocks: tuple[int, int, int] = (1, 1, 1),
    resume: str | Path | None = None,
) -> Result:
    """Run a case to its verdict, write its record and return the result.

    case        a shipped name, a path, or a model from `load`
    out         folder of the record; default `./<case>-results`, see thermal.folder for what may be replaced
    backend     "auto", "cuda", "host" or "numpy";    precision   "single" or "double" for the 3-D fields
    cell        m, in place of the case's [mesh] cell;    iterations   on the finest grid, in place of the case's [solve]
    threads     of the host backend; default: as many as this process may use
    blocks      pieces along x, y, z, each in a thread of its own;    resume   folder of a record to go on from

    Returns a Result: `.summary` (dict, as summary.json), `.racks` (list of dicts), `.field(name)` (ndarray [k, j, i], SI),
    `.grid` (planes x, y, z in m), `.path` (folder of the record).
    Raises CaseErrors for a bad case, FolderError for an unusable folder, kernels' BackendError for a missing backend.
    An outcome without an answer is no exception: look at `result.summary["verdict"]`.
    """
    from pathlib import Path

    from thermal.gridding import make_grid
    from thermal.kernel_check import require_own_kernels
    from thermal.overrides import with_overrides

    require_own_kernels()
    from thermal.run import simulate

    model = with_overrides(load(case) if isinstance(case, (str, Path)) else case, cell=cell, iterations=iterations)
    make_grid(model, precision)  # refuses what no memory can hold, before a folder is touched
    return _recorded(simulate, model, out, resume, backend=backend, precision=precision, threads=threads, blocks=blocks)


def grid_study(
    case: str | Path | Case,
    factors: Sequence[int] = (1, 2, 3),
    *,
    out: str | Path | None = None,
    backend: str = "auto",
    precision: str = "single",
    cell: float | None = None,
    iterations: int | None = None,
    threads: int | None = None,
    blocks: tuple[int, int, int] = (1, 1, 1),
    resume: str | Path | None = None,
) -> Result:
    """Run a case on three geometrically similar grids and return the result of the finest, with the band the grid leaves.

    factors     into which the cells of one grid are cut along each axis, coarse to fine; the finest cells have the
                case's size (or `cell`). Each must be 1.3 times the one before or more
    others      as of `run`; a record that is resumed has to be one of the same study

    Returns a Result as `run` does; `.summary["grid_study"]` has the grids and for every rack inlet the three values, the observed
    order, how they converge, the extrapolated value and the band in K (thermal.study.gci), and `.summary["asserts"]` judges
    limits with these bands. Without three answers there are no bands: `grid_study["answer"]` is False and `reason` says why.
    Raises as `run`, and UsageError for factors that are none.
    """
    from pathlib import Path

    from thermal.gridding import similar_grids
    from thermal.kernel_check import require_own_kernels
    from thermal.overrides import with_overrides
    from thermal.study.factors import check_factors

    require_own_kernels()
    from thermal.study.run import simulate_study

    model = with_overrides(load(case) if isinstance(case, (str, Path)) else case, cell=cell, iterations=iterations)
    three = check_factors(factors)
    similar_grids(model, three, precision)  # refuses what no memory can hold, before a folder is touched
    settings = {"backend": backend, "precision": precision, "threads": threads, "blocks": blocks}
    return _recorded(partial(simulate_study, factors=three), model, out, resume, **settings)


def read_network(links: str | Path, nodes: str | Path) -> Network:
    """Read a liquid network from two CSV files, one of links and one of nodes (docs/loops.md lists their columns).

    Raises CaseErrors with every mistake of both files at once, each with file and line.
    """
    from thermal.loop.tables import read_network as read

    return read(links, nodes)


def solve_network(network: Network, friction: str = "colebrook", *, backend: str = "host") -> Answer:
    """Flows, pressures and temperatures that a liquid network comes to rest at.

    network    from `read_network`, or built from thermal.loop.network's parts
    friction   "colebrook" or "swamee-jain", of turbulent pipes;   backend   "host" (falls back to "numpy"), "cuda", "numpy"

    Returns an Answer: `.flow["link"]` in m3/s, `.pressure["node"]` in Pa, `.temperature["node"]` in K, `.outlet["link"]` in K,
    and more (thermal.loop.steady).
    Raises CaseErrors for links that hold heat and pass nothing; HallflowError naming the worst link where there is no answer.
    """
    from thermal.kernel_check import require_own_kernels

    require_own_kernels()
    from thermal.loop.steady import solve

    return solve(network, friction, backend)


def without_each(
    case: str | Path | Case,
    kinds: str,
    *,
    make_up: bool = False,
    out: str | Path | None = None,
    backend: str = "auto",
    precision: str = "single",
    cell: float | None = None,
    iterations: int | None = None,
    threads: int | None = None,
) -> LossResult:
    """Run a case, then the case without each mover or load of some kinds in turn, each from the whole hall's fields.

    kinds       "supply", "return", "rack", "rack_row"; several by commas, some of a kind by "rack.A*"
    make_up     whether the others of its kind take over the flow of a lost one
    others      as of `run`; what an earlier, stopped study of the same case finished in the folder is not run again

    Returns a LossResult: `.summary` of the whole hall, with the table in `.summary["without_each"]`, and `.path`, in whose folder
    `without` each loss has a record of its own.
    Raises as `run`, and UsageError for kinds or objects that there are not.
    """
    from pathlib import Path

    from thermal.folder import claim_folder, default_folder, release_folder
    from thermal.gridding import make_grid
    from thermal.kernel_check import require_own_kernels
    from thermal.overrides import with_overrides
    from thermal.study.losses import losses_of, wanted_kinds

    require_own_kernels()
    from thermal.study.without import simulate_losses

    model = with_overrides(load(case) if isinstance(case, (str, Path)) else case, cell=cell, iterations=iterations)
    losses = losses_of(model, wanted_kinds(kinds), make_up)
    make_grid(model, precision)  # refuses what no memory can hold, before a folder is touched
    folder = claim_folder(Path(out) if out is not None else default_folder(model.name), model.name)
    settings: dict[str, Any] = {"backend": backend, "precision": precision, "threads": threads}
    try:
        return simulate_losses(model, losses, make_up=make_up, out=folder, **settings)
    except BaseException:
        release_folder(folder)
        raise


def _recorded(simulate: Any, case: Case, out: str | Path | None, resume: str | Path | None, **settings: Any) -> Result:
    """Claim the folder of a record and simulate into it; a run that does not begin leaves no empty folder behind."""
    from pathlib import Path

    from thermal.folder import claim_folder, default_folder, release_folder
    from thermal.progress import SilentProgress

    before = None if resume is None else Path(resume)
    folder = claim_folder(Path(out) if out is not None else before or default_folder(case.name), case.name)
    try:
        return simulate(case, out=folder, resume=before, progress=SilentProgress(), stop=None, **settings)
    except BaseException:
        release_folder(folder)
        raise
