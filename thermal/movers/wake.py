"""Turbulence of what fans blow: k and epsilon held in the last cells of every body that has some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thermal.case.bodies import part_flow
from thermal.flow.domain import Domain
from thermal.state import State

LEAST = 0.05  # m/s: slower streams are as turbulent as one of this speed


def bind_wakes(domain: Domain, state: State) -> tuple[list[Callable[[], Any]], list[Callable[[], Any]]]:
    """Launches that fix the rows in hand, of epsilon and of k, in the last cells behind fans.

    k = 1.5 (I U)^2, epsilon = 0.09^0.75 k^1.5/l with U the speed of the flow that the fans are made for, I and l of the body, as
    for racks that blow a given flow.
    """
    cells, k = [], []
    length: list[np.ndarray] = []
    for laid in domain.placement.tubes:
        if laid.part.fan is None:
            continue
        body = laid.body
        fastest = max([body.speed, *(speed for _, speed in body.speed_rule)])
        speed = max(part_flow(laid.part, fastest) / laid.total_area, LEAST)
        mine = laid.cells[:, -1][domain.within(laid.cells[:, -1])]
        cells.append(domain.flat(mine))
        k.append(np.full(len(mine), 1.5 * (body.turbulence_intensity * speed) ** 2))
        length.append(np.full(len(mine), body.turbulence_length))
    count = sum(len(some) for some in cells)
    if not count:
        return [], []
    backend = domain.backend
    cell_, energy = backend.upload(np.concatenate(cells), np.int64), np.concatenate(k)
    dissipation = 0.09**0.75 * energy**1.5 / np.concatenate(length)
    fix = [
        backend.bind("fix_rows", count, cell_, backend.upload(values, backend.real), *state.rows, state.rhs)
        for values in (dissipation, energy)
    ]
    return [fix[0]], [fix[1]]
