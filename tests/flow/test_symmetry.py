"""A hall looked at in a mirror, or turned by a quarter, has the same temperatures at the same racks.

At the verdict, turned halls are as far apart as the verdict leaves them from their end; iterated on, they come together cell by
cell. Racks that mirror each other within one hall need not be equal in every hall: some symmetric halls have no stable symmetric
flow (the tiny hall of the builders settles, to round-off, with its two inlets 0.05 K apart), so the one taken here has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from kernels import Backend
from tests.builders import hall_h0
from tests.flow.halls import fields, hall_of_everything, modelled, porous_roof, solve, start
from thermal.case.model import Box, Case, Point
from thermal.flow.steady import Outcome
from thermal.place import place_case

pytestmark = pytest.mark.xdist_group("flow.symmetry")  # one worker solves for all of them
AGREED = 0.02  # K at the racks, at the verdict
CONVERGED = 500  # iterations after which the halls below change no more


@dataclass(frozen=True)
class Turn:
    """New axis `n` is old axis order[n], counted from the other end where `flip` says so."""

    order: tuple[int, int, int] = (0, 1, 2)
    flip: tuple[bool, bool, bool] = (False, False, False)

    def point(self, point: Point, room: Point) -> Point:
        """Where a point comes to lie."""
        return tuple(room[o] - point[o] if f else point[o] for o, f in zip(self.order, self.flip, strict=True))  # type: ignore[return-value]

    def thing(self, thing: Any, room: Point) -> Any:
        """An object of the case where it comes to lie."""
        corners = np.array([self.point(thing.box.low, room), self.point(thing.box.high, room)])
        changed: dict[str, Any] = {"box": Box(tuple(corners.min(axis=0)), tuple(corners.max(axis=0)))}
        if hasattr(thing, "axis"):
            axis = self.order.index(thing.axis)
            changed |= {"axis": axis, "sign": -thing.sign if self.flip[axis] else thing.sign}
        return replace(thing, **changed)

    def case(self, case: Case) -> Case:
        """The whole hall turned."""
        room = tuple(case.room[o] for o in self.order)
        groups = {name: getattr(case, name) for name in ("racks", "openings", "plates", "obstacles")}
        turned = {name: tuple(self.thing(one, case.room) for one in group) for name, group in groups.items()}
        return replace(case, room=room, **turned)

    def field(self, values: np.ndarray) -> np.ndarray:
        """A [k, j, i] field at the centres turned."""
        values = values.transpose([2 - self.order[2 - n] for n in range(3)])
        return np.flip(values, [2 - n for n in range(3) if self.flip[n]])


MIRROR_X = Turn(flip=(True, False, False))
MIRROR_Y = Turn(flip=(False, True, False))
QUARTER = Turn((1, 0, 2), (True, False, False))  # x' = Y - y, y' = x
HALF = Turn(flip=(True, True, False))
TURNS = {"mirror x": MIRROR_X, "mirror y": MIRROR_Y, "quarter turn": QUARTER, "half turn": HALF}


@pytest.fixture(scope="module")
def solved() -> dict[Any, Outcome]:
    """What was solved before, by hall and model."""
    return {}


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("model", ["zero-equation", "k-epsilon"])
@pytest.mark.parametrize(("hall", "scheme"), [(hall_of_everything, "upwind"), (porous_roof, "second-order")])
def test_a_turned_hall_has_the_same_inlets(
    double: Backend, hall: Callable[[], Case], scheme: str, model: str, turn: str, solved: dict[Any, Outcome]
) -> None:
    """Each rack by its name."""
    case = modelled(hall(), model, scheme)
    key = (hall.__name__, model)
    if key not in solved:
        solved[key] = solve(case, double)
    upright, turned = solved[key], solve(TURNS[turn].case(case), double)
    assert upright.verdict == turned.verdict == "steady"
    np.testing.assert_allclose(turned.inlets, upright.inlets, rtol=0, atol=AGREED)


@pytest.mark.parametrize("model", ["zero-equation", "k-epsilon"])
def test_turned_halls_end_up_equal_in_every_cell(double: Backend, model: str) -> None:
    """Order of sweeps, colours and axes leave no trace in the answer: everything that has a centre agrees."""
    case = modelled(hall_of_everything(), model)
    upright = converged(case, double)
    for name in ("mirror x", "quarter turn"):
        turned = converged(TURNS[name].case(case), double)
        for field in ("T", "p", "eddy_viscosity"):
            expected = TURNS[name].field(upright[field])
            apart = np.abs(turned[field] - expected).max() / np.abs(expected).max()
            assert apart < 1e-4, (name, field)


def converged(case: Case, backend: Backend) -> dict[str, np.ndarray]:
    """Fields after CONVERGED iterations; pressure less its mean where nothing but that tells it."""
    flow = start(case, backend)
    for _ in range(CONVERGED):
        flow.iterate(False)
    found = fields(flow)
    placement = flow.domain.placement
    back_room = next(balance.number for balance in placement.balances if not balance.patches)
    sealed = placement.region == back_room
    found["p"] = np.where(sealed, found["p"] - found["p"][sealed].mean(), found["p"])
    return found


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("model", ["zero-equation", "k-epsilon"])
def test_racks_that_mirror_each_other_are_equal(request: pytest.FixtureRequest, model: str, precision: str) -> None:
    """Eight racks in two rows: the four corners are alike, and the four inner ones."""
    outcome = solve(modelled(hall_h0(0.3), model), request.getfixturevalue(precision))
    assert outcome.verdict == "steady"
    corners, inner = outcome.inlets[[0, 3, 4, 7]], outcome.inlets[[1, 2, 5, 6]]
    assert max(np.ptp(corners), np.ptp(inner)) < AGREED
    assert abs(corners.mean() - inner.mean()) > 10 * AGREED


@pytest.mark.parametrize("turn", TURNS)
def test_turned_cases_are_turned_halls(turn: str) -> None:
    """What a turn does to cases and to fields fits together."""
    case = hall_of_everything()
    upright, turned = place_case(case), place_case(TURNS[turn].case(case))
    np.testing.assert_array_equal(turned.fluid, TURNS[turn].field(upright.fluid))
    np.testing.assert_allclose(turned.wall_distance, TURNS[turn].field(upright.wall_distance), atol=1e-12)
