"""Flows that are known beforehand, without a run: pipes, mixers, whirls, and halls whose flow was iterated a little."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels import Backend
from tests.builders import empty_room, outlet, supply
from thermal.case.model import Case
from thermal.flow.domain import Domain
from thermal.flow.monitor import Monitor
from thermal.flow.solver import fix_faces
from thermal.flow.steady import SteadyRun
from thermal.parallel import Communicator, Serial, cut
from thermal.place import Placement, place_case
from thermal.scalars.flows import StandingFlow, stand

Fields = dict[str, np.ndarray]


def pipe(cells: int = 20, flow: float = 0.5) -> Case:
    """A square pipe along x, 2 m long and 0.6 m wide, through which a plug of air moves."""
    openings = (
        supply("in", (0.0, 0.0, 0.0), (0.0, 0.6, 0.6), 0, +1, flow),
        outlet("out", (2.0, 0.0, 0.0), (2.0, 0.6, 0.6), 0, -1),
    )
    return empty_room((2.0, 0.6, 0.6), 2.0 / cells, openings=openings)


def mixer(first: float = 0.3, second: float = 0.1) -> Case:
    """A room into which two supplies blow from one wall, with one return across."""
    openings = (
        supply("first", (0.0, 0.0, 0.0), (0.0, 1.0, 1.0), 0, +1, first),
        supply("second", (0.0, 1.0, 1.0), (0.0, 2.0, 2.0), 0, +1, second),
        outlet("out", (2.0, 0.6, 0.6), (2.0, 1.4, 1.4), 0, -1, first + second),
    )
    return empty_room((2.0, 2.0, 2.0), 0.2, openings=openings)


def still(placement: Placement, u: float = 0.0, viscosity: float = 0.0) -> Fields:
    """A uniform stream along x, and an eddy viscosity, m2/s."""
    shape = placement.grid.shape
    fields = {"u": (0, 0, 1), "v": (0, 1, 0), "w": (1, 0, 0)}
    made = {name: np.zeros(tuple(n + m for n, m in zip(shape, more, strict=True))) for name, more in fields.items()}
    made["u"][...] = u
    return made | {"eddy_viscosity": np.full(shape, viscosity), "T": np.zeros(shape)}


def given(case: Case, backend: Backend, viscosity: float) -> StandingFlow:
    """The potential flow of a case's openings: what projection makes of fixed openings and no motion."""
    placement = place_case(case)
    fields = still(placement, 0.0, viscosity)
    domain = Domain(placement, backend, Serial())
    for axis, name in enumerate("uvw"):
        fields[name] = fix_faces(domain, fields[name], axis)
    return stand(domain, fields)


def iterated(case: Case, backend: Backend, iterations: int = 40) -> tuple[Placement, Fields]:
    """A placed hall and its fields after some iterations."""
    placement = place_case(case)
    outcome = SteadyRun([placement], backend, Serial(), iterations, Monitor()).run()
    return placement, outcome.fields


def standing(
    placement: Placement, fields: Fields, backend: Backend, comm: Communicator | None = None, planes: Any = None
) -> StandingFlow:
    """The standing flow of whole-hall fields, of the whole hall or one block of it."""
    comm = comm or Serial()
    return stand(Domain(placement, backend, comm, cut(comm, placement.grid.n, planes)), fields)
